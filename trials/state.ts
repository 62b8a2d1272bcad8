import { isDeepStrictEqual } from 'node:util';
import { CHANNELS, TEAMS, channelIdOf, chimeLook, lookOf, roomIdOf, roomTarget, targetOf, type Declaration } from './declaration';
import { channelRoleArn } from './templates';
import type { ChimeChannelRecord } from '../local-aws/services/chime-store';
import type { LocalServices } from '../local-aws/services/server';

/** A workspace, a channel configuration, an alias or a Chime channel, as the services have it. */
export type Thing = Readonly<Record<string, unknown>>;

/** What a Chime channel is, with ids in place of ARNs; who joined when does not matter. */
export interface ChimeThing extends Thing {
  readonly name: string;
  readonly mode: string;
  readonly privacy: string;
  readonly elastic: unknown;
  readonly metadata: string;
  readonly expiration: unknown;
  readonly flow: string | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly members: readonly string[];
  readonly moderators: readonly string[];
  readonly messages: readonly string[];
}

/** All that an account has, by target; a Chime channel whose id the service has picked by its ARN. */
export type State = Map<string, Thing>;

export function readState({ supportApp, chime }: LocalServices, accountId: string): State {
  const state: State = new Map();
  const account = supportApp.store.account(accountId);
  TEAMS.forEach((teamId, team) => {
    if (account.workspaces.has(teamId)) {
      state.set(`workspace ${team}`, {});
    }
    for (let channel = 0; channel < CHANNELS; channel += 1) {
      const found = supportApp.store.channel(accountId, { teamId, channelId: channelIdOf({ channel }) });
      if (found) {
        const { teamId: _team, channelId: _channel, ...configuration } = found;
        state.set(`channel ${team}/${channel}`, configuration);
      }
    }
  });
  if (account.accountAlias !== undefined) {
    state.set('alias', { accountAlias: account.accountAlias });
  }
  for (const channel of chime.store.channels.values()) {
    if (channel.channelArn.split(':')[4] === accountId) {
      state.set(chimeKey(channel.channelArn), chimeThing(channel));
    }
  }
  return state;
}

/** Under what a Chime channel stands in the state of its account. */
export function chimeKey(channelArn: string): string {
  const rooms = Array.from({ length: CHANNELS }, (_, room) => room);
  const room = rooms.find((candidate) => channelArn.endsWith(`/channel/${roomIdOf(candidate)}`));
  return room === undefined ? channelArn : roomTarget(room);
}

function chimeThing(channel: ChimeChannelRecord): ChimeThing {
  const idOf = (arn: string) => arn.split('/').pop()!;
  return {
    name: channel.name,
    mode: channel.mode,
    privacy: channel.privacy,
    elastic: channel.elasticChannelConfiguration ?? null,
    metadata: channel.metadata ?? '',
    expiration: channel.expirationSettings ?? null,
    flow: channel.channelFlowArn === undefined ? null : idOf(channel.channelFlowArn),
    tags: Object.fromEntries(channel.tags),
    members: [...channel.members].map(idOf).sort(),
    moderators: [...channel.moderators].map(idOf).sort(),
    messages: channel.messages.map(({ content }) => content),
  };
}

/**
 * What a declaration asks for; of what it leaves open, that which was there.
 *
 * @param old the declaration that it replaces in place
 * @param mark whether the stack has created or adopted what is there
 */
export function declaredThing(accountId: string, declaration: Declaration, before?: Thing, old?: Declaration, mark?: string): Thing {
  const look = lookOf(declaration) as Record<string, string | boolean | undefined>;
  switch (declaration.kind) {
    case 'workspace': return {};
    case 'alias': return { accountAlias: look.AccountAlias };
    case 'channel': {
      const channelName = look.ChannelName ?? before?.channelName;
      return {
        ...channelName !== undefined && { channelName },
        channelRoleArn: channelRoleArn(accountId),
        notifyOnCaseSeverity: look.NotifyOnCaseSeverity,
        notifyOnAddCorrespondenceToCase: look.NotifyOnAddCorrespondenceToCase,
        notifyOnCreateOrReopenCase: look.NotifyOnCreateOrReopenCase,
        notifyOnResolveCase: look.NotifyOnResolveCase,
      };
    }
    case 'chime': return declaredChannel(declaration, before as ChimeThing | undefined, old, mark);
  }
}

