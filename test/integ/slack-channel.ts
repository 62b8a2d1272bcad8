import { Match } from '@aws-cdk/integ-tests-alpha';
import { type Engine, IntegApp, slackIds } from './integ-app';
import { NotificationSeverity, SlackChannelConfiguration, SlackWorkspace } from '../../src';

/** The workspace is the account's already, or it comes with the stack and goes with it. */
export type WorkspaceOrigin = 'of the account' | 'of the stack';

/** The account has the Slack channel that its stack declares, and the workspace. */
export function testSlackChannel(name: string, engine: Engine, origin: WorkspaceOrigin): void {
  const app = new IntegApp(name, engine);
  const { teamId, channelId } = slackIds();
  const workspace = origin === 'of the stack'
    ? new SlackWorkspace(app.stack, 'Workspace', { teamId })
    : SlackWorkspace.fromTeamId(app.stack, 'Workspace', teamId);
  new SlackChannelConfiguration(app.stack, 'Channel', {
    workspace,
    channelId,
    channelName: 'support-channels-integ',
    notifyOnCaseSeverity: NotificationSeverity.HIGH,
    notifyOnCreateOrReopenCase: true,
    notifyOnResolveCase: true,
  });
  app.expectAnswer('support-app', 'ListSlackWorkspaceConfigurations', {}, {
    slackWorkspaceConfigurations: Match.arrayWith([Match.objectLike({ teamId })]),
  });
  app.expectAnswer('support-app', 'ListSlackChannelConfigurations', {}, {
    slackChannelConfigurations: Match.arrayWith([Match.objectLike({
      teamId,
      channelId,
      channelName: 'support-channels-integ',
      notifyOnCaseSeverity: 'high',
      notifyOnAddCorrespondenceToCase: false,
      notifyOnCreateOrReopenCase: true,
      notifyOnResolveCase: true,
    })]),
  });
}
