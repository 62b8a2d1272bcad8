import * as chime from '@aws-sdk/client-chime-sdk-messaging';
import { ACCOUNT, chimeClient, identityOf } from './clients';
import { CHIME_MESSAGES } from '../../../local-aws/services/chime-sdk-messaging';
import type { ChimeChannelRecord, ChimeStore } from '../../../local-aws/services/chime-store';
import { LocalServices } from '../../../local-aws/services/server';

const ELASTIC = { MaximumSubChannels: 2, TargetMembershipsPerSubChannel: 2, MinimumMembershipPercentage: 40 };

let services: LocalServices;
let store: ChimeStore;
let client: chime.ChimeSDKMessagingClient;
let AppInstanceArn: string;
let creator: string;
let member: string;
let moderator: string;
let admin: string;
let stranger: string;
let nobody: string;
let now: Date;

beforeEach(async () => {
  now = new Date('2026-05-01T12:00:00Z');
  services = await LocalServices.start({ now: () => now, allowedClockSkew: Infinity, chime: { membersPerChannel: 5, moderatorsPerChannel: 4 } });
  store = services.chime.store;
  client = chimeClient(services, identityOf(services));
  AppInstanceArn = store.createAppInstance(ACCOUNT, 'us-east-1');
  creator = store.createAppInstanceUser(AppInstanceArn, 'creator', 'Creator');
  member = store.createAppInstanceUser(AppInstanceArn, 'member', 'Member');
  moderator = store.createAppInstanceUser(AppInstanceArn, 'moderator');
  admin = store.createAppInstanceUser(AppInstanceArn, 'admin', 'Admin');
  store.createAppInstanceAdmin(admin);
  stranger = store.createAppInstanceBot(AppInstanceArn, 'stranger');
  nobody = `${AppInstanceArn}/user/nobody`;
});

afterEach(() => {
  client.destroy();
  return services.stop();
});

let token = 0;

/** A channel of the creator, with one member and one more moderator. */
async function create(change: Partial<chime.CreateChannelCommandInput> = {}): Promise<string> {
  token += 1;
  const { ChannelArn } = await client.send(new chime.CreateChannelCommand({
    AppInstanceArn,
    ChimeBearer: creator,
    Name: 'support',
    ClientRequestToken: `token-${token}`,
    MemberArns: [member],
    ModeratorArns: [moderator],
    ...change,
  }));
  return ChannelArn!;
}

const createElastic = (change: Partial<chime.CreateChannelCommandInput> = {}) =>
  create({ ElasticChannelConfiguration: ELASTIC, MemberArns: undefined, ...change });

const record = (ChannelArn: string): ChimeChannelRecord => store.channels.get(ChannelArn)!;

const describeChannel = (ChannelArn: string) =>
  client.send(new chime.DescribeChannelCommand({ ChannelArn, ChimeBearer: creator })).then(({ Channel }) => Channel!);

const addMember = (ChannelArn: string, MemberArn: string, change: Partial<chime.CreateChannelMembershipCommandInput> = {}) =>
  client.send(new chime.CreateChannelMembershipCommand({ ChannelArn, MemberArn, Type: 'DEFAULT', ChimeBearer: creator, ...change }));

const addMembers = (ChannelArn: string, MemberArns: string[], change: Partial<chime.BatchCreateChannelMembershipCommandInput> = {}) =>
  client.send(new chime.BatchCreateChannelMembershipCommand({ ChannelArn, MemberArns, ChimeBearer: creator, ...change }));

const removeMember = (ChannelArn: string, MemberArn: string, ChimeBearer = creator, SubChannelId?: string) =>
  client.send(new chime.DeleteChannelMembershipCommand({ ChannelArn, MemberArn, ChimeBearer, SubChannelId }));

async function describeMember(ChannelArn: string, MemberArn: string, ChimeBearer = creator, SubChannelId?: string) {
  return (await client.send(new chime.DescribeChannelMembershipCommand({ ChannelArn, MemberArn, ChimeBearer, SubChannelId }))).ChannelMembership;
}

async function members(ChannelArn: string, change: Partial<chime.ListChannelMembershipsCommandInput> = {}) {
  const { ChannelMemberships } = await client.send(new chime.ListChannelMembershipsCommand({ ChannelArn, ChimeBearer: creator, ...change }));
  return ChannelMemberships!.map(({ Member }) => Member!.Arn!);
}

const addModerator = (ChannelArn: string, ChannelModeratorArn: string, ChimeBearer = creator) =>
  client.send(new chime.CreateChannelModeratorCommand({ ChannelArn, ChannelModeratorArn, ChimeBearer }));

