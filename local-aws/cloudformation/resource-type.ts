import type { NativeServices } from './native-resource';
import type { Roles } from './roles';
import type { Properties } from './template-model';
import type { LocalEvents } from '../events/local-events';
import type { Identities } from '../identity';
import type { LocalLambda } from '../lambda/local-lambda';
import type { ChimeStore } from '../services/chime-store';
import type { LocalStackSets } from '../stacksets/stack-sets';

/** What a resource type needs to make a resource. */
export interface ResourceContext {
  readonly accountId: string;
  readonly region: string;
  readonly stackName: string;
  readonly logicalId: string;
  readonly lambda: LocalLambda;
  readonly roles: Roles;
  readonly identities: Identities;
  readonly stackSets: LocalStackSets;
  readonly events: LocalEvents;
  readonly chime: ChimeStore;
  /** What the handlers of native types call. */
  readonly services?: NativeServices;
  /** SSM parameters of the account and Region. */
  readonly ssmParameters: Map<string, string>;
  /** Finds the directory of a file asset by its key in the staging bucket. */
  asset(bucket: string, key: string): string | undefined;
  /** A random string of the resource, the same in each run with the same seed. */
  random(length: number, alphabet: string): string;
}

export interface CreatedResource {
  readonly physicalId: string;
  readonly attributes?: Record<string, unknown>;
}

export type UpdatedAttributes = Record<string, unknown> | void;

/** How the engine handles one resource type. */
export interface ResourceType {
  /** Properties whose change makes a new resource. */
  readonly replacedBy?: string[];
  readonly required?: string[];
  /** All other properties that the type has. @default - any is taken */
  readonly optional?: string[];
  /** Regions that have the type. @default - all */
  readonly regions?: readonly string[];
  /** An update that fails may have done a part, which the rollback has to take back. @default - it has changed nothing */
  readonly updatesInPart?: boolean;
  create(context: ResourceContext, properties: Properties): CreatedResource | Promise<CreatedResource>;
  /** Changes in place; answers the attributes, where they change. */
  update?(
    context: ResourceContext, physicalId: string, properties: Properties, oldProperties: Properties,
  ): UpdatedAttributes | Promise<UpdatedAttributes>;
  delete?(context: ResourceContext, physicalId: string, properties: Properties): void | Promise<void>;
  /** Takes what is there into the stack. The properties have those of the identifier, too. @default - it cannot be imported */
  importExisting?(context: ResourceContext, properties: Properties): CreatedResource | Promise<CreatedResource>;
}

/** The resource types that an engine knows beside custom resources, by name. */
export type ResourceTypes = Readonly<Record<string, ResourceType>>;
