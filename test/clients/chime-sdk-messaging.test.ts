import * as chime from '@aws-sdk/client-chime-sdk-messaging';
import { authorizationOf, Failure, signedHeadersOf, Wire, wireOf } from './wire';
import * as handlers from '../../lambda/aws/chime-sdk-messaging';
import { Command } from '../../lambda/aws/client';
import { Identity } from '../../local-aws/identity';
import { LocalServices } from '../../local-aws/services/server';
import { trait } from '../../local-aws/services/smithy';
import { captureLog, clearEnvironment, invocation, useCredentials, withoutRetries } from '../lambda/environment';
import { ACCOUNT, chimeClient, identityOf } from '../local-aws/services/clients';

/** Every operation that our client has: one without an input here is a mistake that the compiler finds. */
type OperationName = { [Name in keyof typeof handlers]: Name extends `${infer Operation}Command` ? Operation : never }[keyof typeof handlers];
const OPERATIONS = Object.keys(handlers).flatMap((name) => /^(\w+)Command$/.exec(name)?.[1] ?? []) as OperationName[];
/** Tags belong to the account: nobody bears them. */
const WITHOUT_BEARER: OperationName[] = ['TagResource', 'UntagResource', 'ListTagsForResource'];
const WITH_BODY: OperationName[] = [
  'CreateChannel', 'UpdateChannel', 'PutChannelExpirationSettings', 'AssociateChannelFlow', 'BatchCreateChannelMembership', 'CreateChannelModerator',
  'TagResource', 'UntagResource',
];

type Call = (operation: OperationName, input: object) => Promise<object>;

interface Channel {
  readonly AppInstanceArn: string;
  readonly ChannelArn: string;
  readonly ChimeBearer: string;
  readonly member: string;
  readonly moderator: string;
  /** Who belongs to the AppInstance, but not to the channel. */
  readonly stranger: string;
  readonly flow: string;
  readonly otherFlow: string;
}

let services: LocalServices;
let identity: Identity;
let clients: chime.ChimeSDKMessagingClient[];

beforeEach(async () => {
  clearEnvironment();
  captureLog();
  withoutRetries();
  services = await LocalServices.start({ chime: { pageSize: 2 } });
  identity = identityOf(services);
  clients = [];
});

afterEach(async () => {
  jest.restoreAllMocks();
  clients.forEach((client) => client.destroy());
  await services.stop();
});

function handlersClient(region: string): Call {
  useCredentials(identity);
  process.env.AWS_ENDPOINT_URL_CHIME_SDK_MESSAGING = services.endpoints.chimeSdkMessaging;
  const client = new handlers.ChimeSDKMessagingClient({ region, invocation: invocation() });
  return (operation, input) => {
    const OperationCommand = handlers[`${operation}Command`] as unknown as new (input: object) => Command<object>;
    return client.send(new OperationCommand(input));
  };
}

function sdksClient(region: string): Call {
  const client = chimeClient(services, identity, region);
  clients.push(client);
  return async (operation, input) => {
    const OperationCommand = chime[`${operation}Command`] as unknown as new (input: object) => chime.CreateChannelCommand;
    const { $metadata, ...output } = await client.send(new OperationCommand(input as chime.CreateChannelCommandInput));
    return output;
  };
}

