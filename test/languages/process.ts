import { spawn } from 'node:child_process';

const LIMIT_IN_MILLISECONDS = 10 * 60 * 1000;

export interface Outcome {
  readonly status: number | null;
  /** Standard output and error, as they appear in a terminal. */
  readonly output: string;
}

/** Runs a command to its end, whatever that is. */
export function outcomeOf(command: string[], folder: string, environment: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const [program, ...args] = command;
    const child = spawn(program, args, {
      cwd: folder,
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: LIMIT_IN_MILLISECONDS,
    });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk) => chunks.push(chunk));
    child.stderr.on('data', (chunk) => chunks.push(chunk));
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, output: Buffer.concat(chunks).toString('utf8') }));
  });
}

/** Runs a command that has to succeed. */
export async function run(command: string[], folder: string, environment: NodeJS.ProcessEnv = {}): Promise<void> {
  const { status, output } = await outcomeOf(command, folder, environment);
  if (status !== 0) {
    throw new Error(`${command.join(' ')} ended with ${status}:\n${output}`);
  }
}
