import * as iam from 'aws-cdk-lib/aws-iam';
import { type CfnResource, type IResolveContext, Lazy, Names, Stack } from 'aws-cdk-lib/core';
import type { Construct, IDependable } from 'constructs';
import { acknowledge, nameInFindings } from './acknowledgements';
import { HandlerPermissions, type Permission } from './handler-permissions';

/** The role that the handler runs with. */
export interface HandlerRole {
  readonly roleArn: string;
  readonly grantPrincipal: iam.IPrincipal;
  /** Allows what the function needs whatever it manages; the function must be deleted before the permission is. */
  allow(permission: Permission, handler: CfnResource): void;
  /** Allows what the resources of a type need; a resource that depends on the answer is deleted before the permission is. */
  allowResources(permission: Permission): IDependable;
}

/** The rule of each of cdk-nag's packs that wants policies to be resources of their own. */
const INLINE_POLICY_RULES = ['NIST.800.53.R5', 'NIST.800.53.R4', 'HIPAA.Security', 'PCI.DSS.321'].map((pack) => `${pack}-IAMNoInlinePolicy`);
const INLINE_POLICY_REASON = 'The policy is for this role only, and must not be deleted before its last use';
const WILDCARD_REASON = 'The actions of the AWS Support App and those of Lambda on network interfaces are not limited to resources, '
  + 'the id of a Chime channel is known only once it is made, and which stack holds a physical id only once CloudFormation was asked';

/** A role of the provider's own. */
export class OwnHandlerRole implements HandlerRole, iam.IPrincipal {
  public readonly roleArn: string;
  public readonly grantPrincipal: iam.IPrincipal = this;
  public readonly assumeRoleAction = 'sts:AssumeRole';
  public readonly principalAccount: string;
  private readonly permissions = new HandlerPermissions();
  private readonly resourcePermissions = new HandlerPermissions();
  private readonly grants: iam.PolicyStatement[] = [];
  private readonly role: iam.CfnRole;
  private resourcePolicy?: iam.CfnPolicy;

  constructor(private readonly scope: Construct, id: string) {
    this.role = new iam.CfnRole(scope, id, {
      description: 'Manages the AWS Support App and Amazon Chime channels of the stack',
      assumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } }],
      },
      policies: Lazy.uncachedAny({
        produce: (context: IResolveContext) => [{
          policyName: 'Handler',
          policyDocument: {
            Version: '2012-10-17',
            Statement: [
              ...this.permissions.render((value) => context.resolve(value)),
              ...this.grants.map((statement) => statement.toStatementJson()),
            ],
          },
        }],
      }),
    });
    acknowledge(this.role, INLINE_POLICY_RULES.map((rule) => ({ rule, reason: INLINE_POLICY_REASON })));
    this.roleArn = this.role.attrArn;
    this.principalAccount = Stack.of(scope).account;
  }

  public get policyFragment(): iam.PrincipalPolicyFragment {
    return new iam.ArnPrincipal(this.roleArn).policyFragment;
  }

  public allow(permission: Permission): void {
    acknowledgeWildcards(this.role, this.permissions.add(permission));
  }

  public allowResources(permission: Permission): IDependable {
    const added = this.resourcePermissions.add(permission);
    this.resourcePolicy ??= this.defineResourcePolicy();
    acknowledgeWildcards(this.resourcePolicy, added);
    return this.resourcePolicy;
  }

  public addToPrincipalPolicy(statement: iam.PolicyStatement): iam.AddToPrincipalPolicyResult {
    this.grants.push(statement);
    return { statementAdded: true, policyDependable: this.role };
  }

  private defineResourcePolicy(): iam.CfnPolicy {
    const policy = new iam.CfnPolicy(this.scope, 'Policy', {
      policyName: Lazy.uncachedString({ produce: (context) => policyName(this.resourcePermissions, context) }),
      policyDocument: {
        Version: '2012-10-17',
        Statement: Lazy.uncachedAny({ produce: (context: IResolveContext) => this.resourcePermissions.render((value) => context.resolve(value)) }),
      },
      roles: [this.role.ref],
    });
    acknowledge(policy, INLINE_POLICY_RULES.map((rule) => ({ rule, reason: INLINE_POLICY_REASON })));
    renew(policy, this.resourcePermissions);
    return policy;
  }
}

