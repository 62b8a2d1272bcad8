import { Aws, Duration, RemovalPolicy, Token } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { Problem } from '../constraints';

/** What a property takes, for those whom no compiler tells: users of JavaScript, of JSON, and of some jsii languages. */
export interface PropertyType {
  readonly must: string;
  readonly remedy: string;
  readonly isRequired?: boolean;
  readonly fits: (value: unknown) => boolean;
  /** What stands for a value that does not fit while the other properties are checked. */
  readonly substitute?: unknown;
}

/** What the rules of `constraints.ts` check more exactly, as long as it can be written as JSON. */
function simple(must: string, remedy: string): PropertyType {
  return { must, remedy, fits: isSimple, substitute: Aws.NO_VALUE };
}

export const TEXT = simple('a text', 'Give the text itself');
export const FLAG = simple('true or false', 'Give true or false');
export const CHOICE = simple('one of the values of its enumeration', 'Choose one of them');
export const NUMBER = simple('a number', 'Give a whole number');
export const LIST = simple('a list of texts', 'Give a list');

export const STRUCTURE: PropertyType = { must: 'an object with properties', remedy: 'Give an object, or leave the property out', fits: isStructure };

export const PROPS: PropertyType = { must: 'an object with properties', remedy: 'Give the properties of the construct', isRequired: true, fits: isStructure };

export const DAYS: PropertyType = {
  must: 'a Duration, and one of days where it is known only at deployment',
  remedy: 'Give one, such as Duration.days(90)',
  isRequired: true,
  fits: (value) => value instanceof Duration && (!value.isUnresolved() || value.unitLabel() === 'days'),
  substitute: Aws.NO_VALUE,
};

/** A snapshot is left out: CloudFormation takes none of these resources. */
const REMOVAL_POLICIES: unknown[] = [RemovalPolicy.DESTROY, RemovalPolicy.RETAIN, RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE];

export const REMOVAL_POLICY: PropertyType = {
  must: REMOVAL_POLICIES.join(' or '),
  remedy: 'Choose RemovalPolicy.DESTROY, RETAIN or RETAIN_ON_UPDATE_OR_DELETE',
  fits: (value) => REMOVAL_POLICIES.includes(value),
};

export const PROVIDER: PropertyType = {
  must: 'a ChannelsProvider or a NativeProvider',
  remedy: 'Give a ChannelsProvider of the stack or a NativeProvider, or leave the property out',
  fits: (value) => isObject(value) && typeof value._defineResource === 'function',
};

export const ROLE: PropertyType = {
  must: 'an IAM role',
  remedy: 'Give a role, such as iam.Role.fromRoleArn(this, \'Role\', arn), or leave the property out',
  fits: (value) => isObject(value) && isObject(value.roleRef) && typeof value.roleRef.roleArn === 'string',
};

export const OPTIONAL_WORKSPACE: PropertyType = {
  must: 'a SlackWorkspace',
  remedy: 'Give a SlackWorkspace, or SlackWorkspace.fromTeamId() for one that is registered elsewhere',
  fits: (value) => isObject(value) && isObject(value.node) && isObject(value.slackWorkspaceConfigurationRef)
    && typeof value.slackWorkspaceConfigurationRef.teamId === 'string',
};

export const WORKSPACE: PropertyType = { ...OPTIONAL_WORKSPACE, isRequired: true };

export interface CheckedProps<Props> {
  readonly problems: Problem[];
  /** The properties, with a substitute for each that has another type. */
  readonly values: Props;
}

