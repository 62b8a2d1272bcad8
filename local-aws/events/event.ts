/** An event as a bus has it. */
export interface BusEvent {
  readonly 'version': '0';
  readonly 'id': string;
  readonly 'detail-type': string;
  readonly 'source': string;
  readonly 'account': string;
  /** To the second, in UTC. */
  readonly 'time': string;
  readonly 'region': string;
  readonly 'resources': string[];
  readonly 'detail': Readonly<Record<string, unknown>>;
}

/** A time as events have it. */
export function eventTime(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z');
}
