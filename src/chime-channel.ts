import * as iam from 'aws-cdk-lib/aws-iam';
import { Annotations, type Duration, type IResource, RemovalPolicy, Resource, Token } from 'aws-cdk-lib/core';
import { propertyInjectable } from 'aws-cdk-lib/core/lib/prop-injectable';
import type { Construct } from 'constructs';
import type { IChannelsProvider } from './channels-provider';
import { checkChimeChannel, checkChimeChannelTags, CHIME_MESSAGING_REGIONS, describeProblems, type Problem } from './constraints';
import { CHIME_CHANNEL_TYPE, type ChimeChannelProperties } from './contract';
import { ExistingConfiguration } from './existing-configuration';
import { guardAccount } from './private/account-guard';
import { isOfKind, markKind } from './private/construct-kind';
import { defaultProvider } from './private/default-provider';
import { chimeChannelPermissions } from './private/handler-permissions';
import { checkTypes, CHOICE, DAYS, LIST, NUMBER, PROVIDER, REMOVAL_POLICY, showValue, STRUCTURE, TEXT } from './private/props';
import { StackTaggedResource } from './private/stack-tagged-resource';
import { tagsOf } from './private/taggable-resource';
import { checkInEachAccount, checkProvider, isUnresolved, pathOf, throwProblems } from './private/validation';

/**
 * Who may add members to a channel.
 */
export enum ChannelMode {
  /** Only moderators of the channel and administrators of the AppInstance add members. */
  RESTRICTED = 'RESTRICTED',

  /** Members of the channel add members. */
  UNRESTRICTED = 'UNRESTRICTED',
}

/**
 * Who may find and join a channel.
 */
export enum ChannelPrivacy {
  /** Everyone in the AppInstance finds the channel and may join it. */
  PUBLIC = 'PUBLIC',

  /** Only members find the channel. */
  PRIVATE = 'PRIVATE',
}

/**
 * From when the days count after which a channel expires.
 */
export enum ExpirationCriterion {
  /** The creation of the channel. */
  CREATED_TIMESTAMP = 'CREATED_TIMESTAMP',

  /** The last message of the channel, or its creation as long as there is none. */
  LAST_MESSAGE_TIMESTAMP = 'LAST_MESSAGE_TIMESTAMP',
}

/**
 * When a channel expires: the service then deletes it with all its messages, within 6 hours.
 *
 * @see https://docs.aws.amazon.com/chime-sdk/latest/APIReference/API_messaging-chime_ExpirationSettings.html
 */
export interface ExpirationSettings {
  /**
   * How long it takes until the channel expires: 1 to 5,475 whole days.
   */
  readonly expiration: Duration;

  /**
   * From when the days count.
   */
  readonly expirationCriterion: ExpirationCriterion;
}

/**
 * How a channel for up to a million members is divided into sub-channels. AWS has elastic channels in us-east-1 only.
 *
 * @see https://docs.aws.amazon.com/chime-sdk/latest/dg/elastic-channels.html
 */
export interface ElasticChannelConfiguration {
  /**
   * How many sub-channels the channel may have: at least 2.
   */
  readonly maximumSubChannels: number;

  /**
   * How many members a sub-channel may have: at least 2.
   */
  readonly targetMembershipsPerSubChannel: number;

  /**
   * The percentage of `targetMembershipsPerSubChannel` below which the service moves the members of a sub-channel to others: 1 to 40.
   */
  readonly minimumMembershipPercentage: number;
}

/**
 * A messaging channel of the Amazon Chime SDK.
 */
export interface IChimeChannel extends IResource {
  /**
   * The ARN of the channel: `arn:<partition>:chime:<region>:<account>:app-instance/<id>/channel/<id>`.
   *
   * @attribute
   */
  readonly channelArn: string;

  /**
   * Grant actions on this channel, such as `chime:SendChannelMessage`.
   *
   * Chime checks the channel **and** the AppInstanceUser or AppInstanceBot in whose name a call is made: the grantee
   * also needs the same actions on the ARN of that user or bot, which this method does not grant.
   *
   * @param grantee who is allowed
   * @param actions the IAM actions
   */
  grant(grantee: iam.IGrantable, ...actions: string[]): iam.Grant;
}

/**
 * Properties of a `ChimeChannel`.
 */
export interface ChimeChannelProps {
  /**
   * The ARN of the AppInstance of the channel: `arn:<partition>:chime:<region>:<account>:app-instance/<id>`.
   *
   * `CreateAppInstance` and the attribute `AppInstanceArn` of the CloudFormation type `AWS::Chime::AppInstance` give it. The channel is made in the
   * Region of this ARN, which is us-east-1 or eu-central-1, whatever the Region of the stack.
   *
   * Changing it replaces the channel.
   */
  readonly appInstanceArn: string;

