import { App, aws_iam as iam, aws_s3 as s3, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { messageOf } from './synthesis';
import * as lib from '../src';

// What JavaScript, JSON and some languages let people write, and TypeScript would not.
const {
  AccountAlias, AccountValue, ChannelsProvider, ChimeChannel, DriftMonitor, NativeProvider, SlackChannelConfiguration, SlackWorkspace,
  SupportAppAccount, SupportAppRole,
} = lib as Record<keyof typeof lib, any>;

const ARN = 'arn:aws:chime:us-east-1:111122223333:app-instance/a';
const CHIME = { appInstanceArn: ARN, chimeBearer: `${ARN}/user/u`, channelName: 'x' };
const CHANNEL = { channelId: 'C012ABCDEFG', notifyOnCaseSeverity: 'none' };

interface Scene {
  readonly stack: Stack;
  readonly bucket: s3.Bucket;
  readonly workspace: any;
}

/** A mistake, and the whole message: its subject and each problem. */
type Mistake = [mistake: (scene: Scene) => unknown, subject: string, ...problems: string[]];

const MISTAKES: Mistake[] = [
  [({ stack }) => new SlackWorkspace(stack, 'W', undefined),
    'SlackWorkspace at "Stack/W" has 1 problem:',
    '  - props: must be an object with properties, got nothing. Give the properties of the construct.'],
  [({ stack }) => new SlackWorkspace(stack, 'W', null),
    'SlackWorkspace at "Stack/W" has 1 problem:',
    '  - props: must be an object with properties, got null. Give the properties of the construct.'],
  [({ stack }) => new SlackWorkspace(stack, 'W', 'T012ABCDEFG'),
    'SlackWorkspace at "Stack/W" has 1 problem:',
    '  - props: must be an object with properties, got "T012ABCDEFG". Give the properties of the construct.'],
  [({ stack }) => new SlackWorkspace(stack, 'W', ['T012ABCDEFG']),
    'SlackWorkspace at "Stack/W" has 1 problem:',
    '  - props: must be an object with properties, got ["T012ABCDEFG"]. Give the properties of the construct.'],
  [({ stack, bucket }) => new SlackWorkspace(stack, 'W', bucket),
    'SlackWorkspace at "Stack/W" has 1 problem:',
    '  - props: must be an object with properties, got the Bucket at "Stack/Bucket". Give the properties of the '
    + 'construct.'],
  [({ stack }) => new SlackWorkspace(stack, 'W', {}),
    'SlackWorkspace at "Stack/W" has 1 problem:',
    '  - teamId: must be 1 to 256 characters without white space, got nothing. Copy the team ID from the URL of '
    + 'the workspace in a browser, such as T012ABCDEFG.'],
  [({ stack }) => new SlackWorkspace(stack, 'W', { teamId: null }),
    'SlackWorkspace at "Stack/W" has 1 problem:',
    '  - teamId: must be 1 to 256 characters without white space, got null. Copy the team ID from the URL of the '
    + 'workspace in a browser, such as T012ABCDEFG.'],
  [({ stack }) => new SlackWorkspace(stack, 'W', { teamId: 12 }),
    'SlackWorkspace at "Stack/W" has 1 problem:',
    '  - teamId: must be 1 to 256 characters without white space, got 12. Copy the team ID from the URL of the '
    + 'workspace in a browser, such as T012ABCDEFG.'],
  [({ stack }) => new SlackWorkspace(stack, 'W', { teamId: NaN }),
    'SlackWorkspace at "Stack/W" has 1 problem:',
    '  - teamId: must be a text, got NaN. Give the text itself.'],
  [({ stack, bucket }) => new SlackWorkspace(stack, 'W', { teamId: bucket }),
    'SlackWorkspace at "Stack/W" has 1 problem:',
    '  - teamId: must be a text, got the Bucket at "Stack/Bucket". Give the text itself.'],
  [({ stack }) => new SlackWorkspace(stack, 'W', { teamId: String }),
    'SlackWorkspace at "Stack/W" has 1 problem:',
    '  - teamId: must be a text, got the function or class String. Give the text itself.'],
  [({ stack }) => new SlackWorkspace(stack, 'W', { teamId: ['T012ABCDEFG'] }),
    'SlackWorkspace at "Stack/W" has 1 problem:',
    '  - teamId: must be 1 to 256 characters without white space, got ["T012ABCDEFG"]. Copy the team ID from the '
    + 'URL of the workspace in a browser, such as T012ABCDEFG.'],
  [({ stack }) => new SlackWorkspace(stack, 'W', { teamId: '' }),
    'SlackWorkspace at "Stack/W" has 1 problem:',
    '  - teamId: must be 1 to 256 characters without white space, got "". Copy the team ID from the URL of the '
    + 'workspace in a browser, such as T012ABCDEFG.'],
  [({ stack }) => new SlackWorkspace(stack, 'W', { teamId: 'my team' }),
    'SlackWorkspace at "Stack/W" has 1 problem:',
    '  - teamId: must be 1 to 256 characters without white space, got "my team". Copy the team ID from the URL '
    + 'of the workspace in a browser, such as T012ABCDEFG.'],
  [({ stack }) => new SlackWorkspace(stack, 'W', { teamId: 'T1', removalPolicy: 'Retain' }),
    'SlackWorkspace at "Stack/W" has 1 problem:',
    '  - removalPolicy: must be destroy or retain or retain-on-update-or-delete, got "Retain". Choose '
    + 'RemovalPolicy.DESTROY, RETAIN or RETAIN_ON_UPDATE_OR_DELETE.'],
  [({ stack }) => new SlackWorkspace(stack, 'W', { teamId: 'T1', removalPolicy: RemovalPolicy.SNAPSHOT }),
    'SlackWorkspace at "Stack/W" has 1 problem:',
    '  - removalPolicy: must be destroy or retain or retain-on-update-or-delete, got "snapshot". Choose '
    + 'RemovalPolicy.DESTROY, RETAIN or RETAIN_ON_UPDATE_OR_DELETE.'],
  [({ stack }) => new SlackWorkspace(stack, 'W', { teamId: 'T1', removalPolicy: null }),
    'SlackWorkspace at "Stack/W" has 1 problem:',
    '  - removalPolicy: must be destroy or retain or retain-on-update-or-delete, got null. Choose '
    + 'RemovalPolicy.DESTROY, RETAIN or RETAIN_ON_UPDATE_OR_DELETE.'],
  [({ stack }) => new SlackWorkspace(stack, 'W', { teamId: 'T1', provider: 'default' }),
    'SlackWorkspace at "Stack/W" has 1 problem:',
    '  - provider: must be a ChannelsProvider or a NativeProvider, got "default". '
    + 'Give a ChannelsProvider of the stack or a NativeProvider, or leave the property out.'],
  [({ stack, bucket }) => new SlackWorkspace(stack, 'W', { teamId: 'T1', provider: bucket }),
    'SlackWorkspace at "Stack/W" has 1 problem:',
    '  - provider: must be a ChannelsProvider or a NativeProvider, got the Bucket at "Stack/Bucket". '
    + 'Give a ChannelsProvider of the stack or a NativeProvider, or leave the property out.'],
  [({ stack }) => new SlackWorkspace(stack, 'W', { teamId: 'T1', provider: ChannelsProvider }),
    'SlackWorkspace at "Stack/W" has 1 problem:',
    '  - provider: must be a ChannelsProvider or a NativeProvider, got the function or class ChannelsProvider. '
    + 'Give a ChannelsProvider of the stack or a NativeProvider, or leave the property out.'],
  [({ stack, bucket }) => new SlackWorkspace(stack, 'W', { teamId: bucket, provider: null, removalPolicy: 'keep' }),
    'SlackWorkspace at "Stack/W" has 3 problems:',
    '  - teamId: must be a text, got the Bucket at "Stack/Bucket". Give the text itself.',
    '  - removalPolicy: must be destroy or retain or retain-on-update-or-delete, got "keep". Choose '
    + 'RemovalPolicy.DESTROY, RETAIN or RETAIN_ON_UPDATE_OR_DELETE.',
    '  - provider: must be a ChannelsProvider or a NativeProvider, got null. '
    + 'Give a ChannelsProvider of the stack or a NativeProvider, or leave the property out.'],
  [({ stack }) => SlackWorkspace.fromTeamId(stack, 'W', undefined),
    'SlackWorkspace at "Stack/W" has 1 problem:',
    '  - teamId: must be 1 to 256 characters without white space, got nothing. Copy the team ID from the URL of '
    + 'the workspace in a browser, such as T012ABCDEFG.'],
  [({ stack, bucket }) => SlackWorkspace.fromTeamId(stack, 'W', bucket),
    'SlackWorkspace at "Stack/W" has 1 problem:',
    '  - teamId: must be a text, got the Bucket at "Stack/Bucket". Give the text itself.'],
  [({ stack }) => SlackWorkspace.fromTeamId(stack, 'W', { teamId: 'T1' }),
    'SlackWorkspace at "Stack/W" has 1 problem:',
    '  - teamId: must be 1 to 256 characters without white space, got {"teamId":"T1"}. Copy the team ID from the '
    + 'URL of the workspace in a browser, such as T012ABCDEFG.'],
  [({ stack }) => SlackWorkspace.fromTeamId(stack, 'W', 'my team'),
    'SlackWorkspace at "Stack/W" has 1 problem:',
    '  - teamId: must be 1 to 256 characters without white space, got "my team". Copy the team ID from the URL '
    + 'of the workspace in a browser, such as T012ABCDEFG.'],
  [({ workspace }) => workspace.addChannel('C', undefined),
    'SlackChannelConfiguration at "Stack/Imported/C" has 2 problems:',
    '  - channelId: must be 1 to 256 characters without white space, got nothing. Copy the channel ID (not the '
    + 'name) from the channel\'s details in Slack, such as C012ABCDEFG.',
    '  - notifyOnCaseSeverity: must be all or high or none, got nothing. Choose one of them.'],
  [({ workspace }) => workspace.addChannel('C', { ...CHANNEL, channelId: '#support operations' }),
    'SlackChannelConfiguration at "Stack/Imported/C" has 1 problem:',
    '  - channelId: must be 1 to 256 characters without white space, got "#support operations". Copy the channel '
    + 'ID (not the name) from the channel\'s details in Slack, such as C012ABCDEFG.'],
  [({ workspace }) => workspace.addChannel('C', { ...CHANNEL, channelId: undefined }),
    'SlackChannelConfiguration at "Stack/Imported/C" has 1 problem:',
    '  - channelId: must be 1 to 256 characters without white space, got nothing. Copy the channel ID (not the '
    + 'name) from the channel\'s details in Slack, such as C012ABCDEFG.'],
  [({ workspace }) => workspace.addChannel('C', { ...CHANNEL, channelId: 5 }),
    'SlackChannelConfiguration at "Stack/Imported/C" has 1 problem:',
    '  - channelId: must be 1 to 256 characters without white space, got 5. Copy the channel ID (not the name) '
    + 'from the channel\'s details in Slack, such as C012ABCDEFG.'],
  [({ bucket, workspace }) => workspace.addChannel('C', { ...CHANNEL, channelId: bucket }),
    'SlackChannelConfiguration at "Stack/Imported/C" has 1 problem:',
    '  - channelId: must be a text, got the Bucket at "Stack/Bucket". Give the text itself.'],
  [({ workspace }) => workspace.addChannel('C', { ...CHANNEL, channelName: '' }),
    'SlackChannelConfiguration at "Stack/Imported/C" has 1 problem:',
    '  - channelName: must be 1 to 256 characters on one line, got "". Change it or leave it out.'],
  [({ workspace }) => workspace.addChannel('C', { ...CHANNEL, channelName: 'two\nlines' }),
    'SlackChannelConfiguration at "Stack/Imported/C" has 1 problem:',
    '  - channelName: must be 1 to 256 characters on one line, got "two\\nlines". Change it or leave it out.'],
  [({ workspace }) => workspace.addChannel('C', { ...CHANNEL, channelName: 7 }),
    'SlackChannelConfiguration at "Stack/Imported/C" has 1 problem:',
    '  - channelName: must be 1 to 256 characters on one line, got 7. Change it or leave it out.'],
  [({ workspace }) => workspace.addChannel('C', { ...CHANNEL, channelRole: 'arn:aws:iam::111122223333:role/support' }),
    'SlackChannelConfiguration at "Stack/Imported/C" has 1 problem:',
    '  - channelRole: must be an IAM role, got "arn:aws:iam::111122223333:role/support". Give a role, such as '
    + 'iam.Role.fromRoleArn(this, \'Role\', arn), or leave the property out.'],
  [({ bucket, workspace }) => workspace.addChannel('C', { ...CHANNEL, channelRole: bucket }),
    'SlackChannelConfiguration at "Stack/Imported/C" has 1 problem:',
    '  - channelRole: must be an IAM role, got the Bucket at "Stack/Bucket". Give a role, such as '
    + 'iam.Role.fromRoleArn(this, \'Role\', arn), or leave the property out.'],
  [({ workspace }) => workspace.addChannel('C', { ...CHANNEL, channelRole: null }),
    'SlackChannelConfiguration at "Stack/Imported/C" has 1 problem:',
    '  - channelRole: must be an IAM role, got null. Give a role, such as iam.Role.fromRoleArn(this, \'Role\', '
    + 'arn), or leave the property out.'],
  [({ stack, workspace }) => workspace.addChannel('C', { ...CHANNEL, channelRole: new iam.CfnGroup(stack, 'L1') }),
    'SlackChannelConfiguration at "Stack/Imported/C" has 1 problem:',
    '  - channelRole: must be an IAM role, got the CfnGroup at "Stack/L1". Give a role, such as '
    + 'iam.Role.fromRoleArn(this, \'Role\', arn), or leave the property out.'],
  [({ workspace }) => workspace.addChannel('C', { ...CHANNEL, notifyOnCaseSeverity: 'ALL' }),
    'SlackChannelConfiguration at "Stack/Imported/C" has 1 problem:',
    '  - notifyOnCaseSeverity: must be all or high or none, got "ALL". Choose one of them.'],
  [({ workspace }) => workspace.addChannel('C', { ...CHANNEL, notifyOnCaseSeverity: undefined }),
    'SlackChannelConfiguration at "Stack/Imported/C" has 1 problem:',
    '  - notifyOnCaseSeverity: must be all or high or none, got nothing. Choose one of them.'],
  [({ workspace }) => workspace.addChannel('C', { ...CHANNEL, notifyOnCaseSeverity: 1 }),
    'SlackChannelConfiguration at "Stack/Imported/C" has 1 problem:',
    '  - notifyOnCaseSeverity: must be all or high or none, got 1. Choose one of them.'],
  [({ workspace }) => workspace.addChannel('C', { ...CHANNEL, notifyOnCaseSeverity: 'all' }),
    'SlackChannelConfiguration at "Stack/Imported/C" has 1 problem:',
    '  - notifyOnCaseSeverity: must be none without a notification, got all. Set at least one of '
    + 'notifyOnAddCorrespondenceToCase, notifyOnCreateOrReopenCase, notifyOnResolveCase to true, or choose none.'],
  [({ workspace }) => workspace.addChannel('C', { ...CHANNEL, notifyOnResolveCase: true }),
    'SlackChannelConfiguration at "Stack/Imported/C" has 1 problem:',
    '  - notifyOnCaseSeverity: must be all or high with notifyOnResolveCase, got none. Choose all or high, or '
    + 'remove notifyOnResolveCase.'],
  [({ workspace }) => workspace.addChannel('C', { ...CHANNEL, notifyOnResolveCase: 'true' }),
    'SlackChannelConfiguration at "Stack/Imported/C" has 1 problem:',
    '  - notifyOnResolveCase: must be true or false, got "true". Choose one of them.'],
  [({ workspace }) => workspace.addChannel('C', { ...CHANNEL, notifyOnCreateOrReopenCase: 1 }),
    'SlackChannelConfiguration at "Stack/Imported/C" has 1 problem:',
    '  - notifyOnCreateOrReopenCase: must be true or false, got 1. Choose one of them.'],
  [({ bucket, workspace }) => workspace.addChannel('C', { ...CHANNEL, notifyOnAddCorrespondenceToCase: bucket }),
    'SlackChannelConfiguration at "Stack/Imported/C" has 1 problem:',
    '  - notifyOnAddCorrespondenceToCase: must be true or false, got the Bucket at "Stack/Bucket". Give true or '
    + 'false.'],
  [({ workspace }) => workspace.addChannel('C', { ...CHANNEL, existing: 'adopt' }),
    'SlackChannelConfiguration at "Stack/Imported/C" has 1 problem:',
    '  - existing: must be FAIL or ADOPT or OWN, got "adopt". Choose one of them.'],
  [({ workspace }) => workspace.addChannel('C', { ...CHANNEL, existing: true }),
    'SlackChannelConfiguration at "Stack/Imported/C" has 1 problem:',
    '  - existing: must be FAIL or ADOPT or OWN, got true. Choose one of them.'],
  [({ workspace }) => workspace.addChannel('C', { ...CHANNEL, removalPolicy: 'RETAIN' }),
    'SlackChannelConfiguration at "Stack/Imported/C" has 1 problem:',
    '  - removalPolicy: must be destroy or retain or retain-on-update-or-delete, got "RETAIN". Choose '
    + 'RemovalPolicy.DESTROY, RETAIN or RETAIN_ON_UPDATE_OR_DELETE.'],
  [({ workspace }) => workspace.addChannel('C', { ...CHANNEL, provider: {} }),
    'SlackChannelConfiguration at "Stack/Imported/C" has 1 problem:',
    '  - provider: must be a ChannelsProvider or a NativeProvider, got {}. '
    + 'Give a ChannelsProvider of the stack or a NativeProvider, or leave the property out.'],
  [({ workspace }) => workspace.addChannel('C', { ...CHANNEL, channelId: `#${'support-'.repeat(20)} operations` }),
    'SlackChannelConfiguration at "Stack/Imported/C" has 1 problem:',
    '  - channelId: must be 1 to 256 characters without white space, got '
    + '"#support-support-support-support-support-support-support-support-support-suppor... (174 characters in '
    + 'all). Copy the channel ID (not the name) from the channel\'s details in Slack, such as C012ABCDEFG.'],
  [({ stack }) => new SlackChannelConfiguration(stack, 'C', undefined),
    'SlackChannelConfiguration at "Stack/C" has 1 problem:',
    '  - props: must be an object with properties, got nothing. Give the properties of the construct.'],
  [({ stack }) => new SlackChannelConfiguration(stack, 'C', CHANNEL),
    'SlackChannelConfiguration at "Stack/C" has 1 problem:',
    '  - workspace: must be a SlackWorkspace, got nothing. Give a SlackWorkspace, or SlackWorkspace.fromTeamId() '
    + 'for one that is registered elsewhere.'],
  [({ stack }) => new SlackChannelConfiguration(stack, 'C', { ...CHANNEL, workspace: 'T012ABCDEFG' }),
    'SlackChannelConfiguration at "Stack/C" has 1 problem:',
    '  - workspace: must be a SlackWorkspace, got "T012ABCDEFG". Give a SlackWorkspace, or '
    + 'SlackWorkspace.fromTeamId() for one that is registered elsewhere.'],
  [({ stack, bucket }) => new SlackChannelConfiguration(stack, 'C', { ...CHANNEL, workspace: bucket }),
    'SlackChannelConfiguration at "Stack/C" has 1 problem:',
    '  - workspace: must be a SlackWorkspace, got the Bucket at "Stack/Bucket". Give a SlackWorkspace, or '
    + 'SlackWorkspace.fromTeamId() for one that is registered elsewhere.'],
  [({ stack }) => new SlackChannelConfiguration(stack, 'C', { ...CHANNEL, workspace: { teamId: 'T012ABCDEFG' } }),
    'SlackChannelConfiguration at "Stack/C" has 1 problem:',
    '  - workspace: must be a SlackWorkspace, got {"teamId":"T012ABCDEFG"}. Give a SlackWorkspace, or '
    + 'SlackWorkspace.fromTeamId() for one that is registered elsewhere.'],
  [({ stack, workspace }) => new SlackChannelConfiguration(stack, 'C', { ...CHANNEL, workspace: workspace.addChannel('Other', CHANNEL) }),
    'SlackChannelConfiguration at "Stack/C" has 1 problem:',
    '  - workspace: must be a SlackWorkspace, got the SlackChannelConfiguration at "Stack/Imported/Other". '
    + 'Give a SlackWorkspace, or SlackWorkspace.fromTeamId() for one that is registered elsewhere.'],
  [({ stack }) => SlackChannelConfiguration.fromSlackChannelConfigurationAttributes(stack, 'C', undefined),
    'SlackChannelConfiguration at "Stack/C" has 1 problem:',
    '  - props: must be an object with properties, got nothing. Give the properties of the construct.'],
  [({ stack, bucket }) => SlackChannelConfiguration.fromSlackChannelConfigurationAttributes(stack, 'C', { teamId: bucket, channelId: '' }),
    'SlackChannelConfiguration at "Stack/C" has 2 problems:',
    '  - teamId: must be a text, got the Bucket at "Stack/Bucket". Give the text itself.',
    '  - channelId: must be 1 to 256 characters without white space, got "". Copy the channel ID (not the name) '
    + 'from the channel\'s details in Slack, such as C012ABCDEFG.'],
  [({ stack }) => SlackChannelConfiguration.fromSlackChannelConfigurationAttributes(stack, 'C', { teamId: 'T1', channelId: 'C1', channelRole: 'arn' }),
    'SlackChannelConfiguration at "Stack/C" has 1 problem:',
    '  - channelRole: must be an IAM role, got "arn". Give a role, such as iam.Role.fromRoleArn(this, \'Role\', '
    + 'arn), or leave the property out.'],
  [({ stack }) => new AccountAlias(stack, 'A', undefined),
    'AccountAlias at "Stack/A" has 1 problem:',
    '  - props: must be an object with properties, got nothing. Give the properties of the construct.'],
  [({ stack }) => new AccountAlias(stack, 'A', 'acme'),
    'AccountAlias at "Stack/A" has 1 problem:',
    '  - props: must be an object with properties, got "acme". Give the properties of the construct.'],
  [({ stack }) => new AccountAlias(stack, 'A', {}),
    'AccountAlias at "Stack/A" has 1 problem:',
    '  - accountAlias: must be 1 to 30 characters (letters, digits, _, - and space), got nothing. Shorten it or '
    + 'replace the other characters.'],
  [({ stack }) => new AccountAlias(stack, 'A', { accountAlias: 'acme!' }),
    'AccountAlias at "Stack/A" has 1 problem:',
    '  - accountAlias: must be 1 to 30 characters (letters, digits, _, - and space), got "acme!". Shorten it or '
    + 'replace the other characters.'],
  [({ stack }) => new AccountAlias(stack, 'A', { accountAlias: 111122223333 }),
    'AccountAlias at "Stack/A" has 1 problem:',
    '  - accountAlias: must be 1 to 30 characters (letters, digits, _, - and space), got 111122223333. Shorten '
    + 'it or replace the other characters.'],
  [({ stack, bucket }) => new AccountAlias(stack, 'A', { accountAlias: bucket }),
    'AccountAlias at "Stack/A" has 1 problem:',
    '  - accountAlias: must be a text, got the Bucket at "Stack/Bucket". Give the text itself.'],
  [({ stack }) => new AccountAlias(stack, 'A', { accountAlias: AccountValue.byAccount({ 111122223333: 'acme' }) }),
    'AccountAlias at "Stack/A" has 1 problem:',
    '  - accountAlias: must be a text, got an instance of AccountValue. Give the text itself.'],
  [({ stack }) => new AccountAlias(stack, 'A', { accountAlias: 'a', existing: 'OVERWRITE' }),
    'AccountAlias at "Stack/A" has 1 problem:',
    '  - existing: must be FAIL or ADOPT or OWN, got "OVERWRITE". Choose one of them.'],
  [({ stack }) => new AccountAlias(stack, 'A', { accountAlias: 'a', removalPolicy: 1 }),
    'AccountAlias at "Stack/A" has 1 problem:',
    '  - removalPolicy: must be destroy or retain or retain-on-update-or-delete, got 1. Choose '
    + 'RemovalPolicy.DESTROY, RETAIN or RETAIN_ON_UPDATE_OR_DELETE.'],
  [({ stack }) => new AccountAlias(stack, 'A', { accountAlias: 'a', provider: [] }),
    'AccountAlias at "Stack/A" has 1 problem:',
    '  - provider: must be a ChannelsProvider or a NativeProvider, got []. '
    + 'Give a ChannelsProvider of the stack or a NativeProvider, or leave the property out.'],
  [({ stack }) => AccountAlias.fromAccountAlias(stack, 'A', undefined),
    'AccountAlias at "Stack/A" has 1 problem:',
    '  - accountAlias: must be 1 to 30 characters (letters, digits, _, - and space), got nothing. Shorten it or '
    + 'replace the other characters.'],
  [({ stack, bucket }) => AccountAlias.fromAccountAlias(stack, 'A', bucket),
    'AccountAlias at "Stack/A" has 1 problem:',
    '  - accountAlias: must be a text, got the Bucket at "Stack/Bucket". Give the text itself.'],
  [() => AccountValue.byAccount(undefined),
    'AccountValue at "byAccount" has 1 problem:',
    '  - values: must be a map of texts by account ID, got nothing. Give an object such as { \'111122223333\': '
    + '\'acme production\' }.'],
  [() => AccountValue.byAccount(['acme']),
    'AccountValue at "byAccount" has 1 problem:',
    '  - values: must be a map of texts by account ID, got ["acme"]. Give an object such as { \'111122223333\': '
    + '\'acme production\' }.'],
  [() => AccountValue.byAccount(new Map([['111122223333', 'acme']])),
    'AccountValue at "byAccount" has 1 problem:',
    '  - values: must be a map of texts by account ID, got an instance of Map. Give an object such as { '
    + '\'111122223333\': \'acme production\' }.'],
  [() => AccountValue.byAccount({ prod: 'acme' }),
    'AccountValue at "byAccount" has 1 problem:',
    '  - values: must name accounts by their 12 digits, got "prod". Give the account ID as a text, with leading '
    + 'zeros.'],
  [() => AccountValue.byAccount({ 111122223333: 5 }),
    'AccountValue at "byAccount" has 1 problem:',
    '  - values["111122223333"]: must be a text that is known at synth, got 5. Give a text.'],
  [({ bucket }) => AccountValue.byAccount({ 111122223333: bucket }),
    'AccountValue at "byAccount" has 1 problem:',
    '  - values["111122223333"]: must be a text that is known at synth, got the Bucket at "Stack/Bucket". Give a '
    + 'text.'],
  [() => AccountValue.byAccount({ 111122223333: 'acme' }, 'default'),
    'AccountValue at "byAccount" has 1 problem:',
    '  - options: must be an object with properties, got "default". Give an object, or leave the property out.'],
  [() => AccountValue.spread('111122223333', ['C1']),
    'AccountValue at "spread" has 1 problem:',
    '  - accountIds: must be a list of texts, got "111122223333". Give a list.'],
  [() => AccountValue.spread(['111122223333'], 'C1'),
    'AccountValue at "spread" has 1 problem:',
    '  - values: must be a list of texts, got "C1". Give a list.'],
  [() => AccountValue.spread([111122223333], ['C1']),
    'AccountValue at "spread" has 1 problem:',
    '  - accountIds: must name accounts by their 12 digits, got 111122223333. Give the account ID as a text, '
    + 'with leading zeros.'],
  [() => AccountValue.spread(['111122223333'], []),
    'AccountValue at "spread" has 1 problem:',
    '  - values: must have at least 1 for 1 accounts, got 0. Add values: one serves at most 100 accounts.'],
  [({ stack }) => new SupportAppAccount(stack, 'S', undefined),
    'SupportAppAccount at "Stack/S" has 1 problem:',
    '  - props: must be an object with properties, got nothing. Give the properties of the construct.'],
  [({ stack }) => new SupportAppAccount(stack, 'S', {}),
    'SupportAppAccount at "Stack/S" has 1 problem:',
    '  - teamId: must be set, or else workspace, got neither. Give teamId to register the workspace, or '
    + 'workspace if that is registered elsewhere.'],
  [({ stack }) => new SupportAppAccount(stack, 'S', { teamId: 'T1', channels: [CHANNEL] }),
    'SupportAppAccount at "Stack/S" has 1 problem:',
    '  - channels: must be a map of channels by the id of their construct, got '
    + '[{"channelId":"C012ABCDEFG","notifyOnCaseSeverity":"none"}]. Give an object such as { Operations: { '
    + 'channelId: \'C012ABCDEFG\', ... } }.'],
  [({ stack }) => new SupportAppAccount(stack, 'S', { teamId: 'T1', channels: 'C1' }),
    'SupportAppAccount at "Stack/S" has 1 problem:',
    '  - channels: must be a map of channels by the id of their construct, got "C1". Give an object such as { '
    + 'Operations: { channelId: \'C012ABCDEFG\', ... } }.'],
  [({ stack }) => new SupportAppAccount(stack, 'S', { teamId: 'T1', channels: { Operations: 'C012ABCDEFG' } }),
    'SupportAppAccount at "Stack/S" has 1 problem:',
    '  - channels["Operations"]: must be an object with properties, got "C012ABCDEFG". Give the properties of '
    + 'the construct.'],
  [({ stack }) => new SupportAppAccount(stack, 'S', { teamId: 'T1', channels: { Operations: null } }),
    'SupportAppAccount at "Stack/S" has 1 problem:',
    '  - channels["Operations"]: must be an object with properties, got null. Give the properties of the construct.'],
  [({ stack }) => new SupportAppAccount(stack, 'S', { workspace: 'T1' }),
    'SupportAppAccount at "Stack/S" has 1 problem:',
    '  - workspace: must be a SlackWorkspace, got "T1". Give a SlackWorkspace, or SlackWorkspace.fromTeamId() '
    + 'for one that is registered elsewhere.'],
  [({ stack, bucket }) => new SupportAppAccount(stack, 'S', { workspace: bucket }),
    'SupportAppAccount at "Stack/S" has 1 problem:',
    '  - workspace: must be a SlackWorkspace, got the Bucket at "Stack/Bucket". Give a SlackWorkspace, or '
    + 'SlackWorkspace.fromTeamId() for one that is registered elsewhere.'],
  [({ stack }) => new SupportAppRole(stack, 'R', 'READ_ONLY'),
    'SupportAppRole at "Stack/R" has 1 problem:',
    '  - props: must be an object with properties, got "READ_ONLY". Give the properties of the construct.'],
  [({ stack }) => new SupportAppRole(stack, 'R', null),
    'SupportAppRole at "Stack/R" has 1 problem:',
    '  - props: must be an object with properties, got null. Give the properties of the construct.'],
  [({ stack }) => new SupportAppRole(stack, 'R', { access: 'ReadOnly' }),
    'SupportAppRole at "Stack/R" has 1 problem:',
    '  - access: must be FULL_ACCESS or READ_ONLY, got "ReadOnly". Choose one of them.'],
  [({ stack }) => new SupportAppRole(stack, 'R', { access: null }),
    'SupportAppRole at "Stack/R" has 1 problem:',
    '  - access: must be FULL_ACCESS or READ_ONLY, got null. Choose one of them.'],
  [({ stack }) => new SupportAppRole(stack, 'R', { managedPolicies: 'ReadOnlyAccess' }),
    'SupportAppRole at "Stack/R" has 1 problem:',
    '  - managedPolicies: must be a list of managed policies, got "ReadOnlyAccess". Give a list of managed '
    + 'policies, such as [iam.ManagedPolicy.fromAwsManagedPolicyName(name)].'],
  [({ stack }) => new SupportAppRole(stack, 'R', { managedPolicies: ['ReadOnlyAccess'] }),
    'SupportAppRole at "Stack/R" has 1 problem:',
    '  - managedPolicies: must be a list of managed policies, got ["ReadOnlyAccess"]. Give a list of managed '
    + 'policies, such as [iam.ManagedPolicy.fromAwsManagedPolicyName(name)].'],
  [({ stack }) => new SupportAppRole(stack, 'R', { inlinePolicies: [new iam.PolicyDocument()] }),
    'SupportAppRole at "Stack/R" has 1 problem:',
    '  - inlinePolicies: must be a map of policy documents by name, got [an instance of PolicyDocument]. Give an object such as { Name: '
    + 'new iam.PolicyDocument({ statements }) }.'],
  [({ stack }) => new SupportAppRole(stack, 'R', { inlinePolicies: { Read: { Statement: [] } } }),
    'SupportAppRole at "Stack/R" has 1 problem:',
    '  - inlinePolicies: must be a map of policy documents by name, got {"Read":{"Statement":[]}}. Give an '
    + 'object such as { Name: new iam.PolicyDocument({ statements }) }.'],
  [({ stack }) => new SupportAppRole(stack, 'R', { permissionsBoundary: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }),
    'SupportAppRole at "Stack/R" has 1 problem:',
    '  - permissionsBoundary: must be a managed policy, got "arn:aws:iam::aws:policy/ReadOnlyAccess". Give one, '
    + 'such as iam.ManagedPolicy.fromAwsManagedPolicyName(name).'],
  [({ stack, bucket }) => new SupportAppRole(stack, 'R', { roleName: bucket }),
    'SupportAppRole at "Stack/R" has 1 problem:',
    '  - roleName: must be a text, got the Bucket at "Stack/Bucket". Give the text itself.'],
  [({ stack }) => new SupportAppRole(stack, 'R', { maxSessionDuration: 3600 }),
    'SupportAppRole at "Stack/R" has 1 problem:',
    '  - maxSessionDuration: must be a Duration of 1 to 12 hours, got 3600. Give one, such as Duration.hours(1).'],
  [({ stack }) => new SupportAppRole(stack, 'R', { maxSessionDuration: Duration.minutes(5) }),
    'SupportAppRole at "Stack/R" has 1 problem:',
    '  - maxSessionDuration: must be a Duration of 1 to 12 hours, got 5 minutes. Give one, such as '
    + 'Duration.hours(1).'],
  [({ stack }) => new ChimeChannel(stack, 'C', undefined),
    'ChimeChannel at "Stack/C" has 1 problem:',
    '  - props: must be an object with properties, got nothing. Give the properties of the construct.'],
  [({ stack }) => new ChimeChannel(stack, 'C', {}),
    'ChimeChannel at "Stack/C" has 3 problems:',
    '  - appInstanceArn: must be 5 to 1600 characters of the form '
    + 'arn:<partition>:chime:<region>:<account>:app-instance/<id>, got nothing. Give the ARN that '
    + 'CreateAppInstance returned.',
    '  - chimeBearer: must be 5 to 1600 characters of the form <appInstanceArn>/user/<id> or /bot/<id>, got '
    + 'nothing. Give a user or bot of the AppInstance, not an IAM identity.',
    '  - channelName: must be 1 to 256 characters without control characters or lone surrogates, got nothing. '
    + 'Shorten it or remove them.'],
  [({ stack, bucket }) => new ChimeChannel(stack, 'C', { ...CHIME, appInstanceArn: bucket }),
    'ChimeChannel at "Stack/C" has 1 problem:',
    '  - appInstanceArn: must be a text, got the Bucket at "Stack/Bucket". Give the text itself.'],
  [({ stack }) => new ChimeChannel(stack, 'C', { ...CHIME, chimeBearer: 'arn:aws:iam::111122223333:user/u' }),
    'ChimeChannel at "Stack/C" has 1 problem:',
    '  - chimeBearer: must be 5 to 1600 characters of the form '
    + 'arn:aws:chime:us-east-1:111122223333:app-instance/a/user/<id> or /bot/<id>, got '
    + '"arn:aws:iam::111122223333:user/u". Give a user or bot of the AppInstance, not an IAM identity.'],
  [({ stack }) => new ChimeChannel(stack, 'C', { ...CHIME, channelName: 5 }),
    'ChimeChannel at "Stack/C" has 1 problem:',
    '  - channelName: must be 1 to 256 characters without control characters or lone surrogates, got 5. Shorten '
    + 'it or remove them.'],
  [({ stack }) => new ChimeChannel(stack, 'C', { ...CHIME, mode: 'restricted' }),
    'ChimeChannel at "Stack/C" has 1 problem:',
    '  - mode: must be RESTRICTED or UNRESTRICTED, got "restricted". Choose one of them.'],
  [({ stack }) => new ChimeChannel(stack, 'C', { ...CHIME, privacy: true }),
    'ChimeChannel at "Stack/C" has 1 problem:',
    '  - privacy: must be PUBLIC or PRIVATE, got true. Choose one of them.'],
  [({ stack }) => new ChimeChannel(stack, 'C', { ...CHIME, memberArns: { a: 1 } }),
    'ChimeChannel at "Stack/C" has 1 problem:',
    '  - memberArns: must be a list, got {"a":1}. Give a user or bot of the AppInstance, not an IAM identity.'],
  [({ stack, bucket }) => new ChimeChannel(stack, 'C', { ...CHIME, memberArns: [bucket] }),
    'ChimeChannel at "Stack/C" has 1 problem:',
    '  - memberArns: must be a list of texts, got [the Bucket at "Stack/Bucket"]. Give a list.'],
  [({ stack }) => new ChimeChannel(stack, 'C', { ...CHIME, moderatorArns: `${ARN}/user/u` }),
    'ChimeChannel at "Stack/C" has 1 problem:',
    '  - moderatorArns: must be a list, got "arn:aws:chime:us-east-1:111122223333:app-instance/a/user/u". Give a '
    + 'user or bot of the AppInstance, not an IAM identity.'],
  [({ stack }) => new ChimeChannel(stack, 'C', { ...CHIME, elasticChannelConfiguration: 5 }),
    'ChimeChannel at "Stack/C" has 1 problem:',
    '  - elasticChannelConfiguration: must be an object with properties, got 5. Give an object, or leave the '
    + 'property out.'],
  [({ stack }) => new ChimeChannel(stack, 'C', { ...CHIME, elasticChannelConfiguration: { maximumSubChannels: NaN, targetMembershipsPerSubChannel: '5', minimumMembershipPercentage: 41 } }),
    'ChimeChannel at "Stack/C" has 3 problems:',
    '  - elasticChannelConfiguration.maximumSubChannels: must be a number, got NaN. Give a whole number.',
    '  - elasticChannelConfiguration.targetMembershipsPerSubChannel: must be a whole number of 2 to 2147483647, '
    + 'got "5". Change it.',
    '  - elasticChannelConfiguration.minimumMembershipPercentage: must be a whole number of 1 to 40, got 41. '
    + 'Change it.'],
  [({ stack }) => new ChimeChannel(stack, 'C', { ...CHIME, expirationSettings: null }),
    'ChimeChannel at "Stack/C" has 1 problem:',
    '  - expirationSettings: must be an object with properties, got null. Give an object, or leave the property out.'],
  [({ stack }) => new ChimeChannel(stack, 'C', { ...CHIME, expirationSettings: [30] }),
    'ChimeChannel at "Stack/C" has 1 problem:',
    '  - expirationSettings: must be an object with properties, got [30]. Give an object, or leave the property out.'],
  [({ stack }) => new ChimeChannel(stack, 'C', { ...CHIME, expirationSettings: { expiration: 30, expirationCriterion: 'CREATED' } }),
    'ChimeChannel at "Stack/C" has 2 problems:',
    '  - expirationSettings.expiration: must be a Duration, and one of days where it is known only at deployment, got 30. '
    + 'Give one, such as Duration.days(90).',
    '  - expirationSettings.expirationCriterion: must be CREATED_TIMESTAMP or LAST_MESSAGE_TIMESTAMP, got '
    + '"CREATED". Choose one of them.'],
  [({ stack }) => new ChimeChannel(stack, 'C', { ...CHIME, existing: 'ADOPT' }),
    'ChimeChannel at "Stack/C" has 1 problem:',
    '  - existing: must not be set without channelId, as the service gives each new channel an id of its own. '
    + 'Set channelId to the id of the channel that exists, or leave out existing.'],
  [({ stack }) => new ChimeChannel(stack, 'C', { ...CHIME, removalPolicy: RemovalPolicy.SNAPSHOT }),
    'ChimeChannel at "Stack/C" has 1 problem:',
    '  - removalPolicy: must be destroy or retain or retain-on-update-or-delete, got "snapshot". Choose '
    + 'RemovalPolicy.DESTROY, RETAIN or RETAIN_ON_UPDATE_OR_DELETE.'],
  [({ stack }) => ChimeChannel.fromChannelArn(stack, 'C', undefined),
    'ChimeChannel at "Stack/C" has 1 problem:',
    '  - channelArn: must be of the form '
    + 'arn:<partition>:chime:<region>:<account>:app-instance/<id>/channel/<id>, got nothing. Give the ARN that '
    + 'CreateChannel returns.'],
  [({ stack, bucket }) => ChimeChannel.fromChannelArn(stack, 'C', bucket),
    'ChimeChannel at "Stack/C" has 1 problem:',
    '  - channelArn: must be of the form '
    + 'arn:<partition>:chime:<region>:<account>:app-instance/<id>/channel/<id>, got the Bucket at "Stack/Bucket". '
    + 'Give the ARN that CreateChannel returns.'],
  [({ stack }) => new ChannelsProvider(stack, 'P', null),
    'ChannelsProvider at "Stack/P" has 1 problem:',
    '  - props: must be an object with properties, got null. Give the properties of the construct.'],
  [({ stack }) => new ChannelsProvider(stack, 'P', 'INLINE'),
    'ChannelsProvider at "Stack/P" has 1 problem:',
    '  - props: must be an object with properties, got "INLINE". Give the properties of the construct.'],
  [({ stack }) => new ChannelsProvider(stack, 'P', { code: 'inline' }),
    'ChannelsProvider at "Stack/P" has 1 problem:',
    '  - code: must be INLINE or ASSET, got "inline". Choose HandlerCode.INLINE or HandlerCode.ASSET.'],
  [({ stack }) => new ChannelsProvider(stack, 'P', { code: null }),
    'ChannelsProvider at "Stack/P" has 1 problem:',
    '  - code: must be INLINE or ASSET, got null. Choose HandlerCode.INLINE or HandlerCode.ASSET.'],
  [({ stack }) => new ChannelsProvider(stack, 'P', { role: 'arn:aws:iam::111122223333:role/handler' }),
    'ChannelsProvider at "Stack/P" has 1 problem:',
    '  - role: must be an IAM role, got "arn:aws:iam::111122223333:role/handler". Give a role, such as iam.Role.fromRoleArn(this, \'Role\', arn), or leave the property out.'],
  [({ stack, bucket }) => new ChannelsProvider(stack, 'P', { role: bucket }),
    'ChannelsProvider at "Stack/P" has 1 problem:',
    '  - role: must be an IAM role, got the Bucket at "Stack/Bucket". Give a role, such as iam.Role.fromRoleArn(this, \'Role\', arn), or leave the property out.'],
  [({ stack }) => new ChannelsProvider(stack, 'P', { runtime: 'nodejs24.x' }),
    'ChannelsProvider at "Stack/P" has 1 problem:',
    '  - runtime: must be a lambda.Runtime, got "nodejs24.x". Give one, such as lambda.Runtime.NODEJS_24_X.'],
  [({ stack }) => new ChannelsProvider(stack, 'P', { runtime: null }),
    'ChannelsProvider at "Stack/P" has 1 problem:',
    '  - runtime: must be a lambda.Runtime, got null. Give one, such as lambda.Runtime.NODEJS_24_X.'],
  [({ stack }) => new ChannelsProvider(stack, 'P', { architecture: 'arm64' }),
    'ChannelsProvider at "Stack/P" has 1 problem:',
    '  - architecture: must be a lambda.Architecture, got "arm64". Give one, such as lambda.Architecture.ARM_64.'],
  [({ stack }) => new ChannelsProvider(stack, 'P', { memorySize: '512' }),
    'ChannelsProvider at "Stack/P" has 1 problem:',
    '  - memorySize: must be a whole number of 128 to 10240 MiB, got "512". Choose a size in that range; the default suffices.'],
  [({ stack }) => new ChannelsProvider(stack, 'P', { memorySize: NaN }),
    'ChannelsProvider at "Stack/P" has 1 problem:',
    '  - memorySize: must be a number, got NaN. Give a whole number.'],
  [({ stack }) => new ChannelsProvider(stack, 'P', { timeout: 120 }),
    'ChannelsProvider at "Stack/P" has 1 problem:',
    '  - timeout: must be a Duration, got 120. Give one, such as Duration.minutes(5).'],
  [({ stack }) => new ChannelsProvider(stack, 'P', { timeout: null }),
    'ChannelsProvider at "Stack/P" has 1 problem:',
    '  - timeout: must be a Duration, got null. Give one, such as Duration.minutes(5).'],
  [({ stack }) => new ChannelsProvider(stack, 'P', { serviceTimeout: '5 minutes' }),
    'ChannelsProvider at "Stack/P" has 1 problem:',
    '  - serviceTimeout: must be a Duration, got "5 minutes". Give one, such as Duration.minutes(5).'],
  [({ stack }) => new ChannelsProvider(stack, 'P', { supportAppRegion: ['eu-west-1'] }),
    'ChannelsProvider at "Stack/P" has 1 problem:',
    '  - supportAppRegion: must be the name of an AWS Region, got ["eu-west-1"]. Choose one of us-east-1, us-east-2, us-west-2, ca-central-1, eu-central-1, eu-west-1, eu-west-2, ap-southeast-1, ap-northeast-1.'],
  [({ stack, bucket }) => new ChannelsProvider(stack, 'P', { supportAppRegion: bucket }),
    'ChannelsProvider at "Stack/P" has 1 problem:',
    '  - supportAppRegion: must be a text, got the Bucket at "Stack/Bucket". Give the text itself.'],
  [({ stack }) => new ChannelsProvider(stack, 'P', { vpc: 'vpc-1' }),
    'ChannelsProvider at "Stack/P" has 1 problem:',
    '  - vpc: must be a VPC, got "vpc-1". Give one, such as ec2.Vpc.fromLookup(this, \'Vpc\', { vpcId }).'],
  [({ stack, bucket }) => new ChannelsProvider(stack, 'P', { vpc: bucket }),
    'ChannelsProvider at "Stack/P" has 1 problem:',
    '  - vpc: must be a VPC, got the Bucket at "Stack/Bucket". Give one, such as ec2.Vpc.fromLookup(this, \'Vpc\', { vpcId }).'],
  [({ stack }) => new ChannelsProvider(stack, 'P', { vpcSubnets: 'private' }),
    'ChannelsProvider at "Stack/P" has 1 problem:',
    '  - vpcSubnets: must be an object with properties, got "private". Give an object, or leave the property out.'],
  [({ stack }) => new ChannelsProvider(stack, 'P', { securityGroups: ['sg-1'] }),
    'ChannelsProvider at "Stack/P" has 1 problem:',
    '  - securityGroups: must be a list of security groups, got ["sg-1"]. Give a list, such as [ec2.SecurityGroup.fromSecurityGroupId(this, \'SecurityGroup\', id)].'],
  [({ stack }) => new ChannelsProvider(stack, 'P', { logGroup: 'support' }),
    'ChannelsProvider at "Stack/P" has 1 problem:',
    '  - logGroup: must be a log group, got "support". Give one, such as logs.LogGroup.fromLogGroupName(this, \'LogGroup\', name).'],
  [({ stack, bucket }) => new ChannelsProvider(stack, 'P', { logGroup: bucket }),
    'ChannelsProvider at "Stack/P" has 1 problem:',
    '  - logGroup: must be a log group, got the Bucket at "Stack/Bucket". Give one, such as logs.LogGroup.fromLogGroupName(this, \'LogGroup\', name).'],
  [({ stack }) => new ChannelsProvider(stack, 'P', { logRetention: 31 }),
    'ChannelsProvider at "Stack/P" has 1 problem:',
    '  - logRetention: must be one of logs.RetentionDays, got 31. Choose one of them, such as logs.RetentionDays.ONE_MONTH.'],
  [({ stack }) => new ChannelsProvider(stack, 'P', { logRetention: '30' }),
    'ChannelsProvider at "Stack/P" has 1 problem:',
    '  - logRetention: must be one of logs.RetentionDays, got "30". Choose one of them, such as logs.RetentionDays.ONE_MONTH.'],
  [({ stack }) => new ChannelsProvider(stack, 'P', { environmentEncryption: 'arn:aws:kms:us-east-1:111122223333:key/k' }),
    'ChannelsProvider at "Stack/P" has 1 problem:',
    '  - environmentEncryption: must be a KMS key, got "arn:aws:kms:us-east-1:111122223333:key/k". Give one, such as kms.Key.fromKeyArn(this, \'Key\', arn).'],
  [({ bucket, stack }) => new ChannelsProvider(stack, 'P', { code: 'S3', role: null, timeout: 5, memorySize: 64, vpc: bucket }),
    'ChannelsProvider at "Stack/P" has 5 problems:',
    '  - code: must be INLINE or ASSET, got "S3". Choose HandlerCode.INLINE or HandlerCode.ASSET.',
    '  - role: must be an IAM role, got null. Give a role, such as iam.Role.fromRoleArn(this, \'Role\', arn), or leave the property out.',
    '  - timeout: must be a Duration, got 5. Give one, such as Duration.minutes(5).',
    '  - vpc: must be a VPC, got the Bucket at "Stack/Bucket". Give one, such as ec2.Vpc.fromLookup(this, \'Vpc\', { vpcId }).',
    '  - memorySize: must be a whole number of 128 to 10240 MiB, got 64. Choose a size in that range; the default suffices.'],
  [({ stack }) => new SupportAppRole(stack, 'R', { path: 5, description: NaN, inlinePolicies: 'Read' }),
    'SupportAppRole at "Stack/R" has 2 problems:',
    '  - inlinePolicies: must be a map of policy documents by name, got "Read". Give an object such as { Name: new iam.PolicyDocument({ statements }) }.',
    '  - description: must be a text, got NaN. Give the text itself.'],
  [({ stack }) => new SupportAppAccount(stack, 'S', { teamId: 'T1', channels: { Operations: { ...CHANNEL, channelRole: 'support' } } }),
    'SlackChannelConfiguration at "Stack/S/Operations" has 1 problem:',
    '  - channelRole: must be an IAM role, got "support". Give a role, such as iam.Role.fromRoleArn(this, \'Role\', arn), or leave the property out.'],
  [({ stack }) => new SupportAppAccount(stack, 'S', { teamId: 'T1', existing: 'adopt', accountAlias: 'acme' }),
    'AccountAlias at "Stack/S/Alias" has 1 problem:',
    '  - existing: must be FAIL or ADOPT or OWN, got "adopt". Choose one of them.'],
  [({ stack }) => new SupportAppAccount(stack, 'S', { teamId: 'T1', channels: new Map([['Operations', CHANNEL]]) }),
    'SupportAppAccount at "Stack/S" has 1 problem:',
    '  - channels: must be a map of channels by the id of their construct, got an instance of Map. Give an object such as { Operations: { channelId: '
    + '\'C012ABCDEFG\', ... } }.'],
  [() => AccountValue.byAccount({ 111122223333: 'acme' }, { defaultValue: 5 }),
    'AccountValue at "byAccount" has 1 problem:',
    '  - defaultValue: must be a text that is known at synth, got 5. Give a text.'],
  [() => AccountValue.byAccount({ 111122223333: 'acme' }, null),
    'AccountValue at "byAccount" has 1 problem:',
    '  - options: must be an object with properties, got null. Give an object, or leave the property out.'],
  [() => AccountValue.spread(undefined, undefined),
    'AccountValue at "spread" has 2 problems:',
    '  - accountIds: must be a list of texts, got nothing. Give a list.',
    '  - values: must be a list of texts, got nothing. Give a list.'],
  [({ stack }) => new DriftMonitor(stack, 'M', null),
    'DriftMonitor at "Stack/M" has 1 problem:',
    '  - props: must be an object with properties, got null. Give the properties of the construct.'],
  [({ stack, bucket }) => new DriftMonitor(stack, 'M', { schedule: 'rate(1 hour)', repair: 'true', provider: bucket }),
    'DriftMonitor at "Stack/M" has 3 problems:',
    '  - schedule: must be an events.Schedule, got "rate(1 hour)". Give one, such as '
    + 'events.Schedule.rate(Duration.hours(1)).',
    '  - repair: must be true, false, CREATED or ALL, got "true". Give true or one of DriftRepair, or leave the '
    + 'property out.',
    '  - provider: must be a ChannelsProvider or a NativeProvider, got the Bucket at "Stack/Bucket". '
    + 'Give a ChannelsProvider of the stack or a NativeProvider, or leave the property out.'],
  [({ stack }) => new DriftMonitor(stack, 'M', { schedule: Duration.hours(1), repair: ['CREATED'] }),
    'DriftMonitor at "Stack/M" has 2 problems:',
    '  - schedule: must be an events.Schedule, got 1 hour. Give one, such as events.Schedule.rate(Duration.hours(1)).',
    '  - repair: must be true, false, CREATED or ALL, got ["CREATED"]. Give true or one of DriftRepair, or leave the '
    + 'property out.'],
  [({ stack }) => new DriftMonitor(stack, 'M', { schedule: { expressionString: 'at(2026-05-01T12:00:00)' } }),
    'DriftMonitor at "Stack/M" has 1 problem:',
    '  - schedule: must be a rate or a cron expression, got "at(2026-05-01T12:00:00)". Give one, such as '
    + 'events.Schedule.rate(Duration.hours(1)).'],
  [({ stack }) => new DriftMonitor(stack, 'M', { provider: new NativeProvider(stack, 'Native') }),
    'DriftMonitor at "Stack/M" has 1 problem:',
    '  - provider: must be a ChannelsProvider, got the NativeProvider at "Stack/Native". Use the drift detection of '
    + 'CloudFormation itself, which sees what a NativeProvider manages: aws cloudformation detect-stack-drift.'],
  [({ stack }) => new DriftMonitor(new Stack(stack, 'Other'), 'M', { provider: ChannelsProvider.getOrCreate(stack) }),
    'DriftMonitor at "Stack/Other/M" has 1 problem:',
    '  - provider: must be in the stack "Stack/Other" of the monitor, got "Stack/CdkSupportChannels". '
    + 'Define the monitor in the stack of the provider, one in each stack.'],
  [() => AccountValue.spread(['111122223333'], [null]),
    'AccountValue at "spread" has 1 problem:',
    '  - values[0]: must be a text that is known at synth, got null. Give a text.'],
];

test.each(MISTAKES.map((mistake): [string, Mistake] => [String(mistake[0]), mistake]))('%s', (_, [mistake, ...lines]) => {
  const stack = new Stack(new App({ analyticsReporting: false }), 'Stack');
  const scene = { stack, bucket: new s3.Bucket(stack, 'Bucket'), workspace: SlackWorkspace.fromTeamId(stack, 'Imported', 'T012ABCDEFG') };
  expect(messageOf(() => mistake(scene))).toBe(lines.join('\n'));
});

test('the table is long enough to be worth its place', () => {
  expect(MISTAKES.length).toBeGreaterThanOrEqual(80);
});
