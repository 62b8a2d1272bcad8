import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { Identities } from '../identity';
import { CloudFormationApi } from './api';
import { readAssembly, type AssemblyStack } from './assembly';
import { DEFAULT_ASSUMPTIONS, type Assumptions } from './assumptions';
import { checkCustomResource, isCustomResourceType, type CustomResourceRequest } from './custom-resource';
import { seededRandom } from './generated-names';
import { checkImport, importInto, type ResourceToImport } from './import';
import type { NativeServices } from './native-resource';
import { LocalNestedStacks } from './nested-stacks';
import {
  createResources, deleteResources, rollBackCreation, rollBackUpdate, updateResources, type Interruption, type StackBefore,
} from './operations';
import { NESTED_STACK_TYPE, newOperation, type ProvisionEnvironment, type StackOperation } from './provision';
import type { ResourceTypes } from './resource-type';
import { ResponseBucket } from './response-bucket';
import { Roles, type Role } from './roles';
import {
  Stack, type FailureOptions, type StackEventListener, type StackInput, type StackResource, type StackResult, type StackSelector,
} from './stack';
import { PreparedTemplate, parseTemplate, resolveParameters } from './template';
import type { Template } from './template-model';
import { ValidationError } from './validation-error';
import { LocalEvents } from '../events/local-events';
import { LocalLambda, type LocalLambdaOptions } from '../lambda/local-lambda';
import { ChimeStore } from '../services/chime-store';
import type { Organization } from '../stacksets/organization';
import { LocalStackSets } from '../stacksets/stack-sets';

export interface LocalCloudFormationOptions {
  /** The credentials that the local services know; functions get theirs from here. @default - new ones */
  readonly identities?: Identities;
  /** Account and Region of stacks that name none. @default '111122223333' and 'us-east-1' */
  readonly accountId?: string;
  readonly region?: string;
  /** The resource types that the engine knows beside custom resources. */
  readonly resourceTypes: ResourceTypes;
  /** Runs the functions of the stacks. @default - one with `lambdaOptions`, which `stop` ends */
  readonly lambda?: LocalLambda;
  readonly lambdaOptions?: LocalLambdaOptions;
  /** Variables such as `AWS_ENDPOINT_URL_SUPPORT_APP` for every function. */
  readonly endpoints?: Record<string, string>;
  /** Real seconds per second of a `ServiceTimeout`. @default 1 */
  readonly serviceTimeoutScale?: number;
  /** Makes generated ids the same in each run. @default - random */
  readonly seed?: string;
  /** SSM parameters that are there from the start. @default - only `/cdk-bootstrap/.../version` */
  readonly ssmParameters?: Record<string, string>;
  /** The organization that stack sets deploy to. @default - none */
  readonly organization?: Organization;
  /** Holds the app instances of stacks, with their users and bots. @default - a new one */
  readonly chime?: ChimeStore;
  /** What the handlers of native types call. @default - nothing, so that they fail */
  readonly services?: NativeServices;
  /** What the engine does where no source says what CloudFormation does. @default - see `DEFAULT_ASSUMPTIONS` */
  readonly assumptions?: Partial<Assumptions>;
  /** Hears the events of all stacks. */
  readonly onEvent?: StackEventListener;
}

interface RunningOperation {
  readonly operation: StackOperation;
  readonly interruption: Interruption;
  readonly before?: StackBefore;
  readonly done: Promise<void>;
}

/** CloudFormation on this machine: deploys templates to any number of accounts and Regions, and runs their custom resources for real. */
export class LocalCloudFormation {
  public static async start(options: LocalCloudFormationOptions): Promise<LocalCloudFormation> {
    const cloudFormation = new LocalCloudFormation(options, await ResponseBucket.start());
    cloudFormation.apiServer = await CloudFormationApi.start(cloudFormation);
    Object.assign(cloudFormation.lambda.endpoints, { AWS_ENDPOINT_URL_CLOUDFORMATION: cloudFormation.api.endpoint }, options.endpoints);
    return cloudFormation;
  }

