import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { appInstance, appInstanceBot, appInstanceUser, channel } from './chime-resource-types';
import { ALPHANUMERIC, generatedName, UPPER_CASE_ALPHANUMERIC } from './generated-names';
import type { ResourceContext, ResourceType, ResourceTypes } from './resource-type';
import { trustedServices, type RoleState } from './roles';
import { accountAlias, slackChannelConfiguration, slackWorkspaceConfiguration } from './support-app-resource-types';
import { partitionOf } from './template';
import type { Properties } from './template-model';
import { permission, rule } from '../events/resource-types';
import type { PolicyDocument } from '../identity';
import type { FunctionCode, FunctionConfiguration } from '../lambda/local-lambda';
import { stackSet } from '../stacksets/resource-type';

const HEXADECIMAL = '0123456789abcdef';
const UNZIPPED_CODE_LIMIT = 262_144_000;

const lambdaFunction: ResourceType = {
  replacedBy: ['FunctionName', 'PackageType'],
  required: ['Code', 'Role'],
  create: (context, properties) => {
    const functionName = String(properties.FunctionName ?? generatedName(context, 64));
    const arn = context.lambda.createFunction(functionConfiguration(context, functionName, properties));
    return { physicalId: functionName, attributes: { Arn: arn } };
  },
  update: (context, functionName, properties) => context.lambda.updateFunction(functionConfiguration(context, functionName, properties)),
  delete: (context, functionName) => {
    const arn = regionalArn(context, 'lambda', `function:${functionName}`);
    if (context.lambda.configuration(arn)) {
      context.lambda.deleteFunction(arn);
    }
  },
};

const role: ResourceType = {
  replacedBy: ['RoleName', 'Path'],
  required: ['AssumeRolePolicyDocument'],
  create: (context, properties) => {
    const roleName = String(properties.RoleName ?? generatedName(context, 64));
    const arn = globalArn(context, `role${String(properties.Path ?? '/')}${roleName}`);
    // Whatever the path, and whatever the Region of the stack.
    if (context.roles.byName(context.accountId, roleName)) {
      throw new Error(`Role with name ${roleName} already exists.`);
    }
    const state = { roleName, createdAt: new Date(), attached: new Map(), ...roleProperties(properties) };
    requireInlineSize(state);
    context.roles.create(arn, state);
    return { physicalId: roleName, attributes: { Arn: arn, RoleId: `AROA${context.random(17, UPPER_CASE_ALPHANUMERIC)}` } };
  },
  update: (context, roleName, properties) => {
    const state = context.roles.state(roleArn(context, roleName, properties));
    if (state) {
      requireInlineSize({ ...state, ...roleProperties(properties) });
      Object.assign(state, roleProperties(properties));
    }
  },
  delete: (context, roleName, properties) => {
    const arn = roleArn(context, roleName, properties);
    // CloudFormation takes away what the role itself declares, not what others have added.
    const [left] = context.roles.state(arn)?.attached.keys() ?? [];
    if (left !== undefined) {
      throw new Error(`Cannot delete entity, must ${left.startsWith('arn:') ? 'detach all' : 'delete'} policies first.`);
    }
    context.roles.delete(arn);
  },
};

const policy: ResourceType = {
  replacedBy: [],
  required: ['PolicyDocument', 'PolicyName'],
  // An inline policy of that name, whoever has put it there: two stacks that use one name overwrite each other's.
  create: (context, properties) => {
    attach(context, properties.Roles, String(properties.PolicyName), properties.PolicyDocument);
    return { physicalId: generatedName(context, 128) };
  },
  update: (context, _physicalId, properties, oldProperties) => {
    attach(context, properties.Roles, String(properties.PolicyName), properties.PolicyDocument);
    const isRenamed = properties.PolicyName !== oldProperties.PolicyName;
    const former = ((oldProperties.Roles ?? []) as string[]).filter((name) => isRenamed || ![properties.Roles ?? []].flat().includes(name));
    detach(context, former, String(oldProperties.PolicyName));
  },
  delete: (context, _physicalId, properties) => detach(context, properties.Roles, String(properties.PolicyName)),
};

