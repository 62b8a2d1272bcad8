import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { builtinModules, createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { runInNewContext } from 'node:vm';
import { assertFitsTemplate, bundleHandler } from '../../projenrc/handler-bundle';

const ROOT = join(__dirname, '..', '..');
const FILE = join(ROOT, 'assets', 'handler', 'index.js');
const BUNDLER = join(ROOT, 'projenrc', 'bundle-handler.ts');
const source = readFileSync(FILE, 'utf8');

test('is what the sources give, built in another folder', async () => {
  const tsx = createRequire(__filename).resolve('tsx/cli');
  const { stdout } = await promisify(execFile)(process.execPath, [tsx, BUNDLER, '--check'], { cwd: tmpdir() });
  expect(stdout).toContain(`handler: ${Buffer.byteLength(source)} of 36000 bytes`);
});

test('fits the template of a full account', () => {
  expect(Buffer.byteLength(source)).toBeLessThanOrEqual(36_000);
});

test('has nothing that a template or a check of templates could take for its own', () => {
  expect(source).not.toContain('`');
  expect(source).not.toContain('${');
  // Escapes keep the bytes of a template the same in every encoding.
  expect(source).toMatch(/^[\n\x20-\x7e]*$/);
});

describe('the bundler', () => {
  /** The handler, with another value in a log line. */
  const bundleWith = (value: string) => bundleHandler((path, text) => path.endsWith('invocation.ts')
    ? text.replace('JSON.stringify(entry)', () => `JSON.stringify({ ...entry, value: ${value} })`) : text);

  test('writes template literals in another way', async () => {
    const handler = await bundleWith('`a ${typeof entry} b`');
    expect(handler).not.toBe(source);
    expect(handler).not.toMatch(/`|\$\{/);
  });

  // The other ways to write them: see bundle.exhaustive.test.ts.
  test.each(['`\\${`'])('refuses what a template could take for its own: %s', async (value) => {
    const handler = await bundleWith(value);
    expect(() => assertFitsTemplate(handler)).toThrow('a template literal or "${"');
  });

  test('refuses a byte more than fits', () => {
    expect(() => assertFitsTemplate('x'.repeat(36_000))).not.toThrow();
    expect(() => assertFitsTemplate('x'.repeat(36_001))).toThrow('the handler has 36001 bytes, more than the 36000');
  });
});

test('names its licence, and is the work of this project alone', () => {
  expect(source.split('\n')[0]).toBe('// cdk-support-channels (Apache-2.0)');
});

describe('as a CommonJS module', () => {
  const required: string[] = [];
  const module = { exports: {} as { handler: (...parameters: unknown[]) => unknown } };
  const requireHere = createRequire(__filename);
  runInNewContext(source, {
    module,
    exports: module.exports,
    require: (name: string) => {
      required.push(name);
      return requireHere(name) as unknown;
    },
    process,
    console,
    Buffer,
  });

  test('exports one handler, which takes no callback', () => {
    expect(Object.keys(module.exports)).toEqual(['handler']);
    expect(typeof module.exports.handler).toBe('function');
    expect(module.exports.handler.length).toBeLessThanOrEqual(2);
    expect(source).not.toMatch(/^(import|export)\b/m);
  });

  test('requires what Node.js has, now and later', () => {
    const all = [...source.matchAll(/require\(([^)]*)\)/g)].map(([, argument]) => argument);
    expect(all.length).toBeGreaterThan(0);
    for (const argument of all) {
      expect(argument).toMatch(/^'[^']+'$/);
      expect(builtinModules).toContain(argument.slice(1, -1).replace(/^node:/, ''));
    }
    expect(required.every((name) => all.includes(`'${name}'`))).toBe(true);
  });
});
