import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { LocalLambda, type FunctionConfiguration, type LocalLambdaOptions } from '../../../local-aws/lambda/local-lambda';

let lambda: LocalLambda;
let functions = 0;
const started: LocalLambda[] = [];

const start = (options: LocalLambdaOptions = {}) => {
  lambda = new LocalLambda({ retryWaitScale: 0.0001, ...options });
  started.push(lambda);
};
beforeEach(() => start());
afterEach(() => Promise.all(started.splice(0).map((each) => each.stop())));

function make(inline: string, configuration: Partial<FunctionConfiguration> = {}): string {
  functions += 1;
  return lambda.createFunction({
    functionName: `function${functions}`, accountId: '111122223333', region: 'eu-west-1', code: { inline }, handler: 'index.handler', ...configuration,
  });
}

/** Resolves once a process is gone; the test runs out of time otherwise. */
async function ended(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await setTimeout(5);
  }
}

describe('the handler', () => {
  test('gets the event and the context of Lambda', async () => {
    const arn = make(`exports.handler = async (event, context) => {
      const { getRemainingTimeInMillis, ...rest } = context;
      return { event, rest, remaining: getRemainingTimeInMillis(), arguments: exports.handler.length };
    }`, { timeout: 7, memorySize: 256, functionName: 'named', logGroupName: '/my/group' });
    const { payload, error } = await lambda.invoke(arn, { a: [1, 'ü'] });

    expect(error).toBeUndefined();
    const { remaining, ...rest } = payload as { remaining: number };
    expect(remaining).toBeGreaterThan(0);
    expect(remaining).toBeLessThanOrEqual(7000);
    expect(rest).toEqual({
      event: { a: [1, 'ü'] },
      arguments: 2,
      rest: {
        awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        functionName: 'named',
        functionVersion: '$LATEST',
        invokedFunctionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:named',
        memoryLimitInMB: '256',
        logGroupName: '/my/group',
        logStreamName: expect.stringMatching(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/),
      },
    });
  });

  test('gets the environment of Lambda, its own variables and nothing of the parent', async () => {
    process.env.SECRET_OF_THE_PARENT = 'x';
    start({ endpoints: { AWS_ENDPOINT_URL_SUPPORT_APP: 'http://127.0.0.1:1' } });
    const identity = { accountId: '1', accessKeyId: 'ASIA', secretAccessKey: 'secret', sessionToken: 'token', principalArn: 'arn' };
    const arn = make('exports.handler = async () => process.env', { environment: { MINE: 'yes' }, credentials: () => identity });
    const environment = (await lambda.invoke(arn, {})).payload as Record<string, string>;
    delete process.env.SECRET_OF_THE_PARENT;

    expect(environment).toMatchObject({
      MINE: 'yes',
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'ASIA',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_SESSION_TOKEN: 'token',
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      AWS_ENDPOINT_URL_SUPPORT_APP: 'http://127.0.0.1:1',
    });
    expect(Object.keys(environment).filter((name) => !name.startsWith('AWS_'))).toEqual(
      expect.arrayContaining(['PATH', 'LANG', 'TZ', '_HANDLER', 'MINE']));
    expect(Object.keys(environment).filter((name) => !name.startsWith('AWS_'))).toHaveLength(5);
  });

  test.each([
    ['a callback handler', 'exports.handler = (event, context, callback) => callback(null, 1)', 'Runtime.CallbackHandlerDeprecated', 'callback-based'],
    ['an ES module', 'export const handler = async () => 1', 'Runtime.UserCodeSyntaxError', 'SyntaxError'],
    ['a missing export', 'exports.other = async () => 1', 'Runtime.HandlerNotFound', 'index.handler is undefined or not exported'],
    ['a missing module', 'require("nowhere-to-be-found"); exports.handler = async () => 1', 'Runtime.ImportModuleError', 'Cannot find module'],
    ['an error while it is loaded', 'throw new RangeError("at the start")', 'RangeError', 'at the start'],
    ['an exit while it is loaded', 'process.exit(4)', 'Runtime.ExitError', 'exit status 4'],
    ['an error', 'exports.handler = async () => { throw new TypeError("oops") }', 'TypeError', 'oops'],
    ['a promise that nothing can settle', 'exports.handler = () => new Promise(() => {})', 'Runtime.NodeJsExit', 'never settled'],
    ['an exit', 'exports.handler = async () => process.exit(3)', 'Runtime.ExitError', 'exit status 3'],
    ['an uncaught error', 'exports.handler = () => new Promise(() => setTimeout(() => { throw new EvalError("later") }))', 'EvalError', 'later'],
    ['an unhandled rejection', 'exports.handler = async () => { Promise.reject(new Error("lost")); await new Promise((r) => setTimeout(r, 500)); }',
      'Runtime.UnhandledPromiseRejection', 'lost'],
  ])('fails on %s, and the next invocation starts anew', async (_what, code, errorType, message) => {
    const arn = make(code);
    const invocation = await lambda.invoke(arn, {});

    expect(invocation.error).toMatchObject({ errorType, errorMessage: expect.stringContaining(message) });
    expect(invocation.log).toContain(errorType);
    expect((await lambda.invoke(arn, {})).error).toMatchObject({ errorType });
  });

  test('is killed when its time is over', async () => {
    const arn = make('exports.handler = async () => { for (;;) {} }', { timeout: 1 });
    const { error } = await lambda.invoke(arn, {});

    expect(error!.errorMessage).toMatch(/^\S+Z [0-9a-f-]{36} Task timed out after 1\.00 seconds$/);
  });
});

