import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Identity } from '../identity';
import { metricsIn, type MetricValue } from './metrics';
import { FunctionPermissions } from './permissions';
import { Worker, type InvocationError } from './worker';

/** Code of a function: the text of `index.js`, or a directory that holds it. */
export type FunctionCode = { readonly inline: string } | { readonly directory: string };

export interface FunctionConfiguration {
  readonly functionName: string;
  readonly accountId: string;
  readonly region: string;
  readonly partition?: string;
  readonly code: FunctionCode;
  /** Such as `index.handler`. */
  readonly handler: string;
  /** Such as `nodejs24.x`. Told to the function; the process is that of the running Node.js. */
  readonly runtime?: string;
  /** In seconds. */
  readonly timeout?: number;
  readonly memorySize?: number;
  readonly environment?: Record<string, string>;
  readonly logGroupName?: string;
  readonly logFormat?: 'Text' | 'JSON';
  readonly applicationLogLevel?: string;
  /** The credentials of the function's role, asked for at each cold start. */
  readonly credentials?: () => Identity;
}

export interface EventInvokeConfiguration {
  /** 0 to 2. */
  readonly maximumRetryAttempts?: number;
  readonly maximumEventAgeInSeconds?: number;
}

/** How often and when one asynchronous event reaches the function. */
export interface Delivery {
  /** Real milliseconds to wait before it. */
  readonly delayInMillis?: number;
  /** Waits for the end of the delivery before it, retries included; otherwise they run side by side. */
  readonly afterPrevious?: boolean;
}

export interface LocalLambdaOptions {
  /** Variables such as `AWS_ENDPOINT_URL_SUPPORT_APP`, which every function gets beside its own. */
  readonly endpoints?: Record<string, string>;
  /** Real seconds per second of the wait before a retry of an asynchronous event. @default 1 */
  readonly retryWaitScale?: number;
  /** Starts a new process for each invocation. @default false */
  readonly coldStartAlways?: boolean;
  /** Lets a process serve one function after another; the code is loaded anew for each. Saves the start of a process. @default false */
  readonly reuseProcesses?: boolean;
  /** With `reuseProcesses`: from so many processes on, a new one is started only when all others are busy. @default - a process stays with its function */
  readonly processesBeforeReuse?: number;
  /**
   * Lets no time pass while a function waits for nothing but its own timers, or for a service that says that it does not answer: its clock jumps
   * instead. So its timeout can be as long as in production, and no run depends on how fast the machine is. @default false
   */
  readonly skipWaits?: boolean;
  /** Decides on duplicates and delays of an asynchronous event. @default - each event is delivered once, at once */
  readonly deliver?: (event: AsynchronousEvent) => Delivery[];
}

export interface AsynchronousEvent {
  readonly functionArn: string;
  readonly requestId: string;
  readonly payload: unknown;
}

/** What is known of one run of a function. */
export interface Invocation {
  readonly functionArn: string;
  readonly requestId: string;
  readonly event: unknown;
  /** 1 for the first run of an event, 2 and 3 for the retries. */
  readonly attempt: number;
  readonly coldStart: boolean;
  readonly startedAt: Date;
  readonly durationInMillis: number;
  /** What the function returned. */
  readonly payload?: unknown;
  readonly error?: InvocationError;
  /** START, END and REPORT lines and what the function wrote. */
  readonly log: string;
}

export class FunctionNotFoundError extends Error {
  public constructor(functionArn: string) {
    super(`Function not found: ${functionArn} (Service: Lambda, Status Code: 404)`);
    this.name = 'ResourceNotFoundException';
  }
}

interface LocalFunction {
  configuration: FunctionConfiguration;
  codeDirectory: string;
  /** Changes with each change of the code or of the configuration: a process that loaded an older one is not used again. */
  version: number;
  readonly idle: Worker[];
  eventInvoke: EventInvokeConfiguration;
}

const DEFAULT_TIMEOUT = 3;
const DEFAULT_MEMORY = 128;
const DEFAULT_RETRY_ATTEMPTS = 2;
const DEFAULT_EVENT_AGE = 21_600;
const MAXIMUM_EVENT_BYTES = 1024 * 1024;
/** Bounds what a reused process may collect in memory. */
const REUSE_LIMIT = 500;

