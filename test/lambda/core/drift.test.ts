import { ServiceError } from '../../../lambda/aws/client';
import { checkDrift } from '../../../lambda/core/drift';
import { Work } from '../../../lambda/core/lifecycle';
import { Declaration, ResourceType, Services } from '../../../lambda/core/resource-type';
import { Stack } from '../../../lambda/core/stack';
import { CustomResourceEvent } from '../../../lambda/custom-resource';
import { DriftCheck, Ownership } from '../../../src/contract';
import { captureLog, captureMetrics } from '../environment';
import { STACK_ID } from '../stack-answers';

interface Thing extends Declaration {
  readonly Mode: string;
  readonly Name: string;
}

const DECLARED: Thing = { Mode: 'a', Name: 'declared' };

/** What a service has of each thing, and what was done to it. */
let there: Record<string, Thing | undefined>;
let done: string[];
let failures: Record<string, string>;
let answersOfRest: boolean[];
let holder: boolean;
let lines: Record<string, unknown>[];
let metrics: Record<string, unknown>[];

beforeEach(() => {
  there = { t: { ...DECLARED } };
  done = [];
  failures = {};
  answersOfRest = [];
  holder = false;
  lines = captureLog();
  metrics = captureMetrics();
});

afterEach(() => {
  jest.restoreAllMocks();
});

function failIf(operation: string): void {
  if (failures[operation]) {
    throw new ServiceError(failures[operation], 'no', operation, 'tries: 1', false);
  }
}

const thing: ResourceType<Thing> = {
  name: 'Custom::Thing',
  parse: (properties) => properties as unknown as Thing,
  check: () => [],
  targetOf: ({ Name: name }) => [name],
  nativeIdOf: () => 'native',
  read: async (_services, [target]) => {
    failIf(`read ${target}`);
    return there[target];
  },
  diff: ({ target: [target] }, actual, declared) => JSON.stringify(actual) === JSON.stringify(declared) ? [] : [{ operation: target, method: 'PUT', path: '/' }],
  apply: async (_services, [target], steps) => {
    for (const { operation } of steps) {
      failIf(`change ${operation}`);
      done.push(`change ${operation}`);
      there[target] = DECLARED;
    }
  },
  create: async () => {
    done.push('create');
    return {};
  },
  remove: async () => {
    done.push('remove');
  },
  describe: () => 'a thing',
};

async function check(repair: Ownership[], resources: string[] = ['Thing/created/t'], type = thing): Promise<string[]> {
  const stack: Partial<Stack> = {
    isAtRest: async () => answersOfRest.shift() ?? true,
    findHolder: async (ids) => holder && !ids.includes('Thing/created/t')
      ? { stackId: 's', stackName: 'n', logicalId: 'l', physicalId: 'p', type: 't', status: 's', timestamp: '' } : undefined,
    resourceStatus: async () => 'CREATE_COMPLETE',
  };
  const services = { stack, undo: async (work: (of: Services) => Promise<unknown>) => void await work(services as Services) };
  const event: DriftCheck = {
    StackId: STACK_ID,
    Time: '2026-01-02T03:04:05Z',
    Repair: repair,
    Resources: resources.map((id, index) => (
      { ResourceType: thing.name, LogicalResourceId: `L${index}`, PhysicalResourceId: id, ResourceProperties: { ...DECLARED } })),
  };
  const workOn = (of: CustomResourceEvent) => ({ type, event: of, services, declared: type.parse(of.ResourceProperties) }) as unknown as Work;
  await checkDrift(event, workOn);
  return lines.map(({ drift, repair: outcome, note }) => [drift, outcome, note].filter((part) => part !== undefined).join(' '));
}

function counted(): unknown[] {
  return metrics.map(({ _aws, ...counts }) => counts);
}

