import type { CustomResourceAnswer, ResponseBucket } from './response-bucket';
import type { Properties } from './template-model';
import type { LocalLambda } from '../lambda/local-lambda';

/** What CloudFormation asks of the function behind a custom resource. */
export interface CustomResourceRequest {
  readonly requestType: 'Create' | 'Update' | 'Delete';
  readonly requestId: string;
  readonly stackId: string;
  readonly region: string;
  readonly logicalId: string;
  readonly resourceType: string;
  /** As strings, see `stringifyScalars`. */
  readonly properties: Properties;
  readonly oldProperties?: Properties;
  /** Absent in a Create. */
  readonly physicalId?: string;
}

/** An answer, or that there was none: not in time, or not before the request was cancelled. */
export type CustomResourceOutcome =
  | CustomResourceAnswer
  | { readonly status: 'TIMED_OUT'; readonly reason: string }
  | { readonly status: 'CANCELLED'; readonly reason: string };

export interface CustomResourceEnvironment {
  readonly lambda: LocalLambda;
  readonly bucket: ResponseBucket;
  /** Takes note of every request that is sent. */
  readonly requests: CustomResourceRequest[];
  /** Real seconds per second of `ServiceTimeout`. */
  readonly serviceTimeoutScale: number;
  /** Aborted when the engine stops: nothing is waited for any more. */
  readonly stopped: AbortSignal;
}

const DEFAULT_SERVICE_TIMEOUT = 3600;

/** Whether a type of a template stands for a custom resource. */
export function isCustomResourceType(type: string): boolean {
  return type.startsWith('Custom::') || type === 'AWS::CloudFormation::CustomResource';
}

/** What is wrong with the declaration of a custom resource, if anything. */
export function checkCustomResource(type: string, properties: Properties = {}): string | undefined {
  if (type.startsWith('Custom::') && (type.length > 60 || !/^Custom::[A-Za-z0-9_@-]+$/.test(type))) {
    return `Custom resource type name ${type} may have up to 60 characters: alphanumeric and _@-`;
  }
  if (properties.ServiceToken === undefined) {
    return `Property ServiceToken of ${type} is required`;
  }
  const timeout = properties.ServiceTimeout;
  if (timeout !== undefined && typeof timeout !== 'object' && !(Number.isInteger(Number(timeout)) && Number(timeout) >= 1 && Number(timeout) <= 3600)) {
    return `ServiceTimeout of ${type} must be a number of seconds from 1 to 3600`;
  }
  return undefined;
}

/** CloudFormation delivers every scalar as a string. */
export function stringifyScalars(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(stringifyScalars);
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, stringifyScalars(item)]));
  }
  return String(value);
}

/** Sends a request and waits for its answer. An answer which comes after that is stored but changes nothing any more. */
export async function requestCustomResource(
  request: CustomResourceRequest, environment: CustomResourceEnvironment, cancelled?: AbortSignal,
): Promise<CustomResourceOutcome> {
  const { requestId, stackId, logicalId, region, properties } = request;
  environment.requests.push(request);
  const { url, answer } = environment.bucket.issue({ requestId, stackId, logicalId, region });
  let invocation: string;
  try {
    invocation = environment.lambda.invokeAsync(String(properties.ServiceToken), {
      RequestType: request.requestType,
      ServiceToken: properties.ServiceToken,
      ResponseURL: url,
      StackId: stackId,
      RequestId: requestId,
      LogicalResourceId: logicalId,
      ...request.physicalId !== undefined && { PhysicalResourceId: request.physicalId },
      ResourceType: request.resourceType,
      ResourceProperties: properties,
      ...request.oldProperties && { OldResourceProperties: request.oldProperties },
    });
  } catch (error) {
    return { status: 'FAILED', reason: (error as Error).message };
  }

  const timeout = Number(properties.ServiceTimeout ?? DEFAULT_SERVICE_TIMEOUT) * 1000 * environment.serviceTimeoutScale;
  let timer: NodeJS.Timeout | undefined;
  let cancel: (() => void) | undefined;
  const signal = cancelled ? AbortSignal.any([cancelled, environment.stopped]) : environment.stopped;
  const noAnswer = new Promise<CustomResourceOutcome>((resolve) => {
    const timeOut = () => resolve({ status: 'TIMED_OUT', reason: noAnswerReason(requestId) });
    timer = setTimeout(timeOut, timeout);
    void environment.lambda.givesUp(invocation).then(timeOut);
    cancel = () => resolve({ status: 'CANCELLED', reason: `Resource ${VERBS[request.requestType]} cancelled` });
    signal.addEventListener('abort', cancel);
    if (signal.aborted) {
      cancel();
    }
  });
  try {
    return await Promise.race([answer, noAnswer]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', cancel!);
  }
}

const VERBS = { Create: 'creation', Update: 'update', Delete: 'deletion' };

function noAnswerReason(requestId: string): string {
  return `CloudFormation did not receive a response from your Custom Resource. Please check your logs for requestId [${requestId}]. `
    + 'If you are using the Python cfn-response module, you may need to update your Lambda function code so that CloudFormation can attach the updated version.';
}
