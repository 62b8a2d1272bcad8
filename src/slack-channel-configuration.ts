import * as iam from 'aws-cdk-lib/aws-iam';
import type * as supportapp from 'aws-cdk-lib/aws-supportapp';
import { Aws, CfnResource, type IResource, type RemovalPolicy, Resource } from 'aws-cdk-lib/core';
import { propertyInjectable } from 'aws-cdk-lib/core/lib/prop-injectable';
import type { Construct } from 'constructs';
import type { IChannelsProvider } from './channels-provider';
import { checkSlackChannelConfiguration, type Problem } from './constraints';
import { SLACK_CHANNEL_CONFIGURATION_TYPE, type SlackChannelConfigurationProperties } from './contract';
import { ExistingConfiguration } from './existing-configuration';
import { guardAccount } from './private/account-guard';
import { isOfKind, markKind } from './private/construct-kind';
import { defaultProvider } from './private/default-provider';
import { managedResource } from './private/engine';
import { grantableRole } from './private/grantable-role';
import { passChannelRolePermission, passFormerRolePermission, SLACK_CHANNEL_CONFIGURATION_PERMISSION } from './private/handler-permissions';
import { checkTypes, CHOICE, FLAG, PROVIDER, REMOVAL_POLICY, ROLE, TEXT, WORKSPACE } from './private/props';
import { adviseOnRole, warnAboutRemoval, warnAboutWorkspaceAccount } from './private/role-advice';
import { roleItself } from './private/role-dependency';
import { keepingPolicyOf, sharedSupportAppRole } from './private/shared-support-app-role';
import { warnAboutSlackId } from './private/slack-id';
import { checkInEachAccount, checkProvider, isUnresolved, pathOf, throwProblems } from './private/validation';

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
export interface ISlackChannelConfiguration extends IResource, iam.IGrantable, supportapp.ISlackChannelConfigurationRef {
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
  readonly channelRole?: iam.IRoleRef;

  /**
   * The role that an existing configuration has before `existing` takes it over, when it is another one than `channelRole`.
   *
   * It lets the handler give the channel that role back when the deployment is rolled back. Without it such a configuration is not taken
   * over: the deployment fails before it changes anything, with an error that names the role. The AWS Support Center Console shows it
   * with the channel.
   *
   * @default - an existing configuration has the same role as `channelRole`, or none exists
   */
  readonly formerChannelRole?: iam.IRoleRef;

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
   * Any text. A deployment with another one makes the handler look at the configuration again and bring it to the declared state, even
   * when nothing else changed: a change that somebody made by hand is put right.
   *
   * @default - the handler looks when a property changes
   */
  readonly refresh?: string;

  /**
   * What happens to the configuration when the construct is removed from the stack.
   *
   * A configuration that was there before the construct is left in place in any case. The role that channels share is kept with a configuration that stays.
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
  readonly workspace: supportapp.ISlackWorkspaceConfigurationRef;
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
  readonly channelRole?: iam.IRoleRef;
}

abstract class SlackChannelConfigurationBase extends Resource implements ISlackChannelConfiguration {
  public abstract readonly teamId: string;
  public abstract readonly channelId: string;
  public abstract readonly grantPrincipal: iam.IPrincipal;

  /**
   * The channel as references name it.
   */
  public get slackChannelConfigurationRef(): supportapp.SlackChannelConfigurationReference {
    return { teamId: this.teamId, channelId: this.channelId };
  }
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
 * What cannot be there together is an error at synth, unless the conditions of the constructs differ or one stack leaves the channel
 * (`RemovalPolicy.RETAIN`) to another that adopts it. `Annotations.of(channel).acknowledgeWarning()` acknowledges the error, by the id that it names:
 * `cdk-support-channels:duplicateChannel`, `tooManyChannels`, `tooManyAccounts` or `severalRegions`.
 *
 * @see https://docs.aws.amazon.com/awssupport/latest/user/add-your-slack-channel.html
 * @see https://docs.aws.amazon.com/supportapp/latest/APIReference/API_CreateSlackChannelConfiguration.html
 */
@propertyInjectable
export class SlackChannelConfiguration extends SlackChannelConfigurationBase {
  /**
   * The name by which `PropertyInjectors` of the CDK give this class its defaults.
   */
  public static readonly PROPERTY_INJECTION_ID: string = 'cdk-support-channels.SlackChannelConfiguration';

  /**
   * Whether something is a `SlackChannelConfiguration`, and not an imported one.
   *
   * @param value anything, such as a construct that an aspect visits
   */
  public static isSlackChannelConfiguration(value: any): value is SlackChannelConfiguration {
    return isOfKind(value, 'SlackChannelConfiguration');
  }

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
    throwProblems('SlackChannelConfiguration', pathOf(scope, id), [
      ...problems,
      ...checkSlackChannelConfiguration({ TeamId: values.teamId, ChannelId: values.channelId }, isUnresolved)
        .filter(({ property }) => property === 'teamId' || property === 'channelId'),
    ]);
    class Import extends SlackChannelConfigurationBase {
      public readonly teamId = attributes.teamId;
      public readonly channelId = attributes.channelId;
      public readonly grantPrincipal = attributes.channelRole
        ? grantableRole(this, attributes.channelRole).grantPrincipal
        : new iam.UnknownPrincipal({ resource: this });
    }
    const imported = new Import(scope, id);
    warnAboutSlackId(imported, 'TeamId', attributes.teamId);
    warnAboutSlackId(imported, 'ChannelId', attributes.channelId);
    return imported;
  }

