import { aws_iam as iam, CfnResource, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { type Account, type Definition, failAfter, failuresOf, OTHER_TEAM, TEAM, useLocalAws } from './harness';
import type { StackResult } from '../../local-aws/cloudformation/stack';
import { AccountAlias, ChannelsProvider, ChimeChannel, NotificationSeverity, SlackChannelConfiguration, SlackWorkspace } from '../../src';

const TYPES = {
  workspace: 'Custom::SupportAppSlackWorkspace',
  channel: 'Custom::SupportAppSlackChannelConfiguration',
  alias: 'Custom::SupportAppAccountAlias',
  chime: 'Custom::ChimeChannel',
};
type Kind = keyof typeof TYPES;
const KINDS = Object.keys(TYPES) as Kind[];
export type GiveRole = (stack: Stack) => iam.IRole | undefined;

const local = useLocalAws();
export let account: Account;
let appInstance: { appInstanceArn: string; chimeBearer: string };

beforeEach(() => {
  // The channel's workspace is not the one that the stack registers, so that either can go without the other.
  account = local.newAccountWithWorkspace();
  appInstance = account.newAppInstance();
});

/** What the handler may act as: every combination is a matter of minutes. */
export const ROLES: [string, GiveRole][] = [
  ['the provider\'s own role', () => undefined],
  ['a role of the stack', (stack) => new iam.Role(stack, 'Given', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') })],
  // It outlives the stack, without any permission of its own.
  ['an imported role', (stack) => iam.Role.fromRoleArn(stack, 'Given', account.roleArn(`Imported-${account.id}`, 'lambda.amazonaws.com'))],
];

/** At most one resource of each type; all that the handler made goes with its construct. */
export function resources(
  kinds: Kind[], giveRole: GiveRole, { fails = false, ...chimeProps }: { fails?: boolean; chimeBearer?: string } = {},
): Definition {
  return (stack) => {
    new CfnResource(stack, 'Other', { type: 'AWS::SSM::Parameter', properties: { Type: 'String', Value: kinds.join() || 'none' } });
    const role = kinds.length > 0 ? giveRole(stack) : undefined;
    const provider = role && new ChannelsProvider(stack, 'CdkSupportChannels', { role });
    const define = {
      workspace: () => new SlackWorkspace(stack, 'Workspace', { teamId: OTHER_TEAM, provider }),
      channel: () => new SlackChannelConfiguration(stack, 'Channel', {
        workspace: SlackWorkspace.fromTeamId(stack, 'Imported', TEAM),
        channelId: 'C012ABCDEFG',
        notifyOnCaseSeverity: NotificationSeverity.NONE,
        provider,
      }),
      alias: () => new AccountAlias(stack, 'Alias', { accountAlias: 'ours', provider }),
      chime: () => new ChimeChannel(stack, 'Chime', {
        ...appInstance, channelName: 'Operations', removalPolicy: RemovalPolicy.DESTROY, provider, ...chimeProps,
      }),
    };
    const constructs = kinds.map((kind) => define[kind]());
    if (fails) {
      failAfter(stack, ...constructs);
    }
  };
}

/** The kinds of which the account has one. */
export function present(): Kind[] {
  const { workspaces, channels, accountAlias, chimeChannels } = account.state();
  const counts = {
    workspace: workspaces.filter(({ teamId }) => teamId === OTHER_TEAM).length,
    channel: channels.length,
    alias: accountAlias === 'ours' ? 1 : 0,
    chime: chimeChannels.length,
  };
  expect(Math.max(...Object.values(counts))).toBeLessThanOrEqual(1);
  return KINDS.filter((kind) => counts[kind] === 1);
}

/** The logical ids of the policies for resources. A given role of the stack has another policy, for the handler itself. */
function resourcePolicies(): string[] {
  return account.stack.liveResources().map(({ logicalId }) => logicalId).filter((logicalId) => logicalId.startsWith('CdkSupportChannelsPolicy'));
}

export function denied() {
  return account.requests().filter(({ outcome }) => /AccessDenied|Forbidden/.test(outcome.errorCode ?? '')).map(({ operation }) => operation);
}

/** That an update deleted a resource, and an old policy after it, and had made the new policy, if any, before. */
function expectDeletedBeforePolicy({ events }: StackResult, type: string, oldPolicy: string, newPolicy?: string): void {
  const indexOf = (matches: (event: StackResult['events'][number]) => boolean) => events.findIndex(matches);
  const cleanup = indexOf(({ status }) => status === 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
  const resourceDeleted = indexOf((event) => event.type === type && event.status === 'DELETE_COMPLETE');
  const policyDeletion = indexOf(({ logicalId, status }) => logicalId === oldPolicy && status === 'DELETE_IN_PROGRESS');
  expect(cleanup).toBeGreaterThan(-1);
  expect(resourceDeleted).toBeGreaterThan(cleanup);
  expect(policyDeletion).toBeGreaterThan(resourceDeleted);
  expect(events).toContainEqual(expect.objectContaining({ logicalId: oldPolicy, status: 'DELETE_COMPLETE' }));
  if (newPolicy !== undefined) {
    const made = indexOf(({ logicalId, status }) => logicalId === newPolicy && status === 'CREATE_COMPLETE');
    expect(made).toBeGreaterThan(-1);
    expect(made).toBeLessThan(cleanup);
  }
}

/** Removals, additions and replacements, with each of these roles. */
export function testRemovals(roles: typeof ROLES): void {
  describe.each(roles)('with %s', (_, giveRole) => {
    test.each(KINDS)('the last %s is deleted while the others stay, and comes again', async (kind) => {
      const others = KINDS.filter((other) => other !== kind);
      await account.succeed(resources(KINDS, giveRole));
      expect(present()).toEqual(KINDS);
      const [all] = resourcePolicies();
      expect(resourcePolicies()).toEqual([all]);

      const removal = await account.succeed(resources(others, giveRole));
      expect(present()).toEqual(others);
      const [fewer] = resourcePolicies();
      expect(resourcePolicies()).toEqual([fewer]);
      expect(fewer).not.toBe(all);
      expectDeletedBeforePolicy(removal, TYPES[kind], all, fewer);

      await account.succeed(resources(KINDS, giveRole));
      expect(present()).toEqual(KINDS);
      expect(resourcePolicies()).toEqual([all]);

      await account.delete();
      expect(present()).toEqual([]);
      expect(denied()).toEqual([]);
    });

    test('one after the other goes, the last one with the provider, and nothing is left behind', async () => {
      const before = account.state();
      for (let count = KINDS.length; count > 0; count -= 1) {
        await account.succeed(resources(KINDS.slice(0, count), giveRole));
        expect(present()).toEqual(KINDS.slice(0, count));
        expect(resourcePolicies()).toHaveLength(1);
      }
      const [policy] = resourcePolicies();
      expectDeletedBeforePolicy(await account.succeed(resources([], giveRole)), TYPES.workspace, policy);
      expect(account.stack.liveResources().map(({ logicalId }) => logicalId)).toEqual(['Other']);
      expect(account.state()).toEqual(before);
      expect(denied()).toEqual([]);
    });

    test('a removal that is rolled back leaves the resource and its policy', async () => {
      await account.succeed(resources(KINDS, giveRole));
      const [before, policies] = [account.state(), resourcePolicies()];
      const result = await account.deploy(resources(['workspace', 'channel'], giveRole, { fails: true }));
      expect(result.status).toBe('UPDATE_ROLLBACK_COMPLETE');
      expect(failuresOf(result)).toEqual([]);
      expect(account.state()).toEqual(before);
      expect(resourcePolicies()).toEqual(policies);
      await account.delete();
      expect(present()).toEqual([]);
      expect(denied()).toEqual([]);
    });

    test('an addition that is rolled back is deleted before its policy, and the policy of the others stays', async () => {
      await account.succeed(resources(['workspace'], giveRole));
      const policies = resourcePolicies();
      const result = await account.deploy(resources(KINDS, giveRole, { fails: true }));
      expect(result.status).toBe('UPDATE_ROLLBACK_COMPLETE');
      expect(failuresOf(result)).toEqual([]);
      expect(present()).toEqual(['workspace']);
      expect(resourcePolicies()).toEqual(policies);
      await account.succeed(resources([], giveRole));
      expect(present()).toEqual([]);
      expect(denied()).toEqual([]);
    });

    test('a Chime channel in another AppInstance replaces the old one, which is deleted with the permissions for the old AppInstance', async () => {
      await account.succeed(resources(['chime'], giveRole));
      const [policy] = resourcePolicies();
      const [{ channelArn }] = account.chimeChannels();
      appInstance = account.newAppInstance();

      const replacement = await account.succeed(resources(['chime'], giveRole));
      expect(account.chimeChannels()).toEqual([expect.objectContaining({ channelArn: expect.stringContaining(`${appInstance.appInstanceArn}/channel/`) })]);
      expect(account.chimeChannels()[0].channelArn).not.toBe(channelArn);
      expect(account.requests().filter(({ operation }) => operation === 'DeleteChannel').map(({ outcome }) => outcome.committed)).toEqual([true]);
      const [renewed] = resourcePolicies();
      expect(resourcePolicies()).toEqual([renewed]);
      expectDeletedBeforePolicy(replacement, TYPES.chime, policy, renewed);

      await account.succeed(resources([], giveRole));
      expect(account.chimeChannels()).toEqual([]);
      expect(denied()).toEqual([]);
    });

    test('another bearer in the same AppInstance manages the channel, and the policy for the old one goes', async () => {
      await account.succeed(resources(['chime'], giveRole));
      const [policy] = resourcePolicies();
      const [{ channelArn }] = account.chimeChannels();
      const { store } = local.aws.services.chime;
      const chimeBearer = store.createAppInstanceUser(appInstance.appInstanceArn, 'successor');
      store.createAppInstanceAdmin(chimeBearer);

      const { events } = await account.succeed(resources(['chime'], giveRole, { chimeBearer }));
      expect(account.chimeChannels().map((channel) => channel.channelArn)).toEqual([channelArn]);
      const [renewed] = resourcePolicies();
      expect(resourcePolicies()).toEqual([renewed]);
      expect(renewed).not.toBe(policy);
      const indexOf = (logicalId: string, status: string) => events.findIndex((event) => event.logicalId === logicalId && event.status === status);
      const update = indexOf(account.resource(TYPES.chime).logicalId, 'UPDATE_COMPLETE');
      expect(indexOf(renewed, 'CREATE_COMPLETE')).toBeGreaterThan(-1);
      expect(update).toBeGreaterThan(indexOf(renewed, 'CREATE_COMPLETE'));
      expect(indexOf(policy, 'DELETE_COMPLETE')).toBeGreaterThan(update);

      await account.succeed(resources([], giveRole));
      expect(account.chimeChannels()).toEqual([]);
      expect(denied()).toEqual([]);
    });
  });
}
