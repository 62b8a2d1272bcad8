import { authorize } from './authorization';
import {
  ChimeAccess, badRequest, conflict, forbidden, identityOf, limitExceeded, notFound, TAGS_PER_RESOURCE,
  type BearerInput, type ChannelInput, type LocalChimeSdkMessagingOptions, type PageInput,
} from './chime-access';
import { ChimeMemberships } from './chime-memberships';
import {
  ChimeChannelRecord, ChimeMessage, ChimeStore, ChimeTag, ElasticChannelConfiguration, ExpirationSettings,
} from './chime-store';
import { Page, sortedBy } from './pagination';
import { Caller, LocalService } from './service';
import { SmithyModel, Structure } from './smithy';

export { CHIME_MESSAGES, TAGS_PER_RESOURCE, type LocalChimeSdkMessagingOptions } from './chime-access';

/** Regions with an endpoint of Amazon Chime SDK messaging. */
export const CHIME_SDK_MESSAGING_REGIONS = ['us-east-1', 'eu-central-1'];

const ELASTIC_CHANNEL_REGION = 'us-east-1';

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
  readonly ElasticChannelConfiguration?: ElasticChannelConfiguration;
  readonly ExpirationSettings?: ExpirationSettings;
}

/**
 * Amazon Chime SDK messaging: channels, their members and moderators, their tags and their messages.
 *
 * To add an operation of the model, add its method to `operations`; routing, validation and serialization follow the model.
 */
export class LocalChimeSdkMessaging implements LocalService {
  public readonly model = SmithyModel.load('chime-sdk-messaging-2021-05-15.json');
  public readonly regions = CHIME_SDK_MESSAGING_REGIONS;
  public readonly validationError = 'BadRequestException';
  /** App instances and channels; tests prepare them, look at them, and change them behind a stack's back. */
  public readonly store = new ChimeStore();

  private readonly access: ChimeAccess;
  private readonly operations: Record<string, (input: never, caller: Caller) => Structure>;

  constructor(options: LocalChimeSdkMessagingOptions = {}) {
    this.access = new ChimeAccess(this.store, options);
    this.operations = {
      CreateChannel: this.createChannel,
      DescribeChannel: this.describeChannel,
      UpdateChannel: this.updateChannel,
      DeleteChannel: this.deleteChannel,
      ListChannels: this.listChannels,
      ListChannelsModeratedByAppInstanceUser: this.listChannelsModeratedByAppInstanceUser,
      TagResource: this.tagResource,
      UntagResource: this.untagResource,
      ListTagsForResource: this.listTagsForResource,
      PutChannelExpirationSettings: this.putChannelExpirationSettings,
      AssociateChannelFlow: this.associateChannelFlow,
      DisassociateChannelFlow: this.disassociateChannelFlow,
      SendChannelMessage: this.sendChannelMessage,
      ListChannelMessages: this.listChannelMessages,
      ...new ChimeMemberships(this.access).operations,
    };
  }

  public implements(operation: string): boolean {
    return operation in this.operations;
  }

  public call(operation: string, input: Structure, caller: Caller): Structure {
    // The resource types of an action are the bearer, where the operation has one, and the channel and the channel flow, where it names them.
    const tags = Object.fromEntries((input.Tags as ChimeTag[] ?? []).map((tag) => [`aws:RequestTag/${tag.Key}`, tag.Value]));
    for (const resource of [input.ChimeBearer, input.ChannelArn, input.ResourceARN, input.ChannelFlowArn] as (string | undefined)[]) {
      if (resource !== undefined) {
        authorize(caller.identity, { action: `chime:${operation}`, resource, context: tags });
      }
    }
    return this.operations[operation].call(this, input as never, caller);
  }

