import type * as iam from 'aws-cdk-lib/aws-iam';
import { CfnResource, Reference, Stack, Tokenization } from 'aws-cdk-lib/core';
import { type Construct, Dependable, type IConstruct, type IDependable } from 'constructs';

/**
 * The resource of a role, for those who use its ARN without referring to it. Its policies are left out: they may let the role read what is made later,
 * and nothing that uses the ARN needs them.
 */
export function roleItself(role: iam.IRoleRef): IDependable {
  const dependable: IDependable = {};
  Dependable.implement(dependable, {
    get dependencyRoots(): IConstruct[] {
      const referredTo = Tokenization.reverseString(role.roleRef.roleArn).tokens.map((token) => (Reference.isReference(token) ? token.target : undefined));
      return Dependable.of(role).dependencyRoots.map((root) => (CfnResource.isCfnResource(root) ? root : root.node.defaultChild))
        // CloudFormation waits for what the ARN refers to anyway, and linters complain when that is said twice.
        .filter((resource) => resource !== undefined && !referredTo.includes(resource)) as IConstruct[];
    },
  });
  return dependable;
}

/**
 * The policies of a stack that let a role do what the handler does: of a role that takes none from this library, nobody else waits for them. What else
 * the role may do is left out, as it may depend on what the handler manages.
 */
export function policiesForHandler(provider: Construct, role: iam.IRoleRef): IDependable {
  const dependable: IDependable = {};
  Dependable.implement(dependable, {
    get dependencyRoots(): IConstruct[] {
      const stack = Stack.of(provider);
      const resolve = (value: unknown): unknown[] => [stack.resolve(value) ?? []].flat();
      const roleName = JSON.stringify(stack.resolve(role.roleRef.roleName));
      return stack.node.findAll().filter((construct) => (
        CfnResource.isCfnResource(construct) && POLICY_TYPES.includes(construct.cfnResourceType) && Stack.of(construct) === stack
        && !construct.node.scopes.includes(provider)
        && resolve((construct as Partial<iam.CfnPolicy>).roles).some((name) => JSON.stringify(name) === roleName)
        && resolve((construct as Partial<iam.CfnPolicy>).policyDocument).some(isForHandler)
      ));
    },
  });
  return dependable;
}

const POLICY_TYPES = ['AWS::IAM::ManagedPolicy', 'AWS::IAM::Policy'];

/** The services that the handler calls, and what it passes roles with. */
const HANDLER_ACTION = /^(\*|(supportapp|chime):.*|iam:(\*|pass.*))$/iu;

function isForHandler(policyDocument: unknown): boolean {
  const statements = [(policyDocument as { readonly Statement?: unknown }).Statement ?? []].flat() as { readonly Action?: unknown }[];
  return statements.some(({ Action: actions }) => [actions].flat().some((action) => typeof action === 'string' && HANDLER_ACTION.test(action)));
}
