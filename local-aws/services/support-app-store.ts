/** A channel configuration, in the words of the API. */
export interface SlackChannelConfiguration {
  readonly teamId: string;
  readonly channelId: string;
  readonly channelName?: string;
  readonly channelRoleArn: string;
  readonly notifyOnCaseSeverity: 'none' | 'all' | 'high';
  readonly notifyOnAddCorrespondenceToCase: boolean;
  readonly notifyOnCreateOrReopenCase: boolean;
  readonly notifyOnResolveCase: boolean;
}

/** A Slack workspace in an account, in the words of the API. */
export interface SlackWorkspaceConfiguration {
  readonly teamId: string;
  readonly teamName: string;
  readonly allowOrganizationMemberAccount: boolean;
}

/** Membership of an account in an organization. */
export type Organization =
  | { readonly accountType: 'management' }
  | { readonly accountType: 'member'; readonly managementAccountId: string };

export interface SupportAppAccount {
  readonly accountId: string;
  /** Whether the account has one of the support plans that include the AWS Support App. */
  supportPlan: boolean;
  organization?: Organization;
  accountAlias?: string;
  readonly workspaces: Map<string, SlackWorkspaceConfiguration>;
  readonly channels: Map<string, SlackChannelConfiguration>;
}

type ChannelKey = Pick<SlackChannelConfiguration, 'teamId' | 'channelId'>;

export const WORKSPACES_PER_ACCOUNT = 5;

/**
 * What the AWS Support App knows of all accounts.
 *
 * The methods are what people do outside of the API: in Slack, in AWS Organizations and in the console. With them a test
 * prepares accounts, or changes things behind a stack's back.
 */
export class SupportAppStore {
  /** Names of the Slack workspaces that exist, by team ID. */
  public readonly teams = new Map<string, string>();
  private readonly accounts = new Map<string, SupportAppAccount>();
  private readonly liveChats = new Set<string>();

  /** The account, which begins with a support plan and outside of any organization. */
  public account(accountId: string): SupportAppAccount {
    let account = this.accounts.get(accountId);
    if (!account) {
      account = { accountId, supportPlan: true, workspaces: new Map(), channels: new Map() };
      this.accounts.set(accountId, account);
    }
    return account;
  }

  public createOrganization(managementAccountId: string, memberAccountIds: readonly string[] = []) {
    this.account(managementAccountId).organization = { accountType: 'management' };
    for (const accountId of memberAccountIds) {
      this.account(accountId).organization = { accountType: 'member', managementAccountId };
    }
  }

  public createTeam(teamId: string, teamName: string) {
    this.teams.set(teamId, teamName);
  }

  /** Authorizes a workspace as the console does, by OAuth in Slack. */
  public authorizeWorkspace(accountId: string, teamId: string) {
    const account = this.account(accountId);
    const teamName = this.teams.get(teamId);
    if (teamName === undefined) {
      throw new Error(`there is no Slack workspace ${teamId}`);
    }
    if (!account.workspaces.has(teamId)) {
      if (account.workspaces.size >= WORKSPACES_PER_ACCOUNT) {
        throw new Error(`account ${accountId} has ${WORKSPACES_PER_ACCOUNT} workspaces already`);
      }
      account.workspaces.set(teamId, { teamId, teamName, allowOrganizationMemberAccount: false });
    }
  }

  /** Removes a workspace and its channels, whatever the state of live chats. */
  public removeWorkspace(accountId: string, teamId: string) {
    const account = this.account(accountId);
    account.workspaces.delete(teamId);
    this.channels(accountId).filter((channel) => channel.teamId === teamId).forEach((channel) => this.removeChannel(accountId, channel));
  }

  /** Channel configurations of an account, in the order of their creation. */
  public channels(accountId: string): SlackChannelConfiguration[] {
    return [...this.account(accountId).channels.values()];
  }

  public channel(accountId: string, key: ChannelKey): SlackChannelConfiguration | undefined {
    return this.account(accountId).channels.get(idOf(key));
  }

  /** Adds a channel configuration, or overwrites the one that is there. */
  public putChannel(accountId: string, channel: SlackChannelConfiguration) {
    this.account(accountId).channels.set(idOf(channel), { ...channel });
  }

  public removeChannel(accountId: string, key: ChannelKey) {
    this.account(accountId).channels.delete(idOf(key));
    this.liveChats.delete(liveChatId(accountId, key));
  }

  /** Accounts that have added a Slack channel. */
  public accountsOfChannel(key: ChannelKey): number {
    return [...this.accounts.values()].filter((account) => account.channels.has(idOf(key))).length;
  }

  public startLiveChat(accountId: string, key: ChannelKey) {
    if (!this.channel(accountId, key)) {
      throw new Error(`account ${accountId} has no configuration for channel ${key.channelId}`);
    }
    this.liveChats.add(liveChatId(accountId, key));
  }

  public endLiveChat(accountId: string, key: ChannelKey) {
    this.liveChats.delete(liveChatId(accountId, key));
  }

  public isLiveChat(accountId: string, key: ChannelKey): boolean {
    return this.liveChats.has(liveChatId(accountId, key));
  }
}

/** Neither ID can hold a space. */
function idOf(key: ChannelKey): string {
  return `${key.teamId} ${key.channelId}`;
}

function liveChatId(accountId: string, key: ChannelKey): string {
  return `${accountId} ${idOf(key)}`;
}
