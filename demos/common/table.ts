import { narrowestWidth, paint, wrap, type Terminal } from './terminal';

const GAP = '  ';
const NARROWEST_COLUMN = 12;

/**
 * Lines of a table under the titles of its columns.
 *
 * A column is as wide as its widest cell. When all of them are too wide together, the widest column gives way and its
 * cells wrap between words. A cell may have several lines.
 */
export function formatTable(titles: string[], rows: string[][], terminal: Pick<Terminal, 'width' | 'colors'>, indentation = ''): string[] {
  const widths = titles.map((title, column) => Math.max(title.length, ...rows.flatMap((row) => row[column].split('\n').map((line) => line.length))));
  const available = terminal.width - indentation.length - GAP.length * (titles.length - 1);
  const widest = widths.indexOf(Math.max(...widths));
  const others = widths.reduce((sum, width, column) => column === widest ? sum : sum + width, 0);
  const narrowest = Math.max(NARROWEST_COLUMN, ...rows.map((row) => narrowestWidth(row[widest])));
  widths[widest] = Math.min(widths[widest], Math.max(narrowest, available - others));

  const format = (cells: string[]) => {
    const wrapped = cells.map((cell, column) => wrap(cell, widths[column]));
    const height = Math.max(...wrapped.map((lines) => lines.length));
    return Array.from({ length: height }, (_, line) =>
      wrapped.map((lines, column) => (lines[line] ?? '').padEnd(widths[column])).join(GAP).trimEnd());
  };
  return [
    ...format(titles).map((line) => indentation + paint(line, 'bold', terminal)),
    indentation + paint(widths.map((width) => '─'.repeat(width)).join(GAP), 'dim', terminal),
    ...rows.flatMap(format).map((line) => indentation + line),
  ];
}
