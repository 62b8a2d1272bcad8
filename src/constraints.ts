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

/** Tells whether a value is known only at deployment; such a value is not checked. */
export type IsUnresolved = (value: unknown) => boolean;

interface TextRule {
  readonly property: string;
  /** Lengths count Unicode code points, as the services do. */
  readonly minimum: number;
  readonly maximum: number;
  readonly pattern?: RegExp;
  /** What the pattern allows, in words that continue `must be 1 to 30 characters `. */
  readonly allowed?: string;
  readonly remedy: string;
  /** The model marks the value as sensitive: a message must not repeat it. */
  readonly sensitive?: boolean;
}

const CHIME_ARN = {
  minimum: 5,
  maximum: 1600,
  pattern: /^arn:[a-z0-9\-.]{1,63}:[a-z0-9\-.]{0,63}:[a-z0-9\-.]{0,63}:[a-z0-9\-.]{0,63}:[^/].{0,1023}$/u,
};

const TEAM_ID: TextRule = {
  property: 'teamId',
  minimum: 1,
  maximum: 256,
  pattern: /^\S+$/u,
  allowed: 'without white space',
  remedy: 'Open the workspace in a browser: its team ID is the part of the URL that starts with T, such as T012ABCDEFG.',
};

const CHANNEL_ID: TextRule = {
  property: 'channelId',
  minimum: 1,
  maximum: 256,
  pattern: /^\S+$/u,
  allowed: 'without white space',
  remedy: 'Open the channel\'s details in Slack and copy the channel ID at the bottom, such as C012ABCDEFG; it is not the channel\'s name.',
};

const CHANNEL_NAME: TextRule = {
  property: 'channelName',
  minimum: 1,
  maximum: 256,
  pattern: /^.+$/u,
  allowed: 'on one line',
  remedy: 'Give the channel\'s name on one line, or leave the property out.',
};

const CHANNEL_ROLE_ARN: TextRule = {
  property: 'channelRole',
  minimum: 31,
  maximum: 2048,
  pattern: /^arn:aws:iam::[0-9]{12}:role\/(.+)$/u,
  allowed: 'of the form arn:aws:iam::<account>:role/<name>',
  remedy: 'Give an IAM role of the account; the Support App exists in the aws partition only.',
};

const ACCOUNT_ALIAS: TextRule = {
  property: 'accountAlias',
  minimum: 1,
  maximum: 30,
  pattern: /^[\w\- ]+$/u,
  allowed: '(letters, digits, _, - and space)',
  remedy: 'Shorten the alias or replace the other characters.',
};

const APP_INSTANCE_ARN: TextRule = {
  ...CHIME_ARN,
  property: 'appInstanceArn',
  allowed: 'of the form arn:<partition>:chime:<region>:<account>:app-instance/<id>',
  remedy: 'Give the ARN that CreateAppInstance or the attribute AppInstanceArn of AWS::Chime::AppInstance returns.',
};

const CHIME_BEARER: TextRule = {
  ...CHIME_ARN,
  property: 'chimeBearer',
  allowed: 'of the form arn:<partition>:chime:<region>:<account>:app-instance/<id>/user/<id> (or /bot/<id>)',
  remedy: 'Give the ARN of an AppInstanceUser or AppInstanceBot, not of an IAM identity.',
};

const CHIME_CHANNEL_NAME: TextRule = {
  property: 'channelName',
  minimum: 1,
  maximum: 256,
  pattern: /^[\t\n\r\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]*$/u,
  allowed: 'without control characters (but tab, line feed, carriage return and next line) and lone surrogates',
  remedy: 'Shorten the name or remove those characters.',
  sensitive: true,
};

const CHIME_METADATA: TextRule = {
  property: 'metadata',
  minimum: 0,
  maximum: 1024,
  remedy: 'Shorten the metadata.',
  sensitive: true,
};

const TAG_KEY: TextRule = { property: 'tags', minimum: 1, maximum: 128, remedy: 'Change the key of the tag.', sensitive: true };
const TAG_VALUE: TextRule = {
  property: 'tags',
  minimum: 1,
  maximum: 256,
  remedy: 'Change the value of the tag; Amazon Chime takes no empty one. A tag of the stack or app can be kept away with Tags.of(channel).remove(key).',
  sensitive: true,
};
const MAXIMUM_TAGS = 50;

const NOTIFICATION_FLAGS = ['NotifyOnAddCorrespondenceToCase', 'NotifyOnCreateOrReopenCase', 'NotifyOnResolveCase'] as const;

