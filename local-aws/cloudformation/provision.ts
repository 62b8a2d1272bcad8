import { setImmediate } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Assumptions } from './assumptions';
import { CreateFailedError } from './create-failed-error';
import { isCustomResourceType, requestCustomResource, stringifyScalars, type CustomResourceEnvironment, type CustomResourceRequest } from './custom-resource';
import { inventedPhysicalId } from './generated-names';
import { HandlerError } from './handler-error';
import type { ResourceContext, ResourceType, ResourceTypes } from './resource-type';
import type { FailureOptions, Stack, StackResource } from './stack';
import type { PreparedTemplate, TemplateResource } from './template';
import type { Properties, Scope } from './template-model';

export interface ProvisionEnvironment extends CustomResourceEnvironment, Omit<ResourceContext, 'accountId' | 'region' | 'stackName' | 'logicalId' | 'random' | 'asset'> {
  readonly asset: ResourceContext['asset'];
  readonly resourceTypes: ResourceTypes;
  readonly assumptions: Readonly<Assumptions>;
  readonly nestedStacks: NestedStacks;
  importValue(name: string): unknown;
}

/** What the engine does with the stacks that are resources of others. */
export interface NestedStacks {
  /** How one of them is created, updated and deleted in an operation on the stack that it is nested in. */
  typeOf(operation: StackOperation, resource: StackResource): ResourceType;
}

/** The type of a stack that is a resource of another one. */
export const NESTED_STACK_TYPE = 'AWS::CloudFormation::Stack';

/** A physical resource that another one has taken the place of. */
export interface ReplacedResource {
  readonly resource: StackResource;
  /** What remains to be deleted: a copy of the resource as it was before. */
  readonly before: StackResource;
}

/** One operation on a stack, such as an update with its rollback and cleanup. */
export interface StackOperation {
  readonly stack: Stack;
  readonly environment: ProvisionEnvironment;
  /** Aborted when what is in progress shall be cancelled; another one for the rollback. */
  cancel: AbortController;
  replaced: ReplacedResource[];
  /** What the cleanup has to delete however the operation ends: that which nothing in the stack stands for any more. */
  readonly leftovers: ReplacedResource[];
  /** Whether it takes up what failed before: a rollback that is continued, or a deployment that rolls forward. */
  isResumed?: boolean;
  isRollingBack?: boolean;
  /** How it goes on after a failure. */
  failureOptions?: FailureOptions;
  /** Updates of nested stacks in it, by the ids of these. */
  readonly nested: Map<string, StackOperation>;
  /** What an update of a nested stack leaves to be deleted, once the stack that it is nested in says so. */
  cleanUp?: () => Promise<void>;
  /** Whether it is one on a nested stack, which cleans up with the stack that it is nested in. */
  readonly isNested?: boolean;
}

export function newOperation(stack: Stack, environment: ProvisionEnvironment, isNested?: boolean): StackOperation {
  return { stack, environment, cancel: new AbortController(), replaced: [], leftovers: [], nested: new Map(), isNested };
}

export function resourceScope({ stack, environment }: StackOperation): Scope {
  return {
    ref: (logicalId) => stack.ref(logicalId),
    getAtt: (logicalId, attribute) => stack.getAtt(logicalId, attribute),
    importValue: (name) => environment.importValue(name),
  };
}

