import { aws_iam as iam, CfnResource, NestedStack, type Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { type Account, type AppInstance, defineChimeChannel, failAfter, TEAM, useLocalAws } from './harness';
import type { StackResource } from '../../local-aws/cloudformation/stack';
import {
  AccountAlias, ExistingConfiguration, NotificationSeverity, SlackChannelConfiguration, type SlackChannelConfigurationProps, SlackWorkspace,
} from '../../src';

/** A nested stack has a handler of its own, and is undone with the stack around it, whose events alone tell why. */
const local = useLocalAws();
let account: Account;
let appInstance: AppInstance;

const { ADOPT, OWN } = ExistingConfiguration;
const CHANNEL = 'C012ABCDEFG';

beforeEach(() => {
  account = local.newAccountWithWorkspace();
  appInstance = account.newAppInstance();
});

type Define = (stack: Stack) => IConstruct[];

/** A channel whose role outlives all stacks. */
function channel(existing?: ExistingConfiguration, props: Partial<SlackChannelConfigurationProps> = {}): Define {
  return (stack) => [new SlackChannelConfiguration(stack, 'Channel', {
    workspace: SlackWorkspace.fromTeamId(stack, 'Workspace', TEAM),
    channelId: CHANNEL,
    channelRole: iam.Role.fromRoleArn(stack, 'Role', account.roleArn('ConsoleRole'), { mutable: false }),
    notifyOnCaseSeverity: NotificationSeverity.NONE,
    existing,
    ...props,
  })];
}

/** The same, an alias and a Chime channel. */
function things(existing?: ExistingConfiguration, props?: Partial<SlackChannelConfigurationProps>): Define {
  return (stack) => [
    ...channel(existing, props)(stack),
    new AccountAlias(stack, 'Alias', { accountAlias: 'ours', existing }),
    defineChimeChannel(stack, appInstance, { id: 'Room', channelId: 'ops', channelName: 'ours', existing }),
  ];
}

/** What keeps a stack that has nothing else. */
function other(stack: Stack): IConstruct[] {
  return [new CfnResource(stack, 'Other', { type: 'AWS::SSM::Parameter', properties: { Type: 'String', Value: 'value' } })];
}

/** A stack with another one in it, where that is given. */
function around(inner?: Define, outer: Define = () => [], fails = false) {
  return (stack: Stack) => {
    const constructs = [...other(stack), ...outer(stack)];
    const nested = inner && new NestedStack(stack, 'Nested');
    if (nested) {
      other(nested);
      inner(nested);
    }
    if (fails) {
      failAfter(stack, ...constructs, ...nested ? [nested] : []);
    }
  };
}

/** What people have made of each, otherwise than it will be declared. */
function makeByHand(): void {
  account.putChannel({ channelId: CHANNEL });
  account.supportApp.accountAlias = 'theirs';
  account.putChimeChannel(appInstance, 'ops');
  account.sendMessages();
}

/** The marks of what the stack has, and of what the nested one has. */
function marks(): { outer: string[]; inner: string[] } {
  const stacks = local.aws.cloudFormation.stacks.filter(({ accountId, status }) => accountId === account.id && status !== 'DELETE_COMPLETE');
  const marksOf = (resources: StackResource[]) => resources.filter(({ type }) => type.startsWith('Custom::'))
    .map(({ physicalId }) => physicalId!.split('/')[1]).sort();
  return {
    outer: marksOf(account.stack.liveResources()),
    inner: marksOf(stacks.filter(({ parent }) => parent).flatMap((stack) => stack.liveResources())),
  };
}

afterEach(() => {
  expect(account.requests().filter(({ outcome }) => /AccessDenied/.test(outcome.errorCode ?? ''))).toEqual([]);
});

describe.each([['ADOPT', ADOPT], ['OWN', OWN]])('what a nested stack has taken over with %s', (_name, existing) => {
  beforeEach(makeByHand);

  test('is as it was before when the creation of the stack around it fails', async () => {
    const before = account.state();
    expect((await account.deploy(around(things(existing), undefined, true))).status).toBe('ROLLBACK_COMPLETE');
    expect(account.changes().length).toBeGreaterThan(3);
    expect(account.state()).toEqual(before);
  });

  test('is as it was before when that creation ends with --on-failure DELETE', async () => {
    const before = account.state();
    const template = local.synthesize(around(things(existing), undefined, true));
    expect((await account.deployTemplate(template, undefined, { onFailure: 'DELETE' })).status).toBe('DELETE_COMPLETE');
    expect(account.state()).toEqual(before);
  });

  test('is as it was before when the update fails that adds the nested stack', async () => {
    const before = account.state();
    await account.succeed(around());
    expect((await account.deploy(around(things(existing), undefined, true))).status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(account.state()).toEqual(before);
  });

  test('is as it was before when the update fails that changes the nested stack', async () => {
    const before = account.state();
    await account.succeed(around(() => []));
    expect((await account.deploy(around(things(existing), undefined, true))).status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(account.state()).toEqual(before);
  });

  test.each<[string, () => Promise<unknown>]>([
    ['the stack around it is deleted', () => account.delete()],
    ['an update takes the nested stack away', () => account.succeed(around())],
    ['an update takes them away from the nested stack', () => account.succeed(around(() => []))],
  ])('goes its way when %s', async (_case, act) => {
    await account.succeed(around(things(existing)));
    const complete = account.state();
    await act();
    expect(account.state()).toEqual(existing === ADOPT ? complete : { ...complete, accountAlias: undefined, channels: [], chimeChannels: [] });
  });
});

test('a stack that is nested in a nested one is deployed and deleted', async () => {
  await account.succeed((stack) => {
    things()(new NestedStack(new NestedStack(stack, 'Nested'), 'Inner'));
  });
  expect(marks()).toEqual({ outer: [], inner: ['created', 'created', 'created'] });
  await account.delete();
  expect(account.state()).toMatchObject({ accountAlias: undefined, channels: [], chimeChannels: [] });
});

describe('what moves between a stack and one that is nested in it', () => {
  test.each<[string, Define | undefined]>([['which stays', () => []], ['which comes and goes with it', undefined]])(
    'is there all the time, into a nested stack and back, %s', async (_case, nothing) => {
      await account.succeed(around(nothing, things()));
      account.sendMessages();
      const before = account.state();
      account.forgetRequests();
      await account.succeed(around(things(OWN)));
      expect(account.state()).toEqual(before);
      expect(marks()).toEqual({ outer: [], inner: ['owned', 'owned', 'owned'] });
      await account.succeed(around(nothing, things(ADOPT)));
      expect(account.state()).toEqual(before);
      expect(marks()).toEqual({ outer: ['adopted', 'adopted', 'adopted'], inner: [] });
      expect(account.changes()).toEqual([]);
    });

  test('is deleted with the nested stack once that owns it', async () => {
    await account.succeed(around(() => [], things()));
    await account.succeed(around(things(OWN)));
    await account.delete();
    expect(account.state()).toMatchObject({ accountAlias: undefined, channels: [], chimeChannels: [] });
  });

  test('with the default role of either has a role that exists', async () => {
    const define = (existing?: ExistingConfiguration): Define => (stack) => {
      const [present] = account.channels();
      const formerChannelRole = present && iam.Role.fromRoleArn(stack, 'FormerRole', present.channelRoleArn, { mutable: false });
      return channel(existing, { channelRole: undefined, formerChannelRole })(stack);
    };
    await account.succeed(around(() => [], define()));
    await account.succeed(around(define(OWN)));
    await account.succeed(around(() => [], define(ADOPT)));
    const [{ channelRoleArn }] = account.channels();
    expect(local.aws.cloudFormation.role(channelRoleArn)).toBeDefined();
  });

  test.each<[string, Define, Define]>([
    ['inwards', () => [], things()], ['outwards', things(), () => []],
  ])('stays where it was when the deployment fails that moves it %s', async (_case, inner, outer) => {
    await account.succeed(around(inner, outer));
    account.sendMessages();
    const before = { state: account.state(), marks: marks() };
    const moved = things(OWN);
    const [innerThen, outerThen] = _case === 'inwards' ? [moved, () => []] : [() => [], moved];
    expect((await account.deploy(around(innerThen, outerThen, true))).status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect({ state: account.state(), marks: marks() }).toEqual(before);
    await account.delete();
    expect(account.state()).toMatchObject({ accountAlias: undefined, channels: [], chimeChannels: [] });
  });

  test('is refused with other settings, which would not show whose it is', async () => {
    await account.succeed(around(() => [], things()));
    const before = { state: account.state(), marks: marks() };
    const result = await account.deploy(around(things(OWN, { channelName: 'moved' }), () => []));
    expect(result.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect({ state: account.state(), marks: marks() }).toEqual(before);
  });
});