/** An app instance with the same identifiers each time, and a channel in it. */
function prepareChannel(region: string, appInstanceId = 'instance', userId = 'user'): Channel {
  const { store } = services.chime;
  store.channels.clear();
  store.appInstances.clear();
  store.channelFlows.clear();
  const AppInstanceArn = store.createAppInstance(ACCOUNT, region, appInstanceId);
  const ChimeBearer = store.createAppInstanceUser(AppInstanceArn, userId);
  const member = store.createAppInstanceUser(AppInstanceArn, 'member', 'Größe 😀');
  const moderator = store.createAppInstanceBot(AppInstanceArn, 'moderator:1');
  const stranger = store.createAppInstanceUser(AppInstanceArn, 'stranger@example.com');
  const [flow, otherFlow] = ['flow', 'flow.2'].map((id) => store.createChannelFlow(AppInstanceArn, id));
  const ChannelArn = `${AppInstanceArn}/channel/channel:1`;
  store.channels.set(ChannelArn, {
    channelArn: ChannelArn,
    appInstanceArn: AppInstanceArn,
    privacy: 'PRIVATE',
    createdBy: ChimeBearer,
    createdAt: new Date(0),
    name: 'before',
    mode: 'RESTRICTED',
    metadata: 'before',
    updatedAt: new Date(0),
    tags: new Map([['kept', '1'], ['removed', '2']]),
    members: new Set([ChimeBearer, member]),
    moderators: new Set([ChimeBearer, moderator]),
    expirationSettings: { ExpirationDays: 1, ExpirationCriterion: 'LAST_MESSAGE_TIMESTAMP' },
    channelFlowArn: flow,
    messages: [],
  });
  return { AppInstanceArn, ChimeBearer, ChannelArn, member, moderator, stranger, flow, otherFlow };
}

function inputOf(operation: OperationName, { AppInstanceArn, ChimeBearer, ChannelArn, ...others }: Channel): object {
  const { member, moderator, stranger, flow } = others;
  const channel = { ChannelArn, ChimeBearer };
  const tags = [{ Key: 'Schlüssel + 1', Value: 'Größe 😀 = "x"' }, { Key: 'kept', Value: 'changed' }];
  switch (operation) {
    case 'CreateChannel': return {
      AppInstanceArn,
      ChimeBearer,
      Name: 'Ünïcode 😀 "&<>',
      Mode: 'UNRESTRICTED',
      Privacy: 'PUBLIC',
      Metadata: '{"ä":"\\n"}',
      Tags: tags,
      ChannelId: 'on-call:2@example.com',
      MemberArns: [member, stranger],
      ModeratorArns: [moderator],
      ExpirationSettings: { ExpirationDays: 5475, ExpirationCriterion: 'CREATED_TIMESTAMP' },
      ClientRequestToken: '5b3a0a5c-0000-4000-8000-000000000000',
    };
    case 'UpdateChannel': return { ...channel, Name: 'Größe 😀', Mode: 'UNRESTRICTED', Metadata: '' };
    case 'DescribeChannel':
    case 'DeleteChannel':
    case 'ListChannelMemberships':
    case 'ListChannelModerators': return channel;
    case 'PutChannelExpirationSettings': return { ...channel, ExpirationSettings: { ExpirationDays: 90, ExpirationCriterion: 'CREATED_TIMESTAMP' } };
    // That which it has: a second one the service refuses.
    case 'AssociateChannelFlow':
    case 'DisassociateChannelFlow': return { ...channel, ChannelFlowArn: flow };
    case 'BatchCreateChannelMembership': return { ...channel, MemberArns: [stranger, moderator] };
    case 'DeleteChannelMembership': return { ...channel, MemberArn: member };
    case 'CreateChannelModerator': return { ...channel, ChannelModeratorArn: stranger };
    case 'DeleteChannelModerator': return { ...channel, ChannelModeratorArn: moderator };
    case 'ListChannelsModeratedByAppInstanceUser': return { ChimeBearer };
    case 'TagResource': return { ResourceARN: ChannelArn, Tags: tags };
    case 'UntagResource': return { ResourceARN: ChannelArn, TagKeys: ['removed', 'Schlüssel + 1'] };
    case 'ListTagsForResource': return { ResourceARN: ChannelArn };
  }
}

/** The state of the service, but for its times and for the ids that it gives. */
function stateOf(channel: Channel): unknown {
  return services.chime.store.channelsOf(channel.AppInstanceArn).map((record) => {
    const { name, mode, privacy, metadata, tags, members, moderators, elasticChannelConfiguration, expirationSettings, channelFlowArn } = record;
    const lists = { tags: [...tags], members: [...members], moderators: [...moderators] };
    return { name, mode, privacy, metadata, elasticChannelConfiguration, expirationSettings, channelFlowArn, ...lists };
  });
}

