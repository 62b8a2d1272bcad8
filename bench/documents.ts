/** Puts each section between its markers. */
export function replaceSections(document: string, sections: Record<string, string>): string {
  let replaced = document;
  for (const [name, section] of Object.entries(sections)) {
    const [start, end] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`];
    const pattern = new RegExp(`${start}[\\s\\S]*?${end}`);
    if (!pattern.test(replaced)) {
      throw new Error(`the document lacks the markers ${start} and ${end}`);
    }
    replaced = replaced.replace(pattern, () => `${start}\n\n${section}\n\n${end}`);
  }
  return replaced;
}
