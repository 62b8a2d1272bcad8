import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readBody } from '../http';

/** An error as a runtime reports it. */
export interface RuntimeError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly stackTrace?: string[];
}

export interface RuntimeInvocation {
  readonly requestId: string;
  readonly functionArn: string;
  /** In milliseconds since the epoch. */
  readonly deadline: number;
  readonly event: unknown;
}

/** How an invocation ends: by what the runtime posts, at its deadline, or with the process. */
export type RuntimeOutcome =
  | { readonly kind: 'response'; readonly payload: unknown }
  | { readonly kind: 'error'; readonly error: RuntimeError }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'exit' };

interface OpenInvocation extends RuntimeInvocation {
  isDelivered: boolean;
  settle(outcome: RuntimeOutcome): void;
}

const PREFIX = '/2018-06-01/runtime';
const RESULT = new RegExp(`^${PREFIX}/invocation/([^/]+)/(response|error)$`);

/** The Runtime API of Lambda on the loopback interface, for one process that serves one invocation at a time. */
export class RuntimeApi {
  public static async start(): Promise<RuntimeApi> {
    const api = new RuntimeApi();
    await new Promise<void>((resolve, reject) => api.server.once('error', reject).listen(0, '127.0.0.1', resolve));
    return api;
  }

  /** Settles when the function is loaded: with the error if that failed, else without a value. */
  public readonly initialized: Promise<RuntimeError | undefined>;
  /** What the client calls itself. */
  public userAgent?: string;
  private readonly server: Server;
  private settleInit!: (error?: RuntimeError) => void;
  private waiting?: ServerResponse;
  private current?: OpenInvocation;

  private constructor() {
    this.initialized = new Promise((resolve) => {
      this.settleInit = resolve;
    });
    this.server = createServer((request, response) => {
      this.receive(request, response).catch(() => response.destroy());
    });
  }

  /** For `AWS_LAMBDA_RUNTIME_API`. */
  public get address(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  public async invoke(invocation: RuntimeInvocation): Promise<RuntimeOutcome> {
    if (this.current) {
      throw new Error('the process serves an invocation already');
    }
    let timer: NodeJS.Timeout | undefined;
    const outcome = await new Promise<RuntimeOutcome>((settle) => {
      timer = setTimeout(() => settle({ kind: 'timeout' }), invocation.deadline - Date.now());
      this.current = { ...invocation, isDelivered: false, settle };
      this.deliver();
    });
    clearTimeout(timer);
    this.current = undefined;
    return outcome;
  }

  /** The process is gone. */
  public end(): void {
    this.waiting = undefined;
    this.settleInit({ errorType: 'Runtime.ExitError', errorMessage: 'the process ended before the function was loaded' });
    this.current?.settle({ kind: 'exit' });
  }

  public async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  private async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = (await readBody(request)).toString('utf8');
    const url = request.url ?? '';
    this.userAgent ??= request.headers['user-agent'];
    const [, requestId, result] = RESULT.exec(url) ?? [];

    if (request.method === 'GET' && url === `${PREFIX}/invocation/next`) {
      this.waiting = response;
      this.settleInit();
      this.deliver();
    } else if (request.method === 'POST' && url === `${PREFIX}/init/error`) {
      this.settleInit(JSON.parse(body) as RuntimeError);
      reply(response, 202, { status: 'OK' });
    } else if (request.method === 'POST' && result) {
      const { current } = this;
      if (!current?.isDelivered || current.requestId !== requestId) {
        reply(response, 400, { errorType: 'InvalidRequestID', errorMessage: 'Invalid request ID' });
        return;
      }
      // The runtime blocks until it is answered, and may be frozen from then on.
      response.once('finish', () => current.settle(result === 'response'
        ? { kind: 'response', payload: JSON.parse(body) }
        : { kind: 'error', error: JSON.parse(body) as RuntimeError }));
      reply(response, 202, { status: 'OK' });
    } else {
      reply(response, 404, { errorType: 'NotFound', errorMessage: `${request.method} ${url} is no operation of the Runtime API` });
    }
  }

  private deliver(): void {
    const { current, waiting } = this;
    if (!current || !waiting || current.isDelivered) {
      return;
    }
    this.waiting = undefined;
    current.isDelivered = true;
    reply(waiting, 200, current.event, {
      'Lambda-Runtime-Aws-Request-Id': current.requestId,
      'Lambda-Runtime-Deadline-Ms': String(current.deadline),
      'Lambda-Runtime-Invoked-Function-Arn': current.functionArn,
      'Lambda-Runtime-Trace-Id': 'Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0',
    });
  }
}

function reply(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': bytes.length, ...headers });
  response.end(bytes);
}
