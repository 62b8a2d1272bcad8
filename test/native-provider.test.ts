import * as cdk from 'aws-cdk-lib';
import { App, aws_iam as iam, aws_supportapp as supportapp, CfnOutput, CfnParameter, Duration, Lazy, NestedStack, RemovalPolicy, Stack, Stage, Tags } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Construct, type IConstruct } from 'constructs';
import { messageOf, newStack, onlyResource, problemsOf, resourcesOf, resourcesOfType } from './synthesis';
import {
  AccountAlias,
  AccountValue,
  ChannelMode,
  ChannelPrivacy,
  ChannelsProvider,
  ChimeChannel,
  type ChimeChannelProps,
  ExistingConfiguration,
  ExpirationCriterion,
  type IChannelsProvider,
  NativeProvider,
  NotificationSeverity,
  SlackChannelConfiguration,
  SlackWorkspace,
  SupportAppAccount,
} from '../src';

const WORKSPACE = 'AWS::SupportApp::SlackWorkspaceConfiguration';
const CHANNEL = 'AWS::SupportApp::SlackChannelConfiguration';
const ALIAS = 'AWS::SupportApp::AccountAlias';
const CHIME = 'AWS::Chime::Channel';
const ROLE_ARN = 'arn:aws:iam::111122223333:role/support';
const APP_INSTANCE_ARN = 'arn:aws:chime:us-east-1:111122223333:app-instance/i';
const BEARER = `${APP_INSTANCE_ARN}/user/deployer`;
const ENV = { account: '111122223333', region: 'us-east-1' };

/** A stack that CloudFormation manages by itself. */
function newNativeStack(props: cdk.StackProps = {}): Stack {
  const stack = newStack(props);
  new NativeProvider(stack, 'Native');
  return stack;
}

function newChannelRole(stack: Stack): iam.IRole {
  return iam.Role.fromRoleArn(stack, 'Role', ROLE_ARN);
}

const CHIME_PROPS = { appInstanceArn: APP_INSTANCE_ARN, chimeBearer: BEARER, channelName: 'On call' };

/** The class of this release of `aws-cdk-lib`, if it has one. */
const CfnChannel = (cdk as unknown as { aws_chime?: { CfnChannel: new (scope: Construct, id: string, props: object) => cdk.CfnResource } })
  .aws_chime?.CfnChannel;

/** What a stack declares, as text, of which each byte counts. */
function textOf(stack: Stack): string {
  const { Resources, Outputs } = Template.fromStack(stack).toJSON() as Record<string, object>;
  return JSON.stringify({ Resources, Outputs });
}

