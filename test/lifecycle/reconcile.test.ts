import { type Stack } from 'aws-cdk-lib';
import { type Account, TEAM, useLocalAws } from './harness';
import { AccountAlias, NotificationSeverity, SlackChannelConfiguration, SlackWorkspace } from '../../src';

const local = useLocalAws();
let account: Account;

beforeEach(() => {
  account = local.newAccountWithWorkspace();
});

interface Kind {
  readonly define: (text: string) => (stack: Stack) => unknown;
  readonly actual: () => string | undefined;
  readonly change: (text: string) => void;
  readonly operation: string;
}

const KINDS: [string, Kind][] = [
  ['channel', {
    define: (channelName) => (stack) => new SlackChannelConfiguration(stack, 'Channel', {
      workspace: SlackWorkspace.fromTeamId(stack, 'Workspace', TEAM), channelId: 'C1', channelName, notifyOnCaseSeverity: NotificationSeverity.NONE,
    }),
    actual: () => account.channels()[0]?.channelName,
    change: (channelName) => account.putChannel({ ...account.channels()[0], channelName }),
    operation: 'UpdateSlackChannelConfiguration',
  }],
  ['alias', {
    define: (accountAlias) => (stack) => new AccountAlias(stack, 'Alias', { accountAlias }),
    actual: () => account.supportApp.accountAlias,
    change: (accountAlias) => {
      account.supportApp.accountAlias = accountAlias;
    },
    operation: 'PutAccountAlias',
  }],
];

function deny(operation: string) {
  return local.aws.services.faults.inject({
    fault: { kind: 'error', code: 'AccessDeniedException', message: 'explicit deny in a service control policy', status: 403 },
    operations: [operation],
    count: Infinity,
  });
}

describe.each(KINDS)('%s', (_, { define, actual, change, operation }) => {
  test('an update that is denied is rolled back, since nothing was changed', async () => {
    await account.succeed(define('one'));
    deny(operation);
    await account.fail(define('two'));
    expect(actual()).toBe('one');
  });

  test('an update whose target is as declared already changes nothing', async () => {
    await account.succeed(define('one'));
    change('two');
    account.forgetRequests();
    await account.succeed(define('two'));
    expect(account.changes()).toEqual([]);
  });

  test('the same update again, after it failed and was not rolled back, sets what it declares', async () => {
    await account.succeed(define('one'));
    const denial = deny(operation);
    const template = local.synthesize(define('two'));
    expect((await account.deployTemplate(template, undefined, true)).status).toBe('UPDATE_FAILED');
    denial.remove();
    // The service updates a stack in this status; the engine has to be told that it is at rest.
    account.stack.status = 'UPDATE_COMPLETE';
    const forward = await account.deployTemplate({ ...JSON.parse(template), Description: 'again' });
    expect([forward.status, actual()]).toEqual(['UPDATE_COMPLETE', 'two']);
  });
});
