import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, runSuccessfully, WORK } from './command';

const REQUIREMENTS = join(__dirname, 'requirements.txt');
const OLDEST = [3, 10];
const NEEDS = 'npm run test:validators needs Python 3.10 or later with venv as "python3" (on Debian and Ubuntu: apt install python3-venv)';

/** Installs the validators that are Python programs; a second call finds what the first one has installed. */
export async function installPython(): Promise<(program: string) => string> {
  const version = await pythonVersion();
  const folder = join(WORK, 'python');
  const binary = (program: string) => join(folder, 'bin', program);
  const stamp = join(folder, 'installed');
  const wanted = `${version} ${createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex')}`;
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(WORK, { recursive: true });
    const { status, stdout, stderr } = await run('python3', ['-m', 'venv', folder]);
    if (status !== 0) {
      throw new Error(`${NEEDS}; "python3 -m venv" answers:\n${stdout}${stderr}`);
    }
    // Without dependencies: what the list does not name has no version here, and "pip check" complains.
    await runSuccessfully(binary('pip'), ['install', '--quiet', '--disable-pip-version-check', '--no-compile', '--no-deps', '--requirement', REQUIREMENTS]);
    await runSuccessfully(binary('pip'), ['check', '--disable-pip-version-check']);
    writeFileSync(stamp, wanted);
  }
  return binary;
}

async function pythonVersion(): Promise<string> {
  const { status, stdout } = await run('python3', ['--version']).catch(() => ({ status: 1, stdout: '' }));
  const [, version, ...parts] = /^Python ((\d+)\.(\d+)\.\S+)/.exec(stdout) ?? [];
  const [major, minor] = parts.map(Number);
  if (status !== 0 || version === undefined) {
    throw new Error(`${NEEDS}; there is none`);
  }
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    throw new Error(`${NEEDS}; "python3" is ${version}`);
  }
  return version;
}
