import { concurrencyAfter, limitsOf, type OperationPreferences } from '../../../local-aws/stacksets/preferences';

test.each<[string, OperationPreferences, number, object]>([
  ['no preferences', {}, 500, { failureTolerance: 0, maxConcurrent: 1, strict: true }],
  ['counts', { FailureToleranceCount: 7, MaxConcurrentCount: 20 }, 500, { failureTolerance: 7, maxConcurrent: 20, strict: true }],
  ['counts as a template writes them', { FailureToleranceCount: '7', MaxConcurrentCount: '20' }, 500, { failureTolerance: 7, maxConcurrent: 20, strict: true }],
  ['percentages, rounded down', { FailureTolerancePercentage: 10, MaxConcurrentPercentage: 25 }, 59, { failureTolerance: 5, maxConcurrent: 14, strict: true }],
  ['a percentage that comes to nothing', { FailureTolerancePercentage: 1, MaxConcurrentPercentage: 1 }, 99, { failureTolerance: 0, maxConcurrent: 1, strict: true }],
  ['all accounts', { FailureTolerancePercentage: 100, MaxConcurrentPercentage: 100 }, 40, { failureTolerance: 40, maxConcurrent: 40, strict: true }],
  ['soft tolerance', { ConcurrencyMode: 'SOFT_FAILURE_TOLERANCE', MaxConcurrentCount: 5 }, 40, { failureTolerance: 0, maxConcurrent: 5, strict: false }],
])('%s', (_name, preferences, accounts, limits) => {
  expect(limitsOf(preferences, accounts)).toEqual(limits);
});

test.each<[OperationPreferences, string]>([
  [{ FailureToleranceCount: 1, FailureTolerancePercentage: 1 }, 'Cannot specify both FailureToleranceCount and FailureTolerancePercentage'],
  [{ MaxConcurrentCount: 1, MaxConcurrentPercentage: 1 }, 'Cannot specify both MaxConcurrentCount and MaxConcurrentPercentage'],
  [{ FailureToleranceCount: -1 }, '\'operationPreferences.FailureToleranceCount\' must be a whole number of at least 0'],
  [{ MaxConcurrentCount: 0 }, '\'operationPreferences.MaxConcurrentCount\' must be a whole number of at least 1'],
  [{ MaxConcurrentPercentage: 101 }, '\'operationPreferences.MaxConcurrentPercentage\' must be a whole number of at least 1 and at most 100'],
  [{ FailureTolerancePercentage: 1.5 }, 'must be a whole number'],
  [{ ConcurrencyMode: 'HARD' }, 'Member must satisfy enum value set: [STRICT_FAILURE_TOLERANCE, SOFT_FAILURE_TOLERANCE]'],
  [{ RegionConcurrencyType: 'RANDOM' }, 'Member must satisfy enum value set: [SEQUENTIAL, PARALLEL]'],
])('%j is refused', (preferences, message) => {
  expect(() => limitsOf(preferences, 10)).toThrow(message);
});

test('strict concurrency is at most the tolerance and one, and falls with each failure', () => {
  const limits = limitsOf({ FailureToleranceCount: 4, MaxConcurrentCount: 20 }, 100);
  expect([0, 1, 4, 5].map((failures) => concurrencyAfter(failures, limits))).toEqual([5, 4, 1, 0]);
  const wide = limitsOf({ FailureToleranceCount: 99, MaxConcurrentCount: 20 }, 100);
  expect([0, 80, 81].map((failures) => concurrencyAfter(failures, wide))).toEqual([20, 20, 19]);
});

test('soft concurrency does not depend on failures', () => {
  const limits = limitsOf({ FailureToleranceCount: 0, MaxConcurrentCount: 20, ConcurrencyMode: 'SOFT_FAILURE_TOLERANCE' }, 100);
  expect([0, 1].map((failures) => concurrencyAfter(failures, limits))).toEqual([20, 20]);
});
