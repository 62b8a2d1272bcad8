/** Does what docs/snapshots.md tells users to do, with its very files. */
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { accountTemplate, fileOfGuide, ROOT } from './guide';

const PLACEHOLDER = '(the code of cdk-support-channels)';

let folder: string;
let library: string;

beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'snapshots-guide-'));
  library = path.join(folder, 'library');
  ['src', 'assets'].forEach((name) => fs.cpSync(path.join(ROOT, name), path.join(library, name), { recursive: true }));

  writeProject('matcher', { 'account.test.ts': fileOfGuide('account.test.ts') });
  writeProject('serializer', { 'account.test.ts': withoutMatcher(), 'handler-code-serializer.js': fileOfGuide('handler-code-serializer.js') });
  writeProject('assertions', { 'account.test.ts': fileOfGuide('expected-template.test.ts'), 'account.template.json': accountTemplate() });
  writeProject('nothing', { 'account.test.ts': withoutMatcher() });
});

afterAll(() => {
  fs.rmSync(folder, { recursive: true });
});

/** The test with the property matcher, as it is with a serializer or with nothing. */
function withoutMatcher(): string {
  const file = fileOfGuide('account.test.ts');
  const plain = file.replace(/toMatchSnapshot\(\{[^]*?\n {2}\}\);/, 'toMatchSnapshot();');
  expect(plain).not.toBe(file);
  return plain;
}

function writeProject(name: string, files: Record<string, string>): void {
  const directory = path.join(folder, name);
  fs.mkdirSync(directory);
  Object.entries(files).forEach(([file, text]) => fs.writeFileSync(path.join(directory, file), text));
}

function projectConfig(name: string): object {
  const { jest: ofGuide } = JSON.parse(fileOfGuide('package.json')) as { jest: object };
  const packages = ['aws-cdk-lib', 'constructs'].map((dependency) => (
    [`^${dependency}($|/.*)`, `${path.dirname(require.resolve(`${dependency}/package.json`))}$1`]
  ));
  return {
    ...(name === 'serializer' ? ofGuide : {}),
    rootDir: path.join(folder, name),
    displayName: name,
    testEnvironment: 'node',
    moduleNameMapper: { '^cdk-support-channels$': path.join(library, 'src', 'index.ts'), ...Object.fromEntries(packages) },
    transform: { '\\.ts$': path.join(ROOT, 'projenrc', 'jest-transformer.js') },
  };
}

/** Runs the tests of all projects; answers the projects whose test passes. */
function passing(...parameters: string[]): string[] {
  const config = path.join(folder, 'jest.config.json');
  const projects = ['assertions', 'matcher', 'nothing', 'serializer'];
  fs.writeFileSync(config, JSON.stringify({ rootDir: folder, cacheDirectory: path.join(folder, 'cache'), projects: projects.map(projectConfig) }));
  const { stdout, stderr } = spawnSync(process.execPath, [
    path.join(path.dirname(require.resolve('jest/package.json')), 'bin', 'jest.js'), '--config', config, '--runInBand', '--json', ...parameters,
  ], { cwd: folder, encoding: 'utf8', env: { PATH: process.env.PATH, HOME: folder, TMPDIR: folder } });
  try {
    const { numTotalTests, testResults } = JSON.parse(stdout) as { numTotalTests: number; testResults: { name: string; status: string }[] };
    expect(numTotalTests).toBe(projects.length);
    return testResults.filter(({ status }) => status === 'passed').map(({ name }) => path.basename(path.dirname(name))).sort();
  } catch (error) {
    throw new Error(`Jest answers:\n${stdout}${stderr}`, { cause: error });
  }
}

function snapshotOf(project: string): string {
  return fs.readFileSync(path.join(folder, project, '__snapshots__', 'account.test.ts.snap'), 'utf8');
}

test('the aids leave the code out of snapshots, and nothing else', () => {
  const bundle = path.join(library, 'assets', 'handler', 'index.js');
  const code = fs.readFileSync(bundle, 'utf8');

  expect(passing('--ci=false')).toEqual(['assertions', 'matcher', 'nothing', 'serializer']);
  expect(snapshotOf('nothing')).toContain(code.slice(0, 40));
  expect(snapshotOf('matcher')).toBe(withCode('Any<String>'));
  expect(snapshotOf('serializer')).toBe(withCode(`"${PLACEHOLDER}"`));

  // A release with another handler.
  fs.writeFileSync(bundle, `${code}// changed`);
  expect(passing('--ci')).toEqual(['assertions', 'matcher', 'serializer']);
  fs.writeFileSync(bundle, code);

  // A release with another size of the function's memory.
  ['matcher', 'serializer'].forEach((project) => replaceMemory(path.join(folder, project, '__snapshots__', 'account.test.ts.snap')));
  replaceMemory(path.join(folder, 'assertions', 'account.template.json'));
  expect(passing('--ci')).toEqual(['nothing']);
});

/** The snapshot that is taken without an aid, with this for the code. */
function withCode(text: string): string {
  return snapshotOf('nothing').replace(/(?<="ZipFile": )"[^]*?"(?=,\n *},\n *"Description")/, () => text);
}

function replaceMemory(file: string): void {
  const text = fs.readFileSync(file, 'utf8');
  expect(text).toContain('"MemorySize": 256');
  fs.writeFileSync(file, text.replace('"MemorySize": 256', '"MemorySize": 512'));
}
