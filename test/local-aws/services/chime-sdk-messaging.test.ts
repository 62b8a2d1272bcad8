import * as chime from '@aws-sdk/client-chime-sdk-messaging';
import { ACCOUNT, chimeClient, identityOf } from './clients';
import { LocalAws } from '../../../local-aws/local-aws';
import { CHIME_MESSAGES } from '../../../local-aws/services/chime-sdk-messaging';
import { LocalServices } from '../../../local-aws/services/server';

let services: LocalServices;
let client: chime.ChimeSDKMessagingClient;
let AppInstanceArn: string;
let ChimeBearer: string;
let member: string;
let stranger: string;
let admin: string;

beforeEach(async () => {
  services = await LocalServices.start({ chime: { channelsPerAppInstance: 8 } });
  client = chimeClient(services, identityOf(services));
  const { store } = services.chime;
  AppInstanceArn = store.createAppInstance(ACCOUNT, 'us-east-1');
  ChimeBearer = store.createAppInstanceUser(AppInstanceArn, 'creator', 'Creator');
  member = store.createAppInstanceUser(AppInstanceArn, 'member');
  stranger = store.createAppInstanceBot(AppInstanceArn);
  admin = store.createAppInstanceUser(AppInstanceArn, 'admin');
  store.createAppInstanceAdmin(admin);
});

afterEach(() => {
  client.destroy();
  return services.stop();
});

let token = 0;

async function create(change: Partial<chime.CreateChannelCommandInput> = {}): Promise<string> {
  token += 1;
  const { ChannelArn } = await client.send(new chime.CreateChannelCommand({
    AppInstanceArn, ChimeBearer, Name: 'support', ClientRequestToken: `token-${token}`, ...change,
  }));
  return ChannelArn!;
}

const describeChannel = (ChannelArn: string, bearer = ChimeBearer) =>
  client.send(new chime.DescribeChannelCommand({ ChannelArn, ChimeBearer: bearer })).then(({ Channel }) => Channel);

function failure(name: string, status: number, cause: keyof typeof CHIME_MESSAGES) {
  return expect.objectContaining({ name, message: CHIME_MESSAGES[cause], $metadata: expect.objectContaining({ httpStatusCode: status }) });
}

const NO_ACCESS = failure('ForbiddenException', 403, 'noAccess');

