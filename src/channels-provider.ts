import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type * as s3Assets from 'aws-cdk-lib/aws-s3-assets';
import { Annotations, AssetHashType, type CfnResource, Duration, type Reference, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { Construct, type IConstruct } from 'constructs';
import { type Problem, SUPPORT_APP_REGIONS } from './constraints';
import { SUPPORT_APP_REGION_VARIABLE } from './contract';
import { defineAccountValues } from './private/account-value-token';
import { HANDLER_RESOURCE_ID, type ResourceClass, type ResourceDeclaration, type ResourceDefinition } from './private/engine';
import { HANDLER_FOLDER, handlerCode, handlerCodeHash } from './private/handler-code';
import { logPermission, NETWORK_INTERFACE_PERMISSION, OTHER_STACKS_PERMISSION, ownStackPermission } from './private/handler-permissions';
import { GivenHandlerRole, type HandlerRole, OwnHandlerRole } from './private/handler-role';
import { policiesOf } from './private/role-dependency';
import { TaggableResource } from './private/taggable-resource';
import { checkStack, isUnresolved, throwProblems } from './private/validation';

/**
 * How the code of the handler gets to AWS.
 */
export enum HandlerCode {
  /**
   * The code is part of the template, which needs no asset and no bucket, under any synthesizer and in a StackSet. `cdk deploy` into an account
   * that was never bootstrapped takes the `BootstraplessSynthesizer`.
   */
  INLINE = 'INLINE',

  /**
   * The same code is a file asset, as code signing asks for.
   */
  ASSET = 'ASSET',
}

/**
 * Properties of a `ChannelsProvider`.
 */
export interface ChannelsProviderProps {
  /**
   * How the code of the handler gets to AWS.
   *
   * @default HandlerCode.INLINE
   */
  readonly code?: HandlerCode;

  /**
   * The role that the handler runs with: it trusts `lambda.amazonaws.com`.
   *
   * The permissions that the handler needs are added to it, those for the resources of the stack in a policy of the provider. Nothing is
   * added to a role that cannot be changed, such as an imported one with `mutable: false`: it must have them already.
   *
   * @default - a role with exactly the permissions that the resources of the stack need
   */
  readonly role?: iam.IRole;

  /**
   * The runtime of the handler: `nodejs20.x` or later.
   *
   * @default - nodejs24.x, whatever the version of aws-cdk-lib
   */
  readonly runtime?: lambda.Runtime;

  /**
   * The architecture of the handler.
   *
   * @default - the default of AWS Lambda, x86_64
   */
  readonly architecture?: lambda.Architecture;

  /**
   * The memory of the handler in MiB: 128 to 10,240.
   *
   * @default 256
   */
  readonly memorySize?: number;

  /**
   * How long one run of the handler may take: 1 second to 15 minutes.
   *
   * @default Duration.minutes(2)
   */
  readonly timeout?: Duration;

  /**
   * How long CloudFormation waits for an answer of the handler before a resource fails: 1 second to 1 hour, and at least `timeout`.
   *
   * @default - 3 times `timeout` and 3 minutes, as Lambda runs a failed handler again after 1 and 2 minutes
   */
  readonly serviceTimeout?: Duration;

  /**
   * The Region whose AWS Support App endpoint the handler calls.
   *
   * The configuration belongs to the account, not to a Region; AWS advises to manage it from one Region only.
   *
   * @default - the Region of the stack if the Support App has an endpoint there, else us-east-1
   */
  readonly supportAppRegion?: string;

  /**
   * The VPC of the handler.
   *
   * The handler needs a route to the endpoints of the services **and to Amazon S3**, where it answers CloudFormation: without it, each deployment
   * waits for `serviceTimeout` and fails. An internet gateway alone is no route, as the handler has no public address: use a NAT gateway.
   * A gateway endpoint for S3 reaches the buckets of the stack's own Region, which is where CloudFormation takes answers.
   *
   * @default - the handler is not in a VPC
   */
  readonly vpc?: ec2.IVpc;

  /**
   * The subnets of the handler; they must not be public.
   *
   * @default - the private subnets of the VPC
   */
  readonly vpcSubnets?: ec2.SubnetSelection;

  /**
   * The security groups of the handler, which must let HTTPS out.
   *
   * @default - a security group of its own, which lets everything out and nothing in
   */
  readonly securityGroups?: ec2.ISecurityGroup[];

  /**
   * The log group of the handler.
   *
   * @default - a log group of its own, which is deleted with the stack
   */
  readonly logGroup?: logs.ILogGroup;

  /**
   * How long the log group of the handler keeps events. It cannot be set together with `logGroup`.
   *
   * @default logs.RetentionDays.ONE_MONTH
   */
  readonly logRetention?: logs.RetentionDays;

  /**
   * The KMS key that encrypts the environment variables of the handler.
   *
   * Lambda makes a grant on the key for the role of the handler: who deploys the stack needs `kms:Encrypt` and `kms:CreateGrant` on it.
   *
   * @default - a key that AWS Lambda manages
   */
  readonly environmentEncryption?: kms.IKey;
}

/**
 * What manages the resources of constructs: the handler of a `ChannelsProvider`, or CloudFormation by itself with a `NativeProvider`.
 */
export interface IChannelsProvider extends IConstruct {
  /**
   * What of a declaration the provider cannot do.
   *
   * @internal
   */
  _checkResource(construct: Construct, declaration: ResourceDeclaration): Problem[];

  /**
   * Defines the resource of a construct.
   *
   * @internal
   */
  _defineResource(scope: Construct, resourceClass: ResourceClass, definition: ResourceDefinition): CfnResource;

  /**
   * An attribute of a resource, by the name that it has with the handler.
   *
   * @internal
   */
  _attributeOf(resource: CfnResource, type: string, name: string): string;
}

// The names of logical ids are short, as each resource repeats them: the template of a full account has to fit into a request.
const SINGLETON_ID = 'CdkSupportChannels';
const OLDEST_NODEJS = 20;
// Literals: the modules of the services are loaded only for the options that need them.
const ONE_MONTH = 30;
const INFINITE = 9999;

/**
 * The handler that manages the resources of a stack: one Lambda function with its role, policy and log group.
 *
 * Each stack gets one by itself. Define one to choose its options, and pass it to the constructs of the stack:
 *
 * ```ts
 * const provider = new ChannelsProvider(this, 'Provider', { logRetention: logs.RetentionDays.ONE_YEAR });
 * new AccountAlias(this, 'Alias', { accountAlias: 'production', provider });
 * ```
 */
export class ChannelsProvider extends Construct implements IChannelsProvider, iam.IGrantable {
  /**
   * The provider of the stack of a construct, with default options.
   *
   * @param scope a construct of the stack
   */
  public static getOrCreate(scope: Construct): ChannelsProvider {
    const stack = Stack.of(scope);
    return (stack.node.tryFindChild(SINGLETON_ID) as ChannelsProvider | undefined) ?? new ChannelsProvider(stack, SINGLETON_ID);
  }

  /**
   * The ARN of the function, as the `ServiceToken` of a custom resource.
   */
  public readonly serviceToken: string;

  /**
   * The role of the handler.
   */
  public readonly grantPrincipal: iam.IPrincipal;

  private readonly handler: TaggableResource;
  private readonly handlerArn: Reference;
  private readonly role: HandlerRole;
  private readonly serviceTimeout: number;

  constructor(scope: Construct, id: string, props: ChannelsProviderProps = {}) {
    super(scope, id);
    const timeout = props.timeout ?? Duration.minutes(2);
    throwProblems('ChannelsProvider', this.node.path, checkProps(props, timeout));
    this.warnAboutRegion(props.supportAppRegion);

    this.role = props.role ? new GivenHandlerRole(this, props.role) : new OwnHandlerRole(this, 'Role');
    this.grantPrincipal = this.role.grantPrincipal;
    this.serviceTimeout = serviceTimeoutInSeconds(props, timeout);

    const logGroup = props.logGroup ?? this.defineLogGroup(props.logRetention ?? ONE_MONTH);
    this.handler = new TaggableResource(this, 'Resource', {
      type: 'AWS::Lambda::Function',
      properties: {
        Description: 'Manages the AWS Support App and Amazon Chime channels of this stack',
        Runtime: props.runtime?.name ?? 'nodejs24.x',
        Architectures: props.architecture && [props.architecture.name],
        Handler: 'index.handler',
        Code: this.defineCode(props.code),
        Role: this.role.roleArn,
        MemorySize: props.memorySize ?? 256,
        Timeout: timeout.toSeconds(),
        LoggingConfig: { LogGroup: logGroup.logGroupName },
        Environment: props.supportAppRegion && { Variables: { [SUPPORT_APP_REGION_VARIABLE]: props.supportAppRegion } },
        KmsKeyArn: props.environmentEncryption?.keyArn,
        VpcConfig: this.defineVpcConfig(props),
      },
    });
    if (props.role) {
      // The handler needs them until the last resource is deleted.
      this.handler.node.addDependency(policiesOf(props.role));
    }
    if (props.vpc) {
      // The way out of the VPC stays open for the answers to the last deletions.
      this.handler.node.addDependency(props.vpc.selectSubnets(props.vpcSubnets).internetConnectivityEstablished);
      this.role.allow(NETWORK_INTERFACE_PERMISSION, this.handler);
    }
    this.role.allow(logPermission(logGroup.logGroupArn), this.handler);
    // Whatever the stack holds now: what has left it may still have to be deleted.
    this.role.allow(ownStackPermission(this), this.handler);
    this.role.allow(OTHER_STACKS_PERMISSION, this.handler);
    this.handlerArn = this.handler.getAtt('Arn');
    this.serviceToken = this.handlerArn.toString();
  }

  /**
   * @internal
   */
  public _checkResource(construct: Construct): Problem[] {
    return checkStack(construct, this);
  }

  /**
   * Defines the resource of a construct, and allows the handler what that needs.
   *
   * @internal
   */
  public _defineResource(scope: Construct, resourceClass: ResourceClass, definition: ResourceDefinition): CfnResource {
    defineAccountValues(scope, definition.properties, handlerCode());
    const resource = new resourceClass(scope, HANDLER_RESOURCE_ID, {
      type: definition.type,
      // The reference itself: a string that holds one is taken apart again at each step of a synth.
      properties: { ServiceToken: this.handlerArn, ServiceTimeout: this.serviceTimeout, ...definition.properties },
    });
    resource.node.addDependency(...definition.permissions.map((permission) => this.role.allowResources(permission)));
    if (definition.removalPolicy !== undefined && definition.removalPolicy !== RemovalPolicy.DESTROY) {
      // DESTROY is what CloudFormation does by itself: saying so would cost a full account bytes that its template lacks.
      resource.applyRemovalPolicy(definition.removalPolicy);
    }
    return resource;
  }

  /**
   * @internal
   */
  public _attributeOf(resource: CfnResource, _type: string, name: string): string {
    return resource.getAtt(name).toString();
  }

  private defineLogGroup(logRetention: logs.RetentionDays): { logGroupName: string; logGroupArn: string } {
    const logGroup = new TaggableResource(this, 'LogGroup', {
      type: 'AWS::Logs::LogGroup',
      properties: { RetentionInDays: logRetention === INFINITE ? undefined : logRetention },
    });
    logGroup.applyRemovalPolicy(RemovalPolicy.DESTROY);
    return { logGroupName: logGroup.ref, logGroupArn: logGroup.getAtt('Arn').toString() };
  }

  private defineCode(code: HandlerCode = HandlerCode.INLINE): object {
    if (code === HandlerCode.INLINE) {
      return { ZipFile: handlerCode() };
    }
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- only for this option
    const { Asset } = require('aws-cdk-lib/aws-s3-assets') as typeof s3Assets;
    const asset = new Asset(this, 'Code', {
      path: HANDLER_FOLDER,
      assetHash: handlerCodeHash(),
      assetHashType: AssetHashType.CUSTOM,
    });
    return { S3Bucket: asset.s3BucketName, S3Key: asset.s3ObjectKey };
  }

  private defineVpcConfig(props: ChannelsProviderProps): object | undefined {
    if (!props.vpc) {
      return undefined;
    }
    const securityGroups = props.securityGroups ?? [this.defineSecurityGroup(props.vpc)];
    return {
      SubnetIds: props.vpc.selectSubnets(props.vpcSubnets).subnetIds,
      SecurityGroupIds: securityGroups.map(({ securityGroupId }) => securityGroupId),
    };
  }

  private defineSecurityGroup(vpc: ec2.IVpc): ec2.ISecurityGroup {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- only for this option
    const { SecurityGroup } = require('aws-cdk-lib/aws-ec2') as typeof ec2;
    return new SecurityGroup(this, 'SecurityGroup', { vpc, description: `Handler ${this.node.path}` });
  }

  private warnAboutRegion(supportAppRegion: string | undefined): void {
    if (supportAppRegion !== undefined && !isUnresolved(supportAppRegion) && !SUPPORT_APP_REGIONS.includes(supportAppRegion)) {
      Annotations.of(this).addWarningV2(
        'cdk-support-channels:supportAppRegion',
        `The AWS Support App is known in ${SUPPORT_APP_REGIONS.join(', ')}; the handler calls it in supportAppRegion, "${supportAppRegion}".`,
      );
    }
  }
}

function serviceTimeoutInSeconds(props: ChannelsProviderProps, timeout: Duration): number {
  if (props.serviceTimeout) {
    return props.serviceTimeout.toSeconds();
  }
  // At most 2,880 seconds. A timeout that is known only at deployment gets what the longest one would.
  return 3 * (timeout.isUnresolved() ? Duration.minutes(15) : timeout).toSeconds() + 180;
}

function checkProps(props: ChannelsProviderProps, timeout: Duration): Problem[] {
  return [
    ...checkRuntime(props.runtime),
    ...checkMemorySize(props.memorySize),
    ...checkSeconds('timeout', timeout, 1, 900, 'Choose 1 second to 15 minutes, the limit of AWS Lambda'),
    ...checkServiceTimeout(props.serviceTimeout, timeout),
    ...checkSupportAppRegion(props.supportAppRegion),
    ...checkVpc(props),
    ...(props.logGroup && props.logRetention !== undefined ? [{
      property: 'logRetention',
      violation: 'must not be set together with logGroup',
      remedy: 'Set the retention of the log group that you give, or leave out logGroup',
    }] : []),
  ];
}

function checkRuntime(runtime: lambda.Runtime | undefined): Problem[] {
  if (runtime === undefined || isUnresolved(runtime.name) || Number(/^nodejs(\d+)\.x$/u.exec(runtime.name)?.[1]) >= OLDEST_NODEJS) {
    return [];
  }
  return [{
    property: 'runtime',
    violation: `must be nodejs${OLDEST_NODEJS}.x or later, got ${JSON.stringify(runtime.name)}`,
    remedy: 'Choose a newer Node.js runtime, or leave the property out',
  }];
}

function checkMemorySize(memorySize: number | undefined): Problem[] {
  if (memorySize === undefined || isUnresolved(memorySize) || (Number.isInteger(memorySize) && memorySize >= 128 && memorySize <= 10_240)) {
    return [];
  }
  return [{
    property: 'memorySize',
    violation: `must be a whole number of 128 to 10240 MiB, got ${memorySize}`,
    remedy: 'Choose a size in that range; the default suffices',
  }];
}

function checkServiceTimeout(serviceTimeout: Duration | undefined, timeout: Duration): Problem[] {
  if (serviceTimeout === undefined || serviceTimeout.isUnresolved()) {
    return [];
  }
  const problems = checkSeconds('serviceTimeout', serviceTimeout, 1, 3600, 'Choose 1 second to 1 hour, the limit of AWS CloudFormation');
  const [serviceTimeoutSeconds, timeoutSeconds] = [serviceTimeout, timeout].map((duration) => duration.isUnresolved() ? 0 : inSeconds(duration));
  if (serviceTimeoutSeconds < timeoutSeconds) {
    problems.push({
      property: 'serviceTimeout',
      violation: `must be at least timeout (${timeoutSeconds} seconds), got ${serviceTimeoutSeconds} seconds`,
      remedy: 'Raise serviceTimeout or lower timeout; else CloudFormation gives up while the handler still works',
    });
  }
  return problems;
}

function checkSeconds(property: string, duration: Duration, minimum: number, maximum: number, remedy: string): Problem[] {
  const seconds = duration.isUnresolved() ? minimum : inSeconds(duration);
  return Number.isInteger(seconds) && seconds >= minimum && seconds <= maximum
    ? []
    : [{ property, violation: `must be a whole number of ${minimum} to ${maximum} seconds, got ${seconds} seconds`, remedy }];
}

function inSeconds(duration: Duration): number {
  return duration.toSeconds({ integral: false });
}

function checkSupportAppRegion(supportAppRegion: string | undefined): Problem[] {
  if (supportAppRegion === undefined || isUnresolved(supportAppRegion) || /^[a-z]{2,}(-[a-z]+)+-\d+$/u.test(supportAppRegion)) {
    return [];
  }
  return [{
    property: 'supportAppRegion',
    violation: `must be the name of an AWS Region, got ${JSON.stringify(supportAppRegion)}`,
    remedy: `Choose one of ${SUPPORT_APP_REGIONS.join(', ')}`,
  }];
}

function checkVpc(props: ChannelsProviderProps): Problem[] {
  const { vpc, vpcSubnets, securityGroups } = props;
  if (!vpc) {
    return Object.entries({ vpcSubnets, securityGroups }).filter(([, value]) => value !== undefined).map(([property]) => ({
      property,
      violation: 'must not be set without vpc',
      remedy: `Set vpc too, or leave out ${property}`,
    }));
  }
  const problems: Problem[] = [];
  if (securityGroups?.length === 0) {
    problems.push({
      property: 'securityGroups',
      violation: 'must hold at least one security group, got none',
      remedy: 'Add one, or leave the property out for a security group of the handler\'s own',
    });
  }
  const publicSubnets = new Set(vpc.publicSubnets.map(({ subnetId }) => subnetId));
  if (vpc.selectSubnets(vpcSubnets).subnetIds.some((subnetId) => publicSubnets.has(subnetId))) {
    problems.push({
      property: 'vpcSubnets',
      violation: 'must not be public: a function in a public subnet has no public address and reaches nothing outside the VPC',
      remedy: 'Choose private subnets, such as { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS }',
    });
  }
  return problems;
}
