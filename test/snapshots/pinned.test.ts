import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import recommendedFlags from 'aws-cdk-lib/recommended-feature-flags.json';
import { difference, differences, keepRelease, pin, pinned, releases, synthesize, toPinned, undocumentedChanges } from './pinned';
import { STACKS } from './stacks';

const ROOT = path.join(__dirname, '..', '..');
const NAMES = Object.keys(STACKS);
/** The stack with a role of the user's that can be changed. */
const POLICIES_OF_THE_CDK = 'handler-role-of-the-stack';
const MAXIMUM_PINNED_BYTES = 25_000;

let folder: string;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'snapshots-test-'));
});

afterEach(() => {
  fs.rmSync(folder, { recursive: true });
});

function expectNoDifference(expected: Map<string, string>, actual: Map<string, string>): void {
  const problems = differences(expected, actual);
  if (problems.length > 0) {
    throw new Error(problems.join('\n\n'));
  }
}

/** A template whose elements are sorted in each section: the CDK writes them as they are defined. */
function sorted(template: string): string {
  const sections = JSON.parse(template) as Record<string, object>;
  return JSON.stringify(Object.fromEntries(Object.entries(sections).sort(byKey).map(([section, elements]) => (
    [section, Object.fromEntries(Object.entries(elements).sort(byKey))]
  ))), undefined, 1);
}

function byKey([one]: [string, unknown], [other]: [string, unknown]): number {
  return one < other ? -1 : 1;
}

test.each(NAMES)('the template %s has the pinned bytes', (name) => {
  expectNoDifference(new Map([[name, pinned().get(name) ?? '']]), new Map([[name, toPinned(synthesize(STACKS[name]))]]));
});

test('each pinned file belongs to a stack, and each stack has one', () => {
  expect([...pinned().keys()]).toEqual([...NAMES].sort());
});

test('changes since the last release that had some are in the changelog', () => {
  expect(undocumentedChanges()).toEqual([]);
});

const NATIVE_NAMES = ['native-chime', 'native-support-app'];

test.each(NATIVE_NAMES)('no handler is in the pinned file %s', (name) => {
  expect(pinned().get(name)).not.toMatch(/AWS::Lambda|SHA-256/);
});

test.each(NAMES.filter((name) => !NATIVE_NAMES.includes(name)))('the text of the handler is in no pinned file, and its hash is: %s', (name) => {
  const template = pinned().get(name)!;
  expect(template.length).toBeLessThan(MAXIMUM_PINNED_BYTES);
  expect(template).toMatch(/SHA-256 [\da-f]{64}\)|SHA-256 of the SHA-256 of assets\/handler\/index\.js/);
});

describe('the bytes do not depend on', () => {
  test('the folder of the package, the working directory, the user, the language or the time zone', () => {
    const elsewhere = path.join(folder, 'a folder', 'node');
    const workingDirectory = path.join(folder, 'of the user');
    ['src', 'assets', 'test/snapshots', 'package.json', 'tsconfig.json'].forEach((name) => (
      fs.cpSync(path.join(ROOT, name), path.join(elsewhere, name), { recursive: true })
    ));
    fs.symlinkSync(path.join(ROOT, 'node_modules'), path.join(elsewhere, 'node_modules'));
    fs.mkdirSync(workingDirectory);
    const output = execFileSync(process.execPath, ['--require', require.resolve('tsx/cjs'), path.join(elsewhere, 'test', 'snapshots', 'write.ts')], {
      cwd: workingDirectory,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: workingDirectory, USER: 'somebody', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8', TZ: 'Pacific/Chatham' },
    });
    expectNoDifference(pinned(), new Map(JSON.parse(output) as [string, string][]));
  });

  test.each(NAMES)('the order of definitions, but for the order of the elements in a section: %s', (name) => {
    const [inOrder, reversed] = [STACKS[name], [...STACKS[name]].reverse()].map((definitions) => sorted(synthesize(definitions)));
    expect(reversed).toBe(inOrder);
  });

  describe.each([
    ['on', recommendedFlags],
    ['off', Object.fromEntries(Object.keys(recommendedFlags).map((flag) => [flag, false]))],
  ])('feature flags, with all that the CDK recommends %s', (_, context: Record<string, unknown>) => {
    test.each(NAMES.filter((name) => name !== POLICIES_OF_THE_CDK))('%s', (name) => {
      expectNoDifference(new Map([[name, pinned().get(name)!]]), new Map([[name, toPinned(synthesize(STACKS[name], { context }))]]));
    });

    // With @aws-cdk/aws-iam:minimizePolicies the CDK merges and sorts the statements of its policies.
    test('but for the policies of a role of the user\'s, which aws-cdk-lib renders', () => {
      const [without, withFlags] = [{}, { context }].map((appProps) => {
        const template = JSON.parse(synthesize(STACKS[POLICIES_OF_THE_CDK], appProps)) as { Resources: Record<string, { Type: string }> };
        const others = Object.entries(template.Resources).filter(([, { Type }]) => Type !== 'AWS::IAM::Policy');
        return { ids: Object.keys(template.Resources), others: JSON.stringify(others) };
      });
      expect(withFlags).toEqual(without);
    });
  });

  test('the line endings of the checkout', () => {
    const git = (...parameters: string[]) => execFileSync('git', parameters, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });
    const files = ['assets/handler/index.js', 'test/snapshots/pinned/unreleased/workspace.json'];
    const read = (root: string) => files.map((file) => fs.readFileSync(path.join(root, file)));
    [...files, '.gitattributes'].forEach((file) => fs.cpSync(path.join(ROOT, file), path.join(folder, file)));
    const plain = 'made on Windows\n';
    fs.writeFileSync(path.join(folder, 'plain.js'), plain);
    git('init', '--quiet');
    git('add', '.');
    const onWindows = ['-c', 'core.autocrlf=true', '-c', 'core.eol=crlf'];
    git(...onWindows, 'checkout-index', '--all', `--prefix=${path.join(folder, 'with')}/`);
    expect(read(path.join(folder, 'with'))).toEqual(read(ROOT));

    // Without the attributes git would convert, so that the comparison above says something.
    fs.rmSync(path.join(folder, '.gitattributes'));
    git('rm', '--quiet', '--cached', '.gitattributes');
    git(...onWindows, 'checkout-index', '--all', `--prefix=${path.join(folder, 'without')}/`);
    expect(fs.readFileSync(path.join(folder, 'without', 'plain.js'), 'utf8')).toBe('made on Windows\r\n');
    expect(read(path.join(folder, 'without'))).not.toEqual(read(ROOT));
  });
});

