import * as http from 'node:http';
import * as chime from '@aws-sdk/client-chime-sdk-messaging';
import { sign } from 'aws4';
import { ACCOUNT, chimeClient, identityOf, supportAppClient } from './clients';
import { Identity } from '../../../local-aws/identity';
import { Fault } from '../../../local-aws/services/faults';
import { LocalServices, LocalServicesOptions } from '../../../local-aws/services/server';

let services: LocalServices;
let identity: Identity;

async function start(options?: LocalServicesOptions) {
  services = await LocalServices.start(options);
  identity = identityOf(services);
}

afterEach(() => services.stop());

interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

/** One signed request without any client's retries or error handling. */
function post(operation: string, body = '{}', at = new Date()): Promise<Answer> {
  const { hostname, port } = new URL(services.endpoints.supportApp);
  const options = sign({
    service: 'supportapp',
    region: 'us-east-1',
    method: 'POST',
    hostname,
    port,
    path: `/control/${operation}`,
    headers: {
      'Host': `${hostname}:${port}`,
      'Content-Type': 'application/json',
      'X-Amz-Date': at.toISOString().replace(/\.\d{3}|[-:]/g, ''),
    },
    body,
  }, identity);
  return new Promise((resolve, reject) => {
    const request = http.request({ ...options, agent: false } as http.RequestOptions, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => text += chunk).on('error', reject)
        .on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body: text }));
    });
    request.on('error', reject).end(body);
  });
}

const put = () => post('put-account-alias', '{"accountAlias":"put"}');
const stored = () => services.supportApp.store.account(ACCOUNT).accountAlias;

function inject(fault: Fault, count?: number) {
  return services.faults.inject({ fault, count, operations: ['PutAccountAlias'] });
}

describe('responses', () => {
  test('carry a request id, a date and the name of an error', async () => {
    await start();
    const success = await put();
    expect(success).toMatchObject({ status: 200, body: '{}', headers: { 'content-type': 'application/json' } });
    expect(success.headers['x-amzn-requestid']).toMatch(/^[0-9a-f-]{36}$/);
    expect(Date.parse(success.headers.date!)).not.toBeNaN();
    const failure = await post('delete-slack-channel-configuration', '{"teamId":"T","channelId":"C"}');
    expect(failure).toMatchObject({ status: 409, headers: { 'x-amzn-errortype': 'ConflictException' } });
    expect(JSON.parse(failure.body)).toEqual({ message: expect.any(String) });
  });

  test('an unknown path is an unknown operation, but only for a request that is signed', async () => {
    await start();
    expect(await post('no-such-operation')).toMatchObject({ status: 404, headers: { 'x-amzn-errortype': 'UnknownOperationException' } });
    const unsigned = await fetch(`${services.endpoints.supportApp}/control/get-account-alias`, { method: 'POST' });
    expect(unsigned.status).toBe(403);
    expect(unsigned.headers.get('x-amzn-errortype')).toBe('MissingAuthenticationTokenException');
  });

  test('a body that is no JSON fails', async () => {
    await start();
    expect(await post('put-account-alias', '{')).toMatchObject({ status: 400, headers: { 'x-amzn-errortype': 'SerializationException' } });
  });
});

describe('clocks', () => {
  test('a server whose clock is off refuses, tells its time, and accepts what is signed for it', async () => {
    await start();
    services.clockOffset = 3_600_000;
    const refused = await put();
    expect(refused).toMatchObject({ status: 403, headers: { 'x-amzn-errortype': 'InvalidSignatureException' } });
    const there = new Date(refused.headers.date!);
    expect(await post('get-account-alias', '{}', there)).toMatchObject({ status: 200 });
  });

  test('a configured clock and skew decide', async () => {
    await start({ now: () => new Date('2030-01-01T00:10:00Z'), allowedClockSkew: 60 });
    expect(await post('get-account-alias', '{}', new Date('2030-01-01T00:09:00Z'))).toMatchObject({ status: 200 });
    expect(await post('get-account-alias', '{}', new Date('2030-01-01T00:08:59Z'))).toMatchObject({ status: 403 });
  });
});