async function compare<Got>(
  run: (call: Call, channel: Channel) => Promise<Got>, { region = 'us-east-1', appInstanceId = 'instance', userId = 'user' } = {},
) {
  const results: { wire: Wire[]; signedHeaders: string[][]; got: Got; state: unknown }[] = [];
  for (const client of [handlersClient(region), sdksClient(region)]) {
    services.requests.clear();
    const channel = prepareChannel(region, appInstanceId, userId);
    const got = await run(client, channel);
    results.push({ wire: wireOf(services), signedHeaders: signedHeadersOf(services), got, state: stateOf(channel) });
  }
  return { handlers: results[0], sdks: results[1] };
}

async function failureOf(call: Promise<unknown>): Promise<Failure> {
  const error: Error = await call.then(() => new Error('the call succeeded'), (reason) => reason);
  return { name: error.name, message: error.message, status: services.requests.entries.at(-1)!.outcome.status };
}

/** As JSON: our client leaves times as they come, for which the handler has no use. */
function readable(output: unknown): unknown {
  return JSON.parse(JSON.stringify(output, (name, value) =>
    name.endsWith('Timestamp') && typeof value === 'number' ? new Date(value * 1000).toISOString() : value));
}

test('each of our commands is compared', () => {
  // That there is none without its operation of the official client, the compiler cannot tell.
  expect(OPERATIONS.filter((operation) => typeof chime[`${operation}Command`] !== 'function')).toEqual([]);
  expect(OPERATIONS.filter((operation) => !services.chime.implements(operation))).toEqual([]);
  expect(OPERATIONS).toEqual(expect.arrayContaining(['CreateChannel', 'DescribeChannel', 'ListChannelMemberships', 'ListTagsForResource']));
  expect(OPERATIONS.length).toBe(Object.keys(handlers).filter((name) => name.endsWith('Command')).length);
});

describe.each(OPERATIONS)('%s', (operation) => {
  test.each(['us-east-1', 'eu-central-1'])('sends what the SDK sends in %s, and reads the same answer', async (region) => {
    const results = await compare((call, channel) => call(operation, inputOf(operation, channel)), { region });
    const [wire] = results.handlers.wire;
    expect(results.handlers.wire).toHaveLength(1);
    expect(wire).toMatchObject({ host: true, date: true, credential: expect.stringContaining(`/${region}/chime/aws4_request`) });
    expect(results.handlers.wire).toEqual(results.sdks.wire);
    expect(readable(results.handlers.got)).toEqual(readable(results.sdks.got));
    expect(results.handlers.state).toEqual(results.sdks.state);
    expect(results.handlers.signedHeaders[0]).toEqual(expect.arrayContaining(results.sdks.signedHeaders[0]));
    expect(services.requests.entries[0].outcome.committed).toBe(true);
  });

  test('the headers that decide over a request are signed', async () => {
    await handlersClient('us-east-1')(operation, inputOf(operation, prepareChannel('us-east-1')));
    const { headers, url } = services.requests.entries[0].wire;
    expect(authorizationOf(headers.authorization!).signedHeaders).toEqual(expect.arrayContaining([
      'host', 'x-amz-date', 'x-amz-security-token',
      ...(WITHOUT_BEARER.includes(operation) ? [] : ['x-amz-chime-bearer']),
      ...(WITH_BODY.includes(operation) ? ['content-type'] : []),
    ]));
    expect(headers['x-amz-chime-bearer'] === undefined).toBe(WITHOUT_BEARER.includes(operation));
    expect(headers['content-type']).toBe(WITH_BODY.includes(operation) ? 'application/json' : undefined);
    expect(url).not.toMatch(/arn:/);
  });

  test('reports each error that the model declares as the SDK does', async () => {
    const { model } = services.chime;
    const declared = model.shape(`com.amazonaws.chimesdkmessaging#${operation}`).errors!
      .map(({ target }) => ({ name: target.split('#')[1], status: trait<number>(model.shape(target), 'httpError') }));
    expect(declared.length).toBeGreaterThan(3);
    for (const { name, status } of declared) {
      const results = await compare((call, channel) => {
        services.faults.clear();
        services.faults.inject({ fault: { kind: 'error', code: name, message: `Größe of "${name}" \n 😀` } });
        return failureOf(call(operation, inputOf(operation, channel)));
      });
      expect(results.handlers.got).toEqual({ name, status, message: `Größe of "${name}" \n 😀` });
      expect(results.handlers.got).toEqual(results.sdks.got);
    }
  });
});

