import core = require('aws-cdk-lib/core');

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

/** Releases without `Validations` do not read it, but carry it through each synth. */
const HAS_VALIDATIONS = 'Validations' in core;

/** Where cdk-nag 2 reads, which also works with releases of the CDK that have no `Validations`. */
const CDK_NAG = 'cdk_nag';

type Acknowledgements = () => Acknowledgement[];

const acknowledgementsByResource = new WeakMap<core.CfnResource, Acknowledgements[]>();

/**
 * Acknowledges findings on the resource itself, so that users of cdk-nag need not, whatever the version of it and of the CDK. Which they are is
 * found out when somebody asks.
 */
export function acknowledge(resource: core.CfnResource, acknowledgements: Acknowledgements): void {
  const known = acknowledgementsByResource.get(resource);
  if (known) {
    known.push(acknowledgements);
  } else {
    acknowledgementsByResource.set(resource, [acknowledgements]);
    defineSuppressions(resource);
  }
  if (HAS_VALIDATIONS) {
    for (const { rule, finding, reason } of acknowledgements()) {
      const id = finding === undefined ? rule : `${rule}[${finding}]`;
      if (!resource.node.metadata.some(({ type, data }) => type === ACKNOWLEDGED_RULES && id in data)) {
        resource.node.addMetadata(ACKNOWLEDGED_RULES, { [id]: reason });
      }
    }
  }
}

/** As cdk-nag 2 writes them. */
interface Suppressions {
  readonly rules_to_suppress?: object[];
}

/**
 * What cdk-nag 2 finds in the metadata of a resource, but no template holds: a full account's has no bytes to spare. When somebody suppresses
 * more there, all of it is ordinary metadata from then on.
 */
function defineSuppressions(resource: core.CfnResource): void {
  const metadata: { [key: string]: unknown } = resource.cfnOptions.metadata ??= {};
  let others: object[] = [];
  Object.defineProperty(metadata, CDK_NAG, {
    configurable: true,
    enumerable: false,
    get: (): Suppressions => ({ rules_to_suppress: distinct([...suppressionsOf(resource), ...others]) }),
    set: (value: Suppressions | undefined) => {
      others = value?.rules_to_suppress ?? [];
      Object.defineProperty(metadata, CDK_NAG, { enumerable: true });
    },
  });
}

function suppressionsOf(resource: core.CfnResource): object[] {
  return acknowledgementsByResource.get(resource)!.flatMap((acknowledgements) => acknowledgements())
    .map(({ rule, finding, reason }) => ({ reason, id: rule, ...(finding === undefined ? {} : { applies_to: [finding] }) }));
}

function distinct(suppressions: object[]): object[] {
  return [...new Map(suppressions.map((suppression) => [JSON.stringify(suppression), suppression])).values()];
}

/** A resource of a policy as cdk-nag names it in a finding: `{ "Ref": "Parameter" }` is `<Parameter>`. */
export function nameInFindings(scope: core.CfnResource, resource: string): string {
  return core.Token.isUnresolved(resource) ? flatten(core.Stack.of(scope).resolve(resource)) : resource;
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
