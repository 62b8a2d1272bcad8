import * as fs from 'node:fs';
import * as path from 'node:path';
import {
  App,
  Aspects,
  aws_ec2 as ec2,
  aws_iam as iam,
  aws_kms as kms,
  aws_lambda as lambda,
  aws_logs as logs,
  aws_sqs as sqs,
  CfnParameter,
  Duration,
  type IAspect,
  Lazy,
  NestedStack,
  Stack,
  Tags,
  Token,
} from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import type { IConstruct } from 'constructs';
import {
  handlerStatements,
  messageOf,
  newStack,
  onlyLogicalId,
  onlyResource,
  policyNameOf,
  problemsOf,
  resourcePolicyId,
  resourcePolicyIds,
  resourcesOf,
  resourcesOfType,
  resourceStatements,
} from './synthesis';
import {
  AccountAlias,
  ChannelsProvider,
  type ChannelsProviderProps,
  ChimeChannel,
  ExpirationCriterion,
  HandlerCode,
  NotificationSeverity,
  SlackChannelConfiguration,
  SlackWorkspace,
  SupportAppAccount,
} from '../src';

const FUNCTION = 'AWS::Lambda::Function';
const LOG_GROUP = 'AWS::Logs::LogGroup';
const ROLE_ARN = 'arn:aws:iam::111122223333:role/Channel';
const APP_INSTANCE_ARN = 'arn:aws:chime:us-east-1:111122223333:app-instance/i';

const LOGS = (stack: Stack) => ({
  Effect: 'Allow',
  Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
  Resource: { 'Fn::GetAtt': [onlyLogicalId(stack, LOG_GROUP), 'Arn'] },
});
const OWN_STACK = { Effect: 'Allow', Action: ['cloudformation:ListStackResources', 'cloudformation:DescribeStackEvents'], Resource: { Ref: 'AWS::StackId' } };
const OTHER_STACKS = { Effect: 'Allow', Action: 'cloudformation:DescribeStackResources', Resource: '*' };
const WORKSPACE = {
  Effect: 'Allow',
  Action: [
    'supportapp:RegisterSlackWorkspaceForOrganization',
    'supportapp:ListSlackWorkspaceConfigurations',
    'supportapp:DeleteSlackWorkspaceConfiguration',
    'supportapp:ListSlackChannelConfigurations',
  ],
  Resource: '*',
};
const CHANNEL = {
  Effect: 'Allow',
  Action: [
    'supportapp:CreateSlackChannelConfiguration',
    'supportapp:UpdateSlackChannelConfiguration',
    'supportapp:DeleteSlackChannelConfiguration',
    'supportapp:ListSlackChannelConfigurations',
  ],
  Resource: '*',
};
const PASS_ROLE = {
  Effect: 'Allow',
  Action: 'iam:PassRole',
  Resource: ROLE_ARN,
  Condition: { StringEquals: { 'iam:PassedToService': 'supportapp.amazonaws.com' } },
};
const ALIAS = {
  Effect: 'Allow',
  Action: ['supportapp:PutAccountAlias', 'supportapp:GetAccountAlias', 'supportapp:DeleteAccountAlias'],
  Resource: '*',
};
const CHIME = {
  Effect: 'Allow',
  Action: [
    'chime:CreateChannel',
    'chime:UpdateChannel',
    'chime:DeleteChannel',
    'chime:TagResource',
    'chime:UntagResource',
    'chime:ListChannelsModeratedByAppInstanceUser',
    'chime:DescribeChannel',
    'chime:ListTagsForResource',
    'chime:CreateChannelModerator',
    'chime:DeleteChannelModerator',
    'chime:ListChannelModerators',
  ],
  Resource: [`${APP_INSTANCE_ARN}/channel/*`, `${APP_INSTANCE_ARN}/user/u`],
};
const NETWORK = {
  Effect: 'Allow',
  Action: [
    'ec2:CreateNetworkInterface',
    'ec2:DescribeNetworkInterfaces',
    'ec2:DescribeSubnets',
    'ec2:DeleteNetworkInterface',
    'ec2:AssignPrivateIpAddresses',
    'ec2:UnassignPrivateIpAddresses',
  ],
  Resource: '*',
};

const define = {
  workspace: (stack: Stack, provider?: ChannelsProvider) => new SlackWorkspace(stack, 'Workspace', { teamId: 'T1', provider }),
  channel: (stack: Stack, provider?: ChannelsProvider) => new SlackChannelConfiguration(stack, 'Channel', {
    workspace: SlackWorkspace.fromTeamId(stack, 'ImportedWorkspace', 'T1'),
    channelId: 'C1',
    notifyOnCaseSeverity: NotificationSeverity.NONE,
    channelRole: iam.Role.fromRoleArn(stack, 'ChannelRole', ROLE_ARN),
    provider,
  }),
  alias: (stack: Stack, provider?: ChannelsProvider) => new AccountAlias(stack, 'Alias', { accountAlias: 'a', provider }),
  chime: (stack: Stack, provider?: ChannelsProvider) => new ChimeChannel(stack, 'Chime', {
    appInstanceArn: APP_INSTANCE_ARN,
    chimeBearer: `${APP_INSTANCE_ARN}/user/u`,
    channelName: 'n',
    provider,
  }),
};

test('the handler, its role and its log group', () => {
  const stack = newStack();
  const provider = new ChannelsProvider(stack, 'Provider');
  const [role, logGroup] = ['AWS::IAM::Role', LOG_GROUP].map((type) => onlyLogicalId(stack, type));
  expect(resourcesOf(stack)).toEqual({
    [role]: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } }],
        },
        Description: 'Handler of support channels',
        Policies: [{ PolicyName: 'Handler', PolicyDocument: { Version: '2012-10-17', Statement: [LOGS(stack), OWN_STACK, OTHER_STACKS] } }],
      },
    },
    [logGroup]: {
      Type: LOG_GROUP,
      Properties: { RetentionInDays: 30 },
      DeletionPolicy: 'Delete',
      UpdateReplacePolicy: 'Delete',
    },
    [onlyLogicalId(stack, FUNCTION)]: {
      Type: FUNCTION,
      Properties: {
        Description: 'Manages the AWS Support App and Amazon Chime channels of this stack',
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Code: { ZipFile: expect.stringContaining('handler') },
        Role: { 'Fn::GetAtt': [role, 'Arn'] },
        MemorySize: 256,
        Timeout: 120,
        LoggingConfig: { LogGroup: { Ref: logGroup } },
      },
    },
  });
  expect(stack.resolve(provider.serviceToken)).toEqual({ 'Fn::GetAtt': [onlyLogicalId(stack, FUNCTION), 'Arn'] });
});

