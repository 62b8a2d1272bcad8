import { ChimeSDKMessagingClient } from '@aws-sdk/client-chime-sdk-messaging';
import SupportApp from 'aws-sdk/clients/supportapp';
import { Identity, PolicyDocument } from '../../../local-aws/identity';
import { LocalServices } from '../../../local-aws/services/server';

// Read when the first client is made.
process.env.AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE = '1';

export const ACCOUNT = '111122223333';

export function identityOf(services: LocalServices, accountId: string = ACCOUNT, policies?: () => PolicyDocument[]): Identity {
  return services.identities.issue({ accountId, principalArn: `arn:aws:sts::${accountId}:assumed-role/Handler/function`, policies });
}

/** The client of the AWS SDK for JavaScript v2: an implementation of the protocol that is not ours. */
export function supportAppClient(services: LocalServices, identity: Identity, region: string = 'us-east-1', retries: number = 0): SupportApp {
  const { accessKeyId, secretAccessKey, sessionToken } = identity;
  return new SupportApp({
    endpoint: services.endpoints.supportApp,
    region,
    credentials: { accessKeyId, secretAccessKey, sessionToken },
    maxRetries: retries,
    retryDelayOptions: { base: 1 },
  });
}

/** The client of the AWS SDK for JavaScript v3. */
export function chimeClient(services: LocalServices, identity: Identity, region: string = 'us-east-1'): ChimeSDKMessagingClient {
  const { accessKeyId, secretAccessKey, sessionToken } = identity;
  return new ChimeSDKMessagingClient({
    endpoint: services.endpoints.chimeSdkMessaging,
    region,
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) },
    maxAttempts: 1,
  });
}
