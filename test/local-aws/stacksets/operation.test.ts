import { setImmediate } from 'node:timers/promises';
import { Operation, type Outcome, type Target } from '../../../local-aws/stacksets/operation';
import type { OperationPreferences } from '../../../local-aws/stacksets/preferences';

const targetsIn = (region: string, count: number): Target[] => Array.from({ length: count }, (_target, index) => ({ accountId: `account${index}`, region }));

/** An operation in which the accounts with these numbers fail, each in its own turn of the event loop. */
function operationOf(targets: Target[], preferences: OperationPreferences, failing: number[] = []): Operation {
  return new Operation('id', 'CREATE', targets, preferences, async ({ accountId }): Promise<Outcome> => {
    await setImmediate();
    return failing.includes(Number(accountId.slice('account'.length))) ? { succeeded: false, reason: `${accountId} is broken` } : { succeeded: true };
  });
}

const counts = (operation: Operation) => (['SUCCEEDED', 'FAILED', 'CANCELLED', 'PENDING', 'RUNNING'] as const).map((status) => operation.count(status));

test('works on all targets, as many at a time as allowed', async () => {
  const operation = operationOf(targetsIn('us-east-1', 50), { MaxConcurrentCount: 8, FailureToleranceCount: 49 });
  expect(operation.status).toBe('QUEUED');
  await operation.run();
  expect([operation.status, operation.highestConcurrency, ...counts(operation)]).toEqual(['SUCCEEDED', 8, 50, 0, 0, 0, 0]);
  expect(operation.results.every(({ durationInMillis }) => durationInMillis! > 0)).toBe(true);
});

test('tolerates so many failures and tells each reason', async () => {
  const operation = operationOf(targetsIn('us-east-1', 20), { MaxConcurrentCount: 4, FailureToleranceCount: 3 }, [1, 5, 9]);
  await operation.run();
  expect([operation.status, ...counts(operation)]).toEqual(['SUCCEEDED', 17, 3, 0, 0, 0]);
  expect(operation.results[5]).toMatchObject({ status: 'FAILED', reason: 'account5 is broken' });
});

test('tolerates no failure and works on one target at a time by default', async () => {
  const operation = operationOf(targetsIn('us-east-1', 10), {}, [3]);
  await operation.run();
  expect([operation.status, operation.highestConcurrency, ...counts(operation)]).toEqual(['FAILED', 1, 3, 1, 6, 0, 0]);
  expect(operation.results[9]).toMatchObject({ status: 'CANCELLED', reason: 'Cancelled since failure tolerance has exceeded' });
});

test('strict: never more than the tolerance and one fail, however many are allowed at a time', async () => {
  const all = Array.from({ length: 100 }, (_item, index) => index);
  const operation = operationOf(targetsIn('us-east-1', 100), { MaxConcurrentCount: 20, FailureToleranceCount: 4 }, all);
  await operation.run();
  expect([operation.status, operation.highestConcurrency, ...counts(operation)]).toEqual(['FAILED', 5, 0, 5, 95, 0, 0]);
});

test('soft: what is in progress when the tolerance is exceeded may fail beyond it', async () => {
  const all = Array.from({ length: 100 }, (_item, index) => index);
  const operation = operationOf(targetsIn('us-east-1', 100), {
    MaxConcurrentCount: 20, FailureToleranceCount: 4, ConcurrencyMode: 'SOFT_FAILURE_TOLERANCE',
  }, all);
  await operation.run();
  expect([operation.status, operation.highestConcurrency]).toEqual(['FAILED', 20]);
  expect(operation.count('FAILED')).toBeGreaterThanOrEqual(20);
  expect(operation.count('FAILED') + operation.count('CANCELLED')).toBe(100);
  expect(operation.count('CANCELLED')).toBeGreaterThan(0);
});

test('does not attempt Regions after one that failed', async () => {
  const targets = [...targetsIn('us-east-1', 3), ...targetsIn('eu-west-1', 3)];
  const operation = operationOf(targets, { RegionOrder: ['eu-west-1', 'us-east-1'], FailureToleranceCount: 0 }, [1]);
  await operation.run();
  expect(operation.status).toBe('FAILED');
  const statusesIn = (wanted: string) => operation.results.filter(({ region }) => region === wanted).map(({ status }) => status);
  expect(statusesIn('eu-west-1')).toEqual(['SUCCEEDED', 'FAILED', 'CANCELLED']);
  expect(statusesIn('us-east-1')).toEqual(['CANCELLED', 'CANCELLED', 'CANCELLED']);
});

test('counts failures in each Region on its own when Regions are worked on in parallel', async () => {
  const targets = [...targetsIn('us-east-1', 3), ...targetsIn('eu-west-1', 3)];
  const operation = operationOf(targets, { RegionConcurrencyType: 'PARALLEL', FailureToleranceCount: 1 }, [1]);
  await operation.run();
  expect([operation.status, ...counts(operation)]).toEqual(['SUCCEEDED', 4, 2, 0, 0, 0]);
});

test('stops on request: what is in progress ends, the rest is cancelled', async () => {
  let release!: () => void;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const operation = new Operation('id', 'UPDATE', targetsIn('us-east-1', 5), { MaxConcurrentCount: 2, FailureToleranceCount: 4 }, async () => {
    await released;
    return { succeeded: true };
  });
  const done = operation.run();
  expect(operation.status).toBe('RUNNING');
  operation.stop();
  expect(operation.status).toBe('STOPPING');
  release();
  await done;
  expect([operation.status, ...counts(operation)]).toEqual(['STOPPED', 2, 0, 3, 0, 0]);
  expect(operation.results[4].reason).toBe('Cancelled since the operation was stopped');
});

test('succeeds without targets', async () => {
  const operation = operationOf([], {});
  await operation.run();
  expect(operation.status).toBe('SUCCEEDED');
});
