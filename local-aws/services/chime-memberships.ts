import { AwsError } from './aws-error';
import {
  ChimeAccess, badRequest, conflict, forbidden, identityOf, limitExceeded, moderates, notFound, type ChannelInput, type PageInput,
} from './chime-access';
import type { AppInstance, ChimeChannelRecord, MembershipType } from './chime-store';
import { sortedBy } from './pagination';
import type { Caller } from './service';
import type { Structure } from './smithy';

interface SubChannelInput extends ChannelInput {
  readonly SubChannelId?: string;
}

interface MemberInput extends SubChannelInput {
  readonly MemberArn: string;
}

interface ModeratorInput extends ChannelInput {
  readonly ChannelModeratorArn: string;
}

interface NewMembership {
  readonly memberArn: string;
  readonly type: MembershipType;
  readonly invitedBy: string;
  readonly subChannelId?: string;
}

const ELASTIC_CHANNEL_MEMBERS = 1_000_000;

/**
 * Who belongs to a channel, and who moderates it. What a role may do follows the table "Understanding authorization by role" of the
 * Amazon Chime SDK Developer Guide.
 *
 * The members of an elastic channel are kept in one set: its sub-channels, among which the service spreads them, are not played.
 */
export class ChimeMemberships {
  public readonly operations: Record<string, (input: never, caller: Caller) => Structure> = {
    CreateChannelMembership: this.createMembership.bind(this),
    BatchCreateChannelMembership: this.batchCreateMembership.bind(this),
    DeleteChannelMembership: this.deleteMembership.bind(this),
    DescribeChannelMembership: this.describeMembership.bind(this),
    ListChannelMemberships: this.listMemberships.bind(this),
    CreateChannelModerator: this.createModerator.bind(this),
    DeleteChannelModerator: this.deleteModerator.bind(this),
    DescribeChannelModerator: this.describeModerator.bind(this),
    ListChannelModerators: this.listModerators.bind(this),
  };

  public constructor(private readonly access: ChimeAccess) {}

  private createMembership(input: MemberInput & { Type: MembershipType }, caller: Caller): Structure {
    const { channel, appInstance } = this.extensibleChannel(input, input.Type, caller);
    const { MemberArn: memberArn, SubChannelId: subChannelId } = input;
    this.add(appInstance, channel, { memberArn, type: input.Type, invitedBy: input.ChimeBearer, subChannelId });
    return { ChannelArn: channel.channelArn, Member: identityOf(appInstance, memberArn), SubChannelId: subChannelId };
  }

  private batchCreateMembership(
    input: SubChannelInput & { MemberArns: readonly string[]; Type?: MembershipType }, caller: Caller,
  ): Structure {
    // Unverified (chime-batch-type): the type of a batch that names none.
    const { MemberArns: memberArns, Type: type = 'DEFAULT', ChimeBearer: invitedBy, SubChannelId: subChannelId } = input;
    const { channel, appInstance } = this.extensibleChannel(input, type, caller);
    const added: Structure[] = [];
    const errors: Structure[] = [];
    for (const memberArn of memberArns) {
      const injected = this.access.store.takeMembershipFailure(memberArn);
      if (injected) {
        errors.push({ MemberArn: memberArn, ErrorCode: injected, ErrorMessage: `${injected} was injected` });
        continue;
      }
      try {
        this.add(appInstance, channel, { memberArn, type, invitedBy, subChannelId });
        added.push(identityOf(appInstance, memberArn));
      } catch (error) {
        if (!(error instanceof AwsError)) {
          throw error;
        }
        // Unverified (chime-batch-errors): which code a member gets that is unknown, or a member already. Here that of the
        // exception for a single one.
        errors.push({ MemberArn: memberArn, ErrorCode: error.code.replace(/Exception$/, ''), ErrorMessage: error.message });
      }
    }
    return {
      BatchChannelMemberships: {
        InvitedBy: identityOf(appInstance, invitedBy), Type: type, Members: added, ChannelArn: channel.channelArn, SubChannelId: subChannelId,
      },
      Errors: errors,
    };
  }

