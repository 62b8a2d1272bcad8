import type * as iam from 'aws-cdk-lib/aws-iam';
import { Reference, Tokenization } from 'aws-cdk-lib/core';
import { Dependable, type IConstruct, type IDependable } from 'constructs';

/**
 * What must be there for a role to be of use to a resource that refers to its ARN: its policies, which may be resources of their own and are
 * defined later. The resource that the ARN refers to is left out: CloudFormation waits for it anyway, and linters complain when that is said twice.
 */
export function policiesOf(role: iam.IRoleRef): IDependable {
  const policies: IDependable = {};
  Dependable.implement(policies, {
    get dependencyRoots(): IConstruct[] {
      const { tokens } = Tokenization.reverseString(role.roleRef.roleArn);
      const referredTo = tokens.map((token) => (Reference.isReference(token) ? token.target : undefined));
      return Dependable.of(role).dependencyRoots.flatMap((root) => root.node.findAll()).filter((construct) => (
        // A construct stands for all within it.
        construct.node.children.length === 0 && !referredTo.includes(construct)
      ));
    },
  });
  return policies;
}
