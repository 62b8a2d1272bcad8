import { authorize } from './authorization';
import { AwsError } from './aws-error';
import { AppInstance, ChimeChannelRecord, ChimeMessage, ChimeStore, ChimeTag } from './chime-store';
import { Page, Paginator, sortedBy } from './pagination';
import { Caller, LocalService } from './service';
import { SmithyModel, Structure } from './smithy';

export interface LocalChimeSdkMessagingOptions {
  /** Items in one page of a list, where the request does not ask for fewer. @default 50 */
  readonly pageSize?: number;
  /** Channels that an app instance can hold. @default 10_000_000 */
  readonly channelsPerAppInstance?: number;
  readonly now?: () => Date;
}

/** Regions with an endpoint of Amazon Chime SDK messaging. */
export const CHIME_SDK_MESSAGING_REGIONS = ['us-east-1', 'eu-central-1'];

export const TAGS_PER_RESOURCE = 50;

/** The messages of errors; but for the first, which users report, the wording is ours. */
export const CHIME_MESSAGES = {
  invalidUser: 'An invalid app instance user ARN was supplied',
  noAccess: 'The channel does not exist, or the bearer has no access to it',
  notModerator: 'The bearer is neither a moderator of the channel nor an administrator of the app instance',
  adminOnly: 'Only an administrator of the app instance can do this',
  wrongRegion: 'The resource belongs to another Region',
  tokenReused: 'The ClientRequestToken was used before with other parameters',
  channelExists: 'A channel with this ChannelId exists already',
  channelQuota: 'The app instance has reached its limit of channels',
  tagQuota: `A resource can have at most ${TAGS_PER_RESOURCE} tags`,
  duplicateTag: 'A tag key appears more than once',
  elasticMode: 'An elastic channel must be RESTRICTED and takes no MemberArns',
  invalidNextToken: 'The NextToken is not valid',
} as const;

interface BearerInput {
  readonly ChimeBearer: string;
}

interface ChannelInput extends BearerInput {
  readonly ChannelArn: string;
}

interface PageInput {
  readonly MaxResults?: number;
  readonly NextToken?: string;
}

interface CreateChannelInput extends BearerInput {
  readonly AppInstanceArn: string;
  readonly Name: string;
  readonly ClientRequestToken: string;
  readonly Mode?: 'RESTRICTED' | 'UNRESTRICTED';
  readonly Privacy?: 'PUBLIC' | 'PRIVATE';
  readonly Metadata?: string;
  readonly Tags?: readonly ChimeTag[];
  readonly ChannelId?: string;
  readonly MemberArns?: readonly string[];
  readonly ModeratorArns?: readonly string[];
  readonly ElasticChannelConfiguration?: object;
  readonly ExpirationSettings?: object;
}

/**
 * Amazon Chime SDK messaging: channels, their tags and their messages.
 *
 * To add an operation of the model, add its method to `operations`; routing, validation and serialization follow the model.
 */
export class LocalChimeSdkMessaging implements LocalService {
  public readonly model = SmithyModel.load('chime-sdk-messaging-2021-05-15.json');
  public readonly regions = CHIME_SDK_MESSAGING_REGIONS;
  public readonly validationError = 'BadRequestException';
  /** App instances and channels; tests prepare them, look at them, and change them behind a stack's back. */
  public readonly store = new ChimeStore();

  private readonly paginator = new Paginator();
  private readonly operations: Record<string, (input: never, caller: Caller) => Structure> = {
    CreateChannel: this.createChannel,
    DescribeChannel: this.describeChannel,
    UpdateChannel: this.updateChannel,
    DeleteChannel: this.deleteChannel,
    ListChannels: this.listChannels,
    ListChannelsModeratedByAppInstanceUser: this.listChannelsModeratedByAppInstanceUser,
    TagResource: this.tagResource,
    UntagResource: this.untagResource,
    ListTagsForResource: this.listTagsForResource,
    SendChannelMessage: this.sendChannelMessage,
    ListChannelMessages: this.listChannelMessages,
  };

  constructor(private readonly options: LocalChimeSdkMessagingOptions = {}) {}

  public implements(operation: string): boolean {
    return operation in this.operations;
  }

  public call(operation: string, input: Structure, caller: Caller): Structure {
    // The resource types of an action are the bearer, where the operation has one, and the channel, where it names one.
    const tags = Object.fromEntries((input.Tags as ChimeTag[] ?? []).map((tag) => [`aws:RequestTag/${tag.Key}`, tag.Value]));
    for (const resource of [input.ChimeBearer, input.ChannelArn, input.ResourceARN] as (string | undefined)[]) {
      if (resource !== undefined) {
        authorize(caller.identity, { action: `chime:${operation}`, resource, context: tags });
      }
    }
    return this.operations[operation].call(this, input as never, caller);
  }

