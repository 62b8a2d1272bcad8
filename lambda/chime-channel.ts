import { checkChimeChannel, checkChimeChannelTags } from '../src/constraints';
import { CHIME_CHANNEL_TYPE, ChimeChannelAttributes, ChimeChannelProperties } from '../src/contract';
import {
  CreateChannelCommand,
  DeleteChannelCommand,
  ListChannelsModeratedByAppInstanceUserCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateChannelCommand,
} from './aws/chime-sdk-messaging';
import { Client, isServiceError } from './aws/client';
import { find, paginate } from './aws/pagination';
import { CustomResourceEvent, CustomResourceResult, Properties } from './custom-resource';
import { formatPhysicalId, parsePhysicalId, PhysicalId, replacedBy } from './physical-id';
import { assertValid, attemptChange, ResourceHandler, Services } from './resource-handler';

export const chimeChannel: ResourceHandler = {
  create(event, services) {
    return create(event, services, parse(event.ResourceProperties));
  },

  async update(event, services) {
    const declared = parse(event.ResourceProperties);
    const old = parse(event.OldResourceProperties ?? {});
    const current = parsePhysicalId(event.PhysicalResourceId)!;
    const [channelArn] = current.target;
    if (!isChannelOf(current, declared)) {
      const former = parsePhysicalId(current.replaced);
      return former && isChannelOf(former, declared) && await services.stack.isRollingBack()
        ? result(current.replaced!, former.target[0])
        : create(event, services, declared);
    }
    assertValid(event, problemsOf(declared));
    const client = clientFor(services, declared.AppInstanceArn);
    try {
      await change(client, channelArn, declared, old);
    } catch (error) {
      await services.undo((undoServices) => change(clientFor(undoServices, declared.AppInstanceArn), channelArn, old, declared));
      throw error;
    }
    return result(event.PhysicalResourceId!, channelArn);
  },

  async delete(event, id, services) {
    const [channelArn] = id.target;
    const { ChimeBearer: chimeBearer } = parse(event.ResourceProperties);
    const client = clientFor(services, channelArn);
    try {
      await client.send(new DeleteChannelCommand({ ChannelArn: channelArn, ChimeBearer: chimeBearer }));
    } catch (error) {
      // The service answers the same to a caller who may not see a channel and to one who asks for a missing one.
      const isGone = isServiceError(error, 'NotFoundException')
        || isServiceError(error, 'ForbiddenException') && !await isModerated(client, channelArn, chimeBearer);
      if (!isGone) {
        throw error;
      }
    }
  },
};

function parse(properties: Properties): ChimeChannelProperties {
  const { ServiceToken, ServiceTimeout, ...declared } = properties;
  return declared as unknown as ChimeChannelProperties;
}

function problemsOf(declared: ChimeChannelProperties) {
  return [...checkChimeChannel(declared), ...checkChimeChannelTags(declared.Tags)];
}

/** A client for the Region in which the AppInstance is, whatever the Region of the stack. */
function clientFor(services: Services, arn: string): Client {
  return services.chimeSDKMessaging(arn.split(':')[3]);
}

/** Whether the channel has all that cannot be changed in place; a replacement that failed has not left it. */
function isChannelOf({ target: [channelArn, privacy] }: PhysicalId, declared: ChimeChannelProperties): boolean {
  return channelArn.startsWith(declared.AppInstanceArn + '/') && privacy === String(declared.Privacy);
}

function result(physicalResourceId: string, channelArn: string): CustomResourceResult {
  return { physicalResourceId, data: { ChannelArn: channelArn } satisfies ChimeChannelAttributes };
}

async function create(event: CustomResourceEvent, services: Services, declared: ChimeChannelProperties): Promise<CustomResourceResult> {
  assertValid(event, problemsOf(declared));
  const command = new CreateChannelCommand({
    ...declared,
    Tags: declared.Tags?.length ? declared.Tags : undefined,
    // The same for each delivery of the event, so that a repeated Create is the same Create.
    ClientRequestToken: event.RequestId,
  });
  let channelArn = '';
  await attemptChange(
    services,
    async () => channelArn = (await clientFor(services, declared.AppInstanceArn).send(command)).ChannelArn,
    async (undoServices) => {
      // Nothing but the same request again tells which channel it was that the lost answer spoke of.
      const client = clientFor(undoServices, declared.AppInstanceArn);
      const { ChannelArn } = await client.send(command);
      await client.send(new DeleteChannelCommand({ ChannelArn, ChimeBearer: declared.ChimeBearer }));
    },
  );
  const physicalResourceId = formatPhysicalId({
    type: CHIME_CHANNEL_TYPE, ownership: 'created', target: [channelArn, String(declared.Privacy)], replaced: replacedBy(event),
  });
  return result(physicalResourceId, channelArn);
}

/** Brings a channel from one declaration to another; of the tags it touches only those that one of the two declares. */
async function change(client: Client, channelArn: string, declared: ChimeChannelProperties, old: ChimeChannelProperties) {
  if (declared.Name !== old.Name || declared.Mode !== old.Mode || declared.Metadata !== old.Metadata) {
    await client.send(new UpdateChannelCommand({
      ChannelArn: channelArn,
      ChimeBearer: declared.ChimeBearer,
      Name: declared.Name,
      Mode: declared.Mode,
      // The service keeps what an update leaves out.
      Metadata: declared.Metadata ?? '',
    }));
  }
  const tags = declared.Tags ?? [];
  const oldTags = old.Tags ?? [];
  const removed = oldTags.filter((oldTag) => !tags.some((tag) => tag.Key === oldTag.Key)).map((tag) => tag.Key);
  const changed = tags.filter((tag) => !oldTags.some((oldTag) => oldTag.Key === tag.Key && oldTag.Value === tag.Value));
  if (removed.length > 0) {
    await client.send(new UntagResourceCommand({ ResourceARN: channelArn, TagKeys: removed }));
  }
  if (changed.length > 0) {
    await client.send(new TagResourceCommand({ ResourceARN: channelArn, Tags: changed }));
  }
}

/** Whether the bearer moderates the channel, as it does each one that it made. */
async function isModerated(client: Client, channelArn: string, chimeBearer: string): Promise<boolean> {
  const channels = paginate(
    async (NextToken) => {
      const page = await client.send(new ListChannelsModeratedByAppInstanceUserCommand({ ChimeBearer: chimeBearer, NextToken }));
      return { ...page, nextToken: page.NextToken };
    },
    (page) => page.Channels,
  );
  return await find(channels, (channel) => channel.ChannelSummary?.ChannelArn === channelArn) !== undefined;
}
