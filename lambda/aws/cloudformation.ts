/** A client of CloudFormation with the names of the official one, as far as the handler needs it. */
import { Client, defineClient, defineCommand } from './client';
import { paginate } from './pagination';

/** A resource of a stack, or an event of one, as whose resource the stack itself counts, too. */
export interface StackMember {
  readonly stackId: string;
  readonly stackName: string;
  readonly logicalId: string;
  readonly physicalId: string;
  readonly type: string;
  readonly status: string;
  /** When an event came about. */
  readonly timestamp: string;
}

/** What an answer tells of resources or events. */
interface Page {
  readonly members: StackMember[];
  readonly NextToken: string;
}

function command<Input extends object>(operation: string) {
  return defineCommand<Input, Page>(operation, (input) => ({
    method: 'POST',
    path: '/',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8' },
    body: new URLSearchParams({ Action: operation, Version: '2010-05-15', ...input }).toString(),
  }));
}

const ListStackResourcesCommand = command<{ StackName: string; NextToken?: string }>('ListStackResources');
const DescribeStackEventsCommand: typeof ListStackResourcesCommand = command('DescribeStackEvents');
const DescribeStackResourcesCommand = command<{ PhysicalResourceId: string }>('DescribeStackResources');

export const CloudFormationClient = defineClient('cloudformation', 'CLOUDFORMATION', 'cloudformation', {
  parse: (body) => {
    if (!/Response>\s*$/.test(body)) {
      throw new Error('answer cut short');
    }
    return { members: membersOf(body), NextToken: text(body, 'NextToken') } satisfies Page;
  },
  parseError: (body) => ({ name: text(body, 'Code'), message: text(body, 'Message') }),
});

/** All resources of a stack, those that it deleted included. */
export const listStackResources = (client: Client, stackId: string): AsyncGenerator<StackMember> => list(client, ListStackResourcesCommand, stackId);

/** The events of a stack, the newest first. */
export const describeStackEvents = (client: Client, stackId: string): AsyncGenerator<StackMember> =>
  list(client, DescribeStackEventsCommand, stackId);

const list = (client: Client, ListCommand: typeof ListStackResourcesCommand, StackName: string): AsyncGenerator<StackMember> =>
  paginate((NextToken) => client.send(new ListCommand({ StackName, ...(NextToken && { NextToken }) })), ({ members }) => members);

/** The resources of the stack that has a physical id, in the account and Region of the client; an error where none has it. */
export async function describeHolder(client: Client, physicalId: string): Promise<StackMember[]> {
  return (await client.send(new DescribeStackResourcesCommand({ PhysicalResourceId: physicalId }))).members;
}

function membersOf(page: string): StackMember[] {
  return page.split('<member>').slice(1).map((member) => ({
    stackId: text(member, 'StackId'),
    stackName: text(member, 'StackName'),
    logicalId: text(member, 'LogicalResourceId'),
    physicalId: text(member, 'PhysicalResourceId'),
    type: text(member, 'ResourceType'),
    status: text(member, 'ResourceStatus'),
    timestamp: text(member, 'Timestamp'),
  }));
}

/** The text of the first element of a name, if any, as it stands: the handler's own physical ids have nothing that XML escapes. */
const text = (xml: string, element: string): string => new RegExp('<' + element + '>([^<]*)<').exec(xml)?.[1] ?? '';
