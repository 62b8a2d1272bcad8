import { RemovalPolicy, type Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { type Account, type AppInstance, defineChimeChannel, failAfter, OTHER_TEAM, TEAM, useLocalAws } from './harness';
import { NotificationSeverity, SlackChannelConfiguration, SlackWorkspace } from '../../src';

/** What a resource had before an update that is long over says nothing of what is there now. */
const local = useLocalAws();

describe('what a person has made since where a replacement was before', () => {
  let account: Account;

  /** One resource, and after it another one. */
  function inOrder(stack: Stack, ...defines: ((stack: Stack) => IConstruct)[]): void {
    const [first, second] = defines.map((define) => define(stack));
    second.node.addDependency(first);
  }

  test('of a Slack channel is refused with FAIL, and survives the stack', async () => {
    account = local.newAccountWithWorkspace();
    const channel = (id: string, channelId: string) => (stack: Stack) => new SlackChannelConfiguration(stack, id, {
      workspace: SlackWorkspace.fromTeamId(stack, `WorkspaceOf${id}`, TEAM),
      channelId,
      notifyOnCaseSeverity: NotificationSeverity.NONE,
    });
    await account.succeed(channel('One', 'C1'));
    await account.succeed(channel('One', 'C2'));
    const theirs = account.putChannel({ channelId: 'C1', channelName: 'theirs' });
    // That of the second channel moves, as it may.
    expect(await account.fail((stack) => inOrder(stack, channel('Renamed', 'C2'), channel('Two', 'C1'))))
      .toMatch(/^channelId: the account has a configuration for channel C1 of workspace \w+ that this stack did not create\. /);
    expect(account.channels()).toEqual([theirs, expect.objectContaining({ channelId: 'C2' })]);
    await account.delete();
    expect(account.channels()).toEqual([theirs]);
  });

  test('of a workspace counts as adopted, and survives the stack', async () => {
    account = local.newAccount();
    const workspace = (id: string, teamId: string) => (stack: Stack) => new SlackWorkspace(stack, id, { teamId });
    await account.succeed(workspace('One', TEAM));
    await account.succeed(workspace('One', OTHER_TEAM));
    local.aws.services.supportApp.store.authorizeWorkspace(account.id, TEAM);
    await account.succeed((stack) => inOrder(stack, workspace('Renamed', OTHER_TEAM), workspace('Two', TEAM)));
    await account.delete();
    expect([...account.supportApp.workspaces.keys()]).toEqual([TEAM]);
  });
});

describe.each([RemovalPolicy.DESTROY, RemovalPolicy.RETAIN])('a Chime channel with %s', (removalPolicy) => {
  test('that has replaced another one, long ago, survives a rollback that gives it its channelId again', async () => {
    const account = local.newAccount();
    const appInstance: AppInstance = account.newAppInstance();
    const channel = (channelId?: string) => (stack: Stack) =>
      defineChimeChannel(stack, appInstance, { channelId, removalPolicy });
    const standing = () => ({ channels: account.state().chimeChannels, physicalId: account.physicalId('Custom::ChimeChannel') });
    await account.succeed(channel('a'));
    await account.succeed(channel('b'));
    // The channel stays when its id is no longer declared.
    await account.succeed(channel());
    account.sendMessages();
    const before = standing();
    expect((await account.deploy((stack) => failAfter(stack, channel('b')(stack)))).status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(standing()).toEqual(before);
    expect(before.channels.find(({ channelId }) => channelId === 'b')).toMatchObject({ messages: ['hello'] });
    expect(before.physicalId).toMatch(/channel%2Fb/);
  });
});
