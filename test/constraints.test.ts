import * as fs from 'node:fs';
import * as path from 'node:path';
import * as fc from 'fast-check';
import {
  checkAccountAlias,
  checkChimeChannel,
  checkChimeChannelTags,
  checkSlackChannelConfiguration,
  checkSlackWorkspace,
  describeProblems,
  type Problem,
} from '../src/constraints';

/**
 * Our verdict on a value is compared with one that comes from the services' API models alone, on values that are made
 * from the models: a rule that differs from its model fails here, and so does a rule whose model changes.
 */

const SEED = 20_210_820;

interface Shape {
  readonly type: string;
  readonly members?: Record<string, { target: string; traits?: Record<string, any> }>;
  readonly member?: { target: string };
  readonly traits?: Record<string, any>;
}

interface Model {
  readonly shapes: Record<string, Shape>;
}

function load(file: string): Model {
  return JSON.parse(fs.readFileSync(path.join(__dirname, '..', 'sandbox', 'models', file), 'utf8'));
}

const MODELS = {
  supportApp: load('support-app-2021-08-20.json'),
  chime: load('chime-sdk-messaging-2021-05-15.json'),
};

const NAMESPACES = { supportApp: 'com.amazonaws.supportapp', chime: 'com.amazonaws.chimesdkmessaging' };

/** A member of a request, and how the constraints see it. */
interface Member {
  readonly service: keyof typeof MODELS;
  readonly structure: string;
  readonly member: string;
  readonly check: (value: any) => Problem[];
  /** Name of the property in problems. */
  readonly property: string;
  /** Texts with a place for characters, for a pattern that has parts. */
  readonly templates?: ((filling: string) => string)[];
  /** Other lengths and patterns that the model might have. */
  readonly mutations?: Record<string, unknown>[];
}

const TEXT = { templates: [(filling: string) => filling] };

const CHIME_ARN = {
  templates: [
    (filling: string) => `arn:aws:chime:us-east-1:111122223333:app-instance/${filling}`,
    (filling: string) => `arn:aws:chime:us-east-1:111122223333:${filling}`,
    (filling: string) => `arn:${filling}:chime:us-east-1:111122223333:app-instance/i`,
    (filling: string) => `arn:aws:${filling}:us-east-1:111122223333:app-instance/i`,
    (filling: string) => `arn:aws:chime:${filling}:111122223333:app-instance/i`,
    (filling: string) => `arn:aws:chime:us-east-1:${filling}:app-instance/i`,
    (filling: string) => `${filling}arn:aws:chime:us-east-1:111122223333:app-instance/i`,
    (filling: string) => `arn:::::${filling}`,
    (filling: string) => filling,
  ],
  mutations: [
    { 'smithy.api#length': { min: 5, max: 60 } },
    { 'smithy.api#length': { min: 60, max: 1600 } },
    { 'smithy.api#pattern': '^arn:[a-z0-9-\\.]{1,63}:[a-z0-9-\\.]{0,63}:[a-z0-9-\\.]{0,63}:[a-z0-9-\\.]{0,63}:[^/].{0,1022}$' },
    { 'smithy.api#pattern': '^arn:[a-z0-9-\\.]{1,64}:[a-z0-9-\\.]{0,63}:[a-z0-9-\\.]{0,63}:[a-z0-9-\\.]{0,63}:[^/].{0,1023}$' },
    { 'smithy.api#pattern': '^arn:[a-z0-9-\\.]{1,63}:[a-z0-9-\\.]{0,63}:[a-z0-9-\\.]{0,63}:[a-z0-9-\\.]{0,63}:.{0,1024}$' },
    { 'smithy.api#pattern': 'arn:[a-z0-9-\\.]{1,63}:[a-z0-9-\\.]{0,63}:[a-z0-9-\\.]{0,63}:[a-z0-9-\\.]{0,63}:[^/].{0,1023}' },
  ],
};

const SLACK_ID_MUTATIONS = [
  { 'smithy.api#length': { min: 2, max: 256 } },
  { 'smithy.api#length': { min: 1, max: 255 } },
  { 'smithy.api#length': { min: 1, max: 257 } },
  { 'smithy.api#pattern': '^[A-Z0-9]+$' },
  { 'smithy.api#pattern': '^.+$' },
];