  private createChannel(input: CreateChannelInput, caller: Caller): Structure {
    const appInstance = this.access.bearersAppInstance(input, caller);
    const known = (arn: string) => appInstance.identities.has(arn);
    if (appInstance.appInstanceArn !== input.AppInstanceArn || ![...input.MemberArns ?? [], ...input.ModeratorArns ?? []].every(known)) {
      throw forbidden('invalidUser');
    }
    const fingerprint = JSON.stringify(Object.entries(input).sort(([one], [other]) => (one < other ? -1 : 1)));
    const earlier = appInstance.requests.get(input.ClientRequestToken);
    if (earlier) {
      if (earlier.fingerprint !== fingerprint) {
        throw conflict('tokenReused');
      }
      return { ChannelArn: earlier.channelArn };
    }
    // Unverified (chime-defaults): the service documents no defaults of mode and privacy. These are the least open ones.
    const mode = input.Mode ?? 'RESTRICTED';
    if (input.ElasticChannelConfiguration && (mode !== 'RESTRICTED' || input.MemberArns)) {
      throw badRequest('elasticMode');
    }
    if (input.ElasticChannelConfiguration && caller.region !== ELASTIC_CHANNEL_REGION) {
      throw badRequest('elasticRegion');
    }
    const tags = tagMap(input.Tags ?? []);
    const channelArn = `${appInstance.appInstanceArn}/channel/${input.ChannelId ?? this.store.nextId()}`;
    if (this.store.channels.has(channelArn)) {
      throw conflict('channelExists');
    }
    if (this.store.channelsOf(appInstance.appInstanceArn).length >= (this.access.options.channelsPerAppInstance ?? 10_000_000)) {
      throw limitExceeded('channelQuota');
    }
    const now = this.access.now();
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
      // As documented, who makes a channel is its member as well as its moderator, unless the channel is elastic.
      // Unverified (chime-bot-joins): a bot, too.
      members: new Set([...input.ElasticChannelConfiguration ? [] : [input.ChimeBearer], ...input.MemberArns ?? []]),
      moderators: new Set([input.ChimeBearer, ...input.ModeratorArns ?? []]),
      messages: [],
    });
    appInstance.requests.set(input.ClientRequestToken, { fingerprint, channelArn });
    return { ChannelArn: channelArn };
  }

  private describeChannel(input: ChannelInput, caller: Caller): Structure {
    const { channel, appInstance } = this.access.accessibleChannel(input, caller, { orPublic: true });
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
        ChannelFlowArn: channel.channelFlowArn,
        ElasticChannelConfiguration: channel.elasticChannelConfiguration,
        ExpirationSettings: channel.expirationSettings,
      },
    };
  }

  private updateChannel(
    input: ChannelInput & { Name?: string; Mode?: ChimeChannelRecord['mode']; Metadata?: string }, caller: Caller,
  ): Structure {
    const { channel } = this.access.moderatedChannel(input, caller);
    if (channel.elasticChannelConfiguration && input.Mode === 'UNRESTRICTED') {
      throw badRequest('elasticMode');
    }
    // Each member that the request omits keeps its value.
    channel.name = input.Name ?? channel.name;
    channel.mode = input.Mode ?? channel.mode;
    channel.metadata = input.Metadata ?? channel.metadata;
    channel.updatedAt = this.access.now();
    return { ChannelArn: channel.channelArn };
  }

  private deleteChannel(input: ChannelInput, caller: Caller): Structure {
    this.store.deleteChannel(this.access.moderatedChannel(input, caller).channel.channelArn);
    return {};
  }

  private putChannelExpirationSettings(
    input: { ChannelArn: string; ChimeBearer?: string; ExpirationSettings?: ExpirationSettings }, caller: Caller,
  ): Structure {
    const { ChannelArn, ChimeBearer, ExpirationSettings: settings } = input;
    // Unverified (chime-expiration): who may do it. Here those who may update the channel, or its account, as the model does
    // not require a bearer.
    const channel = ChimeBearer === undefined
      ? this.access.channelOfAccount(ChannelArn, caller)
      : this.access.moderatedChannel({ ChannelArn, ChimeBearer }, caller).channel;
    channel.expirationSettings = settings;
    channel.updatedAt = this.access.now();
    return { ChannelArn, ExpirationSettings: settings };
  }

  private associateChannelFlow(input: ChannelInput & { ChannelFlowArn: string }, caller: Caller): Structure {
    const { channel, appInstance } = this.access.moderatedChannel(input, caller);
    if (!this.store.channelFlows.has(input.ChannelFlowArn) || this.store.appInstanceOf(input.ChannelFlowArn) !== appInstance) {
      throw notFound('flowUnknown');
    }
    // Unverified (chime-second-flow): that a second channel flow conflicts with the first, and that the same one does not.
    if (channel.channelFlowArn !== undefined && channel.channelFlowArn !== input.ChannelFlowArn) {
      throw conflict('otherFlow');
    }
    channel.channelFlowArn = input.ChannelFlowArn;
    return {};
  }

  private disassociateChannelFlow(input: ChannelInput & { ChannelFlowArn: string }, caller: Caller): Structure {
    const { channel } = this.access.moderatedChannel(input, caller);
    // Unverified (chime-other-flow): the name of this error.
    if (channel.channelFlowArn !== input.ChannelFlowArn) {
      throw notFound('notItsFlow');
    }
    channel.channelFlowArn = undefined;
    return {};
  }

  private listChannels(input: BearerInput & PageInput & { AppInstanceArn: string; Privacy?: string }, caller: Caller): Structure {
    const appInstance = this.access.bearersAppInstance(input, caller);
    if (appInstance.appInstanceArn !== input.AppInstanceArn) {
      throw forbidden('invalidUser');
    }
    // Unverified (chime-list-privacy): what a list without a privacy filter shows. Anyone may see the public channels, so it is
    // these.
    const privacy = input.Privacy ?? 'PUBLIC';
    if (privacy === 'PRIVATE' && !appInstance.admins.has(input.ChimeBearer)) {
      throw forbidden('adminOnly');
    }
    const channels = this.store.channelsOf(appInstance.appInstanceArn).filter((channel) => channel.privacy === privacy);
    const page = this.channelPage(`channels/${appInstance.appInstanceArn}/${privacy}`, channels, input);
    return { Channels: page.items.map(summaryOf), NextToken: page.nextToken };
  }

  private listChannelsModeratedByAppInstanceUser(input: BearerInput & PageInput & { AppInstanceUserArn?: string }, caller: Caller): Structure {
    const appInstance = this.access.bearersAppInstance(input, caller);
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
    const { tags } = this.access.channelOfAccount(ResourceARN, caller);
    const merged = new Map([...tags, ...tagMap(Tags)]);
    if (merged.size > TAGS_PER_RESOURCE) {
      throw limitExceeded('tagQuota');
    }
    merged.forEach((value, key) => tags.set(key, value));
    return {};
  }

  private untagResource({ ResourceARN, TagKeys }: { ResourceARN: string; TagKeys: string[] }, caller: Caller): Structure {
    const { tags } = this.access.channelOfAccount(ResourceARN, caller);
    TagKeys.forEach((key) => tags.delete(key));
    return {};
  }

  private listTagsForResource({ ResourceARN }: { ResourceARN: string }, caller: Caller): Structure {
    const { tags } = this.access.channelOfAccount(ResourceARN, caller);
    return { Tags: [...tags].map(([Key, Value]) => ({ Key, Value })) };
  }

  private sendChannelMessage(
    input: ChannelInput & { Content: string; Type: string; Persistence: string; Metadata?: string; ClientRequestToken: string }, caller: Caller,
  ): Structure {
    const { channel } = this.access.accessibleChannel(input, caller);
    const repeated = channel.messages.find((message) =>
      message.clientRequestToken === input.ClientRequestToken && message.sender === input.ChimeBearer);
    const message: ChimeMessage = repeated ?? {
      messageId: this.store.nextId(),
      content: input.Content,
      type: input.Type,
      metadata: input.Metadata,
      sender: input.ChimeBearer,
      createdAt: this.access.now(),
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
    const { channel, appInstance } = this.access.accessibleChannel(input, caller);
    const messages = channel.messages
      .filter((message) => !(input.NotBefore && message.createdAt < input.NotBefore) && !(input.NotAfter && message.createdAt > input.NotAfter))
      .map((message) => ({ message, position: channel.messages.indexOf(message) }));
    // The newest come first unless asked otherwise; keys ascend in either case.
    const order = input.SortOrder ?? 'DESCENDING';
    const keyOf = ({ position }: { position: number }) => String(order === 'ASCENDING' ? position : 1e9 - position).padStart(10, '0');
    const page = this.access.page(`messages/${channel.channelArn}/${order}`, sortedBy(messages, keyOf), keyOf, input);
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

  private channelPage(scope: string, channels: readonly ChimeChannelRecord[], input: PageInput): Page<ChimeChannelRecord> {
    const keyOf = (channel: ChimeChannelRecord) => channel.channelArn;
    return this.access.page(scope, sortedBy(channels, keyOf), keyOf, input);
  }

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
