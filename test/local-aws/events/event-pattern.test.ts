import { checkPattern, matchesPattern } from '../../../local-aws/events/event-pattern';

const EVENT = {
  source: 'aws.supportapp',
  resources: ['one', 'two'],
  detail: { eventName: 'PutAccountAlias', readOnly: false, userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/ana' } },
};

test.each([
  ['a value', { source: ['aws.supportapp'] }, true],
  ['another value', { source: ['aws.chime'] }, false],
  ['one of several values', { source: ['aws.chime', 'aws.supportapp'] }, true],
  ['a value that is no text', { detail: { readOnly: [false] } }, true],
  ['the text of a value that is none', { detail: { readOnly: ['false'] } }, false],
  ['one item of a list', { resources: ['two'] }, true],
  ['all of several fields', { source: ['aws.supportapp'], detail: { eventName: ['DeleteAccountAlias'] } }, false],
  ['what is there', { detail: { userIdentity: { type: [{ exists: true }] } } }, true],
  ['what is not there', { detail: { userIdentity: { sessionContext: { sessionIssuer: { arn: [{ exists: false }] } } } } }, true],
  ['what is there and should not', { detail: { eventName: [{ exists: false }] } }, false],
  ['anything but a value', { detail: { userIdentity: { type: [{ 'anything-but': 'AssumedRole' }] } } }, true],
  ['anything but this value', { detail: { userIdentity: { type: [{ 'anything-but': 'IAMUser' }] } } }, false],
  ['anything but one of a list', { detail: { userIdentity: { type: [{ 'anything-but': ['Root', 'IAMUser'] }] } } }, false],
  ['anything but a value where there is none', { detail: { userIdentity: { userName: [{ 'anything-but': 'ana' }] } } }, false],
  ['anything but a value, or none', { detail: { userIdentity: { userName: [{ 'anything-but': 'ana' }, { exists: false }] } } }, true],
  ['anything but a prefix', { detail: { userIdentity: { arn: [{ 'anything-but': { prefix: 'arn:aws:iam:' } }] } } }, false],
  ['a prefix', { detail: { eventName: [{ prefix: 'Put' }] } }, true],
  ['a suffix', { detail: { eventName: [{ suffix: 'Channel' }] } }, false],
  ['one of two alternatives', { $or: [{ source: ['aws.chime'] }, { detail: { eventName: ['PutAccountAlias'] } }] }, true],
])('%s', (_, pattern, matches) => {
  checkPattern(pattern);
  expect(matchesPattern(pattern, EVENT)).toBe(matches);
});

test.each([
  ['a leaf that is no list', { source: 'aws.supportapp' }, '"source" must be an object or an array'],
  ['an empty list', { source: [] }, 'Empty arrays are not allowed: source'],
  ['an unknown filter', { source: [{ like: 'aws.*' }] }, 'Unrecognized match type like'],
  ['nothing', {}, '"pattern" must be an object or an array'],
])('%s is refused', (_, pattern, reason) => {
  expect(() => checkPattern(pattern)).toThrow(`Event pattern is not valid. Reason: ${reason}`);
});
