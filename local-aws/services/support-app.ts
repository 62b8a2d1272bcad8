import { authorize } from './authorization';
import { AwsError } from './aws-error';
import { Paginator, sortedBy } from './pagination';
import { Caller, LocalService } from './service';
import { SmithyModel, Structure } from './smithy';
import {
  SupportAppAccount, SupportAppStore, WORKSPACES_PER_ACCOUNT, type SlackChannelConfiguration, type SlackWorkspaceConfiguration,
} from './support-app-store';

/** What the service learns about a role that a channel is to use. */
export interface ChannelRole {
  readonly exists: boolean;
  /** Service principals that may assume the role. */
  readonly trusts: readonly string[];
  /** When IAM has carried a new role everywhere. @default - at once */
  readonly usableAt?: Date;
}

export interface LocalSupportAppOptions {
  /** Channel configurations in one page of a list. The small default makes every client page. @default 5 */
  readonly channelsPerPage?: number;
  /** Workspace configurations in one page of a list. @default 2 */
  readonly workspacesPerPage?: number;
  /** Looks up a role by its ARN; `undefined` means that it does not exist. @default - any role in the caller's account is accepted */
  readonly roles?: (roleArn: string) => ChannelRole | undefined;
  readonly now?: () => Date;
}

/** What the lists of an account say. */
interface Lists {
  readonly workspaces: readonly SlackWorkspaceConfiguration[];
  readonly channels: readonly SlackChannelConfiguration[];
}

/** How far lists can lag. */
const CHANGES_KEPT = 20;
export const CHANNELS_PER_ACCOUNT = 20;
export const ACCOUNTS_PER_CHANNEL = 100;

/** Regions with an endpoint of the AWS Support App. */
export const SUPPORT_APP_REGIONS = [
  'us-east-1', 'us-east-2', 'us-west-2', 'ca-central-1', 'eu-central-1', 'eu-west-1', 'eu-west-2', 'ap-southeast-1', 'ap-northeast-1',
];

/**
 * The messages of errors. The service documents the causes but not the wording, and `ConflictException` has no sub-code:
 * these texts are ours, one per documented cause.
 */
export const SUPPORT_APP_MESSAGES = {
  notInOrganization: 'The AWS account doesn\'t belong to an organization in AWS Organizations. '
    + 'You can register a Slack workspace only from an account that is part of an organization.',
  workspaceNotAuthorized: 'The Slack workspace isn\'t authorized. '
    + 'Sign in to the AWS Support Center with the management account and authorize the Slack workspace, then try again.',
  managementAccountFirst: 'The management account hasn\'t registered the Slack workspace for the organization yet.',
  workspaceNotAdded: 'The Slack workspace hasn\'t been added to your AWS account. Add the Slack workspace before you configure a channel.',
  channelExists: 'The Slack channel configuration already exists in your AWS account.',
  liveChatChannel: 'You can\'t delete the configuration of a Slack channel that is used for a live chat.',
  liveChatWorkspace: 'You can\'t delete a Slack workspace that has an active live chat channel.',
  teamNotFound: 'The Slack workspace doesn\'t exist.',
  workspaceNotFound: 'The Slack workspace configuration doesn\'t exist.',
  channelNotFound: 'The Slack channel configuration doesn\'t exist.',
  aliasNotFound: 'The account alias doesn\'t exist.',
  workspaceQuota: `You have reached the maximum number of Slack workspaces (${WORKSPACES_PER_ACCOUNT}) for your AWS account.`,
  channelQuota: `You have reached the maximum number of Slack channels (${CHANNELS_PER_ACCOUNT}) for your AWS account.`,
  accountQuota: `The Slack channel has reached the maximum number of AWS accounts (${ACCOUNTS_PER_CHANNEL}).`,
  noSupportPlan: 'Your AWS account must have a Business or Enterprise Support plan to use the AWS Support App.',
  flagNeeded: 'You must specify true for at least one notification type if the case severity is all or high.',
  flagsForbidden: 'You must specify false for all notification types if the case severity is none.',
  roleNotValid: 'The IAM role isn\'t valid. The role must exist, and its trust policy must allow supportapp.amazonaws.com to assume it.',
  crossAccountRole: 'Cross-account pass role is not allowed.',
  invalidNextToken: 'The nextToken isn\'t valid.',
} as const;

