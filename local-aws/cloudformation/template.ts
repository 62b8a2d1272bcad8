import { INTRINSICS, isIntrinsic } from './intrinsics';
import type { OutputDefinition, ParameterDefinition, Properties, ResourceDefinition, Scope, Template } from './template-model';
import { ValidationError } from './validation-error';

/** A resource of the template whose condition holds, with the branches of `Fn::If` already chosen. */
export interface TemplateResource {
  readonly logicalId: string;
  readonly definition: ResourceDefinition;
  /** Logical ids which must be there first. */
  readonly dependencies: string[];
}

export interface PseudoParameters {
  readonly accountId: string;
  readonly region: string;
  readonly stackName: string;
  readonly stackId: string;
}

const TEMPLATE_BODY_LIMIT = 51_200;
const TEMPLATE_URL_LIMIT = 1_000_000;
const RESOURCE_LIMIT = 500;
const MAPPING_KEY_LIMIT = 200;

/** How a template reaches CloudFormation: in the request, or through an S3 object, which may be larger. */
export type TemplateSource = 'BODY' | 'S3';

/** Reads a template, given as an object or as the very bytes that are sent, and checks the limits that hold for all templates. */
export function parseTemplate(input: string | object, source: TemplateSource = 'BODY'): Template {
  const template = readTemplate(input, source);
  const resources = template.Resources;
  if (!resources || Object.keys(resources).length === 0) {
    throw new ValidationError('Template format error: At least one Resources member must be defined.');
  }
  const count = Object.keys(resources).length;
  if (count > RESOURCE_LIMIT) {
    throw new ValidationError(`Template format error: Number of resources, ${count}, is greater than maximum allowed, ${RESOURCE_LIMIT}`);
  }
  for (const [name, mapping] of Object.entries(template.Mappings ?? {})) {
    const keys = Object.keys(mapping).length;
    if (keys > MAPPING_KEY_LIMIT) {
      throw new ValidationError(`Template format error: Number of attributes of mapping ${name}, ${keys}, is greater than maximum allowed, ${MAPPING_KEY_LIMIT}`);
    }
  }
  if (template.Transform !== undefined) {
    throw new ValidationError('Transforms and macros are not supported by the local CloudFormation');
  }
  for (const [logicalId, resource] of Object.entries(resources)) {
    if (!/^[A-Za-z0-9]{1,255}$/.test(logicalId)) {
      throw new ValidationError(`Template format error: Resource name ${logicalId} is non alphanumeric.`);
    }
    if (typeof resource?.Type !== 'string') {
      throw new ValidationError(`Template format error: [/Resources/${logicalId}] Every Resources object must contain a Type member.`);
    }
  }
  return template;
}

/** Reads a template and checks nothing but its size. */
export function readTemplate(input: string | object, source: TemplateSource = 'BODY'): Template {
  const body = typeof input === 'string' ? input : JSON.stringify(input);
  const size = Buffer.byteLength(body);
  if (source === 'BODY' && size > TEMPLATE_BODY_LIMIT) {
    throw new ValidationError(`1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to ${TEMPLATE_BODY_LIMIT} (it has ${size})`);
  }
  if (size > TEMPLATE_URL_LIMIT) {
    throw new ValidationError(`Template may not exceed ${TEMPLATE_URL_LIMIT} bytes in size.`);
  }
  return parseJson(body);
}

function parseJson(body: string): Template {
  try {
    return JSON.parse(body) as Template;
  } catch (error) {
    throw new ValidationError(`Template format error: JSON not well-formed. (${(error as Error).message})`);
  }
}

/** A template with its parameters: conditions are decided and dependencies known, references still wait for the resources. */
export class PreparedTemplate {
  public readonly resources = new Map<string, TemplateResource>();
  public readonly outputs = new Map<string, OutputDefinition>();
  public readonly exportNames: string[] = [];
  private readonly conditions = new Map<string, boolean>();
  /** Conditions that are being evaluated, each for the one before it. */
  private readonly deciding: string[] = [];

