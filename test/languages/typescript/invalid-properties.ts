import { App, Stack } from 'aws-cdk-lib';
import { NotificationSeverity, SlackWorkspace } from 'cdk-support-channels';

const stack = new Stack(new App(), 'Account');
const workspace = new SlackWorkspace(stack, 'Workspace', { teamId: 'T012ABCDEFG' });
workspace.addChannel('Operations', {
  channelId: '#operations team',
  channelName: '',
  notifyOnCaseSeverity: NotificationSeverity.ALL,
});
