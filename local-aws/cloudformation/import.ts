import { newResource, resourceContext, resourceScope, type StackOperation } from './provision';
import type { StackResource } from './stack';
import type { Properties } from './template-model';
import { ValidationError } from './validation-error';

/** One thing that is there, and the logical id that it gets. */
export interface ResourceToImport {
  readonly logicalId: string;
  /** The properties of the primary identifier of its type. */
  readonly identifier: Properties;
}

/** Refuses what CloudFormation refuses before it imports anything. */
export function checkImport({ stack, environment }: StackOperation, resources: readonly ResourceToImport[]): void {
  const template = stack.template!.resources;
  for (const { logicalId } of resources) {
    const definition = template.get(logicalId)?.definition;
    if (!definition || stack.resource(logicalId)) {
      throw new ValidationError(`Resources [${logicalId}] is missing in the template or in the stack already`);
    }
    if (!environment.resourceTypes[definition.Type]?.importExisting) {
      throw new ValidationError(`ResourceTypes [${definition.Type}] are not supported for Import`);
    }
    if (!definition.DeletionPolicy) {
      throw new ValidationError(`Resources [${logicalId}] must have DeletionPolicy attribute specified in the template`);
    }
  }
  const others = [...template.keys()].filter((logicalId) =>
    !stack.resource(logicalId) && !resources.some((resource) => resource.logicalId === logicalId));
  if (others.length > 0 || stack.liveResources().some(({ logicalId }) => !template.has(logicalId))) {
    throw new ValidationError('You have modified resources in your template that are not being imported. Update, create or delete operations cannot be executed during import operations.');
  }
}

/** Takes things into the stack as they are: no property is changed, even where the template says otherwise. */
export async function importInto(
  operation: StackOperation, resources: readonly ResourceToImport[],
  holderOf: (resource: StackResource) => string | undefined,
): Promise<void> {
  const { stack, environment } = operation;
  const imported: string[] = [];
  stack.setStatus('IMPORT_IN_PROGRESS', 'User Initiated');
  for (const { logicalId, identifier } of resources) {
    const target = stack.template!.resources.get(logicalId)!;
    const resource = newResource(target);
    stack.resources.set(logicalId, resource);
    imported.push(logicalId);
    stack.setResourceStatus(resource, 'IMPORT_IN_PROGRESS');
    try {
      resource.properties = stack.template!.evaluate(target.definition.Properties ?? {}, resourceScope(operation)) as Properties;
      const made = await environment.resourceTypes[resource.type].importExisting!(
        resourceContext(operation, logicalId), { ...resource.properties, ...identifier },
      );
      Object.assign(resource, { physicalId: made.physicalId, attributes: made.attributes ?? {} });
      const holder = holderOf(resource);
      if (holder !== undefined) {
        throw new Error(`${made.physicalId} already exists in stack ${holder}`);
      }
      stack.setResourceStatus(resource, 'IMPORT_COMPLETE');
    } catch (error) {
      stack.setResourceStatus(resource, 'IMPORT_FAILED', (error as Error).message);
      stack.setStatus('IMPORT_ROLLBACK_IN_PROGRESS', `The following resource(s) failed to import: [${logicalId}].`);
      imported.forEach((id) => stack.resources.delete(id));
      stack.setStatus('IMPORT_ROLLBACK_COMPLETE');
      return;
    }
  }
  stack.setStatus('IMPORT_COMPLETE');
}
