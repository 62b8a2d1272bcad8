import { type Account, findTouched, hasWorkspace, type SlackIds } from './account-state';
import { needsSlack, TESTS } from './tests';
import { UsageError } from '../../demos/common/options';

export interface LiveRunOptions {
  /** The tests to run. @default - all that the account and the Slack ids allow */
  readonly names: readonly string[];
  readonly slack?: SlackIds;
  /** Deploys, asserts and destroys; answers an exit code. */
  readonly runTests: (tests: readonly string[]) => Promise<number>;
  readonly print: (line: string) => void;
}

/** Runs tests in an account that has nothing of what they touch, and looks afterwards that nothing is left. */
export async function runLive(account: Account, options: LiveRunOptions): Promise<number> {
  const { slack, runTests, print } = options;
  const tests = await chooseTests(account, options);
  const found = await findTouched(account, tests, slack);
  if (found.length > 0) {
    print('Nothing was done, since the account has what the tests would change and delete:');
    found.forEach((what) => print(`  ${what}`));
    return 2;
  }
  const exitCode = await runTests(tests);
  const left = await findTouched(account, tests, slack);
  if (left.length > 0) {
    print('These are left and have to be removed by hand:');
    left.forEach((what) => print(`  ${what}`));
    return 3;
  }
  print('Nothing is left in the account.');
  return exitCode;
}

async function chooseTests(account: Account, { names, slack, print }: LiveRunOptions): Promise<string[]> {
  const all = Object.keys(TESTS);
  const unknown = names.find((name) => !all.includes(name));
  if (unknown !== undefined) {
    throw new UsageError(`no test is called "${unknown}"; there are: ${all.join(', ')}`);
  }
  const wanted = names.length > 0 ? [...names] : all;
  if (!slack) {
    const slackTest = names.find(needsSlack);
    if (slackTest !== undefined) {
      throw new UsageError(`${slackTest} needs SLACK_TEAM_ID and SLACK_CHANNEL_ID in the environment`);
    }
    const chosen = wanted.filter((name) => !needsSlack(name));
    if (chosen.length < wanted.length) {
      print('Without SLACK_TEAM_ID and SLACK_CHANNEL_ID the tests of Slack are left out.');
    }
    return chosen;
  }
  const isThere = wanted.some(needsSlack) && await hasWorkspace(account, slack);
  const missing = names.find((name) => TESTS[name].needsWorkspace && !isThere);
  if (missing !== undefined) {
    throw new UsageError(`${missing} needs the Slack workspace ${slack.teamId} in the account: authorize it there, or name slack-workspace`);
  }
  if (names.length > 0) {
    return wanted;
  }
  // A workspace of the account is never put at risk: only the console brings a deleted one back.
  const isFor = (name: string) => isThere ? !TESTS[name].touches.includes('workspace') : !TESTS[name].needsWorkspace;
  print(`The account ${isThere ? 'has' : 'does not have'} the Slack workspace ${slack.teamId}: `
    + `${all.filter((name) => !isFor(name)).join(' and ')} are left out.`);
  return all.filter(isFor);
}