  private createChannel(input: CreateChannelInput, caller: Caller): Structure {
    const appInstance = this.bearersAppInstance(input, caller);
    const known = (arn: string) => appInstance.identities.has(arn);
    if (appInstance.appInstanceArn !== input.AppInstanceArn || ![...input.MemberArns ?? [], ...input.ModeratorArns ?? []].every(known)) {
      throw forbidden('invalidUser');
    }
    const fingerprint = JSON.stringify(Object.entries(input).sort(([one], [other]) => (one < other ? -1 : 1)));
    const earlier = appInstance.requests.get(input.ClientRequestToken);
    if (earlier) {
      if (earlier.fingerprint !== fingerprint) {
        throw new AwsError('ConflictException', CHIME_MESSAGES.tokenReused);
      }
      return { ChannelArn: earlier.channelArn };
    }
    // Unverified: the service documents no defaults of mode and privacy. These are the least open ones.
    const mode = input.Mode ?? 'RESTRICTED';
    if (input.ElasticChannelConfiguration && (mode !== 'RESTRICTED' || input.MemberArns)) {
      throw badRequest('elasticMode');
    }
    const tags = tagMap(input.Tags ?? []);
    const channelArn = `${appInstance.appInstanceArn}/channel/${input.ChannelId ?? this.store.nextId()}`;
    if (this.store.channels.has(channelArn)) {
      throw new AwsError('ConflictException', CHIME_MESSAGES.channelExists);
    }
    if (this.store.channelsOf(appInstance.appInstanceArn).length >= (this.options.channelsPerAppInstance ?? 10_000_000)) {
      throw limitExceeded('channelQuota');
    }
    const now = this.now();
    this.store.channels.set(channelArn, {
      channelArn,
      appInstanceArn: appInstance.appInstanceArn,
      privacy: input.Privacy ?? 'PRIVATE',
      createdBy: input.ChimeBearer,
      createdAt: now,
      elasticChannelConfiguration: input.ElasticChannelConfiguration,
      expirationSettings: input.ExpirationSettings,
      name: input.Name,
      mode,
      metadata: input.Metadata,
      updatedAt: now,
      tags,
      members: new Set(input.MemberArns ?? []),
      moderators: new Set([input.ChimeBearer, ...input.ModeratorArns ?? []]),
      messages: [],
    });
    appInstance.requests.set(input.ClientRequestToken, { fingerprint, channelArn });
    return { ChannelArn: channelArn };
  }

  private describeChannel(input: ChannelInput, caller: Caller): Structure {
    const { channel, appInstance } = this.accessibleChannel(input, caller, { orPublic: true });
    return {
      Channel: {
        Name: channel.name,
        ChannelArn: channel.channelArn,
        Mode: channel.mode,
        Privacy: channel.privacy,
        Metadata: channel.metadata,
        CreatedBy: identityOf(appInstance, channel.createdBy),
        CreatedTimestamp: channel.createdAt,
        LastMessageTimestamp: channel.messages.at(-1)?.createdAt,
        LastUpdatedTimestamp: channel.updatedAt,
        ElasticChannelConfiguration: channel.elasticChannelConfiguration,
        ExpirationSettings: channel.expirationSettings,
      },
    };
  }

  private updateChannel(
    input: ChannelInput & { Name?: string; Mode?: ChimeChannelRecord['mode']; Metadata?: string }, caller: Caller,
  ): Structure {
    const channel = this.moderatedChannel(input, caller);
    // Each member that the request omits keeps its value.
    channel.name = input.Name ?? channel.name;
    channel.mode = input.Mode ?? channel.mode;
    channel.metadata = input.Metadata ?? channel.metadata;
    channel.updatedAt = this.now();
    return { ChannelArn: channel.channelArn };
  }

  private deleteChannel(input: ChannelInput, caller: Caller): Structure {
    this.store.deleteChannel(this.moderatedChannel(input, caller).channelArn);
    return {};
  }

