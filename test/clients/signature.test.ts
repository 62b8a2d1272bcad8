import { createRequire } from 'node:module';
import { ChimeSDKMessagingClient } from '@aws-sdk/client-chime-sdk-messaging';
import aws4 = require('aws4');
import * as fc from 'fast-check';
import * as signedRequests from './signed-requests.json';
import { authorizationOf } from './wire';
import { Client, ClientConfig, defineClient, ServiceRequest } from '../../lambda/aws/client';
import { sign } from '../../lambda/aws/signature';
import { captureLog, clearEnvironment, invocation, useCredentials } from '../lambda/environment';
import { ReceivedRequest, ScriptedServer } from '../lambda/scripted-server';

const CREDENTIALS = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const SESSION_TOKEN = 'IQoJb3JpZ2luX2VjE//+==';
const JSON_TYPE = { 'Content-Type': 'application/json' };

interface TestRequest {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
  /** Signatures that `botocore_signatures.py` made with botocore. */
  readonly botocore: { readonly temporary: string; readonly longLived: string };
}

const REQUESTS = Array.from<unknown>(signedRequests as ArrayLike<unknown>) as TestRequest[];

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

test.each(REQUESTS)('$name is signed as the official signer does', ({ method, path, headers, body }) => compare({ method, path, headers, body }));

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

describe('beside other signers, which sign the same request at the same time', () => {
  type Request = Pick<TestRequest, 'method' | 'path' | 'headers' | 'body'>;

  const DATE = '20260102T030405Z';
  const { Endpoint, HttpRequest, Signers } = createRequire(__filename)('aws-sdk') as OfficialSdk;

  interface OfficialSdk {
    readonly Endpoint: new (url: string) => object;
    readonly HttpRequest: new (endpoint: object, region: string) => OfficialRequest;
    readonly Signers: { readonly V4: new (request: OfficialRequest, service: string) => { addAuthorization(credentials: object, date: Date): void } };
  }

  interface OfficialRequest {
    method: string;
    path: string;
    body: string;
    headers: Record<string, string>;
  }

  /** A signer: given whose request it is, the value of the header `Authorization`. */
  type Signer = (request: Request, service: string, region: string, sessionToken?: string) => string;

  const urlOf = (path: string, region: string) => new URL(`https://service.${region}.amazonaws.com${path}`);

  const ours: Signer = ({ method, path, headers, body }, service, region, sessionToken) => {
    useCredentials({ ...CREDENTIALS, sessionToken });
    return sign({ method, url: urlOf(path, region), headers, body, service, region, date: DATE }).Authorization;
  };

  const SIGNERS: Record<string, Signer> = {
    'aws4': ({ method, path, headers, body }, service, region, sessionToken) => {
      const url = urlOf(path, region);
      return aws4.sign({ method, host: url.host, path: url.pathname + url.search, headers: { ...headers, 'X-Amz-Date': DATE }, body, service, region },
        { ...CREDENTIALS, sessionToken }).headers!.Authorization as string;
    },
    'the AWS SDK for JavaScript v2': ({ method, path, headers, body }, service, region, sessionToken) => {
      const url = urlOf(path, region);
      const request = new HttpRequest(new Endpoint(url.origin), region);
      delete request.headers['User-Agent'];
      Object.assign(request, { method, path: url.pathname + url.search, body });
      Object.assign(request.headers, headers, { Host: url.host });
      new Signers.V4(request, service).addAuthorization({ ...CREDENTIALS, sessionToken }, new Date('2026-01-02T03:04:05.678Z'));
      return request.headers.Authorization;
    },
  };

  /** The request as a signer takes it: aws4 signs the length of a body, and the SDK v2 signs neither length nor type. */
  function requestFor(signer: string, request: Request): Request {
    const { 'Content-Type': contentType, ...others } = request.headers;
    return signer === 'aws4'
      ? { ...request, headers: { ...request.headers, ...(request.body ? { 'Content-Length': String(Buffer.byteLength(request.body)) } : {}) } }
      : { ...request, path: request.path.replace(/\/+/g, '/'), headers: others };
  }

  function expectEqual(signer: string, request: Request, service = 'chime', region = 'eu-central-1'): void {
    const same = requestFor(signer, request);
    for (const sessionToken of [SESSION_TOKEN, undefined]) {
      const authorization = ours(same, service, region, sessionToken);
      expect(authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=ASIAEXAMPLE\/20260102\/.*Signature=[0-9a-f]{64}$/);
      expect(authorization).toBe(SIGNERS[signer](same, service, region, sessionToken));
    }
  }

  test.each(REQUESTS)('$name is signed as botocore does', ({ botocore, ...request }) => {
    expect(authorizationOf(ours(request, 'chime', 'eu-central-1', SESSION_TOKEN)).signature).toBe(botocore.temporary);
    expect(authorizationOf(ours(request, 'chime', 'eu-central-1')).signature).toBe(botocore.longLived);
  });

  describe.each(Object.keys(SIGNERS))('%s', (signer) => {
    test.each(REQUESTS)('$name', (request) => {
      expectEqual(signer, request);
    });

    test.each([['supportapp', 'us-east-1'], ['chime', 'us-east-1'], ['cloudformation', 'us-gov-west-1']])('%s in %s', (service, region) => {
      expectEqual(signer, { method: 'POST', path: '/', headers: JSON_TYPE, body: '{}' }, service, region);
    });

    test('any path, query and body', () => {
      const text = fc.string({ unit: 'grapheme', maxLength: 40 });
      // aws4 collects the names of a query in a plain object, which drops this one.
      const segment = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter((value) => value !== '__proto__');
      // The SDK v2 puts names in order before it encodes them: "{" after "-", although "%7B" comes before it.
      const name = signer === 'aws4' ? segment : fc.stringMatching(/^[A-Za-z]{1,9}$/);
      fc.assert(fc.property(fc.array(segment), fc.array(fc.tuple(name, text)), text, (path, query, body) => {
        const search = query.map((pair) => pair.map(encodeURIComponent).join('=')).join('&');
        expectEqual(signer, { method: 'POST', path: `/${path.map(encodeURIComponent).join('/')}${search && '?'}${search}`, headers: JSON_TYPE, body });
      }), { numRuns: 300 });
    });
  });

  test('credentials are read for each request', () => {
    const request = { method: 'POST', path: '/', headers: {}, body: '' };
    const before = ours(request, 'chime', 'eu-central-1');
    process.env.AWS_SECRET_ACCESS_KEY = 'another';
    const { Authorization: after } = sign({ ...request, url: urlOf('/', 'eu-central-1'), service: 'chime', region: 'eu-central-1', date: DATE });
    expect(after).not.toBe(before);
  });

  test('what is sent is what was signed, with the session token', () => {
    useCredentials({ ...CREDENTIALS, sessionToken: SESSION_TOKEN });
    const headers = { 'Content-Type': 'text/plain', 'X-Amz-Chime-Bearer': 'b' };
    expect(sign({ method: 'POST', url: urlOf('/', 'eu-central-1'), headers, body: '', service: 'chime', region: 'eu-central-1', date: DATE })).toEqual({
      'Authorization': expect.stringContaining('SignedHeaders=content-type;host;x-amz-chime-bearer;x-amz-date;x-amz-security-token,'),
      'Content-Type': 'text/plain',
      'Host': 'service.eu-central-1.amazonaws.com',
      'X-Amz-Chime-Bearer': 'b',
      'X-Amz-Date': DATE,
      'X-Amz-Security-Token': SESSION_TOKEN,
    });
  });
});
