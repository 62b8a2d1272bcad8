import { Token, Tokenization } from 'aws-cdk-lib/core';
import { MAXIMUM_ACCOUNTS_PER_CHANNEL, type Problem } from './constraints';
import { AccountValueToken } from './private/account-value-token';
import { checkType, isMap, type PropertyType, showValue, STRUCTURE } from './private/props';
import { spreadAccounts } from './private/spread-accounts';
import { isUnresolved, throwProblems } from './private/validation';

const VALUES: PropertyType = {
  must: 'a map of texts by account ID',
  remedy: 'Give an object such as { \'111122223333\': \'acme production\' }',
  isRequired: true,
  fits: isMap,
};

const TEXTS: PropertyType = { must: 'a list of texts', remedy: 'Give a list', isRequired: true, fits: Array.isArray };

/**
 * Options of an `AccountValue`.
 */
export interface AccountValueOptions {
  /**
   * The value in an account that is not listed.
   *
   * It makes the template longer: about 120 bytes for each listed account.
   *
   * @default - the deployment fails in an account that is not listed, before it changes anything
   */
  readonly defaultValue?: string;
}

/**
 * A text that differs from account to account, for one template that many accounts share, such as that of a StackSet.
 *
 * ```ts
 * new AccountAlias(this, 'Alias', {
 *   accountAlias: AccountValue.byAccount({
 *     '111122223333': 'acme production',
 *     '444455556666': 'acme test',
 *   }).asString,
 * });
 * ```
 *
 * In a stack whose account is known at synth, the template holds the value itself. In any other, CloudFormation looks it up:
 *
 * - Without a default, in a mapping, `Fn::FindInMap`. CloudFormation has at most 200 accounts in a mapping. In an account that is not listed the
 *   deployment fails with "Unable to get mapping for", followed by the name of the mapping and the account.
 * - With a default, by conditions and `Fn::If`, as CloudFormation has no default for a mapping without a transform, which StackSets refuse.
 *
 * Constructs of this library check each value, for the account that has it.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/mappings-section-structure.html
 */
export class AccountValue {
  /**
   * A value for each account.
   *
   * @param values the values by account ID, which has 12 digits
   * @param options what an account gets that is not listed
   */
  public static byAccount(values: { [accountId: string]: string }, options: AccountValueOptions = {}): AccountValue {
    throwProblems('AccountValue', 'byAccount', [...checkType('values', values, VALUES), ...checkType('options', options, STRUCTURE)]);
    throwProblems('AccountValue', 'byAccount', [
      ...checkAccounts('values', Object.keys(values)),
      ...Object.entries(values).flatMap(([accountId, value]) => checkText(`values["${accountId}"]`, value)),
      ...checkDefault(options),
    ]);
    return new AccountValue(new Map(Object.entries(values)), options.defaultValue);
  }

  /**
   * Spread accounts over several values, such as the IDs of Slack channels, so that no value has more than 100 accounts.
   *
   * A Slack channel serves at most 100 accounts. Which value an account gets depends on the IDs alone, not on the order in which they are listed. Another
   * account, or one less, moves no other account as long as no value is full; another value takes over its share of the accounts, and no others move.
   *
   * @param accountIds the accounts, each with 12 digits
   * @param values the values, which differ; at least one for 100 accounts
   * @param options what an account gets that is not listed; the value counts no such account
   */
  public static spread(accountIds: string[], values: string[], options: AccountValueOptions = {}): AccountValue {
    throwProblems('AccountValue', 'spread', [
      ...checkType('accountIds', accountIds, TEXTS), ...checkType('values', values, TEXTS), ...checkType('options', options, STRUCTURE),
    ]);
    throwProblems('AccountValue', 'spread', [
      ...checkAccounts('accountIds', accountIds),
      ...checkValues(values),
      ...values.flatMap((value, index) => checkText(`values[${index}]`, value)),
      ...checkRoom(accountIds, values),
      ...checkDefault(options),
    ]);
    return new AccountValue(spreadAccounts(accountIds, values, MAXIMUM_ACCOUNTS_PER_CHANNEL), options.defaultValue);
  }

  /**
   * The text, as a token for properties of constructs; it can be part of a longer text.
   */
  public readonly asString: string;

  private constructor(values: ReadonlyMap<string, string>, defaultValue: string | undefined) {
    this.asString = Token.asString(new AccountValueToken(values, defaultValue));
  }
}

function checkAccounts(property: string, accountIds: string[]): Problem[] {
  const invalid = accountIds.filter((accountId) => typeof accountId !== 'string' || !/^\d{12}$/u.test(accountId));
  const repeated = [...new Set(accountIds.filter((accountId, index) => accountIds.indexOf(accountId) !== index))];
  return [
    ...(accountIds.length === 0 ? [{ property, violation: 'must name at least one account, got none', remedy: 'Add accounts' }] : []),
    ...invalid.map((accountId) => ({
      property,
      violation: `must name accounts by their 12 digits, got ${showAccount(accountId)}`,
      remedy: 'Give the account ID as a text, with leading zeros',
    })),
    ...repeated.map((accountId) => ({ property, violation: `must name each account once, got ${accountId} again`, remedy: 'Remove the repetition' })),
  ];
}

function showAccount(accountId: unknown): string {
  return isUnresolved(accountId) ? 'a value that is known only at deployment' : showValue(accountId);
}

function checkText(property: string, value: unknown): Problem[] {
  return typeof value === 'string' && !Tokenization.reverseString(value).tokens.length ? [] : [{
    property,
    violation: `must be a text that is known at synth, got ${typeof value === 'string' ? 'one that is known only at deployment' : showValue(value)}`,
    remedy: 'Give a text',
  }];
}

function checkDefault({ defaultValue }: AccountValueOptions): Problem[] {
  return defaultValue === undefined ? [] : checkText('defaultValue', defaultValue);
}

function checkValues(values: string[]): Problem[] {
  const repeated = [...new Set(values.filter((value, index) => values.indexOf(value) !== index))];
  return repeated.map((value) => ({
    property: 'values',
    violation: `must differ, got ${JSON.stringify(value)} again`,
    remedy: 'Remove the repetition',
  }));
}

function checkRoom(accountIds: string[], values: string[]): Problem[] {
  const needed = Math.max(1, Math.ceil(accountIds.length / MAXIMUM_ACCOUNTS_PER_CHANNEL));
  return values.length >= needed ? [] : [{
    property: 'values',
    violation: `must have at least ${needed} for ${accountIds.length} accounts, got ${values.length}`,
    remedy: `Add values: one serves at most ${MAXIMUM_ACCOUNTS_PER_CHANNEL} accounts`,
  }];
}
