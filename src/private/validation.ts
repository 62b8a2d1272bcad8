import { Stack, Token } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { describeProblems, type IsUnresolved, nameOf, type Problem } from '../constraints';
import { accountValuesIn, textIn } from './account-value-token';
import { servingProvider } from './engine';
import { knownAccountOf } from './target-account';
import type { IChannelsProvider } from '../channels-provider';

/** Throws one error with all problems of the construct at a path; none is no error. */
export function throwProblems(typeName: string, path: string, problems: Problem[]): void {
  if (problems.length > 0) {
    throw new Error(describeProblems(`${typeName} at "${path}"`, problems));
  }
}

/** The path of a construct that is not made yet. */
export function pathOf(scope: Construct, id: string): string {
  return scope.node.path === '' ? id : `${scope.node.path}/${id}`;
}

/**
 * What no value holds that is known: what the CDK hands out for a context look-up before its first run, and what CloudFormation
 * fills in at deployment although it was written as text.
 */
const PLACEHOLDER = /dummy-value-for-|\{\{resolve:/u;

/** Tells whether a value is not known yet: only at deployment, or once the CDK has looked it up. The handler checks what arrives. */
export function isUnresolved(value: unknown): boolean {
  return Token.isUnresolved(value) || (typeof value === 'string' && PLACEHOLDER.test(value));
}

/** The problems that what manages a construct has with it: the provider that it names, or the one that serves its scope. The default one has none. */
export function checkProvider(construct: Construct, provider: IChannelsProvider | undefined, type: string, properties: object): Problem[] {
  return (provider ?? servingProvider(construct))?._checkResource(construct, { type, properties }) ?? [];
}

/**
 * A handler serves its own stack only: its role names the channel roles of the constructs that it serves, which would
 * make two stacks depend on each other.
 */
export function checkStack(construct: Construct, provider: Construct): Problem[] {
  if (Stack.of(provider) === Stack.of(construct)) {
    return [];
  }
  return [{
    property: 'provider',
    violation: `must be in the stack "${Stack.of(construct).node.path}" of the construct, got "${provider.node.path}"`,
    remedy: 'Define a ChannelsProvider in each stack, or leave the property out',
  }];
}

/** The problems of properties of which some may differ by account: those in each account. */
export function checkInEachAccount<Properties extends object>(
  construct: Construct,
  properties: Properties,
  check: (properties: Properties, isUnresolved: IsUnresolved) => Problem[],
): Problem[] {
  const tokens = Object.values(properties).flatMap(accountValuesIn);
  if (tokens.length === 0) {
    return check(properties, isUnresolved);
  }
  const accountId = knownAccountOf(Stack.of(construct));
  if (accountId !== undefined) {
    return [...check(propertiesIn(accountId, properties), isUnresolved), ...checkListed(accountId, properties)];
  }
  const accountIds = [...new Set(tokens.flatMap((token) => token.accountIds))].sort();
  return mergeProblems([...accountIds, undefined].map((id) => [id, check(propertiesIn(id, properties), isUnresolved)]));
}

/** The properties as they are in an account; those without a value there stay tokens, which are not checked. */
function propertiesIn<Properties extends object>(accountId: string | undefined, properties: Properties): Properties {
  const entries = Object.entries(properties).map(([name, value]) => [name, typeof value === 'string' ? textIn(accountId, value) ?? value : value]);
  return Object.fromEntries(entries) as Properties;
}

function checkListed(accountId: string | undefined, properties: object): Problem[] {
  return Object.entries(properties)
    .filter(([, value]) => typeof value === 'string' && textIn(accountId, value) === undefined)
    .map(([name]) => ({
      property: nameOf(name),
      violation: `must have a value in account ${accountId}, which is not listed`,
      remedy: 'Add the account to the AccountValue, or give it a defaultValue',
    }));
}

/** Says each problem once, with the accounts that have it; `undefined` stands for all accounts that are not listed. */
function mergeProblems(problemsByAccount: [string | undefined, Problem[]][]): Problem[] {
  const merged = new Map<string, { problem: Problem; accountIds: (string | undefined)[] }>();
  for (const [accountId, problems] of problemsByAccount) {
    for (const problem of problems) {
      const key = JSON.stringify(problem);
      merged.set(key, { problem, accountIds: [...merged.get(key)?.accountIds ?? [], accountId] });
    }
  }
  return [...merged.values()].map(({ problem, accountIds: [first, ...others] }) => {
    const where = first === undefined ? 'each account that is not listed' : `account ${first}`;
    return { ...problem, violation: `${problem.violation} in ${where}${others.length > 0 ? ` and ${others.length} more` : ''}` };
  });
}
