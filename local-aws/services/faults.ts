import { Structure } from './smithy';

/** Before or after the service has acted on the request. */
export type Phase = 'before' | 'after';

/** What goes wrong with a request. `phase` is `before` unless said otherwise. */
export type Fault =
  /** The services' own throttling (429), that of other AWS services (429), or that of the API front (400). */
  | {
    readonly kind: 'throttle';
    readonly code?: 'ThrottledClientException' | 'TooManyRequestsException' | 'ThrottlingException';
    readonly retryAfter?: number;
    readonly phase?: Phase;
  }
  /** A bare HTTP status, with an HTML body as a load balancer sends it. */
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter?: number; readonly body?: string; readonly phase?: Phase }
  /** An error of AWS by name; its status comes from the service's model if that declares it. */
  | { readonly kind: 'error'; readonly code: string; readonly message?: string; readonly status?: number; readonly phase?: Phase }
  /** The connection is reset. */
  | { readonly kind: 'reset'; readonly phase?: Phase }
  /** The service acts, then closes the connection without an answer. */
  | { readonly kind: 'loseReply' }
  /** No answer comes until the server stops. */
  | { readonly kind: 'hang'; readonly phase?: Phase }
  /** The service acts, but only half of the body arrives: the connection closes early, or the response ends as if it were complete. */
  | { readonly kind: 'truncate'; readonly ending?: 'closed' | 'complete' }
  /** The request (or the answer) takes its time. */
  | { readonly kind: 'delay'; readonly milliseconds: number; readonly phase?: Phase }
  /** A list of the Support App answers what was there so many changes ago. Unverified (supportapp-channel-list): whether its lists ever lag. */
  | { readonly kind: 'lag'; readonly changes: number }
  /** Refuses the signature as if this server's clock were off by so many seconds; the `Date` header tells that clock's time. */
  | { readonly kind: 'skew'; readonly seconds: number };

/** What a fault can be made to depend on. */
export interface FaultRequest {
  readonly service: string;
  readonly operation: string;
  readonly accountId: string;
  readonly region: string;
  readonly input: Structure;
}

export interface FaultRule {
  readonly fault: Fault;
  /** Operations that fail. @default - all */
  readonly operations?: readonly string[];
  /** How many requests fail; `Infinity` for all. @default 1 */
  readonly count?: number;
  readonly when?: (request: FaultRequest) => boolean;
}

/** A fault that waits for its requests. */
export interface InjectedFault {
  /** Requests that it has hit. */
  readonly hits: number;
  remove(): void;
}

/** The faults that tests inject. The first one that fits a request hits it, and no other. */
export class Faults {
  private rules: { rule: FaultRule; hits: number }[] = [];

  public inject(rule: FaultRule): InjectedFault {
    const entry = { rule, hits: 0 };
    this.rules.push(entry);
    return {
      get hits() {
        return entry.hits;
      },
      remove: () => {
        this.rules = this.rules.filter((candidate) => candidate !== entry);
      },
    };
  }

  public clear() {
    this.rules = [];
  }

  /** The fault of a request; taking it counts as a hit. */
  public take(request: FaultRequest): Fault | undefined {
    const entry = this.rules.find(({ rule, hits }) => hits < (rule.count ?? 1)
      && (rule.operations?.includes(request.operation) ?? true)
      && (rule.when?.(request) ?? true));
    if (entry) {
      entry.hits += 1;
    }
    return entry?.rule.fault;
  }
}

/** Phase in which a fault strikes. */
export function phaseOf(fault: Fault): Phase {
  switch (fault.kind) {
    case 'loseReply':
    case 'truncate':
      return 'after';
    case 'lag':
    case 'skew':
      return 'before';
    default:
      return fault.phase ?? 'before';
  }
}
