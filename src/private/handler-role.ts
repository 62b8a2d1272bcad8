import { aws_iam as iam, type CfnResource, type IResolveContext, Lazy, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { acknowledge, nameInFindings } from './acknowledgements';
import { HandlerPermissions, type Permission } from './handler-permissions';

/** The role that the handler runs with. */
export interface HandlerRole {
  readonly roleArn: string;
  readonly grantPrincipal: iam.IPrincipal;
  /** Allows something; the function must be deleted before the permission is. */
  allow(permission: Permission, handler: CfnResource): void;
}

/** The rule of each of cdk-nag's packs that wants policies to be resources of their own. */
const INLINE_POLICY_RULES = ['NIST.800.53.R5', 'NIST.800.53.R4', 'HIPAA.Security', 'PCI.DSS.321'].map((pack) => `${pack}-IAMNoInlinePolicy`);
const INLINE_POLICY_REASON = 'The policy is for this role only, and must not be deleted before its last use';
const WILDCARD_REASON = 'The actions of the AWS Support App and those of Lambda on network interfaces are not limited to resources, '
  + 'and the id of a Chime channel is known only once it is made';

/** A role of the provider's own: one resource, policy included, so that no permission can be deleted before the last use. */
export class OwnHandlerRole implements HandlerRole, iam.IPrincipal {
  public readonly roleArn: string;
  public readonly grantPrincipal: iam.IPrincipal = this;
  public readonly assumeRoleAction = 'sts:AssumeRole';
  public readonly policyFragment: iam.PrincipalPolicyFragment;
  public readonly principalAccount: string;
  private readonly permissions = new HandlerPermissions();
  private readonly grants: iam.PolicyStatement[] = [];
  private readonly role: iam.CfnRole;

  constructor(scope: Construct, id: string) {
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
    this.policyFragment = new iam.ArnPrincipal(this.roleArn).policyFragment;
    this.principalAccount = Stack.of(scope).account;
  }

  public allow(permission: Permission): void {
    const added = this.permissions.add(permission);
    const wildcards = added?.resources.filter((resource) => resource.endsWith('*')) ?? [];
    acknowledge(this.role, wildcards.flatMap((resource) => [
      { rule: 'AwsSolutions-IAM5', finding: `Resource::${nameInFindings(this.role, resource)}`, reason: WILDCARD_REASON },
      { rule: 'Serverless-LambdaStarPermissions', reason: WILDCARD_REASON },
    ]));
  }

  public addToPrincipalPolicy(statement: iam.PolicyStatement): iam.AddToPrincipalPolicyResult {
    this.grants.push(statement);
    return { statementAdded: true, policyDependable: this.role };
  }
}

/** A role that the user gave. */
export class GivenHandlerRole implements HandlerRole {
  public readonly roleArn: string;
  public readonly grantPrincipal: iam.IPrincipal;
  private readonly permissions = new HandlerPermissions();

  constructor(role: iam.IRole) {
    this.roleArn = role.roleArn;
    this.grantPrincipal = role.grantPrincipal;
  }

  public allow(permission: Permission, handler: CfnResource): void {
    const added = this.permissions.add(permission);
    if (!added) {
      return;
    }
    const { actions, resources, conditions } = added;
    const { policyDependable } = this.grantPrincipal.addToPrincipalPolicy(new iam.PolicyStatement({ actions, resources, conditions }));
    if (policyDependable) {
      // Each custom resource refers to the function: the policy outlives them as well.
      handler.node.addDependency(policyDependable);
    }
  }
}
