/** Every public class, with nearly every option; the apps of the other languages say the same. */
import {
  App, CfnOutput, DefaultStackSynthesizer, Duration, RemovalPolicy, Stack, Tags,
  aws_ec2 as ec2, aws_events as events, aws_iam as iam, aws_kms as kms, aws_lambda as lambda,
  aws_logs as logs, aws_sqs as sqs,
} from 'aws-cdk-lib';
import {
  AccountAlias, AccountValue, ChannelMode, ChannelPrivacy, ChannelsProvider, ChimeChannel, DriftMonitor, DriftRepair, ExistingConfiguration,
  ExpirationCriterion, HandlerCode,
  IChannelsProvider, NativeProvider, NotificationSeverity, SlackChannelConfiguration, SlackWorkspace, SupportAppAccess, SupportAppAccount,
  SupportAppRole,
} from 'cdk-support-channels';

const APP_INSTANCE = 'arn:aws:chime:us-east-1:111122223333:app-instance/5d1f1a7e-8c0b-4c53-9d7e-0f6f1c7a2b90';

// The analytics resource of the CDK names the language and its versions.
const app = new App({ analyticsReporting: false });

const account = new Stack(app, 'Account', {
  env: { account: '111122223333', region: 'eu-central-1' },
  synthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }),
});

const vpc = ec2.Vpc.fromVpcAttributes(account, 'Vpc', {
  vpcId: 'vpc-0123456789abcdef0',
  availabilityZones: ['eu-central-1a', 'eu-central-1b'],
  privateSubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
});
const key = kms.Key.fromKeyArn(account, 'Key', 'arn:aws:kms:eu-central-1:111122223333:key/5d1f1a7e-8c0b-4c53-9d7e-0f6f1c7a2b90');
const provider = new ChannelsProvider(account, 'CdkSupportChannels', {
  code: HandlerCode.INLINE,
  runtime: lambda.Runtime.NODEJS_22_X,
  architecture: lambda.Architecture.ARM_64,
  memorySize: 512,
  timeout: Duration.minutes(5),
  serviceTimeout: Duration.minutes(20),
  supportAppRegion: 'eu-west-1',
  vpc,
  vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
  securityGroups: [ec2.SecurityGroup.fromSecurityGroupId(account, 'SecurityGroup', 'sg-0123456789abcdef0')],
  logRetention: logs.RetentionDays.ONE_YEAR,
  environmentEncryption: key,
  logGroupEncryption: key,
  reservedConcurrentExecutions: 2,
  tracing: lambda.Tracing.ACTIVE,
  deadLetterQueue: sqs.Queue.fromQueueArn(account, 'DeadLetters', 'arn:aws:sqs:eu-central-1:111122223333:dead-letters'),
});

const workspace = new SlackWorkspace(account, 'Workspace', {
  teamId: 'T012ABCDEFG',
  refresh: 'once',
  removalPolicy: RemovalPolicy.RETAIN,
  provider,
});

const readers = new SupportAppRole(account, 'Readers', {
  access: SupportAppAccess.READ_ONLY,
  managedPolicies: [iam.ManagedPolicy.fromAwsManagedPolicyName('AWSSupportPlansReadOnlyAccess')],
  inlinePolicies: {
    Severities: new iam.PolicyDocument({
      statements: [new iam.PolicyStatement({ actions: ['support:DescribeSeverityLevels'], resources: ['*'] })],
    }),
  },
  permissionsBoundary: iam.ManagedPolicy.fromManagedPolicyName(account, 'Boundary', 'workload-boundary'),
  roleName: 'support-readers',
  path: '/support/',
  description: 'People who read support cases in Slack',
  maxSessionDuration: Duration.hours(4),
});
workspace.addChannel('Observers', {
  channelId: 'C012OBSERVE',
  channelName: 'observers',
  notifyOnCaseSeverity: NotificationSeverity.NONE,
  channelRole: readers,
  formerChannelRole: iam.Role.fromRoleName(account, 'FormerRole', 'observers'),
});
if (!SlackWorkspace.isSlackWorkspace(workspace) || !ChannelsProvider.isChannelsProvider(provider) || AccountAlias.isAccountAlias(readers)
  || ChimeChannel.isChimeChannel(readers) || SlackChannelConfiguration.isSlackChannelConfiguration(readers)) {
  throw new Error('a construct is not of its kind');
}

