import https from 'node:https';
import { ChimeSDKMessagingClient as OfficialChimeClient } from '@aws-sdk/client-chime-sdk-messaging';
import OfficialSupportApp from 'aws-sdk/clients/supportapp';
import { ChimeSDKMessagingClient } from '../../../lambda/aws/chime-sdk-messaging';
import * as client from '../../../lambda/aws/client';
import { CloudFormationClient } from '../../../lambda/aws/cloudformation';
import { PutAccountAliasCommand, SupportAppClient } from '../../../lambda/aws/support-app';
import { Invocation } from '../../../lambda/invocation';
import { CHIME_MESSAGING_REGIONS, SUPPORT_APP_REGIONS } from '../../../src/constraints';
import { captureLog, clearEnvironment, endInvocations, invocation, useCredentials, withoutRetries, withoutWaits } from '../environment';
import { Script, ScriptedServer } from '../scripted-server';

const CREDENTIALS = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'secret-key', sessionToken: 'session-token' };

let server: ScriptedServer | undefined;
let log: Record<string, unknown>[];

beforeEach(() => {
  clearEnvironment();
  useCredentials(CREDENTIALS);
  log = captureLog();
  withoutWaits();
});

afterEach(async () => {
  endInvocations();
  jest.restoreAllMocks();
  await server?.stop();
  server = undefined;
});

async function start(...scripts: Script[]) {
  server = await ScriptedServer.start(...scripts);
  process.env.AWS_ENDPOINT_URL = server.url;
}

function put(change: Partial<Invocation> = {}, region = 'us-east-1'): Promise<object> {
  return new SupportAppClient({ region, invocation: invocation(change) }).send(new PutAccountAliasCommand({ accountAlias: 'sensitive-alias' }));
}

async function failureOf(call: Promise<unknown>): Promise<client.ServiceError> {
  const error: unknown = await call.then(() => new Error('the call succeeded'), (reason) => reason);
  expect(error).toBeInstanceOf(client.ServiceError);
  return error as client.ServiceError;
}

function refusal(status: number, name?: string, headers: Record<string, string> = {}): Script {
  return { status, headers: { ...(name && { 'x-amzn-errortype': name }), ...headers }, body: '{"message":"m"}' };
}

