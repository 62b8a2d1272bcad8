import { captureLog, clearEnvironment, endInvocations, invocation, useCredentials, withoutWaits } from './environment';
import { ScriptedServer } from './scripted-server';
import { stackAnswer, stackEvent } from './stack-answers';
import { ServiceError } from '../../lambda/aws/client';
import { PhysicalId } from '../../lambda/physical-id';
import { assertValid, attemptChange, claim, ignore, release, Services } from '../../lambda/resource-handler';
import { Holding, stackOf } from '../../lambda/stack';
import { UserError } from '../../lambda/user-error';
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
  async function attempt(status: string | undefined, change: () => Promise<unknown>, takeBackFails = false, isDoneInPart = false) {
    server = await ScriptedServer.start(stackAnswer(status === undefined ? [] : [{ logicalId: 'Own', status }]));
    process.env.AWS_ENDPOINT_URL_CLOUDFORMATION = server.url;
    const undoServices = { ownStack: stackOf(stackEvent(), invocation()) } as Services;
    const takenBackWith: Services[] = [];
    const services = {
      undo: (work) => work(undoServices).then(() => undefined, () => undefined),
    } as Services;
    const error: unknown = await attemptChange(services, change, async (given) => {
      takenBackWith.push(given);
      if (takeBackFails) {
        throw new Error('not taken back');
      }
    }, () => isDoneInPart).then(() => undefined, (reason) => reason);
    const usedUndoServices = takenBackWith.every((given) => given === undoServices);
    return { error, takenBack: takenBackWith.length, usedUndoServices, asked: server.requests.length };
  }

  test('that succeeds is not taken back, and nobody asks the stack', async () => {
    expect(await attempt('CREATE_IN_PROGRESS', () => Promise.resolve())).toMatchObject({ error: undefined, takenBack: 0, asked: 0 });
  });

  test('that was refused after a part of it was done is taken back', async () => {
    const failure = serviceError('ConflictException', false);
    expect(await attempt('CREATE_IN_PROGRESS', () => Promise.reject(failure), false, true)).toMatchObject({ error: failure, takenBack: 1 });
  });

  test('that was refused in part is left when the stack knows of its success', async () => {
    expect(await attempt('CREATE_COMPLETE', () => Promise.reject(new UserError('x')), false, true)).toMatchObject({ takenBack: 0, asked: 1 });
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

describe('ignore', () => {
  test('passes over the errors that it names', async () => {
    await expect(Promise.reject(serviceError('ResourceNotFoundException', false)).catch(ignore('X', 'ResourceNotFound'))).resolves.toBe(false);
  });

  test.each([serviceError('ConflictException', false), new TypeError('x')])('fails with %s', async (failure) => {
    await expect(Promise.reject(failure).catch(ignore('ResourceNotFound'))).rejects.toBe(failure);
  });
});

/** A stack that holds a target in some way, and rolls back or does not. */
function servicesOf(ownStack: Partial<Services['ownStack']>): Services {
  return { ownStack } as Services;
}

describe('claim', () => {
  const target: PhysicalId = { resourceType: 'Custom::SupportAppAccountAlias', ownership: 'created', target: ['111122223333'] };
  const claimed = (holding: Holding | undefined, properties: object, previous?: object) => claim(
    { ...stackEvent(), ResourceProperties: { ...properties } }, servicesOf({ holdingOf: async () => holding }), target, { what: 'x: there is one', previousConfiguration: previous });

  test.each<[string, Holding | undefined, object, object | undefined, string]>([
    ['what equals the declaration is adopted', undefined, {}, undefined, 'SupportAppAccountAlias/adopted/111122223333'],
    ['what may be adopted is, and what it was is remembered', undefined, { Existing: 'ADOPT' }, { a: 1 },
      'SupportAppAccountAlias/adopted/111122223333;previous=%7B%22a%22%3A1%7D'],
    ['what the stack has created stays created', { ownership: 'created' }, {}, { a: 1 }, 'SupportAppAccountAlias/created/111122223333;previous=%7B%22a%22%3A1%7D'],
    ['what the stack has adopted stays adopted', { ownership: 'adopted' }, {}, undefined, 'SupportAppAccountAlias/adopted/111122223333'],
    ['a rollback returns to the very same id', { ownership: 'created', returnsTo: 'former' }, {}, { a: 1 }, 'former'],
  ])('%s', async (_, holding, properties, previous, expected) => {
    expect(await claimed(holding, properties, previous)).toBe(expected);
  });

  test.each([{}, { Existing: 'FAIL' }])('anything else is an error with %j', async (properties) => {
    await expect(claimed(undefined, properties, { a: 1 })).rejects.toThrow(/^x: there is one that this stack did not create\. .*ADOPT/);
  });
});

describe('release', () => {
  async function released(id: Partial<PhysicalId>, isHeldByOther: boolean, isRollingBack: boolean, isHeldElsewhere = false): Promise<string[]> {
    const done: string[] = [];
    await release(
      { resourceType: 'Custom::X', ownership: 'created', target: ['t'], ...id },
      servicesOf({
        holderOf: async () => isHeldByOther ? { resourceType: 'Custom::X', ownership: 'created', target: ['t'] } : undefined,
        isRollingBack: async () => isRollingBack,
        isHeldElsewhere: async () => isHeldElsewhere,
      }),
      async () => done.push('remove'),
      async (configuration) => done.push(`put back ${JSON.stringify(configuration)}`),
    );
    return done;
  }
  const previousConfiguration = { a: 1 };

  test.each<[string, Partial<PhysicalId>, boolean, boolean, string[]]>([
    ['what was created is removed', {}, false, false, ['remove']],
    ['what was created is removed in a rollback, too', { previousConfiguration }, false, true, ['remove']],
    ['what another resource holds is left', {}, true, false, []],
    ['what another resource holds is put back in a rollback', { previousConfiguration }, true, true, ['put back {"a":1}']],
    ['what was taken to own is removed', { ownership: 'owned' }, false, false, ['remove']],
    ['what was adopted is left', { ownership: 'adopted' }, false, false, []],
    ['what was adopted and changed is left', { ownership: 'adopted', previousConfiguration }, false, false, []],
    ['what was adopted and changed is put back in a rollback', { ownership: 'adopted', previousConfiguration }, false, true, ['put back {"a":1}']],
    ['what was adopted as it was is left in a rollback', { ownership: 'adopted' }, false, true, []],
  ])('%s', async (_, id, isHeldByOther, isRollingBack, expected) => {
    expect(await released(id, isHeldByOther, isRollingBack)).toEqual(expected);
  });

  test('what another stack holds is left', async () => {
    expect(await released({}, false, false, true)).toEqual([]);
  });
});

test('assertValid names the resource', () => {
  expect(() => assertValid(stackEvent(), checkAccountAlias({ AccountAlias: '' }))).toThrow(UserError);
  expect(() => assertValid(stackEvent(), checkAccountAlias({ AccountAlias: '' }))).toThrow(/^Own has .*problem/);
  expect(() => assertValid(stackEvent(), [])).not.toThrow();
});
