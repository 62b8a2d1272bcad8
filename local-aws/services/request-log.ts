import { IncomingHttpHeaders } from 'node:http';

/** A request that arrived, and what became of it. */
export interface LoggedRequest {
  readonly service: string;
  /** Empty when the request addresses no operation. */
  readonly operation: string;
  /** Empty, like `region`, when the signature was refused. */
  readonly accountId: string;
  readonly region: string;
  /** The input, with the members masked that the model marks sensitive. */
  readonly input: unknown;
  /** The request as it was on the wire, unmasked. */
  readonly wire: { readonly method: string; readonly url: string; readonly headers: IncomingHttpHeaders; readonly body: string };
  readonly outcome: RequestOutcome;
}

export interface RequestOutcome {
  /** HTTP status of the answer; absent when there was none. */
  readonly status?: number;
  /** Name of the error that was answered. */
  readonly errorCode?: string;
  /** Kind of the fault that hit the request. */
  readonly fault?: string;
  /** Whether the service has acted on the request. */
  readonly committed: boolean;
}

/** All requests, in the order in which they were decided. */
export class RequestLog {
  public readonly entries: LoggedRequest[] = [];

  public of(...operations: string[]): LoggedRequest[] {
    return this.entries.filter((entry) => operations.includes(entry.operation));
  }

  public clear() {
    this.entries.length = 0;
  }
}
