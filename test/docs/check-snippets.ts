/** Compiles the TypeScript examples of all pages; those of docstrings, and with them API.md, are for jsii-rosetta. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pagesIn, ROOT } from './markdown';
import { countSnippets, mistakesIn } from './snippets';

const pages = pagesIn(ROOT).filter((name) => name !== 'API.md').map((name) => ({ name, text: readFileSync(join(ROOT, name), 'utf8') }));
const mistakes = mistakesIn(pages);
mistakes.forEach((mistake) => console.error(mistake));
console.log(`${pages.reduce((sum, { text }) => sum + countSnippets(text), 0)} snippets of ${pages.length} pages, ${mistakes.length} mistakes`);
process.exitCode = mistakes.length === 0 ? 0 : 1;
