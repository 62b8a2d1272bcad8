import { Aws, type CfnResource, Fn, Stack, Token } from 'aws-cdk-lib/core';
import {
  ACCOUNT_ALIAS_TYPE, CHIME_CHANNEL_TYPE, type DeclaredResource, type DriftCheck, type Ownership,
} from '../contract';
import { isMap } from './props';

/** What a rule of Amazon EventBridge takes. */
export const MAXIMUM_TARGETS = 5;
export const MAXIMUM_TEMPLATE_LENGTH = 8192;

/**
 * What is left free in each target: a resource that moves from one logical id to another, with other properties,
 * remembers in its physical id what it was before, in at most 1,024 characters.
 */
const RESERVE = 1024;

/** A piece of an input template, with the length that it has at most once everything in it is known. */
interface Text {
  /** With tokens for what is known only at deployment. */
  readonly text: string;
  readonly length: number;
  /** Whether it may be nothing at deployment, and no part of a list then. */
  readonly isOptional?: boolean;
}

/** The resources of one target of a rule. */
interface Target {
  readonly texts: readonly Text[];
  readonly length: number;
}

/** How the resources of a provider are spread over the targets of a rule. */
export interface DriftInput {
  /** The input template of each target. */
  readonly templates: string[];
  /** How many characters all of them have at most. */
  readonly length: number;
  /** The resources that no target has room for, with the number of characters that each takes. */
  readonly tooLong: { readonly resource: CfnResource; readonly length: number }[];
}

/** What an event asks the handler to compare, in as few targets as have room for it. */
export function driftInput(resources: CfnResource[], repair: Ownership[]): DriftInput {
  const frame = lengthOf(checkOf([], repair));
  const targets: Target[] = [];
  const tooLong: { resource: CfnResource; length: number }[] = [];
  for (const resource of resources) {
    const text = declarationOf(resource);
    const alone = frame + text.length;
    if (alone > MAXIMUM_TEMPLATE_LENGTH) {
      tooLong.push({ resource, length: alone });
    }
    const index = targets.findIndex(({ length }) => length + 1 + text.length <= MAXIMUM_TEMPLATE_LENGTH - RESERVE);
    if (index < 0) {
      targets.push({ texts: [text], length: alone });
    } else {
      const { texts, length } = targets[index];
      targets[index] = { texts: [...texts, text], length: length + 1 + text.length };
    }
  }
  return {
    templates: targets.map(({ texts }) => checkOf(texts, repair).text),
    length: targets.reduce((sum, { length }) => sum + length, 0),
    tooLong,
  };
}

/** `DriftCheck` as an input template, in which `<time>` is the time of the event. */
function checkOf(resources: readonly Text[], repair: Ownership[]): Text {
  const member = (name: keyof DriftCheck) => literal(`${JSON.stringify(name)}:`);
  return joined('', [
    literal('{'), member('StackId'), jsonOf({ Ref: 'AWS::StackId' })!,
    literal(','), member('Time'), literal('<time>'),
    literal(','), member('Repair'), literal(JSON.stringify(repair)),
    literal(','), member('Resources'), literal('['), joined(',', resources), literal(']}'),
  ]);
}

/** As a template has it. */
interface RenderedResource {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
  readonly Condition?: string;
}

/** What the template declares of a resource: overrides, tags and whatever aspects have done included. */
function declarationOf(resource: CfnResource): Text {
  const stack = Stack.of(resource);
  const logicalId: string = stack.resolve(resource.logicalId);
  const rendered: { Resources: Record<string, RenderedResource> } = stack.resolve(resource._toCloudFormation());
  const { Type: type, Properties, Condition: condition } = rendered.Resources[logicalId];
  const { ServiceToken, ServiceTimeout, ...properties } = Properties;
  const id = { text: resource.ref, length: physicalIdLength(type, properties) };
  const member = (name: keyof DeclaredResource, value: Text) =>
    joined('', [literal(`${JSON.stringify(name)}:`), value]);
  const declaration = joined('', [literal('{'), joined(',', [
    member('ResourceType', jsonOf(type)!),
    member('LogicalResourceId', jsonOf(logicalId)!),
    member('PhysicalResourceId', joined('', [literal('"'), id, literal('"')])),
    member('ResourceProperties', jsonOf(properties)!),
  ]), literal('}')]);
  return condition === undefined ? declaration : {
    text: Fn.conditionIf(condition, declaration.text, Aws.NO_VALUE).toString(),
    length: declaration.length,
    isOptional: true,
  };
}

