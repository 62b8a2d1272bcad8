import { AwsError } from './aws-error';
import { AuthorizationRequest, Identity, isAllowed } from '../identity';

/**
 * Refuses a request that the caller's policies do not allow, in the words of IAM. Unverified (supportapp-denial, chime-denial): under
 * which name these services do; the model of Chime declares none for it.
 */
export function authorize(identity: Identity, request: AuthorizationRequest) {
  if (!isAllowed(identity, request)) {
    throw new AwsError('AccessDeniedException', `User: ${identity.principalArn} is not authorized to perform: ${request.action} `
      + `on resource: ${request.resource} because no identity-based policy allows the ${request.action} action`);
  }
}