describe('which failures are tried again', () => {
  test.each<[string, Script]>([
    ['429', refusal(429)],
    ['429 with a name of a client\'s mistake', refusal(429, 'ValidationException')],
    ['429 ThrottledClientException', refusal(429, 'ThrottledClientException')],
    ['400 ThrottlingException', refusal(400, 'ThrottlingException')],
    ['400 Throttling', refusal(400, 'Throttling')],
    ['400 TooManyRequestsException', refusal(400, 'TooManyRequestsException')],
    ['400 RequestLimitExceeded', refusal(400, 'RequestLimitExceeded')],
    ['500 InternalServerException', refusal(500, 'InternalServerException')],
    ['500 ServiceFailureException', refusal(500, 'ServiceFailureException')],
    ['502 with a page', { status: 502, body: '<html></html>' }],
    ['503', refusal(503)],
    ['504 without a body', { status: 504, body: '' }],
    ['500 with the name of a client\'s mistake', refusal(500, 'ValidationException')],
    ['200 with a body that is no JSON', { body: '{"accountAlias":' }],
    ['200 with a page', { body: '<html></html>' }],
    ['a reset', 'reset'],
    ['a connection that closes', 'close'],
    ['half an answer', 'cut'],
  ])('%s: yes', async (_name, script) => {
    await start(script, script, { body: '{"fine":true}' });
    expect(await put()).toEqual({ fine: true });
    expect(server!.requests).toHaveLength(3);
    expect(new Set(server!.requests.map(({ body }) => body)).size).toBe(1);
    expect(log.map(({ attempts }) => attempts)).toEqual([1, 2, 3]);
  });

  test.each<[number, string]>([
    [400, 'ValidationException'],
    [400, 'BadRequestException'],
    [400, 'ResourceLimitExceededException'],
    [401, 'UnauthorizedClientException'],
    [402, 'ServiceQuotaExceededException'],
    [403, 'ForbiddenException'],
    [403, 'AccessDeniedException'],
    [403, 'UnrecognizedClientException'],
    [403, 'InvalidSignatureException'],
    [403, 'ExpiredTokenException'],
    [404, 'ResourceNotFoundException'],
    [409, 'ConflictException'],
    [301, 'PermanentRedirect'],
    [418, 'Teapot'],
  ])('%i %s: no', async (status, name) => {
    await start(refusal(status, name), {});
    expect(await failureOf(put())).toMatchObject({ name, message: 'm', operation: 'PutAccountAlias', mayHaveSucceeded: false });
    expect(server!.requests).toHaveLength(1);
    expect(log).toEqual([{ operation: 'PutAccountAlias', statusCode: status, attempts: 1, error: name }]);
  });

  /** An answer with a message of its own. */
  const denial = (status: number, name: string, message: string): Script => ({ status, headers: { 'x-amzn-errortype': name }, body: JSON.stringify({ message }) });

  test.each<[string, Script]>([
    ['AccessDeniedException', refusal(403, 'AccessDeniedException')],
    ['AccessDenied', refusal(403, 'AccessDenied')],
    ['UnauthorizedClientException', refusal(401, 'UnauthorizedClientException')],
    ['ForbiddenException of a missing permission', denial(403, 'ForbiddenException', 'AWS authorization failed')],
    ['ForbiddenException in IAM\'s words', denial(403, 'ForbiddenException', 'User: arn:aws:sts::1:x\nis not authorized to perform: chime:CreateChannel')],
    ['a role that is not valid', denial(400, 'ValidationException', 'The role is not valid.')],
  ])('a denied call is, as long as permissions may still spread: %s', async (_name, denied) => {
    await start(denied, denied, {});
    await expect(put({ propagationDeadline: Date.now() + 60_000 })).resolves.toEqual({});
    expect(server!.requests).toHaveLength(3);
  });

  test('a ForbiddenException in other words is not: the channel is not there, or the bearer may not see it', async () => {
    await start(denial(403, 'ForbiddenException', 'The client is permanently forbidden from making the request.'), {});
    expect(await failureOf(put({ propagationDeadline: Date.now() + 60_000 }))).toMatchObject({ name: 'ForbiddenException' });
    expect(server!.requests).toHaveLength(1);
  });

  test('a denied call is not, when the next try comes after permissions have spread', async () => {
    jest.spyOn(Math, 'random').mockReturnValue(1);
    await start(refusal(403, 'AccessDeniedException'), {});
    const propagationDeadline = Date.now() + 399;
    expect(await failureOf(put({ propagationDeadline }))).toMatchObject({ name: 'AccessDeniedException' });
    expect(server!.requests).toHaveLength(1);
  });
});

describe('whether a failed call may have been carried out', () => {
  test.each<[string, Script[], boolean]>([
    ['refused', [refusal(409, 'ConflictException')], false],
    ['throttled, then refused', [refusal(429), refusal(409, 'ConflictException')], false],
    ['throttled by a server that is busy, then refused', [refusal(503, 'ThrottlingException'), refusal(409, 'ConflictException')], false],
    ['denied', [refusal(403, 'AccessDeniedException')], false],
    ['a server error, then refused', [refusal(500), refusal(409, 'ConflictException')], true],
    ['a reset, then refused', ['reset', refusal(409, 'ConflictException')], true],
    ['an answer that cannot be read, then refused', ['cut', refusal(400, 'ValidationException')], true],
    ['a reset, then throttled, then refused', ['reset', refusal(429), refusal(400, 'ValidationException')], true],
  ])('%s: %s', async (_name, scripts, expected) => {
    await start(...scripts);
    const { mayHaveSucceeded, tries } = await failureOf(put());
    expect(mayHaveSucceeded).toBe(expected);
    expect(tries).toContain(`tries: ${scripts.length},`);
  });
});

