import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readBody } from '../http';
import { isAllowed, type Identities } from '../identity';
import type { Stack, StackEvent, StackResource } from './stack';
import { AwsError } from '../services/aws-error';
import { verifySignature, type Signer } from '../services/sigv4';

/** What the API needs of the engine. */
export interface StackSource {
  readonly identities: Identities;
  readonly stacks: Stack[];
  stack(selector: { stackName: string; accountId: string; region: string }): Stack | undefined;
}

/** One request to the API and what it was answered. */
export interface ApiRequest {
  readonly action?: string;
  readonly parameters: Record<string, string>;
  readonly statusCode: number;
  readonly errorCode?: string;
}

/** What goes wrong at the API. */
export interface ApiFault {
  /** `throttle` answers that the rate is exceeded, `status` any other status, `reset` closes the connection. */
  readonly kind: 'throttle' | 'status' | 'reset';
  readonly statusCode?: number;
  /** How many requests it meets. @default 1 */
  readonly times?: number;
}

interface Call extends Signer {
  readonly parameters: Record<string, string>;
}

/** The query API of CloudFormation on the loopback interface, as far as handlers read their own stack through it. */
export class CloudFormationApi {
  public static async start(source: StackSource): Promise<CloudFormationApi> {
    const api = new CloudFormationApi(source);
    await new Promise<void>((resolve) => api.server.listen(0, '127.0.0.1', resolve));
    return api;
  }

  public readonly requests: ApiRequest[] = [];
  private readonly server: Server;
  private readonly faults: { fault: ApiFault; left: number }[] = [];

  private constructor(private readonly source: StackSource) {
    this.server = createServer((request, response) => {
      this.receive(request, response).catch(() => response.destroy());
    });
  }

  /** For `AWS_ENDPOINT_URL_CLOUDFORMATION`. */
  public get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  public inject(fault: ApiFault): void {
    this.faults.push({ fault, left: fault.times ?? 1 });
  }

  /** Forgets the faults and the requests until now. */
  public clear(): void {
    this.faults.length = 0;
    this.requests.length = 0;
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    const url = request.url ?? '/';
    const query = new URL(url, 'http://localhost').searchParams;
    const parameters = Object.fromEntries([...query, ...new URLSearchParams(body.toString())]);
    const action = parameters.Action;
    const answer = (statusCode: number, xml: string, errorCode?: string) => {
      this.requests.push({ action, parameters, statusCode, errorCode });
      const requestId = randomUUID();
      response.writeHead(statusCode, { 'content-type': 'text/xml', 'x-amzn-requestid': requestId });
      response.end(xml.replace('{requestId}', requestId));
    };
    const fail = (statusCode: number, code: string, message: string) =>
      answer(statusCode, errorDocument(statusCode < 500 ? 'Sender' : 'Receiver', code, message), code);

    const fault = this.nextFault();
    if (fault?.kind === 'reset') {
      this.requests.push({ action, parameters, statusCode: 0 });
      request.socket.resetAndDestroy();
      return;
    }
    if (fault?.kind === 'throttle') {
      fail(400, 'Throttling', 'Rate exceeded');
      return;
    }
    if (fault) {
      fail(fault.statusCode ?? 500, 'InternalFailure', 'An internal error occurred.');
      return;
    }
    try {
      const signer = verifySignature({ method: request.method ?? 'GET', url, headers: request.headers, body }, {
        identities: this.source.identities, services: ['cloudformation'], now: new Date(),
      });
      const operation = OPERATIONS[action ?? ''];
      if (!operation || parameters.Version !== '2010-05-15') {
        throw new AwsError('InvalidAction', `Could not find operation ${action} for version ${parameters.Version}`);
      }
      answer(200, `<${action}Response xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/">`
        + `${element(`${action}Result`, operation({ ...signer, parameters }, this.source))}`
        + `<ResponseMetadata><RequestId>{requestId}</RequestId></ResponseMetadata></${action}Response>`);
    } catch (error) {
      if (!(error instanceof AwsError)) {
        fail(500, 'InternalFailure', (error as Error).message);
        return;
      }
      // The query protocol names errors without the suffix that the others' shapes have.
      fail(error.status, error.code === 'UnrecognizedClientException' ? 'InvalidClientTokenId' : error.code.replace(/Exception$/, ''), error.message);
    }
  }

