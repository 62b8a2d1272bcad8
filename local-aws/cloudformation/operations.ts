import { isCustomResourceType } from './custom-resource';
import { bring, remove, resourceScope, restoreReplaced, type ReplacedResource, type StackOperation } from './provision';
import { reversed, runInOrder } from './schedule';
import type { FailureOptions, StackResource } from './stack';
import type { PreparedTemplate } from './template';
import type { DeletionPolicy } from './template-model';

/** What the stack was before an update: the target of its rollback. */
export interface StackBefore {
  readonly template: PreparedTemplate;
  readonly parameters: Record<string, string>;
}

/**
 * How often the cleanup asks for a deletion before it abandons the resource.
 * Unverified (cloudformation-cleanup-tries), but apparently so: https://github.com/aws/aws-cdk/issues/14649
 */
export const CLEANUP_TRIES = 3;

/** Someone other than a failed resource ended the operation. */
export interface Interruption {
  reason?: string;
  /** The stack is about to be deleted: no rollback. */
  superseded?: boolean;
}

export async function createResources(operation: StackOperation, options: FailureOptions, interruption: Interruption): Promise<void> {
  const { stack } = operation;
  operation.failureOptions = options;
  const problem = await bringAll(operation, stack.template!, options) ?? evaluateOutputs(operation);
  if (interruption.superseded) {
    return;
  }
  if (problem === undefined) {
    stack.setStatus('CREATE_COMPLETE');
  } else if (options.disableRollback) {
    stack.setStatus('CREATE_FAILED', problem);
  } else if (options.onFailure === 'DELETE') {
    await deleteResources(operation, [], `${problem} Delete requested by user.`);
  } else {
    await rollBackCreation(operation, `${problem} Rollback requested by user.`);
  }
}

/** Deletes what a creation has made, whose failure may have been left for a while. */
export async function rollBackCreation(operation: StackOperation, reason: string): Promise<void> {
  const { stack } = operation;
  stack.setStatus('ROLLBACK_IN_PROGRESS', reason);
  // RetainExceptOnCreate is meant for this case. Unverified (cloudformation-retained-failure): that Retain holds for a
  // resource which failed, too.
  const failed = await removeAll(operation, stack.liveResources(), ({ definition }) => definition.DeletionPolicy === 'Retain');
  stack.setStatus(failed.length > 0 ? 'ROLLBACK_FAILED' : 'ROLLBACK_COMPLETE', failedTo('delete', failed));
}

