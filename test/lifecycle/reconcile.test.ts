import { CfnResource, Duration, type Stack, Tags } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { type Account, type AppInstance, defineChimeChannel, failAfter, TEAM, useLocalAws } from './harness';
import { AccountAlias, ChannelsProvider, ExpirationCriterion, NotificationSeverity, SlackChannelConfiguration, SlackWorkspace } from '../../src';

const local = useLocalAws();
let account: Account;
let appInstance: AppInstance;

beforeEach(() => {
  account = local.newAccountWithWorkspace();
  appInstance = account.newAppInstance();
});

interface Kind {
  readonly define: (text: string) => (stack: Stack) => IConstruct;
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
  ['Chime channel', {
    define: (channelName) => (stack) => defineChimeChannel(stack, appInstance, { channelName }),
    actual: () => account.chimeChannels()[0]?.name,
    change: (name) => {
      account.chimeChannels()[0].name = name;
    },
    operation: 'UpdateChannel',
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
    expect((await account.deployTemplate(template, undefined, { disableRollback: true })).status).toBe('UPDATE_FAILED');
    denial.remove();
    const forward = await account.deployTemplate({ ...JSON.parse(template), Description: 'again' });
    expect([forward.status, actual()]).toEqual(['UPDATE_COMPLETE', 'two']);
  });

  test('the next update puts right what somebody has changed by hand, and a new refresh is one', async () => {
    await account.succeed(define('one'));
    change('by hand');
    await account.succeed(define('two'));
    expect(actual()).toBe('two');
    change('by hand');
    await account.succeed((stack) => {
      const [resource] = define('two')(stack).node.findAll().filter(CfnResource.isCfnResource).filter(({ cfnResourceType }) => cfnResourceType.startsWith('Custom::'));
      resource.addPropertyOverride('Refresh', 'now');
    });
    expect(actual()).toBe('two');
  });

  test.each(['ATTEMPTED', 'FORMER'] as const)('a rollback that is denied fails, and brings back what was there once it is continued (old properties: %s)', async (oldProperties) => {
    const { assumptions } = local.aws.cloudFormation;
    const assumed = assumptions.oldProperties;
    assumptions.oldProperties = oldProperties;
    await account.succeed(define('one'));
    let calls = 0;
    const denial = local.aws.services.faults.inject({
      // By the name that the service has for whoever may not do something.
      fault: { kind: 'error', code: operation === 'UpdateChannel' ? 'ForbiddenException' : 'AccessDeniedException', message: 'no', status: 403 },
      operations: [operation],
      count: Infinity,
      when: ({ accountId }) => {
        calls += accountId === account.id ? 1 : 0;
        return accountId === account.id && calls > 1;
      },
    });
    expect((await account.deploy((stack) => failAfter(stack, define('two')(stack)))).status).toBe('UPDATE_ROLLBACK_FAILED');
    expect(actual()).toBe('two');
    denial.remove();
    const { status } = await local.aws.cloudFormation.continueUpdateRollback({ stackName: account.stack.id });
    expect([status, actual()]).toEqual(['UPDATE_ROLLBACK_COMPLETE', 'one']);
    assumptions.oldProperties = assumed;
  });
});

test('the next update puts right everything that somebody has changed of a Chime channel', async () => {
  const lead = local.aws.services.chime.store.createAppInstanceUser(appInstance.appInstanceArn, 'lead');
  const define = (release: string) => (stack: Stack) => {
    const channel = defineChimeChannel(stack, appInstance, {
      channelName: 'declared',
      metadata: 'declared',
      memberArns: [lead],
      moderatorArns: [lead],
      expirationSettings: { expiration: Duration.days(5), expirationCriterion: ExpirationCriterion.CREATED_TIMESTAMP },
    });
    Tags.of(channel).add('team', 'declared');
    Tags.of(channel).add('release', release);
  };
  await account.succeed(define('1'));
  const [before] = account.state().chimeChannels;
  const [channel] = account.chimeChannels();
  Object.assign(channel, { name: 'by hand', metadata: 'by hand', expirationSettings: undefined });
  channel.members.delete(lead);
  channel.moderators.delete(lead);
  channel.tags.set('team', 'by hand');
  channel.tags.set('theirs', 'stays');
  await account.succeed(define('2'));
  expect(account.state().chimeChannels).toEqual([{ ...before, tags: { team: 'declared', release: '2', theirs: 'stays' } }]);
});

describe('a channel that a list does not show', () => {
  test('since it lags is changed all the same', async () => {
    const define = (channelName: string) => (stack: Stack) => new SlackChannelConfiguration(stack, 'Channel', {
      workspace: SlackWorkspace.fromTeamId(stack, 'Workspace', TEAM), channelId: 'C1', channelName, notifyOnCaseSeverity: NotificationSeverity.NONE,
    });
    await account.succeed(define('one'));
    local.aws.services.faults.inject({
      fault: { kind: 'lag', changes: 1 }, operations: ['ListSlackChannelConfigurations'], count: 1, when: ({ accountId }) => accountId === account.id,
    });
    await account.succeed(define('two'));
    expect(account.channels()).toMatchObject([{ channelName: 'two' }]);
  });
});

describe('a workspace', () => {
  const define = (minutes: number, refresh?: string) => (stack: Stack) => {
    new ChannelsProvider(stack, 'CdkSupportChannels', { timeout: Duration.minutes(minutes) });
    new SlackWorkspace(stack, 'Workspace', { teamId: TEAM, refresh });
  };

  beforeEach(() => {
    account = local.newAccount();
  });

  test('that was removed by hand is registered again by another refresh, once', async () => {
    await account.succeed(define(2));
    local.aws.services.supportApp.store.removeWorkspace(account.id, TEAM);
    await account.succeed(define(2, 'now'));
    expect([...account.supportApp.workspaces.keys()]).toEqual([TEAM]);
  });

  test('that the organization has withdrawn keeps nobody from another timeout', async () => {
    await account.succeed(define(2));
    account.supportApp.organization = undefined;
    await account.succeed(define(5));
  });

  test('whose registration fails otherwise fails the update, as its attributes are not known, but never its rollback', async () => {
    await account.succeed(define(2));
    local.aws.services.faults.inject({
      fault: { kind: 'error', code: 'AccessDeniedException', message: 'no', status: 403 },
      operations: ['RegisterSlackWorkspaceForOrganization'],
      count: Infinity,
      when: ({ accountId }) => accountId === account.id,
    });
    await account.deploy(define(5));
    expect(account.stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect([...account.supportApp.workspaces.keys()]).toEqual([TEAM]);
  });
});
