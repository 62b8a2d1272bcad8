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

/** A channel; the members that the API can change are writable. */
export interface ChimeChannelRecord {
  readonly channelArn: string;
  readonly appInstanceArn: string;
  readonly privacy: 'PUBLIC' | 'PRIVATE';
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly elasticChannelConfiguration?: object;
  readonly expirationSettings?: object;
  name: string;
  mode: 'RESTRICTED' | 'UNRESTRICTED';
  metadata?: string;
  updatedAt: Date;
  readonly tags: Map<string, string>;
  readonly members: Set<string>;
  readonly moderators: Set<string>;
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

/**
 * App instances and their channels. An ARN names its Region, so that one map per kind holds those of all Regions.
 *
 * Tests make app instances, users, bots and admins here, which the Chime SDK identity API does in AWS, and change
 * channels behind a stack's back.
 */
export class ChimeStore {
  public readonly appInstances = new Map<string, AppInstance>();
  public readonly channels = new Map<string, ChimeChannelRecord>();
  private created = 0;

  /** @returns the ARN */
  public createAppInstance(accountId: string, region: string, appInstanceId: string = this.uuid()): string {
    const appInstanceArn = `arn:aws:chime:${region}:${accountId}:app-instance/${appInstanceId}`;
    this.appInstances.set(appInstanceArn, { appInstanceArn, identities: new Map(), admins: new Set(), requests: new Map() });
    return appInstanceArn;
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
      channel.members.delete(arn);
      channel.moderators.delete(arn);
    }
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
      // Unverified: what a repeated request is told after its channel is gone. Here its token is as good as new.
      [...requests].filter(([, request]) => request.channelArn === channelArn).forEach(([token]) => requests.delete(token));
    }
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