const removeModerator = (ChannelArn: string, ChannelModeratorArn: string, ChimeBearer = creator) =>
  client.send(new chime.DeleteChannelModeratorCommand({ ChannelArn, ChannelModeratorArn, ChimeBearer }));

async function describeModerator(ChannelArn: string, ChannelModeratorArn: string, ChimeBearer = creator) {
  return (await client.send(new chime.DescribeChannelModeratorCommand({ ChannelArn, ChannelModeratorArn, ChimeBearer }))).ChannelModerator;
}

async function moderators(ChannelArn: string, ChimeBearer = creator) {
  const { ChannelModerators } = await client.send(new chime.ListChannelModeratorsCommand({ ChannelArn, ChimeBearer }));
  return ChannelModerators!.map(({ Moderator }) => Moderator!.Arn!);
}

const expire = (ChannelArn: string, ExpirationSettings?: chime.ExpirationSettings, ChimeBearer: string | undefined = creator) =>
  client.send(new chime.PutChannelExpirationSettingsCommand({ ChannelArn, ExpirationSettings, ChimeBearer }));

const associate = (ChannelArn: string, ChannelFlowArn: string, ChimeBearer = creator) =>
  client.send(new chime.AssociateChannelFlowCommand({ ChannelArn, ChannelFlowArn, ChimeBearer }));

const disassociate = (ChannelArn: string, ChannelFlowArn: string, ChimeBearer = creator) =>
  client.send(new chime.DisassociateChannelFlowCommand({ ChannelArn, ChannelFlowArn, ChimeBearer }));

function failure(name: string, status: number, cause: keyof typeof CHIME_MESSAGES) {
  return expect.objectContaining({
    name, message: CHIME_MESSAGES[cause], Code: name.replace('Exception', ''), $metadata: expect.objectContaining({ httpStatusCode: status }),
  });
}

const NO_ACCESS = failure('ForbiddenException', 403, 'noAccess');
const NOT_MODERATOR = failure('ForbiddenException', 403, 'notModerator');
const INVALID_USER = failure('ForbiddenException', 403, 'invalidUser');
const succeeds = (httpStatusCode: number) => expect.objectContaining({ $metadata: expect.objectContaining({ httpStatusCode }) });

describe('CreateChannelMembership', () => {
  test('adds a user or a bot, who is told by whom and when', async () => {
    const ChannelArn = await create();
    now = new Date('2026-05-02T00:00:00Z');
    const answer = await addMember(ChannelArn, stranger, { ChimeBearer: admin });
    expect(answer).toEqual(succeeds(201));
    expect(answer).toMatchObject({ ChannelArn, Member: { Arn: stranger, Name: 'stranger' } });
    expect(await describeMember(ChannelArn, stranger)).toEqual({
      InvitedBy: { Arn: admin, Name: 'Admin' },
      Type: 'DEFAULT',
      Member: { Arn: stranger, Name: 'stranger' },
      ChannelArn,
      CreatedTimestamp: now,
      LastUpdatedTimestamp: now,
    });
    expect(await members(ChannelArn)).toEqual([stranger, creator, member].sort());
  });

  test('adds to a restricted channel for moderators and administrators only', async () => {
    const ChannelArn = await create({ Privacy: 'PUBLIC' });
    await expect(addMember(ChannelArn, stranger, { ChimeBearer: member })).rejects.toEqual(NOT_MODERATOR);
    await expect(addMember(ChannelArn, stranger, { ChimeBearer: stranger })).rejects.toEqual(NO_ACCESS);
    await expect(addMember(ChannelArn, stranger, { ChimeBearer: moderator })).resolves.toBeDefined();
    await expect(addMember(ChannelArn, moderator, { ChimeBearer: admin })).resolves.toBeDefined();
  });

  test('adds to an unrestricted channel for its members, too, but no hidden ones', async () => {
    const ChannelArn = await create({ Mode: 'UNRESTRICTED' });
    await expect(addMember(ChannelArn, stranger, { ChimeBearer: stranger })).rejects.toEqual(NO_ACCESS);
    await expect(addMember(ChannelArn, stranger, { ChimeBearer: member, Type: 'HIDDEN' })).rejects.toEqual(NOT_MODERATOR);
    await expect(addMember(ChannelArn, stranger, { ChimeBearer: member })).resolves.toBeDefined();
  });

  test('fails for a missing channel, for an unknown bearer and in another Region', async () => {
    const ChannelArn = await create();
    await expect(addMember(`${AppInstanceArn}/channel/none`, stranger)).rejects.toEqual(NO_ACCESS);
    await expect(addMember(ChannelArn, stranger, { ChimeBearer: nobody })).rejects.toEqual(INVALID_USER);
    await expect(addMember(ChannelArn.replace('us-east-1', 'eu-central-1'), stranger)).rejects.toEqual(failure('BadRequestException', 400, 'wrongRegion'));
  });

  test('fails for one who does not exist, who is a member already, or whom the channel has no room for', async () => {
    const ChannelArn = await create();
    await expect(addMember(ChannelArn, nobody)).rejects.toEqual(failure('NotFoundException', 404, 'memberUnknown'));
    await expect(addMember(ChannelArn, member)).rejects.toEqual(failure('ConflictException', 409, 'memberExists'));
    await expect(addMember(ChannelArn, stranger, { SubChannelId: 'one' })).rejects.toEqual(failure('BadRequestException', 400, 'subChannel'));
    await addMembers(ChannelArn, [moderator, admin, stranger]);
    const sixth = store.createAppInstanceUser(AppInstanceArn, 'sixth');
    await expect(addMember(ChannelArn, sixth)).rejects.toEqual(failure('ResourceLimitExceededException', 400, 'memberQuota'));
  });

  test('fails without the Type that the model requires', async () => {
    const ChannelArn = await create();
    await expect(addMember(ChannelArn, stranger, { Type: undefined })).rejects.toMatchObject({ name: 'BadRequestException' });
    await expect(addMember(ChannelArn, stranger, { Type: 'OTHER' as chime.ChannelMembershipType })).rejects.toMatchObject({ name: 'BadRequestException' });
  });
});