/** The problems of a `SlackWorkspace`. */
export function checkSlackWorkspace(properties: Partial<SlackWorkspaceProperties>, isUnresolved: IsUnresolved = never): Problem[] {
  return checkText(properties.TeamId, TEAM_ID, isUnresolved);
}

/** The problems of a `SlackChannelConfiguration`. */
export function checkSlackChannelConfiguration(
  properties: Partial<SlackChannelConfigurationProperties>,
  isUnresolved: IsUnresolved = never,
): Problem[] {
  return [
    ...checkText(properties.TeamId, TEAM_ID, isUnresolved),
    ...checkText(properties.ChannelId, CHANNEL_ID, isUnresolved),
    ...optional(properties.ChannelName, (value) => checkText(value, CHANNEL_NAME, isUnresolved)),
    ...checkText(properties.ChannelRoleArn, CHANNEL_ROLE_ARN, isUnresolved),
    ...checkEnumeration('notifyOnCaseSeverity', properties.NotifyOnCaseSeverity, ['all', 'high', 'none'], isUnresolved),
    ...NOTIFICATION_FLAGS.flatMap((flag) => optional(properties[flag], (value) => checkFlag(propertyOf(flag), value, isUnresolved))),
    ...checkNotifications(properties, isUnresolved),
    ...checkExisting(properties.Existing, isUnresolved),
  ];
}

/** The problems of an `AccountAlias`. */
export function checkAccountAlias(properties: Partial<AccountAliasProperties>, isUnresolved: IsUnresolved = never): Problem[] {
  return [
    ...checkText(properties.AccountAlias, ACCOUNT_ALIAS, isUnresolved),
    ...checkExisting(properties.Existing, isUnresolved),
  ];
}

/** The problems of a `ChimeChannel`, its tags aside. */
export function checkChimeChannel(properties: Partial<ChimeChannelProperties>, isUnresolved: IsUnresolved = never): Problem[] {
  return [
    ...checkText(properties.AppInstanceArn, APP_INSTANCE_ARN, isUnresolved),
    ...checkText(properties.ChimeBearer, CHIME_BEARER, isUnresolved),
    ...checkBearerOfAppInstance(properties, isUnresolved),
    ...checkText(properties.Name, CHIME_CHANNEL_NAME, isUnresolved),
    ...optional(properties.Mode, (value) => checkEnumeration('mode', value, ['RESTRICTED', 'UNRESTRICTED'], isUnresolved)),
    ...optional(properties.Privacy, (value) => checkEnumeration('privacy', value, ['PUBLIC', 'PRIVATE'], isUnresolved)),
    ...optional(properties.Metadata, (value) => checkText(value, CHIME_METADATA, isUnresolved)),
  ];
}

/** The problems of a `ChimeChannel`'s tags, which may still change after the construct was made. */
export function checkChimeChannelTags(tags: ChimeChannelProperties['Tags'], isUnresolved: IsUnresolved = never): Problem[] {
  if (tags === undefined || isUnresolved(tags)) {
    return [];
  }
  if (!Array.isArray(tags)) {
    return [{ property: 'tags', violation: `must be a list of Key and Value, got ${show(tags)}`, remedy: 'Give a list of tags.' }];
  }
  const problems = tags.flatMap((tag, index) => [
    ...checkText(tag?.Key, { ...TAG_KEY, property: `tags[${index}].key` }, isUnresolved),
    ...checkText(tag?.Value, { ...TAG_VALUE, property: `tags[${index}].value` }, isUnresolved),
  ]);
  if (tags.length > MAXIMUM_TAGS) {
    problems.push({ property: 'tags', violation: `must be at most ${MAXIMUM_TAGS} tags, got ${tags.length}`, remedy: 'Remove tags.' });
  }
  return problems;
}

/** One text of all problems, for an error or a failure reason. */
export function describeProblems(subject: string, problems: Problem[]): string {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  return [`${subject} has ${count}:`, ...problems.map((problem) => `  - ${problem.property}: ${problem.violation}. ${problem.remedy}`)].join('\n');
}

