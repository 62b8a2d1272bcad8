import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { builtinModules, createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { runInNewContext } from 'node:vm';
import { INTERNAL_PROPERTIES } from '../../projenrc/handler-bundle';

const ROOT = join(__dirname, '..', '..');
const FILE = join(ROOT, 'assets', 'handler', 'index.js');
const BUNDLER = join(ROOT, 'projenrc', 'bundle-handler.ts');
const source = readFileSync(FILE, 'utf8');

test('is what the sources give', async () => {
  const tsx = createRequire(__filename).resolve('tsx/cli');
  const { stdout } = await promisify(execFile)(process.execPath, [tsx, BUNDLER, '--check'], { cwd: ROOT });
  expect(stdout).toContain(`handler: ${Buffer.byteLength(source)} of 30000 bytes`);
});

test('fits the template of a full account', () => {
  expect(Buffer.byteLength(source)).toBeLessThanOrEqual(30_000);
});

test('has nothing that a template or a check of templates could take for its own', () => {
  expect(source).not.toContain('`');
  expect(source).not.toContain('${');
  // Escapes keep the bytes of a template the same in every encoding.
  expect(source).toMatch(/^[\n\x20-\x7e]*$/);
});

test('names its licences', () => {
  expect(source.split('\n')[0]).toMatch(/Apache-2\.0.*aws4 \(MIT/);
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
      expect(argument).toMatch(/^"[^"]+"$/);
      expect(builtinModules).toContain(argument.slice(1, -1).replace(/^node:/, ''));
    }
    expect(required.every((name) => all.includes(`"${name}"`))).toBe(true);
  });
});

describe('names that are shortened', () => {
  const internal = INTERNAL_PROPERTIES;

  /** Names of all members of all shapes, and the names that they have on the wire. */
  function membersOf(model: string): string[] {
    const { shapes } = JSON.parse(readFileSync(join(ROOT, 'sandbox', 'models', model), 'utf8')) as {
      shapes: Record<string, { members?: Record<string, { traits?: Record<string, unknown> }> }>;
    };
    return Object.values(shapes).flatMap(({ members = {} }) => Object.entries(members).flatMap(([name, { traits = {} }]) =>
      [name, ...['jsonName', 'httpQuery', 'httpHeader'].map((kind) => traits[`smithy.api#${kind}`])].filter((text) => typeof text === 'string')));
  }

  test('are listed', () => {
    expect(internal.length).toBeGreaterThan(20);
    expect(new Set(internal).size).toBe(internal.length);
  });

  test.each(['support-app-2021-08-20.json', 'chime-sdk-messaging-2021-05-15.json'])('are no members of %s', (model) => {
    const members = membersOf(model);
    expect(members.length).toBeGreaterThan(20);
    expect(internal.filter((name) => members.includes(name))).toEqual([]);
  });

  test('are no fields of CloudFormation, of Lambda or of an HTTP message', () => {
    const fields = [
      'RequestType', 'ResponseURL', 'StackId', 'RequestId', 'ResourceType', 'LogicalResourceId', 'PhysicalResourceId', 'ResourceProperties',
      'OldResourceProperties', 'ServiceToken', 'ServiceTimeout', 'Status', 'Reason', 'NoEcho', 'Data', 'TeamName', 'AccountType', 'ChannelArn',
      'Existing', 'Tags', 'Key', 'Value', 'ResourceStatus', 'StackStatus', 'NextToken', 'StackName', 'Action', 'Version',
      'getRemainingTimeInMillis', 'handler', 'exports', 'statusCode', 'headers', 'host', 'hostname', 'port', 'path', 'method', 'body', 'signal',
      'protocol', 'pathname', 'search', 'date', 'retry-after', 'previous', 'replaced', '__type', 'code', 'message', 'Message', 'Code',
    ];
    expect(internal.filter((name) => fields.includes(name))).toEqual([]);
  });

  test('are no properties of what Node.js gives', () => {
    const prototypes = [
      Object, Array, String, Number, Date, Map, Set, Promise, RegExp, Error, Buffer, URL, URLSearchParams, AbortController, AbortSignal,
    ].flatMap((type) => [...Object.getOwnPropertyNames(type), ...Object.getOwnPropertyNames(type.prototype)]);
    const modules = ['http', 'https', 'crypto', 'querystring', 'url'].flatMap((name) => Object.keys(requireBuiltin(name)));
    const streams = (['IncomingMessage', 'ClientRequest'] as const).flatMap((name) => allNames(requireBuiltin('http')[name]));
    expect(internal.filter((name) => [...prototypes, ...modules, ...streams].includes(name))).toEqual([]);
  });

  test('stand no longer in the bundle as properties', () => {
    // A name may still stand in a text, such as that of a log line's key that happens to be the same word.
    const left = internal.filter((name) => new RegExp(`[.{,]${name}\\b\\s*[:=(]`).test(source));
    expect(left).toEqual([]);
  });
});

function requireBuiltin(name: string): Record<string, { prototype: object }> {
  return createRequire(__filename)(`node:${name}`) as Record<string, { prototype: object }>;
}

/** Names of the prototype and of those that it inherits from. */
function allNames({ prototype }: { prototype: object }): string[] {
  const names: string[] = [];
  for (let holder: object | null = prototype; holder; holder = Object.getPrototypeOf(holder) as object | null) {
    names.push(...Object.getOwnPropertyNames(holder));
  }
  return names;
}
