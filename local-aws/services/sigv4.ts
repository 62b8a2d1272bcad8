import { createHash, createHmac } from 'node:crypto';
import { AwsError } from './aws-error';
import { Identity } from '../identity';

/** A request as it was received. */
export interface SignedRequest {
  readonly method: string;
  /** Path and query exactly as on the request line. */
  readonly url: string;
  /** Lower-case names, as `http.IncomingMessage.headers` gives them. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

export interface VerifySignatureOptions {
  readonly identities: { find(accessKeyId: string): Identity | undefined };
  /** Service names that a credential scope may have, such as `supportapp`. */
  readonly services: readonly string[];
  /** Regions that a credential scope may have. @default - any */
  readonly regions?: readonly string[];
  readonly now: Date;
  /** Seconds by which the signer's clock may differ. @default 300 */
  readonly allowedClockSkew?: number;
}

/** Who signed a request, and for which service and Region. */
export interface Signer {
  readonly identity: Identity;
  readonly service: string;
  readonly region: string;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';
const MISMATCH = 'The request signature we calculated does not match the signature you provided. '
  + 'Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';

/**
 * Verifies a Signature Version 4 from the request alone: written from AWS's description of the algorithm, apart from any signer.
 *
 * @throws AwsError as AWS answers: `MissingAuthenticationTokenException`, `IncompleteSignatureException`,
 * `UnrecognizedClientException` or `InvalidSignatureException`.
 */
export function verifySignature(request: SignedRequest, options: VerifySignatureOptions): Signer {
  const authorization = parseAuthorization(header(request, 'authorization'));
  const identity = options.identities.find(authorization.accessKeyId);
  if (!identity || (identity.sessionToken ?? '') !== (header(request, 'x-amz-security-token') ?? '')) {
    throw new AwsError('UnrecognizedClientException', 'The security token included in the request is invalid.');
  }
  const timestamp = signedTimestamp(request);
  checkScope(authorization, timestamp, options);
  checkSignedHeaders(request, authorization.signedHeaders);
  checkClock(timestamp, options);

  const payloadHash = sha256(request.body);
  const declaredHash = header(request, 'x-amz-content-sha256');
  if (declaredHash !== undefined && declaredHash !== payloadHash) {
    throw invalid('The provided \'x-amz-content-sha256\' header does not match what was computed.');
  }
  const canonicalRequest = [
    request.method,
    canonicalPath(request.url),
    canonicalQuery(request.url),
    ...authorization.signedHeaders.map((name) => `${name}:${canonicalHeaderValue(request.headers[name])}`),
    '',
    authorization.signedHeaders.join(';'),
    payloadHash,
  ].join('\n');
  const { date, region, service } = authorization;
  const stringToSign = [ALGORITHM, timestamp, `${date}/${region}/${service}/aws4_request`, sha256(canonicalRequest)].join('\n');
  if (hmac(signingKey(identity.secretAccessKey, date, region, service), stringToSign).toString('hex') !== authorization.signature) {
    throw invalid(MISMATCH);
  }
  return { identity, service, region };
}

/** Those of each day, which serve many requests. */
const SIGNING_KEYS = new Map<string, string | Buffer>();

function signingKey(secretAccessKey: string, ...scope: string[]): string | Buffer {
  const name = [secretAccessKey, ...scope].join('/');
  const key = SIGNING_KEYS.get(name) ?? [...scope, 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`);
  SIGNING_KEYS.set(name, key);
  return key;
}

interface Authorization {
  readonly accessKeyId: string;
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly terminator: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

function parseAuthorization(value: string | undefined): Authorization {
  if (!value) {
    throw new AwsError('MissingAuthenticationTokenException', 'Missing Authentication Token');
  }
  const [algorithm, ...rest] = value.split(' ');
  if (algorithm !== ALGORITHM) {
    throw new AwsError('IncompleteSignatureException', `Unsupported AWS 'algorithm': '${algorithm}'`);
  }
  const parameters = new Map(rest.join(' ').split(',').map((part) => {
    const equals = part.indexOf('=');
    return [part.slice(0, equals).trim(), part.slice(equals + 1).trim()];
  }));
  const missing = ['Credential', 'Signature', 'SignedHeaders'].filter((name) => !parameters.get(name));
  if (missing.length > 0) {
    throw new AwsError('IncompleteSignatureException', missing.map((name) => `Authorization header requires '${name}' parameter.`).join(' '));
  }
  const credential = parameters.get('Credential')!.split('/');
  if (credential.length !== 5) {
    throw new AwsError('IncompleteSignatureException', 'Credential must have exactly 5 slash-delimited elements');
  }
  const [accessKeyId, date, region, service, terminator] = credential;
  return {
    accessKeyId,
    date,
    region,
    service,
    terminator,
    signedHeaders: parameters.get('SignedHeaders')!.split(';'),
    signature: parameters.get('Signature')!,
  };
}

function signedTimestamp(request: SignedRequest): string {
  const amzDate = header(request, 'x-amz-date');
  const date = header(request, 'date');
  const timestamp = amzDate ?? (date && !Number.isNaN(Date.parse(date)) ? basicFormat(new Date(date)) : undefined);
  if (!timestamp || !/^\d{8}T\d{6}Z$/.test(timestamp)) {
    throw new AwsError('IncompleteSignatureException',
      'Date must be in ISO-8601 \'basic format\'. Authorization header requires existence of either a \'X-Amz-Date\' or a \'Date\' header.');
  }
  return timestamp;
}

function checkScope(authorization: Authorization, timestamp: string, options: VerifySignatureOptions) {
  if (authorization.terminator !== 'aws4_request') {
    throw invalid(`Credential should be scoped with a valid terminator: 'aws4_request', not '${authorization.terminator}'.`);
  }
  if (!options.services.includes(authorization.service)) {
    throw invalid(`Credential should be scoped to correct service: '${options.services.join('\', \'')}'.`);
  }
  if (!/^[a-z0-9-]+$/.test(authorization.region) || (options.regions && !options.regions.includes(authorization.region))) {
    throw invalid(`Credential should be scoped to a valid region, not '${authorization.region}'.`);
  }
  if (authorization.date !== timestamp.slice(0, 8)) {
    throw invalid('Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '
      + `'${authorization.date}' != '${timestamp.slice(0, 8)}', from '${timestamp}'.`);
  }
}

