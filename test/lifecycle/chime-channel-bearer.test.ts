import { Duration, type Stack } from 'aws-cdk-lib';
import { type Account, type AppInstance, type ChimeChannelOptions, defineChimeChannel, failAfter, failuresOf, ownProvider, useLocalAws } from './harness';
import { ChannelPrivacy, ExistingConfiguration, ExpirationCriterion } from '../../src';

const TYPE = 'Custom::ChimeChannel';
const local = useLocalAws();
let account: Account;
let appInstance: AppInstance;
/** The bearer of the beginning, and the one who takes over from it. */
let first: string;
let second: string;

beforeEach(() => {
  account = local.newAccount();
  appInstance = account.newAppInstance();
  first = appInstance.chimeBearer;
  second = user('successor');
});

// The role that the construct makes suffices for all that happens here, before and after each change.
afterEach(() => {
  expect(account.requests().filter(({ outcome }) => outcome.errorCode === 'AccessDeniedException').map(({ operation }) => operation)).toEqual([]);
});

function store() {
  return local.aws.services.chime.store;
}

function user(name: string): string {
  return store().createAppInstanceUser(appInstance.appInstanceArn, name);
}

/** A channel that is deleted with its construct. */
function channel(options: ChimeChannelOptions = {}) {
  return (stack: Stack) => defineChimeChannel(stack, appInstance, options);
}

function channelAndFailure(options: ChimeChannelOptions = {}) {
  return (stack: Stack) => failAfter(stack, channel(options)(stack));
}

function channels() {
  return account.state().chimeChannels;
}

function standing() {
  return { channels: channels(), physicalId: account.physicalId(TYPE) };
}

async function create(options: ChimeChannelOptions = {}) {
  await account.succeed(channel(options));
  account.sendMessages();
  account.forgetRequests();
  return standing();
}

/** Who called which operations that changed something, on whom. */
function calls() {
  return account.requests().filter(({ operation, outcome }) => outcome.committed && !/^(List|Describe)/.test(operation)).map(({ operation, wire }) => {
    const { ChannelModeratorArn: promoted } = JSON.parse(wire.body || '{}') as { ChannelModeratorArn?: string };
    const deleted = decodeURIComponent(/(?:moderators|memberships)\/([^/?]+)$/.exec(wire.url)?.[1] ?? '');
    return [operation, nameOf(String(wire.headers['x-amz-chime-bearer'])), nameOf(promoted ?? deleted)].filter(Boolean).join(' ');
  });
}

function nameOf(arn: string): string {
  return arn.split('/').pop()!;
}

