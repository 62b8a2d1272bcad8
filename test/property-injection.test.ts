import {
  App, aws_iam as iam, aws_lambda as lambda, aws_logs as logs, Duration, type InjectionContext, type IPropertyInjector,
  PropertyInjectors, RemovalPolicy, Stack,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { onlyResource, resourcesOf } from './synthesis';
import {
  AccountAlias,
  ChannelsProvider,
  ChimeChannel,
  DriftMonitor,
  ExistingConfiguration,
  type IChannelsProvider,
  NativeProvider,
  NotificationSeverity,
  SlackChannelConfiguration,
  SlackWorkspace,
  SupportAppAccess,
  SupportAppAccount,
  SupportAppRole,
} from '../src';

const APP_INSTANCE_ARN = 'arn:aws:chime:us-east-1:111122223333:app-instance/i';
const CHIME = { appInstanceArn: APP_INSTANCE_ARN, chimeBearer: `${APP_INSTANCE_ARN}/user/u`, channelName: 'n' };
const CHANNEL = { channelId: 'C1', notifyOnCaseSeverity: NotificationSeverity.NONE };

/** What an organization gives each construct of a class, unless that has it already. */
class Defaults implements IPropertyInjector {
  public readonly contexts: InjectionContext[] = [];

  constructor(public readonly constructUniqueId: string, private readonly defaults: object) {}

  public inject(props: object, context: InjectionContext): object {
    this.contexts.push(context);
    return { ...this.defaults, ...props };
  }
}

function stackWith(...defaults: Defaults[]): Stack {
  return new Stack(new App({ analyticsReporting: false, propertyInjectors: defaults }), 'Stack');
}

test('the names of the classes are fixed', () => {
  const classes = [
    AccountAlias, ChannelsProvider, ChimeChannel, DriftMonitor, SlackChannelConfiguration, SlackWorkspace, SupportAppAccount,
    SupportAppRole,
  ];
  expect(classes.map((each) => each.PROPERTY_INJECTION_ID)).toEqual(classes.map((each) => `cdk-support-channels.${each.name}`));
});

test('the provider that a stack gets by itself has the defaults of the app', () => {
  const defaults = new Defaults(ChannelsProvider.PROPERTY_INJECTION_ID, {
    runtime: lambda.Runtime.NODEJS_22_X, logRetention: logs.RetentionDays.ONE_YEAR, reservedConcurrentExecutions: 2,
  });
  const stack = stackWith(defaults);
  new AccountAlias(stack, 'Alias', { accountAlias: 'a' });
  expect(onlyResource(stack, 'AWS::Lambda::Function').Properties).toMatchObject({ Runtime: 'nodejs22.x', ReservedConcurrentExecutions: 2 });
  expect(onlyResource(stack, 'AWS::Logs::LogGroup').Properties.RetentionInDays).toBe(365);
  expect(defaults.contexts).toEqual([{ scope: stack, id: 'CdkSupportChannels' }]);
});

test('a property that is given wins over the default', () => {
  const stack = stackWith(new Defaults(ChannelsProvider.PROPERTY_INJECTION_ID, { timeout: Duration.minutes(1), memorySize: 512 }));
  new ChannelsProvider(stack, 'Provider', { memorySize: 128 });
  expect(onlyResource(stack, 'AWS::Lambda::Function').Properties).toMatchObject({ MemorySize: 128, Timeout: 60 });
});

test('a default that breaks a rule is told as any other value', () => {
  const stack = stackWith(new Defaults(ChannelsProvider.PROPERTY_INJECTION_ID, { memorySize: 1 }));
  expect(() => new AccountAlias(stack, 'Alias', { accountAlias: 'a' })).toThrow(/^ChannelsProvider at "Stack\/CdkSupportChannels" has 1 problem:\n {2}- memorySize: /);
});

test('each construct has the defaults of the app, those that others define included', () => {
  const removalPolicy = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE;
  const ids = [AccountAlias, ChimeChannel, SlackChannelConfiguration, SlackWorkspace].map((each) => each.PROPERTY_INJECTION_ID);
  const stack = stackWith(...ids.map((id) => new Defaults(id, { removalPolicy })), new Defaults(SupportAppRole.PROPERTY_INJECTION_ID, {
    access: SupportAppAccess.READ_ONLY,
  }), new Defaults(SupportAppAccount.PROPERTY_INJECTION_ID, { accountAlias: 'default' }));
  new SupportAppAccount(stack, 'Support', { teamId: 'T1', channels: { Operations: CHANNEL } });
  new ChimeChannel(stack, 'Chime', CHIME);
  for (const type of ['SupportAppSlackWorkspace', 'SupportAppSlackChannelConfiguration', 'SupportAppAccountAlias', 'ChimeChannel']) {
    expect(onlyResource(stack, `Custom::${type}`).DeletionPolicy).toBe('RetainExceptOnCreate');
  }
  expect(onlyResource(stack, 'Custom::SupportAppAccountAlias').Properties.AccountAlias).toBe('default');
  expect(JSON.stringify(Object.values(stack.node.findAll()).filter((each) => each instanceof SupportAppRole).map((role) => (
    stack.resolve((role.node.defaultChild as unknown as { managedPolicyArns: unknown }).managedPolicyArns)
  )))).toContain('AWSSupportAppReadOnlyAccess');
});

test('a monitor of drift has the defaults of the app', () => {
  const stack = stackWith(new Defaults(DriftMonitor.PROPERTY_INJECTION_ID, { repair: true }));
  new AccountAlias(stack, 'Alias', { accountAlias: 'a' });
  new DriftMonitor(stack, 'Drift');
  const [{ InputTransformer: { InputTemplate: template } }] = onlyResource(stack, 'AWS::Events::Rule').Properties.Targets;
  expect(template['Fn::Join'][1].join('')).toContain('"Repair":["created","owned","taken"]');
});

test('defaults of a stack win over those of the app', () => {
  const stack = stackWith(new Defaults(AccountAlias.PROPERTY_INJECTION_ID, { accountAlias: 'app' }));
  PropertyInjectors.of(stack).add(new Defaults(AccountAlias.PROPERTY_INJECTION_ID, { accountAlias: 'stack' }));
  new AccountAlias(stack, 'Alias', {} as { accountAlias: string });
  expect(onlyResource(stack, 'Custom::SupportAppAccountAlias').Properties.AccountAlias).toBe('stack');
});

/** Lets CloudFormation manage all constructs of an app that name no provider, in whatever stack they are. */
function appOfNativeTypes(): App {
  const providers = new Map<Construct, NativeProvider>();
  const ids = [AccountAlias, ChimeChannel, SlackChannelConfiguration, SlackWorkspace].map((each) => each.PROPERTY_INJECTION_ID);
  return new App({
    analyticsReporting: false,
    propertyInjectors: ids.map((constructUniqueId): IPropertyInjector => ({
      constructUniqueId,
      inject: (props: { provider?: IChannelsProvider }, { scope }) => {
        const stack = Stack.of(scope);
        const provider = providers.get(stack) ?? new NativeProvider(new Construct(stack, 'Organization'), 'Native');
        providers.set(stack, provider);
        return { ...props, provider: props.provider ?? provider };
      },
    })),
  });
}

test('a whole app gets CloudFormation\'s own types by injection, in each of its stacks', () => {
  const app = appOfNativeTypes();
  const stacks = ['First', 'Second'].map((id, index) => {
    const stack = new Stack(app, id, { env: { account: `${index}11122223333`, region: 'us-east-1' } });
    const channelRole = iam.Role.fromRoleName(stack, 'Role', 'support');
    new SlackWorkspace(stack, 'Workspace', { teamId: 'T1' }).addChannel('Channel', { ...CHANNEL, channelRole });
    SlackWorkspace.fromTeamId(stack, 'Imported', 'T2').addChannel('Channel', { ...CHANNEL, channelRole });
    new SupportAppAccount(new Construct(stack, 'Scope'), 'Support', { workspace: SlackWorkspace.fromTeamId(stack, 'Other', 'T3'), accountAlias: 'a' });
    new ChimeChannel(stack, 'Chime', CHIME);
    return stack;
  });
  for (const stack of stacks) {
    expect(Object.values(resourcesOf(stack)).map(({ Type }) => Type).sort()).toEqual([
      'AWS::Chime::Channel', 'AWS::SupportApp::AccountAlias', ...Array(2).fill('AWS::SupportApp::SlackChannelConfiguration'),
      'AWS::SupportApp::SlackWorkspaceConfiguration',
    ]);
  }
});

test('a handler that a construct names wins over the types that an app injects', () => {
  const stack = new Stack(appOfNativeTypes(), 'Stack');
  new AccountAlias(stack, 'Alias', { accountAlias: 'a', provider: ChannelsProvider.getOrCreate(stack) });
  expect(onlyResource(stack, 'Custom::SupportAppAccountAlias').Properties.AccountAlias).toBe('a');
});

test('what a SupportAppAccount does not say is the default of the app', () => {
  const defaults = [AccountAlias, SlackChannelConfiguration]
    .map((each) => new Defaults(each.PROPERTY_INJECTION_ID, { existing: ExistingConfiguration.OWN }));
  const stack = stackWith(...defaults);
  new SupportAppAccount(stack, 'Support', { teamId: 'T1', accountAlias: 'a', channels: { Operations: CHANNEL } });
  expect(onlyResource(stack, 'Custom::SupportAppSlackChannelConfiguration').Properties.Existing).toBe('OWN');
  expect(onlyResource(stack, 'Custom::SupportAppAccountAlias').Properties.Existing).toBe('OWN');
});

test.each([
  ['an imported workspace', (stack: Stack) => SlackWorkspace.fromTeamId(stack, 'Workspace', 'T1')],
  ['a workspace', (stack: Stack) => new SlackWorkspace(stack, 'Workspace', { teamId: 'T1' })],
])('a channel of %s has the default of the app for what is not said', (_, workspaceIn) => {
  const app = new App({ analyticsReporting: false });
  const provider = new NativeProvider(new Construct(app, 'Organization'), 'Native');
  PropertyInjectors.of(app).add(new Defaults(SlackChannelConfiguration.PROPERTY_INJECTION_ID, { provider }));
  const stack = new Stack(app, 'Stack');
  workspaceIn(stack).addChannel('Channel', CHANNEL);
  expect(onlyResource(stack, 'AWS::SupportApp::SlackChannelConfiguration').Properties.ChannelId).toBe('C1');
});

test('without defaults a class has its own name and its instances are told apart', () => {
  const stack = stackWith();
  const alias = new AccountAlias(stack, 'Alias', { accountAlias: 'a' });
  const workspace = new SlackWorkspace(stack, 'Workspace', { teamId: 'T1' });
  const channel = workspace.addChannel('Channel', CHANNEL);
  const chime = new ChimeChannel(stack, 'Chime', CHIME);
  const provider = ChannelsProvider.getOrCreate(stack);
  const monitor = new DriftMonitor(stack, 'Drift');
  const questions: [string, (value: unknown) => boolean, unknown][] = [
    ['AccountAlias', AccountAlias.isAccountAlias.bind(AccountAlias), alias],
    ['SlackWorkspace', SlackWorkspace.isSlackWorkspace.bind(SlackWorkspace), workspace],
    ['SlackChannelConfiguration', SlackChannelConfiguration.isSlackChannelConfiguration.bind(SlackChannelConfiguration), channel],
    ['ChimeChannel', ChimeChannel.isChimeChannel.bind(ChimeChannel), chime],
    ['ChannelsProvider', ChannelsProvider.isChannelsProvider.bind(ChannelsProvider), provider],
    ['DriftMonitor', DriftMonitor.isDriftMonitor.bind(DriftMonitor), monitor],
  ];
  for (const [name, isKind, construct] of questions) {
    expect((construct as object).constructor.name).toBe(name);
    expect([alias, workspace, channel, chime, provider, monitor, stack, undefined, null, 'text', {}].filter(isKind)).toEqual([construct]);
  }
  expect(SlackWorkspace.isSlackWorkspace(SlackWorkspace.fromTeamId(stack, 'Imported', 'T2'))).toBe(false);
});
