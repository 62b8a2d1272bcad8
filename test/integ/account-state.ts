import { stackNameOf } from './integ-app';
import { TESTS } from './tests';
import type { ProbeAccount } from '../../trials/probe/account';
import { errorOf } from '../../trials/probe/probe';

/** The account that is looked at: a live one, or one of the local AWS. */
export type Account = Pick<ProbeAccount, 'supportApp' | 'cloudFormation'>;

/** The Slack workspace and channel that tests may use. */
export interface SlackIds {
  readonly teamId: string;
  readonly channelId: string;
}

/** The stack of the assertions, which has the same name in every test. */
const ASSERTIONS_STACK = 'IntegDefaultTestDeployAssert4E6713E1';

/** What the account has already of what tests would change and delete. */
export async function findTouched(account: Account, tests: readonly string[], slack?: SlackIds): Promise<string[]> {
  const touched = new Set(tests.flatMap((test) => TESTS[test].touches));
  const found: string[] = [];
  for (const stackName of [...tests.map(stackNameOf), ASSERTIONS_STACK]) {
    if (await hasStack(account, stackName)) {
      found.push(`the stack ${stackName}`);
    }
  }
  if (touched.has('alias')) {
    const { accountAlias } = await account.supportApp.getAccountAlias().promise();
    found.push(...(accountAlias === undefined ? [] : [`the account alias "${accountAlias}"`]));
  }
  if (slack && touched.has('workspace') && await hasWorkspace(account, slack)) {
    found.push(`the Slack workspace ${slack.teamId}`);
  }
  if (slack && touched.has('channel') && await hasChannel(account, slack)) {
    found.push(`a configuration of the Slack channel ${slack.channelId}`);
  }
  return found;
}

/** Whether the account has a Slack workspace, authorized or registered. */
export async function hasWorkspace({ supportApp }: Account, { teamId }: SlackIds): Promise<boolean> {
  return isListed(async (nextToken) => {
    const page = await supportApp.listSlackWorkspaceConfigurations({ nextToken }).promise();
    return { items: page.slackWorkspaceConfigurations, nextToken: page.nextToken };
  }, (workspace) => workspace.teamId === teamId);
}

async function hasChannel({ supportApp }: Account, { teamId, channelId }: SlackIds): Promise<boolean> {
  return isListed(async (nextToken) => {
    const page = await supportApp.listSlackChannelConfigurations({ nextToken }).promise();
    return { items: page.slackChannelConfigurations, nextToken: page.nextToken };
  }, (channel) => channel.teamId === teamId && channel.channelId === channelId);
}

async function isListed<T>(
  list: (nextToken?: string) => Promise<{ items?: T[]; nextToken?: string }>, matches: (item: T) => boolean,
): Promise<boolean> {
  let nextToken: string | undefined;
  do {
    const page = await list(nextToken);
    if (page.items?.some(matches)) {
      return true;
    }
    ({ nextToken } = page);
  } while (nextToken);
  return false;
}

/** Any other error than that there is none ends the run: what cannot be looked at cannot be left alone. */
async function hasStack({ cloudFormation }: Account, stackName: string): Promise<boolean> {
  const call = cloudFormation.describeStackResources({ StackName: stackName }).promise();
  const error = await errorOf(call);
  if (error && !/does not exist/.test(error.message)) {
    throw new Error(`the stack ${stackName} cannot be looked up: ${error.name}: ${error.message}`);
  }
  return !error;
}