type ChannelKey = Pick<SlackChannelConfiguration, 'teamId' | 'channelId'>;
type CreateChannelInput = ChannelKey & Pick<SlackChannelConfiguration, 'channelRoleArn' | 'notifyOnCaseSeverity'> & Partial<SlackChannelConfiguration>;
type UpdateChannelInput = ChannelKey & Partial<SlackChannelConfiguration>;
type ListInput = { readonly nextToken?: string };

/** The AWS Support App: all ten operations, over one store behind the endpoints of all Regions. */
export class LocalSupportApp implements LocalService {
  public readonly model = SmithyModel.load('support-app-2021-08-20.json');
  public readonly regions = SUPPORT_APP_REGIONS;
  public readonly validationError = 'ValidationException';
  /** The state of all accounts; tests prepare it, look at it, and change it behind a stack's back. */
  public readonly store = new SupportAppStore();

  /** Replaces the lookup of roles, for a caller that can answer only after the start. */
  public roles?: (roleArn: string) => ChannelRole | undefined;

  private readonly paginator = new Paginator();
  private readonly formerLists = new Map<string, Lists[]>();
  private readonly operations: Record<string, (input: never, account: SupportAppAccount, caller: Caller) => Structure> = {
    RegisterSlackWorkspaceForOrganization: this.registerSlackWorkspaceForOrganization,
    ListSlackWorkspaceConfigurations: this.listSlackWorkspaceConfigurations,
    DeleteSlackWorkspaceConfiguration: this.deleteSlackWorkspaceConfiguration,
    CreateSlackChannelConfiguration: this.createSlackChannelConfiguration,
    UpdateSlackChannelConfiguration: this.updateSlackChannelConfiguration,
    ListSlackChannelConfigurations: this.listSlackChannelConfigurations,
    DeleteSlackChannelConfiguration: this.deleteSlackChannelConfiguration,
    PutAccountAlias: this.putAccountAlias,
    GetAccountAlias: this.getAccountAlias,
    DeleteAccountAlias: this.deleteAccountAlias,
  };

  constructor(private readonly options: LocalSupportAppOptions = {}) {
    this.roles = options.roles;
  }

  public implements(operation: string): boolean {
    return operation in this.operations;
  }

  public call(operation: string, input: Structure, caller: Caller): Structure {
    authorize(caller.identity, { action: `supportapp:${operation}`, resource: '*' });
    if (!/^(Get|List)/.test(operation)) {
      this.remember(caller.identity.accountId);
    }
    return this.operations[operation].call(this, input as never, this.store.account(caller.identity.accountId), caller);
  }

  private registerSlackWorkspaceForOrganization({ teamId }: { teamId: string }, account: SupportAppAccount): Structure {
    requirePlan(account);
    if (!account.organization) {
      throw conflict('notInOrganization');
    }
    const teamName = this.store.teams.get(teamId);
    if (teamName === undefined) {
      throw notFound('teamNotFound');
    }
    const workspace = account.workspaces.get(teamId);
    const { accountType } = account.organization;
    if (accountType === 'management') {
      // Unverified (supportapp-unknown-workspace): the service documents that the authorization must come first, not what it
      // answers otherwise.
      if (!workspace) {
        throw conflict('workspaceNotAuthorized');
      }
      account.workspaces.set(teamId, { ...workspace, allowOrganizationMemberAccount: true });
    } else if (!workspace) {
      const ofManagement = this.store.account(account.organization.managementAccountId).workspaces.get(teamId);
      if (!ofManagement?.allowOrganizationMemberAccount) {
        throw conflict('managementAccountFirst');
      }
      // Unverified (supportapp-workspace-quota): the quota is documented, but this operation does not declare the error.
      if (account.workspaces.size >= WORKSPACES_PER_ACCOUNT) {
        throw quotaExceeded('workspaceQuota');
      }
      account.workspaces.set(teamId, { teamId, teamName, allowOrganizationMemberAccount: false });
    }
    return { teamId, teamName, accountType };
  }

