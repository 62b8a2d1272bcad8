import { readFileSync, writeFileSync } from 'node:fs';
import { copyTest } from './copy-test';
import { compareSnapshots } from './integ-runner';
import { runs, SLACK, useLocalRuns } from './local-runs';
import { LOCAL_ACCOUNT, LOCAL_TEAM } from '../../trials/probe/local-account';

const MANAGEMENT_ACCOUNT = '999988887777';

useLocalRuns();

/** Makes the account a member whose management account has registered the workspace for everybody. */
function leaveWorkspaceToManagement(): void {
  const { store } = runs.account.aws.services.supportApp;
  store.removeWorkspace(LOCAL_ACCOUNT, LOCAL_TEAM);
  store.account(LOCAL_ACCOUNT).organization = { accountType: 'member', managementAccountId: MANAGEMENT_ACCOUNT };
  store.account(MANAGEMENT_ACCOUNT).workspaces.set(LOCAL_TEAM, { teamId: LOCAL_TEAM, teamName: 'Example', allowOrganizationMemberAccount: true });
}

describe('in the local AWS', () => {
  test('all that the account allows deploys, is as declared, and goes; its workspace stays', async () => {
    expect(await runs.run([], SLACK)).toBe(0);
    expect(runs.ran).toEqual([
      'account-alias', 'account-alias-native', 'chime-channel', 'chime-channel-native', 'drift-monitor', 'slack-channel', 'slack-channel-native',
    ]);
    expect(runs.printed).toEqual([
      `The account has the Slack workspace ${LOCAL_TEAM}: slack-workspace and slack-workspace-native are left out.`,
      'Nothing is left in the account.',
    ]);
    const { workspaces, channels, accountAlias } = runs.account.aws.services.supportApp.store.account(LOCAL_ACCOUNT);
    expect([[...workspaces.keys()], [...channels.keys()], accountAlias]).toEqual([[LOCAL_TEAM], [], undefined]);
    expect([...runs.account.aws.services.chime.store.channels]).toEqual([]);
  });

  test('a workspace that the account does not have is registered, and goes', async () => {
    leaveWorkspaceToManagement();
    expect(await runs.run(['slack-workspace', 'slack-workspace-native'], SLACK)).toBe(0);
    expect(runs.ran).toEqual(['slack-workspace', 'slack-workspace-native']);
    expect([...runs.account.aws.services.supportApp.store.account(LOCAL_ACCOUNT).workspaces]).toEqual([]);
  });
});

test('a snapshot that differs from its template fails', async () => {
  const template = copyTest('account-alias-native', runs.directory);
  writeFileSync(template, readFileSync(template, 'utf8').replace('support channels integ', 'another alias'));
  expect(await compareSnapshots(runs.directory, 'ignore')).toBe(1);
});
