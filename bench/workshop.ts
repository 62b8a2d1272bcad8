import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

export const ROOT = join(__dirname, '..');
const PEERS = join(__dirname, 'peers');
/** Outside of what the tools of the project search for packages. */
export const WORKSHOP = join(ROOT, '.tmp', 'bench');

/** Puts what is measured beside what it is compared with, as in the app of a user; installs that when the lock file says so. */
export function prepareWorkshop(): void {
  if (!existsSync(join(ROOT, 'lib', 'index.js'))) {
    throw new Error('compile the library first: npm run compile');
  }
  mkdirSync(WORKSHOP, { recursive: true });
  const lock = readFileSync(join(PEERS, 'package-lock.json'), 'utf8');
  const stamp = join(WORKSHOP, 'installed.json');
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lock) {
    cpSync(PEERS, WORKSHOP, { recursive: true });
    execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: WORKSHOP, stdio: ['ignore', 'ignore', 'inherit'] });
    writeFileSync(stamp, lock);
  }
  const library = join(WORKSHOP, 'node_modules', 'cdk-support-channels');
  rmSync(library, { recursive: true, force: true });
  for (const part of ['lib', 'assets', 'package.json']) {
    cpSync(join(ROOT, part), join(library, part), { recursive: true });
  }
  cpSync(join(__dirname, 'programs'), WORKSHOP, { recursive: true });
  mkdirSync(join(WORKSHOP, 'sdk-handler'), { recursive: true });
  buildSync({
    entryPoints: [join(WORKSHOP, 'sdk-handler.js')],
    outfile: join(WORKSHOP, 'sdk-handler', 'index.js'),
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node20',
    logLevel: 'error',
  });
}

/** Runs a program of the workshop in a process of its own; answers what it printed, and the wall time of the process. */
export async function run<Result>(program: string, parameters: string[], env: Record<string, string> = {}): Promise<Result & { wall: number }> {
  const start = performance.now();
  const child = spawn(process.execPath, [program, ...parameters], {
    cwd: WORKSHOP,
    env: { ...withoutAws(process.env), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output: string[] = [];
  const errors: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk.toString()));
  const code = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  const wall = performance.now() - start;
  const result = output.join('').trim().split('\n').pop() ?? '';
  if (code !== 0 || !result.startsWith('{')) {
    throw new Error(`${program} ${parameters.join(' ')}: ${errors.join('') || output.join('')}`);
  }
  return { ...JSON.parse(result), wall };
}

/** What the user's shell says about AWS and the CDK is no part of the measurement. */
function withoutAws(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(AWS|CDK|NODE_OPTIONS)/.test(name)));
}
