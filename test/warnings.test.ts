import {
  Annotations as CoreAnnotations, App, aws_ec2 as ec2, aws_iam as iam, CfnResource, NestedStack, RemovalPolicies, RemovalPolicy, Stack,
} from 'aws-cdk-lib';
import { messageOf, newStack, onlyResource, resourcesOf, type Resource } from './synthesis';
import {
  AccountAlias, AccountValue, type AddSlackChannelOptions, ChannelsProvider, ExistingConfiguration, NotificationSeverity, SlackChannelConfiguration,
  SlackWorkspace, SupportAppRole,
} from '../src';

const FIRST = { account: '111122223333', region: 'us-east-1' };
const SECOND = { account: '444455556666', region: 'us-east-1' };

/** The warnings of a synthesis by the path of their construct, without how to acknowledge them; those of the CDK aside. */
function warningsOf(stack: Stack): [path: string, message: string][] {
  const assembly = (stack.node.root as App).synth({ force: true });
  return assembly.stacks.flatMap(({ messages }) => messages.filter(({ level }) => level === 'warning').map(({ id, entry }) => [id, String(entry.data)] as const))
    .filter(([, message]) => message.includes('[ack: cdk-support-channels:')).map(([id, message]) => [id, message]);
}

function acknowledge(stack: Stack, name: string): void {
  CoreAnnotations.of(stack).acknowledgeWarning(`cdk-support-channels:${name}`, 'as it should be');
}

function newChannel(stack: Stack, options: Partial<AddSlackChannelOptions> = {}, id = 'Channel'): SlackChannelConfiguration {
  const workspace = SlackWorkspace.fromTeamId(stack, `${id}Workspace`, 'T012ABCDEFG');
  return new SlackChannelConfiguration(stack, id, { workspace, channelId: 'C012ABCDEFG', notifyOnCaseSeverity: NotificationSeverity.NONE, ...options });
}

const SOURCE = 'Copy the channel ID from the channel\'s details in Slack, such as C012ABCDEFG.';
const TEAM_SOURCE = 'Copy the team ID from the URL of the workspace in a browser, such as T012ABCDEFG.';

describe('an id that Slack does not know', () => {
  test.each([
    ['https://acme.slack.com/archives/C012ABCDEFG', 'a URL', 'Give the part of it that is the ID, "C012ABCDEFG".'],
    ['acme.slack.com/archives/support', 'a URL', SOURCE],
    ['#support-operations', 'a name', SOURCE],
    ['support-operations', 'no ID: these are upper-case letters and digits', SOURCE],
    ['<#C012ABCDEFG|support>', 'no ID: these are upper-case letters and digits', 'Give the part of it that is the ID, "C012ABCDEFG".'],
    ['c012abcdefg', 'in lower case', 'Give "C012ABCDEFG".'],
    ['T012ABCDEFG', 'the ID of a workspace', SOURCE],
    ['U012ABCDEFG', 'the ID of a user', SOURCE],
  ])('as channelId: %s', (channelId, mistake, remedy) => {
    const stack = newStack();
    newChannel(stack, { channelId });
    const message = `channelId: should be the ID of a Slack channel, got ${JSON.stringify(channelId)}, which is ${mistake}; no notification would reach `
      + `anybody. ${remedy} [ack: cdk-support-channels:channelId]`;
    expect(warningsOf(stack)).toEqual([['/Stack/Channel', message]]);
    acknowledge(stack, 'channelId');
    expect(warningsOf(stack)).toEqual([]);
  });

  test.each([
    ['https://app.slack.com/client/T012ABCDEFG/C012ABCDEFG', 'a URL', 'Give the part of it that is the ID, "T012ABCDEFG".'],
    ['acme', 'no ID: these are upper-case letters and digits', TEAM_SOURCE],
    ['t012abcdefg', 'in lower case', 'Give "T012ABCDEFG".'],
    ['C012ABCDEFG', 'the ID of a channel', TEAM_SOURCE],
  ])('as teamId: %s', (teamId, mistake, remedy) => {
    const stack = newStack();
    new SlackWorkspace(stack, 'Defined', { teamId });
    SlackWorkspace.fromTeamId(stack, 'Imported', teamId);
    SlackChannelConfiguration.fromSlackChannelConfigurationAttributes(stack, 'Channel', { teamId, channelId: 'C012ABCDEFG' });
    const message = `teamId: should be the ID of a Slack workspace, got ${JSON.stringify(teamId)}, which is ${mistake}; no notification would reach anybody. `
      + `${remedy} [ack: cdk-support-channels:teamId]`;
    expect(warningsOf(stack)).toEqual([['/Stack/Defined', message], ['/Stack/Imported', message], ['/Stack/Channel', message]]);
    acknowledge(stack, 'teamId');
    expect(warningsOf(stack)).toEqual([]);
  });

  test('is told for the account that has it', () => {
    const stack = newStack();
    newChannel(stack, { channelId: AccountValue.byAccount({ 111122223333: 'C012ABCDEFG', 444455556666: '#support' }).asString });
    expect(warningsOf(stack)).toEqual([['/Stack/Channel', expect.stringMatching(/got "#support", which is a name; .* in account 444455556666\. /)]]);
  });

  test('is none of the IDs that Slack gives', () => {
    const stack = newStack();
    ['C012ABCDEFG', 'G012ABCDEFG', 'CSUPPORT'].forEach((channelId, index) => newChannel(stack, { channelId }, `Channel${index}`));
    ['T012ABCDEFG', 'E012ABCDEFG'].forEach((teamId) => new SlackWorkspace(stack, teamId, { teamId }));
    expect(warningsOf(stack)).toEqual([]);
  });
});

