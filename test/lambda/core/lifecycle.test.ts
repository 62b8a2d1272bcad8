import { ServiceError } from '../../../lambda/aws/client';
import { ignore, onCreate, onDelete, onUpdate, Work } from '../../../lambda/core/lifecycle';
import { parsePhysicalId } from '../../../lambda/core/physical-id';
import { Declaration, ResourceType, Services } from '../../../lambda/core/resource-type';
import { Stack } from '../../../lambda/core/stack';
import { CustomResourceEvent } from '../../../lambda/custom-resource';
import { UserError } from '../../../lambda/user-error';
import { captureLog, clearEnvironment } from '../environment';
import { STACK_ID } from '../stack-answers';

interface Thing extends Declaration {
  readonly Value: string;
}

const ID = 'Thing/created/t';

/** What a service has, what was done to it, and what goes wrong there. */
let there: Thing | undefined;
let done: string[];
let failure: Error | undefined;
let stack: Stack;

beforeEach(() => {
  clearEnvironment();
  captureLog();
  there = undefined;
  done = [];
  failure = undefined;
  stack = {
    holderOf: async () => undefined,
    holderBefore: async () => undefined,
    idBefore: async () => undefined,
    findHolder: async () => undefined,
    has: async () => false,
    resourceStatus: async () => 'CREATE_IN_PROGRESS',
    isRollingBack: async () => false,
    isAtRest: async () => true,
    isUndoing: async () => false,
    hasDeleted: async () => false,
  };
});

afterEach(() => {
  jest.restoreAllMocks();
});

function change(what: string, value: Thing | undefined): Promise<{}> {
  done.push(what);
  if (failure) {
    const error = failure;
    failure = undefined;
    return Promise.reject(error);
  }
  there = value;
  return Promise.resolve({});
}

const thing: ResourceType<Thing> = {
  name: 'Custom::Thing',
  parse: (properties) => properties as unknown as Thing,
  check: ({ Value: value }) => value === '' ? [{ property: 'value', violation: 'must not be empty', remedy: 'Give one' }] : [],
  targetOf: () => ['t'],
  nativeIdOf: () => 'native',
  read: async (_services, _target, declared) => there && { ...declared, Value: there.Value },
  diff: (_id, actual, declared) => actual.Value === declared.Value ? [] : [{ operation: declared.Value, method: 'POST', path: '/' }],
  apply: async (_services, _target, steps) => {
    for (const { operation } of steps) {
      if (!there) {
        throw serviceError('ResourceNotFoundException');
      }
      await change(`change to ${operation}`, { Value: operation });
    }
  },
  create: (_services, declared) => change('create', declared),
  remove: () => change('remove', undefined),
  describe: ({ Value: value }) => `value: there is "${value}"`,
};

function workOn(type: ResourceType<Thing>, of: CustomResourceEvent): Work {
  return { type, event: of, services: services(), declared: type.parse(of.ResourceProperties) } as Work;
}

function services(): Services {
  const given = { stack, undo: (work: (services: Services) => Promise<unknown>) => work(given as Services).then(() => undefined, () => undefined) };
  return given as Services;
}

function event(RequestType: CustomResourceEvent['RequestType'], properties: object, PhysicalResourceId?: string, old?: object): CustomResourceEvent {
  return {
    RequestType,
    ResponseURL: 'http://127.0.0.1/answer',
    StackId: STACK_ID,
    RequestId: 'request',
    ResourceType: thing.name,
    LogicalResourceId: 'Own',
    PhysicalResourceId,
    ResourceProperties: properties as CustomResourceEvent['ResourceProperties'],
    OldResourceProperties: old as CustomResourceEvent['OldResourceProperties'],
  };
}

async function create(properties: object): Promise<string> {
  return (await onCreate(workOn(thing, event('Create', properties)))).PhysicalResourceId;
}

function serviceError(name: string, mayHaveSucceeded = false): ServiceError {
  return new ServiceError(name, 'm', 'CreateThing', 'tries: 1, request id: none', mayHaveSucceeded);
}

