import { App, Aws, CfnOutput, CfnParameter, Stack, Stage } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { messageOf, newStack, onlyResource, problemsOf } from './synthesis';
import { AccountAlias, AccountValue, ChimeChannel, NotificationSeverity, SlackChannelConfiguration, SlackWorkspace } from '../src';

const ALIAS_TYPE = 'Custom::SupportAppAccountAlias';
const CHANNEL_TYPE = 'Custom::SupportAppSlackChannelConfiguration';
const PRODUCTION = '111122223333';
const TEST = '444455556666';

function accountIds(count: number, first = 100_000_000_000): string[] {
  return Array.from({ length: count }, (_, index) => String(first + index * 7_919));
}

function channelOf(stack: Stack, channelId: string, id = 'Channel'): SlackChannelConfiguration {
  return new SlackChannelConfiguration(stack, id, {
    workspace: SlackWorkspace.fromTeamId(stack, `${id}Workspace`, 'T1'),
    channelId,
    notifyOnCaseSeverity: NotificationSeverity.NONE,
  });
}

function aliasOf(stack: Stack): unknown {
  return onlyResource(stack, ALIAS_TYPE).Properties.AccountAlias;
}

/** Evaluates a property as CloudFormation does in an account; only what the values by account are made of. */
function evaluate(value: any, template: any, accountId: string): any {
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const [name] = Object.keys(value);
  const argument = value[name];
  const operand = (item: unknown) => evaluate(item, template, accountId);
  switch (name) {
    case 'Ref': return argument === 'AWS::AccountId' ? accountId : `<${argument}>`;
    case 'Condition': return operand(template.Conditions[argument]);
    case 'Fn::Equals': return operand(argument[0]) === operand(argument[1]);
    case 'Fn::Not': return !operand(argument[0]);
    case 'Fn::Or':
      if (argument.length < 2 || argument.length > 10) {
        throw new Error(`Fn::Or has ${argument.length} conditions`);
      }
      return argument.some(operand);
    case 'Fn::If': return operand(operand({ Condition: argument[0] }) ? argument[1] : argument[2]);
    case 'Fn::Join': return argument[1].map(operand).join(argument[0]);
    case 'Fn::FindInMap': {
      const [map, key, second] = argument.map(operand);
      return template.Mappings[map][key]?.[second];
    }
    default: throw new Error(`unexpected ${name}`);
  }
}

describe('without a default', () => {
  test('the values are a mapping of the construct', () => {
    const stack = newStack();
    const alias = new AccountAlias(stack, 'Alias', {
      accountAlias: AccountValue.byAccount({ [TEST]: 'acme test', [PRODUCTION]: 'acme production' }).asString,
    });
    expect(stack.resolve(alias.accountAlias)).toEqual(aliasOf(stack));
    const template = Template.fromStack(stack).toJSON();
    const [[id, mapping], ...others] = Object.entries(template.Mappings);
    expect(others).toEqual([]);
    expect(id).toMatch(/^AliasAccountAlias[0-9A-F]{8}$/);
    expect(JSON.stringify(mapping)).toBe(JSON.stringify({ [PRODUCTION]: { Value: 'acme production' }, [TEST]: { Value: 'acme test' } }));
    expect(aliasOf(stack)).toEqual({ 'Fn::FindInMap': [id, { Ref: 'AWS::AccountId' }, 'Value'] });
    expect(template.Conditions).toBeUndefined();
    expect(template.Transform).toBeUndefined();
  });

  test('one value in two constructs is one mapping', () => {
    const stack = newStack();
    const value = AccountValue.byAccount({ [PRODUCTION]: 'C1' }).asString;
    channelOf(stack, value);
    new CfnOutput(stack, 'Output', { value });
    const { Mappings: mappings, Outputs: outputs } = Template.fromStack(stack).toJSON();
    expect(Object.keys(mappings)).toHaveLength(1);
    expect(outputs.Output.Value).toEqual(onlyResource(stack, CHANNEL_TYPE).Properties.ChannelId);
  });

  test('a property of no construct of this library can have it', () => {
    const stack = newStack();
    new CfnOutput(stack, 'Output', { value: AccountValue.byAccount({ [PRODUCTION]: 'a' }).asString });
    const template = Template.fromStack(stack).toJSON();
    expect(evaluate(template.Outputs.Output.Value, template, PRODUCTION)).toBe('a');
  });

  test('it can be part of a text', () => {
    const stack = newStack();
    new AccountAlias(stack, 'Alias', { accountAlias: `acme ${AccountValue.byAccount({ [PRODUCTION]: 'production' }).asString}` });
    expect(evaluate(aliasOf(stack), Template.fromStack(stack).toJSON(), PRODUCTION)).toBe('acme production');
  });

  test('200 accounts fit, 201 are an error that says what to do', () => {
    const define = (count: number) => new AccountAlias(newStack(), 'Alias', {
      accountAlias: AccountValue.byAccount(Object.fromEntries(accountIds(count).map((id) => [id, 'a']))).asString,
    });
    define(200);
    expect(messageOf(() => define(201))).toBe(
      'AccountValue at "Stack/Alias" lists 201 accounts, and a mapping of CloudFormation has at most 200. Split the accounts, such as into one StackSet for '
      + 'each organizational unit, or give a defaultValue: then no mapping is needed.',
    );
  });
});

