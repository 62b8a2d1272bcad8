import { RemovalPolicy } from 'aws-cdk-lib';
import { StackSetStack } from 'cdk-stacksets';
import { Construct } from 'constructs';
import { spread, valueByAccount } from './account-value';
import { OrganizationSettings } from './settings';
import { AccountAlias, NotificationSeverity, SlackWorkspace, SupportAppRole } from '../../src';

/** The one template for all member accounts: what differs between them is decided in the account. */
export class MemberStack extends StackSetStack {
  constructor(scope: Construct, id: string, settings: OrganizationSettings) {
    super(scope, id);
    const { existing } = settings;
    const accountIds = Object.values(settings.organizationalUnits).flat();

    // An adopted channel stays when the stack goes, so the role that it uses stays, too.
    const channelRole = new SupportAppRole(this, 'ChannelRole');
    channelRole.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);

    const workspace = new SlackWorkspace(this, 'Workspace', { teamId: settings.teamId });
    workspace.addChannel('Cases', {
      channelId: valueByAccount(this, 'Channel', spread(accountIds, settings.channelIds), settings.channelIdOfNewAccounts),
      channelRole,
      existing,
      notifyOnCaseSeverity: NotificationSeverity.ALL,
      notifyOnCreateOrReopenCase: true,
      notifyOnResolveCase: true,
    });
    new AccountAlias(this, 'Alias', {
      accountAlias: valueByAccount(this, 'Name', settings.accountAliases, settings.aliasOfOtherAccounts),
      existing,
    });
  }
}
