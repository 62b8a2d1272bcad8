import { AwsError } from './aws-error';
import { AppInstance, ChimeChannelRecord, ChimeStore } from './chime-store';
import { Page, Paginator } from './pagination';
import { Caller } from './service';
import { Structure } from './smithy';

export interface LocalChimeSdkMessagingOptions {
  /** Items in one page of a list, where the request does not ask for fewer. @default 50 */
  readonly pageSize?: number;
  /** Channels that an app instance can hold. @default 10_000_000 */
  readonly channelsPerAppInstance?: number;
  /** Members of a channel that is not elastic. @default 10_000 */
  readonly membersPerChannel?: number;
  /** @default 1_000 */
  readonly moderatorsPerChannel?: number;
  readonly now?: () => Date;
}

export const TAGS_PER_RESOURCE = 50;

/** The messages of errors; but for the first, which users report, the wording is ours. */
export const CHIME_MESSAGES = {
  invalidUser: 'An invalid app instance user ARN was supplied',
  noAccess: 'The channel does not exist, or the bearer has no access to it',
  notModerator: 'The bearer is neither a moderator of the channel nor an administrator of the app instance',
  adminOnly: 'Only an administrator of the app instance can do this',
  wrongRegion: 'The resource belongs to another Region',
  tokenReused: 'The ClientRequestToken was used before with other parameters',
  channelExists: 'A channel with this ChannelId exists already',
  channelQuota: 'The app instance has reached its limit of channels',
  tagQuota: `A resource can have at most ${TAGS_PER_RESOURCE} tags`,
  duplicateTag: 'A tag key appears more than once',
  elasticMode: 'An elastic channel must be RESTRICTED and takes no MemberArns',
  elasticRegion: 'Elastic channels exist in US East (N. Virginia) only',
  elasticHidden: 'An elastic channel has no hidden members',
  elasticModerator: 'A moderator joins an elastic channel by SubChannelId',
  subChannel: 'A SubChannelId is for moderators of an elastic channel',
  memberUnknown: 'The user or bot does not exist in the app instance',
  memberExists: 'The user or bot is a member of the channel already',
  memberQuota: 'The channel has reached its limit of members',
  noMember: 'The user or bot is not a member of the channel',
  moderatorExists: 'The user or bot is a moderator of the channel already',
  moderatorQuota: 'The channel has reached its limit of moderators',
  noModerator: 'The user or bot is not a moderator of the channel',
  flowUnknown: 'The channel flow does not exist',
  otherFlow: 'The channel has another channel flow',
  notItsFlow: 'The channel flow is not that of the channel',
  invalidNextToken: 'The NextToken is not valid',
} as const;

export interface BearerInput {
  readonly ChimeBearer: string;
}

export interface ChannelInput extends BearerInput {
  readonly ChannelArn: string;
}

export interface PageInput {
  readonly MaxResults?: number;
  readonly NextToken?: string;
}

/** What the operations of Amazon Chime SDK messaging have in common: who may see and change which channel, pages and time. */
export class ChimeAccess {
  private readonly paginator = new Paginator();

  public constructor(public readonly store: ChimeStore, public readonly options: LocalChimeSdkMessagingOptions) {}

  /** The app instance of a bearer that exists, in the caller's account and Region. */
  public bearersAppInstance({ ChimeBearer }: BearerInput, caller: Caller): AppInstance {
    requireRegion(ChimeBearer, caller);
    const appInstance = this.store.appInstanceOf(ChimeBearer);
    if (!appInstance?.identities.has(ChimeBearer) || accountOf(ChimeBearer) !== caller.identity.accountId) {
      throw forbidden('invalidUser');
    }
    return appInstance;
  }

  /**
   * The channel, where the bearer has access. Unverified (chime-missing-channel): one that is missing answers like one without
   * access, Forbidden and not 404.
   */
  public accessibleChannel(
    input: ChannelInput, caller: Caller, options: { orPublic?: boolean } = {},
  ): { channel: ChimeChannelRecord; appInstance: AppInstance } {
    requireRegion(input.ChannelArn, caller);
    const appInstance = this.bearersAppInstance(input, caller);
    const channel = this.store.channels.get(input.ChannelArn);
    if (channel?.appInstanceArn !== appInstance.appInstanceArn) {
      throw forbidden('noAccess');
    }
    const isParticipant = channel.members.has(input.ChimeBearer) || moderates(appInstance, channel, input.ChimeBearer);
    if (!isParticipant && !(options.orPublic && channel.privacy === 'PUBLIC')) {
      throw forbidden('noAccess');
    }
    return { channel, appInstance };
  }

  public moderatedChannel(input: ChannelInput, caller: Caller): { channel: ChimeChannelRecord; appInstance: AppInstance } {
    const { channel, appInstance } = this.accessibleChannel(input, caller, { orPublic: true });
    if (!moderates(appInstance, channel, input.ChimeBearer)) {
      throw forbidden('notModerator');
    }
    return { channel, appInstance };
  }

  /** Without a bearer, which tags never have, the account decides. */
  public channelOfAccount(resourceArn: string, caller: Caller): ChimeChannelRecord {
    requireRegion(resourceArn, caller);
    const channel = this.store.channels.get(resourceArn);
    if (!channel || accountOf(resourceArn) !== caller.identity.accountId) {
      throw forbidden('noAccess');
    }
    return channel;
  }

  public page<T>(scope: string, items: readonly T[], keyOf: (item: T) => string, input: PageInput): Page<T> {
    const size = Math.min(input.MaxResults ?? Infinity, this.options.pageSize ?? 50);
    const page = this.paginator.page(scope, items, keyOf, size, input.NextToken);
    if (!page) {
      throw badRequest('invalidNextToken');
    }
    return page;
  }

  public now(): Date {
    return (this.options.now ?? (() => new Date()))();
  }
}

export function moderates(appInstance: AppInstance, channel: ChimeChannelRecord, bearer: string): boolean {
  return channel.moderators.has(bearer) || appInstance.admins.has(bearer);
}

export function requireRegion(arn: string, caller: Caller) {
  if (arn.split(':')[3] !== caller.region) {
    throw badRequest('wrongRegion');
  }
}

function accountOf(arn: string): string {
  return arn.split(':')[4];
}

export function identityOf(appInstance: AppInstance, arn: string): Structure {
  return { Arn: arn, Name: appInstance.identities.get(arn) };
}

type Cause = keyof typeof CHIME_MESSAGES;

export function badRequest(cause: Cause): AwsError {
  return new AwsError('BadRequestException', CHIME_MESSAGES[cause]);
}

export function forbidden(cause: Cause): AwsError {
  return new AwsError('ForbiddenException', CHIME_MESSAGES[cause]);
}

export function notFound(cause: Cause): AwsError {
  return new AwsError('NotFoundException', CHIME_MESSAGES[cause]);
}

export function conflict(cause: Cause): AwsError {
  return new AwsError('ConflictException', CHIME_MESSAGES[cause]);
}

export function limitExceeded(cause: Cause): AwsError {
  return new AwsError('ResourceLimitExceededException', CHIME_MESSAGES[cause]);
}