/** Runs functions as Lambda does, each in processes of its own. */
export class LocalLambda {
  /** All runs that have ended, in the order of their end. */
  public readonly invocations: Invocation[] = [];
  /** Which services may call functions. */
  public readonly permissions = new FunctionPermissions();
  /** May be changed between deployments. */
  public deliver: (event: AsynchronousEvent) => Delivery[];
  /** May be completed until the first function starts. */
  public readonly endpoints: Record<string, string>;
  private readonly functions = new Map<string, LocalFunction>();
  private readonly workers = new Set<Worker>();
  private readonly shared = new Map<string, Worker[]>();
  private readonly uses = new WeakMap<Worker, number>();
  /** The idle processes of functions, the one that is idle for longest first. */
  private readonly idleSince = new Map<Worker, LocalFunction>();
  private readonly pending = new Set<Promise<unknown>>();
  /** By the id of an asynchronous event: the end of all its runs. */
  private readonly deliveries = new Map<string, Promise<unknown>>();
  private readonly stopping = new AbortController();
  private readonly codeRoot: string;
  private versions = 0;

  public constructor(private readonly options: LocalLambdaOptions = {}) {
    this.deliver = options.deliver ?? (() => [{}]);
    this.endpoints = { ...options.endpoints };
    this.codeRoot = mkdtempSync(join(tmpdir(), 'local-lambda-'));
    endWithProcess(this.close);
  }

  public createFunction(configuration: FunctionConfiguration): string {
    const arn = arnOf(configuration);
    if (this.functions.has(arn)) {
      throw new Error(`Function already exist: ${configuration.functionName}`);
    }
    this.versions += 1;
    this.functions.set(arn, { configuration, codeDirectory: this.unpack(configuration.code), version: this.versions, idle: [], eventInvoke: {} });
    return arn;
  }

  public updateFunction(configuration: FunctionConfiguration): void {
    const target = this.find(arnOf(configuration));
    target.configuration = configuration;
    target.codeDirectory = this.unpack(configuration.code);
    this.versions += 1;
    target.version = this.versions;
    target.idle.splice(0).forEach((worker) => this.dismiss(worker));
  }

  /** Runs that are under way end undisturbed; events that wait for a retry are dropped. */
  public deleteFunction(arn: string): void {
    const target = this.find(arn);
    this.functions.delete(arn);
    target.idle.splice(0).forEach((worker) => this.release(target, worker));
  }

  public configuration(arn: string): FunctionConfiguration | undefined {
    return this.functions.get(arn)?.configuration;
  }

  public putEventInvokeConfig(arn: string, configuration: EventInvokeConfiguration): void {
    this.find(arn).eventInvoke = configuration;
  }

  /** Runs a function and waits for its end, as a synchronous invocation does: without retries. */
  public async invoke(arn: string, event: unknown): Promise<Invocation> {
    return this.track(this.run(arn, event, randomUUID(), 1));
  }

  /** Accepts an event, which then is delivered at least once; throws when there is no such function. */
  public invokeAsync(arn: string, event: unknown): string {
    this.find(arn);
    if (Buffer.byteLength(JSON.stringify(event)) > MAXIMUM_EVENT_BYTES) {
      throw new Error(`RequestEntityTooLarge: the event exceeds ${MAXIMUM_EVENT_BYTES} bytes`);
    }
    const requestId = randomUUID();
    const deliveries: Promise<unknown>[] = [];
    let previous: Promise<unknown> = Promise.resolve();
    for (const delivery of this.deliver({ functionArn: arn, requestId, payload: event })) {
      const ready = delivery.afterPrevious ? previous : Promise.resolve();
      previous = this.track(ready.then(() => this.wait(delivery.delayInMillis ?? 0)).then(() => this.runWithRetries(arn, event, requestId)))
        // Dropped events are part of the service's life; what a run did is in `invocations`.
        .catch(() => undefined);
      deliveries.push(previous);
    }
    if (this.options.skipWaits && deliveries.length > 0) {
      this.deliveries.set(requestId, Promise.all(deliveries));
    }
    return requestId;
  }

  /** Resolves when nothing can come of an asynchronous event any more; where waits are not skipped, or the event is held back, never. */
  public async givesUp(requestId: string): Promise<void> {
    await (this.deliveries.get(requestId) ?? new Promise(() => undefined));
    this.deliveries.delete(requestId);
  }

  /** Ends the runs that are under way as if their time were up. */
  public timeOut(): void {
    this.workers.forEach((worker) => worker.timeOut());
  }

  /** Resolves when no run is under way and no event waits. */
  public async settled(): Promise<void> {
    while (this.pending.size > 0) {
      await Promise.allSettled(this.pending);
    }
  }

  /** The log of all runs of a function, or of the whole account. */
  public log(arn?: string): string {
    return this.invocations.filter((invocation) => arn === undefined || invocation.functionArn === arn).map((invocation) => invocation.log).join('');
  }

  /** What all runs of a function, or of the whole account, have put into metrics. */
  public metrics(arn?: string): MetricValue[] {
    return metricsIn(this.log(arn));
  }

  /** Ends all processes; runs under way end with an error. */
  public async stop(): Promise<void> {
    this.stopping.abort();
    this.killWorkers();
    await this.settled();
    this.close();
    closeAtExit.delete(this.close);
  }

