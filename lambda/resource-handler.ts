import { describeProblems, Problem } from '../src/constraints';
import { Client, isServiceError, ServiceError } from './aws/client';
import { CustomResourceEvent, CustomResourceResult } from './custom-resource';
import { UserError } from './errors';
import { PhysicalId } from './physical-id';
import { Stack } from './stack';

/** What the handler of a resource type works with. */
export interface Services {
  readonly supportApp: Client;
  readonly stack: Stack;
  chimeSDKMessaging(region: string): Client;
  /** Does what takes back partial work: with time reserved for it, and never instead of the error that made it necessary. */
  undo(work: (services: Services) => Promise<unknown>): Promise<void>;
}

export interface ResourceHandler {
  create(event: CustomResourceEvent, services: Services): Promise<CustomResourceResult>;
  update(event: CustomResourceEvent, services: Services): Promise<CustomResourceResult>;
  /** Only called with the id of something that the stack created or adopted. */
  delete(event: CustomResourceEvent, id: PhysicalId, services: Services): Promise<void>;
}

/** Fails with all problems of the properties at once. */
export function assertValid(event: CustomResourceEvent, problems: Problem[]): void {
  if (problems.length > 0) {
    throw new UserError(describeProblems(event.LogicalResourceId, problems));
  }
}

/**
 * Sends a change. When it fails although an earlier try may have been carried out, takes it back, unless the stack has
 * learned of its success from another delivery of the same event.
 */
export async function attemptChange(services: Services, change: () => Promise<unknown>, takeBack: (services: Services) => Promise<unknown>) {
  try {
    await change();
  } catch (error) {
    if (error instanceof ServiceError && error.mayHaveSucceeded && error.name !== 'ConflictException') {
      await services.undo(async (undoServices) => {
        if (!/^(CREATE|UPDATE)_COMPLETE$/.test(await undoServices.stack.resourceStatus() ?? '')) {
          await takeBack(undoServices);
        }
      });
    }
    throw error;
  }
}

/** Runs a deletion that succeeds when the thing is gone already. */
export async function ignoreMissing(deletion: Promise<unknown>): Promise<void> {
  await deletion.catch((error) => {
    if (!isServiceError(error, 'ResourceNotFoundException')) {
      throw error;
    }
  });
}

/** A decision that somebody who reads the log will want to know of. */
export function note(message: string): void {
  console.log(JSON.stringify({ note: message }));
}
