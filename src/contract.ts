/**
 * What the constructs write into a template and the handler reads from an event: the names and types of both sides.
 *
 * Properties are those of the service's API in PascalCase. CloudFormation delivers each scalar as a string; the handler
 * parses an event into these types once. A name that was released stays readable for ever, since CloudFormation sends
 * the properties of an older template at each rollback and deletion.
 */

/** The resource types of templates. */
export const SLACK_WORKSPACE_TYPE = 'Custom::SupportAppSlackWorkspace';
export const SLACK_CHANNEL_CONFIGURATION_TYPE = 'Custom::SupportAppSlackChannelConfiguration';
export const ACCOUNT_ALIAS_TYPE = 'Custom::SupportAppAccountAlias';
export const CHIME_CHANNEL_TYPE = 'Custom::ChimeChannel';

/** Environment variable of the handler: the Region whose Support App endpoint it calls, where it is not the stack's own. */
export const SUPPORT_APP_REGION_VARIABLE = 'SUPPORT_APP_REGION';

export interface SlackWorkspaceProperties {
  readonly TeamId: string;
  readonly Refresh?: string;
}

/** Attributes for `Fn::GetAtt`. */
export interface SlackWorkspaceAttributes {
  readonly TeamName: string;
  readonly AccountType: string;
}

export type Existing = 'FAIL' | 'ADOPT' | 'OWN';

export type NotifyOnCaseSeverity = 'all' | 'high' | 'none';

export interface SlackChannelConfigurationProperties {
  readonly TeamId: string;
  readonly ChannelId: string;
  readonly ChannelName?: string;
  readonly ChannelRoleArn: string;
  readonly NotifyOnCaseSeverity: NotifyOnCaseSeverity;
  readonly NotifyOnAddCorrespondenceToCase?: boolean;
  readonly NotifyOnCreateOrReopenCase?: boolean;
  readonly NotifyOnResolveCase?: boolean;
  readonly Existing?: Existing;
  /** Another text makes CloudFormation send an Update, which looks and repairs. */
  readonly Refresh?: string;
}

export interface AccountAliasProperties {
  readonly AccountAlias: string;
  readonly Existing?: Existing;
  readonly Refresh?: string;
}

export interface ChimeChannelTag {
  readonly Key: string;
  readonly Value: string;
}

export interface ChimeElasticChannelConfiguration {
  readonly MaximumSubChannels: number;
  readonly TargetMembershipsPerSubChannel: number;
  readonly MinimumMembershipPercentage: number;
}

export interface ChimeExpirationSettings {
  readonly ExpirationDays: number;
  readonly ExpirationCriterion: 'CREATED_TIMESTAMP' | 'LAST_MESSAGE_TIMESTAMP';
}

export interface ChimeChannelProperties {
  readonly AppInstanceArn: string;
  readonly ChimeBearer: string;
  readonly Name: string;
  readonly Mode?: 'RESTRICTED' | 'UNRESTRICTED';
  readonly Privacy?: 'PUBLIC' | 'PRIVATE';
  readonly Metadata?: string;
  readonly ChannelId?: string;
  readonly MemberArns?: string[];
  readonly ModeratorArns?: string[];
  readonly ElasticChannelConfiguration?: ChimeElasticChannelConfiguration;
  readonly ExpirationSettings?: ChimeExpirationSettings;
  readonly ChannelFlowArn?: string;
  readonly Existing?: Existing;
  readonly Refresh?: string;
  readonly Tags?: ChimeChannelTag[];
}

/** Attributes for `Fn::GetAtt`. */
export interface ChimeChannelAttributes {
  readonly ChannelArn: string;
}

/** Marks of physical ids: how a resource came to what it stands for. It is `taken` where another stack has it as `owned`. */
export type Ownership = 'created' | 'adopted' | 'owned' | 'taken';

/** What a monitor of drift asks the handler to compare with what is there. */
export interface DriftCheck {
  readonly StackId: string;
  /** When the check was due or the change was made, as events of EventBridge have it. */
  readonly Time: string;
  /** Which resources may be repaired: those whose physical ids have one of these marks. */
  readonly Repair: Ownership[];
  readonly Resources: DeclaredResource[];
}

/** A resource as CloudFormation would tell the handler of it: scalars are strings. */
export interface DeclaredResource {
  readonly ResourceType: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId: string;
  readonly ResourceProperties: Readonly<Record<string, unknown>>;
}
