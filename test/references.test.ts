import {
  App,
  aws_ec2 as ec2,
  aws_iam as iam,
  aws_kms as kms,
  aws_lambda as lambda,
  aws_logs as logs,
  aws_sqs as sqs,
  aws_supportapp as supportapp,
  Stack,
} from 'aws-cdk-lib';
import { newStack, onlyLogicalId, onlyResource, resourcesOf, resourcesOfType } from './synthesis';
import { AccountAlias, ChannelsProvider, NotificationSeverity, SlackChannelConfiguration, SlackWorkspace } from '../src';

const FUNCTION = 'AWS::Lambda::Function';
const CHANNEL = 'Custom::SupportAppSlackChannelConfiguration';
const OPTIONS = { channelId: 'C1', notifyOnCaseSeverity: NotificationSeverity.NONE };
const TRUST = (service: string) => new iam.PolicyDocument({
  statements: [new iam.PolicyStatement({ actions: ['sts:AssumeRole'], principals: [new iam.ServicePrincipal(service)] })],
});

test('a provider takes resources of CloudFormation where it only refers', () => {
  const stack = newStack();
  const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-1', availabilityZones: ['us-east-1a'], privateSubnetIds: ['subnet-1'], privateSubnetRouteTableIds: ['rtb-1'],
  });
  const key = new kms.CfnKey(stack, 'Key');
  new ChannelsProvider(stack, 'Provider', {
    role: new iam.CfnRole(stack, 'Role', { assumeRolePolicyDocument: TRUST('lambda.amazonaws.com') }),
    logGroup: new logs.CfnLogGroup(stack, 'LogGroup'),
    environmentEncryption: key,
    deadLetterQueue: new sqs.CfnQueue(stack, 'Queue'),
    vpc,
    securityGroups: [new ec2.CfnSecurityGroup(stack, 'Group', { groupDescription: 'handler' })],
  });
  expect(onlyResource(stack, FUNCTION).Properties).toMatchObject({
    Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
    LoggingConfig: { LogGroup: { Ref: 'LogGroup' } },
    KmsKeyArn: { 'Fn::GetAtt': ['Key', 'Arn'] },
    DeadLetterConfig: { TargetArn: { 'Fn::GetAtt': ['Queue', 'Arn'] } },
    VpcConfig: { SecurityGroupIds: [{ Ref: 'Group' }] },
  });
  const policy = onlyResource(stack, 'AWS::IAM::Policy');
  expect(policy.Properties.Roles).toEqual([{ Ref: 'Role' }]);
  expect(policy.Properties.PolicyDocument.Statement[0].Resource).toEqual({ 'Fn::GetAtt': ['LogGroup', 'Arn'] });
});

test('a log group takes the key of CloudFormation\'s own class', () => {
  const stack = newStack();
  new ChannelsProvider(stack, 'Provider', { logGroupEncryption: new kms.CfnKey(stack, 'Key') });
  expect(onlyResource(stack, 'AWS::Logs::LogGroup').Properties.KmsKeyId).toEqual({ 'Fn::GetAtt': ['Key', 'Arn'] });
});

test('a channel takes a workspace and a role of CloudFormation\'s own classes, and waits for the workspace', () => {
  const stack = newStack();
  const channel = new SlackChannelConfiguration(stack, 'Channel', {
    ...OPTIONS,
    workspace: new supportapp.CfnSlackWorkspaceConfiguration(stack, 'Workspace', { teamId: 'T1' }),
    channelRole: new iam.CfnRole(stack, 'Role', { assumeRolePolicyDocument: TRUST('supportapp.amazonaws.com') }),
  });
  channel.grantPrincipal.addToPrincipalPolicy(new iam.PolicyStatement({ actions: ['support:DescribeCases'], resources: ['*'] }));
  expect(onlyResource(stack, CHANNEL).Properties).toMatchObject({ TeamId: { Ref: 'Workspace' }, ChannelRoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] } });
  expect(onlyResource(stack, CHANNEL).DependsOn).toContain('Workspace');
  expect(resourcesOfType(stack, 'AWS::IAM::Policy').map(({ Properties }) => Properties)).toContainEqual(expect.objectContaining({
    Roles: [{ Ref: 'Role' }], PolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'support:DescribeCases', Resource: '*' }] },
  }));
});

test('a workspace, a channel and a provider can be referred to as those of aws-cdk-lib', () => {
  const stack = newStack();
  const workspace: supportapp.ISlackWorkspaceConfigurationRef = new SlackWorkspace(stack, 'Workspace', { teamId: 'T1' });
  const channel: supportapp.ISlackChannelConfigurationRef = new SlackChannelConfiguration(stack, 'Channel', { ...OPTIONS, workspace });
  const provider: lambda.IFunctionRef = ChannelsProvider.getOrCreate(stack);
  const imported: supportapp.ISlackWorkspaceConfigurationRef = SlackWorkspace.fromTeamId(stack, 'Imported', 'T2');
  expect(workspace.slackWorkspaceConfigurationRef).toEqual({ teamId: 'T1' });
  expect(imported.slackWorkspaceConfigurationRef).toEqual({ teamId: 'T2' });
  expect(channel.slackChannelConfigurationRef).toEqual({ teamId: 'T1', channelId: 'C1' });
  const id = onlyLogicalId(stack, FUNCTION);
  expect(stack.resolve(provider.functionRef)).toEqual({ functionName: { Ref: id }, functionArn: { 'Fn::GetAtt': [id, 'Arn'] } });
  expect(provider.env).toEqual(stack.node.scope && { account: stack.account, region: stack.region });
});

test('a permission can be given on the function of a provider', () => {
  const stack = newStack();
  const provider = ChannelsProvider.getOrCreate(stack);
  new lambda.CfnPermission(stack, 'Permission', {
    action: 'lambda:InvokeFunction', principal: 'cloudformation.amazonaws.com', functionName: provider.functionRef.functionArn,
  });
  expect(onlyResource(stack, 'AWS::Lambda::Permission').Properties.FunctionName).toEqual({ 'Fn::GetAtt': [onlyLogicalId(stack, FUNCTION), 'Arn'] });
});

test('a reference to another stack of the app makes one stack wait for the other', () => {
  const app = new App({ analyticsReporting: false });
  const [roles, stack] = [new Stack(app, 'Roles'), new Stack(app, 'Stack')];
  const role = new iam.CfnRole(roles, 'Role', { assumeRolePolicyDocument: TRUST('lambda.amazonaws.com') });
  new AccountAlias(stack, 'Alias', { accountAlias: 'a', provider: new ChannelsProvider(stack, 'Provider', { role }) });
  expect(Object.values(resourcesOf(stack)).filter(({ Type }) => Type === 'AWS::IAM::Policy').map(({ Properties }) => Properties.Roles)).toEqual([
    [{ 'Fn::ImportValue': expect.stringMatching(/^Roles:/) }], [{ 'Fn::ImportValue': expect.stringMatching(/^Roles:/) }],
  ]);
  expect(stack.dependencies).toEqual([roles]);
});
