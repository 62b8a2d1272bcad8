import type * as iam from 'aws-cdk-lib/aws-iam';
import { CfnResource, Reference, Tokenization } from 'aws-cdk-lib/core';
import { Dependable, type IConstruct, type IDependable } from 'constructs';

/**
 * The resource of a role, for those who use its ARN without referring to it. Its policies are left out: they may let the role read what is made later,
 * and nothing that uses the ARN needs them.
 */
export function roleItself(role: iam.IRoleRef): IDependable {
  const dependable: IDependable = {};
  Dependable.implement(dependable, {
    get dependencyRoots(): IConstruct[] {
      const { tokens } = Tokenization.reverseString(role.roleRef.roleArn);
      const referredTo = tokens.map((token) => (Reference.isReference(token) ? token.target : undefined));
      return Dependable.of(role).dependencyRoots.map((root) => (CfnResource.isCfnResource(root) ? root : root.node.defaultChild))
        // CloudFormation waits for what the ARN refers to anyway, and linters complain when that is said twice.
        .filter((resource) => resource !== undefined && !referredTo.includes(resource)) as IConstruct[];
    },
  });
  return dependable;
}