describe('CreateChannel', () => {
  test('makes its bearer a member and a moderator', async () => {
    const ChannelArn = await create();
    expect(await members(ChannelArn)).toEqual([creator, member]);
    expect(await moderators(ChannelArn)).toEqual([creator, moderator]);
    expect(await describeMember(ChannelArn, member)).toMatchObject({ InvitedBy: { Arn: creator }, Type: 'DEFAULT', CreatedTimestamp: now });
    expect(await describeModerator(ChannelArn, moderator)).toMatchObject({ CreatedBy: { Arn: creator }, CreatedTimestamp: now });
  });

  test.each([['MemberArns', 0], ['MemberArns', 11], ['ModeratorArns', 0], ['ModeratorArns', 11]] as const)('fails with %s of %i items', async (name, count) => {
    await expect(create({ [name]: Array.from({ length: count }, () => member) })).rejects.toMatchObject({ name: 'BadRequestException' });
  });
});

describe('an elastic channel', () => {
  test('has its moderators, but not its creator as a member', async () => {
    const ChannelArn = await createElastic();
    expect(await members(ChannelArn)).toEqual([]);
    expect(await moderators(ChannelArn)).toEqual([creator, moderator]);
    expect(await describeChannel(ChannelArn)).toMatchObject({ ElasticChannelConfiguration: ELASTIC, Mode: 'RESTRICTED' });
  });

  test('is not unrestricted, takes no members at creation, and exists in one Region', async () => {
    const elasticMode = failure('BadRequestException', 400, 'elasticMode');
    await expect(createElastic({ Mode: 'UNRESTRICTED' })).rejects.toEqual(elasticMode);
    await expect(createElastic({ MemberArns: [member] })).rejects.toEqual(elasticMode);
    const ChannelArn = await createElastic();
    await expect(client.send(new chime.UpdateChannelCommand({ ChannelArn, ChimeBearer: creator, Mode: 'UNRESTRICTED' }))).rejects.toEqual(elasticMode);
    await client.send(new chime.UpdateChannelCommand({ ChannelArn, ChimeBearer: creator, Mode: 'RESTRICTED', Name: 'renamed' }));
    expect(await describeChannel(ChannelArn)).toMatchObject({ Name: 'renamed', Mode: 'RESTRICTED' });

    const frankfurt = chimeClient(services, identityOf(services), 'eu-central-1');
    const there = store.createAppInstance(ACCOUNT, 'eu-central-1');
    const bearer = store.createAppInstanceUser(there, 'bearer');
    const input = { AppInstanceArn: there, ChimeBearer: bearer, Name: 'n', ClientRequestToken: 'there' };
    await expect(frankfurt.send(new chime.CreateChannelCommand({ ...input, ElasticChannelConfiguration: ELASTIC })))
      .rejects.toEqual(failure('BadRequestException', 400, 'elasticRegion'));
    await expect(frankfurt.send(new chime.CreateChannelCommand(input))).resolves.toBeDefined();
    frankfurt.destroy();
  });

  test('takes regular members without a sub-channel, hidden ones not at all, up to the room of its sub-channels', async () => {
    const ChannelArn = await createElastic();
    await addMember(ChannelArn, member);
    expect(await members(ChannelArn)).toEqual([member]);
    await expect(addMember(ChannelArn, stranger, { SubChannelId: 'one' })).rejects.toEqual(failure('BadRequestException', 400, 'subChannel'));
    await expect(addMember(ChannelArn, stranger, { Type: 'HIDDEN' })).rejects.toEqual(failure('BadRequestException', 400, 'elasticHidden'));
    const users = ['u1', 'u2', 'u3', 'u4'].map((userId) => store.createAppInstanceUser(AppInstanceArn, userId));
    const { Errors } = await addMembers(ChannelArn, users);
    expect(Errors).toMatchObject([{ MemberArn: users[3], ErrorCode: 'ResourceLimitExceeded' }]);
  });

  test('takes moderators by sub-channel', async () => {
    const ChannelArn = await createElastic();
    await expect(addMember(ChannelArn, moderator)).rejects.toEqual(failure('BadRequestException', 400, 'elasticModerator'));
    expect(await addMember(ChannelArn, moderator, { SubChannelId: 'one' })).toMatchObject({ SubChannelId: 'one' });
    await addMember(ChannelArn, moderator, { SubChannelId: 'two' });
    await expect(addMember(ChannelArn, moderator, { SubChannelId: 'two' })).rejects.toEqual(failure('ConflictException', 409, 'memberExists'));
    expect(await describeMember(ChannelArn, moderator, creator, 'two')).toMatchObject({ SubChannelId: 'two' });
    expect(await members(ChannelArn, { SubChannelId: 'one' })).toEqual([moderator]);
    expect(await members(ChannelArn, { SubChannelId: 'three' })).toEqual([]);
    await removeMember(ChannelArn, moderator, creator, 'one');
    await expect(describeMember(ChannelArn, moderator, creator, 'one')).rejects.toEqual(failure('NotFoundException', 404, 'noMember'));
    expect(await members(ChannelArn)).toEqual([moderator]);
    await addMember(ChannelArn, moderator, { SubChannelId: 'one' });
    await removeMember(ChannelArn, moderator);
    expect(await members(ChannelArn)).toEqual([]);
  });

  test('takes the memberships of one who becomes a moderator, and of one who no longer is', async () => {
    const ChannelArn = await createElastic();
    await addMember(ChannelArn, member);
    await addModerator(ChannelArn, member);
    expect(await members(ChannelArn)).toEqual([]);
    await addMember(ChannelArn, member, { SubChannelId: 'one' });
    await removeModerator(ChannelArn, member);
    expect(await members(ChannelArn)).toEqual([]);
    expect(await moderators(ChannelArn)).toEqual([creator, moderator]);
  });
});

