import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

/** A role that permissions can be granted to. One that is only referred to, such as a `CfnRole`, is imported by its name, and gets them in policies of the scope. */
export function grantableRole(scope: Construct, role: iam.IRoleRef): iam.IRole {
  return isRole(role) ? role : iam.Role.fromRoleName(scope, 'Role', role.roleRef.roleName);
}

function isRole(role: iam.IRoleRef): role is iam.IRole {
  return 'grantPrincipal' in role && 'attachInlinePolicy' in role;
}
