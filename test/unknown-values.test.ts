import { App, aws_ec2 as ec2, aws_iam as iam, aws_ssm as ssm, CfnParameter, Stack } from 'aws-cdk-lib';
import { messageOf } from './synthesis';
import {
  AccountAlias, AccountValue, ChannelsProvider, ChimeChannel, NotificationSeverity, SlackChannelConfiguration, SlackWorkspace, SupportAppAccount,
} from '../src';

const ENV = { account: '111122223333', region: 'us-east-1' };
const { NONE } = NotificationSeverity;

/** What a user gives where the value itself is not known at synth, by the property that takes it. */
const USES: [string, (stack: Stack, value: string) => unknown][] = [
  ['the team ID of a workspace', (stack, teamId) => new SlackWorkspace(stack, 'Workspace', { teamId })],
  ['an imported workspace', (stack, teamId) => SlackWorkspace.fromTeamId(stack, 'Workspace', teamId)],
  ['a channel ID', (stack, channelId) => SlackWorkspace.fromTeamId(stack, 'Workspace', 'T1').addChannel('Channel', { channelId, notifyOnCaseSeverity: NONE })],
  ['a channel\'s name', (stack, channelName) => SlackWorkspace.fromTeamId(stack, 'Workspace', 'T1')
    .addChannel('Channel', { channelId: 'C1', channelName, notifyOnCaseSeverity: NONE })],
  ['the ARN of a channel role', (stack, roleArn) => {
    // As a role of another library gives it: the CDK's own take the ARN apart.
    const role = iam.Role.fromRoleName(stack, 'Role', 'support');
    Object.defineProperty(role, 'roleArn', { value: roleArn });
    return SlackWorkspace.fromTeamId(stack, 'Workspace', 'T1').addChannel('Channel', { channelId: 'C1', channelRole: role, notifyOnCaseSeverity: NONE });
  }],
  ['an imported channel', (stack, channelId) => SlackChannelConfiguration.fromSlackChannelConfigurationAttributes(stack, 'Channel', { teamId: 'T1', channelId })],
  ['an alias', (stack, accountAlias) => new AccountAlias(stack, 'Alias', { accountAlias })],
  ['an imported alias', (stack, accountAlias) => AccountAlias.fromAccountAlias(stack, 'Alias', accountAlias)],
  ['an alias of an account', (stack, accountAlias) => new SupportAppAccount(stack, 'Account', { teamId: 'T1', accountAlias })],
  ['an alias by account', (stack, value) => new AccountAlias(stack, 'Alias', { accountAlias: AccountValue.byAccount({ [ENV.account]: value }).asString })],
  ['the Region of the Support App', (stack, supportAppRegion) => new ChannelsProvider(stack, 'CdkSupportChannels', { supportAppRegion })],
  ['an AppInstance', (stack, arn) => new ChimeChannel(stack, 'Chime', {
    appInstanceArn: arn, chimeBearer: `${arn}/user/u`, channelName: 'x', memberArns: [`${arn}/user/v`], channelFlowArn: `${arn}/channel-flow/f`,
  })],
  ['the id and the metadata of a Chime channel', (stack, value) => {
    const appInstanceArn = 'arn:aws:chime:us-east-1:111122223333:app-instance/a';
    return new ChimeChannel(stack, 'Chime', { appInstanceArn, chimeBearer: `${appInstanceArn}/user/u`, channelName: value, channelId: value, metadata: value });
  }],
  ['an imported Chime channel', (stack, channelArn) => ChimeChannel.fromChannelArn(stack, 'Chime', channelArn)],
];

test.each(USES)('a look-up before its first run may be %s', (_, use) => {
  const app = new App({ analyticsReporting: false });
  const stack = new Stack(app, 'Stack', { env: ENV });
  use(stack, ssm.StringParameter.valueFromLookup(stack, '/acme/value'));
  // Only a synthesis that comes to its end makes the CLI look the value up.
  expect(app.synth().manifest.missing).toHaveLength(1);
});

test.each(USES)('a dynamic reference that is written as text may be %s', (_, use) => {
  const app = new App({ analyticsReporting: false });
  use(new Stack(app, 'Stack', { env: ENV }), '{{resolve:ssm:/acme/value}}');
  expect(() => app.synth()).not.toThrow();
});

test('what a look-up gives once it has run is checked', () => {
  const app = new App({ analyticsReporting: false, context: { 'ssm:account=111122223333:parameterName=/acme/value:region=us-east-1': 'acme!' } });
  const stack = new Stack(app, 'Stack', { env: ENV });
  const accountAlias = ssm.StringParameter.valueFromLookup(stack, '/acme/value');
  expect(messageOf(() => new AccountAlias(stack, 'Alias', { accountAlias }))).toBe(
    'AccountAlias at "Stack/Alias" has 1 problem:\n'
    + '  - accountAlias: must be 1 to 30 characters (letters, digits, _, - and space), got "acme!". Shorten it or replace the other characters.',
  );
});

test('a role and a VPC that are looked up may be used before the first run', () => {
  const app = new App({ analyticsReporting: false });
  const stack = new Stack(app, 'Stack', { env: ENV });
  new ChannelsProvider(stack, 'CdkSupportChannels', { vpc: ec2.Vpc.fromLookup(stack, 'Vpc', { vpcId: 'vpc-1' }) });
  SlackWorkspace.fromTeamId(stack, 'Workspace', 'T1').addChannel('Channel', {
    channelId: 'C1', channelRole: iam.Role.fromLookup(stack, 'Role', { roleName: 'support' }), notifyOnCaseSeverity: NONE,
  });
  expect(app.synth().manifest.missing!.map(({ provider }) => provider).sort()).toEqual(['cc-api-provider', 'vpc-provider']);
});

test('two channels whose ids are not known yet are not taken for one', () => {
  const app = new App({ analyticsReporting: false });
  const stack = new Stack(app, 'Stack', { env: ENV });
  const workspace = SlackWorkspace.fromTeamId(stack, 'Workspace', '{{resolve:ssm:/acme/team}}');
  for (const id of ['One', 'Two']) {
    workspace.addChannel(id, { channelId: '{{resolve:ssm:/acme/channel}}', notifyOnCaseSeverity: NONE });
  }
  expect(() => app.synth()).not.toThrow();
});

test('a list may be a parameter', () => {
  const stack = new Stack(new App({ analyticsReporting: false }), 'Stack');
  const appInstanceArn = 'arn:aws:chime:us-east-1:111122223333:app-instance/a';
  const arns = new CfnParameter(stack, 'Members', { type: 'CommaDelimitedList', default: '' }).valueAsList;
  const channel = new ChimeChannel(stack, 'Chime', { appInstanceArn, chimeBearer: `${appInstanceArn}/user/u`, channelName: 'x', memberArns: arns });
  const resource = channel.node.defaultChild as unknown as { _toCloudFormation(): unknown };
  expect(Object.values(stack.resolve(resource._toCloudFormation()).Resources)).toMatchObject([{ Properties: { MemberArns: { Ref: 'Members' } } }]);
});
