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
  type IsUnresolved,
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
  return JSON.parse(fs.readFileSync(path.join(__dirname, '..', 'local-aws', 'models', file), 'utf8'));
}

const MODELS = {
  supportApp: load('support-app-2021-08-20.json'),
  chime: load('chime-sdk-messaging-2021-05-15.json'),
};

const NAMESPACES = { supportApp: 'com.amazonaws.supportapp', chime: 'com.amazonaws.chimesdkmessaging' };

/** A member of a request, and how the constraints see it. */
interface Member {
  readonly service: keyof typeof MODELS;
  /** The structure of the member, or the list of which it is the item. */
  readonly structure: string;
  readonly member: string;
  readonly check: (value: any) => Problem[];
  /** Name of the property in problems. */
  readonly property: string;
  /** Texts with a place for characters, for a pattern that has parts. */
  readonly templates?: ((filling: string) => string)[];
  /** Other lengths, patterns and ranges that the model might have. */
  readonly mutations?: Record<string, unknown>[];
  /** The operation that needs it is left out together with it. */
  readonly isOptional?: true;
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

/** A member of a structure among the properties of a Chime channel. */
function structureMember(structure: 'ElasticChannelConfiguration' | 'ExpirationSettings', member: string): Omit<Member, 'mutations'> {
  const [name, property] = [structure, member].map((text) => text[0].toLowerCase() + text.slice(1));
  return {
    service: 'chime',
    structure,
    member,
    property: `${name}.${property}`,
    check: (value) => checkChimeChannel({ [structure]: { [member]: value } }),
  };
}

const AT_LEAST_2_MUTATIONS = [
  { 'smithy.api#range': { min: 1 } },
  { 'smithy.api#range': { min: 3 } },
  { 'smithy.api#range': { min: 2, max: 1000 } },
];

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
    ...CREATE_CHANNEL,
    member: 'ChannelId',
    property: 'channelId',
    check: (ChannelId) => checkChimeChannel({ ChannelId }),
    templates: [(filling) => filling, (filling) => `a${filling}`, (filling) => `${filling}9`, (filling) => `A${filling}z`],
    mutations: [
      { 'smithy.api#length': { min: 2, max: 64 } },
      { 'smithy.api#length': { min: 1, max: 63 } },
      { 'smithy.api#pattern': '^[A-Za-z0-9]([A-Za-z0-9\\:\\-\\_\\.\\@]{0,61}[A-Za-z0-9])?$' },
      { 'smithy.api#pattern': '^[A-Za-z0-9]([A-Za-z0-9\\:\\-\\_\\.]{0,62}[A-Za-z0-9])?$' },
      { 'smithy.api#pattern': '^[A-Za-z0-9]([A-Za-z0-9\\:\\-\\_\\.\\@ ]{0,62}[A-Za-z0-9])?$' },
      { 'smithy.api#pattern': '^[A-Za-z0-9\\:\\-\\_\\.\\@]+$' },
      { 'smithy.api#pattern': '^[A-Za-z0-9]([A-Za-z0-9\\:\\-\\_\\.\\@]{0,62}[A-Za-z0-9])$' },
    ],
  },
  // How many there are is no constraint: a creation takes ten, and the handler adds the others.
  {
    service: 'chime',
    structure: 'ChannelMemberArns',
    member: 'member',
    property: 'memberArns[0]',
    check: (arn) => checkChimeChannel({ MemberArns: [arn] }),
    ...CHIME_ARN,
  },
  {
    service: 'chime',
    structure: 'ChannelModeratorArns',
    member: 'member',
    property: 'moderatorArns[0]',
    check: (arn) => checkChimeChannel({ ModeratorArns: [arn] }),
    ...CHIME_ARN,
  },
  {
    service: 'chime',
    structure: 'AssociateChannelFlowRequest',
    member: 'ChannelFlowArn',
    property: 'channelFlowArn',
    check: (ChannelFlowArn) => checkChimeChannel({ ChannelFlowArn }),
    isOptional: true,
    ...CHIME_ARN,
  },
  { ...structureMember('ElasticChannelConfiguration', 'MaximumSubChannels'), mutations: AT_LEAST_2_MUTATIONS },
  { ...structureMember('ElasticChannelConfiguration', 'TargetMembershipsPerSubChannel'), mutations: AT_LEAST_2_MUTATIONS },
  {
    ...structureMember('ElasticChannelConfiguration', 'MinimumMembershipPercentage'),
    mutations: [
      { 'smithy.api#range': { min: 0, max: 40 } },
      { 'smithy.api#range': { min: 1, max: 39 } },
      { 'smithy.api#range': { min: 1, max: 41 } },
      { 'smithy.api#range': { min: 1 } },
    ],
  },
  {
    ...structureMember('ExpirationSettings', 'ExpirationDays'),
    mutations: [
      { 'smithy.api#range': { min: 0, max: 5475 } },
      { 'smithy.api#range': { min: 2, max: 5475 } },
      { 'smithy.api#range': { min: 1, max: 5474 } },
      { 'smithy.api#range': { min: 1, max: 5476 } },
    ],
  },
  structureMember('ExpirationSettings', 'ExpirationCriterion'),
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

