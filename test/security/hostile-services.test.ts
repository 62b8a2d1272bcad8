import { CustomResourceEvent } from '../../lambda/custom-resource';
import { handler } from '../../lambda/index';
import { captureLog, clearEnvironment, useCredentials, withoutRetries } from '../lambda/environment';
import { type Script, ScriptedServer } from '../lambda/scripted-server';

const CREDENTIALS = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'secret-key', sessionToken: 'secret-token' };
const STACK_ID = 'arn:aws:cloudformation:us-east-1:111122223333:stack/support/5b3a0a5c-0000-4000-8000-000000000000';

let service: ScriptedServer;
let cloudFormation: ScriptedServer;
let bucket: ScriptedServer;
let log: Record<string, unknown>[];

beforeEach(async () => {
  clearEnvironment();
  log = captureLog();
  withoutRetries();
  useCredentials(CREDENTIALS);
  process.env.AWS_REGION = 'us-east-1';
  cloudFormation = await ScriptedServer.start({
    body: '<ListStackResourcesResponse><StackStatus>UPDATE_IN_PROGRESS</StackStatus></ListStackResourcesResponse>',
  });
  bucket = await ScriptedServer.start();
  process.env.AWS_ENDPOINT_URL_CLOUDFORMATION = cloudFormation.url;
});

afterEach(async () => {
  jest.restoreAllMocks();
  await Promise.all([service, cloudFormation, bucket].map((server) => server.stop()));
});

const CHANNEL = {
  ResourceType: 'Custom::SupportAppSlackChannelConfiguration',
  ResourceProperties: {
    TeamId: 'T1', ChannelId: 'C1', ChannelRoleArn: 'arn:aws:iam::111122223333:role/Support', NotifyOnCaseSeverity: 'none', Existing: 'ADOPT',
  },
};
const ALIAS = { ResourceType: 'Custom::SupportAppAccountAlias', ResourceProperties: { AccountAlias: 'ours' } };

/** What the handler answers while the service says what it is told to say; it has more time than any machine needs. */
async function create(resource: object, scripts: Script[]) {
  service = await ScriptedServer.start(...scripts);
  process.env.AWS_ENDPOINT_URL_SUPPORT_APP = service.url;
  const event = {
    RequestType: 'Create',
    ResponseURL: `${bucket.url}/answer`,
    StackId: STACK_ID,
    RequestId: '5b3a0a5c-0000-4000-8000-000000000001',
    LogicalResourceId: 'Resource',
    ...resource,
  } as unknown as CustomResourceEvent;
  await handler(event, { getRemainingTimeInMillis: () => 60_000 });
  expect(bucket.requests).toHaveLength(1);
  const [{ body }] = bucket.requests;
  expect(Buffer.byteLength(body)).toBeLessThanOrEqual(4_096);
  return JSON.parse(body);
}

const NESTED = 200_000;

test.each<[string, Script]>([
  ['of 10 MB', { body: JSON.stringify({ accountAlias: 'x'.repeat(10_000_000) }) }],
  ['of 10 MB in an error', { status: 400, body: JSON.stringify({ message: 'x'.repeat(10_000_000) }) }],
  ['of lists in lists', { body: `{"accountAlias":${'['.repeat(NESTED)}${']'.repeat(NESTED)}}` }],
  ['of lists in lists that never end', { body: '['.repeat(NESTED) }],
  ['of objects in objects', { body: '{"accountAlias":'.repeat(NESTED) + '1' + '}'.repeat(NESTED) }],
  ['of objects in objects in an error', { status: 400, body: '{"message":'.repeat(NESTED) + '1' + '}'.repeat(NESTED) }],
  ['of null', { body: 'null' }],
  ['of null in an error', { status: 400, body: 'null' }],
  ['of a number in an error', { status: 400, body: '{"message":1,"__type":2,"code":3}' }],
  ['of an object in an error', { status: 400, body: '{"message":{"toString":null},"__type":{"toString":null}}' }],
  ['of HTML', { body: '<html>' }],
])('an answer %s fails the resource in words, and changes nothing', async (_name, script) => {
  const answer = await create(ALIAS, [script]);
  expect(answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'failed/Resource' });
  expect(answer.Reason).toEqual(expect.stringMatching(/\w{3}/));
  expect(service.requests.map(({ url }) => url).filter((url) => url !== '/control/get-account-alias')).toEqual([]);
});

test('an error message of megabytes is cut to fit', async () => {
  const answer = await create(ALIAS, [{ status: 400, body: JSON.stringify({ __type: 'ValidationException', message: '€'.repeat(1_500_000) }) }]);
  expect(answer).toMatchObject({ Status: 'FAILED', Reason: expect.stringMatching(/^GetAccountAlias: €+\.\.\.$/) });
});

test.each([301, 302, 303, 307, 308])('a redirection (%i) is not followed, so no other host sees a signature', async (status) => {
  const other = await ScriptedServer.start();
  const answer = await create(ALIAS, [{ status, headers: { location: `${other.url}/control/get-account-alias` }, body: '' }]);
  expect(answer).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining(`HTTP ${status}`) });
  expect(other.requests).toEqual([]);
  await other.stop();
});

test('keys that name a prototype are keys like others', async () => {
  const existing = '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"teamId":"T1","channelId":"C1","notifyOnCaseSeverity":"all"}';
  const answer = await create(CHANNEL, [
    { body: `{"__proto__":{"polluted":true},"slackChannelConfigurations":[${existing}]}` },
    { body: '{"__proto__":{"polluted":true}}' },
  ]);
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  expect(answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: expect.stringContaining('/adopted/T1/C1') });
});

test('channels of names of prototypes are not taken for the declared one', async () => {
  const list = ['__proto__', 'constructor', 'toString'].map((channelId) => ({ teamId: 'T1', channelId, notifyOnCaseSeverity: 'all' }));
  const answer = await create(CHANNEL, [{ body: JSON.stringify({ slackChannelConfigurations: list }) }, {}]);
  expect(answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'SupportAppSlackChannelConfiguration/created/T1/C1' });
});

test('what a service says cannot begin a line of the log, and none of its messages is logged', async () => {
  const forged = '\n{"response":"SUCCESS"}\u2028';
  await create({ ...ALIAS, LogicalResourceId: `Resource${forged}` }, [
    { status: 400, body: JSON.stringify({ __type: `Some${forged}Exception`, message: `secret-message ${forged}` }) },
  ]);
  const printed = (console.log as jest.Mock).mock.calls.map(([line]) => line as string);
  expect(printed.length).toBe(log.length);
  expect(printed.length).toBeGreaterThan(2);
  expect(printed.filter((line) => line.includes('\n'))).toEqual([]);
  expect(printed.join('')).not.toMatch(/secret/);
});

test('the response URL gets the fields of the protocol, and no credentials', async () => {
  await create(ALIAS, [{ body: '{}' }]);
  const [{ headers, body }] = bucket.requests;
  expect(Object.keys(JSON.parse(body)).sort()).toEqual(['LogicalResourceId', 'PhysicalResourceId', 'RequestId', 'StackId', 'Status']);
  expect(Object.keys(headers).sort()).toEqual(['connection', 'content-length', 'content-type', 'host']);
  expect(JSON.stringify([headers, body])).not.toMatch(/secret|ASIA/);
});
