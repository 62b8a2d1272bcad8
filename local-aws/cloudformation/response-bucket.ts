import { createHmac, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readBody } from '../http';

/** The request that an answer must name. */
export interface AnswerTarget {
  readonly stackId: string;
  readonly requestId: string;
  readonly logicalId: string;
  readonly region: string;
}

/** An answer as CloudFormation reads it from the bucket. */
export interface CustomResourceAnswer {
  readonly status: 'SUCCESS' | 'FAILED';
  readonly reason?: string;
  readonly physicalId?: string;
  readonly data?: Record<string, unknown>;
  readonly noEcho?: boolean;
}

/** One request to the bucket, whatever became of it. */
export interface RecordedAnswer {
  readonly requestId?: string;
  readonly method: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly statusCode: number;
  /** Whether CloudFormation acts on it: stored, and the first one of its request. */
  readonly counted: boolean;
}

/** What goes wrong on the way to the bucket. */
export interface BucketFault {
  /** `status` answers an error; `reset` closes the connection, before or after the answer is stored; `hang` never replies. */
  readonly kind: 'status' | 'reset' | 'resetAfterStore' | 'hang';
  readonly statusCode?: number;
  /** How many requests it meets. @default 1 */
  readonly times?: number;
  /** Which requests it meets. @default - all */
  readonly when?: (logicalId: string) => boolean;
}

const EXPIRY_SECONDS = 7200;
/** The codes that S3 has for what it answers for a while, by status. */
const FAULT_CODES: Record<number, string> = {
  307: 'TemporaryRedirect', 400: 'RequestTimeout', 408: 'RequestTimeout', 409: 'OperationAborted', 429: 'SlowDown', 503: 'SlowDown',
};
const ANSWER_LIMIT = 4096;
const PHYSICAL_ID_LIMIT = 1024;

interface OpenRequest {
  readonly target: AnswerTarget;
  readonly path: string;
  readonly expires: number;
  open: boolean;
  answered: boolean;
  resolve(answer: CustomResourceAnswer): void;
}

/** The bucket to which custom resources answer: a server on the loopback interface that behaves as S3 does for a pre-signed PUT. */
export class ResponseBucket {
  public static async start(): Promise<ResponseBucket> {
    const bucket = new ResponseBucket();
    await new Promise<void>((resolve) => bucket.server.listen(0, '127.0.0.1', resolve));
    return bucket;
  }

  /** Every request that the bucket got. */
  public readonly answers: RecordedAnswer[] = [];
  /** Milliseconds to add to the date in the URLs that are issued: less than zero for requests that were sent long ago. */
  public clockOffset = 0;
  private readonly server: Server;
  private readonly requests = new Map<string, OpenRequest>();
  private readonly byRequestId = new Map<string, OpenRequest>();
  private readonly faults: { fault: BucketFault; left: number }[] = [];
  private readonly key = randomBytes(32);

  private constructor() {
    this.server = createServer((request, response) => {
      this.receive(request, response).catch(() => response.destroy());
    });
  }

  public inject(fault: BucketFault): void {
    this.faults.push({ fault, left: fault.times ?? 1 });
  }

  /** Forgets the faults and the answers until now; what waits for an answer still gets it. */
  public clear(): void {
    this.faults.length = 0;
    this.answers.length = 0;
  }

  /** Issues the URL for the answer to one request. */
  public issue(target: AnswerTarget): { url: string; answer: Promise<CustomResourceAnswer> } {
    const date = new Date(Date.now() + this.clockOffset);
    const path = `/cloudformation-custom-resource-response-${target.region.replaceAll('-', '')}/`
      + encodeURIComponent(`${target.stackId}|${target.logicalId}|${target.requestId}`);
    const timestamp = date.toISOString().replace(/[-:]|\.\d{3}/g, '');
    const query = new URLSearchParams({
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Date': timestamp,
      'X-Amz-SignedHeaders': 'host',
      'X-Amz-Expires': String(EXPIRY_SECONDS),
      'X-Amz-Credential': `AKIALOCALCFN/${timestamp.slice(0, 8)}/${target.region}/s3/aws4_request`,
    });
    query.set('X-Amz-Signature', createHmac('sha256', this.key).update(`${path}?${query.toString()}`).digest('hex'));
    const pathAndQuery = `${path}?${query.toString()}`;
    let resolve!: (answer: CustomResourceAnswer) => void;
    const answer = new Promise<CustomResourceAnswer>((settle) => {
      resolve = settle;
    });
    const entry: OpenRequest = { target, path: pathAndQuery, expires: date.getTime() + EXPIRY_SECONDS * 1000, open: true, answered: false, resolve };
    this.requests.set(pathAndQuery, entry);
    this.byRequestId.set(target.requestId, entry);
    return { url: `http://127.0.0.1:${(this.server.address() as AddressInfo).port}${pathAndQuery}`, answer };
  }

