import * as iam from 'aws-cdk-lib/aws-iam';
import { Aws, type CfnResource, Fn, type IResolveContext, Lazy, Names, Stack } from 'aws-cdk-lib/core';
import { type Construct, Dependable, type IConstruct, type IDependable } from 'constructs';
import { acknowledge, nameInFindings } from './acknowledgements';
import { grantableRole } from './grantable-role';
import { HandlerPermissions, type Permission, type Share } from './handler-permissions';

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
const INLINE_POLICIES = ['NIST.800.53.R5', 'NIST.800.53.R4', 'HIPAA.Security', 'PCI.DSS.321'].map((pack) => ({
  rule: `${pack}-IAMNoInlinePolicy`,
  reason: 'The policy is for this role only, and must not be deleted before its last use',
}));
const inlinePolicies = () => INLINE_POLICIES;
const WILDCARD_REASON = 'The actions of the AWS Support App and of X-Ray and those of Lambda on network interfaces are not limited to resources, '
  + 'the id of a Chime channel is known only once it is made, and which stack holds a physical id only once CloudFormation was asked';

/**
 * Characters without white space that a policy of the resources gets. IAM takes 10,240 in all inline policies of a role and 6,144 in a managed one, of
 * which a role has 10. The handler has an inline policy beside, for what it always needs and what users grant, and during an update the old and
 * the new policies of the resources: so it is less than half.
 */
const MAXIMUM_INLINE = 4000;
/** Of several policies each repeats the actions. */
const INLINE_ROOM = 3000;
const MANAGED_ROOM = 4800;
const MAXIMUM_MANAGED_POLICIES = 5;
const MAXIMUM_LENGTH = INLINE_ROOM + MAXIMUM_MANAGED_POLICIES * MANAGED_ROOM;

/** Where `iam.Role.customizeRoles()` says that roles are made elsewhere. */
const CUSTOMIZED_ROLES = '@aws-cdk/iam:customizeRoles';

