/** The protocol between CloudFormation and a custom resource's handler. */
import { toAmzDate } from './aws/client';
import { send } from './aws/http';
import { backoff, log, pause } from './invocation';

export interface CustomResourceEvent {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly ResponseURL: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly ResourceType: string;
  readonly LogicalResourceId: string;
  /** Absent on Create. */
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: Properties;
  /** Only on Update. */
  readonly OldResourceProperties?: Properties;
}

/** Properties as CloudFormation delivers them: scalars are strings. */
export type Properties = Readonly<Record<string, unknown>>;

export interface CustomResourceResult {
  readonly PhysicalResourceId: string;
  /** Attributes for `Fn::GetAtt`; the same names on each Create and Update. */
  readonly Data?: object;
}

export interface CustomResourceResponse extends CustomResourceResult {
  readonly Status: 'SUCCESS' | 'FAILED';
  readonly Reason?: string;
}

const MAXIMUM_RESPONSE_BYTES = 4096;
const RESPONSE_TIMEOUT = 4_000;

/** Beyond it, an event was held up or is repeated, and the stack may have given up. */
const LATE = 10_000;

/** Whether CloudFormation may have given up by now; the signature of the response URL tells when it sent the event. */
export function isLate({ ResponseURL: responseUrl }: CustomResourceEvent): boolean {
  const sent = /X-Amz-Date=(\w+)/.exec(responseUrl);
  return sent !== null && sent[1] < toAmzDate(Date.now() - LATE);
}

/** A boolean property, which arrives as a string; anything else stays as it is for the constraints to report. */
export const flag = (value: unknown): boolean | undefined => value === 'true' ? true : value === 'false' ? false : value as boolean | undefined;

/** The response as CloudFormation takes it: at most 4,096 bytes, the reason on one line, without control characters, and shortened to fit. */
export function formatResponse({ StackId, RequestId, LogicalResourceId }: CustomResourceEvent, response: CustomResourceResponse): string {
  const reason = response.Reason?.replace(/\p{Cc}[\p{Cc}\s]*/gu, ' ');
  const format = (Reason: string | undefined) => JSON.stringify({ ...response, Reason, StackId, RequestId, LogicalResourceId });
  let body = format(reason);
  for (let length = MAXIMUM_RESPONSE_BYTES; Buffer.byteLength(body) > MAXIMUM_RESPONSE_BYTES && length > 0; length -= 64) {
    // What is cut in two is no character any more.
    body = format(reason?.slice(0, length).replace(/[\uD800-\uDBFF]$/, '') + '...');
  }
  return body;
}

/**
 * Delivers the response, again and again until it is taken or there is no time left.
 *
 * Only a 403 is final: the URL has expired or its signature is not right, and stays so. S3 answers others for a while, such as 400
 * `RequestTimeout`, 408, 409, 429 or a redirection to a new bucket's Region. A redirection is not followed: the signature holds for the host
 * that the URL names, and the answer is meant for it alone.
 */
export async function respond(event: CustomResourceEvent, response: CustomResourceResponse, deadline: number): Promise<void> {
  const body = formatResponse(event, response);
  for (let tries = 1; ; tries += 1) {
    const statusCode = await send({
      method: 'PUT',
      url: new URL(event.ResponseURL),
      // The URL is signed for an empty content type.
      headers: { 'Content-Type': '' },
      body,
      timeout: RESPONSE_TIMEOUT,
      deadline,
    }).then((answer) => answer.statusCode, () => 0);
    log({ response: response.Status, statusCode, tries });
    const isFinal = statusCode >= 200 && statusCode < 300 || statusCode === 403;
    const wait = backoff(tries, 2_000);
    if (isFinal || Date.now() + wait >= deadline) {
      return;
    }
    await pause(wait);
  }
}
