import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { endProcess, startProcess } from './child-processes';
import type { NodeRelease, RuntimeInstallation } from './installation';
import { RuntimeApi, type RuntimeError, type RuntimeOutcome } from './runtime-api';
import type { Identity } from '../identity';

export interface ExecutionEnvironmentOptions {
  readonly installation: RuntimeInstallation;
  readonly node: NodeRelease;
  /** The text of `index.js`. */
  readonly code: string;
  readonly region: string;
  readonly identity: Identity;
  /** The function's own variables. */
  readonly environment: Record<string, string>;
}

const FUNCTION_NAME = 'handler';
const INIT_SECONDS = 30;
// Lambda switches off what would let `index.js` be anything but CommonJS.
const NODE_OPTIONS = ['--no-experimental-require-module', '--no-experimental-detect-module'];

/** A process of AWS's runtime interface client with one function, which is frozen while it has nothing to do. */
export class ExecutionEnvironment {
  /** Starts the process and loads the function; whether that worked, `initError` tells. */
  public static async start(options: ExecutionEnvironmentOptions): Promise<ExecutionEnvironment> {
    const environment = new ExecutionEnvironment(options, await RuntimeApi.start());
    environment.run();
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`the function was not loaded within ${INIT_SECONDS} seconds:\n${environment.log}`)), INIT_SECONDS * 1000);
    });
    try {
      environment.initError = await Promise.race([environment.api.initialized, tooLate]);
      environment.freeze();
      return environment;
    } catch (error) {
      await environment.stop();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  public initError?: RuntimeError;
  /** What the process has written. */
  public log = '';
  /** Settles with the status of the process when it ends by itself, or with the signal that ended it. */
  public ended!: Promise<number | NodeJS.Signals | null>;
  private readonly taskRoot = mkdtempSync(join(tmpdir(), 'lambda-task-'));
  private child!: ChildProcess;

  private constructor(private readonly options: ExecutionEnvironmentOptions, private readonly api: RuntimeApi) {}

  public get pid(): number {
    return this.child.pid!;
  }

  /** What the runtime interface client calls itself. */
  public get userAgent(): string | undefined {
    return this.api.userAgent;
  }

  /** Hands one event to the function; the process ends when the time is up. */
  public async invoke(event: unknown, timeoutInMillis: number): Promise<RuntimeOutcome> {
    this.signal('SIGCONT');
    const outcome = await this.api.invoke({
      requestId: randomUUID(),
      functionArn: `arn:aws:lambda:${this.options.region}:${this.options.identity.accountId}:function:${FUNCTION_NAME}`,
      deadline: Date.now() + timeoutInMillis,
      event,
    });
    if (outcome.kind === 'timeout') {
      endProcess(this.child);
    }
    this.freeze();
    return outcome;
  }

  public async stop(): Promise<void> {
    endProcess(this.child);
    await this.ended;
    await this.api.stop();
    rmSync(this.taskRoot, { recursive: true, force: true });
  }

  private run(): void {
    const { installation, node, code } = this.options;
    writeFileSync(join(this.taskRoot, 'index.js'), code);
    this.child = startProcess(node.binary, [...NODE_OPTIONS, installation.client], { cwd: this.taskRoot, environment: this.variables() });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => this.log += text);
    }
    this.ended = new Promise((resolve) => {
      this.child.once('error', (error) => {
        this.log += error.message;
        resolve(null);
      });
      this.child.once('close', (status, signal) => resolve(status ?? signal));
    });
    void this.ended.then(() => this.api.end());
  }

  /** Lambda gives a process no time between events. */
  private freeze(): void {
    this.signal('SIGSTOP');
  }

  private signal(signal: NodeJS.Signals): void {
    if (this.initError === undefined && this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill(signal);
    }
  }

  /** Only what Lambda gives: nothing of this process's environment. */
  private variables(): Record<string, string> {
    const { installation, node, region, identity, environment } = this.options;
    return {
      PATH: `${dirname(node.binary)}:/usr/local/bin:/usr/bin:/bin`,
      LANG: 'en_US.UTF-8',
      TZ: ':UTC',
      _HANDLER: 'index.handler',
      AWS_DEFAULT_REGION: region,
      AWS_EXECUTION_ENV: `AWS_Lambda_${node.runtime}`,
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
      AWS_LAMBDA_FUNCTION_NAME: FUNCTION_NAME,
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${FUNCTION_NAME}`,
      AWS_LAMBDA_LOG_STREAM_NAME: '2030/01/01/[$LATEST]00000000000000000000000000000000',
      AWS_LAMBDA_RUNTIME_API: this.api.address,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: identity.accessKeyId,
      AWS_SECRET_ACCESS_KEY: identity.secretAccessKey,
      ...identity.sessionToken && { AWS_SESSION_TOKEN: identity.sessionToken },
      LAMBDA_RUNTIME_DIR: dirname(installation.client),
      LAMBDA_TASK_ROOT: this.taskRoot,
      ...environment,
    };
  }
}
