import { propertyInjectable } from 'aws-cdk-lib/core/lib/prop-injectable';
import { Construct } from 'constructs';
import { AccountAlias } from './account-alias';
import type { Problem } from './constraints';
import type { ExistingConfiguration } from './existing-configuration';
import { checkType, checkTypes, CHOICE, isMap, OPTIONAL_WORKSPACE, PROPS, type PropertyType, setProps, TEXT } from './private/props';
import { throwProblems } from './private/validation';
import { type AddSlackChannelOptions, SlackChannelConfiguration } from './slack-channel-configuration';
import { type ISlackWorkspace, SlackWorkspace } from './slack-workspace';

const WORKSPACE_ID = 'Workspace';
const ALIAS_ID = 'Alias';

const CHANNELS: PropertyType = {
  must: 'a map of channels by the id of their construct',
  remedy: 'Give an object such as { Operations: { channelId: \'C012ABCDEFG\', ... } }',
  fits: isMap,
};

/**
 * Properties of a `SupportAppAccount`.
 */
export interface SupportAppAccountProps {
  /**
   * The team ID of the Slack workspace, such as `T012ABCDEFG`, which is registered for the account.
   *
   * Open the workspace in a browser to find it: it is the part of the URL `https://app.slack.com/client/T012ABCDEFG/...` that starts with `T`.
   *
   * @default - `workspace` must be set
   */
  readonly teamId?: string;

  /**
   * A Slack workspace that is registered elsewhere, such as `SlackWorkspace.fromTeamId()` in an account outside an organization. It cannot be set
   * together with `teamId`.
   *
   * @default - the workspace of `teamId` is registered
   */
  readonly workspace?: ISlackWorkspace;

  /**
   * The Slack channels by the id of their construct: an id that stays when something about the channel changes.
   *
   * @default - no channels
   */
  readonly channels?: { [id: string]: AddSlackChannelOptions };

  /**
   * The name of the account in the Support App: 1 to 30 letters, digits, `_`, `-` and spaces. `AccountValue` gives each account its own.
   *
   * @default - no alias
   */
  readonly accountAlias?: string;

  /**
   * What happens when the account already has another alias, or a different configuration of a channel that does not say so itself.
   *
   * @default ExistingConfiguration.FAIL
   */
  readonly existing?: ExistingConfiguration;
}

/**
 * All that an account needs to work on its support cases in Slack: a workspace, channels and an alias.
 *
 * ```ts
 * new SupportAppAccount(this, 'Support', {
 *   teamId: 'T012ABCDEFG',
 *   accountAlias: 'acme production',
 *   channels: {
 *     Operations: { channelId: 'C012ABCDEFG', notifyOnCaseSeverity: NotificationSeverity.HIGH, notifyOnCreateOrReopenCase: true },
 *   },
 * });
 * ```
 *
 * The alias is set last, so that an account whose channels fail keeps none.
 *
 * It defines a `SlackWorkspace`, `SlackChannelConfiguration`s and an `AccountAlias`, which are the better choice for all that this construct has
 * no property for.
 */
@propertyInjectable
export class SupportAppAccount extends Construct {
  /**
   * The name by which `PropertyInjectors` of the CDK give this class its defaults.
   */
  public static readonly PROPERTY_INJECTION_ID: string = 'cdk-support-channels.SupportAppAccount';

  /**
   * The Slack workspace.
   */
  public readonly workspace: ISlackWorkspace;

  /**
   * The Slack channels, by the id of their construct.
   */
  public readonly channels: { [id: string]: SlackChannelConfiguration };

  /**
   * The alias, if the account has one.
   */
  public readonly accountAlias?: AccountAlias;

  constructor(scope: Construct, id: string, props: SupportAppAccountProps) {
    super(scope, id);
    throwProblems('SupportAppAccount', this.node.path, checkProps(props));
    const { teamId, workspace, channels = {}, accountAlias, existing } = props;

    const slackWorkspace = workspace ?? new SlackWorkspace(this, WORKSPACE_ID, { teamId: teamId! });
    this.workspace = slackWorkspace;
    // Sorted, as the maps of some languages have no order, or another one in each run: the template would change with it.
    const channelIds = Object.keys(channels).sort();
    this.channels = Object.fromEntries(channelIds.map((channel) => [
      channel,
      // Children of this construct, so that they keep their ids wherever the workspace is defined.
      new SlackChannelConfiguration(this, channel, setProps({
        ...channels[channel], existing: channels[channel].existing ?? existing, workspace: slackWorkspace,
      })),
    ]));
    if (accountAlias !== undefined) {
      this.accountAlias = new AccountAlias(this, ALIAS_ID, setProps({ accountAlias, existing }));
      // CloudFormation cancels what is in progress when something fails, but the service may go on with it: beside a channel that fails, an
      // alias could stay behind.
      this.accountAlias.node.addDependency(...Object.values(this.channels));
    }
  }
}

function checkProps(props: SupportAppAccountProps): Problem[] {
  const { problems, values: { teamId, workspace, channels = {} } } = checkTypes(props, {
    teamId: TEXT, workspace: OPTIONAL_WORKSPACE, channels: CHANNELS, accountAlias: TEXT, existing: CHOICE,
  });
  if (problems.length > 0) {
    return problems;
  }
  const taken = [WORKSPACE_ID, ALIAS_ID].filter((id) => Object.hasOwn(channels, id));
  return [
    ...(teamId === undefined) !== (workspace === undefined) ? [] : [{
      property: 'teamId',
      violation: `must be set, or else workspace, got ${teamId === undefined ? 'neither' : 'both'}`,
      remedy: 'Give teamId to register the workspace, or workspace if that is registered elsewhere',
    }],
    ...Object.entries(channels).flatMap(([id, channel]) => checkType(`channels["${id}"]`, channel, PROPS)),
    ...taken.map((id) => ({
      property: 'channels',
      violation: `must not use the id of another construct, got "${id}"`,
      remedy: 'Choose another id for the channel',
    })),
  ];
}
