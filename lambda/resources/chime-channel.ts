import { checkChimeChannel } from '../../src/constraints';
import { CHIME_CHANNEL_TYPE, ChimeChannelAttributes, ChimeChannelProperties } from '../../src/contract';
import {
  AssociateChannelFlowCommand,
  BatchCreateChannelMembershipCommand,
  CreateChannelCommand,
  CreateChannelModeratorCommand,
  DeleteChannelCommand,
  DeleteChannelMembershipCommand,
  DeleteChannelModeratorCommand,
  DescribeChannelCommand,
  DisassociateChannelFlowCommand,
  listArns,
  ListChannelMembershipsCommand,
  ListChannelModeratorsCommand,
  ListChannelsModeratedByAppInstanceUserCommand,
  ListTagsForResourceCommand,
  MembershipAnswer,
  PutChannelExpirationSettingsCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateChannelCommand,
} from '../aws/chime-sdk-messaging';
import { Client, isServiceError } from '../aws/client';
import { collect, find } from '../aws/pagination';
import { ignore, ignoreGone } from '../core/lifecycle';
import { isSame } from '../core/physical-id';
import { ResourceType, Services, Step } from '../core/resource-type';
import { backoff, pause } from '../invocation';
import { UserError } from '../user-error';

/** A declaration with an empty list for each one that is left out. */
type Declaration = ChimeChannelProperties & Required<Pick<ChimeChannelProperties, 'Tags' | 'MemberArns' | 'ModeratorArns'>>;

/** A channel and who acts on it. */
interface Channel {
  readonly ChannelArn: string;
  readonly ChimeBearer: string;
}

/** How many members and how many moderators a creation takes, and how many members a batch. */
const CREATED_AT_ONCE = 10;
const ADDED_AT_ONCE = 100;

/** Of the errors of a batch, those that may be gone a moment later. */
const TRANSIENT = /Throttl|Service/;
const MAXIMUM_TRIES = 6;

