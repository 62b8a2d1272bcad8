import { ServiceError } from '../../lambda/aws/client';
import { alreadyExists, explain } from '../../lambda/errors';
import { UserError } from '../../lambda/user-error';
import { SUPPORT_APP_MESSAGES } from '../../local-aws/services/support-app';

function serviceError(operation: string, name: string, message: string): ServiceError {
  return new ServiceError(name, message, operation, 'tries: 3, request id: 1234', false);
}

/** What stands behind the service's own words. */
function remedyOf(operation: string, name: string, message: string): string {
  const [words, remedy] = explain(serviceError(operation, name, message)).split(`${message} (${name}, tries: 3, request id: 1234). `);
  expect(words).toBe(`${operation}: `);
  return remedy;
}

describe('explain', () => {
  test('says what a user can mend as it is', () => {
    expect(explain(new UserError('what to do'))).toBe('what to do');
  });

  test('names an error of the handler itself', () => {
    expect(explain(new TypeError('x is not a function'))).toBe('The handler failed: TypeError: x is not a function');
    expect(explain('thrown')).toBe('The handler failed: thrown');
    expect(explain(undefined)).toBe('The handler failed: undefined');
  });

  test('gives operation, message, name, tries and request id of a service\'s error', () => {
    expect(explain(serviceError('PutAccountAlias', 'ValidationException', 'bad')))
      .toBe('PutAccountAlias: bad (ValidationException, tries: 3, request id: 1234). Check the properties.');
  });

  test.each<[string, string, string, RegExp]>([
    ['RegisterSlackWorkspaceForOrganization', 'ConflictException', SUPPORT_APP_MESSAGES.managementAccountFirst, /management account.*deploy a SlackWorkspace there first\.$/],
    ['RegisterSlackWorkspaceForOrganization', 'ConflictException', SUPPORT_APP_MESSAGES.workspaceNotAuthorized, /authorize the workspace.*management account/],
    ['RegisterSlackWorkspaceForOrganization', 'ConflictException', SUPPORT_APP_MESSAGES.notInOrganization, /^Join an organization, or authorize the workspace/],
    ['RegisterSlackWorkspaceForOrganization', 'ConflictException', 'Other words.', /^Check teamId, authorize the workspace/],
    ['RegisterSlackWorkspaceForOrganization', 'ResourceNotFoundException', SUPPORT_APP_MESSAGES.teamNotFound, /^Check teamId,/],
    ['DeleteSlackChannelConfiguration', 'ConflictException', SUPPORT_APP_MESSAGES.liveChatChannel, /^End the live chat/],
    ['DeleteSlackWorkspaceConfiguration', 'ConflictException', SUPPORT_APP_MESSAGES.liveChatWorkspace, /^End the live chat/],
    ['CreateSlackChannelConfiguration', 'ConflictException', SUPPORT_APP_MESSAGES.workspaceNotAdded, /^Add a SlackWorkspace to the stack, or authorize/],
    ['UpdateSlackChannelConfiguration', 'ConflictException', SUPPORT_APP_MESSAGES.workspaceNotAdded, /^Add a SlackWorkspace/],
    ['CreateSlackChannelConfiguration', 'ServiceQuotaExceededException', SUPPORT_APP_MESSAGES.channelQuota, /5 workspaces and 20 channels, and a channel 100 accounts/],
    ['CreateSlackChannelConfiguration', 'ServiceQuotaExceededException', SUPPORT_APP_MESSAGES.accountQuota, /100 accounts/],
    ['CreateSlackChannelConfiguration', 'AccessDeniedException', SUPPORT_APP_MESSAGES.noSupportPlan, /^Subscribe to a support plan with the AWS Support App\.$/],
    ['CreateSlackChannelConfiguration', 'ValidationException', SUPPORT_APP_MESSAGES.roleNotValid, /trust supportapp\.amazonaws\.com/],
    ['UpdateSlackChannelConfiguration', 'ValidationException', SUPPORT_APP_MESSAGES.roleNotValid, /trust supportapp\.amazonaws\.com/],
    ['PutAccountAlias', 'AccessDeniedException', 'not authorized to perform: supportapp:PutAccountAlias', /role of the handler.*service control policies/],
    ['ListStackResources', 'AccessDenied', 'not authorized', /role of the handler/],
    ['CreateChannel', 'ForbiddenException', 'AWS authorization failed', /role of the handler/],
    ['CreateChannel', 'ForbiddenException', 'User: x is not authorized to perform: chime:CreateChannel', /role of the handler/],
    ['CreateChannel', 'UnauthorizedClientException', 'The client is not currently authorized to make the request.', /role of the handler/],
    ['DeleteChannel', 'ForbiddenException', 'no access', /^chimeBearer must be a user or bot/],
    ['CreateChannel', 'UnauthorizedClientException', 'who', /^chimeBearer/],
    ['PutAccountAlias', 'ConnectionError', 'no answer within 10000 ms', /^Deploy again later\. A handler in a VPC needs a route/],
    ['PutAccountAlias', 'HTTP 502', 'HTTP status 502', /^Deploy again later/],
    ['PutAccountAlias', 'InternalServerException', 'oops', /^Deploy again later/],
    ['CreateChannel', 'ServiceFailureException', 'oops', /^Deploy again later/],
    ['CreateChannel', 'ServiceUnavailableException', 'oops', /^Deploy again later/],
    ['PutAccountAlias', 'ThrottlingException', 'Rate exceeded', /^Deploy again later/],
    ['CreateChannel', 'ThrottledClientException', 'Rate exceeded', /^Deploy again later/],
    ['PutAccountAlias', 'TooManyRequestsException', 'Rate exceeded', /^Deploy again later/],
    ['CreateChannel', 'BadRequestException', 'bad', /^Check the properties\.$/],
    ['PutAccountAlias', 'HTTP 418', 'HTTP status 418', /^Check the properties\.$/],
  ])('%s, %s, "%s": %s', (operation, name, message, remedy) => {
    expect(remedyOf(operation, name, message)).toMatch(remedy);
  });

  test('every remedy is a sentence', () => {
    for (const name of ['ConflictException', 'ServiceQuotaExceededException', 'AccessDeniedException', 'ForbiddenException', 'Other']) {
      expect(remedyOf('CreateSlackChannelConfiguration', name, 'm')).toMatch(/^[A-Zc].*[^.]\.$/);
    }
  });
});

test('alreadyExists says how to adopt', () => {
  const error = alreadyExists('accountAlias: the account has the alias "a"');
  expect(error).toBeInstanceOf(UserError);
  expect(error.message).toBe('accountAlias: the account has the alias "a" that this stack did not create. '
    + 'Set existing to ADOPT to let the stack change it, or remove what is there.');
});
