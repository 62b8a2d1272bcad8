import {
  cases, declarationOf, disagreement, enumerationOf, expectAgreement, type Member, MEMBERS, type Model, MODELS, OTHER_MEMBERS, shapeId,
  TELLING_CHARACTERS, withTraits,
} from './constraint-models';
import {
  checkAccountAlias,
  checkChimeChannel,
  checkChimeChannelTags,
  checkSlackChannelConfiguration,
  checkSlackWorkspace,
  describeProblems,
  type IsUnresolved,
  type Problem,
} from '../src/constraints';

describe('the constraints say what the model says', () => {
  test.each(cases)('on %s', (_, member) => {
    expect(disagreement(MODELS[member.service], member, TELLING_CHARACTERS)).toBeUndefined();
  });

  // More of them, and each character: see constraints.exhaustive.test.ts.
  test.each(cases.filter(([, { templates }]) => templates))('on arbitrary values of %s', (_, member) => {
    expectAgreement(member, 60);
  });

  test('on every member that the constructs offer', () => {
    const shapes = new Set(MEMBERS.map(({ service, structure }) => shapeId(service, structure)));
    for (const structure of new Set(MEMBERS.map((member) => member.structure))) {
      const members = MEMBERS.filter((member) => member.structure === structure);
      const known = [...members.map(({ member }) => member), ...OTHER_MEMBERS[structure] ?? []];
      const modelled = Object.entries(MODELS[members[0].service].shapes[shapeId(members[0].service, structure)].members ?? {});
      // A structure or a list is known by what is in it.
      expect(modelled.filter(([member, { target }]) => !known.includes(member) && !shapes.has(target))).toEqual([]);
    }
  });

  test('on the number of tags', () => {
    const { min, max } = MODELS.chime.shapes[shapeId('chime', 'TagList')].traits!['smithy.api#length'];
    const tags = (count: number) => Array.from({ length: count }, (_, index) => ({ Key: `k${index}`, Value: 'v' }));
    expect([min, max].map((count) => checkChimeChannelTags(tags(count)))).toEqual([[], []]);
    expect(checkChimeChannelTags(tags(max + 1))).toEqual([expect.objectContaining({ property: 'tags', violation: expect.stringContaining(`${max + 1}`) })]);
    // No tags are no member of the request, which has no empty list.
    expect([checkChimeChannelTags(undefined), checkChimeChannelTags([])]).toEqual([[], []]);
  });
});

describe('a constraint that differs from its model is found', () => {
  const mutations = MEMBERS.flatMap((member) => (member.mutations ?? []).map((traits): [string, string, Member, Record<string, unknown>] => [
    `${member.structure}.${member.member}`, JSON.stringify(traits), member, traits,
  ]));

  test.each(mutations)('%s with %s', (_, __, member, traits) => {
    const model = MODELS[member.service];
    expect(disagreement(withTraits(model, declarationOf(model, member).target, traits), member, TELLING_CHARACTERS)).toBeDefined();
  });

  test.each(cases.filter(([, { isOptional }]) => !isOptional))('%s where it is required and should not be, or the reverse', (_, member) => {
    const model = MODELS[member.service];
    const id = shapeId(member.service, member.structure);
    const structure = model.shapes[id];
    const { target, traits } = declarationOf(model, member);
    const reversed = traits?.['smithy.api#required'] ? {} : { 'smithy.api#required': {} };
    const changed = structure.members
      ? { ...structure, members: { ...structure.members, [member.member]: { target, traits: reversed } } }
      : { ...structure, traits: { ...structure.traits, 'smithy.api#sparse': {} } };
    expect(disagreement({ shapes: { ...model.shapes, [id]: changed } }, member, [])).toBe('undefined');
  });

  test.each(cases.filter(([, member]) => enumerationOf(MODELS[member.service].shapes[declarationOf(MODELS[member.service], member).target])))(
    '%s with one value more, or other ones', (_, member) => {
      const model = MODELS[member.service];
      const { target } = declarationOf(model, member);
      const values = enumerationOf(model.shapes[target])!;
      const models = [[...values, 'other'], values.map((value) => `${value}s`)].map((changed): Model => ({
        shapes: { ...model.shapes, [target]: { type: 'string', traits: { 'smithy.api#enum': changed.map((value) => ({ value })) } } },
      }));
      models.forEach((changed) => expect(disagreement(changed, member, [])).toBeDefined());
    },
  );
});

