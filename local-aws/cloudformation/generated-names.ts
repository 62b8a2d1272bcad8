import { createHash } from 'node:crypto';
import type { ResourceContext } from './resource-type';

export const UPPER_CASE_ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
export const ALPHANUMERIC = `abcdefghijklmnopqrstuvwxyz${UPPER_CASE_ALPHANUMERIC}`;

type Named = Pick<ResourceContext, 'stackName' | 'logicalId' | 'random'>;

/** A name as CloudFormation generates it: stack, logical id and a random suffix. */
export function generatedName(context: Named, limit: number): string {
  const suffix = context.random(12, ALPHANUMERIC);
  return `${`${context.stackName}-${context.logicalId}`.slice(0, limit - 13)}-${suffix}`;
}

/** The id that CloudFormation gives a custom resource which never told one. */
export function inventedPhysicalId(context: Named): string {
  return `${context.stackName}-${context.logicalId}-${context.random(12, UPPER_CASE_ALPHANUMERIC)}`;
}

/** Strings that look random and are the same in each run with the same seed. */
export function seededRandom(seed: string): (length: number, alphabet: string) => string {
  let drawn = 0;
  return (length, alphabet) => {
    drawn += 1;
    const digest = createHash('sha512').update(`${seed}/${drawn}`).digest();
    return Array.from({ length }, (_item, index) => alphabet[digest[index] % alphabet.length]).join('');
  };
}
