import { checkChimeChannel, checkChimeChannelTags } from '../src/constraints';
import { CHIME_CHANNEL_TYPE, ChimeChannelAttributes, ChimeChannelProperties } from '../src/contract';
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
  PutChannelExpirationSettingsCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateChannelCommand,
} from './aws/chime-sdk-messaging';
import { Client, Command, isServiceError } from './aws/client';
import { find } from './aws/pagination';
import { CustomResourceEvent, CustomResourceResult, Properties } from './custom-resource';
import { UserError } from './errors';
import { backoff, pause } from './invocation';
import { formatPhysicalId, parsePhysicalId, PhysicalId, replacedBy } from './physical-id';
import { assertValid, attemptChange, claim, ignore, note, release, ResourceHandler, Services } from './resource-handler';

/** A declaration with an empty list for each one that is left out. */
type Declaration = ChimeChannelProperties & Required<Pick<ChimeChannelProperties, 'Tags' | 'MemberArns' | 'ModeratorArns'>>;

/** A channel and who acts on it. */
interface Channel {
  readonly ChannelArn: string;
  readonly ChimeBearer: string;
}

/** All that can be changed, the bearer aside; the lists of participants come last. */
const CHANGEABLE = ['Name', 'Mode', 'Metadata', 'ExpirationSettings', 'ChannelFlowArn', 'Tags', 'MemberArns', 'ModeratorArns'] as const;

/** How many members and how many moderators a creation takes, and how many members a batch. */
const CREATED_AT_ONCE = 10;
const ADDED_AT_ONCE = 100;

/** Of the errors of a batch, those that may be gone a moment later. */
const TRANSIENT = /Throttl|Service/;
const MAXIMUM_TRIES = 6;

export const chimeChannel: ResourceHandler = {
  create(event, services) {
    return establish(event, services, parse(event.ResourceProperties));
  },

  async update(event, services) {
    const declared = parse(event.ResourceProperties);
    const current = parsePhysicalId(event.PhysicalResourceId)!;
    if (!isChannelOf(current, declared)) {
      const former = parsePhysicalId(current.replaced);
      return former && isChannelOf(former, declared) && await services.stack.isRollingBack()
        ? result(current.replaced!, former.target)
        : establish(event, services, declared);
    }
    assertValid(event, problemsOf(declared));
    const old = parse(event.OldResourceProperties ?? {});
    // Of a declaration with problems nothing was done: after it, a rollback finds the channel as it was.
    if (problemsOf(old).length === 0) {
      await changeOrUndo(services, current, declared, old);
    }
    return result(event.PhysicalResourceId!, current.target);
  },

  delete(event, id, services) {
    const declared = parse(event.ResourceProperties);
    return release(id, services, () => remove(services, id, declared), (previous) => putBack(services, id, declared, previous));
  },
};

function parse(properties: Properties): Declaration {
  const { ServiceToken, ServiceTimeout, ...declared } = { Tags: [], MemberArns: [], ModeratorArns: [], ...properties } as unknown as Declaration & Properties;
  return {
    ...declared,
    ElasticChannelConfiguration: withNumbers(declared.ElasticChannelConfiguration),
    ExpirationSettings: withNumbers(declared.ExpirationSettings),
  };
}

/** A structure with its members in one order and numbers as such; anything else stays as it is for the constraints to report. */
function withNumbers<Structure>(structure: Structure): Structure {
  return structure instanceof Object
    ? Object.fromEntries(Object.entries(structure).sort().map(([name, value]) => [name, /^\d+$/.test(value) ? +value : value])) as Structure
    : structure;
}

function problemsOf(declared: ChimeChannelProperties) {
  return [...checkChimeChannel(declared), ...checkChimeChannelTags(declared.Tags)];
}

/** A client for the Region in which the AppInstance is, whatever the Region of the stack. */
function clientFor(services: Services, arn: string): Client {
  return services.chimeSDKMessaging(arn.split(':')[3]);
}

/** The channel with what of it cannot be changed. */
function idOf(channelArn: string, { Privacy: privacy, ElasticChannelConfiguration: elastic }: ChimeChannelProperties): PhysicalId {
  return {
    type: CHIME_CHANNEL_TYPE,
    ownership: 'created',
    target: [channelArn, String(privacy), ...(elastic ? [Object.values(elastic).join('.')] : [])],
  };
}

