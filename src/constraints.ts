/**
 * Every constraint on the properties of the resources: the constructs check them at synth, the handler checks the same
 * ones on the event, so that a value which is a token at synth fails the deployment with the same words.
 *
 * The source of truth are the services' official API models. This module is bundled into the handler: it imports types only.
 */
import type {
  AccountAliasProperties,
  ChimeChannelProperties,
  SlackChannelConfigurationProperties,
  SlackWorkspaceProperties,
} from './contract';

/** Quotas of the AWS Support App. */
export const MAXIMUM_WORKSPACES_PER_ACCOUNT = 5;
export const MAXIMUM_CHANNELS_PER_ACCOUNT = 20;
export const MAXIMUM_ACCOUNTS_PER_CHANNEL = 100;

/** The Regions with a Support App endpoint. */
export const SUPPORT_APP_REGIONS = [
  'us-east-1', 'us-east-2', 'us-west-2', 'ca-central-1', 'eu-central-1', 'eu-west-1', 'eu-west-2', 'ap-southeast-1', 'ap-northeast-1',
];

/** The Regions with an Amazon Chime SDK messaging endpoint. */
export const CHIME_MESSAGING_REGIONS = ['us-east-1', 'eu-central-1'];

/** One thing that is wrong with a property. */
export interface Problem {
  /** Name of the construct's property. */
  readonly property: string;
  /** The rule and the value got, such as `must be 1 to 30 characters, got ""`. */
  readonly violation: string;
  /** What to change. */
  readonly remedy: string;
}

const problem = (property: string, violation: string, remedy: string): Problem => ({ property, violation, remedy });

/** Tells whether a value is known only at deployment; such a value is not checked. */
export type IsUnresolved = (value: unknown) => boolean;

interface TextRule {
  /** The shortest and the longest, in Unicode code points, as the services count. */
  readonly length: [number, number];
  readonly pattern?: Pick<RegExp, 'test'>;
  /** What the pattern allows, in words that continue `must be 1 to 30 characters`. */
  readonly allowed?: string;
  readonly remedy: string;
  /** The model marks the value as sensitive: a message must not repeat it. */
  readonly sensitive?: boolean;
}

/** Only whole numbers are allowed. */
interface NumberRule {
  /** The smallest and the largest, which is that of the model's integers where the model has no other. */
  readonly range: [number, number?];
}

/** A text, a number, or one of some values. */
type Rule = TextRule | NumberRule | unknown[];

const SLACK_ID: Omit<TextRule, 'remedy'> = { length: [1, 256], pattern: /^\S+$/u, allowed: ' without white space' };

const CHIME_ARN: Omit<TextRule, 'remedy'> & Required<Pick<TextRule, 'pattern'>> = {
  length: [5, 1600],
  pattern: /^arn:[a-z0-9\-.]{1,63}:[a-z0-9\-.]{0,63}:[a-z0-9\-.]{0,63}:[a-z0-9\-.]{0,63}:[^/].{0,1023}$/u,
};

/** The rules of each property, under the name that it has in templates. */
const RULES = {
  TeamId: {
    ...SLACK_ID,
    remedy: 'Copy the team ID from the URL of the workspace in a browser, such as T012ABCDEFG',
  },
  ChannelId: {
    ...SLACK_ID,
    remedy: 'Copy the channel ID (not the name) from the channel\'s details in Slack, such as C012ABCDEFG',
  },
  ChannelName: {
    length: [1, 256],
    pattern: /^.+$/u,
    allowed: ' on one line',
    remedy: 'Change it or leave it out',
  },
  ChannelRoleArn: {
    length: [31, 2048],
    pattern: /^arn:aws:iam::[0-9]{12}:role\/(.+)$/u,
    allowed: ' of the form arn:aws:iam::<account>:role/<name>',
    remedy: 'Give an IAM role of the account',
  },
  NotifyOnCaseSeverity: ['all', 'high', 'none'],
  NotifyOnAddCorrespondenceToCase: [true, false],
  NotifyOnCreateOrReopenCase: [true, false],
  NotifyOnResolveCase: [true, false],
  Existing: ['FAIL', 'ADOPT', 'OWN'],
  AccountAlias: {
    length: [1, 30],
    pattern: /^[\w\- ]+$/u,
    allowed: ' (letters, digits, _, - and space)',
    remedy: 'Shorten it or replace the other characters',
  },
  AppInstanceArn: {
    ...CHIME_ARN,
    allowed: ' of the form arn:<partition>:chime:<region>:<account>:app-instance/<id>',
    remedy: 'Give the ARN that CreateAppInstance returned',
  },
  Name: {
    length: [1, 256],
    pattern: /^[\t\n\r\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]*$/u,
    allowed: ' without control characters or lone surrogates',
    remedy: 'Shorten it or remove them',
    sensitive: true,
  },
  Mode: ['RESTRICTED', 'UNRESTRICTED'],
  Privacy: ['PUBLIC', 'PRIVATE'],
  Metadata: { length: [0, 1024], remedy: 'Shorten it', sensitive: true },
} satisfies Record<string, Rule>;

