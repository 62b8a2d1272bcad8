import * as path from 'node:path';
import * as cdk from 'aws-cdk-lib';
import {
  App, aws_ec2 as ec2, aws_iam as iam, aws_kms as kms, aws_lambda as lambda, aws_sqs as sqs, CfnParameter, CfnResource, Stack,
} from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as nag from 'cdk-nag';
import {
  AccountAlias,
  ChannelsProvider,
  ChimeChannel,
  DriftMonitor,
  HandlerCode,
  NativeProvider,
  NotificationSeverity,
  SlackWorkspace,
  SupportAppAccess,
  SupportAppRole,
} from '../../src';
import { EXAMPLES, findApps } from '../validators/examples';

const ROOT = path.join(__dirname, '..', '..');

const PACKS = [
  'AwsSolutionsChecks', 'NIST80053R5Checks', 'NIST80053R4Checks', 'HIPAASecurityChecks', 'PCIDSS321Checks', 'ServerlessChecks',
] as const;

interface Report {
  readonly violations: { readonly ruleName: string; readonly violatingResources: { readonly constructPath: string }[] }[];
}

/** The two kinds of packs: version 2 is an aspect, version 3 a validation plugin, for releases of the CDK that have these. */
type Pack = cdk.IAspect | { validateScope(scope: cdk.App): Report };

/** What all packs find in an app that is not acknowledged, as `<rule> <path>`. */
function findingsOf(app: App): string[] {
  const packs = PACKS.map((name) => new (nag[name] as unknown as new () => Pack)());
  packs.forEach((pack) => 'visit' in pack && cdk.Aspects.of(app).add(pack));
  app.synth();
  // From the constructs, as the assembly has no messages of the stack of a stack set.
  const messages = app.node.findAll().flatMap(({ node }) => node.metadata.flatMap(({ data }) => {
    const [, rule] = /^([\w.]+-\w+(\[.*?\])?): /.exec(String(data)) ?? [];
    return rule ? [`${rule} ${node.path}`] : [];
  }));
  const violations = packs.flatMap((pack) => 'visit' in pack ? [] : pack.validateScope(app).violations)
    .flatMap(({ ruleName, violatingResources }) => violatingResources.map(({ constructPath }) => `${ruleName} ${constructPath}`));
  return [...messages, ...violations].sort();
}

function newApp(): App {
  return new App({ analyticsReporting: false });
}

const APP_INSTANCE_ARN = 'arn:aws:chime:us-east-1:111122223333:app-instance/5d1f1a7e-8c0b-4c53-9d7e-0f6f1c7a2b90';

const KEY_ARN = 'arn:aws:kms:us-east-1:111122223333:key/5d1f1a7e-8c0b-4c53-9d7e-0f6f1c7a2b90';

