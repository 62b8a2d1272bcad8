import { CfnParameter, Duration, Fn, RemovalPolicy, type Stack, Token } from 'aws-cdk-lib';
import {
  account, ALL, appInstance, changesOf, channel, channelAndFailure, channels, channelsAtFailure, declaredBy, ELASTIC,
  EXPIRES_LATE, EXPIRES_SOON, flow, IN_PLACE, inject, local, moveAppInstance, nobody, REPLACING, standing,
  store, testUndoneChanges, TYPE, useAppInstances, user, users,
} from './chime-channel-world';
import { type ChimeChannelOptions, ownProvider } from './harness';
import type { MembershipErrorCode } from '../../local-aws/services/chime-store';
import { ChannelMode, ChannelPrivacy, ExistingConfiguration, ExpirationCriterion } from '../../src';

useAppInstances();

interface Template {
  readonly Resources: Record<string, { Type: string; Properties: { PolicyDocument: { Statement: { Action: string | string[] }[] } } }>;
}

/** The Chime actions in the policies of a stack. */
function actionsOf(options: ChimeChannelOptions): string[] {
  return Object.values((JSON.parse(local.synthesize(channel(options))) as Template).Resources)
    .filter(({ Type }) => Type === 'AWS::IAM::Policy')
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement).flatMap(({ Action }) => Action)
    .filter((action) => action.startsWith('chime:'));
}

describe.each(Object.entries(ALL))('%s', (_name, { first, second, actions }) => {
  test('is there from the creation on, and goes with the channel', async () => {
    const { outputs } = await account.succeed(channel(first()));
    expect(channels()).toEqual([expect.objectContaining({ channelArn: outputs.ChannelArn, ...declaredBy(first()) })]);
    await account.delete();
    expect(channels()).toEqual([]);
  });

  test('leaves nothing when the stack rolls back the creation', async () => {
    await account.deploy(channelAndFailure(first()));
    expect(account.stack.status).toBe('ROLLBACK_COMPLETE');
    expect(account.changes()).toEqual(expect.arrayContaining(['CreateChannel', 'DeleteChannel']));
    expect(channels()).toEqual([]);
  });

  test('brings its actions into the policy, and no other property does', () => {
    const others = [{}, ...Object.values(ALL).filter((property) => property.first !== first).map((property) => property.first())];
    expect(actionsOf(second())).toEqual(expect.arrayContaining(actions));
    for (const action of actions) {
      expect(others.flatMap(actionsOf)).not.toContain(action);
    }
    expect(actionsOf(first()).length).toBe(actionsOf({}).length + actions.length);
  });
});

describe.each(Object.entries(IN_PLACE))('%s in place', (_name, property) => {
  const { first, second, sets } = property;
  const CHANGES = changesOf(property);
  const TELLING_CHANGES = CHANGES.filter(([change]) => change !== 'is set');

  test.each(CHANGES)('%s, and the messages survive', async (_change, before, after) => {
    await account.succeed(channel(before()));
    account.sendMessages();
    const old = standing();
    const { outputs } = await account.succeed(channel(after()));
    expect(channels()).toEqual([{ ...old.channels[0], ...declaredBy(after()) }]);
    expect(account.physicalId(TYPE)).toBe(old.physicalId);
    expect(outputs.ChannelArn).toBe(old.channels[0].channelArn);

    await account.succeed(channel(before()));
    expect(standing()).toEqual(old);
  });

  testUndoneChanges(property, TELLING_CHANGES);

  // The other faults, and the other changes: see chime-channel-properties.exhaustive.test.ts.
  test('changes in spite of a lost reply', async () => {
    await account.succeed(channel(first()));
    const injected = local.aws.services.faults.inject({
      operations: [sets], fault: { kind: 'loseReply' }, when: ({ accountId }) => accountId === account.id,
    });
    await account.succeed(channel(second()));
    expect(injected.hits).toBe(1);
    expect(channels()).toEqual([expect.objectContaining(declaredBy(second()))]);
  });

  test('changes when the event is delivered twice', async () => {
    // With a role of its own, as the second delivery may outlast the policy for the first value.
    const withRole = (options: ChimeChannelOptions) => (stack: Stack) => {
      const provider = ownProvider(stack, { role: account.handlerRole(stack, ['chime:*', 'cloudformation:*']) });
      return channel({ ...options, provider })(stack);
    };
    await account.succeed(withRole(first()));
    const old = standing();
    local.aws.cloudFormation.lambda.deliver = () => [{}, {}];
    await account.succeed(withRole(second()));
    await local.aws.cloudFormation.lambda.settled();
    expect(standing()).toEqual({ ...old, channels: [{ ...old.channels[0], ...declaredBy(second()) }] });
  });

  test('changes, and the service does not answer: the update fails and leaves the old state', async () => {
    // A request may take 10 seconds: of 15, which are shared out, that leaves none for another try.
    local.handlerTimeout = 15;
    await account.succeed(channel(first()));
    const old = standing();
    local.aws.services.faults.inject({ operations: [sets], fault: { kind: 'hang' }, when: ({ accountId }) => accountId === account.id });
    expect(await account.fail(channel({ ...second(), channelName: 'new' }))).toContain(sets);
    expect(standing()).toEqual(old);
  });

  test('is left alone by an update that does not name it', async () => {
    await account.succeed(channel(first()));
    account.forgetRequests();
    await account.succeed(channel({ ...first(), channelName: 'new' }));
    expect(account.changes()).toEqual(['UpdateChannel']);
  });

  test('that was never declared and was set by other means stays', async () => {
    await account.succeed(channel());
    const others = first();
    const [record] = account.chimeChannels();
    others.memberArns?.forEach((arn) => record.members.add(arn));
    others.moderatorArns?.forEach((arn) => record.moderators.add(arn));
    Object.assign(record, { expirationSettings: declaredBy(others).expirationSettings, channelFlowArn: others.channelFlowArn });
    const [before] = channels();
    await account.succeed(channel({ channelName: 'new', metadata: 'new', tags: { a: '1' } }));
    expect(channels()).toEqual([{ ...before, name: 'new', metadata: 'new', tags: { a: '1' } }]);
  });
});

