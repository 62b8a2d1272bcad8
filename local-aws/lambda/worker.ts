import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

export interface InvocationError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: string[];
}

export type WorkerResult = { readonly payload: string } | { readonly error: InvocationError };

export interface WorkerInit {
  readonly environment: Record<string, string>;
  readonly codeDirectory: string;
  readonly handlerName: string;
}

export interface WorkerInvocation {
  readonly requestId: string;
  /** The event as JSON. */
  readonly event: string;
  readonly timeoutInMillis: number;
  readonly context: Record<string, unknown>;
}

interface Message {
  readonly type: 'ready' | 'initError' | 'result' | 'error' | 'timeout' | 'fatal' | 'log';
  readonly payload?: string;
  readonly error?: InvocationError;
  readonly text?: string;
}

// Lambda loads `index.js` as CommonJS; without these flags newer Node.js releases would quietly accept ES modules.
const NODE_FLAGS = ['--no-experimental-detect-module', '--no-experimental-require-module'].filter((flag) =>
  process.allowedNodeEnvironmentFlags.has(flag.replace('--no-', '--')) || process.allowedNodeEnvironmentFlags.has(flag));

/** An execution environment: a process that serves one invocation at a time. */
export class Worker {
  /** The function whose code is loaded, with its version. */
  public loaded?: string;
  public log = '';
  private readonly child: ChildProcess;
  private exited = false;
  private settle?: (message: Message) => void;
  private timeOutRun?: () => void;

  public constructor(environment: Record<string, string>, skipWaits = false) {
    this.child = spawn(process.execPath, [...NODE_FLAGS, join(__dirname, 'bootstrap.js'), ...skipWaits ? ['--skip-waits'] : []], {
      env: environment,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.child.on('message', (message: Message) => this.receive(message));
    this.child.on('error', (error) => this.end(`Runtime could not be started: ${error.message}`));
    this.child.on('exit', (code, signal) => this.end(signal ? `signal: ${signal.toLowerCase().replace('sig', '')}` : `exit status ${code ?? 0}`));
    // What the runtime itself prints when it dies, such as on a lack of memory.
    this.child.stderr?.on('data', (chunk: Buffer) => {
      this.log += chunk.toString();
    });
    this.unref();
  }

  public get alive(): boolean {
    return !this.exited;
  }

  /** Loads a function's code; answers the error with which that failed. */
  public async init(init: WorkerInit): Promise<InvocationError | undefined> {
    const message = await this.ask({ type: 'init', ...init });
    return message.type === 'ready' ? undefined : message.error;
  }

  public async invoke(invocation: WorkerInvocation): Promise<WorkerResult> {
    const { requestId, event, timeoutInMillis, context } = invocation;
    const deadline = Date.now() + timeoutInMillis;
    let timer: NodeJS.Timeout | undefined;
    const timedOut = new Promise<Message>((resolve) => {
      this.timeOutRun = () => resolve({ type: 'timeout' });
      timer = setTimeout(this.timeOutRun, timeoutInMillis);
    });
    const message = await Promise.race([this.ask({ type: 'invoke', requestId, event, deadline, context }), timedOut]);
    clearTimeout(timer);
    this.timeOutRun = undefined;
    if (message.type === 'result') {
      return { payload: message.payload! };
    }
    if (message.type === 'timeout') {
      this.kill();
      const errorMessage = `${new Date().toISOString()} ${requestId} Task timed out after ${(timeoutInMillis / 1000).toFixed(2)} seconds`;
      return { error: { errorType: 'Sandbox.Timedout', errorMessage } };
    }
    if (message.type === 'fatal') {
      this.kill();
    }
    return { error: message.error! };
  }

  /** Ends the run that is under way as if its time were up. */
  public timeOut(): void {
    this.timeOutRun?.();
  }

  public kill(): void {
    this.exited = true;
    this.child.kill('SIGKILL');
  }

  private ask(message: object): Promise<Message> {
    this.ref();
    return new Promise<Message>((resolve) => {
      this.settle = resolve;
      if (this.exited) {
        this.end('exit status 1');
        return;
      }
      this.child.send(message, (error) => error && this.end(error.message));
    }).finally(() => this.unref());
  }

  private receive(message: Message): void {
    if (message.type === 'log') {
      this.log += message.text;
    } else {
      this.answer(message);
    }
  }

  private end(how: string): void {
    this.exited = true;
    this.answer({ type: 'fatal', error: { errorType: 'Runtime.ExitError', errorMessage: `Error: Runtime exited with error: ${how}` } });
  }

  private answer(message: Message): void {
    const settle = this.settle;
    this.settle = undefined;
    settle?.(message);
  }

  /** An idle process does not keep the parent alive. */
  private unref(): void {
    this.child.unref();
    this.child.channel?.unref();
    (this.child.stderr as unknown as { unref?: () => void } | null)?.unref?.();
  }

  private ref(): void {
    this.child.ref();
    this.child.channel?.ref();
  }
}
