import { createServer } from 'node:net';
import { HttpRequest, send } from '../../../lambda/aws/http';
import { Script, ScriptedServer } from '../scripted-server';

let server: ScriptedServer;

afterEach(() => server.stop());

function request(change: Partial<HttpRequest> = {}): Promise<unknown> {
  return send({
    method: 'POST', url: new URL(`${server.url}/path?query=1`), headers: {}, body: '', timeout: 20_000, deadline: Date.now() + 20_000, ...change,
  });
}

async function start(...scripts: Script[]) {
  server = await ScriptedServer.start(...scripts);
}

test('sends a request as it is and reads the whole answer', async () => {
  await start({ status: 418, headers: { 'X-Name': 'value' }, body: 'Größe 😀'.repeat(50_000) });
  const answer = await request({ method: 'PUT', headers: { 'Content-Type': '', 'X-Other': 'o' }, body: 'Ü😀' });
  expect(answer).toEqual({ statusCode: 418, headers: expect.objectContaining({ 'x-name': 'value' }), body: 'Größe 😀'.repeat(50_000) });
  expect(server.requests).toEqual([{
    method: 'PUT', url: '/path?query=1', headers: expect.objectContaining({ 'content-type': '', 'x-other': 'o' }), body: 'Ü😀',
  }]);
});

test('an empty answer is an answer', async () => {
  await start({ status: 204, body: '' });
  await expect(request()).resolves.toMatchObject({ statusCode: 204, body: '' });
});

test.each<[Script, RegExp]>([
  ['reset', /ECONNRESET/],
  ['close', /socket hang up/],
  ['cut', /aborted|cut short/],
])('fails on %s', async (script, message) => {
  await start(script);
  await expect(request()).rejects.toThrow(message);
});

test('fails when nobody listens', async () => {
  await start();
  const free = createServer();
  const port = await new Promise<number>((resolve) => free.listen(0, '127.0.0.1', () => resolve((free.address() as { port: number }).port)));
  await new Promise((resolve) => free.close(resolve));
  await expect(request({ url: new URL(`http://127.0.0.1:${port}/`) })).rejects.toThrow(/ECONNREFUSED/);
});

describe('time', () => {
  test('a request without an answer ends at its time-out', async () => {
    await start('hang');
    await expect(request({ timeout: 50 })).rejects.toThrow('no answer within 50 ms');
  });

  test('and at the deadline, if that comes first', async () => {
    await start('hang');
    jest.spyOn(Date, 'now').mockReturnValue(1_000_000);
    await expect(request({ timeout: 10_000, deadline: 1_000_060 })).rejects.toThrow('no answer within 60 ms');
    jest.restoreAllMocks();
  });

  test('a deadline that is past ends it at once', async () => {
    await start('hang');
    await expect(request({ deadline: Date.now() - 1_000 })).rejects.toThrow('no answer within 1 ms');
  });

  test('an answer that stops half-way ends at the time-out too', async () => {
    await start('stall');
    await expect(request({ timeout: 200 })).rejects.toThrow();
  });
});

describe('abort', () => {
  test('ends a request that waits', async () => {
    await start('hang');
    const controller = new AbortController();
    const arrived = server.arrival();
    const waiting = expect(request({ signal: controller.signal })).rejects.toThrow(/abort/i);
    await arrived;
    controller.abort();
    await waiting;
  });

  test('ends an answer that is being read', async () => {
    await start('stall');
    const controller = new AbortController();
    const arrived = server.arrival();
    const reading = expect(request({ signal: controller.signal })).rejects.toThrow();
    await arrived;
    controller.abort();
    await reading;
  });

  test('sends nothing for an invocation that is over', async () => {
    await start();
    await expect(request({ signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
    expect(server.requests).toEqual([]);
  });
});

describe('size', () => {
  test('an answer of 5,000,000 bytes is read', async () => {
    await start({ body: 'x'.repeat(5_000_000) });
    await expect(request()).resolves.toMatchObject({ statusCode: 200 });
  });

  test('a larger one is not', async () => {
    await start({ body: 'x'.repeat(5_000_001) });
    await expect(request()).rejects.toThrow();
  });
});
