import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules, createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { runInNewContext } from 'node:vm';
import * as ts from 'typescript';
import { INTERNAL_PROPERTIES } from '../../projenrc/handler-bundle';
import { functionsToArrows, importsOf, templateLiteralsToSums } from '../../projenrc/handler-syntax';

const ROOT = join(__dirname, '..', '..');
const FILE = join(ROOT, 'assets', 'handler', 'index.js');
const BUNDLER = join(ROOT, 'projenrc', 'bundle-handler.ts');
const source = readFileSync(FILE, 'utf8');

test.each([ROOT, tmpdir()])('is what the sources give, built in %s', async (cwd) => {
  const tsx = createRequire(__filename).resolve('tsx/cli');
  const { stdout } = await promisify(execFile)(process.execPath, [tsx, BUNDLER, '--check'], { cwd });
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
      expect(argument).toMatch(/^'[^']+'$/);
      expect(builtinModules).toContain(argument.slice(1, -1).replace(/^node:/, ''));
    }
    expect(required.every((name) => all.includes(`'${name}'`))).toBe(true);
  });
});

describe('names that are shortened', () => {
  const internal = INTERNAL_PROPERTIES;

  /** Names of all members of all shapes, and the names that they have on the wire. */
  function membersOf(model: string): string[] {
    const { shapes } = JSON.parse(readFileSync(join(ROOT, 'local-aws', 'models', model), 'utf8')) as {
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

  test('are no texts in the sources', () => {
    // A text that is a property's name, as in `'name' in object`, stays long while the property gets short.
    const sources = ['lambda', 'lambda/aws'].flatMap((folder) =>
      readdirSync(join(ROOT, folder)).filter((name) => name.endsWith('.ts')).map((name) => join(ROOT, folder, name)));
    const files = [...sources, ...['constraints', 'contract'].map((name) => join(ROOT, 'src', `${name}.ts`)), join(ROOT, 'node_modules', 'aws4', 'aws4.js')];
    const texts: string[] = [];
    for (const file of files) {
      const visit = (node: ts.Node): void => {
        const isEvent = ts.isCallExpression(node.parent) && /\.on$/.test(node.parent.expression.getText());
        if (ts.isStringLiteralLike(node) && !isEvent) {
          texts.push(node.text);
        }
        // A type is not there when the handler runs.
        if (!ts.isTypeNode(node)) {
          ts.forEachChild(node, visit);
        }
      };
      ts.forEachChild(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022, true), visit);
    }
    expect(texts.length).toBeGreaterThan(300);
    expect(internal.filter((name) => texts.includes(name))).toEqual([]);
  });

  test('stand no longer in the bundle as properties', () => {
    // A name may still stand in a text, such as that of a log line's key that happens to be the same word.
    const left = internal.filter((name) => new RegExp(`[.{,]${name}\\b\\s*[:=(]`).test(source));
    expect(left).toEqual([]);
  });
});

describe('rewrites of syntax', () => {
  const rewrite = (text: string) => ts.transpileModule(text, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.Preserve },
    transformers: { before: [templateLiteralsToSums, functionsToArrows, importsOf('signer')] },
  }).outputText.replace('"use strict";', '').trim();

  test.each([
    ['`${a}/${b}`', '("" + (a) + "/" + (b));'],
    ['`a`', '`a`;'],
    ['function f(a, b = 1) { return a + b; }', 'var f = (a, b = 1) => { return a + b; };'],
    ['async function f({ a }) { await a; }', 'var f = async ({ a }) => { await a; };'],
    ['const o = { f }; function f() { return g(); } function g() { }', 'var f = () => { return g(); }, g = () => { };\nconst o = { f };'],
    ['x.map(function (y) { return `${y}!`; });', 'x.map((y) => { return ("" + (y) + "!"); });'],
    ['import s = require(\'signer\'); s.sign();', 'import * as s from "signer";\ns.sign();'],
    ['import s = require(\'other\'); s.sign();', 'const s = require("other");\ns.sign();'],
  ])('%s', (text, result) => {
    expect(rewrite(text)).toBe(result);
  });

  test.each([
    'function f() { return this; }',
    'function f() { return arguments; }',
    'function* f() { yield 1; }',
    'x(function g() { g(); });',
    'x(function () { return this; });',
  ])('%s stays a function, as no arrow function can be it', (text) => {
    expect(rewrite(text)).toBe(text);
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