test('an update without a name, a mode or metadata leaves them out', async () => {
  const results = await compare((call, { ChannelArn, ChimeBearer }) => call('UpdateChannel', { ChannelArn, ChimeBearer, Name: 'only', Mode: undefined }));
  expect(results.handlers.wire).toEqual(results.sdks.wire);
  expect(results.handlers.wire[0].body).toBe('{"Name":"only"}');
  expect(results.handlers.state).toEqual(results.sdks.state);
});

test('a Create sends nothing of what is left out', async () => {
  const token = '5b3a0a5c-0000-4000-8000-000000000000';
  const results = await compare((call, { AppInstanceArn, ChimeBearer }) =>
    call('CreateChannel', { AppInstanceArn, ChimeBearer, Name: 'n', ClientRequestToken: token, MemberArns: undefined, ExpirationSettings: undefined }));
  expect(results.handlers.wire).toEqual(results.sdks.wire);
  expect(JSON.parse(results.handlers.wire[0].body)).toEqual({
    AppInstanceArn: `arn:aws:chime:us-east-1:${ACCOUNT}:app-instance/instance`, ClientRequestToken: token, Name: 'n',
  });
  expect(results.handlers.state).toEqual(results.sdks.state);
});

test('an elastic channel is made and described with its numbers', async () => {
  const ElasticChannelConfiguration = { MaximumSubChannels: 2, TargetMembershipsPerSubChannel: 500, MinimumMembershipPercentage: 40 };
  const results = await compare(async (call, channel) => {
    const { MemberArns, ...input } = inputOf('CreateChannel', channel) as Record<string, unknown>;
    const { ChannelArn } = await call('CreateChannel', { ...input, Mode: 'RESTRICTED', ElasticChannelConfiguration }) as Channel;
    const { Channel: { CreatedTimestamp, LastUpdatedTimestamp, ...described } } = await call(
      'DescribeChannel', { ChannelArn, ChimeBearer: channel.ChimeBearer },
    ) as { Channel: chime.Channel };
    return described;
  });
  expect(results.handlers.wire).toEqual(results.sdks.wire);
  expect(results.handlers.got).toMatchObject({
    Mode: 'RESTRICTED', ElasticChannelConfiguration, ExpirationSettings: { ExpirationDays: 5475, ExpirationCriterion: 'CREATED_TIMESTAMP' },
  });
  expect(results.handlers.got).toEqual(results.sdks.got);
  expect(results.handlers.state).toEqual(results.sdks.state);
});

test('expiration settings that are left out end the expiration', async () => {
  const results = await compare((call, { ChannelArn, ChimeBearer }) =>
    call('PutChannelExpirationSettings', { ChannelArn, ChimeBearer, ExpirationSettings: undefined }));
  expect(results.handlers.wire).toEqual(results.sdks.wire);
  expect(results.handlers.wire[0]).toMatchObject({ method: 'PUT', body: '{}', contentType: 'application/json', contentLength: '2' });
  expect(results.handlers.got).toEqual(results.sdks.got);
  expect(results.handlers.state).toMatchObject([{ expirationSettings: undefined }]);
  expect(results.handlers.state).toEqual(results.sdks.state);
});

