import {
  App, aws_cloudwatch as cloudwatch, aws_events as events, aws_iam as iam, aws_lambda as lambda, CfnCondition,
  type CfnElement, CfnParameter, type CfnResource, Duration, Fn, NestedStack, Stack, Tags,
} from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Construct } from 'constructs';
import { messageOf, newStack, onlyLogicalId, onlyResource, resourcesOf, resourcesOfType } from './synthesis';
import {
  AccountAlias, AccountValue, ChannelsProvider, ChimeChannel, DriftMonitor, type DriftMonitorProps, DriftRepair,
  ExistingConfiguration, ExpirationCriterion, NativeProvider, NotificationSeverity, SlackChannelConfiguration,
  SlackWorkspace,
} from '../src';
import type { DriftCheck } from '../src/contract';

const APP_INSTANCE_ARN = 'arn:aws:chime:us-east-1:111122223333:app-instance/i';
const CHIME = { appInstanceArn: APP_INSTANCE_ARN, chimeBearer: `${APP_INSTANCE_ARN}/user/u`, channelName: 'On call' };
const STACK_ID = 'arn:aws:cloudformation:us-east-1:111122223333:stack/Stack/0a1b';
const TIME = '2026-05-01T12:00:00Z';

/** A stack with an alias, beside what a test defines. */
function newAliasStack(): Stack {
  const stack = newStack();
  new AccountAlias(stack, 'Alias', { accountAlias: 'acme' });
  return stack;
}

function ruleOf(stack: Stack): Record<string, any> {
  return onlyResource(stack, 'AWS::Events::Rule').Properties;
}

/** What is known at deployment: references by name, attributes as `name.attribute`, and whether conditions hold. */
type Known = Record<string, string | string[] | boolean>;

const NOTHING = Symbol('AWS::NoValue');

