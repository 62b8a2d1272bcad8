import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type * as s3Assets from 'aws-cdk-lib/aws-s3-assets';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import {
  Annotations, AssetHashType, type CfnResource, Duration, type Reference, RemovalPolicy, Resource, Stack,
} from 'aws-cdk-lib/core';
import { propertyInjectable } from 'aws-cdk-lib/core/lib/prop-injectable';
import type { Construct, IConstruct } from 'constructs';
import { type Problem, SUPPORT_APP_REGIONS } from './constraints';
import { SUPPORT_APP_REGION_VARIABLE } from './contract';
import { defineAccountValues } from './private/account-value-token';
import { acknowledge } from './private/acknowledgements';
import { isOfKind, markKind } from './private/construct-kind';
import { HANDLER_RESOURCE_ID, type ResourceClass, type ResourceDeclaration, type ResourceDefinition } from './private/engine';
import { HANDLER_FOLDER, handlerCode, handlerCodeHash } from './private/handler-code';
import { handlerFindings, LOG_GROUP_FINDINGS } from './private/handler-findings';
import { handlerMetric } from './private/handler-metric';
import {
  deadLetterPermissions,
  logPermission,
  NETWORK_INTERFACE_PERMISSION,
  OTHER_STACKS_PERMISSION,
  ownStackPermission,
  TRACING_PERMISSION,
} from './private/handler-permissions';
import { type HandlerRole, handlerRoleOf } from './private/handler-role';
import { allowLogs } from './private/log-encryption';
import { checkTypes, PROVIDER, showValue } from './private/props';
import { adviseOnProvider, noteServed } from './private/provider-advice';
import { PROVIDER_TYPES } from './private/provider-props';
import { singleton } from './private/singleton';
import { checkStack, isUnresolved, pathOf, throwProblems } from './private/validation';

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
   * The permissions that the handler needs are added to it, in policies of the provider. Nothing is added to a role that cannot be changed, such as
   * an imported one with `mutable: false`: it must have them already. Where they come from policies of the same stack, let the provider wait
   * for those, `provider.node.addDependency(policy)`: CloudFormation then makes them before the handler, and deletes them after it.
   *
   * With `iam.Role.customizeRoles()` the role is made elsewhere, as any other of the app.
   *
   * @default - a role with exactly the permissions that the resources of the stack need
   */
  readonly role?: iam.IRoleRef;

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
  readonly securityGroups?: ec2.ISecurityGroupRef[];

  /**
   * How many runs of the handler there are at once, at most: 1 or more, out of the 1,000 that an account has by default.
   *
   * It reserves them, too: no other function of the account can have them. CloudFormation manages the resources of a stack side by side. What is too
   * much waits and is sent again, which counts towards `serviceTimeout`.
   *
   * @default - as many as the account has left
   */
  readonly reservedConcurrentExecutions?: number;

  /**
   * Whether AWS X-Ray traces the runs of the handler. The handler may then write segments, for which X-Ray knows no resources.
   *
   * @default - lambda.Tracing.DISABLED
   */
  readonly tracing?: lambda.Tracing;

  /**
   * The queue for events that AWS Lambda gives up, such as those that were throttled for too long: a standard queue, not a FIFO queue.
   *
   * An event holds the properties of its resource and the URL at which CloudFormation takes the answer: let only administrators read the queue.
   * The handler may send to it and, where the queue is encrypted with a KMS key of yours, use that key.
   *
   * @default - no queue: the stack fails such a resource after `serviceTimeout`, and says so
   */
  readonly deadLetterQueue?: sqs.IQueueRef;

  /**
   * The log group of the handler.
   *
   * @default - a log group of its own, which is deleted with the stack
   */
  readonly logGroup?: logs.ILogGroupRef;

  /**
   * How long the log group of the handler keeps events. It cannot be set together with `logGroup`.
   *
   * @default logs.RetentionDays.ONE_MONTH
   */
  readonly logRetention?: logs.RetentionDays;

  /**
   * The KMS key that encrypts the log group of the handler. It cannot be set together with `logGroup`.
   *
   * CloudWatch Logs must be allowed to use the key for the log groups of the account. A `kms.Key` gets that statement in its policy; the policy of a
   * key that is defined elsewhere must have it.
   *
   * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
   * @default - a key that CloudWatch Logs manages
   */
  readonly logGroupEncryption?: kms.IKeyRef;

  /**
   * The KMS key that encrypts the environment variables of the handler.
   *
   * Lambda makes a grant on the key for the role of the handler: who deploys the stack needs `kms:Encrypt` and `kms:CreateGrant` on it.
   *
   * @default - a key that AWS Lambda manages
   */
  readonly environmentEncryption?: kms.IKeyRef;
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
const DISABLED = 'Disabled';
/** Another one would replace the group. Amazon EC2 takes few characters, so that the path of the construct is left out. */
const SECURITY_GROUP_DESCRIPTION = 'Handler of AWS Support App and Amazon Chime channels';

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
@propertyInjectable
export class ChannelsProvider extends Resource implements IChannelsProvider, iam.IGrantable, lambda.IFunctionRef {
  /**
   * The name by which `PropertyInjectors` of the CDK give this class its defaults.
   */
  public static readonly PROPERTY_INJECTION_ID: string = 'cdk-support-channels.ChannelsProvider';