describe('processes', () => {
  const COUNT = 'let count = 0; exports.handler = async () => [++count, process.pid]';

  test('are used again by the same function', async () => {
    const arn = make(COUNT);
    const first = await lambda.invoke(arn, {});
    const second = await lambda.invoke(arn, {});

    expect([first.coldStart, second.coldStart]).toEqual([true, false]);
    expect(second.payload).toEqual([2, (first.payload as number[])[1]]);
  });

  test('serve one invocation at a time', async () => {
    const arn = make('exports.handler = async () => { await new Promise((r) => setTimeout(r, 50)); return process.pid }');
    const payloads = (await Promise.all([1, 2].map(() => lambda.invoke(arn, {})))).map(({ payload }) => payload);

    expect(payloads[0]).not.toBe(payloads[1]);
  });

  test('are always new when told so', async () => {
    start({ coldStartAlways: true });
    const arn = make(COUNT);

    expect([await lambda.invoke(arn, {}), await lambda.invoke(arn, {})].map(({ payload }) => (payload as number[])[0])).toEqual([1, 1]);
  });

  test('start with the new code after an update', async () => {
    const arn = make('exports.handler = async () => "old"');
    await lambda.invoke(arn, {});
    lambda.updateFunction({ ...lambda.configuration(arn)!, code: { inline: 'exports.handler = async () => "new"' } });

    expect(await lambda.invoke(arn, {})).toMatchObject({ payload: 'new', coldStart: true });
  });

  test('may serve one function after another, without its state and environment', async () => {
    start({ reuseProcesses: true });
    const code = 'let count = 0; exports.handler = async () => [++count, process.env.ONE, process.env.AWS_LAMBDA_FUNCTION_NAME, process.pid]';
    const first = make(code, { environment: { ONE: '1' }, functionName: 'first' });
    const [, , , pid] = (await lambda.invoke(first, {})).payload as unknown[];
    lambda.deleteFunction(first);
    const second = make(code, { functionName: 'second' });

    expect(await lambda.invoke(second, {})).toMatchObject({ payload: [1, null, 'second', pid], coldStart: true });
  });

  test('end with stop', async () => {
    const arn = make(COUNT);
    const [, pid] = (await lambda.invoke(arn, {})).payload as number[];
    const running = lambda.invoke(make('exports.handler = async () => { await new Promise((r) => setTimeout(r, 60000)); }', { timeout: 60 }), {});
    await lambda.stop();

    expect((await running).error?.errorType).toBe('Runtime.ExitError');
    await ended(pid);
  });
});

describe('processes that functions share', () => {
  const STATE = 'let runs = 0; exports.handler = async () => { runs += 1; return [runs, process.pid, process.env.NAME]; }';
  const run = async (arn: string) => (await lambda.invoke(arn, {})).payload as [number, number, string];

  test('serve one function after another from so many on, each from a cold start', async () => {
    start({ reuseProcesses: true, processesBeforeReuse: 2 });
    const arns = ['a', 'b', 'c', 'd'].map((name) => make(STATE, { environment: { NAME: name } }));
    const results = [];
    for (const arn of [...arns, arns[3]]) {
      results.push(await run(arn));
    }
    expect(results.map(([runs, , name]) => [runs, name])).toEqual([[1, 'a'], [1, 'b'], [1, 'c'], [1, 'd'], [2, 'd']]);
    const pids = results.map(([, pid]) => pid);
    // The one that has been idle for longest goes first.
    expect([pids[2], pids[3], pids[4]]).toEqual([pids[0], pids[1], pids[1]]);
    expect(lambda.invocations.map(({ coldStart }) => coldStart)).toEqual([true, true, true, true, false]);
  });

  test('are joined by others while all are busy', async () => {
    start({ reuseProcesses: true, processesBeforeReuse: 1 });
    const slow = STATE.replace('runs += 1', 'runs += 1; await new Promise((resolve) => setTimeout(resolve, 50))');
    const pids = (await Promise.all([make(slow), make(slow), make(slow)].map(run))).map(([, pid]) => pid);
    expect(new Set(pids).size).toBe(3);
  });

  test('stay with their function otherwise', async () => {
    start({ reuseProcesses: true });
    const pids = (await Promise.all([make(STATE), make(STATE)].map(run))).map(([, pid]) => pid);
    expect(new Set(pids).size).toBe(2);
  });
});

