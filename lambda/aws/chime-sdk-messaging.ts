/** A client of Amazon Chime SDK messaging with the names of the official one, as far as the handler needs it. */
import { Client, Command, defineClient, defineCommand, jsonBody } from './client';
import { paginate } from './pagination';
import type { ChimeChannelProperties, ChimeChannelTag } from '../../src/contract';

interface Bearer {
  readonly ChimeBearer: string;
}

interface Channel extends Bearer {
  readonly ChannelArn: string;
}

interface Page {
  readonly NextToken?: string;
}

/**
 * A command, on a channel where the input names one. Who calls stands in a header, the channel in the path.
 *
 * @param path what follows the channel, if there is one
 * @param lastMember the member of the input that ends the path
 */
function command<Input, Output = {}>(operation: string, method: string, path = '', lastMember = '') {
  return defineCommand<Input, Output>(operation, (input) => {
    const { ChimeBearer: chimeBearer, ChannelArn: channelArn, NextToken: nextToken, ...members } =
      input as Partial<Channel> & Page & Record<string, string>;
    const { headers, body }: Partial<ReturnType<typeof jsonBody>> = method[0] === 'P' ? jsonBody(members) : {};
    return {
      method,
      path: (channelArn ? '/channels/' + encodeURIComponent(channelArn) : '') + path + encodeURIComponent(members[lastMember] ?? '')
        + (nextToken ? (path.includes('?') ? '&' : '?') + 'next-token=' + encodeURIComponent(nextToken) : ''),
      headers: { ...headers, ...(chimeBearer && { 'X-Amz-Chime-Bearer': chimeBearer }) },
      body,
    };
  });
}

export const CreateChannelCommand = command<ChimeChannelProperties & { ClientRequestToken: string }, { ChannelArn: string }>(
  'CreateChannel', 'POST', '/channels');

export const DescribeChannelCommand = command<Channel, { Channel: Omit<ChimeChannelProperties, 'AppInstanceArn' | 'ChimeBearer'> }>(
  'DescribeChannel', 'GET');

export const UpdateChannelCommand = command<Channel & Pick<ChimeChannelProperties, 'Name' | 'Mode' | 'Metadata'>>('UpdateChannel', 'PUT');

export const DeleteChannelCommand = command<Channel>('DeleteChannel', 'DELETE');

export const PutChannelExpirationSettingsCommand = command<Channel & Pick<ChimeChannelProperties, 'ExpirationSettings'>>(
  'PutChannelExpirationSettings', 'PUT', '/expiration-settings');

export const AssociateChannelFlowCommand = command<Channel & { ChannelFlowArn: string }>('AssociateChannelFlow', 'PUT', '/channel-flow');

export const DisassociateChannelFlowCommand = command<Channel & { ChannelFlowArn: string }>(
  'DisassociateChannelFlow', 'DELETE', '/channel-flow/', 'ChannelFlowArn');

/** Of the members of a batch the service may refuse some. */
export interface MembershipAnswer {
  readonly Errors?: { readonly MemberArn: string; readonly ErrorCode: string; readonly ErrorMessage?: string }[];
}

export const BatchCreateChannelMembershipCommand = command<Channel & { MemberArns: string[] }, MembershipAnswer>(
  'BatchCreateChannelMembership', 'POST', '/memberships?operation=batch-create');

export const DeleteChannelMembershipCommand = command<Channel & { MemberArn: string }>(
  'DeleteChannelMembership', 'DELETE', '/memberships/', 'MemberArn');

export const ListChannelMembershipsCommand = command<Channel & Page, ArnsPage>('ListChannelMemberships', 'GET', '/memberships');

export const CreateChannelModeratorCommand = command<Channel & { ChannelModeratorArn: string }>('CreateChannelModerator', 'POST', '/moderators');

export const DeleteChannelModeratorCommand = command<Channel & { ChannelModeratorArn: string }>(
  'DeleteChannelModerator', 'DELETE', '/moderators/', 'ChannelModeratorArn');

export const ListChannelModeratorsCommand = command<Channel & Page, ArnsPage>('ListChannelModerators', 'GET', '/moderators');

export const ListChannelsModeratedByAppInstanceUserCommand =
  command<Bearer & Page, ArnsPage>(
    'ListChannelsModeratedByAppInstanceUser', 'GET', '/channels?scope=app-instance-user-moderated-channels');

export const TagResourceCommand = command<{ ResourceARN: string; Tags: ChimeChannelTag[] }>('TagResource', 'POST', '/tags?operation=tag-resource');

export const UntagResourceCommand = command<{ ResourceARN: string; TagKeys: string[] }>('UntagResource', 'POST', '/tags?operation=untag-resource');

export const ListTagsForResourceCommand = command<{ ResourceARN: string }, { Tags?: ChimeChannelTag[] }>(
  'ListTagsForResource', 'GET', '/tags?arn=', 'ResourceARN');

export const ChimeSDKMessagingClient = defineClient('chime', 'CHIME_SDK_MESSAGING', 'messaging-chime');

interface Identity {
  readonly Arn?: string;
}

/** A member, a moderator or a channel. */
interface Item {
  readonly Member?: Identity;
  readonly Moderator?: Identity;
  readonly ChannelSummary?: { ChannelArn?: string };
}

interface ArnsPage extends Page {
  readonly ChannelMemberships?: Item[];
  readonly ChannelModerators?: Item[];
  readonly Channels?: Item[];
}

/** The ARNs that a list holds: of the members of a channel, but for those of the type HIDDEN, of its moderators or of channels. */
export function listArns<Input>(
  client: Client,
  ListCommand: new (input: Input & Page) => Command<ArnsPage>,
  input: Input,
): AsyncGenerator<string | undefined> {
  return paginate(
    (NextToken) => client.send(new ListCommand({ ...input, NextToken })),
    (page) => (page.ChannelMemberships ?? page.ChannelModerators ?? page.Channels)
      ?.map(({ Member, Moderator, ChannelSummary }: Item) => (Member ?? Moderator)?.Arn ?? ChannelSummary?.ChannelArn),
  );
}