describe('with a default', () => {
  test('each account gets its value, and any other the default', () => {
    const stack = newStack();
    new AccountAlias(stack, 'Alias', {
      accountAlias: AccountValue.byAccount({ [PRODUCTION]: 'acme production', [TEST]: 'acme test', 777788889999: 'acme' }, { defaultValue: 'acme' }).asString,
    });
    const template = Template.fromStack(stack).toJSON();
    expect(template.Mappings).toBeUndefined();
    // The account with the default's value needs no condition.
    expect(JSON.stringify(template.Conditions)).not.toContain('777788889999');
    expect(Object.keys(template.Conditions)).toHaveLength(3);
    const values = [PRODUCTION, TEST, '777788889999', '000000000000'].map((accountId) => evaluate(aliasOf(stack), template, accountId));
    expect(values).toEqual(['acme production', 'acme test', 'acme', 'acme']);
  });

  test('no condition is needed where all accounts have the default', () => {
    const stack = newStack();
    new AccountAlias(stack, 'Alias', { accountAlias: AccountValue.byAccount({ [PRODUCTION]: 'acme' }, { defaultValue: 'acme' }).asString });
    expect(aliasOf(stack)).toBe('acme');
    expect(Template.fromStack(stack).toJSON().Conditions).toBeUndefined();
  });

  test('another value renames no condition, and the order of the accounts changes nothing', () => {
    const conditionsWith = (values: Record<string, string>) => {
      const stack = newStack();
      new AccountAlias(stack, 'Alias', { accountAlias: AccountValue.byAccount(values, { defaultValue: 'acme' }).asString });
      return Template.fromStack(stack).toJSON().Conditions;
    };
    const before = conditionsWith({ [PRODUCTION]: 'm', [TEST]: 'n' });
    expect(JSON.stringify(conditionsWith({ [TEST]: 'n', [PRODUCTION]: 'm' }))).toBe(JSON.stringify(before));
    expect(Object.keys(conditionsWith({ 777788889999: 'b', [PRODUCTION]: 'm', [TEST]: 'n' }))).toEqual(expect.arrayContaining(Object.keys(before)));
  });

  test.each([91, 100, 101, 200])('%d values take few conditions, of which a template has at most 200', (count) => {
    const stack = newStack();
    const ids = accountIds(count);
    new AccountAlias(stack, 'Alias', {
      accountAlias: AccountValue.byAccount(Object.fromEntries(ids.map((id) => [id, `acme ${id}`])), { defaultValue: 'acme' }).asString,
    });
    const template = Template.fromStack(stack).toJSON();
    expect(Object.keys(template.Conditions).length).toBeLessThanOrEqual(31);
    const alias = aliasOf(stack);
    ids.forEach((id) => expect(evaluate(alias, template, id)).toBe(`acme ${id}`));
    expect(evaluate(alias, template, '999999999999')).toBe('acme');
  });

  test('1,000 accounts are no problem but the bytes, of which a warning tells', () => {
    const stack = newStack();
    const ids = accountIds(1_000);
    channelOf(stack, AccountValue.spread(ids, Array.from({ length: 10 }, (_, index) => `C${index}`), { defaultValue: 'C0' }).asString);
    const template = Template.fromStack(stack).toJSON();
    const { ChannelId: channelId } = onlyResource(stack, CHANNEL_TYPE).Properties;
    const uses = new Map<string, number>();
    ids.forEach((accountId) => {
      const value = evaluate(channelId, template, accountId);
      uses.set(value, (uses.get(value) ?? 0) + 1);
    });
    expect([...uses.values()]).toEqual(Array(10).fill(100));
    expect(evaluate(channelId, template, '999999999999')).toBe('C0');
    Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp('^The template of this stack has more than 51200 bytes .*Amazon S3 only'));
  });

  test('a template that CloudFormation takes in no way is an error', () => {
    const stack = newStack();
    new CfnOutput(stack, 'Output', {
      value: AccountValue.byAccount(Object.fromEntries(accountIds(200).map((accountId) => [accountId, 'a'.repeat(6_000)]))).asString,
    });
    expect(messageOf(() => Template.fromStack(stack))).toMatch(
      /the template of stack "Stack" has at least \d+ bytes with its values by account, and CloudFormation takes at most 1048576\. Split the accounts/,
    );
  });
});