  public readonly identities: Identities;
  public readonly lambda: LocalLambda;
  public readonly roles = new Roles();
  public readonly stackSets: LocalStackSets;
  public readonly events: LocalEvents;
  public readonly chime: ChimeStore;
  /** They may change between two operations. */
  public readonly assumptions: Assumptions;
  public readonly accountId: string;
  public readonly region: string;
  /** All stacks, deleted ones too. */
  public readonly stacks: Stack[] = [];
  /** Every request that was sent to a custom resource, in this order. */
  public readonly requests: CustomResourceRequest[] = [];
  private apiServer?: CloudFormationApi;
  private readonly running = new Map<Stack, RunningOperation>();
  /** Operations that have failed and were left so, with what they would be rolled back to. */
  private readonly failed = new Map<Stack, { operation: StackOperation; before?: StackBefore }>();
  private readonly ssmParameters = new Map<string, Map<string, string>>();
  private readonly assets = new Map<string, string>();
  private readonly nestedStacks = new LocalNestedStacks({
    stack: (id) => this.stack(id),
    newStack: (input, parent) => {
      const stack = this.newStack(input, parent);
      this.stacks.push(stack);
      return stack;
    },
    prepare: (stack, input) => this.prepare(stack, input),
    environment: (stack) => this.environment(stack),
    run: (operation, before, work) => this.runOperation(operation, before, work),
    interrupt: (stack) => this.interrupt(stack),
    failedOperation: (stack) => this.failed.get(stack)?.operation,
  });
  private readonly stopping = new AbortController();
  private readonly seed: string;

  private constructor(private readonly options: LocalCloudFormationOptions, public readonly bucket: ResponseBucket) {
    this.identities = options.identities ?? new Identities();
    this.lambda = options.lambda ?? new LocalLambda(options.lambdaOptions);
    this.chime = options.chime ?? new ChimeStore();
    this.accountId = options.accountId ?? '111122223333';
    this.region = options.region ?? 'us-east-1';
    this.seed = options.seed ?? randomUUID();
    this.assumptions = { ...DEFAULT_ASSUMPTIONS, ...options.assumptions };
    // Each request that is in progress listens to it.
    setMaxListeners(0, this.stopping.signal);
    this.events = new LocalEvents(this.lambda);
    this.stackSets = new LocalStackSets(this, options.organization);
  }

  /** The query API, through which handlers read their own stack. */
  public get api(): CloudFormationApi {
    return this.apiServer!;
  }

  /**
   * Creates a stack, or updates it when it is there, as the CDK's CLI does: a stack whose creation was rolled back is deleted
   * first, and an update without changes answers the stack as it is.
   */
  public async deploy(input: StackInput): Promise<StackResult> {
    const stack = this.stack(input);
    if (stack?.status === 'ROLLBACK_COMPLETE') {
      await this.deleteStack(input);
    }
    if (!stack || stack.status === 'DELETE_COMPLETE') {
      return this.createStack(input);
    }
    try {
      return await this.updateStack(input);
    } catch (error) {
      if (error instanceof ValidationError && error.message === NO_UPDATES) {
        return result(stack, stack.events.length);
      }
      throw error;
    }
  }

  /** Deploys the stacks of a cloud assembly in their order, and stops at the first that fails. */
  public async deployAssembly(
    directory: string, options: FailureOptions & { accountId?: string; region?: string; select?: (stack: AssemblyStack) => boolean } = {},
  ): Promise<StackResult[]> {
    const results: StackResult[] = [];
    for (const stack of readAssembly(directory).filter(options.select ?? (() => true))) {
      const { stackName, parameters, assets, templateBody } = stack;
      const deployed = await this.deploy({
        ...options,
        stackName,
        parameters,
        assets,
        accountId: stack.accountId ?? options.accountId,
        region: stack.region ?? options.region,
        template: templateBody,
        // As the CDK's CLI does: a template goes through S3 when it is too large for the request.
        templateSource: Buffer.byteLength(templateBody) > 51_200 ? 'S3' : 'BODY',
      });
      results.push(deployed);
      if (!['CREATE_COMPLETE', 'UPDATE_COMPLETE'].includes(deployed.status)) {
        break;
      }
    }
    return results;
  }

