import { isDeepStrictEqual } from 'node:util';
import { CHANNELS, TEAMS, channelIdOf, lookOf, targetOf, type Declaration } from './declaration';
import { channelRoleArn } from './templates';
import type { LocalServices } from '../services/server';

/** A workspace, a channel configuration, an alias or a Chime channel, as the services have it. */
export type Thing = Readonly<Record<string, unknown>>;

/** All that an account has, by target; a Chime channel by its ARN. */
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
  for (const { channelArn, name, mode, privacy, metadata = '', tags } of chime.store.channels.values()) {
    if (channelArn.split(':')[4] === accountId) {
      state.set(channelArn, { name, mode, privacy, metadata, tags: Object.fromEntries(tags) });
    }
  }
  return state;
}

/** What a declaration asks for; of what it leaves open, that which was there. */
export function declaredThing(accountId: string, declaration: Declaration, before?: Thing, old?: Declaration): Thing {
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
    case 'chime': {
      const oldKeys = old ? Object.keys(tagsOf(old)) : [];
      const foreign = Object.entries(before?.tags as Record<string, string> ?? {}).filter(([key]) => !oldKeys.includes(key));
      return {
        name: look.Name,
        mode: look.Mode,
        privacy: look.Privacy,
        metadata: look.Metadata ?? '',
        tags: { ...Object.fromEntries(foreign), ...tagsOf(declaration) },
      };
    }
  }
}

function tagsOf(declaration: Declaration): Record<string, string> {
  return Object.fromEntries(((lookOf(declaration).Tags ?? []) as { Key: string; Value: string }[]).map(({ Key, Value }) => [Key, Value]));
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
  return targetOf(one) === targetOf(other) && isDeepStrictEqual(lookOf(one), lookOf(other));
}