const channel = (property: string) => (value: unknown) => checkSlackChannelConfiguration({ [property]: value });
const CREATE_CHANNEL_CONFIGURATION = { service: 'supportApp', structure: 'CreateSlackChannelConfigurationRequest' } as const;
const CREATE_CHANNEL = { service: 'chime', structure: 'CreateChannelRequest' } as const;

const MEMBERS: Member[] = [
  {
    service: 'supportApp',
    structure: 'RegisterSlackWorkspaceForOrganizationRequest',
    member: 'teamId',
    property: 'teamId',
    check: (TeamId) => checkSlackWorkspace({ TeamId }),
    ...TEXT,
    mutations: SLACK_ID_MUTATIONS,
  },
  { ...CREATE_CHANNEL_CONFIGURATION, member: 'teamId', property: 'teamId', check: channel('TeamId'), ...TEXT, mutations: SLACK_ID_MUTATIONS },
  { ...CREATE_CHANNEL_CONFIGURATION, member: 'channelId', property: 'channelId', check: channel('ChannelId'), ...TEXT, mutations: SLACK_ID_MUTATIONS },
  {
    ...CREATE_CHANNEL_CONFIGURATION,
    member: 'channelName',
    property: 'channelName',
    check: channel('ChannelName'),
    ...TEXT,
    mutations: [
      { 'smithy.api#length': { min: 0, max: 256 }, 'smithy.api#pattern': '^.*$' },
      { 'smithy.api#length': { min: 1, max: 257 } },
      { 'smithy.api#pattern': '^\\S+$' },
      { 'smithy.api#pattern': '^[\\s\\S]+$' },
    ],
  },
  {
    ...CREATE_CHANNEL_CONFIGURATION,
    member: 'channelRoleArn',
    property: 'channelRole',
    check: channel('ChannelRoleArn'),
    templates: [
      (filling) => `arn:aws:iam::111122223333:role/${filling}`,
      (filling) => `arn:aws:iam::${filling}:role/name`,
      (filling) => `arn:aws${filling}:iam::111122223333:role/name`,
      (filling) => `arn:aws:iam:${filling}:111122223333:role/name`,
      (filling) => `${filling}arn:aws:iam::111122223333:role/name`,
      (filling) => filling,
    ],
    mutations: [
      { 'smithy.api#length': { min: 33, max: 2048 } },
      { 'smithy.api#length': { min: 31, max: 2047 } },
      { 'smithy.api#length': { min: 31, max: 2049 } },
      { 'smithy.api#pattern': '^arn:aws[-a-z0-9]*:iam::[0-9]{12}:role/(.+)$' },
      { 'smithy.api#pattern': '^arn:aws:iam:[0-9]{12}:role/(.+)$' },
      { 'smithy.api#pattern': '^arn:aws:iam::[0-9]{12,13}:role/(.+)$' },
      { 'smithy.api#pattern': 'arn:aws:iam::[0-9]{12}:role/(.+)$' },
    ],
  },
  {
    ...CREATE_CHANNEL_CONFIGURATION,
    member: 'notifyOnCaseSeverity',
    property: 'notifyOnCaseSeverity',
    // The severity and the notifications depend on each other: that rule has tests of its own.
    check: (NotifyOnCaseSeverity) => checkSlackChannelConfiguration({ NotifyOnCaseSeverity, NotifyOnResolveCase: NotifyOnCaseSeverity !== 'none' }),
  },
  {
    ...CREATE_CHANNEL_CONFIGURATION,
    member: 'notifyOnAddCorrespondenceToCase',
    property: 'notifyOnAddCorrespondenceToCase',
    check: channel('NotifyOnAddCorrespondenceToCase'),
  },
  {
    ...CREATE_CHANNEL_CONFIGURATION,
    member: 'notifyOnCreateOrReopenCase',
    property: 'notifyOnCreateOrReopenCase',
    check: channel('NotifyOnCreateOrReopenCase'),
  },
  { ...CREATE_CHANNEL_CONFIGURATION, member: 'notifyOnResolveCase', property: 'notifyOnResolveCase', check: channel('NotifyOnResolveCase') },
  {
    service: 'supportApp',
    structure: 'PutAccountAliasRequest',
    member: 'accountAlias',
    property: 'accountAlias',
    check: (AccountAlias) => checkAccountAlias({ AccountAlias }),
    ...TEXT,
    mutations: [
      { 'smithy.api#length': { min: 2, max: 30 } },
      { 'smithy.api#length': { min: 1, max: 29 } },
      { 'smithy.api#length': { min: 1, max: 31 } },
      { 'smithy.api#pattern': '^[\\w\\-]+$' },
      { 'smithy.api#pattern': '^[\\w\\- .]+$' },
    ],
  },
  // Without the other ARN, as a bearer has to belong to the AppInstance: that rule has tests of its own.
  { ...CREATE_CHANNEL, member: 'AppInstanceArn', property: 'appInstanceArn', check: (AppInstanceArn) => checkChimeChannel({ AppInstanceArn }), ...CHIME_ARN },
  { ...CREATE_CHANNEL, member: 'ChimeBearer', property: 'chimeBearer', check: (ChimeBearer) => checkChimeChannel({ ChimeBearer }), ...CHIME_ARN },
  {
    ...CREATE_CHANNEL,
    member: 'Name',
    property: 'channelName',
    check: (Name) => checkChimeChannel({ Name }),
    ...TEXT,
    mutations: [
      { 'smithy.api#length': { min: 0, max: 256 } },
      { 'smithy.api#length': { min: 1, max: 255 } },
      { 'smithy.api#pattern': '^[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u0085\\u00A0-\\uD7FF\\uE000-\\uFFFD]*$' },
      { 'smithy.api#pattern': '^[\\u000A\\u000D\\u0020-\\u007E\\u0085\\u00A0-\\uD7FF\\uE000-\\uFFFD\\u10000-\\u10FFFF]*$' },
      { 'smithy.api#pattern': '^[\\u0009\\u000A\\u000D\\u0020-\\u007F\\u0085\\u00A0-\\uD7FF\\uE000-\\uFFFD\\u10000-\\u10FFFF]*$' },
      { 'smithy.api#pattern': '^[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u0085\\u00A0-\\uFFFD\\u10000-\\u10FFFF]*$' },
      { 'smithy.api#pattern': '^[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u0085\\u00A0-\\uD7FF\\uE000-\\uFFFF\\u10000-\\u10FFFF]*$' },
      { 'smithy.api#pattern': '^[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u0085\\u00A0-\\uD7FF\\uE000-\\uFFFD\\u10001-\\u10FFFF]*$' },
      { 'smithy.api#pattern': '^[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u0085\\u00A0-\\uD7FF\\uE000-\\uFFFD\\u10000-\\u10FFFE]*$' },
    ],
  },
  { ...CREATE_CHANNEL, member: 'Mode', property: 'mode', check: (Mode) => checkChimeChannel({ Mode }) },
  { ...CREATE_CHANNEL, member: 'Privacy', property: 'privacy', check: (Privacy) => checkChimeChannel({ Privacy }) },
  {
    ...CREATE_CHANNEL,
    member: 'Metadata',
    property: 'metadata',
    check: (Metadata) => checkChimeChannel({ Metadata }),
    ...TEXT,
    mutations: [
      { 'smithy.api#length': { min: 1, max: 1024 } },
      { 'smithy.api#length': { min: 0, max: 1023 } },
      { 'smithy.api#length': { min: 0, max: 1025 } },
      { 'smithy.api#pattern': '^.*$' },
    ],
  },
  {
    service: 'chime',
    structure: 'Tag',
    member: 'Key',
    property: 'tags[0].key',
    check: (Key) => checkChimeChannelTags([{ Key, Value: 'v' }]),
    ...TEXT,
    mutations: [{ 'smithy.api#length': { min: 0, max: 128 } }, { 'smithy.api#length': { min: 1, max: 127 } }, { 'smithy.api#length': { min: 1, max: 129 } }],
  },
  {
    service: 'chime',
    structure: 'Tag',
    member: 'Value',
    property: 'tags[0].value',
    check: (Value) => checkChimeChannelTags([{ Key: 'k', Value }]),
    ...TEXT,
    mutations: [{ 'smithy.api#length': { min: 0, max: 256 } }, { 'smithy.api#length': { min: 1, max: 255 } }, { 'smithy.api#length': { min: 1, max: 257 } }],
  },
];

