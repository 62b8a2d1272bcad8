import { SUPPORT_APP_REGIONS } from '../../src/constraints';
import { Client, ServiceError } from '../aws/client';
import {
  CloudFormationClient,
  describeHolder,
  describeStackEvents,
  listStackResources,
  StackMember,
} from '../aws/cloudformation';
import { collect, find } from '../aws/pagination';
import { CustomResourceEvent, isLate } from '../custom-resource';
import { Invocation } from '../invocation';
import { parsePhysicalId, PhysicalId, sameTarget } from './physical-id';

/** How long another Region may take to say whether it holds something; a handler in a VPC may have no way to it. */
const OTHER_REGION_TIMEOUT = 5_000;

/** How long after an operation of the stack a rule may still send what was declared before it. */
const SETTLING_TIME = 300_000;

/** What the handler may know of the stack that it works for; it asks for nothing before it needs it. */
export interface Stack {
  /** The physical id under which another resource of the stack holds a target, as after a move of the construct. */
  holderOf(target: PhysicalId): Promise<string | undefined>;
  /**
   * The physical id under which the stack held a target when its operation in progress began: another resource may have
   * left it since, or this one, in an update that is rolled back.
   */
  holderBefore(target: PhysicalId): Promise<string | undefined>;
  /** The physical id of this resource when the operation in progress began. */
  idBefore(): Promise<string | undefined>;
  /**
   * What a stack of the account holds under one of these physical ids, the own one or another, in any Region that has the
   * Support App. Where the stack may not ask, none is known to.
   */
  findHolder(physicalIds: string[]): Promise<StackMember | undefined>;
  /** Whether the stack has a resource of this physical id. */
  has(physicalId: string): Promise<boolean>;
  /** Status of the resource that the event is about. */
  resourceStatus(): Promise<string | undefined>;
  isRollingBack(): Promise<boolean>;
  /** Whether the stack was complete for a while at a time, and is. */
  isAtRest(time: string): Promise<boolean>;
  /** Whether a Delete undoes the creation of the resource, by a rollback or by a deletion of what never was complete. */
  isUndoing(): Promise<boolean>;
  /** Whether a Delete repeats one that the stack has taken as done. */
  hasDeleted(): Promise<boolean>;
}

