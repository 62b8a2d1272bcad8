import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { copyTest } from './copy-test';
import { slackIds } from './integ-app';
import { compareSnapshots } from './integ-runner';
import { runLive } from './live';
import { runLocally, synthesizeTest } from './local-run';
import { TESTS } from './tests';
import { UsageError } from '../../demos/common/options';
import { LOCAL_ACCOUNT, LOCAL_TEAM, LocalAccount } from '../../trials/probe/local-account';

const ROOT = join(__dirname, '..', '..');
const SLACK = { teamId: LOCAL_TEAM, channelId: 'C012ABCDEFG' };
const MANAGEMENT_ACCOUNT = '999988887777';

let directory: string;
let account: LocalAccount;
let printed: string[];
let ran: string[];

beforeEach(async () => {
  mkdirSync(join(ROOT, '.tmp'), { recursive: true });
  directory = mkdtempSync(join(ROOT, '.tmp', 'integ-'));
  account = await LocalAccount.start();
  printed = [];
  ran = [];
});

afterEach(async () => {
  await account.aws.stop();
  rmSync(directory, { recursive: true });
});

/** Whether the runs that a live account gets come out well in the local AWS. */
function run(names: string[], slack?: typeof SLACK): Promise<number> {
  return runLive(account, {
    names,
    slack,
    runTests: async (tests) => {
      const problems: string[] = [];
      for (const test of tests) {
        ran.push(test);
        problems.push(...await runLocally(account, test, directory));
      }
      expect(problems).toEqual([]);
      return 0;
    },
    print: (line) => printed.push(line),
  });
}

/** Makes the account a member whose management account has registered the workspace for everybody. */
function leaveWorkspaceToManagement(): void {
  const { store } = account.aws.services.supportApp;
  store.removeWorkspace(LOCAL_ACCOUNT, LOCAL_TEAM);
  store.account(LOCAL_ACCOUNT).organization = { accountType: 'member', managementAccountId: MANAGEMENT_ACCOUNT };
  store.account(MANAGEMENT_ACCOUNT).workspaces.set(LOCAL_TEAM, { teamId: LOCAL_TEAM, teamName: 'Example', allowOrganizationMemberAccount: true });
}

function putChannel(): void {
  account.aws.services.supportApp.store.putChannel(LOCAL_ACCOUNT, {
    ...SLACK,
    channelRoleArn: `arn:aws:iam::${LOCAL_ACCOUNT}:role/console`,
    notifyOnCaseSeverity: 'all',
    notifyOnAddCorrespondenceToCase: false,
    notifyOnCreateOrReopenCase: false,
    notifyOnResolveCase: true,
  });
}

describe('in the local AWS', () => {
  test('all that the account allows deploys, is as declared, and goes; its workspace stays', async () => {
    expect(await run([], SLACK)).toBe(0);
    expect(ran).toEqual([
      'account-alias', 'account-alias-native', 'chime-channel', 'chime-channel-native', 'drift-monitor', 'slack-channel', 'slack-channel-native',
    ]);
    expect(printed).toEqual([
      `The account has the Slack workspace ${LOCAL_TEAM}: slack-workspace and slack-workspace-native are left out.`,
      'Nothing is left in the account.',
    ]);
    const { workspaces, channels, accountAlias } = account.aws.services.supportApp.store.account(LOCAL_ACCOUNT);
    expect([[...workspaces.keys()], [...channels.keys()], accountAlias]).toEqual([[LOCAL_TEAM], [], undefined]);
    expect([...account.aws.services.chime.store.channels]).toEqual([]);
  });

  test('a workspace that the account does not have is registered, and goes', async () => {
    leaveWorkspaceToManagement();
    expect(await run(['slack-workspace', 'slack-workspace-native'], SLACK)).toBe(0);
    expect(ran).toEqual(['slack-workspace', 'slack-workspace-native']);
    expect([...account.aws.services.supportApp.store.account(LOCAL_ACCOUNT).workspaces]).toEqual([]);
  });

  test('an answer that is not as declared is a failure', async () => {
    const { chime } = account.aws.services;
    const answer = chime.call.bind(chime);
    jest.spyOn(chime, 'call').mockImplementation((operation, input, caller) => {
      const output = answer(operation, input, caller) as { Channel?: object };
      return operation === 'DescribeChannel' ? { Channel: { ...output.Channel, Mode: 'UNRESTRICTED' } } : output;
    });
    const [problem, ...others] = await runLocally(account, 'chime-channel-native', directory);
    expect(problem).toMatch(/^DescribeChannel: .*Mode/);
    expect(others).toEqual([]);
  });

  test('a deployment that fails is a failure, with its reason', async () => {
    account.aws.services.supportApp.store.account(LOCAL_ACCOUNT).supportPlan = false;
    expect((await runLocally(account, 'account-alias-native', directory)).join('\n')).toMatch(/^ROLLBACK_COMPLETE\n[^]*support plan/i);
  });
});

