import { plot, ticks } from '../../bench/plot';
import { ratios, summarize } from '../../bench/statistics';

test.each([
  [[3], { median: 3, min: 3, max: 3 }],
  [[4, 1, 3], { median: 3, min: 1, max: 4 }],
  [[4, 1, 3, 2], { median: 2.5, min: 1, max: 4 }],
])('the summary of %j', (values, summary) => {
  expect(summarize(values)).toEqual(summary);
});

test('ratios are those of one round: a slow round does not count', () => {
  expect(ratios([2, 20, 2], [1, 10, 1])).toEqual({ median: 2, min: 2, max: 2 });
});

test.each([
  [400, [0, 100, 200, 300, 400]],
  [0.7, [0, 0.2, 0.4, 0.6, 0.8]],
  [9.9, [0, 2.5, 5, 7.5, 10]],
])('the ticks of an axis up to %d', (greatest, expected) => {
  expect(ticks(greatest)).toEqual(expected);
});

test('a plot has the points of its series where they belong', () => {
  const svg = plot([{ title: 'a < b', xLabel: 'x', yLabel: 'y', series: [{ name: 'one', points: [[0, 0], [100, 40]] }] }]);
  expect(svg).toContain('points="52,216 306,30"');
  expect(svg).toContain('a &lt; b');
});