describe('faults', () => {
  test.each<[string, Fault, Partial<Answer>]>([
    ['throttling', { kind: 'throttle' }, { status: 429, headers: { 'x-amzn-errortype': 'ThrottledClientException' } }],
    ['throttling with a time to wait', { kind: 'throttle', code: 'TooManyRequestsException', retryAfter: 2 }, { status: 429, headers: { 'retry-after': '2' } }],
    ['throttling as a bad request', { kind: 'throttle', code: 'ThrottlingException' }, { status: 400, headers: { 'x-amzn-errortype': 'ThrottlingException' } }],
    ['a status with a page', { kind: 'status', status: 502 }, { status: 502, headers: { 'content-type': 'text/html' } }],
    ['a status with a time to wait', { kind: 'status', status: 503, retryAfter: 1 }, { status: 503, headers: { 'retry-after': '1' } }],
    ['an error of the model', { kind: 'error', code: 'ConflictException', message: 'm' }, { status: 409, body: '{"message":"m"}' }],
    ['an error of no model', { kind: 'error', code: 'SlowDown', status: 503 }, { status: 503, headers: { 'x-amzn-errortype': 'SlowDown' } }],
  ])('%s, before the service acts', async (_name, fault, expected) => {
    await start();
    const injected = inject(fault);
    expect(await put()).toMatchObject(expected);
    expect(stored()).toBeUndefined();
    expect(services.requests.entries[0].outcome).toMatchObject({ status: expected.status, fault: fault.kind, committed: false });
    expect(await put()).toMatchObject({ status: 200 });
    expect(stored()).toBe('put');
    expect(injected.hits).toBe(1);
  });

  test('an error after the service has acted', async () => {
    await start();
    inject({ kind: 'status', status: 500, phase: 'after' });
    expect(await put()).toMatchObject({ status: 500 });
    expect(stored()).toBe('put');
    expect(services.requests.entries[0].outcome).toEqual({ status: 500, fault: 'status', committed: true });
  });

  test.each<[string, Fault, string | undefined, RegExp]>([
    ['a reset before the service acts', { kind: 'reset' }, undefined, /ECONNRESET/],
    ['a reset after it', { kind: 'reset', phase: 'after' }, 'put', /ECONNRESET/],
    ['a lost reply', { kind: 'loseReply' }, 'put', /socket hang up/],
  ])('%s', async (_name, fault, expected, message) => {
    await start();
    inject(fault);
    await expect(put()).rejects.toThrow(message);
    expect(stored()).toBe(expected);
    expect(services.requests.entries[0].outcome).toEqual({ fault: fault.kind, committed: expected !== undefined });
  });

  test.each<[string, Fault, string | undefined]>([
    ['before the service acts', { kind: 'hang' }, undefined],
    ['after it', { kind: 'hang', phase: 'after' }, 'put'],
  ])('a request that hangs %s is released at the stop', async (_name, fault, expected) => {
    await start();
    inject(fault);
    const hanging = expect(put()).rejects.toThrow(/socket hang up|ECONNRESET/);
    while (services.requests.entries.length === 0) {
      await new Promise(setImmediate);
    }
    expect(stored()).toBe(expected);
    await services.stop();
    await hanging;
  });

  test('a response that is cut off', async () => {
    await start();
    services.supportApp.store.account(ACCOUNT).accountAlias = 'alias';
    services.faults.inject({ fault: { kind: 'truncate' } });
    await expect(post('get-account-alias')).rejects.toThrow('aborted');
    services.faults.inject({ fault: { kind: 'truncate', ending: 'complete' } });
    expect(await post('get-account-alias')).toMatchObject({ status: 200, body: '{"accountAli' });
  });

  test('a clock that one answer claims to be off', async () => {
    await start();
    inject({ kind: 'skew', seconds: 7200 });
    const refused = await put();
    expect(refused).toMatchObject({ status: 403, headers: { 'x-amzn-errortype': 'InvalidSignatureException' } });
    expect(Date.parse(refused.headers.date!) - Date.now()).toBeGreaterThan(7_000_000);
    expect(stored()).toBeUndefined();
  });

  test('a delay', async () => {
    await start();
    inject({ kind: 'delay', milliseconds: 1 });
    expect(await put()).toMatchObject({ status: 200 });
    expect(services.requests.entries[0].outcome).toEqual({ status: 200, fault: 'delay', committed: true });
  });

  test('a delay holds up no other request, and ends with the server', async () => {
    await start();
    const injected = inject({ kind: 'delay', milliseconds: 3_600_000 });
    const delayed = expect(put()).rejects.toThrow(/socket hang up|ECONNRESET/);
    while (injected.hits === 0) {
      await new Promise(setImmediate);
    }
    expect(await post('get-account-alias')).toMatchObject({ status: 200, body: '{}' });
    await services.stop();
    await delayed;
    expect(stored()).toBeUndefined();
  });

  test('are limited by count, by operation and by what they depend on, and can be taken back', async () => {
    await start();
    services.faults.inject({ fault: { kind: 'status', status: 500 }, count: 2, when: ({ input }) => input.accountAlias === 'put' });
    expect((await post('put-account-alias', '{"accountAlias":"other"}')).status).toBe(200);
    expect([(await put()).status, (await put()).status, (await put()).status]).toEqual([500, 500, 200]);
    const injected = inject({ kind: 'throttle' }, Infinity);
    expect((await post('get-account-alias')).status).toBe(200);
    expect([(await put()).status, (await put()).status]).toEqual([429, 429]);
    injected.remove();
    expect((await put()).status).toBe(200);
    expect(injected.hits).toBe(2);
    inject({ kind: 'throttle' });
    services.faults.clear();
    expect((await put()).status).toBe(200);
  });

  test('the AWS SDK gets past them by its own retries', async () => {
    await start();
    inject({ kind: 'throttle', code: 'ThrottlingException' });
    inject({ kind: 'status', status: 503 });
    inject({ kind: 'reset' });
    await supportAppClient(services, identity, 'us-east-1', 3).putAccountAlias({ accountAlias: 'put' }).promise();
    expect(services.requests.of('PutAccountAlias').map(({ outcome }) => outcome.fault)).toEqual(['throttle', 'status', 'reset', undefined]);
  });
});