test('a channel flow takes the place of another', async () => {
  const results = await compare(async (call, { ChannelArn, ChimeBearer, flow, otherFlow }) => {
    const refused = await failureOf(call('AssociateChannelFlow', { ChannelArn, ChimeBearer, ChannelFlowArn: otherFlow }));
    await call('DisassociateChannelFlow', { ChannelArn, ChimeBearer, ChannelFlowArn: flow });
    const missing = await failureOf(call('DisassociateChannelFlow', { ChannelArn, ChimeBearer, ChannelFlowArn: flow }));
    await call('AssociateChannelFlow', { ChannelArn, ChimeBearer, ChannelFlowArn: otherFlow });
    return [refused, missing];
  });
  expect(results.handlers.wire).toEqual(results.sdks.wire);
  expect(results.handlers.got).toMatchObject([{ name: 'ConflictException', status: 409 }, { name: 'NotFoundException', status: 404 }]);
  expect(results.handlers.got).toEqual(results.sdks.got);
  expect(results.handlers.state).toMatchObject([{ channelFlowArn: expect.stringMatching(/\/channel-flow\/flow\.2$/) }]);
  expect(results.handlers.state).toEqual(results.sdks.state);
});

test('the errors of a batch are read, as they come with its success', async () => {
  const results = await compare((call, { ChannelArn, ChimeBearer, member, stranger, moderator, AppInstanceArn }) => {
    services.chime.store.failMembership(moderator, 'Throttled');
    const MemberArns = [member, stranger, `${AppInstanceArn}/user/nobody`, moderator];
    return call('BatchCreateChannelMembership', { ChannelArn, ChimeBearer, MemberArns });
  });
  expect(results.handlers.wire).toEqual(results.sdks.wire);
  const { Errors: errors } = results.handlers.got as chime.BatchCreateChannelMembershipCommandOutput;
  expect(errors!.map(({ MemberArn, ErrorCode }) => [MemberArn!.split('/').at(-1), ErrorCode])).toEqual([
    ['member', 'Conflict'], ['nobody', expect.any(String)], ['moderator:1', 'Throttled'],
  ]);
  expect(errors!.map(({ ErrorMessage }) => typeof ErrorMessage)).toEqual(['string', 'string', 'string']);
  expect(results.handlers.got).toEqual(results.sdks.got);
  expect(results.handlers.state).toEqual(results.sdks.state);
});

test.each<[OperationName, string]>([
  ['DeleteChannelMembership', 'MemberArn'], ['DeleteChannelModerator', 'ChannelModeratorArn'], ['DisassociateChannelFlow', 'ChannelFlowArn'],
])('%s has both ARNs in the path, each in one segment', async (operation, name) => {
  const results = await compare((call, { ChannelArn, ChimeBearer, AppInstanceArn }) =>
    failureOf(call(operation, { ChannelArn, ChimeBearer, [name]: `${AppInstanceArn}/user/a b%20+,=@~é😀?#` })));
  const paths = [results.handlers, results.sdks].map(({ wire }) => wire[0].url.split('/').map(decodeURIComponent));
  expect(paths[0]).toHaveLength(5);
  expect(paths[0][4]).toBe(`arn:aws:chime:us-east-1:${ACCOUNT}:app-instance/instance/user/a b%20+,=@~é😀?#`);
  expect(paths[0]).toEqual(paths[1]);
  // The service says the same to both of one who is not there.
  expect(results.handlers.got).toEqual(results.sdks.got);
  expect(results.handlers.state).toEqual(results.sdks.state);
});

test('the path has the whole ARN in one segment, percent-encoded once', async () => {
  const odd = { appInstanceId: 'a b%20+,=@~(!*\'1)', userId: 'u' };
  const results = await compare((call, channel) => call('DeleteChannel', inputOf('DeleteChannel', channel)), odd);
  // The two differ in characters that RFC 3986 reserves but URLs may hold; both verify, and both name the same channel.
  const paths = [results.handlers, results.sdks].map(({ wire }) => decodeURIComponent(wire[0].url));
  expect(paths[0]).toBe(`/channels/arn:aws:chime:us-east-1:${ACCOUNT}:app-instance/${odd.appInstanceId}/channel/channel:1`);
  expect(paths[0]).toBe(paths[1]);
  expect(results.handlers.wire[0].url.split('/')).toHaveLength(3);
  expect(results.handlers.state).toEqual([]);
});

