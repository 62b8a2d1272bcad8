import { join } from 'node:path';
import type { Features } from './history';
import { bundleHandler } from '../projenrc/handler-bundle';

/** A mistake in the handler that the campaign must find. */
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
}

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
    file: 'resource-handler.ts',
    original: `if (id.ownership === 'adopted' && !id.previousConfiguration) {
    return;
  }
  const isHeld = id.ownership === 'adopted' || await`,
    mutated: 'const isHeld = await',
  },
  {
    name: 'deletes by the properties, whatever the physical id',
    file: 'index.ts',
    original: 'if (resourceHandler && id?.resourceType === event.ResourceType && !(id.ownership === \'created\' && await services.ownStack.hasDeleted())) {\n      await resourceHandler.onDelete(event, id, services);',
    mutated: `if (resourceHandler) {
      const { TeamId, ChannelId } = event.ResourceProperties as Record<string, string>;
      await resourceHandler.onDelete(event, { ...id, resourceType: event.ResourceType, ownership: 'created', target: TeamId ? [TeamId, ChannelId] : id!.target }, services);`,
  },
  {
    name: 'takes the string "false" for true',
    file: 'custom-resource.ts',
    original: 'return value === \'true\' ? true : value === \'false\' ? false : value as boolean | undefined;',
    mutated: 'return value === undefined ? undefined : Boolean(value);',
  },
  {
    name: 'leaves out the flags that are false',
    file: 'slack-channel-configuration.ts',
    original: '[camelCase(name), declared[name] ?? false]',
    mutated: '[camelCase(name), declared[name] || undefined]',
  },
  {
    name: 'answers twice',
    file: 'index.ts',
    original: '  await respond(event, \'error\' in outcome',
    mutated: '  if (!(\'error\' in outcome)) {\n    await respond(event, { status: \'SUCCESS\', ...outcome.result }, end);\n  }\n  await respond(event, \'error\' in outcome',
  },
  {
    name: 'names a physical id after the request',
    file: 'physical-id.ts',
    original: 'const text = [id.resourceType.slice(TYPE_PREFIX.length), id.ownership, ...id.target.map(encode)].join(\'/\')',
    mutated: 'const text = [id.resourceType.slice(TYPE_PREFIX.length), id.ownership, Math.random(), ...id.target.map(encode)].join(\'/\')',
  },
  {
    name: 'ignores another resource that holds the target, when it deletes',
    file: 'resource-handler.ts',
    original: 'const isHeld = id.ownership === \'adopted\' || await services.ownStack.holderOf(id) !== undefined;',
    mutated: 'const isHeld = id.ownership === \'adopted\';',
  },
  {
    name: 'ignores another resource that holds the target, when it creates',
    file: 'resource-handler.ts',
    original: 'const holding = await services.ownStack.holdingOf(target);',
    mutated: 'const holding = undefined as { ownership: \'created\'; returnsTo?: string } | undefined;',
  },
  {
    name: 'never puts back what an adoption replaced',
    file: 'resource-handler.ts',
    original: 'id.previousConfiguration && await services.ownStack.isRollingBack()',
    mutated: 'false as boolean && id.previousConfiguration',
  },
  {
    name: 'puts back what an adoption replaced at every deletion',
    file: 'resource-handler.ts',
    original: 'id.previousConfiguration && await services.ownStack.isRollingBack()',
    mutated: 'id.previousConfiguration',
    seed: 6,
  },
  {
    name: 'adopts although it was told to fail',
    file: 'resource-handler.ts',
    original: 'event.ResourceProperties.Existing !== \'ADOPT\'',
    mutated: 'event.ResourceProperties.Existing === undefined',
  },
  {
    name: 'adopts another alias although it was told to fail',
    file: 'account-alias.ts',
    original: 'claim(event, ',
    mutated: 'claim({ ...event, ResourceProperties: { Existing: \'ADOPT\' } }, ',
    seed: 3,
  },
  {
    name: 'counts what it adopts as created',
    file: 'resource-handler.ts',
    original: 'ownership: holding?.ownership ?? \'adopted\'',
    mutated: 'ownership: holding?.ownership ?? \'created\'',
  },
  {
    name: 'counts an adopted workspace as created',
    file: 'slack-workspace.ts',
    original: 'holding?.ownership ?? \'adopted\'',
    mutated: 'holding?.ownership ?? \'created\'',
  },
  {
    name: 'deletes the old channel in the Update that replaces it',
    file: 'slack-channel-configuration.ts',
    original: 'if (!sameTarget(current ?? targetOf(old), targetOf(declared))) {\n',
    mutated: 'if (!sameTarget(current ?? targetOf(old), targetOf(declared))) {\n      await remove(services, current ?? targetOf(old));\n',
  },
  {
    name: 'does not try again',
    file: 'aws/client.ts',
    original: 'let isRetryable = isThrottled || isServerFault || mayStillSpread;',
    mutated: 'let isRetryable = mayStillSpread;',
  },
  {
    name: 'takes the conflict with its own earlier try for a failure',
    file: 'slack-channel-configuration.ts',
    original: 'const rival = isServiceError(error, \'Conflict\') ? await read(services, target) : undefined;',
    mutated: 'const rival = undefined as SlackChannelConfiguration | undefined;',
    seed: 3,
  },
  {
    name: 'forgets what a replacement has replaced',
    file: 'physical-id.ts',
    original: 'return event.PhysicalResourceId?.split(\';\')[0];',
    mutated: 'return undefined;',
  },
  {
    name: 'looks at the workspace only when it searches a channel',
    file: 'slack-channel-configuration.ts',
    original: 'channel.teamId === teamId && channel.channelId === channelId',
    mutated: 'channel.teamId === teamId',
  },
  {
    name: 'reads the first page of a list only',
    file: 'aws/pagination.ts',
    original: '} while (nextToken);',
    mutated: '} while (nextToken === \'\');',
  },
  {
    name: 'deletes a workspace that other channels use',
    file: 'slack-workspace.ts',
    original: 'if (await find(listChannels(supportApp), (channel) => channel.teamId === teamId)) {',
    mutated: 'if (false as boolean) {',
    features: { kinds: ['workspace', 'channel'] },
  },
  {
    name: 'fails a deletion of what is gone',
    file: 'resource-handler.ts',
    original: 'if (!isServiceError(error, ...names)) {',
    mutated: 'if (error) {',
  },
  {
    name: 'makes a new Chime channel for each delivery',
    file: 'chime-channel.ts',
    original: 'ClientRequestToken: event.RequestId',
    mutated: 'ClientRequestToken: String(Math.random())',
  },
  {
    name: 'makes a new Chime channel for each change',
    file: 'chime-channel.ts',
    original: 'const isInPlace = isChannelOf(current, declared);',
    mutated: 'const isInPlace = false as boolean;',
    features: CHIME,
  },
  {
    name: 'keeps the tags of a Chime channel that are no longer declared',
    file: 'chime-channel.ts',
    original: 'if (TagKeys.length > 0) {',
    mutated: 'if (TagKeys.length > 100) {',
    features: CHIME,
  },
  {
    name: 'removes the bearer of a Chime channel that was declared a moderator',
    file: 'chime-channel.ts',
    original: '[...declared.ModeratorArns, declared.ChimeBearer])),',
    mutated: 'declared.ModeratorArns)),',
    seed: 2,
    features: CHIME,
  },
  {
    name: 'does not promote the new bearer of a Chime channel',
    file: 'chime-channel.ts',
    original: 'await promote(declared.ChimeBearer, oldChannel).catch(() => undefined);',
    mutated: '',
    features: CHIME,
  },
  {
    name: 'lets the new bearer of a Chime channel promote itself',
    file: 'chime-channel.ts',
    original: 'await promote(declared.ChimeBearer, oldChannel)',
    mutated: 'await promote(declared.ChimeBearer)',
    seed: 2,
    features: CHIME,
  },
  {
    name: 'removes the old bearer of a Chime channel before the new one comes',
    file: 'chime-channel.ts',
    original: '    // It may be a moderator or an administrator already',
    mutated: `    await client.send(new DeleteChannelModeratorCommand({ ...channel, ChimeBearer: old.ChimeBearer, ChannelModeratorArn: old.ChimeBearer }));
    // It may be a moderator or an administrator already`,
    features: CHIME,
  },
  {
    name: 'never removes the old bearer of a Chime channel',
    file: 'chime-channel.ts',
    original: 'isRotated && ownership === \'created\' ? [old.ChimeBearer] : []',
    mutated: '[] as string[]',
    features: CHIME,
  },
  {
    name: 'removes the old bearer of an adopted Chime channel',
    file: 'chime-channel.ts',
    original: 'isRotated && ownership === \'created\' ? [old.ChimeBearer] : []',
    mutated: 'isRotated ? [old.ChimeBearer] : []',
    seed: 3,
    features: CHIME,
  },
  {
    name: 'takes the errors of a batch of members for success',
    file: 'chime-channel.ts',
    original: 'failed.push(...errors.filter((error) => error.ErrorCode !== \'Conflict\'));',
    mutated: '',
    features: CHIME,
  },
  {
    name: 'takes who is a member already for an error',
    file: 'chime-channel.ts',
    original: 'errors.filter((error) => error.ErrorCode !== \'Conflict\')',
    mutated: 'errors',
    seed: 3,
    features: CHIME,
  },
  {
    name: 'fails for a member at the first try',
    file: 'chime-channel.ts',
    original: 'tries === MAXIMUM_TRIES || !TRANSIENT.test(error.ErrorCode)',
    mutated: 'tries > 0',
    seed: 9,
    features: CHIME,
  },
  {
    name: 'forgets members beyond those that a creation takes',
    file: 'chime-channel.ts',
    original: 'change(services, await create(clientFor(services, declared.AppInstanceArn)), declared, made)',
    mutated: 'change(services, await create(clientFor(services, declared.AppInstanceArn)), { ...declared, MemberArns: made.MemberArns }, made)',
    features: CHIME,
  },
  {
    name: 'removes members whom others added',
    file: 'chime-channel.ts',
    original: 'return arns.filter((arn) => there.includes(arn));',
    mutated: 'return arns.length > 0 ? there as string[] : arns;',
    seed: 2,
    features: CHIME,
  },
  {
    name: 'keeps members who are no longer declared',
    file: 'chime-channel.ts',
    original: 'without(old.MemberArns, [...declared.MemberArns, declared.ChimeBearer]),',
    mutated: '[],',
    features: CHIME,
  },
  {
    name: 'reads the first page of the members only',
    file: 'chime-channel.ts',
    original: 'there.push(arn);',
    mutated: 'there.push(arn);\n        if (there.length === 9) {\n          break;\n        }',
    seed: 10,
    features: CHIME,
  },
  {
    name: 'counts an adopted Chime channel as created',
    file: 'chime-channel.ts',
    original: 'return result(physicalResourceId, id.target);',
    mutated: 'return result(physicalResourceId.replace(\'/adopted/\', \'/created/\'), id.target);',
    features: CHIME,
  },
  {
    name: 'counts a moved Chime channel as adopted',
    file: 'chime-channel.ts',
    original: 'return result(physicalResourceId, id.target);',
    mutated: 'return result(physicalResourceId.replace(\'/created/\', \'/adopted/\'), id.target);',
    features: CHIME,
  },
  {
    name: 'adopts a Chime channel although it was told to fail',
    file: 'chime-channel.ts',
    original: 'claim(event, ',
    mutated: 'claim({ ...event, ResourceProperties: { Existing: \'ADOPT\' } }, ',
    features: CHIME,
  },
  {
    name: 'adopts a Chime channel with other properties that cannot be changed',
    file: 'chime-channel.ts',
    original: 'if (!isSame(id, idOf(channelArn, actual))) {',
    mutated: 'if (false as boolean) {',
    features: CHIME,
  },
  {
    name: 'does not remember what an adoption of a Chime channel replaced',
    file: 'chime-channel.ts',
    original: 'previousConfiguration: differences[0] && Object.fromEntries(',
    mutated: 'previousConfiguration: differences[0] && !event.RequestId && Object.fromEntries(',
    features: CHIME,
  },
  {
    name: 'puts back the participants of an adopted Chime channel as if it had had none',
    file: 'chime-channel.ts',
    original: 'placesOf(actual[name], declared[name])',
    mutated: 'placesOf([], declared[name])',
    seed: 4,
    features: CHIME,
  },
  {
    name: 'leaves an adopted Chime channel half changed',
    file: 'chime-channel.ts',
    original: '(undoServices) => change(undoServices, id, old, declared),',
    mutated: 'async () => undefined,',
    seed: 6,
    features: CHIME,
  },
  {
    name: 'takes a Chime channel that its bearer may not delete for gone',
    file: 'chime-channel.ts',
    original: '|| await exists(client, channel)) {',
    mutated: ') {',
    features: CHIME,
  },
  {
    name: 'fails to delete a Chime channel that is gone',
    file: 'chime-channel.ts',
    original: 'if (!isServiceError(error, \'NotFound\', \'Forbidden\') || await exists(client, channel)) {',
    mutated: 'if (error) {',
    seed: 2,
    features: CHIME,
  },
  {
    name: 'clears the expiration of a Chime channel that declares none',
    file: 'chime-channel.ts',
    original: 'if (isChanged(\'ExpirationSettings\')) {',
    mutated: 'if (isChanged(\'ExpirationSettings\', \'Name\')) {',
    features: CHIME,
  },
  {
    name: 'keeps the expiration of a Chime channel that is no longer declared',
    file: 'chime-channel.ts',
    original: 'if (isChanged(\'ExpirationSettings\')) {',
    mutated: 'if (isChanged(\'ExpirationSettings\') && ExpirationSettings) {',
    features: CHIME,
  },
  {
    name: 'clears the metadata of a Chime channel that declares none',
    file: 'chime-channel.ts',
    original: 'Metadata: Metadata ?? (old.Metadata && \'\')',
    mutated: 'Metadata: Metadata ?? \'\'',
    features: CHIME,
  },
  {
    name: 'keeps the channel flow of a Chime channel that is no longer declared',
    file: 'chime-channel.ts',
    original: 'if (old.ChannelFlowArn) {',
    mutated: 'if (old.ChannelFlowArn && ChannelFlowArn) {',
    features: CHIME,
  },
  {
    name: 'leaves the Chime channel of a Create that fails',
    file: 'chime-channel.ts',
    original: '() => id !== undefined,\n',
    mutated: '() => false,\n',
    features: CHIME,
  },
  {
    name: 'makes a new Chime channel when the id is no longer declared',
    file: 'chime-channel.ts',
    original: '[undefined, channelArn.split(\'/\')[3]].includes(declared.ChannelId)',
    mutated: '(channelArn.split(\'/\')[3].length === 64 ? undefined : channelArn.split(\'/\')[3]) === declared.ChannelId',
    seed: 3,
    features: CHIME,
  },
  {
    name: 'deletes an alias that somebody else has set since',
    file: 'account-alias.ts',
    original: 'actual !== undefined && actual === event.ResourceProperties.AccountAlias',
    mutated: 'actual !== undefined',
  },
  {
    name: 'leaves an event without an answer when its answer is refused once',
    file: 'custom-resource.ts',
    original: 'if (isFinal || Date.now() + wait >= deadline) {',
    mutated: 'if (isFinal || tries > 0) {',
  },
];
