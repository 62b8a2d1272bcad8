/** What the tests of the docs read in a Markdown file. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

export const ROOT = join(__dirname, '..', '..');

/**
 * The Markdown files below a folder that the repository has or would take, relative to it. Asked of git, since folders of
 * other commands come and go beside the tests.
 */
export function pagesIn(root: string): string[] {
  return execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], { cwd: root, encoding: 'utf8' })
    .trim().split('\n').sort();
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