describe('a failure', () => {
  test('names the file, shows the lines that differ and says what to do', () => {
    const name = 'workspace';
    const template = pinned().get(name)!;
    const message = difference(name, template, template.replace('"nodejs24.x"', '"nodejs26.x"'))!;
    expect(message).toContain('test/snapshots/pinned/unreleased/workspace.json is not what the library writes');
    expect(message).toContain('-     "Runtime": "nodejs24.x"');
    expect(message).toContain('+     "Runtime": "nodejs26.x"');
    expect(message).toContain('"npm run snapshots"');
    expect(message.split('\n').length).toBeLessThan(25);
  });

  test.each([
    ['one character', (template: string) => template.replace('"*"', '"* "')],
    ['one line end', (template: string) => `${template}\n`],
    ['a carriage return', (template: string) => template.replace('\n', '\r\n')],
    ['the order of two properties', (template: string) => template.replace(/("Runtime": "nodejs24\.x"),\s*("Timeout": 120)/, '$2,\n    $1')],
    ['one character of the handler', (template: string) => template.replace(/SHA-256 ./, 'SHA-256 -')],
  ])('is seen for %s', (_, change) => {
    const template = pinned().get('workspace')!;
    expect(change(template)).not.toBe(template);
    expect(difference('workspace', template, change(template))).toContain('workspace.json is not what the library writes');
  });

  test('is a missing file, and one too many', () => {
    expect(differences(new Map(), new Map([['new', '{}']]))).toEqual([expect.stringContaining('new.json does not exist')]);
    expect(differences(new Map([['old', '{}']]), new Map())).toEqual([expect.stringContaining('old.json belongs to no stack')]);
  });
});

describe('a release', () => {
  const CHANGELOG = '# Changelog\n\n## Unreleased\n\n## 1.2.0 (2027-01-01)\n\n- feat\n\n## 1.10.0\n\n- fix\n';

  test('keeps what is pinned; later ones only if they differ', () => {
    pin(new Map([['a', '1']]), 'unreleased', folder);
    expect(keepRelease('1.2.0', CHANGELOG, folder)).toBe('1 templates pinned as those of 1.2.0');
    expect(keepRelease('1.10.0', CHANGELOG, folder)).toBe('1.10.0 writes what 1.2.0 wrote: no new folder');
    pin(new Map([['a', '2']]), 'unreleased', folder);
    expect(keepRelease('1.10.0', CHANGELOG, folder)).toBe('1 templates pinned as those of 1.10.0');
    expect(releases(folder)).toEqual(['1.10.0', '1.2.0']);
    expect(pinned('1.2.0', folder)).toEqual(new Map([['a', '1']]));
    pin(new Map([['a', '3']]), 'unreleased', folder);
    expect(() => keepRelease('1.10.0', CHANGELOG, folder)).toThrow('1.10.0 is pinned already');
  });

  test.each([
    ['1.3.0', 'CHANGELOG.md has no heading "## 1.3.0"'],
    ['v1.2.0', 'a release looks like 1.2.3, got "v1.2.0"'],
    ['../1', 'a release looks like 1.2.3, got "../1"'],
  ])('%s is refused', (release, message) => {
    pin(new Map([['a', '1']]), 'unreleased', folder);
    expect(() => keepRelease(release, CHANGELOG, folder)).toThrow(message);
    expect(fs.readdirSync(folder)).toEqual(['unreleased']);
  });

  test('changes templates only with a word in the changelog', () => {
    pin(new Map([['a', '1'], ['gone', '1']]), '1.2.0', folder);
    pin(new Map([['a', '1'], ['new', '1']]), 'unreleased', folder);
    expect(undocumentedChanges(CHANGELOG, folder)).toEqual([]);
    pin(new Map([['a', '2']]), 'unreleased', folder);
    expect(undocumentedChanges(CHANGELOG, folder)).toEqual([
      'The templates a are not those of 1.2.0, and CHANGELOG.md has no entry "- Snapshots: ..." under "Unreleased".',
    ]);
    expect(undocumentedChanges(CHANGELOG.replace('- feat', '- Snapshots: old news'), folder)).toHaveLength(1);
    expect(undocumentedChanges(CHANGELOG.replace('Unreleased\n', 'Unreleased\n\n- Snapshots: a is 2 now\n'), folder)).toEqual([]);
  });
});