  public async createStack(input: StackInput): Promise<StackResult> {
    const stack = this.newStack(input);
    this.stacks.push(stack);
    stack.setStatus('CREATE_IN_PROGRESS', 'User Initiated');
    return this.run(stack, undefined, 0, (operation, interruption) => createResources(operation, input, interruption));
  }

  private newStack(input: StackInput, parent?: Stack): Stack {
    if (this.stack(input) && this.stack(input)!.status !== 'DELETE_COMPLETE') {
      throw new ValidationError(`Stack [${input.stackName}] already exists`);
    }
    if (!/^[A-Za-z][A-Za-z0-9-]{0,127}$/.test(input.stackName)) {
      throw new ValidationError(`1 validation error detected: Value '${input.stackName}' at 'stackName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*`);
    }
    const accountId = input.accountId ?? this.accountId;
    const region = input.region ?? this.region;
    const random = seededRandom(`${this.seed}/${accountId}/${region}/${input.stackName}/${this.stacks.length}`);
    const uuid = [8, 4, 4, 4, 12].map((length) => random(length, '0123456789abcdef')).join('-');
    const stack = new Stack({
      id: `arn:aws:cloudformation:${region}:${accountId}:stack/${input.stackName}/${uuid}`,
      name: input.stackName,
      accountId,
      region,
      seed: this.seed,
      parent,
    }, (event) => this.options.onEvent?.(event));
    stack.template = this.prepare(stack, input);
    stack.parameters = input.parameters ?? {};
    return stack;
  }

  /** Takes things that are there into a new stack or one that exists, as a change set of type IMPORT does. */
  public async importResources(input: StackInput & { readonly resources: readonly ResourceToImport[] }): Promise<StackResult> {
    const existing = this.stack(input);
    const isNew = !existing || existing.status === 'DELETE_COMPLETE';
    const stack = isNew ? this.newStack(input) : existing;
    const former = stack.template;
    const holderOf = (resource: StackResource) => this.neighbours(stack).find((other) => other.liveResources().some((candidate) =>
      candidate !== resource && candidate.type === resource.type && candidate.physicalId === resource.physicalId))?.id;
    return this.run(stack, undefined, stack.events.length, async (operation) => {
      try {
        stack.template = this.prepare(stack, input);
        checkImport(operation, input.resources);
      } catch (error) {
        stack.template = former;
        throw error;
      }
      if (isNew) {
        this.stacks.push(stack);
      }
      stack.parameters = input.parameters ?? {};
      await importInto(operation, input.resources, holderOf);
      stack.template = stack.status === 'IMPORT_COMPLETE' ? stack.template : former;
    });
  }

  public async updateStack(input: StackInput): Promise<StackResult> {
    const stack = this.existing(input);
    const isFailed = ['CREATE_FAILED', 'UPDATE_FAILED'].includes(stack.status!);
    if (!isFailed && !STABLE.includes(stack.status!)) {
      throw new ValidationError(`Stack:${stack.id} is in ${stack.status} state and can not be updated.`);
    }
    const template = this.prepare(stack, input);
    const current = stack.template!;
    const textOf = ({ template: content, parameters }: PreparedTemplate) => JSON.stringify([content, parameters]);
    if (!isFailed && textOf(template) === textOf(current)) {
      throw new ValidationError(NO_UPDATES);
    }
    const retyped = [...template.resources.values()].filter(({ logicalId, definition }) =>
      (stack.resource(logicalId)?.type ?? definition.Type) !== definition.Type);
    if (retyped.length > 0) {
      throw new ValidationError(`Update of resource type is not permitted. The new template modifies resource type of the following resources: [${retyped.map(({ logicalId }) => logicalId).join(', ')}]`);
    }
    // One that rolls forward from a failure still goes back to what was there before that.
    const resumed = isFailed ? this.failed.get(stack) : undefined;
    const before = isFailed ? resumed?.before : { template: current, parameters: stack.parameters };
    const first = stack.events.length;
    stack.template = template;
    stack.parameters = input.parameters ?? {};
    stack.lastUpdatedTime = new Date();
    stack.setStatus('UPDATE_IN_PROGRESS', 'User Initiated');
    return this.run(stack, before, first, (operation, interruption) =>
      updateResources(operation, before, input, interruption), resumed?.operation);
  }

