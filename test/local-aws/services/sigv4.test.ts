import { Request, sign } from 'aws4';
import { AwsError } from '../../../local-aws/services/aws-error';
import { SignedRequest, VerifySignatureOptions, verifySignature } from '../../../local-aws/services/sigv4';

const NOW = new Date('2026-03-04T05:06:07Z');
const IDENTITY = {
  accountId: '111122223333',
  accessKeyId: 'ASIAEXAMPLE',
  secretAccessKey: 'secret',
  sessionToken: 'session',
  principalArn: 'arn:aws:sts::111122223333:assumed-role/R/f',
};
const OPTIONS: VerifySignatureOptions = {
  identities: { find: (accessKeyId) => (accessKeyId === IDENTITY.accessKeyId ? IDENTITY : undefined) },
  services: ['supportapp'],
  now: NOW,
};

function basic(date: Date): string {
  return date.toISOString().replace(/\.\d{3}|[-:]/g, '');
}

/** Signs with a package that the verification shares nothing with. */
function signed(overrides: Partial<Request> & { at?: Date; credentials?: object } = {}): SignedRequest {
  const { at = NOW, credentials = {}, ...request } = overrides;
  const options = sign({
    service: 'supportapp',
    region: 'us-east-1',
    method: 'POST',
    host: 'localhost:1234',
    path: '/control/get-account-alias',
    body: '',
    ...request,
    headers: { 'X-Amz-Date': basic(at), ...request.headers },
  }, { ...IDENTITY, ...credentials });
  const headers = Object.fromEntries(Object.entries(options.headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]));
  return { method: options.method!, url: options.path!, headers, body: Buffer.from(options.body ?? '') };
}

function refusal(request: SignedRequest, options: Partial<VerifySignatureOptions> = {}): AwsError {
  try {
    verifySignature(request, { ...OPTIONS, ...options });
  } catch (error) {
    return error as AwsError;
  }
  throw new Error('the signature was accepted');
}

