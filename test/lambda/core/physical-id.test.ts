import * as fc from 'fast-check';
import { failedPhysicalId, formatPhysicalId, parsePhysicalId, PhysicalId, sameTarget } from '../../../lambda/core/physical-id';
import { UserError } from '../../../lambda/user-error';
import { ACCOUNT_ALIAS_TYPE, CHIME_CHANNEL_TYPE, SLACK_CHANNEL_CONFIGURATION_TYPE, SLACK_WORKSPACE_TYPE } from '../../../src/contract';

const CHANNEL: PhysicalId = { resourceType: SLACK_CHANNEL_CONFIGURATION_TYPE, ownership: 'created', target: ['T012ABCDEFG', 'C012ABCDEFG'] };

const text = fc.string({ unit: 'grapheme', maxLength: 40 });
const physicalIds = fc.record({
  resourceType: fc.constantFrom(SLACK_WORKSPACE_TYPE, SLACK_CHANNEL_CONFIGURATION_TYPE, ACCOUNT_ALIAS_TYPE, CHIME_CHANNEL_TYPE),
  ownership: fc.constantFrom('created' as const, 'adopted' as const, 'owned' as const),
  target: fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }), { minLength: 1, maxLength: 2 }),
  previous: fc.option(fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.oneof(text, fc.boolean()), { maxKeys: 2 }), { nil: undefined }),
});

describe('formatPhysicalId', () => {
  test.each<[string, PhysicalId]>([
    ['SupportAppSlackChannelConfiguration/created/T012ABCDEFG/C012ABCDEFG', CHANNEL],
    ['SupportAppSlackChannelConfiguration/adopted/T012ABCDEFG/C012ABCDEFG;previous=%7B%22channelName%22%3A%22a%3Bb%22%7D',
      { ...CHANNEL, ownership: 'adopted', previous: { channelName: 'a;b' } }],
    ['SupportAppSlackWorkspace/created/T1', { resourceType: SLACK_WORKSPACE_TYPE, ownership: 'created', target: ['T1'] }],
    ['SupportAppSlackWorkspace/owned/T1', { resourceType: SLACK_WORKSPACE_TYPE, ownership: 'owned', target: ['T1'] }],
    ['ChimeChannel/created/arn%3Aaws%3Achime%3Aus-east-1%3A111122223333%3Aapp-instance%2F1%2Fchannel%2F2',
      { resourceType: CHIME_CHANNEL_TYPE, ownership: 'created', target: ['arn:aws:chime:us-east-1:111122223333:app-instance/1/channel/2'] }],
  ])('gives %s', (expected, id) => {
    expect(formatPhysicalId(id)).toBe(expected);
    expect(parsePhysicalId(expected)).toEqual({ previous: undefined, ...id });
  });

  test('is read back as it was, whatever the strings', () => {
    fc.assert(fc.property(physicalIds, (id) => {
      let formatted: string;
      try {
        formatted = formatPhysicalId(id);
      } catch (error) {
        // Only the size may be in the way.
        expect(error).toBeInstanceOf(UserError);
        return;
      }
      expect(JSON.parse(JSON.stringify(parsePhysicalId(formatted)))).toEqual(JSON.parse(JSON.stringify(id)));
    }));
  });

  test('has nothing that XML escapes and that is not ASCII', () => {
    fc.assert(fc.property(physicalIds, (id) => {
      try {
        expect(formatPhysicalId(id)).toMatch(/^[!-~]+$/);
        expect(formatPhysicalId(id)).not.toMatch(/[<>&"']/);
      } catch (error) {
        if (!(error instanceof UserError)) {
          throw error;
        }
      }
    }));
  });

  test('is the same each time', () => {
    const id: PhysicalId = { ...CHANNEL, ownership: 'adopted', previous: { channelName: 'n' } };
    expect(formatPhysicalId(id)).toBe(formatPhysicalId({ ...id, previous: { ...id.previous } }));
  });

  test('fits 1,024 bytes, or fails in words', () => {
    const path = formatPhysicalId(CHANNEL).length;
    const rest = ';previous='.length + encodeURIComponent('{"channelName":""}').length;
    const fitting = 'x'.repeat(1024 - path - rest);
    expect(formatPhysicalId({ ...CHANNEL, previous: { channelName: fitting } })).toHaveLength(1024);
    expect(() => formatPhysicalId({ ...CHANNEL, previous: { channelName: `${fitting}x` } }))
      .toThrow(new UserError('To remember what exists takes 1025 of 1024 bytes. Shorten its texts.'));
  });

  test('counts what a character needs when it is encoded', () => {
    expect(() => formatPhysicalId({ ...CHANNEL, previous: { channelName: '😀'.repeat(80) } })).toThrow(UserError);
    expect(formatPhysicalId({ ...CHANNEL, previous: { channelName: 'a'.repeat(80) } }).length).toBeLessThan(1024);
  });
});

describe('parsePhysicalId', () => {
  test('skips the parts that it does not know', () => {
    expect(parsePhysicalId(`${formatPhysicalId({ ...CHANNEL, previous: { channelName: 'n' } })};since=2030;flag`))
      .toEqual({ ...CHANNEL, previous: { channelName: 'n' } });
  });

  test.each([
    undefined,
    '',
    'failed/Channel',
    'my-stack-Channel-1ABCDEFGHIJKL',
    '2030/01/01/[$LATEST]0123456789abcdef',
    'arn:aws:chime:us-east-1:111122223333:app-instance/1/channel/2',
    'SupportAppSlackWorkspace',
    'SupportAppSlackWorkspace/',
    'SupportAppSlackWorkspace/deleted/T1',
    'SupportAppSlackWorkspace/CREATED/T1',
    'SupportAppSlackWorkspace/created%/T1',
    'SupportAppSlackWorkspace/created/T1;previous=%7B',
    'SupportAppSlackWorkspace/created/T1;previous=%',
  ])('takes %s for the id of nothing', (id) => {
    expect(parsePhysicalId(id)).toBeUndefined();
  });

  test('does not throw, whatever the string', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (id) => {
      expect(['undefined', 'object']).toContain(typeof parsePhysicalId(id));
    }));
  });

  test('an id of a failed Create stands for nothing, whatever the logical id', () => {
    fc.assert(fc.property(fc.stringMatching(/^[A-Za-z0-9]{1,255}$/), (logicalId) => {
      expect(parsePhysicalId(failedPhysicalId(logicalId))).toBeUndefined();
    }));
  });
});

