import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { minify as Minify } from 'terser' with { 'resolution-mode': 'import' };
import * as ts from 'typescript';
import { specializeSigner } from './handler-signer';
import { functionsToArrows, importsOf, templateLiteralsToSums } from './handler-syntax';

// Its types are those of an ES module, although it can be required.
const { minify } = createRequire(__filename)('terser') as { minify: typeof Minify };

const root = join(__dirname, '..');

/**
 * Properties of objects that never leave the handler's process. esbuild gives them short names, which saves a tenth of the bytes.
 * None may be a name of an API, of CloudFormation, of Node.js or of a log line.
 */
export const INTERNAL_PROPERTIES = [
  // lambda/
  'allowed', 'chimeSDKMessaging', 'config', 'data', 'deadline', 'endpointVariable', 'hasDeleted', 'holderOf', 'holdingOf', 'hostPrefix',
  'invocation', 'isRollingBack', 'logicalId', 'mayHaveSucceeded', 'maximum', 'minimum', 'ownership', 'page', 'parseError', 'pattern', 'physicalId',
  'otherwise', 'onCreate', 'onDelete', 'onUpdate', 'ownStack', 'physicalResourceId', 'previousConfiguration', 'propagationDeadline', 'property', 'region', 'remedy', 'replacedId',
  'resourceStatus', 'resourceType', 'result', 'returnsTo', 'send', 'sensitive', 'service', 'signingName', 'status', 'supportApp', 'target', 'undo',
  'violation', 'what', 'wireProtocol',
  // aws4
  'accessKeyId', 'secretAccessKey', 'sessionToken',
];

/**
 * What the handler asks of the language and of Node.js so often that a name of its own for it is shorter: members by the object
 * that has them. Each can be called without that object.
 */
const GLOBALS = {
  Array: ['isArray'],
  Buffer: ['byteLength'],
  globalThis: ['encodeURIComponent'],
  JSON: ['parse', 'stringify'],
  Math: ['min'],
  Object: ['entries', 'fromEntries', 'keys'],
  process: ['env'],
};
const GLOBALS_FILE = 'handler-globals';

/** Compiles a file, or a script that needs no more than to be rewritten. */
function compile(path: string, source: string, ...transformers: ts.TransformerFactory<ts.SourceFile>[]): string {
  return ts.transpileModule(source, {
    fileName: path,
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.Preserve,
      allowJs: true,
      verbatimModuleSyntax: false,
      removeComments: true,
      useDefineForClassFields: false,
    },
    transformers: { before: transformers },
  }).outputText;
}

/** All files of the handler in one script. */
async function bundle(transform: (path: string, source: string) => string): Promise<string> {
  const nameOf = (holder: string, member: string) => `${holder}_${member}`;
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['lambda/main.ts'],
    bundle: true,
    minify: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    charset: 'ascii',
    legalComments: 'none',
    logLevel: 'silent',
    mangleProps: new RegExp(`^(${INTERNAL_PROPERTIES.join('|')})$`),
    supported: { 'template-literal': false },
    define: Object.fromEntries(Object.entries(GLOBALS).flatMap(([holder, members]) =>
      members.map((member) => [holder === 'globalThis' ? member : `${holder}.${member}`, nameOf(holder, member)]))),
    inject: [GLOBALS_FILE],
    plugins: [{
      name: 'smaller',
      setup: (setup) => {
        setup.onLoad({ filter: /(lambda|src)[\\/].*\.ts$/ }, ({ path }) => (
          // `${` in inline code reads as a reference of Fn::Sub to those who check templates, and a sum is shorter than the
          // calls of concat() that esbuild would make of it.
          { contents: compile(path, transform(path, readFileSync(path, 'utf8')), templateLiteralsToSums, importsOf('aws4')), loader: 'js' }));
        setup.onLoad({ filter: /aws4[\\/]aws4\.js$/ }, ({ path }) => (
          { contents: specializeSigner(readFileSync(path, 'utf8')) }));
        setup.onResolve({ filter: new RegExp(`^${GLOBALS_FILE}$`) }, ({ path }) => ({ path, namespace: GLOBALS_FILE }));
        setup.onLoad({ filter: /./, namespace: GLOBALS_FILE }, () => (
          { contents: Object.entries(GLOBALS).map(([holder, members]) => `export const { ${members.map((member) => `${member}: ${nameOf(holder, member)}`).join()} } = ${holder};`).join('\n') }));
      },
    }],
  });
  return outputFiles[0].text;
}

/**
 * Bundles the handler as templates carry it.
 *
 * @param transform changes the source of a file before it is compiled, as tests of tests do
 */
export async function bundleHandler(transform: (path: string, source: string) => string = (_path, source) => source): Promise<string> {
  const script = compile('handler.js', await bundle(transform), functionsToArrows);
  const { code } = await minify(script, {
    ecma: 2020,
    toplevel: true,
    compress: { passes: 5 },
    // A template, which is JSON, escapes double quotes.
    format: { ascii_only: true, quote_style: 1, preamble: '// cdk-support-channels (Apache-2.0), with aws4 (MIT, Copyright 2013 Michael Hart)' },
  });
  return `${code}\n`;
}
