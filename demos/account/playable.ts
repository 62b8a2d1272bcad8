import type { AssemblyStack } from '../../local-aws/cloudformation/assembly';
import { isCustomResourceType } from '../../local-aws/cloudformation/custom-resource';
import { RESOURCE_TYPES } from '../../local-aws/cloudformation/resource-types';
import type { ParameterDefinition, Properties, ResourceDefinition, Template } from '../../local-aws/cloudformation/template-model';
import {
  ACCOUNT_ALIAS_TYPE, CHIME_CHANNEL_TYPE, SLACK_CHANNEL_CONFIGURATION_TYPE, SLACK_WORKSPACE_TYPE,
} from '../../src/contract';

/** A resource that the local AWS cannot play. */
export interface LeftOut {
  readonly logicalId: string;
  readonly type: string;
  readonly reason: string;
}

/** What the local AWS can play of a stack, and what it cannot. */
export interface PlayableStack {
  readonly stack: AssemblyStack;
  readonly template: Template;
  readonly leftOut: readonly LeftOut[];
}

const OWN_TYPES = [ACCOUNT_ALIAS_TYPE, CHIME_CHANNEL_TYPE, SLACK_CHANNEL_CONFIGURATION_TYPE, SLACK_WORKSPACE_TYPE];
/** Of these each value counts; of others only that they are there. */
const OF_SERVICES = /^(Custom::|AWS::SupportApp::|AWS::Chime::)/;
const SPECIAL: Record<string, string> = {
  'AWS::CloudFormation::Stack': 'nested stacks are not played',
  'AWS::CloudFormation::StackSet': 'npm run demo:organization plays stack sets',
};

/** Takes out of a template what cannot be played; what refers to it gets a text in its place. */
export function playablePartOf(stack: AssemblyStack): PlayableStack {
  const template = JSON.parse(stack.templateBody) as Template;
  const resources = Object.entries(template.Resources ?? {});
  const handlers = new Set(resources.filter(([, { Type }]) => OWN_TYPES.includes(Type))
    .flatMap(([, { Properties: properties }]) => functionOf(properties?.ServiceToken) ?? []));
  const { Transform: transform, Parameters: parameters = {}, ...rest } = template;
  const unknownParameters = Object.keys(parameters).filter((name) => isUnknown(parameters[name]));
  const leftOut = resources.flatMap(([logicalId, resource]): LeftOut[] => {
    const reason = transform === undefined
      ? whyNot(resource, handlers.has(logicalId), unknownParameters) : 'the template has a transform, which is not played';
    return reason === undefined ? [] : [{ logicalId, type: resource.Type, reason }];
  });
  const missing = new Set([...leftOut.map(({ logicalId }) => logicalId), ...unknownParameters]);
  const known = Object.fromEntries(Object.entries(parameters).filter(([name]) => !missing.has(name)));
  const kept = resources.filter(([logicalId]) => !missing.has(logicalId)).map(([logicalId, resource]) => [logicalId, {
    ...resource,
    ...resource.DependsOn && { DependsOn: [resource.DependsOn].flat().filter((id) => !missing.has(id)) },
  }]);
  return {
    stack,
    leftOut,
    template: withStandIns({ ...rest, Parameters: known, Resources: Object.fromEntries(kept) as Template['Resources'] }, missing) as Template,
  };
}

/** Whether the value of a parameter stands in the Parameter Store. That of the bootstrap version is known. */
function isUnknown({ Type: type, Default }: ParameterDefinition): boolean {
  return type.startsWith('AWS::SSM::Parameter::Value') && !String(Default).startsWith('/cdk-bootstrap/');
}

/** Why a resource cannot be played, if it cannot. */
function whyNot(
  { Type: type, Properties: properties = {} }: ResourceDefinition, isHandler: boolean, unknownParameters: string[],
): string | undefined {
  if (type in SPECIAL) {
    return SPECIAL[type];
  }
  if (isCustomResourceType(type) && !OWN_TYPES.includes(type)) {
    return 'a function of somebody else would have to run';
  }
  if (!isCustomResourceType(type) && !Object.hasOwn(RESOURCE_TYPES, type)) {
    return 'the local AWS has no such type';
  }
  if (type === 'AWS::Lambda::Function') {
    return isHandler || (properties.Code as Properties | undefined)?.ZipFile !== undefined ? undefined : 'its code is an asset';
  }
  const text = JSON.stringify(properties);
  if (OF_SERVICES.test(type) && text.includes('{{resolve:')) {
    return 'a dynamic reference has no value here';
  }
  const parameter = unknownParameters.find((name) => text.includes(`{"Ref":"${name}"}`) || text.includes(`\${${name}}`));
  return OF_SERVICES.test(type) && parameter !== undefined ? `the SSM parameter behind ${parameter} has no value here` : undefined;
}

/** The function of the template that a service token names. */
function functionOf(serviceToken: unknown): string | undefined {
  const attribute = (serviceToken as Properties | undefined)?.['Fn::GetAtt'];
  return Array.isArray(attribute) ? String(attribute[0]) : undefined;
}

function withStandIns(value: unknown, missing: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) {
    return value.map((item) => withStandIns(item, missing));
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const entries = Object.entries(value);
  if (entries.length === 1) {
    const [[name, argument]] = entries as [[string, unknown]];
    if (name === 'Ref' && missing.has(String(argument))) {
      return standIn(String(argument));
    }
    if (name === 'Fn::GetAtt') {
      const [logicalId, attribute] = Array.isArray(argument) ? argument.map(String) : splitOnce(String(argument));
      if (missing.has(logicalId)) {
        return standIn(logicalId, attribute);
      }
    }
    if (name === 'Fn::Sub') {
      const [text, variables] = Array.isArray(argument) ? argument as [string, Properties] : [String(argument), {}];
      const substituted = text.replace(/\$\{([^!}][^}]*)\}/g, (reference, id: string) => {
        const [logicalId, attribute] = splitOnce(id);
        return !(id in variables) && missing.has(logicalId) ? standIn(logicalId, attribute) : reference;
      });
      return { [name]: Array.isArray(argument) ? [substituted, withStandIns(variables, missing)] : substituted };
    }
  }
  return Object.fromEntries(entries.map(([key, item]) => [key, withStandIns(item, missing)]));
}

function splitOnce(reference: string): [logicalId: string, attribute?: string] {
  const [logicalId, ...attribute] = reference.split('.');
  return [logicalId, attribute.length > 0 ? attribute.join('.') : undefined];
}

/** A name, or an ARN where one is asked for. */
function standIn(logicalId: string, attribute?: string): string {
  return attribute?.endsWith('Arn') ? `arn:aws:left-out:::${logicalId}` : `left-out-${logicalId}`;
}
