import { Stack, StackProps, Tags } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { AccountAlias, ChannelMode, ChimeChannel, NotificationSeverity, SlackWorkspace } from '../src';

export interface AccountStackProps extends StackProps {
  /** In the URL of the workspace in a browser: the part that starts with T. */
  readonly teamId: string;
  /** At the bottom of the details of the Slack channel for operations. */
  readonly operationsChannelId: string;
  /** Of the Slack channel that hears of urgent cases only. */
  readonly urgentChannelId: string;
  readonly accountAlias: string;
  readonly appInstanceArn: string;
  readonly chimeBearer: string;
}

/** What an account needs to work on support cases in Slack, and a Chime channel for the team on call. */
export class AccountStack extends Stack {
  constructor(scope: Construct, id: string, props: AccountStackProps) {
    super(scope, id, props);

    const workspace = new SlackWorkspace(this, 'Workspace', { teamId: props.teamId });

    workspace.addChannel('Operations', {
      channelId: props.operationsChannelId,
      channelName: 'operations',
      notifyOnCaseSeverity: NotificationSeverity.ALL,
      notifyOnCreateOrReopenCase: true,
      notifyOnAddCorrespondenceToCase: true,
      notifyOnResolveCase: true,
    });

    workspace.addChannel('Urgent', {
      channelId: props.urgentChannelId,
      channelName: 'urgent',
      notifyOnCaseSeverity: NotificationSeverity.HIGH,
      notifyOnCreateOrReopenCase: true,
    });

    new AccountAlias(this, 'Alias', { accountAlias: props.accountAlias });

    const onCall = new ChimeChannel(this, 'OnCall', {
      appInstanceArn: props.appInstanceArn,
      chimeBearer: props.chimeBearer,
      channelName: 'On call',
      mode: ChannelMode.RESTRICTED,
    });
    Tags.of(onCall).add('team', 'operations');
  }
}
