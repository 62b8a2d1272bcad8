const [BEGIN, END] = ['<!-- table: npm run probe -- --write -->', '<!-- end of table -->'];

/** The text of docs/assumptions.md with another table. */
export function replaceTable(text: string, table: string): string {
  const [before, rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  if (after === undefined) {
    throw new Error(`the document must have ${BEGIN} and ${END}`);
  }
  return `${before}${BEGIN}\n${table}\n${END}${after}`;
}