function checkSignedHeaders(request: SignedRequest, signedHeaders: readonly string[]) {
  if (!signedHeaders.includes('host')) {
    throw invalid('\'Host\' or \':authority\' must be a \'SignedHeader\' in the AWS Authorization.');
  }
  if (!signedHeaders.includes('x-amz-date') && !signedHeaders.includes('date')) {
    throw invalid('\'X-Amz-Date\' or \'Date\' must be a \'SignedHeader\' in the AWS Authorization.');
  }
  const unsigned = Object.keys(request.headers).filter((name) => name.startsWith('x-amz-') && !signedHeaders.includes(name));
  if (unsigned.length > 0) {
    throw invalid(`There were headers present in the request which were not signed: ${unsigned.join(', ')}`);
  }
  const absent = signedHeaders.filter((name) => request.headers[name] === undefined);
  const ordered = [...signedHeaders].sort();
  if (absent.length > 0 || ordered.some((name, index) => name !== signedHeaders[index])) {
    throw invalid(MISMATCH);
  }
}

function checkClock(timestamp: string, options: VerifySignatureOptions) {
  const skew = options.allowedClockSkew ?? 300;
  const signedAt = Date.parse(timestamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  const now = basicFormat(options.now);
  const earliest = new Date(options.now.getTime() - skew * 1000);
  const latest = new Date(options.now.getTime() + skew * 1000);
  // A timestamp has whole seconds, so the bounds are compared in whole seconds too.
  if (Number.isNaN(signedAt) || signedAt < Math.floor(earliest.getTime() / 1000) * 1000) {
    throw invalid(`Signature expired: ${timestamp} is now earlier than ${basicFormat(earliest)} (${now} - ${skew / 60} min.)`);
  }
  if (signedAt > latest.getTime()) {
    throw invalid(`Signature not yet current: ${timestamp} is still later than ${basicFormat(latest)} (${now} + ${skew / 60} min.)`);
  }
}

/** The path, normalized, with each segment encoded once more than on the request line: the rule for all services but S3. */
function canonicalPath(url: string): string {
  const segments: string[] = [];
  for (const segment of url.split('?')[0].split('/')) {
    if (segment === '..') {
      segments.pop();
    } else if (segment !== '' && segment !== '.') {
      segments.push(segment);
    }
  }
  const trailing = segments.length > 0 && url.split('?')[0].endsWith('/') ? '/' : '';
  return `/${segments.map(encode).join('/')}${trailing}`;
}

function canonicalQuery(url: string): string {
  const mark = url.indexOf('?');
  const parts = mark < 0 ? [] : url.slice(mark + 1).split('&').filter((part) => part !== '');
  return parts
    .map((part) => {
      const equals = part.indexOf('=');
      const [name, value] = equals < 0 ? [part, ''] : [part.slice(0, equals), part.slice(equals + 1)];
      return [encode(decode(name)), encode(decode(value))];
    })
    .sort(([name1, value1], [name2, value2]) => compare(name1, name2) || compare(value1, value2))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function canonicalHeaderValue(value: string | string[] | undefined): string {
  return [value ?? ''].flat().map((item) => item.trim().replace(/ +/g, ' ')).join(',');
}

function header(request: SignedRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(',') : value;
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** Percent-encodes all but the unreserved characters of RFC 3986. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid(MISMATCH);
  }
}

function basicFormat(date: Date): string {
  return date.toISOString().replace(/\.\d{3}|[-:]/g, '');
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

function hmac(key: string | Buffer, data: string): Buffer {
  return createHmac('sha256', key).update(data, 'utf8').digest();
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidSignatureException', message);
}
