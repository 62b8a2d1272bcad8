import type { Scope, Template } from './template-model';
import { ValidationError } from './validation-error';

/** What an intrinsic function may use. */
export interface Evaluation {
  readonly template: Template;
  readonly scope: Scope;
  readonly region: string;
  evaluate(value: unknown): unknown;
  ref(id: string): unknown;
  condition(name: string): boolean;
}

type Intrinsic = (argument: unknown, evaluation: Evaluation) => unknown;

/** The intrinsic functions, by the key of the object that calls them. */
export const INTRINSICS: Record<string, Intrinsic> = {
  'Ref': (argument, { ref }) => ref(text('Ref', argument)),
  'Fn::GetAtt': getAtt,
  'Fn::Join': (argument, { evaluate }) => {
    const [delimiter, values] = pair('Fn::Join', evaluate(argument));
    return list('Fn::Join', values).map((value) => text('Fn::Join', value)).join(text('Fn::Join', delimiter));
  },
  'Fn::Sub': sub,
  'Fn::Select': (argument, { evaluate }) => {
    const [index, values] = pair('Fn::Select', evaluate(argument));
    const selected = list('Fn::Select', values)[Number(index)];
    if (selected === undefined) {
      throw new ValidationError(`Template error: Fn::Select cannot select nonexistent value at index ${String(index)}`);
    }
    return selected;
  },
  'Fn::Split': (argument, { evaluate }) => {
    const [delimiter, value] = pair('Fn::Split', evaluate(argument));
    return text('Fn::Split', value).split(text('Fn::Split', delimiter));
  },
  'Fn::If': (argument, { evaluate, condition }) => {
    const branches = list('Fn::If', argument);
    if (branches.length !== 3) {
      throw new ValidationError('Template error: Fn::If requires a list argument with three elements');
    }
    return evaluate(condition(text('Fn::If', branches[0])) ? branches[1] : branches[2]);
  },
  'Fn::Equals': (argument, { evaluate }) => {
    const [left, right] = pair('Fn::Equals', evaluate(argument));
    return typeof left === 'object' ? JSON.stringify(left) === JSON.stringify(right) : String(left) === String(right);
  },
  'Fn::And': (argument, { evaluate }) => conditions('Fn::And', argument).map(evaluate).every((operand) => operand === true),
  'Fn::Or': (argument, { evaluate }) => conditions('Fn::Or', argument).map(evaluate).some((operand) => operand === true),
  'Fn::Not': (argument, { evaluate }) => evaluate(list('Fn::Not', argument)[0]) !== true,
  'Condition': (argument, { condition }) => condition(text('Condition', argument)),
  'Fn::FindInMap': findInMap,
  'Fn::Base64': (argument, { evaluate }) => Buffer.from(text('Fn::Base64', evaluate(argument))).toString('base64'),
  'Fn::GetAZs': (argument, { evaluate, region }) => ['a', 'b', 'c'].map((zone) => `${String(evaluate(argument) || region)}${zone}`),
  'Fn::ImportValue': (argument, { evaluate, scope }) => scope.importValue(text('Fn::ImportValue', evaluate(argument))),
  'Fn::Length': (argument, { evaluate }) => list('Fn::Length', evaluate(argument)).length,
  'Fn::ToJsonString': (argument, { evaluate }) => JSON.stringify(evaluate(argument)),
};

/** Whether an object is a call of an intrinsic function. The `Condition` of a policy statement is an object, that of a template a name. */
export function isIntrinsic(value: object): boolean {
  const keys = Object.keys(value);
  if (keys.length !== 1 || !Object.hasOwn(INTRINSICS, keys[0])) {
    return false;
  }
  return keys[0] !== 'Condition' || typeof (value as { Condition: unknown }).Condition === 'string';
}

function getAtt(argument: unknown, { scope, evaluate }: Evaluation): unknown {
  if (typeof argument === 'string') {
    const dot = argument.indexOf('.');
    if (dot < 0) {
      throw new ValidationError('Template error: every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute');
    }
    return scope.getAtt(argument.slice(0, dot), argument.slice(dot + 1));
  }
  const [logicalId, attribute] = pair('Fn::GetAtt', argument);
  return scope.getAtt(text('Fn::GetAtt', logicalId), text('Fn::GetAtt', evaluate(attribute)));
}

function sub(argument: unknown, { evaluate, ref, scope }: Evaluation): string {
  const [template, variables] = Array.isArray(argument) ? argument as [unknown, Record<string, unknown>] : [argument, {}];
  return text('Fn::Sub', template).replace(/\$\{(!?)([^}]*)\}/g, (_match, literal: string, name: string) => {
    if (literal) {
      return `\${${name}}`;
    }
    if (Object.hasOwn(variables, name)) {
      return text('Fn::Sub', evaluate(variables[name]));
    }
    const dot = name.indexOf('.');
    return text('Fn::Sub', dot < 0 ? ref(name) : scope.getAtt(name.slice(0, dot), name.slice(dot + 1)));
  });
}

function findInMap(argument: unknown, { template, evaluate }: Evaluation): unknown {
  const [map, top, second, options] = list('Fn::FindInMap', argument);
  const keys = [map, top, second].map((key) => text('Fn::FindInMap', evaluate(key)));
  const found = template.Mappings?.[keys[0]]?.[keys[1]]?.[keys[2]];
  if (found !== undefined) {
    return found;
  }
  const fallback = (options as { DefaultValue?: unknown } | undefined)?.DefaultValue;
  if (fallback === undefined) {
    throw new ValidationError(`Template error: Unable to get mapping for ${keys.join('::')}`);
  }
  return evaluate(fallback);
}

function pair(name: string, argument: unknown): [unknown, unknown] {
  const values = list(name, argument);
  if (values.length !== 2) {
    throw new ValidationError(`Template error: ${name} requires a list argument with two elements`);
  }
  return [values[0], values[1]];
}

function conditions(name: string, argument: unknown): unknown[] {
  const operands = list(name, argument);
  if (operands.length < 2 || operands.length > 10) {
    throw new ValidationError(`Template error: every ${name} object requires a list of at least 2 and at most 10 boolean parameters.`);
  }
  return operands;
}

function list(name: string, argument: unknown): unknown[] {
  if (!Array.isArray(argument)) {
    throw new ValidationError(`Template error: ${name} requires a list argument`);
  }
  return argument;
}

function text(name: string, value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return String(value);
  }
  throw new ValidationError(`Template error: ${name} requires a string where it got ${JSON.stringify(value) ?? 'no value'}`);
}
