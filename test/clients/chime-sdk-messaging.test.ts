import * as chime from '@aws-sdk/client-chime-sdk-messaging';
import { authorizationOf, Failure, signedHeadersOf, Wire, wireOf } from './wire';
import * as handlers from '../../lambda/aws/chime-sdk-messaging';
import { Command } from '../../lambda/aws/client';
import { Identity } from '../../sandbox/identity';
import { LocalServices } from '../../sandbox/services/server';
import { trait } from '../../sandbox/services/smithy';
import { captureLog, clearEnvironment, invocation, useCredentials, withoutRetries } from '../lambda/environment';
import { ACCOUNT, chimeClient, identityOf } from '../sandbox/services/clients';

type OperationName = 'CreateChannel' | 'UpdateChannel' | 'DeleteChannel' | 'ListChannelsModeratedByAppInstanceUser' | 'TagResource' | 'UntagResource';
const OPERATIONS: OperationName[] = [
  'CreateChannel', 'UpdateChannel', 'DeleteChannel', 'ListChannelsModeratedByAppInstanceUser', 'TagResource', 'UntagResource',
];
/** Tags belong to the account: nobody bears them. */
const WITHOUT_BEARER = ['TagResource', 'UntagResource'];
const WITH_BODY = ['CreateChannel', 'UpdateChannel', 'TagResource', 'UntagResource'];

type Call = (operation: OperationName, input: object) => Promise<object>;

interface Channel {
  readonly AppInstanceArn: string;
  readonly ChannelArn: string;
  readonly ChimeBearer: string;
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
  const AppInstanceArn = store.createAppInstance(ACCOUNT, region, appInstanceId);
  const ChimeBearer = store.createAppInstanceUser(AppInstanceArn, userId);
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
    members: new Set(),
    moderators: new Set([ChimeBearer]),
    messages: [],
  });
  return { AppInstanceArn, ChimeBearer, ChannelArn };
}

function inputOf(operation: OperationName, { AppInstanceArn, ChimeBearer, ChannelArn }: Channel): object {
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
      ClientRequestToken: '5b3a0a5c-0000-4000-8000-000000000000',
    };
    case 'UpdateChannel': return { ChannelArn, ChimeBearer, Name: 'Größe 😀', Mode: 'UNRESTRICTED', Metadata: '' };
    case 'DeleteChannel': return { ChannelArn, ChimeBearer };
    case 'ListChannelsModeratedByAppInstanceUser': return { ChimeBearer };
    case 'TagResource': return { ResourceARN: ChannelArn, Tags: tags };
    case 'UntagResource': return { ResourceARN: ChannelArn, TagKeys: ['removed', 'Schlüssel + 1'] };
  }
}

/** The state of the service, but for its times and for the ids that it gives. */
function stateOf(channel: Channel): unknown {
  return services.chime.store.channelsOf(channel.AppInstanceArn)
    .map(({ name, mode, privacy, metadata, tags, moderators }) => ({ name, mode, privacy, metadata, tags: [...tags], moderators: [...moderators] }));
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

/** The channel that a Create answers has an id of the service's making. */
function withoutId(output: unknown): unknown {
  return JSON.parse(JSON.stringify(output).replace(/[0-9a-f]{64}/, '<id>'));
}

describe.each(OPERATIONS)('%s', (operation) => {
  test.each(['us-east-1', 'eu-central-1'])('sends what the SDK sends in %s, and reads the same answer', async (region) => {
    const results = await compare((call, channel) => call(operation, inputOf(operation, channel)), { region });
    const [wire] = results.handlers.wire;
    expect(results.handlers.wire).toHaveLength(1);
    expect(wire).toMatchObject({ host: true, date: true, credential: expect.stringContaining(`/${region}/chime/aws4_request`) });
    expect(results.handlers.wire).toEqual(results.sdks.wire);
    expect(withoutId(results.handlers.got)).toEqual(withoutId(results.sdks.got));
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

test('a token of a page may hold any character', async () => {
  const NextToken = 'a+b/c=&d e%20ü?😀';
  const results = await compare((call, { ChimeBearer }) => failureOf(call('ListChannelsModeratedByAppInstanceUser', { ChimeBearer, NextToken })));
  expect(queryOf(results.handlers.wire[0])).toEqual({ 'scope': 'app-instance-user-moderated-channels', 'next-token': NextToken });
  expect(results.handlers.wire.map(queryOf)).toEqual(results.sdks.wire.map(queryOf));
  expect(results.handlers.got).toMatchObject({ name: 'BadRequestException', status: 400 });
  expect(results.handlers.got).toEqual(results.sdks.got);
});

test.each<[string, OperationName, (channel: Channel) => object]>([
  ['a channel that is missing', 'DeleteChannel', (channel) => ({ ...channel, ChannelArn: `${channel.ChannelArn}x`, AppInstanceArn: undefined })],
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