describe('a creation that fails after the channel is made', () => {
  test.each<[string, () => ChimeChannelOptions, string]>([
    ['members beyond the tenth', () => ({ memberArns: users(11) }), 'BatchCreateChannelMembership'],
    ['moderators beyond the tenth', () => ({ moderatorArns: users(11) }), 'CreateChannelModerator'],
    ['the channel flow', () => ({ channelFlowArn: flow('one') }), 'AssociateChannelFlow'],
  ])('for %s leaves no channel, and can be repeated', async (_case, options, operation) => {
    inject(operation);
    const atFailure = channelsAtFailure();
    expect(await account.fail(channel(options()))).toMatch(new RegExp(`^${operation}: .*BadRequestException`));
    expect(atFailure()).toEqual([]);
    expect(channels()).toEqual([]);
    expect(account.changes()).toEqual(expect.arrayContaining(['CreateChannel', 'DeleteChannel']));
    await account.succeed(channel(options()));
    expect(channels()).toEqual([expect.objectContaining(declaredBy(options()))]);
  });

  test.each<[string, () => ChimeChannelOptions]>([
    ['members beyond the tenth', () => ({ memberArns: [...users(10), nobody()] })],
    ['a member among the first ten', () => ({ memberArns: [nobody()] })],
    ['moderators beyond the tenth', () => ({ moderatorArns: [...users(10), nobody()] })],
    ['a moderator among the first ten', () => ({ moderatorArns: [nobody()] })],
    ['the channel flow', () => ({ channelFlowArn: `${appInstance.appInstanceArn}/channel-flow/unknown` })],
  ])('or before, as %s is unknown, leaves no channel', async (_case, options) => {
    await account.fail(channel({ ...options(), channelId: 'ours' }));
    expect(channels()).toEqual([]);
    expect(account.stack.status).toBe('ROLLBACK_COMPLETE');
  });

  test('makes one channel when its event is delivered twice', async () => {
    local.aws.cloudFormation.lambda.deliver = () => [{}, {}];
    const options = { memberArns: users(25), moderatorArns: users(12), channelFlowArn: flow('one'), expirationSettings: EXPIRES_SOON };
    await account.succeed(channel(options));
    await local.aws.cloudFormation.lambda.settled();
    expect(channels()).toEqual([expect.objectContaining(declaredBy(options))]);
  });
});