/** Members that no construct offers, that another structure has too, or that the constraints see as a whole. */
const OTHER_MEMBERS: Record<string, string[]> = {
  CreateChannelRequest: ['ClientRequestToken', 'Tags'],
  AssociateChannelFlowRequest: ['ChannelArn', 'ChimeBearer'],
};

function shapeId(service: keyof typeof MODELS, name: string): string {
  return `${NAMESPACES[service]}#${name}`;
}

function declarationOf(model: Model, { service, structure, member }: Member): { target: string; traits?: Shape['traits'] } {
  const { members, member: item, traits } = model.shapes[shapeId(service, structure)];
  // A list has none but items, and no gaps unless it is sparse.
  return members ? members[member] : { target: item!.target, traits: traits?.['smithy.api#sparse'] ? {} : { 'smithy.api#required': {} } };
}

/** The model's verdict on the values of a member. */
function validity(model: Model, member: Member): (value: unknown) => boolean {
  const { target, traits } = declarationOf(model, member);
  const isValid = shapeValidity(model.shapes[target]);
  const isOptional = member.isOptional || traits?.['smithy.api#required'] === undefined;
  return (value) => value === undefined ? isOptional : isValid(value);
}

function shapeValidity(shape: Shape): (value: unknown) => boolean {
  if (shape.type === 'boolean') {
    return (value) => typeof value === 'boolean';
  }
  const values = enumerationOf(shape);
  if (values) {
    return (value) => typeof value === 'string' && values.includes(value);
  }
  if (shape.type === 'integer') {
    // An integer of a model has 32 bits.
    const { min, max = 2 ** 31 - 1 } = shape.traits!['smithy.api#range'];
    return (value) => Number.isInteger(value) && Number(value) >= min && Number(value) <= max;
  }
  const { min, max } = shape.traits!['smithy.api#length'];
  // A pattern of the model matches any part of a text, its \u10000 means a code point, and it escapes characters that need no escape.
  const source = (shape.traits!['smithy.api#pattern'] ?? '').replace(/\\u([0-9A-F]{4,6})/g, '\\u{$1}').replace(/\\([:_@])/g, '$1');
  const pattern = new RegExp(source, 'u');
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
const NOT_TEXTS = [undefined, null, 0, 1, true, false, {}, [], ['a'], [''], 'true', 'false', ''];

/** Numbers around each limit of a range, and what looks like a number. */
function numbersFor({ min, max }: { min: number; max?: number }): unknown[] {
  const whole = [min, max ?? 1001, 0, 1000].flatMap((limit) => [limit - 1, limit, limit + 1]);
  const near = [min + 0.5, min + Number.EPSILON * min, min - 1e-9, (max ?? 1000) + 1e-9];
  const numbers = [...whole, ...near, 2 ** 31 - 1, 2 ** 31, 2 ** 53, 1e30, -min, NaN, Infinity, -Infinity];
  const looks = [`${min}.0`, `${min}e0`, ` ${min}`, `0x${min}`, 'NaN', '${Token[TOKEN.1]}'];
  return [...numbers, ...whole.flatMap((number) => [String(number), [number], { number }]), ...looks];
}

/** Values around each limit of the model, of each kind of character, and of other types. */
function* valuesFor(model: Model, member: Member, characters: string[]): Generator<unknown> {
  yield* NOT_TEXTS;
  const shape = model.shapes[declarationOf(model, member).target];
  const values = enumerationOf(shape) ?? [];
  yield* values.flatMap((value) => [value, value.toLowerCase(), value.toUpperCase(), ` ${value}`, `${value}\n`, value.slice(1)]);
  if (shape.type === 'integer') {
    yield* numbersFor(shape.traits!['smithy.api#range']);
  }
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
  test.each([undefined, 'FAIL', 'ADOPT'])('may be %s', (existing: any) => {
    expect(checkAccountAlias({ AccountAlias: 'a', Existing: existing })).toEqual([]);
    expect(checkSlackChannelConfiguration({ Existing: existing }).filter(({ property }) => property === 'existing')).toEqual([]);
    expect(checkChimeChannel({ Existing: existing }).filter(({ property }) => property === 'existing')).toEqual([]);
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