  /**
   * Whether something is a `ChannelsProvider`, and not an imported one.
   *
   * @param value anything, such as a construct that an aspect visits
   */
  public static isChannelsProvider(value: any): value is ChannelsProvider {
    return isOfKind(value, 'ChannelsProvider');
  }

  /**
   * The provider of the stack of a construct, with default options.
   *
   * @param scope a construct of the stack
   */
  public static getOrCreate(scope: Construct): ChannelsProvider {
    const stack = Stack.of(scope);
    return singleton(stack, SINGLETON_ID, 'its ChannelsProvider', isProvider, () => new ChannelsProvider(stack, SINGLETON_ID, {}));
  }

  /**
   * The ARN of the function, as the `ServiceToken` of a custom resource.
   */
  public readonly serviceToken: string;

  /**
   * The function, as references name it.
   */
  public readonly functionRef: lambda.FunctionReference;

  /**
   * The role of the handler.
   */
  public readonly grantPrincipal: iam.IPrincipal;

  private readonly handler: lambda.CfnFunction;
  private readonly handlerArn: Reference;
  private readonly role: HandlerRole;
  private readonly serviceTimeout: number;

  constructor(scope: Construct, id: string, props: ChannelsProviderProps = {}) {
    throwProblems('ChannelsProvider', pathOf(scope, id), checkId(scope, id));
    super(scope, id);
    markKind(this, 'ChannelsProvider');
    const { problems, values } = checkTypes(props, PROVIDER_TYPES);
    const timeout = values.timeout ?? Duration.minutes(2);
    throwProblems('ChannelsProvider', this.node.path, [...problems, ...checkProps(values, timeout)]);
    this.warnAboutRegion(props.supportAppRegion);
    adviseOnProvider(this, props);

    this.role = handlerRoleOf(this, props.role);
    this.grantPrincipal = this.role.grantPrincipal;
    this.serviceTimeout = serviceTimeoutInSeconds(props, timeout);

    const logGroup = (props.logGroup ?? this.defineLogGroup(props)).logGroupRef;
    // The module of the function is loaded for stacks that have one only.
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const { CfnFunction } = require('aws-cdk-lib/aws-lambda') as typeof lambda;
    this.handler = new CfnFunction(this, 'Resource', {
      description: 'Manages the AWS Support App and Amazon Chime channels of this stack',
      runtime: props.runtime?.name ?? 'nodejs24.x',
      architectures: props.architecture && [props.architecture.name],
      handler: 'index.handler',
      code: this.defineCode(props.code),
      role: this.role.roleArn,
      memorySize: props.memorySize ?? 256,
      timeout: timeout.toSeconds(),
      reservedConcurrentExecutions: props.reservedConcurrentExecutions,
      loggingConfig: { logGroup: logGroup.logGroupName },
      environment: props.supportAppRegion === undefined ? undefined : { variables: { [SUPPORT_APP_REGION_VARIABLE]: props.supportAppRegion } },
      kmsKeyArn: props.environmentEncryption?.keyRef.keyArn,
      tracingConfig: isTraced(props) ? { mode: props.tracing } : undefined,
      deadLetterConfig: props.deadLetterQueue && { targetArn: props.deadLetterQueue.queueRef.queueArn },
      vpcConfig: this.defineVpcConfig(props),
    });
    acknowledge(this.handler, () => handlerFindings(props));
    if (props.vpc) {
      // The way out of the VPC stays open for the answers to the last deletions.
      this.handler.node.addDependency(props.vpc.selectSubnets(props.vpcSubnets).internetConnectivityEstablished);
      this.role.allow(NETWORK_INTERFACE_PERMISSION, this.handler);
    }
    if (isTraced(props)) {
      this.role.allow(TRACING_PERMISSION, this.handler);
    }
    if (props.deadLetterQueue) {
      deadLetterPermissions(props.deadLetterQueue).forEach((permission) => this.role.allow(permission, this.handler));
    }
    this.role.allow(logPermission(logGroup.logGroupArn), this.handler);
    // Whatever the stack holds now: what has left it may still have to be deleted.
    this.role.allow(ownStackPermission(this), this.handler);
    this.role.allow(OTHER_STACKS_PERMISSION, this.handler);
    this.handlerArn = this.handler.getAtt('Arn');
    this.serviceToken = this.handlerArn.toString();
    this.functionRef = this.handler.functionRef;
  }