  private readonly close = (): void => {
    this.killWorkers();
    rmSync(this.codeRoot, { recursive: true, force: true });
  };

  private readonly killWorkers = (): void => {
    this.workers.forEach((worker) => worker.kill());
    this.workers.clear();
    this.shared.clear();
  };

  private async runWithRetries(arn: string, event: unknown, requestId: string): Promise<void> {
    // The age counts the waits at their nominal length: only the wait is shortened, not the clock of the function.
    let age = 0;
    for (let attempt = 1; ; attempt++) {
      const invocation = await this.run(arn, event, requestId, attempt);
      const { maximumRetryAttempts, maximumEventAgeInSeconds } = this.functions.get(arn)?.eventInvoke ?? {};
      const wait = 60 * attempt;
      age += invocation.durationInMillis / 1000 + wait;
      if (!invocation.error || attempt > (maximumRetryAttempts ?? DEFAULT_RETRY_ATTEMPTS) || age > (maximumEventAgeInSeconds ?? DEFAULT_EVENT_AGE)) {
        return;
      }
      await this.wait(wait * 1000 * (this.options.retryWaitScale ?? 1));
    }
  }

  private async run(arn: string, event: unknown, requestId: string, attempt: number): Promise<Invocation> {
    const target = this.find(arn);
    const { configuration, version } = target;
    const startedAt = new Date();
    const environment = this.environment(target);
    const worker = this.take(target, environment);
    const coldStart = worker.loaded !== loadKey(arn, version);
    worker.log = '';
    const initError = coldStart ? await this.load(worker, target, environment) : undefined;
    const initDuration = Date.now() - startedAt.getTime();
    const invokedAt = Date.now();
    const result = initError ? { error: initError } : await worker.invoke({
      requestId,
      event: JSON.stringify(event),
      timeoutInMillis: (configuration.timeout ?? DEFAULT_TIMEOUT) * 1000,
      context: {
        functionName: configuration.functionName,
        functionVersion: '$LATEST',
        invokedFunctionArn: arn,
        memoryLimitInMB: String(configuration.memorySize ?? DEFAULT_MEMORY),
        logGroupName: environment.AWS_LAMBDA_LOG_GROUP_NAME,
        logStreamName: environment.AWS_LAMBDA_LOG_STREAM_NAME,
      },
    });
    const durationInMillis = Date.now() - invokedAt;
    const error = 'error' in result ? result.error : undefined;
    const invocation: Invocation = {
      functionArn: arn,
      requestId,
      event,
      attempt,
      coldStart,
      startedAt,
      durationInMillis,
      payload: 'payload' in result ? JSON.parse(result.payload) : undefined,
      error,
      log: [
        `START RequestId: ${requestId} Version: $LATEST\n`,
        worker.log,
        error ? `${requestId} ERROR ${error.errorType}: ${error.errorMessage}\n` : '',
        `END RequestId: ${requestId}\n`,
        `REPORT RequestId: ${requestId}\tDuration: ${durationInMillis.toFixed(2)} ms\tBilled Duration: ${durationInMillis + 1} ms\t`,
        `Memory Size: ${configuration.memorySize ?? DEFAULT_MEMORY} MB${coldStart ? `\tInit Duration: ${initDuration.toFixed(2)} ms` : ''}\n`,
      ].join(''),
    };
    this.invocations.push(invocation);
    if (initError || !worker.alive || this.options.coldStartAlways) {
      this.dismiss(worker);
    } else if (this.functions.get(arn) === target && target.version === version) {
      target.idle.push(worker);
      this.idleSince.set(worker, target);
    } else {
      this.release(target, worker);
    }
    return invocation;
  }

  private async load(worker: Worker, target: LocalFunction, environment: Record<string, string>): Promise<InvocationError | undefined> {
    worker.loaded = loadKey(arnOf(target.configuration), target.version);
    return worker.init({ environment, codeDirectory: target.codeDirectory, handlerName: target.configuration.handler });
  }

  private take(target: LocalFunction, environment: Record<string, string>): Worker {
    for (const pool of [target.idle, this.shared.get(startKey(environment)) ?? []]) {
      for (let worker = pool.pop(); worker; worker = pool.pop()) {
        this.idleSince.delete(worker);
        if (worker.alive) {
          return worker;
        }
        this.workers.delete(worker);
      }
    }
    if (this.stopping.signal.aborted) {
      throw new Error('the local Lambda is stopped');
    }
    const taken = this.takeFromOthers(environment);
    if (taken) {
      return taken;
    }
    const worker = new Worker(environment, this.options.skipWaits);
    this.workers.add(worker);
    return worker;
  }