/** The role of a handler: the one that the user gave, or one of the provider's own. */
export function handlerRoleOf(scope: Construct, given: iam.IRoleRef | undefined): HandlerRole {
  if (given) {
    return new GivenHandlerRole(scope, given);
  }
  return scope.node.tryGetContext(CUSTOMIZED_ROLES) === undefined
    ? new OwnHandlerRole(scope, 'Role')
    : new GivenHandlerRole(scope, new iam.Role(scope, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') }));
}

/** A role of the provider's own. */
class OwnHandlerRole implements HandlerRole, iam.IPrincipal {
  public readonly roleArn: string;
  public readonly grantPrincipal: iam.IPrincipal = this;
  public readonly assumeRoleAction = 'sts:AssumeRole';
  public readonly principalAccount: string;
  private readonly permissions = new HandlerPermissions();
  private readonly resourcePolicies: ResourcePolicies;
  private readonly grants: iam.PolicyStatement[] = [];
  private readonly role: iam.CfnRole;

  constructor(scope: Construct, id: string) {
    this.role = new iam.CfnRole(scope, id, {
      description: 'Handler of support channels',
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
    acknowledge(this.role, inlinePolicies);
    this.roleArn = this.role.attrArn;
    this.principalAccount = Stack.of(scope).account;
    this.resourcePolicies = new ResourcePolicies(scope, (permissions) => ({
      inline: new iam.CfnPolicy(scope, 'Policy', {
        policyName: Lazy.uncachedString({ produce: (context) => policyName(permissions, context) }),
        policyDocument: {},
        roles: [this.role.ref],
      }),
      roles: [this.role.ref],
    }));
  }

  public get policyFragment(): iam.PrincipalPolicyFragment {
    return new iam.ArnPrincipal(this.roleArn).policyFragment;
  }

  public allow(permission: Permission): void {
    acknowledgeWildcards(this.role, this.permissions.add(permission)?.resources);
  }

  public allowResources(permission: Permission): IDependable {
    return this.resourcePolicies.allow(permission);
  }

  public addToPrincipalPolicy(statement: iam.PolicyStatement): iam.AddToPrincipalPolicyResult {
    this.grants.push(statement);
    return { statementAdded: true, policyDependable: this.role };
  }
}

/**
 * A role that the user gave. Its policies are the provider's own: in one that the user has grants in, others would wait for what those grants refer
 * to, and a role that is imported into several stacks would get one of one name from each.
 */
class GivenHandlerRole implements HandlerRole {
  public readonly roleArn: string;
  public readonly grantPrincipal: iam.IPrincipal;
  private readonly permissions = new HandlerPermissions();
  private readonly resourcePolicies: ResourcePolicies;
  private readonly role: iam.IRole;
  private given?: GivenPolicy;

  constructor(private readonly scope: Construct, given: iam.IRoleRef) {
    this.roleArn = given.roleRef.roleArn;
    this.role = grantableRole(scope, given);
    this.grantPrincipal = this.role.grantPrincipal;
    this.resourcePolicies = new ResourcePolicies(scope, (permissions) => {
      const { policy, resource, isAttached } = this.definePolicy('Policy', (context) => policyName(permissions, context));
      return {
        inline: resource,
        roles: isAttached ? resource.roles : undefined,
        add: (permission) => this.addStatement(policy, isAttached, permission),
      };
    });
  }

  public allow(permission: Permission, handler: CfnResource): void {
    const added = this.permissions.add(permission);
    if (!added) {
      return;
    }
    if (!this.given) {
      this.given = this.definePolicy('HandlerPolicy', () => 'Handler');
      this.given.resource.policyDocument = documentOf(this.permissions);
      // Each custom resource refers to the function: the policy outlives them as well.
      handler.node.addDependency(this.given.policy);
    }
    this.addStatement(this.given.policy, this.given.isAttached, added);
    acknowledgeWildcards(this.given.resource, added.resources);
  }

  public allowResources(permission: Permission): IDependable {
    return this.resourcePolicies.allow(permission);
  }

  /** A role that takes no policy, as it is made elsewhere or is not to be changed, is told all the same: the CDK reports what such a role needs. */
  private addStatement(policy: iam.Policy, isAttached: boolean, permission: Permission): void {
    if (isAttached) {
      policy.addStatements(toStatement(permission));
    } else {
      this.grantPrincipal.addToPrincipalPolicy(toStatement(permission));
    }
  }

  private definePolicy(id: string, name: (context: IResolveContext) => string): GivenPolicy {
    // IAM is global, and a role has one policy of a name: other stacks may have the same paths, also in another Region.
    const owner = Names.uniqueResourceName(this.scope, { maxLength: 70 });
    const stackUuid = Fn.select(2, Fn.split('/', Aws.STACK_ID));
    const policy = new iam.Policy(this.scope, id, {
      policyName: Fn.join('', [owner, Lazy.uncachedString({ produce: name }), '-', stackUuid]),
    });
    const resource = policy.node.defaultChild as iam.CfnPolicy;
    acknowledge(resource, inlinePolicies);
    this.role.attachInlinePolicy(policy);
    return { policy, resource, isAttached: Stack.of(this.scope).resolve(resource.roles) !== undefined };
  }
}

/** A policy of a given role; the CDK leaves it out of the template as long as it is not attached or has no statements. */
interface GivenPolicy {
  readonly policy: iam.Policy;
  readonly resource: iam.CfnPolicy;
  readonly isAttached: boolean;
}

interface FirstPolicy {
  readonly inline: iam.CfnPolicy;
  /** The names of the roles that managed policies can be attached to. */
  readonly roles?: string[];
  /** Where the CDK has to know what is added, too. */
  readonly add?: (permission: Permission) => void;
}

/** The policies that allow what the resources of a stack need: an inline one, and managed ones for what that has no room for. */
class ResourcePolicies {
  private readonly permissions = new HandlerPermissions(MAXIMUM_LENGTH);
  private readonly policies: (iam.CfnPolicy | iam.CfnManagedPolicy)[] = [];
  private readonly dependable: IDependable = {};
  private first?: FirstPolicy;

  constructor(private readonly scope: Construct, private readonly defineFirst: (permissions: HandlerPermissions) => FirstPolicy) {
    const policies = this.policies;
    // Others may be added when a resource has them already.
    Dependable.implement(this.dependable, {
      get dependencyRoots(): IConstruct[] {
        return policies;
      },
    });
    scope.node.addValidation({ validate: () => this.problems() });
  }

  public allow(permission: Permission): IDependable {
    const added = this.permissions.add(permission);
    if (!this.first) {
      this.first = this.defineFirst(this.permissions);
      acknowledge(this.first.inline, inlinePolicies);
      this.define(this.first.inline);
    }
    if (added) {
      this.first.add?.(added);
    }
    for (let number = this.policies.length; number < this.neededPolicies(); number++) {
      this.define(new iam.CfnManagedPolicy(this.scope, `Policy${number + 1}`, { policyDocument: {}, roles: this.first.roles }));
    }
    this.policies.forEach((policy) => acknowledgeWildcards(policy, [...added?.resources ?? [], ...this.permissions.wideResources]));
    return this.dependable;
  }

  private problems(): string[] {
    const { characters } = this.permissions;
    return characters <= MAXIMUM_LENGTH || !this.first?.roles ? [] : [
      `ChannelsProvider at "${this.scope.node.path}": its resources need ${characters} characters of policies, and a role takes ${MAXIMUM_LENGTH} of them. `
      + 'Give some of them another ChannelsProvider with their property provider.',
    ];
  }

  private neededPolicies(): number {
    const { characters } = this.permissions;
    return characters <= MAXIMUM_INLINE || !this.first?.roles
      ? 1
      : 1 + Math.min(MAXIMUM_MANAGED_POLICIES, Math.ceil((characters - INLINE_ROOM) / MANAGED_ROOM));
  }

  private define(policy: iam.CfnPolicy | iam.CfnManagedPolicy): void {
    const index = this.policies.push(policy) - 1;
    policy.policyDocument = documentOf(this.permissions, () => ({
      index, rooms: this.policies.map((_, position) => position === 0 ? INLINE_ROOM : MANAGED_ROOM),
    }));
    renew(policy, this.permissions);
  }
}

function documentOf(permissions: HandlerPermissions, share?: () => Share): object {
  return {
    Version: '2012-10-17',
    Statement: Lazy.uncachedAny({ produce: (context: IResolveContext) => permissions.render((value) => context.resolve(value), share?.()) }),
  };
}

function toStatement({ actions, resources, conditions }: Permission): iam.PolicyStatement {
  return new iam.PolicyStatement({ actions, resources, conditions });
}

function acknowledgeWildcards(resource: CfnResource, resources: string[] = []): void {
  const wildcards = resources.filter((name) => name.endsWith('*'));
  if (wildcards.length > 0) {
    acknowledge(resource, () => wildcards.flatMap((name) => [
      { rule: 'AwsSolutions-IAM5', finding: `Resource::${nameInFindings(resource, name)}`, reason: WILDCARD_REASON },
      { rule: 'Serverless-LambdaStarPermissions', reason: WILDCARD_REASON },
    ]));
  }
}

/**
 * Lets a policy be another resource when the resources that it is for are others. CloudFormation then makes the new one
 * before it changes anything, and deletes the old one when the last resource that needed it is deleted. Changed in
 * place, it would lack the permission to delete the last alias of a stack, for example, when that is deleted.
 */
function renew(policy: iam.CfnPolicy | iam.CfnManagedPolicy, permissions: HandlerPermissions): void {
  policy.overrideLogicalId(Lazy.uncachedString({
    // Asked for each time, as the user may rename it: the name in the template is the new one with the fingerprint.
    produce: (context) => policy.stack.getLogicalId(policy) + permissions.fingerprint((value) => context.resolve(value)),
  }));
}

function policyName(permissions: HandlerPermissions, context: IResolveContext): string {
  return `Resources${permissions.fingerprint((value) => context.resolve(value))}`;
}
