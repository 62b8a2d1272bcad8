import { readFileSync } from 'node:fs';
import { CreateFailedError } from './create-failed-error';
import { generatedName } from './generated-names';
import { createResources, deleteResources, rollBackUpdate, updateResources, type Interruption, type StackBefore } from './operations';
import {
  newOperation, resourceContext, type NestedStacks, type ProvisionEnvironment, type StackOperation,
} from './provision';
import type { CreatedResource, ResourceType } from './resource-type';
import type { FailureOptions, Stack, StackInput, StackResource } from './stack';
import type { PreparedTemplate } from './template';
import type { Properties } from './template-model';
import { ValidationError } from './validation-error';

/** What the engine does for the stacks of any kind. */
export interface StackRunner {
  stack(id: string): Stack | undefined;
  /** Makes a stack that has no resources yet. */
  newStack(input: StackInput, parent: Stack): Stack;
  prepare(stack: Stack, input: StackInput): PreparedTemplate;
  environment(stack: Stack): ProvisionEnvironment;
  run(operation: StackOperation, before: StackBefore | undefined, work: (interruption: Interruption) => Promise<void>): Promise<void>;
  /** Ends the operation that is in progress on a stack, and leaves the stack as it is then. */
  interrupt(stack: Stack): Promise<void>;
  /** The operation on a stack that has failed and was left so. */
  failedOperation(stack: Stack): StackOperation | undefined;
}

/**
 * Stacks as resources of others: created, updated, rolled back and deleted with the stack that they are nested in. Each of them has an
 * id, events and a handler's permissions of its own.
 */
export class LocalNestedStacks implements NestedStacks {
  /** To what a rollback brings a nested stack back, by the update that began it. */
  private readonly before = new WeakMap<StackOperation, StackBefore>();

  public constructor(private readonly runner: StackRunner) {}

  public typeOf(operation: StackOperation, resource: StackResource): ResourceType {
    return {
      required: ['TemplateURL'],
      updatesInPart: true,
      create: (_context, properties) => this.create(operation, resource, properties),
      update: (_context, id, properties) => operation.isRollingBack
        ? this.rollBack(operation, id) : this.update(operation, id, properties),
      delete: (_context, id) => this.delete(id),
    };
  }

  private async create(operation: StackOperation, resource: StackResource, properties: Properties): Promise<CreatedResource> {
    const { stack: parent, environment } = operation;
    const input = inputOf(generatedName(resourceContext(operation, resource.logicalId), 128), properties, parent, environment);
    const stack = this.runner.newStack(input, parent);
    resource.physicalId = stack.id;
    parent.setResourceStatus(resource, 'CREATE_IN_PROGRESS', 'Resource creation Initiated');
    stack.setStatus('CREATE_IN_PROGRESS', 'User Initiated');
    const nested = newOperation(stack, this.runner.environment(stack), true);
    await this.runWithin(operation, stack, () => this.runner.run(nested, undefined, (interruption) =>
      createResources(nested, optionsOf(operation), interruption)));
    if (operation.cancel.signal.aborted && stack.status === 'CREATE_IN_PROGRESS') {
      throw new CreateFailedError('Resource creation cancelled', stack.id);
    }
    if (stack.status !== 'CREATE_COMPLETE') {
      throw new CreateFailedError(`Embedded stack ${stack.id} was not successfully created: ${reasonOf(stack, 'CREATE')}`, stack.id);
    }
    return { physicalId: stack.id, attributes: outputsOf(stack) };
  }

  private async update(operation: StackOperation, id: string, properties: Properties): Promise<Record<string, unknown>> {
    const { stack: parent, environment } = operation;
    const stack = this.runner.stack(id)!;
    const input = inputOf(stack.name, properties, parent, environment);
    const template = this.runner.prepare(stack, input);
    const known = operation.nested.get(id);
    const isDone = !known || stack.status === 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS';
    if (isDone && textOf(template) === textOf(stack.template!)) {
      return outputsOf(stack);
    }
    const nested = known ?? newOperation(stack, this.runner.environment(stack), true);
    const before = this.before.get(nested) ?? { template: stack.template!, parameters: stack.parameters };
    this.before.set(nested, before);
    operation.nested.set(id, nested);
    nested.cancel = new AbortController();
    nested.isResumed = known !== undefined;
    stack.template = template;
    stack.parameters = input.parameters ?? {};
    stack.lastUpdatedTime = new Date();
    stack.setStatus('UPDATE_IN_PROGRESS', 'User Initiated');
    await this.runWithin(operation, stack, () => this.runner.run(nested, before, (interruption) =>
      updateResources(nested, before, optionsOf(operation), interruption)));
    if (operation.cancel.signal.aborted && stack.status === 'UPDATE_IN_PROGRESS') {
      throw new Error('Resource update cancelled');
    }
    if (stack.status !== 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS') {
      throw new Error(`Embedded stack ${id} was not successfully updated. Currently in ${stack.status} with reason: `
        + reasonOf(stack, 'UPDATE'));
    }
    return outputsOf(stack);
  }

