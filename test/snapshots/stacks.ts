import {
  aws_ec2 as ec2,
  aws_iam as iam,
  aws_kms as kms,
  aws_lambda as lambda,
  aws_logs as logs,
  aws_sqs as sqs,
  CfnParameter,
  Duration,
  RemovalPolicy,
  Stack,
  Tags,
} from 'aws-cdk-lib';
import {
  AccountAlias,
  AccountValue,
  ChannelMode,
  ChannelPrivacy,
  ChannelsProvider,
  ChimeChannel,
  DriftMonitor,
  ExistingConfiguration,
  ExpirationCriterion,
  HandlerCode,
  NativeProvider,
  NotificationSeverity,
  SlackWorkspace,
  SupportAppAccess,
  SupportAppAccount,
  SupportAppRole,
} from '../../src';

const APP_INSTANCE_ARN = 'arn:aws:chime:us-east-1:111122223333:app-instance/5d1f1a7e-8c0b-4c53-9d7e-0f6f1c7a2b90';
const CHANNEL = { channelId: 'C012ABCDEFG', notifyOnCaseSeverity: NotificationSeverity.ALL, notifyOnResolveCase: true };
const CHIME_CHANNEL = { appInstanceArn: APP_INSTANCE_ARN, chimeBearer: `${APP_INSTANCE_ARN}/user/deployer`, channelName: 'On call' };

/** It is the first definition that defines it, whichever that is. */
function nativeProvider(stack: Stack): NativeProvider {
  return stack.node.tryFindChild('Native') as NativeProvider | undefined ?? new NativeProvider(stack, 'Native');
}

/** The definitions of a stack, each independent of the order of the others. */
export type Definitions = ((stack: Stack) => void)[];

