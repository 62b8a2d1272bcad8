import { CfnParameter, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { type Account, failAfter, failuresOf, ownProvider, useLocalAws } from './harness';
import { AccountAlias, type AccountAliasProps, ExistingConfiguration } from '../../src';

const TYPE = 'Custom::SupportAppAccountAlias';
const local = useLocalAws();
let account: Account;

beforeEach(() => {
  account = local.newAccount();
});

function alias(accountAlias: string, props: Partial<AccountAliasProps> = {}, id = 'Alias') {
  return (stack: Stack) => new AccountAlias(stack, id, { accountAlias, ...props });
}

/** The alias, and a resource that fails after it. */
function aliasAndFailure(accountAlias: string, props: Partial<AccountAliasProps> = {}, id = 'Alias') {
  return (stack: Stack) => failAfter(stack, alias(accountAlias, props, id)(stack));
}

const ADOPT = { existing: ExistingConfiguration.ADOPT };

describe('create', () => {
  test('sets the alias, and its physical id says that the stack created it', async () => {
    await account.succeed(alias('Production_1 - east'));
    expect(account.supportApp.accountAlias).toBe('Production_1 - east');
    expect(account.physicalId(TYPE)).toBe(`SupportAppAccountAlias/created/${account.id}`);
  });

  test('fails when the account has another alias, which stays', async () => {
    account.supportApp.accountAlias = 'theirs';
    const before = account.state();
    expect(await account.fail(alias('ours'))).toBe('accountAlias: the account has the alias "theirs" that this stack did not create. '
      + 'Set existing to ADOPT to let the stack change it, or remove what is there.');
    expect(account.state()).toEqual(before);
    expect(account.changes()).toEqual([]);
  });

  test.each([undefined, ADOPT])('counts an equal alias as adopted, and leaves it at the end (%j)', async (props) => {
    account.supportApp.accountAlias = 'same';
    await account.succeed(alias('same', props));
    expect(account.physicalId(TYPE)).toBe(`SupportAppAccountAlias/adopted/${account.id}`);
    await account.delete();
    expect(account.supportApp.accountAlias).toBe('same');
    expect(account.changes()).toEqual([]);
  });

  test('adopts another alias, changes it, and releases it at the end', async () => {
    account.supportApp.accountAlias = 'theirs';
    await account.succeed(alias('ours', ADOPT));
    expect(account.supportApp.accountAlias).toBe('ours');
    expect(account.physicalId(TYPE)).toContain(`SupportAppAccountAlias/adopted/${account.id}`);
    await account.succeed(alias('changed', ADOPT));
    await account.delete();
    expect(account.supportApp.accountAlias).toBe('changed');
  });

  test('is undone when the stack rolls back', async () => {
    await account.deploy(aliasAndFailure('ours'));
    expect(account.stack.status).toBe('ROLLBACK_COMPLETE');
    expect(account.changes()).toEqual(['PutAccountAlias', 'DeleteAccountAlias']);
    expect(account.supportApp.accountAlias).toBeUndefined();
  });

  test('gives back what it had adopted when the stack rolls back', async () => {
    account.supportApp.accountAlias = 'theirs';
    await account.deploy(aliasAndFailure('ours', ADOPT));
    expect(account.stack.status).toBe('ROLLBACK_COMPLETE');
    expect(account.changes()).toEqual(['PutAccountAlias', 'PutAccountAlias']);
    expect(account.supportApp.accountAlias).toBe('theirs');
  });

  test('keeps what somebody else set meanwhile when an adoption rolls back', async () => {
    account.supportApp.accountAlias = 'theirs';
    local.aws.cloudFormation.lambda.deliver = ({ payload }) => {
      if ((payload as { RequestType: string }).RequestType === 'Delete') {
        account.supportApp.accountAlias = 'someone else';
      }
      return [{}];
    };
    await account.deploy(aliasAndFailure('ours', ADOPT));
    expect(account.stack.status).toBe('ROLLBACK_COMPLETE');
    expect(account.supportApp.accountAlias).toBe('someone else');
  });

  test('fails with the words of the synthesis for a value that is known only at deployment', async () => {
    let atSynth = '';
    const bad = 'no/slash';
    try {
      local.synthesize(alias(bad));
    } catch (error) {
      atSynth = (error as Error).message;
    }
    const parameterized = (stack: Stack) => alias(new CfnParameter(stack, 'Name').valueAsString)(stack);
    const atDeployment = await account.fail(parameterized, { Name: bad });
    expect(atSynth).toContain('accountAlias: must be');
    // The reason of an event stands on one line.
    const problems = atSynth.split('\n').slice(1).map((line) => line.trim()).join(' ');
    expect(problems).not.toBe('');
    expect(atDeployment.slice(-problems.length)).toBe(problems);
    expect(account.requests()).toEqual([]);
  });

  test('takes a good value that is known only at deployment', async () => {
    await account.succeed((stack) => alias(new CfnParameter(stack, 'Name').valueAsString)(stack), { Name: 'from a parameter' });
    expect(account.supportApp.accountAlias).toBe('from a parameter');
  });

  test('fails without a support plan, and says what to do', async () => {
    account.supportApp.supportPlan = false;
    const reason = await account.fail((stack) => alias('ours', { provider: ownProvider(stack) })(stack));
    expect(reason).toMatch(/^PutAccountAlias: Your AWS account must have a Business or Enterprise Support plan to use the AWS Support App\. \(AccessDeniedException, /);
    expect(reason).toMatch(/\. Subscribe to a support plan with the AWS Support App\.$/);
  });

  test('fails when the role that was given lacks a permission, and says which and what to do', async () => {
    const reason = await account.fail((stack) => {
      const role = account.handlerRole(stack, ['supportapp:GetAccountAlias', 'cloudformation:*']);
      alias('ours', { provider: ownProvider(stack, { role }) })(stack);
    });
    expect(reason).toContain('is not authorized to perform: supportapp:PutAccountAlias');
    expect(reason).toContain('Let the role of the handler do this');
    expect(account.supportApp.accountAlias).toBeUndefined();
  });
});

describe('update', () => {
  test('changes the alias in place', async () => {
    await account.succeed(alias('before'));
    const physicalId = account.physicalId(TYPE);
    account.forgetRequests();
    await account.succeed(alias('after'));
    expect(account.supportApp.accountAlias).toBe('after');
    expect(account.physicalId(TYPE)).toBe(physicalId);
    expect(account.changes()).toEqual(['PutAccountAlias']);
  });

  test('changes nothing in the account when only existing changes', async () => {
    await account.succeed(alias('ours'));
    account.forgetRequests();
    await account.succeed(alias('ours', ADOPT));
    expect(account.changes()).toEqual([]);
    expect(account.physicalId(TYPE)).toBe(`SupportAppAccountAlias/created/${account.id}`);
    await account.delete();
    expect(account.supportApp.accountAlias).toBeUndefined();
  });

  test('is undone when the stack rolls back', async () => {
    await account.succeed(alias('before'));
    const before = { state: account.state(), physicalId: account.physicalId(TYPE) };
    await account.deploy(aliasAndFailure('after'));
    expect(account.stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect({ state: account.state(), physicalId: account.physicalId(TYPE) }).toEqual(before);
    expect(account.changes()).toEqual(['PutAccountAlias', 'PutAccountAlias', 'PutAccountAlias']);
  });

  test('gives back what it had adopted when an update that adds the alias rolls back', async () => {
    account.supportApp.accountAlias = 'theirs';
    const provider = (stack: Stack) => ownProvider(stack);
    await account.succeed(provider);
    const result = await account.deploy((stack) => aliasAndFailure('ours', { ...ADOPT, provider: provider(stack) })(stack));
    expect(failuresOf(result)).toEqual([]);
    expect(account.stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(account.supportApp.accountAlias).toBe('theirs');
  });

  test('sets an alias again that was deleted behind the stack\'s back', async () => {
    await account.succeed(alias('before'));
    account.supportApp.accountAlias = undefined;
    await account.succeed(alias('after'));
    expect(account.supportApp.accountAlias).toBe('after');
    await account.delete();
    expect(account.supportApp.accountAlias).toBeUndefined();
  });

  test('sets the declared alias over one that was changed behind the stack\'s back', async () => {
    await account.succeed(alias('before'));
    account.supportApp.accountAlias = 'drifted';
    await account.succeed(alias('after'));
    expect(account.supportApp.accountAlias).toBe('after');
  });

  test('fails for a bad value that is known only at deployment, and leaves the alias', async () => {
    const parameterized = (stack: Stack) => alias(new CfnParameter(stack, 'Name').valueAsString)(stack);
    await account.succeed(parameterized, { Name: 'good' });
    expect(await account.fail(parameterized, { Name: 'x'.repeat(31) })).toContain('accountAlias: must be 1 to 30 characters');
    expect(account.supportApp.accountAlias).toBe('good');
    // The rollback's Update must not stumble over the bad value either.
    expect(account.stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
  });
});

describe('delete', () => {
  test('deletes the alias that the stack created', async () => {
    await account.succeed(alias('ours'));
    await account.delete();
    expect(account.changes()).toEqual(['PutAccountAlias', 'DeleteAccountAlias']);
    expect(account.supportApp.accountAlias).toBeUndefined();
  });

  test('succeeds when the alias is already gone', async () => {
    await account.succeed(alias('ours'));
    account.supportApp.accountAlias = undefined;
    await account.delete();
    expect(account.changes()).toEqual(['PutAccountAlias']);
  });

  test('succeeds when the alias goes in the very moment', async () => {
    await account.succeed(alias('ours'));
    local.aws.services.faults.inject({
      operations: ['DeleteAccountAlias'], fault: { kind: 'error', code: 'ResourceNotFoundException' }, when: ({ accountId }) => accountId === account.id,
    });
    await account.delete();
  });

  test('leaves an alias that was changed behind the stack\'s back', async () => {
    await account.succeed(alias('ours'));
    account.supportApp.accountAlias = 'theirs';
    await account.delete();
    expect(account.supportApp.accountAlias).toBe('theirs');
  });

  test('leaves the alias with RemovalPolicy.RETAIN', async () => {
    await account.succeed(alias('ours', { removalPolicy: RemovalPolicy.RETAIN }));
    await account.delete();
    expect(account.supportApp.accountAlias).toBe('ours');
  });

  test('removes the alias when the construct is removed from a stack that stays', async () => {
    const provider = (stack: Stack) => ownProvider(stack);
    await account.succeed((stack) => alias('ours', { provider: provider(stack) })(stack));
    await account.succeed(provider);
    expect(account.supportApp.accountAlias).toBeUndefined();
  });

  test('a deletion that fails blocks the stack, and works when it is tried again', async () => {
    await account.succeed((stack) => alias('ours', { provider: ownProvider(stack) })(stack));
    const outage = local.aws.services.faults.inject({
      fault: { kind: 'status', status: 503 }, count: Infinity, when: ({ accountId }) => accountId === account.id,
    });
    const result = await account.tryDelete();
    expect(result.status).toBe('DELETE_FAILED');
    expect(failuresOf(result)).toEqual([expect.stringContaining('Deploy again later')]);
    expect(account.supportApp.accountAlias).toBe('ours');
    outage.remove();
    await account.delete();
    expect(account.supportApp.accountAlias).toBeUndefined();
  });
});

describe('a construct that moves in the tree', () => {
  describe.each([
    ['created', undefined, undefined],
    ['adopted', 'theirs', ADOPT],
  ])('whose alias was %s', (ownership, existing, firstProps) => {
    const after = ownership === 'created' ? undefined : 'the last one';

    beforeEach(async () => {
      account.supportApp.accountAlias = existing;
      await account.succeed(alias('ours', firstProps));
      account.forgetRequests();
    });

    test.each([
      ['unchanged', 'ours', undefined],
      ['changed at once', 'changed', undefined],
      ['unchanged, with ADOPT', 'ours', ADOPT],
      ['changed at once, with ADOPT', 'changed', ADOPT],
    ])('keeps the alias and its mark (%s)', async (_case, name, props) => {
      await account.succeed(alias(name, props, 'Moved'));
      expect(account.supportApp.accountAlias).toBe(name);
      expect(account.changes()).toEqual(name === 'ours' ? [] : ['PutAccountAlias']);
      expect(account.physicalId(TYPE).split(';')[0]).toBe(`SupportAppAccountAlias/${ownership}/${account.id}`);

      await account.succeed(alias('the last one', props, 'Moved'));
      await account.delete();
      expect(account.supportApp.accountAlias).toBe(after);
    });

    test.each(['ours', 'changed'])('ends where it began when the stack rolls back (%s)', async (name) => {
      const before = { state: account.state(), physicalId: account.physicalId(TYPE) };
      await account.deploy(aliasAndFailure(name, undefined, 'Moved'));
      expect(account.stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
      expect({ state: account.state(), physicalId: account.physicalId(TYPE) }).toEqual(before);

      await account.succeed(alias('the last one', firstProps));
      await account.delete();
      expect(account.supportApp.accountAlias).toBe(after);
    });

    test('moves back and forth', async () => {
      await account.succeed(alias('there', undefined, 'Moved'));
      await account.succeed(alias('back'));
      await account.succeed(alias('the last one', undefined, 'Moved'));
      expect(account.supportApp.accountAlias).toBe('the last one');
      await account.delete();
      expect(account.supportApp.accountAlias).toBe(after);
    });
  });
});
