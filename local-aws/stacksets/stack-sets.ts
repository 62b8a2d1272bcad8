import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { Operation, type Outcome, type Target } from './operation';
import type { Membership, Organization } from './organization';
import { limitsOf, type OperationPreferences } from './preferences';
import { isAutoDeployed, resolveTargets, type StackInstancesGroup } from './targets';
import { readServiceManagedTemplate } from './template-rules';
import type { Stack, StackInput, StackResult, StackSelector } from '../cloudformation/stack';
import type { TemplateSource } from '../cloudformation/template';
import { ValidationError } from '../cloudformation/validation-error';
import { AwsError } from '../services/aws-error';

/** Where the stacks of the instances are. */
export interface StackDeployer {
  deploy(input: StackInput): Promise<StackResult>;
  deleteStack(selector: StackSelector): Promise<StackResult>;
  stack(selector: StackSelector | string): Stack | undefined;
}

export type InstanceStatus = 'CURRENT' | 'OUTDATED' | 'INOPERABLE';
export type DetailedInstanceStatus = 'PENDING' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED' | 'INOPERABLE' | 'SKIPPED_SUSPENDED_ACCOUNT';

/** A stack set's stack in one account and Region, or the attempt to have one. */
export interface StackInstance extends Target {
  readonly stackName: string;
  stackId?: string;
  status: InstanceStatus;
  detailedStatus: DetailedInstanceStatus;
  statusReason?: string;
  readonly parameterOverrides: Record<string, string>;
}

/** What all stacks of a stack set have in common. */
export interface StackSetDefinition {
  readonly templateBody: string;
  readonly templateSource: TemplateSource;
  readonly parameters?: Record<string, string>;
  readonly capabilities?: string[];
  readonly autoDeployment?: { readonly enabled: boolean; readonly retainStacksOnAccountRemoval: boolean };
  /** Queues an operation while another one runs, instead of refusing it. */
  readonly managedExecution?: boolean;
}

export interface StackSetCaller {
  readonly accountId: string;
  readonly callAs?: string;
}

export interface StackSet {
  readonly name: string;
  readonly id: string;
  definition: StackSetDefinition;
  /** What stack instances were asked for: the units among them are watched by automatic deployment. */
  groups: StackInstancesGroup[];
  readonly instances: Map<string, StackInstance>;
}

/** CloudFormation StackSets with service-managed permissions in one organization. */
export class LocalStackSets {
  /** All operations, also those of stack sets that are gone, the oldest first. */
  public readonly operations: Operation[] = [];
  private readonly byName = new Map<string, StackSet>();
  private readonly active = new Map<StackSet, Promise<unknown>>();

  public constructor(private readonly deployer: StackDeployer, public readonly organization?: Organization) {
    organization?.onChange((change) => this.followMembership(change));
  }

  public stackSet(nameOrId: string): StackSet {
    const found = this.byName.get(nameOrId.split(':')[0]);
    if (!found) {
      throw new AwsError('StackSetNotFoundException', `StackSet ${nameOrId} not found`, 404);
    }
    return found;
  }

  public create(name: string, definition: StackSetDefinition, caller: StackSetCaller): StackSet {
    this.checkCaller(caller);
    checkDefinition(definition);
    if (this.byName.has(name)) {
      throw new AwsError('NameAlreadyExistsException', `StackSet ${name} already exists`, 409);
    }
    if (!/^[A-Za-z][A-Za-z0-9-]{0,127}$/.test(name)) {
      throw new ValidationError(`Value '${name}' at 'stackSetName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*`);
    }
    const stackSet: StackSet = { name, id: `${name}:${randomUUID()}`, definition, groups: [], instances: new Map() };
    this.byName.set(name, stackSet);
    return stackSet;
  }

  /** Adds a stack in each account of the targets. */
  public async createInstances(stackSet: StackSet, group: StackInstancesGroup, preferences: OperationPreferences = {}): Promise<Operation> {
    return this.createFor(stackSet, resolveTargets(this.requireOrganization(), group), group, preferences);
  }

  /** Brings all stacks to a new definition, those that failed before, too, but none that is inoperable. */
  public async update(stackSet: StackSet, definition: StackSetDefinition, preferences: OperationPreferences = {}): Promise<Operation> {
    checkDefinition(definition);
    return this.operate(stackSet, 'UPDATE', preferences, () => {
      stackSet.definition = definition;
      const targets = [...stackSet.instances.values()].filter(({ status }) => status !== 'INOPERABLE');
      targets.forEach((instance) => Object.assign(instance, { status: 'OUTDATED', detailedStatus: 'PENDING', statusReason: undefined }));
      return targets;
    }, (target) => this.deploy(stackSet, target));
  }

