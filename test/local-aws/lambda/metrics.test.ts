import { metricsIn } from '../../../local-aws/lambda/metrics';

const line = (members: object, metrics: object[] = [{ Name: 'Count' }]) => JSON.stringify({
  _aws: { Timestamp: 1_000, CloudWatchMetrics: [{ Namespace: 'Space', Dimensions: [['Stack']], Metrics: metrics }] }, ...members,
});

test('a line of its own is read as metrics', () => {
  expect(metricsIn(`START\n${line({ Stack: 'one', Count: 2, Other: 3 }, [{ Name: 'Count' }, { Name: 'Other' }])}\nEND\n`)).toEqual([
    { namespace: 'Space', name: 'Count', dimensions: { Stack: 'one' }, value: 2, timestamp: new Date(1_000) },
    { namespace: 'Space', name: 'Other', dimensions: { Stack: 'one' }, value: 3, timestamp: new Date(1_000) },
  ]);
});

test('a line that begins with something else is none, as that of a console', () => {
  expect(metricsIn(`2026-01-02T03:04:05.678Z\tid\tINFO\t${line({ Stack: 'one', Count: 2 })}\n`)).toEqual([]);
});

test('other lines of JSON are none', () => {
  expect(metricsIn('{"drift":"IN_SYNC"}\n{no JSON}\n')).toEqual([]);
});
