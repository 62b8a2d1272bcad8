import { type Stack, Token } from 'aws-cdk-lib/core';

/** The account that a stack is deployed to, if it is known at synth. */
export function knownAccountOf(stack: Stack): string | undefined {
  return Token.isUnresolved(stack.account) || isTemplateForOthers(stack) ? undefined : stack.account;
}

/**
 * Whether a stack is not deployed itself, but its template by others, into accounts of theirs: that of a StackSet or of a product of AWS Service
 * Catalog. Such a stack has the account of its stage all the same.
 */
function isTemplateForOthers(stack: Stack): boolean {
  // ProductStack of aws-cdk-lib and StackSetStack of cdk-stacksets have no base class of their own.
  return '_getTemplateUrl' in stack;
}
