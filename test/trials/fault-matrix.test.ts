import { formatMatrix, runMatrix, type MatrixOptions, type MatrixResult } from '../../trials/fault-matrix';
import { MUTATIONS, bundleMutation } from '../../trials/mutations';

// `npm run fault-matrix` runs all of it.
const FAULTS = ['500', 'reset after the service acted', 'lost reply', 'hang'];
const PART: MatrixOptions = {
  kinds: ['channel'], events: ['Create', 'Delete'], worlds: 1, select: ({ fault }) => FAULTS.includes(fault.name),
};

/** Runs a part of the matrix with a mistake in the handler. */
async function runMutated(name: string): Promise<MatrixResult[]> {
  const code = await bundleMutation(MUTATIONS.find((mutation) => mutation.name === name)!);
  return runMatrix({ ...PART, code, select: (matrixCase) => PART.select!(matrixCase) && matrixCase.duration === 'transient' });
}

function broken(results: readonly MatrixResult[]): string[] {
  return results.filter(({ problem }) => problem !== undefined).map(({ event, fault, place }) => `${event}, ${fault.name}, ${place}`);
}

test('each fault comes to its end', async () => {
  const results = await runMatrix(PART);
  expect(results.flatMap(({ problem }) => problem ?? [])).toEqual([]);
  expect(formatMatrix(results, 'transient')).toBe([
    '| A few times, then fine | Create | Update | replacement | Delete | adoption |',
    '|---|---|---|---|---|---|',
    ...FAULTS.map((name) => `| ${name} | converges (2) | - | - | converges (2) | - |`),
  ].join('\n'));
  expect(formatMatrix(results, 'permanent')).toBe([
    '| Until the resource fails | Create | Update | replacement | Delete | adoption |',
    '|---|---|---|---|---|---|',
    ...FAULTS.map((name) => `| ${name} | fails clearly (2) | - | - | fails clearly (2) | - |`),
  ].join('\n'));
});

test('a handler that does not try again breaks a rule with each fault', async () => {
  const results = await runMutated('does not try again');
  expect(broken(results)).toHaveLength(results.length);
  expect(formatMatrix(results, 'transient')).toContain('| 500 | **breaks a rule** (2) | - | - | **breaks a rule** (2) | - |');
  expect(results[0].problem).toMatch(/^a transient fault failed the stack, in ROLLBACK_COMPLETE: .*tries: 1, /);
});

test.each([
  ['takes the conflict with its own earlier try for a failure', 'Create', 'CreateSlackChannelConfiguration'],
  ['fails a deletion of what is gone', 'Delete', 'DeleteSlackChannelConfiguration'],
])('a handler that %s breaks a rule where the service has acted', async (name, event, operation) => {
  expect(broken(await runMutated(name))).toEqual([`${event}, reset after the service acted, ${operation}`, `${event}, lost reply, ${operation}`]);
});
