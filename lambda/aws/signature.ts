/**
 * AWS Signature Version 4, as services other than Amazon S3 take it.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
import crypto = require('node:crypto');

/** A request and for whom it is signed. */
export interface SignableRequest {
  readonly method: string;
  /** Path and query as they are sent, which is percent-encoded. */
  readonly url: URL;
  readonly headers?: Record<string, string>;
  readonly body: string;
  /** Name of the service in signatures. */
  readonly service: string;
  readonly region: string;
  /** When the service will read it, such as `20260102T030405Z`. */
  readonly date: string;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';

/** All headers that a request is sent with. Lambda gives the credentials in the environment. */
export function sign({ method, url, headers: ownHeaders, body, service, region, date }: SignableRequest): Record<string, string> {
  const { AWS_ACCESS_KEY_ID: keyId, AWS_SECRET_ACCESS_KEY: secretKey, AWS_SESSION_TOKEN: sessionToken } = process.env;
  const headers = {
    ...ownHeaders,
    'Host': url.host,
    'X-Amz-Date': date,
    ...(sessionToken && { 'X-Amz-Security-Token': sessionToken }),
  };
  const canonicalHeaders = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value.trim().replace(/\s+/g, ' ')]));
  const names = [...canonicalHeaders.keys()].sort();
  const signedHeaders = names.join(';');
  const canonicalRequest = [
    method,
    canonicalPath(url),
    canonicalQuery(url),
    ...names.map((name) => name + ':' + canonicalHeaders.get(name)),
    '',
    signedHeaders,
    hash(body),
  ].join('\n');

  const scope = [date.slice(0, 8), region, service, 'aws4_request'];
  const key = scope.reduce<string | Buffer>(hmac, 'AWS4' + secretKey);
  const signature = hmac(key, [ALGORITHM, date, scope.join('/'), hash(canonicalRequest)].join('\n')).toString('hex');
  return {
    ...headers,
    Authorization: ALGORITHM + ' Credential=' + [keyId, ...scope].join('/') + ', SignedHeaders=' + signedHeaders + ', Signature=' + signature,
  };
}

/** The path is encoded once more, and a run of slashes counts as one. A `URL` has no steps such as `..` left. */
const canonicalPath = (url: URL): string => url.pathname.replace(/\/+/g, '/').split('/').map(encode).join('/');

/** Names and values, encoded and in order: by name, then by value. A space comes before whatever stands in an encoded text. */
const canonicalQuery = (url: URL): string => [...url.searchParams].map((pair) => pair.map(encode).join(' ')).sort().map((pair) => pair.replace(' ', '=')).join('&');

/** Percent-encodes all but the unreserved characters of RFC 3986. */
const encode = (text: string): string => encodeURIComponent(text).replace(/[!'()*]/g, (character) => '%' + character.charCodeAt(0).toString(16).toUpperCase());

const hash = (text: string): string => crypto.createHash('sha256').update(text).digest('hex');

const hmac = (key: string | Buffer, text: string): Buffer => crypto.createHmac('sha256', key).update(text).digest();
