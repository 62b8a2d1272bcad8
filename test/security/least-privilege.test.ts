import { aws_iam as iam, Duration, Stack } from 'aws-cdk-lib';
import { PRODUCTION_ACCOUNT } from '../../examples/account-settings';
import { AccountStack } from '../../examples/account-stack';
import {
  AccountAlias, ChannelsProvider, ChimeChannel, DriftMonitor, DriftRepair, ExpirationCriterion, NotificationSeverity, SlackWorkspace,
  SupportAppRole,
} from '../../src';
import { newStack, type Resource, resourcesOf, resourcesOfType } from '../synthesis';

const APP_INSTANCE_ARN = 'arn:aws:chime:us-east-1:111122223333:app-instance/one';

interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: object;
}

/** All statements of all policies of a stack, whatever resource they stand in. */
function statementsOf(stack: Stack): Statement[] {
  return Object.values(resourcesOf(stack)).flatMap(({ Type: type, Properties: properties }: Resource) => {
    switch (type) {
      case 'AWS::IAM::Role': return (properties.Policies ?? []).map((policy: { PolicyDocument: object }) => policy.PolicyDocument);
      case 'AWS::IAM::Policy':
      case 'AWS::IAM::ManagedPolicy': return [properties.PolicyDocument];
      default: return [];
    }
  }).flatMap(({ Statement: statements }) => statements as Statement[]);
}

function asList<T>(value: T | T[]): T[] {
  return Array.isArray(value) ? value : [value];
}

function defineAll(stack: Stack, provider?: ChannelsProvider): void {
  const workspace = new SlackWorkspace(stack, 'Workspace', { teamId: 'T1', provider });
  const notifications = { notifyOnCaseSeverity: NotificationSeverity.NONE, provider };
  workspace.addChannel('Channel', { channelId: 'C1', ...notifications });
  workspace.addChannel('Other', { channelId: 'C2', channelRole: new SupportAppRole(stack, 'OtherRole'), ...notifications });
  workspace.addChannel('Imported', {
    channelId: 'C3', channelRole: iam.Role.fromRoleArn(stack, 'ImportedRole', 'arn:aws:iam::111122223333:role/Imported'), ...notifications,
  });
  new AccountAlias(stack, 'Alias', { accountAlias: 'production', provider });
  new ChimeChannel(stack, 'Chime', { appInstanceArn: APP_INSTANCE_ARN, chimeBearer: `${APP_INSTANCE_ARN}/user/u`, channelName: 'On call', provider });
  new ChimeChannel(stack, 'FullChime', {
    appInstanceArn: APP_INSTANCE_ARN,
    chimeBearer: `${APP_INSTANCE_ARN}/bot/b`,
    channelName: 'On call',
    channelId: 'on-call',
    memberArns: [`${APP_INSTANCE_ARN}/user/member`],
    moderatorArns: [`${APP_INSTANCE_ARN}/user/moderator`],
    expirationSettings: { expiration: Duration.days(90), expirationCriterion: ExpirationCriterion.CREATED_TIMESTAMP },
    channelFlowArn: `${APP_INSTANCE_ARN}/channel-flow/f`,
    provider,
  }).grantManage(new iam.User(stack, 'Manager'));
}

