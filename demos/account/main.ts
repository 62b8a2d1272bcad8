import { runScenario } from './scenario';
import { COMMON_HELP, runCommand } from '../common/options';
import { perform } from '../common/program';

const HELP = `Usage: npm run demo -- [options]

Deploys the example of examples/ into a local AWS on this machine: create, update,
a failing update with its rollback, an adoption, a change by hand with its repair,
and the delete. It needs no AWS account and no network.

Options:
  -v, --verbose  also show each API call (operation, outcome, attempt) and what the
                 handler logs
  -h, --help     show this help

${COMMON_HELP}`;

runCommand(
  { command: 'npm run demo', flags: { help: 'h', verbose: 'v' }, help: HELP },
  ({ verbose }) => perform((stage) => runScenario({ ...stage, verbose })),
);