describe('numbers, which CloudFormation delivers as strings,', () => {
  const bodiesOf = (operation: string) => account.requests().filter((request) => request.operation === operation)
    .map(({ wire }) => JSON.parse(wire.body) as Record<string, unknown>);

  beforeEach(async () => {
    await account.succeed(channel({ elasticChannelConfiguration: ELASTIC, expirationSettings: EXPIRES_SOON }));
    const [request] = local.aws.cloudFormation.requests
      .filter(({ stackId, resourceType }) => stackId === account.stack.id && resourceType === TYPE);
    expect(request.properties).toEqual(expect.objectContaining({
      ElasticChannelConfiguration: { MaximumSubChannels: '10', TargetMembershipsPerSubChannel: '200', MinimumMembershipPercentage: '40' },
      ExpirationSettings: { ExpirationDays: '1', ExpirationCriterion: 'LAST_MESSAGE_TIMESTAMP' },
    }));
  });

  test('reach the service as numbers at the creation', () => {
    expect(bodiesOf('CreateChannel')).toEqual([expect.objectContaining({
      ElasticChannelConfiguration: { MaximumSubChannels: 10, TargetMembershipsPerSubChannel: 200, MinimumMembershipPercentage: 40 },
      ExpirationSettings: { ExpirationDays: 1, ExpirationCriterion: 'LAST_MESSAGE_TIMESTAMP' },
    })]);
  });

  test('reach the service as numbers at an update', async () => {
    await account.succeed(channel({ elasticChannelConfiguration: ELASTIC, expirationSettings: EXPIRES_LATE }));
    expect(bodiesOf('PutChannelExpirationSettings')).toEqual([{ ExpirationSettings: { ExpirationDays: 5475, ExpirationCriterion: 'CREATED_TIMESTAMP' } }]);
    expect(channels()).toHaveLength(1);
  });

  test('reach the service as numbers when the template has a parameter for them', async () => {
    const days = (stack: Stack) => Token.asNumber(new CfnParameter(stack, 'Days', { type: 'Number' }).value);
    await account.succeed((stack) => channel({
      elasticChannelConfiguration: ELASTIC, expirationSettings: { ...EXPIRES_LATE, expiration: Duration.days(days(stack)) },
    })(stack), { Days: '42' });
    expect(channels()).toEqual([expect.objectContaining({ expirationSettings: { ExpirationDays: 42, ExpirationCriterion: 'CREATED_TIMESTAMP' } })]);
  });
});

