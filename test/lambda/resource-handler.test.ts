import { captureLog, clearEnvironment, endInvocations, invocation, useCredentials, withoutWaits } from './environment';
import { ScriptedServer } from './scripted-server';
import { stackAnswer, stackEvent } from './stack-answers';
import { ServiceError } from '../../lambda/aws/client';
import { UserError } from '../../lambda/errors';
import { assertValid, attemptChange, ignoreMissing, Services } from '../../lambda/resource-handler';
import { stackOf } from '../../lambda/stack';
import { checkAccountAlias } from '../../src/constraints';

let server: ScriptedServer | undefined;

beforeEach(() => {
  clearEnvironment();
  captureLog();
  withoutWaits();
  useCredentials({ accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token' });
  process.env.AWS_REGION = 'us-east-1';
});

afterEach(async () => {
  endInvocations();
  jest.restoreAllMocks();
  await server?.stop();
  server = undefined;
});

function serviceError(name: string, mayHaveSucceeded: boolean): ServiceError {
  return new ServiceError(name, 'm', 'PutAccountAlias', 'tries: 1, request id: none', mayHaveSucceeded);
}

describe('attemptChange', () => {
  /** Attempts a change in a stack that has the resource in a status, and tells what was done. */
  async function attempt(status: string | undefined, change: () => Promise<unknown>, takeBackFails = false) {
    server = await ScriptedServer.start(stackAnswer(status === undefined ? [] : [{ logicalId: 'Own', status }]));
    process.env.AWS_ENDPOINT_URL_CLOUDFORMATION = server.url;
    const undoServices = { stack: stackOf(stackEvent(), invocation()) } as Services;
    const takenBackWith: Services[] = [];
    const services = {
      undo: (work) => work(undoServices).then(() => undefined, () => undefined),
    } as Services;
    const error: unknown = await attemptChange(services, change, async (given) => {
      takenBackWith.push(given);
      if (takeBackFails) {
        throw new Error('not taken back');
      }
    }).then(() => undefined, (reason) => reason);
    const usedUndoServices = takenBackWith.every((given) => given === undoServices);
    return { error, takenBack: takenBackWith.length, usedUndoServices, asked: server.requests.length };
  }

  test('that succeeds is not taken back, and nobody asks the stack', async () => {
    expect(await attempt('CREATE_IN_PROGRESS', () => Promise.resolve())).toMatchObject({ error: undefined, takenBack: 0, asked: 0 });
  });

  test.each<[string, unknown]>([
    ['was refused', serviceError('ValidationException', false)],
    // Something is there already: what to do about it is the caller's to decide.
    ['conflicts, even if an earlier try may have been carried out', serviceError('ConflictException', true)],
    ['failed in the handler', new TypeError('x')],
  ])('that %s is not taken back', async (_what, failure) => {
    const { error, ...done } = await attempt('CREATE_IN_PROGRESS', () => Promise.reject(failure));
    expect(error).toBe(failure);
    expect(done).toMatchObject({ takenBack: 0, asked: 0 });
  });

  test.each<[string | undefined, number]>([
    ['CREATE_IN_PROGRESS', 1],
    ['UPDATE_IN_PROGRESS', 1],
    ['CREATE_FAILED', 1],
    ['UPDATE_FAILED', 1],
    ['DELETE_COMPLETE', 1],
    [undefined, 1],
    // Another delivery of the event has succeeded: what is there is what the stack believes.
    ['CREATE_COMPLETE', 0],
    ['UPDATE_COMPLETE', 0],
  ])('that may have been carried out, of a resource that is %s, is taken back %i times', async (status, takenBack) => {
    const failure = serviceError('ConnectionError', true);
    const { error, ...done } = await attempt(status, () => Promise.reject(failure));
    expect(error).toBe(failure);
    expect(done).toEqual({ takenBack, usedUndoServices: true, asked: 1 });
  });

  test('fails with its own error, also when it cannot be taken back', async () => {
    const failure = serviceError('ConnectionError', true);
    expect(await attempt('CREATE_IN_PROGRESS', () => Promise.reject(failure), true)).toMatchObject({ error: failure, takenBack: 1 });
  });
});

describe('ignoreMissing', () => {
  test('takes what is gone for deleted', async () => {
    await expect(ignoreMissing(Promise.reject(serviceError('ResourceNotFoundException', false)))).resolves.toBeUndefined();
    await expect(ignoreMissing(Promise.resolve())).resolves.toBeUndefined();
  });

  test.each([serviceError('ConflictException', false), new TypeError('x')])('fails with %s', async (failure) => {
    await expect(ignoreMissing(Promise.reject(failure))).rejects.toBe(failure);
  });
});

test('assertValid names the resource', () => {
  expect(() => assertValid(stackEvent(), checkAccountAlias({ AccountAlias: '' }))).toThrow(UserError);
  expect(() => assertValid(stackEvent(), checkAccountAlias({ AccountAlias: '' }))).toThrow(/^Own has .*problem/);
  expect(() => assertValid(stackEvent(), [])).not.toThrow();
});