describe('the severity and the notifications', () => {
  const FLAGS = ['NotifyOnAddCorrespondenceToCase', 'NotifyOnCreateOrReopenCase', 'NotifyOnResolveCase'];
  const settings = [undefined, false, true];
  const combinations = settings.flatMap((a) => settings.flatMap((b) => settings.map((c) => [a, b, c])));
  const problemsOf = (severity: string, flags: unknown[], isUnresolved?: (value: unknown) => boolean) => checkSlackChannelConfiguration(
    { NotifyOnCaseSeverity: severity as any, ...Object.fromEntries(flags.map((flag, index) => [FLAGS[index], flag])) },
    isUnresolved,
  ).filter(({ property }) => property === 'notifyOnCaseSeverity').map(({ violation }) => violation);

  test.each(['all', 'high'])('%s needs at least one notification', (severity) => {
    for (const flags of combinations) {
      expect(problemsOf(severity, flags)).toEqual(flags.includes(true) ? [] : [`must be none without a notification, got ${severity}`]);
    }
  });

  test('none needs all of them to be off', () => {
    for (const flags of combinations) {
      const names = FLAGS.filter((_, index) => flags[index] === true).map((name) => name[0].toLowerCase() + name.slice(1)).join(', ');
      expect(problemsOf('none', flags)).toEqual(names === '' ? [] : [`must be all or high with ${names}, got none`]);
    }
  });

  test('are compared as far as they are known at synth', () => {
    const isUnresolved = (value: unknown) => value === 'token';
    expect(problemsOf('all', ['token', false, false], isUnresolved)).toEqual([]);
    expect(problemsOf('none', ['token', false, false], isUnresolved)).toEqual([]);
    expect(problemsOf('none', ['token', true, false], isUnresolved)).toEqual(['must be all or high with notifyOnCreateOrReopenCase, got none']);
    expect(problemsOf('token', [true, true, true], isUnresolved)).toEqual([]);
    expect(problemsOf('token', [], isUnresolved)).toEqual([]);
  });
});

const APP_INSTANCE_ARN = 'arn:aws:chime:us-east-1:111122223333:app-instance/i';

describe('the bearer', () => {
  const problemsOf = (ChimeBearer: string, isUnresolved?: (value: unknown) => boolean) =>
    checkChimeChannel({ AppInstanceArn: APP_INSTANCE_ARN, ChimeBearer, Name: 'n' }, isUnresolved);

  test.each([`${APP_INSTANCE_ARN}/user/u`, `${APP_INSTANCE_ARN}/bot/b`])('%s belongs to the AppInstance', (bearer) => {
    expect(problemsOf(bearer)).toEqual([]);
  });

  test.each([
    APP_INSTANCE_ARN,
    `${APP_INSTANCE_ARN}2/user/u`,
    `${APP_INSTANCE_ARN}/channel/c`,
    'arn:aws:chime:eu-central-1:111122223333:app-instance/i/user/u',
    'arn:aws:chime:us-east-1:111122223333:app-instance/other/user/u',
    'arn:aws:iam::111122223333:user/u',
  ])('%s does not', (bearer) => {
    expect(problemsOf(bearer)).toEqual([{
      property: 'chimeBearer',
      violation: `must be 5 to 1600 characters of the form ${APP_INSTANCE_ARN}/user/<id> or /bot/<id>, got "${bearer}"`,
      remedy: expect.any(String),
    }]);
  });

  test('that is known only at deployment is not compared', () => {
    expect(problemsOf('token', (value) => value === 'token')).toEqual([]);
    expect(problemsOf('arn:aws:iam::111122223333:user/u', (value) => value === APP_INSTANCE_ARN)).toEqual([]);
  });
});

