import { formatTable } from '../../../demos/common/table';

const PLAIN = { width: 100, colors: false };

test('columns are as wide as their widest cell or title', () => {
  expect(formatTable(['Id', 'Owner'], [['C012', 'me'], ['C0', 'somebody']], PLAIN)).toEqual([
    'Id    Owner',
    '────  ────────',
    'C012  me',
    'C0    somebody',
  ]);
});

test('a table without rows has its titles', () => {
  expect(formatTable(['Id', 'Owner'], [], PLAIN)).toEqual(['Id  Owner', '──  ─────']);
});

test('cells with several lines keep the others in place', () => {
  expect(formatTable(['Id', 'Text', 'End'], [['1', 'one\ntwo', 'x']], PLAIN, '  ')).toEqual([
    '  Id  Text  End',
    '  ──  ────  ───',
    '  1   one   x',
    '      two',
  ]);
});

test('the widest column wraps so that the table fits', () => {
  const lines = formatTable(['Id', 'Text', 'End'], [['1', 'word '.repeat(40).trim(), 'x']], { width: 40, colors: false }, '  ');
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(40);
  expect(lines.slice(2).join(' ').match(/word/g)).toHaveLength(40);
  expect(lines[2]).toMatch(/x$/);
});

test('no word of a cell is cut in two, though the table gets wider', () => {
  expect(formatTable(['Id', 'Text'], [['1', 'an extraordinarily long one']], { width: 16, colors: false })).toEqual([
    'Id  Text',
    '──  ───────────────',
    '1   an',
    '    extraordinarily',
    '    long one',
  ]);
});

test('colors do not move the columns', () => {
  const colored = formatTable(['Id', 'Owner'], [['C012', 'me']], { width: 100, colors: true });
  expect(colored[0]).toContain('\u001B[1m');
  expect(colored.map((line) => line.replace(/\u001B\[\d+m/g, ''))).toEqual(formatTable(['Id', 'Owner'], [['C012', 'me']], PLAIN));
});