describe('BatchCreateChannelMembership', () => {
  test('adds all, or those that it can, and names the others', async () => {
    const ChannelArn = await create();
    const all = await addMembers(ChannelArn, [stranger], { Type: 'HIDDEN', ChimeBearer: moderator });
    expect(all).toEqual(succeeds(200));
    expect(all).toMatchObject({
      BatchChannelMemberships: { InvitedBy: { Arn: moderator }, Type: 'HIDDEN', Members: [{ Arn: stranger, Name: 'stranger' }], ChannelArn },
      Errors: [],
    });
    const users = ['u1', 'u2', 'u3'].map((userId) => store.createAppInstanceUser(AppInstanceArn, userId));
    const some = await addMembers(ChannelArn, [nobody, users[0], member, users[0], users[1], users[2]]);
    expect(some).toEqual(succeeds(200));
    expect(some.BatchChannelMemberships).toEqual({
      InvitedBy: { Arn: creator, Name: 'Creator' }, Type: 'DEFAULT', Members: users.slice(0, 2).map((Arn, index) => ({ Arn, Name: `u${index + 1}` })), ChannelArn,
    });
    expect(some.Errors).toEqual([
      { MemberArn: nobody, ErrorCode: 'NotFound', ErrorMessage: CHIME_MESSAGES.memberUnknown },
      { MemberArn: member, ErrorCode: 'Conflict', ErrorMessage: CHIME_MESSAGES.memberExists },
      { MemberArn: users[0], ErrorCode: 'Conflict', ErrorMessage: CHIME_MESSAGES.memberExists },
      { MemberArn: users[2], ErrorCode: 'ResourceLimitExceeded', ErrorMessage: CHIME_MESSAGES.memberQuota },
    ]);
    expect(await members(ChannelArn)).toEqual([creator, member, users[0], users[1]].sort());
  });

  test('succeeds even where it can add none', async () => {
    const ChannelArn = await create();
    expect(await addMembers(ChannelArn, [nobody])).toMatchObject({ BatchChannelMemberships: { Members: [] }, Errors: [{ MemberArn: nobody }] });
  });

  test('fails as a whole where the bearer may add none', async () => {
    const ChannelArn = await create();
    await expect(addMembers(ChannelArn, [stranger], { ChimeBearer: member })).rejects.toEqual(NOT_MODERATOR);
    await expect(addMembers(ChannelArn, [stranger], { ChimeBearer: stranger })).rejects.toEqual(NO_ACCESS);
    await expect(addMembers(`${AppInstanceArn}/channel/none`, [stranger])).rejects.toEqual(NO_ACCESS);
    expect(record(ChannelArn).members.has(stranger)).toBe(false);
  });

  test.each([[0], [101]])('fails for %i members', async (count) => {
    const ChannelArn = await create();
    await expect(addMembers(ChannelArn, Array.from({ length: count }, () => stranger))).rejects.toMatchObject({ name: 'BadRequestException' });
  });

  test('fails for a member as a test wishes, as often as it wishes', async () => {
    const ChannelArn = await create();
    store.failMembership(stranger, 'Throttled');
    store.failMembership(stranger, 'ServiceFailure', 2);
    store.failMembership(moderator, 'ServiceUnavailable', Infinity);
    const codes = async () => {
      const { Errors } = await addMembers(ChannelArn, [stranger, moderator]);
      return Errors!.map(({ ErrorCode }) => ErrorCode);
    };
    expect([await codes(), await codes(), await codes(), await codes()]).toEqual([
      ['Throttled', 'ServiceUnavailable'], ['ServiceFailure', 'ServiceUnavailable'], ['ServiceFailure', 'ServiceUnavailable'], ['ServiceUnavailable'],
    ]);
    expect(await members(ChannelArn)).toEqual([stranger, creator, member].sort());
  });
});

