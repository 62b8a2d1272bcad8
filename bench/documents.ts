/** Puts each section between its markers, in each document that has them. */
export function replaceSections(documents: string[], sections: Record<string, string>): string[] {
  let replaced = documents;
  for (const [name, section] of Object.entries(sections)) {
    const [start, end] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`];
    const pattern = new RegExp(`${start}[\\s\\S]*?${end}`);
    if (!replaced.some((document) => pattern.test(document))) {
      throw new Error(`no document has the markers ${start} and ${end}`);
    }
    replaced = replaced.map((document) => document.replace(pattern, () => `${start}\n\n${section}\n\n${end}`));
  }
  return replaced;
}
