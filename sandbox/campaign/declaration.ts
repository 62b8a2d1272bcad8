/** What a template of the campaign declares: few targets and few looks, so that they meet often. */
export type Kind = 'workspace' | 'channel' | 'alias' | 'chime';

export interface Declaration {
  readonly kind: Kind;
  readonly logicalId: string;
  /** Index of the workspace, for a workspace or a channel. */
  readonly team: number;
  /** Index of the channel in its workspace; for a Chime channel, what replaces it. */
  readonly channel: number;
  /** Which of a few sets of the other properties. */
  readonly look: number;
  readonly adopt: boolean;
  readonly retain: boolean;
}

export const TEAMS = ['T0AAAAAAAAA', 'T0BBBBBBBBB'];
export const CHANNELS = 2;
export const LOOKS = 3;

export function channelIdOf({ channel }: Pick<Declaration, 'channel'>): string {
  return `C${channel}CHANNEL00`;
}

/** Names the thing that a declaration is about within its account; Chime channels have no name of their own. */
export function targetOf({ kind, team, channel, logicalId }: Declaration): string {
  switch (kind) {
    case 'workspace': return `workspace ${team}`;
    case 'channel': return `channel ${team}/${channel}`;
    case 'alias': return 'alias';
    case 'chime': return `chime ${logicalId}/${channel}`;
  }
}

const CHANNEL_LOOKS = [
  { NotifyOnCaseSeverity: 'none', NotifyOnAddCorrespondenceToCase: false, NotifyOnCreateOrReopenCase: false, NotifyOnResolveCase: false },
  { ChannelName: 'first', NotifyOnCaseSeverity: 'all', NotifyOnAddCorrespondenceToCase: true, NotifyOnCreateOrReopenCase: false, NotifyOnResolveCase: true },
  { ChannelName: 'second', NotifyOnCaseSeverity: 'high', NotifyOnAddCorrespondenceToCase: false, NotifyOnCreateOrReopenCase: true, NotifyOnResolveCase: false },
];

/** The properties of a look, in the words of the template. */
export function lookOf({ kind, look, channel }: Pick<Declaration, 'kind' | 'look' | 'channel'>): Record<string, unknown> {
  switch (kind) {
    case 'workspace': return {};
    case 'channel': return CHANNEL_LOOKS[look];
    case 'alias': return { AccountAlias: `alias-${look}` };
    case 'chime': return {
      Name: `room ${look}`,
      Mode: look === 0 ? 'UNRESTRICTED' : 'RESTRICTED',
      Privacy: channel === 0 ? 'PRIVATE' : 'PUBLIC',
      ...look === 1 && { Metadata: '{"topic":"first"}' },
      ...look > 0 && { Tags: [{ Key: 'look', Value: String(look) }, { Key: `only-${look}`, Value: 'yes' }] },
    };
  }
}
