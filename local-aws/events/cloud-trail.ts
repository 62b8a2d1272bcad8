import { randomUUID } from 'node:crypto';
import { eventTime, type BusEvent } from './event';
import type { Identity } from '../identity';
import type { ServiceCall } from '../services/service';

const READS = /^(Get|List|Describe)/;

/**
 * What CloudTrail tells the default bus of a call; nothing of one that only reads, of which rules hear in another state only. It takes a trail
 * that records management events, which is taken for granted here.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
 */
export function apiCallEvent(call: ServiceCall, time: Date): BusEvent | undefined {
  const { service, operation, input, identity, region, errorCode, errorMessage } = call;
  return READS.test(operation) ? undefined : {
    'version': '0',
    'id': randomUUID(),
    'detail-type': 'AWS API Call via CloudTrail',
    'source': `aws.${service}`,
    'account': identity.accountId,
    'time': eventTime(time),
    region,
    'resources': [],
    'detail': {
      eventVersion: '1.08',
      userIdentity: userIdentityOf(identity, time),
      eventTime: eventTime(time),
      eventSource: `${service}.amazonaws.com`,
      eventName: operation,
      awsRegion: region,
      requestParameters: input,
      responseElements: null,
      ...errorCode !== undefined && { errorCode, errorMessage },
      eventID: randomUUID(),
      readOnly: false,
      eventType: 'AwsApiCall',
      managementEvent: true,
      recipientAccountId: identity.accountId,
      eventCategory: 'Management',
    },
  };
}

/**
 * Who made a call, in CloudTrail's words.
 *
 * Unverified (cloudtrail-role): that a call in a session of a role names the role, by its ARN with its path, as the issuer of the session.
 */
function userIdentityOf({ principalArn, accountId, accessKeyId, roleArn }: Identity, time: Date): object {
  const [, kind, name] = /:(root|user|assumed-role)(?:\/(?:.*\/)?([^/]+))?$/.exec(principalArn) ?? [];
  const common = { arn: principalArn, accountId, accessKeyId };
  if (kind !== 'assumed-role') {
    return kind === 'root' ? { type: 'Root', principalId: accountId, ...common } : { type: 'IAMUser', principalId: 'AIDALOCAL', ...common, userName: name };
  }
  const [partition, roleName] = [principalArn.split(':')[1], principalArn.split('/')[1]];
  return {
    type: 'AssumedRole',
    principalId: `AROALOCAL:${name}`,
    ...common,
    sessionContext: {
      sessionIssuer: {
        type: 'Role', principalId: 'AROALOCAL', arn: roleArn ?? `arn:${partition}:iam::${accountId}:role/${roleName}`, accountId, userName: roleName,
      },
      attributes: { creationDate: eventTime(time), mfaAuthenticated: 'false' },
    },
  };
}
