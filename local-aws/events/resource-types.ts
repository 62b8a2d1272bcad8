import type { EventPattern } from './event-pattern';
import type { RuleTarget } from './local-events';
import { ALPHANUMERIC, generatedName } from '../cloudformation/generated-names';
import type { ResourceContext, ResourceType } from '../cloudformation/resource-type';
import { partitionOf } from '../cloudformation/template';
import type { Properties } from '../cloudformation/template-model';

/** A rule of the default bus. */
export const rule: ResourceType = {
  replacedBy: ['Name', 'EventBusName'],
  optional: ['Description', 'EventBusName', 'EventPattern', 'Name', 'RoleArn', 'ScheduleExpression', 'State', 'Tags', 'Targets'],
  create: (context, properties) => {
    const name = String(properties.Name ?? generatedName(context, 64));
    const arn = ruleArn(context, name);
    if (context.events.rule(arn)) {
      throw new Error(`${name} already exists in stack`);
    }
    put(context, arn, properties);
    return { physicalId: name, attributes: { Arn: arn } };
  },
  update: (context, name, properties) => put(context, ruleArn(context, name), properties),
  delete: (context, name) => context.events.deleteRule(ruleArn(context, name)),
};

function put(context: ResourceContext, arn: string, properties: Properties): void {
  context.events.putRule({
    arn,
    eventPattern: properties.EventPattern as EventPattern | undefined,
    scheduleExpression: properties.ScheduleExpression as string | undefined,
    isEnabled: (properties.State ?? 'ENABLED') === 'ENABLED',
    targets: (properties.Targets ?? []) as RuleTarget[],
  });
}

function ruleArn({ region, accountId }: ResourceContext, name: string): string {
  return `arn:${partitionOf(region)}:events:${region}:${accountId}:rule/${name}`;
}

/** A statement of the policy of a function. */
export const permission: ResourceType = {
  replacedBy: ['Action', 'FunctionName', 'Principal', 'SourceAccount', 'SourceArn'],
  required: ['Action', 'FunctionName', 'Principal'],
  optional: ['EventSourceToken', 'FunctionUrlAuthType', 'InvokedViaFunctionUrl', 'PrincipalOrgID', 'SourceAccount', 'SourceArn'],
  create: (context, properties) => {
    const named = String(properties.FunctionName);
    const functionArn = named.startsWith('arn:') ? named
      : `arn:${partitionOf(context.region)}:lambda:${context.region}:${context.accountId}:function:${named}`;
    if (!context.lambda.configuration(functionArn)) {
      throw new Error(`Function not found: ${functionArn}`);
    }
    const statementId = `${context.stackName}-${context.logicalId}-${context.random(12, ALPHANUMERIC)}`;
    context.lambda.permissions.add(statementId, {
      functionArn,
      action: String(properties.Action),
      principal: String(properties.Principal),
      sourceArn: properties.SourceArn as string | undefined,
      sourceAccount: properties.SourceAccount as string | undefined,
    });
    return { physicalId: statementId, attributes: { Id: statementId } };
  },
  delete: (context, statementId) => context.lambda.permissions.remove(statementId),
};
