import {
  Annotations, Aws, CfnCondition, CfnMapping, Fn, type IResolvable, type IResolveContext, Stack, Token, Tokenization,
} from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { knownAccountOf } from './target-account';

/** CloudFormation's limits of a template: accounts in a mapping, and bytes in a request and in Amazon S3. */
const MAXIMUM_MAPPING_KEYS = 200;
const MAXIMUM_TEMPLATE_BODY_BYTES = 51_200;
const MAXIMUM_TEMPLATE_BYTES = 1_048_576;

/** A template has at most 200 conditions. */
const MAXIMUM_VALUES_WITH_CONDITIONS_OF_THEIR_OWN = 90;

const GROUP_ID = 'CdkSupportChannelsAccounts';
const MAPPING_KEY = 'Value';

/** Apps without such values, which are most, do not look for them in the texts of each construct. */
let isUsed = false;

/** Stands, in texts, for a value that differs by account. */
export class AccountValueToken implements IResolvable {
  public readonly creationStack = ['an AccountValue'];

  constructor(private readonly values: ReadonlyMap<string, string>, public readonly defaultValue: string | undefined) {
    isUsed = true;
  }

  public get accountIds(): string[] {
    return [...this.values.keys()].sort();
  }

  /** The value in an account; none in one that is not listed, without a default. */
  public valueIn(accountId: string | undefined): string | undefined {
    return (accountId === undefined ? undefined : this.values.get(accountId)) ?? this.defaultValue;
  }

  /** The listed accounts by their value, in the order of the values, except those that have the default anyway. */
  public accountIdsByValue(): Map<string, string[]> {
    const groups = new Map<string, string[]>();
    for (const accountId of this.accountIds) {
      const value = this.values.get(accountId)!;
      if (value !== this.defaultValue) {
        groups.set(value, [...groups.get(value) ?? [], accountId]);
      }
    }
    return new Map([...groups].sort(([left], [right]) => (left < right ? -1 : 1)));
  }

  public resolve(context: IResolveContext): unknown {
    const stack = Stack.of(context.scope);
    const accountId = knownAccountOf(stack);
    if (accountId === undefined) {
      return AccountValues.of(stack).lookup(this);
    }
    const value = this.valueIn(accountId);
    if (value === undefined) {
      throw new Error(`AccountValue at "${context.scope.node.path}" has no value for account ${accountId} of stack "${stack.node.path}". `
        + 'Add the account, or give a defaultValue.');
    }
    return value;
  }

  public toString(): string {
    return Token.asString(this);
  }
}

/** The tokens of a text that differ by account. */
export function accountValuesIn(text: unknown): AccountValueToken[] {
  return isUsed && typeof text === 'string' && Token.isUnresolved(text)
    ? Tokenization.reverseString(text).tokens.filter((token) => token instanceof AccountValueToken)
    : [];
}

/** A text as it is in an account; `undefined` where it has no value there. What is known only at deployment stays a token. */
export function textIn(accountId: string | undefined, text: string): string | undefined {
  if (accountValuesIn(text).length === 0) {
    return text;
  }
  const parts = Tokenization.reverseString(text).mapTokens({
    mapToken: (token) => (token instanceof AccountValueToken ? token.valueIn(accountId) ?? MISSING : token),
  });
  const joined = parts.join({ join: (left: unknown, right: unknown) => `${String(left)}${String(right)}` });
  return joined.includes(MISSING) ? undefined : joined;
}

/** No text of a template has it. */
const MISSING = '\uD800';

/** What the values of a stack need in its template. */
class AccountValues extends Construct {
  public static of(stack: Stack): AccountValues {
    return stack.node.tryFindChild(GROUP_ID) as AccountValues | undefined ?? new AccountValues(stack, GROUP_ID);
  }

  private readonly lookups = new Map<AccountValueToken, unknown>();
  private bytes = 0;
  private hasHandler = false;

  private constructor(private readonly stack: Stack, id: string) {
    super(stack, id);
  }

  /** What the template has for a value; what that refers to becomes a child of the construct that uses the value first. */
  public lookup(token: AccountValueToken, scope: Construct = this, id = `Value${this.lookups.size + 1}`): unknown {
    if (!this.lookups.has(token)) {
      const lookup = token.defaultValue === undefined
        ? this.defineMapping(token, scope, id)
        : this.defineConditions(token, token.defaultValue, scope, id);
      this.lookups.set(token, lookup);
      this.count(lookup);
    }
    return this.lookups.get(token);
  }

  /** The code of a handler is the longest text of a template that has one. */
  public countHandler(handler: string): void {
    if (!this.hasHandler) {
      this.hasHandler = true;
      this.bytes += Buffer.byteLength(JSON.stringify(handler));
    }
  }

  private defineMapping(token: AccountValueToken, scope: Construct, id: string): unknown {
    const accountIds = token.accountIds;
    if (accountIds.length > MAXIMUM_MAPPING_KEYS) {
      throw new Error(`AccountValue at "${scope.node.path}" lists ${accountIds.length} accounts, and a mapping of CloudFormation has at most `
        + `${MAXIMUM_MAPPING_KEYS}. Split the accounts, such as into one StackSet for each organizational unit, or give a defaultValue: then no mapping is needed.`);
    }
    const mapping = new CfnMapping(scope, id, {
      mapping: Object.fromEntries(accountIds.map((accountId) => [accountId, { [MAPPING_KEY]: token.valueIn(accountId) }])),
    });
    // Not by its logical id, and before it is rendered: else the CDK advises to make it a lazy mapping, which a user of this library cannot.
    const value = mapping.findInMap(Aws.ACCOUNT_ID, MAPPING_KEY);
    this.count(mapping._toCloudFormation());
    return value;
  }

