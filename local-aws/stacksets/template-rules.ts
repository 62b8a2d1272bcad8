import { parseTemplate, readTemplate, type TemplateSource } from '../cloudformation/template';
import type { Template } from '../cloudformation/template-model';
import { ValidationError } from '../cloudformation/validation-error';

/** What the transform AWS::LanguageExtensions brings, so that it cannot be used without one. */
const LANGUAGE_EXTENSIONS = ['Fn::ForEach', 'Fn::Length', 'Fn::ToJsonString'];

/**
 * Reads the template of a stack set with service-managed permissions.
 *
 * Nested stacks, macros and transforms are refused
 * (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-associate-stackset-with-org.html); the wording of the refusals is ours.
 */
export function readServiceManagedTemplate(body: string, source: TemplateSource, capabilities: readonly string[]): Template {
  const template = readTemplate(body, source);
  if (template.Transform !== undefined || uses(template, (key) => key === 'Fn::Transform') || capabilities.includes('CAPABILITY_AUTO_EXPAND')) {
    throw new ValidationError('Stack sets with service-managed permissions do not support templates with macros or transforms');
  }
  const extension = LANGUAGE_EXTENSIONS.find((name) => uses(template, (key) => key.startsWith(name)))
    ?? (uses(template, (key, value) => key === 'Fn::FindInMap' && Array.isArray(value) && value.length > 3) ? 'DefaultValue of Fn::FindInMap' : undefined);
  if (extension !== undefined) {
    throw new ValidationError(`${extension} needs the transform AWS::LanguageExtensions, which stack sets with service-managed permissions do not support`);
  }
  const resources = Object.values(template.Resources ?? {});
  if (resources.some(({ Type }) => Type === 'AWS::CloudFormation::Stack')) {
    throw new ValidationError('Stack sets with service-managed permissions do not support templates with nested stacks');
  }
  const needed = neededCapability(template);
  if (needed && !capabilities.some((capability) => needed.includes(capability))) {
    throw new ValidationError(`Requires capabilities : [${needed[0]}]`);
  }
  return parseTemplate(body, source);
}

const NAMES_IN_IAM: Record<string, string> = {
  'AWS::IAM::Group': 'GroupName',
  'AWS::IAM::InstanceProfile': 'InstanceProfileName',
  'AWS::IAM::ManagedPolicy': 'ManagedPolicyName',
  'AWS::IAM::Role': 'RoleName',
  'AWS::IAM::User': 'UserName',
};

/** The capabilities of which one must be acknowledged: for IAM resources, and for those with a name of their own. */
function neededCapability({ Resources: resources = {} }: Template): string[] | undefined {
  const iam = Object.values(resources).filter(({ Type }) => Type.startsWith('AWS::IAM::'));
  if (iam.some(({ Type, Properties }) => Properties?.[NAMES_IN_IAM[Type]] !== undefined)) {
    return ['CAPABILITY_NAMED_IAM'];
  }
  return iam.length > 0 ? ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM'] : undefined;
}

function uses(value: unknown, test: (key: string, value: unknown) => boolean): boolean {
  if (typeof value !== 'object' || value === null) {
    return false;
  }
  return Object.entries(value).some(([key, item]) => !Array.isArray(value) && test(key, item) || uses(item, test));
}
