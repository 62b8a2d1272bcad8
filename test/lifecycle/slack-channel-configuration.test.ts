import { aws_iam as iam, CfnParameter, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { type Account, failAfter, failuresOf, ownProvider, OTHER_TEAM, TEAM, useLocalAws } from './harness';
import { CHANNELS_PER_ACCOUNT } from '../../local-aws/services/support-app';
import {
  type AddSlackChannelOptions, ChannelsProvider, ExistingConfiguration, NotificationSeverity, SlackChannelConfiguration, SlackWorkspace,
} from '../../src';

const TYPE = 'Custom::SupportAppSlackChannelConfiguration';
const CHANNEL = 'C012ABCDEFG';
const OTHER_CHANNEL = 'C0OTHER';
const TARGET = `${TEAM}/${CHANNEL}`;
const ADOPT = { existing: ExistingConfiguration.ADOPT };
const local = useLocalAws();
let account: Account;

beforeEach(() => {
  account = local.newAccountWithWorkspace();
});

interface Options extends Partial<AddSlackChannelOptions> {
  readonly id?: string;
  readonly teamId?: string;
  /** Name of a role that is there. */
  readonly roleName?: string;
  /** Name of the role that an adopted configuration has. */
  readonly formerRoleName?: string;
  readonly ownsProvider?: boolean;
}

/** A channel of a workspace that is not part of the stack. */
function channel({ id = 'Channel', teamId = TEAM, roleName = 'ChannelRole', formerRoleName, ownsProvider, ...options }: Options = {}) {
  return (stack: Stack) => new SlackChannelConfiguration(stack, id, {
    workspace: SlackWorkspace.fromTeamId(stack, 'Workspace', teamId),
    channelId: CHANNEL,
    channelRole: iam.Role.fromRoleArn(stack, 'ChannelRole', account.roleArn(roleName), { mutable: false }),
    formerChannelRole: formerRoleName ? iam.Role.fromRoleName(stack, 'FormerRole', formerRoleName) : undefined,
    notifyOnCaseSeverity: NotificationSeverity.ALL,
    notifyOnResolveCase: true,
    provider: ownsProvider ? ownProvider(stack) : undefined,
    ...options,
  });
}

function channelAndFailure(options: Options = {}) {
  return (stack: Stack) => failAfter(stack, channel(options)(stack));
}

/** What the service has for a channel that was declared without more than `channel` does. */
function configured(rest: object = {}) {
  return {
    teamId: TEAM,
    channelId: CHANNEL,
    channelRoleArn: account.roleArn('ChannelRole'),
    notifyOnCaseSeverity: 'all',
    notifyOnAddCorrespondenceToCase: false,
    notifyOnCreateOrReopenCase: false,
    notifyOnResolveCase: true,
    ...rest,
  };
}

function standing() {
  return { state: account.state(), physicalId: account.physicalId(TYPE) };
}

const ALREADY_EXISTS = `channelId: the account has a configuration for channel ${CHANNEL} of workspace ${TEAM} that this stack did not create. `
  + 'Set existing to ADOPT to let the stack change it, or remove what is there.';

describe('create', () => {
  test('configures the channel, and its physical id says that the stack created it', async () => {
    await account.succeed(channel({ channelName: 'Ops & Krümel #1' }));
    expect(account.channels()).toEqual([configured({ channelName: 'Ops & Krümel #1' })]);
    expect(account.physicalId(TYPE)).toBe(`SupportAppSlackChannelConfiguration/created/${TARGET}`);
    expect(account.changes()).toEqual(['CreateSlackChannelConfiguration']);
  });

  test('gives channels without a role the one role of the stack', async () => {
    await account.succeed((stack) => {
      channel({ channelRole: undefined })(stack);
      new SlackChannelConfiguration(stack, 'Second', {
        workspace: SlackWorkspace.fromTeamId(stack, 'Same', TEAM), channelId: OTHER_CHANNEL, notifyOnCaseSeverity: NotificationSeverity.NONE,
      });
    });
    const [first, second] = account.channels();
    expect(first.channelRoleArn).toBe(second.channelRoleArn);
    expect(local.aws.cloudFormation.role(first.channelRoleArn)?.trusts).toEqual(['supportapp.amazonaws.com']);
    await account.delete();
    expect(account.channels()).toEqual([]);
  });

  test('finds an existing configuration on a later page of the list', async () => {
    Array.from({ length: 12 }, (_, index) => account.putChannel({ channelId: `A${index}` }));
    account.putChannel({ channelId: CHANNEL });
    expect(await account.fail(channel())).toBe(ALREADY_EXISTS);
  });

  test('fails when the channel is configured otherwise, which stays so', async () => {
    account.putChannel({ channelId: CHANNEL });
    const before = account.state();
    expect(await account.fail(channel())).toBe(ALREADY_EXISTS);
    expect(account.state()).toEqual(before);
    expect(account.changes()).toEqual([]);
  });

  test.each([{}, ADOPT])('counts an equal configuration as adopted, and leaves it at the end (%j)', async (options) => {
    account.putChannel(configured());
    await account.succeed(channel(options));
    expect(account.physicalId(TYPE)).toBe(`SupportAppSlackChannelConfiguration/adopted/${TARGET}`);
    await account.delete();
    expect(account.changes()).toEqual([]);
    expect(account.channels()).toEqual([configured()]);
  });

  test('counts a configuration that differs only by a name which is not declared as equal', async () => {
    account.putChannel(configured({ channelName: 'theirs' }));
    await account.succeed(channel());
    expect(account.changes()).toEqual([]);
    expect(account.channels()).toEqual([configured({ channelName: 'theirs' })]);
  });

  test('fails when only the declared name differs', async () => {
    account.putChannel(configured({ channelName: 'theirs' }));
    expect(await account.fail(channel({ channelName: 'ours' }))).toBe(ALREADY_EXISTS);
  });

  test('adopts another configuration, brings it to the declared state, and releases it at the end', async () => {
    account.putChannel({ channelId: CHANNEL, channelName: 'theirs', notifyOnAddCorrespondenceToCase: true, notifyOnCreateOrReopenCase: true });
    await account.succeed(channel({ ...ADOPT, formerRoleName: 'ConsoleRole', channelName: 'ours' }));
    expect(account.channels()).toEqual([configured({ channelName: 'ours' })]);
    expect(account.physicalId(TYPE)).toMatch(new RegExp(`^SupportAppSlackChannelConfiguration/adopted/${TARGET};`));
    // The first one is sent as the configuration is: it proves that a rollback could pass the role.
    expect(account.changes()).toEqual(['UpdateSlackChannelConfiguration', 'UpdateSlackChannelConfiguration']);
    await account.succeed(channel({ ...ADOPT, formerRoleName: 'ConsoleRole', channelName: 'changed' }));
    await account.delete();
    expect(account.channels()).toEqual([configured({ channelName: 'changed' })]);
  });

  test('adopts the configuration with the longest name', async () => {
    const before = account.putChannel({ channelId: CHANNEL, channelName: 'ü'.repeat(256) });
    await account.deploy(channelAndFailure({ ...ADOPT, roleName: 'ConsoleRole' }));
    expect(account.stack.status).toBe('ROLLBACK_COMPLETE');
    expect(account.channels()).toEqual([before]);
  });

  test('is undone when the stack rolls back', async () => {
    await account.deploy(channelAndFailure());
    expect(account.stack.status).toBe('ROLLBACK_COMPLETE');
    expect(account.changes()).toEqual(['CreateSlackChannelConfiguration', 'DeleteSlackChannelConfiguration']);
    expect(account.channels()).toEqual([]);
  });

  test('gives back the configuration that it had adopted when the stack rolls back', async () => {
    const before = account.putChannel({ channelId: CHANNEL, channelName: 'theirs', notifyOnAddCorrespondenceToCase: true });
    await account.deploy(channelAndFailure({ ...ADOPT, roleName: 'ConsoleRole', channelName: 'ours' }));
    expect(account.stack.status).toBe('ROLLBACK_COMPLETE');
    expect(account.channels()).toEqual([before]);
  });

  test('gives back the role, too, of the configuration that it had adopted when the handler may pass that role', async () => {
    const before = account.putChannel({ channelId: CHANNEL, channelName: 'theirs' });
    const result = await account.deploy((stack) => {
      const provider = ownProvider(stack);
      provider.grantPrincipal.addToPrincipalPolicy(new iam.PolicyStatement({
        actions: ['iam:PassRole'],
        resources: [account.roleArn('ConsoleRole')],
        conditions: { StringEquals: { 'iam:PassedToService': 'supportapp.amazonaws.com' } },
      }));
      failAfter(stack, channel({ ...ADOPT, channelName: 'ours', channelRole: undefined, provider })(stack));
    });
    expect(failuresOf(result)).toEqual([]);
    expect(account.stack.status).toBe('ROLLBACK_COMPLETE');
    expect(account.channels()).toEqual([before]);
  });

  test('gives back the role of the configuration that it had adopted with formerChannelRole', async () => {
    const before = account.putChannel({ channelId: CHANNEL, channelName: 'theirs' });
    const result = await account.deploy(channelAndFailure({
      ...ADOPT, channelName: 'ours', channelRole: undefined, formerRoleName: 'ConsoleRole', ownsProvider: true,
    }));
    expect(failuresOf(result)).toEqual([]);
    expect(account.stack.status).toBe('ROLLBACK_COMPLETE');
    expect(account.channels()).toEqual([before]);
  });

  test.each(['ADOPT', 'OWN'] as const)('fails before it changes anything with %s when it could not give back the role', async (existing) => {
    const before = account.putChannel({ channelId: CHANNEL, channelName: 'theirs' });
    expect(await account.fail(channel({ existing: ExistingConfiguration[existing], channelName: 'ours', channelRole: undefined }))).toBe(
      `channelId: a rollback could not give the channel its role back, ${account.roleArn('ConsoleRole')}. Set formerChannelRole to it.`);
    expect(account.stack.status).toBe('ROLLBACK_COMPLETE');
    expect(account.channels()).toEqual([before]);
    expect(account.changes()).toEqual([]);
  });

  test('adopts a configuration whose role is gone, which no rollback could bring back', async () => {
    account.putChannel({ channelId: CHANNEL, channelRoleArn: `arn:aws:iam::${account.id}:role/Gone` });
    await account.succeed(channel({ ...ADOPT, formerRoleName: 'Gone' }));
    expect(account.channels()).toEqual([configured()]);
  });

  describe('with OWN', () => {
    const OWN = { existing: ExistingConfiguration.OWN };

    test('takes another configuration over and deletes it at the end', async () => {
      account.putChannel({ channelId: CHANNEL, channelName: 'theirs', channelRoleArn: account.roleArn('ChannelRole') });
      await account.succeed(channel({ ...OWN, channelName: 'ours' }));
      expect(account.channels()).toEqual([configured({ channelName: 'ours' })]);
      expect(account.physicalId(TYPE)).toMatch(new RegExp(`^SupportAppSlackChannelConfiguration/owned/${TARGET};`));
      await account.delete();
      expect(account.channels()).toEqual([]);
    });

    test('takes an equal configuration over and deletes it at the end', async () => {
      account.putChannel(configured());
      await account.succeed(channel(OWN));
      expect(account.physicalId(TYPE)).toBe(`SupportAppSlackChannelConfiguration/owned/${TARGET}`);
      await account.delete();
      expect(account.channels()).toEqual([]);
    });

    test.each<[string, object]>([['another', { channelName: 'theirs' }], ['an equal', {}]])('leaves %s configuration as it was when the stack rolls back', async (_what, rest) => {
      const before = account.putChannel(configured(rest));
      await account.deploy(channelAndFailure({ ...OWN, channelName: 'channelName' in rest ? 'ours' : undefined }));
      expect(account.stack.status).toBe('ROLLBACK_COMPLETE');
      expect(account.channels()).toEqual([before]);
    });

    test('makes what was adopted the stack\'s, and ADOPT what was taken to own no longer', async () => {
      account.putChannel(configured());
      await account.succeed(channel());
      const physicalId = account.physicalId(TYPE);
      await account.succeed(channel(OWN));
      expect(account.physicalId(TYPE)).toBe(physicalId);
      await account.succeed(channel(ADOPT));
      await account.delete();
      expect(account.channels()).toEqual([configured()]);
      await account.succeed(channel(OWN));
      await account.delete();
      expect(account.channels()).toEqual([]);
    });
  });

  test('keeps what somebody else configured meanwhile when an adoption rolls back', async () => {
    account.putChannel({ channelId: CHANNEL });
    local.aws.cloudFormation.lambda.deliver = ({ payload }) => {
      if ((payload as { RequestType: string }).RequestType === 'Delete') {
        account.putChannel({ channelId: CHANNEL, channelName: 'someone else' });
      }
      return [{}];
    };
    await account.deploy(channelAndFailure({ ...ADOPT, roleName: 'ConsoleRole' }));
    expect(account.stack.status).toBe('ROLLBACK_COMPLETE');
    expect(account.channels()).toEqual([expect.objectContaining({ channelName: 'someone else' })]);
  });

  test.each([
    ['channelId', 'has space', (value: string) => ({ channelId: value })],
    ['channelName', 'two\nlines', (value: string) => ({ channelName: value })],
  ])('fails with the words of the synthesis for a bad %s that is known only at deployment', async (property, bad, options) => {
    let atSynth = '';
    try {
      local.synthesize(channel(options(bad)));
    } catch (error) {
      atSynth = (error as Error).message;
    }
    const atDeployment = await account.fail((stack) => channel(options(new CfnParameter(stack, 'Value').valueAsString))(stack), { Value: bad });
    expect(atSynth).toContain(`  - ${property}: must be`);
    // The reason of an event stands on one line.
    const problems = atSynth.split('\n').slice(1).map((line) => line.trim()).join(' ');
    expect(problems).not.toBe('');
    expect(atDeployment.slice(-problems.length)).toBe(problems);
    expect(account.requests()).toEqual([]);
  });
});

describe('errors say what to do', () => {
  test('workspace not in the account', async () => {
    const reason = await account.fail(channel({ teamId: OTHER_TEAM }));
    expect(reason).toMatch(/^CreateSlackChannelConfiguration: The Slack workspace hasn't been added .* \(ConflictException, tries: 1, request id: [-0-9a-f]{36}\)\. /);
    expect(reason).toMatch(/\. Add a SlackWorkspace to the stack, or authorize the workspace in the Support Center of the account\.$/);
  });

  test('20 channels are there', async () => {
    Array.from({ length: CHANNELS_PER_ACCOUNT }, (_, index) => account.putChannel({ channelId: `C${index}` }));
    const reason = await account.fail(channel());
    expect(reason).toContain('ServiceQuotaExceededException');
    expect(reason).toMatch(/An account can have 5 workspaces and 20 channels, and a channel 100 accounts\. Remove a configuration or use another channel\.$/);
    expect(account.channels()).toHaveLength(CHANNELS_PER_ACCOUNT);
  });

  test('100 accounts use the channel', async () => {
    const { store } = local.aws.services.supportApp;
    const crowded = { ...configured(), channelId: 'CROWDED' } as ReturnType<typeof account.putChannel>;
    const others = Array.from({ length: 100 }, (_, index) => String(800_000_000_000 + index));
    others.forEach((other) => store.putChannel(other, crowded));
    const reason = await account.fail(channel({ channelId: 'CROWDED' }));
    expect(reason).toContain('The Slack channel has reached the maximum number of AWS accounts (100)');
    expect(reason).toContain('a channel 100 accounts');
    others.forEach((other) => store.removeChannel(other, crowded));
  });

  test('no support plan', async () => {
    account.supportApp.supportPlan = false;
    expect(await account.fail(channel({ ownsProvider: true }))).toContain('. Subscribe to a support plan with the AWS Support App.');
  });

  test('the channel role does not trust the service', async () => {
    const reason = await account.fail((stack) => {
      const channelRole = new iam.Role(stack, 'Untrusting', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
      channel({ channelRole, ownsProvider: true })(stack);
    });
    expect(reason).toContain('ValidationException');
    expect(reason).toContain('The channel role must exist in the account and trust supportapp.amazonaws.com, as a SupportAppRole does.');
  });

  test('a permission is missing in the role that was given', async () => {
    const reason = await account.fail((stack) => {
      const role = account.handlerRole(stack, ['supportapp:ListSlackChannelConfigurations', 'supportapp:CreateSlackChannelConfiguration', 'cloudformation:*']);
      channel({ provider: ownProvider(stack, { role }) })(stack);
    });
    expect(reason).toContain('is not authorized to perform: iam:PassRole');
    expect(reason).toContain('Let the role of the handler do this');
  });

  test('a live chat in the channel', async () => {
    await account.succeed(channel());
    local.aws.services.supportApp.store.startLiveChat(account.id, { teamId: TEAM, channelId: CHANNEL });
    const result = await account.tryDelete();
    expect(result.status).toBe('DELETE_FAILED');
    expect(failuresOf(result)).toEqual([expect.stringMatching(/^DeleteSlackChannelConfiguration: .*ConflictException.*\. End the live chat with AWS Support, then delete again\.$/)]);
    local.aws.services.supportApp.store.endLiveChat(account.id, { teamId: TEAM, channelId: CHANNEL });
    await account.delete();
    expect(account.channels()).toEqual([]);
  });
});

describe('update in place', () => {
  const changes: [string, Options, Options, object][] = [
    ['the name is set', {}, { channelName: 'new' }, { channelName: 'new' }],
    ['the name changes', { channelName: 'old' }, { channelName: 'new' }, { channelName: 'new' }],
    ['the severity changes', {}, { notifyOnCaseSeverity: NotificationSeverity.HIGH }, { notifyOnCaseSeverity: 'high' }],
    ['a flag is set', {}, { notifyOnAddCorrespondenceToCase: true }, { notifyOnAddCorrespondenceToCase: true }],
    ['a flag is removed', { notifyOnCreateOrReopenCase: true }, {}, {}],
    ['a flag becomes false', { notifyOnCreateOrReopenCase: true }, { notifyOnCreateOrReopenCase: false }, {}],
    ['another flag takes its place', {}, { notifyOnResolveCase: undefined, notifyOnCreateOrReopenCase: true },
      { notifyOnResolveCase: false, notifyOnCreateOrReopenCase: true }],
    ['the notifications end', { notifyOnAddCorrespondenceToCase: true }, { notifyOnCaseSeverity: NotificationSeverity.NONE, notifyOnResolveCase: undefined },
      { notifyOnCaseSeverity: 'none', notifyOnResolveCase: false }],
    ['the notifications begin', { notifyOnCaseSeverity: NotificationSeverity.NONE, notifyOnResolveCase: undefined }, {}, {}],
  ];

  test.each(changes)('%s', async (_case, before, after, expected) => {
    await account.succeed(channel(before));
    const { physicalId } = standing();
    account.forgetRequests();
    await account.succeed(channel(after));
    expect(account.channels()).toEqual([configured(expected)]);
    expect(account.physicalId(TYPE)).toBe(physicalId);
    expect(account.changes()).toEqual(['UpdateSlackChannelConfiguration']);
  });

  test('a name that is no longer declared stays, as the service cannot clear it', async () => {
    await account.succeed(channel({ channelName: 'old' }));
    account.forgetRequests();
    await account.succeed(channel());
    expect(account.channels()).toEqual([configured({ channelName: 'old' })]);
    expect(account.changes()).toEqual([]);
  });

  test('the role changes', async () => {
    await account.succeed(channel());
    await account.succeed(channel({ roleName: 'NewRole' }));
    expect(account.channels()).toEqual([configured({ channelRoleArn: account.roleArn('NewRole') })]);
    await account.succeed(channel({ channelRole: undefined }));
    expect(account.channels()[0].channelRoleArn).toContain('CdkSupportAppRole');
  });

  test('sends all three flags always', async () => {
    await account.succeed(channel());
    account.forgetRequests();
    await account.succeed(channel({ notifyOnCaseSeverity: NotificationSeverity.NONE, notifyOnResolveCase: undefined }));
    const [update] = account.requests().filter(({ operation }) => operation === 'UpdateSlackChannelConfiguration');
    expect(update.input).toEqual(expect.objectContaining({
      notifyOnAddCorrespondenceToCase: false, notifyOnCreateOrReopenCase: false, notifyOnResolveCase: false,
    }));
  });

  test('only existing changes: nothing in the account does, and the mark stays', async () => {
    await account.succeed(channel());
    account.forgetRequests();
    await account.succeed(channel(ADOPT));
    expect(account.changes()).toEqual([]);
    await account.delete();
    expect(account.channels()).toEqual([]);
  });

  test('is undone when the stack rolls back', async () => {
    await account.succeed(channel({ channelName: 'before', notifyOnAddCorrespondenceToCase: true }));
    const before = standing();
    await account.deploy(channelAndFailure({ channelName: 'after', notifyOnCreateOrReopenCase: true, roleName: 'NewRole' }));
    expect(account.stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(standing()).toEqual(before);
  });

  test('leaves the configuration when it fails itself', async () => {
    await account.succeed(channel());
    const before = standing();
    const reason = await account.fail((stack) => {
      const channelRole = new iam.Role(stack, 'Untrusting', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
      channel({ channelRole })(stack);
    });
    expect(reason).toContain('The channel role must exist in the account');
    expect(standing()).toEqual(before);
  });

  test('a configuration that was deleted behind the stack\'s back is made again', async () => {
    await account.succeed(channel());
    local.aws.services.supportApp.store.removeChannel(account.id, { teamId: TEAM, channelId: CHANNEL });
    await account.succeed(channel({ channelName: 'new' }));
    expect(account.channels()).toEqual([configured({ channelName: 'new' })]);
    await account.delete();
    expect(account.channels()).toEqual([]);
  });

  test('a configuration that was changed behind the stack\'s back becomes what is declared', async () => {
    await account.succeed(channel());
    account.putChannel(configured({ notifyOnAddCorrespondenceToCase: true, notifyOnResolveCase: false, channelName: 'drifted' }));
    await account.succeed(channel({ channelName: 'new' }));
    expect(account.channels()).toEqual([configured({ channelName: 'new' })]);
  });

  test('a first channel that an update adds to a stack is removed when the update rolls back', async () => {
    await account.succeed((stack) => ownProvider(stack));
    const result = await account.deploy(channelAndFailure({ ownsProvider: true }));
    expect(failuresOf(result)).toEqual([]);
    expect(account.stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(account.channels()).toEqual([]);
  });

  test('gives back the configuration that it had adopted when an update that adds the first channel rolls back', async () => {
    await account.succeed((stack) => ownProvider(stack));
    const before = account.putChannel({ channelId: CHANNEL, channelName: 'theirs' });
    const result = await account.deploy(channelAndFailure({ ...ADOPT, channelName: 'ours', roleName: 'ConsoleRole', ownsProvider: true }));
    expect(failuresOf(result)).toEqual([]);
    expect(account.stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(account.channels()).toEqual([before]);
  });
});

describe('replacement', () => {
  const replacements: [string, Options][] = [
    ['another channel', { channelId: OTHER_CHANNEL }],
    ['another workspace', { teamId: OTHER_TEAM }],
  ];

  beforeEach(async () => {
    local.aws.services.supportApp.store.authorizeWorkspace(account.id, OTHER_TEAM);
    await account.succeed(channel());
    account.forgetRequests();
  });

  test.each(replacements)('%s: the new one is there before the old one goes', async (_case, options) => {
    await account.succeed(channel(options));
    expect(account.changes()).toEqual(['CreateSlackChannelConfiguration', 'DeleteSlackChannelConfiguration']);
    expect(account.channels()).toHaveLength(1);
    expect(account.channels()[0]).toEqual(configured(options.teamId ? { teamId: OTHER_TEAM } : { channelId: OTHER_CHANNEL }));
    await account.delete();
    expect(account.channels()).toEqual([]);
  });

  test.each(replacements)('%s: the old one is untouched when the stack rolls back', async (_case, options) => {
    const before = standing();
    await account.deploy(channelAndFailure(options));
    expect(account.stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(standing()).toEqual(before);
    expect(account.changes()).toEqual(['CreateSlackChannelConfiguration', 'DeleteSlackChannelConfiguration']);
    await account.delete();
    expect(account.channels()).toEqual([]);
  });

  test('fails when the other channel is configured otherwise, and leaves both', async () => {
    account.putChannel({ channelId: OTHER_CHANNEL });
    const before = standing();
    expect(await account.fail(channel({ channelId: OTHER_CHANNEL }))).toContain(`the account has a configuration for channel ${OTHER_CHANNEL}`);
    expect(standing()).toEqual(before);
  });

  test('adopts the configuration of the other channel, and releases it at the end', async () => {
    account.putChannel({ channelId: OTHER_CHANNEL });
    await account.succeed(channel({ ...ADOPT, formerRoleName: 'ConsoleRole', channelId: OTHER_CHANNEL }));
    expect(account.channels()).toEqual([configured({ channelId: OTHER_CHANNEL })]);
    await account.delete();
    expect(account.channels()).toEqual([configured({ channelId: OTHER_CHANNEL })]);
  });

  test('gives back the configuration that it had adopted when the stack rolls back', async () => {
    account.putChannel({ channelId: OTHER_CHANNEL, channelRoleArn: account.roleArn('ChannelRole') });
    const before = standing();
    await account.deploy(channelAndFailure({ ...ADOPT, channelId: OTHER_CHANNEL }));
    expect(account.stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(standing()).toEqual(before);
  });

  test('in a full account fails, as the new one comes first, and leaves what was there', async () => {
    Array.from({ length: CHANNELS_PER_ACCOUNT - 1 }, (_, index) => account.putChannel({ channelId: `A${index}` }));
    const before = standing();
    const reason = await account.fail(channel({ channelId: OTHER_CHANNEL }));
    expect(reason).toContain('ServiceQuotaExceededException');
    expect(reason).toMatch(/ 20 channels, .*\. Remove a configuration or use another channel\.$/);
    expect(account.stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(standing()).toEqual(before);
  });

  test('of an adopted one releases it, also after a rollback', async () => {
    const adopting = local.newAccountWithWorkspace();
    account = adopting;
    account.putChannel({ channelId: CHANNEL, channelRoleArn: account.roleArn('ChannelRole') });
    await account.succeed(channel(ADOPT));
    await account.deploy(channelAndFailure({ ...ADOPT, channelId: OTHER_CHANNEL }));
    expect(account.stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(account.channels()).toEqual([configured()]);
    await account.succeed(channel({ ...ADOPT, channelId: OTHER_CHANNEL }));
    expect(account.channels()).toHaveLength(2);
    await account.delete();
    expect(account.channels()).toEqual([configured()]);
  });
});

describe('delete', () => {
  test('succeeds when the configuration is already gone', async () => {
    await account.succeed(channel());
    local.aws.services.supportApp.store.removeChannel(account.id, { teamId: TEAM, channelId: CHANNEL });
    await account.delete();
    expect(account.changes()).toEqual(['CreateSlackChannelConfiguration']);
  });

  test('succeeds when the workspace is gone with its channels', async () => {
    await account.succeed(channel());
    local.aws.services.supportApp.store.removeWorkspace(account.id, TEAM);
    await account.delete();
  });

  test('deletes what the stack created, however somebody changed it, as long as it has the role of the stack', async () => {
    await account.succeed(channel());
    const [{ channelRoleArn }] = account.channels();
    account.putChannel({ channelId: CHANNEL, channelName: 'drifted', channelRoleArn });
    await account.delete();
    expect(account.channels()).toEqual([]);
  });

  test('touches no other channel', async () => {
    const other = account.putChannel({ channelId: OTHER_CHANNEL });
    await account.succeed(channel());
    await account.delete();
    expect(account.channels()).toEqual([other]);
  });

  test('leaves the configuration with RemovalPolicy.RETAIN', async () => {
    await account.succeed(channel({ removalPolicy: RemovalPolicy.RETAIN }));
    await account.delete();
    expect(account.channels()).toEqual([configured()]);
    expect(account.changes()).toEqual(['CreateSlackChannelConfiguration']);
  });

  test('a stack that is deployed again after RemovalPolicy.RETAIN counts it as adopted', async () => {
    await account.succeed(channel({ removalPolicy: RemovalPolicy.RETAIN }));
    await account.delete();
    await account.succeed(channel());
    await account.delete();
    expect(account.channels()).toEqual([configured()]);
  });

  test('removes the configuration when the construct is removed from a stack that stays', async () => {
    await account.succeed(channel({ ownsProvider: true }));
    await account.succeed((stack) => ownProvider(stack));
    expect(account.channels()).toEqual([]);
  });

  test('one of two channels goes, the other stays', async () => {
    const both = (stack: Stack) => {
      const { channelRole } = channel()(stack);
      new SlackChannelConfiguration(stack, 'Second', {
        workspace: SlackWorkspace.fromTeamId(stack, 'Same', TEAM), channelId: OTHER_CHANNEL, channelRole, notifyOnCaseSeverity: NotificationSeverity.NONE,
      });
    };
    await account.succeed(both);
    await account.succeed(channel());
    expect(account.channels()).toEqual([configured()]);
  });
});

describe('a construct that moves in the tree', () => {
  describe.each(['created', 'adopted'])('whose configuration was %s', (ownership) => {
    const existing = ownership === 'adopted' ? ADOPT : {};

    beforeEach(async () => {
      if (ownership === 'adopted') {
        account.putChannel({ channelId: CHANNEL, channelRoleArn: account.roleArn('ChannelRole') });
      }
      await account.succeed(channel(existing));
      account.forgetRequests();
    });

    async function expectEnd(options: Options) {
      await account.succeed(channel({ ...options, channelName: 'the last one' }));
      await account.delete();
      expect(account.channels()).toEqual(ownership === 'created' ? [] : [expect.objectContaining({ channelName: 'the last one' })]);
    }

    test.each<[string, Options]>([
      ['unchanged', {}],
      ['changed at once', { channelName: 'new', notifyOnAddCorrespondenceToCase: true }],
      ['unchanged, with ADOPT', ADOPT],
      ['changed at once, with ADOPT', { ...ADOPT, channelName: 'new' }],
      ['with another role', { roleName: 'NewRole' }],
    ])('keeps the configuration and its mark (%s)', async (_case, { roleName, existing: _existing, ...options }) => {
      const moved: Options = { ...options, roleName, existing: _existing, id: 'Moved' };
      await account.succeed(channel(moved));
      expect(account.channels()).toEqual([configured({ ...options, ...(roleName ? { channelRoleArn: account.roleArn(roleName) } : {}) })]);
      expect(account.changes()).toEqual(_case.startsWith('unchanged') ? [] : ['UpdateSlackChannelConfiguration']);
      expect(account.physicalId(TYPE).split(';')[0]).toBe(`SupportAppSlackChannelConfiguration/${ownership}/${TARGET}`);
      await expectEnd(moved);
    });

    test.each<[string, Options]>([
      ['unchanged', {}],
      ['changed at once', { channelName: 'new', notifyOnAddCorrespondenceToCase: true }],
    ])('ends where it began when the stack rolls back (%s)', async (_case, options) => {
      const named = { ...existing, channelName: 'first' };
      await account.succeed(channel(named));
      const before = standing();
      await account.deploy(channelAndFailure({ ...named, ...options, id: 'Moved' }));
      expect(account.stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
      expect(standing()).toEqual(before);
      await expectEnd(existing);
    });

    test('ends where it began when the stack rolls back a move that sets a name for the first time', async () => {
      const before = standing();
      await account.deploy(channelAndFailure({ ...existing, channelName: 'first', id: 'Moved' }));
      expect(account.stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
      // A name cannot be cleared: the service offers no way to take it back.
      expect(account.channels()).toEqual(before.state.channels.map((configuration) => ({ ...configuration, channelName: 'first' })));
      expect(account.physicalId(TYPE)).toBe(before.physicalId);
    });

    test('ends where it began when the stack rolls back a move with another role', async () => {
      await account.succeed(channel({ ...existing }));
      const before = standing();
      await account.deploy(channelAndFailure({ ...existing, id: 'Moved', roleName: 'NewRole' }));
      expect(account.stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
      expect(standing()).toEqual(before);
    });

    test('moves back and forth', async () => {
      await account.succeed(channel({ id: 'Moved', channelName: 'there' }));
      await account.succeed(channel({ channelName: 'back' }));
      await expectEnd({ id: 'Moved' });
    });
  });

  test('moves to another provider, too, of which nothing but the function differs', async () => {
    const withProvider = (id: string) => (stack: Stack) =>
      channel({ id, provider: new ChannelsProvider(stack, `ProviderOf${id}`) })(stack);
    await account.succeed(withProvider('Channel'));
    await account.succeed(withProvider('Moved'));
    expect(account.physicalId(TYPE)).toBe(`SupportAppSlackChannelConfiguration/created/${TARGET}`);
    expect(account.changes()).toEqual(['CreateSlackChannelConfiguration']);
    await account.delete();
    expect(account.channels()).toEqual([]);
  });

  test('moves and takes another channel at once: the new one is there before the old one goes', async () => {
    await account.succeed(channel());
    account.forgetRequests();
    await account.succeed(channel({ id: 'Moved', channelId: OTHER_CHANNEL }));
    expect(account.changes()).toEqual(['CreateSlackChannelConfiguration', 'DeleteSlackChannelConfiguration']);
    expect(account.channels()).toEqual([configured({ channelId: OTHER_CHANNEL })]);
  });

  test('two constructs that exchange their channels, and names at once, keep both and their marks', async () => {
    const two = (first: string, second: string) => (stack: Stack) => {
      const moving = channel({ id: 'First', channelId: first, channelName: 'of the first construct' })(stack);
      const other = new SlackChannelConfiguration(stack, 'Second', {
        workspace: SlackWorkspace.fromTeamId(stack, 'Same', TEAM),
        channelId: second,
        channelRole: moving.channelRole,
        notifyOnCaseSeverity: NotificationSeverity.ALL,
        notifyOnResolveCase: true,
        channelName: 'of the second construct',
      });
      other.node.addDependency(moving);
    };
    await account.succeed(two(CHANNEL, OTHER_CHANNEL));
    await account.succeed(two(OTHER_CHANNEL, CHANNEL));
    expect(account.channels()).toEqual([
      configured({ channelName: 'of the second construct' }), configured({ channelId: OTHER_CHANNEL, channelName: 'of the first construct' }),
    ]);
    await account.delete();
    expect(account.channels()).toEqual([]);
  });
});