/** Whether a value may be repeated in a text: the model does not mark it as sensitive. */
export const isShown = (property: string): boolean => {
  const rule = (RULES as Record<string, { sensitive?: boolean } | undefined>)[property];
  return rule !== undefined && !rule.sensitive;
};

const CHIME_CHANNEL_ID: TextRule = {
  length: [1, 64],
  pattern: /^[A-Za-z0-9]([A-Za-z0-9:\-_.@]{0,62}[A-Za-z0-9])?$/u,
  allowed: ' (letters and digits, between them also : - _ . @)',
  remedy: 'Change it or leave it out',
  sensitive: true,
};

/** The rules of each member of a structure, in the order of the API. */
const STRUCTURES = {
  ElasticChannelConfiguration: {
    MaximumSubChannels: { range: [2] },
    TargetMembershipsPerSubChannel: { range: [2] },
    MinimumMembershipPercentage: { range: [1, 40] },
  },
  ExpirationSettings: {
    ExpirationDays: { range: [1, 5475] },
    ExpirationCriterion: ['CREATED_TIMESTAMP', 'LAST_MESSAGE_TIMESTAMP'],
  },
} satisfies Record<string, Record<string, Rule>>;

const TAG_KEY: TextRule = { length: [1, 128], remedy: 'Change it', sensitive: true };
const TAG_VALUE: TextRule = {
  length: [1, 256],
  remedy: 'Change it, or keep the tag from the channel with Tags.of(channel).remove(key)',
  sensitive: true,
};
const MAXIMUM_TAGS = 50;

export const NOTIFICATION_FLAGS = ['NotifyOnAddCorrespondenceToCase', 'NotifyOnCreateOrReopenCase', 'NotifyOnResolveCase'] as const;

/** The construct's name of a property where it is not that of the template in camel case. */
const PROPERTY_NAMES: Record<string, string> = { ChannelRoleArn: 'channelRole', Name: 'channelName' };

/** The problems of a `SlackWorkspace`. */
export const checkSlackWorkspace = (properties: Partial<SlackWorkspaceProperties>, isUnresolved?: IsUnresolved): Problem[] => check(properties, ['TeamId'], [], isUnresolved);

/** The problems of a `SlackChannelConfiguration`. */
export function checkSlackChannelConfiguration(
  properties: Partial<SlackChannelConfigurationProperties>,
  isUnresolved?: IsUnresolved,
): Problem[] {
  return [
    ...check(
      properties,
      ['TeamId', 'ChannelId', 'ChannelRoleArn', 'NotifyOnCaseSeverity'],
      ['ChannelName', ...NOTIFICATION_FLAGS, 'Existing'],
      isUnresolved,
    ),
    ...checkNotifications(properties, isUnresolved),
  ];
}

/** The problems of an `AccountAlias`. */
export const checkAccountAlias = (properties: Partial<AccountAliasProperties>, isUnresolved?: IsUnresolved): Problem[] => check(properties, ['AccountAlias'], ['Existing'], isUnresolved);