test('in sync is told, and nothing else is asked', async () => {
  expect(await check(['created'])).toEqual(['IN_SYNC']);
  expect(done).toEqual([]);
  expect(counted()).toEqual([{ StackName: 'support', DriftedResources: 0, RepairedResources: 0, UnreadableResources: 0 }]);
});

test('what has changed is told with its values, unless these are sensitive', async () => {
  there.t = { Mode: 'b', Name: 'secret' };
  await check([]);
  expect(lines).toEqual([{
    resource: 'L0', drift: 'CHANGED', changes: [{ property: 'mode', declared: 'a', actual: 'b' }, { property: 'channelName' }],
  }]);
  expect(done).toEqual([]);
  expect(counted()).toEqual([{ StackName: 'support', DriftedResources: 1, RepairedResources: 0, UnreadableResources: 0 }]);
});

test.each<[Ownership, Ownership[], boolean]>([
  ['created', [], false],
  ['created', ['created', 'owned'], true],
  ['owned', ['created', 'owned'], true],
  ['adopted', ['created', 'owned'], false],
  ['adopted', ['created', 'owned', 'adopted'], true],
])('%s is repaired with %j: %s', async (ownership, repair, isRepaired) => {
  there.t = { ...DECLARED, Mode: 'b' };
  expect(await check(repair, [`Thing/${ownership}/t`])).toEqual([isRepaired ? 'CHANGED REPAIRED' : 'CHANGED']);
  expect(done).toEqual(isRepaired ? ['change t'] : []);
});

test('what is missing is made anew, but for what would be another one', async () => {
  there = {};
  expect(await check(['created'])).toEqual(['MISSING REPAIRED']);
  expect(done).toEqual(['create']);
  done = [];
  lines.length = 0;
  expect(await check(['created'], undefined, { ...thing, isRepeatable: true })).toEqual(['MISSING']);
  expect(done).toEqual([]);
});

test('what another stack holds is left', async () => {
  there.t = { ...DECLARED, Mode: 'b' };
  holder = true;
  expect(await check(['created'])).toEqual(['CHANGED']);
  expect(done).toEqual([]);
});

test.each([[[false]], [[true, false]]])('what an operation of the stack may be changing is no drift, and ends the check: at rest %j', async (answers) => {
  there = { t: { ...DECLARED, Mode: 'b' }, u: { ...DECLARED, Mode: 'b' } };
  answersOfRest = answers;
  expect(await check(['created'], ['Thing/created/t', 'Thing/created/u'])).toEqual(['not at rest']);
  expect(done).toEqual([]);
  expect(metrics).toEqual([]);
});

test('what cannot be read while an operation may be taking the permission away is not told', async () => {
  failures['read t'] = 'AccessDeniedException';
  answersOfRest = [false];
  expect(await check([])).toEqual(['not at rest']);
  expect(metrics).toEqual([]);
});

test.each(['AccessDeniedException', 'ForbiddenException'])('what cannot be read is told, and the rest is checked: %s', async (name) => {
  there.u = { ...DECLARED, Mode: 'b' };
  failures['read t'] = name;
  expect(await check(['created'], ['Thing/created/t', 'Thing/created/u'])).toEqual(['UNREADABLE', 'CHANGED REPAIRED']);
  expect(lines[0].reason).toMatch(new RegExp(`^read t: no \\(${name}, tries: 1\\)`));
  expect(counted()).toEqual([{ StackName: 'support', DriftedResources: 1, RepairedResources: 1, UnreadableResources: 1 }]);
});

test('a repair that fails is told, and the rest is checked', async () => {
  there = { t: { ...DECLARED, Mode: 'b' }, u: { ...DECLARED, Mode: 'b' } };
  failures['change t'] = 'ConflictException';
  expect(await check(['created'], ['Thing/created/t', 'Thing/created/u'])).toEqual(['CHANGED FAILED', 'CHANGED REPAIRED']);
  expect(lines[0].reason).toMatch(/^change t: no \(ConflictException/);
  expect(done).toEqual(['change u']);
});