describe('the template is that of the generated classes, to the byte', () => {
  test('for a workspace with channels and an alias', () => {
    const stack = newNativeStack();
    const channelRole = newChannelRole(stack);
    const workspace = new SlackWorkspace(stack, 'Workspace', { teamId: 'T012ABCDEFG' });
    new SlackChannelConfiguration(stack, 'Channel', {
      workspace,
      channelRole,
      channelId: 'C012ABCDEFG',
      channelName: 'operations',
      notifyOnCaseSeverity: NotificationSeverity.HIGH,
      notifyOnAddCorrespondenceToCase: true,
      notifyOnCreateOrReopenCase: false,
      notifyOnResolveCase: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    new AccountAlias(stack, 'Alias', { accountAlias: 'acme production' });

    const other = newStack();
    const { roleArn } = newChannelRole(other);
    const registered = new supportapp.CfnSlackWorkspaceConfiguration(other, 'Workspace', { teamId: 'T012ABCDEFG' });
    const channel = new supportapp.CfnSlackChannelConfiguration(other, 'Channel', {
      teamId: 'T012ABCDEFG',
      channelRoleArn: roleArn,
      channelId: 'C012ABCDEFG',
      channelName: 'operations',
      notifyOnCaseSeverity: 'high',
      notifyOnAddCorrespondenceToCase: true,
      notifyOnCreateOrReopenCase: false,
      notifyOnResolveCase: true,
    });
    channel.applyRemovalPolicy(RemovalPolicy.RETAIN);
    channel.node.addDependency(registered);
    new supportapp.CfnAccountAlias(other, 'Alias', { accountAlias: 'acme production' });

    expect(Object.keys(resourcesOf(stack))).toEqual(['Workspace', 'Channel', 'Alias']);
    expect(textOf(stack)).toBe(textOf(other));
  });

  test('within other constructs, with tokens for all that may be one', () => {
    const define = (native: boolean) => {
      const stack = native ? newNativeStack() : newStack();
      const scope = new Construct(stack, 'Support');
      const channelRole = new iam.Role(scope, 'Role', { assumedBy: new iam.ServicePrincipal('supportapp.amazonaws.com') });
      const [teamId, channelId, accountAlias] = ['Team', 'Slack', 'Name'].map((id) => new CfnParameter(stack, id).valueAsString);
      const notifyOnResolveCase = Lazy.any({ produce: () => true }) as unknown as boolean;
      if (native) {
        const workspace = new SlackWorkspace(scope, 'Workspace', { teamId });
        const workspaceChannel = { channelId, channelRole, notifyOnCaseSeverity: NotificationSeverity.ALL, notifyOnResolveCase };
        workspace.addChannel('Channel', workspaceChannel);
        new AccountAlias(scope, 'Alias', { accountAlias });
      } else {
        const workspace = new supportapp.CfnSlackWorkspaceConfiguration(scope, 'Workspace', { teamId });
        const channel = new supportapp.CfnSlackChannelConfiguration(workspace, 'Channel', {
          teamId,
          channelId,
          channelRoleArn: channelRole.roleArn,
          notifyOnCaseSeverity: 'all',
          notifyOnAddCorrespondenceToCase: false,
          notifyOnCreateOrReopenCase: false,
          notifyOnResolveCase,
        });
        channel.node.addDependency(workspace);
        new supportapp.CfnAccountAlias(scope, 'Alias', { accountAlias });
      }
      return textOf(stack);
    };
    expect(define(true)).toBe(define(false));
  });

  const CHIME_CHANNELS: [string, ChimeChannelProps, object][] = [
    ['with all properties', {
      ...CHIME_PROPS,
      mode: ChannelMode.UNRESTRICTED,
      privacy: ChannelPrivacy.PUBLIC,
      metadata: 'blue',
      channelId: 'on-call',
      memberArns: [`${APP_INSTANCE_ARN}/user/one`],
      moderatorArns: [`${APP_INSTANCE_ARN}/user/two`],
      expirationSettings: { expiration: Duration.days(30), expirationCriterion: ExpirationCriterion.CREATED_TIMESTAMP },
    }, {
      AppInstanceArn: APP_INSTANCE_ARN,
      ChannelId: 'on-call',
      ChimeBearer: BEARER,
      ExpirationSettings: { ExpirationCriterion: 'CREATED_TIMESTAMP', ExpirationDays: 30 },
      MemberArns: [`${APP_INSTANCE_ARN}/user/one`],
      Metadata: 'blue',
      Mode: 'UNRESTRICTED',
      ModeratorArns: [`${APP_INSTANCE_ARN}/user/two`],
      Name: 'On call',
      Privacy: 'PUBLIC',
      Tags: [{ Key: 'team', Value: 'red' }],
    }],
    ['that is elastic', {
      ...CHIME_PROPS,
      elasticChannelConfiguration: { maximumSubChannels: 3, targetMembershipsPerSubChannel: 50, minimumMembershipPercentage: 40 },
    }, {
      AppInstanceArn: APP_INSTANCE_ARN,
      ChimeBearer: BEARER,
      ElasticChannelConfiguration: { MaximumSubChannels: 3, MinimumMembershipPercentage: 40, TargetMembershipsPerSubChannel: 50 },
      Mode: 'RESTRICTED',
      Name: 'On call',
      Privacy: 'PRIVATE',
      Tags: [{ Key: 'team', Value: 'red' }],
    }],
  ];

  test.each(CHIME_CHANNELS)('for a Chime channel %s', (_, props, properties) => {
    const stack = newNativeStack({ env: ENV });
    const channel = new ChimeChannel(stack, 'Chime', props);
    Tags.of(stack).add('team', 'red');
    new CfnOutput(stack, 'Arn', { value: channel.channelArn });
    const text = textOf(stack);
    expect(text).toBe(JSON.stringify({
      Resources: {
        Chime: { Type: CHIME, Properties: properties, UpdateReplacePolicy: 'Retain', DeletionPolicy: 'Retain' },
      },
      Outputs: { Arn: { Value: { 'Fn::GetAtt': ['Chime', 'Arn'] } } },
    }));
    if (CfnChannel) {
      const other = newStack({ env: ENV });
      const camelCase = (value: unknown): unknown => (typeof value === 'object' && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value!).map(([name, member]) => [name[0].toLowerCase() + name.slice(1), camelCase(member)])) : value);
      const { Tags: _tags, ...untagged } = properties as Record<string, unknown>;
      const generated = new CfnChannel(other, 'Chime', camelCase(untagged) as object);
      generated.applyRemovalPolicy(RemovalPolicy.RETAIN);
      Tags.of(other).add('team', 'red');
      new CfnOutput(other, 'Arn', { value: generated.getAtt('Arn').toString() });
      expect(text).toBe(textOf(other));
    }
  });

  test('with the generated classes themselves, which aspects and overrides know', () => {
    const stack = newNativeStack({ env: ENV });
    const workspace = new SlackWorkspace(stack, 'Workspace', { teamId: 'T1' });
    const channel = workspace.addChannel('Channel', { channelId: 'C1', notifyOnCaseSeverity: NotificationSeverity.NONE });
    const alias = new AccountAlias(stack, 'Alias', { accountAlias: 'acme' });
    const chime = new ChimeChannel(stack, 'Chime', CHIME_PROPS);
    expect(workspace.node.defaultChild).toBeInstanceOf(supportapp.CfnSlackWorkspaceConfiguration);
    expect(channel.node.defaultChild).toBeInstanceOf(supportapp.CfnSlackChannelConfiguration);
    expect(alias.node.defaultChild).toBeInstanceOf(supportapp.CfnAccountAlias);
    expect(chime.node.defaultChild).toBeInstanceOf(CfnChannel ?? cdk.CfnResource);
    (workspace.node.defaultChild as supportapp.CfnSlackWorkspaceConfiguration).versionId = '2';
    expect(onlyResource(stack, WORKSPACE).Properties).toEqual({ TeamId: 'T1', VersionId: '2' });
  });
});

