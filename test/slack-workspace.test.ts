import { CfnOutput, CfnParameter, MissingRemovalPolicies, RemovalPolicy } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { messageOf, newStack, onlyLogicalId, onlyResource, resourcePolicyId, resourcesOfType } from './synthesis';
import { ChannelsProvider, NotificationSeverity, SlackWorkspace } from '../src';

const TYPE = 'Custom::SupportAppSlackWorkspace';

test('a workspace is a custom resource with its team ID', () => {
  const stack = newStack();
  new SlackWorkspace(stack, 'Workspace', { teamId: 'T012ABCDEFG' });
  expect(onlyResource(stack, TYPE)).toEqual({
    Type: TYPE,
    Properties: {
      ServiceToken: { 'Fn::GetAtt': [onlyLogicalId(stack, 'AWS::Lambda::Function'), 'Arn'] },
      ServiceTimeout: 540,
      TeamId: 'T012ABCDEFG',
    },
    DependsOn: [resourcePolicyId(stack)],
  });
});

test('attributes are those of the resource', () => {
  const stack = newStack();
  const workspace = new SlackWorkspace(stack, 'Workspace', { teamId: 'T1' });
  new CfnOutput(stack, 'TeamId', { value: workspace.teamId });
  new CfnOutput(stack, 'TeamName', { value: workspace.teamName });
  new CfnOutput(stack, 'AccountType', { value: workspace.accountType });
  const id = onlyLogicalId(stack, TYPE);
  expect(Template.fromStack(stack).toJSON().Outputs).toEqual({
    TeamId: { Value: 'T1' },
    TeamName: { Value: { 'Fn::GetAtt': [id, 'TeamName'] } },
    AccountType: { Value: { 'Fn::GetAtt': [id, 'AccountType'] } },
  });
});

test('the team ID may be known only at deployment', () => {
  const stack = newStack();
  const teamId = new CfnParameter(stack, 'Team').valueAsString;
  new SlackWorkspace(stack, 'Workspace', { teamId });
  expect(onlyResource(stack, TYPE).Properties.TeamId).toEqual({ Ref: 'Team' });
});

test.each([
  // What CloudFormation does by itself.
  [undefined, undefined, undefined],
  [RemovalPolicy.DESTROY, 'Delete', 'Delete'],
  [RemovalPolicy.RETAIN, 'Retain', 'Retain'],
  [RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE, 'RetainExceptOnCreate', 'Retain'],
])('removal policy %s', (removalPolicy, deletionPolicy, updateReplacePolicy) => {
  const stack = newStack();
  new SlackWorkspace(stack, 'Workspace', { teamId: 'T1', removalPolicy });
  expect(onlyResource(stack, TYPE).DeletionPolicy).toBe(deletionPolicy);
  expect(onlyResource(stack, TYPE).UpdateReplacePolicy).toBe(updateReplacePolicy);
});

test('a removal policy that is given wins over one for those without', () => {
  const stack = newStack();
  MissingRemovalPolicies.of(stack).retain();
  const workspace = new SlackWorkspace(stack, 'Workspace', { teamId: 'T1', removalPolicy: RemovalPolicy.DESTROY });
  workspace.addChannel('Channel', { channelId: 'C1', notifyOnCaseSeverity: NotificationSeverity.NONE });
  expect(onlyResource(stack, TYPE).DeletionPolicy).toBe('Delete');
  expect(onlyResource(stack, 'Custom::SupportAppSlackChannelConfiguration').DeletionPolicy).toBe('Retain');
});

test('a given provider is used', () => {
  const stack = newStack();
  const provider = new ChannelsProvider(stack, 'Mine', { memorySize: 512 });
  new SlackWorkspace(stack, 'Workspace', { teamId: 'T1', provider });
  expect(onlyResource(stack, 'AWS::Lambda::Function').Properties.MemorySize).toBe(512);
});

test('channels of a workspace with a provider use it too', () => {
  const stack = newStack();
  const provider = new ChannelsProvider(stack, 'Mine');
  const workspace = new SlackWorkspace(stack, 'Workspace', { teamId: 'T1', provider });
  workspace.addChannel('First', { channelId: 'C1', notifyOnCaseSeverity: NotificationSeverity.NONE });
  workspace.addChannel('Second', { channelId: 'C2', notifyOnCaseSeverity: NotificationSeverity.NONE, provider: undefined });
  expect(resourcesOfType(stack, 'AWS::Lambda::Function')).toHaveLength(1);
});

