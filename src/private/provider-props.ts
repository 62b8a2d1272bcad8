import type { ChannelsProviderProps } from '../channels-provider';
import { isObject, NUMBER, type PropertyType, ROLE, STRUCTURE, TEXT } from './props';
import { isUnresolved } from './validation';

const DURATION: PropertyType = {
  must: 'a Duration',
  remedy: 'Give one, such as Duration.minutes(5)',
  fits: (value) => isObject(value) && typeof value.toSeconds === 'function',
};

/** The modules of the services are not loaded for their enumerations. */
const RETENTION_DAYS: unknown[] = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653, 9999,
];

function isReference(value: unknown, name: string): boolean {
  return isObject(value) && isObject(value[name]);
}

function hasText(value: unknown, name: string): boolean {
  return isObject(value) && typeof value[name] === 'string';
}

/** What the options of a `ChannelsProvider` take; their values are checked more exactly after that. */
export const PROVIDER_TYPES: { readonly [Name in keyof ChannelsProviderProps]?: PropertyType } = {
  code: {
    must: 'INLINE or ASSET',
    remedy: 'Choose HandlerCode.INLINE or HandlerCode.ASSET',
    fits: (value) => value === 'INLINE' || value === 'ASSET',
  },
  role: ROLE,
  runtime: { must: 'a lambda.Runtime', remedy: 'Give one, such as lambda.Runtime.NODEJS_24_X', fits: (value) => hasText(value, 'name') },
  architecture: { must: 'a lambda.Architecture', remedy: 'Give one, such as lambda.Architecture.ARM_64', fits: (value) => hasText(value, 'name') },
  memorySize: NUMBER,
  timeout: DURATION,
  serviceTimeout: DURATION,
  supportAppRegion: TEXT,
  vpc: {
    must: 'a VPC',
    remedy: 'Give one, such as ec2.Vpc.fromLookup(this, \'Vpc\', { vpcId })',
    fits: (value) => isObject(value) && typeof value.selectSubnets === 'function',
  },
  vpcSubnets: STRUCTURE,
  securityGroups: {
    must: 'a list of security groups',
    remedy: 'Give a list, such as [ec2.SecurityGroup.fromSecurityGroupId(this, \'SecurityGroup\', id)]',
    fits: (value) => Array.isArray(value) && value.every((securityGroup) => isReference(securityGroup, 'securityGroupRef')),
  },
  logGroup: {
    must: 'a log group',
    remedy: 'Give one, such as logs.LogGroup.fromLogGroupName(this, \'LogGroup\', name)',
    fits: (value) => isReference(value, 'logGroupRef'),
  },
  logRetention: {
    must: 'one of logs.RetentionDays',
    remedy: 'Choose one of them, such as logs.RetentionDays.ONE_MONTH',
    fits: (value) => isUnresolved(value) || RETENTION_DAYS.includes(value),
  },
  environmentEncryption: {
    must: 'a KMS key',
    remedy: 'Give one, such as kms.Key.fromKeyArn(this, \'Key\', arn)',
    fits: (value) => isReference(value, 'keyRef'),
  },
  logGroupEncryption: {
    must: 'a KMS key',
    remedy: 'Give one, such as kms.Key.fromKeyArn(this, \'Key\', arn)',
    fits: (value) => isReference(value, 'keyRef'),
  },
  deadLetterQueue: {
    must: 'a queue',
    remedy: 'Give one, such as sqs.Queue.fromQueueArn(this, \'Queue\', arn)',
    fits: (value) => isReference(value, 'queueRef'),
  },
  reservedConcurrentExecutions: NUMBER,
};