const managedPolicy: ResourceType = {
  replacedBy: ['ManagedPolicyName', 'Path', 'Description'],
  required: ['PolicyDocument'],
  create: (context, properties) => {
    const name = String(properties.ManagedPolicyName ?? generatedName(context, 128));
    const arn = globalArn(context, `policy${String(properties.Path ?? '/')}${name}`);
    if ([...context.roles.managedPolicies.keys()].some((other) => other.split(':')[4] === context.accountId && other.endsWith(`/${name}`))) {
      throw new Error(`A policy called ${name} already exists. Duplicate names are not allowed.`);
    }
    requireManagedSize(properties.PolicyDocument);
    context.roles.managedPolicies.set(arn, properties.PolicyDocument as PolicyDocument);
    attach(context, properties.Roles, arn, properties.PolicyDocument);
    return { physicalId: arn, attributes: { PolicyArn: arn } };
  },
  update: (context, arn, properties, oldProperties) => {
    requireManagedSize(properties.PolicyDocument);
    context.roles.managedPolicies.set(arn, properties.PolicyDocument as PolicyDocument);
    detach(context, oldProperties.Roles, arn);
    attach(context, properties.Roles, arn, properties.PolicyDocument);
  },
  delete: (context, arn, properties) => {
    context.roles.managedPolicies.delete(arn);
    detach(context, properties.Roles, arn);
  },
};

const eventInvokeConfig: ResourceType = {
  replacedBy: ['FunctionName', 'Qualifier'],
  required: ['FunctionName', 'Qualifier'],
  create: (context, properties) => {
    context.lambda.putEventInvokeConfig(functionArnOf(context, properties.FunctionName), eventInvoke(properties));
    return { physicalId: `${String(properties.FunctionName)}|${String(properties.Qualifier)}` };
  },
  update: (context, _physicalId, properties) => {
    context.lambda.putEventInvokeConfig(functionArnOf(context, properties.FunctionName), eventInvoke(properties));
  },
  delete: (context, _physicalId, properties) => {
    const arn = functionArnOf(context, properties.FunctionName);
    if (context.lambda.configuration(arn)) {
      context.lambda.putEventInvokeConfig(arn, {});
    }
  },
};

const ssmParameter: ResourceType = {
  replacedBy: ['Name'],
  required: ['Type', 'Value'],
  create: (context, properties) => {
    const name = String(properties.Name ?? `CFN-${context.logicalId}-${context.random(12, ALPHANUMERIC)}`);
    if (context.ssmParameters.has(name)) {
      throw new Error(`The parameter ${name} already exists.`);
    }
    context.ssmParameters.set(name, String(properties.Value));
    return { physicalId: name, attributes: { Type: properties.Type, Value: properties.Value } };
  },
  update: (context, name, properties) => {
    context.ssmParameters.set(name, String(properties.Value));
    return { Type: properties.Type, Value: properties.Value };
  },
  delete: (context, name) => {
    context.ssmParameters.delete(name);
  },
};

/** A resource of which only the identifiers matter. */
function record(options: {
  readonly physicalId: (context: ResourceContext, properties: Properties) => string;
  readonly attributes?: (context: ResourceContext, physicalId: string, properties: Properties) => Record<string, unknown>;
  readonly replacedBy?: string[];
}): ResourceType {
  return {
    replacedBy: options.replacedBy,
    create: (context, properties) => {
      const physicalId = options.physicalId(context, properties);
      return { physicalId, attributes: options.attributes?.(context, physicalId, properties) };
    },
    update: (context, physicalId, properties) => options.attributes?.(context, physicalId, properties),
  };
}

function ec2(prefix: string, attributes?: Parameters<typeof record>[0]['attributes'], replacedBy?: string[]): ResourceType {
  return record({ physicalId: (context) => `${prefix}-0${context.random(16, HEXADECIMAL)}`, attributes, replacedBy });
}

