import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type { Stack } from 'aws-cdk-lib/core';

/** A key whose policy can be changed where it is defined. */
type Key = kms.IKeyRef & Partial<Pick<kms.IKey, 'addToResourcePolicy'>>;

/**
 * Lets CloudWatch Logs use a key for the log groups of a stack's account. One log group cannot be named: it refers to the key. Nothing happens to a
 * key that is defined elsewhere.
 */
export function allowLogs(key: Key, stack: Stack): void {
  key.addToResourcePolicy?.(new iam.PolicyStatement({
    principals: [new iam.ServicePrincipal(`logs.${stack.region}.${stack.urlSuffix}`)],
    actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'],
    resources: ['*'],
    conditions: {
      ArnLike: { 'kms:EncryptionContext:aws:logs:arn': `arn:${stack.partition}:logs:${stack.region}:${stack.account}:log-group:*` },
    },
  }), true);
}
