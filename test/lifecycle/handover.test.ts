import { aws_iam as iam, CfnResource, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import {
  type Account, type AppInstance, defineChimeChannel, type Definition, failAfter, OTHER_TEAM, ownProvider, TEAM, useLocalAws,
} from './harness';
import {
  AccountAlias, type AccountAliasProps, type ChimeChannelProps, ExistingConfiguration, NotificationSeverity, SlackChannelConfiguration,
  type SlackChannelConfigurationProps, SlackWorkspace,
} from '../../src';

const local = useLocalAws();

let account: Account;
/** The stack that has a thing first, and the one that it moves to. */
let former: Account;
let latter: Account;

beforeEach(() => {
  account = local.newAccount();
  former = account.withStack('Former');
  latter = account.withStack('Latter');
});

const CHANNEL = 'C012ABCDEFG';

function defineChannel(stack: Stack, props: Partial<SlackChannelConfigurationProps> = {}): SlackChannelConfiguration {
  return new SlackChannelConfiguration(stack, 'Channel', {
    workspace: SlackWorkspace.fromTeamId(stack, 'Workspace', TEAM),
    channelId: CHANNEL,
    notifyOnCaseSeverity: NotificationSeverity.NONE,
    ...props,
  });
}

/** A channel whose role belongs to no stack. */
function defineChannelWithRole(stack: Stack, props: Partial<SlackChannelConfigurationProps> = {}): SlackChannelConfiguration {
  const channelRole = iam.Role.fromRoleArn(stack, 'Role', account.roleArn('ChannelRole'), { mutable: false });
  return defineChannel(stack, { channelRole, ...props });
}

const { OWN } = ExistingConfiguration;

function alias(stack: Stack, props: Partial<AccountAliasProps> = {}): AccountAlias {
  return new AccountAlias(stack, 'Alias', { accountAlias: 'acme', ...props });
}

/** What keeps a stack that loses all else. */
function defineOther(stack: Stack): void {
  new CfnResource(stack, 'Other', { type: 'AWS::SSM::Parameter', properties: { Type: 'String', Value: 'value' } });
}

const aliasOf = () => account.supportApp.accountAlias;
const workspaces = () => [...account.supportApp.workspaces.keys()];

/** What the handlers have written, once all of them have ended. */
async function log(): Promise<string> {
  await local.aws.cloudFormation.lambda.settled();
  return local.aws.cloudFormation.lambda.log();
}

/** The role that the channel has now, as a user finds it in the Support Center. */
function roleOfChannel(stack: Stack): iam.IRole {
  return iam.Role.fromRoleArn(stack, 'FormerRole', account.channels()[0].channelRoleArn!, { mutable: false });
}

describe('what moves to another stack, which comes first, stays when the former stack lets go of it', () => {
  async function move(define: (stack: Stack) => unknown, defineFormer = define): Promise<void> {
    await former.succeed((stack) => {
      defineOther(stack);
      defineFormer(stack);
    });
    await latter.succeed(define);
    await former.succeed(defineOther);
  }

  test('an alias', async () => {
    await move((stack) => new AccountAlias(stack, 'Alias', { accountAlias: 'acme' }));
    expect(aliasOf()).toBe('acme');
    expect(await log()).toContain('in another stack: left');
  });

  test('a workspace, to which the latter stack can add a channel', async () => {
    await move((stack) => new SlackWorkspace(stack, 'Workspace', { teamId: TEAM }));
    expect(workspaces()).toEqual([TEAM]);
  });

  test('a channel with a role of its own', async () => {
    local.aws.services.supportApp.store.authorizeWorkspace(account.id, TEAM);
    await move(defineChannelWithRole);
    expect(account.channels()).toHaveLength(1);
  });

  test('a channel with the default role, which the latter stack adopts', async () => {
    local.aws.services.supportApp.store.authorizeWorkspace(account.id, TEAM);
    await former.succeed((stack) => {
      defineOther(stack);
      defineChannel(stack);
    });
    await latter.succeed((stack) => defineChannel(stack, { existing: ExistingConfiguration.ADOPT, formerChannelRole: roleOfChannel(stack) }));
    await former.succeed(defineOther);
    const [{ channelRoleArn }] = account.channels();
    expect(channelRoleArn).toContain(':role/Latter-');
  });

  test('a Chime channel that the former stack would delete, with its messages', async () => {
    const appInstance = account.newAppInstance();
    await former.succeed((stack) => {
      defineOther(stack);
      defineChimeChannel(stack, appInstance, { channelId: 'ops' });
    });
    account.sendMessages();
    await latter.succeed((stack) => defineChimeChannel(stack, appInstance, { channelId: 'ops' }));
    await former.succeed(defineOther);
    expect(account.chimeChannels()).toMatchObject([{ messages: [{ content: 'hello' }] }]);
  });

  test.each<[string, (latter: Account, last: Account) => Promise<unknown>]>([
    ['retains it first', async (owner, next) => {
      await owner.succeed((stack) => alias(stack, { existing: OWN, removalPolicy: RemovalPolicy.RETAIN }));
      await next.succeed((stack) => alias(stack, { existing: OWN }));
    }],
    ['lets the next one adopt it, which owns it later', async (_owner, next) => {
      await next.succeed((stack) => alias(stack, { existing: ExistingConfiguration.ADOPT }));
    }],
  ])('once more, from a stack that owns it and %s', async (_case, handOver) => {
    const last = account.withStack('Last');
    await move((stack) => alias(stack, { existing: OWN }), (stack) => alias(stack));
    await handOver(latter, last);
    await latter.delete();
    expect(aliasOf()).toBe('acme');
    await last.succeed((stack) => alias(stack, { existing: OWN }));
    await last.delete();
    expect(aliasOf()).toBeUndefined();
  });

  test('and also when the former stack is deleted, as when a stack is renamed', async () => {
    await former.succeed((stack) => new AccountAlias(stack, 'Alias', { accountAlias: 'acme' }));
    await latter.succeed((stack) => new AccountAlias(stack, 'Alias', { accountAlias: 'acme' }));
    await former.delete();
    expect(aliasOf()).toBe('acme');
  });
});

describe('what one stack has taken to own stays when another one takes it to own and the former lets go of it', () => {
  const own = (stack: Stack) => new AccountAlias(stack, 'Alias', { accountAlias: 'acme', existing: OWN });

  beforeEach(() => {
    account.supportApp.accountAlias = 'acme';
  });

  test('and goes with the last one', async () => {
    const last = account.withStack('Last');
    await former.succeed(own);
    await latter.succeed(own);
    await former.delete();
    await last.succeed(own);
    await latter.delete();
    expect(account.supportApp.accountAlias).toBe('acme');
    await last.delete();
    expect(account.supportApp.accountAlias).toBeUndefined();
  });

  test('and when the latter lets go of it first, or its creation is taken back', async () => {
    await former.succeed(own);
    await latter.succeed(own);
    await latter.delete();
    expect(account.supportApp.accountAlias).toBe('acme');
    await account.withStack('Last').deploy((stack) => failAfter(stack, own(stack)));
    expect(account.supportApp.accountAlias).toBe('acme');
    await former.delete();
    expect(account.supportApp.accountAlias).toBeUndefined();
  });
});

describe('what another stack has is not taken over with settings that do not show it that it is another\'s', () => {
  const room = (appInstance: AppInstance, changes: Partial<ChimeChannelProps> = {}) => (stack: Stack) =>
    defineChimeChannel(stack, appInstance, { channelId: 'room', ...changes });

  const IN_FORMER = /, which \w+ of stack Former has \(Custom::\w+\)\. Retain it there by its DeletionPolicy, remove it, then set existing to OWN here\./;

  /** Lets the former stack have something that the latter is refused with other settings, and answers what is there then. */
  async function refuse(define: Definition, defineOtherwise: Definition, refused = latter): Promise<void> {
    await former.succeed(define);
    const before = account.state();
    expect(await refused.fail(defineOtherwise)).toMatch(IN_FORMER);
    expect(account.state()).toEqual(before);
    await former.succeed(defineOther);
  }

  beforeEach(() => {
    local.aws.services.supportApp.store.authorizeWorkspace(account.id, TEAM);
  });

  test.each([OWN, ExistingConfiguration.ADOPT])('a Chime channel, with %s', async (existing) => {
    const appInstance = account.newAppInstance();
    await refuse(room(appInstance), room(appInstance, { existing, channelName: 'other' }));
    expect(account.chimeChannels()).toEqual([]);
  });

  test('an alias', async () => {
    await refuse((stack) => alias(stack), (stack) => alias(stack, { accountAlias: 'other', existing: OWN }));
    expect(aliasOf()).toBeUndefined();
  });

  test('an alias, from a stack in another Region', async () => {
    await refuse((stack) => alias(stack), (stack) => alias(stack, { accountAlias: 'other', existing: OWN }), account.withStack('Latter', 'eu-west-1'));
  });

  test('a channel with the same role', async () => {
    await refuse(defineChannelWithRole, (stack) => defineChannelWithRole(stack, { existing: OWN, channelName: 'other' }));
    expect(account.channels()).toEqual([]);
  });

  test('but is as it is, to be changed later', async () => {
    const appInstance = account.newAppInstance();
    await former.succeed(room(appInstance));
    await latter.succeed(room(appInstance, { existing: OWN }));
    await latter.succeed(room(appInstance, { existing: OWN, channelName: 'other' }));
    await former.delete();
    expect(account.chimeChannels()).toMatchObject([{ name: 'other' }]);
  });

  test('but is once the former stack has let go of it', async () => {
    const appInstance = account.newAppInstance();
    await former.succeed(room(appInstance, { removalPolicy: RemovalPolicy.RETAIN }));
    await former.delete();
    await latter.succeed(room(appInstance, { existing: OWN, channelName: 'other' }));
    expect(account.chimeChannels()).toMatchObject([{ name: 'other' }]);
  });
});

describe('what a stack has taken to own with other settings stays when', () => {
  const own = (accountAlias: string) => (stack: Stack) => alias(stack, { accountAlias, existing: OWN });

  test('another stack takes it to own as it is', async () => {
    account.supportApp.accountAlias = 'by hand';
    await former.succeed(own('acme'));
    await latter.succeed(own('acme'));
    await former.delete();
    expect(aliasOf()).toBe('acme');
    await latter.delete();
    expect(aliasOf()).toBeUndefined();
  });

  test('another stack takes it to own with its settings', async () => {
    const appInstance = account.newAppInstance();
    const room = (channelName: string) => (stack: Stack) => defineChimeChannel(stack, appInstance, { channelId: 'room', channelName, existing: OWN });
    await former.succeed((stack) => defineChimeChannel(stack, appInstance, { channelId: 'room', channelName: 'by hand', removalPolicy: RemovalPolicy.RETAIN }));
    await former.delete();
    await former.succeed(room('former'));
    await latter.succeed(room('latter'));
    await former.delete();
    expect(account.chimeChannels()).toMatchObject([{ name: 'latter' }]);
    await latter.delete();
    expect(account.chimeChannels()).toEqual([]);
  });
});

describe('a Chime channel that a stack has taken over with other settings, and that is gone by now,', () => {
  const room = (appInstance: AppInstance, existing: ExistingConfiguration) => (stack: Stack) =>
    defineChimeChannel(stack, appInstance, { channelId: 'room', channelName: 'ours', existing });
  const removeAll = () => account.chimeChannels().forEach(({ channelArn }) => local.aws.services.chime.store.deleteChannel(channelArn));

  test.each([OWN, ExistingConfiguration.ADOPT])('keeps no stack from its deletion: %s', async (existing) => {
    const appInstance = account.newAppInstance();
    account.putChimeChannel(appInstance, 'room');
    await account.succeed(room(appInstance, existing));
    removeAll();
    await account.delete();
    expect(account.chimeChannels()).toEqual([]);
  });

  test.each([OWN, ExistingConfiguration.ADOPT])('keeps no creation from its rollback: %s', async (existing) => {
    const appInstance = account.newAppInstance();
    account.putChimeChannel(appInstance, 'room');
    local.aws.cloudFormation.lambda.deliver = ({ payload }) => {
      if ((payload as { RequestType: string }).RequestType === 'Delete') {
        removeAll();
      }
      return [{}];
    };
    expect((await account.deploy((stack) => failAfter(stack, room(appInstance, existing)(stack)))).status).toBe('ROLLBACK_COMPLETE');
  });
});

describe('what one resource leaves by a replacement, another one of the stack takes in the same update, and it keeps its mark', () => {
  /** The first resource has another target then, and the second one the target that the first one had. */
  function inOrder<Resource extends IConstruct>(order: string, one: Resource, two: Resource): void {
    const [first, second] = order === 'the replacement first' ? [one, two] : [two, one];
    second.node.addDependency(first);
  }

  const marks = () => account.stack.liveResources().filter(({ type }) => type.startsWith('Custom::'))
    .map(({ physicalId }) => physicalId!.split('/')[1]);

  describe.each(['the replacement first', 'the replacement last'])('%s', (order) => {
    test('a workspace', async () => {
      await account.succeed((stack) => new SlackWorkspace(stack, 'One', { teamId: TEAM }));
      await account.succeed((stack) => inOrder(order,
        new SlackWorkspace(stack, 'One', { teamId: OTHER_TEAM }), new SlackWorkspace(stack, 'Two', { teamId: TEAM })));
      expect([workspaces().sort(), marks()]).toEqual([[TEAM, OTHER_TEAM].sort(), ['created', 'created']]);
      await account.delete();
      expect(workspaces()).toEqual([]);
    });

    test('a channel, with another name at once', async () => {
      local.aws.services.supportApp.store.authorizeWorkspace(account.id, TEAM);
      const channel = (stack: Stack, id: string, channelId: string, channelName: string) => new SlackChannelConfiguration(stack, id, {
        workspace: SlackWorkspace.fromTeamId(stack, `WorkspaceOf${id}`, TEAM),
        channelId,
        channelName,
        notifyOnCaseSeverity: NotificationSeverity.NONE,
      });
      await account.succeed((stack) => channel(stack, 'One', 'C1', 'first'));
      await account.succeed((stack) => inOrder(order, channel(stack, 'One', 'C2', 'second'), channel(stack, 'Two', 'C1', 'third')));
      expect(account.channels()).toMatchObject([{ channelId: 'C1', channelName: 'third' }, { channelId: 'C2', channelName: 'second' }]);
      expect(marks()).toEqual(['created', 'created']);
      await account.delete();
      expect(account.channels()).toEqual([]);
    });

    test('a Chime channel, with its messages', async () => {
      const appInstance = account.newAppInstance();
      const room = (stack: Stack, id: string, channelId: string) => defineChimeChannel(stack, appInstance, { id, channelId });
      await account.succeed((stack) => room(stack, 'One', 'a'));
      account.sendMessages();
      await account.succeed((stack) => inOrder(order, room(stack, 'One', 'b'), room(stack, 'Two', 'a')));
      expect(account.state().chimeChannels.map(({ channelId, messages }) => [channelId, messages]).sort())
        .toEqual([['a', ['hello']], ['b', []]]);
      expect(marks()).toEqual(['created', 'created']);
      await account.delete();
      expect(account.chimeChannels()).toEqual([]);
    });
  });
});

describe('a stack of the same name in another Region', () => {
  /** The names of the roles differ in nothing but what CloudFormation adds at random. */
  let elsewhere: Account;

  beforeEach(() => {
    elsewhere = account.withStack('Same', 'eu-west-1');
    former = account.withStack('Same');
    local.aws.services.supportApp.store.authorizeWorkspace(account.id, TEAM);
  });

  test('is refused what the first one has made with its default role, which stays as it is', async () => {
    await former.succeed(defineChannel);
    const before = account.state();
    expect(await elsewhere.fail(defineChannel))
      .toMatch(/^channelId: the account has a configuration for channel \w+ of workspace \w+, which \w+ of stack Same has /);
    expect(account.state()).toEqual(before);
    await elsewhere.delete();
    expect(account.state()).toEqual(before);
    await former.delete();
    expect(account.channels()).toEqual([]);
  });

  test('keeps what it has taken over, with a role that outlives both, when the first one is deleted', async () => {
    const define = (stack: Stack) => {
      defineChannelWithRole(stack);
      new AccountAlias(stack, 'Alias', { accountAlias: 'acme' });
    };
    await former.succeed(define);
    const before = account.state();
    await elsewhere.succeed(define);
    await former.delete();
    expect(account.state()).toEqual(before);
  });
});

describe('what another stack no longer holds is deleted', () => {
  test('when that stack has been deleted', async () => {
    await former.succeed((stack) => new AccountAlias(stack, 'Alias', { accountAlias: 'acme' }));
    await latter.succeed((stack) => new AccountAlias(stack, 'Alias', { accountAlias: 'acme' }));
    await latter.delete();
    expect(aliasOf()).toBe('acme');
    await former.delete();
    expect(aliasOf()).toBeUndefined();
  });

  test('when that stack is in another account', async () => {
    const other = local.newAccount();
    await account.succeed((stack) => new AccountAlias(stack, 'Alias', { accountAlias: 'acme' }));
    await other.succeed((stack) => new AccountAlias(stack, 'Alias', { accountAlias: 'acme' }));
    await account.delete();
    expect([aliasOf(), other.supportApp.accountAlias]).toEqual([undefined, 'acme']);
  });

  test('when the handler may not ask', async () => {
    const define = (stack: Stack) => {
      const role = account.handlerRole(stack, ['supportapp:*', 'cloudformation:ListStackResources', 'cloudformation:DescribeStackEvents']);
      new AccountAlias(stack, 'Alias', { accountAlias: 'acme', provider: ownProvider(stack, { role }) });
    };
    await account.succeed(define);
    await account.delete();
    expect(aliasOf()).toBeUndefined();
  });
});

describe('what somebody else has taken over is left', () => {
  beforeEach(() => {
    local.aws.services.supportApp.store.authorizeWorkspace(account.id, TEAM);
  });

  test('a channel that has another role', async () => {
    await account.succeed(defineChannel);
    local.aws.services.supportApp.store.removeChannel(account.id, { teamId: TEAM, channelId: CHANNEL });
    const theirs = account.putChannel({ channelId: CHANNEL, channelName: 'made by hand' });
    await account.delete();
    expect(account.channels()).toEqual([theirs]);
    expect(await log()).toContain('changed by others: left');
  });

  test('not a channel that has the role of the stack and another name', async () => {
    await account.succeed(defineChannelWithRole);
    account.putChannel({ channelId: CHANNEL, channelName: 'renamed by hand', channelRoleArn: account.roleArn('ChannelRole') });
    await account.delete();
    expect(account.channels()).toEqual([]);
  });

  test('a channel that another stack has adopted and changed', async () => {
    await former.succeed(defineChannel);
    await latter.succeed((stack) => defineChannel(stack, {
      existing: ExistingConfiguration.ADOPT,
      formerChannelRole: roleOfChannel(stack),
      notifyOnCaseSeverity: NotificationSeverity.ALL,
      notifyOnResolveCase: true,
    }));
    await former.delete();
    expect(account.channels()).toMatchObject([{ notifyOnCaseSeverity: 'all' }]);
  });
});
