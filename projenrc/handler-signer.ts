import * as ts from 'typescript';

/** What holds for each request that the handler signs, and what aws4 then need not ask. */
interface Fact {
  readonly because: string;
  /** Texts that stand in aws4 exactly once, and what takes their place. */
  readonly replace: [text: string, by: string][];
}

/**
 * aws4 signs requests of any kind for any service. Those of the handler come from one place, `lambda/aws/client.ts`, so most of
 * what aws4 asks about a request is known beforehand. With these answers in its text, the minifier finds the code that never runs.
 */
export const FACTS: Fact[] = [
  {
    because: 'a request is an object with host, path, method, body, service and region, and with headers that were made for it',
    replace: [
      ['aws4 = exports,\n    url = require(\'url\'),', ''],
      ['if (typeof request === \'string\') request = url.parse(request)', ''],
      ['headers = request.headers = Object.assign({}, (request.headers || {})),', 'headers = request.headers'],
      ['hostParts = (!this.service || !this.region) && this.matchHost(request.hostname || request.host || headers.Host || headers.host)', ''],
      ['request.service || hostParts[0] || \'\'', 'request.service'],
      ['request.region || hostParts[1] || \'us-east-1\'', 'request.region'],
      ['!request.method && request.body', 'false'],
      ['this.request.method || \'GET\'', 'this.request.method'],
      ['this.request.path || \'/\'', 'this.request.path'],
      ['request.hostname || request.host || this.createHost()', 'request.host'],
      ['if (request.port)', 'if (false)'],
      ['!request.hostname && !request.host', 'false'],
    ],
  },
  {
    because: 'the services are Amazon Chime, the AWS Support App and CloudFormation',
    replace: [
      ['if (this.service === \'email\') this.service = \'ses\'', ''],
      ['this.isCodeCommitGit = this.service === \'codecommit\' && request.method === \'GIT\'', ''],
      ['!request.doNotModifyHeaders && !this.isCodeCommitGit', 'true'],
      ['this.service === \'s3\' && !headers[\'X-Amz-Content-Sha256\'] && !headers[\'x-amz-content-sha256\']', 'false'],
      [`normalizePath = this.service !== 's3',
      decodePath = this.service === 's3' || this.request.doNotEncodePath,
      decodeSlashesInPath = this.service === 's3',
      firstValOnly = this.service === 's3',`, ''],
      ['if (normalizePath) pathStr', 'pathStr'],
      ['if (decodeSlashesInPath) pathStr = pathStr.replace(/%2F/g, \'/\')', ''],
      [`!Array.isArray(query[key]) ? query[key] :
        (firstValOnly ? query[key][0] : query[key])`, 'query[key]'],
    ],
  },
  {
    because: 'the signature goes into a header, and only the headers of what aws4 gives back are read',
    replace: [
      ['if (request.signQuery) {', 'if (false) {'],
      ['if (this.request.signQuery) {', 'if (false) {'],
      ['this.request.path = this.formatPath()', ''],
    ],
  },
  {
    because: 'of the headers that aws4 looks for, a request has X-Amz-Date, and Content-Type when it has a body',
    replace: [
      ['if (!headers.Host && !headers.host) {', 'if (true) {'],
      ['request.body && !headers[\'Content-Type\'] && !headers[\'content-type\']', 'false'],
      ['request.body && !headers[\'Content-Length\'] && !headers[\'content-length\']', 'request.body'],
      ['this.credentials.sessionToken && !headers[\'X-Amz-Security-Token\'] && !headers[\'x-amz-security-token\']', 'this.credentials.sessionToken'],
      ['if (headers[\'X-Amz-Date\'] || headers[\'x-amz-date\'])', 'if (true)'],
      ['this.datetime = headers[\'X-Amz-Date\'] || headers[\'x-amz-date\']', 'this.datetime = headers[\'X-Amz-Date\']'],
      ['if (!this.datetime) {', 'if (false) {'],
      [`bodyHash

  if (this.service === 's3' && this.request.signQuery) {
    bodyHash = 'UNSIGNED-PAYLOAD'
  } else if (this.isCodeCommitGit) {
    bodyHash = ''
  } else {
    bodyHash = headers['X-Amz-Content-Sha256'] || headers['x-amz-content-sha256'] ||
      hash(this.request.body || '', 'hex')
  }`, 'bodyHash = hash(this.request.body, \'hex\')'],
      ['delete headers.Authorization', ''],
      ['delete headers.authorization', ''],
    ],
  },
  {
    because: 'all headers are signed',
    replace: [
      ['this.extraHeadersToIgnore = request.extraHeadersToIgnore || Object.create(null)', ''],
      ['this.extraHeadersToInclude = request.extraHeadersToInclude || Object.create(null)', ''],
      [`.filter(function(entry) {
      return extraHeadersToInclude[entry[0]] ||
        (HEADERS_TO_IGNORE[entry[0]] == null && !extraHeadersToIgnore[entry[0]])
    })`, ''],
    ],
  },
  {
    because: 'Lambda gives the credentials, by these names',
    replace: [
      ['credentials || this.defaultCredentials()', 'this.defaultCredentials()'],
      ['env.AWS_ACCESS_KEY_ID || env.AWS_ACCESS_KEY', 'env.AWS_ACCESS_KEY_ID'],
      ['env.AWS_SECRET_ACCESS_KEY || env.AWS_SECRET_KEY', 'env.AWS_SECRET_ACCESS_KEY'],
    ],
  },
  {
    because: 'an event takes a few requests, for which keys are derived faster than they are worth keeping',
    replace: [
      ['lru = require(\'./lru\'),', ''],
      ['crypto = require(\'crypto\'),', 'crypto = require(\'crypto\')'],
      ['credentialsCache = lru(1000)', ''],
      [`cacheKey = [this.credentials.secretAccessKey, date, this.region, this.service].join(),
      kDate, kRegion, kService, kCredentials = credentialsCache.get(cacheKey)
  if (!kCredentials) {
    kDate = hmac('AWS4' + this.credentials.secretAccessKey, date)
    kRegion = hmac(kDate, this.region)
    kService = hmac(kRegion, this.service)
    kCredentials = hmac(kService, 'aws4_request')
    credentialsCache.set(cacheKey, kCredentials)
  }`, `kDate = hmac('AWS4' + this.credentials.secretAccessKey, date),
    kRegion = hmac(kDate, this.region),
    kService = hmac(kRegion, this.service),
    kCredentials = hmac(kService, 'aws4_request')`],
    ],
  },
  {
    because: 'path and query are those of a URL: absolute, percent-encoded, and without steps',
    replace: [
      ['if (/[^0-9A-Za-z;,/?:@&=+$\\-_.!~*\'()#%]/.test(path)) {', 'if (false) {'],
      ['if (pathStr !== \'/\') {', 'if (true) {'],
      [`.reduce(function(path, piece) {
      if (normalizePath && piece === '..') {
        path.pop()
      } else if (!normalizePath || piece !== '.') {
        if (decodePath) piece = decodeURIComponent(piece.replace(/\\+/g, ' '))
        path.push(encodeRfc3986Full(piece))
      }
      return path
    }, [])`, '.map(encodeRfc3986Full)'],
      ['if (pathStr[0] !== \'/\') pathStr = \'/\' + pathStr', ''],
    ],
  },
  {
    because: 'a signer signs one request, step by step in the same order',
    replace: [
      ['RequestSigner.prototype.sign = function() {\n  if (!this.parsedPath) this.prepareRequest()', 'RequestSigner.prototype.sign = function() {\n  this.prepareRequest()\n  this.filterHeaders()'],
      ['RequestSigner.prototype.canonicalString = function() {\n  if (!this.parsedPath) this.prepareRequest()', 'RequestSigner.prototype.canonicalString = function() {'],
      ['RequestSigner.prototype.canonicalHeaders = function() {\n  if (!this.filteredHeaders) this.filterHeaders()', 'RequestSigner.prototype.canonicalHeaders = function() {'],
      ['RequestSigner.prototype.signedHeaders = function() {\n  if (!this.filteredHeaders) this.filterHeaders()', 'RequestSigner.prototype.signedHeaders = function() {'],
      ['headers = this.request.headers,\n      queryStr = \'\',', 'queryStr = \'\','],
    ],
  },
];