  private listSlackWorkspaceConfigurations({ nextToken }: ListInput, account: SupportAppAccount, caller: Caller): Structure {
    const { workspaces } = this.listed(account, caller);
    const all = account.supportPlan ? sortedBy(workspaces, (workspace) => workspace.teamId) : [];
    const page = this.paginator.page(
      `workspaces/${account.accountId}`, all, (workspace) => workspace.teamId, this.options.workspacesPerPage ?? 2, nextToken);
    if (!page) {
      throw validation('invalidNextToken');
    }
    return { slackWorkspaceConfigurations: page.items, nextToken: page.nextToken };
  }

  private deleteSlackWorkspaceConfiguration({ teamId }: { teamId: string }, account: SupportAppAccount): Structure {
    if (!account.workspaces.has(teamId)) {
      throw notFound('workspaceNotFound');
    }
    if (this.store.channels(account.accountId).some((channel) => channel.teamId === teamId && this.store.isLiveChat(account.accountId, channel))) {
      throw conflict('liveChatWorkspace');
    }
    // Unverified (supportapp-workspace-deletion): nothing documents what becomes of the channel configurations of a workspace
    // that is deleted.
    this.store.removeWorkspace(account.accountId, teamId);
    return {};
  }

  private createSlackChannelConfiguration(input: CreateChannelInput, account: SupportAppAccount, caller: Caller): Structure {
    const channel: SlackChannelConfiguration = {
      ...input,
      notifyOnAddCorrespondenceToCase: input.notifyOnAddCorrespondenceToCase ?? false,
      notifyOnCreateOrReopenCase: input.notifyOnCreateOrReopenCase ?? false,
      notifyOnResolveCase: input.notifyOnResolveCase ?? false,
    };
    if (channel.notifyOnCaseSeverity === 'none' && hasFlag(channel)) {
      throw validation('flagsForbidden');
    }
    requireFlagForSeverity(channel);
    authorizePassRole(channel.channelRoleArn, caller);
    requirePlan(account);
    requireWorkspace(account, channel);
    if (this.store.channel(account.accountId, channel)) {
      throw conflict('channelExists');
    }
    if (account.channels.size >= CHANNELS_PER_ACCOUNT) {
      throw quotaExceeded('channelQuota');
    }
    if (this.store.accountsOfChannel(channel) >= ACCOUNTS_PER_CHANNEL) {
      throw quotaExceeded('accountQuota');
    }
    this.checkRole(channel.channelRoleArn);
    this.store.putChannel(account.accountId, channel);
    return {};
  }

  private updateSlackChannelConfiguration(input: UpdateChannelInput, account: SupportAppAccount, caller: Caller): Structure {
    if (input.notifyOnCaseSeverity === 'none' && hasFlag(input)) {
      throw validation('flagsForbidden');
    }
    if (input.channelRoleArn !== undefined) {
      authorizePassRole(input.channelRoleArn, caller);
    }
    const stored = this.store.channel(account.accountId, input);
    if (!stored && !account.supportPlan) {
      throw notFound('channelNotFound');
    }
    requirePlan(account);
    requireWorkspace(account, input);
    if (!stored) {
      throw notFound('channelNotFound');
    }
    // Each member that the request omits keeps its stored value. So `none` without explicit flags leaves stale ones behind.
    const channel = { ...stored, ...input };
    requireFlagForSeverity(channel);
    if (input.channelRoleArn !== undefined) {
      this.checkRole(input.channelRoleArn);
    }
    this.store.putChannel(account.accountId, channel);
    return { ...channel };
  }

  private listSlackChannelConfigurations({ nextToken }: ListInput, account: SupportAppAccount, caller: Caller): Structure {
    // Unverified (supportapp-channel-list): that a list shows at once what was created.
    const keyOf = (channel: ChannelKey) => `${channel.teamId} ${channel.channelId}`;
    const all = account.supportPlan ? sortedBy(this.listed(account, caller).channels, keyOf) : [];
    const page = this.paginator.page(`channels/${account.accountId}`, all, keyOf, this.options.channelsPerPage ?? 5, nextToken);
    if (!page) {
      throw validation('invalidNextToken');
    }
    return { slackChannelConfigurations: page.items, nextToken: page.nextToken };
  }

  private deleteSlackChannelConfiguration(input: ChannelKey, account: SupportAppAccount): Structure {
    requireWorkspace(account, input);
    if (!this.store.channel(account.accountId, input)) {
      throw notFound('channelNotFound');
    }
    if (this.store.isLiveChat(account.accountId, input)) {
      throw conflict('liveChatChannel');
    }
    this.store.removeChannel(account.accountId, input);
    return {};
  }