test('a stack has nothing but what it declares: no function, no policy, no log group, no asset', () => {
  const stack = newNativeStack({ synthesizer: new cdk.BootstraplessSynthesizer() });
  new SupportAppAccount(stack, 'Support', {
    teamId: 'T1',
    accountAlias: 'acme',
    channels: { Operations: { channelId: 'C1', notifyOnCaseSeverity: NotificationSeverity.HIGH, notifyOnResolveCase: true } },
  });
  expect(Object.values(resourcesOf(stack)).map(({ Type }) => Type).sort()).toEqual(['AWS::IAM::Role', ALIAS, CHANNEL, WORKSPACE].sort());
  expect(Object.keys(Template.fromStack(stack).toJSON() as object)).toEqual(['Resources']);
});

describe('which constructs it serves', () => {
  const typesOf = (stack: Stack) => Object.values(resourcesOf(stack)).map(({ Type }) => Type);

  test.each<[string, (app: App) => Construct]>([
    ['a stack', (app) => new Stack(app, 'Stack')],
    ['the stacks of an app', (app) => {
      new NativeProvider(app, 'Native');
      return new Stack(app, 'Stack');
    }],
    ['the stacks of a stage', (app) => {
      const stage = new Stage(app, 'Stage');
      new NativeProvider(stage, 'Native');
      return new Stack(stage, 'Stack');
    }],
  ])('those of %s', (_, define) => {
    const stack = define(new App({ analyticsReporting: false })) as Stack;
    if (stack.node.scope!.node.tryFindChild('Native') === undefined) {
      new NativeProvider(stack, 'Native');
    }
    new AccountAlias(new Construct(stack, 'Part'), 'Alias', { accountAlias: 'acme' });
    expect(typesOf(stack)).toEqual([ALIAS]);
  });

  test('those of its scope only', () => {
    const stack = newStack();
    const part = new Construct(stack, 'Part');
    new NativeProvider(part, 'Native');
    new AccountAlias(part, 'Alias', { accountAlias: 'acme' });
    new SlackWorkspace(stack, 'Workspace', { teamId: 'T1' });
    expect(typesOf(stack)).toEqual(expect.arrayContaining([ALIAS, 'Custom::SupportAppSlackWorkspace']));
    expect(typesOf(stack)).not.toContain(WORKSPACE);
  });

  test('those of a nested stack', () => {
    const stack = newNativeStack();
    const nested = new NestedStack(stack, 'Nested');
    new AccountAlias(nested, 'Alias', { accountAlias: 'acme' });
    expect(typesOf(nested)).toEqual([ALIAS]);
  });

  test('the nearest of several', () => {
    const app = new App({ analyticsReporting: false });
    new NativeProvider(app, 'Native');
    const stack = new Stack(app, 'Stack', { env: { account: '111122223333', region: 'eu-north-1' } });
    const near = new NativeProvider(stack, 'Near');
    const message = messageOf(() => new AccountAlias(stack, 'Alias', { accountAlias: 'acme' }));
    expect(message).toContain(`got the NativeProvider at "${near.node.path}"`);
  });

  test('not those that name a handler', () => {
    const stack = newNativeStack();
    const provider: IChannelsProvider = ChannelsProvider.getOrCreate(stack);
    new AccountAlias(stack, 'Alias', { accountAlias: 'acme', provider });
    expect(typesOf(stack)).toContain('Custom::SupportAppAccountAlias');
    expect(typesOf(stack)).not.toContain(ALIAS);
  });

  test('whoever names it, in any stack', () => {
    const app = new App({ analyticsReporting: false });
    const provider = new NativeProvider(new Stage(app, 'Other'), 'Native');
    const stack = new Stack(app, 'Stack');
    new SlackWorkspace(stack, 'Workspace', { teamId: 'T1', provider })
      .addChannel('Channel', { channelId: 'C1', notifyOnCaseSeverity: NotificationSeverity.NONE, channelRole: newChannelRole(stack) });
    expect(typesOf(stack)).toEqual([WORKSPACE, CHANNEL]);
  });

  test('fails where constructs of its scope have got a handler already', () => {
    const stack = newStack();
    new SlackWorkspace(stack, 'Workspace', { teamId: 'T1' });
    new AccountAlias(stack, 'Alias', { accountAlias: 'acme' });
    expect(messageOf(() => new NativeProvider(stack, 'Native'))).toBe(
      'NativeProvider at "Stack/Native" has 1 problem:\n'
      + '  - scope: must have no construct yet that took the handler of its stack because there was no NativeProvider, got "Stack/Workspace" and 1 more. '
      + 'Define the NativeProvider before them, or give them ChannelsProvider.getOrCreate(this) as provider to keep the handler.',
    );
    // It serves nobody.
    new SlackWorkspace(stack, 'Second', { teamId: 'T2' });
    expect(resourcesOfType(stack, 'Custom::SupportAppSlackWorkspace')).toHaveLength(2);
  });

  test('may come after constructs that name a provider', () => {
    const stack = newStack();
    new SlackWorkspace(stack, 'Workspace', { teamId: 'T1', provider: ChannelsProvider.getOrCreate(stack) });
    new NativeProvider(stack, 'Native');
    new AccountAlias(stack, 'Alias', { accountAlias: 'acme' });
    expect(typesOf(stack)).toEqual(expect.arrayContaining(['Custom::SupportAppSlackWorkspace', ALIAS]));
  });

  test('fails with options, which JavaScript lets through', () => {
    const Untyped = NativeProvider as unknown as new (scope: Construct, id: string, props: object) => NativeProvider;
    expect(messageOf(() => new Untyped(newStack(), 'Native', { memorySize: 512 }))).toBe(
      'NativeProvider at "Stack/Native" has 1 problem:\n'
      + '  - props: must be left out, as there is no handler to have options, got {"memorySize":512}. '
      + 'Leave them out, or define a ChannelsProvider with them.',
    );
  });
});

