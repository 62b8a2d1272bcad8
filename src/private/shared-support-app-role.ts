import { Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { SupportAppRole } from '../support-app-role';

const SINGLETON_ID = 'CdkSupportAppRole';

/** The role of all channels of a stack that name none. */
export function sharedSupportAppRole(scope: Construct): SupportAppRole {
  const stack = Stack.of(scope);
  return (stack.node.tryFindChild(SINGLETON_ID) as SupportAppRole | undefined) ?? new SupportAppRole(stack, SINGLETON_ID);
}