  public constructor(
    public readonly template: Template,
    public readonly parameters: Record<string, unknown>,
    public readonly pseudo: PseudoParameters,
  ) {
    this.checkReferences();
    Object.keys(template.Conditions ?? {}).forEach((name) => this.condition(name));
    for (const [logicalId, definition] of Object.entries(template.Resources)) {
      if (definition.Condition === undefined || this.condition(definition.Condition)) {
        this.checkMappings(definition);
        this.resources.set(logicalId, { logicalId, definition: this.chooseBranches(definition) as ResourceDefinition, dependencies: [] });
      }
    }
    for (const [name, output] of Object.entries(template.Outputs ?? {})) {
      if (output.Condition === undefined || this.condition(output.Condition)) {
        this.checkMappings(output);
        this.outputs.set(name, this.chooseBranches(output) as OutputDefinition);
      }
    }
    for (const resource of this.resources.values()) {
      resource.dependencies.push(...this.dependenciesOf(resource));
    }
    this.checkCycles();
  }

  /** Whether a condition of the template holds. */
  public condition(name: string): boolean {
    const known = this.conditions.get(name);
    if (known !== undefined) {
      return known;
    }
    const expression = this.template.Conditions?.[name];
    if (expression === undefined) {
      throw new ValidationError(`Template format error: Unresolved condition dependency ${name}`);
    }
    if (this.deciding.includes(name)) {
      throw new ValidationError(`Template format error: Circular dependency in conditions: [${[...this.deciding, name].join(', ')}]`);
    }
    this.deciding.push(name);
    const value = this.evaluate(expression, CONDITION_SCOPE);
    this.deciding.pop();
    if (typeof value !== 'boolean') {
      throw new ValidationError(`Template format error: Condition ${name} must evaluate to a boolean`);
    }
    this.conditions.set(name, value);
    return value;
  }

  /** Evaluates a value with all its intrinsic functions; `undefined` stands for `AWS::NoValue`. */
  public evaluate(value: unknown, scope: Scope): unknown {
    if (Array.isArray(value)) {
      return value.map((item) => this.evaluate(item, scope)).filter((item) => item !== undefined && item !== null);
    }
    if (typeof value !== 'object' || value === null) {
      return value ?? undefined;
    }
    if (isIntrinsic(value)) {
      const [[name, argument]] = Object.entries(value);
      return INTRINSICS[name](argument, {
        template: this.template,
        scope,
        evaluate: (inner) => this.evaluate(inner, scope),
        ref: (id) => this.ref(id, scope),
        condition: (id) => this.condition(id),
        region: this.pseudo.region,
      });
    }
    const entries = Object.entries(value).map(([key, item]) => [key, this.evaluate(item, scope)] as const);
    return Object.fromEntries(entries.filter(([, item]) => item !== undefined));
  }

  private ref(id: string, scope: Scope): unknown {
    const pseudo = pseudoParameter(id, this.pseudo);
    if (pseudo.known) {
      return pseudo.value;
    }
    return id in this.parameters ? this.parameters[id] : scope.ref(id);
  }

  /** Replaces each `Fn::If` by its branch: the branch which is not taken makes no dependency. */
  private chooseBranches(value: unknown): unknown {
    if (Array.isArray(value)) {
      return value.map((item) => this.chooseBranches(item)).filter((item) => item !== undefined);
    }
    if (typeof value !== 'object' || value === null) {
      return value;
    }
    const entries = Object.entries(value);
    if (entries.length === 1 && entries[0][0] === 'Fn::If') {
      const [name, whenTrue, whenFalse] = entries[0][1] as [string, unknown, unknown];
      return this.chooseBranches(this.condition(name) ? whenTrue : whenFalse);
    }
    if (entries.length === 1 && entries[0][0] === 'Ref' && entries[0][1] === 'AWS::NoValue') {
      return undefined;
    }
    return Object.fromEntries(entries.map(([key, item]) => [key, this.chooseBranches(item)]).filter(([, item]) => item !== undefined));
  }

  private dependenciesOf(resource: TemplateResource): string[] {
    const named = new Set([resource.definition.DependsOn ?? []].flat());
    references(resource.definition.Properties, (id) => named.add(id));
    return [...named].filter((id) => this.resources.has(id));
  }

