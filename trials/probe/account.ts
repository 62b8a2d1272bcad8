import type { ChimeSDKMessagingClient } from '@aws-sdk/client-chime-sdk-messaging';
import type CloudFormation from 'aws-sdk/clients/cloudformation';
import type SupportApp from 'aws-sdk/clients/supportapp';

/** What all that the probes make is called, so that it is known for theirs. */
export const PREFIX = 'support-channels-probe';

/** The clients of one caller. */
export interface Clients {
  readonly chime: ChimeSDKMessagingClient;
  readonly supportApp: SupportApp;
}

export interface StackOutcome {
  readonly stackId: string;
  readonly status: string;
  /** The reasons of resources that failed. */
  readonly failures: string[];
}

export interface DeployOptions {
  /** Leaves the stack as it is after a failure. */
  readonly disableRollback?: boolean;
}

/** An AppInstance that the probes have made. */
export interface ProbeAppInstance {
  readonly arn: string;
  /** Answers the ARN of the user. */
  createUser(name: string): Promise<string>;
  /** Answers the ARN of a bot; fails where the account has none to give. */
  createBot(): Promise<string>;
  /** Answers the ARN of a channel flow. */
  createChannelFlow(name: string): Promise<string>;
}

/** The account that is asked: a live one, or one of the local AWS. What a probe makes in it goes at the end. */
export interface ProbeAccount extends Clients {
  readonly accountId: string;
  readonly region: string;
  readonly cloudFormation: Pick<CloudFormation, 'describeStackResources'>;
  /** Things of the names that the probes use, which another run must have left. */
  findLeftovers(): Promise<string[]>;
  /** The clients of a role that may do nothing. */
  clientsWithoutPermissions(): Promise<Clients>;
  createAppInstance(): Promise<ProbeAppInstance>;
  /** Answers the ARN of a role that one service may assume. */
  createRole(name: string, service: string): Promise<string>;
  /** Creates a stack or updates it, and waits for the end, whatever it is. */
  deploy(stackName: string, template: object, options?: DeployOptions): Promise<StackOutcome>;
  /** Deletes a stack, and waits for the end, whatever it is. */
  deleteStack(stackName: string): Promise<StackOutcome>;
  /** Takes up a rollback that failed, without some of its resources. */
  continueUpdateRollback(stackName: string, skip?: string[]): Promise<StackOutcome>;
  /** What the functions of a stack were called with, other than by CloudFormation, as they have logged it after the word "received". */
  received(stackId: string): Promise<unknown[]>;
  /** Lets time pass. */
  wait(seconds: number): Promise<void>;
  /** What the functions of a stack were asked so far, as `Delete A id-1`, or `Update A id-1 (was VALUE)`. */
  requests(stackId: string): Promise<string[]>;
  /** Has something removed at the end that was made by other means; `remove` succeeds where it is not there. */
  atEnd(what: string, remove: () => Promise<unknown>): void;
  /** Removes all that was made here; answers what could not be removed, and why. */
  cleanUp(): Promise<string[]>;
}