  /**
   * The ARN of the AppInstanceUser or AppInstanceBot in whose name the channel is managed: the ARN of the AppInstance followed
   * by `/user/<id>` or `/bot/<id>`. It becomes a moderator of the channel that it creates.
   *
   * When it changes, the old bearer first makes the new one a moderator; the channel and its messages stay. The old one then is a moderator no longer,
   * unless `moderatorArns` names it or the channel was adopted; as the creator of the channel it stays a member. If the old bearer is deleted already, the new one must be an administrator of the
   * AppInstance or a moderator of the channel; otherwise the service answers Forbidden.
   */
  readonly chimeBearer: string;

  /**
   * The name of the channel: 1 to 256 characters without control characters.
   */
  readonly channelName: string;

  /**
   * Who may add members to the channel.
   *
   * @default ChannelMode.RESTRICTED
   */
  readonly mode?: ChannelMode;

  /**
   * Who may find and join the channel.
   *
   * Changing it replaces the channel, as the service cannot change the privacy of a channel.
   *
   * @default ChannelPrivacy.PRIVATE
   */
  readonly privacy?: ChannelPrivacy;

  /**
   * Metadata for the use of your application: at most 1,024 characters.
   *
   * @default - no metadata
   */
  readonly metadata?: string;

  /**
   * The id of the channel, which is the last part of its ARN: 1 to 64 letters and digits, between them also `:`, `-`, `_`, `.` and `@`.
   *
   * Changing it replaces the channel; removing it keeps the channel.
   *
   * @default - an id of the service's choice
   */
  readonly channelId?: string;

  /**
   * What happens when the AppInstance already has a channel of this `channelId`. It cannot be set without `channelId`.
   *
   * A channel of another privacy or elastic configuration cannot be adopted.
   *
   * @default ExistingConfiguration.FAIL
   */
  readonly existing?: ExistingConfiguration;

  /**
   * Any text. A deployment with another one makes the handler look at the channel again and bring it to the declared state, even
   * when nothing else changed: a change that somebody made by hand is put right.
   *
   * @default - the handler looks when a property changes
   */
  readonly refresh?: string;

  /**
   * The ARNs of users and bots of the AppInstance that are members: that may send messages. An elastic channel takes none.
   *
   * Members that join by other means stay. Whoever is removed from the list is removed from the channel, unless it is the bearer.
   *
   * @default - no members but those that join by other means
   */
  readonly memberArns?: string[];

  /**
   * The ARNs of users and bots of the AppInstance that are moderators: that may add and remove members and redact messages. The bearer is one in
   * any case.
   *
   * Moderators that are appointed by other means stay. Whoever is removed from the list is a moderator no longer, unless it is the bearer.
   *
   * @default - no moderators but the bearer
   */
  readonly moderatorArns?: string[];

  /**
   * Makes the channel an elastic one, with sub-channels for up to a million members. Its mode is `ChannelMode.RESTRICTED`, and it takes no
   * `memberArns`.
   *
   * Changing it replaces the channel.
   *
   * @default - not an elastic channel
   */
  readonly elasticChannelConfiguration?: ElasticChannelConfiguration;

  /**
   * When the service deletes the channel with all its messages, whatever the removal policy.
   *
   * @default - never
   */
  readonly expirationSettings?: ExpirationSettings;

  /**
   * The ARN of the channel flow that processes the messages before they are delivered: the ARN of the AppInstance followed by `/channel-flow/<id>`.
   *
   * `CreateChannelFlow` gives it. While it changes, there is a moment without a channel flow.
   *
   * @default - no channel flow
   */
  readonly channelFlowArn?: string;

  /**
   * What happens to the channel when the construct is removed from the stack or the channel is replaced. A channel that was adopted is left in
   * place in any case.
   *
   * Deleting a channel deletes its messages, for good.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * What manages the channel: a `ChannelsProvider` of the same stack, or a `NativeProvider`.
   *
   * @default - the `NativeProvider` of the scope if there is one, else the handler of the stack, `ChannelsProvider.getOrCreate()`
   */
  readonly provider?: IChannelsProvider;
}

abstract class ChimeChannelBase extends Resource implements IChimeChannel {
  public abstract readonly channelArn: string;

  public grant(grantee: iam.IGrantable, ...actions: string[]): iam.Grant {
    return iam.Grant.addToPrincipal({ grantee, actions, resourceArns: [this.channelArn] });
  }
}