describe('a Create', () => {
  test('of what is not there makes it', async () => {
    expect(await create({ Value: 'a' })).toBe(ID);
    expect(done).toEqual(['create']);
  });

  test('with problems does nothing and tells them all', async () => {
    await expect(create({ Value: '' })).rejects.toThrow(new UserError('Own has 1 problem:\n  - value: must not be empty. Give one.'));
    expect(done).toEqual([]);
  });

  test.each<[string, object, string, string[]]>([
    ['equal', { Value: 'theirs' }, 'Thing/adopted/t', []],
    ['equal, with OWN', { Value: 'theirs', Existing: 'OWN' }, 'Thing/owned/t', []],
    ['another one, with ADOPT', { Value: 'a', Existing: 'ADOPT' }, 'Thing/adopted/t;previous=%7B%22Value%22%3A%22theirs%22%7D', ['change to a']],
    ['another one, with OWN', { Value: 'a', Existing: 'OWN' }, 'Thing/owned/t;previous=%7B%22Value%22%3A%22theirs%22%7D', ['change to a']],
  ])('of what is there: %s', async (_what, properties, id, changes) => {
    there = { Value: 'theirs' };
    expect([await create(properties), done]).toEqual([id, changes]);
  });

  test.each([{}, { Existing: 'FAIL' }])('of what is there, another one, fails with %j', async (existing) => {
    there = { Value: 'theirs' };
    await expect(create({ Value: 'a', ...existing })).rejects.toThrow(/^value: there is "theirs" that this stack did not create\. .*ADOPT/);
    expect(done).toEqual([]);
  });

  describe('of what another stack has, another one,', () => {
    const HELD = 'value: there is "theirs", which L of stack other has (Custom::Thing). Retain it there by its DeletionPolicy, remove it, then set existing to OWN here.';

    beforeEach(() => {
      there = { Value: 'theirs' };
      stack.findHolder = async (ids) => ids.includes(ID)
        ? { stackId: 'x', stackName: 'other', logicalId: 'L', physicalId: ID, type: thing.name, status: 'CREATE_COMPLETE', timestamp: '' } : undefined;
    });

    test.each(['FAIL', 'ADOPT', 'OWN'])('fails with %s and says what to do there', async (Existing) => {
      await expect(create({ Value: 'a', Existing })).rejects.toThrow(HELD);
      expect(done).toEqual([]);
    });

    test('takes it over when it will show whose it is', async () => {
      const type = { ...thing, isOthers: async (_services: Services, actual: Thing, declared: Thing) => actual.Value === 'a' && declared.Value === 'theirs' };
      await onCreate(workOn(type, event('Create', { Value: 'a', Existing: 'OWN' })));
      expect(done).toEqual(['change to a']);
    });
  });

  test.each(['ADOPT', 'OWN', 'FAIL'])('fails with %s, equal or not, where a native resource has it', async (Existing) => {
    there = { Value: 'a' };
    stack.findHolder = async ([id]) => id === 'native'
      ? { stackId: 'x', stackName: 'other', logicalId: 'L', physicalId: id, type: 'AWS::A::Thing', status: 'CREATE_COMPLETE', timestamp: '' } : undefined;
    await expect(create({ Value: 'a', Existing })).rejects.toThrow(/^value: there is "a", which L of stack other has \(AWS::A::Thing\)\. Retain /);
    expect(done).toEqual([]);
  });

  test.each(['created', 'adopted', 'owned'])('of what another resource of the stack has keeps its mark, %s', async (ownership) => {
    there = { Value: 'before' };
    stack.holderOf = async () => `Thing/${ownership}/t`;
    expect(parsePhysicalId(await create({ Value: 'a' }))).toMatchObject({ ownership, previous: { Value: 'before' } });
  });

  test('of what the stack made itself, equal, is a Create that was repeated', async () => {
    there = { Value: 'a' };
    expect((await onCreate(workOn({ ...thing, originOf: async () => 'stack' }, event('Create', { Value: 'a' })))).PhysicalResourceId).toBe(ID);
  });

  test('of what the stack made itself, another one, changes it and can never delete it', async () => {
    there = { Value: 'theirs' };
    const { PhysicalResourceId: physicalResourceId } = await onCreate(workOn({ ...thing, originOf: async () => 'stack' }, event('Create', { Value: 'a' })));
    expect([parsePhysicalId(physicalResourceId)!.ownership, done]).toEqual(['adopted', ['change to a']]);
  });

  test('of what an earlier attempt left takes it over, with nothing to put back', async () => {
    there = { Value: 'left' };
    const { PhysicalResourceId: physicalResourceId } = await onCreate(workOn({ ...thing, originOf: async () => 'earlier attempt' }, event('Create', { Value: 'a' })));
    expect([physicalResourceId, done]).toEqual(['Thing/adopted/t', ['change to a']]);
  });

  test('whose way back is not there changes nothing', async () => {
    there = { Value: 'theirs' };
    const type = { ...thing, proveWayBack: () => Promise.reject(new UserError('no way back')) };
    await expect(onCreate(workOn(type, event('Create', { Value: 'a', Existing: 'ADOPT' })))).rejects.toThrow('no way back');
    expect(done).toEqual([]);
  });
});

