import type { PolicyDocument } from '../identity';

/** A role as the services that are asked to assume it see it. */
export interface Role {
  readonly arn: string;
  readonly roleName: string;
  /** Service principals that may assume it, such as `supportapp.amazonaws.com`. */
  readonly trusts: string[];
  readonly assumeRolePolicyDocument: unknown;
  /** All its identity policies as they are now. */
  readonly policies: PolicyDocument[];
  readonly permissionsBoundary?: string;
  readonly createdAt: Date;
}

export interface RoleState {
  readonly roleName: string;
  readonly createdAt: Date;
  assumeRolePolicyDocument: unknown;
  permissionsBoundary?: string;
  managedPolicyArns: string[];
  inlinePolicies: PolicyDocument[];
  /** What else stands in the role's policies: inline ones by their name, managed ones by their ARN. */
  readonly attached: Map<string, PolicyDocument>;
}

/** The IAM roles of all local accounts. */
export class Roles {
  /** Customer managed policies by ARN. */
  public readonly managedPolicies = new Map<string, PolicyDocument>();
  private readonly states = new Map<string, RoleState>();

  public create(arn: string, state: RoleState): void {
    if (this.states.has(arn)) {
      throw new Error(`Role with name ${state.roleName} already exists.`);
    }
    this.states.set(arn, state);
  }

  public delete(arn: string): void {
    this.states.delete(arn);
  }

  /** The ARNs of all roles that there are. */
  public get arns(): string[] {
    return [...this.states.keys()];
  }

  public state(arn: string): RoleState | undefined {
    return this.states.get(arn);
  }

  /** Finds a role of an account by its name, whatever its path. */
  public byName(accountId: string, roleName: string): RoleState | undefined {
    return [...this.states].find(([arn, state]) => arn.split(':')[4] === accountId && state.roleName === roleName)?.[1];
  }

  public find(arn: string): Role | undefined {
    const state = this.states.get(arn);
    return state && {
      arn,
      roleName: state.roleName,
      trusts: trustedServices(state.assumeRolePolicyDocument),
      assumeRolePolicyDocument: state.assumeRolePolicyDocument,
      policies: this.policiesOf(state),
      permissionsBoundary: state.permissionsBoundary,
      createdAt: state.createdAt,
    };
  }

  public policiesOf(state: RoleState): PolicyDocument[] {
    const managed = state.managedPolicyArns.flatMap((arn) => this.managedPolicies.get(arn) ?? awsManagedPolicy(arn) ?? []);
    return [...state.inlinePolicies, ...state.attached.values(), ...managed];
  }
}

/** The policies of AWS that templates for the handler may name; others grant nothing here. */
function awsManagedPolicy(arn: string): PolicyDocument | undefined {
  const actions = AWS_MANAGED_POLICIES[arn.split(':policy/')[1] ?? ''];
  return actions && { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: actions, Resource: '*' } };
}

const LOG_ACTIONS = ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'];
const AWS_MANAGED_POLICIES: Record<string, string[]> = {
  'service-role/AWSLambdaBasicExecutionRole': LOG_ACTIONS,
  'service-role/AWSLambdaVPCAccessExecutionRole': [
    ...LOG_ACTIONS, 'ec2:CreateNetworkInterface', 'ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets', 'ec2:DeleteNetworkInterface',
    'ec2:AssignPrivateIpAddresses', 'ec2:UnassignPrivateIpAddresses',
  ],
  'AdministratorAccess': ['*'],
};

/** The service principals that a trust policy lets assume the role. */
export function trustedServices(document: unknown): string[] {
  const statements = [(document as { Statement?: unknown } | undefined)?.Statement ?? []].flat() as {
    Effect?: string; Action?: string | string[]; Principal?: { Service?: string | string[] };
  }[];
  return statements
    .filter(({ Effect, Action }) => Effect === 'Allow' && [Action ?? []].flat().some((action) => ['sts:AssumeRole', 'sts:*', '*'].includes(action)))
    .flatMap(({ Principal }) => Principal?.Service ?? []);
}