  private listChannels(input: BearerInput & PageInput & { AppInstanceArn: string; Privacy?: string }, caller: Caller): Structure {
    const appInstance = this.bearersAppInstance(input, caller);
    if (appInstance.appInstanceArn !== input.AppInstanceArn) {
      throw forbidden('invalidUser');
    }
    // Unverified: what a list without a privacy filter shows. Anyone may see the public channels, so it is these.
    const privacy = input.Privacy ?? 'PUBLIC';
    if (privacy === 'PRIVATE' && !appInstance.admins.has(input.ChimeBearer)) {
      throw forbidden('adminOnly');
    }
    const channels = this.store.channelsOf(appInstance.appInstanceArn).filter((channel) => channel.privacy === privacy);
    const page = this.channelPage(`channels/${appInstance.appInstanceArn}/${privacy}`, channels, input);
    return { Channels: page.items.map(summaryOf), NextToken: page.nextToken };
  }

  private listChannelsModeratedByAppInstanceUser(input: BearerInput & PageInput & { AppInstanceUserArn?: string }, caller: Caller): Structure {
    const appInstance = this.bearersAppInstance(input, caller);
    const moderator = input.AppInstanceUserArn ?? input.ChimeBearer;
    if (!appInstance.identities.has(moderator)) {
      throw forbidden('invalidUser');
    }
    if (moderator !== input.ChimeBearer && !appInstance.admins.has(input.ChimeBearer)) {
      throw forbidden('adminOnly');
    }
    const channels = this.store.channelsOf(appInstance.appInstanceArn).filter((channel) => channel.moderators.has(moderator));
    const page = this.channelPage(`moderated/${moderator}`, channels, input);
    return { Channels: page.items.map((channel) => ({ ChannelSummary: summaryOf(channel) })), NextToken: page.nextToken };
  }

  private tagResource({ ResourceARN, Tags }: { ResourceARN: string; Tags: ChimeTag[] }, caller: Caller): Structure {
    const { tags } = this.taggedChannel(ResourceARN, caller);
    const merged = new Map([...tags, ...tagMap(Tags)]);
    if (merged.size > TAGS_PER_RESOURCE) {
      throw limitExceeded('tagQuota');
    }
    merged.forEach((value, key) => tags.set(key, value));
    return {};
  }

  private untagResource({ ResourceARN, TagKeys }: { ResourceARN: string; TagKeys: string[] }, caller: Caller): Structure {
    const { tags } = this.taggedChannel(ResourceARN, caller);
    TagKeys.forEach((key) => tags.delete(key));
    return {};
  }

  private listTagsForResource({ ResourceARN }: { ResourceARN: string }, caller: Caller): Structure {
    const { tags } = this.taggedChannel(ResourceARN, caller);
    return { Tags: [...tags].map(([Key, Value]) => ({ Key, Value })) };
  }

  private sendChannelMessage(
    input: ChannelInput & { Content: string; Type: string; Persistence: string; Metadata?: string; ClientRequestToken: string }, caller: Caller,
  ): Structure {
    const { channel } = this.accessibleChannel(input, caller);
    const repeated = channel.messages.find((message) =>
      message.clientRequestToken === input.ClientRequestToken && message.sender === input.ChimeBearer);
    const message: ChimeMessage = repeated ?? {
      messageId: this.store.nextId(),
      content: input.Content,
      type: input.Type,
      metadata: input.Metadata,
      sender: input.ChimeBearer,
      createdAt: this.now(),
      clientRequestToken: input.ClientRequestToken,
    };
    if (!repeated && input.Persistence === 'PERSISTENT') {
      channel.messages.push(message);
    }
    return { ChannelArn: channel.channelArn, MessageId: message.messageId, Status: { Value: 'SENT' } };
  }

  private listChannelMessages(
    input: ChannelInput & PageInput & { SortOrder?: string; NotBefore?: Date; NotAfter?: Date }, caller: Caller,
  ): Structure {
    const { channel, appInstance } = this.accessibleChannel(input, caller);
    const messages = channel.messages
      .filter((message) => !(input.NotBefore && message.createdAt < input.NotBefore) && !(input.NotAfter && message.createdAt > input.NotAfter))
      .map((message) => ({ message, position: channel.messages.indexOf(message) }));
    // The newest come first unless asked otherwise; keys ascend in either case.
    const order = input.SortOrder ?? 'DESCENDING';
    const keyOf = ({ position }: { position: number }) => String(order === 'ASCENDING' ? position : 1e9 - position).padStart(10, '0');
    const page = this.page(`messages/${channel.channelArn}/${order}`, sortedBy(messages, keyOf), keyOf, input);
    return {
      ChannelArn: channel.channelArn,
      NextToken: page.nextToken,
      ChannelMessages: page.items.map(({ message }) => ({
        MessageId: message.messageId,
        Content: message.content,
        Metadata: message.metadata,
        Type: message.type,
        CreatedTimestamp: message.createdAt,
        LastUpdatedTimestamp: message.createdAt,
        Sender: identityOf(appInstance, message.sender),
        Redacted: false,
        Status: { Value: 'SENT' },
      })),
    };
  }