/** Checks the types of properties before anything is done with them. */
export function checkTypes<Props extends object>(
  props: Props,
  types: { readonly [Name in keyof Props]?: PropertyType },
  prefix = '',
): CheckedProps<Props> {
  const problem = checkType(prefix === '' ? 'props' : prefix, props, PROPS);
  if (problem.length > 0) {
    return { problems: problem, values: substitutes(types) as Props };
  }
  const names = Object.keys(types) as (keyof Props & string)[];
  const problems = names.map((name) => [name, checkType(prefix === '' ? name : `${prefix}.${name}`, props[name], types[name]!)] as const)
    .filter(([, found]) => found.length > 0);
  return {
    problems: problems.flatMap(([, found]) => found),
    values: { ...props, ...Object.fromEntries(problems.map(([name]) => [name, types[name]!.substitute])) },
  };
}

function substitutes(types: object): object {
  return Object.fromEntries(Object.entries(types).map(([name, { substitute }]: [string, PropertyType]) => [name, substitute]));
}

export function checkType(property: string, value: unknown, { must, remedy, isRequired, fits }: PropertyType): Problem[] {
  return (value === undefined && !isRequired) || fits(value) ? [] : [{ property, violation: `must be ${must}, got ${showValue(value)}`, remedy }];
}

/** Leaves out properties that are not set: those that an app injects by default would lose to them. */
export function setProps<Props extends object>(props: Props): Props {
  return Object.fromEntries(Object.entries(props).filter(([, value]) => value !== undefined)) as Props;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Also an instance of a class of the user's, with the properties. */
function isStructure(value: unknown): boolean {
  return isObject(value) && !Array.isArray(value) && !Construct.isConstruct(value);
}

/** Whether a value is a structure or a map, and neither a list nor an instance of some class. */
export function isMap(value: unknown): value is Record<string, unknown> {
  if (!isObject(value) || Array.isArray(value)) {
    return false;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function isSimple(value: unknown): boolean {
  return Token.isUnresolved(value) || isJson(value);
}

function isJson(value: unknown): boolean {
  if (value === null || ['string', 'boolean', 'undefined'].includes(typeof value) || Number.isFinite(value)) {
    return true;
  }
  return Array.isArray(value) ? value.every(isSimple) : isMap(value) && Object.values(value).every(isSimple);
}

/** Where jsii writes what a class is called. */
const JSII_TYPE = Symbol.for('jsii.rtti');

interface ClassOfValue {
  readonly name?: string;
  readonly [JSII_TYPE]?: { readonly fqn?: string };
}

/** Classes of the CDK may have other names once they are compiled, such as `Role2`; those of users inherit what jsii writes, and have their own. */
function nameOfClass(constructor: ClassOfValue): string | undefined {
  const typeName = constructor[JSII_TYPE]?.fqn?.split('.').pop();
  const isOfUser = !Object.hasOwn(constructor, JSII_TYPE) && constructor.name?.replace(/\d+$/u, '') !== typeName;
  return isOfUser ? constructor.name || typeName : typeName;
}

const SHOWN_AT_START = 60;
const SHOWN_AT_END = 20;

/** A value as the user wrote it; a long one by its beginning and its end, which tells more than the middle. */
export function showValue(value: unknown): string {
  if (value === undefined) {
    return 'nothing';
  }
  if (typeof value === 'function') {
    return `the function or class ${value.name}`;
  }
  if (Array.isArray(value) && !value.every(isJson)) {
    return `[${value.map(showValue).join(', ')}]`;
  }
  if (value instanceof Duration && !value.isUnresolved()) {
    return value.toHumanString();
  }
  if (isObject(value) && !isJson(value)) {
    const { node, constructor } = value as { node?: { path?: unknown }; constructor?: ClassOfValue };
    const name = (constructor && nameOfClass(constructor)) || 'object';
    return typeof node?.path === 'string' ? `the ${name} at "${node.path}"` : `an instance of ${name}`;
  }
  const characters = [...(isJson(value) ? JSON.stringify(value) ?? 'nothing' : String(value))];
  return characters.length <= SHOWN_AT_START + SHOWN_AT_END
    ? characters.join('')
    : `${characters.slice(0, SHOWN_AT_START).join('')}...${characters.slice(-SHOWN_AT_END).join('')} (${characters.length} characters in all)`;
}