test('pages follow each other with the tokens that the SDK follows them with', async () => {
  const results = await compare(async (call, { AppInstanceArn, ChimeBearer, ChannelArn }) => {
    const { store } = services.chime;
    for (const id of ['2', '3', '4', '5']) {
      const channelArn = `${AppInstanceArn}/channel/${id}`;
      store.channels.set(channelArn, { ...store.channels.get(ChannelArn)!, channelArn });
    }
    const arns: (string | undefined)[] = [];
    let NextToken: string | undefined;
    do {
      const page = await call('ListChannelsModeratedByAppInstanceUser', { ChimeBearer, NextToken }) as
        chime.ListChannelsModeratedByAppInstanceUserCommandOutput;
      arns.push(...page.Channels!.map((channel) => channel.ChannelSummary?.ChannelArn));
      NextToken = page.NextToken;
    } while (NextToken);
    return arns;
  });
  expect(results.handlers.got).toHaveLength(5);
  expect(new Set(results.handlers.got).size).toBe(5);
  expect(results.handlers.got).toEqual(results.sdks.got);
  expect(results.handlers.wire).toHaveLength(3);
  expect(results.handlers.wire.map(queryOf)).toEqual(results.sdks.wire.map(queryOf));
});

test.each<[OperationName, typeof handlers.ListChannelMembershipsCommand]>([
  ['ListChannelMemberships', handlers.ListChannelMembershipsCommand], ['ListChannelModerators', handlers.ListChannelModeratorsCommand],
])('the pages of %s are read to their end, or to whom one looks for', async (operation, command) => {
  const everybody = ({ AppInstanceArn, ChannelArn }: Channel) => {
    const { members, moderators } = services.chime.store.channels.get(ChannelArn)!;
    const added = ['a', 'b', 'c'].map((id) => services.chime.store.createAppInstanceUser(AppInstanceArn, id));
    added.forEach((arn) => [members, moderators].forEach((list) => list.add(arn)));
    return [...operation === 'ListChannelMemberships' ? members : moderators].sort();
  };
  const results = await compare(async (call, channel) => {
    const expected = everybody(channel);
    const { ChannelArn, ChimeBearer } = channel;
    const arns: (string | undefined)[] = [];
    let NextToken: string | undefined;
    do {
      const page = await call(operation, { ChannelArn, ChimeBearer, NextToken }) as
        chime.ListChannelMembershipsCommandOutput & chime.ListChannelModeratorsCommandOutput;
      const participants = page.ChannelMemberships?.map(({ Member }) => Member) ?? page.ChannelModerators?.map(({ Moderator }) => Moderator);
      arns.push(...participants!.map((participant) => participant?.Arn));
      NextToken = page.NextToken;
    } while (NextToken);
    expect([...arns].sort()).toEqual(expected);
    return arns;
  });
  expect(results.handlers.got).toHaveLength(5);
  expect(results.handlers.got).toEqual(results.sdks.got);
  expect(results.handlers.wire.map(queryOf)).toEqual([{}, { 'next-token': expect.any(String) }, { 'next-token': expect.any(String) }]);
  expect(results.handlers.wire).toEqual(results.sdks.wire);

  const channel = prepareChannel('us-east-1');
  const expected = everybody(channel);
  services.requests.clear();
  const client = new handlers.ChimeSDKMessagingClient({ region: 'us-east-1', invocation: invocation() });
  const { ChannelArn, ChimeBearer } = channel;
  const read: (string | undefined)[] = [];
  for await (const arn of handlers.listArns(client, command, { ChannelArn, ChimeBearer })) {
    read.push(arn);
    if (read.length === 3) {
      expect(services.requests.entries).toHaveLength(2);
    }
  }
  expect([...read].sort()).toEqual(expected);
  expect(read).toEqual(results.sdks.got);
  expect(wireOf(services).map(queryOf)).toEqual(results.sdks.wire.map(queryOf));
});

