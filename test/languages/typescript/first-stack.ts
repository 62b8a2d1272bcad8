import { App, Stack } from 'aws-cdk-lib';
import { AccountAlias, NotificationSeverity, SlackWorkspace } from 'cdk-support-channels';

const app = new App();
const stack = new Stack(app, 'SupportChannels', { env: { account: '111122223333', region: 'us-east-1' } });

const workspace = new SlackWorkspace(stack, 'Workspace', { teamId: 'T012ABCDEFG' });
workspace.addChannel('Operations', {
  channelId: 'C012ABCDEFG',
  notifyOnCaseSeverity: NotificationSeverity.HIGH,
  notifyOnCreateOrReopenCase: true,
  notifyOnResolveCase: true,
});
new AccountAlias(stack, 'Alias', { accountAlias: 'acme production' });
