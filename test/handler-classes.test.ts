import * as cdk from 'aws-cdk-lib';
import {
  Aspects,
  aws_iam as iam,
  aws_kms as kms,
  aws_lambda as lambda,
  aws_logs as logs,
  aws_sqs as sqs,
  CfnResource,
  type IAspect,
  type Stack,
  Tags,
} from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { newStack, onlyResource, resourcesOf } from './synthesis';
import { AccountAlias, ChannelsProvider, type ChannelsProviderProps } from '../src';

const FUNCTION = 'AWS::Lambda::Function';
const LOG_GROUP = 'AWS::Logs::LogGroup';
const ROLE = 'AWS::IAM::Role';
const POLICY = 'AWS::IAM::Policy';
const BOUNDARY_ARN = 'arn:aws:iam::111122223333:policy/boundary';
const KEY_ARN = 'arn:aws:kms:us-east-1:111122223333:key/5d1f1a7e-8c0b-4c53-9d7e-0f6f1c7a2b90';

/** A stack with one resource, and so with all that its handler is made of. */
function stackWithHandler(props?: ChannelsProviderProps): { stack: Stack; provider: ChannelsProvider } {
  const stack = newStack();
  const provider = new ChannelsProvider(stack, 'Provider', props);
  new AccountAlias(stack, 'Alias', { accountAlias: 'a', provider });
  return { stack, provider };
}

/** An aspect as organizations write them: it knows a resource by its class, and sets a property of that. */
function aspect(visit: (node: IConstruct) => void): IAspect {
  return { visit };
}

test('function, log group, role and policy of the handler are those of the classes of aws-cdk-lib', () => {
  const { provider } = stackWithHandler();
  const [handler, logGroup, role, policy] = ['Resource', 'LogGroup', 'Role', 'Policy'].map((id) => provider.node.findChild(id));
  expect(handler).toBeInstanceOf(lambda.CfnFunction);
  expect(logGroup).toBeInstanceOf(logs.CfnLogGroup);
  expect(role).toBeInstanceOf(iam.CfnRole);
  expect(policy).toBeInstanceOf(iam.CfnPolicy);
  expect(provider.node.defaultChild).toBe(handler);
});

test('what an aspect sets stands in the template', () => {
  const { stack } = stackWithHandler();
  Aspects.of(stack).add(aspect((node) => {
    if (node instanceof lambda.CfnFunction) {
      node.tracingConfig = { mode: 'Active' };
      node.reservedConcurrentExecutions = 5;
      node.kmsKeyArn = KEY_ARN;
    }
    if (node instanceof logs.CfnLogGroup) {
      node.retentionInDays = 365;
      node.kmsKeyId = KEY_ARN;
    }
    if (node instanceof iam.CfnRole) {
      node.path = '/services/';
      node.permissionsBoundary = BOUNDARY_ARN;
    }
    if (node instanceof iam.CfnPolicy) {
      node.policyName = 'Renamed';
    }
  }));
  expect(onlyResource(stack, FUNCTION).Properties).toMatchObject({
    TracingConfig: { Mode: 'Active' }, ReservedConcurrentExecutions: 5, KmsKeyArn: KEY_ARN,
  });
  expect(onlyResource(stack, LOG_GROUP).Properties).toEqual({ RetentionInDays: 365, KmsKeyId: KEY_ARN });
  expect(onlyResource(stack, ROLE).Properties).toMatchObject({ Path: '/services/', PermissionsBoundary: BOUNDARY_ARN });
  expect(onlyResource(stack, POLICY).Properties.PolicyName).toBe('Renamed');
});

test('an aspect reads what the handler has', () => {
  const { stack } = stackWithHandler({ tracing: lambda.Tracing.ACTIVE, reservedConcurrentExecutions: 2 });
  const seen: unknown[] = [];
  Aspects.of(stack).add(aspect((node) => {
    if (node instanceof lambda.CfnFunction) {
      seen.push(node.runtime, node.memorySize, node.timeout, node.tracingConfig, node.reservedConcurrentExecutions);
    }
    if (node instanceof logs.CfnLogGroup) {
      seen.push(node.retentionInDays);
    }
  }));
  onlyResource(stack, FUNCTION);
  expect(seen).toEqual([30, 'nodejs24.x', 256, 120, { mode: 'Active' }, 2]);
});