  /** Ends an update that is in progress and rolls it back; the promise of the update tells how that went. */
  public cancelUpdate(selector: StackSelector): void {
    const stack = this.existing(selector);
    const running = this.running.get(stack);
    if (stack.status !== 'UPDATE_IN_PROGRESS' || !running) {
      throw new ValidationError(`CancelUpdateStack cannot be called from current stack status ${stack.status}`);
    }
    running.interruption.reason = 'User Initiated';
    running.operation.cancel.abort();
  }

  /** Takes up a rollback that failed, without the resources to skip. */
  public async continueUpdateRollback(selector: StackSelector & { resourcesToSkip?: string[] }): Promise<StackResult> {
    const stack = this.existing(selector);
    const failed = this.failed.get(stack);
    if (stack.status !== 'UPDATE_ROLLBACK_FAILED' || !failed?.before) {
      throw new ValidationError(`Stack:${stack.id} is in ${stack.status} state and can not continue its rollback.`);
    }
    const { operation, before } = failed;
    return this.run(stack, before, stack.events.length, () =>
      rollBackUpdate(operation, before, 'User Initiated', selector.resourcesToSkip), operation);
  }

  /** Rolls back what failed and was left as it was, since its rollback was disabled. */
  public async rollbackStack(selector: StackSelector): Promise<StackResult> {
    const stack = this.existing(selector);
    const failed = this.failed.get(stack);
    if (!failed || !['CREATE_FAILED', 'UPDATE_FAILED'].includes(stack.status!)) {
      throw new ValidationError(`Stack:${stack.id} is in ${stack.status} state and can not be rolled back.`);
    }
    const { operation, before } = failed;
    return this.run(stack, before, stack.events.length, async () => {
      operation.isResumed = false;
      return before ? rollBackUpdate(operation, before, 'User Initiated') : rollBackCreation(operation, 'User Initiated');
    }, operation);
  }

  /** Deletes a stack; one whose creation is in progress stops creating first. */
  public async deleteStack(selector: StackSelector & { retainResources?: string[] }): Promise<StackResult> {
    const stack = this.existing(selector);
    const importer = this.importerOf(stack);
    if (importer) {
      throw new ValidationError(`Export ${importer.exportName} cannot be deleted as it is in use by ${importer.stackName}`);
    }
    if ((selector.retainResources ?? []).length > 0 && stack.status !== 'DELETE_FAILED') {
      throw new ValidationError(`Invalid operation on stack [${stack.id}]. A stack must be in DELETE_FAILED state to retain resources`);
    }
    const running = this.running.get(stack);
    if (running) {
      if (stack.status !== 'CREATE_IN_PROGRESS') {
        throw new ValidationError(`Stack:${stack.id} is in ${stack.status} state and can not be deleted.`);
      }
      await this.interrupt(stack);
    }
    const first = stack.events.length;
    const failed = this.failed.get(stack)?.operation;
    return this.run(stack, undefined, first, (operation) => deleteResources(operation, selector.retainResources ?? []), failed);
  }

