import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { CfnResource, Stack, Token } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { describeAdvice, isInTree, warn } from './acknowledgeable';
import { showValue } from './props';
import { adviseOnRole } from './role-advice';

/** A provider, and the constructs that it serves. */
interface Service {
  readonly provider: Construct;
  readonly served: Construct[];
}

const services = new WeakMap<Stack, Service[]>();

interface ProviderProps {
  readonly role?: iam.IRoleRef;
  readonly vpc?: ec2.IVpc;
  readonly vpcSubnets?: ec2.SubnetSelection;
}

/** Looks at a provider of a stack at synth, when it is known what it serves. */
export function adviseOnProvider(provider: Construct, { role, vpc, vpcSubnets }: ProviderProps): void {
  const stack = Stack.of(provider);
  services.set(stack, [...services.get(stack) ?? [], { provider, served: [] }]);
  provider.node.addValidation({
    validate: () => {
      warnIfUnused(provider);
      return [];
    },
  });
  warnAboutPartition(stack);
  if (role) {
    adviseOnRole(provider, { property: 'role', role, service: 'lambda.amazonaws.com' });
  }
  if (vpc) {
    warnAboutWayOut(provider, vpc, vpcSubnets);
  }
}

/** Remembers that a provider serves a construct. */
export function noteServed(provider: Construct, construct: Construct): void {
  services.get(Stack.of(provider))?.find((service) => service.provider === provider)?.served.push(construct);
}

/** The constructs that a provider serves. */
export function servedBy(provider: Construct): Construct[] {
  const ofStack = services.get(Stack.of(provider)) ?? [];
  return ofStack.filter((service) => service.provider === provider).flatMap(({ served }) => served).filter(isInTree);
}

/** An option of a provider that nothing uses would vanish without a word. A lone one may wait for the first construct. */
function warnIfUnused(provider: Construct): void {
  const stack = Stack.of(provider);
  const ofStack = services.get(stack)!.filter((service) => isInTree(service.provider));
  const isUsed = ({ served }: Service) => served.some(isInTree);
  const [user] = ofStack.filter(isUsed);
  if (user && !isUsed(ofStack.find((service) => service.provider === provider)!)) {
    warn(provider, 'unusedProvider', describeAdvice({
      property: 'provider',
      violation: `should be that of a construct, got ${showValue(provider)}, which serves nothing, so that its options have no effect: the constructs of stack `
        + `"${stack.node.path}" are served by ${showValue(user.provider)}`,
      remedy: 'Give it to constructs as provider, define it before them with the id "CdkSupportChannels" in the stack, or remove it',
    }));
  }
}

/** The partitions in which neither service is, by how the names of their Regions begin. */
const PARTITIONS = {
  'cn-': 'aws-cn', 'us-gov-': 'aws-us-gov', 'us-iso-': 'aws-iso', 'us-isob-': 'aws-iso-b', 'us-isof-': 'aws-iso-f', 'eu-isoe-': 'aws-iso-e', 'eusc-': 'aws-eusc',
};

/** Credentials of a partition are not valid in another one. */
function warnAboutPartition(stack: Stack): void {
  const { region } = stack;
  const [, partition] = Object.entries(PARTITIONS).find(([beginning]) => !Token.isUnresolved(region) && region.startsWith(beginning)) ?? [];
  if (partition !== undefined) {
    warn(stack, 'partition', describeAdvice({
      property: 'env.region',
      violation: `should be a Region of the partition aws, got ${showValue(region)} of ${partition}, where neither the AWS Support App nor Amazon Chime SDK `
        + 'messaging is',
      remedy: 'Deploy to an account of the partition aws, such as in us-east-1',
    }));
  }
}

/** Whether subnets have a route out is known at synth only: it may come later, such as one to a transit gateway. */
function warnAboutWayOut(provider: Construct, vpc: ec2.IVpc, vpcSubnets: ec2.SubnetSelection | undefined): void {
  provider.node.addValidation({
    validate: () => {
      const isolated = new Set(vpc.isolatedSubnets.map(({ subnetId }) => subnetId));
      const closed = vpc.selectSubnets(vpcSubnets).subnets.filter((subnet) => !hasWayOut(subnet, isolated.has(subnet.subnetId)));
      if (closed.length > 0) {
        warn(provider, 'vpcSubnets', describeAdvice({
          property: 'vpcSubnets',
          violation: `should have a route out of the VPC, got ${closed.map(({ node }) => node.path).join(', ')} without one: the handler would reach neither the `
            + 'AWS Support App, which has no VPC endpoint, nor AWS CloudFormation, and each deployment would fail when serviceTimeout is over',
          remedy: 'Choose subnets such as { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS } of a VPC with a NAT gateway, or acknowledge this if there is another way',
        }));
      }
      return [];
    },
  });
}

interface Route {
  readonly routeTableId?: unknown;
  readonly destinationCidrBlock?: unknown;
  readonly destinationIpv6CidrBlock?: unknown;
}

function hasWayOut(subnet: ec2.ISubnet, isIsolated: boolean): boolean {
  const resource = subnet.node.defaultChild;
  if (!CfnResource.isCfnResource(resource)) {
    return !isIsolated;
  }
  const stack = Stack.of(resource);
  const routeTableId = JSON.stringify(stack.resolve(subnet.routeTable.routeTableId));
  return stack.node.findAll().some((construct) => {
    const route = construct as Route;
    return CfnResource.isCfnResource(construct) && construct.cfnResourceType === 'AWS::EC2::Route'
      && JSON.stringify(stack.resolve(route.routeTableId)) === routeTableId
      && [route.destinationCidrBlock, route.destinationIpv6CidrBlock].some((destination) => ['0.0.0.0/0', '::/0'].includes(String(destination)));
  });
}