describe('published examples of AWS', () => {
  const identities = { find: () => ({ ...IDENTITY, sessionToken: undefined, secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' }) };
  const now = new Date('2015-08-30T12:36:00Z');

  test.each([
    {
      name: 'documentation: ListUsers of IAM',
      service: 'iam',
      url: '/?Action=ListUsers&Version=2010-05-08',
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8', 'host': 'iam.amazonaws.com' },
      signedHeaders: 'content-type;host;x-amz-date',
      signature: '5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7',
    },
    {
      name: 'test suite: get-vanilla',
      service: 'service',
      url: '/',
      headers: { host: 'example.amazonaws.com' },
      signedHeaders: 'host;x-amz-date',
      signature: '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
    },
    {
      name: 'test suite: get-vanilla-query-order-key-case',
      service: 'service',
      url: '/?Param2=value2&Param1=value1',
      headers: { host: 'example.amazonaws.com' },
      signedHeaders: 'host;x-amz-date',
      signature: 'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
    },
  ])('$name', ({ service, url, headers, signedHeaders, signature }) => {
    const request: SignedRequest = {
      method: 'GET',
      url,
      headers: {
        ...headers,
        'x-amz-date': '20150830T123600Z',
        'authorization': `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/${service}/aws4_request, SignedHeaders=${signedHeaders}, Signature=${signature}`,
      },
      body: Buffer.alloc(0),
    };
    expect(verifySignature(request, { identities, services: [service], now })).toMatchObject({ service, region: 'us-east-1' });
    expect(refusal({ ...request, url: url + '&x=y' }, { identities, services: [service], now }).code).toBe('InvalidSignatureException');
  });
});

describe('accepts', () => {
  test.each<[string, Parameters<typeof signed>[0]]>([
    ['an empty body', {}],
    ['a JSON body with characters beyond ASCII', { body: '{"accountAlias":"Zoë 😀"}', headers: { 'Content-Type': 'application/json' } }],
    ['a percent-encoded ARN in the path', { method: 'GET', path: '/channels/arn%3Aaws%3Achime%3A%3A%3Aapp-instance%2Fa%2Fchannel%2Fb' }],
    ['a query with an ARN', { method: 'GET', path: '/tags?arn=arn%3Aaws%3Achime%3Aus-east-1%3A1%3Aa%2Fb' }],
    ['a query out of order', { method: 'GET', path: '/channels?scope=x&max-results=5&app-instance-arn=a%20b' }],
    ['another Region', { region: 'eu-central-1' }],
    ['extra spaces in a header', { headers: { 'X-Amz-Meta': '  a   b ' } }],
    ['a clock 5 minutes behind', { at: new Date(NOW.getTime() - 300_000) }],
    ['a clock 5 minutes ahead', { at: new Date(NOW.getTime() + 300_000) }],
  ])('%s', (_name, overrides) => {
    expect(verifySignature(signed(overrides), OPTIONS)).toEqual({
      identity: IDENTITY,
      service: 'supportapp',
      region: overrides?.region ?? 'us-east-1',
    });
  });

  test('the clock skew that is configured', () => {
    const request = signed({ at: new Date(NOW.getTime() - 1_000_000) });
    expect(verifySignature(request, { ...OPTIONS, allowedClockSkew: 1_000 }).identity).toBe(IDENTITY);
    expect(refusal(request, { allowedClockSkew: 999 }).message).toMatch(/^Signature expired/);
  });
});

describe('fails', () => {
  const authorizationOf = (change: (value: string) => string, request = signed()): SignedRequest =>
    ({ ...request, headers: { ...request.headers, authorization: change(request.headers.authorization as string) } });

  test('without an Authorization header', () => {
    const { authorization, ...headers } = signed().headers;
    expect(authorization).toBeDefined();
    expect(refusal({ ...signed(), headers })).toMatchObject({ code: 'MissingAuthenticationTokenException', status: 403 });
  });

  test.each<[string, (value: string) => string]>([
    ['another algorithm', (value) => value.replace('AWS4-HMAC-SHA256', 'AWS3')],
    ['no Signature', (value) => value.replace(/, Signature=.*/, '')],
    ['no SignedHeaders', (value) => value.replace(/SignedHeaders=[^,]*, /, '')],
    ['a credential scope too short', (value) => value.replace('/aws4_request', '')],
  ])('with %s', (_name, change) => {
    expect(refusal(authorizationOf(change))).toMatchObject({ code: 'IncompleteSignatureException', status: 400 });
  });

  test.each<[string, SignedRequest]>([
    ['an unknown access key', signed({ credentials: { accessKeyId: 'ASIAOTHER' } })],
    ['another session token', signed({ credentials: { sessionToken: 'other' } })],
    ['no session token', signed({ credentials: { sessionToken: undefined } })],
  ])('with %s', (_name, request) => {
    expect(refusal(request)).toMatchObject({ code: 'UnrecognizedClientException', status: 403 });
  });

  test.each<[string, SignedRequest, RegExp]>([
    ['a wrong secret', signed({ credentials: { secretAccessKey: 'other' } }), /does not match/],
    ['a tampered body', { ...signed({ body: '{"a":1}' }), body: Buffer.from('{"a":2}') }, /does not match/],
    ['a tampered method', { ...signed(), method: 'GET' }, /does not match/],
    ['a tampered path', { ...signed(), url: '/control/put-account-alias' }, /does not match/],
    ['a path signed with one encoding only', signed({ path: '/channels/a%3Ab', doNotEncodePath: true } as Partial<Request>), /does not match/],
    ['a tampered header', { ...signed(), headers: { ...signed().headers, host: 'elsewhere' } }, /does not match/],
    ['a signed header that is absent', authorizationOf((value) => value.replace('=host;', '=absent;host;')), /does not match/],
    ['another signature', authorizationOf((value) => value.replace(/Signature=.{4}/, 'Signature=0000')), /does not match/],
    ['a host that is not signed', authorizationOf((value) => value.replace('=host;', '=')), /'Host'/],
    ['an x-amz header that is not signed', { ...signed(), headers: { ...signed().headers, 'x-amz-chime-bearer': 'a' } }, /not signed: x-amz-chime-bearer/],
    ['a payload hash of another body', signed({ headers: { 'X-Amz-Content-Sha256': '0'.repeat(64) } }), /x-amz-content-sha256/],
    ['another service', signed({ service: 'chime' }), /correct service: 'supportapp'/],
    ['another terminator', authorizationOf((value) => value.replace('aws4_request', 'aws5_request')), /terminator/],
    ['a scope of another day', authorizationOf((value) => value.replace('/20260304/', '/20260303/')), /does not match YYYYMMDD/],
    ['a clock more than 5 minutes behind', signed({ at: new Date(NOW.getTime() - 301_000) }), /^Signature expired: 20260304T050106Z .* \(20260304T050607Z - 5 min\.\)$/],
    ['a clock more than 5 minutes ahead', signed({ at: new Date(NOW.getTime() + 301_000) }), /^Signature not yet current: 20260304T051108Z/],
  ])('with %s', (_name, request, message) => {
    const error = refusal(request);
    expect(error).toMatchObject({ code: 'InvalidSignatureException', status: 403 });
    expect(error.message).toMatch(message);
  });

  test('in a Region without an endpoint', () => {
    expect(refusal(signed({ region: 'eu-north-1' }), { regions: ['us-east-1'] }).message).toMatch(/valid region/);
  });
});
