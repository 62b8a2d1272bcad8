import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import type { Operation } from './operation';
import type { OperationPreferences } from './preferences';
import type { StackSet, StackSetDefinition } from './stack-sets';
import type { StackInstancesGroup } from './targets';
import { CreateFailedError } from '../cloudformation/create-failed-error';
import type { ResourceContext, ResourceType } from '../cloudformation/resource-type';
import type { Properties } from '../cloudformation/template-model';

/** The resource that has a stack set with its stack instances. */
export const stackSet: ResourceType = {
  replacedBy: ['StackSetName', 'PermissionModel'],
  required: ['StackSetName', 'PermissionModel'],
  updatesInPart: true,
  create: async (context, properties) => {
    if (properties.PermissionModel !== 'SERVICE_MANAGED') {
      throw new Error(`the local StackSets have service-managed permissions only, not ${String(properties.PermissionModel)}`);
    }
    const made = context.stackSets.create(String(properties.StackSetName), definitionOf(context, properties), {
      accountId: context.accountId, callAs: properties.CallAs as string | undefined,
    });
    try {
      for (const group of groupsOf(properties)) {
        requireSuccess(await context.stackSets.createInstances(made, group, preferencesOf(properties)));
      }
    } catch (error) {
      // The stack set is there: a rollback deletes it with what it has deployed.
      throw new CreateFailedError((error as Error).message, made.id);
    }
    return { physicalId: made.id, attributes: { StackSetId: made.id } };
  },
  update: async (context, physicalId, properties, oldProperties) => {
    const existing = context.stackSets.stackSet(physicalId);
    const [groups, oldGroups] = [groupsOf(properties), groupsOf(oldProperties)];
    const preferences = preferencesOf(properties);
    for (const group of without(oldGroups, groups)) {
      requireSuccess(await context.stackSets.deleteInstances(existing, group, preferences));
    }
    if (!isDeepStrictEqual(definingEntries(properties), definingEntries(oldProperties))) {
      requireSuccess(await context.stackSets.update(existing, definitionOf(context, properties), preferences));
    }
    for (const group of without(groups, oldGroups)) {
      requireSuccess(await context.stackSets.createInstances(existing, group, preferences));
    }
  },
  delete: async (context, physicalId, properties) => {
    const existing: StackSet = context.stackSets.stackSet(physicalId);
    for (const group of [...existing.groups]) {
      requireSuccess(await context.stackSets.deleteInstances(existing, group, preferencesOf(properties)));
    }
    context.stackSets.delete(existing);
  },
};

function definitionOf(context: ResourceContext, properties: Properties): StackSetDefinition {
  const { TemplateBody: body, TemplateURL: url } = properties as { TemplateBody?: string; TemplateURL?: string };
  if ((body === undefined) === (url === undefined)) {
    throw new Error('Exactly one of TemplateBody and TemplateURL is required');
  }
  const parameters = (properties.Parameters ?? []) as { ParameterKey: string; ParameterValue: string }[];
  const autoDeployment = properties.AutoDeployment as { Enabled?: unknown; RetainStacksOnAccountRemoval?: unknown } | undefined;
  return {
    templateBody: body ?? readObject(context, url!),
    templateSource: body === undefined ? 'S3' : 'BODY',
    parameters: Object.fromEntries(parameters.map(({ ParameterKey, ParameterValue }) => [ParameterKey, ParameterValue])),
    capabilities: (properties.Capabilities ?? []) as string[],
    autoDeployment: autoDeployment && {
      enabled: String(autoDeployment.Enabled) === 'true',
      retainStacksOnAccountRemoval: String(autoDeployment.RetainStacksOnAccountRemoval) === 'true',
    },
    managedExecution: String((properties.ManagedExecution as { Active?: unknown } | undefined)?.Active) === 'true',
  };
}

/** Reads `https://s3.<Region>.<suffix>/<bucket>/<key>`. */
function readObject(context: ResourceContext, url: string): string {
  const [bucket, ...key] = new URL(url).pathname.slice(1).split('/');
  const file = context.asset(bucket, key.join('/'));
  if (file === undefined) {
    throw new Error(`S3 error: The specified key does not exist. (${url})`);
  }
  return readFileSync(file, 'utf8');
}

/** What makes an update of all stacks, if it changes. */
function definingEntries(properties: Properties): unknown[] {
  return ['TemplateBody', 'TemplateURL', 'Parameters', 'Capabilities', 'AutoDeployment', 'ManagedExecution'].map((name) => [name, properties[name] ?? null]);
}

function groupsOf(properties: Properties): StackInstancesGroup[] {
  return (properties.StackInstancesGroup ?? []) as StackInstancesGroup[];
}

function preferencesOf(properties: Properties): OperationPreferences {
  return (properties.OperationPreferences ?? {}) as OperationPreferences;
}

function without<T>(items: T[], others: unknown[]): T[] {
  const known = new Set(others.map((other) => JSON.stringify(other)));
  return items.filter((item) => !known.has(JSON.stringify(item)));
}

function requireSuccess(operation: Operation): void {
  if (operation.status !== 'SUCCEEDED') {
    const { reason } = operation.results.find(({ status }) => status === 'FAILED') ?? {};
    throw new Error(`Operation ${operation.id} ${operation.status}: ${operation.count('FAILED')} stack instances failed and `
      + `${operation.count('CANCELLED')} were cancelled.${reason === undefined ? '' : ` The first failure: ${reason}`}`);
  }
}
