import type { Engine } from './engine';
import type { Run } from './run';
import type { ChannelState, ChimeState, State } from './state';
import { CONSOLE_ROLE, TEAM, type Kind } from './templates';
import { PRODUCTION_ACCOUNT } from '../../examples/account-settings';

/** Operations of a stack from its creation to its deletion, with what must be there after each. */
export interface Scenario {
  readonly name: string;
  /** What an engine must be able to do, when not every one is. */
  readonly needs?: keyof Engine;
  play(run: Run): Promise<void>;
}

const [ADD, CREATE, RESOLVE] = ['AddCorrespondenceToCase', 'CreateOrReopenCase', 'ResolveCase'];

function channel(name: string, severity: string, ...flags: string[]): ChannelState {
  return { name, severity, flags, role: 'CdkSupportAppRole' };
}

function chime(name: string, changes: Partial<ChimeState> = {}): ChimeState {
  const deployer = ['user/deployer'];
  return {
    name,
    mode: 'RESTRICTED',
    privacy: 'PRIVATE',
    metadata: '',
    tags: {},
    members: deployer,
    moderators: deployer,
    ...changes,
  };
}

/** The workspace is authorized in the account before, so that it stays. */
function state(
  channels: Record<string, ChannelState> = {},
  alias?: string,
  chimeChannels: ChimeState[] = [],
  workspaces = [TEAM],
): State {
  return { workspaces, channels, ...(alias === undefined ? {} : { alias }), chime: chimeChannels };
}

const OPERATIONS = channel('operations', 'all', ADD, CREATE, RESOLVE);
const URGENT = channel('urgent', 'high', CREATE);
/** Somebody else's, before and after a stack has adopted it. */
const THEIRS = { C012SECURTY: { ...channel('security', 'high', RESOLVE), role: CONSOLE_ROLE } };
const ADOPTED = { C012SECURTY: { ...channel('security', 'all', CREATE, RESOLVE), role: CONSOLE_ROLE } };
const ON_CALL = chime('On call', { tags: { team: 'operations' }, members: ['user/ana', 'user/ben', 'user/deployer'] });
const TWO = { C012OPERATE: OPERATIONS, C012URGENT1: URGENT };
const EXAMPLE = state(TWO, PRODUCTION_ACCOUNT.accountAlias, [ON_CALL]);
const FEWER_FLAGS = { ...OPERATIONS, flags: [CREATE, RESOLVE] };

const A = channel('a', 'all', CREATE, RESOLVE);
const B = channel('b', 'high', CREATE);
const AB = { C012MOVEAAA: A, C012MOVEBBB: B };
const MOVE = chime('Move');
const EACH = state(AB, 'Moved', [MOVE]);
const EACH_AND_THEIRS = { ...EACH, channels: { ...EACH.channels, ...THEIRS } };
const EMPTY = state();

/** A Chime channel whose creation another failure cancels may not have come into being; it is retained if it has. */
const maybe = (channels: Record<string, ChannelState>) => [state(channels), state(channels, undefined, [ON_CALL])];

const NAMES: Record<Kind, string> = { alias: 'an alias', channel: 'a channel', chime: 'a Chime channel' };