  /** Finds a stack by name or id; a deleted one by its id only, unless no other bears its name. */
  public stack(selector: StackSelector | string): Stack | undefined {
    const { stackName, accountId = this.accountId, region = this.region } = typeof selector === 'string' ? { stackName: selector } : selector;
    if (stackName.startsWith('arn:')) {
      return this.stacks.find((stack) => stack.id === stackName);
    }
    return this.stacks.filter((stack) => stack.name === stackName && stack.accountId === accountId && stack.region === region).at(-1);
  }

  /** Whom a role trusts, what it may do and since when it is there. */
  public role(arn: string): Role | undefined {
    return this.roles.find(arn);
  }

  /** Ends servers and processes; operations in progress end as cancelled. */
  public async stop(): Promise<void> {
    this.stopping.abort();
    this.running.forEach(({ operation }) => operation.cancel.abort());
    await Promise.allSettled([...this.running.values()].map(({ done }) => done));
    if (!this.options.lambda) {
      await this.lambda.stop();
    }
    await Promise.all([this.bucket.stop(), this.api.stop()]);
  }

  private existing(selector: StackSelector): Stack {
    const stack = this.stack(selector);
    if (!stack || stack.status === 'DELETE_COMPLETE') {
      throw new ValidationError(`Stack with id ${selector.stackName} does not exist`);
    }
    return stack;
  }

  /** Runs an operation, one at a time per stack, and answers how the stack came out. */
  private async run(
    stack: Stack, before: StackBefore | undefined, firstEvent: number,
    work: (operation: StackOperation, interruption: Interruption) => Promise<void>, resumed?: StackOperation,
  ): Promise<StackResult> {
    if (this.running.has(stack)) {
      throw new ValidationError(`Stack:${stack.id} is in ${stack.status} state and can not be changed.`);
    }
    const operation = resumed ?? newOperation(stack, this.environment(stack));
    if (resumed) {
      operation.cancel = new AbortController();
      operation.isResumed = true;
    }
    await this.runOperation(operation, before, (interruption) => work(operation, interruption));
    return result(stack, firstEvent);
  }

  private async runOperation(
    operation: StackOperation, before: StackBefore | undefined, work: (interruption: Interruption) => Promise<void>,
  ): Promise<void> {
    const { stack } = operation;
    const interruption: Interruption = {};
    const done = work(interruption).finally(() => this.running.delete(stack));
    this.running.set(stack, { operation, interruption, before, done });
    await done;
    if (['CREATE_FAILED', 'UPDATE_FAILED', 'UPDATE_ROLLBACK_FAILED'].includes(stack.status!)) {
      this.failed.set(stack, { operation, before });
    } else {
      this.failed.delete(stack);
    }
  }

  /** Ends the creation or update that is in progress on a stack, without a rollback. */
  private async interrupt(stack: Stack): Promise<void> {
    const running = this.running.get(stack);
    if (running) {
      running.interruption.superseded = true;
      running.operation.cancel.abort();
      await running.done;
    }
  }

  private prepare(stack: Stack, input: StackInput): PreparedTemplate {
    input.assets?.forEach((directory, key) => this.assets.set(key, directory));
    const template = parseTemplate(input.template, input.templateSource);
    const parameters = resolveParameters(template, input.parameters ?? {}, (name) => this.ssmParameter(stack, name));
    const prepared = new PreparedTemplate(template, parameters, {
      accountId: stack.accountId, region: stack.region, stackName: stack.name, stackId: stack.id,
    });
    checkResources(prepared.template, this.options.resourceTypes, stack.region);
    return prepared;
  }

  private environment(stack: Stack): ProvisionEnvironment {
    return {
      lambda: this.lambda,
      bucket: this.bucket,
      requests: this.requests,
      roles: this.roles,
      identities: this.identities,
      stackSets: this.stackSets,
      events: this.events,
      chime: this.chime,
      services: this.options.services,
      ssmParameters: this.ssmParametersOf(stack),
      serviceTimeoutScale: this.options.serviceTimeoutScale ?? 1,
      stopped: this.stopping.signal,
      resourceTypes: this.options.resourceTypes,
      assumptions: this.assumptions,
      nestedStacks: this.nestedStacks,
      asset: (_bucket, key) => this.assets.get(key),
      importValue: (name) => {
        const exporter = this.neighbours(stack).find(({ exports }) => Object.hasOwn(exports, name));
        if (!exporter) {
          throw new ValidationError(`No export named ${name} found.`);
        }
        return exporter.exports[name];
      },
    };
  }

