import { Aspects, CfnDeletionPolicy, CfnResource, type IAspect, Lazy, Stack } from 'aws-cdk-lib/core';
import type { Construct, IConstruct } from 'constructs';
import { isInTree } from './acknowledgeable';
import { staysBehind } from './role-advice';
import { singleton } from './singleton';
import { ExistingConfiguration } from '../existing-configuration';
import type { SupportAppRole } from '../support-app-role';

const SINGLETON_ID = 'CdkSupportAppRole';

/** What CloudFormation needs to leave a channel with its role; nothing where the channel goes with the stack. */
export function keepingPolicyOf(channel: CfnResource, existing: ExistingConfiguration | undefined): CfnDeletionPolicy | undefined {
  if (staysBehind(channel)) {
    return channel.cfnOptions.deletionPolicy;
  }
  // What was there before has its former role again when the creation is rolled back.
  return existing === ExistingConfiguration.ADOPT ? CfnDeletionPolicy.RETAIN_EXCEPT_ON_CREATE : undefined;
}

/** Marks a shared role, also for another copy of this library in the app. */
const CHANNELS = Symbol.for('cdk-support-channels.channels');

interface Channel {
  readonly construct: Construct;
  readonly keepingPolicy: () => CfnDeletionPolicy | undefined;
}

/** The role that channels share, and those channels. */
interface SharedRole extends SupportAppRole {
  readonly [CHANNELS]: Channel[];
}

/** The role of all channels of a stack that name none. It stays, with its policies, as long as a channel of them does. */
export function sharedSupportAppRole(channel: Construct, keepingPolicy: () => CfnDeletionPolicy | undefined): SupportAppRole {
  const stack = Stack.of(channel);
  const role = singleton(stack, SINGLETON_ID, 'the role that channels share', isSharedRole, () => newSupportAppRole(stack));
  role[CHANNELS].push({ construct: channel, keepingPolicy });
  return role;
}

function isSharedRole(construct: IConstruct): construct is SharedRole {
  return CHANNELS in construct;
}

function newSupportAppRole(stack: Stack): SharedRole {
  // The class extends `iam.Role`, whose modules are loaded only for those who use it.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const supportAppRole = require('../support-app-role') as typeof import('../support-app-role');
  const role = Object.assign(new supportAppRole.SupportAppRole(stack, SINGLETON_ID), { [CHANNELS]: [] });
  // Policies of the role may come later.
  Aspects.of(role).add(new KeepWithChannels(role));
  return role;
}

/** Gives the resources of a shared role a policy that is decided last, when every channel has its own. */
class KeepWithChannels implements IAspect {
  private readonly visited = new Set<IConstruct>();
  private readonly policy = Lazy.uncachedAny({ produce: () => strongestPolicyOf(this.role) });

  constructor(private readonly role: SharedRole) {}

  public visit(node: IConstruct): void {
    if (CfnResource.isCfnResource(node) && !this.visited.has(node)) {
      this.visited.add(node);
      node.addOverride('DeletionPolicy', this.policy);
      node.addOverride('UpdateReplacePolicy', Lazy.uncachedAny({ produce: () => strongestPolicyOf(this.role) && CfnDeletionPolicy.RETAIN }));
    }
  }
}

/** `Retain` is the stronger one: it holds also when the creation of the stack is rolled back. */
function strongestPolicyOf(role: SharedRole): CfnDeletionPolicy | undefined {
  const policies = role[CHANNELS].filter(({ construct }) => isInTree(construct)).map(({ keepingPolicy }) => keepingPolicy());
  return policies.find((policy) => policy === CfnDeletionPolicy.RETAIN) ?? policies.find((policy) => policy !== undefined);
}
