import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import CloudFormation from 'aws-sdk/clients/cloudformation';
import { custom, templateOf } from './scripted-handler';
import { LocalCloudFormation } from '../../../local-aws/cloudformation/engine';
import { RESOURCE_TYPES } from '../../../local-aws/cloudformation/resource-types';
import type { PolicyDocument } from '../../../local-aws/identity';


const ACCOUNT = '111122223333';
const TEMPLATE = templateOf({ A: custom({ Id: '<a> & "b"' }), B: custom({}) }, {
  Outputs: { Out: { Value: { Ref: 'A' }, Export: { Name: 'exported' } } },
});
let engine: LocalCloudFormation;
let stackId: string;

beforeAll(async () => {
  process.env.AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE = '1';
  engine = await LocalCloudFormation.start({ resourceTypes: RESOURCE_TYPES });
  ({ stackId } = await engine.createStack({ stackName: 'described', template: TEMPLATE }));
});
afterAll(() => engine.stop());

interface ClientOptions {
  readonly policies?: PolicyDocument[];
  readonly accountId?: string;
  readonly secret?: string;
  readonly region?: string;
  readonly maxRetries?: number;
}

/** A client that knows nothing of this engine. */
function client(options: ClientOptions = {}): CloudFormation {
  const { policies, accountId = ACCOUNT, region = 'us-east-1', maxRetries = 0 } = options;
  const identity = engine.identities.issue({ accountId, principalArn: `arn:aws:iam::${accountId}:user/tester`, policies: policies && (() => policies) });
  return new CloudFormation({
    endpoint: engine.api.endpoint,
    region,
    maxRetries,
    credentials: { ...identity, secretAccessKey: options.secret ?? identity.secretAccessKey },
  });
}

const allow = (Resource: string): PolicyDocument[] =>
  [{ Statement: { Effect: 'Allow', Action: 'cloudformation:DescribeStackResources', Resource } }];

test('DescribeStackResources lists the resources, by name and by id', async () => {
  const { StackResources: resources } = await client().describeStackResources({ StackName: 'described' }).promise();

  expect(resources!.map(({ LogicalResourceId: id, ResourceType: type, ResourceStatus: status }) => `${id} ${type} ${status}`).sort()).toEqual([
    'A Custom::Scripted CREATE_COMPLETE', 'B Custom::Scripted CREATE_COMPLETE',
    'Handler AWS::Lambda::Function CREATE_COMPLETE', 'Role AWS::IAM::Role CREATE_COMPLETE',
  ]);
  expect(resources!.find(({ LogicalResourceId }) => LogicalResourceId === 'A')).toMatchObject({
    PhysicalResourceId: '<a> & "b"', StackName: 'described', StackId: stackId, Timestamp: expect.any(Date),
  });
  expect((await client().describeStackResources({ StackName: stackId }).promise()).StackResources).toEqual(resources);
});

test('one resource can be asked for', async () => {
  const { StackResources } = await client().describeStackResources({ StackName: 'described', LogicalResourceId: 'B' }).promise();
  expect(StackResources!.map(({ LogicalResourceId }) => LogicalResourceId)).toEqual(['B']);
  await expect(client().describeStackResources({ StackName: 'described', LogicalResourceId: 'Z' }).promise())
    .rejects.toMatchObject({ code: 'ValidationError', message: 'Resource Z does not exist for stack described' });
});

test('the stack that has a physical id answers, to whoever may ask it', async () => {
  const of = (PhysicalResourceId: string, options?: ClientOptions) => client(options).describeStackResources({ PhysicalResourceId }).promise();
  expect((await of('<a> & "b"')).StackResources!.map(({ StackId: id }) => id)).toEqual([stackId, stackId, stackId, stackId]);
  await expect(of('nobody has it')).rejects.toMatchObject({ code: 'ValidationError', message: 'Stack for nobody has it does not exist' });
  await expect(of('<a> & "b"', { region: 'eu-west-1' })).rejects.toMatchObject({ code: 'ValidationError' });
  await expect(of('<a> & "b"', { policies: [] })).rejects.toMatchObject({ code: 'AccessDenied' });
  await expect(client().describeStackResources({ StackName: 'described', PhysicalResourceId: 'a' }).promise()).rejects.toMatchObject({ code: 'ValidationError' });
});

