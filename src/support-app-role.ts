import * as iam from 'aws-cdk-lib/aws-iam';
import { CfnResource, type Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { acknowledge } from './private/acknowledgements';

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
export class SupportAppRole extends iam.Role {
  constructor(scope: Construct, id: string, props: SupportAppRoleProps = {}) {
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
      acknowledge(resource, [{
        rule: 'AwsSolutions-IAM4',
        finding: `Policy::arn:<AWS::Partition>:iam::aws:policy/${MANAGED_POLICY_NAMES[access]}`,
        reason: 'AWS keeps the policy in step with what the AWS Support App needs',
      }]);
    }
  }
}