/**
 * Define a messaging channel of the Amazon Chime SDK.
 *
 * The channel is retained by default, as it holds messages. `Tags.of()` sets its tags: at most 50, with keys of 1 to 128 and values of
 * 1 to 256 characters; Chime takes no empty value. It has the tags of its stack, too (`StackProps.tags`), unless `Tags.of(channel).remove()` keeps one
 * away; those of `cdk deploy --tags` are not known at synth.
 *
 * Two constructs with one `channelId` in one account are an error at synth, `cdk-support-channels:duplicateChimeChannel`, which
 * `Annotations.of(channel).acknowledgeWarning()` acknowledges.
 *
 * @see https://docs.aws.amazon.com/chime-sdk/latest/dg/using-the-messaging-sdk.html
 * @see https://docs.aws.amazon.com/chime-sdk/latest/APIReference/API_messaging-chime_CreateChannel.html
 */
@propertyInjectable
export class ChimeChannel extends ChimeChannelBase {
  /**
   * The name by which `PropertyInjectors` of the CDK give this class its defaults.
   */
  public static readonly PROPERTY_INJECTION_ID: string = 'cdk-support-channels.ChimeChannel';

  /**
   * Whether something is a `ChimeChannel`, and not an imported one.
   *
   * @param value anything, such as a construct that an aspect visits
   */
  public static isChimeChannel(value: any): value is ChimeChannel {
    return isOfKind(value, 'ChimeChannel');
  }

  /**
   * Import a channel by its ARN.
   *
   * @param scope the parent of the imported construct
   * @param id the id of the imported construct
   * @param channelArn the ARN: `arn:<partition>:chime:<region>:<account>:app-instance/<id>/channel/<id>`
   */
  public static fromChannelArn(scope: Construct, id: string, channelArn: string): IChimeChannel {
    class Import extends ChimeChannelBase {
      public readonly channelArn = channelArn;
    }
    throwProblems('ChimeChannel', pathOf(scope, id), checkChannelArn(channelArn));
    // The CDK takes ARNs and its own tokens apart, but no placeholder.
    const isPlaceholder = isUnresolved(channelArn) && !Token.isUnresolved(channelArn);
    return new Import(scope, id, isPlaceholder ? {} : { environmentFromArn: channelArn });
  }

  public readonly channelArn: string;

  private readonly chimeBearer: string;

  constructor(scope: Construct, id: string, props: ChimeChannelProps) {
    super(scope, id);
    markKind(this, 'ChimeChannel');
    const { problems, values } = checkTypes(props, PROPERTY_TYPES);
    const elastic = values.elasticChannelConfiguration && checkTypes(values.elasticChannelConfiguration, ELASTIC_TYPES, 'elasticChannelConfiguration');
    const expiration = values.expirationSettings && checkTypes(values.expirationSettings, EXPIRATION_TYPES, 'expirationSettings');
    const properties: ChimeChannelProperties = {
      AppInstanceArn: values.appInstanceArn,
      ChimeBearer: values.chimeBearer,
      Name: values.channelName,
      Mode: values.mode ?? ChannelMode.RESTRICTED,
      Privacy: values.privacy ?? ChannelPrivacy.PRIVATE,
      Metadata: values.metadata,
      ChannelId: values.channelId,
      MemberArns: values.memberArns?.length === 0 ? undefined : values.memberArns,
      ModeratorArns: values.moderatorArns?.length === 0 ? undefined : values.moderatorArns,
      ElasticChannelConfiguration: elastic && {
        MaximumSubChannels: elastic.values.maximumSubChannels,
        TargetMembershipsPerSubChannel: elastic.values.targetMembershipsPerSubChannel,
        MinimumMembershipPercentage: elastic.values.minimumMembershipPercentage,
      },
      ExpirationSettings: expiration && {
        ExpirationDays: daysOf(expiration.values.expiration),
        ExpirationCriterion: expiration.values.expirationCriterion,
      },
      ChannelFlowArn: values.channelFlowArn,
      Existing: values.existing,
      Refresh: values.refresh,
    };
    throwProblems('ChimeChannel', this.node.path, [
      ...problems,
      ...elastic?.problems ?? [],
      ...expiration?.problems ?? [],
      ...checkInEachAccount(this, properties, checkChimeChannel).map(nameDuration),
      ...checkProvider(this, values.provider, CHIME_CHANNEL_TYPE, properties),
    ]);
    this.warnAboutRegion(props);
    this.chimeBearer = props.chimeBearer;

    const provider = props.provider ?? defaultProvider(this);
    const resource = provider._defineResource(this, StackTaggedResource, {
      type: CHIME_CHANNEL_TYPE,
      properties,
      permissions: chimeChannelPermissions(properties),
      removalPolicy: props.removalPolicy ?? RemovalPolicy.RETAIN,
    });
    if (props.channelId !== undefined) {
      guardAccount(this, { kind: 'chimeChannel', target: [props.appInstanceArn, props.channelId], existing: props.existing });
    }
    // Tags may change until the synthesis.
    this.node.addValidation({
      validate: () => {
        const tagProblems = checkChimeChannelTags(tagsOf(resource), isUnresolved);
        return tagProblems.length > 0 ? [describeProblems(`ChimeChannel at "${this.node.path}"`, tagProblems)] : [];
      },
    });

    this.channelArn = provider._attributeOf(resource, CHIME_CHANNEL_TYPE, 'ChannelArn');
  }

