/** A client of Amazon Chime SDK messaging with the names of the official one, as far as the handler needs it. */
import { defineClient, defineCommand, jsonBody } from './client';
import type { ChimeChannelProperties, ChimeChannelTag } from '../../src/contract';

interface Bearer {
  readonly ChimeBearer: string;
}

interface Channel extends Bearer {
  readonly ChannelArn: string;
}

/** Who calls stands in a header, not in the body. */
function command<Input extends Bearer, Output>(operation: string, method: string, path: (input: Input) => string, sendsBody = false) {
  return defineCommand<Input, Output>(operation, (input) => {
    const { ChimeBearer: chimeBearer, ...members } = input;
    const { headers, body } = sendsBody ? jsonBody({ ...members, ChannelArn: undefined }) : { headers: {}, body: undefined };
    return { method, path: path(input), headers: { ...headers, 'X-Amz-Chime-Bearer': chimeBearer }, body };
  });
}

function channelPath(input: Channel): string {
  return `/channels/${encodeURIComponent(input.ChannelArn)}`;
}

interface Page {
  readonly NextToken?: string;
}

export const CreateChannelCommand = command<ChimeChannelProperties & { ClientRequestToken: string }, { ChannelArn: string }>(
  'CreateChannel', 'POST', () => '/channels', true);

export const UpdateChannelCommand = command<Channel & Pick<ChimeChannelProperties, 'Name' | 'Mode' | 'Metadata'>, {}>(
  'UpdateChannel', 'PUT', channelPath, true);

export const DeleteChannelCommand = command<Channel, {}>('DeleteChannel', 'DELETE', channelPath);

export const ListChannelsModeratedByAppInstanceUserCommand =
  command<Bearer & Page, Page & { Channels?: { ChannelSummary?: { ChannelArn?: string } }[] }>(
    'ListChannelsModeratedByAppInstanceUser', 'GET',
    (input) => `/channels?scope=app-instance-user-moderated-channels${input.NextToken ? `&next-token=${encodeURIComponent(input.NextToken)}` : ''}`);

export const TagResourceCommand = defineCommand<{ ResourceARN: string; Tags: ChimeChannelTag[] }, {}>(
  'TagResource', (input) => ({ method: 'POST', path: '/tags?operation=tag-resource', ...jsonBody(input) }));

export const UntagResourceCommand = defineCommand<{ ResourceARN: string; TagKeys: string[] }, {}>(
  'UntagResource', (input) => ({ method: 'POST', path: '/tags?operation=untag-resource', ...jsonBody(input) }));

export const ChimeSDKMessagingClient = defineClient('chime', 'CHIME_SDK_MESSAGING', 'messaging-chime');
