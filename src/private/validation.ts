import { Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { ChannelsProvider } from '../channels-provider';
import { describeProblems, type Problem } from '../constraints';

/** Throws one error with all problems of the construct at a path; none is no error. */
export function throwProblems(typeName: string, path: string, problems: Problem[]): void {
  if (problems.length > 0) {
    throw new Error(describeProblems(`${typeName} at "${path}"`, problems));
  }
}

/** Tells whether a value is known only at deployment. */
export function isUnresolved(value: unknown): boolean {
  return Token.isUnresolved(value);
}

/**
 * A provider serves its own stack only: its role names the channel roles of the constructs that it serves, which would
 * make two stacks depend on each other.
 */
export function checkProvider(construct: Construct, provider: ChannelsProvider | undefined): Problem[] {
  if (provider === undefined || Stack.of(provider) === Stack.of(construct)) {
    return [];
  }
  return [{
    property: 'provider',
    violation: `must be in the stack "${Stack.of(construct).node.path}" of the construct, got "${provider.node.path}"`,
    remedy: 'Define a ChannelsProvider in each stack, or leave the property out',
  }];
}
