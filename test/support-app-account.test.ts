import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { messageOf, newStack, onlyResource, problemsOf, resourcesOfType } from './synthesis';
import { AccountAlias, AccountValue, ExistingConfiguration, NotificationSeverity, SlackWorkspace, SupportAppAccount } from '../src';

const CHANNEL = { notifyOnCaseSeverity: NotificationSeverity.HIGH, notifyOnResolveCase: true };
const CHANNEL_TYPE = 'Custom::SupportAppSlackChannelConfiguration';
const WORKSPACE_TYPE = 'Custom::SupportAppSlackWorkspace';
const ALIAS_TYPE = 'Custom::SupportAppAccountAlias';

test('a workspace, channels and an alias', () => {
  const stack = newStack();
  const account = new SupportAppAccount(stack, 'Support', {
    teamId: 'T1',
    accountAlias: 'acme',
    channels: { Operations: { ...CHANNEL, channelId: 'C1' }, Security: { ...CHANNEL, channelId: 'C2' } },
  });
  expect(onlyResource(stack, WORKSPACE_TYPE).Properties.TeamId).toBe('T1');
  expect(onlyResource(stack, ALIAS_TYPE).Properties.AccountAlias).toBe('acme');
  expect(resourcesOfType(stack, CHANNEL_TYPE).map(({ Properties }) => [Properties.TeamId, Properties.ChannelId, Properties.NotifyOnResolveCase]))
    .toEqual([['T1', 'C1', true], ['T1', 'C2', true]]);
  expect(Object.keys(account.channels)).toEqual(['Operations', 'Security']);
  expect(account.channels.Operations.channelId).toBe('C1');
  expect(account.workspace.teamId).toBe('T1');
  expect(account.accountAlias?.accountAlias).toBe('acme');
});

test('the order of the channels makes no difference to the template', () => {
  const [operations, security] = [{ ...CHANNEL, channelId: 'C1' }, { ...CHANNEL, channelId: 'C2' }];
  const [template, reordered] = [{ Operations: operations, Security: security }, { Security: security, Operations: operations }].map((channels) => {
    const stack = newStack();
    new SupportAppAccount(stack, 'Support', { teamId: 'T1', channels });
    return JSON.stringify(Template.fromStack(stack));
  });
  expect(reordered).toBe(template);
});

test('channels wait for the workspace', () => {
  const stack = newStack();
  new SupportAppAccount(stack, 'Support', { teamId: 'T1', channels: { Operations: { ...CHANNEL, channelId: 'C1' } } });
  const workspaceId = Object.entries(Template.fromStack(stack).findResources(WORKSPACE_TYPE))[0][0];
  expect(onlyResource(stack, CHANNEL_TYPE).DependsOn).toContain(workspaceId);
});

test('the alias waits for the channels', () => {
  const stack = newStack();
  new SupportAppAccount(stack, 'Support', { teamId: 'T1', accountAlias: 'acme', channels: { Operations: { ...CHANNEL, channelId: 'C1' } } });
  const channelId = Object.entries(Template.fromStack(stack).findResources(CHANNEL_TYPE))[0][0];
  expect(onlyResource(stack, ALIAS_TYPE).DependsOn).toContain(channelId);
});

test('a workspace that is registered elsewhere, without channels and alias', () => {
  const stack = newStack();
  const workspace = SlackWorkspace.fromTeamId(stack, 'Workspace', 'T1');
  const account = new SupportAppAccount(stack, 'Support', { workspace });
  expect(account.workspace).toBe(workspace);
  expect(account.channels).toEqual({});
  expect(account.accountAlias).toBeUndefined();
  expect(Template.fromStack(stack).toJSON().Resources).toBeUndefined();
});

test('existing holds for the alias and for channels that do not say so themselves', () => {
  const stack = newStack();
  new SupportAppAccount(stack, 'Support', {
    teamId: 'T1',
    accountAlias: 'acme',
    existing: ExistingConfiguration.ADOPT,
    channels: { One: { ...CHANNEL, channelId: 'C1' }, Two: { ...CHANNEL, channelId: 'C2', existing: ExistingConfiguration.FAIL } },
  });
  expect(onlyResource(stack, ALIAS_TYPE).Properties.Existing).toBe('ADOPT');
  expect(resourcesOfType(stack, CHANNEL_TYPE).map(({ Properties }) => Properties.Existing)).toEqual(['ADOPT', 'FAIL']);
});

test('values by account go through', () => {
  const stack = newStack();
  new SupportAppAccount(stack, 'Support', {
    teamId: 'T1',
    accountAlias: AccountValue.byAccount({ 111122223333: 'a' }).asString,
    channels: { One: { ...CHANNEL, channelId: AccountValue.spread(['111122223333'], ['C1', 'C2']).asString } },
  });
  expect(Object.keys(Template.fromStack(stack).toJSON().Mappings)).toEqual([
    expect.stringMatching(/^SupportOneChannelId/), expect.stringMatching(/^SupportAliasAccountAlias/),
  ]);
});

test('its resources are those of the constructs that it is made of: two aliases of an account are found', () => {
  const app = new App();
  const stack = new Stack(app, 'Stack');
  new SupportAppAccount(stack, 'Support', { teamId: 'T1', accountAlias: 'a' });
  new AccountAlias(stack, 'Alias', { accountAlias: 'b' });
  expect(messageOf(() => app.synth())).toMatch(/2 account aliases are defined in stack "Stack": Stack\/Support\/Alias, Stack\/Alias\./);
});

test('fails without a workspace, with two, and with ids that are taken', () => {
  const stack = newStack();
  const workspace = SlackWorkspace.fromTeamId(stack, 'Workspace', 'T1');
  expect(messageOf(() => new SupportAppAccount(stack, 'Neither', {}))).toBe(
    'SupportAppAccount at "Stack/Neither" has 1 problem:\n  - teamId: must be set, or else workspace, got neither. '
    + 'Give teamId to register the workspace, or workspace if that is registered elsewhere.',
  );
  expect(problemsOf(messageOf(() => new SupportAppAccount(stack, 'Both', {
    teamId: 'T1', workspace, channels: { Alias: { ...CHANNEL, channelId: 'C1' } },
  })))).toEqual({
    subject: 'SupportAppAccount at "Stack/Both" has 2 problems:',
    problems: {
      teamId: 'must be set, or else workspace, got both. Give teamId to register the workspace, or workspace if that is registered elsewhere.',
      channels: 'must not use the id of another construct, got "Alias". Choose another id for the channel.',
    },
  });
});
