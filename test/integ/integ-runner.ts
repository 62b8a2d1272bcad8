import { spawn, type StdioOptions } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');
const PROGRAM = join(ROOT, 'node_modules', '@aws-cdk', 'integ-runner', 'bin', 'integ-runner');
/** Two synthesize side by side. */
const WORKERS = '2';
/** Where CloudFormation has all types, and each service is. */
export const REGION = 'us-east-1';
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Compares each template of a folder with its snapshot. */
export function compareSnapshots(directory = join(ROOT, 'test'), output: StdioOptions = 'inherit'): Promise<number> {
  return runProgram(['--directory', directory, '--max-workers', WORKERS], output);
}

/** Takes each template as it is for its snapshot, and deploys nothing. */
export async function writeSnapshots(): Promise<number> {
  const exitCode = await runProgram(['--force', '--dry-run', '--disable-update-workflow', '--max-workers', WORKERS]);
  removeAssets();
  return exitCode;
}

/** Deploys one test after the other, asserts and destroys: each account has one alias only. */
export async function deployTests(profile: string, tests: readonly string[]): Promise<number> {
  const exitCode = await runProgram([
    '--force', '--disable-update-workflow', '--profiles', profile, '--parallel-regions', REGION, '--max-workers', '1', '-vv',
    ...tests.map((name) => `integ.${name}.ts`),
  ]);
  removeAssets();
  return exitCode;
}

async function runProgram(parameters: string[], output: StdioOptions = 'inherit'): Promise<number> {
  const app = ['--language', 'typescript', '--app', 'node --import tsx {filePath}'];
  const child = spawn(process.execPath, [PROGRAM, ...app, ...parameters], { cwd: ROOT, stdio: output });
  const forward = (signal: NodeJS.Signals) => child.kill(signal);
  SIGNALS.forEach((signal) => process.on(signal, forward));
  try {
    return await new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (exitCode) => resolve(exitCode === 0 ? 0 : 1));
    });
  } finally {
    SIGNALS.forEach((signal) => process.off(signal, forward));
  }
}

/** The function that makes the assertions comes with integ-tests and needs no copy in each snapshot. */
function removeAssets(): void {
  const folder = join(ROOT, 'test');
  for (const snapshot of readdirSync(folder).filter((name) => /^integ\..+\.snapshot$/.test(name))) {
    readdirSync(join(folder, snapshot)).filter((name) => name.startsWith('asset.'))
      .forEach((name) => rmSync(join(folder, snapshot, name), { recursive: true }));
  }
}
