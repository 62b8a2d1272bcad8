import { Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { SupportAppRole } from '../support-app-role';

const SINGLETON_ID = 'CdkSupportAppRole';

/** The role of all channels of a stack that name none. */
export function sharedSupportAppRole(scope: Construct): SupportAppRole {
  const stack = Stack.of(scope);
  return (stack.node.tryFindChild(SINGLETON_ID) as SupportAppRole | undefined) ?? newSupportAppRole(stack);
}

function newSupportAppRole(stack: Stack): SupportAppRole {
  // The class extends `iam.Role`, whose modules are loaded only for those who use it.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const supportAppRole = require('../support-app-role') as typeof import('../support-app-role');
  return new supportAppRole.SupportAppRole(stack, SINGLETON_ID);
}