test.each<[OperationName, object]>([
  ['ListChannelsModeratedByAppInstanceUser', { scope: 'app-instance-user-moderated-channels' }],
  ['ListChannelMemberships', {}],
  ['ListChannelModerators', {}],
])('a token of a page of %s may hold any character', async (operation, query) => {
  const NextToken = 'a+b/c=&d e%20ü?😀';
  const results = await compare((call, channel) => failureOf(call(operation, { ...inputOf(operation, channel), NextToken })));
  expect(queryOf(results.handlers.wire[0])).toEqual({ ...query, 'next-token': NextToken });
  expect(results.handlers.wire.map(queryOf)).toEqual(results.sdks.wire.map(queryOf));
  expect(results.handlers.got).toMatchObject({ name: 'BadRequestException', status: 400 });
  expect(results.handlers.got).toEqual(results.sdks.got);
});

test.each<[string, OperationName, (channel: Channel) => object]>([
  ['a channel that is missing', 'DeleteChannel', ({ ChannelArn, ChimeBearer }) => ({ ChannelArn: `${ChannelArn}x`, ChimeBearer })],
  ['a channel that is missing', 'DescribeChannel', ({ ChannelArn, ChimeBearer }) => ({ ChannelArn: `${ChannelArn}x`, ChimeBearer })],
  ['a channel that is missing', 'ListChannelModerators', ({ ChannelArn, ChimeBearer }) => ({ ChannelArn: `${ChannelArn}x`, ChimeBearer })],
  ['a channel that is missing', 'ListTagsForResource', ({ ChannelArn }) => ({ ResourceARN: `${ChannelArn}x` })],
  ['a moderator of another AppInstance', 'CreateChannelModerator', ({ ChannelArn, ChimeBearer, AppInstanceArn }) => ({
    ChannelArn, ChimeBearer, ChannelModeratorArn: `${AppInstanceArn}2/user/user`,
  })],
  ['a list of nobody', 'BatchCreateChannelMembership', ({ ChannelArn, ChimeBearer }) => ({ ChannelArn, ChimeBearer, MemberArns: [] })],
  ['a channel that expires at once', 'PutChannelExpirationSettings', ({ ChannelArn, ChimeBearer }) => ({
    ChannelArn, ChimeBearer, ExpirationSettings: { ExpirationDays: 0, ExpirationCriterion: 'CREATED_TIMESTAMP' },
  })],
  ['a bearer that is unknown', 'UpdateChannel', ({ ChannelArn, ChimeBearer }) => ({ ChannelArn, ChimeBearer: `${ChimeBearer}x`, Name: 'n' })],
  ['a channel of another Region', 'TagResource', ({ ChannelArn }) => ({
    ResourceARN: ChannelArn.replace('us-east-1', 'eu-central-1'), Tags: [{ Key: 'k', Value: 'v' }],
  })],
  ['an empty tag value', 'TagResource', ({ ChannelArn }) => ({ ResourceARN: ChannelArn, Tags: [{ Key: 'k', Value: '' }] })],
])('%s: %s is refused with the same words', async (_name, operation, input) => {
  const results = await compare((call, channel) => failureOf(call(operation, input(channel))));
  expect(results.handlers.got.status).toBeGreaterThanOrEqual(400);
  expect(results.handlers.got.name).toMatch(/^(Forbidden|BadRequest)Exception$/);
  expect(results.handlers.got).toEqual(results.sdks.got);
  expect(results.handlers.state).toEqual(results.sdks.state);
});

test('the repeated Create of one event makes one channel', async () => {
  const results = await compare(async (call, channel) => {
    const one = await call('CreateChannel', inputOf('CreateChannel', channel));
    const other = await call('CreateChannel', inputOf('CreateChannel', channel));
    expect(one).toEqual(other);
  });
  expect(results.handlers.state).toHaveLength(2);
  expect(results.handlers.state).toEqual(results.sdks.state);
});

function queryOf({ url }: Wire): Record<string, string> {
  return Object.fromEntries(new URL(url, 'http://localhost').searchParams);
}