const operations = new SlackChannelConfiguration(account, 'Operations', {
  workspace,
  channelId: 'C012OPERATE',
  channelName: 'operations',
  channelRole: new iam.Role(account, 'Operators', { assumedBy: new iam.ServicePrincipal('supportapp.amazonaws.com') }),
  notifyOnCaseSeverity: NotificationSeverity.ALL,
  notifyOnAddCorrespondenceToCase: true,
  notifyOnCreateOrReopenCase: true,
  notifyOnResolveCase: false,
  existing: ExistingConfiguration.ADOPT,
  removalPolicy: RemovalPolicy.RETAIN,
  provider,
});
operations.grantPrincipal.addToPrincipalPolicy(new iam.PolicyStatement({ actions: ['support:DescribeServices'], resources: ['*'] }));

workspace.addChannel('Urgent', {
  channelId: 'C012URGENT1',
  notifyOnCaseSeverity: NotificationSeverity.HIGH,
  notifyOnResolveCase: true,
});

const alias = new AccountAlias(account, 'Alias', {
  accountAlias: 'acme production',
  existing: ExistingConfiguration.ADOPT,
  removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  provider,
});

const onCall = new ChimeChannel(account, 'OnCall', {
  appInstanceArn: APP_INSTANCE,
  chimeBearer: `${APP_INSTANCE}/user/deployer`,
  channelName: 'Bereitschaft – 当番 🚨',
  mode: ChannelMode.UNRESTRICTED,
  privacy: ChannelPrivacy.PUBLIC,
  metadata: '{"rota":"https://example.com/?team=a&b=<c>"}',
  channelId: 'on-call@example.com',
  existing: ExistingConfiguration.ADOPT,
  memberArns: [`${APP_INSTANCE}/user/first`, `${APP_INSTANCE}/user/second`],
  moderatorArns: [`${APP_INSTANCE}/bot/moderator`],
  expirationSettings: { expiration: Duration.days(90), expirationCriterion: ExpirationCriterion.LAST_MESSAGE_TIMESTAMP },
  channelFlowArn: `${APP_INSTANCE}/channel-flow/filter`,
  removalPolicy: RemovalPolicy.DESTROY,
  provider,
});
Tags.of(onCall).add('team', 'operations');
Tags.of(onCall).add('Kostenstelle', 'für alle');
onCall.grant(readers, 'chime:SendChannelMessage', 'chime:ListChannelMessages');

const assembly = new ChimeChannel(account, 'Assembly', {
  appInstanceArn: APP_INSTANCE,
  chimeBearer: `${APP_INSTANCE}/user/deployer`,
  channelName: 'Assembly',
  elasticChannelConfiguration: { maximumSubChannels: 100, targetMembershipsPerSubChannel: 10_000, minimumMembershipPercentage: 40 },
  expirationSettings: { expiration: Duration.days(1), expirationCriterion: ExpirationCriterion.CREATED_TIMESTAMP },
  provider,
});
assembly.grantManage(readers);

new CfnOutput(account, 'TeamName', { value: workspace.teamName });
new CfnOutput(account, 'AccountType', { value: workspace.accountType });
new CfnOutput(account, 'ChannelId', { value: operations.channelId });
new CfnOutput(account, 'AccountAlias', { value: alias.accountAlias });
new CfnOutput(account, 'ChannelArn', { value: onCall.channelArn });
new CfnOutput(account, 'ServiceToken', { value: provider.serviceToken });

// Another account, where most things are there already.
const shared = new Stack(app, 'Shared', { env: { account: '444455556666', region: 'us-east-1' } });

new ChannelsProvider(shared, 'CdkSupportChannels', {
  code: HandlerCode.ASSET,
  role: iam.Role.fromRoleArn(shared, 'HandlerRole', 'arn:aws:iam::444455556666:role/support-channels', { mutable: false }),
  logGroup: logs.LogGroup.fromLogGroupName(shared, 'LogGroup', 'support-channels'),
});
const registered = SlackWorkspace.fromTeamId(shared, 'Workspace', 'T012ABCDEFG');
registered.addChannel('Platform', {
  channelId: 'C012PLATFRM',
  notifyOnCaseSeverity: NotificationSeverity.ALL,
  notifyOnCreateOrReopenCase: true,
});
const configured = SlackChannelConfiguration.fromSlackChannelConfigurationAttributes(shared, 'Security', {
  teamId: registered.teamId,
  channelId: 'C012SECURTY',
  channelRole: iam.Role.fromRoleArn(shared, 'SecurityRole', 'arn:aws:iam::444455556666:role/security'),
});
configured.grantPrincipal.addToPrincipalPolicy(new iam.PolicyStatement({ actions: ['support:DescribeServices'], resources: ['*'] }));
const named = AccountAlias.fromAccountAlias(shared, 'Alias', 'acme shared');
const announcements = ChimeChannel.fromChannelArn(shared, 'Announcements', `${APP_INSTANCE}/channel/announcements`);
announcements.grant(configured, 'chime:SendChannelMessage');