describe('the log of requests', () => {
  test('tells operation, caller, outcome and the bytes of the wire', async () => {
    await start();
    await put();
    await post('delete-slack-channel-configuration', '{"teamId":"T","channelId":"C"}');
    expect(services.requests.entries).toMatchObject([
      {
        service: 'supportapp',
        operation: 'PutAccountAlias',
        accountId: ACCOUNT,
        region: 'us-east-1',
        input: { accountAlias: 'put' },
        wire: { method: 'POST', url: '/control/put-account-alias', body: '{"accountAlias":"put"}', headers: { 'content-type': 'application/json' } },
        outcome: { status: 200, committed: true },
      },
      { operation: 'DeleteSlackChannelConfiguration', outcome: { status: 409, errorCode: 'ConflictException', committed: false } },
    ]);
    services.requests.clear();
    expect(services.requests.entries).toEqual([]);
  });

  test('masks what the model marks sensitive', async () => {
    await start();
    const AppInstanceArn = services.chime.store.createAppInstance(ACCOUNT, 'us-east-1');
    const ChimeBearer = services.chime.store.createAppInstanceUser(AppInstanceArn, 'u');
    const client = chimeClient(services, identity);
    await client.send(new chime.CreateChannelCommand({ AppInstanceArn, ChimeBearer, Name: 'secret', ClientRequestToken: 'secret' }));
    client.destroy();
    expect(services.requests.of('CreateChannel')[0].input).toEqual({ AppInstanceArn, ChimeBearer, Name: '***', ClientRequestToken: '***' });
  });

  test('has requests whose signature was refused', async () => {
    await start();
    identity = { ...identity, secretAccessKey: 'wrong' };
    await put();
    expect(services.requests.entries).toMatchObject([{ operation: 'PutAccountAlias', accountId: '', outcome: { errorCode: 'InvalidSignatureException' } }]);
    expect(stored()).toBeUndefined();
  });
});
