import { seededRandom } from './generated-names';
import type { PreparedTemplate, TemplateSource } from './template';
import type { Properties, ResourceDefinition } from './template-model';
import { ValidationError } from './validation-error';

export type ResourceStatus =
  | `${'CREATE' | 'UPDATE' | 'DELETE' | 'IMPORT'}_${'IN_PROGRESS' | 'COMPLETE' | 'FAILED'}` | 'DELETE_SKIPPED';

export type StackStatus =
  | `${'CREATE' | 'ROLLBACK' | 'UPDATE' | 'UPDATE_ROLLBACK' | 'DELETE' | 'IMPORT' | 'IMPORT_ROLLBACK'}_${'IN_PROGRESS' | 'COMPLETE' | 'FAILED'}`
  | 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS' | 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS';

/** One line of a stack's history, as `DescribeStackEvents` shows it. */
export interface StackEvent {
  readonly timestamp: Date;
  readonly stackId: string;
  readonly stackName: string;
  readonly logicalId: string;
  readonly physicalId?: string;
  readonly type: string;
  readonly status: ResourceStatus | StackStatus;
  readonly reason?: string;
}

export interface StackResource {
  readonly logicalId: string;
  readonly type: string;
  definition: ResourceDefinition;
  dependencies: string[];
  /** The properties that the resource got last, even when it refused them. */
  properties: Properties;
  physicalId?: string;
  attributes: Record<string, unknown>;
  noEcho?: boolean;
  /** Where the answer lies that `attributes` came from. */
  answer?: string;
  /** Whether its function was asked to create it: only then is there something to delete. */
  requested?: boolean;
  /** Whether an Update was asked for and did not succeed: the properties may hold or not. */
  unsettled?: boolean;
  /** The properties from which the Update started that did not succeed. */
  formerProperties?: Properties;
  status: ResourceStatus;
  reason?: string;
  timestamp: Date;
}

/** How an operation goes on after a failure. */
export interface FailureOptions {
  /** Leaves the stack as it is, in CREATE_FAILED or UPDATE_FAILED. @default false */
  readonly disableRollback?: boolean;
  /** Cancels resources in progress when another one fails; otherwise they are waited for. @default true */
  readonly cancelInProgress?: boolean;
  /** What becomes of a stack whose creation fails, unless `disableRollback` leaves it as it is. @default 'ROLLBACK' */
  readonly onFailure?: 'ROLLBACK' | 'DELETE';
}

/** Which stack: by its name, in the default account and Region unless told, or by its id. */
export interface StackSelector {
  readonly stackName: string;
  readonly accountId?: string;
  readonly region?: string;
}

export interface StackInput extends StackSelector, FailureOptions {
  /** The template, as an object or as the bytes that are sent. */
  readonly template: string | object;
  /** How the template is sent, which limits its size. @default 'BODY' */
  readonly templateSource?: TemplateSource;
  readonly parameters?: Record<string, string>;
  /** Directories of file assets by their key in the staging bucket. */
  readonly assets?: Map<string, string>;
}

export interface StackResult {
  readonly stackId: string;
  readonly stackName: string;
  readonly status: StackStatus;
  readonly reason?: string;
  /** Events of this operation. */
  readonly events: StackEvent[];
  readonly outputs: Record<string, unknown>;
}

export interface StackIdentity {
  readonly id: string;
  readonly name: string;
  readonly accountId: string;
  readonly region: string;
  readonly seed: string;
  /** The stack that it is nested in. @default - none */
  readonly parent?: Stack;
}

export type StackEventListener = (event: StackEvent) => void;

/** A stack: its resources as CloudFormation believes them to be, and its history. */
export class Stack {
  public readonly id: string;
  public readonly name: string;
  public readonly accountId: string;
  public readonly region: string;
  /** The stack that it is nested in, if any. */
  public readonly parent?: Stack;
  public readonly creationTime = new Date();
  public lastUpdatedTime?: Date;
  public deletionTime?: Date;
  public status?: StackStatus;
  public reason?: string;
  /** The template that the resources follow; in an update, the one they are brought to. */
  public template?: PreparedTemplate;
  /** The given parameter values. */
  public parameters: Record<string, string> = {};
  /** Resources by logical id. A deleted one stays listed, as in the service, until one of its name is made again. */
  public readonly resources = new Map<string, StackResource>();
  public outputs: Record<string, unknown> = {};
  public exports: Record<string, unknown> = {};
  public readonly events: StackEvent[] = [];
  private readonly randoms = new Map<string, ReturnType<typeof seededRandom>>();

  public constructor(private readonly identity: StackIdentity, private readonly listener: StackEventListener) {
    ({ id: this.id, name: this.name, accountId: this.accountId, region: this.region, parent: this.parent } = identity);
  }

  public setStatus(status: StackStatus, reason?: string): void {
    this.status = status;
    this.reason = reason;
    this.record({ logicalId: this.name, physicalId: this.id, type: 'AWS::CloudFormation::Stack', status, reason });
  }

  public setResourceStatus(resource: StackResource, status: ResourceStatus, reason?: string): void {
    resource.status = status;
    resource.reason = reason;
    resource.timestamp = new Date();
    this.record({ logicalId: resource.logicalId, physicalId: resource.physicalId, type: resource.type, status, reason });
  }

  public record(event: Omit<StackEvent, 'timestamp' | 'stackId' | 'stackName'>): void {
    const recorded: StackEvent = { timestamp: new Date(), stackId: this.id, stackName: this.name, ...event };
    this.events.push(recorded);
    this.listener(recorded);
  }

  /** A resource that is not deleted. */
  public resource(logicalId: string): StackResource | undefined {
    const resource = this.resources.get(logicalId);
    return resource && resource.status !== 'DELETE_COMPLETE' && resource.status !== 'DELETE_SKIPPED' ? resource : undefined;
  }

  public liveResources(): StackResource[] {
    return [...this.resources.keys()].flatMap((logicalId) => this.resource(logicalId) ?? []);
  }

  public ref(logicalId: string): string {
    const physicalId = this.resource(logicalId)?.physicalId;
    if (physicalId === undefined) {
      throw new ValidationError(`Template error: instance of Ref references resource ${logicalId}, which does not exist`);
    }
    return physicalId;
  }

  public getAtt(logicalId: string, attribute: string): unknown {
    const resource = this.resource(logicalId);
    if (!resource) {
      throw new ValidationError(`Template error: instance of Fn::GetAtt references undefined resource ${logicalId}`);
    }
    if (!Object.hasOwn(resource.attributes, attribute)) {
      throw new ValidationError(resource.answer === undefined
        ? `Template error: resource ${logicalId} does not support attribute type ${attribute} in Fn::GetAtt`
        : `CustomResource attribute error: Vendor response doesn't contain ${attribute} attribute in object ${resource.answer}`);
    }
    return resource.attributes[attribute];
  }

  /** The random source of one resource: the same values in each run with the same seed, however the resources overlap. */
  public random(logicalId: string): ReturnType<typeof seededRandom> {
    const known = this.randoms.get(logicalId) ?? seededRandom(`${this.identity.seed}/${this.id}/${logicalId}`);
    this.randoms.set(logicalId, known);
    return known;
  }
}
