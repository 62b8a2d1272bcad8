import { Script } from './scripted-server';
import { CustomResourceEvent } from '../../lambda/custom-resource';
import { formatPhysicalId, Ownership } from '../../lambda/physical-id';
import { SLACK_CHANNEL_CONFIGURATION_TYPE } from '../../src/contract';

export interface StackResource {
  readonly logicalId: string;
  readonly physicalId?: string;
  readonly status?: string;
}

/** An answer of CloudFormation to both of the handler's questions, about the resources and about the stack. */
export function stackAnswer(resources: StackResource[], stackStatus = 'UPDATE_IN_PROGRESS', nextToken?: string): Script {
  const members = resources.map(({ logicalId, physicalId, status = 'UPDATE_COMPLETE' }) => '<member>'
    + `${physicalId === undefined ? '' : `<PhysicalResourceId>${physicalId}</PhysicalResourceId>`}`
    + `<LogicalResourceId>${logicalId}</LogicalResourceId><ResourceStatus>${status}</ResourceStatus></member>`);
  return {
    headers: { 'content-type': 'text/xml' },
    body: `<AnyResponse><StackResourceSummaries>${members.join('')}</StackResourceSummaries>${nextToken ? `<NextToken>${nextToken}</NextToken>` : ''}`
      + `<Stacks><member><StackStatus>${stackStatus}</StackStatus></member></Stacks></AnyResponse>`,
  };
}

/** The physical id of a channel's configuration; `replaced` names the channel that a replacement has left. */
export function channelId(channel: string, ownership: Ownership = 'created', replaced?: string): string {
  return formatPhysicalId({ resourceType: SLACK_CHANNEL_CONFIGURATION_TYPE, ownership, target: ['T1', channel], replacedId: replaced && channelId(replaced) });
}

export function stackEvent(change: Partial<CustomResourceEvent> = {}): CustomResourceEvent {
  return {
    RequestType: 'Create',
    ResponseURL: 'http://127.0.0.1:9/',
    StackId: 'arn:aws:cloudformation:us-east-1:111122223333:stack/support/5b3a0a5c-0000-4000-8000-000000000000',
    RequestId: 'r',
    ResourceType: SLACK_CHANNEL_CONFIGURATION_TYPE,
    LogicalResourceId: 'Own',
    ResourceProperties: {},
    ...change,
  };
}
