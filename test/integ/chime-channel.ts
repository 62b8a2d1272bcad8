import { CfnResource, RemovalPolicy } from 'aws-cdk-lib';
import { type Engine, IntegApp } from './integ-app';
import { ChannelMode, ChannelPrivacy, ChimeChannel } from '../../src';

/** There is the channel that a stack declares, in an AppInstance that comes with the stack and goes with it. */
export function testChimeChannel(name: string, engine: Engine): void {
  const app = new IntegApp(name, engine);
  // The oldest supported aws-cdk-lib has no classes for these types.
  const appInstanceArn = new CfnResource(app.stack, 'AppInstance', {
    type: 'AWS::Chime::AppInstance',
    properties: { Name: app.stack.stackName },
  }).getAtt('AppInstanceArn').toString();
  const [chimeBearer, memberArn] = ['deployer', 'ana'].map((user) => new CfnResource(app.stack, `User-${user}`, {
    type: 'AWS::Chime::AppInstanceUser',
    properties: { AppInstanceArn: appInstanceArn, AppInstanceUserId: user, Name: user },
  }).getAtt('AppInstanceUserArn').toString());
  const { channelArn } = new ChimeChannel(app.stack, 'Channel', {
    appInstanceArn,
    chimeBearer,
    channelName: 'On call',
    mode: ChannelMode.RESTRICTED,
    privacy: ChannelPrivacy.PRIVATE,
    metadata: 'team=integ',
    memberArns: [memberArn],
    // It has no messages that anybody would miss.
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const channel = { ChannelArn: channelArn, ChimeBearer: chimeBearer };
  app.expectAnswer('chime-sdk-messaging', 'DescribeChannel', channel, {
    Channel: { Name: 'On call', Mode: 'RESTRICTED', Privacy: 'PRIVATE', Metadata: 'team=integ' },
  });
  const membership = { ...channel, MemberArn: memberArn };
  app.expectAnswer('chime-sdk-messaging', 'DescribeChannelMembership', membership, {
    ChannelMembership: { Type: 'DEFAULT', Member: { Name: 'ana' } },
  });
}
