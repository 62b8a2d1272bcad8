import * as iam from 'aws-cdk-lib/aws-iam';
import { Annotations, type IResource, RemovalPolicy, Resource, Token } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { ChannelsProvider } from './channels-provider';
import { checkChimeChannel, checkChimeChannelTags, CHIME_MESSAGING_REGIONS, describeProblems, type Problem } from './constraints';
import { CHIME_CHANNEL_TYPE, type ChimeChannelProperties } from './contract';
import { chimeChannelPermission } from './private/handler-permissions';
import { TaggableResource } from './private/taggable-resource';
import { checkInEachAccount, checkProvider, isUnresolved, throwProblems } from './private/validation';

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
   * Another user or bot manages an existing channel only if it is a moderator of the channel or an administrator of the AppInstance; otherwise the
   * service answers Forbidden.
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
   * What happens to the channel when the construct is removed from the stack or the channel is replaced.
   *
   * Deleting a channel deletes its messages, for good.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * The handler that manages the channel; it must be in the same stack.
   *
   * @default - the one of the stack, `ChannelsProvider.getOrCreate()`
   */
  readonly provider?: ChannelsProvider;
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
 * 1 to 256 characters; Chime takes no empty value.
 *
 * @see https://docs.aws.amazon.com/chime-sdk/latest/dg/using-the-messaging-sdk.html
 * @see https://docs.aws.amazon.com/chime-sdk/latest/APIReference/API_messaging-chime_CreateChannel.html
 */
export class ChimeChannel extends ChimeChannelBase {
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
    throwProblems('ChimeChannel', `${scope.node.path}/${id}`, checkChannelArn(channelArn));
    return new Import(scope, id, { environmentFromArn: channelArn });
  }

  public readonly channelArn: string;

  constructor(scope: Construct, id: string, props: ChimeChannelProps) {
    super(scope, id);
    const properties: ChimeChannelProperties = {
      AppInstanceArn: props.appInstanceArn,
      ChimeBearer: props.chimeBearer,
      Name: props.channelName,
      Mode: props.mode ?? ChannelMode.RESTRICTED,
      Privacy: props.privacy ?? ChannelPrivacy.PRIVATE,
      Metadata: props.metadata,
    };
    throwProblems('ChimeChannel', this.node.path, [
      ...checkInEachAccount(this, properties, checkChimeChannel),
      ...checkProvider(this, props.provider),
    ]);
    this.warnAboutRegion(props.appInstanceArn);

    const provider = props.provider ?? ChannelsProvider.getOrCreate(this);
    const resource = provider._defineResource(this, TaggableResource, {
      type: CHIME_CHANNEL_TYPE,
      properties,
      permissions: [chimeChannelPermission(props.appInstanceArn, props.chimeBearer)],
      removalPolicy: props.removalPolicy ?? RemovalPolicy.RETAIN,
    });
    // Tags may change until the synthesis.
    this.node.addValidation({
      validate: () => {
        const problems = checkChimeChannelTags(resource.renderTags(), isUnresolved);
        return problems.length > 0 ? [describeProblems(`ChimeChannel at "${this.node.path}"`, problems)] : [];
      },
    });

    this.channelArn = resource.getAtt('ChannelArn').toString();
  }

  private warnAboutRegion(appInstanceArn: string): void {
    const region = isUnresolved(appInstanceArn) ? undefined : appInstanceArn.split(':')[3];
    if (region !== undefined && !CHIME_MESSAGING_REGIONS.includes(region)) {
      Annotations.of(this).addWarningV2(
        'cdk-support-channels:chimeMessagingRegion',
        `Amazon Chime SDK messaging is known in ${CHIME_MESSAGING_REGIONS.join(' and ')}; the channel is made in the Region of appInstanceArn, "${region}".`,
      );
    }
  }
}

function checkChannelArn(channelArn: string): Problem[] {
  if (Token.isUnresolved(channelArn) || /^arn:[^:\s]+:chime:[^:\s]+:[^:\s]+:app-instance\/[^/\s]+\/channel\/[^/\s]+$/u.test(channelArn)) {
    return [];
  }
  return [{
    property: 'channelArn',
    violation: `must be of the form arn:<partition>:chime:<region>:<account>:app-instance/<id>/channel/<id>, got ${JSON.stringify(channelArn)}`,
    remedy: 'Give the ARN that CreateChannel returns',
  }];
}