  /**
   * Looks up each `Fn::FindInMap`, also in the branch of an `Fn::If` that is not taken: a key that is missing there fails the stack, too
   * (https://github.com/aws-cloudformation/aws-cloudformation-templates/issues/271).
   */
  private checkMappings(value: unknown): void {
    if (typeof value !== 'object' || value === null) {
      return;
    }
    const hasDefault = 'Fn::FindInMap' in value && Array.isArray(value['Fn::FindInMap']) && value['Fn::FindInMap'].length > 3;
    if (!hasDefault && isIntrinsic(value) && 'Fn::FindInMap' in value) {
      this.evaluate(value, MAPPING_SCOPE);
    }
    Object.values(value).forEach((item) => this.checkMappings(item));
  }

  private checkReferences(): void {
    const { Resources: resources, Parameters: parameters = {}, Outputs: outputs = {} } = this.template;
    const known = (id: string) => id in resources || id in parameters || pseudoParameter(id, this.pseudo).known;
    for (const [section, value] of [['Resources', resources], ['Outputs', outputs]] as const) {
      const unresolved = new Set<string>();
      references(value, (id) => known(id) || unresolved.add(id));
      if (section === 'Resources') {
        const named = Object.values(resources).flatMap((resource) => resource.DependsOn ?? []);
        named.filter((id) => !(id in resources)).forEach((id) => unresolved.add(id));
      }
      if (unresolved.size > 0) {
        throw new ValidationError(`Template format error: Unresolved resource dependencies [${[...unresolved].join(', ')}] in the ${section} block of the template`);
      }
    }
  }

  private checkCycles(): void {
    const remaining = new Map([...this.resources].map(([id, resource]) => [id, resource.dependencies]));
    const inCycleOrBehind = new Map(remaining);
    for (let removed = true; removed;) {
      removed = false;
      for (const [id, dependencies] of inCycleOrBehind) {
        const isLeaf = dependencies.every((dependency) => !inCycleOrBehind.has(dependency));
        const isRoot = ![...inCycleOrBehind.values()].some((others) => others.includes(id));
        if (isLeaf || isRoot) {
          inCycleOrBehind.delete(id);
          removed = true;
        }
      }
    }
    if (inCycleOrBehind.size > 0) {
      throw new ValidationError(`Circular dependency between resources: [${[...inCycleOrBehind.keys()].join(', ')}]`);
    }
  }
}

/** The keys of a mapping may come from parameters, not from resources. */
const MAPPING_SCOPE: Scope = {
  ref: (id) => {
    throw new ValidationError(`Template error: Fn::FindInMap cannot use resource ${id}`);
  },
  getAtt: (id) => {
    throw new ValidationError(`Template error: Fn::FindInMap cannot use Fn::GetAtt of ${id}`);
  },
  importValue: (name) => {
    throw new ValidationError(`Template error: Fn::FindInMap cannot use Fn::ImportValue of ${name}`);
  },
};

/** Conditions may use parameters and mappings, but no resource. */
const CONDITION_SCOPE: Scope = {
  ref: (id) => {
    throw new ValidationError(`Template format error: Unresolved dependencies [${id}]. Cannot reference resources in the Conditions block of the template`);
  },
  getAtt: (id) => {
    throw new ValidationError(`Template format error: Fn::GetAtt of ${id} cannot be used in the Conditions block of the template`);
  },
  importValue: (name) => {
    throw new ValidationError(`Template format error: Fn::ImportValue of ${name} cannot be used in the Conditions block of the template`);
  },
};

function pseudoParameter(id: string, pseudo: PseudoParameters): { known: boolean; value?: unknown } {
  switch (id) {
    case 'AWS::AccountId': return { known: true, value: pseudo.accountId };
    case 'AWS::Region': return { known: true, value: pseudo.region };
    case 'AWS::Partition': return { known: true, value: partitionOf(pseudo.region) };
    case 'AWS::URLSuffix': return { known: true, value: pseudo.region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com' };
    case 'AWS::StackId': return { known: true, value: pseudo.stackId };
    case 'AWS::StackName': return { known: true, value: pseudo.stackName };
    case 'AWS::NotificationARNs': return { known: true, value: [] };
    case 'AWS::NoValue': return { known: true };
    default: return { known: false };
  }
}

/** The partition to which a Region belongs. */
export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) {
    return 'aws-cn';
  }
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

