import { ServiceError } from './aws/client';
import { StackMember } from './aws/cloudformation';
import { UserError } from './user-error';

/** Something is there that the stack may not touch without being told to. */
export const alreadyExists = (what: string): UserError => new UserError(what + ' that this stack did not create. '
  + 'Set existing to ADOPT to let the stack change it, or remove what is there.');

/** A resource of another stack, or of CloudFormation's own type, would delete or change what is there. */
export const alreadyHeld = (what: string, { type, logicalId, stackName }: StackMember): UserError => new UserError(
  what + ', which ' + logicalId + ' of stack ' + stackName + ' has (' + type + '). Retain it there by its DeletionPolicy, remove it, then set existing to OWN here.');

/** Something is there, and whoever acts for the stack cannot even see it. */
export const noAccess = (what: string): UserError => new UserError(what + ', to which chimeBearer has no access. Choose another.');

const AUTHORIZE = 'authorize the workspace in the Support Center of the ';

/**
 * What to do about an error: the first row that matches its operation, name and message, as in `ListSlackWorkspaces AccessDeniedException not authorized`.
 * `ConflictException` has no sub-code, so its causes are told apart by operation and message.
 */
const REMEDIES: [error: RegExp, remedy: string][] = [
  [/^Register\w+ Conflict(?!.*management).*organi/is, 'Join an organization, or ' + AUTHORIZE + 'account'],
  [/^Register\w+ (Conflict|ResourceNotFound)/, 'Check teamId, ' + AUTHORIZE + 'management account and deploy a SlackWorkspace there first'],
  [/^DeleteSlack\w+ Conflict/, 'End the live chat with AWS Support, then delete again'],
  [/^(Create|Update)Slack\w+ Conflict/, 'Add a SlackWorkspace to the stack, or ' + AUTHORIZE + 'account'],
  [/^\w+ ServiceQuota/, 'An account can have 5 workspaces and 20 channels, and a channel 100 accounts. Remove a configuration or use another channel'],
  [/support plan/i, 'Subscribe to a support plan with the AWS Support App'],
  [/Slack\w+ Validation.*role/is, 'The channel role must exist in the account and trust supportapp.amazonaws.com, as a SupportAppRole does'],
  [/^\w+ (\w*AccessDenied|(Forbidden|Unauthorized).*authoriz)/s, 'Let the role of the handler do this, and check service control policies, permissions boundary and support plan'],
  [/^\w+ (Forbidden|Unauthorized)/, 'chimeBearer must be a user or bot of the AppInstance, and a moderator of the channel or an administrator'],
  [/^\w+ (Connection|HTTP 5|Internal|Service|Throttl|TooMany)/, 'Deploy again later. A handler in a VPC needs a route to the service'],
];

/** The reason that stands in the stack's events: what happened and what to do. */
export function explain(error: unknown): string {
  if (error instanceof UserError) {
    return error.message;
  }
  if (!(error instanceof ServiceError)) {
    return 'The handler failed: ' + error;
  }
  const { operation, name, message, tries } = error;
  const remedy = REMEDIES.find(([pattern]) => pattern.test(operation + ' ' + name + ' ' + message))?.[1] ?? 'Check the properties';
  return operation + ': ' + message + ' (' + name + ', ' + tries + '). ' + remedy + '.';
}
