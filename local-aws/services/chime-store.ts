import { createHash } from 'node:crypto';

export interface ChimeTag {
  readonly Key: string;
  readonly Value: string;
}

export interface ChimeMessage {
  readonly messageId: string;
  readonly content: string;
  readonly type: string;
  readonly metadata?: string;
  readonly sender: string;
  readonly createdAt: Date;
  readonly clientRequestToken: string;
}

export type MembershipType = 'DEFAULT' | 'HIDDEN';

export interface ChimeMembership {
  readonly type: MembershipType;
  readonly invitedBy: string;
  readonly createdAt: Date;
  /** Of a moderator in an elastic channel, the only one who is told in which sub-channels. */
  readonly subChannelIds?: ReadonlySet<string>;
}

export interface ChimeModeration {
  readonly createdBy: string;
  readonly createdAt: Date;
}

export interface ElasticChannelConfiguration {
  readonly MaximumSubChannels: number;
  readonly TargetMembershipsPerSubChannel: number;
  readonly MinimumMembershipPercentage: number;
}

export interface ExpirationSettings {
  readonly ExpirationDays: number;
  readonly ExpirationCriterion: 'CREATED_TIMESTAMP' | 'LAST_MESSAGE_TIMESTAMP';
}

/** Why one member of a batch was not added, as the model names it. */
export type MembershipErrorCode = 'BadRequest' | 'Conflict' | 'Forbidden' | 'NotFound' | 'PreconditionFailed' | 'ResourceLimitExceeded'
| 'ServiceFailure' | 'AccessDenied' | 'ServiceUnavailable' | 'Throttled' | 'Throttling' | 'Unauthorized' | 'Unprocessable';

/** A channel; the members that the API can change are writable. */
export interface ChimeChannelRecord {
  readonly channelArn: string;
  readonly appInstanceArn: string;
  readonly privacy: 'PUBLIC' | 'PRIVATE';
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly elasticChannelConfiguration?: ElasticChannelConfiguration;
  expirationSettings?: ExpirationSettings;
  channelFlowArn?: string;
  name: string;
  mode: 'RESTRICTED' | 'UNRESTRICTED';
  metadata?: string;
  updatedAt: Date;
  readonly tags: Map<string, string>;
  readonly members: Set<string>;
  readonly moderators: Set<string>;
  /** Details of members and of moderators by ARN. Who is one follows from the sets, which tests may change alone. */
  memberships?: Map<string, ChimeMembership>;
  moderations?: Map<string, ChimeModeration>;
  readonly messages: ChimeMessage[];
}

export interface AppInstance {
  readonly appInstanceArn: string;
  /** Names of users and bots by ARN. */
  readonly identities: Map<string, string>;
  readonly admins: Set<string>;
  /** Answered create requests by their token. */
  readonly requests: Map<string, { readonly fingerprint: string; readonly channelArn: string }>;
}

const MILLISECONDS_PER_DAY = 86_400_000;

/**
 * App instances and their channels. An ARN names its Region, so that one map per kind holds those of all Regions.
 *
 * Tests make app instances, users, bots, admins and channel flows here, for which AWS has operations that nothing here
 * calls, and change channels behind a stack's back.
 */
export class ChimeStore {
  public readonly appInstances = new Map<string, AppInstance>();
  public readonly channels = new Map<string, ChimeChannelRecord>();
  public readonly channelFlows = new Set<string>();
  private membershipFailures: { readonly memberArn: string; readonly code: MembershipErrorCode; left: number }[] = [];
  private created = 0;

  /** @returns the ARN */
  public createAppInstance(accountId: string, region: string, appInstanceId: string = this.uuid()): string {
    const appInstanceArn = `arn:aws:chime:${region}:${accountId}:app-instance/${appInstanceId}`;
    this.appInstances.set(appInstanceArn, { appInstanceArn, identities: new Map(), admins: new Set(), requests: new Map() });
    return appInstanceArn;
  }

  /** Deletes an app instance with all that is in it. */
  public deleteAppInstance(appInstanceArn: string) {
    this.channelsOf(appInstanceArn).forEach(({ channelArn }) => this.channels.delete(channelArn));
    [...this.channelFlows].filter((arn) => arn.startsWith(`${appInstanceArn}/`)).forEach((arn) => this.channelFlows.delete(arn));
    this.appInstances.delete(appInstanceArn);
  }

  /** @returns the ARN */
  public createAppInstanceUser(appInstanceArn: string, userId: string, name: string = userId): string {
    const arn = `${appInstanceArn}/user/${userId}`;
    this.appInstance(appInstanceArn).identities.set(arn, name);
    return arn;
  }

  /** @returns the ARN */
  public createAppInstanceBot(appInstanceArn: string, botId: string = this.uuid(), name: string = botId): string {
    const arn = `${appInstanceArn}/bot/${botId}`;
    this.appInstance(appInstanceArn).identities.set(arn, name);
    return arn;
  }

  /** @returns the ARN */
  public createChannelFlow(appInstanceArn: string, channelFlowId: string = this.uuid()): string {
    const arn = `${this.appInstance(appInstanceArn).appInstanceArn}/channel-flow/${channelFlowId}`;
    this.channelFlows.add(arn);
    return arn;
  }