  /** Takes back what the operation has updated, unless the nested stack has done so itself. */
  private async rollBack(operation: StackOperation, id: string): Promise<Record<string, unknown>> {
    const stack = this.runner.stack(id)!;
    const nested = operation.nested.get(id);
    if (!nested) {
      // Its URL or its parameters have changed, and nothing that they stand for.
      return outputsOf(stack);
    }
    if (stack.status !== 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS') {
      const before = this.before.get(nested)!;
      nested.isResumed = operation.isResumed;
      await this.runner.run(nested, before, () => rollBackUpdate(nested, before, 'User Initiated'));
    }
    if (stack.status !== 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS') {
      throw new Error(`Embedded stack ${id} was not successfully updated. Currently in ${stack.status} with reason: ${stack.reason}`);
    }
    return outputsOf(stack);
  }

  private async delete(id: string): Promise<void> {
    const stack = this.runner.stack(id)!;
    const isDeleted = () => stack.status === 'DELETE_COMPLETE';
    if (isDeleted()) {
      return;
    }
    const operation = this.runner.failedOperation(stack) ?? newOperation(stack, this.runner.environment(stack), true);
    await this.runner.run(operation, undefined, () => deleteResources(operation, []));
    if (!isDeleted()) {
      throw new Error(`Embedded stack ${id} was not successfully deleted: ${stack.reason}`);
    }
  }

  /** Does something with a nested stack, and ends it when the operation on the stack around it is cancelled. */
  private async runWithin({ cancel: { signal } }: StackOperation, stack: Stack, work: () => Promise<void>): Promise<void> {
    const done = work();
    const interrupt = () => void this.runner.interrupt(stack);
    signal.addEventListener('abort', interrupt);
    try {
      await done;
    } finally {
      signal.removeEventListener('abort', interrupt);
    }
  }
}

/** As with the stack around it, which deletes what is to be deleted. */
function optionsOf({ failureOptions }: StackOperation): FailureOptions {
  return { ...failureOptions, onFailure: 'ROLLBACK' };
}

function inputOf(stackName: string, properties: Properties, { accountId, region }: Stack, environment: ProvisionEnvironment): StackInput {
  const parameters = Object.entries((properties.Parameters ?? {}) as Record<string, unknown>).map(([name, value]) =>
    // Of a list, the values stand in one text.
    [name, Array.isArray(value) ? value.join(',') : String(value)] as const);
  const template = templateAt(String(properties.TemplateURL), environment);
  return { stackName, accountId, region, template, templateSource: 'S3', parameters: Object.fromEntries(parameters) };
}

/** The template that lies in a bucket, in either form of its URL. */
function templateAt(url: string, environment: ProvisionEnvironment): string {
  const [, host, path] = /^https:\/\/([^/]+)\/(.+)$/.exec(url) ?? [];
  const [bucket, key] = host?.startsWith('s3') ? [path.split('/')[0], path.split('/').slice(1).join('/')] : [host?.split('.')[0], path];
  const file = bucket && key ? environment.asset(bucket, key) : undefined;
  if (!file) {
    throw new ValidationError(bucket && key ? 'S3 error: The specified key does not exist.' : 'TemplateURL must be a supported URL.');
  }
  return readFileSync(file, 'utf8');
}

function outputsOf(stack: Stack): Record<string, unknown> {
  return Object.fromEntries(Object.entries(stack.outputs).map(([name, value]) => [`Outputs.${name}`, value]));
}

/** Why an operation was rolled back or left. */
function reasonOf({ events, id, reason }: Stack, operation: 'CREATE' | 'UPDATE'): string | undefined {
  const rollback = operation === 'CREATE' ? 'ROLLBACK_IN_PROGRESS' : 'UPDATE_ROLLBACK_IN_PROGRESS';
  return events.filter((event) => event.physicalId === id && event.status === rollback).at(-1)?.reason ?? reason;
}

function textOf({ template, parameters }: PreparedTemplate): string {
  return JSON.stringify([template, parameters]);
}