describe('DeleteChannelMembership', () => {
  test('removes whom moderators and administrators name, and anyone who leaves', async () => {
    const ChannelArn = await create({ MemberArns: [member, stranger, moderator] });
    await expect(removeMember(ChannelArn, stranger, member)).rejects.toEqual(NOT_MODERATOR);
    await expect(removeMember(ChannelArn, member, member)).resolves.toEqual(succeeds(204));
    await removeMember(ChannelArn, stranger, moderator);
    await removeMember(ChannelArn, moderator, admin);
    expect(await members(ChannelArn)).toEqual([creator]);
    await expect(removeMember(ChannelArn, member, member)).rejects.toEqual(NO_ACCESS);
    await expect(removeMember(`${AppInstanceArn}/channel/none`, member)).rejects.toEqual(NO_ACCESS);
  });

  test('forgets how the member came in', async () => {
    const ChannelArn = await create();
    await addMember(ChannelArn, stranger, { Type: 'HIDDEN' });
    await removeMember(ChannelArn, stranger);
    await addMember(ChannelArn, stranger);
    expect(await members(ChannelArn)).toContain(stranger);
  });

  test('succeeds for one who is no member', async () => {
    const ChannelArn = await create();
    await expect(removeMember(ChannelArn, stranger)).resolves.toEqual(succeeds(204));
    await expect(removeMember(ChannelArn, nobody)).resolves.toEqual(succeeds(204));
  });
});

describe('DescribeChannelMembership', () => {
  test('fails for one who is no member', async () => {
    const ChannelArn = await create();
    await expect(describeMember(ChannelArn, moderator)).rejects.toEqual(failure('NotFoundException', 404, 'noMember'));
    await expect(describeMember(ChannelArn, nobody)).rejects.toEqual(failure('NotFoundException', 404, 'noMember'));
  });

  test('is for members, and for all where the channel is public', async () => {
    const ChannelArn = await create();
    await expect(describeMember(ChannelArn, creator, member)).resolves.toMatchObject({ Member: { Arn: creator } });
    await expect(describeMember(ChannelArn, creator, stranger)).rejects.toEqual(NO_ACCESS);
    await expect(describeMember(await create({ Privacy: 'PUBLIC' }), creator, stranger)).resolves.toMatchObject({ Member: { Arn: creator } });
  });
});

