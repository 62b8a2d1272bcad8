import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { ACCEPTED_FINDINGS } from './accepted-findings';
import { EXAMPLES, findApps, nameOf } from './examples';
import { requireNone, requireRules } from './template-checks';

const FINDING = { rule: 'E1', subject: 'a.json:1', message: 'is bad' };

test('an example is found by the app that it makes, in whatever folder', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'examples-test-'));
  try {
    fs.mkdirSync(path.join(folder, 'organization'));
    fs.writeFileSync(path.join(folder, 'organization', 'app.ts'), 'const app = new App({});');
    fs.writeFileSync(path.join(folder, 'account.ts'), 'new cdk.App();');
    fs.writeFileSync(path.join(folder, 'stack.ts'), 'class S extends Stack { }');
    fs.writeFileSync(path.join(folder, 'README.md'), 'new App()');
    expect(findApps(folder).map((file) => path.relative(folder, path.resolve(__dirname, '..', '..', file)))).toEqual(['account.ts', 'organization/app.ts']);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});

test('the example of one account is found', () => {
  expect(findApps(EXAMPLES)).toContain('examples/account.ts');
});

test('each app has a folder of its own', () => {
  expect(nameOf('examples/organization/app.ts')).toBe('organization-app');
  expect(nameOf('examples/account.ts')).toBe('account');
});

test('a finding is an error, and so is none where one must be', () => {
  expect(() => requireNone([FINDING])).toThrow('E1 a.json:1: is bad');
  expect(() => requireRules([FINDING], ['E1', 'E2'])).toThrow('not found by E2; found by E1');
  expect(() => requireRules([], ['E1'])).toThrow('not found by E1; found by none');
  expect(() => requireNone([])).not.toThrow();
  expect(() => requireRules([FINDING], ['E1'])).not.toThrow();
});

test('each accepted finding has a reason', () => {
  expect(ACCEPTED_FINDINGS.filter(({ reason }) => reason.length < 40)).toEqual([]);
});