  /** Removes stack instances, and their stacks unless those shall stay. */
  public async deleteInstances(
    stackSet: StackSet, group: StackInstancesGroup, preferences: OperationPreferences = {}, retainStacks = false,
  ): Promise<Operation> {
    const targets = resolveTargets(this.requireOrganization(), group).map(keyOf);
    const deletion = await this.deleteFor(stackSet, (instance) => targets.includes(keyOf(instance)), preferences, retainStacks);
    if (deletion.status === 'SUCCEEDED') {
      stackSet.groups = stackSet.groups.filter((other) => !isDeepStrictEqual(other.DeploymentTargets, group.DeploymentTargets));
    }
    return deletion;
  }

  public delete(stackSet: StackSet): void {
    if (stackSet.instances.size > 0) {
      throw new AwsError('StackSetNotEmptyException', `StackSet ${stackSet.name} is not empty: it has ${stackSet.instances.size} stack instances`, 409);
    }
    if (this.active.has(stackSet)) {
      throw new AwsError('OperationInProgressException', `An operation on stack set ${stackSet.name} is in progress`, 409);
    }
    this.byName.delete(stackSet.name);
  }

  /** Resolves when no operation is in progress, those of automatic deployment included. */
  public async settled(): Promise<void> {
    while (this.active.size > 0) {
      await Promise.allSettled(this.active.values());
    }
  }

  /** Without preferences: for automatic deployment, which waits for its turn and has none. */
  private async createFor(
    stackSet: StackSet, targets: Target[], group: StackInstancesGroup, preferences?: OperationPreferences,
  ): Promise<Operation> {
    const overrides = group.ParameterOverrides ?? [];
    const parameterOverrides = Object.fromEntries(overrides.map(({ ParameterKey, ParameterValue }) => [ParameterKey, ParameterValue]));
    return this.operate(stackSet, 'CREATE', preferences ?? {}, () => {
      if (preferences) {
        stackSet.groups.push(group);
      }
      targets.forEach((target) => {
        const known = stackSet.instances.get(keyOf(target));
        stackSet.instances.set(keyOf(target), {
          ...target,
          stackName: known?.stackName ?? `StackSet-${stackSet.name.slice(0, 82)}-${randomUUID()}`,
          stackId: known?.stackId,
          status: 'OUTDATED',
          detailedStatus: 'PENDING',
          parameterOverrides,
        });
      });
      return targets;
    }, (target) => this.deploy(stackSet, target), preferences === undefined);
  }

  private async deleteFor(
    stackSet: StackSet, select: (instance: StackInstance) => boolean, preferences: OperationPreferences | undefined, retainStacks: boolean,
  ): Promise<Operation> {
    return this.operate(stackSet, 'DELETE', preferences ?? {}, () => [...stackSet.instances.values()].filter(select),
      (target) => this.remove(stackSet, target, retainStacks), preferences === undefined);
  }

  /** Runs one operation at a time per stack set. (The service runs those side by side that do not touch each other.) */
  private async operate(
    stackSet: StackSet, action: Operation['action'], preferences: OperationPreferences, begin: () => Target[],
    work: (target: Target) => Promise<Outcome>, automatic = false,
  ): Promise<Operation> {
    limitsOf(preferences, 1);
    const previous = this.active.get(stackSet);
    if (previous && !stackSet.definition.managedExecution && !automatic) {
      throw new AwsError('OperationInProgressException', `An operation on stack set ${stackSet.name} is in progress`, 409);
    }
    const run = async () => {
      await previous?.catch(() => undefined);
      const targets = begin();
      const operation = new Operation(randomUUID(), action, targets, preferences, work);
      this.operations.push(operation);
      await operation.run();
      operation.results.filter(({ status }) => status === 'CANCELLED').forEach((result) => {
        Object.assign(stackSet.instances.get(keyOf(result)) ?? {}, { detailedStatus: 'CANCELLED', statusReason: result.reason });
      });
      return operation;
    };
    const running = run();
    this.active.set(stackSet, running);
    try {
      return await running;
    } finally {
      if (this.active.get(stackSet) === running) {
        this.active.delete(stackSet);
      }
    }
  }

