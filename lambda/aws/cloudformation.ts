/** A client of CloudFormation with the names of the official one, as far as the handler needs it. */
import { Client, defineClient, defineCommand } from './client';
import { paginate } from './pagination';

const SUMMARY_MEMBERS = ['StackId', 'LogicalResourceId', 'PhysicalResourceId', 'ResourceStatus'] as const;

export type StackResourceSummary = { readonly [Member in typeof SUMMARY_MEMBERS[number]]?: string };

function command<Input extends Record<string, string | undefined>>(operation: string) {
  return defineCommand<Input, string>(operation, (input) => ({
    method: 'POST',
    path: '/',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8' },
    body: new URLSearchParams(JSON.parse(JSON.stringify({ Action: operation, Version: '2010-05-15', ...input }))).toString(),
  }));
}

const ListStackResourcesCommand = command<{ StackName: string; NextToken?: string }>('ListStackResources');
const DescribeStackResourcesCommand = command<{ PhysicalResourceId: string }>('DescribeStackResources');
const DescribeStacksCommand = command<{ StackName: string }>('DescribeStacks');

export const CloudFormationClient = defineClient('cloudformation', 'CLOUDFORMATION', 'cloudformation', {
  parse: (body) => {
    if (!/Response>\s*$/.test(body)) {
      throw new Error('answer cut short');
    }
    return body;
  },
  parseError: (body) => ({ name: text(body, 'Code'), message: text(body, 'Message') }),
});

/** All resources of a stack, those that it deleted included. */
export function listStackResources(client: Client, stackId: string): AsyncGenerator<StackResourceSummary> {
  return paginate(
    async (nextToken) => {
      const page = await client.send(new ListStackResourcesCommand({ StackName: stackId, NextToken: nextToken }));
      return { page, nextToken: text(page, 'NextToken') };
    },
    ({ page }) => membersOf(page),
  );
}

/** The resources of the stack that has a physical id, in the account and Region of the client; an error where none has it. */
export async function describeHolder(client: Client, physicalId: string): Promise<StackResourceSummary[]> {
  return membersOf(await client.send(new DescribeStackResourcesCommand({ PhysicalResourceId: physicalId })));
}

function membersOf(page: string): StackResourceSummary[] {
  return page.split('<member>').slice(1).map((member) => Object.fromEntries(SUMMARY_MEMBERS.map((name) => [name, text(member, name)])));
}

/** Such as `UPDATE_ROLLBACK_IN_PROGRESS`. */
export async function readStackStatus(client: Client, stackId: string): Promise<string | undefined> {
  return text(await client.send(new DescribeStacksCommand({ StackName: stackId })), 'StackStatus');
}

/** The text of the first element of a name, as it stands: the handler's own physical ids have nothing that XML escapes. */
function text(xml: string, element: string): string | undefined {
  return new RegExp(`<${element}>([^<]*)<`).exec(xml)?.[1];
}