new CfnOutput(shared, 'AccountAlias', { value: named.accountAlias });
new CfnOutput(shared, 'ChannelArn', { value: announcements.channelArn });
new CfnOutput(shared, 'ServiceToken', { value: ChannelsProvider.getOrCreate(shared).serviceToken });

new SupportAppAccount(shared, 'Support', {
  workspace: registered,
  channels: { Database: { channelId: 'C012DATABAS', notifyOnCaseSeverity: NotificationSeverity.NONE } },
});

// One template for many accounts.
const members = new Stack(app, 'Members', { synthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }) });

const accountIds = ['111122223333', '444455556666', '777788889999'];
const support = new SupportAppAccount(members, 'Support', {
  teamId: 'T012ABCDEFG',
  channels: {
    Operations: {
      channelId: AccountValue.spread(accountIds, ['C012OPERATE', 'C012OPERAT2'], { defaultValue: 'C012OPERATE' }).asString,
      channelName: AccountValue.byAccount({ 777788889999: 'schlüssel', 111122223333: 'operations', 444455556666: 'shared' }).asString,
      notifyOnCaseSeverity: NotificationSeverity.ALL,
      notifyOnCreateOrReopenCase: true,
    },
    Audit: {
      channelId: 'C012AUDIT01',
      notifyOnCaseSeverity: NotificationSeverity.NONE,
      channelRole: new SupportAppRole(members, 'Auditors', { access: SupportAppAccess.READ_ONLY }),
      existing: ExistingConfiguration.FAIL,
    },
  },
  accountAlias: AccountValue.byAccount({ 444455556666: 'acme shared', 111122223333: 'acme production' }, { defaultValue: 'acme' }).asString,
  existing: ExistingConfiguration.ADOPT,
});
support.channels.Audit.grantPrincipal.addToPrincipalPolicy(new iam.PolicyStatement({ actions: ['support:DescribeServices'], resources: ['*'] }));

new CfnOutput(members, 'TeamId', { value: support.workspace.teamId });
new CfnOutput(members, 'AccountAlias', { value: support.accountAlias!.accountAlias });

// What CloudFormation manages by itself, beside a handler.
const native = new Stack(app, 'Native', {
  env: { account: '777788889999', region: 'us-east-1' },
  synthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }),
});

const types: IChannelsProvider = new NativeProvider(native, 'Types');
const handler: IChannelsProvider = ChannelsProvider.getOrCreate(native);
new SlackWorkspace(native, 'Workspace', { teamId: 'T012ABCDEFG' }).addChannel('Operations', {
  channelId: 'C012OPERATE',
  notifyOnCaseSeverity: NotificationSeverity.HIGH,
  notifyOnResolveCase: true,
});
new AccountAlias(native, 'Alias', { accountAlias: 'acme native', provider: handler });
const room = new ChimeChannel(native, 'OnCall', {
  appInstanceArn: APP_INSTANCE,
  chimeBearer: `${APP_INSTANCE}/user/deployer`,
  channelName: 'On call',
  expirationSettings: { expiration: Duration.days(90), expirationCriterion: ExpirationCriterion.LAST_MESSAGE_TIMESTAMP },
  provider: types,
});
Tags.of(room).add('team', 'operations');
new CfnOutput(native, 'ChannelArn', { value: room.channelArn });

const monitor = new DriftMonitor(native, 'Drift', {
  schedule: events.Schedule.rate(Duration.hours(6)),
  repair: DriftRepair.ALL,
  provider: handler,
});
monitor.metricDrifted().createAlarm(native, 'Drifted', { threshold: 1, evaluationPeriods: 1 });
if (!DriftMonitor.isDriftMonitor(monitor)) {
  throw new Error('a construct is not what it is');
}
new CfnOutput(native, 'Repaired', { value: monitor.metricRepaired().metricName });
new CfnOutput(native, 'Unreadable', { value: monitor.metricUnreadable().metricName });
new CfnOutput(native, 'Failed', { value: ChannelsProvider.getOrCreate(native).metricFailed().metricName });

app.synth();
