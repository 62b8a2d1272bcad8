import { formatForTerminal } from '../../bench/terminal';

const LOOK = { width: 80, colors: false };

test('a table that fits is a table', () => {
  expect(formatForTerminal('| resource | calls |\n| --- | --- |\n| alias | 2 |', LOOK)).toEqual([
    'resource  calls', '────────  ─────', 'alias     2', '',
  ]);
});

test('each row of a table that is too wide is a paragraph, which its first cell tells apart', () => {
  const titles = Array.from({ length: 12 }, (_, index) => `measure ${index}`);
  const row = (name: string) => `| ${name} | ${titles.map((_, index) => `${index},000 (1–2)`).join(' | ')} |`;
  const lines = formatForTerminal(`| design | ${titles.join(' | ')} |\n|${' --- |'.repeat(13)}\n${row('native L1')}\n${row('this library')}`, LOOK);
  expect(lines.filter((line) => /^\S/.test(line))).toEqual(['design: native L1', 'design: this library']);
  expect(lines[1]).toMatch(/^ {4}measure 0 0,000 \(1–2\), measure 1 1,000 \(1–2\)/);
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
  // No title is apart from its value.
  expect(lines.filter((line) => /measure( \d+)?,?$/.test(line))).toEqual([]);
});

test('a text breaks between words, a heading has no marks', () => {
  expect(formatForTerminal(`#### N = 1\n\n${'word '.repeat(30).trim()} **not met**`, LOOK)).toEqual([
    'N = 1', '', 'word '.repeat(16).trim(), `${'word '.repeat(14)}not met`, '',
  ]);
});
