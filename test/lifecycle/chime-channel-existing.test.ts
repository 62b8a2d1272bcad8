import { type CfnResource, Duration, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { type Account, type AppInstance, type ChimeChannelOptions, defineChimeChannel, failAfter, ownProvider, useLocalAws } from './harness';
import type { ChimeChannelRecord } from '../../local-aws/services/chime-store';
import { ChannelMode, ChannelPrivacy, type ElasticChannelConfiguration, ExistingConfiguration, ExpirationCriterion } from '../../src';

const TYPE = 'Custom::ChimeChannel';
const CHANNEL_ID = 'ours:1';
const { FAIL, ADOPT } = ExistingConfiguration;
const ELASTIC: ElasticChannelConfiguration = { maximumSubChannels: 10, targetMembershipsPerSubChannel: 200, minimumMembershipPercentage: 40 };
const local = useLocalAws();
let account: Account;
let appInstance: AppInstance;

beforeEach(() => {
  account = local.newAccount();
  appInstance = account.newAppInstance();
});

// The role that the construct makes suffices for all that happens here.
afterEach(() => {
  expect(account.requests().filter(({ outcome }) => outcome.errorCode === 'AccessDeniedException').map(({ operation }) => operation)).toEqual([]);
});

function store() {
  return local.aws.services.chime.store;
}

function user(name: string): string {
  return store().createAppInstanceUser(appInstance.appInstanceArn, name);
}

function users(count: number): string[] {
  return Array.from({ length: count }, (_, index) => user(`user${String(index).padStart(3, '0')}`));
}

function flow(name: string): string {
  return store().createChannelFlow(appInstance.appInstanceArn, name);
}

/** All that a declaration can have. */
function everything(): ChimeChannelOptions {
  return {
    channelId: CHANNEL_ID,
    channelName: 'ours',
    mode: ChannelMode.RESTRICTED,
    metadata: 'ours',
    tags: { a: '1', b: '2' },
    memberArns: [user('member'), user('new-member')],
    moderatorArns: [user('new-moderator'), user('moderator')],
    expirationSettings: { expiration: Duration.days(5), expirationCriterion: ExpirationCriterion.LAST_MESSAGE_TIMESTAMP },
    channelFlowArn: flow('ours'),
  };
}

/** What `everything` declares, beside what others have added. */
const DECLARED = () => ({
  name: 'ours',
  mode: 'RESTRICTED',
  metadata: 'ours',
  tags: { a: '1', b: '2', c: 'theirs' },
  members: [appInstance.chimeBearer, user('guest'), user('member'), user('new-member')].sort(),
  moderators: [appInstance.chimeBearer, user('host'), user('moderator'), user('new-moderator')].sort(),
  expirationSettings: { ExpirationDays: 5, ExpirationCriterion: 'LAST_MESSAGE_TIMESTAMP' },
  channelFlowArn: flow('ours'),
});

/** A channel that somebody has made by other means than a stack, with a message. */
function putChannel(changes: Partial<ChimeChannelRecord> = {}, channelId = CHANNEL_ID): ChimeChannelRecord {
  const record = account.putChimeChannel(appInstance, channelId, {
    metadata: 'theirs',
    expirationSettings: { ExpirationDays: 100, ExpirationCriterion: 'CREATED_TIMESTAMP' },
    tags: new Map([['a', 'theirs'], ['c', 'theirs']]),
    members: new Set([appInstance.chimeBearer, user('guest'), user('member')]),
    moderators: new Set([appInstance.chimeBearer, user('host'), user('moderator')]),
    ...changes,
  });
  account.sendMessages();
  return record;
}

/** A channel that equals `everything`, and has more members, moderators and tags. */
function putEqual(changes: Partial<ChimeChannelRecord> = {}): ChimeChannelRecord {
  const { name, metadata, tags, members, moderators, channelFlowArn } = DECLARED();
  return putChannel({
    name,
    mode: 'RESTRICTED',
    metadata,
    tags: new Map(Object.entries(tags)),
    members: new Set(members),
    moderators: new Set(moderators),
    expirationSettings: { ExpirationDays: 5, ExpirationCriterion: 'LAST_MESSAGE_TIMESTAMP' },
    channelFlowArn,
    ...changes,
  });
}

/** One difference between the channel that is there and `everything`. */
const DIFFERENCES: [string, () => Partial<ChimeChannelRecord>][] = [
  ['name', () => ({ name: 'theirs' })],
  ['mode', () => ({ mode: 'UNRESTRICTED' })],
  ['metadata', () => ({ metadata: 'theirs' })],
  ['metadata that is missing', () => ({ metadata: undefined })],
  ['tag value', () => ({ tags: new Map([['a', 'theirs'], ['b', '2']]) })],
  ['tag that is missing', () => ({ tags: new Map([['b', '2']]) })],
  ['member that is missing', () => ({ members: new Set([appInstance.chimeBearer, user('new-member')]) })],
  ['moderator that is missing', () => ({ moderators: new Set([appInstance.chimeBearer, user('new-moderator')]) })],
  ['expiration', () => ({ expirationSettings: { ExpirationDays: 6, ExpirationCriterion: 'LAST_MESSAGE_TIMESTAMP' } })],
  ['expiration that is missing', () => ({ expirationSettings: undefined })],
  ['channel flow that is missing', () => ({ channelFlowArn: undefined })],
];

/** A channel that is deleted with its construct, unless it was adopted. */
function channel(options: ChimeChannelOptions = {}) {
  return (stack: Stack) => defineChimeChannel(stack, appInstance, { channelId: CHANNEL_ID, ...options });
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

function ownership() {
  return account.physicalId(TYPE).split('/')[1];
}

describe('a channel of the declared id that is there already', () => {
  describe('with FAIL', () => {
    test.each([...DIFFERENCES, ['everything', () => ({})]])('and another %s fails, says what to do, and stays', async (difference, changes) => {
      difference === 'everything' ? putChannel() : putEqual(changes());
      const before = channels();
      const reason = await account.fail(channel(everything()));
      expect(reason).toBe('channelId: the AppInstance has a channel of this id that this stack did not create. '
        + 'Set existing to ADOPT to let the stack change it, or remove what is there.');
      expect(channels()).toEqual(before);
      expect(account.changes()).toEqual([]);
      expect(account.stack.status).toBe('ROLLBACK_COMPLETE');
    });

    test.each<[string, ExistingConfiguration | undefined]>([['by default', undefined], ['when it says so', FAIL]])(
      'is adopted %s when it equals the declaration, and nothing is called that changes it', async (_case, existing) => {
        putEqual();
        const before = channels();
        const { outputs } = await account.succeed(channel({ ...everything(), existing }));
        expect(ownership()).toBe('adopted');
        expect(outputs.ChannelArn).toBe(before[0].channelArn);
        await account.delete();
        expect(account.changes()).toEqual([]);
        expect(channels()).toEqual(before);
      });

    test('is adopted whatever it has of what is not declared', async () => {
      putChannel({ channelFlowArn: flow('theirs') });
      const before = channels();
      await account.succeed(channel({ channelName: 'theirs', mode: ChannelMode.UNRESTRICTED }));
      expect(ownership()).toBe('adopted');
      expect(channels()).toEqual(before);
      await account.succeed(channel({ channelName: 'new', mode: ChannelMode.UNRESTRICTED }));
      expect(channels()).toEqual([{ ...before[0], name: 'new' }]);
    });

    test('is adopted when it equals the declaration, and left when the stack rolls back', async () => {
      putEqual();
      const before = channels();
      await account.deploy(channelAndFailure(everything()));
      expect(account.stack.status).toBe('ROLLBACK_COMPLETE');
      expect(account.changes()).toEqual([]);
      expect(channels()).toEqual(before);
    });
  });

  describe('with ADOPT', () => {
    const adopting = (): ChimeChannelOptions => ({ ...everything(), existing: ADOPT });

    test('gets what is declared, keeps what else it has, and stays when its construct goes', async () => {
      putChannel();
      const [{ channelArn }] = channels();
      const { outputs } = await account.succeed(channel({ ...adopting(), ownsProvider: true }));
      expect(outputs.ChannelArn).toBe(channelArn);
      expect(ownership()).toBe('adopted');
      const adopted = channels();
      expect(adopted).toEqual([expect.objectContaining({ channelArn, privacy: 'PRIVATE', messages: ['hello'], ...DECLARED() })]);
      await account.succeed((stack) => ownProvider(stack));
      expect(channels()).toEqual(adopted);
    });

    test.each(DIFFERENCES)('gets another %s, and its old one when the stack rolls back', async (_difference, changes) => {
      putEqual(changes());
      const before = channels();
      await account.deploy(channelAndFailure(adopting()));
      expect(account.stack.status).toBe('ROLLBACK_COMPLETE');
      expect(account.changes().length).toBeGreaterThan(1);
      expect(channels()).toEqual(before);
      await account.succeed(channel(adopting()));
      const { members, moderators, tags, ...others } = DECLARED();
      expect(channels()).toEqual([expect.objectContaining(others)]);
      expect(channels()[0].members).toEqual(expect.arrayContaining(everything().memberArns!));
      expect(channels()[0].moderators).toEqual(expect.arrayContaining(everything().moderatorArns!));
      expect(channels()[0].tags).toEqual(expect.objectContaining({ a: '1', b: '2' }));
      expect(channels()[0].messages).toEqual(['hello']);
    });

    test.each<[string, Partial<ChimeChannelRecord>]>([
      ['all that it had', {}], ['no metadata, expiration and tags, as it had none', { metadata: undefined, expirationSettings: undefined, tags: new Map() }],
    ])('has %s when the stack rolls back', async (_case, changes) => {
      putChannel(changes);
      const before = channels();
      await account.deploy(channelAndFailure(adopting()));
      expect(account.stack.status).toBe('ROLLBACK_COMPLETE');
      expect(account.changes()).toEqual(expect.arrayContaining(['AssociateChannelFlow', 'DisassociateChannelFlow', 'DeleteChannelMembership']));
      expect(channels()).toEqual(before);
    });

    test.each(['UpdateChannel', 'TagResource', 'PutChannelExpirationSettings', 'AssociateChannelFlow', 'BatchCreateChannelMembership', 'CreateChannelModerator'])(
      'stays as it was when %s fails', async (operation) => {
        putChannel();
        const before = channels();
        local.aws.services.faults.inject({
          operations: [operation], fault: { kind: 'error', code: 'BadRequestException' }, when: ({ accountId }) => accountId === account.id,
        });
        expect(await account.fail(channel(adopting()))).toMatch(new RegExp(`^${operation}: `));
        expect(channels()).toEqual(before);
      });

    test('has none of the members of a batch of which the service refuses some', async () => {
      putEqual();
      const before = channels();
      store().failMembership(user('refused'), 'Forbidden');
      // Nothing else differs, so that the batch is the only step.
      expect(await account.fail(channel({ ...adopting(), memberArns: [user('other'), user('refused')] }))).toContain('not added');
      expect(channels()).toEqual(before);
    });

    test('is left by the rollback as somebody has changed it since', async () => {
      putChannel();
      let deliveries = 0;
      local.aws.cloudFormation.lambda.deliver = () => {
        deliveries += 1;
        // The second event is that of the failing resource, which comes once the channel is adopted.
        if (deliveries === 2) {
          account.chimeChannels()[0].name = 'changed since';
        }
        return [{}];
      };
      await account.deploy(channelAndFailure(adopting()));
      expect(account.stack.status).toBe('ROLLBACK_COMPLETE');
      expect(channels()).toEqual([expect.objectContaining({ ...DECLARED(), name: 'changed since' })]);
    });

    test('stays adopted when it is updated, and is put back when that is rolled back', async () => {
      putChannel();
      await account.succeed(channel(adopting()));
      const before = standing();
      await account.deploy(channelAndFailure({ ...adopting(), channelName: 'new', memberArns: undefined, moderatorArns: [user('x')], tags: {} }));
      expect(account.stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
      expect(standing()).toEqual(before);
      await account.succeed(channel({ ...adopting(), channelName: 'new', existing: undefined }));
      expect(standing()).toEqual({ ...before, channels: [{ ...before.channels[0], name: 'new' }] });
      await account.delete();
      expect(channels()).toHaveLength(1);
    });

    test('keeps the bearer as member and moderator when the lists that name it are rolled back', async () => {
      const { chimeBearer } = appInstance;
      putChannel();
      const before = channels();
      await account.deploy(channelAndFailure({ ...adopting(), memberArns: [chimeBearer, user('x')], moderatorArns: [chimeBearer, user('x')] }));
      expect(channels()).toEqual(before);
    });

    test('is adopted once when the event is delivered twice', async () => {
      putChannel();
      local.aws.cloudFormation.lambda.deliver = () => [{}, {}];
      await account.succeed(channel(adopting()));
      await local.aws.cloudFormation.lambda.settled();
      expect(ownership()).toBe('adopted');
      expect(channels()).toEqual([expect.objectContaining(DECLARED())]);
      local.aws.cloudFormation.lambda.deliver = () => [{}];
      await account.delete();
      expect(channels()).toHaveLength(1);
    });

    test('and another channel flow gets the declared one', async () => {
      putChannel({ channelFlowArn: flow('theirs') });
      await account.succeed(channel(adopting()));
      expect(channels()).toEqual([expect.objectContaining(DECLARED())]);
    });

    test('and another channel flow has its old one when the stack rolls back', async () => {
      putChannel({ channelFlowArn: flow('theirs') });
      const before = channels();
      await account.deploy(channelAndFailure(adopting()));
      expect(account.stack.status).toBe('ROLLBACK_COMPLETE');
      expect(account.changes()).toEqual(expect.arrayContaining(['AssociateChannelFlow']));
      expect(channels()).toEqual(before);
    });

    test('and with many members of those declared gets the others, and loses them when the stack rolls back', async () => {
      const memberArns = users(250);
      putChannel({ members: new Set([appInstance.chimeBearer, ...memberArns.slice(0, 240)]) });
      const before = channels();
      await account.deploy(channelAndFailure({ ...adopting(), memberArns }));
      expect(account.stack.status).toBe('ROLLBACK_COMPLETE');
      expect(account.changes()).toContain('BatchCreateChannelMembership');
      expect(channels()).toEqual(before);
      await account.succeed(channel({ ...adopting(), memberArns }));
      expect(channels()[0].members).toEqual([appInstance.chimeBearer, ...memberArns].sort());
    });

    test('of which too much would be replaced to remember it fails, says why, and stays', async () => {
      putChannel({ metadata: 'ü'.repeat(1024) });
      const before = channels();
      const reason = await account.fail(channel(adopting()));
      expect(reason).toMatch(/^To remember what exists takes \d+ of 1024 bytes\. /);
      expect(channels()).toEqual(before);
      expect(account.changes()).toEqual([]);
    });
  });

  describe.each([['FAIL', FAIL], ['ADOPT', ADOPT]])('with %s', (_name, existing) => {
    test.each<[string, Partial<ChimeChannelRecord>, ChimeChannelOptions]>([
      ['another privacy', { privacy: 'PUBLIC' }, {}],
      ['an elastic configuration', {
        elasticChannelConfiguration: { MaximumSubChannels: 2, TargetMembershipsPerSubChannel: 2, MinimumMembershipPercentage: 1 },
      }, { memberArns: undefined }],
      ['no elastic configuration', {}, { memberArns: undefined, elasticChannelConfiguration: ELASTIC }],
      ['another elastic configuration', {
        elasticChannelConfiguration: { MaximumSubChannels: 10, TargetMembershipsPerSubChannel: 200, MinimumMembershipPercentage: 39 },
      }, { memberArns: undefined, elasticChannelConfiguration: ELASTIC }],
    ])('and %s fails, as that cannot change, and stays', async (_case, changes, options) => {
      putEqual(changes);
      const before = channels();
      expect(await account.fail(channel({ ...everything(), existing, ...options }))).toBe(
        'channelId: the AppInstance has a channel of this id with another privacy or elasticChannelConfiguration, which cannot be changed. Choose another.');
      expect(channels()).toEqual(before);
      expect(account.changes()).toEqual([]);
    });

    test('and the same elastic configuration is adopted', async () => {
      putEqual({ elasticChannelConfiguration: { MinimumMembershipPercentage: 40, MaximumSubChannels: 10, TargetMembershipsPerSubChannel: 200 } });
      const before = channels();
      await account.succeed(channel({ ...everything(), existing, memberArns: undefined, elasticChannelConfiguration: ELASTIC }));
      expect(ownership()).toBe('adopted');
      expect(channels()).toEqual(before);
    });

    test.each<[string, (record: ChimeChannelRecord, bearer: string) => void]>([
      ['a private channel of others', ({ members, moderators }, bearer) => {
        members.delete(bearer);
        moderators.delete(bearer);
      }],
      ['a channel in which the bearer is a member only', ({ moderators }, bearer) => moderators.delete(bearer)],
    ])('and without the rights for it, %s fails, says so, and stays', async (_case, change) => {
      change(putEqual(), appInstance.chimeBearer);
      const before = channels();
      expect(await account.fail(channel({ ...everything(), existing }))).toBe(
        'channelId: the AppInstance has a channel of this id, to which chimeBearer has no access. Choose another.');
      expect(channels()).toEqual(before);
      expect(account.changes()).toEqual([]);
    });
  });

  test('and that the bearer may see but not change fails with ADOPT, says what the bearer must be, and stays', async () => {
    putChannel({ privacy: 'PUBLIC', members: new Set(), moderators: new Set() });
    const before = channels();
    const reason = await account.fail(channel({ channelName: 'new', privacy: ChannelPrivacy.PUBLIC, existing: ADOPT }));
    expect(reason).toMatch(/^UpdateChannel: .*Forbidden.*a moderator of the channel or an administrator\.$/);
    expect(channels()).toEqual(before);
  });

  test('is adopted by an administrator of the AppInstance', async () => {
    putChannel({ members: new Set(), moderators: new Set() });
    store().createAppInstanceAdmin(appInstance.chimeBearer);
    await account.succeed(channel({ ...everything(), existing: ADOPT }));
    const { name, mode, metadata } = DECLARED();
    expect(channels()).toEqual([expect.objectContaining({
      name, mode, metadata, members: [...everything().memberArns!].sort(), moderators: [...everything().moderatorArns!].sort(),
    })]);
  });
});

test.each(['ADOPT', 'OWN'])('%s without an id to know the channel by is refused by the handler, too', async (existing) => {
  const reason = await account.fail((stack) => {
    const { node } = channel({ channelId: undefined })(stack);
    (node.defaultChild as CfnResource).addPropertyOverride('Existing', existing);
  });
  expect(reason).toContain('existing: must not be set without channelId, as the service gives each new channel an id');
  expect(account.requests()).toEqual([]);
});

test('a channel of an id that nobody has is created, whatever existing says', async () => {
  await account.succeed(channel({ existing: ADOPT }));
  expect(ownership()).toBe('created');
  await account.succeed(channel({ existing: FAIL }));
  await account.succeed(channel());
  expect(account.changes()).toEqual(['CreateChannel']);
  await account.delete();
  expect(channels()).toEqual([]);
});

test('a channel whose creation was answered into the void is the stack\'s own, and the only one', async () => {
  local.aws.services.faults.inject({ operations: ['CreateChannel'], fault: { kind: 'loseReply' }, when: ({ accountId }) => accountId === account.id });
  await account.succeed(channel(everything()));
  expect(ownership()).toBe('created');
  await account.delete();
  expect(channels()).toEqual([]);
});

describe('a replacement by a channel that is there already', () => {
  beforeEach(async () => {
    await account.succeed(channel({ channelId: 'first', memberArns: [user('a')] }));
    account.sendMessages();
    putChannel();
  });

  test('fails with FAIL, and both stay', async () => {
    const before = standing();
    expect(await account.fail(channel(everything()))).toContain('Set existing to ADOPT');
    expect(standing()).toEqual(before);
  });

  test('adopts it with ADOPT, and then the old one goes', async () => {
    account.forgetRequests();
    await account.succeed(channel({ ...everything(), existing: ADOPT }));
    expect(account.changes().at(-1)).toBe('DeleteChannel');
    expect(channels()).toEqual([expect.objectContaining({ ...DECLARED(), messages: ['hello'] })]);
    await account.delete();
    expect(channels()).toHaveLength(1);
  });

  test('ends with both as they were when the stack rolls back', async () => {
    const before = standing();
    account.forgetRequests();
    await account.deploy(channelAndFailure({ ...everything(), existing: ADOPT }));
    expect(account.stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(account.changes()).toContain('UpdateChannel');
    expect(standing()).toEqual(before);
  });
});

test('a rollback of the replacement of a channel without a declared id by an adopted one ends with both as they were', async () => {
  await account.succeed(channel({ channelId: undefined }));
  putChannel();
  const before = standing();
  account.forgetRequests();
  await account.deploy(channelAndFailure({ ...everything(), existing: ADOPT }));
  expect(account.stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
  expect(account.changes()).toContain('BatchCreateChannelMembership');
  expect(standing()).toEqual(before);
});

describe('a replacement of an adopted channel', () => {
  const adopting = (): ChimeChannelOptions => ({ ...everything(), existing: ADOPT });

  test('leaves it', async () => {
    putChannel();
    await account.succeed(channel(adopting()));
    const [adopted] = channels();
    await account.succeed(channel({ ...adopting(), channelId: 'other' }));
    expect(channels()).toEqual([adopted, expect.objectContaining({ channelId: 'other' })]);
    await account.delete();
    expect(channels()).toEqual([adopted]);
  });

  test('that rolls back ends with the channel as it was adopted', async () => {
    putChannel();
    await account.succeed(channel(adopting()));
    const before = standing();
    await account.deploy(channelAndFailure({ ...adopting(), channelId: 'other' }));
    expect(account.stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(channels()).toEqual(before.channels);
    expect(ownership()).toBe('adopted');
    await account.succeed(channel({ ...adopting(), channelName: 'last' }));
    await account.delete();
    expect(channels()).toEqual([{ ...before.channels[0], name: 'last' }]);
  });
});

describe('a change of privacy or elastic configuration while channelId stays', () => {
  test.each<[string, ChimeChannelOptions, ExistingConfiguration]>([
    ['privacy', { privacy: ChannelPrivacy.PUBLIC }, FAIL],
    ['privacy', { privacy: ChannelPrivacy.PUBLIC }, ADOPT],
    ['elastic configuration', { elasticChannelConfiguration: ELASTIC }, FAIL],
  ])('%s: fails clearly, and nothing is lost', async (_case, options, existing) => {
    await account.succeed(channel({ existing, moderatorArns: [user('a')] }));
    account.sendMessages();
    const before = standing();
    account.forgetRequests();
    expect(await account.fail(channel({ existing, moderatorArns: [user('a')], ...options }))).toBe(
      'channelId: the AppInstance has a channel of this id with another privacy or elasticChannelConfiguration, which cannot be changed. Choose another.');
    expect(account.stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(account.changes()).toEqual([]);
    expect(standing()).toEqual(before);
    await account.delete();
    expect(channels()).toEqual([]);
  });
});

describe('a construct that moves in the tree', () => {
  describe.each(['created', 'adopted'])('whose channel was %s', (mark) => {
    const base = (): ChimeChannelOptions => ({ ...everything(), ...mark === 'adopted' ? { existing: ADOPT } : {} });

    beforeEach(async () => {
      if (mark === 'adopted') {
        putChannel();
      }
      await account.succeed(channel(base()));
      account.sendMessages();
      account.forgetRequests();
    });

    test.each<[string, ChimeChannelOptions, object, string[]]>([
      ['unchanged', {}, {}, []],
      ['unchanged, with FAIL', { existing: FAIL }, {}, []],
      ['with another name', { channelName: 'moved' }, { name: 'moved' }, ['UpdateChannel']],
      ['with other expiration settings, with FAIL',
        { existing: FAIL, expirationSettings: { expiration: Duration.days(9), expirationCriterion: ExpirationCriterion.CREATED_TIMESTAMP } },
        { expirationSettings: { ExpirationDays: 9, ExpirationCriterion: 'CREATED_TIMESTAMP' } }, ['PutChannelExpirationSettings']],
      ['with another tag value', { tags: { a: 'moved', b: '2' } }, { tags: expect.objectContaining({ a: 'moved', b: '2' }) }, ['TagResource']],
    ])('%s keeps the channel, its messages and its mark', async (_case, options, expected, changes) => {
      const [before] = channels();
      const { outputs } = await account.succeed(channel({ ...base(), ...options, id: 'Moved' }));
      expect(account.changes()).toEqual(changes);
      expect(channels()).toEqual([{ ...before, ...expected }]);
      expect(outputs.ChannelArn).toBe(before.channelArn);
      expect(ownership()).toBe(mark);
      await account.delete();
      expect(channels()).toEqual(mark === 'created' ? [] : [{ ...before, ...expected }]);
    });

    test('more members and moderators keep the channel and its mark', async () => {
      const [before] = channels();
      await account.succeed(channel({
        ...base(), id: 'Moved', memberArns: [...base().memberArns!, user('x')], moderatorArns: [...base().moderatorArns!, user('x')],
      }));
      expect(channels()).toEqual([{
        ...before, members: [...before.members, user('x')].sort(), moderators: [...before.moderators, user('x')].sort(),
      }]);
      expect(ownership()).toBe(mark);
    });

    test.each<[string, () => ChimeChannelOptions]>([
      ['unchanged', () => ({})],
      ['changed at once', () => ({
        channelName: 'moved',
        metadata: 'moved',
        tags: { a: 'moved', d: 'moved' },
        memberArns: [user('x'), user('member')],
        moderatorArns: [user('x')],
        expirationSettings: { expiration: Duration.days(9), expirationCriterion: ExpirationCriterion.CREATED_TIMESTAMP },
      })],
    ])('ends where it began when the stack rolls back (%s)', async (_case, options) => {
      const before = standing();
      await account.deploy(channelAndFailure({ ...base(), ...options(), id: 'Moved' }));
      expect(account.stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
      expect(standing()).toEqual(before);
      await account.delete();
      expect(channels()).toEqual(mark === 'created' ? [] : before.channels);
    });

    test('moves back and forth', async () => {
      await account.succeed(channel({ ...base(), id: 'Moved', channelName: 'there' }));
      await account.succeed(channel({ ...base(), channelName: 'back' }));
      expect(channels()).toEqual([expect.objectContaining({ name: 'back', messages: expect.arrayContaining(['hello']) })]);
      expect(ownership()).toBe(mark);
    });
  });

  test('keeps a channel that is retained, too', async () => {
    await account.succeed(channel({ ...everything(), removalPolicy: RemovalPolicy.RETAIN }));
    account.sendMessages();
    const before = channels();
    await account.succeed(channel({ ...everything(), removalPolicy: RemovalPolicy.RETAIN, id: 'Moved' }));
    expect(channels()).toEqual(before);
    expect(ownership()).toBe('created');
  });

  test('and to another privacy fails, and the channel stays', async () => {
    await account.succeed(channel(everything()));
    account.sendMessages();
    const before = standing();
    expect(await account.fail(channel({ ...everything(), privacy: ChannelPrivacy.PUBLIC, id: 'Moved' }))).toContain('with another privacy');
    expect(standing()).toEqual(before);
  });

  test('and exchanges its channel with another keeps both and their marks', async () => {
    const two = (first: string, second: string) => (stack: Stack) => {
      const one = channel({ channelId: first, channelName: 'of the first construct', id: 'First' })(stack);
      channel({ channelId: second, channelName: 'of the second construct', id: 'Second' })(stack).node.addDependency(one);
    };
    await account.succeed(two('one', 'two'));
    account.sendMessages();
    await account.succeed(two('two', 'one'));
    expect(channels().map(({ channelId, name, messages }) => [channelId, name, messages])).toEqual([
      ['one', 'of the second construct', ['hello']], ['two', 'of the first construct', ['hello']],
    ]);
    await account.delete();
    expect(channels()).toEqual([]);
  });
});
