import * as fc from 'fast-check';
import { captureLog, withoutWaits } from './environment';
import { Script, ScriptedServer } from './scripted-server';
import { CustomResourceEvent, CustomResourceResponse, flag, formatResponse, respond } from '../../lambda/custom-resource';

const EVENT: CustomResourceEvent = {
  RequestType: 'Create',
  ResponseURL: 'http://127.0.0.1:9/never',
  StackId: 'arn:aws:cloudformation:us-east-1:111122223333:stack/support/5b3a0a5c-0000-4000-8000-000000000000',
  RequestId: '5b3a0a5c-0000-4000-8000-000000000001',
  ResourceType: 'Custom::SupportAppAccountAlias',
  LogicalResourceId: 'Alias',
  ResourceProperties: {},
};
const SUCCESS: CustomResourceResponse = { Status: 'SUCCESS', PhysicalResourceId: 'SupportAppAccountAlias/created/111122223333' };

function failed(reason: string): CustomResourceResponse {
  return { Status: 'FAILED', PhysicalResourceId: 'failed/Alias', Reason: reason };
}

describe('flag', () => {
  test.each<[unknown, unknown]>([
    ['true', true], ['false', false], [true, true], [false, false], [undefined, undefined], ['True', 'True'], ['', ''], ['1', '1'],
  ])('reads %p as %p', (value, expected) => {
    expect(flag(value)).toBe(expected);
  });
});

describe('formatResponse', () => {
  test('names the request that it answers, and has the attributes', () => {
    expect(JSON.parse(formatResponse(EVENT, { ...SUCCESS, Data: { TeamName: 'Größe', AccountType: '' } }))).toEqual({
      Status: 'SUCCESS',
      PhysicalResourceId: SUCCESS.PhysicalResourceId,
      StackId: EVENT.StackId,
      RequestId: EVENT.RequestId,
      LogicalResourceId: 'Alias',
      Data: { TeamName: 'Größe', AccountType: '' },
    });
  });

  test('leaves a reason that fits as it is', () => {
    expect(JSON.parse(formatResponse(EVENT, failed('Größe "x"  😀'))).Reason).toBe('Größe "x"  😀');
  });

  test.each([
    ['Alias has 1 problem:\n  - accountAlias: wrong.', 'Alias has 1 problem: - accountAlias: wrong.'],
    ['a\u0000b\r\n\t c\u001b[31m\u007f\u0085d\u009f', 'a b c [31m d '],
  ])('leaves no control character in a reason, such as in %#', (reason, shown) => {
    expect(JSON.parse(formatResponse(EVENT, failed(reason))).Reason).toBe(shown);
  });

  test.each([
    ['one byte', 'x'], ['two bytes', 'ü'], ['three bytes', '語'], ['four bytes', '😀'], ['an escape of two', '"'], ['an escape of six', '\ud800'],
  ])('shortens a reason of characters of %s to fit 4,096 bytes', (_name, character) => {
    const body = formatResponse(EVENT, failed(character.repeat(10_000)));
    const { Reason: reason, ...rest } = JSON.parse(body);
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(4096);
    expect(Buffer.byteLength(body)).toBeGreaterThan(3_000);
    expect(reason.endsWith('...')).toBe(true);
    expect(new Set(reason.slice(0, -3))).toEqual(new Set([character]));
    expect(rest).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'failed/Alias', StackId: EVENT.StackId });
  });

  test('keeps a reason of the very last byte that fits, and shortens one of a byte more', () => {
    const fitting = 'x'.repeat(4096 - Buffer.byteLength(formatResponse(EVENT, failed(''))));
    expect(Buffer.byteLength(formatResponse(EVENT, failed(fitting)))).toBe(4096);
    expect(JSON.parse(formatResponse(EVENT, failed(fitting))).Reason).toBe(fitting);
    expect(JSON.parse(formatResponse(EVENT, failed(`${fitting}x`))).Reason).toMatch(/^x+\.\.\.$/);
  });

  test('is JSON of at most 4,096 bytes and cuts no character in two, whatever the reason', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme-composite', maxLength: 3_000, size: 'max' }), (text) => {
      const reason = text.replace(/\p{Cc}/gu, '');
      const body = formatResponse(EVENT, failed(reason));
      expect(Buffer.byteLength(body)).toBeLessThanOrEqual(4096);
      const shown: string = JSON.parse(body).Reason;
      expect(shown === reason || [...reason].join('').startsWith(shown.slice(0, -3))).toBe(true);
      expect(Buffer.from(shown, 'utf8').toString('utf8')).toBe(shown);
    }), { numRuns: 50 });
  });
});

