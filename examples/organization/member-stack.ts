import { aws_iam as iam, RemovalPolicy } from 'aws-cdk-lib';
import { StackSetStack } from 'cdk-stacksets';
import { Construct } from 'constructs';
import { OrganizationSettings } from './settings';
import { AccountValue, NotificationSeverity, SupportAppAccount, SupportAppRole } from '../../src';

/** The one template for all member accounts: what differs between them is decided in the account. */
export class MemberStack extends StackSetStack {
  constructor(scope: Construct, id: string, settings: OrganizationSettings) {
    super(scope, id);
    const accountIds = Object.values(settings.organizationalUnits).flat();

    // An adopted channel stays when the stack goes, so the role that it uses stays, too.
    const channelRole = new SupportAppRole(this, 'ChannelRole');
    channelRole.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);

    new SupportAppAccount(this, 'SupportApp', {
      teamId: settings.teamId,
      existing: settings.existing,
      accountAlias: AccountValue.byAccount(settings.accountAliases, { defaultValue: settings.aliasOfOtherAccounts }).asString,
      channels: {
        Cases: {
          channelId: AccountValue.spread(accountIds, settings.channelIds, { defaultValue: settings.channelIdOfNewAccounts }).asString,
          channelRole,
          formerChannelRole: settings.formerRoleName ? iam.Role.fromRoleName(this, 'FormerChannelRole', settings.formerRoleName) : undefined,
          notifyOnCaseSeverity: NotificationSeverity.ALL,
          notifyOnCreateOrReopenCase: true,
          notifyOnResolveCase: true,
        },
      },
    });
  }
}
