import * as fs from 'node:fs';
import * as path from 'node:path';
import * as fc from 'fast-check';
import {
  checkAccountAlias, checkChimeChannel, checkChimeChannelTags, checkSlackChannelConfiguration, checkSlackWorkspace, type Problem,
} from '../src/constraints';

/**
 * What the API models alone say of a value, and the values on which the constraints are compared with them. They are made
 * from the models: a rule that differs from its model fails here, and so does a rule whose model changes.
 */

interface Shape {
  readonly type: string;
  readonly members?: Record<string, { target: string; traits?: Record<string, any> }>;
  readonly member?: { target: string };
  readonly traits?: Record<string, any>;
}

export interface Model {
  readonly shapes: Record<string, Shape>;
}

function load(file: string): Model {
  return JSON.parse(fs.readFileSync(path.join(__dirname, '..', 'local-aws', 'models', file), 'utf8'));
}

export const MODELS = {
  supportApp: load('support-app-2021-08-20.json'),
  chime: load('chime-sdk-messaging-2021-05-15.json'),
};

const NAMESPACES = { supportApp: 'com.amazonaws.supportapp', chime: 'com.amazonaws.chimesdkmessaging' };

/** A member of a request, and how the constraints see it. */
export interface Member {
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

export const MEMBERS: Member[] = [
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
export const OTHER_MEMBERS: Record<string, string[]> = {
  CreateChannelRequest: ['ClientRequestToken', 'Tags'],
  AssociateChannelFlowRequest: ['ChannelArn', 'ChimeBearer'],
};

export function shapeId(service: keyof typeof MODELS, name: string): string {
  return `${NAMESPACES[service]}#${name}`;
}

export function declarationOf(model: Model, { service, structure, member }: Member): { target: string; traits?: Shape['traits'] } {
  const { members, member: item, traits } = model.shapes[shapeId(service, structure)];
  // A list has none but items, and no gaps unless it is sparse.
  return members ? members[member] : { target: item!.target, traits: traits?.['smithy.api#sparse'] ? {} : { 'smithy.api#required': {} } };
}

/** The model's verdict on the values of a member. */
export function validity(model: Model, member: Member): (value: unknown) => boolean {
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

export function enumerationOf(shape: Shape): string[] | undefined {
  return shape.type === 'enum'
    ? Object.values(shape.members!).map(({ traits }) => traits!['smithy.api#enumValue'])
    : shape.traits?.['smithy.api#enum']?.map(({ value }: { value: string }) => value);
}

export const ASTRAL = ['\u{10000}', '\u{10001}', '\u{1F600}', '\u{1FFFE}', '\u{10FFFE}', '\u{10FFFF}'];
export const EVERY_CHARACTER = [...Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code)), ...ASTRAL];
/** Those at which the patterns of the models, and their words for kinds of characters, begin and end. */
export const TELLING_CHARACTERS = [
  ...EVERY_CHARACTER.slice(0, 0x180),
  ...[0x1680, 0x2000, 0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000, 0xD7FF, 0xD800, 0xDBFF, 0xDC00, 0xDFFF, 0xE000, 0xFEFF, 0xFFFD, 0xFFFE, 0xFFFF]
    .flatMap((code) => [code - 1, code, code + 1]).filter((code) => code <= 0xFFFF).map((code) => String.fromCharCode(code)),
  ...ASTRAL,
];
export const FILLINGS = ['a', '1', ' ', ':', '/', '😀', '\n', '\uD800', 'a\uDC00'];
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
export function disagreement(model: Model, member: Member, characters: string[]): string | undefined {
  const isValid = validity(model, member);
  for (const value of valuesFor(model, member, characters)) {
    if (isValid(value) !== isAccepted(member, value)) {
      return JSON.stringify(value) ?? 'undefined';
    }
  }
  return undefined;
}

export function isAccepted({ check, property }: Member, value: unknown): boolean {
  return !check(value).some((problem) => problem.property === property);
}

export function withTraits(model: Model, target: string, traits: Record<string, unknown>): Model {
  const shape = model.shapes[target];
  return { shapes: { ...model.shapes, [target]: { ...shape, traits: { ...shape.traits, ...traits } } } };
}

export const cases = MEMBERS.map((member): [string, Member] => [`${member.structure}.${member.member}`, member]);

const SEED = 20_210_820;
const ARBITRARY_CHARACTER = fc.oneof(fc.constantFrom(...FILLINGS, ...ASTRAL), fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }));
const ARBITRARY_FILLING = fc.array(ARBITRARY_CHARACTER, { maxLength: 40 }).map((parts) => parts.join(''));

/** Compares the constraints with the model on so many arbitrary texts, which are made of the telling ones and of any character. */
export function expectAgreement(member: Member, numRuns: number): void {
  const isValid = validity(MODELS[member.service], member);
  fc.assert(fc.property(ARBITRARY_FILLING, fc.constantFrom(...member.templates!), (filling, template) => {
    expect(isAccepted(member, template(filling))).toBe(isValid(template(filling)));
  }), { seed: SEED, numRuns });
}