export const SCENARIOS: Scenario[] = [
  {
    name: 'an example is created, updated, fails, rolls back, adopts and goes',
    play: async (run) => {
      await run.create('example', 'CREATE_COMPLETE', EXAMPLE);
      const europe = chime('On call, Europe', {
        ...ON_CALL,
        name: 'On call, Europe',
        members: ['user/ben', 'user/cleo', 'user/deployer'],
        moderators: ['bot/deployer'],
      });
      const operations = { ...FEWER_FLAGS, name: 'operations-eu' };
      const three = { C012OPERATE: operations, C012THIRD00: channel('third', 'high', RESOLVE), C012URGENT1: URGENT };
      const { C012URGENT1: _, ...others } = three;
      const replaced = { ...others, C012URGENT2: URGENT };
      await run.update(
        'example, fewer flags',
        'UPDATE_COMPLETE',
        { ...EXAMPLE, channels: { ...TWO, C012OPERATE: FEWER_FLAGS } },
        {
          requests: ['Update WorkspaceOperationsBC9B510D'],
        },
      );
      await run.update(
        'example, renamed',
        'UPDATE_COMPLETE',
        state({ C012OPERATE: operations, C012URGENT1: URGENT }, 'Example Live', [europe]),
      );
      await run.update('example, a third channel', 'UPDATE_COMPLETE', state(three, 'Example Live', [europe]));
      await run.update('example, another channel id', 'UPDATE_COMPLETE', state(replaced, 'Example Live', [europe]), {
        requests: ['Update WorkspaceUrgent8759691D', 'Delete WorkspaceUrgent8759691D'],
      });
      await run.somebodyElsesChannel();
      await run.update(
        "example, somebody else's channel",
        'UPDATE_ROLLBACK_COMPLETE',
        state({ ...replaced, ...THEIRS }, 'Example Live', [europe]),
        {
          keepsIds: true,
          reason: ['C012SECURTY', 'Set existing to ADOPT'],
        },
      );
      await run.update(
        'example, adopts',
        'UPDATE_COMPLETE',
        state({ ...replaced, ...ADOPTED }, 'Example Renamed', [europe]),
      );
      await run.delete('DELETE_COMPLETE', state(ADOPTED, undefined, [europe]));
    },
  },
  {
    name: "a creation finds somebody else's channel and is rolled back",
    play: async (run) => {
      await run.somebodyElsesChannel();
      await run.create("new example, somebody else's channel", 'ROLLBACK_COMPLETE', maybe(THEIRS), {
        reason: ['C012SECURTY', 'Set existing to ADOPT'],
      });
      await run.delete('DELETE_COMPLETE', maybe(THEIRS));
    },
  },
  {
    name: 'a creation adopts a channel, which stays when it is no longer declared',
    play: async (run) => {
      await run.somebodyElsesChannel();
      const changed = { C012SECURTY: { ...ADOPTED.C012SECURTY, name: 'security-eu' } };
      await run.create('new example, adopts', 'CREATE_COMPLETE', { ...EXAMPLE, channels: { ...TWO, ...ADOPTED } });
      await run.update('new example, adopts and changes', 'UPDATE_COMPLETE', {
        ...EXAMPLE,
        channels: { ...TWO, ...changed },
      });
      await run.update('example', 'UPDATE_COMPLETE', { ...EXAMPLE, channels: { ...TWO, ...changed } });
      await run.delete('DELETE_COMPLETE', state(changed, undefined, [ON_CALL]));
    },
  },
  {
    name: 'all constructs move in the tree, and nothing that is there does',
    play: async (run) => {
      await run.create('one of each', 'CREATE_COMPLETE', EACH);
      const made = await run.chimeChannels();
      await run.update('one of each, moved', 'UPDATE_COMPLETE', EACH);
      // The name of a Chime channel is not unique, so that a moved construct without channelId is another channel.
      run.check('the Chime channel is another one', isOther(await run.chimeChannels(), made), true);
      await run.update(
        'one of each, moved and changed',
        'UPDATE_COMPLETE',
        state({ C012MOVEAAA: { ...A, flags: [CREATE] }, C012MOVEBBB: B }, 'Moved and changed', [
          chime('Move and change'),
        ]),
      );
      await run.delete('DELETE_COMPLETE', EMPTY);
    },
  },
  {
    name: 'a move fails and is rolled back, and the stack still deletes what it made',
    play: async (run) => {
      await run.create('one of each', 'CREATE_COMPLETE', EACH);
      await run.somebodyElsesChannel();
      await run.update('one of each, moved and fails', 'UPDATE_ROLLBACK_COMPLETE', EACH_AND_THEIRS, { keepsIds: true });
      await run.update('one of each, moved', 'UPDATE_COMPLETE', EACH_AND_THEIRS);
      await run.delete('DELETE_COMPLETE', state(THEIRS));
    },
  },
  {
    name: 'two channels swap their channel ids and back, then their construct ids',
    play: async (run) => {
      await run.create('one of each', 'CREATE_COMPLETE', EACH);
      await run.update('one of each, channel ids swapped', 'UPDATE_COMPLETE', {
        ...EACH,
        channels: { C012MOVEAAA: B, C012MOVEBBB: A },
      });
      await run.update('one of each', 'UPDATE_COMPLETE', EACH);
      await run.update('one of each, construct ids swapped', 'UPDATE_COMPLETE', EACH);
      await run.delete('DELETE_COMPLETE', EMPTY);
    },
  },
  {
    name: 'a swap of channel ids fails and is rolled back',
    play: async (run) => {
      await run.create('one of each', 'CREATE_COMPLETE', EACH);
      await run.somebodyElsesChannel();
      await run.update('one of each, channel ids swapped and fails', 'UPDATE_ROLLBACK_COMPLETE', EACH_AND_THEIRS);
      await run.delete('DELETE_COMPLETE', state(THEIRS));
    },
  },
  {
    name: 'replacements fail and are rolled back, then succeed',
    play: async (run) => {
      await run.create('one of each', 'CREATE_COMPLETE', EACH);
      const made = await run.chimeChannels();
      await run.somebodyElsesChannel();
      await run.update('one of each, replaced and fails', 'UPDATE_ROLLBACK_COMPLETE', EACH_AND_THEIRS, {
        keepsIds: true,
      });
      run.check('the Chime channel is the same', await run.chimeChannels(), made);
      await run.update(
        'one of each, replaced',
        'UPDATE_COMPLETE',
        state({ C012MOVEBBB: B, C012MOVECCC: A, ...THEIRS }, 'Moved', [{ ...MOVE, privacy: 'PUBLIC' }]),
      );
      run.check('the Chime channel is another one', isOther(await run.chimeChannels(), made), true);
      await run.delete('DELETE_COMPLETE', state(THEIRS));
    },
  },
  {
    name: 'changes in place fail and are rolled back, then a channel goes',
    play: async (run) => {
      await run.create('one of each', 'CREATE_COMPLETE', EACH);
      await run.somebodyElsesChannel();
      await run.update('one of each, changed and fails', 'UPDATE_ROLLBACK_COMPLETE', EACH_AND_THEIRS, {
        keepsIds: true,
      });
      await run.update(
        'one of each, without B',
        'UPDATE_COMPLETE',
        state({ C012MOVEAAA: A, ...THEIRS }, 'Moved', [MOVE]),
      );
      await run.delete('DELETE_COMPLETE', state(THEIRS));
    },
  },
  {
    name: 'the service refuses an update, then it throttles one',
    play: async (run) => {
      const operations = ['UpdateSlackChannelConfiguration'];
      await run.create('example', 'CREATE_COMPLETE', EXAMPLE);
      await run.withFaults([{ fault: { kind: 'status', status: 400 }, operations }], () =>
        run.update('example, fewer flags', 'UPDATE_ROLLBACK_COMPLETE', EXAMPLE, { keepsIds: true }),
      );
      await run.withFaults([{ fault: { kind: 'throttle' }, operations, count: 2 }], () =>
        run.update('example, fewer flags', 'UPDATE_COMPLETE', {
          ...EXAMPLE,
          channels: { ...TWO, C012OPERATE: FEWER_FLAGS },
        }),
      );
      await run.delete('DELETE_COMPLETE', state({}, undefined, [ON_CALL]));
    },
  },
  {
    name: 'a channel in a live chat cannot be deleted, later it can',
    play: async (run) => {
      await run.create('one of each', 'CREATE_COMPLETE', EACH);
      run.setLiveChat('C012MOVEAAA', true);
      await run.delete('DELETE_FAILED', undefined, { reason: ['live chat'] });
      run.check('the channel is there still', run.state().channels.C012MOVEAAA, A);
      run.setLiveChat('C012MOVEAAA', false);
      await run.delete('DELETE_COMPLETE', EMPTY);
    },
  },
  {
    name: 'an alias that somebody else has set is refused, adopted, or taken as it is',
    play: async (run) => {
      run.setAlias('Theirs');
      await run.create('alias', 'ROLLBACK_COMPLETE', state({}, 'Theirs'), { reason: ['Set existing to ADOPT'] });
      await run.delete('DELETE_COMPLETE', state({}, 'Theirs'));
      await run.create('alias, adopts', 'CREATE_COMPLETE', state({}, 'Only'));
      await run.delete('DELETE_COMPLETE', state({}, 'Only'));
      await run.create('alias', 'CREATE_COMPLETE', state({}, 'Only'));
      await run.delete('DELETE_COMPLETE', state({}, 'Only'));
    },
  },
  {
    name: 'a workspace must be authorized first, and stays where it was',
    play: async (run) => {
      run.setAuthorized(false);
      await run.create('workspace', 'ROLLBACK_COMPLETE', state({}, undefined, [], []), {
        reason: ['RegisterSlackWorkspaceForOrganization', 'authorize'],
      });
      await run.delete('DELETE_COMPLETE', state({}, undefined, [], []));
      run.setAuthorized(true);
      await run.create('workspace', 'CREATE_COMPLETE', EMPTY);
      await run.update('another alias', 'UPDATE_COMPLETE', state({}, 'Other'));
      await run.delete('DELETE_COMPLETE', EMPTY);
    },
  },
  {
    name: 'a workspace that the stack has registered goes with it, but not while somebody else uses it',
    play: async (run) => {
      run.joinOrganizationWithWorkspace();
      await run.create('workspace', 'CREATE_COMPLETE', EMPTY);
      await run.delete('DELETE_COMPLETE', state({}, undefined, [], []));
      await run.create('workspace', 'CREATE_COMPLETE', EMPTY);
      await run.somebodyElsesChannel();
      await run.delete('DELETE_COMPLETE', state(THEIRS));
    },
  },
  {
    name: 'a deletion does not mind what somebody has deleted before',
    play: async (run) => {
      await run.create('one of each', 'CREATE_COMPLETE', EACH);
      run.removeChannel('C012MOVEAAA');
      run.removeChannel('C012MOVEBBB');
      run.setAlias(undefined);
      await run.delete('DELETE_COMPLETE', EMPTY);
    },
  },
  {
    name: 'a Chime channel with an id stays the same in a move, and in one that fails',
    play: async (run) => {
      const withId = [
        chime('With id', {
          metadata: '{"a":1}',
          members: ['user/ben', 'user/deployer'],
          moderators: ['user/ana', 'user/deployer'],
        }),
      ];
      await run.create('Chime channel with id', 'CREATE_COMPLETE', state({}, undefined, withId));
      const made = await run.chimeChannels();
      await run.update('Chime channel with id, moved', 'UPDATE_COMPLETE', state({}, undefined, withId));
      run.check('the Chime channel is the same', await run.chimeChannels(), made);
      await run.somebodyElsesChannel();
      await run.update(
        'Chime channel with id, moved and fails',
        'UPDATE_ROLLBACK_COMPLETE',
        state(THEIRS, undefined, withId),
        { keepsIds: true },
      );
      run.check('the Chime channel is the same', await run.chimeChannels(), made);
      await run.delete('DELETE_COMPLETE', state(THEIRS));
    },
  },
  rollbackFails('alias', 'PutAccountAlias', state({}, 'Value 1')),
  rollbackFails(
    'channel',
    'UpdateSlackChannelConfiguration',
    state({ C012MOVEAAA: channel('Value 1', 'high', CREATE) }),
  ),
  rollbackFails('chime', 'UpdateChannel', state({}, undefined, [chime('Value 1')])),
  {
    name: 'a creation that was left as it failed is rolled back later',
    needs: 'rollbackStack',
    play: async (run) => {
      await run.somebodyElsesChannel();
      await run.create("new example, somebody else's channel", 'CREATE_FAILED', undefined, { disableRollback: true });
      await run.rollbackStack('ROLLBACK_COMPLETE', maybe(THEIRS));
      await run.delete('DELETE_COMPLETE', maybe(THEIRS));
    },
  },
  {
    name: 'change sets create and update, as cdk deploy does it',
    needs: 'executeChangeSet',
    play: async (run) => {
      await run.executeChangeSet('CREATE', 'example', 'CREATE_COMPLETE', EXAMPLE);
      await run.executeChangeSet(
        'UPDATE',
        'example, fewer flags',
        'UPDATE_COMPLETE',
        { ...EXAMPLE, channels: { ...TWO, C012OPERATE: FEWER_FLAGS } },
        {
          requests: ['Update WorkspaceOperationsBC9B510D'],
        },
      );
      await run.delete('DELETE_COMPLETE', state({}, undefined, [ON_CALL]));
    },
  },
  {
    name: 'as many channels as an account can have are created and renamed',
    play: async (run) => {
      const channels = (suffix: string) =>
        Object.fromEntries(
          Array.from({ length: 20 }, (_, index) => [
            `C012MANY${String(index).padStart(3, '0')}`,
            channel(`many ${index}${suffix}`, 'high', CREATE),
          ]),
        );
      await run.create('many', 'CREATE_COMPLETE', state(channels('')));
      await run.update('many, renamed', 'UPDATE_COMPLETE', state(channels(' renamed')));
      await run.delete('DELETE_COMPLETE', EMPTY);
    },
  },
];

/**
 * The service refuses the reverse Update, too: UPDATE_ROLLBACK_FAILED, until ContinueUpdateRollback finishes the
 * work.
 */
function rollbackFails(kind: Kind, operation: string, before: State): Scenario {
  const after = { ...before, channels: { ...before.channels, ...THEIRS } };
  return {
    name: `the rollback of ${NAMES[kind]} fails and is continued`,
    play: async (run) => {
      await run.create(`${kind} 1`, 'CREATE_COMPLETE', before);
      await run.somebodyElsesChannel();
      await run.withFaults(
        [
          // The first call is that of the Update, the second that of its reverse.
          { fault: { kind: 'delay', milliseconds: 1 }, operations: [operation] },
          { fault: { kind: 'status', status: 400 }, operations: [operation] },
        ],
        () => run.update(`${kind} 2, fails`, 'UPDATE_ROLLBACK_FAILED', undefined),
      );
      await run.continueUpdateRollback('UPDATE_ROLLBACK_COMPLETE', after);
      await run.delete('DELETE_COMPLETE', state(THEIRS));
    },
  };
}

function isOther(now: string[], before: string[]): boolean {
  return now.length > 0 && now.every((arn) => !before.includes(arn));
}
