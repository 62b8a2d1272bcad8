import { Script } from './scripted-server';
import { formatPhysicalId } from '../../lambda/core/physical-id';
import { CustomResourceEvent } from '../../lambda/custom-resource';
import { Ownership, SLACK_CHANNEL_CONFIGURATION_TYPE } from '../../src/contract';

export interface StackResource {
  readonly logicalId: string;
  readonly physicalId?: string;
  readonly status?: string;
  readonly timestamp?: string;
}

export const STACK_ID = 'arn:aws:cloudformation:us-east-1:111122223333:stack/support/5b3a0a5c-0000-4000-8000-000000000000';

/** An answer of CloudFormation to a question about resources or events, in the order given. */
export function stackAnswer(resources: StackResource[], nextToken?: string): Script {
  const members = resources.map(({ logicalId, physicalId, status = 'UPDATE_COMPLETE', timestamp = '2026-01-02T03:04:05.678Z' }) => `<member><StackId>${STACK_ID}</StackId>`
    + `${physicalId === undefined ? '' : `<PhysicalResourceId>${physicalId}</PhysicalResourceId>`}`
    + `<LogicalResourceId>${logicalId}</LogicalResourceId><ResourceStatus>${status}</ResourceStatus><Timestamp>${timestamp}</Timestamp></member>`);
  return {
    headers: { 'content-type': 'text/xml' },
    body: `<AnyResponse><Members>${members.join('')}</Members>${nextToken ? `<NextToken>${nextToken}</NextToken>` : ''}</AnyResponse>`,
  };
}

/** The events of a stack, the newest first: each is a status of the stack itself, or of a resource. */
export function eventsAnswer(events: (string | StackResource)[], nextToken?: string): Script {
  return stackAnswer(events.map((event) => typeof event === 'string' ? { logicalId: 'support', physicalId: STACK_ID, status: event } : event), nextToken);
}

/** An event for the resource `Own` of a stack. */
export function stackEvent(change: Partial<CustomResourceEvent> = {}): CustomResourceEvent {
  return {
    RequestType: 'Create',
    ResponseURL: 'http://127.0.0.1/answer',
    StackId: STACK_ID,
    RequestId: 'request',
    ResourceType: SLACK_CHANNEL_CONFIGURATION_TYPE,
    LogicalResourceId: 'Own',
    ResourceProperties: {},
    ...change,
  };
}

export function channelId(channel: string, ownership: Ownership = 'created'): string {
  return formatPhysicalId({ resourceType: SLACK_CHANNEL_CONFIGURATION_TYPE, ownership, target: ['T1', channel] });
}