describe('a service that cannot be reached', () => {
  const failWith = (error: Error) => {
    withoutRetries();
    process.env.AWS_ENDPOINT_URL = 'https://service.test';
    jest.spyOn(https, 'request').mockImplementation(() => {
      throw error;
    });
    return failureOf(put());
  };
  const refused = (address: string) => Object.assign(new Error(`connect ECONNREFUSED ${address}:443`), { code: 'ECONNREFUSED' });

  test.each<[string, Error, string]>([
    ['at one address', refused('192.0.2.1'), 'connect ECONNREFUSED 192.0.2.1:443'],
    ['at any of its addresses', Object.assign(new AggregateError([refused('192.0.2.1'), refused('192.0.2.2')]), { code: 'ECONNREFUSED' }),
      'connect ECONNREFUSED 192.0.2.1:443, connect ECONNREFUSED 192.0.2.2:443'],
    ['for a reason of which the code alone is known', Object.assign(new AggregateError([]), { code: 'ETIMEDOUT' }), 'ETIMEDOUT'],
    ['for no known reason', new AggregateError([]), 'no connection'],
  ])('%s has the cause in its error', async (_name, error, message) => {
    expect(await failWith(error)).toMatchObject({ name: 'ConnectionError', message });
  });
});

describe('time', () => {
  test('no try begins that would end after the deadline', async () => {
    withoutRetries();
    await start(refusal(500, 'InternalServerException'), {});
    expect(await failureOf(put())).toMatchObject({ name: 'InternalServerException', mayHaveSucceeded: true });
    expect(server!.requests).toHaveLength(1);
  });

  test('a request that gets no answer ends at the deadline', async () => {
    await start('hang');
    expect(await failureOf(put({ deadline: Date.now() + 300 })))
      .toMatchObject({ name: 'ConnectionError', message: expect.stringMatching(/^no answer within \d+ ms$/), mayHaveSucceeded: true });
  });

  test('Retry-After is kept to', async () => {
    await start(refusal(429, 'ThrottlingException', { 'retry-after': '7' }), {});
    const waits: unknown[] = [];
    const realTimeout = setTimeout;
    jest.spyOn(global, 'setTimeout').mockImplementation(((callback: () => void, milliseconds: number) => {
      waits.push(milliseconds);
      return realTimeout(callback, milliseconds === 7_000 ? 0 : milliseconds);
    }) as typeof setTimeout);
    await put();
    expect(waits).toContain(7_000);
    expect(server!.requests).toHaveLength(2);
  });

  test('a Retry-After beyond the deadline ends the call at once', async () => {
    await start(refusal(429, 'ThrottlingException', { 'retry-after': '61' }), {});
    expect(await failureOf(put())).toMatchObject({ name: 'ThrottlingException' });
    expect(server!.requests).toHaveLength(1);
  });

  test.each(['soon', '-5', '0', ''])('a Retry-After of "%s" is none', async (value) => {
    await start(refusal(503, undefined, { 'retry-after': value }), {});
    await put();
    expect(server!.requests).toHaveLength(2);
  });

  test('an invocation that ends takes its requests with it', async () => {
    await start('hang');
    const controller = new AbortController();
    const arrived = server!.arrival();
    const call = expect(put({ signal: controller.signal })).rejects.toMatchObject({ name: 'AbortError' });
    await arrived;
    controller.abort();
    await call;
  });

  test('and its waits', async () => {
    jest.spyOn(Math, 'random').mockReturnValue(100);
    await start(refusal(500));
    const controller = new AbortController();
    const call = expect(put({ signal: controller.signal })).rejects.toMatchObject({ name: 'AbortError' });
    while (log.length === 0) {
      await new Promise(setImmediate);
    }
    controller.abort();
    await call;
    expect(server!.requests).toHaveLength(1);
  });
});

