import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { copyTest } from './copy-test';
import { compareSnapshots } from './integ-runner';

const TEMPORARY = join(__dirname, '..', '..', '.tmp');

test('a snapshot passes with any ids of Slack in the environment', async () => {
  mkdirSync(TEMPORARY, { recursive: true });
  const directory = mkdtempSync(join(TEMPORARY, 'integ-'));
  process.env.SLACK_TEAM_ID = 'T0REALTEAM0';
  try {
    copyTest('slack-channel-native', directory);
    expect(await compareSnapshots(directory, 'ignore')).toBe(0);
  } finally {
    delete process.env.SLACK_TEAM_ID;
    rmSync(directory, { recursive: true });
  }
});
