import * as http from 'node:http';

interface Timer {
  readonly due: number;
  readonly run: () => void;
}

/**
 * Makes what runs at the same time a matter of one seed: of all requests that functions want to send, one at a time goes
 * on the wire, chosen at random; and time passes, without anybody waiting for it, only when no request is left to send.
 */
export class Simulation {
  /** Simulated milliseconds since the history began. */
  public time = 0;
  /** A source of numbers from 0 to 1, which repeats itself for each seed. */
  public random: () => number = randomFrom(1);
  private readonly agent = new http.Agent({ keepAlive: true });
  private waiting: (() => void)[] = [];
  private readonly timers = new Set<Timer>();
  private inFlight = 0;
  private awake = false;

  public reset(seed: number): void {
    this.time = 0;
    this.random = randomFrom(seed);
  }

  public stop(): void {
    this.agent.destroy();
  }

  public setTimeout(run: () => void, milliseconds = 0): Timer {
    const timer = { due: this.time + milliseconds, run };
    this.timers.add(timer);
    this.wake();
    return timer;
  }

  public clearTimeout(timer: Timer): void {
    this.timers.delete(timer);
  }

  /** The module `node:http` as functions see it: real requests, each of which waits for its turn. */
  public http(): Pick<typeof http, 'request'> {
    const request = (url: URL, options: http.RequestOptions) => {
      const outgoing = http.request(url, { ...options, agent: this.agent });
      const end = outgoing.end.bind(outgoing);
      let isSent = false;
      const start = () => {
        isSent = true;
        this.inFlight += 1;
        end(body);
      };
      let body: string;
      outgoing.end = ((text: string) => {
        body = text;
        this.waiting.push(start);
        this.wake();
        return outgoing;
      }) as typeof outgoing.end;
      outgoing.once('close', () => {
        this.waiting = this.waiting.filter((other) => other !== start);
        this.inFlight -= isSent ? 1 : 0;
        this.wake();
      });
      return outgoing;
    };
    return { request: request as typeof http.request };
  }

  private wake(): void {
    if (!this.awake) {
      this.awake = true;
      // What an answer sets off has a few turns of the event loop to ask for its next request.
      setImmediate(() => setImmediate(() => setImmediate(() => this.advance())));
    }
  }

  private advance(): void {
    this.awake = false;
    if (this.inFlight > 0) {
      return;
    }
    const [start] = this.waiting.splice(Math.floor(this.random() * this.waiting.length), 1);
    if (start) {
      start();
      return;
    }
    const next = [...this.timers].reduce<Timer | undefined>((first, timer) => first && first.due <= timer.due ? first : timer, undefined);
    if (next) {
      this.timers.delete(next);
      this.time = Math.max(this.time, next.due);
      next.run();
      this.wake();
    }
  }
}

/* eslint-disable no-bitwise */
/** The generator mulberry32. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = state + 0x6D2B79F5 >>> 0;
    let mixed = Math.imul(state ^ state >>> 15, state | 1);
    mixed ^= mixed + Math.imul(mixed ^ mixed >>> 7, mixed | 61);
    return ((mixed ^ mixed >>> 14) >>> 0) / 4294967296;
  };
}
