import { parseArgs, type ParseArgsConfig } from 'node:util';

/** The command line cannot be understood. */
export class UsageError extends Error {}

/** The command line of a demo. */
export interface CommandLine<Flag extends string, Text extends string = never> {
  /** As a user types it, such as `npm run demo`. */
  readonly command: string;
  /** The flags with their letters; `help` is among them. */
  readonly flags: Record<Flag | 'help', string>;
  /** The options that take a value, with their letters. @default - none */
  readonly texts?: Record<Text, string>;
  /** What `--help` prints. */
  readonly help: string;
}

/** What the command line says. */
export type Options<Flag extends string, Text extends string> = Record<Flag | 'help', boolean> & Partial<Record<Text, string>>;

/** The environment and the exit codes, which are the same for every demo. */
export const COMMON_HELP = `Environment:
  NO_COLOR, CI   when one of them is set, the output has no colors

Exit codes:
  0              everything came out as the demo says
  1              something did not
  2              the command line is wrong
  128 + n        signal n ended it, such as 130 for Ctrl+C`;

/** Which options are given; fails with a hint at the one that was meant. */
export function parseOptions<Flag extends string, Text extends string = never>(
  commandLine: CommandLine<Flag, Text>,
  parameters: string[],
): Options<Flag, Text> {
  const { flags, texts = {} as Record<Text, string> } = commandLine;
  const names = Object.keys(flags) as (Flag | 'help')[];
  const options: ParseArgsConfig['options'] = {
    ...Object.fromEntries(names.map((name) => [name, { type: 'boolean', short: flags[name] }])),
    ...Object.fromEntries(Object.entries<string>(texts).map(([name, short]) => [name, { type: 'string', short }])),
  };
  try {
    const { values } = parseArgs({ args: parameters, options });
    return { ...Object.fromEntries(names.map((name) => [name, false])), ...values } as Options<Flag, Text>;
  } catch (error) {
    throw new UsageError(describeMistake(commandLine, parameters, (error as Error & { code?: string }).code));
  }
}

function describeMistake(
  { command, flags, texts = {} }: CommandLine<string, string>, parameters: string[], code: string | undefined,
): string {
  const further = `${command} -- --help shows what there is.`;
  const spellings = (options: Record<string, string>) => Object.entries(options).flatMap(([name, letter]) => [`--${name}`, `-${letter}`]);
  const [known, withValue] = [spellings({ ...flags, ...texts }), spellings(texts)];
  const valueless = parameters.find((parameter, index) =>
    withValue.includes(parameter) && (parameters[index + 1] === undefined || parameters[index + 1].startsWith('-')));
  if (code === 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE' && valueless !== undefined) {
    return `"${valueless}" needs a value. ${further}`;
  }
  const wrong = parameters.find((parameter, index) => !known.includes(parameter) && !withValue.includes(parameters[index - 1])
    && !withValue.some((option) => parameter.startsWith(`${option}=`))) ?? parameters.join(' ');
  const letters = wrong.replace(/^-+/, '').toLowerCase();
  const meant = letters === '' ? undefined : Object.keys({ ...flags, ...texts }).find((name) => name[0] === letters[0]);
  return `${wrong.startsWith('-') ? 'Unknown option' : 'Unexpected argument'} "${wrong}". `
    + `${meant ? `Did you mean --${meant}? ` : ''}${further}`;
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
export function runCommand<Flag extends string, Text extends string = never>(
  commandLine: CommandLine<Flag, Text>,
  run: (options: Options<Flag, Text>) => Promise<number>,
): void {
  leaveExitCode(async () => {
    const options = parseOptions(commandLine, process.argv.slice(2));
    if (options.help) {
      console.log(commandLine.help);
      return 0;
    }
    return run(options);
  });
}
