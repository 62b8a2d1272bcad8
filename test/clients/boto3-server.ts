/**
 * The local services for `boto3_check.py`: runs calls through the handler's clients, prints them with what arrived, and
 * for each line on its input prepares the same state again, or prints what has arrived since.
 */
import { createInterface } from 'node:readline';
import { wireOf } from './wire';
import * as chime from '../../lambda/aws/chime-sdk-messaging';
import { Client, Command } from '../../lambda/aws/client';
import * as supportApp from '../../lambda/aws/support-app';
import { LocalServices } from '../../local-aws/services/server';

const ACCOUNT = '111122223333';
const REGION = 'us-east-1';
const TEAM = 'T012ABCDEFG';

interface Call {
  readonly service: 'support-app' | 'chime-sdk-messaging';
  readonly operation: string;
  readonly input: object;
}

async function main() {
  const services = await LocalServices.start();
  const identity = services.identities.issue({ accountId: ACCOUNT, principalArn: `arn:aws:sts::${ACCOUNT}:assumed-role/Handler/function` });
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: identity.accessKeyId,
    AWS_SECRET_ACCESS_KEY: identity.secretAccessKey,
    AWS_SESSION_TOKEN: identity.sessionToken,
    AWS_ENDPOINT_URL_SUPPORT_APP: services.endpoints.supportApp,
    AWS_ENDPOINT_URL_CHIME_SDK_MESSAGING: services.endpoints.chimeSdkMessaging,
  });
  const calls = prepare(services);
  const config = { region: REGION, invocation: { deadline: Date.now() + 60_000, propagationDeadline: 0, signal: new AbortController().signal } };
  const clients: Record<Call['service'], Client> = {
    'support-app': new supportApp.SupportAppClient(config),
    'chime-sdk-messaging': new chime.ChimeSDKMessagingClient(config),
  };
  const commands = { ...supportApp, ...chime } as unknown as Record<string, new (input: object) => Command<object>>;
  // The output is for the caller alone; the handler's log goes elsewhere.
  console.log = () => undefined;
  const answers: object[] = [];
  for (const { service, operation, input } of calls) {
    answers.push(await clients[service].send(new commands[`${operation}Command`](input)));
  }
  const { accessKeyId, secretAccessKey, sessionToken } = identity;
  const endpoint = services.endpoints.supportApp;
  print({ endpoint, region: REGION, accessKeyId, secretAccessKey, sessionToken, calls, answers, wire: wireOf(services) });
  for await (const line of createInterface({ input: process.stdin })) {
    if (line === 'prepare') {
      prepare(services);
      services.requests.clear();
    }
    print(wireOf(services));
  }
  await services.stop();
}

function print(value: unknown) {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** The same state each time, and calls that all succeed in it one after the other. */
function prepare(services: LocalServices): Call[] {
  const { store } = services.supportApp;
  store.createTeam(TEAM, 'Exämple Corp');
  store.createOrganization(ACCOUNT);
  store.authorizeWorkspace(ACCOUNT, TEAM);
  services.chime.store.appInstances.clear();
  services.chime.store.channels.clear();
  const AppInstanceArn = services.chime.store.createAppInstance(ACCOUNT, REGION, 'instance');
  const ChimeBearer = services.chime.store.createAppInstanceUser(AppInstanceArn, 'user');
  const ChannelArn = `${AppInstanceArn}/channel/one`;
  services.chime.store.channels.set(ChannelArn, {
    channelArn: ChannelArn,
    appInstanceArn: AppInstanceArn,
    privacy: 'PRIVATE',
    createdBy: ChimeBearer,
    createdAt: new Date(0),
    name: 'before',
    mode: 'RESTRICTED',
    updatedAt: new Date(0),
    tags: new Map(),
    members: new Set(),
    moderators: new Set([ChimeBearer]),
    messages: [],
  });
  const key = { teamId: TEAM, channelId: 'C012ABCDEFG' };
  const channel = {
    ...key,
    channelName: 'Größe 😀',
    channelRoleArn: `arn:aws:iam::${ACCOUNT}:role/Support`,
    notifyOnCaseSeverity: 'all',
    notifyOnAddCorrespondenceToCase: true,
    notifyOnCreateOrReopenCase: false,
    notifyOnResolveCase: false,
  };
  const ofSupportApp: [string, object][] = [
    ['PutAccountAlias', { accountAlias: 'our account' }],
    ['GetAccountAlias', {}],
    ['DeleteAccountAlias', {}],
    ['RegisterSlackWorkspaceForOrganization', { teamId: TEAM }],
    ['ListSlackWorkspaceConfigurations', {}],
    ['CreateSlackChannelConfiguration', channel],
    ['UpdateSlackChannelConfiguration', { ...channel, notifyOnCaseSeverity: 'high', notifyOnResolveCase: true }],
    ['ListSlackChannelConfigurations', {}],
    ['DeleteSlackChannelConfiguration', key],
    ['DeleteSlackWorkspaceConfiguration', { teamId: TEAM }],
  ];
  const ofChime: [string, object][] = [
    ['CreateChannel', { AppInstanceArn, ChimeBearer, Name: 'Größe 😀', ClientRequestToken: 'token-1', Tags: [{ Key: 'k', Value: 'ü' }] }],
    ['UpdateChannel', { ChannelArn, ChimeBearer, Name: 'after', Mode: 'UNRESTRICTED', Metadata: '' }],
    ['TagResource', { ResourceARN: ChannelArn, Tags: [{ Key: 'Schlüssel', Value: 'v' }] }],
    ['UntagResource', { ResourceARN: ChannelArn, TagKeys: ['Schlüssel'] }],
    ['ListChannelsModeratedByAppInstanceUser', { ChimeBearer }],
    ['DeleteChannel', { ChannelArn, ChimeBearer }],
  ];
  return [
    ...ofSupportApp.map(([operation, input]) => ({ service: 'support-app' as const, operation, input })),
    ...ofChime.map(([operation, input]) => ({ service: 'chime-sdk-messaging' as const, operation, input })),
  ];
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