describe('ListChannelMemberships', () => {
  test('tells the hidden ones only when asked', async () => {
    const ChannelArn = await create();
    await addMember(ChannelArn, stranger, { Type: 'HIDDEN' });
    expect(await members(ChannelArn)).toEqual([creator, member]);
    expect(await members(ChannelArn, { Type: 'DEFAULT' })).toEqual([creator, member]);
    expect(await members(ChannelArn, { Type: 'HIDDEN' })).toEqual([stranger]);
  });

  test('is for members, and for all where the channel is public', async () => {
    const ChannelArn = await create();
    expect(await members(ChannelArn, { ChimeBearer: member })).toEqual([creator, member]);
    expect(await members(ChannelArn, { ChimeBearer: admin })).toEqual([creator, member]);
    await expect(members(ChannelArn, { ChimeBearer: stranger })).rejects.toEqual(NO_ACCESS);
    expect(await members(await create({ Privacy: 'PUBLIC' }), { ChimeBearer: stranger })).toEqual([creator, member]);
  });

  test('comes in pages of 50', async () => {
    const ChannelArn = await create();
    const users = Array.from({ length: 118 }, (_, index) => store.createAppInstanceUser(AppInstanceArn, `u${index}`));
    users.forEach((user) => store.addMember(record(ChannelArn), user, { type: 'DEFAULT', invitedBy: creator, createdAt: now }));
    const pages: string[][] = [];
    for await (const page of chime.paginateListChannelMemberships({ client }, { ChannelArn, ChimeBearer: creator })) {
      expect(page.ChannelArn).toBe(ChannelArn);
      pages.push(page.ChannelMemberships!.map(({ Member }) => Member!.Arn!));
    }
    expect(pages.map(({ length }) => length)).toEqual([50, 50, 20]);
    expect(pages.flat()).toEqual([creator, member, ...users].sort());

    const { NextToken } = await client.send(new chime.ListChannelMembershipsCommand({ ChannelArn, ChimeBearer: creator, MaxResults: 1 }));
    await expect(members(ChannelArn, { NextToken, Type: 'HIDDEN' })).rejects.toEqual(failure('BadRequestException', 400, 'invalidNextToken'));
    await expect(members(ChannelArn, { MaxResults: 51 })).rejects.toMatchObject({ name: 'BadRequestException' });
  });
});

describe('moderators of a channel', () => {
  test('are added, described, listed and removed by moderators and administrators', async () => {
    const ChannelArn = await create();
    now = new Date('2026-05-02T00:00:00Z');
    const answer = await addModerator(ChannelArn, stranger, moderator);
    expect(answer).toEqual(succeeds(201));
    expect(answer).toMatchObject({ ChannelArn, ChannelModerator: { Arn: stranger, Name: 'stranger' } });
    expect(await describeModerator(ChannelArn, stranger, admin)).toEqual({
      Moderator: { Arn: stranger, Name: 'stranger' }, ChannelArn, CreatedTimestamp: now, CreatedBy: { Arn: moderator, Name: 'moderator' },
    });
    expect(await moderators(ChannelArn)).toEqual([stranger, creator, moderator].sort());
    await expect(removeModerator(ChannelArn, creator, stranger)).resolves.toEqual(succeeds(204));
    await removeModerator(ChannelArn, stranger, admin);
    expect(await moderators(ChannelArn, moderator)).toEqual([moderator]);
  });

  test('are no members by that, and stay members of a channel that is not elastic', async () => {
    const ChannelArn = await create();
    await addModerator(ChannelArn, stranger);
    await addModerator(ChannelArn, member);
    expect(await members(ChannelArn)).toEqual([creator, member]);
    await removeModerator(ChannelArn, member);
    expect(await members(ChannelArn)).toEqual([creator, member]);
  });

  test('are nobody else\'s business', async () => {
    const ChannelArn = await create({ Privacy: 'PUBLIC' });
    for (const [bearer, error] of [[member, NOT_MODERATOR], [stranger, NOT_MODERATOR], [nobody, INVALID_USER]] as const) {
      await expect(addModerator(ChannelArn, member, bearer)).rejects.toEqual(error);
      await expect(removeModerator(ChannelArn, creator, bearer)).rejects.toEqual(error);
      await expect(describeModerator(ChannelArn, creator, bearer)).rejects.toEqual(error);
      await expect(moderators(ChannelArn, bearer)).rejects.toEqual(error);
    }
    await expect(moderators(await create(), stranger)).rejects.toEqual(NO_ACCESS);
    await expect(addModerator(`${AppInstanceArn}/channel/none`, member)).rejects.toEqual(NO_ACCESS);
  });

  test('cannot be added twice, unknown, or beyond the quota', async () => {
    const ChannelArn = await create();
    await expect(addModerator(ChannelArn, moderator)).rejects.toEqual(failure('ConflictException', 409, 'moderatorExists'));
    await expect(addModerator(ChannelArn, nobody)).rejects.toEqual(INVALID_USER);
    await addModerator(ChannelArn, member);
    await addModerator(ChannelArn, stranger);
    await expect(addModerator(ChannelArn, admin)).rejects.toEqual(failure('ResourceLimitExceededException', 400, 'moderatorQuota'));
  });

  test('are not found where they are none, but can be removed', async () => {
    const ChannelArn = await create();
    await expect(describeModerator(ChannelArn, member)).rejects.toEqual(failure('NotFoundException', 404, 'noModerator'));
    await expect(removeModerator(ChannelArn, member)).resolves.toEqual(succeeds(204));
    expect(await members(ChannelArn)).toContain(member);
  });

  test('come in pages of 50', async () => {
    const ChannelArn = await create();
    const users = Array.from({ length: 50 }, (_, index) => store.createAppInstanceUser(AppInstanceArn, `u${index}`));
    users.forEach((user) => store.addModerator(record(ChannelArn), user, { createdBy: creator, createdAt: now }));
    const pages: string[][] = [];
    for await (const page of chime.paginateListChannelModerators({ client }, { ChannelArn, ChimeBearer: creator })) {
      pages.push(page.ChannelModerators!.map(({ Moderator }) => Moderator!.Arn!));
    }
    expect(pages.map(({ length }) => length)).toEqual([50, 2]);
    expect(pages.flat()).toEqual([creator, moderator, ...users].sort());
    await expect(client.send(new chime.ListChannelModeratorsCommand({ ChannelArn, ChimeBearer: creator, NextToken: 'x' })))
      .rejects.toEqual(failure('BadRequestException', 400, 'invalidNextToken'));
  });

  test('are gone with their identity, which is no member any more either', async () => {
    const ChannelArn = await create({ MemberArns: [moderator] });
    store.deleteIdentity(moderator);
    expect([await members(ChannelArn), await moderators(ChannelArn)]).toEqual([[creator], [creator]]);
  });
});