describe('members and moderators', () => {
  const LISTS = [['memberArns', 'MemberArns'], ['moderatorArns', 'ModeratorArns']] as const;
  const USER = `${APP_INSTANCE_ARN}/user/u`;
  const BOT = `${APP_INSTANCE_ARN}/bot/b`;
  const problemsOf = (name: string, arns: unknown, isUnresolved?: IsUnresolved) =>
    checkChimeChannel({ AppInstanceArn: APP_INSTANCE_ARN, ChimeBearer: USER, Name: 'n', [name]: arns }, isUnresolved);

  test.each(LISTS)('%s may be users and bots of the AppInstance, the bearer among them', (_, name) => {
    expect(problemsOf(name, [USER, BOT, `${APP_INSTANCE_ARN}/user/U`])).toEqual([]);
  });

  test.each(LISTS)('%s may be any number, as the handler adds those that a creation does not take', (_, name) => {
    const { max } = MODELS.chime.shapes[shapeId('chime', `Channel${name}`)].traits!['smithy.api#length'];
    const arns = (count: number) => Array.from({ length: count }, (__, index) => `${APP_INSTANCE_ARN}/user/${index}`);
    expect([0, 1, max, max + 1, 1000].flatMap((count) => problemsOf(name, arns(count)))).toEqual([]);
    expect(problemsOf(name, undefined)).toEqual([]);
  });

  test.each(LISTS)('%s have nobody else', (property, name) => {
    const others = [
      APP_INSTANCE_ARN,
      `${APP_INSTANCE_ARN}2/user/u`,
      `${APP_INSTANCE_ARN}/channel/c`,
      `${APP_INSTANCE_ARN}/channel-flow/f`,
      'arn:aws:chime:us-east-1:111122223333:app-instance/other/bot/b',
      'arn:aws:iam::111122223333:user/u',
    ];
    expect(problemsOf(name, [USER, ...others])).toEqual(others.map((other, index) => ({
      property: `${property}[${index + 1}]`,
      violation: `must be 5 to 1600 characters of the form ${APP_INSTANCE_ARN}/user/<id> or /bot/<id>, got "${other}"`,
      remedy: expect.stringMatching(/^[A-Z].*[^.]$/),
    })));
  });

  test.each(LISTS)('%s name nobody twice', (property, name) => {
    expect(problemsOf(name, [USER, BOT, USER, USER])).toEqual([2, 3].map((index) => (
      { property: `${property}[${index}]`, violation: `must not be there twice, got "${USER}"`, remedy: 'Remove it' }
    )));
  });

  test('may be the same', () => {
    const arns = { MemberArns: [USER, BOT], ModeratorArns: [USER, BOT] };
    expect(checkChimeChannel({ AppInstanceArn: APP_INSTANCE_ARN, ChimeBearer: USER, Name: 'n', ...arns })).toEqual([]);
  });

  test.each(LISTS)('%s must be a list', (property, name) => {
    for (const value of [USER, '', null, {}, { 0: USER, length: 1 }, 5, true]) {
      expect(problemsOf(name, value)).toEqual([{ property, violation: `must be a list, got ${JSON.stringify(value)}`, remedy: expect.any(String) }]);
    }
  });

  test.each(LISTS)('%s that are known only at deployment are not compared', (_, name) => {
    const isToken: IsUnresolved = (value) => value === 'token' || Array.isArray(value) && value[0] === 'tokens';
    expect(problemsOf(name, ['tokens'], isToken)).toEqual([]);
    expect(problemsOf(name, [USER, 'token', BOT], isToken)).toEqual([]);
    expect(problemsOf(name, ['arn:aws:iam::111122223333:user/u'], (value) => value === APP_INSTANCE_ARN)).toEqual([]);
    expect(problemsOf(name, ['token', 'no ARN'], isToken).map(({ violation }) => violation)).toEqual([
      expect.stringMatching(/^must be 5 to 1600 characters of the form arn:aws:chime/),
    ]);
  });
});

describe('the channel flow', () => {
  const problemsOf = (ChannelFlowArn: string, isUnresolved?: IsUnresolved) =>
    checkChimeChannel({ AppInstanceArn: APP_INSTANCE_ARN, ChimeBearer: `${APP_INSTANCE_ARN}/user/u`, Name: 'n', ChannelFlowArn }, isUnresolved);

  test('belongs to the AppInstance', () => {
    expect(problemsOf(`${APP_INSTANCE_ARN}/channel-flow/f`)).toEqual([]);
  });

  test.each([
    APP_INSTANCE_ARN, `${APP_INSTANCE_ARN}2/channel-flow/f`, `${APP_INSTANCE_ARN}/channel/f`, `${APP_INSTANCE_ARN}/user/u`,
    'arn:aws:chime:us-east-1:444455556666:app-instance/i/channel-flow/f', 'arn:aws:lambda:us-east-1:111122223333:function:f',
  ])('is not %s', (arn) => {
    expect(problemsOf(arn)).toEqual([{
      property: 'channelFlowArn',
      violation: `must be 5 to 1600 characters of the form ${APP_INSTANCE_ARN}/channel-flow/<id>, got "${arn}"`,
      remedy: 'Give a channel flow of the AppInstance',
    }]);
  });

  test('that is known only at deployment is not compared', () => {
    expect(problemsOf('token', (value) => value === 'token')).toEqual([]);
    expect(problemsOf('arn:aws:chime:us-east-1:1:app-instance/other/channel-flow/f', (value) => value === APP_INSTANCE_ARN)).toEqual([]);
  });
});

