import type { LocalServices } from '../../local-aws/services/server';

/** Which stack of which account; the Region is that of all scenarios. */
export interface StackAddress {
  readonly accountId: string;
  readonly stackName: string;
}

export interface OperationOptions {
  /** Leaves a stack whose creation failed as it is. */
  readonly disableRollback?: boolean;
}

/** How a stack came out of an operation. */
export interface Outcome {
  /** Such as `UPDATE_ROLLBACK_COMPLETE`. */
  readonly status: string;
  /** The reasons of the resources that failed, in the order of the events. */
  readonly failures: string[];
}

/** What the handler was asked, and how often it answered. */
export interface HandlerRequest {
  readonly requestType: string;
  readonly logicalId: string;
  readonly physicalId?: string;
  readonly stackId: string;
  readonly answers: { readonly status: number; readonly bytes: number }[];
}

export const REGION = 'us-east-1';

/** A CloudFormation with the Support App and Chime to which its functions talk. */
export interface Engine {
  readonly name: string;
  readonly services: LocalServices;
  /** All requests so far, in the order in which they were sent. */
  readonly requests: readonly HandlerRequest[];

  createStack(stack: StackAddress, template: string, options?: OperationOptions): Promise<Outcome>;
  updateStack(stack: StackAddress, template: string): Promise<Outcome>;
  deleteStack(stack: StackAddress): Promise<Outcome>;
  continueUpdateRollback(stack: StackAddress): Promise<Outcome>;
  /** As `cdk deploy` does it. Where it is missing the engine has no change sets. */
  executeChangeSet?(stack: StackAddress, template: string, kind: 'CREATE' | 'UPDATE'): Promise<Outcome>;
  /** Rolls back a creation that was left as it failed. Where it is missing the engine cannot. */
  rollbackStack?(stack: StackAddress): Promise<Outcome>;

  /** The physical ids of the custom resources that the stack has, by logical id. */
  physicalIds(stack: StackAddress): Promise<Record<string, string>>;
  /** Makes a role by other means than a stack, which the Support App may assume. */
  createConsoleRole(accountId: string, roleName: string): Promise<void>;
  stop(): Promise<void>;
}
