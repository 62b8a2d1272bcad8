import { replaceSections } from '../../bench/documents';
import { plot, ticks } from '../../bench/plot';
import { callsTable, goalsOf, type Measurements, summaryTable } from '../../bench/report';
import { ratios, summarize } from '../../bench/statistics';
import { BY_HAND, type CaseResult, LIBRARY, NATIVE, SHAPE } from '../../bench/synthesis';

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
  expect(svg).toContain('points="52,216 294,30"');
  expect(svg).toContain('a &lt; b');
});

test('no label of a plot is clipped', () => {
  const panel = (title: string) => ({ title, xLabel: 'channels', yLabel: 's', series: [{ name: 'one', points: [[1, 1], [10_000, 40]] as [number, number][] }] });
  const svg = plot([panel('one'), panel('two')]);
  const [, width] = /viewBox="0 0 (\d+) /.exec(svg)!.map(Number);
  const [left] = [...svg.matchAll(/translate\((\d+) \d+\)/g)].map(([, x]) => Number(x)).slice(-1);
  const [, x] = /<text x="([\d.]+)"[^>]*text-anchor="middle"[^>]*>10,000</.exec(svg)!.map(Number);
  // A digit of this size is about 6 units wide.
  expect(left + x + '10,000'.length * 6 / 2).toBeLessThanOrEqual(width);
});

test('sections are put between their markers, empty or not, and again', () => {
  const document = 'a\n<!-- bench:one -->\n<!-- /bench:one -->\nb <!-- bench:two -->old<!-- /bench:two -->';
  const expected = 'a\n<!-- bench:one -->\n\n$1\n\n<!-- /bench:one -->\nb <!-- bench:two -->\n\n2\n\n<!-- /bench:two -->';
  expect(replaceSections(document, { one: '$1', two: '2' })).toBe(expected);
  expect(replaceSections(expected, { one: '$1', two: '2' })).toBe(expected);
});

test('a section that the document has no place for is an error', () => {
  expect(() => replaceSections('<!-- bench:one -->', { one: '1' }))
    .toThrow('the document lacks the markers <!-- bench:one --> and <!-- /bench:one -->');
});

test('the table of calls names an operation once, with how often it is called', () => {
  expect(callsTable({ calls: [{ resource: 'AccountAlias', event: 'Delete', operations: ['Ask', 'Delete', 'Ask'] }] }))
    .toContain('| AccountAlias | Delete | 3 | 2 × Ask, Delete |');
});

test('the short table shows the cases of all designs, and leaves out those of some', () => {
  const designs = [NATIVE, 'this library', 'floor', 'another'];
  const walls = (...wall: number[]) => wall.map((each) => ({ wall: each }));
  const measured = (name: string, of: string[]) => {
    const syntheses = Object.fromEntries(of.map((design, place) => [design, walls(100 + place * 50, 100 + place * 50)]));
    return { name, designs: of, syntheses };
  };
  const cases = [measured('N = 1', designs), measured('N = 490', designs.slice(0, 3)), measured('M = 1', designs)];
  const summary = summaryTable({ cases } as unknown as Measurements);
  expect(summary.split('\n')[0]).toBe('| wall time of a synth ÷ native L1 | N = 1 | M = 1 |');
  expect(summary).toContain('| another | 2.50 | 2.50 |');
});

test.each([
  [89, 100, 80, [true, true]],
  [91, 100, 80, [false, true]],
  [93, 100, 80, [false, false]],
])('a synth of %d beside %d by hand and %d of the shape alone meets its goals: %j', (library, byHand, shape, met) => {
  const run = (wall: number) => [{ wall, cpu: wall, resources: 1, templateBytes: 1, uploads: 0 }];
  const designs = { [NATIVE]: run(50), [BY_HAND]: run(byHand), [SHAPE]: run(shape), [LIBRARY]: run(library), floor: run(40) };
  const each = { name: 'N = 5', stacks: 1, channels: 5, chime: true, validation: false, designs: Object.keys(designs), syntheses: designs };
  const { calls, cases, handlers, importCosts } = {
    calls: [],
    cases: [each as unknown as CaseResult],
    handlers: ['empty process, one request', 'this library, alias'].map((name) => ({ name, runs: [{ sinceStart: 1, cpu: 1 }] })),
    importCosts: [{ duration: 1, cpu: 1, modules: 1 }],
  };
  const goals = goalsOf({ calls, cases, handlers, importCosts } as unknown as Measurements);
  expect(goals.filter(({ goal }) => /by hand|the shape alone/u.test(goal))).toEqual([
    { goal: 'N = 5: synth in at most 0.90 × what a user writes by hand (wall time)', measured: expect.any(String), met: met[0] },
    { goal: 'N = 5: synth in at most 1.15 × the shape alone (wall time)', measured: expect.any(String), met: met[1] },
  ]);
});
