/** What the tests of the docs read in a Markdown file. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(__dirname, '..', '..');

/** Folders with pages that are not ours, or not kept. */
const SKIPPED = ['.git', '.tmp', 'cdk.out', 'coverage', 'dist', 'lib', 'node_modules'];

/** The Markdown files below a folder, relative to it. */
export function pagesIn(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8', withFileTypes: false })
    .filter((path) => path.endsWith('.md') && !path.split('/').some((part) => SKIPPED.includes(part)))
    .sort();
}

/** A block of code between fences. */
export interface Block {
  /** What follows the opening fence, such as `ts nofixture`. */
  readonly info: string;
  readonly code: string;
  /** The line of the page that has the first line of the code, from 1. */
  readonly line: number;
  /** The file that the block is, where a comment before it names one. */
  readonly file?: string;
}

/** The blocks of code of a page. */
export function blocksOf(page: string): Block[] {
  const blocks: Block[] = [];
  for (const match of page.matchAll(/(?:^<!-- (?<file>\S+) -->\n)?^```(?<info>[^\n`]*)\n(?<code>[^]*?)^```$/gm)) {
    const { file, info, code } = match.groups!;
    const before = page.slice(0, match.index + match[0].length - code.length - 3);
    blocks.push({ info, code, file, line: before.split('\n').length });
  }
  return blocks;
}

/** A page without its code: as many lines, those of the blocks empty. */
export function proseOf(page: string): string {
  return page
    .replace(/^```[^]*?^```$/gm, (block) => block.replace(/[^\n]+/g, ''))
    .replace(/`[^`\n]*`/g, '');
}
