import {
  account, ALL, changesOf, channel, channels, declaredBy, FAULTS, IN_PLACE, local, none, testUndoneChanges, useAppInstances, users,
} from './chime-channel-world';
import { ownProvider } from './harness';
import { ChannelMode } from '../../src';

useAppInstances();

describe.each(Object.entries(ALL))('%s', (_name, { first }) => {
  test('of a channel whose construct is removed from a stack that stays goes with it', async () => {
    await account.succeed(channel({ ...first(), ownsProvider: true }));
    await account.succeed((stack) => ownProvider(stack));
    expect(channels()).toEqual([]);
  });

  test('of a channel that is retained stays as it is', async () => {
    await account.succeed(channel({ ...first(), removalPolicy: undefined }));
    const before = channels();
    await account.delete();
    expect(channels()).toEqual(before);
    expect(before).toEqual([expect.objectContaining(declaredBy(first()))]);
  });
});

describe.each(Object.entries(IN_PLACE))('%s in place', (_name, property) => {
  const { sets, removes } = property;
  const CHANGES = changesOf(property);

  testUndoneChanges(property, CHANGES);

  test.each(CHANGES)('%s together with all else', async (_change, before, after) => {
    const all = { channelName: 'new', mode: ChannelMode.UNRESTRICTED, metadata: 'new', tags: { a: '1' } };
    await account.succeed(channel(before()));
    const [old] = channels();
    await account.succeed(channel({ ...after(), ...all }));
    expect(channels()).toEqual([{ ...old, ...declaredBy(after()), name: 'new', mode: 'UNRESTRICTED', metadata: 'new', tags: { a: '1' } }]);
  });

  test.each(CHANGES.flatMap(([change, before, after]) => FAULTS.map(([name, fault]) => ({ change, name, before, after, fault }))))(
    '$change in spite of $name', async ({ before, after, fault }) => {
      await account.succeed(channel(before()));
      const injected = local.aws.services.faults.inject({
        operations: [after === none ? removes : sets], fault, when: ({ accountId }) => accountId === account.id,
      });
      await account.succeed(channel(after()));
      expect(injected.hits).toBe(1);
      expect(channels()).toEqual([expect.objectContaining(declaredBy(after()))]);
    });
});

describe('members and moderators', () => {
  const batches = () => account.requests().filter(({ operation }) => operation === 'BatchCreateChannelMembership')
    .map(({ wire }) => (JSON.parse(wire.body) as { MemberArns: string[] }).MemberArns.length);

  test('250 that an update adds come in three batches, and go one by one', async () => {
    await account.succeed(channel({ memberArns: users(3) }));
    account.sendMessages();
    account.forgetRequests();
    await account.succeed(channel({ memberArns: users(253) }));
    expect(batches()).toEqual([100, 100, 50]);
    expect(channels()).toEqual([expect.objectContaining({ ...declaredBy({ memberArns: users(253) }), messages: ['hello'] })]);

    account.forgetRequests();
    await account.succeed(channel({ memberArns: users(253).slice(200) }));
    expect(account.changes()).toEqual(Array(200).fill('DeleteChannelMembership'));
    expect(channels()).toEqual([expect.objectContaining({ ...declaredBy({ memberArns: users(253).slice(200) }), messages: ['hello'] })]);
  });

  describe('1,000 that an update removes', () => {
    beforeEach(async () => {
      // As long as a handler has unless told.
      local.handlerTimeout = 120;
      await account.succeed(channel({ memberArns: users(1000) }));
      account.forgetRequests();
    });

    test('go one by one', async () => {
      await account.succeed(channel());
      expect(account.changes()).toEqual(Array(1000).fill('DeleteChannelMembership'));
      expect(channels()).toEqual([expect.objectContaining(declaredBy({}))]);
    });

    test('and for which the time is too short fail with what to do, and are all there after the rollback', async () => {
      local.handlerTimeout = 15;
      let deletions = 0;
      local.aws.services.faults.inject({
        operations: ['DeleteChannelMembership'],
        fault: { kind: 'hang' },
        count: Infinity,
        when: ({ accountId }) => {
          deletions += accountId === account.id ? 1 : 0;
          return deletions > 20;
        },
      });
      const reason = await account.fail(channel());
      expect(reason).toMatch(/Deploy again later/);
      expect(channels()).toEqual([expect.objectContaining(declaredBy({ memberArns: users(1000) }))]);
    });
  });
});