describe('a change that fails', () => {
  test.each<[string, Error, string[]]>([
    ['is not taken back when it was refused', serviceError('ValidationException'), ['create']],
    ['is not taken back when it failed in the handler', new TypeError('x'), ['create']],
    ['is taken back when its answer was lost', serviceError('ConnectionError', true), ['create', 'remove']],
  ])('%s', async (_what, error, expected) => {
    failure = error;
    const left = { Value: 'a' };
    jest.spyOn(thing, 'read').mockImplementationOnce(async () => undefined).mockImplementation(async () => left);
    await expect(create(left)).rejects.toBe(error);
    expect(done).toEqual(expected);
  });

  test('is left when the stack knows of its success from another delivery', async () => {
    failure = serviceError('ConnectionError', true);
    stack.resourceStatus = async () => 'CREATE_COMPLETE';
    await expect(create({ Value: 'a' })).rejects.toBeInstanceOf(ServiceError);
    expect(done).toEqual(['create']);
  });

  test.each<[boolean, string, RegExp | string]>([
    [true, 'a', ID],
    [false, 'a', 'Thing/adopted/t'],
    [true, 'theirs', /^value: there is "theirs"/],
  ])('as somebody was faster (an earlier try may have done it: %s; there is "%s")', async (mayHaveSucceeded, Value, expected) => {
    failure = serviceError('ConflictException', mayHaveSucceeded);
    jest.spyOn(thing, 'read').mockImplementationOnce(async () => undefined).mockImplementation(async () => ({ Value }));
    const outcome = await create({ Value: 'a' }).catch((error: Error) => error.message);
    expect(outcome).toEqual(typeof expected === 'string' ? expected : expect.stringMatching(expected));
  });
});

describe('an Update', () => {
  const update = (properties: object, old: object = { Value: 'old' }) => onUpdate(workOn(thing, event('Update', properties, ID, old)));

  test.each<[string, string | undefined, string[]]>([
    ['that finds what is declared changes nothing', 'a', []],
    ['that finds anything else changes it', 'by hand', ['change to a']],
    ['that finds nothing makes it again', undefined, ['create']],
  ])('%s', async (_what, value, expected) => {
    there = value === undefined ? undefined : { Value: value };
    expect((await update({ Value: 'a' })).PhysicalResourceId).toBe(ID);
    expect(done).toEqual(expected);
  });

  test('that does not find what a list that lags has not yet changes it all the same', async () => {
    there = { Value: 'old' };
    jest.spyOn(thing, 'read').mockResolvedValueOnce(undefined);
    await update({ Value: 'a' });
    expect([done, there]).toEqual([['change to a'], { Value: 'a' }]);
  });

  test.each([[true, true], [false, false]])('of what is gone for good succeeds in a rollback only (%s)', async (isRollingBack, succeeds) => {
    stack.isRollingBack = async () => isRollingBack;
    failure = serviceError('ConflictException');
    const outcome = await update({ Value: 'a' }).then(() => true, () => false);
    expect(outcome).toBe(succeeds);
  });

  test.each(['ForbiddenException', 'ConflictException'])('of what is as declared succeeds in a rollback though the rest fails: %s', async (name) => {
    stack.isRollingBack = async () => true;
    there = { Value: 'a' };
    const attributes = jest.fn().mockRejectedValueOnce(serviceError(name)).mockResolvedValue({ Name: 'n' });
    await expect(onUpdate(workOn({ ...thing, attributes }, event('Update', { Value: 'a' }, ID, { Value: 'old' }))))
      .resolves.toEqual({ PhysicalResourceId: ID, Data: { Name: 'n' } });
  });

  test.each(['ForbiddenException', 'ConflictException'])('that cannot bring back what a rollback asks for fails: %s', async (name) => {
    stack.isRollingBack = async () => true;
    there = { Value: 'failed attempt' };
    failure = serviceError(name);
    await expect(update({ Value: 'a' })).rejects.toMatchObject({ name });
    expect(there).toEqual({ Value: 'failed attempt' });
  });
});