describe('an elastic channel', () => {
  const ELASTIC = { MaximumSubChannels: 2, TargetMembershipsPerSubChannel: 2, MinimumMembershipPercentage: 40 };
  const USER = `${APP_INSTANCE_ARN}/user/u`;
  const problemsOf = (change: Record<string, unknown>, isUnresolved?: IsUnresolved) => checkChimeChannel(
    { AppInstanceArn: APP_INSTANCE_ARN, ChimeBearer: USER, Name: 'n', ElasticChannelConfiguration: ELASTIC, ...change }, isUnresolved,
  );
  const OPEN = { property: 'mode', violation: 'must be RESTRICTED with elasticChannelConfiguration', remedy: 'Change it, or leave out elasticChannelConfiguration' };
  const MEMBERS_GIVEN = { property: 'memberArns', violation: 'must be left out with elasticChannelConfiguration', remedy: OPEN.remedy };

  test('is restricted, which is the mode of one without a mode', () => {
    expect([{}, { Mode: undefined }, { Mode: 'RESTRICTED' }].flatMap((change) => problemsOf(change))).toEqual([]);
    expect(problemsOf({ Mode: 'UNRESTRICTED' })).toEqual([OPEN]);
  });

  test('has moderators but no members', () => {
    expect([{ ModeratorArns: [USER] }, { MemberArns: [] }, { MemberArns: undefined }].flatMap((change) => problemsOf(change))).toEqual([]);
    expect(problemsOf({ MemberArns: [USER] })).toEqual([MEMBERS_GIVEN]);
  });

  test('has both problems at once', () => {
    expect(problemsOf({ Mode: 'UNRESTRICTED', MemberArns: [USER] })).toEqual([OPEN, MEMBERS_GIVEN]);
  });

  test('is one whatever its numbers', () => {
    expect(problemsOf({ Mode: 'UNRESTRICTED', ElasticChannelConfiguration: {} })).toContainEqual(OPEN);
  });

  test('is compared as far as its properties are known at synth', () => {
    const isToken: IsUnresolved = (value) => value === 'token' || Array.isArray(value) && value[0] === 'tokens';
    expect(problemsOf({ Mode: 'token', MemberArns: ['tokens'] }, isToken)).toEqual([]);
    expect(problemsOf({ Mode: 'UNRESTRICTED', MemberArns: [USER], ElasticChannelConfiguration: 'token' }, isToken)).toEqual([]);
    // That there is a member is known.
    expect(problemsOf({ MemberArns: ['token'] }, isToken)).toEqual([MEMBERS_GIVEN]);
  });

  test('needs all of its numbers', () => {
    const names = ['maximumSubChannels', 'targetMembershipsPerSubChannel', 'minimumMembershipPercentage'];
    for (const value of [{}, null, '', 'text', [], 5]) {
      expect(problemsOf({ ElasticChannelConfiguration: value }).map(({ property, violation }) => [property, violation])).toEqual(names.map((name) => [
        `elasticChannelConfiguration.${name}`, expect.stringMatching(/^must be a whole number of (2 to 2147483647|1 to 40), got nothing$/),
      ]));
    }
  });

  test('of an ordinary channel is not asked for', () => {
    expect(problemsOf({ ElasticChannelConfiguration: undefined, Mode: 'UNRESTRICTED', MemberArns: [USER] })).toEqual([]);
  });
});

