import { runOrganizationScenario } from './scenario';
import { ORGANIZATION } from '../../examples/organization/settings';
import { COMMON_HELP, runCommand } from '../common/options';
import { perform } from '../common/program';

const HELP = `Usage: npm run demo:organization

Rolls the example of examples/organization/ out to an organization in a local
AWS on this machine: a stack set with a stack in each of 500 accounts. It needs
no AWS account and no network, and takes some three minutes.

Options:
  -h, --help     show this help

${COMMON_HELP}`;

runCommand(
  { command: 'npm run demo:organization', flags: { help: 'h' }, help: HELP },
  () => perform((stage) => runOrganizationScenario({ ...stage, settings: ORGANIZATION })),
);