/** Puts what is known into the text of aws4; fails when this is not the text that the facts are about. */
function withFacts(source: string): string {
  let text = source;
  for (const { because, replace } of FACTS) {
    for (const [original, by] of replace) {
      // Not as a part of a longer name.
      const pattern = original.replace(/[^\w\s]/g, '\\$&');
      const places = new RegExp(`${/^\w/.test(original) ? '(?<![\\w$.])' : ''}${pattern}${/\w$/.test(original) ? '(?![\\w$.])' : ''}`, 'g');
      if (text.match(places)?.length !== 1) {
        throw new Error(`aws4 does not have exactly once what is decided because ${because}: ${original}`);
      }
      text = text.replace(places, () => by);
    }
  }
  return text;
}

/**
 * aws4 for the handler: an ES module with one function `sign`.
 *
 * Nothing but `sign` ever sees a signer. So its fields become variables of that function, and its methods functions in there:
 * a minifier shortens and drops those, but neither fields nor methods.
 */
export function specializeSigner(source: string): string {
  const { outputText } = ts.transpileModule(withFacts(source), {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.Preserve, allowJs: true, removeComments: true },
    fileName: 'aws4.js',
    transformers: { before: [signerToFunction] },
  });
  return outputText;
}

const signerToFunction: ts.TransformerFactory<ts.SourceFile> = (context) => (file) => {
  const { factory } = context;
  const fields = new Set<string>();
  const nameOf = (member: string) => factory.createIdentifier(`signer_${member}`);
  const withoutThis = (node: ts.Node): ts.Node => {
    if (ts.isPropertyAccessExpression(node) && node.expression.kind === ts.SyntaxKind.ThisKeyword) {
      fields.add(node.name.text);
      return nameOf(node.name.text);
    }
    if (node.kind === ts.SyntaxKind.ThisKeyword) {
      throw new Error(`aws4 uses "this" in another way than for a field: ${node.parent.getText()}`);
    }
    return ts.visitEachChild(node, withoutThis, context);
  };

  const others: ts.Statement[] = [];
  const methods: ts.Statement[] = [];
  const constructor: ts.Statement[] = [];
  const isDefined = new Set<string>();
  for (const statement of file.statements) {
    const text = statement.getText(file);
    const [, method] = /^RequestSigner\.prototype\.(\w+) = function\(/.exec(text) ?? [];
    if (method) {
      const { right } = (statement as ts.ExpressionStatement).expression as ts.BinaryExpression;
      isDefined.add(method);
      methods.push(factory.createVariableStatement(undefined,
        [factory.createVariableDeclaration(nameOf(method), undefined, undefined, withoutThis(right) as ts.Expression)]));
    } else if (ts.isFunctionDeclaration(statement) && statement.name!.text === 'RequestSigner') {
      constructor.push(...statement.body!.statements.map(withoutThis).map((part) => {
        const [, field] = /^this\.(\w+) = /.exec(ts.getOriginalNode(part).getText(file)) ?? [];
        if (!field) {
          return part as ts.Statement;
        }
        isDefined.add(field);
        const { right } = (part as ts.ExpressionStatement).expression as ts.BinaryExpression;
        return factory.createVariableStatement(undefined, factory.createVariableDeclarationList(
          [factory.createVariableDeclaration(nameOf(field), undefined, undefined, right)], ts.NodeFlags.Const));
      }));
    } else if (/\baws4\b|RequestSigner/.test(text)) {
      // What aws4 exports: the class, and the function that is made here.
      if (!EXPORTS.includes(text)) {
        throw new Error(`aws4 does not export as expected: ${text}`);
      }
    } else {
      others.push(statement);
    }
  }
  const variables = [...fields].filter((field) => !isDefined.has(field)).map((field) => factory.createVariableDeclaration(nameOf(field)));
  return factory.updateSourceFile(file, [
    ...others,
    factory.createFunctionDeclaration(
      [factory.createModifier(ts.SyntaxKind.ExportKeyword)], undefined, 'sign', undefined,
      [factory.createParameterDeclaration(undefined, undefined, 'request')], undefined,
      factory.createBlock([
        factory.createVariableStatement(undefined, factory.createVariableDeclarationList(variables)),
        ...methods,
        ...constructor,
        factory.createReturnStatement(factory.createCallExpression(nameOf('sign'), undefined, [])),
      ]),
    ),
  ]);
};

const EXPORTS = [
  'aws4.RequestSigner = RequestSigner',
  'aws4.sign = function(request, credentials) {\n  return new RequestSigner(request, credentials).sign()\n}',
];