  private async deploy(stackSet: StackSet, target: Target): Promise<Outcome> {
    const instance = stackSet.instances.get(keyOf(target))!;
    const { definition: { templateBody, templateSource, parameters } } = stackSet;
    if (this.organization?.suspended.has(target.accountId)) {
      instance.detailedStatus = 'SKIPPED_SUSPENDED_ACCOUNT';
      return { succeeded: true };
    }
    instance.detailedStatus = 'RUNNING';
    let outcome: Outcome;
    try {
      const result = await this.deployer.deploy({
        stackName: instance.stackName,
        accountId: target.accountId,
        region: target.region,
        template: templateBody,
        templateSource,
        parameters: { ...parameters, ...instance.parameterOverrides },
      });
      instance.stackId = result.stackId;
      const succeeded = result.events.length === 0 || ['CREATE_COMPLETE', 'UPDATE_COMPLETE'].includes(result.status);
      outcome = { succeeded, reason: succeeded ? undefined : reasonOf(result) };
    } catch (error) {
      outcome = { succeeded: false, reason: (error as Error).message };
    }
    instance.status = outcome.succeeded ? 'CURRENT' : 'OUTDATED';
    instance.detailedStatus = outcome.succeeded ? 'SUCCEEDED' : 'FAILED';
    instance.statusReason = outcome.reason;
    return outcome;
  }

  private async remove(stackSet: StackSet, target: Target, retainStacks: boolean): Promise<Outcome> {
    const instance = stackSet.instances.get(keyOf(target))!;
    const selector = { stackName: instance.stackName, accountId: target.accountId, region: target.region };
    const { status } = this.deployer.stack(selector) ?? {};
    if (!retainStacks && status !== undefined && status !== 'DELETE_COMPLETE') {
      instance.detailedStatus = 'RUNNING';
      try {
        const result = await this.deployer.deleteStack(selector);
        if (result.status !== 'DELETE_COMPLETE') {
          throw new Error(reasonOf(result));
        }
      } catch (error) {
        const reason = (error as Error).message;
        Object.assign(instance, { status: 'INOPERABLE', detailedStatus: 'INOPERABLE', statusReason: reason });
        return { succeeded: false, reason };
      }
    }
    stackSet.instances.delete(keyOf(target));
    return { succeeded: true };
  }

  /** Automatic deployment: follows accounts into and out of the units of the targets, with default preferences. */
  private followMembership({ accountId, before, after }: Membership): void {
    for (const stackSet of this.byName.values()) {
      const { autoDeployment } = stackSet.definition;
      if (!autoDeployment?.enabled || accountId === this.organization?.managementAccountId) {
        continue;
      }
      for (const group of stackSet.groups) {
        const [was, is] = [before, after].map((units) => isAutoDeployed(group, accountId, units));
        if (!was && is) {
          const organizationalUnitId = group.DeploymentTargets.OrganizationalUnitIds!.find((unit) => after.includes(unit));
          const targets = group.Regions.map((region) => ({ accountId, region, organizationalUnitId }));
          this.inBackground(this.createFor(stackSet, targets, group));
        } else if (was && !is) {
          const isGone = (instance: StackInstance) => instance.accountId === accountId;
          this.inBackground(this.deleteFor(stackSet, isGone, undefined, autoDeployment.retainStacksOnAccountRemoval));
        }
      }
    }
  }

  /** What became of it is in `operations`. */
  private inBackground(operation: Promise<Operation>): void {
    operation.catch((error) => console.error(error));
  }

  private requireOrganization(): Organization {
    if (!this.organization?.trustedAccess) {
      throw new ValidationError('You must enable organizations access to operate a service managed stack set');
    }
    return this.organization;
  }

  private checkCaller({ accountId, callAs = 'SELF' }: StackSetCaller): void {
    const organization = this.requireOrganization();
    const isEntitled = callAs === 'DELEGATED_ADMIN'
      ? organization.delegatedAdministrators.has(accountId)
      : accountId === organization.managementAccountId;
    if (!isEntitled) {
      throw new ValidationError(callAs === 'DELEGATED_ADMIN'
        ? `Account used is not a delegated administrator: ${accountId}`
        : `Account ${accountId} is not the management account of the organization: only that one and delegated administrators use service-managed permissions`);
    }
  }
}

function checkDefinition({ templateBody, templateSource, capabilities = [] }: StackSetDefinition): void {
  readServiceManagedTemplate(templateBody, templateSource, capabilities);
}

function keyOf({ accountId, region }: Target): string {
  return `${accountId}/${region}`;
}

/** As the service words it: the first resource that failed. */
function reasonOf({ events, status, reason }: StackResult): string {
  const failed = events.find((event) => event.status.endsWith('_FAILED') && event.type !== 'AWS::CloudFormation::Stack'
    && !/cancelled$/.test(event.reason ?? ''));
  return failed
    ? `ResourceLogicalId:${failed.logicalId}, ResourceType:${failed.type}, ResourceStatusReason:${failed.reason ?? 'None'}.`
    : `Stack is in ${status} state. ${reason ?? ''}`.trim();
}
