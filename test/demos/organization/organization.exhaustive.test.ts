import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Progress } from '../../../demos/common/progress';
import { runOrganizationScenario } from '../../../demos/organization/scenario';
import type { LocalAws } from '../../../local-aws/local-aws';
import { SMALL_ORGANIZATION } from '../../examples/small-organization';

let directory: string;
let aws: LocalAws | undefined;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'organization-test-'));
});
afterEach(async () => {
  await aws?.stop();
  rmSync(directory, { recursive: true });
});

test('the roll-out to 12 accounts does all that its demo claims', async () => {
  const lines: string[] = [];
  const { held, failed } = await runOrganizationScenario({
    directory,
    settings: SMALL_ORGANIZATION,
    // What is denied for lack of a support plan is tried for a third of this time.
    handlerTimeout: 30,
    progress: new Progress({ write: () => undefined }),
    terminal: { width: 80, colors: false, print: (line = '') => lines.push(line) },
    onStart: (started) => (aws = started),
  });
  expect(lines.filter((line) => line.includes('✗'))).toEqual([]);
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
  expect({ held, failed }).toEqual({ held: 38, failed: 0 });

  const cells = (line: string) => line.trim().split(/\s{2,}/);
  const totals = lines.filter((line) => line.startsWith('  all ')).map(cells);
  // Account by account up to the one whose channel is not the stack's; then all; then all again; then the removal with one that joined.
  expect(totals).toEqual([
    ['all', '12', '2', '0', '1', '9'],
    ['all', '12', '8', '2', '2', '0'],
    ['all', '12', '9', '3', '0', '0'],
    ['all', '13', '13', '0', '0'],
  ]);
  expect(lines.filter((line) => line.includes('StackSet operation')).map((line) => line.trim().replace(/, at most .*/, ''))).toEqual([
    'StackSet operation CREATE: FAILED', 'StackSet operation CREATE: SUCCEEDED', 'StackSet operation UPDATE: SUCCEEDED', 'StackSet operation DELETE: SUCCEEDED',
  ]);
});

test.each([['--help', 0, 'Usage: npm run demo:organization'], ['--accounts', 2, 'Unknown option "--accounts". npm run demo:organization -- --help']])('the command with %s', (option, status, text) => {
  const demo = join(__dirname, '..', '..', '..', 'demos', 'organization', 'main.ts');
  const result = spawnSync(process.execPath, ['--require', require.resolve('tsx/cjs'), demo, option], { encoding: 'utf8' });
  expect(result.stdout + result.stderr).toContain(text);
  expect(result.status).toBe(status);
});