describe('the account is left alone', () => {
  test.each([
    ['an alias', ['account-alias'], 'the account alias "production"', () => {
      account.aws.services.supportApp.store.account(LOCAL_ACCOUNT).accountAlias = 'production';
    }],
    ['the channel', ['slack-channel'], 'a configuration of the Slack channel C012ABCDEFG', putChannel],
    ['the workspace', ['slack-workspace-native'], `the Slack workspace ${LOCAL_TEAM}`, () => {}],
    ['a stack of the same name', ['chime-channel'], 'the stack support-channels-integ-chime-channel', async () => {
      await account.deploy('support-channels-integ-chime-channel', { Resources: { Role: { Type: 'AWS::Logs::LogGroup' } } });
    }],
    ['a stack of assertions', ['chime-channel'], 'the stack IntegDefaultTestDeployAssert4E6713E1', async () => {
      await account.deploy('IntegDefaultTestDeployAssert4E6713E1', { Resources: { Role: { Type: 'AWS::Logs::LogGroup' } } });
    }],
  ])('where it has %s', async (_what, names, found, prepare) => {
    await prepare();
    expect(await run(names, SLACK)).toBe(2);
    expect(printed).toEqual(['Nothing was done, since the account has what the tests would change and delete:', `  ${found}`]);
    expect(ran).toEqual([]);
  });

  test('where the channel is on a later page of the list', async () => {
    putChannel();
    const { supportApp } = account.aws.services;
    const answer = supportApp.call.bind(supportApp);
    jest.spyOn(supportApp, 'call').mockImplementation((operation, input, caller) =>
      operation === 'ListSlackChannelConfigurations' && input.nextToken === undefined
        ? { slackChannelConfigurations: [], nextToken: '0' } : answer(operation, input.nextToken === '0' ? {} : input, caller));
    expect(await run(['slack-channel'], SLACK)).toBe(2);
    expect(ran).toEqual([]);
  });

  test('where it cannot be looked at', async () => {
    const { supportApp } = await account.clientsWithoutPermissions();
    const runTests = jest.fn();
    const looked = runLive({ supportApp, cloudFormation: account.cloudFormation }, { names: ['account-alias'], runTests, print: () => {} });
    await expect(looked).rejects.toThrow(/not authorized/);
    expect(runTests).not.toHaveBeenCalled();
  });
});

test('without ids of Slack the tests of Slack are left out', async () => {
  const runTests = jest.fn(async () => 0);
  expect(await runLive(account, { names: [], runTests, print: (line) => printed.push(line) })).toBe(0);
  expect(runTests).toHaveBeenCalledWith(['account-alias', 'account-alias-native', 'chime-channel', 'chime-channel-native', 'drift-monitor']);
  expect(printed[0]).toBe('Without SLACK_TEAM_ID and SLACK_CHANNEL_ID the tests of Slack are left out.');
});

test('a test that fails is a failure', async () => {
  expect(await runLive(account, { names: ['account-alias'], runTests: async () => 1, print: () => {} })).toBe(1);
});

test('what a run leaves is told', async () => {
  const exitCode = await runLive(account, {
    names: ['account-alias'],
    runTests: async () => {
      account.aws.services.supportApp.store.account(LOCAL_ACCOUNT).accountAlias = 'support channels integ';
      return 0;
    },
    print: (line) => printed.push(line),
  });
  expect(exitCode).toBe(3);
  expect(printed).toEqual(['These are left and have to be removed by hand:', '  the account alias "support channels integ"']);
});

test.each([
  [['alias'], SLACK, /^no test is called "alias"; there are: account-alias, /],
  [['slack-channel'], undefined, /^slack-channel needs SLACK_TEAM_ID and SLACK_CHANNEL_ID/],
  [['slack-channel'], { ...SLACK, teamId: 'T0NOTTHERE0' }, /^slack-channel needs the Slack workspace T0NOTTHERE0 in the account/],
])('names that cannot be run are refused: %j %j', async (names, slack, message) => {
  const refused = run(names, slack);
  await expect(refused).rejects.toThrow(UsageError);
  await expect(refused).rejects.toThrow(message);
  expect(ran).toEqual([]);
});

test('a snapshot that differs from its template fails', async () => {
  const template = copyTest('account-alias-native', directory);
  writeFileSync(template, readFileSync(template, 'utf8').replace('support channels integ', 'another alias'));
  expect(await compareSnapshots(directory, 'ignore')).toBe(1);
});

test('a deployment takes the ids of the environment, a snapshot does not', () => {
  const environment = { SLACK_TEAM_ID: 'T0REALTEAM0', SLACK_CHANNEL_ID: 'C0REALCHAN0' };
  expect(slackIds(environment)).toEqual({ teamId: 'T0REALTEAM0', channelId: 'C0REALCHAN0' });
  expect(slackIds({ ...environment, CDK_INTEG_ACCOUNT: '12345678' })).toEqual(SLACK);
  const assembly = synthesizeTest('slack-channel-native', directory, environment);
  const templates = readdirSync(assembly).filter((name) => name.endsWith('.template.json')).map((name) => readFileSync(join(assembly, name), 'utf8'));
  expect(templates.join('')).toContain('C0REALCHAN0');
  expect(templates.join('')).not.toContain('C012ABCDEFG');
});

test('each app has a line in the table, and a snapshot without the function of the assertions', () => {
  const files = readdirSync(join(ROOT, 'test'));
  const names = files.flatMap((name) => /^integ\.(.+)\.ts$/.exec(name)?.[1] ?? []);
  expect(Object.keys(TESTS).sort()).toEqual(names.sort());
  expect(names.filter((name) => !existsSync(join(ROOT, 'test', `integ.${name}.ts.snapshot`, 'manifest.json')))).toEqual([]);
});