/** The resource types that the local AWS hands to its engine. */
export const RESOURCE_TYPES: ResourceTypes = {
  'AWS::CDK::Metadata': record({ physicalId: (context) => context.random(8, HEXADECIMAL) }),
  'AWS::Chime::AppInstance': appInstance,
  'AWS::Chime::AppInstanceBot': appInstanceBot,
  'AWS::Chime::AppInstanceUser': appInstanceUser,
  'AWS::Chime::Channel': channel,
  'AWS::CloudFormation::StackSet': stackSet,
  'AWS::EC2::InternetGateway': ec2('igw', (_context, id) => ({ InternetGatewayId: id })),
  'AWS::EC2::NatGateway': ec2('nat', (_context, id) => ({ NatGatewayId: id }), ['SubnetId', 'AllocationId']),
  'AWS::EC2::EIP': record({
    physicalId: (context) => `203.0.113.${context.random(2, '123456789')}`,
    attributes: (context, id) => ({ PublicIp: id, AllocationId: `eipalloc-0${context.random(16, HEXADECIMAL)}` }),
  }),
  'AWS::EC2::Route': ec2('r', undefined, ['RouteTableId', 'DestinationCidrBlock']),
  'AWS::EC2::RouteTable': ec2('rtb', (_context, id) => ({ RouteTableId: id }), ['VpcId']),
  'AWS::EC2::SecurityGroup': ec2('sg', (_context, id, properties) => ({ GroupId: id, VpcId: properties.VpcId }), ['GroupDescription', 'GroupName', 'VpcId']),
  'AWS::EC2::SecurityGroupEgress': ec2('sgr', (_context, id) => ({ Id: id }), ['GroupId', 'IpProtocol', 'FromPort', 'ToPort']),
  'AWS::EC2::SecurityGroupIngress': ec2('sgr', (_context, id) => ({ Id: id }), ['GroupId', 'IpProtocol', 'FromPort', 'ToPort']),
  'AWS::EC2::Subnet': ec2('subnet', (context, id, properties) => ({
    SubnetId: id, VpcId: properties.VpcId, CidrBlock: properties.CidrBlock, AvailabilityZone: properties.AvailabilityZone ?? `${context.region}a`,
  }), ['VpcId', 'CidrBlock', 'AvailabilityZone']),
  'AWS::EC2::SubnetRouteTableAssociation': ec2('rtbassoc', (_context, id) => ({ Id: id }), ['SubnetId']),
  'AWS::EC2::VPC': ec2('vpc', (context, id, properties) => ({
    VpcId: id, CidrBlock: properties.CidrBlock, DefaultSecurityGroup: `sg-0${context.random(16, HEXADECIMAL)}`,
  }), ['CidrBlock', 'InstanceTenancy']),
  'AWS::EC2::VPCEndpoint': ec2('vpce', (_context, id) => ({ Id: id, DnsEntries: [] }), ['ServiceName', 'VpcId', 'VpcEndpointType']),
  'AWS::EC2::VPCGatewayAttachment': ec2('attach', undefined, ['VpcId']),
  'AWS::Events::Rule': rule,
  'AWS::IAM::ManagedPolicy': managedPolicy,
  'AWS::IAM::Policy': policy,
  'AWS::IAM::Role': role,
  'AWS::KMS::Key': record({
    physicalId: (context) => [8, 4, 4, 4, 12].map((length) => context.random(length, HEXADECIMAL)).join('-'),
    attributes: (context, id) => ({ Arn: regionalArn(context, 'kms', `key/${id}`), KeyId: id }),
    replacedBy: ['KeySpec', 'KeyUsage', 'MultiRegion'],
  }),
  'AWS::Lambda::EventInvokeConfig': eventInvokeConfig,
  'AWS::Lambda::Function': lambdaFunction,
  'AWS::Lambda::Permission': permission,
  'AWS::Logs::LogGroup': record({
    physicalId: (context, properties) => String(properties.LogGroupName ?? generatedName(context, 512)),
    attributes: (context, id) => ({ Arn: `${regionalArn(context, 'logs', `log-group:${id}`)}:*` }),
    replacedBy: ['LogGroupName'],
  }),
  'AWS::SSM::Parameter': ssmParameter,
  'AWS::SupportApp::AccountAlias': accountAlias,
  'AWS::SupportApp::SlackChannelConfiguration': slackChannelConfiguration,
  'AWS::SupportApp::SlackWorkspaceConfiguration': slackWorkspaceConfiguration,
};

function regionalArn({ region, accountId }: ResourceContext, service: string, resource: string): string {
  return `arn:${partitionOf(region)}:${service}:${region}:${accountId}:${resource}`;
}

function globalArn({ region, accountId }: ResourceContext, resource: string): string {
  return `arn:${partitionOf(region)}:iam::${accountId}:${resource}`;
}

function roleArn(context: ResourceContext, roleName: string, properties: Properties): string {
  return globalArn(context, `role${String(properties.Path ?? '/')}${roleName}`);
}

function roleProperties(properties: Properties) {
  return {
    assumeRolePolicyDocument: properties.AssumeRolePolicyDocument,
    permissionsBoundary: properties.PermissionsBoundary as string | undefined,
    managedPolicyArns: (properties.ManagedPolicyArns ?? []) as string[],
    inlinePolicies: ((properties.Policies ?? []) as { PolicyDocument: PolicyDocument }[]).map((inline) => inline.PolicyDocument),
  };
}

const INLINE_POLICY_LIMIT = 10_240;
const MANAGED_POLICY_LIMIT = 6_144;

/** IAM counts no white space. */
function sizeOfPolicy(document: unknown): number {
  return JSON.stringify(document).replace(/\s/g, '').length;
}

function requireInlineSize({ roleName, inlinePolicies, attached }: Pick<RoleState, 'roleName' | 'inlinePolicies' | 'attached'>): void {
  const inline = [...inlinePolicies, ...[...attached].filter(([key]) => !key.startsWith('arn:')).map(([, document]) => document)];
  if (inline.reduce((sum, document) => sum + sizeOfPolicy(document), 0) > INLINE_POLICY_LIMIT) {
    throw new Error(`Maximum policy size of ${INLINE_POLICY_LIMIT} bytes exceeded for role ${roleName}`);
  }
}