/** Members that no construct offers, or that the constraints see as a whole. */
const OTHER_MEMBERS = ['ClientRequestToken', 'ChannelId', 'MemberArns', 'ModeratorArns', 'ElasticChannelConfiguration', 'ExpirationSettings', 'Tags'];

function shapeId(service: keyof typeof MODELS, name: string): string {
  return `${NAMESPACES[service]}#${name}`;
}

function declarationOf(model: Model, { service, structure, member }: Member) {
  return model.shapes[shapeId(service, structure)].members![member];
}

/** The model's verdict on the values of a member. */
function validity(model: Model, member: Member): (value: unknown) => boolean {
  const { target, traits } = declarationOf(model, member);
  const isValid = shapeValidity(model.shapes[target]);
  return (value) => value === undefined ? traits?.['smithy.api#required'] === undefined : isValid(value);
}

function shapeValidity(shape: Shape): (value: unknown) => boolean {
  if (shape.type === 'boolean') {
    return (value) => typeof value === 'boolean';
  }
  const values = enumerationOf(shape);
  if (values) {
    return (value) => typeof value === 'string' && values.includes(value);
  }
  const { min, max } = shape.traits!['smithy.api#length'];
  // A pattern of the model matches any part of a text, and its \u10000 means a code point.
  const pattern = new RegExp((shape.traits!['smithy.api#pattern'] ?? '').replace(/\\u([0-9A-F]{4,6})/g, '\\u{$1}'), 'u');
  return (value) => {
    if (typeof value !== 'string') {
      return false;
    }
    const length = value.match(/[\uD800-\uDBFF][\uDC00-\uDFFF]|[\s\S]/g)?.length ?? 0;
    return length >= min && length <= max && pattern.test(value);
  };
}