test('a few accounts give no warning', () => {
  const stack = newStack();
  new AccountAlias(stack, 'Alias', { accountAlias: AccountValue.byAccount({ [PRODUCTION]: 'a' }, { defaultValue: 'b' }).asString });
  Annotations.fromStack(stack).hasNoWarning('*', '*');
});

test('a mapping comes without the advice to make it lazy, which nobody but this library could follow', () => {
  const stack = newStack();
  new AccountAlias(stack, 'Alias', { accountAlias: AccountValue.byAccount({ [PRODUCTION]: 'a', [TEST]: 'b' }).asString });
  Annotations.fromStack(stack).hasNoInfo('*', Match.anyValue());
});

describe('in a stack of a known account', () => {
  test('the template has the value itself', () => {
    const stack = newStack({ env: { account: PRODUCTION, region: 'us-east-1' } });
    new AccountAlias(stack, 'Alias', { accountAlias: AccountValue.byAccount({ [PRODUCTION]: 'acme production', [TEST]: 'acme test' }).asString });
    expect(aliasOf(stack)).toBe('acme production');
    expect(Template.fromStack(stack).toJSON().Mappings).toBeUndefined();
  });

  test('an account that is not listed gets the default, or an error at synth', () => {
    const stack = newStack({ env: { account: '999999999999', region: 'us-east-1' } });
    new AccountAlias(stack, 'Alias', { accountAlias: AccountValue.byAccount({ [PRODUCTION]: 'a' }, { defaultValue: 'b' }).asString });
    expect(aliasOf(stack)).toBe('b');
    expect(messageOf(() => new AccountAlias(stack, 'Second', { accountAlias: AccountValue.byAccount({ [PRODUCTION]: 'a' }).asString }))).toBe(
      'AccountAlias at "Stack/Second" has 1 problem:\n  - accountAlias: must have a value in account 999999999999, which is not listed. '
      + 'Add the account to the AccountValue, or give it a defaultValue.',
    );
    const other = newStack({ env: { account: '999999999999', region: 'us-east-1' } });
    new CfnOutput(other, 'Output', { value: AccountValue.byAccount({ [PRODUCTION]: 'a' }).asString });
    expect(messageOf(() => Template.fromStack(other))).toMatch(/AccountValue at "Stack\/Output" has no value for account 999999999999 of stack "Stack"/);
  });

  test('one value serves the stacks of many accounts', () => {
    const value = AccountValue.byAccount({ [PRODUCTION]: 'p', [TEST]: 't' }).asString;
    const app = new App();
    const aliases = [PRODUCTION, TEST].map((account) => {
      const stack = new Stack(app, `Stack${account}`, { env: { account, region: 'us-east-1' } });
      new AccountAlias(stack, 'Alias', { accountAlias: value });
      return stack;
    }).map(aliasOf);
    expect(aliases).toEqual(['p', 't']);
  });

  test('a template that others deploy has no known account, even in a stage that has', () => {
    // As the stacks of StackSets and of products of AWS Service Catalog do.
    class TemplateStack extends Stack {
      public _getTemplateUrl(): string {
        return '';
      }
    }
    const stage = new Stage(new App(), 'Stage', { env: { account: '999999999999', region: 'us-east-1' } });
    const stack = new TemplateStack(new Stack(stage, 'Parent'), 'Members');
    new AccountAlias(stack, 'Alias', { accountAlias: AccountValue.byAccount({ [PRODUCTION]: 'a' }).asString });
    expect(stack.resolve(AccountValue.byAccount({ [PRODUCTION]: 'a' }).asString)).toHaveProperty('Fn::FindInMap');
  });
});