describe('clock', () => {
  /** Modules with a clock of their own, which no other test has set. */
  function freshClient(): Promise<{ put: (change?: Partial<Invocation>) => Promise<object> }> {
    return new Promise((resolve) => jest.isolateModules(() => {
      const modules = jest.requireActual<typeof import('../../../lambda/aws/support-app')>('../../../lambda/aws/support-app');
      resolve({
        put: (change) => new modules.SupportAppClient({ region: 'us-east-1', invocation: invocation(change) })
          .send(new modules.PutAccountAliasCommand({ accountAlias: 'a' })),
      });
    }));
  }

  function skewed(name: string, milliseconds: number): Script {
    return refusal(403, name, { date: new Date(Date.now() + milliseconds).toUTCString() });
  }

  function signedAt(index: number): number {
    return Date.parse(String(server!.requests[index].headers['x-amz-date']).replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  }

  test.each(['InvalidSignatureException', 'SignatureDoesNotMatch', 'RequestTimeTooSkewed', 'RequestExpired', 'RequestInTheFuture'])(
    '%s of a service whose clock is an hour ahead: the next try has its time', async (name) => {
      await start(skewed(name, 3_600_000), {});
      await (await freshClient()).put();
      expect(server!.requests).toHaveLength(2);
      expect(Math.round((signedAt(1) - signedAt(0)) / 60_000)).toBe(60);
    });

  test('what was learned holds for the next call', async () => {
    await start(skewed('InvalidSignatureException', -7_200_000), {});
    const fresh = await freshClient();
    await fresh.put();
    await fresh.put();
    expect(server!.requests).toHaveLength(3);
    expect(Math.round((signedAt(2) - signedAt(0)) / 60_000)).toBe(-120);
  });

  test('it is corrected each time that the service has another one', async () => {
    await start(skewed('InvalidSignatureException', 3_600_000), skewed('InvalidSignatureException', 7_200_000), {});
    await (await freshClient()).put();
    expect(server!.requests).toHaveLength(3);
    expect([1, 2].map((index) => Math.round((signedAt(index) - signedAt(0)) / 60_000))).toEqual([60, 120]);
  });

  test('a signature that is refused at the service\'s own time is refused for good', async () => {
    await start(skewed('InvalidSignatureException', 3_600_000), skewed('InvalidSignatureException', 3_600_000), {});
    await expect((await freshClient()).put()).rejects.toMatchObject({ name: 'InvalidSignatureException' });
    expect(server!.requests).toHaveLength(2);
  });

  test('a clock that never stands still does not outlast the deadline', async () => {
    jest.spyOn(Math, 'random').mockReturnValue(1);
    await start(skewed('InvalidSignatureException', 3_600_000), skewed('InvalidSignatureException', 7_200_000), {});
    // The first wait is one of 400 ms, which no call may begin.
    await expect((await freshClient()).put({ deadline: Date.now() + 399 })).rejects.toMatchObject({ tries: expect.stringMatching(/^tries: 1,/) });
    expect(server!.requests).toHaveLength(1);
  });

  test('a clock that is right is no reason for another try', async () => {
    await start(skewed('InvalidSignatureException', 30_000));
    await expect((await freshClient()).put()).rejects.toMatchObject({ name: 'InvalidSignatureException' });
    expect(server!.requests).toHaveLength(1);
  });

  test('a clock that was off and is right again is found out', async () => {
    await start(skewed('InvalidSignatureException', 3_600_000), {}, skewed('InvalidSignatureException', 0), {});
    const fresh = await freshClient();
    await fresh.put();
    await fresh.put();
    expect(server!.requests).toHaveLength(4);
    expect(Math.abs(signedAt(3) - signedAt(0))).toBeLessThan(60_000);
  });

  test('another error than of the signature leaves the clock alone', async () => {
    await start(refusal(400, 'ValidationException', { date: new Date(0).toUTCString() }));
    await expect((await freshClient()).put()).rejects.toMatchObject({ name: 'ValidationException' });
    expect(server!.requests).toHaveLength(1);
  });
});

describe('errors as services write them', () => {
  test.each<[string, Script, { name: string; message: string }]>([
    ['header', { status: 409, headers: { 'x-amzn-errortype': 'ConflictException' }, body: '{"message":"m"}' }, { name: 'ConflictException', message: 'm' }],
    ['header with a location', { status: 409, headers: { 'x-amzn-errortype': 'ConflictException:http://internal.amazon.com/coral/com.amazon' }, body: '{"message":"m"}' },
      { name: 'ConflictException', message: 'm' }],
    ['header with a namespace', { status: 409, headers: { 'x-amzn-errortype': 'aws.protocoltests#ConflictException:http://x/y' }, body: '{}' },
      { name: 'ConflictException', message: 'HTTP status 409' }],
    ['code in the body', { status: 409, body: '{"code":"ConflictException","message":"m"}' }, { name: 'ConflictException', message: 'm' }],
    ['type in the body', { status: 409, body: '{"__type":"com.amazonaws.supportapp#ConflictException","Message":"M"}' }, { name: 'ConflictException', message: 'M' }],
    ['header before body', { status: 409, headers: { 'x-amzn-errortype': 'A' }, body: '{"code":"B","Code":"C","__type":"D","message":"m"}' }, { name: 'A', message: 'm' }],
    ['Chime\'s sub-code', { status: 403, headers: { 'x-amzn-errortype': 'ForbiddenException' }, body: '{"Code":"Forbidden","Message":"M"}' },
      { name: 'ForbiddenException', message: 'M' }],
    ['an empty message', { status: 400, headers: { 'x-amzn-errortype': 'A' }, body: '{"message":""}' }, { name: 'A', message: '' }],
    ['a page', { status: 413, body: '<html>413</html>' }, { name: 'HTTP 413', message: 'HTTP status 413' }],
    ['nothing', { status: 404, body: '' }, { name: 'HTTP 404', message: 'HTTP status 404' }],
    ['null', { status: 404, body: 'null' }, { name: 'HTTP 404', message: 'HTTP status 404' }],
    ['a text', { status: 404, body: '"text"' }, { name: 'HTTP 404', message: 'HTTP status 404' }],
  ])('%s', async (_name, script, expected) => {
    await start(script);
    expect(await failureOf(put())).toMatchObject(expected);
  });

  test('the id that the service gave to the last try is in the error', async () => {
    await start(refusal(500, 'A', { 'x-amzn-requestid': 'one' }), refusal(400, 'B', { 'x-amzn-requestid': 'two' }));
    expect(await failureOf(put())).toMatchObject({ name: 'B', tries: 'tries: 2, request id: two' });
  });

  test('an answer without a body is an empty one', async () => {
    await start({ status: 204, body: '' });
    await expect(put()).resolves.toEqual({});
  });

  test('isServiceError tells them by name', () => {
    const error = new client.ServiceError('AException', 'm', 'O', '', false);
    expect(client.isServiceError(error, 'B', 'A')).toBe(true);
    expect(client.isServiceError(error, 'B')).toBe(false);
    expect(client.isServiceError(new client.ServiceError('A', 'm', 'O', '', false), 'A')).toBe(false);
    expect(client.isServiceError(Object.assign(new Error(), { name: 'AException' }), 'A')).toBe(false);
    expect(client.isServiceError(undefined, 'A')).toBe(false);
  });
});

describe('log', () => {
  test('has names and numbers only', async () => {
    await start({ status: 400, headers: { 'x-amzn-errortype': 'ValidationException' }, body: '{"message":"sensitive-alias is bad"}' });
    const error = await failureOf(put());
    expect(error.message).toBe('sensitive-alias is bad');
    expect(log).toEqual([{ operation: 'PutAccountAlias', statusCode: 400, attempts: 1, error: 'ValidationException' }]);
    expect(JSON.stringify(log)).not.toMatch(/sensitive|secret|session|ASIA|127\.0/);
  });
});

describe('endpoints', () => {
  const CLIENTS = [
    ['SUPPORT_APP', SupportAppClient, '{}'],
    ['CHIME_SDK_MESSAGING', ChimeSDKMessagingClient, '{}'],
    ['CLOUDFORMATION', CloudFormationClient, '<AnyResponse></AnyResponse>'],
  ] as const;

  /** The URL that a client would send a request to. */
  async function urlOf(ClientClass: typeof SupportAppClient, region: string): Promise<string> {
    withoutRetries();
    const request = jest.spyOn(https, 'request').mockImplementation(() => {
      throw new Error('not sent');
    });
    const sent = new ClientClass({ region, invocation: invocation() }).send({ operation: 'Any', method: 'POST', path: '/path' });
    expect(await failureOf(sent)).toMatchObject({ message: 'not sent' });
    return String(request.mock.calls[0][0]);
  }

  test.each(CLIENTS)('AWS_ENDPOINT_URL_%s goes before AWS_ENDPOINT_URL', async (name, ClientClass, body) => {
    await start({ body });
    process.env.AWS_ENDPOINT_URL = 'http://127.0.0.1:9/nobody';
    process.env[`AWS_ENDPOINT_URL_${name}`] = server!.url;
    await new ClientClass({ region: 'us-east-1', invocation: invocation() }).send({ operation: 'Any', method: 'POST', path: '/path' });
    expect(server!.requests).toMatchObject([{ url: '/path' }]);
  });

  test.each(CLIENTS)('the variable of another service is not that of %s', async (name, ClientClass, body) => {
    await start({ body });
    for (const [other] of CLIENTS.filter(([candidate]) => candidate !== name)) {
      process.env[`AWS_ENDPOINT_URL_${other}`] = 'http://127.0.0.1:9/nobody';
    }
    await new ClientClass({ region: 'us-east-1', invocation: invocation() }).send({ operation: 'Any', method: 'POST', path: '/path' });
    expect(server!.requests).toMatchObject([{ url: '/path' }]);
  });

  test.each(CLIENTS)('an empty AWS_ENDPOINT_URL_%s is none', async (name, ClientClass, body) => {
    await start({ body });
    process.env[`AWS_ENDPOINT_URL_${name}`] = '';
    await new ClientClass({ region: 'us-east-1', invocation: invocation() }).send({ operation: 'Any', method: 'POST', path: '/path' });
    expect(server!.requests).toMatchObject([{ url: '/path' }]);
  });

  test('an empty AWS_ENDPOINT_URL is none', async () => {
    process.env.AWS_ENDPOINT_URL = '';
    expect(await urlOf(SupportAppClient, 'us-east-1')).toBe('https://supportapp.us-east-1.amazonaws.com/path');
  });

  test.each([['', '/path'], ['/', '/path'], ['/base', '/base/path'], ['/base//', '/base/path']])('of path "%s"', async (base, expected) => {
    await start();
    process.env.AWS_ENDPOINT_URL = server!.url + base;
    await new SupportAppClient({ region: 'us-east-1', invocation: invocation() }).send({ operation: 'Any', method: 'POST', path: '/path' });
    expect(server!.requests[0].url).toBe(expected);
    expect(server!.requests[0].headers.host).toBe(new URL(server!.url).host);
  });

  test.each(['https://localhost:4566', 'https://vpce-0.supportapp.us-east-1.vpce.amazonaws.com'])('%s is reached by https', async (endpoint) => {
    process.env.AWS_ENDPOINT_URL = endpoint;
    expect(await urlOf(SupportAppClient, 'us-east-1')).toBe(`${endpoint}/path`);
  });

  test.each(SUPPORT_APP_REGIONS)('of the Support App in %s is the SDK\'s', async (region) => {
    expect(await urlOf(SupportAppClient, region)).toBe(`${new OfficialSupportApp({ region }).endpoint.href.replace(/\/$/, '')}/path`);
  });

  test.each(CHIME_MESSAGING_REGIONS)('of Chime SDK messaging in %s is the SDK\'s', async (region) => {
    const official = new OfficialChimeClient({ region });
    const { url } = official.config.endpointProvider({ Region: region, UseDualStack: false, UseFIPS: false });
    official.destroy();
    expect(await urlOf(ChimeSDKMessagingClient, region)).toBe(`${url.origin}/path`);
  });

  test.each([
    ['us-east-1', 'https://cloudformation.us-east-1.amazonaws.com/path'],
    ['us-gov-west-1', 'https://cloudformation.us-gov-west-1.amazonaws.com/path'],
    ['cn-north-1', 'https://cloudformation.cn-north-1.amazonaws.com.cn/path'],
  ])('of CloudFormation in %s', async (region, expected) => {
    expect(await urlOf(CloudFormationClient, region)).toBe(expected);
  });
});