export const chimeChannel: ResourceType<Declaration> = {
  name: CHIME_CHANNEL_TYPE,
  isRepeatable: true,

  parse(properties) {
    const { ServiceToken, ServiceTimeout, ...declared } =
      { Tags: [], MemberArns: [], ModeratorArns: [], ...properties } as unknown as Declaration & { ServiceToken?: string; ServiceTimeout?: string };
    return normalize(declared);
  },

  check: checkChimeChannel,

  targetOf(declared, _event, current) {
    const { ChannelId: channelId } = declared;
    const channelArn = channelId === undefined ? current?.[0] : arnOf(declared, channelId);
    const target = channelArn?.startsWith(arnOf(declared)) ? targetOf(channelArn, declared) : undefined;
    return channelId === undefined && !isSame(target, current) ? undefined : target;
  },

  nativeIdOf: ([channelArn], { ChimeBearer: bearer }) => channelArn + '|' + bearer,

  // The bearer counts as that of the old declaration: the channel goes from one to the other.
  async read(services, [channelArn], declared, before) {
    const old = before ?? declared;
    const client = clientFor(services, channelArn);
    // In a rotation the new bearer may have no access yet, and the old one none any more.
    const isRotated = old.ChimeBearer !== declared.ChimeBearer;
    const channel = { ChannelArn: channelArn, ChimeBearer: declared.ChimeBearer };
    const { Channel: found } = await client.send(new DescribeChannelCommand(channel)).catch(async (error) => {
      const former = isRotated && isServiceError(error, 'Forbidden')
        && await client.send(new DescribeChannelCommand({ ...channel, ChimeBearer: old.ChimeBearer })).catch(() => undefined);
      return former || Promise.reject(error);
    });
    const { Tags: tags = [] } = await client.send(new ListTagsForResourceCommand({ ResourceARN: channelArn }));
    const those = async (name: 'MemberArns' | 'ModeratorArns', list: typeof ListChannelMembershipsCommand) => {
      const arns = union(declared[name], old[name]);
      // A bearer that is not a moderator yet may not list them.
      if (isRotated || arns.length === 0) {
        return old[name];
      }
      const there: unknown[] = await collect(listArns(client, list, channel));
      return arns.filter((arn) => there.includes(arn));
    };
    return {
      ...declared,
      ...normalize({ ...found, ExpirationSettings: (declared.ExpirationSettings ?? old.ExpirationSettings) && found.ExpirationSettings }),
      ChimeBearer: old.ChimeBearer,
      Metadata: (declared.Metadata ?? old.Metadata) === undefined ? undefined : found.Metadata ?? '',
      // A flow that somebody else has given to the channel is only an adoption's to take away.
      ChannelFlowArn: (before ? [declared.ChannelFlowArn, old.ChannelFlowArn].includes(found.ChannelFlowArn) : declared.ChannelFlowArn)
        ? found.ChannelFlowArn : undefined,
      Tags: tags.filter(({ Key }) => [...declared.Tags, ...old.Tags].some((tag) => tag.Key === Key)),
      MemberArns: await those('MemberArns', ListChannelMembershipsCommand),
      ModeratorArns: await those('ModeratorArns', ListChannelModeratorsCommand),
    };
  },

  /**
   * Of tags, members and moderators only those are touched that one of the two declarations has: others come and go without
   * the stack. What is not declared any more is asked for in the name of the bearer that declared it, who alone may do so.
   */
  diff({ target: [channelArn], ownership }, actual, declared) {
    const { ChimeBearer, Metadata, ExpirationSettings, ChannelFlowArn } = declared;
    const { ChimeBearer: oldBearer, Metadata: oldMetadata, ChannelFlowArn: oldFlow } = actual;
    const channel = { ChannelArn: channelArn, ChimeBearer };
    const oldChannel = { ...channel, ChimeBearer: oldBearer };
    const differs = (...names: (keyof Declaration)[]) => names.some((name) => !isSame(declared[name], actual[name]));
    const isRotated = ChimeBearer !== oldBearer;
    const who = (isStillDeclared: unknown) => isStillDeclared ? channel : oldChannel;
    const steps: Step[] = [];
    const add = (command: Step, ...ignored: string[]) => steps.push({ ...command, ignored });
    // Who may never have become one is none, and a former bearer who sees nothing any more has nothing left to remove.
    const remove = (arns: string[], by: Channel, ListCommand: typeof ListChannelMembershipsCommand, commandFor: (arn: string) => Step) =>
      steps.push(...arns.map((arn) => ({
        ...commandFor(arn),
        isDone: async (client: Client) => !await isListed(client, ListCommand, by, arn)
          .catch((error) => by === channel || !isServiceError(error, 'Forbidden')),
      })));

    if (isRotated) {
      // It may be a moderator or an administrator already, and the old one may be gone: the next step shows whether it can go on.
      add(new CreateChannelModeratorCommand({ ...oldChannel, ChannelModeratorArn: ChimeBearer }),
        'Conflict', 'Forbidden', 'BadRequest', 'ResourceLimitExceeded');
    }
    if (isRotated || differs('Name', 'Mode') || (Metadata ?? '') !== (oldMetadata ?? '')) {
      // The service keeps what an update leaves out.
      add(new UpdateChannelCommand({ ...channel, Name: declared.Name, Mode: declared.Mode, Metadata: Metadata ?? (oldMetadata && '') }));
    }

    const keysOf = ({ Tags }: Declaration) => Tags.map(({ Key }) => Key);
    const TagKeys = without(keysOf(actual), keysOf(declared));
    const Tags = declared.Tags.filter((tag) => !actual.Tags.some(({ Key, Value }) => Key === tag.Key && Value === tag.Value));
    if (TagKeys.length > 0) {
      add(new UntagResourceCommand({ ResourceARN: channelArn, TagKeys }));
    }
    if (Tags.length > 0) {
      add(new TagResourceCommand({ ResourceARN: channelArn, Tags }));
    }

    if (differs('ExpirationSettings')) {
      add(new PutChannelExpirationSettingsCommand({ ...who(ExpirationSettings), ExpirationSettings }));
    }
    if (differs('ChannelFlowArn')) {
      if (oldFlow) {
        add(new DisassociateChannelFlowCommand({ ...who(ChannelFlowArn), ChannelFlowArn: oldFlow }), 'NotFound');
      }
      if (ChannelFlowArn) {
        add(new AssociateChannelFlowCommand({ ...channel, ChannelFlowArn }));
      }
    }

    // Somebody who becomes a moderator is a member first.
    const newMembers = without(declared.MemberArns, actual.MemberArns);
    for (let start = 0; start < newMembers.length; start += ADDED_AT_ONCE) {
      add(new BatchCreateChannelMembershipCommand({ ...channel, MemberArns: newMembers.slice(start, start + ADDED_AT_ONCE) }));
    }
    for (const ChannelModeratorArn of without(declared.ModeratorArns, actual.ModeratorArns)) {
      add(new CreateChannelModeratorCommand({ ...channel, ChannelModeratorArn }), 'Conflict');
    }
    const byMembers = who(declared.MemberArns.length);
    remove(without(actual.MemberArns, [...declared.MemberArns, ChimeBearer]), byMembers, ListChannelMembershipsCommand,
      (MemberArn) => new DeleteChannelMembershipCommand({ ...byMembers, MemberArn }));
    // The bearer of an adopted channel may have been its moderator before.
    const formerModerators = isRotated && ownership === 'created' ? [oldBearer] : [];
    remove(without(union(actual.ModeratorArns, formerModerators), [...declared.ModeratorArns, ChimeBearer]), channel, ListChannelModeratorsCommand,
      (ChannelModeratorArn) => new DeleteChannelModeratorCommand({ ...channel, ChannelModeratorArn }));
    return steps;
  },

  async apply(services, [channelArn], steps) {
    const client = clientFor(services, channelArn);
    let refusal: unknown;
    for (const { ignored = [], isDone, ...command } of steps) {
      await sendToAll(client, command).catch(async (error) => {
        if (await isDone?.(client)) {
          return;
        }
        if (!isServiceError(error, ...ignored)) {
          // What was refused before is why this is: the promotion of a new bearer.
          throw isServiceError(error, 'Forbidden') && refusal || error;
        }
        refusal = isServiceError(error, 'Conflict') ? undefined : error;
      });
    }
  },

  async create(services, declared, event) {
    const first = (arns: string[]) => arns.slice(0, CREATED_AT_ONCE);
    const { Existing, Refresh, ChannelFlowArn, ...actual } =
      { ...declared, MemberArns: first(declared.MemberArns), ModeratorArns: first(declared.ModeratorArns) };
    const { ChannelArn: channelArn } = await clientFor(services, declared.AppInstanceArn).send(new CreateChannelCommand({
      // The service takes no empty list.
      ...Object.fromEntries(Object.entries(actual).filter(([, value]) => !isSame(value, []))) as unknown as ChimeChannelProperties,
      // The same for each delivery of the event, so that a repeated Create is the same Create.
      ClientRequestToken: event.RequestId,
    }));
    return { target: targetOf(channelArn, declared), actual };
  },

  async remove(services, [ChannelArn], { ChimeBearer }) {
    const client = clientFor(services, ChannelArn);
    const channel = { ChannelArn, ChimeBearer };
    await client.send(new DeleteChannelCommand(channel)).catch(async (error) => {
      // The service answers the same to a caller who may not see a channel and to one who asks for a missing one.
      if (!isServiceError(error, 'NotFound', 'Forbidden') || await exists(client, channel)) {
        throw error;
      }
    });
  },

  describe: () => 'channelId: the AppInstance has a channel of this id',

  fallback: (declared, { ChimeBearer }) => declared.ChimeBearer === ChimeBearer ? undefined : { ...declared, ChimeBearer },

  attributes: (_services, [channelArn]) => ({ ChannelArn: channelArn } satisfies ChimeChannelAttributes),

  async originOf(_services, actual, declared) {
    if (!isSame(targetOf('', actual), targetOf('', declared))) {
      throw new UserError(chimeChannel.describe(actual) + ' with another privacy or elasticChannelConfiguration, which cannot be changed. Choose another.');
    }
    return undefined;
  },
};