function enumerationOf(shape: Shape): string[] | undefined {
  return shape.type === 'enum'
    ? Object.values(shape.members!).map(({ traits }) => traits!['smithy.api#enumValue'])
    : shape.traits?.['smithy.api#enum']?.map(({ value }: { value: string }) => value);
}

const ASTRAL = ['\u{10000}', '\u{10001}', '\u{1F600}', '\u{1FFFE}', '\u{10FFFE}', '\u{10FFFF}'];
const EVERY_CHARACTER = [...Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code)), ...ASTRAL];
/** Those at which the patterns of the models, and their words for kinds of characters, begin and end. */
const TELLING_CHARACTERS = [
  ...EVERY_CHARACTER.slice(0, 0x180),
  ...[0x1680, 0x2000, 0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000, 0xD7FF, 0xD800, 0xDBFF, 0xDC00, 0xDFFF, 0xE000, 0xFEFF, 0xFFFD, 0xFFFE, 0xFFFF]
    .flatMap((code) => [code - 1, code, code + 1]).filter((code) => code <= 0xFFFF).map((code) => String.fromCharCode(code)),
  ...ASTRAL,
];
const FILLINGS = ['a', '1', ' ', ':', '/', '😀', '\n', '\uD800', 'a\uDC00'];
const NOT_TEXTS = [undefined, 0, 1, true, false, {}, [], ['a'], [''], 'true', 'false', ''];

/** Values around each limit of the model, of each kind of character, and of other types. */
function* valuesFor(model: Model, member: Member, characters: string[]): Generator<unknown> {
  yield* NOT_TEXTS;
  const shape = model.shapes[declarationOf(model, member).target];
  const values = enumerationOf(shape) ?? [];
  yield* values.flatMap((value) => [value, value.toLowerCase(), value.toUpperCase(), ` ${value}`, `${value}\n`, value.slice(1)]);
  const limits = shape.traits?.['smithy.api#length'];
  for (const template of member.templates ?? []) {
    const around = [limits.min, limits.max, 63, 1023, 12].flatMap((limit) => [limit - 1, limit, limit + 1]);
    const besides = [...template('')].length;
    const lengths = new Set([...around, ...around.map((total) => total - besides)].filter((length) => length >= 0));
    for (const length of lengths) {
      for (const filling of FILLINGS) {
        yield template(filling.repeat(length));
        // The filling in the middle, so that only its number decides.
        yield template(length < 2 ? filling : `a${filling.repeat(length - 2)}a`);
      }
    }
    for (const character of characters) {
      yield template(character);
      yield template(`a${character}a`);
    }
  }
}

/** The first value on which the constraints and a model differ, as JSON. */
function disagreement(model: Model, member: Member, characters: string[]): string | undefined {
  const isValid = validity(model, member);
  for (const value of valuesFor(model, member, characters)) {
    if (isValid(value) !== isAccepted(member, value)) {
      return JSON.stringify(value) ?? 'undefined';
    }
  }
  return undefined;
}

