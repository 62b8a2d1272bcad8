import { LocalServices } from '../../local-aws/services/server';

/** What counts of a request: its parts that do not depend on the time, on the server's port or on the client's habits. */
export interface Wire {
  readonly method: string;
  readonly url: string;
  readonly body: string;
  readonly contentType?: string;
  readonly contentLength?: string;
  readonly host: boolean;
  readonly date: boolean;
  readonly securityToken?: string;
  readonly bearer?: string;
  readonly credential: string;
}

/** The requests that arrived, each of which the server has verified the signature of. */
export function wireOf(services: LocalServices): Wire[] {
  return services.requests.entries.map(({ wire: { method, url, headers, body } }) => ({
    method,
    url,
    // A body may name its members in any order.
    body: body && JSON.stringify(sorted(JSON.parse(body))),
    contentType: headers['content-type'],
    contentLength: headers['content-length'],
    host: headers.host === new URL(services.endpoints.supportApp).host,
    date: /^\d{8}T\d{6}Z$/.test(String(headers['x-amz-date'])),
    securityToken: headers['x-amz-security-token'] as string | undefined,
    bearer: headers['x-amz-chime-bearer'] as string | undefined,
    credential: authorizationOf(headers.authorization!).credential,
  }));
}

function sorted(value: unknown): unknown {
  return Array.isArray(value) ? value.map(sorted)
    : value !== null && typeof value === 'object' ? Object.fromEntries(Object.entries(value).sort().map(([name, item]) => [name, sorted(item)]))
      : value;
}

export function authorizationOf(header: string): { credential: string; signedHeaders: string[]; signature: string } {
  const [, credential, signedHeaders, signature] = /^AWS4-HMAC-SHA256 Credential=(\S+), SignedHeaders=(\S+), Signature=(\w+)$/.exec(header)!;
  return { credential, signedHeaders: signedHeaders.split(';'), signature };
}

/** The headers that a client signs, without those that only say how it works. */
export function signedHeadersOf(services: LocalServices): string[][] {
  const habits = ['amz-sdk-invocation-id', 'amz-sdk-request', 'x-amz-user-agent', 'x-amz-content-sha256', 'content-length'];
  return services.requests.entries.map(({ wire }) =>
    authorizationOf(wire.headers.authorization!).signedHeaders.filter((name) => !habits.includes(name)));
}

/** An error as a client reports it, and the status that it came with. */
export interface Failure {
  readonly name: string;
  readonly message: string;
  readonly status?: number;
}