/** Brings one resource to what the template says: creates it, updates it, or leaves it when nothing changed. */
export async function bring(operation: StackOperation, template: PreparedTemplate, target: TemplateResource): Promise<boolean> {
  const { stack } = operation;
  let existing = stack.resource(target.logicalId);
  if (existing?.status === 'CREATE_FAILED') {
    // Unverified (cloudformation-failed-creation): that what is left of a creation which failed goes before the next try,
    // not in the cleanup after it.
    if (!await remove(operation, existing)) {
      return false;
    }
    existing = undefined;
  }
  const resource = existing ?? newResource(target);
  let properties: Properties;
  try {
    const evaluated = (template.evaluate(target.definition.Properties ?? {}, resourceScope(operation)) ?? {}) as Properties;
    properties = isCustomResourceType(target.definition.Type) ? stringifyScalars(evaluated) as Properties : evaluated;
  } catch (error) {
    stack.resources.set(target.logicalId, resource);
    stack.setResourceStatus(resource, existing ? 'UPDATE_FAILED' : 'CREATE_FAILED', (error as Error).message);
    return false;
  }
  const changed = !isDeepStrictEqual(properties, resource.properties);
  const { dependencies: dependenciesBefore } = resource;
  resource.definition = target.definition;
  resource.dependencies = target.dependencies;
  if (!existing) {
    stack.resources.set(target.logicalId, resource);
    return create(operation, resource, properties);
  }
  if (changed || existing.unsettled || mayHaveChanged(operation, existing)) {
    return update(operation, existing, properties, dependenciesBefore);
  }
  if (existing.status === 'UPDATE_FAILED') {
    stack.setResourceStatus(existing, 'UPDATE_COMPLETE');
  }
  return true;
}

/** The template of a nested stack may have changed although its URL has not. A rollback leaves alone what the update has not reached. */
function mayHaveChanged({ isRollingBack, nested }: StackOperation, { type, physicalId }: StackResource): boolean {
  return type === NESTED_STACK_TYPE && (!isRollingBack || nested.has(physicalId!));
}

function typeOf(operation: StackOperation, resource: StackResource): ResourceType {
  const { nestedStacks, resourceTypes } = operation.environment;
  return resource.type === NESTED_STACK_TYPE ? nestedStacks.typeOf(operation, resource) : resourceTypes[resource.type];
}

export function newResource({ logicalId, definition, dependencies }: TemplateResource): StackResource {
  return {
    logicalId, definition, dependencies, type: definition.Type, properties: {}, attributes: {}, status: 'CREATE_IN_PROGRESS', timestamp: new Date(),
  };
}

async function create(operation: StackOperation, resource: StackResource, properties: Properties): Promise<boolean> {
  const { stack } = operation;
  resource.properties = properties;
  stack.setResourceStatus(resource, 'CREATE_IN_PROGRESS');
  if (isCustomResourceType(resource.type)) {
    resource.requested = true;
    const request = customRequest(operation, resource, 'Create');
    const outcome = await requestCustomResource(request, operation.environment, operation.cancel.signal);
    if (outcome.status === 'TIMED_OUT' || outcome.status === 'CANCELLED') {
      stack.setResourceStatus(resource, 'CREATE_FAILED', outcome.reason);
      return false;
    }
    resource.physicalId = outcome.physicalId;
    if (outcome.status === 'FAILED') {
      stack.setResourceStatus(resource, 'CREATE_FAILED', outcome.reason);
      return false;
    }
    keepAttributes(resource, request, outcome);
  } else {
    await setImmediate();
    if (operation.cancel.signal.aborted) {
      stack.setResourceStatus(resource, 'CREATE_FAILED', 'Resource creation cancelled');
      return false;
    }
    try {
      const made = await typeOf(operation, resource).create(resourceContext(operation, resource.logicalId), properties);
      Object.assign(resource, { physicalId: made.physicalId, attributes: made.attributes ?? {} });
    } catch (error) {
      resource.physicalId = error instanceof CreateFailedError ? error.physicalId : undefined;
      stack.setResourceStatus(resource, 'CREATE_FAILED', serviceReason(operation, resource, error));
      return false;
    }
  }
  if (resource.type !== NESTED_STACK_TYPE) {
    stack.setResourceStatus(resource, 'CREATE_IN_PROGRESS', 'Resource creation Initiated');
  }
  stack.setResourceStatus(resource, 'CREATE_COMPLETE');
  return true;
}