  private deleteMembership(input: MemberInput, caller: Caller): Structure {
    const { channel, appInstance } = this.access.accessibleChannel(input, caller);
    const { MemberArn: memberArn, SubChannelId: subChannelId } = input;
    // Unverified (chime-member-removes): the table allows it to members without saying whom. Here they may only leave, as the
    // documentation of moderators has it.
    if (memberArn !== input.ChimeBearer && !moderates(appInstance, channel, input.ChimeBearer)) {
      throw forbidden('notModerator');
    }
    this.checkSubChannel(appInstance, channel, memberArn, subChannelId);
    // Unverified (chime-missing-member): what the deletion of a membership that is not there answers. The model declares no
    // NotFoundException for it.
    const membership = this.access.store.membershipOf(channel, memberArn);
    const remaining = [...membership?.subChannelIds ?? []].filter((id) => subChannelId !== undefined && id !== subChannelId);
    if (membership && remaining.length > 0) {
      this.access.store.addMember(channel, memberArn, { ...membership, subChannelIds: new Set(remaining) });
    } else {
      this.access.store.removeMember(channel, memberArn);
    }
    return {};
  }

  private describeMembership(input: MemberInput, caller: Caller): Structure {
    const { channel, appInstance } = this.access.accessibleChannel(input, caller, { orPublic: true });
    const membership = this.access.store.membershipOf(channel, input.MemberArn);
    if (!membership || (input.SubChannelId !== undefined && !membership.subChannelIds?.has(input.SubChannelId))) {
      throw notFound('noMember');
    }
    return {
      ChannelMembership: {
        InvitedBy: identityOf(appInstance, membership.invitedBy),
        Type: membership.type,
        Member: identityOf(appInstance, input.MemberArn),
        ChannelArn: channel.channelArn,
        CreatedTimestamp: membership.createdAt,
        LastUpdatedTimestamp: membership.createdAt,
        SubChannelId: input.SubChannelId,
      },
    };
  }

  private listMemberships(input: SubChannelInput & PageInput & { Type?: MembershipType }, caller: Caller): Structure {
    const { channel, appInstance } = this.access.accessibleChannel(input, caller, { orPublic: true });
    const { Type: type = 'DEFAULT', SubChannelId: subChannelId } = input;
    // Unverified (chime-members-list): that a list shows at once who was added.
    const listed = [...channel.members].filter((memberArn) => {
      const membership = this.access.store.membershipOf(channel, memberArn)!;
      return membership.type === type && (subChannelId === undefined || membership.subChannelIds?.has(subChannelId));
    });
    const page = this.identityPage(`memberships/${channel.channelArn}/${type}/${subChannelId}`, listed, input);
    return {
      ChannelArn: channel.channelArn,
      ChannelMemberships: page.items.map((memberArn) => ({ Member: identityOf(appInstance, memberArn) })),
      NextToken: page.nextToken,
    };
  }

  private createModerator(input: ModeratorInput, caller: Caller): Structure {
    const { channel, appInstance } = this.access.moderatedChannel(input, caller);
    const { ChannelModeratorArn: moderatorArn } = input;
    if (!appInstance.identities.has(moderatorArn)) {
      throw forbidden('invalidUser');
    }
    if (channel.moderators.has(moderatorArn)) {
      throw conflict('moderatorExists');
    }
    if (channel.moderators.size >= (this.access.options.moderatorsPerChannel ?? 1_000)) {
      throw limitExceeded('moderatorQuota');
    }
    this.leaveSubChannels(channel, moderatorArn);
    this.access.store.addModerator(channel, moderatorArn, { createdBy: input.ChimeBearer, createdAt: this.access.now() });
    return { ChannelArn: channel.channelArn, ChannelModerator: identityOf(appInstance, moderatorArn) };
  }

  private deleteModerator(input: ModeratorInput, caller: Caller): Structure {
    const { channel } = this.access.moderatedChannel(input, caller);
    // Unverified (chime-missing-moderator): what the deletion of one who is no moderator answers. The model declares no
    // NotFoundException for it.
    if (channel.moderators.has(input.ChannelModeratorArn)) {
      this.leaveSubChannels(channel, input.ChannelModeratorArn);
      this.access.store.removeModerator(channel, input.ChannelModeratorArn);
    }
    return {};
  }

