import { HandlerError } from './handler-error';
import { callService, identifierOf } from './native-resource';
import type { ResourceContext, ResourceType } from './resource-type';
import type { Properties } from './template-model';
import type { ChimeTag } from '../services/chime-store';

/**
 * What a Chime channel belongs to and who makes it. Of the attributes, only the ARNs: the store keeps no times of these resources.
 *
 * CloudFormation has these types in one Region. Here they are in every one.
 */
export const appInstance: ResourceType = {
  required: ['Name'],
  create: ({ chime, accountId, region }) => {
    const arn = chime.createAppInstance(accountId, region);
    return { physicalId: arn, attributes: { AppInstanceArn: arn } };
  },
  delete: ({ chime }, arn) => chime.deleteAppInstance(arn),
};

export const appInstanceUser: ResourceType = {
  replacedBy: ['AppInstanceArn', 'AppInstanceUserId'],
  required: ['AppInstanceArn', 'AppInstanceUserId'],
  create: (context, properties) => {
    const appInstanceArn = existingAppInstance(context, properties);
    const userId = String(properties.AppInstanceUserId);
    if (context.chime.appInstances.get(appInstanceArn)!.identities.has(`${appInstanceArn}/user/${userId}`)) {
      throw new Error(`The app instance user ${userId} already exists.`);
    }
    const arn = context.chime.createAppInstanceUser(appInstanceArn, userId, nameOf(properties));
    return { physicalId: arn, attributes: { AppInstanceUserArn: arn } };
  },
  update: rename,
  delete: ({ chime }, arn) => chime.deleteIdentity(arn),
};

export const appInstanceBot: ResourceType = {
  replacedBy: ['AppInstanceArn'],
  required: ['AppInstanceArn', 'Configuration'],
  create: (context, properties) => {
    const arn = context.chime.createAppInstanceBot(existingAppInstance(context, properties), undefined, nameOf(properties));
    return { physicalId: arn, attributes: { AppInstanceBotArn: arn } };
  },
  update: rename,
  delete: ({ chime }, arn) => chime.deleteIdentity(arn),
};

const CHANNEL_TYPE = 'AWS::Chime::Channel';
const CHANNEL_IDENTIFIER = ['Arn', 'ChimeBearer'];

/** Its properties: https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_chime.CfnChannel.html. The handler itself is unverified. */
export const channel: ResourceType = {
  regions: ['us-east-1'],
  required: ['AppInstanceArn', 'ChimeBearer', 'Name'],
  optional: [
    'ChannelId', 'ElasticChannelConfiguration', 'ExpirationSettings', 'MemberArns', 'Metadata', 'Mode', 'ModeratorArns', 'Privacy', 'Tags',
  ],
  // Who only calls, and who takes part, replace the channel and lose its messages.
  replacedBy: ['AppInstanceArn', 'ChimeBearer', 'ChannelId', 'Privacy', 'MemberArns', 'ModeratorArns', 'ElasticChannelConfiguration'],
  create: (context, properties) => {
    const { AppInstanceArn: appInstanceArn, ChannelId: channelId, ChimeBearer: bearer } = properties;
    const known = { Arn: `${String(appInstanceArn)}/channel/${String(channelId)}`, ChimeBearer: bearer };
    if (channelId !== undefined && context.chime.channels.has(known.Arn)) {
      throw HandlerError.alreadyExists(CHANNEL_TYPE, identifierOf(known, CHANNEL_IDENTIFIER));
    }
    const { ChannelArn: arn } = callService(context, 'chime', 'CreateChannel', {
      ...channelInput(properties), ClientRequestToken: context.random(32, '0123456789abcdef'),
    });
    return madeChannel(context, String(arn), bearer);
  },
  update: (context, physicalId, properties, old) => {
    const [arn] = physicalId.split('|');
    const { ChimeBearer, Name, Mode, Metadata, ExpirationSettings, Tags } = channelInput(properties);
    const target = { ChannelArn: requireChannel(context, arn, ChimeBearer), ChimeBearer };
    callService(context, 'chime', 'UpdateChannel', { ...target, Name, Mode, Metadata: Metadata ?? (old.Metadata && '') });
    if (JSON.stringify(ExpirationSettings) !== JSON.stringify(channelInput(old).ExpirationSettings)) {
      callService(context, 'chime', 'PutChannelExpirationSettings', { ...target, ExpirationSettings });
    }
    const tags = (Tags ?? []) as ChimeTag[];
    const gone = ((old.Tags ?? []) as ChimeTag[]).filter(({ Key }) => !tags.some((tag) => tag.Key === Key));
    if (gone.length > 0) {
      callService(context, 'chime', 'UntagResource', { ResourceARN: arn, TagKeys: gone.map(({ Key }) => Key) });
    }
    if (tags.length > 0) {
      callService(context, 'chime', 'TagResource', { ResourceARN: arn, Tags: tags });
    }
  },
  delete: (context, physicalId, { ChimeBearer: bearer }) => {
    const [arn] = physicalId.split('|');
    callService(context, 'chime', 'DeleteChannel', { ChannelArn: requireChannel(context, arn, bearer), ChimeBearer: bearer });
  },
  importExisting: (context, { Arn: arn, ChimeBearer: bearer }) =>
    madeChannel(context, requireChannel(context, String(arn), bearer), bearer),
};

function madeChannel({ chime }: ResourceContext, arn: string, bearer: unknown) {
  const { createdBy, createdAt, updatedAt, channelFlowArn } = chime.channels.get(arn)!;
  return {
    physicalId: `${arn}|${String(bearer)}`,
    attributes: {
      'Arn': arn,
      'CreatedBy.Arn': createdBy,
      'CreatedTimestamp': createdAt.toISOString(),
      'LastUpdatedTimestamp': updatedAt.toISOString(),
      ...channelFlowArn !== undefined && { ChannelFlowArn: channelFlowArn },
    },
  };
}

/** Unverified: how the handler tells a channel that is gone from one that the bearer may not see, both of which are Forbidden. */
function requireChannel({ chime }: ResourceContext, arn: string, bearer: unknown): string {
  if (!chime.channels.has(arn)) {
    throw HandlerError.notFound(CHANNEL_TYPE, identifierOf({ Arn: arn, ChimeBearer: bearer }, CHANNEL_IDENTIFIER));
  }
  return arn;
}

/** The properties with the numbers that a parameter or a reference gives as strings. */
function channelInput({ ...properties }: Properties): Properties {
  for (const name of ['ElasticChannelConfiguration', 'ExpirationSettings']) {
    const value = properties[name] as Properties | undefined;
    properties[name] = value && Object.fromEntries(Object.entries(value).map(([key, item]) =>
      [key, key === 'ExpirationCriterion' ? item : Number(item)]));
  }
  return properties;
}

function existingAppInstance({ chime, accountId, region }: ResourceContext, properties: Properties): string {
  const arn = String(properties.AppInstanceArn);
  const [, , , itsRegion, itsAccount] = arn.split(':');
  if (!chime.appInstances.has(arn) || itsRegion !== region || itsAccount !== accountId) {
    throw new Error(`The app instance ${arn} does not exist.`);
  }
  return arn;
}

function rename({ chime }: ResourceContext, arn: string, properties: Properties): void {
  chime.appInstanceOf(arn)?.identities.set(arn, nameOf(properties) ?? arn.split('/').at(-1)!);
}

function nameOf({ Name: name }: Properties): string | undefined {
  return name === undefined ? undefined : String(name);
}
