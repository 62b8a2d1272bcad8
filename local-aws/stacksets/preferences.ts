import { ValidationError } from '../cloudformation/validation-error';

/** As `StackSetOperationPreferences` of the API; templates write the numbers as numbers or strings. */
export interface OperationPreferences {
  readonly FailureToleranceCount?: number | string;
  readonly FailureTolerancePercentage?: number | string;
  readonly MaxConcurrentCount?: number | string;
  readonly MaxConcurrentPercentage?: number | string;
  readonly ConcurrencyMode?: string;
  readonly RegionConcurrencyType?: string;
  readonly RegionOrder?: string[];
}

/** The preferences of one operation in numbers of accounts per Region. */
export interface OperationLimits {
  readonly failureTolerance: number;
  readonly maxConcurrent: number;
  /** Whether the concurrency falls with the failures, so that never more than the tolerance and one account fail. */
  readonly strict: boolean;
}

/**
 * Checks preferences and turns percentages into numbers.
 *
 * The rules are those of https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_StackSetOperationPreferences.html:
 * percentages are rounded down, a concurrency at least to 1; without a value no account may fail, and one is worked on at a time.
 */
export function limitsOf(preferences: OperationPreferences, accountsPerRegion: number): OperationLimits {
  const strict = oneOf(preferences, 'ConcurrencyMode', ['STRICT_FAILURE_TOLERANCE', 'SOFT_FAILURE_TOLERANCE']) !== 'SOFT_FAILURE_TOLERANCE';
  oneOf(preferences, 'RegionConcurrencyType', ['SEQUENTIAL', 'PARALLEL']);
  const failureTolerance = countOf(preferences, 'FailureToleranceCount', 'FailureTolerancePercentage', 0, accountsPerRegion) ?? 0;
  const maxConcurrent = countOf(preferences, 'MaxConcurrentCount', 'MaxConcurrentPercentage', 1, accountsPerRegion) ?? 1;
  return { failureTolerance, maxConcurrent: Math.max(1, maxConcurrent), strict };
}

/** How many accounts may be worked on at once after some have failed. */
export function concurrencyAfter(failures: number, { failureTolerance, maxConcurrent, strict }: OperationLimits): number {
  return strict ? Math.min(maxConcurrent, failureTolerance + 1 - failures) : maxConcurrent;
}

function countOf(
  preferences: OperationPreferences, count: 'FailureToleranceCount' | 'MaxConcurrentCount',
  percentage: 'FailureTolerancePercentage' | 'MaxConcurrentPercentage', minimum: number, accounts: number,
): number | undefined {
  if (preferences[count] !== undefined && preferences[percentage] !== undefined) {
    throw new ValidationError(`Cannot specify both ${count} and ${percentage}`);
  }
  const whole = wholeNumber(preferences, count, minimum, Infinity);
  const percent = wholeNumber(preferences, percentage, minimum, 100);
  return whole ?? (percent === undefined ? undefined : Math.floor(accounts * percent / 100));
}

function wholeNumber(preferences: OperationPreferences, name: keyof OperationPreferences, minimum: number, maximum: number): number | undefined {
  const given = preferences[name];
  if (given === undefined) {
    return undefined;
  }
  const value = Number(given);
  if (!Number.isInteger(value) || value < minimum || value > maximum) {
    const upTo = maximum === Infinity ? '' : ` and at most ${maximum}`;
    throw new ValidationError(`Value '${String(given)}' at 'operationPreferences.${name}' must be a whole number of at least ${minimum}${upTo}`);
  }
  return value;
}

function oneOf(preferences: OperationPreferences, name: 'ConcurrencyMode' | 'RegionConcurrencyType', allowed: string[]): string | undefined {
  const value = preferences[name];
  if (value !== undefined && !allowed.includes(value)) {
    throw new ValidationError(`Value '${value}' at 'operationPreferences.${name}' failed to satisfy constraint: Member must satisfy enum value set: [${allowed.join(', ')}]`);
  }
  return value;
}
