import { App, Stack } from 'aws-cdk-lib';
import { AccountAlias, NotificationSeverity, SlackWorkspace } from 'cdk-support-channels';

const app = new App();
const stack = new Stack(app, 'Account');
const workspace = new SlackWorkspace(stack, 'Workspace', { teamId: 'T012ABCDEFG' });
workspace.addChannel('Operations', { channelId: 'C012OPERATE', notifyOnCaseSeverity: NotificationSeverity.NONE });
workspace.addChannel('Duplicate', { channelId: 'C012OPERATE', notifyOnCaseSeverity: NotificationSeverity.NONE });
new AccountAlias(stack, 'Alias', { accountAlias: 'acme production' });
new AccountAlias(stack, 'OtherAlias', { accountAlias: 'acme' });

app.synth();
