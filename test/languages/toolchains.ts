/** What the languages need on the machine. */
import { spawnSync } from 'node:child_process';

interface Tool {
  readonly command: string[];
  /** Finds the version in what the command prints. */
  readonly version: RegExp;
  readonly minimum: number[];
  readonly need: string;
}

const TOOLS: Tool[] = [
  {
    // Debian ships neither module with python3 itself.
    command: ['python3', '-c', 'import ensurepip, sys, venv; print(sys.version)'],
    version: /^(\d+)\.(\d+)/u,
    minimum: [3, 10],
    need: 'Python 3.10 or later with the modules venv and ensurepip (Debian: python3-venv)',
  },
  { command: ['javac', '-version'], version: /javac (\d+)/u, minimum: [17], need: 'a JDK, 17 or later (Debian: default-jdk-headless)' },
  { command: ['mvn', '-version'], version: /Apache Maven (\d+)\.(\d+)/u, minimum: [3, 6], need: 'Maven 3.6 or later (Debian: maven)' },
  { command: ['go', 'version'], version: /go(\d+)\.(\d+)/u, minimum: [1, 25], need: 'Go 1.25 or later' },
];

/** One line per tool that is missing or too old. */
export function missingTools(environment: NodeJS.ProcessEnv = process.env): string[] {
  return TOOLS.flatMap(({ command: [program, ...args], version, minimum, need }) => {
    const { stdout, stderr, status, error } = spawnSync(program, args, { encoding: 'utf8', env: environment });
    if (error || status !== 0) {
      const reason = error ? `${program} is not there` : `${program} answers: ${(stderr || stdout).trim().split('\n').at(-1)}`;
      return [`${need}: ${reason}`];
    }
    const output = stdout + stderr;
    const found = version.exec(output)?.slice(1).map(Number);
    return found && isAtLeast(found, minimum) ? [] : [`${need}: ${program} is ${found?.join('.') ?? output.trim()}`];
  });
}

function isAtLeast(found: number[], minimum: number[]): boolean {
  const index = minimum.findIndex((part, position) => found[position] !== part);
  return index === -1 || found[index] > minimum[index];
}
