import * as fc from 'fast-check';
import { spreadAccounts } from '../../src/private/spread-accounts';

const CAPACITY = 10;
const account = fc.bigInt({ min: 0n, max: 999_999_999_999n }).map((number) => String(number).padStart(12, '0'));
const accountIds = fc.uniqueArray(account, { minLength: 1, maxLength: 60 });
const value = fc.string({ minLength: 1, maxLength: 6 });

/** As many values as the accounts need, and some more. */
const cases = accountIds.chain((ids) => fc.uniqueArray(value, { minLength: Math.ceil(ids.length / CAPACITY), maxLength: 12 })
  .map((values) => ({ ids, values })));

function sizes(assigned: Map<string, string>): number[] {
  const counts = new Map<string, number>();
  assigned.forEach((to) => counts.set(to, (counts.get(to) ?? 0) + 1));
  return [...counts.values()];
}

function movedAccounts(before: Map<string, string>, after: Map<string, string>): string[] {
  return [...before].filter(([accountId, to]) => after.has(accountId) && after.get(accountId) !== to).map(([accountId]) => accountId);
}

test('each account has a value, and no value too many accounts', () => {
  fc.assert(fc.property(cases, ({ ids, values }) => {
    const assigned = spreadAccounts(ids, values, CAPACITY);
    expect(new Set(assigned.keys())).toEqual(new Set(ids));
    expect(Math.max(...sizes(assigned))).toBeLessThanOrEqual(CAPACITY);
    assigned.forEach((to) => expect(values).toContain(to));
  }));
});

test('the order of accounts and values does not matter', () => {
  fc.assert(fc.property(cases, ({ ids, values }) => {
    expect(spreadAccounts([...ids].reverse(), [...values].reverse(), CAPACITY)).toEqual(spreadAccounts(ids, values, CAPACITY));
  }));
});

test('one account more or less moves at most one account of each value, and none where no value is full', () => {
  fc.assert(fc.property(cases, ({ ids: [first, ...others], values }) => {
    const without = spreadAccounts(others, values, CAPACITY);
    const moved = movedAccounts(without, spreadAccounts([first, ...others], values, CAPACITY));
    expect(moved.length).toBeLessThan(values.length);
    if (Math.max(0, ...sizes(without)) < CAPACITY) {
      expect(moved).toEqual([]);
    }
  }));
});

test('another value takes accounts over, and no account moves between the others while none is full', () => {
  fc.assert(fc.property(cases, fc.string({ minLength: 7, maxLength: 9 }), ({ ids, values }, added) => {
    const before = spreadAccounts(ids, values, ids.length);
    const after = spreadAccounts(ids, [...values, added], ids.length);
    movedAccounts(before, after).forEach((accountId) => expect(after.get(accountId)).toBe(added));
  }));
});
