import { describeProblems, Problem } from '../src/constraints';
import { Client, isServiceError, ServiceError } from './aws/client';
import { CustomResourceEvent, CustomResourceResult } from './custom-resource';
import { alreadyExists } from './errors';
import { log } from './invocation';
import { formatPhysicalId, PhysicalId, replacedBy } from './physical-id';
import { Stack } from './stack';
import { UserError } from './user-error';

/** What the handler of a resource type works with. */
export interface Services {
  readonly supportApp: Client;
  readonly ownStack: Stack;
  chimeSDKMessaging(region: string): Client;
  /** Does what takes back partial work: with time reserved for it, and never instead of the error that made it necessary. */
  undo(work: (services: Services) => Promise<unknown>): Promise<void>;
}

export interface ResourceHandler {
  onCreate(event: CustomResourceEvent, services: Services): Promise<CustomResourceResult>;
  onUpdate(event: CustomResourceEvent, services: Services): Promise<CustomResourceResult>;
  /** Only called with the id of something that the stack created or adopted. */
  onDelete(event: CustomResourceEvent, id: PhysicalId, services: Services): Promise<void>;
}

/** Fails with all problems of the properties at once. */
export function assertValid(event: CustomResourceEvent, problems: Problem[]): void {
  if (problems.length > 0) {
    throw new UserError(describeProblems(event.LogicalResourceId, problems));
  }
}

/**
 * Sends a change. When it fails although an earlier try may have been carried out or it is done in part, takes it back, unless
 * the stack has learned of its success from another delivery of the same event.
 */
export async function attemptChange(
  services: Services,
  change: () => Promise<unknown>,
  takeBack: (services: Services) => Promise<unknown>,
  isDoneInPart = () => false,
) {
  try {
    await change();
  } catch (error) {
    if (isDoneInPart() || error instanceof ServiceError && error.mayHaveSucceeded && error.name !== 'ConflictException') {
      await services.undo(async (undoServices) => {
        if (!/^(CREATE|UPDATE)_COMPLETE$/.test(await undoServices.ownStack.resourceStatus() ?? '')) {
          await takeBack(undoServices);
        }
      });
    }
    throw error;
  }
}

/** A target that was there before the resource that declares it. */
interface Existing {
  /** What is there, for a message. */
  readonly what: string;
  /** What else than adopting it a user may do. */
  readonly otherwise?: string;
  /** How it differs from the declaration, for a rollback to put back; nothing where it is equal. */
  readonly previousConfiguration?: object;
}

/**
 * The physical id under which a resource holds a target that is there already: it is the stack's own, as after a move of the construct,
 * or equal to the declaration, or may be adopted. Anything else is an error.
 */
export async function claim(
  event: CustomResourceEvent,
  services: Services,
  target: PhysicalId,
  { what, otherwise, previousConfiguration }: Existing,
): Promise<string> {
  const holding = await services.ownStack.holdingOf(target);
  if (!holding && previousConfiguration && event.ResourceProperties.Existing !== 'ADOPT') {
    throw alreadyExists(what, otherwise);
  }
  return holding?.returnsTo
    ?? formatPhysicalId({ ...target, ownership: holding?.ownership ?? 'adopted', previousConfiguration, replacedId: replacedBy(event) });
}

/**
 * Removes what is the stack's, unless another resource or another stack holds it by now, and puts back in a rollback what an adoption or
 * a move has changed.
 */
export async function release(
  id: PhysicalId,
  services: Services,
  remove: () => Promise<unknown>,
  putBack: (previous: object) => Promise<unknown> = () => Promise.resolve(),
): Promise<void> {
  if (id.ownership === 'adopted' && !id.previousConfiguration) {
    return;
  }
  const isHeld = id.ownership === 'adopted' || await services.ownStack.holderOf(id) !== undefined;
  if (!isHeld) {
    if (await services.ownStack.isHeldElsewhere(id)) {
      note('another stack holds it: left');
    } else {
      await remove();
    }
  } else if (id.previousConfiguration && await services.ownStack.isRollingBack()) {
    await putBack(id.previousConfiguration);
  }
}

/** Passes over the errors of these names. */
export function ignore(...names: string[]): (error: unknown) => false {
  return (error) => {
    if (!isServiceError(error, ...names)) {
      throw error;
    }
    return false;
  };
}

/** Leaves what somebody else has changed since. */
export function leaveChanged(): void {
  note('changed outside the stack: left');
}

/** A decision that somebody who reads the log will want to know of. */
export function note(message: string): void {
  log({ note: message });
}
