/** The items of all pages of a list, read page by page as they are needed. */
export async function* paginate<Page extends { nextToken?: string }, Item>(
  read: (nextToken: string | undefined) => Promise<Page>,
  items: (page: Page) => Item[] | undefined,
): AsyncGenerator<Item> {
  let nextToken: string | undefined;
  do {
    const page = await read(nextToken);
    yield* items(page) ?? [];
    nextToken = page.nextToken;
  } while (nextToken);
}

/** The first item that satisfies a condition; what comes after it is not read. */
export async function find<Item>(items: AsyncGenerator<Item>, matches: (item: Item) => boolean): Promise<Item | undefined> {
  for await (const item of items) {
    if (matches(item)) {
      return item;
    }
  }
  return undefined;
}
