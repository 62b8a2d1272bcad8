import {
  ChimeSDKMessagingClient, listArns, ListChannelMembershipsCommand, ListChannelModeratorsCommand, ListChannelsModeratedByAppInstanceUserCommand,
} from '../../../lambda/aws/chime-sdk-messaging';
import type { Client } from '../../../lambda/aws/client';
import { find } from '../../../lambda/aws/pagination';
import { captureLog, clearEnvironment, invocation, useCredentials, withoutRetries } from '../environment';
import { type Script, ScriptedServer } from '../scripted-server';

const APP_INSTANCE_ARN = 'arn:aws:chime:us-east-1:111122223333:app-instance/i';
const CHANNEL = { ChannelArn: `${APP_INSTANCE_ARN}/channel/c`, ChimeBearer: `${APP_INSTANCE_ARN}/user/u` };
const PATH = `/channels/${encodeURIComponent(CHANNEL.ChannelArn)}`;

let server: ScriptedServer;

beforeEach(() => {
  clearEnvironment();
  captureLog();
  withoutRetries();
  useCredentials({ accessKeyId: 'key', secretAccessKey: 'secret' });
});

afterEach(async () => {
  jest.restoreAllMocks();
  await server.stop();
});

async function clientFor(...pages: object[]): Promise<Client> {
  server = await ScriptedServer.start(...pages.map((page): Script => ('status' in page ? page as Script : { body: JSON.stringify(page) })));
  process.env.AWS_ENDPOINT_URL_CHIME_SDK_MESSAGING = server.url;
  return new ChimeSDKMessagingClient({ region: 'us-east-1', invocation: invocation() });
}

async function restarted(...pages: object[]): Promise<Client> {
  await server.stop();
  return clientFor(...pages);
}

async function all(items: AsyncGenerator<string | undefined>): Promise<(string | undefined)[]> {
  const read = [];
  for await (const item of items) {
    read.push(item);
  }
  return read;
}

const urls = () => server.requests.map(({ method, url }) => `${method} ${url}`);

const membersPage = (...arns: string[]) => ({ ChannelMemberships: arns.map((Arn) => ({ Member: { Arn, Name: 'n' } })) });
const moderatorsPage = (...arns: string[]) => ({ ChannelModerators: arns.map((Arn) => ({ Moderator: { Arn, Name: 'n' } })) });

describe.each([
  ['members', ListChannelMembershipsCommand, '/memberships', membersPage],
  ['moderators', ListChannelModeratorsCommand, '/moderators', moderatorsPage],
] as const)('%s', (_, command, path, page) => {
  const list = (client: Client) => listArns(client, command, CHANNEL);

  test('are read page by page, each with the token of the one before', async () => {
    const client = await clientFor({ ...page('a', 'b'), NextToken: 'one' }, { ...page('c'), NextToken: 't/w+o=&' }, page('d'));
    expect(await all(list(client))).toEqual(['a', 'b', 'c', 'd']);
    expect(urls()).toEqual([`GET ${PATH}${path}`, `GET ${PATH}${path}?next-token=one`, `GET ${PATH}${path}?next-token=t%2Fw%2Bo%3D%26`]);
    expect(server.requests.map(({ headers, body }) => [headers['x-amz-chime-bearer'], body])).toEqual(Array(3).fill([CHANNEL.ChimeBearer, '']));
  });

  test('go on after a page of nobody, and end with an empty token or none', async () => {
    expect(await all(list(await clientFor({ ...page(), NextToken: 'one' }, { NextToken: 'two' }, { ...page('a'), NextToken: '' })))).toEqual(['a']);
    expect(urls()).toHaveLength(3);
    expect(await all(list(await restarted({ ...page('a'), NextToken: null })))).toEqual(['a']);
    expect(urls()).toHaveLength(1);
    expect(await all(list(await restarted({})))).toEqual([]);
  });

  test('are read no further than to whom one looks for', async () => {
    const client = await clientFor({ ...page('a'), NextToken: 'one' }, { ...page('b', 'c'), NextToken: 'two' }, page('d'));
    expect(await find(list(client), (arn) => arn === 'b')).toBe('b');
    expect(urls()).toHaveLength(2);
    expect(await find(list(await restarted(page('a'))), (arn) => arn === 'b')).toBeUndefined();
  });

  test('that are answered without an ARN are nobody whom one looks for', async () => {
    const [name] = Object.keys(page());
    const [[participant]] = Object.values(page('a'));
    const client = await clientFor({ [name]: [{}, { Member: {}, Moderator: {} }, participant] });
    expect(await all(list(client))).toEqual([undefined, undefined, 'a']);
  });

  test('fail with the error of whichever page', async () => {
    const failure = { status: 403, body: JSON.stringify({ Code: 'Forbidden', __type: 'ForbiddenException', Message: 'no' }) };
    const client = await clientFor({ ...page('a'), NextToken: 'one' }, failure);
    await expect(all(list(client))).rejects.toMatchObject({ name: 'ForbiddenException', message: 'no' });
    expect(urls()).toHaveLength(2);
  });
});

test('the channels of a bearer keep their scope from page to page', async () => {
  const page = (...arns: string[]) => ({ Channels: arns.map((ChannelArn) => ({ ChannelSummary: { ChannelArn } })) });
  const client = await clientFor({ ...page('a'), NextToken: 'o n&e' }, { Channels: [{}, ...page('b').Channels] });
  expect(await all(listArns(client, ListChannelsModeratedByAppInstanceUserCommand, { ChimeBearer: CHANNEL.ChimeBearer }))).toEqual(['a', undefined, 'b']);
  expect(urls()).toEqual([
    'GET /channels?scope=app-instance-user-moderated-channels', 'GET /channels?scope=app-instance-user-moderated-channels&next-token=o%20n%26e',
  ]);
});