const STACKS: [string, () => Stack][] = [
  ['the example', () => new AccountStack(newStack().node.root, 'Account', PRODUCTION_ACCOUNT)],
  ['a stack of all types', () => {
    const stack = newStack();
    defineAll(stack);
    return stack;
  }],
  ['a stack whose handler has a role of the user\'s', () => {
    const stack = newStack();
    const role = new iam.Role(stack, 'HandlerRole', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    defineAll(stack, new ChannelsProvider(stack, 'Provider', { role }));
    return stack;
  }],
];

describe.each(STACKS)('%s', (_, newExample) => {
  const stack = newExample();
  const statements = statementsOf(stack);
  const having = (prefix: string) => statements.filter(({ Action: actions }) => asList(actions).some((action) => action.startsWith(prefix)));

  test('names each action that it allows', () => {
    expect(statements.length).toBeGreaterThan(4);
    for (const { Effect: effect, Action: actions } of statements) {
      expect(effect).toBe('Allow');
      asList(actions).forEach((action) => expect(action).toMatch(/^[a-z]+:[A-Za-z]+$/));
    }
  });

  test('allows all resources only to the Support App\'s actions, which know none, and to the question which stack has a physical id', () => {
    const everywhere = statements.filter(({ Resource: resources }) => asList(resources).includes('*'));
    expect(everywhere.length).toBeGreaterThan(0);
    expect(everywhere.flatMap(({ Action: actions }) => asList(actions)).filter((action) => !action.startsWith('supportapp:')))
      .toEqual(['cloudformation:DescribeStackResources']);
  });

  test('has no other wildcard than that of the channels of an AppInstance', () => {
    const wildcards = statements.flatMap(({ Resource: resources }) => asList(resources))
      .filter((resource) => resource !== '*' && JSON.stringify(resource).includes('*'));
    expect(wildcards.length).toBeGreaterThan(0);
    wildcards.forEach((wildcard) => expect(wildcard).toMatch(/^arn:aws:chime:us-east-1:111122223333:app-instance\/[\w-]+\/channel\/\*$/));
  });

  test('allows Chime actions on bearers and the channels of their AppInstance, and on a channel flow only its association', () => {
    const bearers = resourcesOfType(stack, 'Custom::ChimeChannel').map(({ Properties: properties }) => properties.ChimeBearer);
    const allowing = having('chime:');
    expect(allowing.length).toBeGreaterThan(0);
    for (const { Action: actions, Resource: resources } of allowing) {
      expect(asList(actions).filter((action) => !action.startsWith('chime:'))).toEqual([]);
      const others = asList(resources).filter((resource) => !bearers.includes(resource));
      // The user of the stack who manages a channel.
      const ofManager = others.filter((resource) => typeof resource !== 'string');
      expect(ofManager).toEqual(ofManager.map(() => ({ 'Fn::GetAtt': [expect.stringMatching(/^FullChime/), 'ChannelArn'] })));
      const isAssociation = asList(actions).every((action) => /^chime:(A|Disa)ssociateChannelFlow$/.test(action));
      const allowed = new RegExp(`^arn:aws:chime:us-east-1:111122223333:app-instance/[\\w-]+/(channel/\\*${isAssociation ? '|channel-flow/[\\w-]+' : ''})$`);
      others.filter((resource) => typeof resource === 'string').forEach((resource) => expect(resource).toMatch(allowed));
    }
    // Whoever is a member or a moderator only does not act for the stack.
    expect(JSON.stringify(statements)).not.toMatch(/user\/(member|moderator)/);
  });

  test('passes the roles of its channels, each named, to the Support App only', () => {
    const passing = having('iam:');
    expect(passing.flatMap(({ Action: actions }) => asList(actions)).filter((action) => action !== 'iam:PassRole')).toEqual([]);
    passing.forEach(({ Condition: condition }) =>
      expect(condition).toEqual({ StringEquals: { 'iam:PassedToService': 'supportapp.amazonaws.com' } }));
    const passed = new Set(passing.flatMap(({ Resource: resources }) => asList(resources)).map((resource) => JSON.stringify(resource)));
    const given = new Set(resourcesOfType(stack, 'Custom::SupportAppSlackChannelConfiguration')
      .map(({ Properties: properties }) => JSON.stringify(properties.ChannelRoleArn)));
    expect([...passed].sort()).toEqual([...given].sort());
  });

  test('reads the handler\'s own stack only, beside who has a physical id', () => {
    const reading = having('cloudformation:');
    expect(reading.length).toBeGreaterThan(0);
    reading.forEach(({ Action: actions, Resource: resource }) => {
      expect(asList(actions).filter((action) => !/^cloudformation:(List|Describe)/.test(action))).toEqual([]);
      const isQuestion = asList(actions).every((action) => action === 'cloudformation:DescribeStackResources');
      expect(resource).toEqual(isQuestion ? '*' : { Ref: 'AWS::StackId' });
    });
  });

  test('writes to the handler\'s own log group only, and makes no log groups', () => {
    const [logGroup] = Object.entries(resourcesOf(stack)).find(([, { Type: type }]) => type === 'AWS::Logs::LogGroup')!;
    expect(having('logs:').map(({ Action: actions, Resource: resource }) => [actions, resource])).toEqual([
      [['logs:CreateLogStream', 'logs:PutLogEvents'], { 'Fn::GetAtt': [logGroup, 'Arn'] }],
    ]);
  });

  test('lets nobody in by itself: no permission, no URL and no event source of the function, and one service per role', () => {
    const types = Object.values(resourcesOf(stack)).map(({ Type: type }) => type);
    expect(types.filter((type) => /^AWS::(Lambda::(Permission|Url|EventSourceMapping)|ApiGateway|Events|SNS|SQS)/.test(type))).toEqual([]);
    const trusted = resourcesOfType(stack, 'AWS::IAM::Role').map(({ Properties: properties }) => properties.AssumeRolePolicyDocument.Statement);
    expect(trusted.length).toBeGreaterThan(1);
    trusted.forEach((statement) => expect(statement).toEqual([
      { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: expect.stringMatching(/^(lambda|supportapp)\.amazonaws\.com$/) } },
    ]));
  });
});

test('a monitor of drift lets its own rule in and nobody else, and gives no permission more', () => {
  const [stack, before] = [newStack(), newStack()];
  defineAll(stack);
  defineAll(before);
  new DriftMonitor(stack, 'Drift', { repair: DriftRepair.ALL });
  expect(statementsOf(stack)).toEqual(statementsOf(before));
  const [[rule]] = Object.entries(resourcesOf(stack)).filter(([, { Type: type }]) => type === 'AWS::Events::Rule');
  const [[handler]] = Object.entries(resourcesOf(stack)).filter(([, { Type: type }]) => type === 'AWS::Lambda::Function');
  expect(resourcesOfType(stack, 'AWS::Lambda::Permission').map(({ Properties: properties }) => properties)).toEqual([{
    Action: 'lambda:InvokeFunction',
    FunctionName: { 'Fn::GetAtt': [handler, 'Arn'] },
    Principal: 'events.amazonaws.com',
    SourceArn: { 'Fn::GetAtt': [rule, 'Arn'] },
  }]);
});

test('a role that cannot be changed is left as it is', () => {
  const stack = newStack();
  const role = iam.Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::111122223333:role/Handler', { mutable: false });
  new AccountAlias(stack, 'Alias', { accountAlias: 'production', provider: new ChannelsProvider(stack, 'Provider', { role }) });
  expect(statementsOf(stack)).toEqual([]);
});
