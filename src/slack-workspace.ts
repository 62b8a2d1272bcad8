import type * as supportapp from 'aws-cdk-lib/aws-supportapp';
import { CfnResource, type IResource, type RemovalPolicy, Resource } from 'aws-cdk-lib/core';
import { propertyInjectable } from 'aws-cdk-lib/core/lib/prop-injectable';
import type { Construct } from 'constructs';
import type { IChannelsProvider } from './channels-provider';
import { checkSlackWorkspace } from './constraints';
import { SLACK_WORKSPACE_TYPE, type SlackWorkspaceProperties } from './contract';
import { guardAccount } from './private/account-guard';
import { isOfKind, markKind } from './private/construct-kind';
import { defaultProvider } from './private/default-provider';
import { SLACK_WORKSPACE_PERMISSION } from './private/handler-permissions';
import { checkTypes, PROVIDER, REMOVAL_POLICY, setProps, TEXT } from './private/props';
import { warnAboutSlackId } from './private/slack-id';
import { checkInEachAccount, checkProvider, isUnresolved, throwProblems } from './private/validation';
import { type AddSlackChannelOptions, SlackChannelConfiguration } from './slack-channel-configuration';

/**
 * A Slack workspace that is authorized for the AWS Support App of an account.
 */
export interface ISlackWorkspace extends IResource, supportapp.ISlackWorkspaceConfigurationRef {
  /**
   * The team ID of the Slack workspace, such as `T012ABCDEFG`.
   *
   * @attribute
   */
  readonly teamId: string;

  /**
   * Add a Slack channel of this workspace.
   *
   * @param id the id of the channel's construct, which becomes a child of the workspace
   * @param options the channel and its notifications
   */
  addChannel(id: string, options: AddSlackChannelOptions): SlackChannelConfiguration;
}

/**
 * Properties of a `SlackWorkspace`.
 */
export interface SlackWorkspaceProps {
  /**
   * The team ID of the Slack workspace: 1 to 256 characters without white space, such as `T012ABCDEFG`.
   *
   * Open the workspace in a browser to find it: it is the part of the URL `https://app.slack.com/client/T012ABCDEFG/...` that starts with `T`.
   */
  readonly teamId: string;

  /**
   * Any text. A deployment with another one registers the workspace again: one that was removed by hand, or renamed in Slack.
   *
   * @default - the workspace is registered once
   */
  readonly refresh?: string;

  /**
   * What happens to the registration of the workspace when the construct is removed from the stack.
   *
   * A workspace that was already authorized in the account is left in place in any case.
   *
   * @default RemovalPolicy.DESTROY
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * What manages the workspace: a `ChannelsProvider` of the same stack, or a `NativeProvider`.
   *
   * Channels that are added with `addChannel()` use it too.
   *
   * @default - the `NativeProvider` of the scope if there is one, else the handler of the stack, `ChannelsProvider.getOrCreate()`
   */
  readonly provider?: IChannelsProvider;
}

abstract class SlackWorkspaceBase extends Resource implements ISlackWorkspace {
  public abstract readonly teamId: string;

  /**
   * The provider of channels that are added without one.
   *
   * @internal
   */
  protected readonly _provider?: IChannelsProvider;

  /**
   * The workspace as references name it.
   */
  public get slackWorkspaceConfigurationRef(): supportapp.SlackWorkspaceConfigurationReference {
    return { teamId: this.teamId };
  }

  public addChannel(id: string, options: AddSlackChannelOptions): SlackChannelConfiguration {
    return new SlackChannelConfiguration(this, id, setProps({ ...options, provider: options?.provider ?? this._provider, workspace: this }));
  }
}

/**
 * Define a Slack workspace that the AWS Support App of this account may use.
 *
 * Authorizing a workspace starts in the AWS Support Center Console and cannot be automated: somebody signs in to Slack there and allows the
 * AWS Support App, in the management account of an organization first. The construct then registers the workspace in its own
 * account. The deployment fails with a conflict, and says which, while that step is missing or when the account is not part of an organization.
 *
 * An account has at most 5 workspaces, whatever the number of Regions. What cannot be there together is an error at synth, which
 * `Annotations.of(workspace).acknowledgeWarning()` acknowledges: `cdk-support-channels:tooManyWorkspaces`, `duplicateWorkspace` and `severalRegions`.
 *
 * @see https://docs.aws.amazon.com/awssupport/latest/user/authorize-slack-workspace.html
 * @see https://docs.aws.amazon.com/supportapp/latest/APIReference/API_RegisterSlackWorkspaceForOrganization.html
 */