async function update(operation: StackOperation, resource: StackResource, properties: Properties, dependenciesBefore: string[]): Promise<boolean> {
  // What is replaced is deleted before what it depended on, not before what its successor depends on.
  const before = { ...resource, dependencies: dependenciesBefore };
  return isCustomResourceType(resource.type)
    ? updateCustom(operation, resource, before, properties)
    : updateBuiltIn(operation, resource, before, properties);
}

async function updateCustom(
  operation: StackOperation, resource: StackResource, before: StackResource, properties: Properties,
): Promise<boolean> {
  const { stack } = operation;
  if (properties.ServiceToken !== before.properties.ServiceToken) {
    stack.setResourceStatus(resource, 'UPDATE_FAILED', 'Modifying service token is not allowed.');
    return false;
  }
  const isFormer = operation.isResumed && before.unsettled && operation.environment.assumptions.oldProperties === 'FORMER';
  const oldProperties = isFormer ? before.formerProperties! : before.properties;
  resource.properties = properties;
  resource.unsettled = true;
  resource.formerProperties = oldProperties;
  stack.setResourceStatus(resource, 'UPDATE_IN_PROGRESS');
  const request = { ...customRequest(operation, resource, 'Update'), oldProperties };
  const outcome = await requestCustomResource(request, operation.environment, operation.cancel.signal);
  if (outcome.status !== 'SUCCESS') {
    const answered = 'physicalId' in outcome ? outcome.physicalId : undefined;
    if (answered !== undefined && answered !== before.physicalId) {
      // As that of a Create: what the function says that it has made is deleted.
      operation.leftovers.push({ resource, before: { ...resource, physicalId: answered } });
      if (operation.environment.assumptions.replacedResource === 'RESTORED') {
        restore(resource, before);
      }
    }
    stack.setResourceStatus(resource, 'UPDATE_FAILED', outcome.reason);
    return false;
  }
  resource.unsettled = false;
  keepAttributes(resource, request, outcome);
  if (outcome.physicalId !== before.physicalId) {
    stack.setResourceStatus(resource, 'UPDATE_IN_PROGRESS', REPLACEMENT);
    operation.replaced.push({ resource, before });
    resource.physicalId = outcome.physicalId;
  }
  stack.setResourceStatus(resource, 'UPDATE_COMPLETE');
  return true;
}

const REPLACEMENT = 'Requested update requires the creation of a new physical resource; hence creating one.';

async function updateBuiltIn(
  operation: StackOperation, resource: StackResource, before: StackResource, properties: Properties,
): Promise<boolean> {
  const { stack } = operation;
  const type = typeOf(operation, resource);
  const context = resourceContext(operation, resource.logicalId);
  const replace = (type.replacedBy ?? []).some((name) => !isDeepStrictEqual(properties[name], before.properties[name]));
  resource.properties = properties;
  stack.setResourceStatus(resource, 'UPDATE_IN_PROGRESS', replace ? REPLACEMENT : undefined);
  await setImmediate();
  if (operation.cancel.signal.aborted) {
    resource.properties = before.properties;
    stack.setResourceStatus(resource, 'UPDATE_FAILED', 'Resource update cancelled');
    return false;
  }
  try {
    if (replace) {
      const made = await type.create(context, properties);
      Object.assign(resource, { physicalId: made.physicalId, attributes: made.attributes ?? {} });
      operation.replaced.push({ resource, before });
    } else {
      resource.attributes = await type.update?.(context, resource.physicalId!, properties, before.properties) ?? resource.attributes;
    }
  } catch (error) {
    resource.unsettled = type.updatesInPart;
    resource.properties = type.updatesInPart ? properties : before.properties;
    stack.setResourceStatus(resource, 'UPDATE_FAILED', serviceReason(operation, resource, error));
    return false;
  }
  resource.unsettled = false;
  stack.setResourceStatus(resource, 'UPDATE_COMPLETE');
  return true;
}

