import * as iam from 'aws-cdk-lib/aws-iam';
import { Annotations, Aws, CfnResource, type IResource, type RemovalPolicy, Resource } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { IChannelsProvider } from './channels-provider';
import { checkSlackChannelConfiguration } from './constraints';
import { SLACK_CHANNEL_CONFIGURATION_TYPE, type SlackChannelConfigurationProperties } from './contract';
import { ExistingConfiguration } from './existing-configuration';
import { guardAccount } from './private/account-guard';
import { defaultProvider } from './private/default-provider';
import { managedResource } from './private/engine';
import { passChannelRolePermission, SLACK_CHANNEL_CONFIGURATION_PERMISSION } from './private/handler-permissions';
import { checkTypes, CHOICE, FLAG, PROVIDER, REMOVAL_POLICY, ROLE, TEXT, WORKSPACE } from './private/props';
import { policiesOf } from './private/role-dependency';
import { sharedSupportAppRole } from './private/shared-support-app-role';
import { checkInEachAccount, checkProvider, isUnresolved, throwProblems } from './private/validation';
import type { ISlackWorkspace } from './slack-workspace';

/**
 * The support cases that a Slack channel is notified about.
 */
export enum NotificationSeverity {
  /** Cases of every severity. */
  ALL = 'all',

  /** Cases of high severity: production system impaired, production system down, business-critical system down. */
  HIGH = 'high',

  /** No cases. */
  NONE = 'none',
}

/**
 * A Slack channel that the AWS Support App of an account uses.
 *
 * Its grant principal is the role that people in the channel act through.
 */
export interface ISlackChannelConfiguration extends IResource, iam.IGrantable {
  /**
   * The team ID of the channel's Slack workspace, such as `T012ABCDEFG`.
   *
   * @attribute
   */
  readonly teamId: string;

  /**
   * The channel ID, such as `C012ABCDEFG`.
   *
   * @attribute
   */
  readonly channelId: string;
}

/**
 * Options of a Slack channel that is added to a workspace.
 */
export interface AddSlackChannelOptions {
  /**
   * The channel ID: 1 to 256 characters without white space, such as `C012ABCDEFG`. It is not the channel's name.
   *
   * Open the channel's details in Slack to find it: it is at the bottom of the page "About".
   * Add the app "AWS Support App" to the channel in Slack; no API does that.
   */
  readonly channelId: string;

  /**
   * The severity of the support cases that the channel is notified about.
   *
   * `ALL` and `HIGH` need at least one of `notifyOnAddCorrespondenceToCase`, `notifyOnCreateOrReopenCase` and `notifyOnResolveCase`;
   * `NONE` needs all of them to be false.
   */
  readonly notifyOnCaseSeverity: NotificationSeverity;

  /**
   * The name of the channel, as AWS shows it: 1 to 256 characters on one line. It has no effect in Slack.
   *
   * A name can be changed but not cleared.
   *
   * @default - no name
   */
  readonly channelName?: string;

  /**
   * The role that people in the channel act through: it trusts `supportapp.amazonaws.com`.
   *
   * **Everyone in the Slack channel has the permissions of this role.**
   *
   * @default - a `SupportAppRole` with full access, which all channels of the stack without a role share
   */
  readonly channelRole?: iam.IRole;

  /**
   * Whether the channel is notified when somebody adds correspondence to a case.
   *
   * @default false
   */
  readonly notifyOnAddCorrespondenceToCase?: boolean;

  /**
   * Whether the channel is notified when a case is created or reopened.
   *
   * @default false
   */
  readonly notifyOnCreateOrReopenCase?: boolean;

  /**
   * Whether the channel is notified when a case is resolved.
   *
   * @default false
   */
  readonly notifyOnResolveCase?: boolean;

  /**
   * What happens when the account already has a different configuration of this channel.
   *
   * @default ExistingConfiguration.FAIL
   */
  readonly existing?: ExistingConfiguration;

  /**
   * What happens to the configuration when the construct is removed from the stack.
   *
   * A configuration that was there before the construct is left in place in any case.
   *
   * @default RemovalPolicy.DESTROY
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * What manages the configuration: a `ChannelsProvider` of the same stack, or a `NativeProvider`.
   *
   * @default - the one that was given to the workspace with `addChannel()`, else the `NativeProvider` of the scope if there is one, else the handler of the stack,
   * `ChannelsProvider.getOrCreate()`
   */
  readonly provider?: IChannelsProvider;
}

/**
 * Properties of a `SlackChannelConfiguration`.
 */
export interface SlackChannelConfigurationProps extends AddSlackChannelOptions {
  /**
   * The Slack workspace of the channel.
   *
   * The channel is configured after the workspace is registered, and is removed before it.
   */
  readonly workspace: ISlackWorkspace;
}

/**
 * Attributes of an imported Slack channel.
 */
export interface SlackChannelConfigurationAttributes {
  /**
   * The team ID of the channel's Slack workspace, such as `T012ABCDEFG`.
   */
  readonly teamId: string;

  /**
   * The channel ID, such as `C012ABCDEFG`.
   */
  readonly channelId: string;

  /**
   * The role that people in the channel act through.
   *
   * @default - not known: permissions cannot be granted to the imported channel
   */
  readonly channelRole?: iam.IRole;
}

