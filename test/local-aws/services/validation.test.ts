import { Shape, SmithyModel, Structure, trait } from '../../../local-aws/services/smithy';
import { codePoints, compilePattern, validateInput } from '../../../local-aws/services/validation';

const SUPPORT_APP = SmithyModel.load('support-app-2021-08-20.json');
const CHIME = SmithyModel.load('chime-sdk-messaging-2021-05-15.json');
const CHIME_ARN = 'arn:aws:chime:us-east-1:111122223333:app-instance/a';

/** The smallest valid inputs, which the cases below change. */
const VALID: [SmithyModel, string, Structure][] = [
  [SUPPORT_APP, 'CreateSlackChannelConfiguration', {
    teamId: 'T', channelId: 'C', notifyOnCaseSeverity: 'none', channelRoleArn: 'arn:aws:iam::111122223333:role/r', channelName: 'n',
  }],
  [SUPPORT_APP, 'PutAccountAlias', { accountAlias: 'a' }],
  [SUPPORT_APP, 'ListSlackChannelConfigurations', { nextToken: 't' }],
  [CHIME, 'CreateChannel', {
    AppInstanceArn: CHIME_ARN, ChimeBearer: `${CHIME_ARN}/user/u`, Name: 'n', ClientRequestToken: 'ab', ChannelId: 'c', Metadata: 'm',
  }],
  [CHIME, 'DescribeChannel', { ChannelArn: `${CHIME_ARN}/channel/c`, ChimeBearer: `${CHIME_ARN}/user/u` }],
];

/** Prefixes that make a text of any length match the member's pattern. */
const PREFIX: Record<string, string> = { channelRoleArn: 'arn:aws:iam::111122223333:role/', AppInstanceArn: 'arn:aws:a:b:c:', ChimeBearer: 'arn:aws:a:b:c:', ChannelArn: 'arn:aws:a:b:c:' };

function violation(model: SmithyModel, operation: string, input: Structure): string | undefined {
  return validateInput(model, model.operation(operation).input, input).violation;
}

describe.each(VALID)('%#: lengths of %s', (model, operation, valid) => {
  test('the input to start from is valid', () => {
    expect(violation(model, operation, valid)).toBeUndefined();
  });

  const members = Object.entries(model.operation(operation).input.members ?? {})
    .map(([name, member]) => ({ name, shape: model.shape(member.target) }))
    .filter(({ shape }) => shape.type === 'string' && trait(shape, 'length'));

  test.each(members)('$name', ({ name, shape }) => {
    const { min = 0, max } = trait<{ min?: number; max?: number }>(shape, 'length')!;
    const prefix = PREFIX[name] ?? '';
    // The ARN pattern of Chime ends earlier than its length: see the bound of its last part.
    const bounds = trait<string>(shape, 'pattern')?.includes('.{0,1023}') ? { min, max: prefix.length + 1024 } : { min, max: max! };
    const verdict = (length: number) => violation(model, operation, { ...valid, [name]: (prefix + 'a'.repeat(Math.max(0, length - prefix.length))).slice(0, length) });
    expect(verdict(bounds.max)).toBeUndefined();
    expect(verdict(bounds.max + 1)).toBeDefined();
    if (prefix.length < min || prefix === '') {
      expect(verdict(min)).toBeUndefined();
    }
    if (min > 0) {
      expect(verdict(min - 1)).toMatch(`greater than or equal to ${min}`);
    }
    if (bounds.max === max) {
      expect(verdict(max! + 1)).toMatch(`less than or equal to ${max}`);
    }
  });
});

test('length counts code points, not UTF-16 code units', () => {
  const withName = (Name: string) => violation(CHIME, 'CreateChannel', { ...VALID[3][2], Name });
  expect(codePoints('😀é')).toBe(2);
  expect(withName('😀'.repeat(256))).toBeUndefined();
  expect(withName('😀'.repeat(257))).toMatch('less than or equal to 256');
});

describe('the pattern of Chime names', () => {
  const pattern = trait<string>(CHIME.shape('com.amazonaws.chimesdkmessaging#NonEmptyResourceName'), 'pattern')!;
  const regex = compilePattern(pattern);

  test.each([0x9, 0xa, 0xd, 0x20, 0x41, 0x7e, 0x85, 0xa0, 0xd7ff, 0xe000, 0xfffd, 0x10000, 0x1f600, 0x10ffff])('accepts U+%s', (codePoint) => {
    expect(regex.test(String.fromCodePoint(codePoint))).toBe(true);
  });

  test.each([0x0, 0x8, 0xb, 0xc, 0xe, 0x1f, 0x7f, 0x80, 0x84, 0x86, 0x9f, 0xd800, 0xdbff, 0xdc00, 0xdfff, 0xfffe, 0xffff])('refuses U+%s', (codePoint) => {
    expect(regex.test(String.fromCodePoint(codePoint))).toBe(false);
  });
});