test('a process ends with a parent that did not stop it', async () => {
  const bootstrap = join(__dirname, '..', '..', '..', 'local-aws', 'lambda', 'bootstrap.js');
  const parent = `
    const child = require('node:child_process').spawn(process.execPath, [${JSON.stringify(bootstrap)}], { stdio: ['ignore', 'inherit', 'ignore', 'ipc'] });
    child.on('message', () => process.kill(process.pid, 'SIGKILL'));
    child.send({ type: 'init', environment: {}, codeDirectory: ${JSON.stringify(__dirname)}, handlerName: 'nothing.here' });`;
  // The output which both share is closed, and the call returns, when the last of them has ended.
  const { signal, error } = spawnSync(process.execPath, ['-e', parent], { timeout: 20_000 });

  expect(error).toBeUndefined();
  expect(signal).toBe('SIGKILL');
});

describe('asynchronous events', () => {
  const FAILING = 'exports.handler = async () => { throw new Error("always") }';
  const attempts = () => lambda.invocations.map(({ attempt }) => attempt);

  test('are tried three times, under one request id', async () => {
    const requestId = lambda.invokeAsync(make(FAILING), { n: 1 });
    await lambda.settled();

    expect(attempts()).toEqual([1, 2, 3]);
    expect(new Set(lambda.invocations.map((invocation) => invocation.requestId))).toEqual(new Set([requestId]));
  });

  test('are tried once when they succeed', async () => {
    lambda.invokeAsync(make('exports.handler = async () => 1'), {});
    await lambda.settled();

    expect(attempts()).toEqual([1]);
  });

  test.each([[{ maximumRetryAttempts: 0 }, [1]], [{ maximumRetryAttempts: 1 }, [1, 2]], [{ maximumEventAgeInSeconds: 100 }, [1, 2]]])(
    'honour %p', async (configuration, expected) => {
      const arn = make(FAILING);
      lambda.putEventInvokeConfig(arn, configuration);
      lambda.invokeAsync(arn, {});
      await lambda.settled();

      expect(attempts()).toEqual(expected);
    });

  test('may be delivered more than once: side by side, or one after the other', async () => {
    const arn = make('exports.handler = async (event) => event.n');
    lambda.deliver = () => [{}, {}, { afterPrevious: true, delayInMillis: 10 }];
    lambda.invokeAsync(arn, { n: 1 });
    await lambda.settled();

    expect(lambda.invocations.map(({ payload }) => payload)).toEqual([1, 1, 1]);
  });

  test('of an unknown function are refused', () => {
    expect(() => lambda.invokeAsync('arn:aws:lambda:eu-west-1:1:function:none', {})).toThrow('Function not found: arn:aws:lambda:eu-west-1:1:function:none');
  });

  test('are dropped when the function is deleted before a retry', async () => {
    const arn = make(FAILING);
    lambda.deliver = () => [{}, { afterPrevious: true }];
    lambda.invokeAsync(arn, {});
    lambda.deleteFunction(arn);
    await lambda.settled();

    expect(lambda.invocations).toEqual([]);
  });
});

