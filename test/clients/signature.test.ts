import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { runInThisContext } from 'node:vm';
import { ChimeSDKMessagingClient } from '@aws-sdk/client-chime-sdk-messaging';
import aws4 = require('aws4');
import * as fc from 'fast-check';
import * as ts from 'typescript';
import { authorizationOf } from './wire';
import { Client, ClientConfig, defineClient, ServiceRequest } from '../../lambda/aws/client';
import { FACTS, specializeSigner } from '../../projenrc/handler-signer';
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

describe('aws4 as the bundle has it', () => {
  const source = readFileSync(createRequire(__filename).resolve('aws4'), 'utf8');
  const specialized = load(specializeSigner(source));

  type Signed = Pick<aws4.Request, 'headers'>;

  function load(text: string): { sign(request: aws4.Request): Signed } {
    const module = { exports: {} };
    const { outputText } = ts.transpileModule(text, { compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS } });
    // The environment of this test, in which the credentials are.
    const wrapper = runInThisContext(`(function (exports, require, process) {${outputText}})`) as (...parameters: unknown[]) => void;
    wrapper(module.exports, createRequire(__filename), process);
    return module.exports as { sign(request: aws4.Request): Signed };
  }

  /** As the handler asks for a signature: see the test of its only call. */
  function requestOf({ method = 'POST', path = '/', headers = {}, body = '' }: Partial<Omit<ServiceRequest, 'operation'>>, service = 'chime', region = 'eu-central-1') {
    const url = new URL(`https://service.${region}.amazonaws.com${path}`);
    return { method, host: url.host, path: url.pathname + url.search, headers: { ...headers, 'X-Amz-Date': '20260102T030405Z' }, body, service, region };
  }

  function expectEqual(...parameters: Parameters<typeof requestOf>): void {
    const original = aws4.sign(requestOf(...parameters));
    const { headers } = specialized.sign(requestOf(...parameters));
    expect(headers).toEqual(original.headers);
    expect(headers!.Authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=ASIAEXAMPLE\/20260102\/.*Signature=[0-9a-f]{64}$/);
  }

  test.each<[string, Partial<Omit<ServiceRequest, 'operation'>>]>([
    ['nothing but a path', {}],
    ['a body', { headers: JSON_TYPE, body: '{"accountAlias":"a b"}' }],
    ['a body that is not ASCII', { headers: JSON_TYPE, body: '{"Name":"Größe 😀 \u0085"}' }],
    ['a body of white space', { headers: JSON_TYPE, body: ' ' }],
    ['a header with white space', { headers: { 'X-Amz-Chime-Bearer': '  a   b\tc  ' } }],
    ['an ARN in the path', { method: 'DELETE', path: `/channels/${encodeURIComponent(ARN)}`, headers: { 'X-Amz-Chime-Bearer': ARN } }],
    ['%3A and %2F in the path', { path: '/channels/a%3Ab%2Fc%2525' }],
    ['characters in the path that URLs leave alone', { path: '/channels/a:b;c,d@e&f=g+h$i!j\'k(l)m*n~o' }],
    ['repeated slashes', { path: '//channels///a//' }],
    ['steps in the path', { path: '/a/./b/../c' }],
    ['a query', { path: '/tags?operation=tag-resource', headers: JSON_TYPE, body: '{}' }],
    ['a query that is not in order', { method: 'GET', path: '/channels?scope=moderated&next-token=x&max-results=5' }],
    ['a query of encoded characters', { method: 'GET', path: `/channels?next-token=${encodeURIComponent('a+b/c=&d e%20ü?😀*\'()!~')}&a=1` }],
    ['a query with spaces as plus signs', { method: 'GET', path: '/channels?a=b+c&d=%2B' }],
    ['a query with empty values and names', { method: 'GET', path: '/channels?scope=&next-token&=x&&a=1' }],
    ['a query that repeats a name', { method: 'GET', path: '/tags?tagKeys=b&tagKeys=a%2Fc&tagKeys=a&arn=1' }],
    ['an empty query', { method: 'GET', path: '/channels?' }],
  ])('%s is signed as aws4 does, with and without a session token', (_name, request) => {
    for (const sessionToken of [SESSION_TOKEN, undefined]) {
      useCredentials({ ...CREDENTIALS, sessionToken });
      expectEqual(request);
    }
  });

  test.each([['supportapp', 'us-east-1'], ['chime', 'us-east-1'], ['cloudformation', 'us-gov-west-1']])('%s in %s', (service, region) => {
    useCredentials({ ...CREDENTIALS, sessionToken: SESSION_TOKEN });
    expectEqual({ headers: JSON_TYPE, body: '{}' }, service, region);
  });

  test('any path, query and body', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 40 });
    fc.assert(fc.property(fc.array(text), fc.array(fc.tuple(text, text)), text, fc.boolean(), (path, query, body, isTemporary) => {
      useCredentials({ ...CREDENTIALS, sessionToken: isTemporary ? SESSION_TOKEN : undefined });
      const search = query.map((pair) => pair.map(encodeURIComponent).join('=')).join('&');
      expectEqual({ path: `/${path.map(encodeURIComponent).join('/')}${search && '?'}${search}`, headers: JSON_TYPE, body });
    }), { numRuns: 300 });
  });

  test('keys of other credentials are not used again', () => {
    useCredentials({ ...CREDENTIALS, sessionToken: SESSION_TOKEN });
    const before = specialized.sign(requestOf({})).headers!.Authorization;
    useCredentials({ ...CREDENTIALS, secretAccessKey: 'another', sessionToken: SESSION_TOKEN });
    expectEqual({});
    expect(specialized.sign(requestOf({})).headers!.Authorization).not.toBe(before);
  });

  describe('relies on the client', () => {
    const folder = join(__dirname, '..', '..', 'lambda', 'aws');
    const client = ts.createSourceFile('client.ts', readFileSync(join(folder, 'client.ts'), 'utf8'), ts.ScriptTarget.ES2022, true);

    function nodes<Node extends ts.Node>(is: (node: ts.Node) => node is Node): Node[] {
      const found: Node[] = [];
      const visit = (node: ts.Node): void => {
        if (is(node)) {
          found.push(node);
        }
        ts.forEachChild(node, visit);
      };
      visit(client);
      return found;
    }

    test('to give all that a request has, in one place', () => {
      const uses = nodes(ts.isPropertyAccessExpression).filter((node) => node.expression.getText() === 'aws4');
      expect(uses.map((node) => node.getText())).toEqual(['aws4.sign']);
      const { arguments: [request, ...others] } = uses[0].parent as ts.CallExpression;
      expect(others).toEqual([]);
      const members = new Map((request as ts.ObjectLiteralExpression).properties.map((property) => [property.name!.getText(), property.getText()]));
      expect([...members.keys()].sort()).toEqual(['body', 'headers', 'host', 'method', 'path', 'region', 'service']);
      expect(members.get('path')).toBe('path: url.pathname + url.search');
      expect(members.get('host')).toBe('host: url.host');
      expect(members.get('headers')!.replace(/\s+/g, ' ')).toMatch(/^headers: \{ \.\.\.request\.headers, 'X-Amz-Date': .*, \}$/);
      expect(client.text).toContain('const body = request.body ?? \'\';');
    });

    test('to read the headers only', () => {
      const [declaration] = nodes(ts.isVariableDeclaration).filter((node) => node.initializer?.getText().startsWith('aws4.sign('));
      const uses = nodes(ts.isIdentifier).filter((node) => node.text === declaration.name.getText() && node.parent !== declaration);
      expect(uses.map((node) => node.parent.getText())).toEqual(['signed.headers']);
    });

    test('to give no header that signers add or leave out', () => {
      const sources = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');
      const names = [
        'authorization', 'connection', 'x-amzn-trace-id', 'user-agent', 'expect', 'presigned-expires', 'range',
        'host', 'content-length', 'x-amz-security-token', 'x-amz-content-sha256', 'date',
      ];
      expect(names.filter((name) => new RegExp(`['"]${name}['"]: `, 'i').test(sources))).toEqual([]);
    });
  });

  describe('is refused in another text', () => {
    test.each(FACTS.flatMap(({ because, replace }) => replace.map(([text]) => [text, because])))('without %j', (text, because) => {
      const change = text.replace(/\w(?=\W*$)/, '$&X');
      expect(change).not.toBe(text);
      expect(() => specializeSigner(source.replace(text, () => change))).toThrow(because);
      expect(() => specializeSigner(`${source}\n/* ${text} */`)).toThrow(because);
    });

    test('with another export', () => {
      expect(() => specializeSigner(`${source}\naws4.presign = function() {}\n`)).toThrow('aws4 does not export as expected');
      expect(() => specializeSigner(source.replace('return new RequestSigner(request, credentials).sign()', 'return null'))).toThrow('aws4 does not export as expected');
    });

    test('with another use of its signer', () => {
      expect(() => specializeSigner(source.replace('return this.request\n', 'return this\n'))).toThrow('aws4 uses "this" in another way');
    });
  });
});