  /**
   * How many events of CloudFormation the handlers of the stack have answered with a failure. AWS Lambda counts none of these
   * as an error.
   *
   * @param props the statistic, the period and the look of the metric
   * @default - the sum over 5 minutes
   */
  public metricFailed(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return handlerMetric(this, 'FailedEvents', props);
  }

  /**
   * @internal
   */
  public get _handlerRoleArn(): string {
    return this.role.roleArn;
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
    noteServed(this, scope);
    defineAccountValues(scope, definition.properties, handlerCode());
    const resource = new resourceClass(scope, HANDLER_RESOURCE_ID, {
      type: definition.type,
      // The reference itself: a string that holds one is taken apart again at each step of a synth.
      properties: { ServiceToken: this.handlerArn, ServiceTimeout: this.serviceTimeout, ...definition.properties },
    });
    resource.node.addDependency(...definition.permissions.map((permission) => this.role.allowResources(permission)));
    if (definition.removalPolicy !== undefined) {
      // By itself CloudFormation deletes: saying so for everybody would cost a full account bytes that its template lacks.
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

  private defineLogGroup({ logRetention = ONE_MONTH, logGroupEncryption }: ChannelsProviderProps): logs.ILogGroupRef {
    if (logGroupEncryption) {
      allowLogs(logGroupEncryption, Stack.of(this));
    }
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- only for stacks that have a handler
    const { CfnLogGroup } = require('aws-cdk-lib/aws-logs') as typeof logs;
    const logGroup = new CfnLogGroup(this, 'LogGroup', {
      retentionInDays: logRetention === INFINITE ? undefined : logRetention,
      kmsKeyId: logGroupEncryption?.keyRef.keyArn,
    });
    if (!logGroupEncryption) {
      acknowledge(logGroup, () => LOG_GROUP_FINDINGS);
    }
    logGroup.applyRemovalPolicy(RemovalPolicy.DESTROY);
    return logGroup;
  }

  private defineCode(code: HandlerCode = HandlerCode.INLINE): lambda.CfnFunction.CodeProperty {
    if (code === HandlerCode.INLINE) {
      return { zipFile: handlerCode() };
    }
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- only for this option
    const { Asset } = require('aws-cdk-lib/aws-s3-assets') as typeof s3Assets;
    const asset = new Asset(this, 'Code', {
      path: HANDLER_FOLDER,
      assetHash: handlerCodeHash(),
      assetHashType: AssetHashType.CUSTOM,
    });
    return { s3Bucket: asset.s3BucketName, s3Key: asset.s3ObjectKey };
  }

  private defineVpcConfig(props: ChannelsProviderProps): lambda.CfnFunction.VpcConfigProperty | undefined {
    if (!props.vpc) {
      return undefined;
    }
    const securityGroups = props.securityGroups ?? [this.defineSecurityGroup(props.vpc)];
    return {
      subnetIds: props.vpc.selectSubnets(props.vpcSubnets).subnetIds,
      securityGroupIds: securityGroups.map(({ securityGroupRef }) => securityGroupRef.securityGroupId),
    };
  }

  private defineSecurityGroup(vpc: ec2.IVpc): ec2.ISecurityGroupRef {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- only for this option
    const { SecurityGroup } = require('aws-cdk-lib/aws-ec2') as typeof ec2;
    return new SecurityGroup(this, 'SecurityGroup', { vpc, description: SECURITY_GROUP_DESCRIPTION });
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

/** `Tracing.DISABLED` is no mode of Lambda's. */
function isTraced({ tracing }: ChannelsProviderProps): boolean {
  return tracing !== undefined && tracing !== DISABLED;
}

function isProvider(construct: IConstruct): construct is ChannelsProvider {
  return PROVIDER.fits(construct);
}

/** The CDK would say that the name is taken, and not by whom. */
function checkId(scope: Construct, id: string): Problem[] {
  const found = scope.node.tryFindChild(id);
  return found === undefined || !isProvider(found) ? [] : [{
    property: 'id',
    violation: `must be another one, got ${JSON.stringify(id)}, at which there is a ChannelsProvider already: the first construct that needs one makes it`,
    remedy: 'Define the ChannelsProvider before all constructs that it serves, or give it another id and pass it to them as provider',
  }];
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
    ...checkReservedConcurrentExecutions(props.reservedConcurrentExecutions),
    ...checkTracing(props.tracing),
    ...checkDeadLetterQueue(props.deadLetterQueue),
    ...checkSupportAppRegion(props.supportAppRegion),
    ...checkVpc(props),
    ...checkLogGroup(props),
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
    violation: `must be a whole number of 128 to 10240 MiB, got ${showValue(memorySize)}`,
    remedy: 'Choose a size in that range; the default suffices',
  }];
}

function checkReservedConcurrentExecutions(executions: number | undefined): Problem[] {
  return executions === undefined || isUnresolved(executions) || (Number.isInteger(executions) && executions >= 1) ? [] : [{
    property: 'reservedConcurrentExecutions',
    violation: `must be a whole number of 1 or more, got ${showValue(executions)}`,
    remedy: 'Choose 1 or more, as the handler never runs with 0, or leave the property out',
  }];
}

const TRACINGS: unknown[] = ['Active', 'PassThrough', DISABLED];

function checkTracing(tracing: lambda.Tracing | undefined): Problem[] {
  return tracing === undefined || TRACINGS.includes(tracing) ? [] : [{
    property: 'tracing',
    violation: `must be ${TRACINGS.join(' or ')}, got ${showValue(tracing)}`,
    remedy: 'Choose lambda.Tracing.ACTIVE, PASS_THROUGH or DISABLED',
  }];
}

function checkDeadLetterQueue(deadLetterQueue: sqs.IQueueRef & { readonly fifo?: unknown } | undefined): Problem[] {
  // What an imported queue is, only its name tells.
  return deadLetterQueue?.fifo ? [{
    property: 'deadLetterQueue',
    violation: `must be a standard queue, got the FIFO queue at "${deadLetterQueue.node.path}"`,
    remedy: 'Give a queue without fifo, as AWS Lambda sends to no other',
  }] : [];
}

function checkLogGroup({ logGroup, logRetention, logGroupEncryption }: ChannelsProviderProps): Problem[] {
  return logGroup === undefined ? [] : [
    { property: 'logRetention', value: logRetention, what: 'retention' },
    { property: 'logGroupEncryption', value: logGroupEncryption, what: 'key' },
  ].filter(({ value }) => value !== undefined).map(({ property, what }) => ({
    property,
    violation: 'must not be set together with logGroup',
    remedy: `Set the ${what} of the log group that you give, or leave out logGroup`,
  }));
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

/** A pattern would take a list of one name, too. */
function isRegionName(value: unknown): boolean {
  return typeof value === 'string' && /^[a-z]{2,}(-[a-z]+)+-\d+$/u.test(value);
}

function checkSupportAppRegion(supportAppRegion: string | undefined): Problem[] {
  if (supportAppRegion === undefined || isUnresolved(supportAppRegion) || isRegionName(supportAppRegion)) {
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