  /** The process that has been idle for longest, whichever function it served. */
  private takeFromOthers(environment: Record<string, string>): Worker | undefined {
    if (!this.options.reuseProcesses || this.workers.size < (this.options.processesBeforeReuse ?? Infinity)) {
      return undefined;
    }
    for (const [worker, owner] of this.idleSince) {
      if (startKey(owner.configuration.environment ?? {}) === startKey(environment)) {
        this.idleSince.delete(worker);
        owner.idle.splice(owner.idle.indexOf(worker), 1);
        const uses = (this.uses.get(worker) ?? 0) + 1;
        this.uses.set(worker, uses);
        if (worker.alive && uses <= REUSE_LIMIT) {
          return worker;
        }
        this.dismiss(worker);
      }
    }
    return undefined;
  }

  /** A process whose function is gone goes to the others, or ends. */
  private release(target: LocalFunction, worker: Worker): void {
    this.idleSince.delete(worker);
    const uses = (this.uses.get(worker) ?? 0) + 1;
    this.uses.set(worker, uses);
    if (!this.options.reuseProcesses || uses > REUSE_LIMIT || !worker.alive || this.stopping.signal.aborted) {
      this.dismiss(worker);
      return;
    }
    const key = startKey(target.configuration.environment ?? {});
    this.shared.set(key, [...this.shared.get(key) ?? [], worker]);
  }

  private dismiss(worker: Worker): void {
    this.idleSince.delete(worker);
    worker.kill();
    this.workers.delete(worker);
  }

  /** Only what Lambda gives: nothing of the parent's environment but the path. */
  private environment({ configuration }: LocalFunction): Record<string, string> {
    const credentials = configuration.credentials?.();
    const logGroupName = configuration.logGroupName ?? `/aws/lambda/${configuration.functionName}`;
    const stream = createHash('sha256').update(logGroupName).digest('hex').slice(0, 32);
    return {
      PATH: process.env.PATH ?? '',
      LANG: 'en_US.UTF-8',
      TZ: 'UTC',
      AWS_REGION: configuration.region,
      AWS_DEFAULT_REGION: configuration.region,
      AWS_EXECUTION_ENV: `AWS_Lambda_${configuration.runtime ?? 'nodejs24.x'}`,
      AWS_LAMBDA_FUNCTION_NAME: configuration.functionName,
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(configuration.memorySize ?? DEFAULT_MEMORY),
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      AWS_LAMBDA_LOG_GROUP_NAME: logGroupName,
      AWS_LAMBDA_LOG_STREAM_NAME: `${new Date().toISOString().slice(0, 10).replaceAll('-', '/')}/[$LATEST]${stream}`,
      ...configuration.logFormat === 'JSON' && { AWS_LAMBDA_LOG_FORMAT: 'JSON', AWS_LAMBDA_LOG_LEVEL: configuration.applicationLogLevel ?? 'INFO' },
      _HANDLER: configuration.handler,
      ...credentials && {
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
        ...credentials.sessionToken && { AWS_SESSION_TOKEN: credentials.sessionToken },
      },
      ...this.endpoints,
      ...configuration.environment,
    };
  }

  private unpack(code: FunctionCode): string {
    if ('directory' in code) {
      return code.directory;
    }
    const directory = join(this.codeRoot, createHash('sha256').update(code.inline).digest('hex'));
    if (!existsSync(directory)) {
      mkdirSync(directory);
      writeFileSync(join(directory, 'index.js'), code.inline);
    }
    return directory;
  }

  private find(arn: string): LocalFunction {
    const target = this.functions.get(arn);
    if (!target) {
      throw new FunctionNotFoundError(arn);
    }
    return target;
  }

  private async wait(milliseconds: number): Promise<void> {
    if (milliseconds > 0) {
      await sleep(milliseconds, undefined, { signal: this.stopping.signal });
    }
  }

  private track<T>(promise: Promise<T>): Promise<T> {
    const tracked = promise.catch(() => undefined).finally(() => this.pending.delete(tracked));
    this.pending.add(tracked);
    return promise;
  }
}

const closeAtExit = new Set<() => void>();
let listensToExit = false;

/** One listener for all, however many there are. */
function endWithProcess(close: () => void): void {
  closeAtExit.add(close);
  if (!listensToExit) {
    listensToExit = true;
    process.once('exit', () => closeAtExit.forEach((each) => each()));
  }
}

function arnOf({ accountId, region, partition, functionName }: FunctionConfiguration): string {
  return `arn:${partition ?? 'aws'}:lambda:${region}:${accountId}:function:${functionName}`;
}

function loadKey(arn: string, version: number): string {
  return `${arn}:${version}`;
}

/** What Node.js reads at its start and cannot change later. */
function startKey(environment: Record<string, string>): string {
  return JSON.stringify(Object.entries(environment).filter(([name]) => name.startsWith('NODE_')).sort());
}
