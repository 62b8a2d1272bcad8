import type * as iam from 'aws-cdk-lib/aws-iam';
import { CfnResource, Stack } from 'aws-cdk-lib/core';
import type { Construct, IConstruct } from 'constructs';
import { acknowledgeable, describeAdvice, isAcknowledged, warn } from './acknowledgeable';
import { showValue } from './props';
import { knownAccountOf } from './target-account';
import { isUnresolved } from './validation';

/** The role that a service acts through, and the property that it was given for. */
export interface ServiceRole {
  readonly property: 'channelRole' | 'role';
  readonly role: iam.IRoleRef;
  /** Such as `supportapp.amazonaws.com`. */
  readonly service: string;
}

/** Looks at a role of the user's at synth, when nothing about it changes any more. */
export function adviseOnRole(construct: Construct, serviceRole: ServiceRole): void {
  construct.node.addValidation({
    validate: () => {
      warnAboutTrust(construct, serviceRole);
      return checkAccount(construct, serviceRole);
    },
  });
}

/** Warns of a role that CloudFormation deletes while the channel stays. */
export function warnAboutRemoval(channel: Construct, role: iam.IRoleRef, keepingPolicy: () => string | undefined): void {
  channel.node.addValidation({
    validate: () => {
      const resource = resourceOf(role);
      if (keepingPolicy() !== undefined && resource && Stack.of(resource) === Stack.of(channel) && !staysBehind(resource)) {
        warn(channel, 'channelRoleRemoval', describeAdvice({
          property: 'channelRole',
          violation: `should stay as the channel does when the stack is deleted, got ${showValue(role)}, which is deleted then: Slack would say that the role is `
            + 'not valid',
          remedy: 'Call applyRemovalPolicy(RemovalPolicy.RETAIN) on the role, or leave channelRole out: the role that channels share is kept with them',
        }));
      }
      return [];
    },
  });
}

/** Warns of a workspace that is registered for another account than the channel's. */
export function warnAboutWorkspaceAccount(channel: Construct, workspace: IConstruct): void {
  const [account, other] = [channel, workspace].map((construct) => knownAccountOf(Stack.of(construct)));
  if (account !== undefined && other !== undefined && account !== other) {
    warn(channel, 'workspaceAccount', describeAdvice({
      property: 'workspace',
      violation: `should be registered for account ${account}, that of stack "${Stack.of(channel).node.path}", got ${showValue(workspace)} of account ${other}`,
      remedy: 'Define a SlackWorkspace for the account, or give SlackWorkspace.fromTeamId() if the account has it already',
    }));
  }
}

/** Whether CloudFormation leaves a resource when it is removed from its stack. */
export function staysBehind(resource: CfnResource): boolean {
  return String(resource.cfnOptions.deletionPolicy).startsWith('Retain');
}

/** The resource of a role that the app defines. */
export function resourceOf(role: iam.IRoleRef): CfnResource | undefined {
  const construct = (role as Partial<IConstruct>).node && (CfnResource.isCfnResource(role) ? role : role.node.defaultChild);
  return CfnResource.isCfnResource(construct) ? construct : undefined;
}

function warnAboutTrust(construct: Construct, { property, role, service }: ServiceRole): void {
  const resource = resourceOf(role);
  const document: unknown = resource && Stack.of(resource).resolve((resource as Partial<iam.CfnRole>).assumeRolePolicyDocument);
  const principals = document === undefined ? undefined : trustedPrincipals(document);
  if (principals && !principals.some((principal) => mayBe(service, principal))) {
    warn(construct, `${property}Trust`, describeAdvice({
      property,
      violation: `should trust ${service}, got ${showValue(role)}, which trusts ${principals.length === 0 ? 'nobody' : principals.map(showPrincipal).join(' and ')}`,
      remedy: `Set assumedBy to new iam.ServicePrincipal('${service}')${property === 'channelRole' ? ', or make a SupportAppRole' : ''}`,
    }));
  }
}

interface Statement {
  readonly Effect?: unknown;
  readonly Principal?: unknown;
}

/** The principals that a trust policy allows to assume the role: `{ Service: 'lambda.amazonaws.com' }` and the like. */
function trustedPrincipals(document: unknown): unknown[] {
  const statements = (document as { Statement?: unknown }).Statement ?? [];
  return (Array.isArray(statements) ? statements : [statements]).filter((statement: Statement) => statement?.Effect === 'Allow')
    .map(({ Principal }: Statement) => Principal);
}

/** What is known only at deployment may be the service. */
function mayBe(service: string, principal: unknown): boolean {
  const services = (principal as { Service?: unknown } | undefined)?.Service;
  const [name] = service.split('.');
  return principal === '*' || (Array.isArray(services) ? services : [services]).some((each) => (
    typeof each === 'string' ? each === service || each.startsWith(`${name}.`) : each !== undefined
  ));
}

function showPrincipal(principal: unknown): string {
  const services = (principal as { Service?: unknown } | undefined)?.Service;
  return typeof services === 'string' ? services : showValue(principal);
}

/** The service refuses such a role; one whose ARN is known only at deployment is left to it. */
function checkAccount(construct: Construct, { property, role }: ServiceRole): string[] {
  const account = knownAccountOf(Stack.of(construct));
  const roleAccount = isUnresolved(role.roleRef.roleArn) ? accountOfResource(role) : role.roleRef.roleArn.split(':')[4];
  if (account === undefined || roleAccount === undefined || roleAccount === account || isAcknowledged(construct, `${property}Account`)) {
    return [];
  }
  return [acknowledgeable(`${property}Account`, describeAdvice({
    property,
    violation: `must be a role of account ${account}, that of stack "${Stack.of(construct).node.path}", got ${showRole(role)} of account ${roleAccount}`,
    remedy: 'AWS passes a role to a service in the role\'s own account only: give a role of the account',
  }))];
}

function accountOfResource(role: iam.IRoleRef): string | undefined {
  const resource = resourceOf(role);
  return resource && knownAccountOf(Stack.of(resource));
}

function showRole(role: iam.IRoleRef): string {
  return isUnresolved(role.roleRef.roleArn) ? showValue(role) : showValue(role.roleRef.roleArn);
}
