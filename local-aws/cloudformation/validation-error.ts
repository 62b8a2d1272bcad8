/** What CloudFormation answers when it refuses a request before it changes anything. */
export class ValidationError extends Error {
  public readonly code = 'ValidationError';

  public constructor(message: string) {
    super(message);
    this.name = 'ValidationError';
  }
}