  public readonly teamId: string;
  public readonly channelId: string;

  /**
   * The role that people in the channel act through.
   */
  public readonly channelRole: iam.IRoleRef;

  public readonly grantPrincipal: iam.IPrincipal;

  constructor(scope: Construct, id: string, props: SlackChannelConfigurationProps) {
    throwProblems('SlackChannelConfiguration', pathOf(scope, id), checkId(scope, id));
    super(scope, id);
    markKind(this, 'SlackChannelConfiguration');
    const { problems, values } = checkTypes(props, PROPERTY_TYPES);
    const properties: SlackChannelConfigurationProperties = {
      TeamId: values.workspace?.slackWorkspaceConfigurationRef.teamId ?? Aws.NO_VALUE,
      ChannelId: values.channelId,
      ChannelName: values.channelName,
      // The shared role is defined once the properties are known to be right; until then any token stands for its ARN.
      ChannelRoleArn: values.channelRole?.roleRef.roleArn ?? Aws.NO_VALUE,
      NotifyOnCaseSeverity: values.notifyOnCaseSeverity,
      NotifyOnAddCorrespondenceToCase: values.notifyOnAddCorrespondenceToCase ?? false,
      NotifyOnCreateOrReopenCase: values.notifyOnCreateOrReopenCase ?? false,
      NotifyOnResolveCase: values.notifyOnResolveCase ?? false,
      Existing: values.existing,
      Refresh: values.refresh,
    };
    throwProblems('SlackChannelConfiguration', this.node.path, [
      ...problems,
      ...checkInEachAccount(this, properties, checkSlackChannelConfiguration),
      ...checkProvider(this, values.provider, SLACK_CHANNEL_CONFIGURATION_TYPE, properties),
    ]);

    this.channelRole = props.channelRole ?? sharedSupportAppRole(this, () => keepingPolicyOf(resource, props.existing));
    const channelRoleArn = this.channelRole.roleRef.roleArn;
    const provider = props.provider ?? defaultProvider(this);
    const resource = provider._defineResource(this, CfnResource, {
      type: SLACK_CHANNEL_CONFIGURATION_TYPE,
      properties: { ...properties, ChannelRoleArn: channelRoleArn },
      permissions: [
        SLACK_CHANNEL_CONFIGURATION_PERMISSION,
        passChannelRolePermission(channelRoleArn),
        ...props.formerChannelRole ? [passFormerRolePermission(props.formerChannelRole.roleRef.roleArn)] : [],
      ],
      removalPolicy: props.removalPolicy,
    });
    if (props.channelRole) {
      resource.node.addDependency(roleItself(props.channelRole));
      adviseOnRole(this, { property: 'channelRole', role: props.channelRole, service: 'supportapp.amazonaws.com' });
      warnAboutRemoval(this, props.channelRole, () => keepingPolicyOf(resource, props.existing));
    }
    // Not on the construct: the channels of a workspace may be its children. An imported workspace has no resource.
    const workspaceResource = managedResource(props.workspace) ?? props.workspace;
    if (CfnResource.isCfnResource(workspaceResource)) {
      resource.node.addDependency(workspaceResource);
      warnAboutWorkspaceAccount(this, props.workspace);
    }
    const { teamId } = props.workspace.slackWorkspaceConfigurationRef;
    warnAboutSlackId(this, 'ChannelId', props.channelId);
    guardAccount(this, { kind: 'channel', target: [teamId, props.channelId], existing: props.existing });

    this.teamId = teamId;
    this.channelId = props.channelId;
    this.grantPrincipal = grantableRole(this, this.channelRole).grantPrincipal;
  }
}

/** The CDK derives the logical id of a workspace's resource from the first, and the workspace's escape hatches find it by either. */
const RESERVED_IDS = ['Resource', 'Default'];

function checkId(scope: Construct, id: string): Problem[] {
  return !RESERVED_IDS.includes(id) || !CfnResource.isCfnResource(scope.node.tryFindChild(RESERVED_IDS[0])) ? [] : [{
    property: 'id',
    violation: `must not be ${RESERVED_IDS.join(' or ')} in a construct that has a resource of its own, got ${JSON.stringify(id)}`,
    remedy: 'Choose another id, such as what the channel is for',
  }];
}

const PROPERTY_TYPES = {
  workspace: WORKSPACE,
  channelId: TEXT,
  channelName: TEXT,
  channelRole: ROLE,
  formerChannelRole: ROLE,
  notifyOnCaseSeverity: CHOICE,
  notifyOnAddCorrespondenceToCase: FLAG,
  notifyOnCreateOrReopenCase: FLAG,
  notifyOnResolveCase: FLAG,
  existing: CHOICE,
  refresh: TEXT,
  removalPolicy: REMOVAL_POLICY,
  provider: PROVIDER,
};