export function stackOf(event: CustomResourceEvent, invocation: Invocation): Stack {
  const { StackId: stackId, LogicalResourceId: resourceId, PhysicalResourceId: eventId } = event;
  const region = process.env.AWS_REGION!;
  const client = new CloudFormationClient({ region, invocation });
  // What is refused to a question stays refused: nothing was granted a moment ago.
  const question = { ...invocation, propagationDeadline: 0 };
  const asker = new CloudFormationClient({ region, invocation: question });
  let listing: Promise<StackMember[]> | undefined;
  const list = () => listing ??= collect(listStackResources(client, stackId));
  const own = async () => (await list()).find(({ logicalId }) => logicalId === resourceId);
  let operation: Promise<StackMember[]> | undefined;
  /** The events of the operation in progress, the newest first. */
  const operationEvents = () => operation ??= readOperation(client, stackId);
  const status = async () => statusesIn(await operationEvents(), stackId)[0] ?? '';
  const isOtherHolder = ({ logicalId, physicalId, status: resourceStatus }: StackMember) => logicalId === resourceId
    // The resource itself holds the target under another id than the one that the event is about.
    ? physicalId !== eventId && event.RequestType === 'Delete'
    : !resourceStatus.startsWith('DELETE');
  const holds = (target: PhysicalId) => ({ physicalId }: StackMember) => {
    const id = parsePhysicalId(physicalId);
    return !!id && sameTarget(id, target);
  };

  const stack: Stack = {
    async holderOf(target) {
      return (await list()).find((resource) => holds(target)(resource) && isOtherHolder(resource))?.physicalId;
    },
    async holderBefore(target) {
      return (await operationEvents()).filter(holds(target)).pop()?.physicalId;
    },
    async idBefore() {
      return (await operationEvents()).filter(({ logicalId }) => logicalId === resourceId).pop()?.physicalId;
    },
    async findHolder(physicalIds) {
      const ask = async (from: Client, id: string) => (await describeHolder(from, id))
        .find((resource) => resource.physicalId === id && !resource.status.startsWith('DELETE'));
      const answers = await Promise.all(physicalIds.flatMap((id) => [
        ask(asker, id).catch(noneWhereRefused),
        ...SUPPORT_APP_REGIONS.filter((other) => other !== region).map((other) => ask(
          new CloudFormationClient({ region: other, invocation: { ...question, signal: AbortSignal.timeout(OTHER_REGION_TIMEOUT) } }), id,
        ).catch(() => undefined)),
      ]));
      return answers.find((answer) => answer);
    },
    async has(physicalId) {
      return (await list()).some((resource) => resource.physicalId === physicalId);
    },
    async resourceStatus() {
      return (await own())?.status;
    },
    async isRollingBack() {
      // Not when it has: the status stays `UPDATE_ROLLBACK_COMPLETE` until the next operation.
      return /ROLLBACK\w*_IN_PROGRESS/.test(await status());
    },
    async isAtRest(time) {
      const last = await find(describeStackEvents(client, stackId), ({ physicalId }) => physicalId === stackId);
      return /^(CREATE|UPDATE|IMPORT)\w*_COMPLETE$/.test(last?.status ?? '') && Date.parse(last!.timestamp) + SETTLING_TIME < Date.parse(time);
    },
    async isUndoing() {
      if (isUndone(await operationEvents(), stackId, eventId!)) {
        return true;
      }
      // Nested stacks are created and undone with the stack that they are a part of.
      const [parent] = await describeHolder(asker, stackId).catch(() => []);
      return !!parent && isUndone(await readOperation(asker, parent.stackId).catch(() => []), parent.stackId, stackId);
    },
    async hasDeleted() {
      const resource = await own();
      if (resource?.physicalId === eventId) {
        // The template may have the same anew by the time that a late Delete arrives.
        return isLate(event) ? resource?.status !== 'DELETE_IN_PROGRESS' : resource?.status === 'DELETE_COMPLETE';
      }
      // What a replacement has left is deleted once, before the update is over.
      return !!resource && !/IN_PROGRESS/.test(await status());
    },
  };
  return stack;
}

/** No stack has the id, or the handler may not ask; any other error leaves it open. */
function noneWhereRefused(error: unknown): undefined {
  if (!(error instanceof ServiceError && /^(ValidationError|AccessDenied)/.test(error.name))) {
    throw error;
  }
}

/** The events of a stack since its last creation or update began, the newest first: the rollback or deletion after it, too. */
const readOperation = (client: Client, stackId: string): Promise<StackMember[]> => collect(
  describeStackEvents(client, stackId),
  ({ physicalId, status }) => physicalId === stackId && /^(CREATE|UPDATE)_IN_PROGRESS$/.test(status),
);

/** What the stack itself went through, the newest first. */
const statusesIn = (events: StackMember[], stackId: string): string[] =>
  events.filter(({ physicalId }) => physicalId === stackId).map(({ status }) => status);

/** Whether the operation takes back what it has made itself, of which this is a part. */
function isUndone(events: StackMember[], stackId: string, physicalId: string): boolean {
  const [status = '', ...before] = statusesIn(events, stackId);
  return /ROLLBACK\w*_IN_PROGRESS/.test(status)
    || status.startsWith('DELETE')
    && !before.some((earlier) => /^(CREATE|UPDATE|UPDATE_ROLLBACK)_COMPLETE$/.test(earlier))
    && events.some((event) => event.physicalId === physicalId && event.status.startsWith('CREATE'));
}
