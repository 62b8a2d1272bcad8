import { join } from 'node:path';
import type { Worlds } from './campaign';
import type { Features } from './history';
import { bundleHandler } from '../projenrc/handler-bundle';

/** A mistake in the handler that the campaign, or a telling history, must find. */
export interface Mutation {
  readonly name: string;
  /** Within `lambda/`. */
  readonly file: string;
  readonly original: string;
  readonly mutated: string;
  /** Where histories begin among which one soon meets the mistake. @default 1 */
  readonly seed?: number;
  /** In which histories it shows. @default - in all */
  readonly features?: Partial<Features>;
  /** Where random histories meet it. @default 'separate' */
  readonly worlds?: Worlds;
  /** The telling history of a shared account that meets it. @default - random histories do */
  readonly history?: string;
}

const LIFECYCLE = 'core/lifecycle.ts';
const STACK = 'core/stack.ts';
const DRIFT = 'core/drift.ts';
const SLACK_CHANNEL = 'resources/slack-channel-configuration.ts';
const SLACK_WORKSPACE = 'resources/slack-workspace.ts';
const ALIAS = 'resources/account-alias.ts';
const CHIME_CHANNEL = 'resources/chime-channel.ts';

/** Histories of Chime channels alone. */
const CHIME: Partial<Features> = { kinds: ['chime'] };

/** Makes a mistake in the source of its file; fails when the source no longer has the place of the mistake. */
export function mutate({ name, file, original, mutated }: Mutation, source: string): string {
  if (source.split(original).length !== 2) {
    throw new Error(`mutation "${name}": lambda/${file} does not have exactly once: ${original}`);
  }
  return source.replace(original, () => mutated);
}

/** Where the source of a mistake is. */
export function mutatedFile({ file }: Mutation): string {
  return join(__dirname, '..', 'lambda', file);
}

/** Bundles the handler with a mistake in it. */
export function bundleMutation(mutation: Mutation): Promise<string> {
  return bundleHandler((path, source) => path === mutatedFile(mutation) ? mutate(mutation, source) : source);
}

