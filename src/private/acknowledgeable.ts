import { Annotations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { Problem } from '../constraints';

/** The name of a warning, or of an error of a guard, in its id `cdk-support-channels:<name>`. */
export type AdviceName =
  | 'channelId' | 'teamId' | 'channelRoleTrust' | 'channelRoleAccount' | 'channelRoleRemoval' | 'roleTrust' | 'roleAccount' | 'workspaceAccount'
  | 'partition' | 'vpcSubnets' | 'unusedProvider' | 'handOver' | 'duplicateWorkspace' | 'duplicateChannel' | 'duplicateChimeChannel'
  | 'severalAliases' | 'tooManyWorkspaces' | 'tooManyChannels' | 'tooManyAccounts' | 'severalRegions';

/** What `Annotations.of(construct).acknowledgeWarning()` takes. */
export function adviceId(name: AdviceName): string {
  return `cdk-support-channels:${name}`;
}

/** Warns at a construct, unless that or its stack has acknowledged the id. */
export function warn(construct: Construct, name: AdviceName, message: string): void {
  if (!isAcknowledged(construct, name)) {
    Annotations.of(construct).addWarningV2(adviceId(name), message);
  }
}

/** An error that can be acknowledged says how, as the CDK's warnings do. */
export function acknowledgeable(name: AdviceName, message: string): string {
  return `${message} [ack: ${adviceId(name)}]`;
}

/** A problem that is no error, as one line. */
export function describeAdvice({ property, violation, remedy }: Problem): string {
  return `${property}: ${violation}. ${remedy}.`;
}

const PROBE_ID = 'CdkSupportChannelsProbe';

/**
 * Whether a construct or a scope of it has acknowledged an id. Only a warning tells: one that is acknowledged is not added. It is tried on a child, which is
 * removed again, since older releases of the CDK look at the scopes of a construct and not at the construct itself.
 */
export function isAcknowledged(construct: Construct, name: AdviceName): boolean {
  const probe = new Construct(construct, PROBE_ID);
  try {
    Annotations.of(probe).addWarningV2(adviceId(name), 'asks whether this is acknowledged');
    return probe.node.metadata.length === 0;
  } finally {
    construct.node.tryRemoveChild(PROBE_ID);
  }
}

/** Whether a construct is still where it was made: `tryRemoveChild()` takes it or a scope of it out of the tree. */
export function isInTree(construct: Construct): boolean {
  const { scope, id } = construct.node;
  return scope === undefined || (scope.node.tryFindChild(id) === construct && isInTree(scope as Construct));
}
