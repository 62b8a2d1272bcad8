import { execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

const ROOT = path.join(__dirname, '..', '..');

let folder: string;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'validators-test-'));
  fs.symlinkSync(process.execPath, path.join(folder, 'node'));
});

afterEach(() => {
  fs.rmSync(folder, { recursive: true });
});

/** Runs the validators with this as the only Python. */
function runWith(python?: string): { status: number | null; stdout: string; stderr: string } {
  if (python !== undefined) {
    fs.writeFileSync(path.join(folder, 'python3'), `#!/bin/sh\n${python}\n`, { mode: 0o755 });
  }
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--require', require.resolve('tsx/cjs'), path.join(__dirname, 'run.ts')], {
    cwd: ROOT, encoding: 'utf8', env: { PATH: folder, TMPDIR: folder },
  });
  return { status, stdout, stderr };
}

const NEEDS = 'npm run test:validators needs Python 3.10 or later with venv as "python3" (on Debian and Ubuntu: apt install python3-venv)';

test.each([
  ['there is none', undefined, `${NEEDS}; there is none\n`],
  ['it is too old', 'echo Python 3.9.2', `${NEEDS}; "python3" is 3.9.2\n`],
  ['it is Python 2', 'echo Python 2.7.18', `${NEEDS}; "python3" is 2.7.18\n`],
  ['it is no Python', 'exit 1', `${NEEDS}; there is none\n`],
])('the message says what is needed when %s', (_, python, message) => {
  expect(runWith(python)).toEqual({ status: 1, stdout: '', stderr: message });
});

test('each requirement has one version, and those that were asked for are among them', () => {
  const read = (name: string) => fs.readFileSync(path.join(__dirname, name), 'utf8').split('\n').filter((line) => line && !line.startsWith('#'));
  const [wanted, locked] = [read('requirements.in'), read('requirements.txt')];
  expect(wanted).toHaveLength(3);
  expect(locked).toEqual(expect.arrayContaining(wanted));
  expect(locked.filter((line) => !/^[\w.-]+==[\w.]+( ; \S.*)?$/.test(line))).toEqual([]);
});

test('what the tests write is ignored by git', () => {
  expect(execFileSync('git', ['check-ignore', '.tmp/validators'], { cwd: ROOT, encoding: 'utf8' })).toBe('.tmp/validators\n');
});