describe('compilePattern', () => {
  test('reads a four-digit escape that a hexadecimal digit follows as four digits', () => {
    expect(compilePattern('^\\u0041B$').test('AB')).toBe(true);
  });

  test('compiles patterns with escapes that the u flag refuses', () => {
    const pattern = trait<string>(CHIME.shape('com.amazonaws.chimesdkmessaging#ChannelId'), 'pattern')!;
    expect(() => new RegExp(pattern, 'u')).toThrow();
    expect(compilePattern(pattern).test('a:b-c_d.e@f')).toBe(true);
    expect(compilePattern(pattern).test('a:')).toBe(false);
  });

  test('anchors nothing by itself', () => {
    expect(compilePattern('b').test('abc')).toBe(true);
  });
});

describe('messages', () => {
  const base = VALID[0][2];

  test.each<[string, Structure, string]>([
    ['a missing member', { teamId: undefined }, 'Value null at \'teamId\' failed to satisfy constraint: Member must not be null'],
    ['a pattern', { teamId: 'T 1' }, 'Value \'T 1\' at \'teamId\' failed to satisfy constraint: Member must satisfy regular expression pattern: ^\\S+$'],
    ['an enumeration', { notifyOnCaseSeverity: 'ALL' }, 'Value \'ALL\' at \'notifyOnCaseSeverity\' failed to satisfy constraint: Member must satisfy enum value set: [none, all, high]'],
    ['a type', { notifyOnResolveCase: 'true' }, 'Value \'true\' at \'notifyOnResolveCase\' failed to satisfy constraint: Member must be a boolean'],
    ['a line break in a name', { channelName: 'a\nb' }, 'Value \'a\nb\' at \'channelName\' failed to satisfy constraint: Member must satisfy regular expression pattern: ^.+$'],
  ])('%s', (_name, change, expected) => {
    expect(violation(SUPPORT_APP, 'CreateSlackChannelConfiguration', { ...base, ...change })).toBe(`1 validation error detected: ${expected}`);
  });

  test('all problems come together', () => {
    const message = violation(SUPPORT_APP, 'CreateSlackChannelConfiguration', { ...base, teamId: undefined, channelId: '' });
    expect(message).toMatch(/^3 validation errors detected: Value null at 'teamId'.*; Value '' at 'channelId'.*length greater.*; Value '' at 'channelId'.*pattern/);
  });

  test('values that the model marks sensitive are not told', () => {
    const message = violation(CHIME, 'CreateChannel', { ...VALID[3][2], Name: 'bell\u0007', Tags: [{ Key: 'k', Value: '' }, { Key: 'secret'.repeat(30), Value: 'v' }] });
    expect(message).toContain('Value at \'name\' failed to satisfy constraint');
    expect(message).toContain('Value at \'tags.1.member.value\' failed to satisfy constraint: Member must have length greater than or equal to 1');
    expect(message).toContain('Value at \'tags.2.member.key\' failed to satisfy constraint: Member must have length less than or equal to 128');
    expect(message).not.toMatch(/bell|secret/);
  });
});

describe('lists, ranges and structures', () => {
  const tags = (count: number) => Array.from({ length: count }, (_, index) => ({ Key: `k${index}`, Value: 'v' }));
  const createChannel = (change: Structure) => violation(CHIME, 'CreateChannel', { ...VALID[3][2], ...change });

  test.each([[0, false], [1, true], [50, true], [51, false]])('%d tags', (count, valid) => {
    expect(createChannel({ Tags: tags(count) }) === undefined).toBe(valid);
  });

  test.each([[0, false], [1, true], [5475, true], [5476, false], [1.5, false]])('ExpirationDays %d', (ExpirationDays, valid) => {
    expect(createChannel({ ExpirationSettings: { ExpirationDays, ExpirationCriterion: 'CREATED_TIMESTAMP' } }) === undefined).toBe(valid);
  });

  test.each<[string, Structure]>([
    ['a nested member that is missing', { ExpirationSettings: { ExpirationDays: 1 } }],
    ['an enumeration as a shape of its own', { Mode: 'restricted' }],
    ['a null in a list', { MemberArns: [null] }],
    ['a list that is none', { Tags: { Key: 'k', Value: 'v' } }],
    ['a structure that is none', { Tags: ['k'] }],
  ])('fails on %s', (_name, change) => {
    expect(createChannel(change)).toBeDefined();
  });

  test('a map is checked by key and value', () => {
    const send = (MessageAttributes: unknown) => violation(CHIME, 'SendChannelMessage', {
      ...VALID[4][2], Content: 'c', Type: 'STANDARD', Persistence: 'PERSISTENT', ClientRequestToken: 'ab', MessageAttributes,
    });
    expect(send({ a: { StringValues: ['b'] } })).toBeUndefined();
    expect(send({ a: { StringValues: 'b' } })).toMatch('messageAttributes.a.member.stringValues');
    expect(send({ '': { StringValues: ['b'] } })).toMatch('messageAttributes.key');
  });

  test('members that the model does not know are dropped', () => {
    const shape: Shape = SUPPORT_APP.operation('PutAccountAlias').input;
    expect(validateInput(SUPPORT_APP, shape, { accountAlias: 'a', other: 1 })).toEqual({ input: { accountAlias: 'a' }, violation: undefined });
  });
});