test('a resource in creation has no physical id yet, and a deleted one stays listed', async () => {
  const describe = async () => (await client().describeStackResources({ StackName: 'changing', LogicalResourceId: 'A' }).promise()).StackResources![0];
  const gate = join(mkdtempSync(join(tmpdir(), 'api-test-')), 'gate');
  const creation = engine.createStack({ stackName: 'changing', template: templateOf({ A: custom({ Id: 'a', OnCreate: `hold:${gate}` }) }) });
  while (!engine.stack('changing')?.resource('A')) {
    await setTimeout(5);
  }
  const creating = await describe();
  writeFileSync(gate, '');
  await creation;
  rmSync(dirname(gate), { recursive: true });

  expect(creating).toMatchObject({ ResourceStatus: 'CREATE_IN_PROGRESS' });
  expect(creating).not.toHaveProperty('PhysicalResourceId');
  expect(await describe()).toMatchObject({ ResourceStatus: 'CREATE_COMPLETE', PhysicalResourceId: 'a' });
  await engine.updateStack({ stackName: 'changing', template: templateOf({ B: custom({}) }) });
  expect(await describe()).toMatchObject({ ResourceStatus: 'DELETE_COMPLETE', PhysicalResourceId: 'a' });
});

test('ListStackResources lists all of them, page by page', async () => {
  const groups = Object.fromEntries(Array.from({ length: 130 }, (_item, index) => [`G${index}`, { Type: 'AWS::Logs::LogGroup' }]));
  await engine.createStack({ stackName: 'many', template: { Resources: groups } });
  const first = await client().listStackResources({ StackName: 'many' }).promise();
  const second = await client().listStackResources({ StackName: 'many', NextToken: first.NextToken }).promise();

  const listed = [...first.StackResourceSummaries!, ...second.StackResourceSummaries!];
  expect(first.StackResourceSummaries).toHaveLength(100);
  expect(second.NextToken).toBeUndefined();
  expect(listed.map(({ LogicalResourceId }) => LogicalResourceId).sort()).toEqual(Object.keys(groups).sort());
  expect(listed[0]).toMatchObject({ ResourceType: 'AWS::Logs::LogGroup', ResourceStatus: 'CREATE_COMPLETE', PhysicalResourceId: expect.any(String) });
  expect((await client().describeStackResources({ StackName: 'many' }).promise()).StackResources).toHaveLength(100);
  await expect(client().listStackResources({ StackName: 'many', NextToken: 'x' }).promise()).rejects.toMatchObject({ code: 'ValidationError' });
  await expect(client({ policies: [] }).listStackResources({ StackName: 'many' }).promise()).rejects.toMatchObject({ code: 'AccessDenied' });
});

test('DescribeStacks tells the status, times and outputs', async () => {
  const { Stacks } = await client().describeStacks({ StackName: 'described' }).promise();
  expect(Stacks).toMatchObject([{
    StackName: 'described',
    StackId: stackId,
    StackStatus: 'CREATE_COMPLETE',
    CreationTime: expect.any(Date),
    Outputs: [{ OutputKey: 'Out', OutputValue: '<a> & "b"', ExportName: 'exported' }],
  }]);
  expect((await client().describeStacks().promise()).Stacks!.map(({ StackName }) => StackName)).toContain('described');
});

test('a deleted stack is found by its id only', async () => {
  const { stackId: id } = await engine.createStack({ stackName: 'gone', template: templateOf({ A: custom({}) }) });
  await engine.deleteStack({ stackName: 'gone' });

  await expect(client().describeStacks({ StackName: 'gone' }).promise()).rejects.toMatchObject({ code: 'ValidationError', message: 'Stack with id gone does not exist' });
  expect((await client().describeStacks({ StackName: id }).promise()).Stacks).toMatchObject([{ StackStatus: 'DELETE_COMPLETE' }]);
  const { StackResources } = await client().describeStackResources({ StackName: id }).promise();
  expect(new Set(StackResources!.map(({ ResourceStatus }) => ResourceStatus))).toEqual(new Set(['DELETE_COMPLETE']));
});