test('an id of a failed Create is of no type that has a handler, even if the logical id reads like a mark', () => {
  const types = [SLACK_WORKSPACE_TYPE, SLACK_CHANNEL_CONFIGURATION_TYPE, ACCOUNT_ALIAS_TYPE, CHIME_CHANNEL_TYPE];
  expect(types).not.toContain(parsePhysicalId(failedPhysicalId('created'))?.resourceType);
  expect(types).not.toContain(parsePhysicalId(failedPhysicalId('adopted'))?.resourceType);
});

describe('sameTarget', () => {
  // The model allows a slash in a team or channel id.
  test('tells parts from each other that hold the separator', () => {
    expect(sameTarget({ ...CHANNEL, target: ['a/b', 'c'] }, { ...CHANNEL, target: ['a', 'b/c'] })).toBe(false);
  });

  test.each<[boolean, PhysicalId]>([
    [true, { ...CHANNEL, ownership: 'adopted', previous: {} }],
    [false, { ...CHANNEL, target: ['T012ABCDEFG', 'C2'] }],
    [false, { ...CHANNEL, target: ['T2', 'C012ABCDEFG'] }],
    [false, { ...CHANNEL, target: ['T012ABCDEFG'] }],
    [false, { ...CHANNEL, resourceType: SLACK_WORKSPACE_TYPE }],
  ])('%s', (expected, other) => {
    expect(sameTarget(CHANNEL, other)).toBe(expected);
  });
});
