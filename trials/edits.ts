/** A declaration that has an id in its template. */
interface Identified {
  readonly logicalId: string;
}

/** Applies edits one after the other, but for those that would declare a target twice. */
export function applyEach<Declaration extends Identified, Edit>(
  before: readonly Declaration[],
  edits: readonly Edit[],
  targetOf: (declaration: Declaration) => string,
  apply: (declarations: readonly Declaration[], edit: Edit) => readonly Declaration[],
): Declaration[] {
  return edits.reduce<readonly Declaration[]>((declarations, edit) => {
    const candidate = apply(declarations, edit);
    return new Set(candidate.map(targetOf)).size === candidate.length ? candidate : declarations;
  }, before).slice();
}

/** The declarations with one of them changed. */
export function withChange<Declaration extends Identified>(
  declarations: readonly Declaration[], current: Declaration, change: Partial<Declaration>,
): Declaration[] {
  return declarations.map((declaration) => declaration === current ? { ...current, ...change } : declaration);
}
