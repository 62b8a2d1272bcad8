import { aws_iam as iam, type Stack } from 'aws-cdk-lib';
import { type Account, failAfter, failuresOf, ownProvider, TEAM, useLocalAws } from './harness';
import { AccountAlias, ExistingConfiguration, NotificationSeverity, SlackChannelConfiguration, SlackWorkspace } from '../../src';

/** A deployment that fails leaves the account as it was, however its creation is undone, and keeps nobody from the next one. */
const local = useLocalAws();
let account: Account;

const { ADOPT } = ExistingConfiguration;

beforeEach(() => {
  account = local.newAccountWithWorkspace();
});

/** The role that people have given to channels in the console. */
function consoleRole(stack: Stack): iam.IRole {
  return iam.Role.fromRoleArn(stack, 'ConsoleRole', account.roleArn('ConsoleRole'), { mutable: false });
}

describe('the mended deployment succeeds', () => {
  test('after one of five channels with the default role was refused', async () => {
    const theirs = account.putChannel({ channelId: 'C4' });
    const define = (existing?: ExistingConfiguration) => (stack: Stack) => {
      const workspace = SlackWorkspace.fromTeamId(stack, 'Workspace', TEAM);
      const formerChannelRole = consoleRole(stack);
      ['C0', 'C1', 'C2', 'C3', 'C4'].forEach((channelId) => workspace.addChannel(channelId, {
        channelId, notifyOnCaseSeverity: NotificationSeverity.NONE, ...channelId === 'C4' && { existing, formerChannelRole },
      }));
    };
    await account.deploy(define());
    await local.aws.cloudFormation.lambda.settled();
    expect(account.stack.status).toBe('ROLLBACK_COMPLETE');
    expect(account.channels()).toEqual([theirs]);
    await account.succeed(define(ADOPT));
    expect(account.channels()).toHaveLength(5);
  });

  test('after an alias was refused beside a channel', async () => {
    account.supportApp.accountAlias = 'theirs';
    const define = (existing?: ExistingConfiguration) => (stack: Stack) => {
      SlackWorkspace.fromTeamId(stack, 'Workspace', TEAM)
        .addChannel('Channel', { channelId: 'C1', notifyOnCaseSeverity: NotificationSeverity.NONE });
      new AccountAlias(stack, 'Alias', { accountAlias: 'ours', existing });
    };
    await account.deploy(define());
    await local.aws.cloudFormation.lambda.settled();
    expect(account.channels()).toEqual([]);
    await account.succeed(define(ADOPT));
    expect(account.state()).toMatchObject({ accountAlias: 'ours', channels: [{ channelId: 'C1' }] });
  });

  test.each<[string, boolean]>([['which the stack then deletes', false], ['which stays, and whose role is gone', true]])(
    'after one whose answer was lost, and which has made a channel with the default role, %s', async (_case, stays) => {
      const define = (stack: Stack) => SlackWorkspace.fromTeamId(stack, 'Workspace', TEAM)
        .addChannel('Channel', { channelId: 'C1', notifyOnCaseSeverity: NotificationSeverity.NONE });
      const { bucket, lambda } = local.aws.cloudFormation;
      let made: ReturnType<typeof account.channels> = [];
      lambda.deliver = ({ payload }) => {
        if ((payload as { RequestType: string }).RequestType === 'Delete') {
          made = account.channels();
          bucket.clear();
        }
        return [{}];
      };
      bucket.inject({ kind: 'status', statusCode: 403, times: Infinity });
      expect(failuresOf(await account.deploy(define)).join()).toContain('did not receive a response');
      expect(made).toHaveLength(1);
      expect(account.channels()).toEqual([]);
      if (stays) {
        local.aws.services.supportApp.store.putChannel(account.id, made[0]);
      }
      await account.succeed(define);
      const [{ channelRoleArn }] = account.channels();
      expect(channelRoleArn).not.toBe(made[0].channelRoleArn);
      expect(local.aws.cloudFormation.role(channelRoleArn)).toBeDefined();
    });
});

describe('a creation with adoptions that fails has put back what was there', () => {
  const define = (stack: Stack) => {
    const channel = SlackWorkspace.fromTeamId(stack, 'Workspace', TEAM).addChannel('Channel', {
      channelId: 'C1', notifyOnCaseSeverity: NotificationSeverity.NONE, existing: ADOPT, formerChannelRole: consoleRole(stack),
    });
    failAfter(stack, channel, new AccountAlias(stack, 'Alias', { accountAlias: 'ours', existing: ADOPT }));
  };
  let before: ReturnType<typeof account.state>;

  beforeEach(() => {
    account.putChannel({ channelId: 'C1' });
    account.supportApp.accountAlias = 'theirs';
    before = account.state();
  });

  test('with --on-failure DELETE', async () => {
    const { status } = await account.deployTemplate(local.synthesize(define), undefined, { onFailure: 'DELETE' });
    expect(status).toBe('DELETE_COMPLETE');
    expect(account.state()).toEqual(before);
  });

  test('when it was left as it was, and is deleted then', async () => {
    const { status } = await account.deployTemplate(local.synthesize(define), undefined, { disableRollback: true });
    expect(status).toBe('CREATE_FAILED');
    expect(account.state()).not.toEqual(before);
    await account.delete();
    expect(account.state()).toEqual(before);
  });

  test('when it was left as it was, and is rolled back then', async () => {
    await account.deployTemplate(local.synthesize(define), undefined, { disableRollback: true });
    const { status } = await local.aws.cloudFormation.rollbackStack({ stackName: account.stack.id });
    expect(status).toBe('ROLLBACK_COMPLETE');
    expect(account.state()).toEqual(before);
  });
});

describe('an update that adds an adoption to a stack with a channel, and fails, gives the former role back', () => {
  test.each<[string, (stack: Stack) => iam.IRole | undefined]>([
    ['the provider\'s own role', () => undefined],
    ['a role of the stack', (stack) => new iam.Role(stack, 'Given', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') })],
    ['an imported role', (stack) => iam.Role.fromRoleArn(stack, 'Given', account.roleArn(`Imported-${account.id}`, 'lambda.amazonaws.com'))],
  ])('with %s', async (_case, giveRole) => {
    account.putChannel({ channelId: 'C2', channelName: 'theirs' });
    const define = (adopts: boolean) => (stack: Stack) => {
      const provider = ownProvider(stack, { role: giveRole(stack) });
      const common = { workspace: SlackWorkspace.fromTeamId(stack, 'Workspace', TEAM), notifyOnCaseSeverity: NotificationSeverity.NONE, provider };
      new SlackChannelConfiguration(stack, 'One', { ...common, channelId: 'C1' });
      if (adopts) {
        failAfter(stack, new SlackChannelConfiguration(stack, 'Two', {
          ...common, channelId: 'C2', channelName: 'ours', existing: ExistingConfiguration.OWN, formerChannelRole: consoleRole(stack),
        }));
      }
    };
    await account.succeed(define(false));
    const before = account.state();
    const result = await account.deploy(define(true));
    expect([result.status, failuresOf(result)]).toEqual(['UPDATE_ROLLBACK_COMPLETE', []]);
    expect(account.state()).toEqual(before);
  });
});