describe('the bearer changes', () => {
  test('and the old one promotes the new one before that one removes it', async () => {
    const before = await create();
    const { outputs } = await account.succeed(channel({ chimeBearer: second }));
    expect(calls()).toEqual(['CreateChannelModerator operator successor', 'UpdateChannel successor', 'DeleteChannelModerator successor operator']);
    expect(outputs.ChannelArn).toBe(before.channels[0].channelArn);
    expect(standing()).toEqual({ ...before, channels: [{ ...before.channels[0], moderators: [second] }] });
    await account.delete();
    expect(channels()).toEqual([]);
    expect(calls().at(-1)).toBe('DeleteChannel successor');
  });

  test('to a bot', async () => {
    const before = await create();
    const chimeBearer = store().createAppInstanceBot(appInstance.appInstanceArn);
    await account.succeed(channel({ chimeBearer }));
    expect(standing()).toEqual({ ...before, channels: [{ ...before.channels[0], moderators: [chimeBearer] }] });
  });

  test('and back, and forth, and each update works', async () => {
    const before = await create();
    for (const [index, chimeBearer] of [second, first, second, first].entries()) {
      await account.succeed(channel({ chimeBearer, channelName: `name ${index}` }));
      expect(channels()).toEqual([{ ...before.channels[0], name: `name ${index}`, moderators: [chimeBearer] }]);
    }
  });

  test('and everything else with it: the new one calls for all', async () => {
    const before = await create({ memberArns: [user('a'), user('b')], moderatorArns: [user('a')], tags: { a: '1' }, metadata: 'old' });
    const channelFlowArn = store().createChannelFlow(appInstance.appInstanceArn, 'one');
    await account.succeed(channel({
      chimeBearer: second, channelName: 'new', memberArns: [user('b'), user('c')], moderatorArns: [user('c')], tags: { a: '2' }, channelFlowArn,
    }));
    expect(calls()).toEqual([
      'CreateChannelModerator operator successor',
      'UpdateChannel successor',
      expect.stringMatching(/^TagResource/),
      'AssociateChannelFlow successor',
      'BatchCreateChannelMembership successor',
      'CreateChannelModerator successor c',
      'DeleteChannelMembership successor a',
      'DeleteChannelModerator successor a',
      'DeleteChannelModerator successor operator',
    ]);
    expect(standing()).toEqual({
      ...before,
      channels: [{
        ...before.channels[0],
        name: 'new',
        metadata: '',
        tags: { a: '2' },
        channelFlowArn,
        members: [first, user('b'), user('c')].sort(),
        moderators: [second, user('c')].sort(),
      }],
    });
  });

  test.each<[string, () => ChimeChannelOptions, () => ChimeChannelOptions, () => { members: string[]; moderators: string[] }]>([
    ['the old one is named in moderatorArns: it stays', () => ({}), () => ({ moderatorArns: [first] }),
      () => ({ members: [first], moderators: [first, second] })],
    ['the old one was and is named in both lists: it stays', () => ({ memberArns: [first], moderatorArns: [first] }),
      () => ({ memberArns: [first], moderatorArns: [first] }), () => ({ members: [first], moderators: [first, second] })],
    ['the old one leaves both lists: it goes', () => ({ memberArns: [first, user('a')], moderatorArns: [first] }),
      () => ({ memberArns: [user('a')] }), () => ({ members: [user('a')], moderators: [second] })],
    ['the new one was named in both lists and is no longer: it stays', () => ({ memberArns: [second], moderatorArns: [second] }),
      () => ({ memberArns: [user('a')] }), () => ({ members: [first, second, user('a')], moderators: [second] })],
    ['the new one is named in both lists', () => ({}), () => ({ memberArns: [second], moderatorArns: [second] }),
      () => ({ members: [first, second], moderators: [second] })],
    ['each is named while it is not the bearer', () => ({ moderatorArns: [second] }), () => ({ moderatorArns: [first] }),
      () => ({ members: [first], moderators: [first, second] })],
  ])('and %s', async (_case, before, after, expected) => {
    const old = await create(before());
    const { members, moderators } = expected();
    const now = { ...old.channels[0], members: members.sort(), moderators: moderators.sort() };
    await account.succeed(channel({ ...after(), chimeBearer: second }));
    expect(channels()).toEqual([now]);
    await account.succeed(channel({ ...after(), chimeBearer: second, channelName: 'last' }));
    expect(channels()).toEqual([{ ...now, name: 'last' }]);
  });

  test.each<[string, () => ChimeChannelOptions, () => ChimeChannelOptions]>([
    ['alone', () => ({}), () => ({})],
    ['with all else', () => ({ memberArns: [user('a'), user('b')], moderatorArns: [user('a')], tags: { a: '1' }, metadata: 'old' }),
      () => ({ channelName: 'new', memberArns: [user('b'), user('c')], moderatorArns: [user('c')], tags: { a: '2' } })],
    ['with lists that name the old one before', () => ({ memberArns: [first, user('a')], moderatorArns: [first] }), () => ({ memberArns: [user('a')] })],
    ['with lists that name the old one after', () => ({ memberArns: [user('a')] }), () => ({ memberArns: [first], moderatorArns: [first] })],
    ['with lists that name the new one before', () => ({ memberArns: [second, user('a')], moderatorArns: [second] }), () => ({ memberArns: [user('a')] })],
    ['with lists that name the new one after', () => ({ memberArns: [user('a')] }), () => ({ memberArns: [second], moderatorArns: [second] })],
  ])('%s, and a rollback of the stack brings the old one back', async (_case, before, after) => {
    const old = await create(before());
    await account.deploy(channelAndFailure({ ...after(), chimeBearer: second }));
    expect(account.stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(calls()).toEqual(expect.arrayContaining(['UpdateChannel successor', 'UpdateChannel operator']));
    expect(standing()).toEqual(old);
    await account.succeed(channel({ ...before(), channelName: 'last' }));
    expect(channels()).toEqual([{ ...old.channels[0], name: 'last' }]);
    await account.delete();
    expect(channels()).toEqual([]);
  });

  test.each(['UpdateChannel', 'TagResource', 'BatchCreateChannelMembership', 'DeleteChannelModerator', 'DeleteChannelMembership'])(
    'together with members, and %s fails: all is undone', async (operation) => {
      const before = { memberArns: [user('a')], moderatorArns: [user('b')], tags: { a: '1' } };
      const old = await create(before);
      let atFailure: unknown;
      let deliveries = 0;
      local.aws.cloudFormation.lambda.deliver = () => {
        deliveries += 1;
        atFailure = deliveries === 2 ? channels() : atFailure;
        return [{}];
      };
      local.aws.services.faults.inject({
        operations: [operation], fault: { kind: 'error', code: 'BadRequestException' }, when: ({ accountId }) => accountId === account.id,
      });
      const reason = await account.fail(channel({ chimeBearer: second, memberArns: [user('c')], moderatorArns: [user('d')], tags: { a: '2' } }));
      // What was refused once is there still, which is asked before the refusal counts.
      expect(reason).toMatch(new RegExp(`^${operation}: `));
      expect(atFailure).toEqual(old.channels);
      expect(account.stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
      expect(standing()).toEqual(old);
    });

  test('and the event is delivered twice', async () => {
    // With a role of its own, as the second delivery may outlast the policy for the old bearer.
    const withRole = (options: ChimeChannelOptions) => (stack: Stack) => {
      const provider = ownProvider(stack, { role: account.handlerRole(stack, ['chime:*', 'cloudformation:*']) });
      return channel({ ...options, provider })(stack);
    };
    await account.succeed(withRole({}));
    const before = standing();
    local.aws.cloudFormation.lambda.deliver = () => [{}, {}];
    await account.succeed(withRole({ chimeBearer: second }));
    await local.aws.cloudFormation.lambda.settled();
    expect(channels()).toEqual([{ ...before.channels[0], moderators: [second] }]);
  });

  test('to one who is a moderator already', async () => {
    const before = await create();
    account.chimeChannels()[0].moderators.add(second);
    await account.succeed(channel({ chimeBearer: second }));
    expect(channels()).toEqual([{ ...before.channels[0], moderators: [second] }]);
  });

  test('together with the privacy: the new one makes the new channel, and the old one deletes the old channel', async () => {
    await create();
    await account.succeed(channel({ chimeBearer: second, privacy: ChannelPrivacy.PUBLIC }));
    expect(calls()).toEqual(['CreateChannel successor', 'DeleteChannel operator']);
    expect(channels()).toEqual([expect.objectContaining({ privacy: 'PUBLIC', moderators: [second] })]);
  });
});

describe('the old bearer is deleted already', () => {
  test('and the new one is an administrator of the AppInstance: it takes over', async () => {
    const before = await create();
    store().deleteIdentity(first);
    store().createAppInstanceAdmin(second);
    await account.succeed(channel({ chimeBearer: second, channelName: 'new', memberArns: [second] }));
    expect(channels()).toEqual([{ ...before.channels[0], name: 'new', members: [second], moderators: [] }]);
    await account.delete();
    expect(channels()).toEqual([]);
  });

  test('and the new one is a moderator of the channel: it takes over', async () => {
    const before = await create({ moderatorArns: [second] });
    store().deleteIdentity(first);
    await account.succeed(channel({ chimeBearer: second, channelName: 'new' }));
    expect(channels()).toEqual([{ ...before.channels[0], name: 'new', members: [], moderators: [second] }]);
    await account.delete();
    expect(channels()).toEqual([]);
  });

  test('and the new one has no rights: the update fails clearly, and the channel stays as it is', async () => {
    await create();
    store().deleteIdentity(first);
    const before = channels();
    const result = await account.deploy(channel({ chimeBearer: second, channelName: 'new' }));
    expect(failuresOf(result)[0]).toMatch(/^DescribeChannel: .*Forbidden.* chimeBearer must be a user or bot of the AppInstance, and a moderator/);
    expect(channels()).toEqual(before);
  });
});

describe('the old bearer is deleted already, and the rotation is rolled back', () => {
  test('and the new one has no rights: the rollback, for which nothing is to be done, succeeds', async () => {
    await create();
    store().deleteIdentity(first);
    await account.deploy(channel({ chimeBearer: second, channelName: 'new' }));
    expect(account.stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
  });

  test('and a rollback leaves the channel to the new one, so that the next update can go on', async () => {
    await create();
    store().deleteIdentity(first);
    store().createAppInstanceAdmin(second);
    await account.deploy(channelAndFailure({ chimeBearer: second, channelName: 'new' }));
    expect(account.stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    await account.succeed(channel({ chimeBearer: second, channelName: 'newer' }));
    expect(channels()).toEqual([expect.objectContaining({ name: 'newer', messages: ['hello'] })]);
  });
});

describe('the bearer changes, and a property that has actions of its own', () => {
  const PROPERTIES: [string, () => ChimeChannelOptions, (set: boolean) => object][] = [
    ['memberArns', () => ({ memberArns: [user('a')] }), (set) => ({ members: set ? [user('a'), first] : [first] })],
    ['expirationSettings', () => ({ expirationSettings: { expiration: Duration.days(1), expirationCriterion: ExpirationCriterion.CREATED_TIMESTAMP } }),
      (set) => ({ expirationSettings: set ? { ExpirationDays: 1, ExpirationCriterion: 'CREATED_TIMESTAMP' } : undefined })],
    ['channelFlowArn', () => ({ channelFlowArn: store().createChannelFlow(appInstance.appInstanceArn, 'one') }),
      (set) => ({ channelFlowArn: set ? `${appInstance.appInstanceArn}/channel-flow/one` : undefined })],
  ];

  test.each(PROPERTIES)('is set at once: %s', async (_name, options, shows) => {
    const before = await create();
    await account.succeed(channel({ ...options(), chimeBearer: second }));
    expect(channels()).toEqual([{ ...before.channels[0], ...shows(true), moderators: [second] }]);
  });

  test.each(PROPERTIES)('is removed at once: %s', async (_name, options, shows) => {
    const before = await create(options());
    await account.succeed(channel({ chimeBearer: second }));
    expect(channels()).toEqual([{ ...before.channels[0], ...shows(false), moderators: [second] }]);
  });

  test.each(PROPERTIES)('is set at once, and the stack rolls back: %s', async (_name, options) => {
    const before = await create();
    await account.deploy(channelAndFailure({ ...options(), chimeBearer: second }));
    expect(account.stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(standing()).toEqual(before);
  });

  test.each(PROPERTIES)('is removed at once, and the stack rolls back: %s', async (_name, options) => {
    const before = await create(options());
    await account.deploy(channelAndFailure({ chimeBearer: second }));
    expect(account.stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(standing()).toEqual(before);
  });
});

describe('the old bearer has lost its rights', () => {
  test.each<[string, () => void]>([
    ['and the new one is an administrator: it takes over', () => store().createAppInstanceAdmin(second)],
    ['and the new one is a moderator: it takes over', () => account.chimeChannels()[0].moderators.add(second)],
  ])('%s', async (_case, give) => {
    const before = await create();
    account.chimeChannels()[0].moderators.clear();
    give();
    const { moderators } = channels()[0];
    await account.succeed(channel({ chimeBearer: second, channelName: 'new' }));
    expect(channels()).toEqual([{ ...before.channels[0], name: 'new', moderators }]);
  });
});

describe('a new bearer that cannot go on', () => {
  test('as the AppInstance does not know it: the update fails clearly and is undone', async () => {
    const old = await create({ memberArns: [user('a')] });
    const reason = await account.fail(channel({ chimeBearer: `${appInstance.appInstanceArn}/user/nobody`, channelName: 'new', tags: { a: '1' } }));
    expect(reason).toMatch(/^CreateChannelModerator: An invalid app instance user ARN was supplied .* chimeBearer must be a user or bot of the AppInstance/);
    expect(account.stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(standing()).toEqual(old);
    expect(account.changes()).toEqual(expect.not.arrayContaining(['TagResource', 'DeleteChannelModerator']));
    await account.succeed(channel({ chimeBearer: second, memberArns: [user('a')] }));
    expect(channels()[0].moderators).toEqual([second]);
  });

  test('as the old one was not allowed to promote it: the update fails clearly and is undone', async () => {
    const old = await create();
    local.aws.services.faults.inject({
      operations: ['CreateChannelModerator'],
      fault: { kind: 'error', code: 'ResourceLimitExceededException' },
      when: ({ accountId }) => accountId === account.id,
    });
    expect(await account.fail(channel({ chimeBearer: second }))).toMatch(/^CreateChannelModerator: .*ResourceLimitExceeded/);
    expect(account.stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(standing()).toEqual(old);
  });
});

describe('a rotation that brings members, and that the update itself takes back', () => {
  test('leaves the old bearer a moderator after the rollback, who may not list members', async () => {
    const before = await create();
    local.aws.services.faults.inject({ operations: ['PutChannelExpirationSettings'], fault: { kind: 'status', status: 503 }, count: Infinity });
    const options: ChimeChannelOptions = {
      chimeBearer: second,
      memberArns: [user('guest')],
      expirationSettings: { expiration: Duration.days(30), expirationCriterion: ExpirationCriterion.CREATED_TIMESTAMP },
    };
    expect(await account.fail(channel(options))).toContain('PutChannelExpirationSettings');
    expect(standing()).toEqual(before);
  });
});

describe('of a channel that was adopted', () => {
  const options = (): ChimeChannelOptions => ({ channelId: 'theirs', existing: ExistingConfiguration.ADOPT });

  beforeEach(async () => {
    // Made by another stack, which has left it.
    await account.succeed(channel({ channelId: 'theirs', removalPolicy: undefined }));
    await account.delete();
    account.sendMessages();
  });

  test('the old bearer stays a moderator, and the new one becomes one', async () => {
    await account.succeed(channel(options()));
    const before = standing();
    await account.succeed(channel({ ...options(), chimeBearer: second, channelName: 'new' }));
    expect(standing()).toEqual({ ...before, channels: [{ ...before.channels[0], name: 'new', moderators: [first, second].sort() }] });
    await account.delete();
    expect(channels()).toHaveLength(1);
  });

  test('the old bearer is the bearer again when the stack rolls back', async () => {
    await account.succeed(channel(options()));
    const before = standing();
    await account.deploy(channelAndFailure({ ...options(), chimeBearer: second, channelName: 'new' }));
    expect(account.stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    // The new one stays a moderator, as it may have been one before: of an adopted channel the stack removes none that it did not declare.
    expect(channels()).toEqual([{ ...before.channels[0], moderators: [first, second].sort() }]);
    expect(account.physicalId(TYPE)).toBe(before.physicalId);
    await account.succeed(channel({ ...options(), channelName: 'last' }));
    expect(channels()[0].name).toBe('last');
  });
});

// Nothing tells a new bearer that was promoted by the stack from one that was a moderator before.
describe('a rollback of a rotation to one who', () => {
  test('was a moderator of a channel of the stack otherwise takes it for promoted by the stack', async () => {
    const before = await create();
    account.chimeChannels()[0].moderators.add(second);
    await account.deploy(channelAndFailure({ chimeBearer: second }));
    expect(account.stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(standing()).toEqual(before);
  });
});
