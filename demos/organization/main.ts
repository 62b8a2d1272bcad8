import { parseArgs } from 'node:util';
import { runOrganizationScenario } from './scenario';
import { ORGANIZATION } from '../../examples/organization/settings';
import { perform } from '../shared/program';

const HELP = `Usage: npm run demo:organization

Rolls the example of examples/organization/ out to an organization in a local AWS on this machine: a stack
set with a stack in each of 500 accounts. It needs no AWS account and no network.

Options:
  -h, --help     show this help

Environment:
  NO_COLOR, CI   when one of them is set, the output has no colours

The exit code is 0 when everything came out as the demo says, 1 when something did not, and
2 when the command line is wrong.`;

/** Runs the demo and answers its exit code. */
async function main(): Promise<number> {
  let isHelpWanted: boolean;
  try {
    isHelpWanted = parseArgs({ options: { help: { type: 'boolean', short: 'h', default: false } } }).values.help;
  } catch (error) {
    console.error(`${(error as Error).message} npm run demo:organization -- --help shows what there is.`);
    return 2;
  }
  if (isHelpWanted) {
    console.log(HELP);
    return 0;
  }
  return perform((stage) => runOrganizationScenario({ ...stage, settings: ORGANIZATION }));
}

main().then(
  (exitCode) => (process.exitCode = exitCode),
  (error) => {
    console.error(error);
    process.exitCode = 1;
  },
);
