import { runApp } from './app';
import { runScenario } from './scenario';
import { COMMON_HELP, runCommand } from '../common/options';
import { perform } from '../common/program';

const HELP = `Usage: npm run demo -- [options]

Deploys the example of examples/ into a local AWS on this machine: create,
update, a failing update with its rollback, an adoption, a change by hand with
its repair, and the delete. It needs no AWS account and no network.

With --app it deploys your own app instead: it says stack by stack what it
leaves out and what it takes to be there already, shows the events, and what the
stack makes.

Options:
  -a, --app DIR  the cloud assembly of an app, as "npx cdk synth" leaves it in
                 cdk.out
  -v, --verbose  also show each API call (operation, outcome, attempt) and what
                 the handler logs
  -h, --help     show this help

${COMMON_HELP}

With --app, 0 means that all stacks were deployed, 1 that one was not, and 2
also that the folder is no cloud assembly or that a parameter of a stack has no
default.`;

runCommand(
  { command: 'npm run demo', flags: { help: 'h', verbose: 'v' }, texts: { app: 'a' }, help: HELP },
  ({ verbose, app }) => perform((stage) => app === undefined ? runScenario({ ...stage, verbose }) : runApp({ ...stage, verbose, app })),
);
