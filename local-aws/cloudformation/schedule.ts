/**
 * Runs something for each id, as many at once as the order allows: each starts when all that it waits for have succeeded.
 * What waits for a failure never starts, and nothing starts any more once `mayStart` says no.
 */
export async function runInOrder(
  ids: Iterable<string>, waitsFor: (id: string) => string[], run: (id: string) => Promise<boolean>, mayStart: () => boolean = () => true,
): Promise<void> {
  const all = new Set(ids);
  const waiting = new Set(all);
  const succeeded = new Set<string>();
  let running = 0;
  await new Promise<void>((resolve, reject) => {
    const startReady = () => {
      for (const id of [...waiting]) {
        if (mayStart() && waiting.has(id) && waitsFor(id).every((other) => !all.has(other) || succeeded.has(other))) {
          waiting.delete(id);
          running += 1;
          run(id).then((success) => {
            if (success) {
              succeeded.add(id);
            }
            running -= 1;
            startReady();
          }, reject);
        }
      }
      if (running === 0) {
        resolve();
      }
    };
    startReady();
  });
}

/** The same order backwards: what each id waits for when dependents go first. */
export function reversed(ids: Iterable<string>, waitsFor: (id: string) => string[]): (id: string) => string[] {
  const dependents = new Map<string, string[]>();
  for (const id of ids) {
    for (const other of waitsFor(id)) {
      dependents.set(other, [...dependents.get(other) ?? [], id]);
    }
  }
  return (id) => dependents.get(id) ?? [];
}