describe('respond', () => {
  let bucket: ScriptedServer;
  let log: Record<string, unknown>[];

  beforeEach(() => {
    log = captureLog();
    withoutWaits();
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    await bucket.stop();
  });

  async function answer(scripts: Script[], response = SUCCESS, deadline = Date.now() + 20_000) {
    bucket = await ScriptedServer.start(...scripts);
    await respond({ ...EVENT, ResponseURL: `${bucket.url}/bucket/key%7Cwith%20parts?X-Amz-Signature=secret&X-Amz-Expires=7200` }, response, deadline);
    return bucket.requests;
  }

  test('puts the response to the very URL, without a content type', async () => {
    const requests = await answer([{ body: '' }], failed('Größe 😀'));
    expect(requests).toEqual([{
      method: 'PUT',
      url: '/bucket/key%7Cwith%20parts?X-Amz-Signature=secret&X-Amz-Expires=7200',
      headers: expect.objectContaining({ 'content-type': '', 'content-length': String(Buffer.byteLength(requests[0].body)) }),
      body: expect.stringContaining('Größe 😀'),
    }]);
    // Characters are not bytes: a length of characters would cut the answer.
    expect(Number(requests[0].headers['content-length'])).toBeGreaterThan(requests[0].body.length);
    expect(requests[0].headers).not.toHaveProperty('transfer-encoding');
    expect(requests[0].headers).not.toHaveProperty('authorization');
  });

  test.each<[string, Script]>([
    ['a server error', { status: 500 }], ['unavailability', { status: 503 }], ['a reset', 'reset'], ['a connection that closes', 'close'], ['half an answer', 'cut'],
  ])('tries again after %s, with the same body', async (_name, script) => {
    const requests = await answer([script, script, { status: 200 }]);
    expect(requests).toHaveLength(3);
    expect(new Set(requests.map(({ body }) => body)).size).toBe(1);
    expect(log.map(({ tries }) => tries)).toEqual([1, 2, 3]);
    expect(log.at(-1)).toEqual({ response: 'SUCCESS', statusCode: 200, tries: 3 });
  });

  test.each([301, 307, 400, 404, 408, 409, 411, 418, 429, 501])('tries again after %i, as S3 answers it for a while', async (status) => {
    expect(await answer([{ status, headers: { location: 'http://127.0.0.1:9/elsewhere' } }, { status: 204 }])).toHaveLength(2);
    expect(log.map(({ statusCode }) => statusCode)).toEqual([status, 204]);
  });

  test('does not try again what is refused with 403, as an expired URL is', async () => {
    expect(await answer([{ status: 403 }])).toHaveLength(1);
    expect(log).toEqual([{ response: 'SUCCESS', statusCode: 403, tries: 1 }]);
  });

  test('goes on for as long as there is time', async () => {
    expect(await answer([...Array.from({ length: 12 }, () => ({ status: 500 })), { status: 200 }])).toHaveLength(13);
  });

  test('does not try again when the next try would be too late', async () => {
    jest.spyOn(Math, 'random').mockReturnValue(1e6);
    expect(await answer([{ status: 500 }])).toHaveLength(1);
  });

  test('ends at the deadline when the bucket says nothing', async () => {
    const deadline = Date.now() + 3_000;
    const realTimeout = setTimeout;
    // The time is up once the request has arrived, however long that took.
    const endTime = (callback: () => void) => void realTimeout(() => {
      if (bucket.requests.length === 0) {
        endTime(callback);
      } else {
        jest.spyOn(Date, 'now').mockReturnValue(deadline);
        callback();
      }
    }, 1);
    jest.spyOn(global, 'setTimeout').mockImplementation(endTime as unknown as typeof setTimeout);
    expect(await answer(['hang'], SUCCESS, deadline)).toHaveLength(1);
    expect(log).toEqual([{ response: 'SUCCESS', statusCode: 0, tries: 1 }]);
  });

  test('logs neither the URL nor the response', async () => {
    await answer([{ status: 403, body: 'denied' }], { ...failed('a reason'), Data: { TeamName: 'name' } });
    expect(JSON.stringify(log)).not.toMatch(/127\.0\.0\.1|secret|reason|name|denied/);
  });
});
