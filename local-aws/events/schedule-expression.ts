const UNITS: Record<string, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** Milliseconds between two times at which a rule is due; none for a `cron` expression, whose rule is fired by hand. */
export function intervalOf(expression: string): number | undefined {
  const [, count, unit, plural] = /^rate\(([1-9]\d*) (minute|hour|day)(s?)\)$/.exec(expression) ?? [];
  if (count !== undefined && (count === '1') === (plural === '')) {
    return Number(count) * UNITS[unit];
  }
  if (!/^cron\(([^ ]+ ){5}[^ ]+\)$/.test(expression)) {
    throw new Error('Parameter ScheduleExpression is not valid.');
  }
  return undefined;
}
