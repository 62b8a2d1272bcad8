import type { ElasticChannelConfiguration, ExpirationSettings } from '../local-aws/services/chime-store';

/** What a template of the campaign declares: few targets and few looks, so that they meet often. */
export type Kind = 'workspace' | 'channel' | 'alias' | 'chime';

export interface Declaration {
  readonly kind: Kind;
  readonly logicalId: string;
  /** Index of the workspace, for a workspace or a channel; for a Chime channel 1 if its id is declared. */
  readonly team: number;
  /** Index of the channel in its workspace; for a Chime channel, which of the sets of properties that cannot be changed. */
  readonly channel: number;
  /** Which of a few sets of the other properties. */
  readonly look: number;
  readonly adopt: boolean;
  readonly retain: boolean;
  /** Of a Chime channel that was made under a declared id, or found there: its index, even when the id is no longer declared. */
  readonly room?: number;
}

export const TEAMS = ['T0AAAAAAAAA', 'T0BBBBBBBBB'];
export const CHANNELS = 2;
export const LOOKS = 3;

export function channelIdOf({ channel }: Pick<Declaration, 'channel'>): string {
  return `C${channel}CHANNEL00`;
}

/** Id of a Chime channel that has a declared one. */
export function roomIdOf(room: number): string {
  return `room-${room}`;
}

/** Names the thing that a declaration is about within its account; a Chime channel without a declared id has no name of its own. */
export function targetOf({ kind, team, channel, logicalId, room }: Declaration): string {
  switch (kind) {
    case 'workspace': return `workspace ${team}`;
    case 'channel': return `channel ${team}/${channel}`;
    case 'alias': return 'alias';
    case 'chime': return room === undefined ? `chime ${logicalId}/${channel}` : roomTarget(room);
  }
}

export function roomTarget(room: number): string {
  return `room ${room}`;
}

const CHANNEL_LOOKS = [
  { NotifyOnCaseSeverity: 'none', NotifyOnAddCorrespondenceToCase: false, NotifyOnCreateOrReopenCase: false, NotifyOnResolveCase: false },
  { ChannelName: 'first', NotifyOnCaseSeverity: 'all', NotifyOnAddCorrespondenceToCase: true, NotifyOnCreateOrReopenCase: false, NotifyOnResolveCase: true },
  { ChannelName: 'second', NotifyOnCaseSeverity: 'high', NotifyOnAddCorrespondenceToCase: false, NotifyOnCreateOrReopenCase: true, NotifyOnResolveCase: false },
];

/** Users of each AppInstance: the bearers, of whom the first is an administrator, and those who join. */
export const BEARERS = ['bearer-0', 'bearer-1'];
export const PEOPLE = Array.from({ length: 15 }, (_, index) => `person-${index}`);
/** Who is never declared. */
export const GUEST = PEOPLE[13];
export const HOST = PEOPLE[14];
export const FLOWS = ['flow-0', 'flow-1'];

/** The properties of a Chime channel, with ids in place of ARNs. */
export interface ChimeLook {
  readonly ChimeBearer: string;
  readonly Name: string;
  readonly Mode: 'RESTRICTED' | 'UNRESTRICTED';
  readonly Privacy: 'PRIVATE' | 'PUBLIC';
  readonly Metadata?: string;
  readonly Tags?: readonly { readonly Key: string; readonly Value: string }[];
  readonly MemberArns?: readonly string[];
  readonly ModeratorArns?: readonly string[];
  readonly ElasticChannelConfiguration?: ElasticChannelConfiguration;
  readonly ExpirationSettings?: ExpirationSettings;
  readonly ChannelFlowArn?: string;
}

const CHIME_LOOKS: readonly Omit<ChimeLook, 'Privacy'>[] = [
  { ChimeBearer: BEARERS[0], Name: 'room 0', Mode: 'UNRESTRICTED' },
  {
    ChimeBearer: BEARERS[0],
    Name: 'room 1',
    Mode: 'RESTRICTED',
    Metadata: '{"topic":"first"}',
    // More than a creation takes.
    MemberArns: PEOPLE.slice(0, 12),
    // With the other bearer, who stays a moderator when the turn comes to the first one.
    ModeratorArns: [BEARERS[1], PEOPLE[0]],
    ExpirationSettings: { ExpirationDays: 30, ExpirationCriterion: 'CREATED_TIMESTAMP' },
    ChannelFlowArn: FLOWS[0],
    Tags: [{ Key: 'look', Value: '1' }, { Key: 'only-1', Value: 'yes' }],
  },
  {
    ChimeBearer: BEARERS[1],
    Name: 'room 2',
    Mode: 'RESTRICTED',
    MemberArns: [PEOPLE[1], PEOPLE[12]],
    ModeratorArns: [PEOPLE[1]],
    ExpirationSettings: { ExpirationDays: 60, ExpirationCriterion: 'LAST_MESSAGE_TIMESTAMP' },
    ChannelFlowArn: FLOWS[1],
    Tags: [{ Key: 'look', Value: '2' }, { Key: 'only-2', Value: 'yes' }],
  },
];

/** The properties of a look of a Chime channel; an elastic one is always restricted and takes no members. */
export function chimeLook({ look, channel }: Pick<Declaration, 'look' | 'channel'>): ChimeLook {
  const { MemberArns, ...rest } = CHIME_LOOKS[look];
  return channel === 0
    ? { ...CHIME_LOOKS[look], Privacy: 'PRIVATE' }
    : {
      ...rest,
      Mode: 'RESTRICTED',
      Privacy: 'PUBLIC',
      ElasticChannelConfiguration: { MaximumSubChannels: 10, TargetMembershipsPerSubChannel: 20, MinimumMembershipPercentage: 5 },
    };
}

/** The properties of a look, in the words of the template, but with ids in place of ARNs. */
export function lookOf(declaration: Pick<Declaration, 'kind' | 'look' | 'channel'>): Record<string, unknown> {
  switch (declaration.kind) {
    case 'workspace': return {};
    case 'channel': return CHANNEL_LOOKS[declaration.look];
    case 'alias': return { AccountAlias: `alias-${declaration.look}` };
    case 'chime': return { ...chimeLook(declaration) };
  }
}
