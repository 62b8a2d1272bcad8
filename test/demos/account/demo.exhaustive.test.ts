import { join } from 'node:path';
import { interrupt, preload, ROOT, run, section } from './run';

test('--verbose shows calls with their attempts, and the log of the handler', async () => {
  const { exitCode, stdout } = await run(['--verbose']);
  const text = section(stdout, 2).replace(/\s+/g, ' ');
  expect(text).toContain('api supportapp:RegisterSlackWorkspaceForOrganization 429 ThrottledClientException (throttle on purpose), attempt 1');
  expect(text).toContain('api supportapp:RegisterSlackWorkspaceForOrganization 200, attempt 2');
  expect(text).toContain('api chime:CreateChannel 201, attempt 1');
  expect(text).toMatch(/log of Workspace\w+ INFO \{"RequestType":"Create"/);
  expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  expect(exitCode).toBe(0);
});

test('SIGTERM in the middle of a deployment ends everything and leaves no files', () => interrupt('SIGTERM', 143));

describe('the demo under a preloaded module', () => {
  test('that changes the account behind the stack\'s back says which claims do not hold, and fails', async () => {
    const { exitCode, stdout, leftovers } = await run([], preload('meddle', `
      const { SupportAppStore } = require(${JSON.stringify(join(ROOT, 'local-aws', 'services', 'support-app-store.ts'))});
      // Every channel gets another name than the one that was asked for.
      const putChannel = SupportAppStore.prototype.putChannel;
      SupportAppStore.prototype.putChannel = function (accountId, channel) {
        return putChannel.call(this, accountId, { ...channel, channelName: 'meddled' });
      };
    `));
    expect(stdout).toContain('✗ not so:');
    expect(stdout).toMatch(/\d+ of 23 checks do not hold\.\n$/);
    expect(leftovers).toEqual([]);
    expect(exitCode).toBe(1);
  });

  test('that breaks a step tells the error, cleans up and fails', async () => {
    const { exitCode, stderr, leftovers } = await run([], preload('break', `
      const { LocalCloudFormation } = require(${JSON.stringify(join(ROOT, 'local-aws', 'cloudformation', 'engine.ts'))});
      LocalCloudFormation.prototype.deleteStack = async () => { throw new Error('no deletion today'); };
    `));
    expect(stderr).toContain('no deletion today');
    expect(leftovers).toEqual([]);
    expect(exitCode).toBe(1);
  });
});
