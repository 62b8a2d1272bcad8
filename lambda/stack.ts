import { ServiceError } from './aws/client';
import { CloudFormationClient, describeHolder, listStackResources, readStackStatus } from './aws/cloudformation';
import { CustomResourceEvent } from './custom-resource';
import { Invocation } from './invocation';
import { formatPhysicalId, Ownership, OWNERSHIPS, parsePhysicalId, PhysicalId, sameTarget } from './physical-id';

/** What the handler may know of the stack that it works for; what it asks for is read when it is asked for. */
export interface Stack {
  /**
   * The physical id under which another resource of the stack holds a target. A construct that moves in the tree changes
   * its logical id: CloudFormation creates the new resource and then deletes the old one, and both name the same target.
   */
  holderOf(target: PhysicalId): Promise<PhysicalId | undefined>;
  /**
   * Whether another stack of the account and Region holds a target, under another mark: one to which it was moved, for example. Where the
   * stack may not ask, none is known to.
   */
  isHeldElsewhere(target: PhysicalId): Promise<boolean>;
  /** How the stack holds a target that a Create or a replacement finds in use; `undefined` for what is not the stack's. */
  holdingOf(target: PhysicalId): Promise<Holding | undefined>;
  /** Status of the resource that the event is about. */
  resourceStatus(): Promise<string | undefined>;
  /** Whether the stack undoes an operation: only then a deletion puts back what an adoption or a move replaced. */
  isRollingBack(): Promise<boolean>;
  /** Whether a Delete repeats one that the stack has taken as done. */
  hasDeleted(): Promise<boolean>;
}

export interface Holding {
  readonly ownership: Ownership;
  /** The very physical id to answer, so that a rollback ends where the update began. */
  readonly returnsTo?: string;
}

interface StackResource {
  readonly logicalId?: string;
  readonly physicalId?: string;
  readonly id?: PhysicalId;
  readonly status: string;
}

export function stackOf(event: CustomResourceEvent, invocation: Invocation): Stack {
  const client = new CloudFormationClient({ region: process.env.AWS_REGION!, invocation });
  let listing: Promise<StackResource[]> | undefined;
  const list = () => listing ??= readResources(client, event.StackId);
  const own = async () => (await list()).find((resource) => resource.logicalId === event.LogicalResourceId);
  const status = async () => await readStackStatus(client, event.StackId) ?? '';
  const stack: Stack = {
    async holderOf(target) {
      return (await list()).find(({ id, ...resource }) => id && sameTarget(id, target) && isOtherHolder(resource, event))?.id;
    },
    async isHeldElsewhere(target) {
      const ids = OWNERSHIPS.filter((ownership) => ownership !== target.ownership)
        .map((ownership) => formatPhysicalId({ ...target, ownership, previousConfiguration: undefined, replacedId: undefined }));
      const answers = await Promise.all(ids.map((id) => describeHolder(client, id).catch(noneWhereRefused)));
      return answers.flat().some(({ StackId, PhysicalResourceId, ResourceStatus = '' }) =>
        ids.includes(PhysicalResourceId!) && StackId !== event.StackId && isLive({ status: ResourceStatus }));
    },
    async holdingOf(target) {
      const { replacedId } = parsePhysicalId(event.PhysicalResourceId) ?? {};
      const former = parsePhysicalId(replacedId);
      if (former && sameTarget(former, target) && await stack.isRollingBack()) {
        return { ownership: former.ownership, returnsTo: replacedId };
      }
      const resources = (await list()).filter((resource) => isLive(resource));
      const leaver = resources.find(({ id }) => id && left(id, target) && hasJustCome(id, resources));
      return await stack.holderOf(target) ?? parsePhysicalId(leaver?.id?.replacedId);
    },
    async resourceStatus() {
      return (await own())?.status;
    },
    async isRollingBack() {
      // Not when it has: the status stays `UPDATE_ROLLBACK_COMPLETE` until the next operation.
      return /ROLLBACK\w*_IN_PROGRESS/.test(await status());
    },
    async hasDeleted() {
      const resource = await own();
      return resource?.physicalId === event.PhysicalResourceId
        ? resource?.status === 'DELETE_COMPLETE'
        // What a replacement has left is deleted once, before the update is over.
        : resource !== undefined && !/IN_PROGRESS/.test(await status());
    },
  };
  return stack;
}

/** No stack has the id, or the handler may not ask; any other error leaves it open. */
function noneWhereRefused(error: unknown): [] {
  if (error instanceof ServiceError && /^(ValidationError|AccessDenied)/.test(error.name)) {
    return [];
  }
  throw error;
}

async function readResources(client: InstanceType<typeof CloudFormationClient>, stackId: string): Promise<StackResource[]> {
  const resources: StackResource[] = [];
  for await (const { LogicalResourceId: logicalId, PhysicalResourceId: physicalId, ResourceStatus: status } of listStackResources(client, stackId)) {
    resources.push({ logicalId, physicalId, id: parsePhysicalId(physicalId), status: status ?? '' });
  }
  return resources;
}

function isLive({ status }: Pick<StackResource, 'status'>): boolean {
  return !status.startsWith('DELETE');
}

function isOtherHolder(resource: StackResource, event: CustomResourceEvent): boolean {
  return resource.logicalId === event.LogicalResourceId
    // The resource itself holds the target under another id than the one that the event is about.
    ? resource.physicalId !== event.PhysicalResourceId && event.RequestType === 'Delete'
    : isLive(resource);
}

/** Whether a replacement has left a target for the one that it holds. */
function left(id: PhysicalId, target: PhysicalId): boolean {
  const former = parsePhysicalId(id.replacedId);
  return former !== undefined && sameTarget(former, target);
}

/**
 * Whether a resource came to its target in this very update, as when two swap theirs: then another resource holds that
 * target still, or has itself just left it. Only then the target that it came from is still the stack's.
 */
function hasJustCome(id: PhysicalId, resources: StackResource[]): boolean {
  const others = resources.filter((resource) => resource.id !== id);
  return others.some((other) => other.id && (sameTarget(other.id, id) || left(other.id, id) && hasJustCome(other.id, others)));
}