/** Visits the logical ids that a value names, and refuses functions that the engine does not know. */
function references(value: unknown, visit: (logicalId: string) => void): void {
  if (Array.isArray(value)) {
    value.forEach((item) => references(item, visit));
    return;
  }
  if (typeof value !== 'object' || value === null) {
    return;
  }
  for (const key of Object.keys(value)) {
    if (key.startsWith('Fn::') && !(key in INTRINSICS)) {
      throw new ValidationError(`Template error: the intrinsic function ${key} is not supported by the local CloudFormation`);
    }
  }
  if (!isIntrinsic(value)) {
    // A policy document or metadata may hold a key named "Ref" or "Condition" beside others: only a lone key is a function.
    Object.values(value).forEach((item) => references(item, visit));
    return;
  }
  const [[name, argument]] = Object.entries(value);
  if (name === 'Ref') {
    visit(String(argument));
  } else if (name === 'Fn::GetAtt') {
    visit(Array.isArray(argument) ? String(argument[0]) : String(argument).split('.')[0]);
  } else if (name === 'Fn::Sub') {
    const [text, variables] = Array.isArray(argument) ? argument as [string, Properties] : [String(argument), {}];
    for (const [, literal, variable] of text.matchAll(/\$\{(!?)([^}]*)\}/g)) {
      if (!literal && !(variable in variables)) {
        visit(variable.startsWith('AWS::') ? variable : variable.split('.')[0]);
      }
    }
    references(variables, visit);
  } else if (name !== 'Condition') {
    references(argument, visit);
  }
}

/** Checks given parameter values against their declarations, fills in defaults and resolves SSM parameters. */
export function resolveParameters(
  template: Template, given: Record<string, string>, ssmParameter: (name: string) => string | undefined,
): Record<string, unknown> {
  const declared = template.Parameters ?? {};
  const unknown = Object.keys(given).filter((name) => !(name in declared));
  if (unknown.length > 0) {
    throw new ValidationError(`Parameters: [${unknown.join(', ')}] do not exist in the template`);
  }
  const missing = Object.keys(declared).filter((name) => given[name] === undefined && declared[name].Default === undefined);
  if (missing.length > 0) {
    throw new ValidationError(`Parameters: [${missing.join(', ')}] must have values`);
  }
  return Object.fromEntries(Object.entries(declared).map(([name, declaration]) => {
    const value = String(given[name] ?? declaration.Default);
    checkParameter(name, value, declaration);
    if (declaration.Type.startsWith('AWS::SSM::Parameter::Value')) {
      const resolved = ssmParameter(value);
      if (resolved === undefined) {
        throw new ValidationError(`Unable to fetch parameters [${value}] from parameter store for this account.`);
      }
      return [name, declaration.Type.includes('List') ? resolved.split(',') : resolved];
    }
    const isList = declaration.Type === 'CommaDelimitedList' || declaration.Type.startsWith('List<');
    return [name, isList ? value.split(',').map((item) => item.trim()) : value];
  }));
}

function checkParameter(name: string, value: string, declaration: ParameterDefinition): void {
  const { AllowedValues: allowed, AllowedPattern: pattern, MinLength, MaxLength, MinValue, MaxValue } = declaration;
  if (allowed && !allowed.map(String).includes(value)) {
    throw new ValidationError(`Parameter '${name}' must be one of AllowedValues`);
  }
  if (pattern !== undefined && !new RegExp(`^(?:${pattern})$`).test(value)) {
    throw new ValidationError(`Parameter '${name}' must match pattern ${pattern}`);
  }
  if (value.length < Number(MinLength ?? 0) || value.length > Number(MaxLength ?? Infinity)) {
    throw new ValidationError(`Parameter '${name}' must contain between ${MinLength ?? 0} and ${MaxLength ?? 'any number of'} characters`);
  }
  if (declaration.Type === 'Number') {
    const number = Number(value);
    if (value.trim() === '' || Number.isNaN(number) || number < Number(MinValue ?? -Infinity) || number > Number(MaxValue ?? Infinity)) {
      throw new ValidationError(`Parameter '${name}' must be a number between ${MinValue ?? 'any'} and ${MaxValue ?? 'any'}`);
    }
  }
}