/** The problems of a `ChimeChannel`, its tags aside. */
export function checkChimeChannel(properties: Partial<ChimeChannelProperties>, isUnresolved?: IsUnresolved): Problem[] {
  const { AppInstanceArn: appInstanceArn, Mode: mode, MemberArns: memberArns } = properties;
  const isKnown = (value: unknown) => value !== undefined && !isUnresolved?.(value);
  const knownArn = typeof appInstanceArn === 'string' && isKnown(appInstanceArn) ? appInstanceArn : undefined;
  const identity = partOf(knownArn, ['/user/', '/bot/'], 'Give a user or bot of the AppInstance, not an IAM identity');
  const problems = check(
    properties,
    ['AppInstanceArn', 'ChimeBearer', 'Name'],
    ['Mode', 'Privacy', 'Metadata', 'ChannelId', 'ChannelFlowArn', 'Existing'],
    isUnresolved,
    {
      ...RULES,
      ChannelId: CHIME_CHANNEL_ID,
      ChimeBearer: identity,
      ChannelFlowArn: partOf(knownArn, ['/channel-flow/'], 'Give a channel flow of the AppInstance'),
    },
  );
  for (const [name, rules] of Object.entries(STRUCTURES)) {
    const structure = properties[name as keyof typeof STRUCTURES] as Record<string, unknown> | undefined;
    if (isKnown(structure)) {
      problems.push(...Object.entries<Rule>(rules).flatMap(([member, rule]) =>
        checkValue(nameOf(name) + '.' + camelCase(member), structure?.[member], rule, isUnresolved)));
    }
  }
  for (const name of ['MemberArns', 'ModeratorArns'] as const) {
    const arns = properties[name] as unknown;
    if (isKnown(arns)) {
      problems.push(...Array.isArray(arns)
        ? arns.flatMap((arn, index) => arns.indexOf(arn) < index
          ? problem(nameOf(name) + '[' + index + ']', 'must not be there twice, got ' + show(arn), 'Remove it')
          : checkValue(nameOf(name) + '[' + index + ']', arn, identity, isUnresolved))
        : [problem(nameOf(name), 'must be a list, got ' + show(arns), identity.remedy)]);
    }
  }
  if (isKnown(properties.Existing) && properties.ChannelId === undefined) {
    problems.push(problem('existing', 'must not be set without channelId, as the service gives each new channel an id of its own',
      'Set channelId to the id of the channel that exists, or leave out existing'));
  }
  if (isKnown(properties.ElasticChannelConfiguration)) {
    // The service divides the members among the sub-channels, and nobody but moderators may add some.
    const also = (value: unknown, isRight: boolean, property: string, must: string) => isKnown(value) && !isRight
      ? [problem(property, 'must be ' + must + ' with elasticChannelConfiguration', 'Change it, or leave out elasticChannelConfiguration')]
      : [];
    problems.push(...also(mode, mode === 'RESTRICTED', 'mode', 'RESTRICTED'), ...also(memberArns, memberArns?.length === 0, 'memberArns', 'left out'));
  }
  return problems;
}

/** The rule of the ARN of something that belongs to an AppInstance, which may not be known yet. */
function partOf(appInstanceArn: string | undefined, paths: string[], remedy: string): TextRule {
  return {
    ...CHIME_ARN,
    pattern: {
      test: (arn) => CHIME_ARN.pattern.test(arn) && (appInstanceArn === undefined || paths.some((path) => arn.startsWith(appInstanceArn + path))),
    },
    allowed: ' of the form ' + (appInstanceArn ?? '<appInstanceArn>') + paths.join('<id> or ') + '<id>',
    remedy,
  };
}

/** The problems of a `ChimeChannel`'s tags, which may still change after the construct was made. */
export function checkChimeChannelTags(tags: ChimeChannelProperties['Tags'], isUnresolved?: IsUnresolved): Problem[] {
  if (tags === undefined || isUnresolved?.(tags)) {
    return [];
  }
  if (!Array.isArray(tags) || tags.length > MAXIMUM_TAGS) {
    const got = Array.isArray(tags) ? tags.length : show(tags);
    return [problem('tags', 'must be a list of at most ' + MAXIMUM_TAGS + ', got ' + got, 'Remove tags')];
  }
  return tags.flatMap((tag, index) => [
    ...checkValue('tags[' + index + '].key', tag?.Key, TAG_KEY, isUnresolved),
    ...checkValue('tags[' + index + '].value', tag?.Value, TAG_VALUE, isUnresolved),
  ]);
}