describe('what the types of CloudFormation cannot do', () => {
  const CHANNEL_PROPS = { channelId: 'C1', notifyOnCaseSeverity: NotificationSeverity.NONE };

  test.each<[string, (stack: Stack) => IConstruct, Record<string, string>]>([
    ['an alias that adopts', (stack) => new AccountAlias(stack, 'Alias', { accountAlias: 'acme', existing: ExistingConfiguration.ADOPT }), {
      existing: 'must be FAIL or left out with a NativeProvider, as AWS::SupportApp::AccountAlias has nothing like it, got "ADOPT". '
        + 'Leave it out and take over what exists with cdk import, or give the construct a ChannelsProvider as provider.',
    }],
    ['a channel that adopts, with what is wrong anyway', (stack) => SlackWorkspace.fromTeamId(stack, 'Workspace', 'T1').addChannel('Channel', {
      ...CHANNEL_PROPS, channelId: '', existing: ExistingConfiguration.ADOPT,
    }), {
      channelId: 'must be 1 to 256 characters without white space, got "". '
        + 'Copy the channel ID (not the name) from the channel\'s details in Slack, such as C012ABCDEFG.',
      existing: 'must be FAIL or left out with a NativeProvider, as AWS::SupportApp::SlackChannelConfiguration has nothing like it, got "ADOPT". '
        + 'Leave it out and take over what exists with cdk import, or give the construct a ChannelsProvider as provider.',
    }],
    ['whatever a token says of what exists', (stack) => new AccountAlias(stack, 'Alias', {
      accountAlias: 'acme', existing: new CfnParameter(stack, 'Existing').valueAsString as ExistingConfiguration,
    }), {
      existing: 'must be FAIL or left out with a NativeProvider, as AWS::SupportApp::AccountAlias has nothing like it, '
        + 'got a value that is known only at deployment. '
        + 'Leave it out and take over what exists with cdk import, or give the construct a ChannelsProvider as provider.',
    }],
    ['a Chime channel with all that is not there', (stack) => new ChimeChannel(stack, 'Chime', {
      ...CHIME_PROPS,
      channelId: 'on-call',
      existing: ExistingConfiguration.ADOPT,
      channelFlowArn: `${APP_INSTANCE_ARN}/channel-flow/f`,
      memberArns: Array.from({ length: 11 }, (_, index) => `${APP_INSTANCE_ARN}/user/${index}`),
      moderatorArns: Array.from({ length: 12 }, (_, index) => `${APP_INSTANCE_ARN}/user/${index}`),
    }), {
      channelFlowArn: `must be left out with a NativeProvider, as AWS::Chime::Channel has nothing like it, got "${APP_INSTANCE_ARN}/channel-flow/f". `
        + 'Leave it out and call AssociateChannelFlow once the channel is made, or give the construct a ChannelsProvider as provider.',
      existing: 'must be FAIL or left out with a NativeProvider, as AWS::Chime::Channel has nothing like it, got "ADOPT". '
        + 'Leave it out and take over what exists with cdk import, or give the construct a ChannelsProvider as provider.',
      memberArns: 'must be at most 10 with a NativeProvider, got 11. '
        + 'Add the others by the API of Amazon Chime, or give the channel a ChannelsProvider as provider.',
      moderatorArns: 'must be at most 10 with a NativeProvider, got 12. '
        + 'Add the others by the API of Amazon Chime, or give the channel a ChannelsProvider as provider.',
    }],
  ])('%s', (_, define, expected) => {
    const { problems } = problemsOf(messageOf(() => define(newNativeStack())));
    expect(problems).toEqual(expected);
  });

  test('a value of another type is one problem, not two', () => {
    const message = messageOf(() => new AccountAlias(newNativeStack(), 'Alias', { accountAlias: 'acme', existing: (() => 1) as never }));
    expect(message).toMatch(/^AccountAlias at "Stack\/Alias" has 1 problem:\n {2}- existing: must be one of the values of its enumeration/);
  });

  test('what they do anyway may be said', () => {
    const stack = newNativeStack({ env: ENV });
    new AccountAlias(stack, 'Alias', { accountAlias: 'acme', existing: ExistingConfiguration.FAIL });
    new ChimeChannel(stack, 'Chime', {
      ...CHIME_PROPS, memberArns: Array.from({ length: 10 }, (_, index) => `${APP_INSTANCE_ARN}/user/${index}`), moderatorArns: [],
    });
    expect(onlyResource(stack, ALIAS).Properties).toEqual({ AccountAlias: 'acme' });
    expect(onlyResource(stack, CHIME).Properties).not.toHaveProperty('ModeratorArns');
  });

  test.each<[string, (stack: Stack, provider?: IChannelsProvider) => IConstruct, string]>([
    [WORKSPACE, (stack) => new SlackWorkspace(stack, 'It', { teamId: 'T1' }), 'eu-north-1'],
    [CHANNEL, (stack) => new SlackChannelConfiguration(stack, 'It', {
      ...CHANNEL_PROPS, workspace: SlackWorkspace.fromTeamId(stack, 'Workspace', 'T1'),
    }), 'us-west-1'],
    [ALIAS, (stack) => new AccountAlias(stack, 'It', { accountAlias: 'acme' }), 'cn-north-1'],
  ])('a Region without %s', (type, define, region) => {
    const stack = newNativeStack({ env: { account: '111122223333', region } });
    const { problems } = problemsOf(messageOf(() => define(stack)));
    expect(problems).toEqual({
      provider: `must be a ChannelsProvider in ${region}, as CloudFormation has ${type} in us-east-1, us-east-2, us-west-2, ca-central-1, eu-central-1, `
        + 'eu-west-1, eu-west-2, ap-southeast-1, ap-northeast-1 only, got the NativeProvider at "Stack/Native". '
        + 'Give the construct a ChannelsProvider as provider, or move the stack to such a Region.',
    });
    expect(stack.node.findAll().filter((construct) => cdk.CfnResource.isCfnResource(construct))).toEqual([]);
  });

  test('a Region without AWS::Chime::Channel, or an AppInstance of another Region', () => {
    const define = (region: string, instanceRegion: string) => () => {
      const appInstanceArn = APP_INSTANCE_ARN.replace('us-east-1', instanceRegion);
      return new ChimeChannel(newNativeStack({ env: { account: '111122223333', region } }), 'Chime', {
        appInstanceArn, chimeBearer: `${appInstanceArn}/user/deployer`, channelName: 'On call',
      });
    };
    expect(problemsOf(messageOf(define('eu-central-1', 'eu-central-1'))).problems).toEqual({
      provider: 'must be a ChannelsProvider in eu-central-1, as CloudFormation has AWS::Chime::Channel in us-east-1 only, '
        + 'got the NativeProvider at "Stack/Native". Give the construct a ChannelsProvider as provider, or move the stack to such a Region.',
    });
    expect(problemsOf(messageOf(define('us-east-1', 'eu-central-1'))).problems).toEqual({
      appInstanceArn: 'must be in us-east-1, the Region of the stack, with a NativeProvider, got "arn:aws:chime:eu-central-1:111122223333:app-instance/i". '
        + 'Define the channel in a stack of that Region, or give it a ChannelsProvider as provider.',
    });
    expect(define('us-east-1', 'us-east-1')).not.toThrow();
  });

  test('what is known only at deployment is no problem', () => {
    const stack = newNativeStack();
    const appInstanceArn = new CfnParameter(stack, 'Instance').valueAsString;
    const arns = new CfnParameter(stack, 'Arns', { type: 'CommaDelimitedList' }).valueAsList;
    new ChimeChannel(stack, 'Chime', { appInstanceArn, chimeBearer: BEARER, channelName: 'On call', memberArns: arns });
    new ChimeChannel(stack, 'Other', { ...CHIME_PROPS, channelName: 'Other' });
    expect(resourcesOfType(stack, CHIME).map(({ Properties }) => Properties.MemberArns as unknown)).toEqual([{ Ref: 'Arns' }, undefined]);
  });

  test('an attribute that is not there, wherever it is used', () => {
    const stack = newNativeStack();
    const { teamName, accountType } = new SlackWorkspace(stack, 'Workspace', { teamId: 'T1' });
    new CfnOutput(stack, 'Name', { value: `the workspace ${teamName}` });
    new CfnOutput(stack, 'Type', { value: accountType });
    new CfnOutput(stack, 'Again', { value: accountType });
    const message = messageOf(() => Template.fromStack(stack));
    const remedy = 'Write the value itself, or give the construct a ChannelsProvider as provider.';
    const violation = 'must not be used with a NativeProvider, as AWS::SupportApp::SlackWorkspaceConfiguration has no such attribute, got a use in';
    expect(message).toContain(`SlackWorkspace at "Stack/Workspace" has 1 problem:\n  - teamName: ${violation} "Stack/Name". ${remedy}`);
    expect(message).toContain(`SlackWorkspace at "Stack/Workspace" has 1 problem:\n  - accountType: ${violation} "Stack/Type", "Stack/Again". ${remedy}`);
  });

  test('an attribute that is not there, in another stack or without validation', () => {
    const app = new App({ analyticsReporting: false });
    const stack = new Stack(app, 'Stack');
    new NativeProvider(stack, 'Native');
    const { teamName } = new SlackWorkspace(stack, 'Workspace', { teamId: 'T1' });
    new CfnOutput(new Stack(app, 'Other'), 'Name', { value: teamName });
    expect(messageOf(() => app.synth())).toContain('has no such attribute, got a use in "Other/Name".');
    expect(messageOf(() => app.synth({ skipValidation: true, force: true }))).toContain('has no such attribute, got a use in "Other".');
  });

  test('an attribute that is not there may be held by whoever does not use it', () => {
    const stack = newNativeStack();
    const workspace = new SlackWorkspace(stack, 'Workspace', { teamId: 'T1' });
    expect(workspace.teamName).not.toBe(workspace.accountType);
    expect(onlyResource(stack, WORKSPACE).Properties).toEqual({ TeamId: 'T1' });
  });
});