  /** The app instance of a bearer that exists, in the caller's account and Region. */
  private bearersAppInstance({ ChimeBearer }: BearerInput, caller: Caller): AppInstance {
    requireRegion(ChimeBearer, caller);
    const appInstance = this.store.appInstanceOf(ChimeBearer);
    if (!appInstance?.identities.has(ChimeBearer) || accountOf(ChimeBearer) !== caller.identity.accountId) {
      throw forbidden('invalidUser');
    }
    return appInstance;
  }

  /** The channel, where the bearer has access. One that is missing answers like one without access: Forbidden, not 404. */
  private accessibleChannel(
    input: ChannelInput, caller: Caller, options: { orPublic?: boolean } = {},
  ): { channel: ChimeChannelRecord; appInstance: AppInstance } {
    requireRegion(input.ChannelArn, caller);
    const appInstance = this.bearersAppInstance(input, caller);
    const channel = this.store.channels.get(input.ChannelArn);
    if (channel?.appInstanceArn !== appInstance.appInstanceArn) {
      throw forbidden('noAccess');
    }
    const isParticipant = channel.members.has(input.ChimeBearer) || moderates(appInstance, channel, input.ChimeBearer);
    if (!isParticipant && !(options.orPublic && channel.privacy === 'PUBLIC')) {
      throw forbidden('noAccess');
    }
    return { channel, appInstance };
  }

  private moderatedChannel(input: ChannelInput, caller: Caller): ChimeChannelRecord {
    const { channel, appInstance } = this.accessibleChannel(input, caller, { orPublic: true });
    if (!moderates(appInstance, channel, input.ChimeBearer)) {
      throw forbidden('notModerator');
    }
    return channel;
  }

  /** Tags have no bearer: the account decides. */
  private taggedChannel(resourceArn: string, caller: Caller): ChimeChannelRecord {
    requireRegion(resourceArn, caller);
    const channel = this.store.channels.get(resourceArn);
    if (!channel || accountOf(resourceArn) !== caller.identity.accountId) {
      throw forbidden('noAccess');
    }
    return channel;
  }

  private channelPage(scope: string, channels: readonly ChimeChannelRecord[], input: PageInput): Page<ChimeChannelRecord> {
    const keyOf = (channel: ChimeChannelRecord) => channel.channelArn;
    return this.page(scope, sortedBy(channels, keyOf), keyOf, input);
  }

  private page<T>(scope: string, items: readonly T[], keyOf: (item: T) => string, input: PageInput): Page<T> {
    const size = Math.min(input.MaxResults ?? Infinity, this.options.pageSize ?? 50);
    const page = this.paginator.page(scope, items, keyOf, size, input.NextToken);
    if (!page) {
      throw badRequest('invalidNextToken');
    }
    return page;
  }

  private now(): Date {
    return (this.options.now ?? (() => new Date()))();
  }
}

function moderates(appInstance: AppInstance, channel: ChimeChannelRecord, bearer: string): boolean {
  return channel.moderators.has(bearer) || appInstance.admins.has(bearer);
}

function requireRegion(arn: string, caller: Caller) {
  if (arn.split(':')[3] !== caller.region) {
    throw badRequest('wrongRegion');
  }
}

function accountOf(arn: string): string {
  return arn.split(':')[4];
}

function identityOf(appInstance: AppInstance, arn: string): Structure {
  return { Arn: arn, Name: appInstance.identities.get(arn) };
}

function summaryOf(channel: ChimeChannelRecord): Structure {
  return {
    Name: channel.name,
    ChannelArn: channel.channelArn,
    Mode: channel.mode,
    Privacy: channel.privacy,
    Metadata: channel.metadata,
    LastMessageTimestamp: channel.messages.at(-1)?.createdAt,
  };
}

function tagMap(tags: readonly ChimeTag[]): Map<string, string> {
  const map = new Map(tags.map((tag) => [tag.Key, tag.Value]));
  if (map.size < tags.length) {
    throw badRequest('duplicateTag');
  }
  return map;
}

type Cause = keyof typeof CHIME_MESSAGES;

function badRequest(cause: Cause): AwsError {
  return new AwsError('BadRequestException', CHIME_MESSAGES[cause]);
}

function forbidden(cause: Cause): AwsError {
  return new AwsError('ForbiddenException', CHIME_MESSAGES[cause]);
}

function limitExceeded(cause: Cause): AwsError {
  return new AwsError('ResourceLimitExceededException', CHIME_MESSAGES[cause]);
}
