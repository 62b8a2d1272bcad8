import { type CfnResource, type IResolvable, Stack, Token } from 'aws-cdk-lib/core';

/** A finding of cdk-nag about a resource, and why the resource is right as it is. */
export interface Acknowledgement {
  /** Such as `AwsSolutions-IAM5`. */
  readonly rule: string;
  /** The one finding of the rule that is meant, such as `Resource::*`; others of the same rule are still reported. */
  readonly finding?: string;
  readonly reason: string;
}

/** Where `Validations.acknowledge()` of newer releases of the CDK writes, and cdk-nag 3 reads: not a part of the template. */
const ACKNOWLEDGED_RULES = 'aws:cdk:acknowledged-rules';

/** Where cdk-nag 2 reads, which also works with releases of the CDK that have no `Validations`. */
const CDK_NAG = 'cdk_nag';

/** Acknowledges findings on the resource itself, so that users of cdk-nag need not, whatever the version of it and of the CDK. */
export function acknowledge(resource: CfnResource, acknowledgements: Acknowledgement[]): void {
  for (const { rule, finding, reason } of acknowledgements) {
    const id = finding === undefined ? rule : `${rule}[${finding}]`;
    if (resource.node.metadata.some(({ type, data }) => type === ACKNOWLEDGED_RULES && id in data)) {
      continue;
    }
    resource.node.addMetadata(ACKNOWLEDGED_RULES, { [id]: reason });
    const suppressions = resource.getMetadata(CDK_NAG)?.rules_to_suppress ?? [];
    resource.addMetadata(CDK_NAG, new NagSuppressions([...suppressions, { id: rule, reason, applies_to: finding && [finding] }]));
  }
}

/** A resource of a policy as cdk-nag names it in a finding: `{ "Ref": "Parameter" }` is `<Parameter>`. */
export function nameInFindings(scope: CfnResource, resource: string): string {
  return Token.isUnresolved(resource) ? flatten(Stack.of(scope).resolve(resource)) : resource;
}

function flatten(value: any): string {
  if (typeof value === 'string') {
    return value;
  }
  if (value['Fn::Join']) {
    const [delimiter, parts] = value['Fn::Join'];
    return parts.map(flatten).join(delimiter);
  }
  const reference = value.Ref ?? value['Fn::GetAtt']?.join('.');
  return reference ? `<${reference}>` : JSON.stringify(value);
}

/** What cdk-nag 2 finds in the metadata of a resource, but no template holds: a full account's has no bytes to spare. */
class NagSuppressions implements IResolvable {
  public readonly creationStack = [];

  // The name is cdk-nag's.
  // eslint-disable-next-line @typescript-eslint/naming-convention
  constructor(public readonly rules_to_suppress: object[]) {}

  public resolve(): undefined {
    return undefined;
  }

  public toString(): string {
    return CDK_NAG;
  }
}