function requireManagedSize(document: unknown): void {
  if (sizeOfPolicy(document) > MANAGED_POLICY_LIMIT) {
    throw new Error(`Cannot exceed quota for PolicySize: ${MANAGED_POLICY_LIMIT}`);
  }
}

function attach(context: ResourceContext, roleNames: unknown, key: string, document: unknown): void {
  for (const roleName of (roleNames ?? []) as string[]) {
    const state = context.roles.byName(context.accountId, roleName);
    if (!state) {
      throw new Error(`The role with name ${roleName} cannot be found.`);
    }
    const attached = new Map([...state.attached, [key, document as PolicyDocument] as const]);
    requireInlineSize({ ...state, attached });
    state.attached.set(key, document as PolicyDocument);
  }
}

function detach(context: ResourceContext, roleNames: unknown, key: string): void {
  for (const roleName of (roleNames ?? []) as string[]) {
    context.roles.byName(context.accountId, roleName)?.attached.delete(key);
  }
}

function functionArnOf(context: ResourceContext, nameOrArn: unknown): string {
  const value = String(nameOrArn);
  return value.startsWith('arn:') ? value : regionalArn(context, 'lambda', `function:${value}`);
}

function eventInvoke(properties: Properties) {
  const number = (value: unknown) => value === undefined ? undefined : Number(value);
  const [retries, age] = [number(properties.MaximumRetryAttempts), number(properties.MaximumEventAgeInSeconds)];
  if (retries !== undefined && !(retries >= 0 && retries <= 2)) {
    throw new Error('MaximumRetryAttempts must be from 0 to 2');
  }
  if (age !== undefined && !(age >= 60 && age <= 21_600)) {
    throw new Error('MaximumEventAgeInSeconds must be from 60 to 21600');
  }
  return { maximumRetryAttempts: retries, maximumEventAgeInSeconds: age };
}

function functionConfiguration(context: ResourceContext, functionName: string, properties: Properties): FunctionConfiguration {
  const { accountId, region, roles, identities } = context;
  const functionRole = roles.find(String(properties.Role));
  if (!functionRole) {
    throw new Error(`The role ${String(properties.Role)} defined for the function cannot be found`);
  }
  if (!trustedServices(functionRole.assumeRolePolicyDocument).includes('lambda.amazonaws.com')) {
    throw new Error('The role defined for the function cannot be assumed by Lambda.');
  }
  const timeout = Number(properties.Timeout ?? 3);
  if (!(timeout >= 1 && timeout <= 900)) {
    throw new Error(`Value '${timeout}' at 'timeout' failed to satisfy constraint: Member must have value from 1 to 900`);
  }
  const logging = (properties.LoggingConfig ?? {}) as { LogFormat?: 'Text' | 'JSON'; LogGroup?: string; ApplicationLogLevel?: string };
  const variables = ((properties.Environment as { Variables?: Properties } | undefined)?.Variables ?? {});
  return {
    functionName,
    accountId,
    region,
    partition: partitionOf(region),
    code: functionCode(context, properties.Code as Properties),
    handler: String(properties.Handler ?? 'index.handler'),
    runtime: properties.Runtime as string | undefined,
    timeout,
    memorySize: Number(properties.MemorySize ?? 128),
    environment: Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, String(value)])),
    logGroupName: logging.LogGroup,
    logFormat: logging.LogFormat,
    applicationLogLevel: logging.ApplicationLogLevel,
    credentials: () => identities.issue({
      accountId,
      principalArn: `arn:${partitionOf(region)}:sts::${accountId}:assumed-role/${functionRole.roleName}/${functionName}`,
      roleArn: functionRole.arn,
      // A role that is gone grants nothing, though its credentials still work for a while.
      policies: () => roles.find(functionRole.arn)?.policies ?? [],
    }),
  };
}

function functionCode(context: ResourceContext, code: Properties): FunctionCode {
  if (code.ZipFile !== undefined) {
    // Its own limit, 4 MB as a zip file, is beyond that of the template which holds it.
    return { inline: String(code.ZipFile) };
  }
  const directory = context.asset(String(code.S3Bucket), String(code.S3Key));
  if (directory === undefined) {
    throw new Error(`Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist. (${String(code.S3Key)})`);
  }
  if (sizeOf(directory) > UNZIPPED_CODE_LIMIT) {
    throw new Error(`Unzipped size must be smaller than ${UNZIPPED_CODE_LIMIT} bytes`);
  }
  return { directory };
}

function sizeOf(path: string): number {
  const stats = statSync(path);
  return stats.isDirectory() ? readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0) : stats.size;
}
