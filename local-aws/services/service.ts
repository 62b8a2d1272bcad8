import { SmithyModel, Structure } from './smithy';
import { Identity } from '../identity';

/** Who calls an operation: the account and the Region follow from the signature. */
export interface Caller {
  readonly identity: Identity;
  readonly region: string;
  /** How many changes the answer of a list is late. @default 0 */
  readonly changesBehind?: number;
}

/** A call that a service has decided, whoever made it and by which way. */
export interface ServiceCall {
  /** The name that requests are signed for. */
  readonly service: string;
  readonly operation: string;
  readonly input: Structure;
  readonly identity: Identity;
  readonly region: string;
  /** Absent for a success. */
  readonly errorCode?: string;
  readonly errorMessage?: string;
}

/** A local service behind the HTTP server, which routes, verifies and validates by the service's model. */
export interface LocalService {
  readonly model: SmithyModel;
  /** Regions with an endpoint. */
  readonly regions: readonly string[];
  /** Name of the error that answers a request which violates the model. */
  readonly validationError: string;
  /** Operations of the model that the local service has. */
  implements(operation: string): boolean;
  /** Runs an operation on a valid input. It throws an `AwsError`; nothing else can happen between its reads and its writes. */
  call(operation: string, input: Structure, caller: Caller): Structure;
}
