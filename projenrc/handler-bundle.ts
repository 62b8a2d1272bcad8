import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import * as ts from 'typescript';

const root = join(__dirname, '..');

/**
 * Properties of objects that never leave the handler's process. esbuild gives them short names, which saves a tenth of the bytes.
 * None may be a name of an API, of CloudFormation, of Node.js or of a log line.
 */
export const INTERNAL_PROPERTIES = [
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

/**
 * Bundles the handler as templates carry it.
 *
 * @param transform changes the source of a file before it is compiled, as tests of tests do
 */
export async function bundleHandler(transform: (path: string, source: string) => string = (_path, source) => source): Promise<string> {
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
    banner: { js: '// cdk-support-channels (Apache-2.0), with aws4 (MIT, Copyright 2013 Michael Hart)' },
    plugins: [{
      name: 'smaller',
      setup: (setup) => {
        // `${` in inline code reads as a reference of Fn::Sub to those who check templates, and a sum is shorter than the
        // calls of concat() that esbuild would make of it.
        setup.onLoad({ filter: /(lambda|src)[\\/].*\.ts$/ }, async ({ path }) => ({
          contents: ts.transpileModule(transform(path, readFileSync(path, 'utf8')), {
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
  return outputFiles[0].text;
}
