import { HandlerError, type HandlerErrorCode } from './handler-error';
import type { ResourceContext } from './resource-type';
import type { Properties } from './template-model';
import { AwsError } from '../services/aws-error';
import type { LocalService } from '../services/service';
import type { Structure } from '../services/smithy';
import { validateInput } from '../services/validation';

/** The services that the resource handlers of CloudFormation's own types call. */
export interface NativeServices {
  readonly supportApp: LocalService;
  readonly chime: LocalService;
}

/** Calls a service as the handler of a native type does: with the credentials of who deploys, which here may do everything. */
export function callService(
  context: ResourceContext, name: keyof NativeServices, operation: string, members: Structure,
): Structure {
  const { accountId, region, services } = context;
  if (!services) {
    throw new HandlerError('ServiceInternalError', 'This engine was started without the services of native resource types');
  }
  const service = services[name];
  const given = Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
  const { input, violation } = validateInput(service.model, service.model.operation(operation).input, given);
  if (violation) {
    throw new HandlerError('InvalidRequest', violation);
  }
  const principalArn = `arn:aws:iam::${accountId}:role/deployer`;
  try {
    return service.call(operation, input, {
      identity: { accountId, accessKeyId: '', secretAccessKey: '', principalArn }, region,
    });
  } catch (error) {
    throw error instanceof AwsError ? new HandlerError(CODES[error.code] ?? 'GeneralServiceException', error.message) : error;
  }
}

/** Unverified: which code stands for which error. */
const CODES: Record<string, HandlerErrorCode> = {
  AccessDeniedException: 'AccessDenied',
  BadRequestException: 'InvalidRequest',
  ConflictException: 'ResourceConflict',
  ForbiddenException: 'AccessDenied',
  NotFoundException: 'NotFound',
  ResourceLimitExceededException: 'ServiceLimitExceeded',
  ResourceNotFoundException: 'NotFound',
  ServiceQuotaExceededException: 'ServiceLimitExceeded',
  ValidationException: 'InvalidRequest',
};

/** All items of a paginated list. */
export function listAll<T>(
  context: ResourceContext, name: keyof NativeServices, operation: string, items: string, tokens: [string, string],
  input: Structure = {},
): T[] {
  const all: T[] = [];
  let token: unknown;
  do {
    const page = callService(context, name, operation, { ...input, [tokens[0]]: token });
    all.push(...page[items] as T[]);
    token = page[tokens[1]];
  } while (token !== undefined);
  return all;
}

/** CloudFormation reads `"true"` where the schema of a type says boolean. */
export function flag(value: unknown): boolean | undefined {
  return value === undefined ? undefined : String(value) === 'true';
}

/** The primary identifier of a type as its handlers print it. */
export function identifierOf(properties: Properties, names: readonly string[]): string {
  const [name] = names;
  return names.length === 1 ? String(properties[name])
    : JSON.stringify(Object.fromEntries(names.map((part) => [`/properties/${part}`, properties[part]])));
}