describe('a role', () => {
  const LAMBDA = new iam.ServicePrincipal('lambda.amazonaws.com');
  const SUPPORT_APP = new iam.ServicePrincipal('supportapp.amazonaws.com');

  test.each<[string, iam.IPrincipal, string | undefined]>([
    ['another service', LAMBDA, 'lambda.amazonaws.com'],
    ['an account', new iam.AccountPrincipal('111122223333'), expect.stringContaining('{"AWS":')],
    ['the Support App', SUPPORT_APP, undefined],
    ['the Support App, too', new iam.CompositePrincipal(LAMBDA, SUPPORT_APP), undefined],
    ['everybody', new iam.StarPrincipal(), undefined],
  ])('of a channel that trusts %s', (_, assumedBy, got) => {
    const stack = newStack();
    newChannel(stack, { channelRole: new iam.Role(stack, 'Role', { assumedBy }) });
    const warnings = warningsOf(stack);
    expect(warnings.map(([path, message]) => [path, /which trusts (.*)\. Set/.exec(message)?.[1]])).toEqual(got === undefined ? [] : [['/Stack/Channel', got]]);
  });

  test('without the trust that its channel needs: the whole message', () => {
    const stack = newStack();
    newChannel(stack, { channelRole: new iam.Role(stack, 'Role', { assumedBy: LAMBDA }) });
    expect(warningsOf(stack)).toEqual([['/Stack/Channel', 'channelRole: should trust supportapp.amazonaws.com, got the Role at "Stack/Role", which trusts '
      + 'lambda.amazonaws.com. Set assumedBy to new iam.ServicePrincipal(\'supportapp.amazonaws.com\'), or make a SupportAppRole. '
      + '[ack: cdk-support-channels:channelRoleTrust]']]);
    acknowledge(stack, 'channelRoleTrust');
    expect(warningsOf(stack)).toEqual([]);
  });

  test('whose trust comes later, or is not known, is none', () => {
    const stack = newStack();
    const role = new iam.Role(stack, 'Role', { assumedBy: LAMBDA });
    newChannel(stack, { channelRole: role });
    newChannel(stack, { channelId: 'C2', channelRole: iam.Role.fromRoleName(stack, 'Imported', 'support') }, 'Other');
    role.assumeRolePolicy!.addStatements(new iam.PolicyStatement({ actions: ['sts:AssumeRole'], principals: [SUPPORT_APP] }));
    expect(warningsOf(stack)).toEqual([]);
  });

  test('of a handler without the trust of Lambda', () => {
    const stack = newStack();
    new ChannelsProvider(stack, 'Provider', { role: new SupportAppRole(stack, 'Role') });
    expect(warningsOf(stack)).toEqual([['/Stack/Provider', 'role: should trust lambda.amazonaws.com, got the SupportAppRole at "Stack/Role", which trusts '
      + 'supportapp.amazonaws.com. Set assumedBy to new iam.ServicePrincipal(\'lambda.amazonaws.com\'). [ack: cdk-support-channels:roleTrust]']]);
  });

  const ROLES: [string, (stack: Stack) => iam.IRole, string][] = [
    ['imported', (stack) => iam.Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::444455556666:role/support', { mutable: false }), '"arn:aws:iam::444455556666:role/support"'],
    ['of the app', (stack) => new SupportAppRole(new Stack(stack.node.root as App, 'Roles', { env: SECOND }), 'Role', { roleName: 'support' }), expect.any(String)],
  ];

  test.each(ROLES)('of another account, %s, is an error that can be acknowledged', (_, giveRole, got) => {
    const stack = newStack({ env: FIRST });
    newChannel(stack, { channelRole: giveRole(stack) });
    const [, message] = messageOf(() => warningsOf(stack)).split('\n');
    expect(/got (.*) of account 444455556666/.exec(message)?.[1]).toEqual(got);
    acknowledge(stack, 'channelRoleAccount');
    expect(warningsOf(stack)).toEqual([]);
  });

  test('of another account: the whole message', () => {
    const stack = newStack({ env: FIRST });
    newChannel(stack, { channelRole: iam.Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::444455556666:role/support') });
    expect(messageOf(() => warningsOf(stack)).split('\n').slice(1)).toEqual([
      '  [Stack/Channel] channelRole: must be a role of account 111122223333, that of stack "Stack", got "arn:aws:iam::444455556666:role/support" of account '
      + '444455556666. AWS passes a role to a service in the role\'s own account only: give a role of the account. '
      + '[ack: cdk-support-channels:channelRoleAccount]',
    ]);
  });

  test('of the account, or where the account is not known, is fine', () => {
    [newStack({ env: SECOND }), newStack()].forEach((stack) => {
      const role = iam.Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::444455556666:role/support');
      newChannel(stack, { channelRole: role });
      expect(warningsOf(stack)).toEqual([]);
    });
  });

  test('of another account for the handler', () => {
    const stack = newStack({ env: FIRST });
    new ChannelsProvider(stack, 'Provider', { role: iam.Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::444455556666:role/handler') });
    expect(messageOf(() => warningsOf(stack))).toMatch(/\[Stack\/Provider\] role: must be a role of account 111122223333, .* \[ack: cdk-support-channels:roleAccount\]/);
  });
});

describe('a channel that outlives its stack', () => {
  const SUPPORT_APP_POLICY = { actions: ['servicequotas:ListServices'], resources: ['*'] };

  /** What becomes of the role that channels share, and of its policy. */
  function sharedRoleOf(stack: Stack): Pick<Resource, 'DeletionPolicy' | 'UpdateReplacePolicy'>[] {
    return Object.entries(resourcesOf(stack)).filter(([id]) => id.startsWith('CdkSupportAppRole'))
      .map(([, { DeletionPolicy, UpdateReplacePolicy }]) => ({ DeletionPolicy, UpdateReplacePolicy }));
  }

  const RETAIN = { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' };
  const EXCEPT_ON_CREATE = { DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' };
  const NONE = { DeletionPolicy: undefined, UpdateReplacePolicy: undefined };

  test.each<[string, Partial<AddSlackChannelOptions>, object]>([
    ['retained', { removalPolicy: RemovalPolicy.RETAIN }, RETAIN],
    ['retained except on create', { removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE }, EXCEPT_ON_CREATE],
    ['adopted', { existing: ExistingConfiguration.ADOPT }, EXCEPT_ON_CREATE],
    ['adopted and retained', { existing: ExistingConfiguration.ADOPT, removalPolicy: RemovalPolicy.RETAIN }, RETAIN],
    ['deleted', {}, NONE],
  ])('keeps the shared role: %s', (_, options, expected) => {
    const stack = newStack();
    newChannel(stack, { channelId: 'C1' }, 'Deleted');
    newChannel(stack, options).grantPrincipal.addToPrincipalPolicy(new iam.PolicyStatement(SUPPORT_APP_POLICY));
    expect(sharedRoleOf(stack)).toEqual([expected, expected]);
    expect(warningsOf(stack)).toEqual([]);
  });

  test('keeps the shared role also where its policy comes late', () => {
    const stack = newStack();
    newChannel(stack);
    const second = newChannel(stack, { channelId: 'C2' }, 'Second');
    second.applyRemovalPolicy(RemovalPolicy.RETAIN);
    expect(sharedRoleOf(stack)).toEqual([RETAIN]);
    const other = newStack();
    newChannel(other);
    RemovalPolicies.of(other).retain({ applyToResourceTypes: ['Custom::SupportAppSlackChannelConfiguration'] });
    expect(sharedRoleOf(other)).toEqual([RETAIN]);
  });

  test('keeps no role once it is taken out of the tree', () => {
    const stack = newStack();
    newChannel(stack, { removalPolicy: RemovalPolicy.RETAIN });
    newChannel(stack, { channelId: 'C2' }, 'Second');
    stack.node.tryRemoveChild('Channel');
    expect(sharedRoleOf(stack)).toEqual([NONE]);
  });

  test.each<[string, Partial<AddSlackChannelOptions>]>([
    ['retained', { removalPolicy: RemovalPolicy.RETAIN }],
    ['adopted', { existing: ExistingConfiguration.ADOPT }],
  ])('with a role of the stack that goes: %s', (_, options) => {
    const stack = newStack();
    const channelRole = new SupportAppRole(stack, 'Role');
    newChannel(stack, { ...options, channelRole });
    expect(warningsOf(stack)).toEqual([['/Stack/Channel', 'channelRole: should stay as the channel does when the stack is deleted, got the SupportAppRole at '
      + '"Stack/Role", which is deleted then: Slack would say that the role is not valid. Call applyRemovalPolicy(RemovalPolicy.RETAIN) on the role, or leave '
      + 'channelRole out: the role that channels share is kept with them. [ack: cdk-support-channels:channelRoleRemoval]']]);
    channelRole.applyRemovalPolicy(RemovalPolicy.RETAIN);
    const [again] = [newStack()].map((other) => {
      const role = new SupportAppRole(other, 'Role');
      newChannel(other, { ...options, channelRole: role });
      role.applyRemovalPolicy(RemovalPolicy.RETAIN);
      return warningsOf(other);
    });
    expect(again).toEqual([]);
  });

  test('with a role of elsewhere is fine', () => {
    const stack = newStack();
    newChannel(stack, { removalPolicy: RemovalPolicy.RETAIN, channelRole: new SupportAppRole(new Stack(stack.node.root as App, 'Roles'), 'Role') });
    newChannel(stack, { channelId: 'C2', removalPolicy: RemovalPolicy.RETAIN, channelRole: iam.Role.fromRoleName(stack, 'Role', 'support') }, 'Other');
    expect(warningsOf(stack)).toEqual([]);
  });
});

describe('a workspace', () => {
  test('of another account', () => {
    const stack = newStack({ env: FIRST });
    const workspace = new SlackWorkspace(new Stack(stack.node.root as App, 'Other', { env: SECOND }), 'Workspace', { teamId: 'T012ABCDEFG' });
    newChannel(stack, { workspace } as object);
    expect(warningsOf(stack)).toEqual([['/Stack/Channel', 'workspace: should be registered for account 111122223333, that of stack "Stack", got the '
      + 'SlackWorkspace at "Other/Workspace" of account 444455556666. Define a SlackWorkspace for the account, or give SlackWorkspace.fromTeamId() if the account '
      + 'has it already. [ack: cdk-support-channels:workspaceAccount]']]);
    acknowledge(stack, 'workspaceAccount');
    expect(warningsOf(stack)).toEqual([]);
  });

  test('of the account, or imported, is fine', () => {
    const stack = newStack({ env: FIRST });
    const workspace = new SlackWorkspace(new Stack(stack.node.root as App, 'Other', { env: FIRST }), 'Workspace', { teamId: 'T012ABCDEFG' });
    newChannel(stack, { workspace } as object);
    newChannel(new Stack(stack.node.root as App, 'Third', { env: SECOND }), {
      workspace: SlackWorkspace.fromTeamId(stack, 'Imported', 'T012ABCDEFG'),
    } as object);
    expect(warningsOf(stack)).toEqual([]);
  });
});

describe('a partition', () => {
  test.each([
    ['cn-north-1', 'aws-cn'], ['us-gov-west-1', 'aws-us-gov'], ['us-iso-east-1', 'aws-iso'], ['us-isob-east-1', 'aws-iso-b'], ['eusc-de-east-1', 'aws-eusc'],
  ])('without the services: %s', (region, partition) => {
    const stack = newStack({ env: { account: '111122223333', region } });
    new AccountAlias(stack, 'Alias', { accountAlias: 'acme' });
    new SlackWorkspace(new NestedStack(stack, 'Nested'), 'Workspace', { teamId: 'T012ABCDEFG' });
    const message = `env.region: should be a Region of the partition aws, got "${region}" of ${partition}, where neither the AWS Support App nor Amazon Chime `
      + 'SDK messaging is. Deploy to an account of the partition aws, such as in us-east-1. [ack: cdk-support-channels:partition]';
    expect(warningsOf(stack)).toEqual([['/Stack', message], ['/Stack/Nested', message]]);
    acknowledge(stack, 'partition');
    expect(warningsOf(stack)).toEqual([]);
  });

  test.each(['us-east-1', 'eu-central-1', 'me-south-1', undefined])('with them: %s', (region) => {
    const stack = newStack({ env: { account: '111122223333', region } });
    new AccountAlias(stack, 'Alias', { accountAlias: 'acme' });
    expect(warningsOf(stack)).toEqual([]);
  });
});

describe('a VPC', () => {
  const isolated = { subnetConfiguration: [{ name: 'Isolated', subnetType: ec2.SubnetType.PRIVATE_ISOLATED }] };

  test('without a way out', () => {
    const stack = newStack();
    new ChannelsProvider(stack, 'Provider', { vpc: new ec2.Vpc(stack, 'Vpc', { maxAzs: 2, natGateways: 0, ...isolated }) });
    expect(warningsOf(stack)).toEqual([['/Stack/Provider', 'vpcSubnets: should have a route out of the VPC, got Stack/Vpc/IsolatedSubnet1, '
      + 'Stack/Vpc/IsolatedSubnet2 without one: the handler would reach neither the AWS Support App, which has no VPC endpoint, nor AWS CloudFormation, and each '
      + 'deployment would fail when serviceTimeout is over. Choose subnets such as { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS } of a VPC with a NAT '
      + 'gateway, or acknowledge this if there is another way. [ack: cdk-support-channels:vpcSubnets]']]);
    acknowledge(stack, 'vpcSubnets');
    expect(warningsOf(stack)).toEqual([]);
  });

  test('whose private subnets have no NAT gateway', () => {
    const stack = newStack();
    const subnetConfiguration = [{ name: 'Private', subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS }];
    new ChannelsProvider(stack, 'Provider', { vpc: new ec2.Vpc(stack, 'Vpc', { maxAzs: 1, natGateways: 0, subnetConfiguration }) });
    expect(warningsOf(stack)).toEqual([['/Stack/Provider', expect.stringContaining('got Stack/Vpc/PrivateSubnet1 without one')]]);
  });

  test('whose isolated subnets are imported', () => {
    const stack = newStack();
    const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'vpc-1', availabilityZones: ['a'], isolatedSubnetIds: ['subnet-1'] });
    new ChannelsProvider(stack, 'Provider', { vpc, vpcSubnets: { subnets: vpc.isolatedSubnets } });
    expect(warningsOf(stack)).toEqual([['/Stack/Provider', expect.stringContaining('got Stack/Vpc/IsolatedSubnet1 without one')]]);
  });

  test('with a NAT gateway, a route to somewhere else, or imported private subnets, is fine', () => {
    const stack = newStack();
    const closed = new ec2.Vpc(stack, 'Closed', { maxAzs: 1, natGateways: 0, ...isolated });
    const vpcs: ec2.IVpc[] = [
      new ec2.Vpc(stack, 'Open', { maxAzs: 1 }),
      closed,
      ec2.Vpc.fromVpcAttributes(stack, 'Imported', { vpcId: 'vpc-1', availabilityZones: ['a'], privateSubnetIds: ['subnet-1'] }),
    ];
    vpcs.forEach((vpc, index) => new ChannelsProvider(stack, `Provider${index}`, { vpc }));
    new ec2.CfnRoute(stack, 'Route', {
      routeTableId: closed.isolatedSubnets[0].routeTable.routeTableId, destinationCidrBlock: '0.0.0.0/0', transitGatewayId: 'tgw-1',
    });
    expect(warningsOf(stack)).toEqual([]);
  });
});

describe('a provider', () => {
  test('that serves nothing while another one does', () => {
    const stack = newStack();
    new ChannelsProvider(stack, 'Mine', { memorySize: 512 });
    new AccountAlias(stack, 'Alias', { accountAlias: 'acme' });
    expect(warningsOf(stack)).toEqual([['/Stack/Mine', 'provider: should be that of a construct, got the ChannelsProvider at "Stack/Mine", which serves nothing, so '
      + 'that its options have no effect: the constructs of stack "Stack" are served by the ChannelsProvider at "Stack/CdkSupportChannels". Give it to constructs as '
      + 'provider, define it before them with the id "CdkSupportChannels" in the stack, or remove it. [ack: cdk-support-channels:unusedProvider]']]);
    acknowledge(stack, 'unusedProvider');
    expect(warningsOf(stack)).toEqual([]);
  });

  test('is fine alone, with a construct of its own, and in another stack', () => {
    const stack = newStack();
    new AccountAlias(stack, 'Alias', { accountAlias: 'acme', provider: new ChannelsProvider(stack, 'Mine') });
    newChannel(stack);
    new ChannelsProvider(new Stack(stack.node.root as App, 'Other'), 'Mine');
    expect(warningsOf(stack)).toEqual([]);
  });

  test('serves nothing any more once its construct is taken out of the tree', () => {
    const stack = newStack();
    new AccountAlias(stack, 'Alias', { accountAlias: 'acme', provider: new ChannelsProvider(stack, 'Mine') });
    newChannel(stack);
    stack.node.tryRemoveChild('Alias');
    expect(warningsOf(stack)).toEqual([['/Stack/Mine', expect.stringMatching(/serves nothing/)]]);
  });
});

test('a warning can be acknowledged at its construct, before and after it is found', () => {
  const stack = newStack();
  new ChannelsProvider(stack, 'Provider', { role: new SupportAppRole(stack, 'Role') });
  CoreAnnotations.of(stack.node.findChild('Provider')).acknowledgeWarning('cdk-support-channels:roleTrust');
  expect(warningsOf(stack)).toEqual([]);
  expect(stack.node.findAll().filter(CfnResource.isCfnResource)).not.toEqual([]);
  expect(onlyResource(stack, 'AWS::Lambda::Function')).toBeDefined();
});
