/** How long the work on one event may take, and what ends it. */
export interface Invocation {
  /** When the work must be done, in milliseconds since the epoch: late enough to be useful, early enough to undo and to answer. */
  readonly deadline: number;
  /** Until when a denied call is repeated, since permissions that were granted a moment ago take time to spread. */
  readonly propagationDeadline: number;
  /** Aborted when the event was answered: nothing may go on in a process that Lambda freezes and thaws. */
  readonly signal: AbortSignal;
}

/** Waits, or fails when the invocation is over. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const abort = () => {
      clearTimeout(timer);
      reject(signal!.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', abort, { once: true });
  });
}

/** A wait that doubles with each try up to a maximum, spread at random so that callers which failed together do not return together. */
export const backoff = (tries: number, maximum: number): number => Math.random() * Math.min(maximum, 200 * 2 ** tries);

/** Writes an entry of the log: names, numbers and decisions only, since texts may hold what the models mark as sensitive. */
export function log(entry: object): void {
  console.log(JSON.stringify(entry));
}
