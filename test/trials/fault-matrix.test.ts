import { broken, FAULTS, PART, runMutated } from './fault-matrix-part';
import { formatMatrix, runMatrix } from '../../trials/fault-matrix';

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