export const MUTATIONS: Mutation[] = [
  {
    name: 'deletes what was adopted',
    file: LIFECYCLE,
    original: 'const isOurs = (ownership === \'created\' || isOwned && !await stack.isUndoing()) && !await stack.holderOf(id);',
    mutated: 'const isOurs = !await stack.holderOf(id);',
  },
  {
    name: 'deletes by the properties, whatever the physical id',
    file: LIFECYCLE,
    original: 'const id = parsePhysicalId(event.PhysicalResourceId) ?? await findOwn(work);',
    mutated: `const given = parsePhysicalId(event.PhysicalResourceId);
  const declaredTarget = type.targetOf(declared, event, given?.target);
  const id = declaredTarget ? idOf(type, declaredTarget) : given;`,
  },
  {
    name: 'takes the string "false" for true',
    file: 'custom-resource.ts',
    original: 'value === \'true\' ? true : value === \'false\' ? false : value as boolean | undefined;',
    mutated: 'value === undefined ? undefined : Boolean(value);',
  },
  {
    name: 'leaves out the flags that are false',
    file: SLACK_CHANNEL,
    original: '[camelCase(name), declared[name]]',
    mutated: '[camelCase(name), declared[name] || undefined]',
  },
  {
    name: 'answers twice',
    file: 'index.ts',
    original: '  await respond(event, response, end);',
    mutated: `  await respond(event, response, end);
  await respond(event, response, end);`,
  },
  {
    name: 'names a physical id after the request',
    file: 'core/physical-id.ts',
    original: 'ownership, ...target.map(encode)].join(\'/\')',
    mutated: 'ownership, Math.random(), ...target.map(encode)].join(\'/\')',
  },
  {
    name: 'ignores another resource that holds the target, when it deletes',
    file: LIFECYCLE,
    original: 'const isOurs = (ownership === \'created\' || isOwned && !await stack.isUndoing()) && !await stack.holderOf(id);',
    mutated: 'const isOurs = ownership === \'created\' || isOwned && !await stack.isUndoing();',
  },
  {
    name: 'ignores another resource that holds the target, when it creates',
    file: LIFECYCLE,
    original: 'const holder = parsePhysicalId(await stack.holderOf(created) ?? await stack.holderBefore(created));',
    mutated: 'const holder = undefined as PhysicalId | undefined;',
  },
  {
    name: 'never puts back what an adoption replaced',
    file: LIFECYCLE,
    original: 'if (!isOurs && !(previous && await stack.isUndoing())) {',
    mutated: 'if (!isOurs) {',
  },
  {
    name: 'puts back what an adoption replaced at every deletion',
    file: LIFECYCLE,
    original: 'if (!isOurs && !(previous && await stack.isUndoing())) {',
    mutated: 'if (!isOurs && !previous) {',
    seed: 6,
  },
  {
    name: 'adopts although it was told to fail',
    file: LIFECYCLE,
    original: 'existing === \'ADOPT\' || existing === \'OWN\'',
    mutated: 'existing !== undefined',
  },
  {
    name: 'adopts another alias although it was told to fail',
    file: ALIAS,
    original: 'properties as unknown as AccountAliasProperties,',
    mutated: '({ ...properties, Existing: \'ADOPT\' }) as unknown as AccountAliasProperties,',
    seed: 3,
  },
  {
    name: 'counts what it adopts as created',
    file: LIFECYCLE,
    original: 'declared.Existing !== \'OWN\' ? \'adopted\'',
    mutated: 'true ? \'created\'',
  },
  {
    name: 'counts an adopted workspace as created',
    file: SLACK_WORKSPACE,
    original: '  describe: (',
    mutated: `  originOf: () => Promise.resolve('stack' as const),

  describe: (`,
  },
  {
    name: 'deletes the old channel in the Update that replaces it',
    file: LIFECYCLE,
    original: `if (!isInPlace) {
`,
    mutated: `if (!isInPlace) {
    await type.remove(services, id!.target, old);
`,
  },
  {
    name: 'does not try again',
    file: 'aws/client.ts',
    original: 'let isRetryable = isThrottled || isServerFault || mayStillSpread;',
    mutated: 'let isRetryable = mayStillSpread;',
  },
  {
    name: 'takes the conflict with its own earlier try for a failure',
    file: LIFECYCLE,
    original: 'if (!target || !isServiceError(error, \'Conflict\')) {',
    mutated: 'if (!target || !isServiceError(error, \'Conflict\') || error.mayHaveSucceeded) {',
    seed: 3,
  },
  {
    name: 'forgets what a replacement has replaced',
    file: LIFECYCLE,
    original: 'const before = parsePhysicalId(await stack.idBefore())?.target;',
    mutated: 'const before = undefined as string[] | undefined;',
    features: CHIME,
  },
  {
    name: 'looks at the workspace only when it searches a channel',
    file: SLACK_CHANNEL,
    original: 'channel.teamId === teamId && channel.channelId === channelId',
    mutated: 'channel.teamId === teamId',
  },
  {
    name: 'reads the first page of a list only',
    file: 'aws/pagination.ts',
    original: '} while (nextToken);',
    mutated: '} while (false);',
  },
  {
    name: 'deletes a workspace that other channels use',
    file: SLACK_WORKSPACE,
    original: 'await find(listChannels(supportApp), (channel) => channel.teamId === teamId); look',
    mutated: 'false as boolean; look',
    features: { kinds: ['workspace', 'channel'] },
  },
  {
    name: 'fails a deletion of what is gone',
    file: LIFECYCLE,
    original: 'await supportApp.send(command).catch(ignoreMissing)',
    mutated: 'await supportApp.send(command)',
    seed: 4,
  },
  {
    name: 'makes a new Chime channel for each delivery',
    file: CHIME_CHANNEL,
    original: 'ClientRequestToken: event.RequestId',
    mutated: 'ClientRequestToken: String(Math.random())',
  },
  {
    name: 'makes a new Chime channel for each change',
    file: CHIME_CHANNEL,
    original: 'channelId === undefined ? current?.[0] : arnOf',
    mutated: 'channelId === undefined ? undefined : arnOf',
    features: CHIME,
  },
  {
    name: 'keeps the tags of a Chime channel that are no longer declared',
    file: CHIME_CHANNEL,
    original: 'if (TagKeys.length > 0) {',
    mutated: 'if (TagKeys.length > 100) {',
    features: CHIME,
  },
  {
    name: 'removes the bearer of a Chime channel that was declared a moderator',
    file: CHIME_CHANNEL,
    original: '[...declared.ModeratorArns, ChimeBearer])',
    mutated: 'declared.ModeratorArns)',
    seed: 2,
    features: CHIME,
  },
  {
    name: 'does not promote the new bearer of a Chime channel',
    file: CHIME_CHANNEL,
    original: '      add(new CreateChannelModeratorCommand({ ...oldChannel, ChannelModeratorArn: '
      + `ChimeBearer }),
        'Conflict', 'Forbidden', 'BadRequest', 'ResourceLimitExceeded');
`,
    mutated: '',
    features: CHIME,
  },
  {
    name: 'lets the new bearer of a Chime channel promote itself',
    file: CHIME_CHANNEL,
    original: '{ ...oldChannel, ChannelModeratorArn: ChimeBearer }',
    mutated: '{ ...channel, ChannelModeratorArn: ChimeBearer }',
    seed: 2,
    features: CHIME,
  },
  {
    name: 'removes the old bearer of a Chime channel before the new one comes',
    file: CHIME_CHANNEL,
    original: `if (isRotated) {
`,
    mutated: `if (isRotated) {
      add(new DeleteChannelModeratorCommand({ ...oldChannel, ChannelModeratorArn: actual.ChimeBearer }));
`,
    features: CHIME,
  },
  {
    name: 'never removes the old bearer of a Chime channel',
    file: CHIME_CHANNEL,
    original: 'isRotated && ownership === \'created\' ? [oldBearer] : []',
    mutated: '[] as string[]',
    features: CHIME,
  },
  {
    name: 'removes the old bearer of an adopted Chime channel',
    file: CHIME_CHANNEL,
    original: 'isRotated && ownership === \'created\' ? [oldBearer] : []',
    mutated: 'isRotated ? [oldBearer] : []',
    seed: 3,
    features: CHIME,
  },
  {
    name: 'takes the errors of a batch of members for success',
    file: CHIME_CHANNEL,
    original: 'errors.filter((error) => error.ErrorCode !== \'Conflict\')',
    mutated: 'errors.slice(errors.length)',
    features: CHIME,
  },
  {
    name: 'takes who is a member already for an error',
    file: CHIME_CHANNEL,
    original: 'errors.filter((error) => error.ErrorCode !== \'Conflict\')',
    mutated: 'errors',
    seed: 5,
    features: CHIME,
  },
  {
    name: 'fails for a member at the first try',
    file: CHIME_CHANNEL,
    original: 'tries === MAXIMUM_TRIES || !TRANSIENT.test(error.ErrorCode)',
    mutated: 'tries > 0',
    seed: 9,
    features: CHIME,
  },
  {
    name: 'forgets members beyond those that a creation takes',
    file: CHIME_CHANNEL,
    original: 'return { target: targetOf(channelArn, declared), actual };',
    mutated: 'return { target: targetOf(channelArn, declared), actual: { ...actual, MemberArns: '
      + 'declared.MemberArns } };',
    features: CHIME,
  },
  {
    name: 'removes members whom others added',
    file: CHIME_CHANNEL,
    original: 'return arns.filter((arn) => there.includes(arn));',
    mutated: 'return arns.length > 0 ? there as string[] : arns;',
    seed: 2,
    features: CHIME,
  },
  {
    name: 'keeps members who are no longer declared',
    file: CHIME_CHANNEL,
    original: 'without(actual.MemberArns, [...declared.MemberArns, ChimeBearer])',
    mutated: '[] as string[]',
    features: CHIME,
  },
  {
    name: 'reads the first page of the members only',
    file: CHIME_CHANNEL,
    original: 'await collect(listArns(client, list, channel));',
    mutated: `await (async () => {
        let count = 0;
        return collect(listArns(client, list, channel), () => (count += 1) === 9);
      })();`,
    seed: 10,
    features: CHIME,
  },
  {
    name: 'counts an adopted Chime channel as created',
    file: LIFECYCLE,
    original: `ownership: holder?.ownership
`,
    mutated: `ownership: type.isRepeatable ? 'created' : holder?.ownership
`,
    features: CHIME,
  },
  {
    name: 'counts a moved Chime channel as adopted',
    file: LIFECYCLE,
    original: `ownership: holder?.ownership
`,
    mutated: `ownership: type.isRepeatable ? 'adopted' : holder?.ownership
`,
    features: CHIME,
  },
  {
    name: 'adopts a Chime channel although it was told to fail',
    file: CHIME_CHANNEL,
    original: 'return normalize(declared);',
    mutated: 'return { ...normalize(declared), Existing: \'ADOPT\' };',
    features: CHIME,
  },
  {
    name: 'adopts a Chime channel with other properties that cannot be changed',
    file: CHIME_CHANNEL,
    original: 'if (!isSame(targetOf(\'\', actual), targetOf(\'\', declared))) {',
    mutated: 'if (false as boolean) {',
    features: CHIME,
  },
  {
    name: 'does not remember what an adoption of a Chime channel replaced',
    file: LIFECYCLE,
    original: 'previous: isEqual || origin',
    mutated: 'previous: isEqual || type.isRepeatable || origin',
    features: CHIME,
  },
  {
    name: 'puts back the participants of an adopted Chime channel as if it had had none',
    file: LIFECYCLE,
    original: 'items.map((item) => +before.includes(item)).join(\'\')',
    mutated: 'items.map(() => 0).join(\'\')',
    seed: 4,
    features: CHIME,
  },
  {
    name: 'leaves an adopted Chime channel half changed',
    file: LIFECYCLE,
    original: 'const now = await type.read(undoServices, id.target, before, declared);',
    mutated: 'const now = undefined as Declared | undefined;',
    seed: 6,
    features: CHIME,
  },
  {
    name: 'fails to delete a Chime channel that is gone',
    file: CHIME_CHANNEL,
    original: 'if (!isServiceError(error, \'NotFound\', \'Forbidden\') || await exists(client, channel)) {',
    mutated: 'if (error) {',
    seed: 3,
    features: CHIME,
  },
  {
    name: 'clears the expiration of a Chime channel that declares none',
    file: CHIME_CHANNEL,
    original: 'if (differs(\'ExpirationSettings\')) {',
    mutated: 'if (differs(\'ExpirationSettings\', \'Name\')) {',
    features: CHIME,
  },
  {
    name: 'keeps the expiration of a Chime channel that is no longer declared',
    file: CHIME_CHANNEL,
    original: 'if (differs(\'ExpirationSettings\')) {',
    mutated: 'if (differs(\'ExpirationSettings\') && ExpirationSettings) {',
    features: CHIME,
  },
  {
    name: 'clears the metadata of a Chime channel that declares none',
    file: CHIME_CHANNEL,
    original: 'Metadata: Metadata ?? (oldMetadata && \'\')',
    mutated: 'Metadata: Metadata ?? \'\'',
    features: CHIME,
  },
  {
    name: 'keeps the channel flow of a Chime channel that is no longer declared',
    file: CHIME_CHANNEL,
    original: 'if (oldFlow) {',
    mutated: 'if (oldFlow && ChannelFlowArn) {',
    features: CHIME,
  },
  {
    name: 'makes a new Chime channel when the id is no longer declared',
    file: CHIME_CHANNEL,
    original: '!isSame(target, current) ?',
    mutated: '(!isSame(target, current) || current![0].split(\'/\')[3].length < SOME_CHANNEL_ID.length) ?',
    seed: 3,
    features: CHIME,
  },
  {
    name: 'deletes an alias that somebody else has set since',
    file: ALIAS,
    original: 'actual.AccountAlias !== declared.AccountAlias,',
    mutated: 'false,',
  },
  {
    name: 'leaves an event without an answer when its answer is refused once',
    file: 'custom-resource.ts',
    original: 'if (isFinal || Date.now() + wait >= deadline) {',
    mutated: 'if (isFinal || tries > 0) {',
  },
  {
    name: 'ignores the role of a channel when it deletes',
    file: SLACK_CHANNEL,
    original: 'actual.ChannelRoleArn !== declared.ChannelRoleArn,',
    mutated: 'false,',
    history: 'a channel that somebody has given another role',
  },
  {
    name: 'never asks which stack holds what it deletes',
    file: LIFECYCLE,
    original: 'await stack.findHolder(physicalIdsOf(type, target, event.PhysicalResourceId))',
    mutated: 'false as boolean',
    worlds: 'shared',
  },
  {
    name: 'asks no other Region who holds what it deletes',
    file: STACK,
    original: '...SUPPORT_APP_REGIONS.filter((other) => other !== region)',
    mutated: '...SUPPORT_APP_REGIONS.slice(9)',
    history: 'a move to another Region',
  },
  {
    name: 'takes over with other settings what another stack has',
    file: LIFECYCLE,
    original: 'holder && !await type.isOthers?.(services, declared, actual)',
    mutated: 'false as boolean',
    history: 'a take-over of a Chime channel with other settings',
  },
  {
    name: 'deletes whatever it took over with other settings',
    file: LIFECYCLE,
    original: 'previous && type.diff(id, actual, declared).length > 0',
    mutated: 'false as boolean',
    history: 'two take-overs of a Chime channel with other settings',
  },
  {
    name: 'asks only under other marks who has what it took over with other settings',
    file: LIFECYCLE,
    original: '.filter((id) => id !== except)',
    mutated: '.filter((id) => id.split(\'/\')[1] !== except?.split(\'/\')[1])',
    history: 'a take-over of an alias as it is, after one with another text',
  },
  {
    name: 'takes any role for one of the stack',
    file: SLACK_CHANNEL,
    original: 'if (actual && await stack.has(roleNameOf(actual))) {',
    mutated: 'if (actual) {',
    seed: 2,
    worlds: 'shared',
  },
  {
    name: 'takes any role for one of an earlier attempt',
    file: SLACK_CHANNEL,
    original: 'withoutRandomEnd(actual) === withoutRandomEnd(declared) && ',
    mutated: '',
    history: 'a creation of which one resource is refused',
  },
  {
    name: 'does not know a role of an earlier attempt',
    file: SLACK_CHANNEL,
    original: 'withoutRandomEnd(actual) === withoutRandomEnd(declared) && ',
    mutated: 'actual === declared && ',
    history: 'a retained channel of an earlier stack of the name',
  },
  {
    name: 'deletes by an invented id whatever it finds',
    file: LIFECYCLE,
    original: 'return actual && type.diff(id!, actual, declared).length === 0 && await type.originOf?.(services, '
      + 'actual, declared) === \'stack\' ? id : undefined;',
    mutated: 'return actual && id;',
  },
  {
    name: 'does not look for native resources',
    file: LIFECYCLE,
    original: 'if (native?.type.startsWith(\'AWS::\')) {',
    mutated: 'if (false as boolean) {',
    history: 'a native resource of the same target',
  },
  {
    name: 'changes before the way back is proven',
    file: LIFECYCLE,
    original: 'await type.proveWayBack?.(services, actual, declared);',
    mutated: '',
    worlds: 'shared',
  },
  {
    name: 'puts nothing back when a failed creation is deleted',
    file: STACK,
    original: `|| status.startsWith('DELETE')
    && `,
    mutated: `|| false as boolean
    && `,
    history: 'an adoption undone by a deletion',
  },
  {
    name: 'counts what it takes to own as adopted',
    file: LIFECYCLE,
    original: 'declared.Existing !== \'OWN\' ? \'adopted\'',
    mutated: 'true ? \'adopted\'',
    seed: 2,
    worlds: 'shared',
  },
  {
    name: 'counts what it adopts as owned',
    file: LIFECYCLE,
    original: 'declared.Existing !== \'OWN\' ? \'adopted\'',
    mutated: 'declared.Existing !== \'OWN\' ? \'owned\'',
    history: 'an alias that is there already, as declared',
  },
  {
    name: 'deletes what it has taken to own when its creation is taken back',
    file: LIFECYCLE,
    original: 'isOwned && !await stack.isUndoing()',
    mutated: 'isOwned',
    worlds: 'shared',
  },
  {
    name: 'compares an update with what was declared before, not with what is there',
    file: LIFECYCLE,
    original: 'actual = await type.read(services, target, declared, old);',
    mutated: 'actual = old;',
    history: 'a removal by hand, and an update',
  },
  {
    name: 'repairs what was adopted without being told to',
    file: DRIFT,
    original: '!repair.includes(id.ownership) || ',
    mutated: '',
  },
  {
    name: 'repairs nothing',
    file: DRIFT,
    original: 'if (!repair.includes(id.ownership) ||',
    mutated: 'if (repair.length < 9 ||',
  },
];
