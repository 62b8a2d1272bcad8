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
import { backoff, pause } from './invocation';
import { formatPhysicalId, parsePhysicalId, PhysicalId, replacedBy } from './physical-id';
import { assertValid, attemptChange, claim, ignore, leaveChanged, note, release, ResourceHandler, Services } from './resource-handler';
import { UserError } from './user-error';

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
  onCreate: establish,

  async onUpdate(event, services) {
    const declared = parseValid(event);
    const old = parse(event.OldResourceProperties ?? {});
    const current = parsePhysicalId(event.PhysicalResourceId)!;
    const former = parsePhysicalId(current.replacedId);
    const isInPlace = isChannelOf(current, declared);
    // Without a declared id both may be meant.
    if (former && isChannelOf(former, declared) && !(isInPlace && old.ChannelId === declared.ChannelId) && await services.ownStack.isRollingBack()) {
      return result(current.replacedId!, former.target);
    }
    if (!isInPlace) {
      return establish(event, services);
    }
    // Of a declaration with problems nothing was done: after it, a rollback finds the channel as it was.
    if (problemsOf(old).length === 0) {
      await attempt(services, current, declared, old).catch(async (error) => {
        if (!isServiceError(error, 'Forbidden') || declared.ChimeBearer === old.ChimeBearer || !await services.ownStack.isRollingBack()) {
          throw error;
        }
        // The former bearer may be gone, or the update that failed may still have been at work and taken its rights.
        note('bearer without rights');
        await change(services, current, declared, old).catch(() => change(services, current, { ...declared, ChimeBearer: old.ChimeBearer }, old))
          .catch(ignore('Forbidden'));
      });
    }
    return result(event.PhysicalResourceId!, current.target);
  },

  onDelete(event, id, services) {
    const declared = parse(event.ResourceProperties);
    return release(id, services, () => remove(services, id, declared), (previous) => putBack(services, id, declared, previous));
  },
};

function parse(properties: Properties): Declaration {
  const { ServiceToken, ServiceTimeout, ...declared } =
    { Tags: [], MemberArns: [], ModeratorArns: [], ...properties } as unknown as Declaration & Properties;
  return {
    ...declared,
    ElasticChannelConfiguration: withNumbers(declared.ElasticChannelConfiguration),
    ExpirationSettings: withNumbers(declared.ExpirationSettings),
  };
}

function parseValid(event: CustomResourceEvent): Declaration {
  const declared = parse(event.ResourceProperties);
  assertValid(event, problemsOf(declared));
  return declared;
}

/** A structure with its members in one order and numbers as such; anything else stays as it is for the constraints to report. */
function withNumbers<Structure>(structure: Structure): Structure {
  return structure instanceof Object
    ? Object.fromEntries(Object.keys(structure).sort().map((name) => [name, numberOf(structure[name as keyof Structure])])) as Structure
    : structure;
}

function numberOf(value: unknown): unknown {
  return typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
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
    resourceType: CHIME_CHANNEL_TYPE,
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
async function establish(event: CustomResourceEvent, services: Services): Promise<CustomResourceResult> {
  const declared = parseValid(event);
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
    if (id || declared.ChannelId === undefined || !isServiceError(error, 'Conflict')) {
      throw error;
    }
    return takeOver(event, services, declared);
  }
  return result(formatPhysicalId({ ...id!, replacedId: replacedBy(event) }), id!.target);
}

/** Takes over the channel that has the declared id already. */
async function takeOver(event: CustomResourceEvent, services: Services, declared: Declaration): Promise<CustomResourceResult> {
  const channelArn = arnOf(declared, declared.ChannelId);
  const id = idOf(channelArn, declared);
  const there = 'channelId: the AppInstance has a channel of this id';
  const actual = await read(services, id, declared).catch((error) => {
    throw isServiceError(error, 'Forbidden') ? new UserError(`${there}, to which chimeBearer has no access. Choose another.`) : error;
  });
  if (!isSame(id, idOf(channelArn, actual))) {
    throw new UserError(`${there} with another privacy or elasticChannelConfiguration, which cannot be changed. Choose another.`);
  }
  const differences = CHANGEABLE.filter((name) => !isSame(actual[name], declared[name]));
  const physicalResourceId = await claim(event, services, id, {
    what: there,
    otherwise: 'choose another channelId',
    previousConfiguration: differences[0] && Object.fromEntries(differences.map((name) => [name, name === 'MemberArns' || name === 'ModeratorArns'
      ? placesOf(actual[name], declared[name])
      : actual[name] ?? null])),
  });
  await attempt(services, id, declared, actual);
  return result(physicalResourceId, id.target);
}

/** Which of the declared ARNs a channel had: a physical id has no room for the ARNs, but for a bit of each. */
function placesOf(arns: string[], declared: string[]): string {
  return BigInt(`0b1${declared.map((arn) => Number(arns.includes(arn))).join('')}`).toString(16);
}

function arnsAt(places: string, declared: string[]): string[] {
  const bits = BigInt(`0x${places}`).toString(2);
  return declared.filter((_, place) => bits[place + 1] === '1');
}

/** What a channel has of all that is declared. What is not declared stays as it is, and counts as declared so. */
async function read(services: Services, { target: [channelArn] }: PhysicalId, declared: Declaration): Promise<Declaration> {
  const client = clientFor(services, channelArn);
  const channel = { ChannelArn: channelArn, ChimeBearer: declared.ChimeBearer };
  const { Channel: actual } = await client.send(new DescribeChannelCommand(channel));
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
    ...actual,
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
    leaveChanged();
    return;
  }
  const previous = Object.fromEntries(Object.entries(differences).map(([name, value]) =>
    [name, name.endsWith('Arns') ? arnsAt(value, declared[name as 'MemberArns']) : value ?? undefined]));
  await change(services, id, { ...declared, ...previous }, declared);
}