describe('waits that are skipped', () => {
  const HOUR = 3_600_000;
  let server: Server | undefined;

  beforeEach(() => start({ skipWaits: true }));
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
    server = undefined;
  });

  async function serve(listener: RequestListener): Promise<string> {
    server = createServer(listener);
    await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  }

  /** A function that answers what is first, the status of an answer or the end of a wait, and how long that took by its clock. */
  const RACE = `exports.handler = async ({ url, waits }) => {
    const start = Date.now();
    const first = await new Promise((resolve) => {
      if (url) {
        require('node:http').get(url, (response) => response.resume().on('end', () => resolve(response.statusCode))).on('error', () => undefined);
      }
      waits.forEach((wait) => setTimeout(resolve, wait, 'waited ' + wait));
    });
    return [first, Date.now() - start];
  }`;
  const race = async (url: string | undefined, ...waits: number[]) => (await lambda.invoke(make(RACE, { timeout: 7_200 }), { url, waits })).payload;

  test('pass on the clock of the function alone', async () => {
    const [first, took] = await race(undefined, 2 * HOUR, HOUR) as [string, number];
    expect(first).toBe(`waited ${HOUR}`);
    expect(took).toBeGreaterThanOrEqual(HOUR);
    expect(took).toBeLessThan(2 * HOUR);
  });

  test('come one after the other', async () => {
    const arn = make(`exports.handler = async () => {
      const start = Date.now();
      for (let i = 0; i < 5; i++) await new Promise((resolve) => setTimeout(resolve, ${HOUR}));
      return Date.now() - start;
    }`, { timeout: 36_000 });
    expect((await lambda.invoke(arn, {})).payload).toBeGreaterThanOrEqual(5 * HOUR);
  });

  test('are left out when they are cleared', async () => {
    const arn = make(`exports.handler = async () => {
      const cleared = setTimeout(() => { throw new Error('was cleared') }, ${HOUR});
      clearTimeout(cleared);
      await new Promise((resolve) => setTimeout(resolve, ${2 * HOUR}));
    }`, { timeout: 36_000 });
    expect((await lambda.invoke(arn, {})).error).toBeUndefined();
  });

  test('are none while a service works on a request', async () => {
    const url = await serve((_request, response) => void setTimeout(50).then(() => response.end()));
    expect(await race(url, HOUR)).toEqual([200, expect.any(Number)]);
  });

  test('are those for a service that says that it does not answer', async () => {
    const url = await serve((_request, response) => response.writeProcessing());
    expect(await race(url, HOUR)).toEqual([`waited ${HOUR}`, expect.any(Number)]);
  });

  test('end with the time of the function', async () => {
    const arn = make(`exports.handler = () => new Promise((resolve) => setTimeout(resolve, ${HOUR}))`, { timeout: 900 });
    const { error } = await lambda.invoke(arn, {});
    expect(error!.errorMessage).toMatch(/Task timed out after 900\.00 seconds$/);
  });

  test('leave the next run the real time', async () => {
    const arn = make(`exports.handler = async () => {
      const start = Date.now();
      await new Promise((resolve) => setTimeout(resolve, ${HOUR}));
      return start;
    }`, { timeout: 7_200 });
    const before = Date.now();
    const runs = [await lambda.invoke(arn, {}), await lambda.invoke(arn, {})];
    const after = Date.now();
    expect(runs.map(({ coldStart }) => coldStart)).toEqual([true, false]);
    runs.forEach(({ payload }) => {
      expect(payload).toBeGreaterThanOrEqual(before);
      expect(payload).toBeLessThanOrEqual(after);
    });
  });

  test('tell when nothing can come of an event any more', async () => {
    await lambda.givesUp(lambda.invokeAsync(make('exports.handler = async () => { throw new Error() }'), {}));
    expect(lambda.invocations.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
  });
});

test('the time of runs can be ended', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'run-'));
  const sign = join(directory, 'sign');
  const stuck = `exports.handler = async () => { require('node:fs').writeFileSync(${JSON.stringify(sign)}, ''); for (;;) {} }`;
  const running = lambda.invoke(make(stuck, { timeout: 900 }), {});
  while (!existsSync(sign)) {
    await setTimeout(5);
  }
  lambda.timeOut();
  expect((await running).error!.errorMessage).toMatch(/Task timed out after 900\.00 seconds$/);
  rmSync(directory, { recursive: true });
});

describe('logs', () => {
  test('hold the lines of one invocation', async () => {
    const arn = make('console.log("at the start"); exports.handler = async ({ n }) => { console.warn("n is %d", n); process.stdout.write("raw\\n"); }');
    const first = await lambda.invoke(arn, { n: 1 });
    const second = await lambda.invoke(arn, { n: 2 });

    expect(first.log.split('\n').map((line) => line.replaceAll(first.requestId, 'ID').replace(/^\S+Z\t/, ''))).toEqual([
      'START RequestId: ID Version: $LATEST', 'undefined\tINFO\tat the start', 'ID\tWARN\tn is 1', 'raw', 'END RequestId: ID',
      expect.stringMatching(/^REPORT RequestId: ID\tDuration: .* ms\tBilled Duration: .* ms\tMemory Size: 128 MB\tInit Duration: .* ms$/), '',
    ]);
    expect(second.log).toContain('n is 2');
    expect(second.log).not.toContain('n is 1');
    expect(lambda.log(arn)).toBe(first.log + second.log);
  });

  test('are JSON when the function says so, from its level on', async () => {
    const arn = make('exports.handler = async () => { console.info("quiet"); console.warn({ a: 1 }); }', { logFormat: 'JSON', applicationLogLevel: 'WARN' });
    const { log, requestId } = await lambda.invoke(arn, {});

    expect(log).not.toContain('quiet');
    expect(JSON.parse(log.split('\n')[1])).toEqual({ timestamp: expect.any(String), level: 'WARN', requestId, message: { a: 1 } });
  });
});
