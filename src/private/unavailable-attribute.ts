import { type IResolvable, type IResolveContext, Token } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { describeProblems, type Problem } from '../constraints';

/** Stands for an attribute that a resource does not have. Holding it is no fault; to put it into a template is. */
export class UnavailableAttribute implements IResolvable {
  public readonly creationStack = ['an attribute of a resource'];
  private readonly users = new Set<string>();

  constructor(private readonly owner: Construct, private readonly problem: Problem) {
    // The CDK asks all elements for their tokens before it validates, and all validations before it writes a template.
    owner.node.addValidation({ validate: () => (this.users.size > 0 ? [this.describe([...this.users])] : []) });
  }

  public resolve(context: IResolveContext): string {
    const { path } = context.scope.node;
    if (!context.preparing) {
      throw new Error(this.describe([path]));
    }
    this.users.add(path);
    return '';
  }

  public toString(): string {
    return Token.asString(this);
  }

  private describe(users: string[]): string {
    const uses = users.map((user) => `"${user}"`).join(', ');
    const problem = { ...this.problem, violation: `${this.problem.violation}, got a use in ${uses}` };
    return describeProblems(`${this.owner.constructor.name} at "${this.owner.node.path}"`, [problem]);
  }
}