/** One text of all problems, for an error or a failure reason. */
export function describeProblems(subject: string, problems: Problem[]): string {
  const count = problems.length === 1 ? '1 problem' : problems.length + ' problems';
  return [subject + ' has ' + count + ':', ...problems.map(({ property, violation, remedy }) => '  - ' + property + ': ' + violation + '. ' + remedy + '.')].join('\n');
}

type RuleName = keyof typeof RULES | 'ChimeBearer' | 'ChannelFlowArn';

const check = (
  properties: Partial<Record<RuleName, unknown>>,
  required: RuleName[],
  optional: RuleName[],
  isUnresolved: IsUnresolved | undefined,
  rules: Partial<Record<RuleName, Rule>> = RULES,
): Problem[] => [...required, ...optional.filter((name) => properties[name] !== undefined)]
  .flatMap((name) => checkValue(nameOf(name), properties[name], rules[name]!, isUnresolved));

function checkValue(property: string, value: unknown, rule: Rule, isUnresolved?: IsUnresolved): Problem[] {
  if (isUnresolved?.(value)) {
    return [];
  }
  const mustBe = (must: string, got: string, remedy: string) => [problem(property, 'must be ' + must + ', got ' + got, remedy)];
  if (Array.isArray(rule)) {
    return rule.includes(value) ? [] : mustBe(rule.join(' or '), show(value), 'Choose one of them');
  }
  if ('range' in rule) {
    const [minimum, maximum = 2 ** 31 - 1] = rule.range;
    return Number.isInteger(value) && (value as number) >= minimum && (value as number) <= maximum
      ? []
      : mustBe('a whole number of ' + minimum + ' to ' + maximum, show(value), 'Change it');
  }
  const { length: [minimum, maximum], pattern, allowed = '', remedy, sensitive } = rule;
  const characters = typeof value === 'string' ? [...value] : undefined;
  const fits = characters && characters.length >= minimum && characters.length <= maximum;
  if (fits && (!pattern || pattern.test(value as string))) {
    return [];
  }
  const got = !sensitive || !characters ? show(value) : fits ? offendingCharacter(characters, pattern!) : characters.length + ' characters';
  return mustBe(minimum + ' to ' + maximum + ' characters' + allowed, got, remedy);
}

function offendingCharacter(characters: string[], pattern: Pick<RegExp, 'test'>): string {
  // A character may be allowed between others only.
  const isAtEnd = (index: number) => index === 0 || index === characters.length - 1;
  const index = characters.findIndex((character, position) => !pattern.test(isAtEnd(position) ? character : 'a' + character + 'a'));
  return 'U+' + characters[index].codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0') + ' at position ' + (index + 1);
}

function checkNotifications(properties: Partial<SlackChannelConfigurationProperties>, isUnresolved?: IsUnresolved): Problem[] {
  const property = 'notifyOnCaseSeverity';
  const severity = properties.NotifyOnCaseSeverity;
  const enabled = NOTIFICATION_FLAGS.filter((flag) => properties[flag] === true).map(nameOf).join(', ');
  if (severity === 'none' && enabled) {
    return [problem(property, 'must be all or high with ' + enabled + ', got none', 'Choose all or high, or remove ' + enabled)];
  }
  const isSilent = !enabled && !NOTIFICATION_FLAGS.some((flag) => isUnresolved?.(properties[flag]));
  if ((severity === 'all' || severity === 'high') && isSilent) {
    return [problem(
      property,
      'must be none without a notification, got ' + severity,
      'Set at least one of ' + NOTIFICATION_FLAGS.map(nameOf).join(', ') + ' to true, or choose none',
    )];
  }
  return [];
}

/** The construct's name of a property of a template. */
export const nameOf = (property: string): string => PROPERTY_NAMES[property] ?? camelCase(property);

/** The API's name of a property of a template. */
export const camelCase = (name: string): string => name[0].toLowerCase() + name.slice(1);

const MAXIMUM_SHOWN_CHARACTERS = 80;

function show(value: unknown): string {
  const characters = [...(JSON.stringify(value) ?? 'nothing')];
  return characters.length <= MAXIMUM_SHOWN_CHARACTERS
    ? characters.join('')
    : characters.slice(0, MAXIMUM_SHOWN_CHARACTERS).join('') + '... (' + characters.length + ' characters in all)';
}