async function remove(services: Services, { target: [ChannelArn] }: PhysicalId, { ChimeBearer }: Declaration): Promise<void> {
  const client = clientFor(services, ChannelArn);
  const channel = { ChannelArn, ChimeBearer };
  await client.send(new DeleteChannelCommand(channel)).catch(async (error) => {
    // The service answers the same to a caller who may not see a channel and to one who asks for a missing one.
    if (!isServiceError(error, 'NotFound', 'Forbidden') || await exists(client, channel)) {
      throw error;
    }
  });
}

/** Whether a channel exists that its bearer may not delete. */
async function exists(client: Client, { ChannelArn, ChimeBearer }: Channel): Promise<boolean> {
  const unlessMissing = ignore('NotFound', 'Forbidden', 'BadRequest');
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

/** Changes a channel, or leaves it as it was. */
function attempt(services: Services, id: PhysicalId, declared: Declaration, old: Declaration): Promise<void> {
  return attemptChange(
    services,
    () => change(services, id, declared, old),
    (undoServices) => change(undoServices, id, old, declared),
    () => true,
  );
}

/**
 * Brings a channel from one declaration to another. Of tags, members and moderators it touches only those that one of the two declares:
 * others come and go without the stack.
 */
async function change(services: Services, { target: [channelArn], ownership }: PhysicalId, declared: Declaration, old: Declaration): Promise<void> {
  const client = clientFor(services, channelArn);
  const channel = { ChannelArn: channelArn, ChimeBearer: declared.ChimeBearer };
  const oldChannel = { ...channel, ChimeBearer: old.ChimeBearer };
  const { Metadata, ExpirationSettings, ChannelFlowArn } = declared;
  const isChanged = (...names: (keyof Declaration)[]) => names.some((name) => !isSame(declared[name], old[name]));
  const isRotated = isChanged('ChimeBearer');
  const promote = (arn: string, by = channel) => client.send(new CreateChannelModeratorCommand({ ...by, ChannelModeratorArn: arn }));
  // The actions of a property that is not declared any more are allowed only in the name of the bearer that declared it.
  const who = (isStillDeclared: unknown) => isStillDeclared ? channel : oldChannel;

  if (isRotated) {
    // It may be a moderator or an administrator already, and the old one may be gone: the update that follows shows whether it can go on.
    await promote(declared.ChimeBearer, oldChannel).catch(() => undefined);
  }
  if (isRotated || isChanged('Name', 'Mode', 'Metadata')) {
    // The service keeps what an update leaves out.
    await client.send(new UpdateChannelCommand({ ...channel, Name: declared.Name, Mode: declared.Mode, Metadata: Metadata ?? (old.Metadata && '') }));
  }

  const keysOf = ({ Tags }: Declaration) => Tags.map(({ Key }) => Key);
  const TagKeys = without(keysOf(old), keysOf(declared));
  const Tags = declared.Tags.filter((tag) => !old.Tags.some((oldTag) => isSame(oldTag, tag)));
  if (TagKeys.length > 0) {
    await client.send(new UntagResourceCommand({ ResourceARN: channelArn, TagKeys }));
  }
  if (Tags.length > 0) {
    await client.send(new TagResourceCommand({ ResourceARN: channelArn, Tags }));
  }

  if (isChanged('ExpirationSettings')) {
    await client.send(new PutChannelExpirationSettingsCommand({ ...who(ExpirationSettings), ExpirationSettings }));
  }
  if (isChanged('ChannelFlowArn')) {
    if (old.ChannelFlowArn) {
      await client.send(new DisassociateChannelFlowCommand({ ...who(ChannelFlowArn), ChannelFlowArn: old.ChannelFlowArn }))
        .catch(ignore('NotFound'));
    }
    if (ChannelFlowArn) {
      await client.send(new AssociateChannelFlowCommand({ ...channel, ChannelFlowArn }));
    }
  }

  // Somebody who becomes a moderator is a member first.
  await addMembers(client, channel, without(declared.MemberArns, old.MemberArns));
  for (const arn of without(declared.ModeratorArns, old.ModeratorArns)) {
    await promote(arn).catch(ignore('Conflict'));
  }
  const removeAll = async (
    by: Channel,
    arns: Iterable<string>,
    ListCommand: typeof ListChannelMembershipsCommand,
    removal: (arn: string) => Command<unknown>,
  ) => {
    for (const arn of arns) {
      await client.send(removal(arn)).catch(async (error) => {
        // Who may never have become one is none.
        if (await isListed(client, ListCommand, by, arn).catch(() => true)) {
          throw error;
        }
      });
    }
  };
  // The bearer of an adopted channel may have been its moderator before.
  const oldBearers = isRotated && ownership === 'created' ? [old.ChimeBearer] : [];
  const by = who(declared.MemberArns.length);
  await removeAll(
    by,
    without(old.MemberArns, [...declared.MemberArns, declared.ChimeBearer]),
    ListChannelMembershipsCommand,
    (MemberArn) => new DeleteChannelMembershipCommand({ ...by, MemberArn }),
  );
  await removeAll(
    channel,
    new Set(without([...old.ModeratorArns, ...oldBearers], [...declared.ModeratorArns, declared.ChimeBearer])),
    ListChannelModeratorsCommand,
    (ChannelModeratorArn) => new DeleteChannelModeratorCommand({ ...channel, ChannelModeratorArn }),
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