/** A role that the user gave. */
export class GivenHandlerRole implements HandlerRole {
  public readonly roleArn: string;
  public readonly grantPrincipal: iam.IPrincipal;
  private readonly permissions = new HandlerPermissions();
  private readonly resourcePermissions = new HandlerPermissions();
  private resourcePolicy?: iam.Policy;

  constructor(private readonly scope: Construct, private readonly role: iam.IRole) {
    this.roleArn = role.roleArn;
    this.grantPrincipal = role.grantPrincipal;
  }

  public allow(permission: Permission, handler: CfnResource): void {
    const added = this.permissions.add(permission);
    if (!added) {
      return;
    }
    const { policyDependable } = this.grantPrincipal.addToPrincipalPolicy(toStatement(added));
    if (policyDependable) {
      // Each custom resource refers to the function: the policy outlives them as well.
      handler.node.addDependency(policyDependable);
    }
  }

  public allowResources(permission: Permission): IDependable {
    const added = this.resourcePermissions.add(permission);
    if (!this.resourcePolicy) {
      // The role may serve other stacks and providers, too, and has one policy of a name.
      const owner = Names.uniqueResourceName(this.scope, { maxLength: 100 });
      this.resourcePolicy = new iam.Policy(this.scope, 'Policy', {
        policyName: Lazy.uncachedString({ produce: (context) => owner + policyName(this.resourcePermissions, context) }),
      });
      const resource = this.resourcePolicy.node.defaultChild as iam.CfnPolicy;
      acknowledge(resource, INLINE_POLICY_RULES.map((rule) => ({ rule, reason: INLINE_POLICY_REASON })));
      renew(resource, this.resourcePermissions);
      this.role.attachInlinePolicy(this.resourcePolicy);
    }
    if (added) {
      this.resourcePolicy.addStatements(toStatement(added));
      acknowledgeWildcards(this.resourcePolicy.node.defaultChild as iam.CfnPolicy, added);
    }
    return this.resourcePolicy;
  }
}

function toStatement({ actions, resources, conditions }: Permission): iam.PolicyStatement {
  return new iam.PolicyStatement({ actions, resources, conditions });
}

function acknowledgeWildcards(resource: CfnResource, added: Permission | undefined): void {
  const wildcards = added?.resources.filter((name) => name.endsWith('*')) ?? [];
  acknowledge(resource, wildcards.flatMap((name) => [
    { rule: 'AwsSolutions-IAM5', finding: `Resource::${nameInFindings(resource, name)}`, reason: WILDCARD_REASON },
    { rule: 'Serverless-LambdaStarPermissions', reason: WILDCARD_REASON },
  ]));
}

/**
 * Lets a policy be another resource when the resources that it is for are others. CloudFormation then makes the new one
 * before it changes anything, and deletes the old one when the last resource that needed it is deleted. Changed in
 * place, it would lack the permission to delete the last alias of a stack, for example, when that is deleted.
 */
function renew(policy: iam.CfnPolicy, permissions: HandlerPermissions): void {
  policy.overrideLogicalId(Lazy.uncachedString({
    // Asked for late: the stack may rename the id, without the characters that are added here.
    produce: (context) => policy.stack.getLogicalId(policy) + permissions.fingerprint((value) => context.resolve(value)),
  }));
}

function policyName(permissions: HandlerPermissions, context: IResolveContext): string {
  return `Resources${permissions.fingerprint((value) => context.resolve(value))}`;
}