describe('one provider per stack', () => {
  test('constructs of all kinds share it', () => {
    const stack = newStack();
    Object.values(define).forEach((defineOne) => defineOne(stack));
    expect(resourcesOfType(stack, FUNCTION)).toHaveLength(1);
    expect(ChannelsProvider.getOrCreate(stack.node.findChild('Alias') as AccountAlias)).toBe(ChannelsProvider.getOrCreate(stack));
  });

  test('its logical IDs are fixed', () => {
    const stack = newStack();
    define.alias(stack);
    expect(Object.keys(resourcesOf(stack)).sort()).toEqual([
      'Alias325C5727',
      'CdkSupportChannels8196946B',
      'CdkSupportChannelsLogGroup460ACA00',
      'CdkSupportChannelsPolicy3E7B7531A7C2',
      'CdkSupportChannelsRole61D71BFB',
    ]);
  });

  test('each stack has its own, nested stacks too', () => {
    const app = new App();
    const [first, second] = [new Stack(app, 'First'), new Stack(app, 'Second')];
    const nested = new NestedStack(first, 'Nested');
    const stacks = [first, second, nested];
    stacks.forEach((stack) => new SlackWorkspace(stack, 'Workspace', { teamId: 'T1' }));
    stacks.forEach((stack) => expect(resourcesOfType(stack, FUNCTION)).toHaveLength(1));
  });
});