function declaredChannel(declaration: Declaration, before?: ChimeThing, old?: Declaration, mark?: string): ChimeThing {
  const declared = chimeLook(declaration);
  const former = old && chimeLook(old);
  const open = <T>(name: 'Metadata' | 'ExpirationSettings' | 'ChannelFlowArn', there: T | undefined, none: T) =>
    (declared[name] ?? (former?.[name] === undefined ? there : undefined) ?? none) as T;
  const ids = (there: readonly string[], added: readonly string[] = [], removed: readonly string[] = []) =>
    [...new Set([...there.filter((id) => id === declared.ChimeBearer || !removed.includes(id)), ...added])].sort();
  const isRotated = former !== undefined && former.ChimeBearer !== declared.ChimeBearer;
  const bearer = [declared.ChimeBearer];
  return {
    name: declared.Name,
    mode: declared.Mode,
    privacy: declared.Privacy,
    elastic: declared.ElasticChannelConfiguration ?? null,
    metadata: open('Metadata', before?.metadata, ''),
    expiration: open('ExpirationSettings', before?.expiration, null),
    flow: open('ChannelFlowArn', before?.flow, null),
    tags: {
      ...Object.fromEntries(Object.entries(before?.tags ?? {}).filter(([key]) => !former?.Tags?.some(({ Key }) => Key === key))),
      ...Object.fromEntries((declared.Tags ?? []).map(({ Key, Value }) => [Key, Value])),
    },
    // Who makes a channel is a member of it, too, unless it is an elastic one.
    members: ids(before?.members ?? (declared.ElasticChannelConfiguration ? [] : bearer), declared.MemberArns, former?.MemberArns),
    moderators: ids(
      before?.moderators ?? bearer,
      [...declared.ModeratorArns ?? [], ...isRotated ? bearer : []],
      [...former?.ModeratorArns ?? [], ...isRotated && mark === 'created' ? [former.ChimeBearer] : []],
    ),
    messages: before?.messages ?? [],
  };
}

/** What the request that makes a Chime channel brings about, before others add what it cannot take. */
export function createdThing(declaration: Declaration): Thing {
  const { ChimeBearer: bearer, MemberArns: members = [], ElasticChannelConfiguration: elastic } = chimeLook(declaration);
  return { ...declaredChannel(declaration), flow: null, members: [...elastic ? [] : [bearer], ...members.slice(0, 10)].sort() };
}

/** Whether a Chime channel is under its declared id, but with other properties of those that cannot be changed. */
export function isOtherwiseMade(thing: Thing, declaration: Declaration): boolean {
  const declared = declaredChannel(declaration);
  return thing.privacy !== declared.privacy || !isDeepStrictEqual(thing.elastic, declared.elastic);
}

/** Whether things are the same. A name, which the service cannot clear, may have come to a configuration that had none. */
export function sameThing(actual: Thing | undefined, expected: Thing | undefined): boolean {
  if (actual && expected && 'channelRoleArn' in expected && expected.channelName === undefined) {
    const { channelName, ...rest } = actual;
    return isDeepStrictEqual(rest, expected);
  }
  return isDeepStrictEqual(actual, expected);
}

export function sameProperties(one: Declaration, other: Declaration): boolean {
  const isAdoptable = one.kind !== 'workspace' && (one.kind !== 'chime' || one.team === 1);
  return targetOf(one) === targetOf(other) && isDeepStrictEqual(lookOf(one), lookOf(other)) && (!isAdoptable || one.adopt === other.adopt);
}
