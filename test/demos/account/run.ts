import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const ROOT = join(__dirname, '..', '..', '..');

export interface Run {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Files and folders that the demo has not removed. */
  readonly leftovers: string[];
}

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'demo-test-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Runs the demo as a user does, its output to a pipe. */
export async function run(parameters: string[], preloaded: string[] = []): Promise<Run> {
  const temporary = mkdtempSync(join(folder, 'run-'));
  const modules = ['tsx/cjs', ...preloaded].flatMap((name) => ['--require', name]);
  const child = spawn(process.execPath, [...modules, 'demos/account/main.ts', ...parameters], { cwd: ROOT, env: { ...process.env, TMPDIR: temporary } });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  const leftovers = readdirSync(temporary).filter((name) => /^(cdk-support-channels-demo|local-lambda)-/.test(name));
  return { exitCode, stdout, stderr, leftovers };
}

export function section(stdout: string, number: number): string {
  return stdout.split(/^(?=\d+\. )/m).find((text) => text.startsWith(`${number}. `)) ?? '';
}

/** Code that runs in the demo's own process, so that what it does there comes at a known moment. */
export function preload(name: string, code: string): string[] {
  const file = join(folder, `${name}.js`);
  writeFileSync(file, code);
  return [file];
}

/** Sends a signal in the middle of a deployment: everything must end, and no file be left. */
export async function interrupt(signal: string, expected: number): Promise<void> {
  const { exitCode, stdout, stderr, leftovers } = await run([], preload(signal, `
    const write = process.stdout.write.bind(process.stdout);
    let sent = false;
    process.stdout.write = (text, ...rest) => {
      if (!sent && /CREATE_IN_PROGRESS +Custom::/.test(text)) {
        sent = true;
        process.kill(process.pid, '${signal}');
      }
      return write(text, ...rest);
    };
  `));
  expect(stderr.trim()).toBe(`Interrupted by ${signal}: ending servers and processes.`);
  expect(stdout).not.toContain('checks hold');
  expect(leftovers).toEqual([]);
  expect(exitCode).toBe(expected);
}