describe('PutChannelExpirationSettings', () => {
  const settings = (ExpirationDays: number, ExpirationCriterion: chime.ExpirationCriterion = 'CREATED_TIMESTAMP') => ({ ExpirationDays, ExpirationCriterion });

  test('sets, changes and clears', async () => {
    const ChannelArn = await create({ ExpirationSettings: settings(1) });
    expect(await describeChannel(ChannelArn)).toMatchObject({ ExpirationSettings: settings(1) });
    now = new Date('2026-05-02T00:00:00Z');
    const answer = await expire(ChannelArn, settings(2, 'LAST_MESSAGE_TIMESTAMP'), admin);
    expect(answer).toEqual(succeeds(200));
    expect(answer).toMatchObject({ ChannelArn, ExpirationSettings: settings(2, 'LAST_MESSAGE_TIMESTAMP') });
    expect(await describeChannel(ChannelArn)).toMatchObject({ ExpirationSettings: settings(2, 'LAST_MESSAGE_TIMESTAMP'), LastUpdatedTimestamp: now });
    expect(await expire(ChannelArn)).not.toHaveProperty('ExpirationSettings');
    expect(await describeChannel(ChannelArn)).not.toHaveProperty('ExpirationSettings');
  });

  test('is for moderators and administrators, or without a bearer for the account', async () => {
    const ChannelArn = await create();
    await expect(expire(ChannelArn, settings(1), member)).rejects.toEqual(NOT_MODERATOR);
    await expect(expire(ChannelArn, settings(1), stranger)).rejects.toEqual(NO_ACCESS);
    const without = new chime.PutChannelExpirationSettingsCommand({ ChannelArn, ExpirationSettings: settings(3), ChimeBearer: undefined });
    await client.send(without);
    expect(record(ChannelArn).expirationSettings).toEqual(settings(3));
    const other = chimeClient(services, identityOf(services, '444455556666'));
    await expect(other.send(without)).rejects.toEqual(NO_ACCESS);
    other.destroy();
  });

  test.each([[0], [5476]])('fails for %i days', async (days) => {
    await expect(expire(await create(), settings(days))).rejects.toMatchObject({ name: 'BadRequestException' });
  });

  test('lets channels expire since their creation or their last message', async () => {
    const day = 86_400_000;
    const created = now.getTime();
    const old = await create({ ExpirationSettings: settings(2) });
    const quiet = await create({ ExpirationSettings: settings(2, 'LAST_MESSAGE_TIMESTAMP') });
    const lively = await create({ ExpirationSettings: settings(2, 'LAST_MESSAGE_TIMESTAMP') });
    const lasting = await create();
    now = new Date(created + day);
    await client.send(new chime.SendChannelMessageCommand({
      ChannelArn: lively, ChimeBearer: creator, Content: 'c', Type: 'STANDARD', Persistence: 'PERSISTENT', ClientRequestToken: 'message',
    }));
    expect(store.expireChannels(new Date(created + 2 * day - 1))).toEqual([]);
    expect(store.expireChannels(new Date(created + 2 * day)).sort()).toEqual([old, quiet].sort());
    expect(store.expireChannels(new Date(created + 3 * day))).toEqual([lively]);
    expect([...store.channels.keys()]).toEqual([lasting]);
  });
});

