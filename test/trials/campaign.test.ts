import { formatFailure, runCampaign } from '../../trials/campaign';
import { Violation } from '../../trials/expectation';
import type { Deploy, Edit, Ending } from '../../trials/history';
import { TELLING_HISTORIES } from '../../trials/shared-account/telling-histories';
import { SharedAccountWorld } from '../../trials/shared-account/world';
import { randomFrom } from '../../trials/simulation';
import { World } from '../../trials/world';

// `npm run test:exhaustive` lives through 300, `npm run campaign` through as many others as one likes.
const HISTORIES = 40;
const SEED = 20260701;

test('the handler keeps its rules in random histories', async () => {
  const { failure, statistics } = await runCampaign({ histories: HISTORIES, seed: SEED });
  expect(failure && formatFailure(failure)).toBeUndefined();
  expect(statistics.histories).toBe(HISTORIES);
}, 600_000);

// Too rare among random histories to be left to them.
test('a Chime channel that gets an id in an update that fails is the former one again after the rollback', async () => {
  const deploy = (edit: Edit, ending: Ending): Deploy =>
    ({ step: 'deploy', stack: 0, edits: [edit], ending, early: 0, faults: [], refused: false });
  const world = await World.start();
  try {
    await world.run({
      order: 1,
      steps: [
        deploy({ edit: 'add', kind: 'chime', team: 0, channel: 0, look: 0, adopt: false, retain: false }, 'success'),
        deploy({ edit: 'retarget', slot: 0, team: 1, channel: 0 }, 'failure at the end'),
      ],
    });
  } finally {
    await world.stop();
  }
});

test('a history is the same in each run of it', async () => {
  const run = () => runCampaign({ histories: 8, seed: 7 });
  const [first, second] = [await run(), await run()];
  expect(second.statistics).toEqual(first.statistics);
}, 120_000);

test('random numbers repeat themselves for each seed', () => {
  const [one, same, other] = [randomFrom(1), randomFrom(1), randomFrom(2)];
  const numbers = [one(), one()];
  expect([same(), same()]).toEqual(numbers);
  expect([other(), other()]).not.toEqual(numbers);
});

test('a history of a shared account is the same in each run of it', async () => {
  const run = () => runCampaign({ worlds: 'shared', histories: 6, seed: 5, shrink: false });
  const [first, second] = [await run(), await run()];
  expect(second.statistics).toEqual(first.statistics);
  expect(second.failure).toEqual(first.failure);
}, 120_000);

/** What the handler does not do right yet: with the change that mends it, its line goes. */
test('telling histories of a shared account keep the rules, however CloudFormation does what no source says', async () => {
  const broken = new Set<string>();
  const world = await SharedAccountWorld.start();
  try {
    for (const [name, steps] of Object.entries(TELLING_HISTORIES)) {
      for (const replacedResource of ['REVERSED', 'RESTORED'] as const) {
        for (const oldProperties of ['ATTEMPTED', 'FORMER'] as const) {
          await world.run({ order: 1, replacedResource, oldProperties, steps }).catch((error: Error) => {
            expect(error).toBeInstanceOf(Violation);
            broken.add(name);
          });
        }
      }
    }
  } finally {
    await world.stop();
  }
  expect([...broken]).toEqual([]);
}, 300_000);
