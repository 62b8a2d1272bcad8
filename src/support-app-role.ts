import * as iam from 'aws-cdk-lib/aws-iam';
import { CfnResource, Duration } from 'aws-cdk-lib/core';
import { propertyInjectable } from 'aws-cdk-lib/core/lib/prop-injectable';
import type { Construct } from 'constructs';
import { acknowledge } from './private/acknowledgements';
import { checkTypes, isMap, type PropertyType, TEXT } from './private/props';
import { pathOf, throwProblems } from './private/validation';

/**
 * What people in a Slack channel may do with the support cases of the account.
 */
export enum SupportAppAccess {
  /**
   * Create, read, answer, resolve and reopen support cases, start live chats with support agents, and request quota increases.
   *
   * The AWS managed policy `AWSSupportAppFullAccess`.
   */
  FULL_ACCESS = 'FULL_ACCESS',

  /**
   * Read support cases and their correspondence.
   *
   * The AWS managed policy `AWSSupportAppReadOnlyAccess`.
   */
  READ_ONLY = 'READ_ONLY',
}

const MANAGED_POLICY_NAMES = {
  [SupportAppAccess.FULL_ACCESS]: 'AWSSupportAppFullAccess',
  [SupportAppAccess.READ_ONLY]: 'AWSSupportAppReadOnlyAccess',
};

/**
 * Properties of a `SupportAppRole`.
 */
export interface SupportAppRoleProps {
  /**
   * What people in the Slack channel may do with the support cases of the account.
   *
   * @default SupportAppAccess.FULL_ACCESS
   */
  readonly access?: SupportAppAccess;

  /**
   * Managed policies beside the one of `access`.
   *
   * @default - the managed policy of `access` only
   */
  readonly managedPolicies?: iam.IManagedPolicy[];

  /**
   * Policies that are part of the role, by name.
   *
   * @default - no inline policies
   */
  readonly inlinePolicies?: { [name: string]: iam.PolicyDocument };

  /**
   * The permissions boundary of the role.
   *
   * @default - no permissions boundary, unless one applies to the scope
   */
  readonly permissionsBoundary?: iam.IManagedPolicy;

  /**
   * The name of the role.
   *
   * IAM is global: a named role can be deployed once per account, whatever the number of Regions.
   *
   * @default - CloudFormation generates a name
   */
  readonly roleName?: string;

  /**
   * The path of the role, such as `/support/`.
   *
   * @default /
   */
  readonly path?: string;

  /**
   * The description of the role, at most 1,000 characters.
   *
   * @default - a description that says who acts through the role
   */
  readonly description?: string;

  /**
   * The maximum duration of a session with the role, from 1 to 12 hours.
   *
   * @default Duration.hours(1)
   */
  readonly maxSessionDuration?: Duration;
}

/**
 * The IAM role that people in a Slack channel act through.
 *
 * **Everyone in the Slack channel has the permissions of this role**, whether or not they have an AWS identity of their own: prefer private
 * channels, and `SupportAppAccess.READ_ONLY` where reading is enough.
 *
 * The role trusts `supportapp.amazonaws.com`. The Support App answers "your IAM role isn't valid" in Slack when a role lacks that trust.
 *
 * @see https://docs.aws.amazon.com/awssupport/latest/user/support-app-permissions.html
 */
@propertyInjectable
export class SupportAppRole extends iam.Role {
  /**
   * The name by which `PropertyInjectors` of the CDK give this class its defaults.
   */
  public static readonly PROPERTY_INJECTION_ID: string = 'cdk-support-channels.SupportAppRole';

  constructor(scope: Construct, id: string, props: SupportAppRoleProps = {}) {
    throwProblems('SupportAppRole', pathOf(scope, id), checkTypes(props, PROPERTY_TYPES).problems);
    const { access = SupportAppAccess.FULL_ACCESS, managedPolicies = [], description, ...roleProps } = props;
    super(scope, id, {
      ...roleProps,
      description: description ?? 'Everyone in the Slack channels of the AWS Support App that use this role acts with its permissions',
      assumedBy: new iam.ServicePrincipal('supportapp.amazonaws.com'),
      managedPolicies: [iam.ManagedPolicy.fromAwsManagedPolicyName(MANAGED_POLICY_NAMES[access]), ...managedPolicies],
    });
    const resource = this.node.defaultChild;
    // `Role.customizeRoles()` lets roles be made elsewhere.
    if (CfnResource.isCfnResource(resource)) {
      acknowledge(resource, () => [{
        rule: 'AwsSolutions-IAM4',
        finding: `Policy::arn:<AWS::Partition>:iam::aws:policy/${MANAGED_POLICY_NAMES[access]}`,
        reason: 'AWS keeps the policy in step with what the AWS Support App needs',
      }]);
    }
  }
}

const ACCESSES = Object.keys(MANAGED_POLICY_NAMES);

const MANAGED_POLICY: PropertyType = {
  must: 'a managed policy',
  remedy: 'Give one, such as iam.ManagedPolicy.fromAwsManagedPolicyName(name)',
  fits: isManagedPolicy,
};

const PROPERTY_TYPES = {
  access: { must: ACCESSES.join(' or '), remedy: 'Choose one of them', fits: (value: unknown) => ACCESSES.some((access) => access === value) },
  managedPolicies: {
    must: 'a list of managed policies',
    remedy: 'Give a list of managed policies, such as [iam.ManagedPolicy.fromAwsManagedPolicyName(name)]',
    fits: (value: unknown) => Array.isArray(value) && value.every(isManagedPolicy),
  },
  inlinePolicies: {
    must: 'a map of policy documents by name',
    remedy: 'Give an object such as { Name: new iam.PolicyDocument({ statements }) }',
    fits: (value: unknown) => isMap(value) && Object.values(value).every((document) => document instanceof iam.PolicyDocument),
  },
  permissionsBoundary: MANAGED_POLICY,
  roleName: TEXT,
  path: TEXT,
  description: TEXT,
  maxSessionDuration: {
    must: 'a Duration of 1 to 12 hours',
    remedy: 'Give one, such as Duration.hours(1)',
    fits: (value: unknown) => value instanceof Duration && (value.isUnresolved() || (value.toSeconds() >= 3600 && value.toSeconds() <= 43_200)),
  },
};

function isManagedPolicy(value: unknown): boolean {
  return typeof (value as Partial<iam.IManagedPolicy> | null | undefined)?.managedPolicyArn === 'string';
}