  /** Makes the URL of a request answer as an expired one. */
  public expire(requestId: string): void {
    const entry = this.byRequestId.get(requestId);
    if (entry) {
      entry.open = false;
    }
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    const entry = this.requests.get(request.url ?? '');
    const fault = entry && this.nextFault(entry.target.logicalId);
    const refusal = fault && fault.kind !== 'resetAfterStore' ? undefined : refuse(request, entry);
    const stored = !refusal && (!fault || fault.kind === 'resetAfterStore');
    const counted = stored && !entry!.answered;
    const statusCode = refusal?.statusCode ?? (fault?.kind === 'status' ? fault.statusCode ?? 500 : stored ? 200 : 0);
    this.answers.push({
      requestId: entry?.target.requestId,
      method: request.method ?? '',
      headers: request.headers,
      body: body.toString(),
      statusCode: fault?.kind === 'resetAfterStore' ? 0 : statusCode,
      counted,
    });
    if (counted) {
      entry!.answered = true;
      entry!.resolve(readAnswer(body, entry!.target));
    }
    if (fault?.kind === 'hang') {
      response.writeProcessing();
      return;
    }
    if (fault?.kind === 'reset' || fault?.kind === 'resetAfterStore') {
      request.socket.resetAndDestroy();
      return;
    }
    const code = refusal?.code ?? FAULT_CODES[statusCode] ?? 'InternalError';
    const message = refusal?.message ?? 'We encountered an internal error. Please try again.';
    response.writeHead(statusCode, {
      'x-amz-request-id': randomBytes(8).toString('hex').toUpperCase(),
      'content-type': 'application/xml',
      // To another endpoint of S3, where the signature does not hold: it is one for this host.
      ...(statusCode === 307 ? { location: `http://localhost:${(this.server.address() as AddressInfo).port}/redirected` } : {}),
    });
    response.end(statusCode === 200 ? undefined : `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`);
  }

  private nextFault(logicalId: string): BucketFault | undefined {
    const found = this.faults.find(({ fault, left }) => left > 0 && (fault.when?.(logicalId) ?? true));
    if (found) {
      found.left -= 1;
    }
    return found?.fault;
  }
}

/** What S3 refuses for a URL that was pre-signed for a PUT without content type. */
function refuse(request: IncomingMessage, entry: OpenRequest | undefined): { statusCode: number; code: string; message: string } | undefined {
  if (!entry || request.method !== 'PUT' || (request.headers['content-type'] ?? '') !== '') {
    const message = 'The request signature we calculated does not match the signature you provided. Check your key and signing method.';
    return { statusCode: 403, code: 'SignatureDoesNotMatch', message };
  }
  if (!entry.open || Date.now() > entry.expires) {
    return { statusCode: 403, code: 'AccessDenied', message: 'Request has expired' };
  }
  if (request.headers['transfer-encoding'] !== undefined) {
    return { statusCode: 501, code: 'NotImplemented', message: 'A header you provided implies functionality that is not implemented' };
  }
  if (request.headers['content-length'] === undefined) {
    return { statusCode: 411, code: 'MissingContentLength', message: 'You must provide the Content-Length HTTP header.' };
  }
  return undefined;
}

/** Reads a stored answer; one that breaks the protocol is a failure of the resource. */
export function readAnswer(body: Buffer, target: AnswerTarget): CustomResourceAnswer {
  const failed = (reason: string): CustomResourceAnswer => ({ status: 'FAILED', reason });
  if (body.length > ANSWER_LIMIT) {
    return failed('Response object is too long.');
  }
  let answer: Record<string, unknown>;
  try {
    answer = JSON.parse(body.toString()) as Record<string, unknown>;
  } catch {
    return failed('Response is not valid JSON');
  }
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) {
    return failed('Response is not valid JSON');
  }
  const { Status, Reason, PhysicalResourceId, StackId, RequestId, LogicalResourceId, Data, NoEcho } = answer;
  if (Status !== 'SUCCESS' && Status !== 'FAILED') {
    return failed('Invalid response: Status must be either SUCCESS or FAILED');
  }
  for (const [name, got, expected] of [
    ['StackId', StackId, target.stackId], ['RequestId', RequestId, target.requestId], ['LogicalResourceId', LogicalResourceId, target.logicalId],
  ]) {
    if (got !== expected) {
      return failed(`Invalid response: ${name} does not match that of the request`);
    }
  }
  if (typeof PhysicalResourceId !== 'string' || PhysicalResourceId === '' || Buffer.byteLength(PhysicalResourceId) > PHYSICAL_ID_LIMIT) {
    return failed('Invalid PhysicalResourceId');
  }
  if (Data !== undefined && Data !== null && (typeof Data !== 'object' || Array.isArray(Data))) {
    return failed('Invalid response: Data must be an object');
  }
  const reason = Status === 'FAILED'
    ? `Received response status [FAILED] from custom resource. Message returned: ${String(Reason ?? 'null')} (RequestId: ${target.requestId})`
    : undefined;
  return { status: Status, reason, physicalId: PhysicalResourceId, data: (Data ?? {}) as Record<string, unknown>, noEcho: NoEcho === true };
}