  /**
   * One condition for each value, of which at most one holds. A chain of `Fn::If` would be as deep as there are values.
   *
   * A mapping would not do: CloudFormation looks into it also in the branch of `Fn::If` that is not taken.
   */
  private defineConditions(token: AccountValueToken, defaultValue: string, scope: Construct, id: string): unknown {
    const groups = [...token.accountIdsByValue()];
    if (groups.length > MAXIMUM_VALUES_WITH_CONDITIONS_OF_THEIR_OWN) {
      return this.defineGrid(groups, defaultValue, scope, id);
    }
    // Named by their values, so that another value renames no condition.
    const conditions = groups.map(([value, accountIds]) => new CfnCondition(scope, `${id}${value}`, {
      expression: Fn.conditionOr(...accountIds.map((accountId) => Fn.conditionEquals(Aws.ACCOUNT_ID, accountId))),
    }));
    if (groups.length === 0) {
      return defaultValue;
    }
    const isOther = new CfnCondition(scope, `${id}/Other`, { expression: Fn.conditionNot(Fn.conditionOr(...conditions)) });
    this.count([...conditions, isOther].map((condition) => condition._toCloudFormation()));
    return Fn.join('', [
      ...groups.map(([value], index) => Fn.conditionIf(conditions[index].logicalId, value, '').toString()),
      Fn.conditionIf(isOther.logicalId, defaultValue, '').toString(),
    ]);
  }

  /**
   * The values in rows and columns: a condition for each row and for each column, so that 200 values have 30 conditions. Each account
   * stands in two of them.
   */
  private defineGrid(groups: [string, string[]][], defaultValue: string, scope: Construct, id: string): unknown {
    const width = Math.ceil(Math.sqrt(groups.length));
    const rows = Array.from({ length: Math.ceil(groups.length / width) }, (_, row) => groups.slice(row * width, (row + 1) * width));
    const define = (name: string, line: [string, string[]][]) => new CfnCondition(scope, `${id}/${name}`, {
      expression: Fn.conditionOr(...line.flatMap(([, accountIds]) => accountIds).map((accountId) => Fn.conditionEquals(Aws.ACCOUNT_ID, accountId))),
    });
    const rowConditions = rows.map((row, index) => define(`Row${index + 1}`, row));
    const columnConditions = rows[0].map((_, column) => define(`Column${column + 1}`, rows.flatMap((row) => row.slice(column, column + 1))));
    const isOther = new CfnCondition(scope, `${id}/Other`, { expression: Fn.conditionNot(Fn.conditionOr(...rowConditions)) });
    this.count([...rowConditions, ...columnConditions, isOther].map((condition) => condition._toCloudFormation()));
    return Fn.join('', [
      ...rows.map((row, index) => Fn.conditionIf(rowConditions[index].logicalId, Fn.join('', row.map(([value], column) => (
        Fn.conditionIf(columnConditions[column].logicalId, value, '').toString()
      ))), '').toString()),
      Fn.conditionIf(isOther.logicalId, defaultValue, '').toString(),
    ]);
  }

  /** Warns of a template that will certainly be too long, rather than leave that to the deployment. */
  private count(content: unknown): void {
    this.bytes += Buffer.byteLength(JSON.stringify(this.stack.resolve(content)));
    const advice = 'Split the accounts, such as into one StackSet for each organizational unit.';
    if (this.bytes > MAXIMUM_TEMPLATE_BYTES) {
      throw new Error(`the template of stack "${this.stack.node.path}" has at least ${this.bytes} bytes with its values by account, `
        + `and CloudFormation takes at most ${MAXIMUM_TEMPLATE_BYTES}. ${advice}`);
    }
    if (this.bytes > MAXIMUM_TEMPLATE_BODY_BYTES) {
      Annotations.of(this.stack).addWarningV2('cdk-support-channels:templateBody', `The template of this stack has more than ${MAXIMUM_TEMPLATE_BODY_BYTES} bytes `
        + `with its values by account: CloudFormation takes it from Amazon S3 only, as the CDK does for bootstrapped accounts. ${advice}`);
    }
  }
}

/**
 * Defines what the account-dependent texts among the properties of a construct need in its template.
 *
 * @param handler the code of the handler that manages the construct, if one does: it is a part of that template, too
 */
export function defineAccountValues(scope: Construct, properties: object, handler?: string): void {
  const stack = Stack.of(scope);
  if (!isUsed || knownAccountOf(stack) !== undefined) {
    return;
  }
  for (const [property, text] of Object.entries(properties)) {
    accountValuesIn(text).forEach((token, index) => {
      const accountValues = AccountValues.of(stack);
      if (handler !== undefined) {
        accountValues.countHandler(handler);
      }
      accountValues.lookup(token, scope, index === 0 ? property : `${property}${index + 1}`);
    });
  }
}
