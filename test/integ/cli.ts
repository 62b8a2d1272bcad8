/** The integration tests of test/integ.*.ts, with an account and without. */
import { parseArgs } from 'node:util';
import type { SlackIds } from './account-state';
import { compareSnapshots, deployTests, REGION, writeSnapshots } from './integ-runner';
import { runLive } from './live';
import { TESTS } from './tests';
import { leaveExitCode, UsageError } from '../../demos/common/options';
import { LiveAccount } from '../../trials/probe/live-account';

const HELP = `Usage: npm run test:integ -- [options] [TEST...]

Compares the templates of the apps test/integ.*.ts with their snapshots, which
needs no account. With --live it deploys the apps one after the other, asks the
services whether everything is as declared, and destroys them.

  --live            deploys into a live account, in ${REGION}
  --profile NAME    the account, as a profile of the AWS CLI; the CDK must be
                    bootstrapped there
  --update          writes the snapshots anew and deploys nothing
  --help            shows this help

With --live, names choose among the tests:
${Object.keys(TESTS).map((name) => `  ${name}`).join('\n')}

Environment:
  SLACK_TEAM_ID, SLACK_CHANNEL_ID
                    with --live, the Slack workspace and a channel in it, for
                    the tests that begin with slack-; they do not change the
                    snapshots

The account is looked at first. It is left alone when it has what the tests
would change and delete: a stack of the same name, an alias in the Support App,
a configuration of that Slack channel; for slack-workspace the Slack workspace.

Exit codes:
  0                 each snapshot is as before, or each test succeeded
  1                 a snapshot differs, or a test failed
  2                 the command line is wrong, or the account is left alone
  3                 something is left in the account that has to be removed by
                    hand`;

async function main(): Promise<number> {
  const { values, positionals: names } = parseArgs({
    allowPositionals: true,
    options: {
      live: { type: 'boolean' }, profile: { type: 'string' }, update: { type: 'boolean' }, help: { type: 'boolean' },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  if (!values.live) {
    if (values.profile !== undefined || names.length > 0) {
      throw new UsageError('a profile and names of tests are for --live only; without it all snapshots are compared');
    }
    return values.update ? writeSnapshots() : compareSnapshots();
  }
  const { profile } = values;
  if (values.update || profile === undefined) {
    throw new UsageError(profile === undefined ? '--live needs --profile NAME, which says in which account' : '--update is not for --live');
  }
  const slack = slackIds(process.env);
  const account = await LiveAccount.connect({ profile, region: REGION }).catch((error: Error) => {
    throw new UsageError(error.message);
  });
  console.log(`Account ${account.accountId}, Region ${account.region}`);
  return runLive(account, {
    names,
    slack,
    runTests: (tests) => deployTests(profile, tests),
    print: (line) => console.log(line),
  });
}

function slackIds({ SLACK_TEAM_ID: teamId, SLACK_CHANNEL_ID: channelId }: NodeJS.ProcessEnv): SlackIds | undefined {
  if (!teamId !== !channelId) {
    throw new UsageError('SLACK_TEAM_ID and SLACK_CHANNEL_ID belong together: one of them is missing');
  }
  return teamId && channelId ? { teamId, channelId } : undefined;
}

leaveExitCode(main);
