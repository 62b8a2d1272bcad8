import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run, runSuccessfully } from './command';

const OLDEST = [3, 10];

export interface PythonPrograms {
  /** Where they go: a virtual environment of its own. */
  readonly folder: string;
  /** The file that names each package with its version. */
  readonly requirements: string;
  /** The command that needs them, as somebody types it. */
  readonly command: string;
}

/** Installs programs that are Python packages; a second call finds what the first one has installed. Answers where a program is. */
export async function installPython({ folder, requirements, command }: PythonPrograms): Promise<(program: string) => string> {
  const needs = `${command} needs Python 3.10 or later with venv as "python3" (on Debian and Ubuntu: apt install python3-venv)`;
  const version = await pythonVersion(needs);
  const binary = (program: string) => join(folder, 'bin', program);
  const stamp = join(folder, 'installed');
  const wanted = `${version} ${createHash('sha256').update(readFileSync(requirements)).digest('hex')}`;
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(dirname(folder), { recursive: true });
    const { status, stdout, stderr } = await run('python3', ['-m', 'venv', folder]);
    if (status !== 0) {
      throw new Error(`${needs}; "python3 -m venv" answers:\n${stdout}${stderr}`);
    }
    // Without dependencies: what the list does not name has no version here, and "pip check" complains.
    await runSuccessfully(binary('pip'), ['install', '--quiet', '--disable-pip-version-check', '--no-compile', '--no-deps', '--requirement', requirements]);
    await runSuccessfully(binary('pip'), ['check', '--disable-pip-version-check']);
    writeFileSync(stamp, wanted);
  }
  return binary;
}

async function pythonVersion(needs: string): Promise<string> {
  const { status, stdout } = await run('python3', ['--version']).catch(() => ({ status: 1, stdout: '' }));
  const [, version, ...parts] = /^Python ((\d+)\.(\d+)\.\S+)/.exec(stdout) ?? [];
  const [major, minor] = parts.map(Number);
  if (status !== 0 || version === undefined) {
    throw new Error(`${needs}; there is none`);
  }
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    throw new Error(`${needs}; "python3" is ${version}`);
  }
  return version;
}
