/**
 * The physical id names the target of a resource and says whether the stack created it, adopted it or took it to own:
 *
 *     SupportAppSlackChannelConfiguration/created/T012ABCDEFG/C012ABCDEFG
 *     SupportAppSlackChannelConfiguration/adopted/T012ABCDEFG/C012ABCDEFG;previous=%7B...%7D
 *
 * It comes from the target alone, so that a repeated event gives the same one. What follows the first semicolon may
 * grow; readers skip what they do not know.
 */
import { Ownership } from '../../src/contract';
import { UserError } from '../user-error';

/** Marks of their own, so that two stacks which hold one target, as in a move, do so under different ids. */
export const OWNERSHIPS: Ownership[] = ['created', 'adopted', 'owned', 'taken'];

export interface PhysicalId {
  readonly resourceType: string;
  /** A stack deletes what it created or has taken to own, and releases what it adopted. */
  readonly ownership: Ownership;
  /** The service's own identifiers, such as team id and channel id. */
  readonly target: string[];
  /** The configuration that an adoption or a move has changed, so that a rollback can put it back. */
  readonly previous?: object;
}

const TYPE_PREFIX = 'Custom::';
const MAXIMUM_BYTES = 1024;

export function formatPhysicalId({ resourceType, ownership, target, previous }: PhysicalId): string {
  const text = [resourceType.slice(TYPE_PREFIX.length), ownership, ...target.map(encode)].join('/')
    + (previous ? ';previous=' + encode(JSON.stringify(previous)) : '');
  if (text.length > MAXIMUM_BYTES) {
    throw new UserError('To remember what exists takes ' + text.length + ' of ' + MAXIMUM_BYTES + ' bytes. Shorten its texts.');
  }
  return text;
}

/** Leaves nothing that separates the parts of an id or that XML escapes. */
const encode = (value: string): string => encodeURIComponent(value).replace(/'/g, '%27');

/** The id of a Create that came to nothing. */
export const failedPhysicalId = (logicalResourceId: string): string => 'failed/' + logicalResourceId;

/**
 * Reads a physical id; `undefined` for one that stands for nothing, such as that of a failed Create or one that
 * CloudFormation invents for a cancelled one.
 */
export function parsePhysicalId(text: string | undefined): PhysicalId | undefined {
  try {
    const [path] = text!.split(';');
    const [name, ownership, ...target] = path.split('/').map(decodeURIComponent);
    if (!OWNERSHIPS.includes(ownership as Ownership)) {
      return undefined;
    }
    const previous = /;previous=([^;]*)/.exec(text!)?.[1];
    return {
      resourceType: TYPE_PREFIX + name,
      ownership: ownership as Ownership,
      target,
      previous: previous && JSON.parse(decodeURIComponent(previous)),
    };
  } catch {
    return undefined;
  }
}

export const sameTarget = (one: PhysicalId, other: PhysicalId): boolean =>
  one.resourceType === other.resourceType && isSame(one.target, other.target);

/** Whether two values are the same as JSON. */
export const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);