  private putAccountAlias({ accountAlias }: { accountAlias: string }, account: SupportAppAccount): Structure {
    requirePlan(account);
    account.accountAlias = accountAlias;
    return {};
  }

  private getAccountAlias(_input: Structure, account: SupportAppAccount): Structure {
    // Unverified (supportapp-alias-read): that an alias can be read at once.
    return { accountAlias: account.accountAlias };
  }

  private deleteAccountAlias(_input: Structure, account: SupportAppAccount): Structure {
    // Unverified (supportapp-alias-missing): the model declares this error, and says nothing of its cause.
    if (account.accountAlias === undefined) {
      throw notFound('aliasNotFound');
    }
    account.accountAlias = undefined;
    return {};
  }

  /** Keeps what the lists say before a change. */
  private remember(accountId: string) {
    const { workspaces } = this.store.account(accountId);
    const lists = { workspaces: [...workspaces.values()], channels: this.store.channels(accountId) };
    this.formerLists.set(accountId, [...this.formerLists.get(accountId) ?? [], lists].slice(-CHANGES_KEPT));
  }

  private listed({ accountId, workspaces }: SupportAppAccount, { changesBehind = 0 }: Caller): Lists {
    const former = this.formerLists.get(accountId) ?? [];
    const lagging = changesBehind > 0 ? former.at(-changesBehind) ?? former[0] : undefined;
    return lagging ?? { workspaces: [...workspaces.values()], channels: this.store.channels(accountId) };
  }

  /**
   * Unverified (supportapp-channel-role, supportapp-new-role): that the service looks at the role is documented for Slack's error
   * message, not for the API, and how long a new role takes is not documented at all.
   */
  private checkRole(roleArn: string) {
    if (!this.roles) {
      return;
    }
    const role = this.roles(roleArn);
    const now = (this.options.now ?? (() => new Date()))();
    if (!role?.exists || !role.trusts.includes('supportapp.amazonaws.com') || (role.usableAt && role.usableAt > now)) {
      throw validation('roleNotValid');
    }
  }
}

function authorizePassRole(roleArn: string, caller: Caller) {
  if (roleArn.split(':')[4] !== caller.identity.accountId) {
    throw new AwsError('AccessDeniedException', SUPPORT_APP_MESSAGES.crossAccountRole);
  }
  authorize(caller.identity, { action: 'iam:PassRole', resource: roleArn, context: { 'iam:PassedToService': 'supportapp.amazonaws.com' } });
}

/** Unverified (supportapp-no-plan): the need of a support plan is documented, the error of an account without one is not. */
function requirePlan(account: SupportAppAccount) {
  if (!account.supportPlan) {
    throw new AwsError('AccessDeniedException', SUPPORT_APP_MESSAGES.noSupportPlan);
  }
}

function requireWorkspace(account: SupportAppAccount, { teamId }: ChannelKey) {
  if (!account.workspaces.has(teamId)) {
    throw conflict('workspaceNotAdded');
  }
}

function requireFlagForSeverity(channel: SlackChannelConfiguration) {
  if (channel.notifyOnCaseSeverity !== 'none' && !hasFlag(channel)) {
    throw validation('flagNeeded');
  }
}

function hasFlag(channel: Partial<SlackChannelConfiguration>): boolean {
  return Boolean(channel.notifyOnAddCorrespondenceToCase || channel.notifyOnCreateOrReopenCase || channel.notifyOnResolveCase);
}

type Cause = keyof typeof SUPPORT_APP_MESSAGES;

function conflict(cause: Cause): AwsError {
  return new AwsError('ConflictException', SUPPORT_APP_MESSAGES[cause]);
}

function notFound(cause: Cause): AwsError {
  return new AwsError('ResourceNotFoundException', SUPPORT_APP_MESSAGES[cause]);
}

function quotaExceeded(cause: Cause): AwsError {
  return new AwsError('ServiceQuotaExceededException', SUPPORT_APP_MESSAGES[cause]);
}

function validation(cause: Cause): AwsError {
  return new AwsError('ValidationException', SUPPORT_APP_MESSAGES[cause]);
}
