import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { slackIds } from './integ-app';
import { runLive } from './live';
import { runLocally, synthesizeTest } from './local-run';
import { runs, SLACK, useLocalRuns } from './local-runs';
import { TESTS } from './tests';
import { UsageError } from '../../demos/common/options';
import { LOCAL_ACCOUNT, LOCAL_TEAM } from '../../trials/probe/local-account';

const ROOT = join(__dirname, '..', '..');

useLocalRuns();

function putChannel(): void {
  runs.account.aws.services.supportApp.store.putChannel(LOCAL_ACCOUNT, {
    ...SLACK,
    channelRoleArn: `arn:aws:iam::${LOCAL_ACCOUNT}:role/console`,
    notifyOnCaseSeverity: 'all',
    notifyOnAddCorrespondenceToCase: false,
    notifyOnCreateOrReopenCase: false,
    notifyOnResolveCase: true,
  });
}

describe('in the local AWS', () => {
  test('an answer that is not as declared is a failure', async () => {
    const { chime } = runs.account.aws.services;
    const answer = chime.call.bind(chime);
    jest.spyOn(chime, 'call').mockImplementation((operation, input, caller) => {
      const output = answer(operation, input, caller) as { Channel?: object };
      return operation === 'DescribeChannel' ? { Channel: { ...output.Channel, Mode: 'UNRESTRICTED' } } : output;
    });
    const [problem, ...others] = await runLocally(runs.account, 'chime-channel-native', runs.directory);
    expect(problem).toMatch(/^DescribeChannel: .*Mode/);
    expect(others).toEqual([]);
  });

  test('a deployment that fails is a failure, with its reason', async () => {
    runs.account.aws.services.supportApp.store.account(LOCAL_ACCOUNT).supportPlan = false;
    expect((await runLocally(runs.account, 'account-alias-native', runs.directory)).join('\n')).toMatch(/^ROLLBACK_COMPLETE\n[^]*support plan/i);
  });
});

describe('the account is left alone', () => {
  test.each([
    ['an alias', ['account-alias'], 'the account alias "production"', () => {
      runs.account.aws.services.supportApp.store.account(LOCAL_ACCOUNT).accountAlias = 'production';
    }],
    ['the channel', ['slack-channel'], 'a configuration of the Slack channel C012ABCDEFG', putChannel],
    ['the workspace', ['slack-workspace-native'], `the Slack workspace ${LOCAL_TEAM}`, () => {}],
    ['a stack of the same name', ['chime-channel'], 'the stack support-channels-integ-chime-channel', async () => {
      await runs.account.deploy('support-channels-integ-chime-channel', { Resources: { Role: { Type: 'AWS::Logs::LogGroup' } } });
    }],
    ['a stack of assertions', ['chime-channel'], 'the stack IntegDefaultTestDeployAssert4E6713E1', async () => {
      await runs.account.deploy('IntegDefaultTestDeployAssert4E6713E1', { Resources: { Role: { Type: 'AWS::Logs::LogGroup' } } });
    }],
  ])('where it has %s', async (_what, names, found, prepare) => {
    await prepare();
    expect(await runs.run(names, SLACK)).toBe(2);
    expect(runs.printed).toEqual(['Nothing was done, since the account has what the tests would change and delete:', `  ${found}`]);
    expect(runs.ran).toEqual([]);
  });

  test('where the channel is on a later page of the list', async () => {
    putChannel();
    const { supportApp } = runs.account.aws.services;
    const answer = supportApp.call.bind(supportApp);
    jest.spyOn(supportApp, 'call').mockImplementation((operation, input, caller) =>
      operation === 'ListSlackChannelConfigurations' && input.nextToken === undefined
        ? { slackChannelConfigurations: [], nextToken: '0' } : answer(operation, input.nextToken === '0' ? {} : input, caller));
    expect(await runs.run(['slack-channel'], SLACK)).toBe(2);
    expect(runs.ran).toEqual([]);
  });

  test('where it cannot be looked at', async () => {
    const { supportApp } = await runs.account.clientsWithoutPermissions();
    const runTests = jest.fn();
    const looked = runLive({ supportApp, cloudFormation: runs.account.cloudFormation }, { names: ['account-alias'], runTests, print: () => {} });
    await expect(looked).rejects.toThrow(/not authorized/);
    expect(runTests).not.toHaveBeenCalled();
  });
});

test('without ids of Slack the tests of Slack are left out', async () => {
  const runTests = jest.fn(async () => 0);
  expect(await runLive(runs.account, { names: [], runTests, print: (line) => runs.printed.push(line) })).toBe(0);
  expect(runTests).toHaveBeenCalledWith(['account-alias', 'account-alias-native', 'chime-channel', 'chime-channel-native', 'drift-monitor']);
  expect(runs.printed[0]).toBe('Without SLACK_TEAM_ID and SLACK_CHANNEL_ID the tests of Slack are left out.');
});

test('a test that fails is a failure', async () => {
  expect(await runLive(runs.account, { names: ['account-alias'], runTests: async () => 1, print: () => {} })).toBe(1);
});

test('what a run leaves is told', async () => {
  const exitCode = await runLive(runs.account, {
    names: ['account-alias'],
    runTests: async () => {
      runs.account.aws.services.supportApp.store.account(LOCAL_ACCOUNT).accountAlias = 'support channels integ';
      return 0;
    },
    print: (line) => runs.printed.push(line),
  });
  expect(exitCode).toBe(3);
  expect(runs.printed).toEqual(['These are left and have to be removed by hand:', '  the account alias "support channels integ"']);
});

test.each([
  [['alias'], SLACK, /^no test is called "alias"; there are: account-alias, /],
  [['slack-channel'], undefined, /^slack-channel needs SLACK_TEAM_ID and SLACK_CHANNEL_ID/],
  [['slack-channel'], { ...SLACK, teamId: 'T0NOTTHERE0' }, /^slack-channel needs the Slack workspace T0NOTTHERE0 in the account/],
])('names that cannot be run are refused: %j %j', async (names, slack, message) => {
  const refused = runs.run(names, slack);
  await expect(refused).rejects.toThrow(UsageError);
  await expect(refused).rejects.toThrow(message);
  expect(runs.ran).toEqual([]);
});

test('a deployment takes the ids of the environment, a snapshot does not', () => {
  const environment = { SLACK_TEAM_ID: 'T0REALTEAM0', SLACK_CHANNEL_ID: 'C0REALCHAN0' };
  expect(slackIds(environment)).toEqual({ teamId: 'T0REALTEAM0', channelId: 'C0REALCHAN0' });
  expect(slackIds({ ...environment, CDK_INTEG_ACCOUNT: '12345678' })).toEqual(SLACK);
  const assembly = synthesizeTest('slack-channel-native', runs.directory, environment);
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