describe('ids', () => {
  test('that belong to the library are told in its words', () => {
    const stack = newStack();
    expect(messageOf(() => new SupportAppAccount(stack, 'CdkSupportChannels', { teamId: 'T012ABCDEFG' }))).toBe(
      'stack "Stack" must have nothing else at the id "CdkSupportChannels", where this library keeps its ChannelsProvider, got the SupportAppAccount at '
      + '"Stack/CdkSupportChannels". Give that construct another id.',
    );
    const other = newStack();
    new logs.LogGroup(other, 'CdkSupportAppRole');
    const workspace = SlackWorkspace.fromTeamId(other, 'Workspace', 'T012ABCDEFG');
    expect(messageOf(() => workspace.addChannel('Channel', { channelId: 'C012ABCDEFG', notifyOnCaseSeverity: NotificationSeverity.NONE }))).toBe(
      'stack "Stack" must have nothing else at the id "CdkSupportAppRole", where this library keeps the role that channels share, got the LogGroup at '
      + '"Stack/CdkSupportAppRole". Give that construct another id.',
    );
  });

  test('of a provider that comes too late are told with the remedy', () => {
    const stack = newStack();
    define.alias(stack);
    expect(messageOf(() => new ChannelsProvider(stack, 'CdkSupportChannels', { memorySize: 512 }))).toBe(
      'ChannelsProvider at "Stack/CdkSupportChannels" has 1 problem:\n'
      + '  - id: must be another one, got "CdkSupportChannels", at which there is a ChannelsProvider already: the first construct that needs one makes it. '
      + 'Define the ChannelsProvider before all constructs that it serves, or give it another id and pass it to them as provider.',
    );
  });

  test.each(['Default', 'Resource'])('that the CDK treats specially are told where they would clash: %s', (id) => {
    const stack = newStack();
    const workspace = new SlackWorkspace(stack, 'Workspace', { teamId: 'T012ABCDEFG' });
    const channel = { channelId: 'C012ABCDEFG', notifyOnCaseSeverity: NotificationSeverity.NONE };
    expect(messageOf(() => workspace.addChannel(id, channel))).toBe(
      `SlackChannelConfiguration at "Stack/Workspace/${id}" has 1 problem:\n  - id: must not be Resource or Default in a construct that has a resource of its own, `
      + `got "${id}". Choose another id, such as what the channel is for.`,
    );
    SlackWorkspace.fromTeamId(stack, 'Imported', 'T012ABCDEFG').addChannel(id, channel);
    new SupportAppAccount(stack, 'Account', { teamId: 'T112ABCDEFG', channels: { [id]: channel } });
    new SlackWorkspace(stack, id, { teamId: 'T212ABCDEFG' });
    const ids = Object.keys(resourcesOf(stack));
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('can be pinned by renaming, the policy for resources without the characters that it ends with', () => {
    const stack = newStack();
    define.alias(stack);
    stack.renameLogicalId('CdkSupportChannels8196946B', 'Handler');
    stack.renameLogicalId('CdkSupportChannelsPolicy3E7B7531', 'Pinned');
    expect(onlyLogicalId(stack, FUNCTION)).toBe('Handler');
    expect(resourcePolicyIds(stack)).toEqual(['PinnedA7C2']);
  });
});

describe('the permissions of the handler', () => {
  const COMBINATIONS: [string, (keyof typeof define)[], string, object[]][] = [
    ['a workspace', ['workspace'], '0575', [WORKSPACE]],
    ['a channel', ['channel'], '3AF9', [CHANNEL, PASS_ROLE]],
    ['an alias', ['alias'], 'A7C2', [ALIAS]],
    ['a Chime channel', ['chime'], '4EFE', [CHIME]],
    ['a workspace and a channel', ['workspace', 'channel'], '6294', [WORKSPACE, CHANNEL, PASS_ROLE]],
    ['an alias and a Chime channel', ['alias', 'chime'], '7207', [ALIAS, CHIME]],
    ['everything of the Support App', ['workspace', 'channel', 'alias'], '4ED4', [WORKSPACE, CHANNEL, PASS_ROLE, ALIAS]],
    ['everything', ['workspace', 'channel', 'alias', 'chime'], '199D', [WORKSPACE, CHANNEL, PASS_ROLE, ALIAS, CHIME]],
    ['everything in another order', ['chime', 'alias', 'channel', 'workspace'], '199D', [WORKSPACE, CHANNEL, PASS_ROLE, ALIAS, CHIME]],
  ];

  test.each(COMBINATIONS)('for %s are in a policy with a fixed name, beside what the handler always needs', (_, kinds, fingerprint, expected) => {
    const stack = newStack();
    kinds.forEach((kind) => define[kind](stack));
    expect(handlerStatements(stack)).toEqual([LOGS(stack), OWN_STACK, OTHER_STACKS]);
    expect(resourcePolicyIds(stack)).toEqual([`CdkSupportChannelsPolicy3E7B7531${fingerprint}`]);
    expect(onlyResource(stack, 'AWS::IAM::Policy')).toEqual({
      Type: 'AWS::IAM::Policy',
      Properties: {
        PolicyName: `Resources${fingerprint}`,
        PolicyDocument: { Version: '2012-10-17', Statement: expected },
        Roles: [{ Ref: 'CdkSupportChannelsRole61D71BFB' }],
      },
    });
  });

  test('without a resource are in no policy of their own', () => {
    const stack = newStack();
    new ChannelsProvider(stack, 'Provider');
    expect(resourcesOfType(stack, 'AWS::IAM::Policy')).toEqual([]);
  });

  test('are those for the operations that the handler calls', () => {
    const stack = newStack();
    Object.values(define).forEach((defineOne) => defineOne(stack));
    new ChimeChannel(stack, 'WithAll', {
      appInstanceArn: APP_INSTANCE_ARN,
      chimeBearer: `${APP_INSTANCE_ARN}/user/u`,
      channelName: 'n',
      memberArns: [`${APP_INSTANCE_ARN}/user/v`],
      expirationSettings: { expiration: Duration.days(1), expirationCriterion: ExpirationCriterion.CREATED_TIMESTAMP },
      channelFlowArn: `${APP_INSTANCE_ARN}/channel-flow/f`,
    });
    const services = [['supportapp', 'support-app'], ['chime', 'chime-sdk-messaging'], ['cloudformation', 'cloudformation']];
    const called = services.flatMap(([prefix, client]) => {
      const source = fs.readFileSync(path.join(__dirname, '..', 'lambda', 'aws', `${client}.ts`), 'utf8');
      return [...source.matchAll(/const ([A-Z]\w+)Command\b/g)].map(([, operation]) => `${prefix}:${operation}`);
    });
    const allowed = [...handlerStatements(stack), ...resourceStatements(stack)].flatMap(({ Action }) => Action);
    expect(called).not.toEqual([]);
    expect([...called, 'iam:PassRole', 'logs:CreateLogStream', 'logs:PutLogEvents'].sort()).toEqual([...new Set(allowed)].sort());
  });

  test('do not depend on feature flags', () => {
    const statements = [true, false].map((minimize) => {
      const stack = newStack({}, { context: { '@aws-cdk/aws-iam:minimizePolicies': minimize } });
      Object.values(define).forEach((defineOne) => defineOne(stack));
      return [handlerStatements(stack), resourceStatements(stack)];
    });
    expect(statements[0]).toEqual(statements[1]);
  });

  test('can be granted more', () => {
    const stack = newStack();
    const provider = new ChannelsProvider(stack, 'Provider');
    const key = new kms.Key(stack, 'Key');
    expect(key.grantDecrypt(provider).success).toBe(true);
    expect(handlerStatements(stack)).toEqual([
      LOGS(stack),
      OWN_STACK,
      OTHER_STACKS,
      { Effect: 'Allow', Action: 'kms:Decrypt', Resource: { 'Fn::GetAtt': [onlyLogicalId(stack, 'AWS::KMS::Key'), 'Arn'] } },
    ]);
  });

  test('can be named in the policy of a resource', () => {
    const stack = newStack();
    const provider = new ChannelsProvider(stack, 'Provider');
    const statement = new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: ['*'], principals: [provider.grantPrincipal] });
    expect(stack.resolve(statement.toStatementJson()).Principal).toEqual({ AWS: { 'Fn::GetAtt': [expect.stringMatching(/^ProviderRole/), 'Arn'] } });
  });

  test('are limited by a permissions boundary of the scope', () => {
    const stack = newStack();
    define.alias(stack);
    iam.PermissionsBoundary.of(stack).apply(iam.ManagedPolicy.fromManagedPolicyArn(stack, 'Boundary', 'arn:aws:iam::111122223333:policy/boundary'));
    expect(onlyResource(stack, 'AWS::IAM::Role').Properties.PermissionsBoundary).toBe('arn:aws:iam::111122223333:policy/boundary');
  });

  test('are reached by an aspect on roles', () => {
    class Path implements IAspect {
      public visit(node: IConstruct): void {
        if (node instanceof iam.CfnRole) {
          node.path = '/services/';
        }
      }
    }
    const stack = newStack();
    define.alias(stack);
    Aspects.of(stack).add(new Path());
    expect(onlyResource(stack, 'AWS::IAM::Role').Properties.Path).toBe('/services/');
  });
});