describe('the channel flow of a channel', () => {
  test('is associated once or twice, described and disassociated', async () => {
    const ChannelArn = await create();
    const flow = store.createChannelFlow(AppInstanceArn);
    expect(flow).toMatch(/\/channel-flow\/[0-9a-f-]{36}$/);
    await expect(associate(ChannelArn, flow)).resolves.toEqual(succeeds(200));
    await associate(ChannelArn, flow, admin);
    expect(await describeChannel(ChannelArn)).toMatchObject({ ChannelFlowArn: flow });
    await expect(disassociate(ChannelArn, flow, moderator)).resolves.toEqual(succeeds(204));
    expect(await describeChannel(ChannelArn)).not.toHaveProperty('ChannelFlowArn');
  });

  test('must exist, and makes room for another one first', async () => {
    const ChannelArn = await create();
    const [flow, other] = [store.createChannelFlow(AppInstanceArn), store.createChannelFlow(AppInstanceArn)];
    await expect(associate(ChannelArn, `${flow}0`)).rejects.toEqual(failure('NotFoundException', 404, 'flowUnknown'));
    await expect(associate(ChannelArn, store.createChannelFlow(store.createAppInstance(ACCOUNT, 'us-east-1'))))
      .rejects.toEqual(failure('NotFoundException', 404, 'flowUnknown'));
    await associate(ChannelArn, flow);
    await expect(associate(ChannelArn, other)).rejects.toEqual(failure('ConflictException', 409, 'otherFlow'));
    await expect(disassociate(ChannelArn, other)).rejects.toEqual(failure('NotFoundException', 404, 'notItsFlow'));
    expect(record(ChannelArn).channelFlowArn).toBe(flow);
  });

  test('is for moderators and administrators', async () => {
    const ChannelArn = await create({ Privacy: 'PUBLIC' });
    const flow = store.createChannelFlow(AppInstanceArn);
    await expect(associate(ChannelArn, flow, member)).rejects.toEqual(NOT_MODERATOR);
    await expect(disassociate(ChannelArn, flow, stranger)).rejects.toEqual(NOT_MODERATOR);
    await expect(associate(`${AppInstanceArn}/channel/none`, flow)).rejects.toEqual(NO_ACCESS);
  });

  test('is a resource of its own to IAM, beside bearer and channel', async () => {
    const ChannelArn = await create();
    const flow = store.createChannelFlow(AppInstanceArn);
    const resources = [creator, ChannelArn];
    const limited = chimeClient(services, identityOf(services, ACCOUNT, () => [{ Statement: { Effect: 'Allow', Action: 'chime:*', Resource: resources } }]));
    const input = { ChannelArn, ChannelFlowArn: flow, ChimeBearer: creator };
    for (const [action, command] of [
      ['AssociateChannelFlow', () => new chime.AssociateChannelFlowCommand(input)],
      ['DisassociateChannelFlow', () => new chime.DisassociateChannelFlowCommand(input)],
    ] as const) {
      const send = () => limited.send(command() as chime.AssociateChannelFlowCommand);
      await expect(send()).rejects.toMatchObject({
        name: 'AccessDeniedException', message: expect.stringContaining(`is not authorized to perform: chime:${action} on resource: ${flow} because`),
      });
      resources.push(flow);
      await expect(send()).resolves.toBeDefined();
      resources.pop();
    }
    const addAs = () => limited.send(new chime.CreateChannelMembershipCommand({ ...input, MemberArn: stranger, Type: 'DEFAULT' }));
    resources.pop();
    await expect(addAs()).rejects.toMatchObject({ message: expect.stringContaining(`chime:CreateChannelMembership on resource: ${ChannelArn} because`) });
    resources.push(ChannelArn);
    await expect(addAs()).resolves.toBeDefined();
    limited.destroy();
  });
});