test('a channel that is added with a provider of its own uses that', () => {
  const stack = newStack();
  const workspace = new SlackWorkspace(stack, 'Workspace', { teamId: 'T1', provider: new ChannelsProvider(stack, 'First') });
  workspace.addChannel('Channel', {
    channelId: 'C1',
    notifyOnCaseSeverity: NotificationSeverity.NONE,
    provider: new ChannelsProvider(stack, 'Second'),
  });
  const tokens = ['Custom::SupportAppSlackWorkspace', 'Custom::SupportAppSlackChannelConfiguration']
    .map((type) => onlyResource(stack, type).Properties.ServiceToken['Fn::GetAtt'][0]);
  expect(tokens).toEqual([expect.stringMatching(/^First/), expect.stringMatching(/^Second/)]);
});

test('addChannel makes a child that depends on the workspace', () => {
  const stack = newStack();
  const workspace = new SlackWorkspace(stack, 'Workspace', { teamId: 'T1' });
  const channel = workspace.addChannel('Channel', { channelId: 'C1', notifyOnCaseSeverity: NotificationSeverity.NONE });
  expect(channel.node.path).toBe('Stack/Workspace/Channel');
  expect(channel.teamId).toBe('T1');
  expect(onlyResource(stack, 'Custom::SupportAppSlackChannelConfiguration').DependsOn).toEqual([
    resourcePolicyId(stack), onlyLogicalId(stack, TYPE),
  ]);
});

describe('an imported workspace', () => {
  test('adds nothing to the template', () => {
    const stack = newStack();
    expect(SlackWorkspace.fromTeamId(stack, 'Workspace', 'T1').teamId).toBe('T1');
    expect(Template.fromStack(stack).toJSON().Resources).toBeUndefined();
  });

  test('takes channels, which depend on nothing but their permissions', () => {
    const stack = newStack();
    const workspace = SlackWorkspace.fromTeamId(stack, 'Workspace', 'T1');
    workspace.addChannel('Resource', { channelId: 'C1', notifyOnCaseSeverity: NotificationSeverity.NONE });
    workspace.addChannel('Other', { channelId: 'C2', notifyOnCaseSeverity: NotificationSeverity.NONE });
    const channels = resourcesOfType(stack, 'Custom::SupportAppSlackChannelConfiguration');
    expect(channels.map(({ Properties, DependsOn }) => [Properties.TeamId, Properties.ChannelId, DependsOn])).toEqual([
      ['T1', 'C1', [resourcePolicyId(stack)]],
      ['T1', 'C2', [resourcePolicyId(stack)]],
    ]);
  });

  test('may have a team ID that is known only at deployment', () => {
    const stack = newStack();
    const workspace = SlackWorkspace.fromTeamId(stack, 'Workspace', new CfnParameter(stack, 'Team').valueAsString);
    expect(stack.resolve(workspace.teamId)).toEqual({ Ref: 'Team' });
  });

  test('fails on an impossible team ID', () => {
    const stack = newStack();
    expect(messageOf(() => SlackWorkspace.fromTeamId(stack, 'Workspace', 'T 1'))).toMatch(
      /^SlackWorkspace at "Stack\/Workspace" has 1 problem:\n {2}- teamId: must be 1 to 256 characters without white space, got "T 1"\. /,
    );
  });
});

test('fails with all problems before anything is defined', () => {
  const [stack, other] = [newStack(), newStack()];
  const provider = new ChannelsProvider(other, 'Provider');
  const message = messageOf(() => new SlackWorkspace(stack, 'Workspace', { teamId: '', provider }));
  expect(message.split('\n')).toEqual([
    'SlackWorkspace at "Stack/Workspace" has 2 problems:',
    expect.stringMatching(/^ {2}- teamId: must be 1 to 256 characters without white space, got ""\. [A-Z].*[^.]\.$/),
    '  - provider: must be in the stack "Stack" of the construct, got "Stack/Provider". '
      + 'Define a ChannelsProvider in each stack, or leave the property out.',
  ]);
  expect(stack.node.findAll().map(({ node }) => node.path)).toEqual(['Stack', 'Stack/Workspace']);
});
