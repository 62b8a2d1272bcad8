import { parseArgs, type ParseArgsConfig } from 'node:util';

/** The command line cannot be understood. */
export class UsageError extends Error {}

/** The command line of a demo. */
export interface CommandLine<Flag extends string> {
  /** As a user types it, such as `npm run demo`. */
  readonly command: string;
  /** The flags with their letters; `help` is among them. */
  readonly flags: Record<Flag | 'help', string>;
  /** What `--help` prints. */
  readonly help: string;
}

/** The environment and the exit codes, which are the same for every demo. */
export const COMMON_HELP = `Environment:
  NO_COLOR, CI   when one of them is set, the output has no colors

Exit codes:
  0              everything came out as the demo says
  1              something did not
  2              the command line is wrong
  128 + n        signal n ended it, such as 130 for Ctrl+C`;

/** Which flags are given; fails with a hint at the one that was meant. */
export function parseFlags<Flag extends string>(
  commandLine: CommandLine<Flag>,
  parameters: string[],
): Record<Flag | 'help', boolean> {
  const { flags } = commandLine;
  const names = Object.keys(flags) as (Flag | 'help')[];
  const options: ParseArgsConfig['options'] = Object.fromEntries(names.map((name) =>
    [name, { type: 'boolean', short: flags[name] }]));
  try {
    const { values } = parseArgs({ args: parameters, options });
    return Object.fromEntries(names.map((name) => [name, values[name] ?? false])) as Record<Flag | 'help', boolean>;
  } catch {
    throw new UsageError(describeMistake(commandLine, parameters));
  }
}

function describeMistake({ command, flags }: CommandLine<string>, parameters: string[]): string {
  const known = Object.entries(flags).flatMap(([name, letter]) => [`--${name}`, `-${letter}`]);
  const wrong = parameters.find((parameter) => !known.includes(parameter)) ?? parameters.join(' ');
  const letters = wrong.replace(/^-+/, '').toLowerCase();
  const meant = letters === '' ? undefined : Object.keys(flags).find((name) => name[0] === letters[0]);
  return `${wrong.startsWith('-') ? 'Unknown option' : 'Unexpected argument'} "${wrong}". `
    + `${meant ? `Did you mean --${meant}? ` : ''}${command} -- --help shows what there is.`;
}

/** Leaves the exit code of a command: 1 when it fails, 2 when its command line cannot be understood. */
export function leaveExitCode(run: () => Promise<number>): void {
  run().then(
    (exitCode) => (process.exitCode = exitCode),
    (error: Error & { code?: string }) => {
      const isUsage = error instanceof UsageError || error.code?.startsWith('ERR_PARSE_ARGS_');
      console.error(isUsage ? error.message : error);
      process.exitCode = isUsage ? 2 : 1;
    },
  );
}

/** Runs a demo from the command line and leaves its exit code. */
export function runCommand<Flag extends string>(
  commandLine: CommandLine<Flag>,
  run: (flags: Record<Flag | 'help', boolean>) => Promise<number>,
): void {
  leaveExitCode(async () => {
    const flags = parseFlags(commandLine, process.argv.slice(2));
    if (flags.help) {
      console.log(commandLine.help);
      return 0;
    }
    return run(flags);
  });
}