/** What CloudFormation makes of a value of a template. */
function deployed(value: any, known: Known): any {
  if (Array.isArray(value)) {
    return value.map((item) => deployed(item, known)).filter((item) => item !== NOTHING);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const [[operation, operand]] = Object.entries<any>(value);
  switch (operation) {
    case 'Ref': return operand === 'AWS::NoValue' ? NOTHING : known[operand] ?? `id of ${operand}`;
    case 'Fn::GetAtt': return known[operand.join('.')] ?? `attribute ${operand.join('.')}`;
    case 'Fn::If': return deployed(operand[known[operand[0]] ? 1 : 2], known);
    case 'Fn::Join': return (deployed(operand[1], known) as string[]).join(operand[0]);
    case 'Fn::Sub': return String(operand).replace(/\$\{(\w+)\}/g, (_, name: string) => String(known[name]));
    default: throw new Error(`not known here: ${operation}`);
  }
}

/** What the handler gets of an event: of each target, in this order. */
function checksOf(stack: Stack, known: Known = {}): DriftCheck[] {
  return ruleOf(stack).Targets.map(({ InputTransformer: { InputPathsMap: paths, InputTemplate: template } }: any) => {
    expect(paths).toEqual({ time: '$.time' });
    const text: string = deployed(template, { 'AWS::StackId': STACK_ID, ...known });
    expect(text.length).toBeLessThanOrEqual(8192);
    const placeholders = text.match(/<[^<>]+>/g);
    expect(placeholders).toEqual(['<time>']);
    return JSON.parse(text.replace('<time>', JSON.stringify(TIME)));
  });
}

/** The properties of all resources that the handler gets. */
function propertiesOf(stack: Stack, known: Known = {}): DriftCheck['Resources'][number]['ResourceProperties'][] {
  return checksOf(stack, known).flatMap(({ Resources: resources }) => resources)
    .map(({ ResourceProperties: properties }) => properties);
}

/** The logical ids of all that the handler manages. */
function managedIdsOf(stack: Stack): string[] {
  return Object.entries(resourcesOf(stack))
    .filter(([, { Type: type }]) => type.startsWith('Custom::'))
    .map(([id]) => id);
}

describe('the template', () => {
  test('has one rule and one permission more than without a monitor, and nothing else', () => {
    const stack = newAliasStack();
    const before = newAliasStack();
    new DriftMonitor(stack, 'Drift');
    const { Drift34D3210F: rule, DriftPermissionBFAB144C: permission, ...others } = resourcesOf(stack);
    expect(others).toEqual(resourcesOf(before));
    const handler = { 'Fn::GetAtt': [onlyLogicalId(stack, 'AWS::Lambda::Function'), 'Arn'] };
    const handlerRole = { 'Fn::GetAtt': [onlyLogicalId(stack, 'AWS::IAM::Role'), 'Arn'] };
    expect(rule).toEqual({
      Type: 'AWS::Events::Rule',
      Properties: {
        Description: 'Looks for drift of the AWS Support App and Amazon Chime channels of a stack',
        ScheduleExpression: 'rate(1 day)',
        EventPattern: {
          'source': ['aws.supportapp'],
          'detail-type': ['AWS API Call via CloudTrail'],
          'detail': {
            eventSource: ['supportapp.amazonaws.com'],
            eventName: [
              'CreateSlackChannelConfiguration', 'UpdateSlackChannelConfiguration', 'DeleteSlackChannelConfiguration',
              'DeleteSlackWorkspaceConfiguration', 'RegisterSlackWorkspaceForOrganization', 'PutAccountAlias',
              'DeleteAccountAlias',
            ],
            userIdentity: {
              sessionContext: { sessionIssuer: { arn: [{ exists: false }, { 'anything-but': [handlerRole] }] } },
            },
          },
        },
        Targets: [{
          Id: 'Target0',
          Arn: handler,
          InputTransformer: {
            InputPathsMap: { time: '$.time' },
            InputTemplate: {
              'Fn::Join': ['', [
                '{"StackId":"', { Ref: 'AWS::StackId' }, '","Time":<time>,"Repair":[],"Resources":['
                + '{"ResourceType":"Custom::SupportAppAccountAlias","LogicalResourceId":"Alias325C5727",'
                + '"PhysicalResourceId":"',
                { Ref: 'Alias325C5727' }, '","ResourceProperties":{"AccountAlias":"acme"}}]}',
              ]],
            },
          },
        }],
      },
    });
    expect(permission).toEqual({
      Type: 'AWS::Lambda::Permission',
      Properties: {
        Action: 'lambda:InvokeFunction',
        FunctionName: handler,
        Principal: 'events.amazonaws.com',
        SourceArn: { 'Fn::GetAtt': ['Drift34D3210F', 'Arn'] },
      },
    });
  });

  test('has the schedule that is given', () => {
    const stack = newAliasStack();
    new DriftMonitor(stack, 'Drift', { schedule: events.Schedule.cron({ minute: '0', hour: '6' }) });
    expect(ruleOf(stack).ScheduleExpression).toBe('cron(0 6 * * ? *)');
  });

  test('looks for no changes of the Support App in a stack of Chime channels', () => {
    const stack = newStack();
    new ChimeChannel(stack, 'Chime', CHIME);
    new DriftMonitor(stack, 'Drift');
    expect(ruleOf(stack)).not.toHaveProperty('EventPattern');
    expect(ruleOf(stack).ScheduleExpression).toBe('rate(1 day)');
  });

  test('passes over what the handler changes with a role of the user\'s', () => {
    const stack = newStack();
    const role = iam.Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::111122223333:role/ops/handler', { mutable: false });
    const provider = new ChannelsProvider(stack, 'Provider', { role });
    new AccountAlias(stack, 'Alias', { accountAlias: 'acme', provider });
    new DriftMonitor(stack, 'Drift', { provider });
    expect(ruleOf(stack).EventPattern.detail.userIdentity.sessionContext.sessionIssuer.arn)
      .toEqual([{ exists: false }, { 'anything-but': ['arn:aws:iam::111122223333:role/ops/handler'] }]);
  });

  test.each<[DriftMonitorProps['repair'], string[]]>([
    [undefined, []],
    [false, []],
    [true, ['created', 'owned', 'taken']],
    [DriftRepair.CREATED, ['created', 'owned', 'taken']],
    [DriftRepair.ALL, ['created', 'owned', 'taken', 'adopted']],
  ])('lets the handler repair, with repair %s: %j', (repair, marks) => {
    const stack = newAliasStack();
    new DriftMonitor(stack, 'Drift', { repair });
    expect(checksOf(stack)).toEqual([expect.objectContaining({ Repair: marks })]);
  });
});

describe('the input of the handler', () => {
  test('is each resource as CloudFormation would tell of it, all scalars as texts', () => {
    const stack = newStack();
    const workspace = new SlackWorkspace(stack, 'Workspace', { teamId: 'T1' });
    workspace.addChannel('Channel', {
      channelId: 'C1', notifyOnCaseSeverity: NotificationSeverity.HIGH, notifyOnResolveCase: true, refresh: '2',
    });
    const chime = new ChimeChannel(stack, 'Chime', {
      ...CHIME,
      memberArns: [`${APP_INSTANCE_ARN}/user/m`],
      expirationSettings: { expiration: Duration.days(90), expirationCriterion: ExpirationCriterion.CREATED_TIMESTAMP },
    });
    Tags.of(chime).add('team', 'operations');
    new DriftMonitor(stack, 'Drift');
    const logicalId = (construct: { node: { defaultChild?: unknown } }): string =>
      stack.resolve((construct.node.defaultChild as CfnElement).logicalId);
    const [workspaceId, channelId, chimeId] = [workspace, workspace.node.findChild('Channel'), chime].map(logicalId);
    const [roleId] = Object.entries(resourcesOf(stack)).find(([id]) => id.startsWith('CdkSupportAppRole'))!;
    expect(checksOf(stack)).toEqual([{
      StackId: STACK_ID,
      Time: TIME,
      Repair: [],
      Resources: [
        {
          ResourceType: 'Custom::SupportAppSlackWorkspace',
          LogicalResourceId: workspaceId,
          PhysicalResourceId: `id of ${workspaceId}`,
          ResourceProperties: { TeamId: 'T1' },
        },
        {
          ResourceType: 'Custom::SupportAppSlackChannelConfiguration',
          LogicalResourceId: channelId,
          PhysicalResourceId: `id of ${channelId}`,
          ResourceProperties: {
            TeamId: 'T1',
            ChannelId: 'C1',
            ChannelRoleArn: `attribute ${roleId}.Arn`,
            NotifyOnCaseSeverity: 'high',
            NotifyOnAddCorrespondenceToCase: 'false',
            NotifyOnCreateOrReopenCase: 'false',
            NotifyOnResolveCase: 'true',
            Refresh: '2',
          },
        },
        {
          ResourceType: 'Custom::ChimeChannel',
          LogicalResourceId: chimeId,
          PhysicalResourceId: `id of ${chimeId}`,
          ResourceProperties: {
            AppInstanceArn: APP_INSTANCE_ARN,
            ChimeBearer: `${APP_INSTANCE_ARN}/user/u`,
            Name: 'On call',
            Mode: 'RESTRICTED',
            Privacy: 'PRIVATE',
            MemberArns: [`${APP_INSTANCE_ARN}/user/m`],
            ExpirationSettings: { ExpirationDays: '90', ExpirationCriterion: 'CREATED_TIMESTAMP' },
            Tags: [{ Key: 'team', Value: 'operations' }],
          },
        },
      ],
    }]);
  });

  test('has what is defined after the monitor, what is overridden, and not what has left the tree', () => {
    const stack = newStack();
    new DriftMonitor(stack, 'Drift');
    const alias = new AccountAlias(stack, 'Alias', { accountAlias: 'acme' });
    (alias.node.defaultChild as CfnResource).addPropertyOverride('AccountAlias', 'overridden');
    new SlackWorkspace(stack, 'Gone', { teamId: 'T1' });
    stack.node.tryRemoveChild('Gone');
    expect(propertiesOf(stack)).toEqual([{ AccountAlias: 'overridden' }]);
  });

  test('comes in the order in which repairs depend on each other, whatever that of the definitions', () => {
    const stack = newStack();
    const scope = new Construct(stack, 'Support');
    new AccountAlias(scope, 'Alias', { accountAlias: 'acme' });
    new ChimeChannel(scope, 'Chime', CHIME);
    const workspace = new SlackWorkspace(scope, 'Workspace', { teamId: 'T1' });
    for (const id of ['B', 'A']) {
      const slackChannel = { workspace, channelId: `C${id}`, notifyOnCaseSeverity: NotificationSeverity.NONE };
      new SlackChannelConfiguration(scope, id, slackChannel);
    }
    new DriftMonitor(stack, 'Drift');
    expect(propertiesOf(stack).map(({ ChannelId, TeamId, AccountAlias: alias, Name }) => ChannelId ?? TeamId ?? alias ?? Name))
      .toEqual(['T1', 'CA', 'CB', 'acme', 'On call']);
  });

  test('has the resources of its provider only', () => {
    const stack = newAliasStack();
    const provider = new ChannelsProvider(stack, 'Other');
    new SlackWorkspace(stack, 'Workspace', { teamId: 'T1', provider });
    new DriftMonitor(stack, 'Drift', { provider });
    expect(propertiesOf(stack)).toEqual([{ TeamId: 'T1' }]);
  });

  test('holds any text of a declaration unchanged', () => {
    const stack = newStack();
    const text = '<time> "quoted" \\ <a> ${Alias} \u00FC \u{1F600}\n\ttab';
    new ChimeChannel(stack, 'Chime', { ...CHIME, channelName: text, metadata: '{"<b>":["</b>"]}' });
    new DriftMonitor(stack, 'Drift');
    expect(propertiesOf(stack)).toEqual([expect.objectContaining({ Name: text, Metadata: '{"<b>":["</b>"]}' })]);
  });

  test('holds what is known only at deployment', () => {
    const stack = newStack();
    const name = new CfnParameter(stack, 'Name').valueAsString;
    const members = new CfnParameter(stack, 'Members', { type: 'CommaDelimitedList' }).valueAsList;
    new CfnCondition(stack, 'IsTest', { expression: Fn.conditionEquals(name, 'test') });
    const metadata = Fn.conditionIf('IsTest', '"<test>"', { Ref: 'AWS::NoValue' }).toString();
    new ChimeChannel(stack, 'Chime', {
      ...CHIME,
      channelName: `"${name}" <${Fn.conditionIf('IsTest', '"yes"', name).toString()}>`,
      metadata,
      memberArns: members,
      moderatorArns: [name, `${APP_INSTANCE_ARN}/user/${name}`],
      channelFlowArn: Fn.sub(`${APP_INSTANCE_ARN}/channel-flow/\${Name}`),
    });
    new DriftMonitor(stack, 'Drift');
    const known = { Name: 'n', Members: ['m1', 'm2'] };
    const properties = {
      Name: '"n" <"yes">',
      Metadata: '"<test>"',
      MemberArns: ['m1', 'm2'],
      ModeratorArns: ['n', `${APP_INSTANCE_ARN}/user/n`],
      ChannelFlowArn: `${APP_INSTANCE_ARN}/channel-flow/n`,
    };
    expect(propertiesOf(stack, { ...known, IsTest: true })).toEqual([expect.objectContaining(properties)]);
    const { Metadata, ...others } = properties;
    const [otherwise] = propertiesOf(stack, { ...known, IsTest: false });
    expect(otherwise).toMatchObject({ ...others, Name: '"n" <n>' });
    expect(otherwise).not.toHaveProperty('Metadata');
  });

  test.each([
    [true, true], [true, false], [false, true], [false, false],
  ])('leaves out what conditions leave out: %s, %s', (one, other) => {
    const stack = newStack();
    const account = new CfnParameter(stack, 'Account').valueAsString;
    for (const [condition, teamId] of [['One', 'T1'], ['Other', 'T2']]) {
      const workspace = new SlackWorkspace(stack, `Workspace${condition}`, { teamId });
      (workspace.node.defaultChild as CfnResource).cfnOptions.condition =
        new CfnCondition(stack, condition, { expression: Fn.conditionEquals(account, condition) });
    }
    new DriftMonitor(stack, 'Drift');
    expect(propertiesOf(stack, { One: one, Other: other }))
      .toEqual([...one ? [{ TeamId: 'T1' }] : [], ...other ? [{ TeamId: 'T2' }] : []]);
  });

  test('holds values by account', () => {
    const stack = newStack();
    const values = { 111122223333: 'production', 444455556666: 'test' };
    const accountAlias = AccountValue.byAccount(values, { defaultValue: 'other' }).asString;
    new AccountAlias(stack, 'Alias', { accountAlias });
    new DriftMonitor(stack, 'Drift');
    const conditions = Object.keys(Template.fromStack(stack).toJSON().Conditions);
    const isProduction = conditions.find((condition) => condition.includes('production'))!;
    expect(propertiesOf(stack, { [isProduction]: true })).toEqual([{ AccountAlias: 'production' }]);
  });
});

/** The Slack configuration that an account has at most. */
function defineFullAccount(stack: Stack): void {
  for (let workspace = 0; workspace < 5; workspace += 1) {
    const parent = new SlackWorkspace(stack, `Workspace${workspace}`, { teamId: `T012ABCDEF${workspace}` });
    for (let channel = 0; channel < 4; channel += 1) {
      parent.addChannel(`Channel${channel}`, {
        channelId: `C012ABCD${workspace}${channel}`,
        channelName: `support-channel-${workspace}-${channel}`,
        notifyOnCaseSeverity: NotificationSeverity.HIGH,
        notifyOnCreateOrReopenCase: true,
      });
    }
  }
  new AccountAlias(stack, 'Alias', { accountAlias: 'A name of 30 characters at all' });
}

function membersOf(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${APP_INSTANCE_ARN}/user/${String(index).padStart(36, '0')}`);
}

describe('the limits of a rule', () => {
  test('a full account has room, and every resource is in one target', () => {
    const stack = newStack();
    defineFullAccount(stack);
    new DriftMonitor(stack, 'Drift');
    const checks = checksOf(stack);
    expect(checks).toHaveLength(3);
    const ids = checks.flatMap(({ Resources: resources }) => resources.map(({ LogicalResourceId: id }) => id));
    const declared = managedIdsOf(stack);
    expect(declared).toHaveLength(26);
    expect(ids.sort()).toEqual(declared.sort());
    expect(ruleOf(stack).Targets.map(({ Id: id }: { Id: string }) => id)).toEqual(['Target0', 'Target1', 'Target2']);
  });

  test('a full account with Chime channels of ten members has room, too', () => {
    const stack = newStack();
    defineFullAccount(stack);
    for (const channelId of ['one', 'two', 'three']) {
      new ChimeChannel(stack, channelId, { ...CHIME, channelId, memberArns: membersOf(10) });
    }
    new DriftMonitor(stack, 'Drift', { repair: DriftRepair.ALL });
    expect(propertiesOf(stack)).toHaveLength(29);
  });

  test('an adopted resource has room for what its physical id remembers', () => {
    const define = (existing?: ExistingConfiguration) => {
      const stack = newStack();
      const workspace = new SlackWorkspace(stack, 'Workspace', { teamId: 'T1' });
      for (let channel = 0; channel < 7; channel += 1) {
        workspace.addChannel(`Channel${channel}`, {
          channelId: `C${channel}`, notifyOnCaseSeverity: NotificationSeverity.NONE, existing,
        });
      }
      new DriftMonitor(stack, 'Drift');
      return stack;
    };
    expect(checksOf(define())).toHaveLength(1);
    expect(checksOf(define(ExistingConfiguration.FAIL))).toHaveLength(1);
    const stack = define(ExistingConfiguration.ADOPT);
    const longest = Object.fromEntries(managedIdsOf(stack).map((id) => [id, 'x'.repeat(1024)]));
    expect(checksOf(stack, longest)).toHaveLength(2);
  });

  test('a move has room for what a physical id remembers', () => {
    const stack = newStack();
    defineFullAccount(stack);
    new DriftMonitor(stack, 'Drift');
    for (const { Resources: resources } of checksOf(stack)) {
      checksOf(stack, { [resources[0].LogicalResourceId]: 'x'.repeat(1024) });
    }
  });

  test('a resource that no target has room for is an error', () => {
    const stack = newStack();
    new ChimeChannel(stack, 'Large', { ...CHIME, memberArns: membersOf(1000) });
    new ChimeChannel(stack, 'Small', CHIME);
    new DriftMonitor(stack, 'Drift');
    expect(messageOf(() => Template.fromStack(stack))).toMatch(new RegExp([
      'DriftMonitor at "Stack/Drift" has 1 problem:\n {2}- provider: must serve what fits into a target of a rule of ',
      'Amazon EventBridge, 8192 characters each, ',
      'got the ChimeChannel at "Stack/Large", which takes up to 9\\d{4}\\. ',
      'Give it another ChannelsProvider, which has no DriftMonitor, as provider\\.',
    ].join(''), 'u'));
  });

  test('that error is gone when such a resource has a provider without a monitor', () => {
    const stack = newStack();
    const provider = new ChannelsProvider(stack, 'Unmonitored');
    new ChimeChannel(stack, 'Large', { ...CHIME, memberArns: membersOf(1000), provider });
    new ChimeChannel(stack, 'Small', CHIME);
    new DriftMonitor(stack, 'Drift', { provider: ChannelsProvider.getOrCreate(stack) });
    expect(checksOf(stack)[0].Resources).toHaveLength(1);
  });

  test('resources that five targets have no room for are an error', () => {
    const stack = newStack();
    for (let index = 0; index < 6; index += 1) {
      new ChimeChannel(stack, `Chime${index}`, { ...CHIME, memberArns: membersOf(50) });
    }
    new DriftMonitor(stack, 'Drift');
    expect(messageOf(() => Template.fromStack(stack))).toMatch(new RegExp([
      'DriftMonitor at "Stack/Drift" has 1 problem:\n {2}- provider: must serve what fits into the 5 targets of a rule ',
      'of Amazon EventBridge, 8192 characters each, got the ChannelsProvider at "Stack/CdkSupportChannels", whose 6 ',
      'resources take 6 targets with up to 3\\d{4} characters in all\\. ',
      'Give some of them another ChannelsProvider, which has no DriftMonitor, as provider\\.',
    ].join(''), 'u'));
  });

  test('tokens count as much as they may become', () => {
    const stack = newStack();
    const teamId = new CfnParameter(stack, 'Team').valueAsString;
    const workspace = new SlackWorkspace(stack, 'Workspace', { teamId });
    const role = iam.Role.fromRoleArn(stack, 'Role', new CfnParameter(stack, 'RoleArn').valueAsString);
    for (let channel = 0; channel < 20; channel += 1) {
      workspace.addChannel(`Channel${channel}`, {
        channelId: new CfnParameter(stack, `Slack${channel}`).valueAsString,
        channelRole: role,
        notifyOnCaseSeverity: NotificationSeverity.NONE,
      });
    }
    new DriftMonitor(stack, 'Drift');
    const slackId = 'C'.repeat(16);
    const ids = Object.keys(resourcesOf(stack));
    const known = {
      Team: slackId,
      RoleArn: `arn:aws:iam::111122223333:role/${'r'.repeat(100)}`,
      ...Object.fromEntries(Array.from({ length: 20 }, (_, channel) => [`Slack${channel}`, slackId])),
      ...Object.fromEntries(ids.map((id) => [id, `SupportAppSlackChannelConfiguration/created/${slackId}/${slackId}`])),
    };
    expect(checksOf(stack, known).length).toBeLessThanOrEqual(4);
  });
});

describe('what is no monitor', () => {
  test('is one of a provider that serves nothing, which is known at synth', () => {
    const stack = newStack();
    new DriftMonitor(stack, 'Drift');
    expect(messageOf(() => Template.fromStack(stack))).toContain([
      'DriftMonitor at "Stack/Drift" has 1 problem:',
      '  - provider: must serve a construct, got the ChannelsProvider at "Stack/CdkSupportChannels", which serves none.'
      + ' Define what is to be monitored, give it this provider, or remove the monitor.',
    ].join('\n'));
  });

  const NATIVE = 'Use the drift detection of CloudFormation itself, which sees what a NativeProvider manages: '
    + 'aws cloudformation detect-stack-drift.';

  test('is one of a NativeProvider', () => {
    const stack = newAliasStack();
    const provider = new NativeProvider(new Stack(stack.node.root as App, 'Other'), 'Native');
    expect(messageOf(() => new DriftMonitor(stack, 'Drift', { provider }))).toBe([
      'DriftMonitor at "Stack/Drift" has 1 problem:',
      `  - provider: must be a ChannelsProvider, got the NativeProvider at "Other/Native". ${NATIVE}`,
    ].join('\n'));
  });

  test('is one in the scope of a NativeProvider, unless it names a handler', () => {
    const stack = newStack();
    new NativeProvider(stack, 'Native');
    expect(messageOf(() => new DriftMonitor(stack, 'Drift')))
      .toContain(`must be a ChannelsProvider, got the NativeProvider at "Stack/Native". ${NATIVE}`);
    const provider = new ChannelsProvider(stack, 'Provider');
    new AccountAlias(stack, 'Alias', { accountAlias: 'acme', provider });
    new DriftMonitor(stack, 'Monitor', { provider });
    expect(resourcesOfType(stack, 'AWS::Events::Rule')).toHaveLength(1);
  });

  test('is a second one of a provider, which would count everything twice', () => {
    const stack = newAliasStack();
    new DriftMonitor(stack, 'Drift');
    const provider = new ChannelsProvider(stack, 'Provider');
    new SlackWorkspace(stack, 'Workspace', { teamId: 'T012ABCDEFG', provider });
    new DriftMonitor(stack, 'OfTheOther', { provider });
    const again = new DriftMonitor(stack, 'Again', { repair: true });
    expect(messageOf(() => Template.fromStack(stack))).toContain([
      'DriftMonitor at "Stack/Again" has 1 problem:',
      '  - provider: must have one DriftMonitor, got another at "Stack/Drift". Remove one of the two.',
    ].join('\n'));
    stack.node.tryRemoveChild(again.node.id);
    expect(resourcesOfType(stack, 'AWS::Events::Rule')).toHaveLength(2);
  });

  test('is one of another stack', () => {
    const stack = newAliasStack();
    const other = new Stack(stack.node.root as App, 'Other');
    const provider = ChannelsProvider.getOrCreate(stack);
    expect(messageOf(() => new DriftMonitor(other, 'Drift', { provider }))).toBe([
      'DriftMonitor at "Other/Drift" has 1 problem:',
      '  - provider: must be in the stack "Other" of the monitor, got "Stack/CdkSupportChannels". '
      + 'Define the monitor in the stack of the provider, one in each stack.',
    ].join('\n'));
    const nested = new NestedStack(stack, 'Nested');
    expect(() => new DriftMonitor(nested, 'Drift', { provider })).toThrow('must be in the stack "Stack/Nested"');
  });
});

describe('metrics', () => {
  const stack = newAliasStack();
  const monitor = new DriftMonitor(stack, 'Drift');
  const provider = ChannelsProvider.getOrCreate(stack);

  test.each<[string, (props?: cloudwatch.MetricOptions) => cloudwatch.Metric]>([
    ['DriftedResources', (props) => monitor.metricDrifted(props)],
    ['RepairedResources', (props) => monitor.metricRepaired(props)],
    ['UnreadableResources', (props) => monitor.metricUnreadable(props)],
    ['FailedEvents', (props) => provider.metricFailed(props)],
  ])('%s is the handler\'s, of the stack', (metricName, metric) => {
    expect(stack.resolve(metric().toMetricConfig().metricStat)).toMatchObject({
      namespace: 'CdkSupportChannels',
      metricName,
      dimensions: [{ name: 'StackName', value: { Ref: 'AWS::StackName' } }],
      statistic: 'Sum',
      period: expect.objectContaining({ amount: 5 }),
    });
    expect(metric({ statistic: 'Maximum', period: Duration.hours(1) }).toMetricConfig().metricStat)
      .toMatchObject({ statistic: 'Maximum', period: Duration.hours(1) });
  });

  test('alarms in the stack go by its name at deployment, those elsewhere by the name that it has in the app', () => {
    const app = new App({ analyticsReporting: false });
    const [watched, other] = ['Watched', 'Other'].map((id) => new Stack(app, id));
    new AccountAlias(watched, 'Alias', { accountAlias: 'acme' });
    const drift = new DriftMonitor(watched, 'Drift');
    const alarm = { threshold: 1, evaluationPeriods: 1 };
    [watched, other].forEach((scope) => drift.metricDrifted().createAlarm(scope, 'Alarm', alarm));
    const alarmOf = (stackOfAlarm: Stack) => onlyResource(stackOfAlarm, 'AWS::CloudWatch::Alarm').Properties;
    expect(alarmOf(watched)).toMatchObject({
      Namespace: 'CdkSupportChannels',
      MetricName: 'DriftedResources',
      Statistic: 'Sum',
      Period: 300,
      Dimensions: [{ Name: 'StackName', Value: { Ref: 'AWS::StackName' } }],
    });
    expect(alarmOf(other).Dimensions).toEqual([{ Name: 'StackName', Value: 'Watched' }]);
  });
});

test('the handler has no permission more than without a monitor', () => {
  const permissionsOf = (isMonitored: boolean) => {
    const stack = newStack();
    defineFullAccount(stack);
    if (isMonitored) {
      new DriftMonitor(stack, 'Drift', { repair: DriftRepair.ALL });
    }
    return Object.entries(resourcesOf(stack)).filter(([, { Type: type }]) => type.startsWith('AWS::IAM::'));
  };
  expect(permissionsOf(true)).toEqual(permissionsOf(false));
});

test('what a monitor leaves the user is found by aspects and escape hatches', () => {
  const stack = newAliasStack();
  const monitor = new DriftMonitor(stack, 'Drift');
  expect(monitor.node.defaultChild).toBeInstanceOf(events.CfnRule);
  expect(monitor.node.findChild('Permission')).toBeInstanceOf(lambda.CfnPermission);
  expect(DriftMonitor.isDriftMonitor(monitor)).toBe(true);
  expect(DriftMonitor.isDriftMonitor(stack)).toBe(false);
});