describe('a Delete', () => {
  async function deleted(id: string, properties: object = {}): Promise<string[]> {
    there = { Value: 'a' };
    await onDelete(workOn(thing, event('Delete', { Value: 'a', ...properties }, id)));
    return done;
  }
  const previous = ';previous=%7B%22Value%22%3A%22before%22%7D';

  test.each<[string, string, object, { held?: boolean; undoing?: boolean; elsewhere?: boolean }, string[]]>([
    ['what was created is removed', 'created/t', {}, {}, ['remove']],
    ['what was created is removed in a rollback, too', `created/t${previous}`, {}, { undoing: true }, ['remove']],
    ['what another resource holds is left', 'created/t', {}, { held: true }, []],
    ['what another resource holds is put back in a rollback', `created/t${previous}`, {}, { held: true, undoing: true }, ['change to before']],
    ['what another stack holds is left', 'created/t', {}, { elsewhere: true }, []],
    ['what was adopted is left', 'adopted/t', {}, {}, []],
    ['what was adopted and changed is left', `adopted/t${previous}`, {}, {}, []],
    ['what was adopted and changed is put back in a rollback', `adopted/t${previous}`, {}, { undoing: true }, ['change to before']],
    ['what was adopted as it was is left in a rollback', 'adopted/t', {}, { undoing: true }, []],
    ['what was adopted is removed when OWN is declared by now', 'adopted/t', { Existing: 'OWN' }, {}, ['remove']],
    ['what was taken to own is removed', 'owned/t', {}, {}, ['remove']],
    ['what was taken to own is left when ADOPT is declared by now', 'owned/t', { Existing: 'ADOPT' }, {}, []],
    ['what was taken to own is left in a rollback', 'owned/t', { Existing: 'OWN' }, { undoing: true }, []],
    ['what was taken to own and changed is put back in a rollback', `owned/t${previous}`, { Existing: 'OWN' }, { undoing: true }, ['change to before']],
  ])('%s', async (_what, id, properties, { held, undoing, elsewhere }, expected) => {
    stack.holderOf = async () => held ? ID : undefined;
    stack.isUndoing = async () => undoing === true;
    stack.findHolder = async () => elsewhere ? { stackId: 'x', stackName: 'y', logicalId: 'l', physicalId: 'p', type: 't', status: 's', timestamp: '' } : undefined;
    expect(await deleted(`Thing/${id}`, properties)).toEqual(expected);
  });

  test.each(['failed/Own', 'support-Own-1ABCDEFGHIJKL', 'Other/created/t'])('of %s does nothing', async (id) => {
    expect(await deleted(id)).toEqual([]);
  });

  test.each<[string, object, string, string[]]>([
    ['which the stack made', {}, 'stack', ['remove']],
    ['which an earlier attempt made', {}, 'earlier attempt', []],
    ['which the stack made, unless it was to adopt', { Existing: 'ADOPT' }, 'stack', []],
    ['which the stack made, unless it is another one', { Value: 'b' }, 'stack', []],
    ['which the stack made, unless the declaration has problems', { Value: '' }, 'stack', []],
  ])('of an invented id removes what is there, %s', async (_what, properties, origin, expected) => {
    there = { Value: 'a' };
    const type: ResourceType<Thing> = { ...thing, originOf: async () => origin as 'stack', isOthers: async () => false };
    await onDelete(workOn(type, event('Delete', { Value: 'a', ...properties }, 'support-Own-1ABCDEFGHIJKL')));
    expect(done).toEqual(expected);
  });

  test('leaves what somebody else has taken over', async () => {
    there = { Value: 'a' };
    await onDelete(workOn({ ...thing, isTaken: () => true }, event('Delete', { Value: 'a' }, ID)));
    expect(done).toEqual([]);
  });

  test.each<[string, string, string, string[]]>([
    ['as the stack took it over with other settings', 'a', 'Thing/owned/t;previous=%7B%22Value%22%3A%22before%22%7D', ['remove']],
    ['otherwise, when the stack took it over with other settings', 'b', 'Thing/owned/t;previous=%7B%22Value%22%3A%22before%22%7D', []],
    ['otherwise, when the stack made it', 'b', ID, ['remove']],
  ])('of what is there %s', async (_what, Value, id, expected) => {
    expect(await deleted(id, { Value })).toEqual(expected);
  });

  test('asks under every id but its own who has it', async () => {
    const asked: string[] = [];
    stack.findHolder = async (ids) => void asked.push(...ids);
    await deleted('Thing/owned/t');
    expect(asked).toEqual(['Thing/created/t', 'Thing/adopted/t', 'Thing/taken/t']);
  });
});

test('ignore passes over the errors of some names', () => {
  expect(ignore('ResourceNotFound')(serviceError('ResourceNotFoundException'))).toBeUndefined();
  expect(() => ignore('ResourceNotFound')(serviceError('ConflictException'))).toThrow(ServiceError);
  expect(() => ignore('ResourceNotFound')(new TypeError('x'))).toThrow(TypeError);
});