describe('CreateChannel', () => {
  test('makes a channel that the bearer moderates', async () => {
    const ChannelArn = await create({ Name: 'Ünïcode 😀', Metadata: '{"a":1}', Mode: 'UNRESTRICTED', Privacy: 'PUBLIC', ChannelId: 'chosen' });
    expect(ChannelArn).toBe(`${AppInstanceArn}/channel/chosen`);
    expect(await describeChannel(ChannelArn)).toEqual({
      ChannelArn,
      Name: 'Ünïcode 😀',
      Metadata: '{"a":1}',
      Mode: 'UNRESTRICTED',
      Privacy: 'PUBLIC',
      CreatedBy: { Arn: ChimeBearer, Name: 'Creator' },
      CreatedTimestamp: expect.any(Date),
      LastUpdatedTimestamp: expect.any(Date),
    });
    const moderated = await client.send(new chime.ListChannelsModeratedByAppInstanceUserCommand({ ChimeBearer }));
    expect(moderated.Channels?.map(({ ChannelSummary }) => ChannelSummary?.ChannelArn)).toEqual([ChannelArn]);
  });

  test('takes the least open mode and privacy when they are omitted', async () => {
    expect(await describeChannel(await create())).toMatchObject({ Mode: 'RESTRICTED', Privacy: 'PRIVATE' });
  });

  test('answers a repeated token with the same channel', async () => {
    const first = await create({ ClientRequestToken: 'same', Tags: [{ Key: 'k', Value: 'v' }] });
    expect(await create({ ClientRequestToken: 'same', Tags: [{ Key: 'k', Value: 'v' }] })).toBe(first);
    expect(await create()).not.toBe(first);
    expect(services.chime.store.channels.size).toBe(2);
  });

  test('fails on a repeated token with other parameters', async () => {
    await create({ ClientRequestToken: 'same' });
    await expect(create({ ClientRequestToken: 'same', Name: 'other' })).rejects.toEqual(failure('ConflictException', 409, 'tokenReused'));
  });

  test('takes a token of another app instance as new', async () => {
    const other = services.chime.store.createAppInstance(ACCOUNT, 'us-east-1');
    const bearer = services.chime.store.createAppInstanceUser(other, 'u');
    const first = await create({ ClientRequestToken: 'same' });
    expect(await create({ ClientRequestToken: 'same', AppInstanceArn: other, ChimeBearer: bearer })).not.toBe(first);
  });

  test('fails on a ChannelId that is taken', async () => {
    await create({ ChannelId: 'taken' });
    await expect(create({ ChannelId: 'taken' })).rejects.toEqual(failure('ConflictException', 409, 'channelExists'));
  });

  test('fails beyond the quota of the app instance', async () => {
    for (let index = 0; index < 8; index++) {
      await create();
    }
    await expect(create()).rejects.toEqual(failure('ResourceLimitExceededException', 400, 'channelQuota'));
  });

  test('fails with a bearer or an app instance that does not exist', async () => {
    const invalidUser = failure('ForbiddenException', 403, 'invalidUser');
    await expect(create({ ChimeBearer: `${AppInstanceArn}/user/nobody` })).rejects.toEqual(invalidUser);
    await expect(create({ ChimeBearer: AppInstanceArn })).rejects.toEqual(invalidUser);
    await expect(create({ AppInstanceArn: `${AppInstanceArn}0` })).rejects.toEqual(invalidUser);
    await expect(create({ MemberArns: [`${AppInstanceArn}/user/nobody`] })).rejects.toEqual(invalidUser);
    services.chime.store.deleteIdentity(ChimeBearer);
    await expect(create()).rejects.toEqual(invalidUser);
  });

  test('fails with a bearer of another account', async () => {
    const other = chimeClient(services, identityOf(services, '444455556666'));
    await expect(other.send(new chime.CreateChannelCommand({ AppInstanceArn, ChimeBearer, Name: 'n', ClientRequestToken: 'tt' })))
      .rejects.toEqual(failure('ForbiddenException', 403, 'invalidUser'));
    other.destroy();
  });

  test('fails in another Region than that of the ARN', async () => {
    const frankfurt = chimeClient(services, identityOf(services), 'eu-central-1');
    await expect(frankfurt.send(new chime.CreateChannelCommand({ AppInstanceArn, ChimeBearer, Name: 'n', ClientRequestToken: 'tt' })))
      .rejects.toEqual(failure('BadRequestException', 400, 'wrongRegion'));
    frankfurt.destroy();
  });

  test.each<[string, Partial<chime.CreateChannelCommandInput>]>([
    ['a control character in the name', { Name: 'bell\u0007' }],
    ['an empty tag value', { Tags: [{ Key: 'k', Value: '' }] }],
    ['a token that is too short', { ClientRequestToken: 'a' }],
    ['a duplicate tag key', { Tags: [{ Key: 'k', Value: 'a' }, { Key: 'k', Value: 'b' }] }],
    ['an elastic channel with members', {
      ElasticChannelConfiguration: { MaximumSubChannels: 2, TargetMembershipsPerSubChannel: 2, MinimumMembershipPercentage: 1 },
      get MemberArns() { return [member]; },
    }],
  ])('fails on %s', async (_name, change) => {
    await expect(create({ ...change })).rejects.toMatchObject({ name: 'BadRequestException', Code: 'BadRequest', $metadata: { httpStatusCode: 400 } });
    expect(services.chime.store.channels.size).toBe(0);
  });
});

