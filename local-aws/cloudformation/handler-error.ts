/** The codes that resource handlers of CloudFormation's registry answer. */
export type HandlerErrorCode =
  | 'AccessDenied' | 'AlreadyExists' | 'GeneralServiceException' | 'InvalidRequest' | 'NotFound' | 'NotUpdatable'
  | 'ResourceConflict' | 'ServiceInternalError' | 'ServiceLimitExceeded';

/** What the resource handler of a native type answers when it fails. */
export class HandlerError extends Error {
  /** In the words that CloudFormation's plugins for handlers share: https://github.com/aws-cloudformation/cloudformation-cli-python-plugin/pull/30 */
  public static alreadyExists(type: string, identifier: string): HandlerError {
    return new HandlerError('AlreadyExists', `Resource of type '${type}' with identifier '${identifier}' already exists.`);
  }

  public static notFound(type: string, identifier: string): HandlerError {
    return new HandlerError('NotFound', `Resource of type '${type}' with identifier '${identifier}' was not found.`);
  }

  public constructor(public readonly code: HandlerErrorCode, message: string) {
    super(message);
  }
}
