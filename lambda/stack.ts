import { CloudFormationClient, listStackResources, readStackStatus, StackResourceSummary } from './aws/cloudformation';
import { find } from './aws/pagination';
import { CustomResourceEvent } from './custom-resource';
import { Invocation } from './invocation';
import { Ownership, parsePhysicalId, PhysicalId, sameTarget } from './physical-id';

/** What the handler may know of the stack that it works for. */
export interface Stack {
  /**
   * The physical id under which another resource of the stack holds a target. A construct that moves in the tree changes
   * its logical id: CloudFormation creates the new resource and then deletes the old one, and both name the same target.
   */
  holderOf(target: PhysicalId): Promise<PhysicalId | undefined>;
  /** Whether the stack has taken the resource's creation or update as done. */
  hasCompleted(): Promise<boolean>;
  /** Whether the stack undoes an operation: only then a deletion puts back what an adoption or a move replaced. */
  isRollingBack(): Promise<boolean>;
}

export function stackOf(event: CustomResourceEvent, invocation: Invocation): Stack {
  const client = new CloudFormationClient({ region: process.env.AWS_REGION!, invocation });
  return {
    async holderOf(target) {
      const holder = await find(listStackResources(client, event.StackId), (resource) => {
        const id = parsePhysicalId(resource.PhysicalResourceId);
        return id !== undefined && sameTarget(id, target) && isOtherHolder(resource, event);
      });
      return parsePhysicalId(holder?.PhysicalResourceId);
    },
    async hasCompleted() {
      return await find(listStackResources(client, event.StackId), (resource) =>
        resource.LogicalResourceId === event.LogicalResourceId && /^(CREATE|UPDATE)_COMPLETE$/.test(resource.ResourceStatus!)) !== undefined;
    },
    async isRollingBack() {
      return /ROLLBACK/.test(await readStackStatus(client, event.StackId) ?? '');
    },
  };
}

/**
 * The physical id that a target is, or was, held under within the stack, if it is: another resource of the stack holds
 * it, or the update that replaced it is being rolled back.
 */
export async function findHolding(event: CustomResourceEvent, target: PhysicalId, stack: Stack): Promise<Holding | undefined> {
  const replaced = parsePhysicalId(event.PhysicalResourceId)?.replaced;
  const replacedId = parsePhysicalId(replaced);
  if (replacedId && sameTarget(replacedId, target) && await stack.isRollingBack()) {
    return { ownership: replacedId.ownership, returnsTo: replaced };
  }
  const holder = await stack.holderOf(target);
  return holder && { ownership: holder.ownership };
}

export interface Holding {
  readonly ownership: Ownership;
  /** The very physical id to answer, so that a rollback ends where the update began. */
  readonly returnsTo?: string;
}

function isOtherHolder(resource: StackResourceSummary, event: CustomResourceEvent): boolean {
  return resource.LogicalResourceId === event.LogicalResourceId
    // The resource itself holds the target under another id than the one that the event is about.
    ? resource.PhysicalResourceId !== event.PhysicalResourceId && event.RequestType === 'Delete'
    : !/^DELETE/.test(resource.ResourceStatus!);
}
