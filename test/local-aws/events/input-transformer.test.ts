import type { BusEvent } from '../../../local-aws/events/event';
import { checkInputTransformer, transformInput } from '../../../local-aws/events/input-transformer';

const RULE = 'arn:aws:events:us-east-1:111122223333:rule/Rule';
const EVENT = { time: '2026-01-02T03:04:05Z', detail: { text: 'with "quotes"', number: 7, list: ['a', 'b'] } } as unknown as BusEvent;
const paths = { time: '$.time', text: '$.detail.text', number: '$.detail.number', second: '$.detail.list[1]', none: '$.detail.none' };

test.each([
  ['a text outside of quotes', '{"Time":<time>}', { Time: '2026-01-02T03:04:05Z' }],
  ['a text within quotes', '{"Time":"at <time>"}', { Time: 'at 2026-01-02T03:04:05Z' }],
  ['quotes in a text', '{"Outside":<text>,"Within":"<text>"}', { Outside: 'with "quotes"', Within: 'with "quotes"' }],
  ['a number', '{"Outside":<number>,"Within":"<number>"}', { Outside: 7, Within: '7' }],
  ['an item of a list', '{"Second":<second>}', { Second: 'b' }],
  ['a quote of the template', '{"Text":"\\"<number>\\""}', { Text: '"7"' }],
  ['a predefined placeholder', '{"Rule":<aws.events.rule-arn>}', { Rule: RULE }],
  ['an escape of JSON, which is no placeholder', '{"Text":"\\u003cnone\\u003e"}', { Text: '<none>' }],
])('%s', (_, template, input) => {
  const transformer = { InputPathsMap: paths, InputTemplate: template };
  checkInputTransformer('Target', transformer);
  expect(transformInput(transformer, EVENT, RULE)).toEqual(input);
});

test('a path that leads nowhere leaves no JSON', () => {
  expect(() => transformInput({ InputPathsMap: paths, InputTemplate: '{"None":<none>}' }, EVENT, RULE)).toThrow(SyntaxError);
});

test('a template has up to 8,192 characters', () => {
  const template = (length: number) => ({ InputTemplate: JSON.stringify('x'.repeat(length - 2)) });
  expect(() => checkInputTransformer('Target', template(8192))).not.toThrow();
  expect(() => checkInputTransformer('Target', template(8193))).toThrow('Member must have length less than or equal to 8192');
});

test.each([
  ['a placeholder without a path', { InputTemplate: '{"Time":<time>}' }, 'InputTemplate for target Target contains invalid placeholder time.'],
  ['brackets in a text', { InputTemplate: '{"Name":"<b>bold"}' }, 'InputTemplate for target Target contains invalid placeholder b.'],
  ['a template that is no JSON', { InputTemplate: '{"Name":"a"b"}' }, /^Invalid InputTemplate for target Target : /],
  ['a path in brackets', { InputPathsMap: { time: '$[\'time\']' }, InputTemplate: '{}' }, 'contains the invalid path'],
  ['a key with a dot', { InputPathsMap: { 'a.b': '$.time' }, InputTemplate: '{}' }, 'has the invalid key a.b'],
])('%s is refused', (_, transformer, reason) => {
  expect(() => checkInputTransformer('Target', transformer)).toThrow(reason);
});
