import { CHANNELS, peakOf, rollOut, TokenBucket } from '../../bench/rollout';
import { summarize } from '../../bench/statistics';
import { backoff } from '../../lambda/invocation';

const MAXIMUM_BACKOFF = 10_000;
const DEADLINE = 90_000;

afterEach(() => {
  jest.restoreAllMocks();
});

/** The arrivals of callers that begin together and wait as the handler does, on a clock of their own. */
function simulate(bucket: TokenBucket, wait: (tries: number) => number): { arrivals: number[]; unserved: number } {
  const arrivals: number[] = [];
  let callers = Array.from({ length: CHANNELS }, () => ({ time: 0, tries: 1 }));
  while (callers.length > 0 && callers[0].time < DEADLINE) {
    const [{ time, tries }, ...others] = callers;
    arrivals.push(time);
    callers = bucket.take(time) ? others : [...others, { time: time + wait(tries), tries: tries + 1 }];
    callers.sort((one, other) => one.time - other.time);
  }
  return { arrivals, unserved: callers.length };
}

/** Random numbers that are the same at each run. */
function seedRandom(seed: number): void {
  let state = seed;
  jest.spyOn(Math, 'random').mockImplementation(() => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  });
}

test.each([1, 2, 5, 10])('all channels of a full account get through %d calls per second, whatever the dice', (rate) => {
  for (let seed = 1; seed <= 200; seed++) {
    seedRandom(seed);
    const { unserved } = simulate(new TokenBucket({ rate, burst: 1 }, 0), (tries) => backoff(tries, MAXIMUM_BACKOFF));
    expect({ seed, unserved }).toEqual({ seed, unserved: 0 });
  }
});

test('callers that were refused together do not come back together', () => {
  const peaks = Array.from({ length: 200 }, (_, seed) => {
    seedRandom(seed + 1);
    const { arrivals } = simulate(new TokenBucket({ rate: 2, burst: 1 }, 0), (tries) => backoff(tries, MAXIMUM_BACKOFF));
    return peakOf(arrivals.slice(CHANNELS));
  });
  const { median, max } = summarize(peaks);
  expect(median).toBeLessThanOrEqual(CHANNELS / 2);
  expect(max).toBeLessThan(CHANNELS - 1);
});

test('without the dice they would', () => {
  const { arrivals } = simulate(new TokenBucket({ rate: 2, burst: 1 }, 0), (tries) => Math.min(MAXIMUM_BACKOFF, 200 * 2 ** tries));
  expect(peakOf(arrivals.slice(CHANNELS))).toBe(CHANNELS - 1);
});

test('a throttled account ends where one that is not throttled does', async () => {
  const { status, channels, throttled } = await rollOut({ rate: 20, burst: 5 });
  expect({ status, channels }).toEqual({ status: 'CREATE_COMPLETE', channels: CHANNELS });
  expect(throttled).toBeGreaterThan(0);
});