describe('a replacement', () => {
  test.each<[string, () => ChimeChannelOptions, () => ChimeChannelOptions]>([
    ['another channelId', () => ({ channelId: 'one' }), () => ({ channelId: 'two' })],
    ['a channelId after one of the service\'s choice', () => ({}), () => ({ channelId: 'two' })],
    ['an elastic channel', () => ({}), () => ({ elasticChannelConfiguration: ELASTIC })],
    ['another elastic channel', () => ({ elasticChannelConfiguration: ELASTIC }),
      () => ({ elasticChannelConfiguration: { ...ELASTIC, maximumSubChannels: 11 } })],
    ['a channel that is not elastic', () => ({ elasticChannelConfiguration: ELASTIC }), () => ({})],
    ['another privacy of a channel with much else', () => ({ memberArns: users(12), moderatorArns: users(2), expirationSettings: EXPIRES_SOON }),
      () => ({ privacy: ChannelPrivacy.PUBLIC, memberArns: users(12), channelFlowArn: flow('one') })],
    ['another privacy and channelId', () => ({ channelId: 'one' }), () => ({ channelId: 'two', privacy: ChannelPrivacy.PUBLIC })],
    ['another privacy, channelId and bearer', () => ({ channelId: 'one' }),
      () => ({ channelId: 'two', privacy: ChannelPrivacy.PUBLIC, memberArns: [appInstance.chimeBearer], chimeBearer: user('successor') })],
  ])('by %s: the new channel is there before the old one goes', async (_case, before, after) => {
    await account.succeed(channel(before()));
    const [old] = channels();
    account.forgetRequests();
    const { outputs } = await account.succeed(channel(after()));
    const changes = account.changes();
    expect(changes[0]).toBe('CreateChannel');
    expect(changes.at(-1)).toBe('DeleteChannel');
    expect(changes.filter((change) => change === 'DeleteChannel')).toHaveLength(1);
    expect(channels().map(({ channelArn }) => channelArn)).toEqual([outputs.ChannelArn]);
    expect(outputs.ChannelArn).not.toBe(old.channelArn);
    const { moderators, members, ...others } = declaredBy(after());
    expect(channels()).toEqual([expect.objectContaining(others)]);
    await account.delete();
    expect(channels()).toEqual([]);
  });

  test.each(Object.entries(REPLACING))('by another %s keeps the old channel with its messages by default', async (_name, { first, second }) => {
    await account.succeed(channel({ ...first(), removalPolicy: undefined }));
    account.sendMessages();
    const [old] = channels();
    account.forgetRequests();
    await account.succeed(channel({ ...second(), removalPolicy: undefined }));
    expect(account.changes()).toEqual(['CreateChannel']);
    expect(channels()).toEqual([old, expect.objectContaining({ messages: [], ...declaredBy(second()) })]);
  });

  test.each(Object.entries(REPLACING))('by another %s ends with the old channel when the stack rolls back', async (_name, { first, second }) => {
    await account.succeed(channel(first()));
    account.sendMessages();
    const old = standing();
    account.forgetRequests();
    await account.deploy(channelAndFailure({ ...second(), channelName: 'new' }));
    expect(account.stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(account.changes()).toEqual(['CreateChannel', 'DeleteChannel']);
    expect(standing()).toEqual(old);
    await account.succeed(channel({ ...first(), channelName: 'last' }));
    expect(channels()).toEqual([{ ...old.channels[0], name: 'last' }]);
  });

  test.each(Object.entries(REPLACING))('by another %s that fails leaves the old channel', async (_name, { first, second }) => {
    await account.succeed(channel(first()));
    account.sendMessages();
    const old = standing();
    inject('CreateChannel', 'ResourceLimitExceededException');
    expect(await account.fail(channel(second()))).toMatch(/^CreateChannel: /);
    expect(standing()).toEqual(old);
  });

  test('that fails half-way leaves the old channel and no new one', async () => {
    await account.succeed(channel({ channelId: 'one' }));
    account.sendMessages();
    const old = standing();
    expect(await account.fail(channel({ channelId: 'two', memberArns: [...users(10), nobody()] }))).toContain('memberArns: not added');
    expect(standing()).toEqual(old);
  });

  test('by the first channelId ends with the old channel and its messages when the stack rolls back', async () => {
    await account.succeed(channel());
    account.sendMessages();
    const old = standing();
    await account.deploy(channelAndFailure({ channelId: 'two', channelName: 'new' }));
    expect(account.stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(standing()).toEqual(old);
  });

  test('does not follow from the removal of channelId, nor from adding the id that the channel has', async () => {
    await account.succeed(channel({ channelId: 'one' }));
    account.sendMessages();
    const old = standing();
    await account.succeed(channel({ channelName: 'without' }));
    await account.succeed(channel({ channelId: 'one' }));
    expect(standing()).toEqual(old);
    await account.delete();
    expect(channels()).toEqual([]);
  });

  test('follows from adding another channelId than the channel has', async () => {
    await account.succeed(channel());
    const [{ channelId }] = channels();
    await account.succeed(channel({ channelId: `${channelId!.slice(0, 63)}x` }));
    expect(channels().map((made) => made.channelId)).toEqual([`${channelId!.slice(0, 63)}x`]);
  });
});

describe('a value that is known only at deployment', () => {
  const arnsOf = (stack: Stack) => Fn.split(',', new CfnParameter(stack, 'Value').valueAsString);
  const textOf = (stack: Stack) => new CfnParameter(stack, 'Value').valueAsString;
  const numberOf = (stack: Stack) => new CfnParameter(stack, 'Value', { type: 'Number' }).valueAsNumber;

  test.each<[string, bad: () => unknown, fixed: (value: never) => ChimeChannelOptions, token: (stack: Stack) => ChimeChannelOptions]>([
    ['channelId', () => '-secret-', (channelId) => ({ channelId }), (stack) => ({ channelId: textOf(stack) })],
    ['channelId', () => 'secret'.repeat(11), (channelId) => ({ channelId }), (stack) => ({ channelId: textOf(stack) })],
    ['existing', () => 'TAKE', (existing) => ({ channelId: 'x', existing }),
      (stack) => ({ channelId: 'x', existing: textOf(stack) as ExistingConfiguration })],
    ['memberArns[1]', () => [user('a'), 'arn:aws:iam::123456789012:user/u'], (memberArns) => ({ memberArns }),
      (stack) => ({ memberArns: arnsOf(stack) })],
    ['memberArns[1]', () => [user('a'), user('a')], (memberArns) => ({ memberArns }), (stack) => ({ memberArns: arnsOf(stack) })],
    ['moderatorArns[0]', () => ['nonsense'], (moderatorArns) => ({ moderatorArns }), (stack) => ({ moderatorArns: arnsOf(stack) })],
    ['channelFlowArn', () => user('a'), (channelFlowArn) => ({ channelFlowArn }), (stack) => ({ channelFlowArn: textOf(stack) })],
    ['expirationSettings.expirationCriterion', () => 'NEVER',
      (expirationCriterion) => ({ expirationSettings: { ...EXPIRES_LATE, expirationCriterion } }),
      (stack) => ({ expirationSettings: { ...EXPIRES_LATE, expirationCriterion: textOf(stack) as ExpirationCriterion } })],
    ['elasticChannelConfiguration.maximumSubChannels', () => 1,
      (maximumSubChannels) => ({ elasticChannelConfiguration: { ...ELASTIC, maximumSubChannels } }),
      (stack) => ({ elasticChannelConfiguration: { ...ELASTIC, maximumSubChannels: numberOf(stack) } })],
    ['elasticChannelConfiguration.minimumMembershipPercentage', () => 41,
      (minimumMembershipPercentage) => ({ elasticChannelConfiguration: { ...ELASTIC, minimumMembershipPercentage } }),
      (stack) => ({ elasticChannelConfiguration: { ...ELASTIC, minimumMembershipPercentage: numberOf(stack) } })],
    ['mode', () => 'UNRESTRICTED', (mode) => ({ elasticChannelConfiguration: ELASTIC, mode }),
      (stack) => ({ elasticChannelConfiguration: ELASTIC, mode: textOf(stack) as ChannelMode })],
  ])('%s: a bad one fails with the words of the synthesis, before anything is called', async (property, bad, fixed, token) => {
    const value = bad();
    let atSynth = '';
    try {
      local.synthesize(channel(fixed(value as never)));
    } catch (error) {
      atSynth = (error as Error).message;
    }
    expect(atSynth).toContain(`  - ${property}: must `);
    const parameters = { Value: String(value) };
    const atDeployment = await account.fail((stack) => channel(token(stack))(stack), parameters);
    // The reason of an event stands on one line.
    const problems = atSynth.split('\n').slice(1).map((line) => line.trim()).join(' ');
    expect(problems).not.toBe('');
    expect(atDeployment.slice(-problems.length)).toBe(problems);
    expect(atDeployment).not.toContain('secret');
    expect(account.requests()).toEqual([]);

    // At an update: nothing was done, and the rollback finds the channel as it was.
    await account.succeed(channel({ channelName: 'good' }));
    account.sendMessages();
    const before = standing();
    account.forgetRequests();
    expect(await account.fail((stack) => channel(token(stack))(stack), parameters)).toBe(atDeployment);
    expect(account.changes()).toEqual([]);
    expect(standing()).toEqual(before);
  });

  test('of days until the expiration fails with the name that the service has for them', async () => {
    const expiration = (stack: Stack) => ({ expirationSettings: { ...EXPIRES_LATE, expiration: Duration.days(numberOf(stack)) } });
    expect(await account.fail((stack) => channel(expiration(stack))(stack), { Value: '5476' }))
      .toContain('expirationSettings.expirationDays: must be a whole number of 1 to 5475, got 5476');
    expect(account.requests()).toEqual([]);
  });

  test('is taken when it is good', async () => {
    const memberArns = users(3);
    await account.succeed((stack) => channel({ memberArns: arnsOf(stack) })(stack), { Value: memberArns.join(',') });
    expect(channels()).toEqual([expect.objectContaining(declaredBy({ memberArns }))]);
    await account.succeed((stack) => channel({ memberArns: arnsOf(stack) })(stack), { Value: memberArns[1] });
    expect(channels()).toEqual([expect.objectContaining(declaredBy({ memberArns: [memberArns[1]] }))]);
  });
});

describe('members and moderators', () => {
  const batches = () => account.requests().filter(({ operation }) => operation === 'BatchCreateChannelMembership')
    .map(({ wire }) => (JSON.parse(wire.body) as { MemberArns: string[] }).MemberArns.length);

  test('25 of each at the creation: ten with the channel, the others after it', async () => {
    const options = { memberArns: users(25), moderatorArns: users(25) };
    await account.succeed(channel(options));
    expect(channels()).toEqual([expect.objectContaining(declaredBy(options))]);
    const [{ wire }] = account.requests().filter(({ operation }) => operation === 'CreateChannel');
    const created = JSON.parse(wire.body) as { MemberArns: string[]; ModeratorArns: string[] };
    expect([created.MemberArns.length, created.ModeratorArns.length, ...batches()]).toEqual([10, 10, 15]);
    expect(account.requests().filter(({ operation }) => operation === 'CreateChannelModerator')).toHaveLength(15);
  });

  // Hundreds of them: see chime-channel-properties.exhaustive.test.ts.
  test('in another order are the same: nothing is called', async () => {
    await account.succeed(channel({ memberArns: users(3), moderatorArns: users(3) }));
    account.forgetRequests();
    await account.succeed(channel({ memberArns: users(3).reverse(), moderatorArns: users(3).reverse() }));
    expect(account.changes()).toEqual([]);
  });

  test('who joined otherwise stays, whatever is declared and removed', async () => {
    await account.succeed(channel({ memberArns: users(3), moderatorArns: users(2) }));
    const [record] = account.chimeChannels();
    record.members.add(user('guest'));
    record.moderators.add(user('host'));
    await account.succeed(channel({ memberArns: users(4).slice(2), moderatorArns: [user('other')] }));
    const later = declaredBy({ memberArns: [user('guest'), ...users(4).slice(2)], moderatorArns: [user('host'), user('other')] });
    expect(channels()).toEqual([expect.objectContaining(later)]);
    await account.succeed(channel());
    expect(channels()).toEqual([expect.objectContaining(declaredBy({ memberArns: [user('guest')], moderatorArns: [user('host')] }))]);
  });

  test('who has joined or left already by other means is as good as added or removed', async () => {
    await account.succeed(channel({ memberArns: users(2), moderatorArns: users(2) }));
    const [record] = account.chimeChannels();
    record.members.add(user('guest'));
    record.moderators.add(user('guest'));
    record.members.delete(users(1)[0]);
    record.moderators.delete(users(1)[0]);
    const options = { memberArns: [users(2)[1], user('guest')], moderatorArns: [users(2)[1], user('guest')] };
    await account.succeed(channel(options));
    expect(channels()).toEqual([expect.objectContaining(declaredBy(options))]);
  });

  test('the bearer stays both though it leaves the lists', async () => {
    const { chimeBearer } = appInstance;
    await account.succeed(channel({ memberArns: [chimeBearer, user('a')], moderatorArns: [chimeBearer, user('a')] }));
    await account.succeed(channel({ memberArns: [user('a')], moderatorArns: [user('a')] }));
    expect(channels()).toEqual([expect.objectContaining(declaredBy({ memberArns: [user('a')], moderatorArns: [user('a')] }))]);
    await account.succeed(channel());
    expect(channels()).toEqual([expect.objectContaining({ members: [chimeBearer], moderators: [chimeBearer] })]);
    await account.delete();
    expect(channels()).toEqual([]);
  });

  test('a user whom somebody has deleted can leave the lists', async () => {
    await account.succeed(channel({ memberArns: users(2), moderatorArns: users(2) }));
    store().deleteIdentity(users(2)[0]);
    await account.succeed(channel({ memberArns: [users(2)[1]], moderatorArns: [users(2)[1]] }));
    expect(channels()).toEqual([expect.objectContaining(declaredBy({ memberArns: [users(2)[1]], moderatorArns: [users(2)[1]] }))]);
  });

  test.each<[string, string, () => ChimeChannelOptions]>([
    ['member', 'DeleteChannelMembership', () => ({ memberArns: users(2) })],
    ['moderator', 'DeleteChannelModerator', () => ({ moderatorArns: users(2) })],
  ])('a removal of a %s that the service refuses counts only if the list still has it', async (_case, operation, options) => {
    await account.succeed(channel(options()));
    const [record] = account.chimeChannels();
    const before = channels();
    inject(operation, 'NotFoundException');
    expect(await account.fail(channel())).toContain(operation);
    expect(channels()).toEqual(before);

    record.members.delete(users(1)[0]);
    record.moderators.delete(users(1)[0]);
    await account.succeed(channel());
    expect(channels()).toEqual([expect.objectContaining(declaredBy({}))]);
  });

  test.each<[string, () => ChimeChannelOptions]>([
    ['member', () => ({ memberArns: [user('a'), nobody()] })],
    ['moderator', () => ({ moderatorArns: [user('a'), nobody()] })],
  ])('an update with an unknown %s is undone, and the stack rolls back', async (_case, options) => {
    const before = { memberArns: users(2), moderatorArns: users(2), tags: { a: '1' } };
    await account.succeed(channel(before));
    account.sendMessages();
    const old = standing();
    const atFailure = channelsAtFailure();
    const reason = await account.fail(channel({ ...before, channelName: 'new', tags: { b: '2' }, ...options() }));
    expect(reason).toMatch(_case === 'member' ? /^memberArns: not added: [^,]*\/user\/nobody \(NotFound: .*\)\. Give users / : /^CreateChannelModerator: /);
    expect(account.stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(atFailure()).toEqual(old.channels);
    expect(standing()).toEqual(old);
    await account.succeed(channel({ ...before, memberArns: users(3) }));
    expect(channels()).toEqual([{ ...old.channels[0], ...declaredBy({ ...before, memberArns: users(3) }) }]);
  });

  describe('of a batch of which the service refuses some', () => {
    test.each<[MembershipErrorCode]>([['Throttling'], ['Throttled'], ['ServiceFailure'], ['ServiceUnavailable']])(
      '%s is tried again for those alone', async (code) => {
        const memberArns = users(30);
        await account.succeed(channel());
        store().failMembership(memberArns[3], code, 2);
        store().failMembership(memberArns[20], code, 1);
        account.forgetRequests();
        await account.succeed(channel({ memberArns }));
        expect(batches()).toEqual([30, 2, 1]);
        expect(channels()).toEqual([expect.objectContaining(declaredBy({ memberArns }))]);
      });

    test('a member already counts as added', async () => {
      const memberArns = users(3);
      await account.succeed(channel());
      // Somebody has added it between the look and the change.
      store().failMembership(memberArns[1], 'Conflict');
      account.forgetRequests();
      await account.succeed(channel({ memberArns }));
      expect(batches()).toEqual([3]);
    });

    test.each<[MembershipErrorCode]>([
      ['BadRequest'], ['Forbidden'], ['NotFound'], ['ResourceLimitExceeded'], ['AccessDenied'], ['Unauthorized'], ['Unprocessable'], ['PreconditionFailed'],
    ])('%s fails the update, which is undone to the last of them', async (code) => {
      const memberArns = users(120);
      await account.succeed(channel({ memberArns: memberArns.slice(0, 2) }));
      account.sendMessages();
      const old = standing();
      const atFailure = channelsAtFailure();
      store().failMembership(memberArns[110], code, Infinity);
      const reason = await account.fail(channel({ memberArns }));
      expect(reason).toContain(`memberArns: not added: ${memberArns[110]} (${code}: ${code} was injected). Give users`);
      expect(atFailure()).toEqual(old.channels);
      expect(standing()).toEqual(old);
    });

    test('a transient refusal that lasts fails the update in the end, which is undone', async () => {
      const memberArns = users(5);
      await account.succeed(channel());
      const old = standing();
      store().failMembership(memberArns[4], 'Throttled', Infinity);
      account.forgetRequests();
      expect(await account.fail(channel({ memberArns }))).toContain(`${memberArns[4]} (Throttled: `);
      expect(batches()).toEqual([5, 1, 1, 1, 1, 1]);
      expect(standing()).toEqual(old);
    });

    test.each<[MembershipErrorCode, number]>([['Throttled', 2], ['NotFound', Infinity]])(
      'at the creation of the channel: %s %d times', async (code, times) => {
        const memberArns = users(15);
        store().failMembership(memberArns[12], code, times);
        if (code === 'Throttled') {
          await account.succeed(channel({ memberArns }));
          expect(channels()).toEqual([expect.objectContaining(declaredBy({ memberArns }))]);
        } else {
          const atFailure = channelsAtFailure();
          expect(await account.fail(channel({ memberArns }))).toContain(`${memberArns[12]} (${code}: `);
          expect(atFailure()).toEqual([]);
          expect(channels()).toEqual([]);
        }
      });

    test('so many refusals are named as fit into an answer', async () => {
      const memberArns = Array.from({ length: 80 }, (_, index) => nobody(`nobody-of-a-long-name-${index}`));
      await account.succeed(channel());
      const old = standing();
      const reason = await account.fail(channel({ memberArns }));
      expect(reason).toContain('memberArns: not added: ');
      expect(reason).toMatch(/\.\.\.$/);
      expect(standing()).toEqual(old);
    });
  });
});

describe('a channel flow', () => {
  test('that is unknown fails the update, which is undone', async () => {
    await account.succeed(channel({ channelFlowArn: flow('one') }));
    const old = standing();
    const atFailure = channelsAtFailure();
    expect(await account.fail(channel({ channelFlowArn: `${appInstance.appInstanceArn}/channel-flow/unknown`, channelName: 'new' })))
      .toMatch(/^AssociateChannelFlow: .*NotFoundException/);
    expect(atFailure()).toEqual(old.channels);
    expect(account.stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(standing()).toEqual(old);
  });

  test('that somebody has removed from the channel can go and change', async () => {
    await account.succeed(channel({ channelFlowArn: flow('one') }));
    account.chimeChannels()[0].channelFlowArn = undefined;
    await account.succeed(channel({ channelFlowArn: flow('two') }));
    expect(channels()).toEqual([expect.objectContaining({ channelFlowArn: flow('two') })]);
    account.chimeChannels()[0].channelFlowArn = undefined;
    await account.succeed(channel());
    expect(channels()).toEqual([expect.objectContaining({ channelFlowArn: undefined })]);
  });

  test('that somebody has given to the channel stays, and the update fails', async () => {
    await account.succeed(channel());
    account.chimeChannels()[0].channelFlowArn = flow('theirs');
    const old = standing();
    expect(await account.fail(channel({ channelFlowArn: flow('one'), channelName: 'new' }))).toMatch(/^AssociateChannelFlow: .*ConflictException/);
    expect(standing()).toEqual(old);
  });
});

describe('an update whose event comes again after the stack has taken it as done', () => {
  test('and then fails changes nothing', async () => {
    await account.succeed(channel({ tags: { a: '1' } }));
    const [old] = channels();
    const { lambda } = local.aws.cloudFormation;
    let again: (() => Promise<unknown>) | undefined;
    lambda.deliver = ({ functionArn, payload }) => {
      again = () => lambda.invoke(functionArn, payload);
      return [{}];
    };
    await account.succeed(channel({ channelName: 'new', tags: { a: '2' } }));
    inject('TagResource');
    await again!();
    expect(channels()).toEqual([{ ...old, name: 'new', tags: { a: '2' } }]);
  });

  test('changes nothing though the policy for what was removed is gone', async () => {
    await account.succeed(channel({ memberArns: users(2), expirationSettings: EXPIRES_SOON }));
    const { lambda } = local.aws.cloudFormation;
    let again: (() => Promise<unknown>) | undefined;
    lambda.deliver = ({ functionArn, payload }) => {
      again = () => lambda.invoke(functionArn, payload);
      return [{}];
    };
    await account.succeed(channel({ channelName: 'new' }));
    const after = channels();
    await again!();
    account.forgetRequests();
    expect(channels()).toEqual(after);
  });
});

describe('an elastic channel', () => {
  test('takes moderators and an expiration, which change in place', async () => {
    const elastic = { elasticChannelConfiguration: ELASTIC };
    await account.succeed(channel({ ...elastic, moderatorArns: users(12), expirationSettings: EXPIRES_SOON }));
    const old = standing();
    expect(old.channels).toEqual([expect.objectContaining(
      declaredBy({ ...elastic, moderatorArns: users(12), expirationSettings: EXPIRES_SOON }))]);
    await account.succeed(channel({ ...elastic, moderatorArns: users(13).slice(3), channelName: 'new' }));
    expect(standing()).toEqual({
      ...old, channels: [{ ...old.channels[0], ...declaredBy({ ...elastic, moderatorArns: users(13).slice(3), channelName: 'new' }) }],
    });
  });

  test('is refused where the service has none, and nothing is left', async () => {
    moveAppInstance('eu-central-1');
    expect(await account.fail(channel({ elasticChannelConfiguration: ELASTIC }))).toMatch(/^CreateChannel: Elastic channels exist in /);
    expect(channels()).toEqual([]);
  });
});

test('a channel with everything that is retained is taken over by the next stack as it is, and released by it', async () => {
  const options: ChimeChannelOptions = {
    channelId: 'ours', memberArns: users(12), moderatorArns: users(3), expirationSettings: EXPIRES_SOON, channelFlowArn: flow('one'), metadata: 'm', tags: { a: '1' },
  };
  await account.succeed(channel({ ...options, removalPolicy: RemovalPolicy.RETAIN }));
  account.sendMessages();
  const before = channels();
  await account.delete();
  await account.succeed(channel(options));
  await account.delete();
  expect(channels()).toEqual(before);
});