describe('access to a channel', () => {
  test('a missing channel and one without access answer alike: Forbidden', async () => {
    const ChannelArn = await create();
    await expect(describeChannel(`${AppInstanceArn}/channel/none`)).rejects.toEqual(NO_ACCESS);
    await expect(describeChannel(ChannelArn, stranger)).rejects.toEqual(NO_ACCESS);
    await expect(client.send(new chime.UpdateChannelCommand({ ChannelArn, ChimeBearer: stranger, Name: 'n' }))).rejects.toEqual(NO_ACCESS);
    await expect(client.send(new chime.DeleteChannelCommand({ ChannelArn, ChimeBearer: stranger }))).rejects.toEqual(NO_ACCESS);
  });

  test('members read, moderators and administrators change', async () => {
    const ChannelArn = await create({ MemberArns: [member] });
    await expect(describeChannel(ChannelArn, member)).resolves.toMatchObject({ Name: 'support' });
    await expect(client.send(new chime.UpdateChannelCommand({ ChannelArn, ChimeBearer: member, Name: 'n' })))
      .rejects.toEqual(failure('ForbiddenException', 403, 'notModerator'));
    await expect(client.send(new chime.UpdateChannelCommand({ ChannelArn, ChimeBearer: admin, Name: 'by admin' }))).resolves.toMatchObject({ ChannelArn });
    const { members, moderators } = services.chime.store.channels.get(ChannelArn)!;
    moderators.delete(ChimeBearer);
    await expect(describeChannel(ChannelArn)).resolves.toMatchObject({ Name: 'by admin' });
    members.delete(ChimeBearer);
    await expect(describeChannel(ChannelArn)).rejects.toEqual(NO_ACCESS);
  });

  test('anyone of the app instance reads a public channel, but does not change it', async () => {
    const ChannelArn = await create({ Privacy: 'PUBLIC' });
    await expect(describeChannel(ChannelArn, stranger)).resolves.toMatchObject({ Privacy: 'PUBLIC' });
    await expect(client.send(new chime.DeleteChannelCommand({ ChannelArn, ChimeBearer: stranger })))
      .rejects.toEqual(failure('ForbiddenException', 403, 'notModerator'));
  });
});

describe('UpdateChannel', () => {
  test('keeps what is omitted, and the messages', async () => {
    const ChannelArn = await create({ Metadata: 'm' });
    await client.send(new chime.SendChannelMessageCommand({
      ChannelArn, ChimeBearer, Content: 'hello', Type: 'STANDARD', Persistence: 'PERSISTENT', ClientRequestToken: 'message',
    }));
    await client.send(new chime.UpdateChannelCommand({ ChannelArn, ChimeBearer, Name: 'renamed' }));
    expect(await describeChannel(ChannelArn)).toMatchObject({ Name: 'renamed', Mode: 'RESTRICTED', Metadata: 'm', LastMessageTimestamp: expect.any(Date) });
    await client.send(new chime.UpdateChannelCommand({ ChannelArn, ChimeBearer, Mode: 'UNRESTRICTED', Metadata: '' }));
    expect(await describeChannel(ChannelArn)).toMatchObject({ Name: 'renamed', Mode: 'UNRESTRICTED', Metadata: '' });
    const { ChannelMessages } = await client.send(new chime.ListChannelMessagesCommand({ ChannelArn, ChimeBearer }));
    expect(ChannelMessages).toMatchObject([{ Content: 'hello', Sender: { Arn: ChimeBearer } }]);
  });
});

describe('DeleteChannel', () => {
  test('takes the channel, its messages and its token', async () => {
    const ChannelArn = await create({ ClientRequestToken: 'same' });
    await client.send(new chime.DeleteChannelCommand({ ChannelArn, ChimeBearer }));
    await expect(describeChannel(ChannelArn)).rejects.toEqual(NO_ACCESS);
    await expect(client.send(new chime.DeleteChannelCommand({ ChannelArn, ChimeBearer }))).rejects.toEqual(NO_ACCESS);
    expect(await create({ ClientRequestToken: 'same' })).not.toBe(ChannelArn);
  });
});

