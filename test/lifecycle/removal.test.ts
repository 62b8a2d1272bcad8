import { failuresOf } from './harness';
import { account, denied, present, resources, ROLES, testRemovals, type GiveRole } from './removal-world';
import { CLEANUP_TRIES } from '../../local-aws/cloudformation/operations';

// With the other roles: see removal.exhaustive.test.ts.
testRemovals(ROLES.slice(0, 1));

describe.each<[string, GiveRole, GiveRole]>([
  ['a role of the stack in place of its own', ROLES[0][1], ROLES[1][1]],
  ['its own role in place of one of the stack', ROLES[1][1], ROLES[0][1]],
])('a provider gets %s', (_case, before, after) => {
  beforeEach(() => account.succeed(resources(['channel', 'alias'], before)));

  test('and then the last alias goes', async () => {
    await account.succeed(resources(['channel', 'alias'], after));
    await account.succeed(resources(['channel'], after));
    expect(present()).toEqual(['channel']);
    await account.succeed(resources([], after));
    expect(present()).toEqual([]);
    expect(denied()).toEqual([]);
  });

  // The new role is made for the new template, in which nothing tells that there was an alias. The old one has the permission, but
  // no function any more.
  test('while the last alias goes: it stays, and the events say which permission was missing', async () => {
    const result = await account.deploy(resources(['channel'], after));
    expect(result.status).toBe('UPDATE_COMPLETE');
    const denial = expect.stringContaining('is not authorized to perform: supportapp:GetAccountAlias');
    expect(failuresOf(result)).toEqual(Array(CLEANUP_TRIES).fill(denial));
    expect(present()).toEqual(['channel', 'alias']);
    await account.succeed(resources([], after));
    expect(present()).toEqual(['alias']);
  });
});
