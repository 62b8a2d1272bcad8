import { request } from 'node:http';
import { ResponseBucket } from '../../../local-aws/cloudformation/response-bucket';

const TARGET = { stackId: 'arn:aws:cloudformation:us-east-1:111122223333:stack/s/id', requestId: 'request', logicalId: 'A', region: 'us-east-1' };
const ANSWER = { Status: 'SUCCESS', PhysicalResourceId: 'id', StackId: TARGET.stackId, RequestId: 'request', LogicalResourceId: 'A', Data: { X: 'y' } };

let bucket: ResponseBucket;
beforeEach(async () => {
  bucket = await ResponseBucket.start();
});
afterEach(() => bucket.stop());

interface SendOptions {
  readonly method?: string;
  readonly headers?: Record<string, string | number>;
  readonly body?: string;
}

function send(url: string, options: SendOptions = {}): Promise<{ status: number; body: string }> {
  const { method = 'PUT', body = JSON.stringify(ANSWER) } = options;
  const headers = options.headers ?? { 'content-type': '', 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers }, (response) => {
      let text = '';
      response.on('data', (chunk) => text += chunk);
      response.on('end', () => resolve({ status: response.statusCode!, body: text }));
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

test('the URL is pre-signed as one of S3', () => {
  const url = new URL(bucket.issue(TARGET).url);
  expect(Object.fromEntries(url.searchParams)).toEqual({
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Date': expect.stringMatching(/^\d{8}T\d{6}Z$/),
    'X-Amz-SignedHeaders': 'host',
    'X-Amz-Expires': '7200',
    'X-Amz-Credential': expect.stringMatching(/^\w+\/\d{8}\/us-east-1\/s3\/aws4_request$/),
    'X-Amz-Signature': expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect(decodeURIComponent(url.pathname)).toBe(`/cloudformation-custom-resource-response-useast1/${TARGET.stackId}|A|request`);
});

test('the first answer counts; later ones are stored and ignored', async () => {
  const { url, answer } = bucket.issue(TARGET);
  expect((await send(url)).status).toBe(200);
  expect((await send(url, { body: JSON.stringify({ ...ANSWER, PhysicalResourceId: 'other' }) })).status).toBe(200);

  expect(await answer).toEqual({ status: 'SUCCESS', reason: undefined, physicalId: 'id', data: { X: 'y' }, noEcho: false });
  expect(bucket.answers.map(({ counted }) => counted)).toEqual([true, false]);
});

test.each<[string, (url: string) => string, SendOptions, number, string]>([
  ['a content type', (url) => url, { headers: { 'content-type': 'application/json', 'content-length': 2 }, body: '{}' }, 403, 'SignatureDoesNotMatch'],
  ['another method', (url) => url, { method: 'POST' }, 403, 'SignatureDoesNotMatch'],
  ['a changed signature', (url) => `${url}0`, {}, 403, 'SignatureDoesNotMatch'],
  ['a changed path', (url) => url.replace('request', 'another'), {}, 403, 'SignatureDoesNotMatch'],
  ['a chunked body', (url) => url, { headers: { 'transfer-encoding': 'chunked' } }, 501, 'NotImplemented'],
])('%s is refused', async (_what, change, options, status, code) => {
  const { url } = bucket.issue(TARGET);
  const response = await send(change(url), options);

  expect(response.status).toBe(status);
  expect(response.body).toContain(`<Code>${code}</Code>`);
  expect(bucket.answers).toMatchObject([{ counted: false, statusCode: status }]);
});

test('no content type at all is as good as an empty one', async () => {
  const body = JSON.stringify(ANSWER);
  expect((await send(bucket.issue(TARGET).url, { headers: { 'content-length': Buffer.byteLength(body) } })).status).toBe(200);
});

test('an expired URL is refused', async () => {
  const { url } = bucket.issue(TARGET);
  bucket.expire(TARGET.requestId);
  const response = await send(url);

  expect(response.status).toBe(403);
  expect(response.body).toContain('Request has expired');
});

test.each<[string, object, object]>([
  ['NoEcho', { NoEcho: true }, { status: 'SUCCESS', noEcho: true }],
  ['a failure', { Status: 'FAILED', Reason: 'why' }, { status: 'FAILED', physicalId: 'id', reason: 'Received response status [FAILED] from custom resource. Message returned: why (RequestId: request)' }],
  ['a failure without reason', { Status: 'FAILED' }, { reason: expect.stringContaining('Message returned: null') }],
  ['another request id', { RequestId: 'other' }, { status: 'FAILED', reason: 'Invalid response: RequestId does not match that of the request' }],
  ['another logical id', { LogicalResourceId: 'B' }, { status: 'FAILED', reason: 'Invalid response: LogicalResourceId does not match that of the request' }],
  ['data which is no object', { Data: 'text' }, { status: 'FAILED', reason: 'Invalid response: Data must be an object' }],
  ['a physical id of 1,024 bytes', { PhysicalResourceId: 'ü'.repeat(512) }, { status: 'SUCCESS' }],
  ['a physical id of 1,025 bytes', { PhysicalResourceId: `x${'ü'.repeat(512)}` }, { status: 'FAILED', reason: 'Invalid PhysicalResourceId' }],
])('%s', async (_what, change, expected) => {
  const { url, answer } = bucket.issue(TARGET);
  expect((await send(url, { body: JSON.stringify({ ...ANSWER, ...change }) })).status).toBe(200);
  expect(await answer).toMatchObject(expected);
});

test.each([[4096, 'SUCCESS'], [4097, 'FAILED']])('an answer of %i bytes', async (length, status) => {
  const frame = JSON.stringify({ ...ANSWER, Reason: '' });
  const { url, answer } = bucket.issue(TARGET);
  await send(url, { body: frame.replace('"Reason":""', `"Reason":"${'x'.repeat(length - frame.length)}"`) });

  expect(await answer).toMatchObject({ status, ...status === 'FAILED' && { reason: 'Response object is too long.' } });
});

describe('faults', () => {
  test('of the service come as often as told', async () => {
    bucket.inject({ kind: 'status', statusCode: 503, times: 2 });
    const { url, answer } = bucket.issue(TARGET);

    expect([await send(url), await send(url), await send(url)].map(({ status }) => status)).toEqual([503, 503, 200]);
    expect((await answer).status).toBe('SUCCESS');
  });

  test.each([
    [307, 'TemporaryRedirect'], [400, 'RequestTimeout'], [408, 'RequestTimeout'], [409, 'OperationAborted'], [429, 'SlowDown'], [500, 'InternalError'],
  ])('%i has the code that S3 gives it: %s', async (statusCode, code) => {
    bucket.inject({ kind: 'status', statusCode });
    const { status, body } = await send(bucket.issue(TARGET).url);
    expect(status).toBe(statusCode);
    expect(body).toContain(`<Code>${code}</Code>`);
  });

  test('may meet one resource only', async () => {
    bucket.inject({ kind: 'status', when: (logicalId) => logicalId === 'B' });
    expect((await send(bucket.issue(TARGET).url)).status).toBe(200);
    expect((await send(bucket.issue({ ...TARGET, requestId: 'b', logicalId: 'B' }).url)).status).toBe(500);
  });

  test('a reset before the answer is stored', async () => {
    bucket.inject({ kind: 'reset' });
    const { url } = bucket.issue(TARGET);
    await expect(send(url)).rejects.toThrow('ECONNRESET');
    expect(bucket.answers).toMatchObject([{ counted: false }]);
  });

  test('a reset after the answer is stored', async () => {
    bucket.inject({ kind: 'resetAfterStore' });
    const { url, answer } = bucket.issue(TARGET);
    await expect(send(url)).rejects.toThrow('ECONNRESET');
    expect((await answer).status).toBe('SUCCESS');
  });

  test('no reply, until the bucket stops', async () => {
    bucket.inject({ kind: 'hang' });
    const sending = send(bucket.issue(TARGET).url).catch((error) => error.code);
    while (bucket.answers.length === 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    await bucket.stop();
    expect(await sending).toBe('ECONNRESET');
    bucket = await ResponseBucket.start();
  });
});
