import { formatFailure, runCampaign } from '../../trials/campaign';

// `npm run campaign` lives through as many others as one likes.
const HISTORIES = 300;
const SEED = 20260701;

test('the handler keeps its rules in random histories', async () => {
  const { failure, statistics } = await runCampaign({ histories: HISTORIES, seed: SEED });
  expect(failure && formatFailure(failure)).toBeUndefined();
  expect(statistics.histories).toBe(HISTORIES);
  // It has met all that it is about.
  for (const step of [
    'create, success', 'update, success', 'create, failure at the end', 'update, failure at the end', 'update, failure in between', 'update, cancelled',
    'delete', 'edit: move', 'edit: swap', 'edit: retarget', 'console: put channel', 'console: remove channel', 'fault: lost reply', 'fault: truncated',
  ]) {
    expect([step, statistics.steps[step] ?? 0]).toEqual([step, expect.any(Number)]);
    expect(statistics.steps[step] ?? 0).toBeGreaterThan(0);
  }
  expect(statistics.runs).toBeGreaterThan(statistics.events);
}, 600_000);
