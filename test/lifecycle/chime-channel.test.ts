import { CfnParameter, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import {
  type Account, type AppInstance, type ChimeChannelOptions, defineChimeChannel, failAfter, failuresOf, ownProvider, REGION, useLocalAws,
} from './harness';
import { ChannelMode, ChannelPrivacy, ChimeChannel } from '../../src';

const TYPE = 'Custom::ChimeChannel';
const local = useLocalAws();
let account: Account;
let appInstance: AppInstance;

beforeEach(() => {
  account = local.newAccount();
  appInstance = account.newAppInstance();
});

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

describe('create', () => {
  test('makes the channel, and its physical id names it', async () => {
    const { outputs } = await account.succeed(channel({ metadata: '{"a":"ü"}', mode: ChannelMode.UNRESTRICTED, tags: { team: 'ops' } }));
    expect(channels()).toEqual([{
      channelArn: outputs.ChannelArn,
      channelId: String(outputs.ChannelArn).split('/')[3],
      name: 'Operations 🚨',
      mode: 'UNRESTRICTED',
      privacy: 'PRIVATE',
      metadata: '{"a":"ü"}',
      tags: { team: 'ops' },
      members: [appInstance.chimeBearer],
      moderators: [appInstance.chimeBearer],
      messages: [],
    }]);
    expect(account.physicalId(TYPE)).toBe(`ChimeChannel/created/${encodeURIComponent(String(outputs.ChannelArn))}/PRIVATE`);
  });

  test('makes a channel without tags and metadata', async () => {
    await account.succeed(channel());
    expect(channels()).toEqual([expect.objectContaining({ metadata: '', tags: {}, mode: 'RESTRICTED' })]);
  });

  test('is undone when the stack rolls back', async () => {
    await account.deploy(channelAndFailure());
    expect(account.stack.status).toBe('ROLLBACK_COMPLETE');
    expect(account.changes()).toEqual(['CreateChannel', 'DeleteChannel']);
    expect(channels()).toEqual([]);
  });

  test('fails for a bearer that the AppInstance does not know, and says what to do', async () => {
    const reason = await account.fail(channel({ chimeBearer: `${appInstance.appInstanceArn}/user/nobody` }));
    expect(reason).toMatch(/^CreateChannel: An invalid app instance user ARN was supplied \(ForbiddenException, /);
    expect(reason).toMatch(/\. chimeBearer must be a user or bot of the AppInstance, and a moderator of the channel or an administrator\.$/);
  });

  test('fails when the role that was given lacks the permission, and says which', async () => {
    const reason = await account.fail((stack) =>
      channel({ provider: ownProvider(stack, { role: account.handlerRole(stack, ['chime:UpdateChannel']) }) })(stack));
    expect(reason).toContain('is not authorized to perform: chime:CreateChannel');
    expect(channels()).toEqual([]);
  });

  test.each([
    ['channelName', '\u0000', (value: string) => ({ channelName: value })],
    ['metadata', 'x'.repeat(1025), (value: string) => ({ metadata: value })],
    ['chimeBearer', 'arn:aws:iam::123456789012:user/somebody', (value: string) => ({ chimeBearer: value })],
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

  test('in an AppInstance of so long an id that the physical id does not fit leaves nothing behind', async () => {
    const { store } = local.aws.services.chime;
    const appInstanceArn = store.createAppInstance(account.id, REGION, 'a'.repeat(930));
    appInstance = { appInstanceArn, chimeBearer: store.createAppInstanceUser(appInstanceArn, 'operator') };
    const reason = await account.fail(channel());
    expect(reason).toMatch(/^To remember what exists takes \d{4} of 1024 bytes\. Shorten its texts\.$/);
    expect(account.changes()).toContain('CreateChannel');
    expect(channels()).toEqual([]);
  });

  test('fails for a bad tag value that is known only at deployment in the words of the service, and leaves nothing', async () => {
    const value = 'v'.repeat(257);
    const reason = await account.fail((stack) => channel({ tags: { team: new CfnParameter(stack, 'Value').valueAsString } })(stack), { Value: value });
    expect(reason).toMatch(/^CreateChannel: .*length less than or equal to 256 \(BadRequestException/);
    expect(reason).not.toContain('vvv');
  });
});

describe('update in place', () => {
  test.each<[string, ChimeChannelOptions, ChimeChannelOptions, object]>([
    ['the name changes', {}, { channelName: 'new' }, { name: 'new' }],
    ['the mode changes', {}, { mode: ChannelMode.UNRESTRICTED }, { mode: 'UNRESTRICTED' }],
    ['metadata is set', {}, { metadata: 'new' }, { metadata: 'new' }],
    ['metadata changes', { metadata: 'old' }, { metadata: 'new' }, { metadata: 'new' }],
    ['metadata is removed', { metadata: 'old' }, {}, { metadata: '' }],
    ['a tag is added', {}, { tags: { a: '1' } }, { tags: { a: '1' } }],
    ['a tag changes', { tags: { a: '1', b: '2' } }, { tags: { a: '3', b: '2' } }, { tags: { a: '3', b: '2' } }],
    ['a tag is removed', { tags: { a: '1', b: '2' } }, { tags: { b: '2' } }, { tags: { b: '2' } }],
    ['all tags are removed', { tags: { a: '1' } }, {}, { tags: {} }],
    ['everything changes', { tags: { a: '1' } }, { channelName: 'new', mode: ChannelMode.UNRESTRICTED, metadata: 'new', tags: { b: '2' } },
      { name: 'new', mode: 'UNRESTRICTED', metadata: 'new', tags: { b: '2' } }],
  ])('%s, and the messages survive', async (_case, before, after, expected) => {
    await account.succeed(channel(before));
    account.sendMessages();
    const first = standing();
    const { outputs } = await account.succeed(channel(after));
    expect(channels()).toEqual([{ ...first.channels[0], ...expected }]);
    expect(account.physicalId(TYPE)).toBe(first.physicalId);
    expect(outputs.ChannelArn).toBe(first.channels[0].channelArn);

    await account.succeed(channel(before));
    expect(standing()).toEqual(first);
  });

  test('the bearer changes: the new one calls, and the channel stays', async () => {
    await account.succeed(channel());
    account.sendMessages();
    const { store } = local.aws.services.chime;
    const chimeBearer = store.createAppInstanceBot(appInstance.appInstanceArn);
    store.createAppInstanceAdmin(chimeBearer);
    await account.succeed(channel({ chimeBearer, channelName: 'new' }));
    expect(channels()).toEqual([expect.objectContaining({ name: 'new', messages: ['hello'] })]);
    await account.delete();
    expect(channels()).toEqual([]);
  });

  test('tags that the stack does not declare stay', async () => {
    await account.succeed(channel({ tags: { ours: '1' } }));
    account.chimeChannels()[0].tags.set('theirs', '2');
    await account.succeed(channel({ tags: { ours: '3' } }));
    await account.succeed(channel());
    expect(channels()[0].tags).toEqual({ theirs: '2' });
  });

  test('is undone when the stack rolls back', async () => {
    await account.succeed(channel({ metadata: 'old', tags: { a: '1', b: '2' } }));
    account.sendMessages();
    const before = standing();
    await account.deploy(channelAndFailure({ channelName: 'new', metadata: 'new', mode: ChannelMode.UNRESTRICTED, tags: { a: '3', c: '4' } }));
    expect(account.stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(standing()).toEqual(before);
  });

  test('leaves no partial work when it fails half-way', async () => {
    await account.succeed(channel({ tags: { a: '1' } }));
    const before = standing();
    let atFailure: unknown;
    local.aws.services.faults.inject({
      operations: ['TagResource'], fault: { kind: 'error', code: 'BadRequestException' }, when: ({ accountId }) => accountId === account.id,
    });
    local.aws.cloudFormation.lambda.deliver = () => {
      // The next event is that of the rollback: by then the failed one has taken back what it did.
      atFailure = channels();
      return [{}];
    };
    expect(await account.fail(channel({ channelName: 'new', metadata: '', tags: { a: '2' } }))).toContain('TagResource');
    expect((atFailure as ReturnType<typeof channels>).map(({ name, tags }) => ({ name, tags }))).toEqual([{ name: 'Operations 🚨', tags: { a: '1' } }]);
    expect(standing().physicalId).toBe(before.physicalId);
  });

  test('fails when the channel was deleted behind the stack\'s back, as its messages are lost, and can still be deleted', async () => {
    await account.succeed(channel());
    local.aws.services.chime.store.deleteChannel(channels()[0].channelArn);
    const result = await account.deploy(channel({ channelName: 'new' }));
    expect(failuresOf(result)[0]).toContain('DescribeChannel');
    expect(result.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(channels()).toEqual([]);
  });

  test('brings back the declared name and tag over what somebody has changed', async () => {
    await account.succeed(channel({ tags: { a: '1' } }));
    Object.assign(account.chimeChannels()[0], { name: 'drifted', mode: 'UNRESTRICTED' });
    account.chimeChannels()[0].tags.set('a', 'drifted');
    await account.succeed(channel({ channelName: 'new', tags: { a: '2' } }));
    expect(channels()).toEqual([expect.objectContaining({ name: 'new', mode: 'RESTRICTED', tags: { a: '2' } })]);
  });
});

describe('replacement', () => {
  test.each<[string, () => ChimeChannelOptions]>([
    ['privacy', () => ({ privacy: ChannelPrivacy.PUBLIC })],
    ['AppInstance', () => account.newAppInstance()],
  ])('another %s: the new channel is there before the old one goes', async (_case, options) => {
    await account.succeed(channel());
    account.forgetRequests();
    const [before] = channels();
    const { outputs } = await account.succeed(channel(options()));
    expect(account.changes()).toEqual(['CreateChannel', 'DeleteChannel']);
    expect(channels().map(({ channelArn }) => channelArn)).toEqual([outputs.ChannelArn]);
    expect(outputs.ChannelArn).not.toBe(before.channelArn);
  });

  test('keeps the old channel by default, since it holds messages', async () => {
    await account.succeed(channel({ removalPolicy: undefined }));
    account.sendMessages();
    await account.succeed(channel({ removalPolicy: undefined, privacy: ChannelPrivacy.PUBLIC }));
    expect(channels()).toHaveLength(2);
    expect(channels().flatMap(({ messages }) => messages)).toEqual(['hello']);
  });

  test('the old channel with its messages is the stack\'s again when the stack rolls back', async () => {
    await account.succeed(channel());
    account.sendMessages();
    const before = standing();
    await account.deploy(channelAndFailure({ privacy: ChannelPrivacy.PUBLIC }));
    expect(account.stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(standing()).toEqual(before);
    await account.delete();
    expect(channels()).toEqual([]);
  });

  test('a replacement that fails leaves the old channel with its messages', async () => {
    await account.succeed(channel());
    account.sendMessages();
    const before = standing();
    local.aws.services.faults.inject({
      operations: ['CreateChannel'], fault: { kind: 'error', code: 'ResourceLimitExceededException' }, when: ({ accountId }) => accountId === account.id,
    });
    expect(await account.fail(channel({ privacy: ChannelPrivacy.PUBLIC }))).toContain('CreateChannel');
    expect(standing()).toEqual(before);
  });

  test('a replacement by a bearer that the AppInstance does not know leaves the old channel', async () => {
    await account.succeed(channel());
    const before = standing();
    expect(await account.fail(channel({ privacy: ChannelPrivacy.PUBLIC, chimeBearer: `${appInstance.appInstanceArn}/user/nobody` }))).toContain('CreateChannel');
    expect(standing()).toEqual(before);
  });
});

describe('delete', () => {
  test('leaves the channel by default', async () => {
    await account.succeed(channel({ removalPolicy: undefined }));
    await account.delete();
    expect(channels()).toHaveLength(1);
    expect(account.changes()).toEqual(['CreateChannel']);
  });

  test('deletes the channel with RemovalPolicy.DESTROY', async () => {
    await account.succeed(channel());
    await account.delete();
    expect(channels()).toEqual([]);
  });

  test('looks through all pages before it believes that the channel is gone', async () => {
    await account.succeed(channel());
    const [{ channelArn }] = channels();
    const original = account.chimeChannels()[0];
    const { store } = local.aws.services.chime;
    Array.from({ length: 60 }, (_, index) => `${appInstance.appInstanceArn}/channel/0${index}`).forEach((arn) =>
      store.channels.set(arn, { ...original, channelArn: arn }));
    local.aws.services.faults.inject({
      operations: ['DeleteChannel'], fault: { kind: 'error', code: 'ForbiddenException' }, when: ({ accountId }) => accountId === account.id,
    });
    const result = await account.tryDelete();
    expect(result.status).toBe('DELETE_FAILED');
    expect(store.channels.has(channelArn)).toBe(true);
  });

  test('fails when the bearer may not delete it, and the channel stays', async () => {
    await account.succeed(channel());
    local.aws.services.chime.store.deleteIdentity(appInstance.chimeBearer);
    const result = await account.tryDelete();
    expect(result.status).toBe('DELETE_FAILED');
    expect(failuresOf(result)[0]).toContain('chimeBearer must be a user or bot of the AppInstance');
    expect(channels()).toHaveLength(1);
  });

  // The service answers a bearer without access as if the channel were missing. Its tags, which are not the bearer's business, tell.
  test('fails when the bearer no longer moderates the channel, and leaves it', async () => {
    await account.succeed(channel());
    account.sendMessages();
    account.chimeChannels()[0].moderators.clear();
    const before = channels();
    account.forgetRequests();
    const result = await account.tryDelete();
    expect(result.status).toBe('DELETE_FAILED');
    expect(failuresOf(result)).toEqual([
      expect.stringMatching(/^DeleteChannel: .* \(ForbiddenException, .*\)\. chimeBearer must be .* a moderator of the channel or an administrator\.$/),
    ]);
    expect(channels()).toEqual(before);
    expect(account.changes()).toEqual([]);
    expect(account.requests().map(({ operation, outcome }) => [operation, outcome.errorCode])).toEqual([
      ['DeleteChannel', 'ForbiddenException'], ['ListChannelsModeratedByAppInstanceUser', undefined], ['DescribeChannel', undefined],
    ]);
  });

  test('fails when the bearer is not even a member any more, as the channel still shows its tags', async () => {
    await account.succeed(channel({ tags: { team: 'ops' } }));
    account.chimeChannels()[0].moderators.clear();
    account.chimeChannels()[0].members.clear();
    const before = channels();
    expect((await account.tryDelete()).status).toBe('DELETE_FAILED');
    expect(channels()).toEqual(before);
  });

  test('leaves a channel of which nothing can be seen any more', async () => {
    await account.succeed(channel());
    account.chimeChannels()[0].moderators.clear();
    account.chimeChannels()[0].members.clear();
    await account.delete();
    expect(channels()).toHaveLength(1);
  });

  test('succeeds once the bearer may delete the channel again', async () => {
    await account.succeed(channel());
    const { moderators } = account.chimeChannels()[0];
    moderators.clear();
    await account.tryDelete();
    moderators.add(appInstance.chimeBearer);
    await account.delete();
    expect(channels()).toEqual([]);
  });

  test('takes a channel for gone that was deleted outside the stack, having looked for it in each way', async () => {
    await account.succeed(channel());
    local.aws.services.chime.store.deleteChannel(channels()[0].channelArn);
    account.forgetRequests();
    await account.delete();
    expect(account.requests().map(({ operation, outcome }) => [operation, outcome.errorCode])).toEqual([
      ['DeleteChannel', 'ForbiddenException'], ['ListChannelsModeratedByAppInstanceUser', undefined],
      ['DescribeChannel', 'ForbiddenException'], ['ListTagsForResource', 'ForbiddenException'],
    ]);
  });

  test('succeeds when the AppInstance is gone with all its channels', async () => {
    await account.succeed(channel());
    local.aws.services.chime.store.deleteAppInstance(appInstance.appInstanceArn);
    await account.delete();
  });

  test('removes the channel when the construct is removed from a stack that stays', async () => {
    await account.succeed(channel({ ownsProvider: true }));
    await account.succeed((stack) => ownProvider(stack));
    expect(channels()).toEqual([]);
  });

  test('removes one of two channels', async () => {
    await account.succeed((stack) => {
      channel()(stack);
      new ChimeChannel(stack, 'Second', { ...appInstance, channelName: 'second', removalPolicy: RemovalPolicy.DESTROY });
    });
    await account.succeed(channel());
    expect(channels().map(({ name }) => name)).toEqual(['Operations 🚨']);
  });
});