describe('each value is checked', () => {
  test('in an alias, with the accounts that have it', () => {
    const message = messageOf(() => new AccountAlias(newStack(), 'Alias', {
      accountAlias: AccountValue.byAccount({ [PRODUCTION]: 'acme!', [TEST]: 'acme!', 777788889999: 'fine' }, { defaultValue: 'x?' }).asString,
    }));
    expect(message).toBe([
      'AccountAlias at "Stack/Alias" has 2 problems:',
      '  - accountAlias: must be 1 to 30 characters (letters, digits, _, - and space), got "acme!" in account 111122223333 and 1 more. '
      + 'Shorten it or replace the other characters.',
      '  - accountAlias: must be 1 to 30 characters (letters, digits, _, - and space), got "x?" in each account that is not listed. '
      + 'Shorten it or replace the other characters.',
    ].join('\n'));
  });

  test('in a channel and its workspace', () => {
    const stack = newStack();
    const workspace = SlackWorkspace.fromTeamId(stack, 'Workspace', AccountValue.byAccount({ [PRODUCTION]: 'T 1', [TEST]: 'T2' }).asString);
    const message = messageOf(() => workspace.addChannel('Channel', {
      channelId: AccountValue.byAccount({ [TEST]: '#operations team' }).asString,
      notifyOnCaseSeverity: NotificationSeverity.NONE,
    }));
    expect(Object.keys(problemsOf(message).problems)).toEqual(['teamId', 'channelId']);
    expect(message).toMatch(/teamId: .* got "T 1" in account 111122223333\./);
    expect(message).toMatch(/channelId: .* got "#operations team" in account 444455556666\./);
  });

  test('in a registered workspace, and in a Chime channel', () => {
    const value = AccountValue.byAccount({ [PRODUCTION]: '' }).asString;
    expect(messageOf(() => new SlackWorkspace(newStack(), 'Workspace', { teamId: value }))).toMatch(/teamId: .* got "" in account 111122223333\./);
    expect(messageOf(() => new ChimeChannel(newStack(), 'Channel', {
      appInstanceArn: 'arn:aws:chime:us-east-1:111122223333:app-instance/a',
      chimeBearer: 'arn:aws:chime:us-east-1:111122223333:app-instance/a/user/b',
      channelName: value,
    }))).toMatch(/channelName: .* got 0 characters in account 111122223333\./);
  });

  test('unless a part of it is known only at deployment', () => {
    const stack = newStack();
    const parameter = new CfnParameter(stack, 'Parameter').valueAsString;
    new AccountAlias(stack, 'Alias', { accountAlias: `${AccountValue.byAccount({ [PRODUCTION]: 'acme!' }).asString}${parameter}` });
    expect(evaluate(aliasOf(stack), Template.fromStack(stack).toJSON(), PRODUCTION)).toBe('acme!<Parameter>');
  });
});

describe('bad lists', () => {
  const problems = (define: () => AccountValue) => problemsOf(messageOf(define));

  test('all problems come together', () => {
    expect(problems(() => AccountValue.spread(['123', PRODUCTION, PRODUCTION], ['C1', 'C1']))).toEqual({
      subject: 'AccountValue at "spread" has 3 problems:',
      problems: {
        accountIds: `must name each account once, got ${PRODUCTION} again. Remove the repetition.`,
        values: 'must differ, got "C1" again. Remove the repetition.',
      },
    });
  });

  test.each([['12345678901'], ['1234567890123'], ['12345678901a'], ['']])('account %p', (accountId) => {
    expect(problems(() => AccountValue.byAccount({ [accountId]: 'a' })).problems).toEqual({
      values: `must name accounts by their 12 digits, got ${JSON.stringify(accountId)}. Give the account ID as a text, with leading zeros.`,
    });
  });

  test('an account that is known only at deployment', () => {
    expect(problems(() => AccountValue.byAccount({ [Aws.ACCOUNT_ID]: 'a' })).problems.values).toMatch(/got a value that is known only at deployment/);
  });

  test('a value that is known only at deployment', () => {
    expect(problems(() => AccountValue.byAccount({ [PRODUCTION]: Aws.REGION }, { defaultValue: Aws.REGION })).problems).toEqual({
      [`values["${PRODUCTION}"]`]: 'must be a text that is known at synth, got one that is known only at deployment. Give a text.',
      defaultValue: 'must be a text that is known at synth, got one that is known only at deployment. Give a text.',
    });
  });

  test('no accounts', () => {
    expect(problems(() => AccountValue.byAccount({})).problems).toEqual({ values: 'must name at least one account, got none. Add accounts.' });
  });

  test.each([[100, 1], [101, 2], [500, 5]])('%d accounts need %d values', (count, needed) => {
    const values = Array.from({ length: needed }, (_, index) => `C${index}`);
    AccountValue.spread(accountIds(count), values);
    expect(problems(() => AccountValue.spread(accountIds(count), values.slice(1))).problems).toEqual({
      values: `must have at least ${needed} for ${count} accounts, got ${needed - 1}. Add values: one serves at most 100 accounts.`,
    });
  });
});