const DEFINITIONS: [string, (stack: Stack) => void][] = [
  ['an account alias', (stack) => new AccountAlias(stack, 'Alias', { accountAlias: 'production' })],
  ['a channel with a role for reading', (stack) => {
    const channelRole = new SupportAppRole(stack, 'Role', { access: SupportAppAccess.READ_ONLY });
    new SlackWorkspace(stack, 'Workspace', { teamId: 'T012ABCDEFG' })
      .addChannel('Channel', { channelId: 'C012ABCDEFG', notifyOnCaseSeverity: NotificationSeverity.NONE, channelRole });
  }],
  ['a Chime channel', (stack) => new ChimeChannel(stack, 'Channel', {
    appInstanceArn: APP_INSTANCE_ARN, chimeBearer: `${APP_INSTANCE_ARN}/user/deployer`, channelName: 'On call',
  })],
  ['Chime channels of AppInstances that are known only at deployment', (stack) => {
    const instances = ['One', 'Two'].map((id) => new CfnParameter(stack, id).valueAsString);
    const role = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com') });
    [...instances, role.roleArn].forEach((appInstanceArn, index) => new ChimeChannel(stack, `Channel${index}`, {
      appInstanceArn, chimeBearer: `${appInstanceArn}/user/deployer`, channelName: 'On call',
    }));
  }],
  ['a monitor of drift', (stack) => {
    new AccountAlias(stack, 'Alias', { accountAlias: 'production' });
    new DriftMonitor(stack, 'Drift', { repair: true });
  }],
  ['all that CloudFormation manages by itself', (stack) => {
    new NativeProvider(stack, 'Native');
    new SlackWorkspace(stack, 'Workspace', { teamId: 'T012ABCDEFG' })
      .addChannel('Channel', { channelId: 'C012ABCDEFG', notifyOnCaseSeverity: NotificationSeverity.NONE });
    new AccountAlias(stack, 'Alias', { accountAlias: 'production' });
    new ChimeChannel(stack, 'Chime', { appInstanceArn: APP_INSTANCE_ARN, chimeBearer: `${APP_INSTANCE_ARN}/user/deployer`, channelName: 'On call' });
  }],
  ['a handler with all options', (stack) => new AccountAlias(stack, 'Alias', {
    accountAlias: 'production',
    provider: new ChannelsProvider(stack, 'Provider', {
      code: HandlerCode.ASSET,
      vpc: ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
        vpcId: 'vpc-0123456789abcdef0',
        availabilityZones: ['us-east-1a'],
        privateSubnetIds: ['subnet-0123456789abcdef0'],
        privateSubnetRouteTableIds: ['rtb-0123456789abcdef0'],
      }),
      supportAppRegion: 'us-east-1',
      environmentEncryption: kms.Key.fromKeyArn(stack, 'Key', KEY_ARN),
      tracing: lambda.Tracing.ACTIVE,
      reservedConcurrentExecutions: 10,
      deadLetterQueue: sqs.Queue.fromQueueArn(stack, 'Queue', 'arn:aws:sqs:us-east-1:111122223333:queue'),
      logGroupEncryption: kms.Key.fromKeyArn(stack, 'LogKey', KEY_ARN),
    }),
  })],
];

test('the packs are seen to work', () => {
  const app = newApp();
  new iam.CfnRole(new Stack(app, 'Stack'), 'Role', {
    assumeRolePolicyDocument: {},
    managedPolicyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'],
    policies: [{ policyName: 'Policy', policyDocument: { Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] } }],
  });
  expect(findingsOf(app)).toEqual([
    'AwsSolutions-IAM4[Policy::arn:aws:iam::aws:policy/ReadOnlyAccess] Stack/Role',
    'AwsSolutions-IAM5[Action::s3:*] Stack/Role',
    'AwsSolutions-IAM5[Resource::*] Stack/Role',
    'HIPAA.Security-IAMNoInlinePolicy Stack/Role',
    'NIST.800.53.R4-IAMNoInlinePolicy Stack/Role',
    'NIST.800.53.R5-IAMNoInlinePolicy Stack/Role',
    'PCI.DSS.321-IAMNoInlinePolicy Stack/Role',
  ]);
});

/** Runs an example, and answers its app, which is not synthesized: packs that come later would look at nothing. */
function appOf(file: string): App {
  const apps: App[] = [];
  class RecordedApp extends App {
    constructor(props?: cdk.AppProps) {
      super({ analyticsReporting: false, ...props });
      apps.push(this);
      jest.spyOn(this as App, 'synth').mockReturnValueOnce({} as ReturnType<App['synth']>);
    }
  }
  jest.isolateModules(() => {
    // The same modules as those of cdk-nag, but for the one class.
    jest.doMock('aws-cdk-lib', () => Object.create(cdk, { App: { value: RecordedApp } }) as object);
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    require(path.join(ROOT, file));
  });
  jest.dontMock('aws-cdk-lib');
  expect(apps).toHaveLength(1);
  expect(apps[0].synth).toHaveBeenCalledTimes(1);
  return apps[0];
}

test.each(findApps(EXAMPLES))('%s has no finding', (file) => {
  const app = appOf(file);
  expect(app.node.findAll().length).toBeGreaterThan(10);
  expect(findingsOf(app)).toEqual([]);
});

