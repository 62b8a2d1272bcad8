import { Aws, CfnCondition, Fn, ICfnConditionExpression, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';

const MAXIMUM_OPERANDS = 10;

/** A value that is decided in the account: the one that its id has, else the default. */
export function valueByAccount(scope: Construct, id: string, values: Record<string, string>, defaultValue: string): string {
  return Object.values(values).filter((value, index, all) => all.indexOf(value) === index).reduce((otherwise, value, index) => {
    const accountIds = Object.keys(values).filter((accountId) => values[accountId] === value);
    const condition = new CfnCondition(scope, `${id}${index}`, { expression: anyOf(accountIds.map((accountId) => Fn.conditionEquals(Aws.ACCOUNT_ID, accountId))) });
    return Token.asString(Fn.conditionIf(condition.logicalId, value, otherwise));
  }, defaultValue);
}

/** Gives each account one of the values, the same number of accounts to each. */
export function spread(accountIds: string[], values: string[]): Record<string, string> {
  return Object.fromEntries(accountIds.map((accountId, index) => [accountId, values[index % values.length]]));
}

/** `Fn::Or` takes 2 to 10 conditions, so many of them make a tree. */
function anyOf(conditions: ICfnConditionExpression[]): ICfnConditionExpression {
  if (conditions.length <= MAXIMUM_OPERANDS) {
    return conditions.length === 1 ? conditions[0] : Fn.conditionOr(...conditions);
  }
  const groups = Array.from({ length: Math.ceil(conditions.length / MAXIMUM_OPERANDS) }, (_group, index) =>
    conditions.slice(index * MAXIMUM_OPERANDS, (index + 1) * MAXIMUM_OPERANDS));
  return anyOf(groups.map(anyOf));
}
