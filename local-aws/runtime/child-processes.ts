import { spawn, type ChildProcess } from 'node:child_process';

export interface ChildProcessOptions {
  readonly cwd: string;
  readonly environment: NodeJS.ProcessEnv;
}

const groups = new Set<number>();
let endsWithThisProcess = false;

/** Starts a process in a group of its own; the group ends with this process, however that ends by itself or by a signal. */
export function startProcess(command: string, parameters: string[], { cwd, environment }: ChildProcessOptions): ChildProcess {
  if (!endsWithThisProcess) {
    endsWithThisProcess = true;
    process.once('exit', () => groups.forEach(killGroup));
    for (const [signal, status] of [['SIGINT', 130], ['SIGTERM', 143], ['SIGHUP', 129]] as const) {
      process.once(signal, () => process.exit(status));
    }
  }
  const child = spawn(command, parameters, { cwd, env: environment, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const { pid } = child;
  if (pid !== undefined) {
    groups.add(pid);
    child.once('close', () => groups.delete(pid));
  }
  return child;
}

/** Ends a process with all that it has started. */
export function endProcess({ pid }: ChildProcess): void {
  if (pid !== undefined && groups.has(pid)) {
    killGroup(pid);
  }
}

/** Runs a command to its end; fails with the end of its output when it fails or takes too long. */
export async function runCommand(command: string, parameters: string[], options: ChildProcessOptions & { timeoutInSeconds: number }): Promise<void> {
  const child = startProcess(command, parameters, options);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => output += text);
  }
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    endProcess(child);
  }, options.timeoutInSeconds * 1000);
  try {
    const status = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
    if (status !== 0) {
      const how = timedOut ? `took more than ${options.timeoutInSeconds} seconds` : `ended with status ${status}`;
      throw new Error(`"${[command, ...parameters].join(' ')}" ${how}:\n${output.split('\n').slice(-40).join('\n')}`);
    }
  } finally {
    clearTimeout(timer);
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}