describe('numbers', () => {
  const days = (ExpirationDays: unknown, isUnresolved?: IsUnresolved) =>
    checkChimeChannel({ ExpirationSettings: { ExpirationDays, ExpirationCriterion: 'CREATED_TIMESTAMP' } as never }, isUnresolved)
      .filter(({ property }) => property.startsWith('expirationSettings')).map(({ property, violation, remedy }) => `${property}: ${violation}. ${remedy}.`);

  test('say their range', () => {
    expect(days(0)).toEqual(['expirationSettings.expirationDays: must be a whole number of 1 to 5475, got 0. Change it.']);
    expect(days(7.5)).toEqual(['expirationSettings.expirationDays: must be a whole number of 1 to 5475, got 7.5. Change it.']);
    expect(days('7')).toEqual(['expirationSettings.expirationDays: must be a whole number of 1 to 5475, got "7". Change it.']);
    expect(checkChimeChannel({ ElasticChannelConfiguration: { MaximumSubChannels: 1 } as never }).map(({ violation }) => violation))
      .toContain('must be a whole number of 2 to 2147483647, got 1');
  });

  test('that are known only at deployment have no range', () => {
    const token = -1.888e289;
    const isToken: IsUnresolved = (value) => value === token;
    expect(days(token, isToken)).toEqual([]);
    expect(checkChimeChannel({
      AppInstanceArn: APP_INSTANCE_ARN,
      ChimeBearer: `${APP_INSTANCE_ARN}/user/u`,
      Name: 'n',
      ElasticChannelConfiguration: { MaximumSubChannels: token, TargetMembershipsPerSubChannel: token, MinimumMembershipPercentage: token },
    }, isToken)).toEqual([]);
  });

  test('of settings that are none are missing', () => {
    for (const ExpirationSettings of [null, {}, [], 'text', 7] as never[]) {
      expect(checkChimeChannel({ ExpirationSettings }).map(({ property, violation }) => [property, violation])).toEqual(expect.arrayContaining([
        ['expirationSettings.expirationDays', 'must be a whole number of 1 to 5475, got nothing'],
        ['expirationSettings.expirationCriterion', 'must be CREATED_TIMESTAMP or LAST_MESSAGE_TIMESTAMP, got nothing'],
      ]));
    }
  });
});

describe('the id of a Chime channel', () => {
  const RULE = 'must be 1 to 64 characters (letters and digits, between them also : - _ . @)';
  const problemsOf = (ChannelId: unknown) => checkChimeChannel({ ChannelId } as never).filter(({ property }) => property === 'channelId');

  test.each([
    ['a-b-', 'U+002D at position 4'],
    ['-a', 'U+002D at position 1'],
    ['@', 'U+0040 at position 1'],
    ['--', 'U+002D at position 1'],
    ['a b', 'U+0020 at position 2'],
    ['a.b.😀.', 'U+1F600 at position 5'],
    ['😀a/', 'U+1F600 at position 1'],
    ['secret\n', 'U+000A at position 7'],
    ['secret\uD800', 'U+D800 at position 7'],
    ['-', 'U+002D at position 1'],
    [`${'s'.repeat(63)}-`, 'U+002D at position 64'],
    ['', '0 characters'],
    ['s'.repeat(65), '65 characters'],
    ['-'.repeat(65), '65 characters'],
  ])('%j is told by what is wrong with it, not by itself', (id, got) => {
    expect(problemsOf(id)).toEqual([{ property: 'channelId', violation: `${RULE}, got ${got}`, remedy: expect.stringMatching(/^[A-Z].*[^.]$/) }]);
  });

  test('that is known only at deployment is not checked', () => {
    const problems = checkChimeChannel({ ChannelId: '${Token[TOKEN.1]}' }, (value) => String(value).startsWith('${'));
    expect(problems.map(({ property }) => property)).not.toContain('channelId');
  });
});

test('all problems of a Chime channel are found at once', () => {
  const other = 'arn:aws:chime:us-east-1:111122223333:app-instance/other';
  expect(checkChimeChannel({
    AppInstanceArn: APP_INSTANCE_ARN,
    ChimeBearer: `${other}/user/u`,
    Name: '',
    Mode: 'UNRESTRICTED',
    Privacy: 'SECRET' as never,
    Metadata: 'm'.repeat(1025),
    ChannelId: 'a b',
    MemberArns: [`${other}/user/u`, `${other}/user/u`],
    ModeratorArns: ['none'],
    ElasticChannelConfiguration: { MaximumSubChannels: 1, TargetMembershipsPerSubChannel: 1, MinimumMembershipPercentage: 41 },
    ExpirationSettings: { ExpirationDays: 5476, ExpirationCriterion: 'NEVER' as never },
    ChannelFlowArn: `${other}/channel-flow/f`,
    Existing: 'TAKE' as never,
  }).map(({ property }) => property).sort()).toEqual([
    'channelFlowArn', 'channelId', 'channelName', 'chimeBearer',
    'elasticChannelConfiguration.maximumSubChannels',
    'elasticChannelConfiguration.minimumMembershipPercentage',
    'elasticChannelConfiguration.targetMembershipsPerSubChannel',
    'existing', 'expirationSettings.expirationCriterion', 'expirationSettings.expirationDays',
    'memberArns', 'memberArns[0]', 'memberArns[1]', 'metadata', 'mode', 'moderatorArns[0]', 'privacy',
  ]);
});