  private nextFault(): ApiFault | undefined {
    const found = this.faults.find(({ left }) => left > 0);
    if (found) {
      found.left -= 1;
    }
    return found?.fault;
  }
}

/** Nobody has looked for drift. */
const NO_DRIFT = '<DriftInformation><StackResourceDriftStatus>NOT_CHECKED</StackResourceDriftStatus></DriftInformation>';

/** What one answer lists at most. */
const RESOURCES_PER_PAGE = 100;
const EVENTS_PER_PAGE = 100;

const OPERATIONS: Record<string, (call: Call, source: StackSource) => string> = {
  DescribeStackResources: (call, source) => {
    const { StackName: stackName, LogicalResourceId: logicalId, PhysicalResourceId: physicalId } = call.parameters;
    if (stackName ? physicalId : !physicalId) {
      throw new AwsError('ValidationError', 'Either StackName or PhysicalResourceId must be specified');
    }
    if (physicalId) {
      return describeHolder(call, source, physicalId);
    }
    const stack = findStack(call, source, 'cloudformation:DescribeStackResources');
    const resources = [...stack.resources.values()].filter((resource) => !logicalId || resource.logicalId === logicalId);
    if (logicalId && resources.length === 0) {
      throw new AwsError('ValidationError', `Resource ${logicalId} does not exist for stack ${stackName}`);
    }
    // Further ones are listed by ListStackResources only.
    return element('StackResources', resources.slice(0, RESOURCES_PER_PAGE).map((resource) => describeResource(stack, resource)).join(''));
  },
  ListStackResources: (call, source) => {
    const { StackName: stackName, NextToken: nextToken = '0' } = call.parameters;
    if (!stackName) {
      throw new AwsError('ValidationError', '1 validation error detected: Value null at \'stackName\' failed to satisfy constraint: Member must not be null');
    }
    const stack = findStack(call, source, 'cloudformation:ListStackResources');
    const resources = [...stack.resources.values()];
    if (!/^\d+$/.test(nextToken)) {
      throw new AwsError('ValidationError', 'Invalid NextToken');
    }
    const start = Number(nextToken);
    const end = start + RESOURCES_PER_PAGE;
    return element('StackResourceSummaries', resources.slice(start, end).map(summarizeResource).join(''))
      + optional('NextToken', end < resources.length ? String(end) : undefined);
  },
  DescribeStackEvents: (call, source) => {
    const { NextToken: nextToken } = call.parameters;
    const stack = findStack(call, source, 'cloudformation:DescribeStackEvents');
    // The newest come first. A token tells how many older ones are left, so that what happens meanwhile does not move the pages.
    const end = nextToken === undefined ? stack.events.length : Number(nextToken);
    const start = Math.max(0, end - EVENTS_PER_PAGE);
    return element('StackEvents', stack.events.slice(start, end).reverse().map(describeEvent).join(''))
      + optional('NextToken', start > 0 ? String(start) : undefined);
  },
  DescribeStacks: (call, source) => {
    if (call.parameters.StackName) {
      return element('Stacks', describeStack(findStack(call, source, 'cloudformation:DescribeStacks')));
    }
    authorize(call, 'cloudformation:DescribeStacks', '*');
    const stacks = source.stacks.filter(({ accountId, region, status }) =>
      accountId === call.identity.accountId && region === call.region && status !== 'DELETE_COMPLETE');
    return element('Stacks', stacks.map(describeStack).join(''));
  },
};

/**
 * The resources of the stack that a physical resource belongs to. Stacks that are deleted still answer, after those that live.
 *
 * Unverified (cloudformation-holder): that the service knows the physical ids of custom resources, too. Unverified
 * (cloudformation-two-holders): what it answers for an id that several stacks have; here the newest one.
 */
function describeHolder(call: Call, source: StackSource, physicalId: string): string {
  const { identity: { accountId }, region, parameters: { LogicalResourceId: logicalId } } = call;
  const has = (stack: Stack) => [...stack.resources.values()].some((resource) => resource.physicalId === physicalId);
  const isDeleted = ({ status }: Stack) => status === 'DELETE_COMPLETE';
  const stack = source.stacks.filter((candidate) => candidate.accountId === accountId && candidate.region === region && has(candidate))
    .sort((one, other) => Number(isDeleted(other)) - Number(isDeleted(one))).at(-1);
  authorize(call, 'cloudformation:DescribeStackResources', stack?.id ?? `arn:aws:cloudformation:${region}:${accountId}:stack/*/*`);
  if (!stack) {
    // Unverified (cloudformation-no-holder): the name of this error.
    throw new AwsError('ValidationError', `Stack for ${physicalId} does not exist`);
  }
  const resources = [...stack.resources.values()].filter((resource) => !logicalId || resource.logicalId === logicalId);
  return element('StackResources', resources.slice(0, RESOURCES_PER_PAGE).map((resource) => describeResource(stack, resource)).join(''));
}