/** The stacks whose templates are pinned, by the name of the file. */
export const STACKS: Record<string, Definitions> = {
  'workspace': [
    (stack) => new SlackWorkspace(stack, 'Workspace', { teamId: 'T012ABCDEFG' }),
  ],

  'alias': [
    (stack) => new AccountAlias(stack, 'Alias', { accountAlias: new CfnParameter(stack, 'AccountName').valueAsString }),
  ],

  'support-app-account': [
    (stack) => new SupportAppAccount(stack, 'Support', {
      teamId: 'T012ABCDEFG',
      accountAlias: 'acme production',
      channels: { Operations: CHANNEL, Security: { ...CHANNEL, channelId: 'C012SECURTY' } },
      existing: ExistingConfiguration.ADOPT,
    }),
  ],

  'values-by-account': [
    (stack) => new AccountAlias(stack, 'Alias', {
      accountAlias: AccountValue.byAccount({ 444455556666: 'acme test', 111122223333: 'acme production' }).asString,
    }),
    (stack) => new SlackWorkspace(stack, 'Workspace', { teamId: 'T012ABCDEFG' }).addChannel('Channel', {
      ...CHANNEL,
      channelId: AccountValue.spread(['444455556666', '111122223333', '777788889999'], ['C012ABCDEF1', 'C012ABCDEF2'], { defaultValue: 'C012ABCDEF3' }).asString,
    }),
  ],

  'full-account': [
    ...Array.from({ length: 5 }, (_w, workspaceIndex) => (stack: Stack) => {
      const workspace = new SlackWorkspace(stack, `Workspace${workspaceIndex}`, { teamId: `T012ABCDEF${workspaceIndex}` });
      Array.from({ length: 4 }, (_c, channelIndex) => workspace.addChannel(`Channel${channelIndex}`, {
        channelId: `C012ABCD${workspaceIndex}${channelIndex}`,
        channelName: `support-channel-${workspaceIndex}-${channelIndex}`,
        notifyOnCaseSeverity: NotificationSeverity.HIGH,
        notifyOnCreateOrReopenCase: true,
      }));
    }),
    (stack) => new AccountAlias(stack, 'Alias', { accountAlias: 'A name of 30 characters at all' }),
  ],

  'chime-channel': [
    (stack) => Tags.of(new ChimeChannel(stack, 'OnCall', CHIME_CHANNEL)).add('team', 'operations'),
    (stack) => new ChimeChannel(stack, 'News', {
      ...CHIME_CHANNEL,
      channelName: 'News',
      mode: ChannelMode.UNRESTRICTED,
      privacy: ChannelPrivacy.PUBLIC,
      metadata: '{"topic":"news"}',
      removalPolicy: RemovalPolicy.DESTROY,
    }),
  ],

  'chime-properties': [
    (stack) => new ChimeChannel(stack, 'Incidents', {
      ...CHIME_CHANNEL,
      channelId: 'incidents',
      existing: ExistingConfiguration.ADOPT,
      memberArns: [`${APP_INSTANCE_ARN}/user/first`, `${APP_INSTANCE_ARN}/user/second`],
      moderatorArns: [`${APP_INSTANCE_ARN}/bot/moderator`],
      expirationSettings: { expiration: Duration.days(90), expirationCriterion: ExpirationCriterion.LAST_MESSAGE_TIMESTAMP },
      channelFlowArn: `${APP_INSTANCE_ARN}/channel-flow/filter`,
    }),
    (stack) => new ChimeChannel(stack, 'Assembly', {
      ...CHIME_CHANNEL,
      elasticChannelConfiguration: { maximumSubChannels: 100, targetMembershipsPerSubChannel: 10_000, minimumMembershipPercentage: 40 },
    }),
  ],

  'channel-roles': [
    (stack) => new SlackWorkspace(stack, 'Own', { teamId: 'T012ABCDEF1' }).addChannel('Channel', {
      ...CHANNEL, channelRole: new SupportAppRole(stack, 'ReadOnly', { access: SupportAppAccess.READ_ONLY }),
    }),
    (stack) => new SlackWorkspace(stack, 'Imported', { teamId: 'T012ABCDEF2' }).addChannel('Channel', {
      ...CHANNEL,
      channelRole: iam.Role.fromRoleArn(stack, 'ImportedRole', 'arn:aws:iam::111122223333:role/support'),
      existing: ExistingConfiguration.ADOPT,
    }),
    (stack) => new SlackWorkspace(stack, 'Adopting', { teamId: 'T012ABCDEF3' }).addChannel('Channel', {
      ...CHANNEL,
      existing: ExistingConfiguration.OWN,
      formerChannelRole: iam.Role.fromRoleArn(stack, 'FormerRole', 'arn:aws:iam::111122223333:role/made-by-hand'),
    }),
  ],

  'given-handler-role': [
    (stack) => {
      const role = iam.Role.fromRoleArn(stack, 'HandlerRole', 'arn:aws:iam::111122223333:role/support-channels', { mutable: false });
      const provider = new ChannelsProvider(stack, 'CdkSupportChannels', { role });
      new SlackWorkspace(stack, 'Workspace', { teamId: 'T012ABCDEFG', provider });
    },
  ],

  'handler-role-of-the-stack': [
    (stack) => {
      const role = new iam.Role(stack, 'HandlerRole', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
      const provider = new ChannelsProvider(stack, 'CdkSupportChannels', { role });
      new SlackWorkspace(stack, 'Workspace', { teamId: 'T012ABCDEFG', provider }).addChannel('Channel', CHANNEL);
      new AccountAlias(stack, 'Alias', { accountAlias: 'acme production', provider });
    },
  ],

  'vpc': [
    (stack) => {
      const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
        vpcId: 'vpc-0123456789abcdef0',
        availabilityZones: ['us-east-1a'],
        privateSubnetIds: ['subnet-0123456789abcdef0'],
        privateSubnetRouteTableIds: ['rtb-0123456789abcdef0'],
      });
      new ChannelsProvider(stack, 'CdkSupportChannels', { vpc });
      new AccountAlias(stack, 'Alias', { accountAlias: 'acme production' });
    },
  ],

  'asset': [
    (stack) => {
      new ChannelsProvider(stack, 'CdkSupportChannels', { code: HandlerCode.ASSET });
      new AccountAlias(stack, 'Alias', { accountAlias: 'acme production' });
    },
  ],

  'handler-options': [
    (stack) => {
      new ChannelsProvider(stack, 'CdkSupportChannels', {
        runtime: lambda.Runtime.NODEJS_22_X,
        architecture: lambda.Architecture.ARM_64,
        memorySize: 512,
        timeout: Duration.minutes(5),
        serviceTimeout: Duration.minutes(30),
        supportAppRegion: 'eu-west-1',
        logRetention: logs.RetentionDays.ONE_YEAR,
        environmentEncryption: kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:us-east-1:111122223333:key/5d1f1a7e-8c0b-4c53-9d7e-0f6f1c7a2b90'),
        logGroupEncryption: kms.Key.fromKeyArn(stack, 'LogKey', 'arn:aws:kms:us-east-1:111122223333:key/0b1c2d3e-8c0b-4c53-9d7e-0f6f1c7a2b90'),
        tracing: lambda.Tracing.ACTIVE,
        reservedConcurrentExecutions: 10,
        deadLetterQueue: sqs.Queue.fromQueueArn(stack, 'Queue', 'arn:aws:sqs:us-east-1:111122223333:failed-events'),
      });
      new AccountAlias(stack, 'Alias', { accountAlias: 'acme production' });
    },
  ],

  'retained': [
    (stack) => {
      const removalPolicy = RemovalPolicy.RETAIN;
      new SlackWorkspace(stack, 'Workspace', { teamId: 'T012ABCDEFG', removalPolicy }).addChannel('Channel', { ...CHANNEL, removalPolicy });
      new AccountAlias(stack, 'Alias', { accountAlias: 'acme production', removalPolicy });
    },
    (stack) => new ChimeChannel(stack, 'OnCall', { ...CHIME_CHANNEL, removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE }),
  ],

  'native-support-app': [
    (stack) => new SlackWorkspace(stack, 'Workspace', { teamId: 'T012ABCDEFG', provider: nativeProvider(stack) })
      .addChannel('Channel', CHANNEL),
    (stack) => new AccountAlias(stack, 'Alias', { accountAlias: 'acme production', provider: nativeProvider(stack), removalPolicy: RemovalPolicy.RETAIN }),
  ],

  'native-chime': [
    (stack) => Tags.of(new ChimeChannel(stack, 'OnCall', {
      ...CHIME_CHANNEL,
      provider: nativeProvider(stack),
      channelId: 'on-call',
      memberArns: [`${APP_INSTANCE_ARN}/user/first`],
      expirationSettings: { expiration: Duration.days(90), expirationCriterion: ExpirationCriterion.LAST_MESSAGE_TIMESTAMP },
    })).add('team', 'operations'),
    (stack) => new ChimeChannel(stack, 'Assembly', {
      ...CHIME_CHANNEL,
      provider: nativeProvider(stack),
      elasticChannelConfiguration: { maximumSubChannels: 100, targetMembershipsPerSubChannel: 10_000, minimumMembershipPercentage: 40 },
    }),
  ],

  'drift-monitor': [
    (stack) => new SlackWorkspace(stack, 'Workspace', { teamId: 'T012ABCDEFG' }).addChannel('Channel', CHANNEL),
    (stack) => new AccountAlias(stack, 'Alias', { accountAlias: 'acme production' }),
    (stack) => new DriftMonitor(stack, 'Drift', { repair: true }),
  ],

  'several-providers': [
    (stack) => new SlackWorkspace(stack, 'Workspace', { teamId: 'T012ABCDEFG' }).addChannel('Channel', CHANNEL),
    (stack) => new AccountAlias(stack, 'Alias', { accountAlias: 'acme production', provider: new ChannelsProvider(stack, 'Aliases') }),
    (stack) => new ChimeChannel(stack, 'OnCall', {
      ...CHIME_CHANNEL, provider: new ChannelsProvider(stack, 'Chime', { logGroup: logs.LogGroup.fromLogGroupName(stack, 'LogGroup', '/acme/chime') }),
    }),
  ],
};