export async function updateResources(
  operation: StackOperation, before: StackBefore | undefined, options: FailureOptions, interruption: Interruption,
): Promise<void> {
  const { stack } = operation;
  operation.failureOptions = options;
  operation.isRollingBack = false;
  const problem = await bringAll(operation, stack.template!, options) ?? interruption.reason ?? evaluateOutputs(operation);
  if (interruption.superseded) {
    return;
  }
  if (problem !== undefined) {
    if (options.disableRollback && interruption.reason === undefined) {
      stack.setStatus('UPDATE_FAILED', problem);
    } else if (before) {
      operation.isResumed = false;
      await rollBackUpdate(operation, before, interruption.reason ?? problem);
    } else {
      // No state to go back to: the creation that the update was to complete has never succeeded.
      await rollBackCreation(operation, problem);
    }
    return;
  }
  stack.setStatus('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
  await finish(operation, async () => {
    const removed = stack.liveResources().filter(({ logicalId }) => !stack.template!.resources.has(logicalId));
    await cleanUp(operation, [
      ...removed.map((resource) => ({ resource, retain: isRetained(resource.definition.DeletionPolicy) })), ...leftoversOf(operation),
    ]);
    stack.setStatus('UPDATE_COMPLETE');
  });
}

/**
 * Cleans up after an update or its rollback, the nested stacks at the same time. A nested stack waits until all that it is nested in
 * have come to this: https://repost.aws/knowledge-center/cloudformation-stack-cleanup-stuck
 */
async function finish(operation: StackOperation, work: () => Promise<void>): Promise<void> {
  operation.cleanUp = async () => {
    operation.cleanUp = undefined;
    await Promise.all([...[...operation.nested.values()].map((nested) => nested.cleanUp?.()), work()]);
  };
  if (!operation.isNested) {
    await operation.cleanUp();
  }
}

/** Brings the resources back to the template before the update; resources that the update made are deleted in the end. */
export async function rollBackUpdate(operation: StackOperation, before: StackBefore, reason: string, skip: string[] = []): Promise<void> {
  const { stack, environment: { assumptions } } = operation;
  operation.cancel = new AbortController();
  operation.isRollingBack = true;
  stack.setStatus('UPDATE_ROLLBACK_IN_PROGRESS', reason);
  stack.template = before.template;
  stack.parameters = before.parameters;

  // A built-in resource takes back its old physical resource; a custom one may be asked for it by an Update with the
  // properties reversed.
  const forward = operation.replaced;
  operation.replaced = [];
  const isRestored = ({ resource }: ReplacedResource) =>
    !isCustomResourceType(resource.type) || assumptions.replacedResource === 'RESTORED';
  const restored = forward.filter(isRestored).reverse().map((replacement) => restoreReplaced(operation, replacement));
  // A resource may have been replaced twice, when a deployment rolled forward: what came in between belongs to no one.
  operation.leftovers.push(...forward.filter((replacement, index) =>
    !isRestored(replacement) && forward.findIndex(({ resource }) => resource === replacement.resource) < index));
  for (const logicalId of skip) {
    const resource = stack.resource(logicalId);
    if (resource) {
      resource.unsettled = false;
      stack.setResourceStatus(resource, 'UPDATE_COMPLETE');
    }
  }
  const problem = await bringAll(operation, before.template, {}, skip) ?? evaluateOutputs(operation);
  operation.leftovers.push(...operation.replaced, ...restored);
  operation.replaced = [];
  if (problem !== undefined) {
    stack.setStatus('UPDATE_ROLLBACK_FAILED', problem);
    return;
  }
  stack.setStatus('UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS');
  await finish(operation, async () => {
    const made = stack.liveResources().filter(({ logicalId }) => !before.template.resources.has(logicalId));
    await cleanUp(operation, [
      ...made.map((resource) => ({ resource, retain: resource.definition.DeletionPolicy === 'Retain' })),
      // Unverified (cloudformation-retained-replacement): replacing resources were made by this very operation, so that no
      // policy keeps them.
      ...operation.leftovers.map(({ before: resource }) => ({ resource, retain: false })),
    ]);
    stack.setStatus('UPDATE_ROLLBACK_COMPLETE');
  });
}

export async function deleteResources(operation: StackOperation, retain: string[], reason: string = 'User Initiated'): Promise<void> {
  const { stack } = operation;
  stack.setStatus('DELETE_IN_PROGRESS', reason);
  await cleanUp(operation, leftoversOf(operation));
  const failed = await removeAll(operation, stack.liveResources(), ({ logicalId, definition }) =>
    retain.includes(logicalId) || isRetained(definition.DeletionPolicy));
  if (failed.length > 0) {
    stack.setStatus('DELETE_FAILED', failedTo('delete', failed));
    return;
  }
  stack.deletionTime = new Date();
  stack.exports = {};
  stack.setStatus('DELETE_COMPLETE');
}

/** Brings all resources of a template about, as many at once as their order allows; answers what went wrong. */
async function bringAll(
  operation: StackOperation, template: PreparedTemplate, { cancelInProgress = true }: FailureOptions, skip: string[] = [],
): Promise<string | undefined> {
  const failed: string[] = [];
  const { signal } = operation.cancel;
  await runInOrder(template.resources.keys(), (logicalId) => template.resources.get(logicalId)!.dependencies, async (logicalId) => {
    if (skip.includes(logicalId)) {
      return true;
    }
    const succeeded = await bring(operation, template, template.resources.get(logicalId)!);
    if (!succeeded) {
      failed.push(logicalId);
      if (cancelInProgress) {
        operation.cancel.abort();
      }
    }
    return succeeded;
  }, () => failed.length === 0 && !signal.aborted);
  const statusOf = (logicalId: string) => operation.stack.resources.get(logicalId)!.status;
  return [
    failedTo('create', failed.filter((logicalId) => statusOf(logicalId) === 'CREATE_FAILED')),
    failedTo('update', failed.filter((logicalId) => statusOf(logicalId) === 'UPDATE_FAILED')),
  ].filter((text) => text !== undefined).join(' ') || (signal.aborted ? 'User Initiated' : undefined);
}

/** Deletes resources of the stack, dependents first; answers the logical ids of those which could not be deleted. */
async function removeAll(operation: StackOperation, resources: StackResource[], retain: (resource: StackResource) => boolean): Promise<string[]> {
  const { stack } = operation;
  const byId = new Map(resources.map((resource) => [resource.logicalId, resource]));
  const failed: string[] = [];
  await runInOrder(byId.keys(), reversed(byId.keys(), (id) => byId.get(id)!.dependencies), async (logicalId) => {
    const resource = byId.get(logicalId)!;
    if (retain(resource)) {
      stack.setResourceStatus(resource, 'DELETE_SKIPPED');
      return true;
    }
    const succeeded = await remove(operation, resource);
    if (!succeeded) {
      failed.push(logicalId);
    }
    return succeeded;
  });
  return failed;
}

/** Deletes what an update left over. What cannot be deleted is abandoned: the update is complete all the same. */
async function cleanUp(operation: StackOperation, candidates: { resource: StackResource; retain: boolean }[]): Promise<void> {
  const { stack } = operation;
  // A resource may have got an id again that it had before.
  const isHeld = (resource: StackResource) => {
    const current = stack.resource(resource.logicalId);
    return current !== undefined && current !== resource && current.physicalId === resource.physicalId;
  };
  const leftovers = candidates.filter(({ resource }) => !isHeld(resource));
  const byKey = new Map(leftovers.map((leftover, index) => [String(index), leftover]));
  const dependencies = (key: string) => [...byKey].filter(([, { resource }]) =>
    byKey.get(key)!.resource.dependencies.includes(resource.logicalId)).map(([other]) => other);
  await runInOrder(byKey.keys(), reversed(byKey.keys(), dependencies), async (key) => {
    const { resource, retain } = byKey.get(key)!;
    if (retain) {
      stack.setResourceStatus(resource, 'DELETE_SKIPPED');
    } else {
      for (let tries = 0; tries < CLEANUP_TRIES && !await remove(operation, resource);) {
        tries += 1;
      }
    }
    if (stack.resources.get(resource.logicalId) === resource && resource.status === 'DELETE_FAILED') {
      stack.resources.delete(resource.logicalId);
    }
    return true;
  });
}

/** What has been replaced, and what belongs to nothing any more. */
function leftoversOf({ replaced, leftovers }: StackOperation): { resource: StackResource; retain: boolean }[] {
  return [
    ...replaced.map(({ before: resource }) => ({ resource, retain: isRetained(resource.definition.UpdateReplacePolicy) })),
    ...leftovers.map(({ before: resource }) => ({ resource, retain: false })),
  ];
}

function isRetained(policy: DeletionPolicy | undefined): boolean {
  return policy === 'Retain' || policy === 'RetainExceptOnCreate';
}

function evaluateOutputs(operation: StackOperation): string | undefined {
  const { stack } = operation;
  const scope = resourceScope(operation);
  try {
    const outputs = [...stack.template!.outputs].map(([name, output]) => ({
      name,
      value: stack.template!.evaluate(output.Value, scope),
      exportName: output.Export && stack.template!.evaluate(output.Export.Name, scope),
    }));
    stack.outputs = Object.fromEntries(outputs.map(({ name, value }) => [name, value]));
    stack.exports = Object.fromEntries(outputs.flatMap(({ exportName, value }) => exportName === undefined ? [] : [[exportName, value]]));
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function failedTo(verb: string, logicalIds: string[]): string | undefined {
  return logicalIds.length > 0 ? `The following resource(s) failed to ${verb}: [${logicalIds.join(', ')}].` : undefined;
}