test('overrides of properties stand in the template', () => {
  const { stack, provider } = stackWithHandler();
  const child = (id: string) => provider.node.findChild(id) as CfnResource;
  child('Resource').addPropertyOverride('EphemeralStorage.Size', 1024);
  child('Resource').addPropertyOverride('LoggingConfig.LogFormat', 'JSON');
  child('Resource').addPropertyDeletionOverride('Description');
  child('LogGroup').addPropertyOverride('LogGroupClass', 'INFREQUENT_ACCESS');
  child('Role').addPropertyOverride('MaxSessionDuration', 7200);
  child('Policy').addPropertyOverride('PolicyDocument.Id', 'handler');
  const handler = onlyResource(stack, FUNCTION).Properties;
  expect(handler).toMatchObject({ EphemeralStorage: { Size: 1024 }, LoggingConfig: { LogFormat: 'JSON', LogGroup: { Ref: expect.any(String) } } });
  expect(handler).not.toHaveProperty('Description');
  expect(onlyResource(stack, LOG_GROUP).Properties.LogGroupClass).toBe('INFREQUENT_ACCESS');
  expect(onlyResource(stack, ROLE).Properties.MaxSessionDuration).toBe(7200);
  expect(onlyResource(stack, POLICY).Properties.PolicyDocument).toMatchObject({ Id: 'handler', Version: '2012-10-17' });
});

test('a proxy is told to the function beside what it is told anyway', () => {
  const stack = newStack();
  const provider = new ChannelsProvider(stack, 'Provider', { supportAppRegion: 'eu-west-1' });
  const handler = provider.node.defaultChild as lambda.CfnFunction;
  handler.addPropertyOverride('Environment.Variables.HTTPS_PROXY', 'http://proxy.example.com:3128');
  handler.addPropertyOverride('Environment.Variables.NODE_USE_ENV_PROXY', '1');
  expect(Object.keys(onlyResource(stack, 'AWS::Lambda::Function').Properties.Environment.Variables).sort())
    .toEqual(['HTTPS_PROXY', 'NODE_USE_ENV_PROXY', expect.stringMatching(/REGION$/u)]);
});

test('acknowledgements are written only where a release of the CDK reads them, and in no template', () => {
  const stack = newStack();
  new ChannelsProvider(stack, 'Provider');
  const types = stack.node.findAll().flatMap(({ node }) => node.metadata.map(({ type }) => type));
  expect(types.includes('aws:cdk:acknowledged-rules')).toBe('Validations' in cdk);
  expect(JSON.stringify(resourcesOf(stack))).not.toMatch(/cdk_nag|AwsSolutions|acknowledged/u);
});

test('a permissions boundary of the scope limits the role', () => {
  const { stack } = stackWithHandler();
  iam.PermissionsBoundary.of(stack).apply(iam.ManagedPolicy.fromManagedPolicyArn(stack, 'Boundary', BOUNDARY_ARN));
  expect(onlyResource(stack, ROLE).Properties.PermissionsBoundary).toBe(BOUNDARY_ARN);
});

test('tags of the stack, some of them for one type only, are on function, log group and role', () => {
  const { stack } = stackWithHandler();
  Tags.of(stack).add('team', 'support');
  Tags.of(stack).add('kind', 'log', { includeResourceTypes: [LOG_GROUP] });
  const team = { Key: 'team', Value: 'support' };
  expect(onlyResource(stack, FUNCTION).Properties.Tags).toEqual([team]);
  expect(onlyResource(stack, ROLE).Properties.Tags).toEqual([team]);
  expect(onlyResource(stack, LOG_GROUP).Properties.Tags).toEqual([{ Key: 'kind', Value: 'log' }, team]);
});