/** Whether the channel has all that cannot be changed in place; a replacement that failed has not left it. */
function isChannelOf({ target }: PhysicalId, declared: ChimeChannelProperties): boolean {
  const [channelArn] = target;
  return channelArn.startsWith(arnOf(declared)) && [undefined, channelArn.split('/')[3]].includes(declared.ChannelId)
    && isSame(target, idOf(channelArn, declared).target);
}

function arnOf({ AppInstanceArn: appInstanceArn }: ChimeChannelProperties, channelId = ''): string {
  return `${appInstanceArn}/channel/${channelId}`;
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function result(physicalResourceId: string, [channelArn]: string[]): CustomResourceResult {
  return { physicalResourceId, data: { ChannelArn: channelArn } satisfies ChimeChannelAttributes };
}

/** Makes the channel that is declared or takes it over, for a Create or a replacement. */
async function establish(event: CustomResourceEvent, services: Services, declared: Declaration): Promise<CustomResourceResult> {
  assertValid(event, problemsOf(declared));
  const first = (arns: string[]) => arns.slice(0, CREATED_AT_ONCE);
  const { Existing, ChannelFlowArn, ...made } = { ...declared, MemberArns: first(declared.MemberArns), ModeratorArns: first(declared.ModeratorArns) };
  const command = new CreateChannelCommand({
    // The service takes no empty list.
    ...Object.fromEntries(Object.entries(made).filter(([, value]) => !isSame(value, []))) as unknown as ChimeChannelProperties,
    // The same for each delivery of the event, so that a repeated Create is the same Create.
    ClientRequestToken: event.RequestId,
  });
  let id: PhysicalId | undefined;
  const create = async (client: Client) => id ??= idOf((await client.send(command)).ChannelArn, declared);
  try {
    await attemptChange(
      services,
      async () => change(services, await create(clientFor(services, declared.AppInstanceArn)), declared, made),
      // Nothing but the same request again tells which channel it was that a lost answer spoke of.
      async (undoServices) => remove(undoServices, await create(clientFor(undoServices, declared.AppInstanceArn)), declared),
      () => id !== undefined,
    );
  } catch (error) {
    if (id || declared.ChannelId === undefined || !isServiceError(error, 'ConflictException')) {
      throw error;
    }
    return takeOver(event, services, declared);
  }
  return result(formatPhysicalId({ ...id!, replaced: replacedBy(event) }), id!.target);
}

/** Takes over the channel that has the declared id already. */
async function takeOver(event: CustomResourceEvent, services: Services, declared: Declaration): Promise<CustomResourceResult> {
  const channelArn = arnOf(declared, declared.ChannelId);
  const id = idOf(channelArn, declared);
  const there = 'channelId: the AppInstance has a channel of this id';
  const actual = await read(services, id, declared);
  if (!isSame(id, idOf(channelArn, actual))) {
    throw new UserError(`${there} with another privacy or elasticChannelConfiguration, which cannot be changed. Choose another.`);
  }
  const differences = CHANGEABLE.filter((name) => !isSame(actual[name], declared[name]));
  const physicalResourceId = await claim(event, services, id, {
    what: there,
    otherwise: 'choose another channelId',
    // Of a list of ARNs that the channel has in part it holds the places in the declaration.
    previous: differences[0] && Object.fromEntries(differences.map((name) => [name, name === 'MemberArns' || name === 'ModeratorArns'
      ? actual[name].map((arn) => declared[name].indexOf(arn))
      : actual[name] ?? null])),
  });
  await changeOrUndo(services, id, declared, actual);
  return result(physicalResourceId, id.target);
}

/** What a channel has of all that is declared. What is not declared stays as it is, and counts as declared so. */
async function read(services: Services, { target: [channelArn] }: PhysicalId, declared: Declaration): Promise<Declaration> {
  const client = clientFor(services, channelArn);
  const channel = { ChannelArn: channelArn, ChimeBearer: declared.ChimeBearer };
  const { Channel: { Name, Mode, Privacy, ...actual } } = await client.send(new DescribeChannelCommand(channel));
  const { Tags: tags = [] } = await client.send(new ListTagsForResourceCommand({ ResourceARN: channelArn }));
  const those = async (arns: string[], list: typeof ListChannelMembershipsCommand) => {
    const there: unknown[] = [];
    if (arns.length > 0) {
      for await (const arn of listArns(client, list, channel)) {
        there.push(arn);
      }
    }
    return arns.filter((arn) => there.includes(arn));
  };
  return {
    ...declared,
    Name,
    Mode,
    Privacy,
    ElasticChannelConfiguration: withNumbers(actual.ElasticChannelConfiguration),
    Metadata: declared.Metadata === undefined ? undefined : actual.Metadata ?? '',
    ExpirationSettings: declared.ExpirationSettings && withNumbers(actual.ExpirationSettings),
    ChannelFlowArn: declared.ChannelFlowArn && actual.ChannelFlowArn,
    Tags: declared.Tags.flatMap((tag) => tags.filter(({ Key }) => Key === tag.Key).map(({ Value }) => ({ ...tag, Value }))),
    MemberArns: await those(declared.MemberArns, ListChannelMembershipsCommand),
    ModeratorArns: await those(declared.ModeratorArns, ListChannelModeratorsCommand),
  };
}

/** Puts back what an adoption or a move has changed, unless somebody has changed it since. */
async function putBack(services: Services, id: PhysicalId, declared: Declaration, differences: object): Promise<void> {
  const actual = await read(services, id, declared);
  if (CHANGEABLE.some((name) => !isSame(actual[name], declared[name]))) {
    note('changed outside the stack: left');
    return;
  }
  const previous = Object.fromEntries(Object.entries(differences).map(([name, value]) =>
    [name, name.endsWith('Arns') ? value.map((place: number) => declared[name as 'MemberArns'][place]) : value ?? undefined]));
  await change(services, id, { ...declared, ...previous }, declared);
}

async function remove(services: Services, { target: [ChannelArn] }: PhysicalId, { ChimeBearer }: Declaration): Promise<void> {
  const client = clientFor(services, ChannelArn);
  const channel = { ChannelArn, ChimeBearer };
  await client.send(new DeleteChannelCommand(channel)).catch(async (error) => {
    // The service answers the same to a caller who may not see a channel and to one who asks for a missing one.
    if (!isServiceError(error, 'NotFoundException', 'ForbiddenException') || await exists(client, channel)) {
      throw error;
    }
  });
}

/** Whether a channel exists that its bearer may not delete. */
async function exists(client: Client, { ChannelArn, ChimeBearer }: Channel): Promise<boolean> {
  const unlessMissing = ignore('NotFoundException', 'ForbiddenException', 'BadRequestException');
  // Fails for a bearer who is not known any more, and of whom the other answers tell nothing.
  return await isListed(client, ListChannelsModeratedByAppInstanceUserCommand, { ChimeBearer }, ChannelArn)
    // A member sees it,
    || await client.send(new DescribeChannelCommand({ ChannelArn, ChimeBearer })).then(() => true, unlessMissing)
    // and who may see tags is not the bearer's business.
    || client.send(new ListTagsForResourceCommand({ ResourceARN: ChannelArn })).then(({ Tags }) => !!Tags?.length, unlessMissing);
}

async function isListed<Input>(client: Client, ListCommand: Parameters<typeof listArns<Input>>[1], input: Input, arn: string): Promise<boolean> {
  return await find(listArns(client, ListCommand, input), (listed) => listed === arn) !== undefined;
}

async function changeOrUndo(services: Services, id: PhysicalId, declared: Declaration, old: Declaration): Promise<void> {
  try {
    await change(services, id, declared, old);
  } catch (error) {
    await services.undo((undoServices) => change(undoServices, id, old, declared));
    throw error;
  }
}

/**
 * Brings a channel from one declaration to another. Of tags, members and moderators it touches only those that one of the two declares:
 * others come and go without the stack.
 */
async function change(services: Services, { target: [channelArn], ownership }: PhysicalId, declared: Declaration, old: Declaration): Promise<void> {
  const client = clientFor(services, channelArn);
  const channel = { ChannelArn: channelArn, ChimeBearer: declared.ChimeBearer };
  const { Metadata, ExpirationSettings, ChannelFlowArn } = declared;
  const isChanged = (...names: (keyof Declaration)[]) => names.some((name) => !isSame(declared[name], old[name]));
  const promote = (arn: string, bearer = channel) => client.send(new CreateChannelModeratorCommand({ ...bearer, ChannelModeratorArn: arn }));

  const isRotated = isChanged('ChimeBearer');
  if (isRotated) {
    // It may be a moderator or an administrator already, and the old one may be gone: the update that follows shows whether it can go on.
    await promote(declared.ChimeBearer, { ...channel, ChimeBearer: old.ChimeBearer }).catch(() => note('new bearer not promoted'));
  }
  if (isRotated || isChanged('Name', 'Mode', 'Metadata')) {
    // The service keeps what an update leaves out.
    await client.send(new UpdateChannelCommand({ ...channel, Name: declared.Name, Mode: declared.Mode, Metadata: Metadata ?? (old.Metadata && '') }));
  }

  const [tagKeys, oldTagKeys] = [declared, old].map(({ Tags }) => Tags.map(({ Key }) => Key));
  const TagKeys = without(oldTagKeys, tagKeys);
  const Tags = declared.Tags.filter((tag) => !old.Tags.some((oldTag) => oldTag.Key === tag.Key && oldTag.Value === tag.Value));
  if (TagKeys.length > 0) {
    await client.send(new UntagResourceCommand({ ResourceARN: channelArn, TagKeys }));
  }
  if (Tags.length > 0) {
    await client.send(new TagResourceCommand({ ResourceARN: channelArn, Tags }));
  }

  if (isChanged('ExpirationSettings')) {
    await client.send(new PutChannelExpirationSettingsCommand({ ...channel, ExpirationSettings }));
  }
  if (isChanged('ChannelFlowArn')) {
    if (old.ChannelFlowArn) {
      await client.send(new DisassociateChannelFlowCommand({ ...channel, ChannelFlowArn: old.ChannelFlowArn }))
        .catch(ignore('NotFoundException'));
    }
    if (ChannelFlowArn) {
      await client.send(new AssociateChannelFlowCommand({ ...channel, ChannelFlowArn }));
    }
  }

  // Somebody who becomes a moderator is a member first, and somebody who leaves is no moderator any more.
  await addMembers(client, channel, without(declared.MemberArns, old.MemberArns));
  for (const arn of without(declared.ModeratorArns, old.ModeratorArns)) {
    await promote(arn).catch(ignore('ConflictException'));
  }
  // The bearer of an adopted channel may have been its moderator before.
  const oldBearers = isRotated && ownership === 'created' ? [old.ChimeBearer] : [];
  const remove = async (arns: Iterable<string>, ListCommand: typeof ListChannelMembershipsCommand, removal: (arn: string) => Command<unknown>) => {
    for (const arn of arns) {
      await client.send(removal(arn)).catch(async (error) => {
        // Who may never have become one is none.
        if (await isListed(client, ListCommand, channel, arn)) {
          throw error;
        }
      });
    }
  };
  await remove(
    new Set(without([...old.ModeratorArns, ...oldBearers], [...declared.ModeratorArns, declared.ChimeBearer])),
    ListChannelModeratorsCommand,
    (ChannelModeratorArn) => new DeleteChannelModeratorCommand({ ...channel, ChannelModeratorArn }),
  );
  await remove(
    without(old.MemberArns, [...declared.MemberArns, declared.ChimeBearer]),
    ListChannelMembershipsCommand,
    (MemberArn) => new DeleteChannelMembershipCommand({ ...channel, MemberArn }),
  );
}

function without(all: string[], some: string[]): string[] {
  return all.filter((one) => !some.includes(one));
}

/** Adds members in batches, of which the service may refuse some. */
async function addMembers(client: Client, channel: Channel, memberArns: string[]): Promise<void> {
  let pending = memberArns;
  for (let tries = 1; pending.length > 0; tries += 1) {
    const failed = [];
    for (let start = 0; start < pending.length; start += ADDED_AT_ONCE) {
      const { Errors: errors = [] } = await client.send(
        new BatchCreateChannelMembershipCommand({ ...channel, MemberArns: pending.slice(start, start + ADDED_AT_ONCE) }));
      // Who is a member already stays one.
      failed.push(...errors.filter((error) => error.ErrorCode !== 'Conflict'));
    }
    if (failed.some((error) => tries === MAXIMUM_TRIES || !TRANSIENT.test(error.ErrorCode))) {
      throw new UserError('memberArns: not added: '
        + failed.map((error) => `${error.MemberArn} (${error.ErrorCode}: ${error.ErrorMessage})`).join(', ')
        + '. Give users and bots of the AppInstance.');
    }
    pending = failed.map((error) => error.MemberArn);
    if (pending.length > 0) {
      await pause(backoff(tries, 2_000));
    }
  }
}
