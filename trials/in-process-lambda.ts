import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import type { Simulation } from './simulation';
import type { Identity } from '../local-aws/identity';
import { FunctionNotFoundError, LocalLambda, type AsynchronousEvent, type FunctionConfiguration } from '../local-aws/lambda/local-lambda';

/** One run of a function, in simulated time. */
export interface Run {
  readonly event: { readonly RequestId: string; readonly RequestType: string; readonly LogicalResourceId: string };
  readonly startedAt: number;
  readonly endedAt: number;
  readonly timeoutInMillis: number;
  /** How many runs had come to their end when it began. */
  readonly endedBefore: number;
  readonly error?: unknown;
}

type Handler = (event: unknown, context: { getRemainingTimeInMillis(): number }) => Promise<unknown>;
type Factory = (...globals: unknown[]) => void;

const GLOBALS = ['module', 'exports', 'require', 'process', 'console', 'setTimeout', 'clearTimeout', 'Date', 'Math'];
const PARAMETERS = Object.fromEntries(Object.getOwnPropertyNames(Math).map((name) => [name, Math[name as keyof Math]]));

/**
 * Runs the very bytes of functions within this process: each run begins cold, with an environment, a clock, timers and
 * random numbers of its own, which come from a simulation. Their requests and signatures are real.
 */
export class InProcessLambda extends LocalLambda {
  public readonly runs: Run[] = [];
  private readonly configurations = new Map<string, FunctionConfiguration>();
  private readonly factories = new Map<string, Factory>();
  private readonly credentials = new WeakMap<FunctionConfiguration, Identity | undefined>();
  private readonly pendingRuns = new Set<Promise<void>>();

  public constructor(private readonly simulation: Simulation) {
    super();
  }

  public override createFunction(configuration: FunctionConfiguration): string {
    const arn = `arn:aws:lambda:${configuration.region}:${configuration.accountId}:function:${configuration.functionName}`;
    this.configurations.set(arn, configuration);
    return arn;
  }

  public override updateFunction(configuration: FunctionConfiguration): void {
    this.createFunction(configuration);
  }

  public override deleteFunction(arn: string): void {
    this.configurations.delete(arn);
  }

  public override configuration(arn: string): FunctionConfiguration | undefined {
    return this.configurations.get(arn);
  }

  public override invokeAsync(arn: string, event: unknown): string {
    if (!this.configurations.has(arn)) {
      throw new FunctionNotFoundError(arn);
    }
    const asynchronous: AsynchronousEvent = { functionArn: arn, requestId: randomUUID(), payload: event };
    const sentAt = { simulated: this.simulation.time, real: Date.now() };
    for (const { delayInMillis = 0 } of this.deliver(asynchronous)) {
      const run = new Promise<void>((resolve) => {
        const begin = () => resolve(this.runOnce(arn, event as Run['event'], sentAt));
        if (delayInMillis === 0) {
          begin();
        } else {
          this.simulation.setTimeout(begin, delayInMillis);
        }
      }).finally(() => this.pendingRuns.delete(run));
      this.pendingRuns.add(run);
    }
    return asynchronous.requestId;
  }

  public override async settled(): Promise<void> {
    while (this.pendingRuns.size > 0) {
      await Promise.allSettled(this.pendingRuns);
    }
  }

  private async runOnce(arn: string, event: Run['event'], sentAt: { simulated: number; real: number }): Promise<void> {
    const configuration = this.configurations.get(arn);
    if (!configuration) {
      // As in the service, an event that outlives its function is dropped.
      return;
    }
    const now = () => sentAt.real + this.simulation.time - sentAt.simulated;
    const startedAt = this.simulation.time;
    const endedBefore = this.runs.length;
    const timeoutInMillis = (configuration.timeout ?? 3) * 1000;
    const deadline = now() + timeoutInMillis;
    let error: unknown;
    try {
      await this.evaluate(configuration, now)(JSON.parse(JSON.stringify(event)), { getRemainingTimeInMillis: () => deadline - now() });
    } catch (thrown) {
      error = thrown;
    }
    this.runs.push({ event, startedAt, endedAt: this.simulation.time, timeoutInMillis, endedBefore, error });
  }

  /** Forgets all functions and what they did. */
  public clear(): void {
    this.configurations.clear();
    this.runs.length = 0;
  }

  private credentialsOf(configuration: FunctionConfiguration): Identity | undefined {
    if (!this.credentials.has(configuration)) {
      this.credentials.set(configuration, configuration.credentials?.());
    }
    return this.credentials.get(configuration);
  }

  private evaluate(configuration: FunctionConfiguration, now: () => number): Handler {
    if (!('inline' in configuration.code)) {
      throw new Error('only inline code runs within the process');
    }
    const text = configuration.code.inline;
    const factory = this.factories.get(text) ?? new Function(...GLOBALS, text) as Factory;
    this.factories.set(text, factory);
    const credentials = this.credentialsOf(configuration);
    const env = {
      ...this.endpoints,
      AWS_REGION: configuration.region,
      AWS_ACCESS_KEY_ID: credentials?.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials?.secretAccessKey,
      AWS_SESSION_TOKEN: credentials?.sessionToken,
      ...configuration.environment,
    };
    const module = { exports: {} as Record<string, Handler> };
    const { simulation } = this;
    const modules: Record<string, unknown> = { 'http': simulation.http(), 'node:http': simulation.http() };
    factory(
      module, module.exports, (name: string) => modules[name] ?? requireBuiltIn(name), { env, stdout: { write: () => true } }, SILENT_CONSOLE,
      (run: () => void, milliseconds: number) => simulation.setTimeout(run, milliseconds),
      (timer: never) => timer && simulation.clearTimeout(timer),
      dateOf(now), { ...PARAMETERS, random: () => simulation.random() });
    return module.exports.handler;
  }
}

const requireBuiltIn = createRequire(__filename);
const SILENT_CONSOLE = { log: () => undefined, error: () => undefined, warn: () => undefined };

function dateOf(now: () => number): DateConstructor {
  return class extends Date {
    public static override now = now;

    public constructor(...args: unknown[]) {
      super(...(args.length === 0 ? [now()] : args) as [number]);
    }
  } as DateConstructor;
}
