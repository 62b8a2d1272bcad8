import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(__dirname, '..', '..');

/** Where everything goes that is installed or written. */
export const WORK = join(ROOT, '.tmp', 'validators');

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** No account, no credentials, no settings of the user's: the tools have to work without. */
function environment(additions: Record<string, string>): NodeJS.ProcessEnv {
  const home = join(WORK, 'home');
  mkdirSync(home, { recursive: true });
  const { PATH, TMPDIR, PIP_INDEX_URL, PIP_CERT, SSL_CERT_FILE, HTTPS_PROXY, https_proxy, NO_PROXY, no_proxy, PYENV_ROOT } = process.env;
  const kept = { PATH, TMPDIR, PIP_INDEX_URL, PIP_CERT, SSL_CERT_FILE, HTTPS_PROXY, https_proxy, NO_PROXY, no_proxy, PYENV_ROOT };
  return {
    ...kept,
    HOME: home,
    NO_COLOR: '1',
    AWS_EC2_METADATA_DISABLED: 'true',
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: '1',
    PYTHONDONTWRITEBYTECODE: '1',
    ...additions,
  };
}

export interface CommandOptions {
  readonly cwd?: string;
  readonly environment?: Record<string, string>;
}

/** Runs a program to its end, whatever its exit code. */
export async function run(command: string, parameters: string[], options: CommandOptions = {}): Promise<Outcome> {
  const child = spawn(command, parameters, {
    cwd: options.cwd ?? ROOT, env: environment(options.environment ?? {}), stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const status = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  return { status, stdout, stderr };
}

/** Runs a program that must succeed; answers its output. */
export async function runSuccessfully(command: string, parameters: string[], options?: CommandOptions): Promise<string> {
  const { status, stdout, stderr } = await run(command, parameters, options);
  if (status !== 0) {
    throw new Error(`"${[command, ...parameters].join(' ')}" ended with status ${status}:\n${stdout}${stderr}`);
  }
  return stdout;
}

/** Parameters of Node.js that let it run TypeScript. */
export const TYPESCRIPT = ['--require', require.resolve('tsx/cjs')];