/** How long something is at most that is known only at deployment: an ARN, of a role with a path too. */
const LONGEST = 256;
/** A list of unknown length, for some members of a channel. */
const LONGEST_LIST = 2048;
const PSEUDO_PARAMETERS: Record<string, number> = {
  'AWS::AccountId': 12,
  'AWS::NoValue': 0,
  'AWS::Partition': 16,
  'AWS::Region': 24,
  'AWS::StackName': 128,
  // That of a nested stack or of an instance of a StackSet is longer than the name that the CDK knows.
  'AWS::StackId': 256,
  'AWS::URLSuffix': 32,
};

/**
 * How long a whole value is at most of which a part is known only at deployment. A value by account is written as one
 * text for each of them, of which one is there.
 */
const LONGEST_VALUES: Record<string, number> = {
  'AccountAlias': 30,
  'AppInstanceArn': 160,
  'ChannelFlowArn': 256,
  'ChannelId': 64,
  'ChannelName': 128,
  'ChannelRoleArn': 256,
  'ChimeBearer': 256,
  'MemberArns[]': 256,
  'Metadata': 1024,
  'ModeratorArns[]': 256,
  'Name': 256,
  'TeamId': 64,
};

/** The lists of texts that may be known only at deployment. */
const LISTS = ['MemberArns', 'ModeratorArns'];

const MAXIMUM_PHYSICAL_ID = 1024;
/** An id that the service chooses. */
const CHIME_CHANNEL_ID = 64;

/** The length of the longest physical id that the handler gives a resource. */
function physicalIdLength(type: string, properties: Record<string, unknown>): number {
  if (properties.Existing !== undefined && properties.Existing !== 'FAIL') {
    // It remembers what the adoption has changed.
    return MAXIMUM_PHYSICAL_ID;
  }
  const encoded = (name: string) => (typeof properties[name] === 'string'
    ? encodeURIComponent(properties[name]).replaceAll('\'', '%27').length
    : 2 * (LONGEST_VALUES[name] ?? LONGEST));
  const path = `${type}/adopted/`.length;
  switch (type) {
    case ACCOUNT_ALIAS_TYPE: return path + 12;
    case CHIME_CHANNEL_TYPE: return path + encoded('AppInstanceArn') + '%2Fchannel%2F'.length
      + (properties.ChannelId === undefined ? CHIME_CHANNEL_ID : encoded('ChannelId')) + '/PRIVATE/'.length
      + (properties.ElasticChannelConfiguration === undefined ? 0 : '2147483647.40.2147483647'.length);
    default: return path + encoded('TeamId') + 1 + (properties.ChannelId === undefined ? 0 : encoded('ChannelId'));
  }
}

const literal = (text: string): Text => ({ text, length: text.length });

const lengthOf = ({ length }: Text): number => length;

function joined(delimiter: string, texts: readonly Text[]): Text {
  const values = texts.map(({ text }) => text);
  return {
    // CloudFormation leaves out of a join what is no value.
    text: texts.some(({ isOptional }) => isOptional) ? Fn.join(delimiter, values) : values.join(delimiter),
    length: texts.reduce((sum, { length }) => sum + length, 0) + delimiter.length * Math.max(0, texts.length - 1),
  };
}

/**
 * A value of a template as JSON with all scalars as texts, as CloudFormation delivers them; nothing for no value.
 *
 * @param name the name of the property
 * @param prefix what stands before the value, and is left out with it
 */
