/** Median, least and greatest of some figures. */
export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function summarize(values: number[]): Summary {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length / 2;
  return {
    median: (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2,
    min: sorted[0],
    max: sorted[sorted.length - 1],
  };
}

/** What one measurement is relative to another of the same round: a machine that slows down slows both. */
export function ratios(values: number[], base: number[]): Summary {
  return summarize(values.map((value, round) => value / base[round]));
}
