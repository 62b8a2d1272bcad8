import { createHash } from 'node:crypto';

/**
 * Assigns each account to a value, at most `capacity` to each.
 *
 * Accounts and values rank each other by one hash of both ("rendezvous hashing"); the best pairs come first. So the assignment depends on no
 * order, and it changes as little as possible when an account or a value comes or goes: a moved account means another Slack channel for its people.
 */
export function spreadAccounts(accountIds: string[], values: string[], capacity: number): Map<string, string> {
  const pairs = accountIds.flatMap((accountId) => values.map((value) => ({ accountId, value, rank: rankOf(accountId, value) })));
  pairs.sort((left, right) => (left.rank < right.rank ? -1 : 1));
  const room = new Map(values.map((value) => [value, capacity]));
  const assigned = new Map<string, string>();
  for (const { accountId, value } of pairs) {
    const left = room.get(value)!;
    if (left > 0 && !assigned.has(accountId)) {
      assigned.set(accountId, value);
      room.set(value, left - 1);
    }
  }
  return assigned;
}

function rankOf(accountId: string, value: string): string {
  return createHash('sha256').update(`${accountId} ${value}`).digest('hex');
}