test.each([
  ['an unknown stack', {}, { StackName: 'none' }],
  ['a stack of another account', { accountId: '222233334444' }, { StackName: 'described' }],
  ['a stack of another Region', { region: 'eu-west-1' }, { StackName: 'described' }],
])('%s does not exist', async (_what, options, parameters) => {
  await expect(client(options).describeStackResources(parameters).promise())
    .rejects.toMatchObject({ code: 'ValidationError', statusCode: 400, message: `Stack with id ${parameters.StackName} does not exist` });
});

test('the policies of the caller decide, by the ARN of the stack', async () => {
  const describe = (policies: PolicyDocument[]) => client({ policies }).describeStackResources({ StackName: 'described' }).promise();

  await expect(describe(allow(stackId))).resolves.toBeDefined();
  await expect(describe(allow('arn:aws:cloudformation:us-east-1:111122223333:stack/described/*'))).resolves.toBeDefined();
  await expect(describe(allow('arn:aws:cloudformation:us-east-1:111122223333:stack/other/*'))).rejects.toMatchObject({
    code: 'AccessDenied',
    statusCode: 403,
    message: `User: arn:aws:iam::111122223333:user/tester is not authorized to perform: cloudformation:DescribeStackResources on resource: ${stackId} because no identity-based policy allows the cloudformation:DescribeStackResources action`,
  });
  await expect(describe([])).rejects.toMatchObject({ code: 'AccessDenied' });
});

test('the signature is verified', async () => {
  await expect(client({ secret: 'wrong' }).describeStacks().promise()).rejects.toMatchObject({ statusCode: 403, code: 'InvalidSignature' });
});

test('unknown actions are refused', async () => {
  await expect(client().listStacks().promise()).rejects.toMatchObject({ code: 'InvalidAction' });
});

test('throttling and failures can be injected, and a client that retries gets through', async () => {
  engine.api.inject({ kind: 'throttle' });
  await expect(client().describeStacks().promise()).rejects.toMatchObject({ code: 'Throttling', message: 'Rate exceeded', statusCode: 400 });
  engine.api.inject({ kind: 'status', statusCode: 503 });
  engine.api.inject({ kind: 'reset' });
  const before = engine.api.requests.length;
  await client({ maxRetries: 3 }).describeStacks({ StackName: 'described' }).promise();
  expect(engine.api.requests.slice(before).map(({ statusCode }) => statusCode)).toEqual([503, 0, 200]);
});

test('a function reads its own stack with the credentials of its role', async () => {
  const aws4 = require.resolve('aws4');
  const template = templateOf({ A: custom({ OnCreate: 'succeed' }) }) as any;
  template.Resources.Role.Properties.Policies = [{
    PolicyName: 'read', PolicyDocument: { Statement: [{ Effect: 'Allow', Action: 'cloudformation:DescribeStackResources', Resource: { Ref: 'AWS::StackId' } }] },
  }];
  template.Resources.Handler.Properties.Code.ZipFile = `
    const aws4 = require(${JSON.stringify(aws4)});
    exports.handler = async (event) => {
      const url = new URL(process.env.AWS_ENDPOINT_URL_CLOUDFORMATION);
      const body = new URLSearchParams({ Action: 'DescribeStackResources', Version: '2010-05-15', StackName: event.StackId }).toString();
      const signed = aws4.sign({ host: url.host, path: '/', method: 'POST', service: 'cloudformation', region: process.env.AWS_REGION, body,
        headers: { 'content-type': 'application/x-www-form-urlencoded' } }, {
        accessKeyId: process.env.AWS_ACCESS_KEY_ID, secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY, sessionToken: process.env.AWS_SESSION_TOKEN });
      const xml = await (await fetch(url, { method: 'POST', headers: signed.headers, body })).text();
      const answer = JSON.stringify({ Status: 'SUCCESS', PhysicalResourceId: 'x', StackId: event.StackId, RequestId: event.RequestId,
        LogicalResourceId: event.LogicalResourceId, Data: { Ids: [...xml.matchAll(/<LogicalResourceId>(\\w+)/g)].map(([, id]) => id).sort().join() } });
      const http = require('node:http');
      await new Promise((resolve) => http.request(event.ResponseURL, { method: 'PUT', headers: { 'content-length': answer.length } }, resolve).end(answer));
    };`;
  expect((await engine.createStack({ stackName: 'self', template })).status).toBe('CREATE_COMPLETE');
  expect(engine.stack('self')!.getAtt('A', 'Ids')).toBe('A,Handler,Role');
});