/** A declaration whose structures compare as text. */
const normalize = <Structures extends Pick<ChimeChannelProperties, 'ElasticChannelConfiguration' | 'ExpirationSettings'>>(structures: Structures): Structures => ({
  ...structures,
  ElasticChannelConfiguration: withNumbers(structures.ElasticChannelConfiguration),
  ExpirationSettings: withNumbers(structures.ExpirationSettings),
});

/** A structure with its members in one order and numbers as such; anything else stays as it is for the constraints to report. */
const withNumbers = <Structure>(structure: Structure): Structure => structure instanceof Object
  ? Object.fromEntries(Object.keys(structure).sort().map((name) => [name, numberOf(structure[name as keyof Structure])])) as Structure
  : structure;

const numberOf = (value: unknown): unknown => typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;

/** A client for the Region in which the AppInstance is, whatever the Region of the stack. */
const clientFor = (services: Services, arn: string): Client => services.chimeSDKMessaging(arn.split(':')[3]);

/** The channel with what of it cannot be changed. */
const targetOf = (channelArn: string, { Privacy: privacy, ElasticChannelConfiguration: elastic }: ChimeChannelProperties): string[] =>
  [channelArn, String(privacy), ...(elastic ? [Object.values(elastic).join('.')] : [])];

const arnOf = ({ AppInstanceArn: appInstanceArn }: ChimeChannelProperties, channelId = ''): string => appInstanceArn + '/channel/' + channelId;

