import type { Stack } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { showValue } from './props';

/** The construct at an id of this library in a stack, which is made at its first use. */
export function singleton<T extends IConstruct>(
  stack: Stack,
  id: string,
  what: string,
  isExpected: (construct: IConstruct) => construct is T,
  create: () => T,
): T {
  const found = stack.node.tryFindChild(id);
  if (found === undefined) {
    return create();
  }
  if (!isExpected(found)) {
    throw new Error(`stack "${stack.node.path}" must have nothing else at the id "${id}", where this library keeps ${what}, got ${showValue(found)}. `
      + 'Give that construct another id.');
  }
  return found;
}