test.each(findApps(EXAMPLES))('a finding in any stack of %s is found', (file) => {
  const app = appOf(file);
  const stacks = app.node.findAll().filter((construct) => Stack.isStack(construct));
  stacks.forEach((stack) => (
    new iam.ManagedPolicy(stack, 'Bad', { statements: [new iam.PolicyStatement({ actions: ['s3:*'], resources: ['*'] })] })
  ));
  expect(findingsOf(app)).toEqual(expect.arrayContaining(
    stacks.map((stack) => expect.stringContaining(`AwsSolutions-IAM5[Action::s3:*] ${stack.node.path}/Bad`) as unknown)));
});

test.each(DEFINITIONS)('%s has no finding', (_, define) => {
  const app = newApp();
  define(new Stack(app, 'Stack'));
  expect(findingsOf(app)).toEqual([]);
});

test.each(DEFINITIONS)('%s has no word of cdk-nag in the template', (_, define) => {
  const stack = new Stack(newApp(), 'Stack');
  define(stack);
  expect(JSON.stringify(Template.fromStack(stack))).not.toMatch(/"Metadata"|cdk_nag|AwsSolutions/);
});

test('a role of the user\'s has findings about the user\'s own policy only', () => {
  const app = newApp();
  const stack = new Stack(app, 'Stack');
  const role = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
  const provider = new ChannelsProvider(stack, 'Provider', { role });
  new SlackWorkspace(stack, 'Workspace', { teamId: 'T012ABCDEFG', provider });
  new ChimeChannel(stack, 'Channel', {
    appInstanceArn: APP_INSTANCE_ARN, chimeBearer: `${APP_INSTANCE_ARN}/user/deployer`, channelName: 'On call', provider,
  });
  // The policy of the role is the user's, who judges what is in it.
  role.addToPolicy(new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: ['*'] }));
  expect([...new Set(findingsOf(app).map((finding) => finding.split(' ')[1]))]).toEqual(['Stack/Role/DefaultPolicy/Resource']);
});

test('what a user adds to the handler\'s role is still found', () => {
  const app = newApp();
  const stack = new Stack(app, 'Stack');
  const provider = new ChannelsProvider(stack, 'Provider');
  provider.grantPrincipal.addToPrincipalPolicy(new iam.PolicyStatement({ actions: ['s3:Get*'], resources: ['arn:aws:s3:::bucket/*'] }));
  new AccountAlias(stack, 'Alias', { accountAlias: 'production', provider });
  expect(findingsOf(app)).toEqual([
    'AwsSolutions-IAM5[Action::s3:Get*] Stack/Provider/Role',
    'AwsSolutions-IAM5[Resource::arn:aws:s3:::bucket/*] Stack/Provider/Role',
  ]);
});

test('what a user adds to a channel\'s role is still found', () => {
  const app = newApp();
  new SupportAppRole(new Stack(app, 'Stack'), 'Role', { managedPolicies: [iam.ManagedPolicy.fromAwsManagedPolicyName('AdministratorAccess')] });
  expect(findingsOf(app)).toEqual(['AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/AdministratorAccess] Stack/Role/Resource']);
});

test('a channel\'s role that is made elsewhere has nothing to acknowledge', () => {
  const app = newApp();
  iam.Role.customizeRoles(app, { usePrecreatedRoles: { 'Stack/Role': 'support' } });
  new SupportAppRole(new Stack(app, 'Stack'), 'Role');
  expect(findingsOf(app)).toEqual([]);
});

/** The rules that are acknowledged on the resources of a stack's handler. */
function acknowledgedRules(define: (stack: Stack) => void): string[] {
  const stack = new Stack(newApp(), 'Stack');
  define(stack);
  return ChannelsProvider.getOrCreate(stack).node.findAll().filter((construct) => CfnResource.isCfnResource(construct))
    .flatMap((resource) => resource.getMetadata('cdk_nag')?.rules_to_suppress ?? [])
    .map(({ id, applies_to: appliesTo }: { id: string; applies_to?: string[] }) => [id, ...appliesTo ?? []].join(' '));
}