@propertyInjectable
export class SlackWorkspace extends SlackWorkspaceBase {
  /**
   * The name by which `PropertyInjectors` of the CDK give this class its defaults.
   */
  public static readonly PROPERTY_INJECTION_ID: string = 'cdk-support-channels.SlackWorkspace';

  /**
   * Whether something is a `SlackWorkspace`, and not an imported one.
   *
   * @param value anything, such as a construct that an aspect visits
   */
  public static isSlackWorkspace(value: any): value is SlackWorkspace {
    return isOfKind(value, 'SlackWorkspace');
  }

  /**
   * Import a workspace that is registered elsewhere, such as in another stack or in the AWS Support Center Console.
   *
   * Channels can be added to it; its name and the type of its account are not known.
   *
   * @param scope the parent of the imported construct
   * @param id the id of the imported construct
   * @param teamId the team ID of the Slack workspace, such as `T012ABCDEFG`
   */
  public static fromTeamId(scope: Construct, id: string, teamId: string): ISlackWorkspace {
    class Import extends SlackWorkspaceBase {
      public readonly teamId = teamId;
    }
    const imported = new Import(scope, id);
    const { problems, values } = checkTypes({ teamId }, { teamId: TEXT });
    throwProblems('SlackWorkspace', imported.node.path, [...problems, ...checkSlackWorkspace({ TeamId: values.teamId }, isUnresolved)]);
    warnAboutSlackId(imported, 'TeamId', teamId);
    return imported;
  }

  public readonly teamId: string;

  /**
   * @internal
   */
  protected readonly _provider?: IChannelsProvider;

  private readonly attributes = new Map<string, string>();
  private readonly attributeOf: (name: string) => string;

  constructor(scope: Construct, id: string, props: SlackWorkspaceProps) {
    super(scope, id);
    markKind(this, 'SlackWorkspace');
    const { problems, values } = checkTypes(props, { teamId: TEXT, refresh: TEXT, removalPolicy: REMOVAL_POLICY, provider: PROVIDER });
    const properties: SlackWorkspaceProperties = { TeamId: values.teamId, Refresh: values.refresh };
    throwProblems('SlackWorkspace', this.node.path, [
      ...problems,
      ...checkInEachAccount(this, properties, checkSlackWorkspace),
      ...checkProvider(this, values.provider, SLACK_WORKSPACE_TYPE, properties),
    ]);

    const provider = props.provider ?? defaultProvider(this);
    const resource = provider._defineResource(this, CfnResource, {
      type: SLACK_WORKSPACE_TYPE,
      properties,
      permissions: [SLACK_WORKSPACE_PERMISSION],
      removalPolicy: props.removalPolicy,
    });
    warnAboutSlackId(this, 'TeamId', props.teamId);
    guardAccount(this, { kind: 'workspace', target: [props.teamId] });

    this._provider = props.provider;
    this.teamId = props.teamId;
    this.attributeOf = (name) => provider._attributeOf(resource, SLACK_WORKSPACE_TYPE, name);
  }

  /**
   * The name of the Slack workspace; empty if the service does not tell it.
   *
   * @attribute
   */
  public get teamName(): string {
    return this.attribute('TeamName');
  }

  /**
   * The type of the account in its organization: `management` or `member`.
   *
   * Empty if the service does not tell it.
   *
   * @attribute
   */
  public get accountType(): string {
    return this.attribute('AccountType');
  }

  /** Made when it is asked for, as most apps do not, and once: each use of one that the provider does not have is told with the others. */
  private attribute(name: string): string {
    const attribute = this.attributes.get(name) ?? this.attributeOf(name);
    this.attributes.set(name, attribute);
    return attribute;
  }
}
