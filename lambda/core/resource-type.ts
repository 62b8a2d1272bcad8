import { Problem } from '../../src/constraints';
import { Existing } from '../../src/contract';
import { Client, Command } from '../aws/client';
import { CustomResourceEvent, Properties } from '../custom-resource';
import { PhysicalId } from './physical-id';
import { Stack } from './stack';

/** What the handler works with. */
export interface Services {
  readonly supportApp: Client;
  readonly stack: Stack;
  chimeSDKMessaging(region: string): Client;
  /** Does what takes back partial work: with time reserved for it, and never instead of the error that made it necessary. */
  undo(work: (services: Services) => Promise<unknown>): Promise<void>;
}

/** A change on the way to what is declared. */
export interface Step extends Command<unknown> {
  /** Names of errors which mean that there was nothing left to do. */
  readonly ignored?: string[];
  /** Whether there was nothing left to do after any other error. */
  isDone?(client: Client): Promise<boolean>;
}

export interface Declaration {
  readonly Existing?: Existing;
  readonly Refresh?: string;
}

/**
 * How things of one type are looked at and changed; what all types share, above all who owns what, is in `lifecycle.ts`.
 *
 * `Declared` are the properties of an event, parsed. What the service has is told in the same terms, so that the way back
 * from a change is the same comparison the other way round.
 */
export interface ResourceType<Declared extends Declaration = Declaration> {
  readonly name: string;
  /**
   * Whether `create` does the same when it is called again for the same event. Then a Create tries it, and a conflict tells that
   * something is there; otherwise it looks first.
   */
  readonly isRepeatable?: boolean;

  parse(properties: Properties): Declared;
  /** The problems of a declaration whose values are all known. */
  check(declared: Declared): Problem[];
  /**
   * The service's own identifiers of what is declared; `undefined` where the service chooses one.
   *
   * @param current those of what the resource has, for a declaration that fits it
   */
  targetOf(declared: Declared, event: CustomResourceEvent, current?: string[]): string[] | undefined;
  /** The physical id of the same thing as a resource of CloudFormation's own type. */
  nativeIdOf(target: string[], declared: Declared): string;
  /** What is there, of all that is declared or was in the old declaration. */
  read(services: Services, target: string[], declared: Declared, old?: Declared): Promise<Declared | undefined>;
  /** The steps from what is there to what is declared. */
  diff(id: PhysicalId, actual: Declared, declared: Declared): Step[];
  /** Sends the steps; without it they go to the Support App, one after the other. */
  apply?(services: Services, target: string[], steps: Step[]): Promise<unknown>;
  /** Makes what one call can make of what is declared. */
  create(services: Services, declared: Declared, event: CustomResourceEvent): Promise<Made<Declared>>;
  remove(services: Services, target: string[], declared: Declared): Promise<unknown>;
  /** What is there, for an error. */
  describe(actual: Declared): string;
  /** Attributes for `Fn::GetAtt`, of what was there before this event. */
  attributes?(services: Services, target: string[], actual: Declared | undefined, mayFail: boolean): object | Promise<object>;
  /** Whether the service shows that somebody else has taken over what is there. */
  isTaken?(actual: Declared, declared: Declared): boolean;
  /** Whether what is there shows that another stack has taken it over. */
  isOthers?(services: Services, actual: Declared, declared: Declared): Promise<unknown>;
  /** Whether this stack made what is there, or an earlier attempt of it. */
  originOf?(services: Services, actual: Declared, declared: Declared): Promise<Origin | undefined>;
  /** Whom a rollback goes by when those who are declared may not act any more; nobody where they are the same as before. */
  fallback?(declared: Declared, old: Declared): Declared | undefined;
  /** Fails when a rollback could not bring back what is there. */
  proveWayBack?(services: Services, actual: Declared, declared: Declared): Promise<unknown>;
}

export interface Made<Declared> {
  /** Its identifiers, where the service has chosen one. */
  readonly target?: string[];
  /** What there is then, where that is not all yet. */
  readonly actual?: Declared;
  readonly attributes?: object;
}

export type Origin = 'stack' | 'earlier attempt';
