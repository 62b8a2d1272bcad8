import { App, type AppProps, Stack, type StackProps } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';

export interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, any>;
  readonly DependsOn?: string[];
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

/** A stack of an app of its own. */
export function newStack(props: StackProps = {}, appProps: AppProps = {}): Stack {
  return new Stack(new App({ analyticsReporting: false, ...appProps }), 'Stack', props);
}

/** All resources of a stack's template, by logical id. */
export function resourcesOf(stack: Stack): Record<string, Resource> {
  return Template.fromStack(stack).toJSON().Resources ?? {};
}

/** The resources of a type. */
export function resourcesOfType(stack: Stack, type: string): Resource[] {
  return Object.values(resourcesOf(stack)).filter((resource) => resource.Type === type);
}

/** The one resource of a type; there must be exactly one. */
export function onlyResource(stack: Stack, type: string): Resource {
  const resources = resourcesOfType(stack, type);
  expect(resources).toHaveLength(1);
  return resources[0];
}

/** The logical id of the one resource of a type. */
export function onlyLogicalId(stack: Stack, type: string): string {
  const ids = Object.entries(resourcesOf(stack)).filter(([, resource]) => resource.Type === type).map(([id]) => id);
  expect(ids).toHaveLength(1);
  return ids[0];
}

/** The statements in the handler's own role: those that it needs whatever it manages. */
export function handlerStatements(stack: Stack): any[] {
  const roles = resourcesOfType(stack, 'AWS::IAM::Role').filter(({ Properties }) => Properties.Policies !== undefined);
  expect(roles).toHaveLength(1);
  expect(roles[0].Properties.Policies).toHaveLength(1);
  return roles[0].Properties.Policies[0].PolicyDocument.Statement;
}

/** The name of a policy, without what only CloudFormation knows. */
export function policyNameOf({ PolicyName: name }: { PolicyName?: string | { 'Fn::Join': [string, unknown[]] } }): string {
  return typeof name === 'object' ? name['Fn::Join'][1].filter((part) => typeof part === 'string').join('').replace(/-$/, '') : String(name);
}

/** The logical ids of the policies for resources, of whichever provider and role. */
export function resourcePolicyIds(stack: Stack): string[] {
  return Object.entries(resourcesOf(stack))
    .filter(([, { Type, Properties }]) => Type === 'AWS::IAM::Policy'
      && /Resources[0-9A-F]{4}$/.test(policyNameOf(Properties)))
    .map(([id]) => id);
}

/** The logical id of the one policy for resources; there must be exactly one. */
export function resourcePolicyId(stack: Stack): string {
  const ids = resourcePolicyIds(stack);
  expect(ids).toHaveLength(1);
  return ids[0];
}

/** The statements of the one policy for resources. */
export function resourceStatements(stack: Stack): any[] {
  return resourcesOf(stack)[resourcePolicyId(stack)].Properties.PolicyDocument.Statement;
}

/** The message of the error that an action throws. */
export function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('expected an error, got none');
}

/** The first line of an error message that lists problems, and the problems by property. */
export function problemsOf(message: string): { subject: string; problems: Record<string, string> } {
  const [subject, ...lines] = message.split('\n');
  const problems = lines.map((line) => /^ {2}- (\S+): (.+)$/.exec(line)!.slice(1) as [string, string]);
  return { subject, problems: Object.fromEntries(problems) };
}
