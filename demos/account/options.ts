import { parseArgs } from 'node:util';

export interface DemoOptions {
  readonly help: boolean;
  readonly verbose: boolean;
}

/** The command line cannot be understood. */
export class UsageError extends Error {}

const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  verbose: { type: 'boolean', short: 'v' },
} as const;

export const HELP = `Usage: npm run demo -- [options]

Deploys the example of examples/ into a local AWS on this machine: create, update, a failing
update with its rollback, an adoption, and the delete. It needs no AWS account and no network.

Options:
  -v, --verbose  show each API call (operation, outcome, attempt) and the handler's log lines too
  -h, --help     show this help

Environment:
  NO_COLOR, CI   when one of them is set, the output has no colours

The exit code is 0 when everything came out as the demo says, 1 when something did not, and
2 when the command line is wrong.`;

export function parseOptions(parameters: string[]): DemoOptions {
  try {
    const { values: { help = false, verbose = false } } = parseArgs({ args: parameters, options: OPTIONS });
    return { help, verbose };
  } catch {
    throw new UsageError(describeMistake(parameters));
  }
}

function describeMistake(parameters: string[]): string {
  const known = Object.entries(OPTIONS).flatMap(([name, { short }]) => [`--${name}`, `-${short}`]);
  const wrong = parameters.find((parameter) => !known.includes(parameter)) ?? parameters.join(' ');
  const letters = wrong.replace(/^-+/, '').toLowerCase();
  const meant = letters === '' ? undefined : Object.keys(OPTIONS).find((name) => name[0] === letters[0]);
  return `${wrong.startsWith('-') ? 'Unknown option' : 'Unexpected argument'} "${wrong}".${meant ? ` Did you mean --${meant}?` : ''} `
    + 'npm run demo -- --help shows what there is.';
}