/** Gives a resource back the physical resource that an update took from it, and asks nobody; answers what then is to be deleted. */
export function restoreReplaced(operation: StackOperation, replacement: ReplacedResource): ReplacedResource {
  const { resource, before } = replacement;
  const replacing = { ...resource };
  restore(resource, before);
  operation.stack.setResourceStatus(resource, 'UPDATE_COMPLETE');
  return { resource, before: replacing };
}

function restore(resource: StackResource, before: StackResource): void {
  Object.assign(resource, { unsettled: undefined, formerProperties: undefined, ...before });
}

/**
 * Deletes one physical resource: that of a resource of the stack, or one that was replaced.
 * A custom resource which was asked to create but never told an id is deleted under an id invented here.
 */
export async function remove(operation: StackOperation, resource: StackResource): Promise<boolean> {
  const { stack } = operation;
  const custom = isCustomResourceType(resource.type);
  if (custom && resource.requested && resource.physicalId === undefined) {
    resource.physicalId = inventedPhysicalId({ stackName: stack.name, logicalId: resource.logicalId, random: stack.random(resource.logicalId) });
  }
  if (resource.physicalId === undefined) {
    stack.setResourceStatus(resource, 'DELETE_COMPLETE');
    return true;
  }
  stack.setResourceStatus(resource, 'DELETE_IN_PROGRESS');
  if (custom) {
    const outcome = await requestCustomResource(customRequest(operation, resource, 'Delete'), operation.environment);
    if (outcome.status !== 'SUCCESS') {
      stack.setResourceStatus(resource, 'DELETE_FAILED', outcome.reason);
      return false;
    }
  } else {
    await setImmediate();
    try {
      await typeOf(operation, resource).delete?.(resourceContext(operation, resource.logicalId), resource.physicalId, resource.properties);
    } catch (error) {
      // What is gone is deleted.
      if (!(error instanceof HandlerError && error.code === 'NotFound')) {
        stack.setResourceStatus(resource, 'DELETE_FAILED', serviceReason(operation, resource, error));
        return false;
      }
    }
  }
  stack.setResourceStatus(resource, 'DELETE_COMPLETE');
  return true;
}

function customRequest({ stack }: StackOperation, resource: StackResource, requestType: CustomResourceRequest['requestType']): CustomResourceRequest {
  return {
    requestType,
    requestId: newRequestId(stack, resource.logicalId),
    stackId: stack.id,
    region: stack.region,
    logicalId: resource.logicalId,
    resourceType: resource.type,
    properties: resource.properties,
    physicalId: requestType === 'Create' ? undefined : resource.physicalId,
  };
}

function keepAttributes(resource: StackResource, request: CustomResourceRequest, answer: { data?: Record<string, unknown>; noEcho?: boolean }): void {
  resource.attributes = answer.data ?? {};
  resource.noEcho = answer.noEcho;
  resource.answer = `${request.stackId}|${request.logicalId}|${request.requestId} in S3 bucket cloudformation-custom-resource-storage-${request.region.replaceAll('-', '')}`;
}

export function resourceContext({ stack, environment }: StackOperation, logicalId: string): ResourceContext {
  const { accountId, region, name: stackName } = stack;
  return { ...environment, accountId, region, stackName, logicalId, random: stack.random(logicalId) };
}

function serviceReason({ stack }: StackOperation, resource: StackResource, error: unknown): string {
  if (resource.type === NESTED_STACK_TYPE) {
    return (error as Error).message;
  }
  const origin = error instanceof HandlerError
    ? `RequestToken: ${newRequestId(stack, resource.logicalId)}, HandlerErrorCode: ${error.code}` : resource.type;
  return `Resource handler returned message: "${(error as Error).message}" (${origin})`;
}

function newRequestId(stack: Stack, logicalId: string): string {
  const random = stack.random(logicalId);
  return [8, 4, 4, 4, 12].map((length) => random(length, '0123456789abcdef')).join('-');
}
