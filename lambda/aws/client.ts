import { backoff, Invocation, log, pause } from '../invocation';
import { UserError } from '../user-error';
import { HttpResponse, send } from './http';
import { sign } from './signature';

/** One call of an operation. */
export interface ServiceRequest {
  readonly operation: string;
  readonly method: string;
  /** Path and query, percent-encoded. */
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** A request with the type of its answer. */
export interface Command<Output> extends ServiceRequest {
  readonly output?: Output;
}

/** A class of commands as official clients have them: `client.send(new NameCommand(input))`. */
export function defineCommand<Input, Output>(
  operation: string,
  build: (input: Input) => Omit<ServiceRequest, 'operation'>,
): new (input: Input) => Command<Output> {
  return class {
    constructor(input: Input) {
      return { operation, ...build(input) };
    }
  } as new (input: Input) => Command<Output>;
}

/** A class of clients as official ones are made: `new NameClient({ region })`; ours get the time that they may take, too. */
export function defineClient(
  signingName: string,
  endpointVariable: string,
  hostPrefix: string,
  wireProtocol: Protocol = REST_JSON,
): new (config: ClientConfig) => Client {
  return class {
    constructor(private readonly config: ClientConfig) {}

    public send<Output>(command: Command<Output>): Promise<Output> {
      return call<Output>({ signingName, endpointVariable, hostPrefix, wireProtocol, ...this.config }, command);
    }
  };
}

/** Headers and body of a request of the protocol restJson1. */
export const jsonBody = (input: object): Pick<ServiceRequest, 'headers' | 'body'> => ({ headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(input) });

/** How a service writes its answers. */
export interface Protocol {
  /** Reads the body of an answer; throws when it is not one. */
  readonly parse: (body: string) => unknown;
  /** Reads name and message of an error that stands in the body. */
  readonly parseError: (body: string) => Partial<Failure>;
}

const REST_JSON: Protocol = {
  parse: (body) => JSON.parse(body || '{}'),
  parseError: (body) => {
    const parsed = JSON.parse(body);
    return { name: parsed.code ?? parsed.__type, message: parsed.message ?? parsed.Message };
  },
};

export interface ClientConfig {
  readonly region: string;
  readonly invocation: Invocation;
}

export interface Client {
  send<Output>(command: Command<Output>): Promise<Output>;
}

interface ServiceOptions extends ClientConfig {
  /** Name of the service in signatures. */
  readonly signingName: string;
  /** The part of `AWS_ENDPOINT_URL_<SERVICE>`. */
  readonly endpointVariable: string;
  readonly hostPrefix: string;
  readonly wireProtocol: Protocol;
}

/** An error that a service answered, or that kept it from answering. */
export class ServiceError extends Error {
  constructor(
    public readonly name: string,
    message: string,
    public readonly operation: string,
    /** How often the call was tried, and the id that the service gave to the last try. */
    public readonly tries: string,
    /** A try may have been carried out although its answer was lost. */
    public readonly mayHaveSucceeded: boolean,
  ) {
    super(message);
  }
}

/** Whether a service calls an error by one of these names, which are given without the `Exception` at their end. */
export const isServiceError = (error: unknown, ...names: string[]): error is ServiceError => error instanceof ServiceError && names.some((name) => error.name === name + 'Exception');

const REQUEST_TIMEOUT = 10_000;
const MAXIMUM_BACKOFF = 10_000;
const THROTTLING = /Throttl|TooManyRequests|RequestLimit/;
const CLOCK_SKEW = /Skewed|Expired|Signature|Future/;
/**
 * Name and message of what may come of a permission or a role that was made a moment ago and has not spread yet. Chime's model has
 * no `AccessDeniedException`; services of its family said `ForbiddenException: AWS authorization failed`, which messaging itself was
 * not seen to say. A `ForbiddenException` in other words is about the bearer or a channel that is not there: nothing to wait for.
 */
const NOT_SPREAD = /AccessDenied|UnauthorizedClient|Forbidden.*authoriz|\brole\b.*valid/s;

/** What the service's clock is ahead of ours, learned from its answers; true for a process, whatever event it works on. */
let clockOffset = 0;

/**
 * Signs and sends a request until it succeeds, fails for good, or time is up.
 *
 * Throttling, server errors, resets and time-outs are tried again with growing, spread waits, the service's
 * `Retry-After` is kept to, and a clock that is off is corrected from the service's `Date`.
 */
async function call<Answer>(options: ServiceOptions, request: ServiceRequest): Promise<Answer> {
  const { invocation, region } = options;
  const { operation } = request;
  // It becomes a part of a host's name, and the host gets signed requests.
  if (!/^[a-z-]+-\d$/.test(region)) {
    throw new UserError('"' + region + '" is no Region. Check appInstanceArn and supportAppRegion.');
  }
  let mayHaveSucceeded = false;
  for (let attempts = 1; ; attempts += 1) {
    const usedOffset = clockOffset;
    let response: HttpResponse | undefined;
    let answer: unknown;
    let failure: Failure | undefined;
    try {
      response = await attempt(options, request);
      if (response.statusCode < 300) {
        answer = options.wireProtocol.parse(response.body);
      } else {
        failure = readError(options, response);
      }
    } catch (error) {
      invocation.signal.throwIfAborted();
      failure = { name: 'ConnectionError', message: causeOf(error as ConnectionFailure) };
    }
    const statusCode = response?.statusCode;
    log({ operation, statusCode, attempts, error: failure?.name });
    if (!failure) {
      return answer as Answer;
    }

    let wait = backoff(attempts, MAXIMUM_BACKOFF);
    const isThrottled = statusCode === 429 || THROTTLING.test(failure.name);
    const isServerFault = statusCode === undefined || statusCode < 300 || statusCode >= 500;
    const refusal = failure.name + ' ' + failure.message;
    const mayStillSpread = NOT_SPREAD.test(refusal) && Date.now() + wait < invocation.propagationDeadline;
    let isRetryable = isThrottled || isServerFault || mayStillSpread;
    const clockDifference = Date.parse(response?.headers.date ?? '') - Date.now();
    if (CLOCK_SKEW.test(failure.name) && Math.abs(clockDifference - usedOffset) > 60_000) {
      clockOffset = clockDifference;
      isRetryable = true;
    }
    mayHaveSucceeded ||= isServerFault && !isThrottled;
    const retryAfter = Number(response?.headers['retry-after']);
    if (retryAfter > 0) {
      wait += retryAfter * 1000;
    }
    if (!isRetryable || Date.now() + wait >= invocation.deadline) {
      const requestId = response?.headers['x-amzn-requestid'] ?? 'none';
      throw new ServiceError(failure.name, failure.message, operation, 'tries: ' + attempts + ', request id: ' + requestId, mayHaveSucceeded);
    }
    await pause(wait, invocation.signal);
  }
}

/** What a try came to. */
interface Failure {
  readonly name: string;
  readonly message: string;
}

/** What Node.js throws when no connection came about. */
type ConnectionFailure = Error & { readonly code?: string; readonly errors?: Error[] };

/** Why a service could not answer. A connection that fails at each address of a host has an error for each, and no message of its own. */
const causeOf = ({ message, code, errors = [] }: ConnectionFailure): string => message || errors.map((error) => error.message).join(', ') || code || 'no connection';

function attempt(options: ServiceOptions, request: ServiceRequest): Promise<HttpResponse> {
  const { invocation, region } = options;
  const endpoint = process.env['AWS_ENDPOINT_URL_' + options.endpointVariable] || process.env.AWS_ENDPOINT_URL || ('https://' + options.hostPrefix + '.' + region + '.amazonaws.com' + (region.startsWith('cn-') ? '.cn' : ''));
  const url = new URL(endpoint.replace(/\/+$/, '') + request.path);
  const body = request.body ?? '';
  const { method, headers } = request;
  return send({
    method,
    url,
    headers: sign({ method, url, headers, body, service: options.signingName, region, date: toAmzDate(Date.now() + clockOffset) }),
    body,
    timeout: REQUEST_TIMEOUT,
    deadline: invocation.deadline,
    signal: invocation.signal,
  });
}

/** A time as it stands in signatures. */
export const toAmzDate = (milliseconds: number): string => new Date(milliseconds).toISOString().replace(/[:-]|\.\d{3}/g, '');

function readError(options: ServiceOptions, response: HttpResponse): Failure {
  let parsed: Partial<Failure> = {};
  try {
    parsed = options.wireProtocol.parseError(response.body);
  } catch {
    // A proxy or load balancer answers in its own format.
  }
  const name = String(response.headers['x-amzn-errortype'] ?? parsed.name ?? ('HTTP ' + response.statusCode));
  return {
    name: name.split(/[,:]/)[0].split('#').pop()!,
    message: parsed.message ?? ('HTTP status ' + response.statusCode),
  };
}