/**
 * Define a Slack channel of the AWS Support App (not of AWS Chatbot, which is `SlackChannelConfiguration` in `aws-cdk-lib/aws-chatbot`).
 *
 * People in the channel create, read and answer the support cases of the account, and the channel is notified about cases.
 * The account needs a support plan that includes the Support App.
 *
 * An account has at most 20 channels, whatever the number of Regions, with one configuration each; one channel serves at most 100 accounts.
 * Changing the workspace or the channel ID replaces the configuration, everything else is changed in place.
 *
 * @see https://docs.aws.amazon.com/awssupport/latest/user/add-your-slack-channel.html
 * @see https://docs.aws.amazon.com/supportapp/latest/APIReference/API_CreateSlackChannelConfiguration.html
 */
export class SlackChannelConfiguration extends Resource implements ISlackChannelConfiguration {
  /**
   * Import the configuration of a Slack channel that is defined elsewhere.
   *
   * @param scope the parent of the imported construct
   * @param id the id of the imported construct
   * @param attributes what is known of the channel
   */
  public static fromSlackChannelConfigurationAttributes(
    scope: Construct,
    id: string,
    attributes: SlackChannelConfigurationAttributes,
  ): ISlackChannelConfiguration {
    const { problems, values } = checkTypes(attributes, { teamId: TEXT, channelId: TEXT, channelRole: ROLE });
    throwProblems('SlackChannelConfiguration', `${scope.node.path}/${id}`, [
      ...problems,
      ...checkSlackChannelConfiguration({ TeamId: values.teamId, ChannelId: values.channelId }, isUnresolved)
        .filter(({ property }) => property === 'teamId' || property === 'channelId'),
    ]);
    class Import extends Resource implements ISlackChannelConfiguration {
      public readonly teamId = attributes.teamId;
      public readonly channelId = attributes.channelId;
      public readonly grantPrincipal = attributes.channelRole?.grantPrincipal ?? new iam.UnknownPrincipal({ resource: this });
    }
    return new Import(scope, id);
  }

  public readonly teamId: string;
  public readonly channelId: string;

  /**
   * The role that people in the channel act through.
   */
  public readonly channelRole: iam.IRole;

  public readonly grantPrincipal: iam.IPrincipal;

  constructor(scope: Construct, id: string, props: SlackChannelConfigurationProps) {
    super(scope, id);
    const { problems, values } = checkTypes(props, PROPERTY_TYPES);
    const properties: SlackChannelConfigurationProperties = {
      TeamId: values.workspace?.teamId ?? Aws.NO_VALUE,
      ChannelId: values.channelId,
      ChannelName: values.channelName,
      // The shared role is defined once the properties are known to be right; until then any token stands for its ARN.
      ChannelRoleArn: values.channelRole?.roleArn ?? Aws.NO_VALUE,
      NotifyOnCaseSeverity: values.notifyOnCaseSeverity,
      NotifyOnAddCorrespondenceToCase: values.notifyOnAddCorrespondenceToCase ?? false,
      NotifyOnCreateOrReopenCase: values.notifyOnCreateOrReopenCase ?? false,
      NotifyOnResolveCase: values.notifyOnResolveCase ?? false,
      Existing: values.existing,
    };
    throwProblems('SlackChannelConfiguration', this.node.path, [
      ...problems,
      ...checkInEachAccount(this, properties, checkSlackChannelConfiguration),
      ...checkProvider(this, values.provider, SLACK_CHANNEL_CONFIGURATION_TYPE, properties),
    ]);

    this.channelRole = props.channelRole ?? sharedSupportAppRole(this);
    const provider = props.provider ?? defaultProvider(this);
    const resource = provider._defineResource(this, CfnResource, {
      type: SLACK_CHANNEL_CONFIGURATION_TYPE,
      properties: { ...properties, ChannelRoleArn: this.channelRole.roleArn },
      permissions: [
        SLACK_CHANNEL_CONFIGURATION_PERMISSION,
        passChannelRolePermission(this.channelRole.roleArn),
      ],
      removalPolicy: props.removalPolicy,
    });
    if (props.channelRole) {
      resource.node.addDependency(policiesOf(props.channelRole));
    }
    // Not on the construct: the channels of a workspace may be its children. An imported workspace has no resource.
    const workspaceResource = managedResource(props.workspace);
    if (workspaceResource) {
      resource.node.addDependency(workspaceResource);
    }
    guardAccount(this, 'channel', props.workspace.teamId, props.channelId);
    if (props.existing === ExistingConfiguration.ADOPT && !props.channelRole) {
      Annotations.of(this).addWarningV2(
        'cdk-support-channels:adoptedChannelRole',
        'An adopted channel is left when the stack is deleted, but the role that channels share by default is deleted with the stack. '
        + 'Set channelRole to a role that stays, such as the one that the channel has.',
      );
    }

    this.teamId = props.workspace.teamId;
    this.channelId = props.channelId;
    this.grantPrincipal = this.channelRole.grantPrincipal;
  }
}

const PROPERTY_TYPES = {
  workspace: WORKSPACE,
  channelId: TEXT,
  channelName: TEXT,
  channelRole: ROLE,
  notifyOnCaseSeverity: CHOICE,
  notifyOnAddCorrespondenceToCase: FLAG,
  notifyOnCreateOrReopenCase: FLAG,
  notifyOnResolveCase: FLAG,
  existing: CHOICE,
  removalPolicy: REMOVAL_POLICY,
  provider: PROVIDER,
};
