import { ChimeSDKMessagingClient } from '@aws-sdk/client-chime-sdk-messaging';
import * as fc from 'fast-check';
import { authorizationOf } from './wire';
import { Client, ClientConfig, defineClient, ServiceRequest } from '../../lambda/aws/client';
import { captureLog, clearEnvironment, invocation, useCredentials } from '../lambda/environment';
import { ReceivedRequest, ScriptedServer } from '../lambda/scripted-server';

const CREDENTIALS = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const SESSION_TOKEN = 'IQoJb3JpZ2luX2VjE//+==';

let server: ScriptedServer;

beforeEach(async () => {
  clearEnvironment();
  captureLog();
  server = await ScriptedServer.start();
  process.env.AWS_ENDPOINT_URL = server.url;
});

afterEach(async () => {
  jest.restoreAllMocks();
  await server.stop();
});

/** The signature that the official client's signer gives to a request as it arrived, with the same headers signed. */
async function officialSignature(request: ReceivedRequest, service: string, region: string, sessionToken?: string): Promise<string> {
  const sdk = new ChimeSDKMessagingClient({ region, credentials: { ...CREDENTIALS, sessionToken } });
  const signer = await sdk.config.signer({ name: 'sigv4', signingName: service, signingRegion: region, properties: {} });
  const { signedHeaders } = authorizationOf(request.headers.authorization!);
  const url = new URL(request.url, server.url);
  const date = String(request.headers['x-amz-date']).replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
  const signed = await signer.sign({
    protocol: url.protocol,
    hostname: url.hostname,
    port: Number(url.port),
    method: request.method,
    path: request.url.split('?')[0],
    query: Object.fromEntries([...new Set(url.searchParams.keys())].map((name) => [name, url.searchParams.getAll(name)])),
    headers: Object.fromEntries(signedHeaders.filter((name) => name !== 'x-amz-security-token').map((name) => [name, String(request.headers[name])])),
    body: request.body,
    // This signer adds a hash of the body as a header; the handler signs the same hash, as all do, without the header.
  }, { signingDate: new Date(date), unsignableHeaders: new Set(['x-amz-content-sha256']) });
  sdk.destroy();
  const official = authorizationOf(signed.headers.authorization);
  expect(official.signedHeaders).toEqual(signedHeaders);
  return official.signature;
}

async function compare(request: Omit<ServiceRequest, 'operation'>, { service = 'chime', region = 'eu-central-1', sessionToken = SESSION_TOKEN as string | undefined } = {}) {
  useCredentials({ ...CREDENTIALS, sessionToken });
  const TestClient: new (config: ClientConfig) => Client = defineClient(service, 'TEST', 'test');
  await new TestClient({ region, invocation: invocation() }).send({ operation: 'Test', ...request });
  const received = server.requests.at(-1)!;
  expect(received.method).toBe(request.method);
  expect(received.body).toBe(request.body ?? '');
  expect(received.headers['x-amz-security-token']).toBe(sessionToken);
  const { credential, signature } = authorizationOf(received.headers.authorization!);
  expect(credential).toBe(`ASIAEXAMPLE/${String(received.headers['x-amz-date']).slice(0, 8)}/${region}/${service}/aws4_request`);
  expect(signature).toBe(await officialSignature(received, service, region, sessionToken));
}

const JSON_TYPE = { 'Content-Type': 'application/json' };
const ARN = 'arn:aws:chime:eu-central-1:111122223333:app-instance/1/channel/a:b-c_d.e@f';

test.each<[string, Omit<ServiceRequest, 'operation'>]>([
  ['an empty body', { method: 'POST', path: '/control/get-account-alias' }],
  ['a body', { method: 'POST', path: '/control/put-account-alias', headers: JSON_TYPE, body: '{"accountAlias":"a b"}' }],
  ['a body that is not ASCII', { method: 'POST', path: '/channels', headers: JSON_TYPE, body: '{"Name":"Größe 😀 \u0085"}' }],
  ['an ARN in the path', { method: 'DELETE', path: `/channels/${encodeURIComponent(ARN)}`, headers: { 'X-Amz-Chime-Bearer': ARN } }],
  ['an ARN of characters that are encoded or not', { method: 'PUT', path: `/channels/${encodeURIComponent('a b%20+,=@~(!*\'1)ü😀')}` }],
  ['a query', { method: 'POST', path: '/tags?operation=tag-resource', headers: JSON_TYPE, body: '{}' }],
  ['a query that is not in order', { method: 'GET', path: '/channels?scope=moderated&next-token=x&max-results=5' }],
  ['a query of encoded characters', { method: 'GET', path: `/channels?scope=s&next-token=${encodeURIComponent('a+b/c=&d e%20ü?😀*\'()!~')}` }],
  ['a query with an empty value', { method: 'GET', path: '/channels?scope=&next-token=1' }],
  ['a form', { method: 'POST', path: '/', headers: { 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8' }, body: 'Action=A&StackName=arn%3Aaws' }],
])('%s is signed as the official signer does', async (_name, request) => {
  await compare(request);
});

test.each([
  ['supportapp', 'us-east-1'],
  ['chime', 'us-east-1'],
  ['cloudformation', 'ap-southeast-1'],
  ['cloudformation', 'us-gov-west-1'],
])('%s in %s is signed for its own scope', (service, region) => compare({ method: 'POST', path: '/', headers: JSON_TYPE, body: '{}' }, { service, region }));

test('long-lived credentials', () => compare({ method: 'POST', path: '/', headers: JSON_TYPE, body: '{}' }, { sessionToken: undefined }));

test('any path, query and body', async () => {
  await fc.assert(fc.asyncProperty(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), fc.string({ unit: 'grapheme', maxLength: 40 }), fc.string({ unit: 'grapheme', maxLength: 100 }),
    async (segment, value, body) => {
      // A segment of dots alone is a step in the path.
      fc.pre(!/^\.+$/.test(segment));
      await compare({ method: 'POST', path: `/channels/${encodeURIComponent(segment)}?next-token=${encodeURIComponent(value)}`, headers: JSON_TYPE, body: JSON.stringify({ body }) });
    },
  ), { numRuns: 150 });
});