  /**
   * Grant what it takes to manage this channel in the name of its bearer: to read and change it, its members, moderators, bans, messages and tags, but
   * not to delete it.
   *
   * The grantee may act as the bearer in this channel only.
   *
   * @param grantee who is allowed
   */
  public grantManage(grantee: iam.IGrantable): iam.Grant {
    return iam.Grant.addToPrincipal({
      grantee,
      actions: MANAGE_ACTIONS.map((action) => `chime:${action}`),
      resourceArns: [this.channelArn, this.chimeBearer],
    });
  }

  private warnAboutRegion({ appInstanceArn, elasticChannelConfiguration }: ChimeChannelProps): void {
    const region = isUnresolved(appInstanceArn) ? undefined : appInstanceArn.split(':')[3];
    if (region === undefined) {
      return;
    }
    if (!CHIME_MESSAGING_REGIONS.includes(region)) {
      Annotations.of(this).addWarningV2(
        'cdk-support-channels:chimeMessagingRegion',
        `Amazon Chime SDK messaging is known in ${CHIME_MESSAGING_REGIONS.join(' and ')}; the channel is made in the Region of appInstanceArn, "${region}".`,
      );
    } else if (elasticChannelConfiguration && region !== ELASTIC_CHANNEL_REGION) {
      Annotations.of(this).addWarningV2(
        'cdk-support-channels:elasticChannelRegion',
        `Elastic channels are known in ${ELASTIC_CHANNEL_REGION} only; the channel is made in the Region of appInstanceArn, "${region}".`,
      );
    }
  }
}

const PROPERTY_TYPES = {
  appInstanceArn: TEXT,
  chimeBearer: TEXT,
  channelName: TEXT,
  mode: CHOICE,
  privacy: CHOICE,
  metadata: TEXT,
  channelId: TEXT,
  existing: CHOICE,
  refresh: TEXT,
  memberArns: LIST,
  moderatorArns: LIST,
  elasticChannelConfiguration: STRUCTURE,
  expirationSettings: STRUCTURE,
  channelFlowArn: TEXT,
  removalPolicy: REMOVAL_POLICY,
  provider: PROVIDER,
};

const ELASTIC_TYPES = { maximumSubChannels: NUMBER, targetMembershipsPerSubChannel: NUMBER, minimumMembershipPercentage: NUMBER };
const EXPIRATION_TYPES = { expiration: DAYS, expirationCriterion: CHOICE };

/** As the rules of `constraints.ts` take it; what is no duration is a problem already. */
function daysOf(expiration: Duration): number {
  return DAYS.fits(expiration) ? expiration.toDays({ integral: false }) : expiration as unknown as number;
}

/** What the service knows as a number of days is a duration here. */
function nameDuration(problem: Problem): Problem {
  return problem.property !== 'expirationSettings.expirationDays' ? problem : {
    property: 'expirationSettings.expiration',
    violation: problem.violation.replace(/must be a whole number of (.*), got (.*)$/u, 'must be $1 whole days, got $2 days'),
    remedy: 'Change it, such as to Duration.days(90)',
  };
}

const ELASTIC_CHANNEL_REGION = 'us-east-1';

/** What a moderator of a channel does, its deletion aside. */
const MANAGE_ACTIONS = [
  'DescribeChannel',
  'UpdateChannel',
  'PutChannelExpirationSettings',
  'ListSubChannels',
  'CreateChannelMembership',
  'BatchCreateChannelMembership',
  'DescribeChannelMembership',
  'ListChannelMemberships',
  'DeleteChannelMembership',
  'CreateChannelModerator',
  'DescribeChannelModerator',
  'ListChannelModerators',
  'DeleteChannelModerator',
  'CreateChannelBan',
  'DescribeChannelBan',
  'ListChannelBans',
  'DeleteChannelBan',
  'SendChannelMessage',
  'GetChannelMessage',
  'ListChannelMessages',
  'UpdateChannelMessage',
  'RedactChannelMessage',
  'TagResource',
  'UntagResource',
  'ListTagsForResource',
];

function checkChannelArn(channelArn: string): Problem[] {
  if (isUnresolved(channelArn) || /^arn:[^:\s]+:chime:[^:\s]+:[^:\s]+:app-instance\/[^/\s]+\/channel\/[^/\s]+$/u.test(channelArn)) {
    return [];
  }
  return [{
    property: 'channelArn',
    violation: `must be of the form arn:<partition>:chime:<region>:<account>:app-instance/<id>/channel/<id>, got ${showValue(channelArn)}`,
    remedy: 'Give the ARN that CreateChannel returns',
  }];
}
