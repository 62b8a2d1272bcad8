import { Stack, StackProps, Tags } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { AccountAlias, AddSlackChannelOptions, ChannelMode, ChimeChannel, SlackWorkspace } from '../src';

export interface AccountStackProps extends StackProps {
  /** In the URL of the workspace in a browser: the part that starts with T. */
  readonly teamId: string;
  /** The Slack channels by the id of their construct, which stays when something about a channel changes. */
  readonly channels: Record<string, AddSlackChannelOptions>;
  /** The account's name in Slack. */
  readonly accountAlias: string;
  /** The Chime channel of the team on call. */
  readonly onCall: OnCallOptions;
}

export interface OnCallOptions {
  readonly appInstanceArn: string;
  /** The user or bot of the AppInstance that makes the channel. */
  readonly chimeBearer: string;
  readonly channelName: string;
  /** The users and bots of the AppInstance that are on call. */
  readonly memberArns: string[];
}

/** What an account needs to work on support cases in Slack, and a Chime channel for the team on call. */
export class AccountStack extends Stack {
  public readonly workspace: SlackWorkspace;

  constructor(scope: Construct, id: string, props: AccountStackProps) {
    super(scope, id, props);

    this.workspace = new SlackWorkspace(this, 'Workspace', { teamId: props.teamId });
    for (const [channel, options] of Object.entries(props.channels)) {
      this.workspace.addChannel(channel, options);
    }

    new AccountAlias(this, 'Alias', { accountAlias: props.accountAlias });

    const onCall = new ChimeChannel(this, 'OnCall', { ...props.onCall, mode: ChannelMode.RESTRICTED });
    Tags.of(onCall).add('team', 'operations');
  }
}