  /** Promotes a user or bot to an administrator of its app instance. */
  public createAppInstanceAdmin(arn: string) {
    this.appInstanceOf(arn)!.admins.add(arn);
  }

  public deleteAppInstanceAdmin(arn: string) {
    this.appInstanceOf(arn)?.admins.delete(arn);
  }

  /** Deletes a user or bot; the channels that it has made stay. */
  public deleteIdentity(arn: string) {
    const appInstance = this.appInstanceOf(arn);
    appInstance?.identities.delete(arn);
    appInstance?.admins.delete(arn);
    for (const channel of this.channels.values()) {
      this.removeMember(channel, arn);
      this.removeModerator(channel, arn);
    }
  }

  public addMember(channel: ChimeChannelRecord, memberArn: string, membership: ChimeMembership) {
    channel.members.add(memberArn);
    (channel.memberships ??= new Map()).set(memberArn, membership);
  }

  public removeMember(channel: ChimeChannelRecord, memberArn: string) {
    channel.members.delete(memberArn);
    channel.memberships?.delete(memberArn);
  }

  /** How a member came into a channel: unless told, its creator has invited it in the beginning. */
  public membershipOf(channel: ChimeChannelRecord, memberArn: string): ChimeMembership | undefined {
    return channel.members.has(memberArn)
      ? channel.memberships?.get(memberArn) ?? { type: 'DEFAULT', invitedBy: channel.createdBy, createdAt: channel.createdAt }
      : undefined;
  }

  public addModerator(channel: ChimeChannelRecord, moderatorArn: string, moderation: ChimeModeration) {
    channel.moderators.add(moderatorArn);
    (channel.moderations ??= new Map()).set(moderatorArn, moderation);
  }

  public removeModerator(channel: ChimeChannelRecord, moderatorArn: string) {
    channel.moderators.delete(moderatorArn);
    channel.moderations?.delete(moderatorArn);
  }

  /** How a moderator came to a channel: unless told, its creator has named it in the beginning. */
  public moderationOf(channel: ChimeChannelRecord, moderatorArn: string): ChimeModeration | undefined {
    return channel.moderators.has(moderatorArn)
      ? channel.moderations?.get(moderatorArn) ?? { createdBy: channel.createdBy, createdAt: channel.createdAt }
      : undefined;
  }

  /**
   * Lets a batch fail for one of its members while the others are added.
   * @param times how many batches; `Infinity` for all
   */
  public failMembership(memberArn: string, code: MembershipErrorCode, times: number = 1) {
    this.membershipFailures.push({ memberArn, code, left: times });
  }

  /** The failure that waits for a member of a batch; taking it counts. */
  public takeMembershipFailure(memberArn: string): MembershipErrorCode | undefined {
    const failure = this.membershipFailures.find((candidate) => candidate.memberArn === memberArn && candidate.left > 0);
    if (failure) {
      failure.left -= 1;
    }
    return failure?.code;
  }

  /** The app instance that a user, a bot or a channel belongs to. */
  public appInstanceOf(arn: string): AppInstance | undefined {
    return this.appInstances.get(arn.split('/').slice(0, 2).join('/'));
  }

  public channelsOf(appInstanceArn: string): ChimeChannelRecord[] {
    return [...this.channels.values()].filter((channel) => channel.appInstanceArn === appInstanceArn);
  }

  /** Removes a channel with its messages. */
  public deleteChannel(channelArn: string) {
    const channel = this.channels.get(channelArn);
    if (channel) {
      this.channels.delete(channelArn);
      const requests = this.appInstances.get(channel.appInstanceArn)!.requests;
      // Unverified (chime-token-after-deletion): what a repeated request is told after its channel is gone. Here its token is as good as new.
      [...requests].filter(([, request]) => request.channelArn === channelArn).forEach(([token]) => requests.delete(token));
    }
  }

  /**
   * Deletes the channels that have expired. In AWS this happens in the background, up to six hours late.
   * @returns their ARNs
   */
  public expireChannels(now: Date): string[] {
    const expired = [...this.channels.values()].filter((channel) => {
      const { expirationSettings: settings } = channel;
      // Unverified (chime-expiration-without-messages): when a channel without messages expires by its last message.
      // Here its creation counts.
      const since = settings?.ExpirationCriterion === 'LAST_MESSAGE_TIMESTAMP' ? channel.messages.at(-1)?.createdAt ?? channel.createdAt : channel.createdAt;
      return settings !== undefined && since.getTime() + settings.ExpirationDays * MILLISECONDS_PER_DAY <= now.getTime();
    });
    expired.forEach(({ channelArn }) => this.deleteChannel(channelArn));
    return expired.map(({ channelArn }) => channelArn);
  }

  /** The next id of the form that the service gives to channels and messages; the same in each run. */
  public nextId(): string {
    this.created += 1;
    return createHash('sha256').update(`chime/${this.created}`).digest('hex');
  }

  private appInstance(appInstanceArn: string): AppInstance {
    const appInstance = this.appInstances.get(appInstanceArn);
    if (!appInstance) {
      throw new Error(`there is no app instance ${appInstanceArn}`);
    }
    return appInstance;
  }

  private uuid(): string {
    return this.nextId().replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
  }
}