function isAccepted({ check, property }: Member, value: unknown): boolean {
  return !check(value).some((problem) => problem.property === property);
}

function withTraits(model: Model, target: string, traits: Record<string, unknown>): Model {
  const shape = model.shapes[target];
  return { shapes: { ...model.shapes, [target]: { ...shape, traits: { ...shape.traits, ...traits } } } };
}

const cases = MEMBERS.map((member): [string, Member] => [`${member.structure}.${member.member}`, member]);

describe('the constraints say what the model says', () => {
  test.each(cases)('on %s', (_, member) => {
    expect(disagreement(MODELS[member.service], member, TELLING_CHARACTERS)).toBeUndefined();
  });

  test.each(cases.filter(([, { templates }]) => templates))('on every character of %s', (_, member) => {
    expect(disagreement(MODELS[member.service], { ...member, templates: member.templates!.slice(0, 1) }, EVERY_CHARACTER)).toBeUndefined();
  });

  test.each(cases.filter(([, { templates }]) => templates))('on arbitrary values of %s', (_, member) => {
    const isValid = validity(MODELS[member.service], member);
    const characters = fc.oneof(fc.constantFrom(...FILLINGS, ...ASTRAL), fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }));
    const fillings = fc.array(characters, { maxLength: 40 }).map((parts) => parts.join(''));
    fc.assert(fc.property(fillings, fc.constantFrom(...member.templates!), (filling, template) => {
      expect(isAccepted(member, template(filling))).toBe(isValid(template(filling)));
    }), { seed: SEED, numRuns: 500 });
  });

  test('on every member that the constructs offer', () => {
    for (const structure of new Set(MEMBERS.map((member) => member.structure))) {
      const members = MEMBERS.filter((member) => member.structure === structure);
      const known = [...members.map(({ member }) => member), ...OTHER_MEMBERS];
      const modelled = Object.keys(MODELS[members[0].service].shapes[shapeId(members[0].service, structure)].members!);
      expect(modelled.filter((member) => !known.includes(member))).toEqual([]);
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

  test.each(cases)('%s where it is required and should not be, or the reverse', (_, member) => {
    const model = MODELS[member.service];
    const id = shapeId(member.service, member.structure);
    const structure = model.shapes[id];
    const { target, traits } = declarationOf(model, member);
    const reversed = traits?.['smithy.api#required'] ? {} : { 'smithy.api#required': {} };
    const shapes = { ...model.shapes, [id]: { ...structure, members: { ...structure.members, [member.member]: { target, traits: reversed } } } };
    expect(disagreement({ shapes }, member, [])).toBe('undefined');
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

describe('the bearer', () => {
  const APP_INSTANCE_ARN = 'arn:aws:chime:us-east-1:111122223333:app-instance/i';
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
      violation: `must be ${APP_INSTANCE_ARN} followed by /user/<id> or /bot/<id>, got "${bearer}"`,
      remedy: expect.any(String),
    }]);
  });

  test('that is known only at deployment is not compared', () => {
    expect(problemsOf('token', (value) => value === 'token')).toEqual([]);
    expect(problemsOf('arn:aws:iam::111122223333:user/u', (value) => value === APP_INSTANCE_ARN)).toEqual([]);
  });
});

describe('existing', () => {
  test.each([undefined, 'FAIL', 'ADOPT'])('may be %s', (existing: any) => {
    expect(checkAccountAlias({ AccountAlias: 'a', Existing: existing })).toEqual([]);
    expect(checkSlackChannelConfiguration({ Existing: existing }).filter(({ property }) => property === 'existing')).toEqual([]);
  });

  test.each(['fail', '', true, null, 'REPLACE'])('cannot be %j', (existing: any) => {
    expect(checkAccountAlias({ AccountAlias: 'a', Existing: existing })).toEqual([expect.objectContaining({ property: 'existing' })]);
    expect(checkSlackChannelConfiguration({ Existing: existing })).toContainEqual(expect.objectContaining({ property: 'existing' }));
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
    ['tags[0].value', checkChimeChannelTags([{ Key: 'k', Value: 'secret'.repeat(500) }])],
  ])('do not repeat the sensitive value of %s', (property, problems) => {
    const own = problems.filter((problem) => problem.property === property);
    expect(own).toHaveLength(1);
    expect(describeProblems('Thing', own)).not.toMatch(/secret/);
  });
});