const ROLES: [string, (stack: Stack) => iam.IRole | undefined][] = [
  ['the provider\'s own role', () => undefined],
  ['a role of the stack', (stack) => new iam.Role(stack, 'Mine', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') })],
  ['an imported role', (stack) => iam.Role.fromRoleArn(stack, 'Mine', 'arn:aws:iam::111122223333:role/Handler')],
];

describe.each(ROLES)('the policy for resources with %s', (_, giveRole) => {
  /** A stack, in which the same provider has the same id in each test. */
  function stackWith(...definitions: ((stack: Stack, provider: ChannelsProvider) => unknown)[]): Stack {
    const stack = newStack();
    const provider = new ChannelsProvider(stack, 'Provider', { role: giveRole(stack) });
    definitions.forEach((defineOne) => defineOne(stack, provider));
    return stack;
  }

  /** What tells policies apart: the logical id for CloudFormation, the name for IAM. */
  function identity(stack: Stack): string[] {
    const id = resourcePolicyId(stack);
    const name = policyNameOf(resourcesOf(stack)[id].Properties);
    expect(id.slice(-4)).toMatch(/^[0-9A-F]{4}$/);
    expect(name.slice(-4)).toBe(id.slice(-4));
    return [id, name];
  }

  function chimeChannel(id: string, chimeBearer: string, appInstanceArn = APP_INSTANCE_ARN) {
    return (stack: Stack, provider: ChannelsProvider) => new ChimeChannel(stack, id, { appInstanceArn, chimeBearer, channelName: 'n', provider });
  }

  function channel(channelId: string, roleName: string) {
    return (stack: Stack, provider: ChannelsProvider) => new SlackChannelConfiguration(stack, channelId, {
      workspace: SlackWorkspace.fromTeamId(stack, `${channelId}Workspace`, 'T1'),
      channelId,
      notifyOnCaseSeverity: NotificationSeverity.NONE,
      channelRole: iam.Role.fromRoleArn(stack, `${channelId}Role`, `arn:aws:iam::111122223333:role/${roleName}`),
      provider,
    });
  }

  test('is another one for each set of kinds', () => {
    const sets = Object.values(define).reduce<Parameters<typeof stackWith>[]>(
      (smaller, definition) => [...smaller, ...smaller.map((set) => [...set, definition])], [[]],
    );
    const identities = sets.filter((set) => set.length > 0).map((set) => identity(stackWith(...set)));
    expect(identities).toHaveLength(15);
    expect(new Set(identities.map(([id]) => id)).size).toBe(15);
    expect(new Set(identities.map(([, name]) => name)).size).toBe(15);
  });

  test('is the same in whatever order the resources are defined', () => {
    const definitions = [...Object.values(define), channel('C2', 'Other'), chimeChannel('Bot', `${APP_INSTANCE_ARN}/bot/b`)];
    expect(identity(stackWith(...definitions))).toEqual(identity(stackWith(...[...definitions].reverse())));
  });

  test('is the same when a channel with another role is added, which it then allows to pass', () => {
    const [one, two] = [stackWith(channel('C1', 'One')), stackWith(channel('C1', 'One'), channel('C2', 'Two'))];
    expect(identity(two)).toEqual(identity(one));
    const passed = (stack: Stack) => resourceStatements(stack).filter(({ Action }) => Action === 'iam:PassRole').flatMap(({ Resource }) => Resource);
    expect(passed(one)).toEqual(['arn:aws:iam::111122223333:role/One']);
    expect(passed(two)).toEqual(['arn:aws:iam::111122223333:role/One', 'arn:aws:iam::111122223333:role/Two']);
  });

  test('is the same when the role of a channel changes', () => {
    expect(identity(stackWith(channel('C1', 'One')))).toEqual(identity(stackWith(channel('C1', 'Two'))));
  });

  test('is the same when a Chime channel of the same AppInstance and bearer is added', () => {
    expect(identity(stackWith(define.chime, chimeChannel('Second', `${APP_INSTANCE_ARN}/user/u`)))).toEqual(identity(stackWith(define.chime)));
  });

  test.each([
    ['bearer', chimeChannel('Chime', `${APP_INSTANCE_ARN}/bot/b`)],
    ['AppInstance', chimeChannel('Chime', `${APP_INSTANCE_ARN}2/user/u`, `${APP_INSTANCE_ARN}2`)],
  ])('is another one for another Chime %s', (_name, definition) => {
    const [[id, name], [otherId, otherName]] = [identity(stackWith(define.chime)), identity(stackWith(definition))];
    expect(otherId).not.toBe(id);
    expect(otherName).not.toBe(name);
  });

  test('outlives each custom resource', () => {
    const stack = stackWith(...Object.values(define), channel('C2', 'Other'), chimeChannel('Bot', `${APP_INSTANCE_ARN}/bot/b`));
    const customResources = Object.values(resourcesOf(stack)).filter(({ Type }) => Type.startsWith('Custom::'));
    expect(customResources).toHaveLength(6);
    customResources.forEach(({ DependsOn }) => expect(DependsOn).toContain(resourcePolicyId(stack)));
  });
});

describe('a given role', () => {
  /** A role has one policy of a name, and IAM is global. */
  const ofThisStackAlone = (name: string) => (
    { 'Fn::Join': ['', [`${name}-`, { 'Fn::Select': [2, { 'Fn::Split': ['/', { Ref: 'AWS::StackId' }] }] }]] }
  );

  /** The policies of a template by logical id, without their order. */
  const policiesOf = (stack: Stack) =>
    Object.fromEntries(Object.entries(resourcesOf(stack)).filter(([, { Type }]) => Type === 'AWS::IAM::Policy').map(([id, { Properties }]) => [id, Properties]));

  test('gets two policies, and no other role is made', () => {
    const stack = newStack();
    const role = new iam.Role(stack, 'Mine', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    const provider = new ChannelsProvider(stack, 'Provider', { role });
    Object.values(define).forEach((defineOne) => defineOne(stack, provider));
    new ChimeChannel(stack, 'Second', { appInstanceArn: APP_INSTANCE_ARN, chimeBearer: `${APP_INSTANCE_ARN}/bot/b`, channelName: 'n', provider });
    Template.fromStack(stack).resourceCountIs('AWS::IAM::Role', 1);
    const roleId = onlyLogicalId(stack, 'AWS::IAM::Role');
    expect(onlyResource(stack, FUNCTION).Properties.Role).toEqual({ 'Fn::GetAtt': [roleId, 'Arn'] });
    expect(provider.grantPrincipal).toBe(role.grantPrincipal);
    expect(policiesOf(stack)).toEqual({
      ProviderHandlerPolicy1D007934: {
        PolicyName: ofThisStackAlone('StackProvider342BA82AHandler'),
        PolicyDocument: { Version: '2012-10-17', Statement: [LOGS(stack), OWN_STACK, OTHER_STACKS] },
        Roles: [{ Ref: roleId }],
      },
      ProviderPolicy73D9A0889C4D: {
        PolicyName: ofThisStackAlone('StackProvider342BA82AResources9C4D'),
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [WORKSPACE, CHANNEL, PASS_ROLE, ALIAS, { ...CHIME, Resource: [`${APP_INSTANCE_ARN}/bot/b`, ...CHIME.Resource] }],
        },
        Roles: [{ Ref: roleId }],
      },
    });
  });

  test('outlives the resources with its policies', () => {
    const stack = newStack();
    const role = new iam.Role(stack, 'Mine', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    define.alias(stack, new ChannelsProvider(stack, 'Provider', { role }));
    const alias = onlyResource(stack, 'Custom::SupportAppAccountAlias');
    // The custom resource refers to the function, and the function depends on the role with its own policy.
    expect(alias.Properties.ServiceToken).toEqual({ 'Fn::GetAtt': [onlyLogicalId(stack, FUNCTION), 'Arn'] });
    const [own, ...others] = Object.keys(policiesOf(stack)).filter((id) => id !== resourcePolicyId(stack));
    expect(others).toEqual([]);
    expect(onlyResource(stack, FUNCTION).DependsOn).toEqual([own]);
    expect(onlyResource(stack, FUNCTION).Properties.Role).toEqual({ 'Fn::GetAtt': [onlyLogicalId(stack, 'AWS::IAM::Role'), 'Arn'] });
    expect(alias.DependsOn).toEqual([resourcePolicyId(stack)]);
  });

  test('that is imported gets the two policies, which outlive the resources', () => {
    const stack = newStack({ env: { account: '111122223333', region: 'us-east-1' } });
    const role = iam.Role.fromRoleArn(stack, 'Mine', 'arn:aws:iam::111122223333:role/Handler');
    define.alias(stack, new ChannelsProvider(stack, 'Provider', { role }));
    expect(onlyResource(stack, FUNCTION).Properties.Role).toBe('arn:aws:iam::111122223333:role/Handler');
    expect(resourcesOfType(stack, 'AWS::IAM::Role')).toEqual([]);
    expect(policiesOf(stack)).toEqual({
      ProviderHandlerPolicy1D007934: {
        PolicyName: ofThisStackAlone('StackProvider342BA82AHandler'),
        PolicyDocument: { Version: '2012-10-17', Statement: [LOGS(stack), OWN_STACK, OTHER_STACKS] },
        Roles: ['Handler'],
      },
      ProviderPolicy73D9A088A7C2: {
        PolicyName: ofThisStackAlone('StackProvider342BA82AResourcesA7C2'),
        PolicyDocument: { Version: '2012-10-17', Statement: [ALIAS] },
        Roles: ['Handler'],
      },
    });
    expect(onlyResource(stack, FUNCTION).DependsOn).toEqual(['ProviderHandlerPolicy1D007934']);
    expect(onlyResource(stack, 'Custom::SupportAppAccountAlias').DependsOn).toEqual(['ProviderPolicy73D9A088A7C2']);
  });

  test('that is immutable stays as it is', () => {
    const stack = newStack();
    const role = iam.Role.fromRoleArn(stack, 'Mine', 'arn:aws:iam::111122223333:role/Handler', { mutable: false });
    const provider = new ChannelsProvider(stack, 'Provider', { role });
    Object.values(define).forEach((defineOne) => defineOne(stack, provider));
    const types = ['SupportAppSlackWorkspace', 'SupportAppSlackChannelConfiguration', 'SupportAppAccountAlias', 'ChimeChannel'];
    expect(Object.values(resourcesOf(stack)).map(({ Type }) => Type).sort()).toEqual([FUNCTION, LOG_GROUP, ...types.map((type) => `Custom::${type}`)].sort());
    expect(Object.values(resourcesOf(stack)).flatMap(({ DependsOn }) => DependsOn ?? [])).toEqual([]);
  });
});

describe('options', () => {
  test.each<[string, ChannelsProviderProps, object]>([
    ['runtime', { runtime: lambda.Runtime.NODEJS_22_X }, { Runtime: 'nodejs22.x' }],
    ['future runtime', { runtime: new lambda.Runtime('nodejs26.x', lambda.RuntimeFamily.NODEJS) }, { Runtime: 'nodejs26.x' }],
    ['architecture', { architecture: lambda.Architecture.ARM_64 }, { Architectures: ['arm64'] }],
    ['smallest memorySize', { memorySize: 128 }, { MemorySize: 128 }],
    ['largest memorySize', { memorySize: 10_240 }, { MemorySize: 10_240 }],
    ['shortest timeout', { timeout: Duration.seconds(1) }, { Timeout: 1 }],
    ['longest timeout', { timeout: Duration.minutes(15) }, { Timeout: 900 }],
    ['supportAppRegion', { supportAppRegion: 'eu-west-1' }, { Environment: { Variables: { SUPPORT_APP_REGION: 'eu-west-1' } } }],
  ])('%s', (_, props, expected) => {
    const stack = newStack();
    new ChannelsProvider(stack, 'Provider', props);
    expect(onlyResource(stack, FUNCTION).Properties).toMatchObject(expected);
  });

  test.each<[string, ChannelsProviderProps, number]>([
    ['by default fits two more runs of the default timeout', {}, 3 * 120 + 180],
    ['by default fits two more runs of the longest timeout', { timeout: Duration.minutes(15) }, 3 * 900 + 180],
    ['by default fits two more runs of a short timeout', { timeout: Duration.seconds(10) }, 3 * 10 + 180],
    ['can be set', { serviceTimeout: Duration.minutes(5) }, 300],
    ['can be as short as timeout', { serviceTimeout: Duration.minutes(2) }, 120],
    ['can be an hour', { serviceTimeout: Duration.hours(1) }, 3600],
  ])('the service timeout %s', (_, props, expected) => {
    const stack = newStack();
    const provider = new ChannelsProvider(stack, 'Provider', props);
    Object.values(define).forEach((defineOne) => defineOne(stack, provider));
    const customResources = Object.values(resourcesOf(stack)).filter(({ Type }) => Type.startsWith('Custom::'));
    expect(customResources.map(({ Properties }) => Properties.ServiceTimeout)).toEqual([expected, expected, expected, expected]);
  });

  test('may be known only at deployment', () => {
    const stack = newStack();
    const parameter = (id: string) => new CfnParameter(stack, id, { type: 'Number' }).valueAsNumber;
    const provider = new ChannelsProvider(stack, 'Provider', {
      memorySize: parameter('Memory'),
      timeout: Duration.seconds(parameter('Timeout')),
      supportAppRegion: new CfnParameter(stack, 'Region').valueAsString,
      runtime: new lambda.Runtime(new CfnParameter(stack, 'Runtime').valueAsString, lambda.RuntimeFamily.NODEJS),
    });
    define.alias(stack, provider);
    expect(onlyResource(stack, FUNCTION).Properties).toMatchObject({
      MemorySize: { Ref: 'Memory' },
      Timeout: { Ref: 'Timeout' },
      Runtime: { Ref: 'Runtime' },
      Environment: { Variables: { SUPPORT_APP_REGION: { Ref: 'Region' } } },
    });
    expect(onlyResource(stack, 'Custom::SupportAppAccountAlias').Properties.ServiceTimeout).toBe(2880);
  });

  test('a service timeout may be known only at deployment', () => {
    const stack = newStack();
    const serviceTimeout = Duration.seconds(Token.asNumber({ Ref: 'Seconds' }));
    define.alias(stack, new ChannelsProvider(stack, 'Provider', { serviceTimeout }));
    expect(onlyResource(stack, 'Custom::SupportAppAccountAlias').Properties.ServiceTimeout).toEqual({ Ref: 'Seconds' });
  });

  test('a Region without a known Support App endpoint is a warning', () => {
    const stack = newStack();
    new ChannelsProvider(stack, 'Provider', { supportAppRegion: 'eu-north-1' });
    Annotations.fromStack(stack).hasWarning('/Stack/Provider', Match.stringLikeRegexp('The AWS Support App is known in us-east-1, .*"eu-north-1"'));
  });

  test('tags of the stack reach the handler, its role and its log group', () => {
    const stack = newStack();
    Object.values(define).forEach((defineOne) => defineOne(stack));
    Tags.of(stack).add('team', 'support');
    const tagged = Object.values(resourcesOf(stack)).filter(({ Properties }) => Properties.Tags);
    expect(tagged.map(({ Type, Properties }) => [Type, Properties.Tags]).sort()).toEqual(
      ['AWS::IAM::Role', FUNCTION, LOG_GROUP, 'Custom::ChimeChannel'].map((type) => [type, [{ Key: 'team', Value: 'support' }]]).sort(),
    );
  });
});

describe('logs', () => {
  test.each([
    [logs.RetentionDays.ONE_DAY, 1],
    [logs.RetentionDays.TEN_YEARS, 3653],
    [logs.RetentionDays.INFINITE, undefined],
  ])('are kept for %s days', (logRetention, expected) => {
    const stack = newStack();
    new ChannelsProvider(stack, 'Provider', { logRetention });
    expect(onlyResource(stack, LOG_GROUP).Properties?.RetentionInDays).toBe(expected);
  });

  test('go to a given log group', () => {
    const stack = newStack();
    const logGroup = new logs.LogGroup(stack, 'Mine');
    new ChannelsProvider(stack, 'Provider', { logGroup });
    const id = onlyLogicalId(stack, LOG_GROUP);
    expect(id).toMatch(/^Mine/);
    expect(onlyResource(stack, FUNCTION).Properties.LoggingConfig).toEqual({ LogGroup: { Ref: id } });
    expect(handlerStatements(stack)).toEqual([LOGS(stack), OWN_STACK, OTHER_STACKS]);
  });

  test('go to an imported log group', () => {
    const stack = newStack({ env: { account: '111122223333', region: 'us-east-1' } });
    new ChannelsProvider(stack, 'Provider', { logGroup: logs.LogGroup.fromLogGroupName(stack, 'Mine', 'mine') });
    expect(onlyResource(stack, FUNCTION).Properties.LoggingConfig).toEqual({ LogGroup: 'mine' });
    expect(JSON.stringify(handlerStatements(stack)[0].Resource)).toMatch(/:logs:us-east-1:111122223333:log-group:mine:\*/);
  });
});

describe('encryption of the environment', () => {
  test('with a key', () => {
    const stack = newStack();
    new ChannelsProvider(stack, 'Provider', { environmentEncryption: new kms.Key(stack, 'Key') });
    expect(onlyResource(stack, FUNCTION).Properties.KmsKeyArn).toEqual({ 'Fn::GetAtt': [onlyLogicalId(stack, 'AWS::KMS::Key'), 'Arn'] });
  });

  test('allows the handler nothing more, as for a lambda.Function: Lambda makes a grant on the key', () => {
    const stack = newStack();
    const environmentEncryption = new kms.Key(stack, 'Key');
    new ChannelsProvider(stack, 'Provider', { environmentEncryption });
    new lambda.Function(stack, 'Function', {
      code: lambda.Code.fromInline('x'),
      handler: 'index.handler',
      runtime: lambda.Runtime.NODEJS_24_X,
      environmentEncryption,
    });
    expect(resourcesOfType(stack, 'AWS::IAM::Policy')).toEqual([]);
    expect(handlerStatements(stack)).toEqual([LOGS(stack), OWN_STACK, OTHER_STACKS]);
  });
});

describe('in a VPC', () => {
  test.each(['Provider', 'Kanäle', 'O\'Brien', 'x'.repeat(254)])('the description of the security group is one that EC2 takes: %s', (id) => {
    const stack = newStack();
    new ChannelsProvider(stack, id, { vpc: new ec2.Vpc(stack, 'Vpc', { maxAzs: 1 }) });
    expect(onlyResource(stack, 'AWS::EC2::SecurityGroup').Properties.GroupDescription).toMatch(/^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]{0,255}$/);
  });

  test('the handler is in private subnets with a security group of its own, and the way out outlives it', () => {
    const stack = newStack();
    const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 1 });
    const provider = new ChannelsProvider(stack, 'Provider', { vpc });
    define.alias(stack, provider);
    const securityGroup = onlyResource(stack, 'AWS::EC2::SecurityGroup');
    expect(securityGroup.Properties).toMatchObject({
      GroupDescription: 'Handler of AWS Support App and Amazon Chime channels',
      SecurityGroupEgress: [{ CidrIp: '0.0.0.0/0', IpProtocol: '-1' }],
      VpcId: { Ref: onlyLogicalId(stack, 'AWS::EC2::VPC') },
    });
    expect(securityGroup.Properties.SecurityGroupIngress).toBeUndefined();
    const handler = onlyResource(stack, FUNCTION);
    expect(handler.Properties.VpcConfig).toEqual({
      SubnetIds: [{ Ref: expect.stringMatching(/^VpcPrivateSubnet1Subnet/) }],
      SecurityGroupIds: [{ 'Fn::GetAtt': [onlyLogicalId(stack, 'AWS::EC2::SecurityGroup'), 'GroupId'] }],
    });
    expect(handler.DependsOn).toContainEqual(expect.stringMatching(/^VpcPrivateSubnet1DefaultRoute/));
    expect(handlerStatements(stack)).toEqual([LOGS(stack), NETWORK, OWN_STACK, OTHER_STACKS]);
    expect(resourceStatements(stack)).toEqual([ALIAS]);
  });

  test('given subnets and security groups are used', () => {
    const stack = newStack();
    const vpc = new ec2.Vpc(stack, 'Vpc', {
      maxAzs: 1,
      subnetConfiguration: [
        { name: 'Public', subnetType: ec2.SubnetType.PUBLIC },
        { name: 'Private', subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
        { name: 'Isolated', subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
      ],
    });
    new ChannelsProvider(stack, 'Provider', {
      vpc,
      vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
      securityGroups: [ec2.SecurityGroup.fromSecurityGroupId(stack, 'Mine', 'sg-1'), ec2.SecurityGroup.fromSecurityGroupId(stack, 'Other', 'sg-2')],
    });
    expect(onlyResource(stack, FUNCTION).Properties.VpcConfig).toEqual({
      SubnetIds: [{ Ref: expect.stringMatching(/^VpcIsolatedSubnet1Subnet/) }],
      SecurityGroupIds: ['sg-1', 'sg-2'],
    });
    expect(resourcesOfType(stack, 'AWS::EC2::SecurityGroup')).toEqual([]);
  });

  test('a given role gets the network permissions before the handler is made', () => {
    const stack = newStack();
    const role = iam.Role.fromRoleName(stack, 'Mine', 'Handler');
    new ChannelsProvider(stack, 'Provider', { vpc: new ec2.Vpc(stack, 'Vpc', { maxAzs: 1 }), role });
    expect(onlyResource(stack, 'AWS::IAM::Policy').Properties.PolicyDocument.Statement).toContainEqual(NETWORK);
    expect(onlyResource(stack, FUNCTION).DependsOn).toContain(onlyLogicalId(stack, 'AWS::IAM::Policy'));
  });
});

describe('code', () => {
  test('is inline by default, with no asset', () => {
    const stack = newStack();
    new ChannelsProvider(stack, 'Provider', { code: HandlerCode.INLINE });
    expect(Object.keys(onlyResource(stack, FUNCTION).Properties.Code)).toEqual(['ZipFile']);
    expect(stack.node.findAll().map(({ node }) => node.id)).not.toContain('Code');
  });

  test('can be a file asset', () => {
    const stack = newStack();
    new ChannelsProvider(stack, 'Provider', { code: HandlerCode.ASSET });
    expect(onlyResource(stack, FUNCTION).Properties.Code).toEqual({
      S3Bucket: { 'Fn::Sub': expect.stringMatching(/^cdk-hnb659fds-assets-/) },
      S3Key: expect.stringMatching(/^[0-9a-f]{64}\.zip$/),
    });
  });
});

describe('fails', () => {
  const SMALL = Duration.millis(1500);

  test.each<[ChannelsProviderProps, string, string]>([
    [{ runtime: lambda.Runtime.NODEJS_18_X }, 'runtime', 'must be nodejs20.x or later, got "nodejs18.x". Choose a newer Node.js runtime, or leave the property out.'],
    [{ runtime: lambda.Runtime.NODEJS }, 'runtime', 'must be nodejs20.x or later, got "nodejs". Choose a newer Node.js runtime, or leave the property out.'],
    [{ runtime: lambda.Runtime.PYTHON_3_13 }, 'runtime', 'must be nodejs20.x or later, got "python3.13". Choose a newer Node.js runtime, or leave the property out.'],
    [{ memorySize: 127 }, 'memorySize', 'must be a whole number of 128 to 10240 MiB, got 127. Choose a size in that range; the default suffices.'],
    [{ memorySize: 10_241 }, 'memorySize', 'must be a whole number of 128 to 10240 MiB, got 10241. Choose a size in that range; the default suffices.'],
    [{ memorySize: 128.5 }, 'memorySize', 'must be a whole number of 128 to 10240 MiB, got 128.5. Choose a size in that range; the default suffices.'],
    [{ reservedConcurrentExecutions: 0 }, 'reservedConcurrentExecutions',
      'must be a whole number of 1 or more, got 0. Choose 1 or more, as the handler never runs with 0, or leave the property out.'],
    [{ reservedConcurrentExecutions: 1.5 }, 'reservedConcurrentExecutions',
      'must be a whole number of 1 or more, got 1.5. Choose 1 or more, as the handler never runs with 0, or leave the property out.'],
    [{ tracing: 'ACTIVE' as lambda.Tracing }, 'tracing',
      'must be Active or PassThrough or Disabled, got "ACTIVE". Choose lambda.Tracing.ACTIVE, PASS_THROUGH or DISABLED.'],
    [{ timeout: Duration.seconds(0) }, 'timeout', 'must be a whole number of 1 to 900 seconds, got 0 seconds. Choose 1 second to 15 minutes, the limit of AWS Lambda.'],
    [{ timeout: SMALL }, 'timeout', 'must be a whole number of 1 to 900 seconds, got 1.5 seconds. Choose 1 second to 15 minutes, the limit of AWS Lambda.'],
    [{ timeout: Duration.seconds(901) }, 'timeout', 'must be a whole number of 1 to 900 seconds, got 901 seconds. Choose 1 second to 15 minutes, the limit of AWS Lambda.'],
    [{ serviceTimeout: Duration.seconds(3601) }, 'serviceTimeout',
      'must be a whole number of 1 to 3600 seconds, got 3601 seconds. Choose 1 second to 1 hour, the limit of AWS CloudFormation.'],
    [{ serviceTimeout: Duration.seconds(119) }, 'serviceTimeout',
      'must be at least timeout (120 seconds), got 119 seconds. Raise serviceTimeout or lower timeout; else CloudFormation gives up while the handler still works.'],
    [{ supportAppRegion: 'EU (Ireland)' }, 'supportAppRegion',
      'must be the name of an AWS Region, got "EU (Ireland)". '
      + 'Choose one of us-east-1, us-east-2, us-west-2, ca-central-1, eu-central-1, eu-west-1, eu-west-2, ap-southeast-1, ap-northeast-1.'],
    [{ vpcSubnets: {} }, 'vpcSubnets', 'must not be set without vpc. Set vpc too, or leave out vpcSubnets.'],
    [{ securityGroups: [] }, 'securityGroups', 'must not be set without vpc. Set vpc too, or leave out securityGroups.'],
  ])('on %j', (props, property, problem) => {
    const stack = newStack();
    expect(problemsOf(messageOf(() => new ChannelsProvider(stack, 'Provider', props)))).toEqual({
      subject: 'ChannelsProvider at "Stack/Provider" has 1 problem:',
      problems: { [property]: problem },
    });
    expect(stack.node.findChild('Provider').node.children).toEqual([]);
  });

  test('on a log group and a retention', () => {
    const stack = newStack();
    const logGroup = logs.LogGroup.fromLogGroupName(stack, 'Mine', 'mine');
    expect(messageOf(() => new ChannelsProvider(stack, 'Provider', { logGroup, logRetention: logs.RetentionDays.ONE_DAY }))).toBe(
      'ChannelsProvider at "Stack/Provider" has 1 problem:\n'
      + '  - logRetention: must not be set together with logGroup. Set the retention of the log group that you give, or leave out logGroup.',
    );
  });

  test('on a log group and a key for another', () => {
    const stack = newStack();
    const logGroup = logs.LogGroup.fromLogGroupName(stack, 'Mine', 'mine');
    expect(messageOf(() => new ChannelsProvider(stack, 'Provider', { logGroup, logGroupEncryption: new kms.Key(stack, 'Key') }))).toBe(
      'ChannelsProvider at "Stack/Provider" has 1 problem:\n'
      + '  - logGroupEncryption: must not be set together with logGroup. Set the key of the log group that you give, or leave out logGroup.',
    );
  });

  test('on a FIFO queue', () => {
    const stack = newStack();
    const deadLetterQueue = new sqs.Queue(stack, 'Queue', { fifo: true });
    expect(messageOf(() => new ChannelsProvider(stack, 'Provider', { deadLetterQueue }))).toBe(
      'ChannelsProvider at "Stack/Provider" has 1 problem:\n'
      + '  - deadLetterQueue: must be a standard queue, got the FIFO queue at "Stack/Queue". Give a queue without fifo, as AWS Lambda sends to no other.',
    );
  });

  test('on public subnets and an empty list of security groups', () => {
    const stack = newStack();
    const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 1 });
    const vpcSubnets = { subnetType: ec2.SubnetType.PUBLIC };
    expect(problemsOf(messageOf(() => new ChannelsProvider(stack, 'Provider', { vpc, vpcSubnets, securityGroups: [] })))).toEqual({
      subject: 'ChannelsProvider at "Stack/Provider" has 2 problems:',
      problems: {
        securityGroups: expect.stringMatching(/^must hold at least one security group, got none\. /),
        vpcSubnets: expect.stringMatching(/^must not be public: /),
      },
    });
  });

  test('with all problems at once', () => {
    const message = messageOf(() => new ChannelsProvider(newStack(), 'Provider', {
      memorySize: 1,
      timeout: Duration.hours(1),
      serviceTimeout: Duration.hours(2),
      supportAppRegion: '',
    }));
    expect(Object.keys(problemsOf(message).problems)).toEqual(['memorySize', 'timeout', 'serviceTimeout', 'supportAppRegion']);
  });
});

test('lazy values of grants are resolved', () => {
  const stack = newStack();
  const provider = new ChannelsProvider(stack, 'Provider');
  const arns: string[] = [];
  provider.grantPrincipal.addToPrincipalPolicy(new iam.PolicyStatement({ actions: ['a:B'], resources: [Lazy.string({ produce: () => arns.join() })] }));
  arns.push('arn:aws:a:::b');
  expect(handlerStatements(stack)[3]).toEqual({ Effect: 'Allow', Action: 'a:B', Resource: 'arn:aws:a:::b' });
});