/** Whether a channel exists that its bearer may not delete. */
async function exists(client: Client, { ChannelArn, ChimeBearer }: Channel): Promise<unknown> {
  // Refused to a bearer who is not known any more, of whom the other answers tell nothing.
  const isModerated = await isListed(client, ListChannelsModeratedByAppInstanceUserCommand, { ChimeBearer }, ChannelArn).catch(ignore('Forbidden'));
  return isModerated
    // A member sees it,
    || await client.send(new DescribeChannelCommand({ ChannelArn, ChimeBearer })).then(() => true, ignoreGone)
    // and who may see tags is not the bearer's business.
    || await client.send(new ListTagsForResourceCommand({ ResourceARN: ChannelArn }))
      .then(({ Tags }) => isModerated === undefined || !!Tags?.length, ignoreGone);
}

async function isListed<Input>(client: Client, ListCommand: Parameters<typeof listArns<Input>>[1], input: Input, arn: string): Promise<boolean> {
  return !!await find(listArns(client, ListCommand, input), (listed) => listed === arn);
}

const without = (all: string[], some: string[]): string[] => all.filter((one) => !some.includes(one));

const union = (some: string[], others: string[]): string[] => [...some, ...without(others, some)];

/** Sends a command; of a batch of members it sends those again whom the service refused for a moment. */
async function sendToAll(client: Client, command: Step): Promise<void> {
  let current = command;
  for (let tries = 1; ; tries += 1) {
    const { Errors: errors = [] } = await client.send(current) as MembershipAnswer;
    // Who is a member already stays one.
    const failed = errors.filter((error) => error.ErrorCode !== 'Conflict');
    if (failed.length === 0) {
      return;
    }
    if (failed.some((error) => tries === MAXIMUM_TRIES || !TRANSIENT.test(error.ErrorCode))) {
      throw new UserError('memberArns: not added: '
        + failed.map((error) => error.MemberArn + ' (' + error.ErrorCode + ': ' + error.ErrorMessage + ')').join(', ')
        + '. Give users and bots of the AppInstance.');
    }
    await pause(backoff(tries, 2_000));
    current = { ...command, body: JSON.stringify({ MemberArns: failed.map(({ MemberArn }) => MemberArn) }) };
  }
}
