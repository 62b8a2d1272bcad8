import { drawTerminal, textOf } from '../../../demos/common/picture';

test('a picture has the lines of a terminal, with their colors', () => {
  const svg = drawTerminal('A & B', ['plain  <text>', '\u001B[1mbold\u001B[0m and \u001B[31mred\u001B[0m', ''], 80);
  expect(svg).toContain('<title>A &amp; B</title>');
  expect(svg).toContain('>plain  &lt;text&gt;</text>');
  expect(svg).toContain('><tspan font-weight="bold">bold</tspan> and <tspan fill="#ff7b72">red</tspan></text>');
  expect(textOf(svg)).toBe('plain  <text>\nbold and red\n');
});

test('a picture is as wide as the terminal, and as high as its lines', () => {
  const size = (lines: number, columns: number) => /viewBox="0 0 (\d+) (\d+)"/.exec(drawTerminal('', Array(lines).fill('x'), columns))!.slice(1).map(Number);
  const [[narrow, low], [wide, high]] = [size(1, 80), size(2, 100)];
  expect([wide > narrow, high > low, narrow > 80 * 7.8]).toEqual([true, true, true]);
});