describe('a Chime channel whose replacement would destroy its messages', () => {
  const MESSAGE = 'CloudFormation replaces this channel when its appInstanceArn, channelId, chimeBearer, elasticChannelConfiguration, memberArns, '
    + 'moderatorArns or privacy changes. With RemovalPolicy.DESTROY it then deletes the old channel with all its messages. Keep RemovalPolicy.RETAIN, '
    + 'the default, or give the channel a ChannelsProvider as provider, which changes bearer, members and moderators in place.';
  const warningsOf = (stack: Stack) => Annotations.fromStack(stack).findWarning('*', Match.anyValue()).map(({ id, entry }) => [id, entry.data]);

  test('has a warning', () => {
    const stack = newNativeStack({ env: ENV });
    const channel = new ChimeChannel(stack, 'Chime', { ...CHIME_PROPS, removalPolicy: RemovalPolicy.DESTROY });
    expect(warningsOf(stack)).toEqual([['/Stack/Chime', `${MESSAGE} [ack: cdk-support-channels:nativeChimeChannelReplacement]`]]);
    expect(onlyResource(stack, CHIME)).toMatchObject({ DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete' });
    cdk.Annotations.of(channel).acknowledgeWarning('cdk-support-channels:nativeChimeChannelReplacement');
    expect(warningsOf(stack)).toEqual([]);
  });

  test.each([undefined, RemovalPolicy.RETAIN, RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE])('has none with %s', (removalPolicy) => {
    const stack = newNativeStack({ env: ENV });
    new ChimeChannel(stack, 'Chime', { ...CHIME_PROPS, removalPolicy });
    expect(warningsOf(stack)).toEqual([]);
    expect(onlyResource(stack, CHIME).UpdateReplacePolicy).toBe('Retain');
  });

  test('has none with a handler', () => {
    const stack = newStack({ env: ENV });
    new ChimeChannel(stack, 'Chime', { ...CHIME_PROPS, removalPolicy: RemovalPolicy.DESTROY });
    expect(warningsOf(stack)).toEqual([]);
  });
});

describe('what holds with any provider', () => {
  test('removal policies', () => {
    const stack = newNativeStack();
    new SlackWorkspace(stack, 'None', { teamId: 'T1' });
    new SlackWorkspace(stack, 'Retain', { teamId: 'T2', removalPolicy: RemovalPolicy.RETAIN });
    new SlackWorkspace(stack, 'Destroy', { teamId: 'T3', removalPolicy: RemovalPolicy.DESTROY });
    new SlackWorkspace(stack, 'Later', { teamId: 'T4' }).applyRemovalPolicy(RemovalPolicy.RETAIN);
    expect(Object.entries(resourcesOf(stack)).map(([id, resource]) => [id, resource.DeletionPolicy, resource.UpdateReplacePolicy])).toEqual([
      ['None', undefined, undefined], ['Retain', 'Retain', 'Retain'], ['Destroy', 'Delete', 'Delete'], ['Later', 'Retain', 'Retain'],
    ]);
  });

  test('the workspace comes before the channel, and of a role what the channel refers to', () => {
    const stack = newNativeStack();
    const channelRole = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('supportapp.amazonaws.com') });
    const workspace = new SlackWorkspace(stack, 'Workspace', { teamId: 'T1' });
    const channel = workspace.addChannel('Channel', { channelId: 'C1', notifyOnCaseSeverity: NotificationSeverity.NONE, channelRole });
    channelRole.addToPrincipalPolicy(new iam.PolicyStatement({ actions: ['support:*'], resources: ['*'] }));
    new AccountAlias(stack, 'Alias', { accountAlias: 'acme' }).node.addDependency(channel);
    expect(onlyResource(stack, CHANNEL).DependsOn).toEqual(['Workspace']);
    expect(onlyResource(stack, ALIAS).DependsOn).toEqual(['WorkspaceChannelB03C95D3']);
  });

  test('a channel may depend on a workspace that a handler manages, and the other way round', () => {
    const stack = newNativeStack();
    const channel = { channelId: 'C1', notifyOnCaseSeverity: NotificationSeverity.NONE, channelRole: newChannelRole(stack) };
    const handler = ChannelsProvider.getOrCreate(stack);
    const managed = new SlackWorkspace(stack, 'Managed', { teamId: 'T1', provider: handler });
    new SlackChannelConfiguration(stack, 'One', { ...channel, workspace: managed });
    const native = new SlackWorkspace(stack, 'Own', { teamId: 'T2' });
    new SlackChannelConfiguration(stack, 'Two', { ...channel, workspace: native, provider: handler });
    expect(resourcesOf(stack).One.DependsOn).toEqual([stack.getLogicalId(managed.node.defaultChild as cdk.CfnResource)]);
    expect(onlyResource(stack, 'Custom::SupportAppSlackChannelConfiguration').DependsOn).toContain('Own');
  });

  test('values by account, without the bytes of a handler', () => {
    const values = Object.fromEntries(Array.from({ length: 150 }, (_, index) => [String(100_000_000_000 + index), `acme ${index} ${'x'.repeat(20)}`]));
    const define = (stack: Stack) => {
      new AccountAlias(stack, 'Alias', { accountAlias: AccountValue.byAccount(values, { defaultValue: 'acme' }).asString });
      return Annotations.fromStack(stack).findWarning('*', Match.anyValue()).length;
    };
    expect(define(newNativeStack())).toBe(0);
    expect(define(newStack())).toBe(1);
    const stack = newNativeStack();
    new AccountAlias(stack, 'Alias', { accountAlias: AccountValue.byAccount({ 111122223333: 'acme' }).asString });
    expect(onlyResource(stack, ALIAS).Properties).toEqual({
      AccountAlias: { 'Fn::FindInMap': ['AliasAccountAliasEDB6066C', { Ref: 'AWS::AccountId' }, 'Value'] },
    });
  });

  test('the tags of a Chime channel are checked', () => {
    const stack = newNativeStack();
    new ChimeChannel(stack, 'Chime', CHIME_PROPS);
    Tags.of(stack).add('team', '');
    expect(messageOf(() => Template.fromStack(stack))).toContain('ChimeChannel at "Stack/Chime" has 1 problem:\n  - tags[0].value: must be 1 to 256 characters');
  });

  test('the account\'s one alias and its channels are counted over all providers', () => {
    const app = new App({ analyticsReporting: false });
    const [stack, other] = ['One', 'Two'].map((id) => new Stack(app, id, { env: ENV }));
    new NativeProvider(stack, 'Native');
    for (const each of [stack, other]) {
      new AccountAlias(each, 'Alias', { accountAlias: 'acme' });
      SlackWorkspace.fromTeamId(each, 'Workspace', 'T1').addChannel('Channel', { channelId: 'C1', notifyOnCaseSeverity: NotificationSeverity.NONE });
    }
    const message = messageOf(() => app.synth());
    expect(message).toContain('2 account aliases are defined in account 111122223333: One/Alias, Two/Alias.');
    expect(message).toContain('the Slack channel C1 of the workspace T1 is configured 2 times in account 111122223333: ');
  });
});
