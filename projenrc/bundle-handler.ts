/**
 * Bundles the handler into `assets/handler/index.js`, the very bytes that templates carry.
 *
 * With `--check` it writes nothing and fails when the committed bundle is not what the sources give.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import * as ts from 'typescript';

const MAXIMUM_BYTES = 30_000;
const root = join(__dirname, '..');
const outfile = join(root, 'assets', 'handler', 'index.js');

/**
 * Properties of objects that never leave the handler's process. esbuild gives them short names, which saves a tenth of the bytes.
 * None may be a name of an API, of CloudFormation, of Node.js or of a log line.
 */
const INTERNAL_PROPERTIES = [
  // lambda/
  'allowed', 'chimeSDKMessaging', 'data', 'deadline', 'endpointVariable', 'hasDeleted', 'holderOf', 'holdingOf', 'hostPrefix', 'invocation',
  'isRollingBack', 'logicalId', 'mayHaveSucceeded', 'maximum', 'minimum', 'ownership', 'parseError', 'pattern', 'physicalId',
  'physicalResourceId', 'propagationDeadline', 'property', 'region', 'remedy', 'resourceStatus', 'returnsTo', 'send', 'sensitive',
  'service', 'signingName', 'status', 'supportApp', 'target', 'undo', 'violation',
  // aws4
  'accessKeyId', 'authHeader', 'canonicalHeaders', 'canonicalString', 'createHost', 'credentials', 'credentialString', 'datetime',
  'defaultCredentials', 'doNotModifyHeaders', 'extraHeadersToIgnore', 'extraHeadersToInclude', 'filteredHeaders', 'filterHeaders',
  'formatPath', 'getDateTime', 'isCodeCommitGit', 'isSingleRegion', 'matchHost', 'parsedPath', 'parsePath', 'prepareRequest',
  'RequestSigner', 'secretAccessKey', 'sessionToken', 'signedHeaders', 'signQuery', 'stringToSign',
];

/** Rewrites `a${b}` as 'a' + b. */
const templateLiteralsToSums: ts.TransformerFactory<ts.SourceFile> = (context) => (file) => {
  const { factory } = context;
  const visit = (node: ts.Node): ts.Node => {
    const visited = ts.visitEachChild(node, visit, context);
    if (!ts.isTemplateExpression(visited)) {
      return visited;
    }
    const terms = [factory.createStringLiteral(visited.head.text), ...visited.templateSpans.flatMap((span) =>
      [factory.createParenthesizedExpression(span.expression), ...(span.literal.text ? [factory.createStringLiteral(span.literal.text)] : [])])];
    return factory.createParenthesizedExpression(terms.reduce<ts.Expression>((sum, term) => factory.createAdd(sum, term), terms.shift()!));
  };
  return ts.visitNode(file, visit) as ts.SourceFile;
};

async function main(): Promise<void> {
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
    mangleProps: new RegExp(`^(${INTERNAL_PROPERTIES.join('|')})$`),
    supported: { 'template-literal': false },
    banner: { js: '// cdk-support-channels (Apache-2.0), with aws4 (MIT, Copyright 2013 Michael Hart)' },
    plugins: [{
      name: 'smaller',
      setup: (setup) => {
        // `${` in inline code reads as a reference of Fn::Sub to those who check templates, and a sum is shorter than the
        // calls of concat() that esbuild would make of it.
        setup.onLoad({ filter: /(lambda|src)[\\/].*\.ts$/ }, async ({ path }) => ({
          contents: ts.transpileModule(readFileSync(path, 'utf8'), {
            compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.Preserve, verbatimModuleSyntax: false, removeComments: true },
            transformers: { before: [templateLiteralsToSums] },
          }).outputText,
          loader: 'js',
        }));
        // aws4 keeps derived keys in a cache that evicts. One function signs for a handful of services a day: a Map does.
        setup.onLoad({ filter: /aws4[\\/]lru\.js$/ }, () => ({ contents: 'module.exports = () => new Map()' }));
      },
    }],
  });
  const [{ contents, text }] = outputFiles;

  if (contents.length > MAXIMUM_BYTES) {
    throw new Error(`the handler has ${contents.length} bytes, more than the ${MAXIMUM_BYTES} that keep a full account's template below 51,200 bytes`);
  }
  if (/`|\$\{/.test(text)) {
    throw new Error('the handler contains a template literal or "${", which template checks take for a reference');
  }
  // What is right already stays untouched: tests may be reading it.
  const isCurrent = existsSync(outfile) && readFileSync(outfile, 'utf8') === text;
  if (!isCurrent && process.argv.includes('--check')) {
    throw new Error('assets/handler/index.js is stale: run "npx projen bundle" and commit it');
  }
  if (!isCurrent) {
    mkdirSync(dirname(outfile), { recursive: true });
    writeFileSync(outfile, text);
  }
  console.log(`handler: ${contents.length} of ${MAXIMUM_BYTES} bytes`);
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
