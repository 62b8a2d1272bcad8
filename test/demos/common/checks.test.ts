import { Checks } from '../../../demos/common/checks';

function newChecks(): { checks: Checks; lines: string[] } {
  const lines: string[] = [];
  return { checks: new Checks({ width: 100, colors: false, print: (line = '') => lines.push(line) }), lines };
}

test('a claim that holds is ticked off', () => {
  const { checks, lines } = newChecks();
  checks.equal('equal', { a: [1] }, { a: [1] });
  expect(lines).toEqual(['  ✓ equal']);
  expect([checks.held, checks.failed]).toEqual([1, 0]);
});

test('a claim that does not hold is counted and shows what there is instead', () => {
  const { checks, lines } = newChecks();
  checks.equal('equal', { a: [1] }, { a: [2] });
  checks.check('true', false);
  expect(lines.map((line) => line.trim()).filter(Boolean)).toEqual(['✗ not so: equal', 'got {"a":[1]}', 'expected {"a":[2]}', '✗ not so: true']);
  expect([checks.held, checks.failed]).toEqual([0, 2]);
});

test('a long claim wraps below its first word', () => {
  const { checks, lines } = newChecks();
  checks.check('word '.repeat(30).trim(), true);
  checks.check('word '.repeat(30).trim(), false);
  expect(lines.map((line) => line.length > 100)).toEqual(lines.map(() => false));
  expect(lines.map((line) => line.slice(0, 9))).toEqual(['  ✓ word ', '    word ', '  ✗ not s', '    word ']);
});