describe('lists', () => {
  test('private channels are for administrators only', async () => {
    const secret = await create();
    const open = await create({ Privacy: 'PUBLIC' });
    const list = async (bearer: string, Privacy?: chime.ChannelPrivacy) => {
      const { Channels } = await client.send(new chime.ListChannelsCommand({ AppInstanceArn, ChimeBearer: bearer, Privacy }));
      return Channels?.map(({ ChannelArn }) => ChannelArn);
    };
    expect(await list(stranger, 'PUBLIC')).toEqual([open]);
    expect(await list(stranger)).toEqual([open]);
    expect(await list(admin, 'PRIVATE')).toEqual([secret]);
    await expect(list(stranger, 'PRIVATE')).rejects.toEqual(failure('ForbiddenException', 403, 'adminOnly'));
  });

  test('come in pages', async () => {
    const made = [await create(), await create(), await create()];
    const arns: (string | undefined)[] = [];
    const pages = chime.paginateListChannelsModeratedByAppInstanceUser({ client, pageSize: 2 }, { ChimeBearer });
    let count = 0;
    for await (const page of pages) {
      count += 1;
      arns.push(...page.Channels!.map(({ ChannelSummary }) => ChannelSummary?.ChannelArn));
    }
    expect(count).toBe(2);
    expect(arns.sort()).toEqual(made.sort());
    await expect(client.send(new chime.ListChannelsModeratedByAppInstanceUserCommand({ ChimeBearer, NextToken: 'x' })))
      .rejects.toEqual(failure('BadRequestException', 400, 'invalidNextToken'));
    await expect(client.send(new chime.ListChannelsModeratedByAppInstanceUserCommand({ ChimeBearer, MaxResults: 51 })))
      .rejects.toMatchObject({ name: 'BadRequestException', message: expect.stringContaining('less than or equal to 50') });
  });

  test('another user\'s moderated channels are for administrators only', async () => {
    const ChannelArn = await create();
    const list = (bearer: string) => client.send(new chime.ListChannelsModeratedByAppInstanceUserCommand({
      AppInstanceUserArn: ChimeBearer,
      ChimeBearer: bearer,
    }));
    expect((await list(admin)).Channels).toMatchObject([{ ChannelSummary: { ChannelArn } }]);
    await expect(list(stranger)).rejects.toEqual(failure('ForbiddenException', 403, 'adminOnly'));
  });
});

describe('messages', () => {
  test('come newest first, once per token, and only when persistent', async () => {
    const ChannelArn = await create();
    const send = (Content: string, ClientRequestToken: string, Persistence: chime.ChannelMessagePersistenceType = 'PERSISTENT') =>
      client.send(new chime.SendChannelMessageCommand({ ChannelArn, ChimeBearer, Content, Type: 'STANDARD', Persistence, ClientRequestToken }));
    await send('first', 'm1');
    await send('first', 'm1');
    await send('second', 'm2');
    await send('gone', 'm3', 'NON_PERSISTENT');
    const list = async (SortOrder?: chime.SortOrder) => {
      const contents: (string | undefined)[] = [];
      for await (const page of chime.paginateListChannelMessages({ client, pageSize: 1 }, { ChannelArn, ChimeBearer, SortOrder })) {
        contents.push(...page.ChannelMessages!.map(({ Content }) => Content));
      }
      return contents;
    };
    expect(await list()).toEqual(['second', 'first']);
    expect(await list('ASCENDING')).toEqual(['first', 'second']);
  });
});

