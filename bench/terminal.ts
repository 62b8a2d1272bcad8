import { formatTable } from '../demos/common/table';
import { paint, wrap, type Terminal } from '../demos/common/terminal';

type Look = Pick<Terminal, 'width' | 'colors'>;

/** The report, which is Markdown for the docs, in lines that fit a terminal. */
export function formatForTerminal(markdown: string, look: Look): string[] {
  return markdown.split(/\n{2,}/).flatMap((block) => [...formatBlock(block.trim(), look), '']);
}

function formatBlock(block: string, look: Look): string[] {
  const [, heading] = /^#+ (.+)$/.exec(block) ?? [];
  if (heading !== undefined) {
    return [paint(heading, 'bold', look)];
  }
  if (!block.startsWith('|')) {
    return wrap(block.replaceAll('**', ''), look.width);
  }
  const [titles, , ...rows] = block.split('\n').map(cellsOf);
  const table = formatTable(titles, rows, { ...look, colors: false });
  return table.every((line) => line.length <= look.width) ? formatTable(titles, rows, look) : rows.flatMap((row) => formatRow(titles, row, look));
}

function cellsOf(line: string): string[] {
  return line.slice(1, -1).split('|').map((cell) => cell.trim().replaceAll('**', ''));
}

/** A row of a table that is too wide: its first cell, and below it the others with their titles. */
function formatRow(titles: string[], [name, ...cells]: string[], look: Look): string[] {
  const [title, ...others] = titles;
  // A break at a comma, not between a title and its value.
  const parts = cells.map((cell, index) => [others[index], cell].filter((text) => text !== '').join(' '));
  const lines = parts.reduce<string[]>((filled, part) => {
    const line = filled.length === 0 ? part : `${filled.at(-1)}, ${part}`;
    return line.length + INDENTATION.length < look.width ? [...filled.slice(0, -1), line] : [...filled, part];
  }, []);
  return [
    ...wrap(`${title}: ${name}`, look.width).map((line) => paint(line, 'bold', look)),
    ...lines.flatMap((line) => wrap(line, look.width - INDENTATION.length)).map((line) => INDENTATION + line),
  ];
}

const INDENTATION = '    ';