test('what a user suppresses on the handler stands in the template, beside what is acknowledged', () => {
  const app = newApp();
  const stack = new Stack(app, 'Stack');
  const provider = new ChannelsProvider(stack, 'Provider');
  const suppression = { id: 'AwsSolutions-L1', reason: 'the runtime is another one here' };
  const handler = provider.node.defaultChild as lambda.CfnFunction;
  handler.addMetadata('cdk_nag', { rules_to_suppress: [...handler.getMetadata('cdk_nag').rules_to_suppress, suppression] });
  const [{ Metadata: metadata }] = Object.values(Template.fromStack(stack).findResources('AWS::Lambda::Function'));
  expect(metadata.cdk_nag.rules_to_suppress).toContainEqual(suppression);
  expect(metadata.cdk_nag.rules_to_suppress).toContainEqual(expect.objectContaining({ id: 'Serverless-LambdaDLQ' }));
  expect(findingsOf(app)).toEqual([]);
});

test('what an option answers is not acknowledged', () => {
  const ofOptions = (rules: string[]) => rules.filter((rule) => /-(Lambda(InsideVPC|DLQ|Concurrency|Tracing)|CloudWatchLogGroupEncrypted)$/.test(rule));
  expect(ofOptions(acknowledgedRules(() => undefined)).sort()).toEqual([
    'HIPAA.Security-CloudWatchLogGroupEncrypted',
    'HIPAA.Security-LambdaConcurrency',
    'HIPAA.Security-LambdaDLQ',
    'HIPAA.Security-LambdaInsideVPC',
    'NIST.800.53.R4-CloudWatchLogGroupEncrypted',
    'NIST.800.53.R4-LambdaInsideVPC',
    'NIST.800.53.R5-CloudWatchLogGroupEncrypted',
    'NIST.800.53.R5-LambdaConcurrency',
    'NIST.800.53.R5-LambdaDLQ',
    'NIST.800.53.R5-LambdaInsideVPC',
    'PCI.DSS.321-CloudWatchLogGroupEncrypted',
    'PCI.DSS.321-LambdaInsideVPC',
    'Serverless-LambdaDLQ',
    'Serverless-LambdaTracing',
  ]);
  expect(ofOptions(acknowledgedRules((stack) => new ChannelsProvider(stack, 'CdkSupportChannels', {
    vpc: new ec2.Vpc(stack, 'Vpc'),
    tracing: lambda.Tracing.ACTIVE,
    reservedConcurrentExecutions: 10,
    deadLetterQueue: new sqs.Queue(stack, 'Queue'),
    logGroupEncryption: new kms.Key(stack, 'Key'),
  })))).toEqual([]);
});

test('a wildcard is acknowledged only where the handler has one', () => {
  const rules = (define: (stack: Stack) => void) => acknowledgedRules(define).filter((rule) => rule.startsWith('AwsSolutions'));
  const workspaces = (stack: Stack) => [1, 2].map((index) => new SlackWorkspace(stack, `Workspace${index}`, { teamId: `T${index}` }));
  // Each handler may ask which stack holds a thing, whatever that stack is.
  const ofEachHandler = 'AwsSolutions-IAM5 Resource::*';
  expect(rules(() => undefined)).toEqual([ofEachHandler]);
  expect(rules(workspaces)).toEqual([ofEachHandler, 'AwsSolutions-IAM5 Resource::*']);
  expect(rules((stack) => new ChimeChannel(stack, 'Channel', {
    appInstanceArn: APP_INSTANCE_ARN, chimeBearer: `${APP_INSTANCE_ARN}/user/deployer`, channelName: 'On call',
  }))).toEqual([ofEachHandler, `AwsSolutions-IAM5 Resource::${APP_INSTANCE_ARN}/channel/*`]);
});