describe('tracing', () => {
  const STATEMENT = { Effect: 'Allow', Action: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], Resource: '*' };
  const statementsOf = (stack: Stack) => onlyResource(stack, ROLE).Properties.Policies[0].PolicyDocument.Statement;

  test.each([
    [lambda.Tracing.ACTIVE, { Mode: 'Active' }],
    [lambda.Tracing.PASS_THROUGH, { Mode: 'PassThrough' }],
  ])('%s is set, and allows the handler to write segments', (tracing, expected) => {
    const { stack } = stackWithHandler({ tracing });
    expect(onlyResource(stack, FUNCTION).Properties.TracingConfig).toEqual(expected);
    expect(statementsOf(stack)).toContainEqual(STATEMENT);
  });

  test.each([[lambda.Tracing.DISABLED], [undefined]])('%s neither sets nor allows anything', (tracing) => {
    const { stack } = stackWithHandler({ tracing });
    expect(onlyResource(stack, FUNCTION).Properties).not.toHaveProperty('TracingConfig');
    expect(statementsOf(stack)).not.toContainEqual(STATEMENT);
  });
});

test('reserved concurrent executions are reserved', () => {
  const { stack } = stackWithHandler({ reservedConcurrentExecutions: 1 });
  expect(onlyResource(stack, FUNCTION).Properties.ReservedConcurrentExecutions).toBe(1);
});

describe('a dead-letter queue', () => {
  test('takes events, and the handler may send to it only', () => {
    const { stack } = stackWithHandler({ deadLetterQueue: sqs.Queue.fromQueueArn(newStack(), 'Queue', 'arn:aws:sqs:us-east-1:111122223333:queue') });
    expect(onlyResource(stack, FUNCTION).Properties.DeadLetterConfig).toEqual({ TargetArn: 'arn:aws:sqs:us-east-1:111122223333:queue' });
    expect(onlyResource(stack, ROLE).Properties.Policies[0].PolicyDocument.Statement.filter(({ Action }: { Action: string }) => /sqs|kms/.test(Action)))
      .toEqual([{ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: 'arn:aws:sqs:us-east-1:111122223333:queue' }]);
  });

  test('that is encrypted with a key of the user\'s needs that, too', () => {
    const stack = newStack();
    const queue = new sqs.Queue(stack, 'Queue', { encryption: sqs.QueueEncryption.KMS });
    new ChannelsProvider(stack, 'Provider', { deadLetterQueue: queue });
    expect(onlyResource(stack, ROLE).Properties.Policies[0].PolicyDocument.Statement).toContainEqual({
      Effect: 'Allow', Action: ['kms:GenerateDataKey', 'kms:Decrypt'], Resource: { 'Fn::GetAtt': [expect.stringMatching(/^QueueKey/), 'Arn'] },
    });
  });
});

describe('a key of the log group', () => {
  test('encrypts it, and lets CloudWatch Logs use it for the log groups of the account', () => {
    const stack = newStack({ env: { account: '111122223333', region: 'us-east-1' } });
    new ChannelsProvider(stack, 'Provider', { logGroupEncryption: new kms.Key(stack, 'Key') });
    const key = onlyResource(stack, 'AWS::KMS::Key');
    expect(onlyResource(stack, LOG_GROUP).Properties.KmsKeyId).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] });
    expect(key.Properties.KeyPolicy.Statement[1]).toEqual({
      Effect: 'Allow',
      Principal: { Service: { 'Fn::Join': ['', ['logs.us-east-1.', { Ref: 'AWS::URLSuffix' }]] } },
      Action: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'],
      Resource: '*',
      Condition: {
        ArnLike: {
          'kms:EncryptionContext:aws:logs:arn': { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':logs:us-east-1:111122223333:log-group:*']] },
        },
      },
    });
  });

  test('may be one that is defined elsewhere', () => {
    const { stack } = stackWithHandler({ logGroupEncryption: kms.Key.fromKeyArn(newStack(), 'Key', KEY_ARN) });
    expect(onlyResource(stack, LOG_GROUP).Properties).toEqual({ RetentionInDays: 30, KmsKeyId: KEY_ARN });
  });
});
