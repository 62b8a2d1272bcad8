import { Arn, aws_iam as iam, CfnParameter, CfnResource, Fn, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import {
  messageOf, newStack, onlyLogicalId, onlyResource, problemsOf, resourcePolicyId, resourcesOf, resourcesOfType, resourceStatements,
} from './synthesis';
import {
  ChannelsProvider,
  ExistingConfiguration,
  NotificationSeverity,
  SlackChannelConfiguration,
  type SlackChannelConfigurationProps,
  SlackWorkspace,
  SupportAppAccess,
  SupportAppRole,
} from '../src';

const TYPE = 'Custom::SupportAppSlackChannelConfiguration';
const ROLE_ARN = 'arn:aws:iam::111122223333:role/Channel';

function newChannel(stack: Stack, props: Partial<SlackChannelConfigurationProps> = {}, id = 'Channel'): SlackChannelConfiguration {
  return new SlackChannelConfiguration(stack, id, {
    workspace: props.workspace ?? SlackWorkspace.fromTeamId(stack, `${id}Workspace`, 'T1'),
    channelId: 'C1',
    notifyOnCaseSeverity: NotificationSeverity.NONE,
    ...props,
  });
}

test('a channel is a custom resource that says all it sends', () => {
  const stack = newStack();
  const channel = newChannel(stack);
  expect([channel.teamId, channel.channelId]).toEqual(['T1', 'C1']);
  expect(onlyResource(stack, TYPE)).toEqual({
    Type: TYPE,
    Properties: {
      ServiceToken: { 'Fn::GetAtt': [onlyLogicalId(stack, 'AWS::Lambda::Function'), 'Arn'] },
      ServiceTimeout: 540,
      TeamId: 'T1',
      ChannelId: 'C1',
      ChannelRoleArn: { 'Fn::GetAtt': [expect.stringMatching(/^CdkSupportAppRole/), 'Arn'] },
      NotifyOnCaseSeverity: 'none',
      NotifyOnAddCorrespondenceToCase: false,
      NotifyOnCreateOrReopenCase: false,
      NotifyOnResolveCase: false,
    },
    DependsOn: [resourcePolicyId(stack)],
  });
});

test.each<[Partial<SlackChannelConfigurationProps>, object]>([
  [{ channelName: 'support' }, { ChannelName: 'support' }],
  [{ existing: ExistingConfiguration.ADOPT }, { Existing: 'ADOPT' }],
  [{ existing: ExistingConfiguration.FAIL }, { Existing: 'FAIL' }],
  [
    { notifyOnCaseSeverity: NotificationSeverity.ALL, notifyOnAddCorrespondenceToCase: true },
    { NotifyOnCaseSeverity: 'all', NotifyOnAddCorrespondenceToCase: true, NotifyOnCreateOrReopenCase: false, NotifyOnResolveCase: false },
  ],
  [
    { notifyOnCaseSeverity: NotificationSeverity.HIGH, notifyOnCreateOrReopenCase: true },
    { NotifyOnCaseSeverity: 'high', NotifyOnAddCorrespondenceToCase: false, NotifyOnCreateOrReopenCase: true, NotifyOnResolveCase: false },
  ],
  [
    { notifyOnCaseSeverity: NotificationSeverity.ALL, notifyOnResolveCase: true },
    { NotifyOnCaseSeverity: 'all', NotifyOnAddCorrespondenceToCase: false, NotifyOnCreateOrReopenCase: false, NotifyOnResolveCase: true },
  ],
  [
    { notifyOnAddCorrespondenceToCase: false, notifyOnCreateOrReopenCase: false, notifyOnResolveCase: false },
    { NotifyOnCaseSeverity: 'none', NotifyOnAddCorrespondenceToCase: false, NotifyOnCreateOrReopenCase: false, NotifyOnResolveCase: false },
  ],
])('%j', (props, expected) => {
  const stack = newStack();
  newChannel(stack, props);
  expect(onlyResource(stack, TYPE).Properties).toMatchObject(expected);
});

test('removal policy', () => {
  const stack = newStack();
  newChannel(stack, { removalPolicy: RemovalPolicy.RETAIN });
  expect(onlyResource(stack, TYPE)).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
});

test('a given provider is used', () => {
  const stack = newStack();
  newChannel(stack, { provider: new ChannelsProvider(stack, 'Mine') });
  expect(onlyResource(stack, TYPE).Properties.ServiceToken['Fn::GetAtt'][0]).toMatch(/^Mine/);
});

test('values may be known only at deployment', () => {
  const stack = newStack();
  const parameter = (id: string) => new CfnParameter(stack, id).valueAsString;
  newChannel(stack, {
    workspace: SlackWorkspace.fromTeamId(stack, 'Workspace', parameter('Team')),
    channelId: parameter('Id'),
    channelName: parameter('Name'),
    channelRole: iam.Role.fromRoleArn(stack, 'Imported', Fn.importValue('RoleArn')),
  });
  expect(onlyResource(stack, TYPE).Properties).toMatchObject({
    TeamId: { Ref: 'Team' },
    ChannelId: { Ref: 'Id' },
    ChannelName: { Ref: 'Name' },
    ChannelRoleArn: { 'Fn::ImportValue': 'RoleArn' },
  });
});

describe('order', () => {
  test('a channel depends on its permissions and the resource of its workspace, and not on other channels of the workspace', () => {
    const stack = newStack();
    const workspace = new SlackWorkspace(stack, 'Workspace', { teamId: 'T1' });
    workspace.addChannel('First', { channelId: 'C1', notifyOnCaseSeverity: NotificationSeverity.NONE });
    newChannel(stack, { workspace, channelId: 'C2' });
    const dependencies = [resourcePolicyId(stack), onlyLogicalId(stack, 'Custom::SupportAppSlackWorkspace')];
    expect(resourcesOfType(stack, TYPE).map(({ DependsOn }) => DependsOn)).toEqual([dependencies, dependencies]);
  });

  test('a channel waits for a given role, and not for what the role may do: that may depend on the channel', () => {
    const stack = newStack();
    const channelRole = new SupportAppRole(stack, 'Role');
    const channel = newChannel(stack, { channelRole });
    const later = new CfnResource(stack, 'Later', { type: 'Custom::Later' });
    later.node.addDependency(channel);
    channelRole.addToPolicy(new iam.PolicyStatement({ actions: ['custom:Read'], resources: [later.ref] }));
    // It refers to the role itself, so that cfn-lint finds no dependency that is there twice.
    expect(onlyResource(stack, TYPE).DependsOn).toEqual([resourcePolicyId(stack)]);
    expect(onlyResource(stack, TYPE).Properties.ChannelRoleArn).toEqual({ 'Fn::GetAtt': [stack.resolve((channelRole.node.defaultChild as iam.CfnRole).ref).Ref, 'Arn'] });
  });

  test('a channel depends on a given role that its ARN does not refer to', () => {
    const stack = newStack();
    const role = new iam.Role(stack, 'Role', { roleName: 'Channel', assumedBy: new iam.ServicePrincipal('supportapp.amazonaws.com') });
    const channelRole = Object.create(role, { roleArn: { value: ROLE_ARN } }) as iam.IRole;
    newChannel(stack, { channelRole });
    expect(onlyResource(stack, TYPE).Properties.ChannelRoleArn).toBe(ROLE_ARN);
    expect(onlyResource(stack, TYPE).DependsOn).toEqual([resourcePolicyId(stack), stack.resolve((role.node.defaultChild as iam.CfnRole).ref).Ref]);
  });

  test('a role of another stack is deployed first', () => {
    const stack = newStack();
    const other = new Stack(Stack.of(stack).node.root as any, 'Other');
    newChannel(other, { channelRole: new SupportAppRole(stack, 'Role') });
    expect(onlyResource(other, TYPE).DependsOn).toEqual([resourcePolicyId(other)]);
    expect(other.dependencies).toEqual([stack]);
  });

  test('a workspace of another stack is deployed first', () => {
    const stack = newStack();
    const other = new Stack(Stack.of(stack).node.root as any, 'Other');
    newChannel(other, { workspace: new SlackWorkspace(stack, 'Workspace', { teamId: 'T1' }) });
    expect(onlyResource(other, TYPE)).toMatchObject({ Properties: { TeamId: 'T1' } });
    expect(onlyResource(other, TYPE).DependsOn).toEqual([resourcePolicyId(other)]);
    expect(other.dependencies).toEqual([stack]);
  });
});

describe('the role of a channel', () => {
  test('channels without one share a role with full access', () => {
    const stack = newStack();
    const [first, second] = [newChannel(stack), newChannel(stack, { channelId: 'C2' }, 'Second')];
    expect(first.channelRole).toBe(second.channelRole);
    expect(first.channelRole).toBeInstanceOf(SupportAppRole);
    expect(first.grantPrincipal).toBe((first.channelRole as SupportAppRole).grantPrincipal);
    const roles = Object.entries(resourcesOf(stack)).filter(([, { Type }]) => Type === 'AWS::IAM::Role').map(([id]) => id);
    expect(roles.sort()).toEqual([
      expect.stringMatching(/^CdkSupportAppRole/),
      expect.stringMatching(/^CdkSupportChannelsRole/),
    ]);
  });

  test('a given role is used, and no other is made', () => {
    const stack = newStack();
    const channelRole = new SupportAppRole(stack, 'Mine', { access: SupportAppAccess.READ_ONLY });
    expect(newChannel(stack, { channelRole }).channelRole).toBe(channelRole);
    const arn = { 'Fn::GetAtt': [expect.stringMatching(/^Mine/), 'Arn'] };
    expect(onlyResource(stack, TYPE).Properties.ChannelRoleArn).toEqual(arn);
    // The channel's role and the handler's.
    Template.fromStack(stack).resourceCountIs('AWS::IAM::Role', 2);
    expect(resourceStatements(stack)).toContainEqual({
      Effect: 'Allow',
      Action: 'iam:PassRole',
      Resource: arn,
      Condition: { StringEquals: { 'iam:PassedToService': 'supportapp.amazonaws.com' } },
    });
  });

  test('the handler passes each role once, in an order that does not depend on that of the channels', () => {
    const stack = newStack();
    const exported = (id: string) => iam.Role.fromRoleArn(stack, id, Fn.importValue('RoleArn'));
    newChannel(stack, { channelId: 'C1', channelRole: iam.Role.fromRoleArn(stack, 'Z', `${ROLE_ARN}/z`) }, 'Z1');
    newChannel(stack, { channelId: 'C2', channelRole: iam.Role.fromRoleArn(stack, 'A', `${ROLE_ARN}/a`) }, 'A1');
    newChannel(stack, { channelId: 'C3', channelRole: iam.Role.fromRoleArn(stack, 'ZAgain', `${ROLE_ARN}/z`) }, 'Z2');
    newChannel(stack, { channelId: 'C4', channelRole: exported('E') }, 'E1');
    newChannel(stack, { channelId: 'C5', channelRole: exported('EAgain') }, 'E2');
    const passRole = resourceStatements(stack).filter(({ Action }) => Action === 'iam:PassRole');
    expect(passRole).toEqual([expect.objectContaining({ Resource: [`${ROLE_ARN}/a`, `${ROLE_ARN}/z`, { 'Fn::ImportValue': 'RoleArn' }] })]);
  });

  test('grants to the channel go to its role', () => {
    const stack = newStack();
    const channel = newChannel(stack);
    iam.Grant.addToPrincipal({ grantee: channel, actions: ['servicequotas:ListServices'], resourceArns: ['*'] });
    const [policy, ...others] = Object.entries(resourcesOf(stack))
      .filter(([id, { Type }]) => Type === 'AWS::IAM::Policy' && id !== resourcePolicyId(stack)).map(([, { Properties }]) => Properties);
    expect(others).toEqual([]);
    expect(policy.Roles).toEqual([{ Ref: expect.stringMatching(/^CdkSupportAppRole/) }]);
    expect(policy.PolicyDocument.Statement).toEqual([{ Effect: 'Allow', Action: 'servicequotas:ListServices', Resource: '*' }]);
  });
});

describe('an imported channel', () => {
  const attributes = { teamId: 'T1', channelId: 'C1' };

  test('adds nothing to the template', () => {
    const stack = newStack();
    const channel = SlackChannelConfiguration.fromSlackChannelConfigurationAttributes(stack, 'Channel', attributes);
    expect([channel.teamId, channel.channelId]).toEqual(['T1', 'C1']);
    expect(Template.fromStack(stack).toJSON().Resources).toBeUndefined();
  });

  test('grants go to its role', () => {
    const stack = newStack();
    const channelRole = new SupportAppRole(stack, 'Role');
    const channel = SlackChannelConfiguration.fromSlackChannelConfigurationAttributes(stack, 'Channel', { ...attributes, channelRole });
    expect(iam.Grant.addToPrincipal({ grantee: channel, actions: ['a:B'], resourceArns: ['*'] }).success).toBe(true);
    expect(onlyResource(stack, 'AWS::IAM::Policy').Properties.Roles).toEqual([{ Ref: onlyLogicalId(stack, 'AWS::IAM::Role') }]);
  });

  test('without a role takes no grant, and says so', () => {
    const stack = newStack();
    const channel = SlackChannelConfiguration.fromSlackChannelConfigurationAttributes(stack, 'Channel', attributes);
    expect(channel.grantPrincipal).toBeInstanceOf(iam.UnknownPrincipal);
    iam.Grant.addToPrincipal({ grantee: channel, actions: ['a:B'], resourceArns: ['*'] });
    expect(Template.fromStack(stack).toJSON().Resources).toBeUndefined();
    Annotations.fromStack(stack).hasWarning('/Stack/Channel', Match.stringLikeRegexp('Add statement to this resource\'s role'));
  });

  test('may be known only at deployment', () => {
    const stack = newStack();
    const channelId = new CfnParameter(stack, 'Id').valueAsString;
    const channel = SlackChannelConfiguration.fromSlackChannelConfigurationAttributes(stack, 'Channel', { teamId: 'T1', channelId });
    expect(stack.resolve(channel.channelId)).toEqual({ Ref: 'Id' });
  });

  test('fails on impossible identifiers, and asks for nothing else', () => {
    const message = messageOf(() => SlackChannelConfiguration.fromSlackChannelConfigurationAttributes(newStack(), 'Channel', { teamId: '', channelId: 'a b' }));
    expect(message.split('\n')).toEqual([
      'SlackChannelConfiguration at "Stack/Channel" has 2 problems:',
      expect.stringMatching(/^ {2}- teamId: .*, got ""\. /),
      expect.stringMatching(/^ {2}- channelId: .*, got "a b"\. /),
    ]);
  });
});

describe('fails', () => {
  test('with all problems before anything is defined', () => {
    const stack = newStack();
    const workspace = SlackWorkspace.fromTeamId(stack, 'Workspace', 'T1');
    const message = messageOf(() => newChannel(stack, {
      workspace,
      channelId: '#support',
      channelName: 'a\nb',
      channelRole: iam.Role.fromRoleArn(stack, 'Role', 'arn:aws-cn:iam::111122223333:role/r'),
      notifyOnCaseSeverity: 'urgent' as NotificationSeverity,
      notifyOnResolveCase: 'yes' as unknown as boolean,
      existing: 'MAYBE' as ExistingConfiguration,
    }));
    // The service takes a channel ID that starts with a hash.
    expect(problemsOf(message)).toEqual({
      subject: 'SlackChannelConfiguration at "Stack/Channel" has 5 problems:',
      problems: {
        channelName: expect.stringMatching(/^must be 1 to 256 characters on one line, got "a\\nb"\. [A-Z].*[^.]\.$/),
        channelRole: expect.stringMatching(/^must be .*, got "arn:aws-cn:iam::111122223333:role\/r"\. [A-Z].*[^.]\.$/),
        notifyOnCaseSeverity: expect.stringMatching(/^must be .*, got "urgent"\. [A-Z].*[^.]\.$/),
        notifyOnResolveCase: expect.stringMatching(/^must be true or false, got "yes"\. [A-Z].*[^.]\.$/),
        existing: expect.stringMatching(/^must be .*, got "MAYBE"\. [A-Z].*[^.]\.$/),
      },
    });
    expect(stack.node.children.map(({ node }) => node.id)).toEqual(['Workspace', 'Role', 'Channel']);
    expect(stack.node.findChild('Channel').node.children).toEqual([]);
  });

  test.each<[string, Partial<SlackChannelConfigurationProps>]>([
    ['all without a notification', { notifyOnCaseSeverity: NotificationSeverity.ALL }],
    ['high with all notifications off', { notifyOnCaseSeverity: NotificationSeverity.HIGH, notifyOnResolveCase: false }],
    ['none with a notification', { notifyOnCaseSeverity: NotificationSeverity.NONE, notifyOnResolveCase: true }],
  ])('on the severity %s', (_, props) => {
    expect(messageOf(() => newChannel(newStack(), props)))
      .toMatch(/^SlackChannelConfiguration at "Stack\/Channel" has 1 problem:\n {2}- notifyOnCaseSeverity: /);
  });

  test('on a provider of another stack', () => {
    const provider = new ChannelsProvider(newStack(), 'Provider');
    expect(messageOf(() => newChannel(newStack(), { provider }))).toMatch(/- provider: must be in the stack "Stack" of the construct/);
  });
});

test('the ARN of a role of the stack is a token with the right form', () => {
  const stack = newStack();
  const role = new CfnResource(stack, 'Role', { type: 'AWS::IAM::Role' });
  const arn = Arn.format({ service: 'iam', region: '', resource: 'role', resourceName: role.ref }, stack);
  newChannel(stack, { channelRole: iam.Role.fromRoleArn(stack, 'Imported', arn) });
  expect(onlyResource(stack, TYPE).Properties.ChannelRoleArn['Fn::Join'][1]).toContainEqual({ Ref: 'Role' });
});