function findStack(call: Call, source: StackSource, action: string): Stack {
  const { identity: { accountId }, region, parameters: { StackName: stackName } } = call;
  const stack = source.stack({ stackName, accountId, region });
  const byId = stackName.startsWith('arn:');
  // Permission comes first, and a stack of another account is none of the caller's business.
  authorize(call, action, stack?.id ?? (byId ? stackName : `arn:aws:cloudformation:${region}:${accountId}:stack/${stackName}/*`));
  if (!stack || stack.accountId !== accountId || stack.region !== region || !byId && stack.status === 'DELETE_COMPLETE') {
    throw new AwsError('ValidationError', `Stack with id ${stackName} does not exist`);
  }
  return stack;
}

function authorize({ identity }: Call, action: string, resource: string): void {
  if (!isAllowed(identity, { action, resource })) {
    throw new AwsError('AccessDenied', `User: ${identity.principalArn} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`, 403);
  }
}

function summarizeResource(resource: StackResource): string {
  return element('member', `${describeState(resource, 'LastUpdatedTimestamp')}${NO_DRIFT}`);
}

function describeResource(stack: Stack, resource: StackResource): string {
  return element('member', [
    element('StackName', escape(stack.name)), element('StackId', escape(stack.id)), describeState(resource, 'Timestamp'), NO_DRIFT,
  ].join(''));
}

function describeEvent(event: StackEvent): string {
  return element('member', [
    element('StackId', escape(event.stackId)), element('StackName', escape(event.stackName)), describeState(event, 'Timestamp'),
  ].join(''));
}

/** What every answer says of a resource, under another name for the time since when it is so. */
function describeState(
  { logicalId, physicalId, type, timestamp, status, reason }: StackResource | StackEvent, timestampName: string,
): string {
  return [
    element('LogicalResourceId', escape(logicalId)),
    optional('PhysicalResourceId', physicalId),
    element('ResourceType', escape(type)),
    element(timestampName, timestamp.toISOString()),
    element('ResourceStatus', status),
    optional('ResourceStatusReason', reason),
  ].join('');
}

function describeStack(stack: Stack): string {
  const exportNames = new Map(Object.entries(stack.exports).map(([name, value]) => [value, name]));
  return element('member', [
    element('StackName', escape(stack.name)),
    element('StackId', escape(stack.id)),
    element('CreationTime', stack.creationTime.toISOString()),
    optional('LastUpdatedTime', stack.lastUpdatedTime?.toISOString()),
    optional('DeletionTime', stack.deletionTime?.toISOString()),
    element('StackStatus', stack.status ?? ''),
    optional('StackStatusReason', stack.reason),
    optional('ParentId', stack.parent?.id),
    optional('RootId', stack.parent && rootOf(stack.parent).id),
    element('DisableRollback', 'false'),
    element('Parameters', Object.entries(stack.parameters).map(([key, value]) =>
      element('member', `${element('ParameterKey', escape(key))}${element('ParameterValue', escape(value))}`)).join('')),
    element('Outputs', Object.entries(stack.outputs).map(([key, value]) => element('member', [
      element('OutputKey', escape(key)), element('OutputValue', escape(String(value))), optional('ExportName', exportNames.get(value)),
    ].join(''))).join('')),
  ].join(''));
}

function rootOf(stack: Stack): Stack {
  return stack.parent ? rootOf(stack.parent) : stack;
}

function errorDocument(type: string, code: string, message: string): string {
  return '<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/">'
    + element('Error', `${element('Type', type)}${element('Code', code)}${element('Message', escape(message))}`)
    + '<RequestId>{requestId}</RequestId></ErrorResponse>';
}

function element(name: string, content: string): string {
  return `<${name}>${content}</${name}>`;
}

function optional(name: string, value: string | undefined): string {
  return value === undefined ? '' : element(name, escape(value));
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
    // Characters that XML cannot hold, even escaped.
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '?');
}