  /** Live stacks of the same account and Region. */
  private neighbours({ accountId, region }: Stack): Stack[] {
    return this.stacks.filter((other) => other.accountId === accountId && other.region === region && other.status !== 'DELETE_COMPLETE');
  }

  private importerOf(stack: Stack): { exportName: string; stackName: string } | undefined {
    for (const other of this.neighbours(stack)) {
      const template = JSON.stringify(other.template?.template ?? {});
      const exportName = Object.keys(stack.exports).find((name) => other !== stack && template.includes(`{"Fn::ImportValue":${JSON.stringify(name)}}`));
      if (exportName !== undefined) {
        return { exportName, stackName: other.name };
      }
    }
    return undefined;
  }

  private ssmParametersOf({ accountId, region }: Stack): Map<string, string> {
    const key = `${accountId}/${region}`;
    const parameters = this.ssmParameters.get(key) ?? new Map(Object.entries(this.options.ssmParameters ?? {}));
    this.ssmParameters.set(key, parameters);
    return parameters;
  }

  private ssmParameter(stack: Stack, name: string): string | undefined {
    return this.ssmParametersOf(stack).get(name) ?? (/^\/cdk-bootstrap\/\w+\/version$/.test(name) ? BOOTSTRAP_VERSION : undefined);
  }
}

/** The states in which a stack can be updated, beside those in which an operation has failed and was left so. */
const STABLE: string[] = [
  'CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE', 'IMPORT_COMPLETE', 'IMPORT_ROLLBACK_COMPLETE',
];
const NO_UPDATES = 'No updates are to be performed.';
const BOOTSTRAP_VERSION = '30';

function result(stack: Stack, firstEvent: number): StackResult {
  return {
    stackId: stack.id,
    stackName: stack.name,
    status: stack.status!,
    reason: stack.reason,
    events: stack.events.slice(firstEvent),
    outputs: stack.outputs,
  };
}

const NESTED_STACK_PROPERTIES = { required: ['TemplateURL'], optional: ['Parameters', 'Tags', 'NotificationARNs', 'TimeoutInMinutes'] };

function checkResources({ Resources: resources }: Template, resourceTypes: ResourceTypes, region: string): void {
  const isKnown = (type: string) => isCustomResourceType(type) || type === NESTED_STACK_TYPE
    || Object.hasOwn(resourceTypes, type) && (resourceTypes[type].regions?.includes(region) ?? true);
  const unknown = Object.values(resources).map(({ Type }) => Type).filter((type) => !isKnown(type));
  if (unknown.length > 0) {
    throw new ValidationError(`Template format error: Unrecognized resource types: [${[...new Set(unknown)].join(', ')}]`);
  }
  for (const [logicalId, { Type, Properties: properties = {} }] of Object.entries(resources)) {
    const { required = [], optional } = Type === NESTED_STACK_TYPE ? NESTED_STACK_PROPERTIES : resourceTypes[Type] ?? {};
    const missing = required.filter((name) => properties[name] === undefined);
    const extraneous = optional ? Object.keys(properties).filter((name) => ![...required, ...optional].includes(name)) : [];
    const invalid = `Properties validation failed for resource ${logicalId} with message: `;
    const problem = missing.length > 0 ? `${invalid}required key [${missing.join(', ')}] not found`
      : extraneous.length > 0 ? `${invalid}#: extraneous key [${extraneous.join(', ')}] is not permitted`
        : isCustomResourceType(Type) && checkCustomResource(Type, properties);
    if (problem) {
      throw new ValidationError(`Template format error: [/Resources/${logicalId}] ${problem}`);
    }
  }
}
