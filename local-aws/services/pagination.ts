import { createHash } from 'node:crypto';

export interface Page<T> {
  readonly items: T[];
  readonly nextToken?: string;
}

/**
 * Pages of lists with opaque tokens.
 *
 * A page starts behind the last key of the page before it, not at an index, so that nothing is skipped or repeated when
 * the list changes between two requests.
 */
export class Paginator {
  private readonly starts = new Map<string, { scope: string; after: string }>();

  /**
   * @param scope what the token is good for: operation, account and filters
   * @param items the whole list, sorted by key in ascending order of UTF-16 code units
   * @returns `undefined` for a token that was not issued for this scope
   */
  public page<T>(scope: string, items: readonly T[], keyOf: (item: T) => string, size: number, token?: string): Page<T> | undefined {
    const start = token === undefined ? undefined : this.starts.get(token);
    if (token !== undefined && start?.scope !== scope) {
      return undefined;
    }
    const rest = start ? items.filter((item) => keyOf(item) > start.after) : [...items];
    const page = rest.slice(0, size);
    if (page.length === rest.length) {
      return { items: page };
    }
    const after = keyOf(page[page.length - 1]);
    const nextToken = createHash('sha256').update(JSON.stringify([scope, after])).digest('base64url');
    this.starts.set(nextToken, { scope, after });
    return { items: page, nextToken };
  }
}

/** Sorts a copy by key, in the order that `Paginator.page` needs. */
export function sortedBy<T>(items: Iterable<T>, keyOf: (item: T) => string): T[] {
  return [...items].sort((one, other) => {
    const [key, otherKey] = [keyOf(one), keyOf(other)];
    return key < otherKey ? -1 : key > otherKey ? 1 : 0;
  });
}