describe('tags', () => {
  const tagsOf = async (ResourceARN: string) => (await client.send(new chime.ListTagsForResourceCommand({ ResourceARN }))).Tags;

  test('are listed, added, changed and removed', async () => {
    const ResourceARN = await create({ Tags: [{ Key: 'a', Value: '1' }, { Key: 'b', Value: '2' }] });
    await client.send(new chime.TagResourceCommand({ ResourceARN, Tags: [{ Key: 'b', Value: '3' }, { Key: 'c', Value: '4' }] }));
    await client.send(new chime.UntagResourceCommand({ ResourceARN, TagKeys: ['a', 'absent'] }));
    expect(await tagsOf(ResourceARN)).toEqual([{ Key: 'b', Value: '3' }, { Key: 'c', Value: '4' }]);
  });

  test('fail beyond 50, and nothing of the request is applied', async () => {
    const tags = (from: number, count: number) => Array.from({ length: count }, (_, index) => ({ Key: `k${from + index}`, Value: 'v' }));
    const ResourceARN = await create({ Tags: tags(0, 49) });
    await expect(client.send(new chime.TagResourceCommand({ ResourceARN, Tags: tags(49, 2) })))
      .rejects.toEqual(failure('ResourceLimitExceededException', 400, 'tagQuota'));
    expect(await tagsOf(ResourceARN)).toHaveLength(49);
    await client.send(new chime.TagResourceCommand({ ResourceARN, Tags: tags(48, 2) }));
    expect(await tagsOf(ResourceARN)).toHaveLength(50);
  });

  test('fail for a channel that is missing or of another account', async () => {
    await expect(tagsOf(`${AppInstanceArn}/channel/none`)).rejects.toEqual(NO_ACCESS);
    const ResourceARN = await create();
    const other = chimeClient(services, identityOf(services, '444455556666'));
    await expect(other.send(new chime.ListTagsForResourceCommand({ ResourceARN }))).rejects.toEqual(NO_ACCESS);
    other.destroy();
  });
});

describe('authorization', () => {
  test('asks for the bearer and for the channel', async () => {
    const ChannelArn = await create();
    const resources: string[] = [];
    const limited = chimeClient(services, identityOf(services, ACCOUNT, () => [{ Statement: { Effect: 'Allow', Action: 'chime:*', Resource: resources } }]));
    const describeAs = () => limited.send(new chime.DescribeChannelCommand({ ChannelArn, ChimeBearer }));
    await expect(describeAs()).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining(`is not authorized to perform: chime:DescribeChannel on resource: ${ChimeBearer} because`),
      $metadata: { httpStatusCode: 403 },
    });
    resources.push(ChimeBearer);
    await expect(describeAs()).rejects.toMatchObject({ message: expect.stringContaining(`on resource: ${ChannelArn} because`) });
    resources.push(`${AppInstanceArn}/channel/*`);
    await expect(describeAs()).resolves.toBeDefined();
    await expect(limited.send(new chime.ListTagsForResourceCommand({ ResourceARN: ChannelArn }))).resolves.toBeDefined();
    resources.pop();
    await expect(limited.send(new chime.ListTagsForResourceCommand({ ResourceARN: ChannelArn })))
      .rejects.toMatchObject({ name: 'AccessDeniedException', message: expect.stringContaining(`on resource: ${ChannelArn} because`) });
    limited.destroy();
  });
});

test('the app instance and the user of a stack make channels', async () => {
  const aws = await LocalAws.start();
  const { outputs } = await aws.cloudFormation.deploy({
    stackName: 'chat',
    template: {
      Resources: {
        Chat: { Type: 'AWS::Chime::AppInstance', Properties: { Name: 'chat' } },
        Bearer: { Type: 'AWS::Chime::AppInstanceUser', Properties: { AppInstanceArn: { Ref: 'Chat' }, AppInstanceUserId: 'bearer' } },
      },
      Outputs: { Chat: { Value: { 'Fn::GetAtt': ['Chat', 'AppInstanceArn'] } }, Bearer: { Value: { 'Fn::GetAtt': ['Bearer', 'AppInstanceUserArn'] } } },
    },
  });
  const there = chimeClient(aws.services, identityOf(aws.services));
  await expect(there.send(new chime.CreateChannelCommand({
    AppInstanceArn: String(outputs.Chat), ChimeBearer: String(outputs.Bearer), Name: 'support', ClientRequestToken: 'of-a-stack',
  }))).resolves.toMatchObject({ ChannelArn: expect.stringContaining(`${String(outputs.Chat)}/channel/`) });
  there.destroy();
  await aws.stop();
});

test('an operation of the model that is not implemented says so', async () => {
  await expect(client.send(new chime.ListChannelFlowsCommand({ AppInstanceArn })))
    .rejects.toMatchObject({ name: 'UnknownOperationException', $metadata: { httpStatusCode: 404 } });
});