function jsonOf(value: unknown, name = '', prefix = ''): Text | undefined {
  if (Array.isArray(value)) {
    const items = value.flatMap((item: unknown) => jsonOf(item, `${name}[]`) ?? []);
    return joined('', [literal(`${prefix}[`), joined(',', items), literal(']')]);
  }
  if (!isMap(value)) {
    return quoted(prefix, literalIn(String(value)));
  }
  const intrinsic = intrinsicOf(value);
  if (!intrinsic) {
    const members = Object.entries(value)
      .flatMap(([member, content]) => jsonOf(content, member, `${escaped(JSON.stringify(member))}:`) ?? []);
    return joined('', [literal(`${prefix}{`), joined(',', members), literal('}')]);
  }
  const [operation, operand] = intrinsic;
  if (operand === 'AWS::NoValue') {
    return undefined;
  }
  if (operation === 'Fn::If') {
    const [condition, ...branches] = operand as [string, unknown, unknown];
    const texts = branches.map((branch) => jsonOf(branch, name, prefix));
    return texts.every((text) => text === undefined) ? undefined : either(condition, texts);
  }
  if (LISTS.includes(name)) {
    const list = { text: Fn.join('","', Token.asList(value)), length: LONGEST_LIST };
    return joined('', [literal(`${prefix}["`), list, literal('"]')]);
  }
  const content = contentOf(value);
  const known = contentOf(value, 0).length;
  const longest = LONGEST_VALUES[name] ?? content.length;
  return quoted(prefix, { ...content, length: Math.max(known, Math.min(content.length, longest)) });
}

function either(condition: string, texts: (Text | undefined)[]): Text {
  const [yes, no] = texts.map((text) => text?.text ?? Aws.NO_VALUE);
  return {
    text: Fn.conditionIf(condition, yes, no).toString(),
    length: Math.max(...texts.map((text) => text?.length ?? 0)),
    isOptional: texts.some((text) => text === undefined || text.isOptional),
  };
}

const quoted = (prefix: string, content: Text): Text => joined('', [literal(`${prefix}"`), content, literal('"')]);

/** EventBridge would take what stands between angle brackets for a value of the event. */
const escaped = (json: string): string => json.replaceAll('<', '\\u003c').replaceAll('>', '\\u003e');

/** References that CloudFormation resolves although they are text. */
const DYNAMIC_REFERENCE = /\{\{resolve:[^}]*\}\}/gu;

function literalIn(value: string, longest = LONGEST): Text {
  const text = escaped(JSON.stringify(value).slice(1, -1));
  const references = text.match(DYNAMIC_REFERENCE) ?? [];
  return { text, length: references.reduce((length, reference) => length + longest - reference.length, text.length) };
}

/**
 * What stands between the quotes of a text of JSON, with what is known at synth escaped wherever it stands.
 *
 * @param longest the length of what is known only at deployment
 */
function contentOf(value: unknown, longest = LONGEST): Text {
  const intrinsic = isMap(value) ? intrinsicOf(value) : undefined;
  if (!intrinsic) {
    return literalIn(String(value), longest);
  }
  const [operation, operand] = intrinsic;
  const [first, ...others] = Array.isArray(operand) ? operand as unknown[] : [];
  switch (operation) {
    case 'Ref': return {
      text: Token.asString(value),
      length: Math.min(longest, PSEUDO_PARAMETERS[String(operand)] ?? longest),
    };
    case 'Fn::Join': return Array.isArray(others[0])
      ? joined(literalIn(String(first)).text, others[0].map((part) => contentOf(part, longest)))
      : { text: Token.asString(value), length: longest };
    case 'Fn::If': return either(String(first), others.map((branch) => contentOf(branch, longest)));
    case 'Fn::Sub': return substituted(typeof operand === 'string' ? [operand] : operand as [string, object], longest);
    default: return { text: Token.asString(value), length: longest };
  }
}

function substituted([template, values = {}]: [string, object?], longest: number): Text {
  const { text } = literalIn(template, longest);
  const contents = Object.entries(values).map(([name, value]) => [name, contentOf(value, longest).text]);
  return {
    text: contents.length > 0 ? Fn.sub(text, Object.fromEntries(contents)) : Fn.sub(text),
    length: text.length + longest * (text.match(/\$\{/gu) ?? []).length,
  };
}

function intrinsicOf(value: Record<string, unknown>): [string, unknown] | undefined {
  const [entry, ...others] = Object.entries(value);
  return entry && others.length === 0 && /^(Ref$|Fn::)/u.test(entry[0]) ? entry : undefined;
}
