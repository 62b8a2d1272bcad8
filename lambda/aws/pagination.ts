/** Services differ in the first letter of the token. */
interface Page {
  readonly nextToken?: string;
  readonly NextToken?: string;
}

/** The items of all pages of a list, read page by page as they are needed. */
export async function* paginate<ItemPage extends Page, Item>(
  read: (nextToken: string | undefined) => Promise<ItemPage>,
  items: (page: ItemPage) => Item[] | undefined,
): AsyncGenerator<Item> {
  let nextToken: string | undefined;
  do {
    const page = await read(nextToken);
    yield* items(page) ?? [];
    nextToken = page.nextToken ?? page.NextToken;
  } while (nextToken);
}

/** All items, or those up to the first that ends them; what comes after it is not read. */
export async function collect<Item>(items: AsyncGenerator<Item>, isLast: (item: Item) => boolean = () => false): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) {
    all.push(item);
    if (isLast(item)) {
      break;
    }
  }
  return all;
}

/** The first item that satisfies a condition; what comes after it is not read. */
export const find = async <Item>(items: AsyncGenerator<Item>, matches: (item: Item) => boolean): Promise<Item | undefined> =>
  (await collect(items, matches)).find(matches);