function checkText(value: unknown, rule: TextRule, isUnresolved: IsUnresolved): Problem[] {
  if (isUnresolved(value)) {
    return [];
  }
  const must = `must be ${rule.minimum} to ${rule.maximum} characters${rule.allowed ? ` ${rule.allowed}` : ''}`;
  const problem = (got: string) => [{ property: rule.property, violation: `${must}, got ${got}`, remedy: rule.remedy }];
  if (typeof value !== 'string') {
    return problem(show(value));
  }
  const characters = [...value];
  if (characters.length < rule.minimum || characters.length > rule.maximum) {
    return problem(rule.sensitive ? `${characters.length} characters` : show(value));
  }
  if (rule.pattern && !rule.pattern.test(value)) {
    return problem(rule.sensitive ? offendingCharacter(characters, rule.pattern) : show(value));
  }
  return [];
}

function offendingCharacter(characters: string[], pattern: RegExp): string {
  const index = characters.findIndex((character) => !pattern.test(character));
  const codePoint = characters[index].codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
  return `U+${codePoint} at position ${index + 1}`;
}

function checkEnumeration(property: string, value: unknown, allowed: string[], isUnresolved: IsUnresolved): Problem[] {
  if (isUnresolved(value) || (typeof value === 'string' && allowed.includes(value))) {
    return [];
  }
  return [{ property, violation: `must be one of ${allowed.join(', ')}, got ${show(value)}`, remedy: `Choose one of ${allowed.join(', ')}.` }];
}

function checkFlag(property: string, value: unknown, isUnresolved: IsUnresolved): Problem[] {
  return isUnresolved(value) || typeof value === 'boolean'
    ? []
    : [{ property, violation: `must be true or false, got ${show(value)}`, remedy: 'Set it to true or false, or leave it out for false.' }];
}

function checkExisting(value: unknown, isUnresolved: IsUnresolved): Problem[] {
  return optional(value, (existing) => checkEnumeration('existing', existing, ['FAIL', 'ADOPT'], isUnresolved));
}

function checkNotifications(properties: Partial<SlackChannelConfigurationProperties>, isUnresolved: IsUnresolved): Problem[] {
  const severity: unknown = properties.NotifyOnCaseSeverity;
  if (isUnresolved(severity)) {
    return [];
  }
  const enabled = NOTIFICATION_FLAGS.filter((flag) => properties[flag] === true);
  if (severity === 'none' && enabled.length > 0) {
    const names = enabled.map(propertyOf).join(', ');
    return [{
      property: 'notifyOnCaseSeverity',
      violation: `must be all or high when a notification is enabled, got none with ${names}`,
      remedy: `Choose the severity all or high, or remove ${names}.`,
    }];
  }
  const mayBeEnabled = NOTIFICATION_FLAGS.some((flag) => properties[flag] === true || isUnresolved(properties[flag]));
  if ((severity === 'all' || severity === 'high') && !mayBeEnabled) {
    return [{
      property: 'notifyOnCaseSeverity',
      violation: `must be none when no notification is enabled, got ${severity}`,
      remedy: `Set at least one of ${NOTIFICATION_FLAGS.map(propertyOf).join(', ')} to true, or choose the severity none.`,
    }];
  }
  return [];
}

function checkBearerOfAppInstance(properties: Partial<ChimeChannelProperties>, isUnresolved: IsUnresolved): Problem[] {
  const { AppInstanceArn: appInstanceArn, ChimeBearer: chimeBearer } = properties;
  if ([appInstanceArn, chimeBearer].some((value) => isUnresolved(value) || typeof value !== 'string')) {
    return [];
  }
  if (chimeBearer!.startsWith(`${appInstanceArn}/user/`) || chimeBearer!.startsWith(`${appInstanceArn}/bot/`)) {
    return [];
  }
  return [{
    property: 'chimeBearer',
    violation: `must be a user or bot of the AppInstance (${show(appInstanceArn)} followed by /user/<id> or /bot/<id>), got ${show(chimeBearer)}`,
    remedy: CHIME_BEARER.remedy,
  }];
}

function optional(value: unknown, check: (value: unknown) => Problem[]): Problem[] {
  return value === undefined ? [] : check(value);
}

function propertyOf(wireName: string): string {
  return wireName[0].toLowerCase() + wireName.slice(1);
}

const MAXIMUM_SHOWN_CHARACTERS = 80;

function show(value: unknown): string {
  if (value === undefined) {
    return 'nothing';
  }
  const characters = [...(JSON.stringify(value) ?? String(value))];
  return characters.length <= MAXIMUM_SHOWN_CHARACTERS
    ? characters.join('')
    : `${characters.slice(0, MAXIMUM_SHOWN_CHARACTERS).join('')}... (${typeof value === 'string' ? `${[...value].length} characters` : 'cut'})`;
}

function never(): boolean {
  return false;
}
