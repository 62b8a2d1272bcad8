/** An error as an AWS service answers it: the name of its shape, a message, and an HTTP status. */
export class AwsError extends Error {
  /** HTTP status; a service's model overrides it for the errors that it declares. */
  public readonly status: number;

  constructor(public readonly code: string, message: string, status?: number) {
    super(message);
    this.name = code;
    this.status = status ?? COMMON_ERROR_STATUS[code] ?? 400;
  }
}

/** Errors that the front of a service answers, so that no model declares them. */
const COMMON_ERROR_STATUS: Record<string, number> = {
  AccessDeniedException: 403,
  InternalFailure: 500,
  InvalidSignatureException: 403,
  MissingAuthenticationTokenException: 403,
  ServiceUnavailable: 503,
  ServiceUnavailableException: 503,
  ThrottledClientException: 429,
  TooManyRequestsException: 429,
  UnknownOperationException: 404,
  UnrecognizedClientException: 403,
  UnsupportedMediaTypeException: 415,
};
