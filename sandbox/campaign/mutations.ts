import { join } from 'node:path';
import { bundleHandler } from '../../projenrc/handler-bundle';

/** A mistake in the handler that the campaign must find. */
export interface Mutation {
  readonly name: string;
  /** Within `lambda/`. */
  readonly file: string;
  readonly original: string;
  readonly mutated: string;
  /** Where histories begin among which one soon meets the mistake. @default 1 */
  readonly seed?: number;
}

const lambda = join(__dirname, '..', '..', 'lambda');

/** Bundles the handler with a mistake in it; fails when the source no longer has the place of the mistake. */
export function bundleMutation({ name, file, original, mutated }: Mutation): Promise<string> {
  return bundleHandler((path, source) => {
    if (path !== join(lambda, file)) {
      return source;
    }
    if (source.split(original).length !== 2) {
      throw new Error(`mutation "${name}": lambda/${file} does not have exactly once: ${original}`);
    }
    return source.replace(original, () => mutated);
  });
}

export const MUTATIONS: Mutation[] = [
  {
    name: 'deletes what was adopted',
    file: 'slack-channel-configuration.ts',
    original: `if (id.ownership === 'adopted' && !id.previous) {
      return;
    }
    const isHeld = id.ownership === 'adopted' || await`,
    mutated: 'const isHeld = await',
    seed: 14,
  },
  {
    name: 'deletes by the properties, whatever the physical id',
    file: 'index.ts',
    original: 'if (resourceHandler && id?.type === event.ResourceType && !(id.ownership === \'created\' && await services.ownStack.hasDeleted())) {\n      await resourceHandler.delete(event, id, services);',
    mutated: `if (resourceHandler) {
      const { TeamId, ChannelId } = event.ResourceProperties as Record<string, string>;
      await resourceHandler.delete(event, { ...id, type: event.ResourceType, ownership: 'created', target: TeamId ? [TeamId, ChannelId] : id!.target }, services);`,
    seed: 2,
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
    original: 'const text = [id.type.slice(TYPE_PREFIX.length), id.ownership, ...id.target.map(encode)].join(\'/\')',
    mutated: 'const text = [id.type.slice(TYPE_PREFIX.length), id.ownership, Math.random(), ...id.target.map(encode)].join(\'/\')',
  },
  {
    name: 'ignores another resource that holds the target, when it deletes',
    file: 'slack-channel-configuration.ts',
    original: 'const isHeld = id.ownership === \'adopted\' || await services.ownStack.holderOf(id) !== undefined;',
    mutated: 'const isHeld = id.ownership === \'adopted\';',
    seed: 6,
  },
  {
    name: 'ignores another resource that holds the target, when it creates',
    file: 'slack-channel-configuration.ts',
    original: 'const holding = await services.ownStack.holdingOf(target);',
    mutated: 'const holding = undefined as { ownership: \'created\'; returnsTo?: string } | undefined;',
    seed: 5,
  },
  {
    name: 'never puts back what an adoption replaced',
    file: 'slack-channel-configuration.ts',
    original: 'id.previous && await services.ownStack.isRollingBack()',
    mutated: 'false as boolean && id.previous',
    seed: 6,
  },
  {
    name: 'puts back what an adoption replaced at every deletion',
    file: 'slack-channel-configuration.ts',
    original: 'id.previous && await services.ownStack.isRollingBack()',
    mutated: 'id.previous',
    seed: 13,
  },
  {
    name: 'adopts although it was told to fail',
    file: 'slack-channel-configuration.ts',
    original: 'declared.Existing !== \'ADOPT\'',
    mutated: 'declared.Existing !== \'ADOPT\' && declared.Existing !== \'FAIL\'',
    seed: 5,
  },
  {
    name: 'adopts another alias although it was told to fail',
    file: 'account-alias.ts',
    original: 'declared.Existing !== \'ADOPT\'',
    mutated: 'declared.Existing === undefined',
    seed: 2,
  },
  {
    name: 'counts what it adopts as created',
    file: 'slack-channel-configuration.ts',
    original: 'ownership: holding?.ownership ?? \'adopted\'',
    mutated: 'ownership: holding?.ownership ?? \'created\'',
    seed: 2,
  },
  {
    name: 'counts an adopted workspace as created',
    file: 'slack-workspace.ts',
    original: 'holding?.ownership ?? \'adopted\'',
    mutated: 'holding?.ownership ?? \'created\'',
    seed: 2,
  },
  {
    name: 'deletes the old channel in the Update that replaces it',
    file: 'slack-channel-configuration.ts',
    original: 'if (!sameTarget(current ?? targetOf(old), targetOf(declared))) {\n',
    mutated: 'if (!sameTarget(current ?? targetOf(old), targetOf(declared))) {\n      await remove(services, current ?? targetOf(old));\n',
    seed: 5,
  },
  {
    name: 'does not try again',
    file: 'aws/client.ts',
    original: 'let isRetryable = isThrottled || isServerFault || mayStillSpread;',
    mutated: 'let isRetryable = mayStillSpread;',
    seed: 3,
  },
  {
    name: 'takes the conflict with its own earlier try for a failure',
    file: 'slack-channel-configuration.ts',
    original: 'const rival = isServiceError(error, \'ConflictException\') ? await read(services, target) : undefined;',
    mutated: 'const rival = undefined as SlackChannelConfiguration | undefined;',
    seed: 3,
  },
  {
    name: 'forgets what a replacement has replaced',
    file: 'physical-id.ts',
    original: 'return event.PhysicalResourceId?.split(\';\')[0];',
    mutated: 'return undefined;',
    seed: 5,
  },
  {
    name: 'looks at the workspace only when it searches a channel',
    file: 'slack-channel-configuration.ts',
    original: 'channel.teamId === teamId && channel.channelId === channelId',
    mutated: 'channel.teamId === teamId',
    seed: 5,
  },
  {
    name: 'reads the first page of a list only',
    file: 'aws/pagination.ts',
    original: '} while (nextToken);',
    mutated: '} while (nextToken === \'\');',
    seed: 4,
  },
  {
    name: 'deletes a workspace that other channels use',
    file: 'slack-workspace.ts',
    original: 'if (await find(listChannels(supportApp), (channel) => channel.teamId === teamId)) {',
    mutated: 'if (false as boolean) {',
    seed: 6,
  },
  {
    name: 'fails a deletion of what is gone',
    file: 'resource-handler.ts',
    original: 'if (!isServiceError(error, \'ResourceNotFoundException\')) {',
    mutated: 'if (error) {',
    seed: 14,
  },
  {
    name: 'makes a new Chime channel for each delivery',
    file: 'chime-channel.ts',
    original: 'ClientRequestToken: event.RequestId',
    mutated: 'ClientRequestToken: String(Math.random())',
    seed: 5,
  },
  {
    name: 'makes a new Chime channel for each change',
    file: 'chime-channel.ts',
    original: 'if (!isChannelOf(current, declared)) {',
    mutated: 'if (declared) {',
    seed: 9,
  },
  {
    name: 'keeps the tags of a Chime channel that are no longer declared',
    file: 'chime-channel.ts',
    original: 'if (removed.length > 0) {',
    mutated: 'if (removed.length > 100) {',
    seed: 9,
  },
  {
    name: 'deletes an alias that somebody else has set since',
    file: 'account-alias.ts',
    original: 'actual === undefined || actual !== event.ResourceProperties.AccountAlias',
    mutated: 'actual === undefined',
    seed: 9,
  },
  {
    name: 'leaves an event without an answer when its answer is refused once',
    file: 'custom-resource.ts',
    original: 'if (isFinal || Date.now() + wait >= deadline) {',
    mutated: 'if (isFinal || tries > 0) {',
    seed: 3,
  },
];