describe('existing', () => {
  test.each([undefined, 'FAIL', 'ADOPT', 'OWN'])('may be %s', (existing: any) => {
    expect(checkAccountAlias({ AccountAlias: 'a', Existing: existing })).toEqual([]);
    expect(checkSlackChannelConfiguration({ Existing: existing }).filter(({ property }) => property === 'existing')).toEqual([]);
    expect(checkChimeChannel({ ChannelId: 'c', Existing: existing }).filter(({ property }) => property === 'existing')).toEqual([]);
  });

  test.each(['fail', '', true, null, 'REPLACE'])('cannot be %j', (existing: any) => {
    expect(checkAccountAlias({ AccountAlias: 'a', Existing: existing })).toEqual([expect.objectContaining({ property: 'existing' })]);
    expect(checkSlackChannelConfiguration({ Existing: existing })).toContainEqual(expect.objectContaining({ property: 'existing' }));
    expect(checkChimeChannel({ Existing: existing })).toContainEqual(expect.objectContaining({ property: 'existing' }));
  });
});

test('a value that is known only at deployment has no problem', () => {
  const unresolved = () => true;
  expect([
    checkSlackWorkspace({}, unresolved),
    checkSlackChannelConfiguration({}, unresolved),
    checkAccountAlias({}, unresolved),
    checkChimeChannel({}, unresolved),
    checkChimeChannelTags([{} as any], unresolved),
    checkChimeChannelTags([{ Key: 'token', Value: 'token' }], (value) => value === 'token'),
  ].flat()).toEqual([]);
});

describe('messages', () => {
  test.each<[string, Problem[], string]>([
    ['a text', checkAccountAlias({ AccountAlias: '' }), 'accountAlias: must be 1 to 30 characters (letters, digits, _, - and space), got "". '],
    ['nothing', checkSlackWorkspace({}), 'teamId: must be 1 to 256 characters without white space, got nothing. '],
    ['another type', checkSlackWorkspace({ TeamId: 5 as any }), 'teamId: must be 1 to 256 characters without white space, got 5. '],
    ['a sensitive text that is too long', checkChimeChannelTags([{ Key: 'x'.repeat(129), Value: 'v' }]), 'tags[0].key: must be 1 to 128 characters, got 129 characters. '],
    ['tags that are none', checkChimeChannelTags('tags' as any), 'tags: must be a list of at most 50, got "tags". '],
  ])('say the property, the rule, the value and what to change: %s', (_, problems, expected) => {
    expect(problems).toHaveLength(1);
    const [first, second, ...others] = describeProblems('Thing at "Path"', problems).split('\n');
    expect(first).toBe('Thing at "Path" has 1 problem:');
    expect(second.slice(0, expected.length + 4)).toBe(`  - ${expected}`);
    expect(second.slice(expected.length + 4)).toMatch(/^[A-Z].*[^.]\.$/);
    expect(others).toEqual([]);
  });

  test('count the problems', () => {
    const problems = [...checkAccountAlias({}), ...checkSlackWorkspace({})];
    expect(describeProblems('Thing', problems).split('\n')).toEqual(['Thing has 2 problems:', expect.any(String), expect.any(String)]);
  });

  test('cut a long value between characters', () => {
    const [{ violation }] = checkSlackWorkspace({ TeamId: '😀'.repeat(300) });
    expect(violation).toMatch(/got "(😀)+\.\.\. \(/u);
    expect([...violation].length).toBeLessThan(200);
    expect(violation).not.toMatch(/[\uD800-\uDFFF]/u);
  });

  test.each([
    ['metadata', checkChimeChannel({ Metadata: 'secret'.repeat(500) })],
    ['channelName', checkChimeChannel({ Name: 'secret\u0001' })],
    ['channelName', checkChimeChannel({ Name: 'secret'.repeat(500) })],
    ['channelId', checkChimeChannel({ ChannelId: 'secret secret' })],
    ['channelId', checkChimeChannel({ ChannelId: 'secret'.repeat(11) })],
    ['tags[0].value', checkChimeChannelTags([{ Key: 'k', Value: 'secret'.repeat(500) }])],
  ])('do not repeat the sensitive value of %s', (property, problems) => {
    const own = problems.filter((problem) => problem.property === property);
    expect(own).toHaveLength(1);
    expect(describeProblems('Thing', own)).not.toMatch(/secret/);
  });
});
