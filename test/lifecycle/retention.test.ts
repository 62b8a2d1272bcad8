import { aws_iam as iam, CfnResource, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { type Account, type ChimeChannelOptions, defineChimeChannel, failAfter, TEAM, useLocalAws } from './harness';
import {
  AccountAlias, ExistingConfiguration, NotificationSeverity, SlackChannelConfiguration, type SlackChannelConfigurationProps,
  SlackWorkspace, SupportAppRole,
} from '../../src';

/** What outlives its stack works on, and can come back. */
const local = useLocalAws();
let account: Account;

const { ADOPT, OWN } = ExistingConfiguration;
const CHANNEL = 'C012ABCDEFG';

beforeEach(() => {
  account = local.newAccountWithWorkspace();
});

/** A channel with the default role, unless told. */
function channel(props: Partial<SlackChannelConfigurationProps> = {}, id = 'Channel') {
  return (stack: Stack) => new SlackChannelConfiguration(stack, id, {
    workspace: SlackWorkspace.fromTeamId(stack, 'Workspace', TEAM),
    channelId: CHANNEL,
    notifyOnCaseSeverity: NotificationSeverity.NONE,
    ...props,
  });
}

/** What keeps a stack that loses all else. */
function other(stack: Stack): void {
  new CfnResource(stack, 'Other', { type: 'AWS::SSM::Parameter', properties: { Type: 'String', Value: 'value' } });
}

/** The role that people have given to the channel in the console. */
function consoleRole(stack: Stack): iam.IRole {
  return iam.Role.fromRoleArn(stack, 'Former', account.roleArn('ConsoleRole'), { mutable: false });
}

/** The roles of all channels that there are, and whether each exists. */
function roles(): [string, boolean][] {
  return account.channels().map(({ channelRoleArn }) => [channelRoleArn, local.aws.cloudFormation.role(channelRoleArn) !== undefined]);
}

describe('a channel that stays keeps a role that exists', () => {
  test.each<[string, (stack: Stack) => SlackChannelConfiguration]>([
    ['retained, with the default role', channel({ removalPolicy: RemovalPolicy.RETAIN })],
    ['adopted, with the default role', (stack) => channel({ existing: ADOPT, formerChannelRole: consoleRole(stack) })(stack)],
    ['adopted, with a SupportAppRole of the stack that stays, as the warning says', (stack) => {
      const channelRole = new SupportAppRole(stack, 'ReadOnly');
      channelRole.applyRemovalPolicy(RemovalPolicy.RETAIN);
      return channel({ existing: ADOPT, formerChannelRole: consoleRole(stack), channelRole })(stack);
    }],
  ])('%s: when the stack is deleted, when only the construct goes, and when it comes back', async (name, define) => {
    const kept = [[expect.stringContaining(':role/Stack-'), true]];
    if (name.startsWith('adopted')) {
      account.putChannel({ channelId: CHANNEL });
    }
    await account.succeed(define);
    await account.delete();
    expect(roles()).toEqual(kept);
    await account.succeed((stack) => {
      other(stack);
      define(stack);
    });
    await account.succeed(other);
    expect(roles()).toEqual(kept);
    await account.succeed(define);
    expect(roles()).toEqual(kept);
  });

  test('adopted: it has its own again after a creation that fails', async () => {
    const before = account.putChannel({ channelId: CHANNEL });
    const result = await account.deploy((stack) => failAfter(stack, channel({
      existing: ADOPT, formerChannelRole: consoleRole(stack), channelRole: new SupportAppRole(stack, 'ReadOnly'),
    })(stack)));
    expect(result.status).toBe('ROLLBACK_COMPLETE');
    expect(account.channels()).toEqual([before]);
    expect(roles()).toEqual([[before.channelRoleArn, true]]);
  });
});

describe('what was retained comes back with OWN, is changed and moved as ever, and is deleted with the stack', () => {
  interface Options {
    readonly existing?: ExistingConfiguration;
    readonly removalPolicy?: RemovalPolicy;
    readonly text?: string;
    readonly id?: string;
  }

  test.each<[string, (options: Options) => (stack: Stack) => unknown]>([
    ['a channel', ({ text, id, ...rest }) => channel({ channelName: text, ...rest }, id)],
    ['an alias', ({ text = 'x', id = 'Alias', ...rest }) => (stack) => new AccountAlias(stack, id, { accountAlias: text, ...rest })],
  ])('%s', async (_kind, define) => {
    const before = account.state();
    const beside = (options: Options) => (stack: Stack) => {
      other(stack);
      define(options)(stack);
    };
    await account.succeed(beside({ removalPolicy: RemovalPolicy.RETAIN }));
    await account.succeed(other);
    expect(account.state()).not.toEqual(before);
    await account.succeed(beside({ existing: OWN }));
    await account.succeed(beside({ text: 'changed', id: 'Moved' }));
    await account.delete();
    expect(account.state()).toEqual(before);
  });

  test('a Chime channel, with its messages', async () => {
    const appInstance = account.newAppInstance();
    const define = (props: Partial<ChimeChannelOptions>) => (stack: Stack) =>
      defineChimeChannel(stack, appInstance, { channelId: 'ops', ...props });
    await account.succeed(define({ removalPolicy: RemovalPolicy.RETAIN }));
    account.sendMessages();
    await account.delete();
    await account.succeed(define({ existing: OWN }));
    expect(account.chimeChannels()).toMatchObject([{ messages: [{ content: 'hello' }] }]);
    await account.delete();
    expect(account.chimeChannels()).toEqual([]);
  });

  test('not without OWN: it counts as adopted, and stays', async () => {
    const alias = (removalPolicy?: RemovalPolicy) => (stack: Stack) =>
      new AccountAlias(stack, 'Alias', { accountAlias: 'x', removalPolicy });
    await account.succeed(alias(RemovalPolicy.RETAIN));
    await account.delete();
    await account.succeed(alias());
    await account.delete();
    expect(account.supportApp.accountAlias).toBe('x');
  });
});