  private describeModerator(input: ModeratorInput, caller: Caller): Structure {
    const { channel, appInstance } = this.access.moderatedChannel(input, caller);
    const moderation = this.access.store.moderationOf(channel, input.ChannelModeratorArn);
    if (!moderation) {
      throw notFound('noModerator');
    }
    return {
      ChannelModerator: {
        Moderator: identityOf(appInstance, input.ChannelModeratorArn),
        ChannelArn: channel.channelArn,
        CreatedTimestamp: moderation.createdAt,
        CreatedBy: identityOf(appInstance, moderation.createdBy),
      },
    };
  }

  private listModerators(input: ChannelInput & PageInput, caller: Caller): Structure {
    // Members are denied this list, though they may list the members.
    const { channel, appInstance } = this.access.moderatedChannel(input, caller);
    const page = this.identityPage(`moderators/${channel.channelArn}`, channel.moderators, input);
    return {
      ChannelArn: channel.channelArn,
      ChannelModerators: page.items.map((moderatorArn) => ({ Moderator: identityOf(appInstance, moderatorArn) })),
      NextToken: page.nextToken,
    };
  }

  /** The channel, where the bearer may add members of this type. */
  private extensibleChannel(input: ChannelInput, type: MembershipType, caller: Caller): { channel: ChimeChannelRecord; appInstance: AppInstance } {
    const { channel, appInstance } = this.access.accessibleChannel(input, caller);
    const forModerators = channel.mode === 'RESTRICTED' || type === 'HIDDEN';
    if (forModerators && !moderates(appInstance, channel, input.ChimeBearer)) {
      throw forbidden('notModerator');
    }
    if (channel.elasticChannelConfiguration && type === 'HIDDEN') {
      throw badRequest('elasticHidden');
    }
    return { channel, appInstance };
  }

  private add(appInstance: AppInstance, channel: ChimeChannelRecord, { memberArn, type, invitedBy, subChannelId }: NewMembership) {
    if (!appInstance.identities.has(memberArn)) {
      throw notFound('memberUnknown');
    }
    this.checkSubChannel(appInstance, channel, memberArn, subChannelId);
    const joinsElastic = channel.elasticChannelConfiguration && channel.moderators.has(memberArn);
    if (joinsElastic && subChannelId === undefined) {
      throw badRequest('elasticModerator');
    }
    const existing = this.access.store.membershipOf(channel, memberArn);
    if (existing && (subChannelId === undefined || existing.subChannelIds?.has(subChannelId))) {
      throw conflict('memberExists');
    }
    if (!existing && channel.members.size >= this.memberLimit(channel)) {
      throw limitExceeded('memberQuota');
    }
    const subChannelIds = subChannelId === undefined ? undefined : new Set([...existing?.subChannelIds ?? [], subChannelId]);
    this.access.store.addMember(channel, memberArn, { type, invitedBy, createdAt: this.access.now(), subChannelIds });
  }

  /** Only for a moderator is a sub-channel named: the service puts regular members into one. */
  private checkSubChannel(appInstance: AppInstance, channel: ChimeChannelRecord, memberArn: string, subChannelId: string | undefined) {
    if (subChannelId !== undefined && !(channel.elasticChannelConfiguration && moderates(appInstance, channel, memberArn))) {
      throw badRequest('subChannel');
    }
  }

  /** As documented for elastic channels: who becomes a moderator, or no longer is one, loses all memberships. */
  private leaveSubChannels(channel: ChimeChannelRecord, moderatorArn: string) {
    if (channel.elasticChannelConfiguration) {
      this.access.store.removeMember(channel, moderatorArn);
    }
  }

  private memberLimit({ elasticChannelConfiguration: elastic }: ChimeChannelRecord): number {
    return elastic
      ? Math.min(ELASTIC_CHANNEL_MEMBERS, elastic.MaximumSubChannels * elastic.TargetMembershipsPerSubChannel)
      : this.access.options.membersPerChannel ?? 10_000;
  }

  private identityPage(scope: string, arns: Iterable<string>, input: PageInput) {
    const keyOf = (arn: string) => arn;
    return this.access.page(scope, sortedBy(arns, keyOf), keyOf, input);
  }
}
