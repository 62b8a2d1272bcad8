import SupportApp from 'aws-sdk/clients/supportapp';
import { authorizationOf, Failure, signedHeadersOf, Wire, wireOf } from './wire';
import { Command, ServiceError } from '../../lambda/aws/client';
import * as handlers from '../../lambda/aws/support-app';
import { Identity } from '../../local-aws/identity';
import { LocalServices } from '../../local-aws/services/server';
import { trait } from '../../local-aws/services/smithy';
import { captureLog, clearEnvironment, invocation, useCredentials, withoutRetries } from '../lambda/environment';
import { ACCOUNT, identityOf, supportAppClient } from '../local-aws/services/clients';

const TEAM = 'T012ABCDEFG';
const CHANNEL = { teamId: TEAM, channelId: 'C012ABCDEFG' };
const CONFIGURATION = {
  ...CHANNEL,
  channelName: 'Ünterstützung 😀 & "co"',
  channelRoleArn: `arn:aws:iam::${ACCOUNT}:role/path/Support`,
  notifyOnCaseSeverity: 'all',
  notifyOnAddCorrespondenceToCase: true,
  notifyOnCreateOrReopenCase: false,
  notifyOnResolveCase: true,
} as const;

type OperationName = 'CreateSlackChannelConfiguration' | 'UpdateSlackChannelConfiguration' | 'DeleteSlackChannelConfiguration'
  | 'ListSlackChannelConfigurations' | 'RegisterSlackWorkspaceForOrganization' | 'DeleteSlackWorkspaceConfiguration'
  | 'ListSlackWorkspaceConfigurations' | 'PutAccountAlias' | 'GetAccountAlias' | 'DeleteAccountAlias';

const INPUTS: Record<OperationName, object> = {
  CreateSlackChannelConfiguration: CONFIGURATION,
  UpdateSlackChannelConfiguration: { ...CONFIGURATION, notifyOnCaseSeverity: 'none', notifyOnAddCorrespondenceToCase: false, notifyOnResolveCase: false },
  DeleteSlackChannelConfiguration: CHANNEL,
  ListSlackChannelConfigurations: {},
  RegisterSlackWorkspaceForOrganization: { teamId: TEAM },
  DeleteSlackWorkspaceConfiguration: { teamId: TEAM },
  ListSlackWorkspaceConfigurations: {},
  PutAccountAlias: { accountAlias: 'Our account_1 - main' },
  GetAccountAlias: {},
  DeleteAccountAlias: {},
};
const OPERATIONS = Object.keys(INPUTS) as OperationName[];
/** Official clients differ here: the SDK sends `{}`, the AWS CLI no body at all. */
const WITHOUT_INPUT = ['GetAccountAlias', 'DeleteAccountAlias'];

type Call = (operation: OperationName, input: object) => Promise<unknown>;

let services: LocalServices;

beforeEach(async () => {
  clearEnvironment();
  captureLog();
  withoutRetries();
  services = await LocalServices.start();
  services.supportApp.store.createTeam(TEAM, 'Exämple Corp');
});

afterEach(async () => {
  jest.restoreAllMocks();
  await services.stop();
});

function handlersClient(region = 'us-east-1', identity = identityOf(services)): Call {
  useCredentials(identity);
  process.env.AWS_ENDPOINT_URL_SUPPORT_APP = services.endpoints.supportApp;
  const client = new handlers.SupportAppClient({ region, invocation: invocation() });
  return (operation, input) => {
    const OperationCommand = handlers[`${operation}Command`] as new (input: object) => Command<unknown>;
    return client.send(new OperationCommand(input));
  };
}

function sdksClient(region = 'us-east-1', identity = identityOf(services)): Call {
  const client = supportAppClient(services, identity, region);
  return async (operation, input) => {
    const method = operation[0].toLowerCase() + operation.slice(1) as 'getAccountAlias';
    const { $response, ...output } = await (client[method] as (input: object) => ReturnType<SupportApp['getAccountAlias']>)
      .call(client, input).promise();
    return output;
  };
}

/** Runs the same calls through both clients, each with the same prepared account, and gives what each of them sent and got. */
async function compare<Got>(prepare: () => void, run: (call: Call) => Promise<Got>, region = 'us-east-1', identity: Identity = identityOf(services)) {
  const { store } = services.supportApp;
  const results: { wire: Wire[]; signedHeaders: string[][]; got: Got; state: unknown }[] = [];
  for (const client of [handlersClient(region, identity), sdksClient(region, identity)]) {
    services.requests.clear();
    const account = store.account(ACCOUNT);
    account.workspaces.clear();
    account.channels.clear();
    account.accountAlias = undefined;
    prepare();
    const got = await run(client);
    const state = JSON.stringify([account.accountAlias, [...account.channels], [...account.workspaces]]);
    results.push({ wire: wireOf(services), signedHeaders: signedHeadersOf(services), got, state });
  }
  return { handlers: results[0], sdks: results[1] };
}

async function failureOf(call: Promise<unknown>): Promise<Failure> {
  const error: { name: string; code?: string; message: string } = await call.then(() => new Error('the call succeeded'), (reason) => reason);
  return { name: error.code ?? error.name, message: error.message, status: services.requests.entries.at(-1)!.outcome.status };
}

function prepareAll() {
  services.supportApp.store.createOrganization(ACCOUNT);
  services.supportApp.store.authorizeWorkspace(ACCOUNT, TEAM);
  services.supportApp.store.putChannel(ACCOUNT, CONFIGURATION);
  services.supportApp.store.account(ACCOUNT).accountAlias = 'before';
}

test('all operations of the model are compared', () => {
  expect(services.supportApp.model.operations.map(({ name }) => name).sort()).toEqual([...OPERATIONS].sort());
});

describe.each(OPERATIONS)('%s', (operation) => {
  const prepare = () => {
    prepareAll();
    if (operation === 'CreateSlackChannelConfiguration') {
      services.supportApp.store.removeChannel(ACCOUNT, CHANNEL);
    }
  };

  test('sends what the SDK sends, and reads the same answer', async () => {
    const results = await compare(prepare, (call) => call(operation, INPUTS[operation]));
    const [wire] = results.handlers.wire;
    expect(results.handlers.wire).toHaveLength(1);
    expect(wire).toMatchObject({ method: 'POST', host: true, date: true });
    if (WITHOUT_INPUT.includes(operation)) {
      expect(results.sdks.wire).toEqual([{ ...wire, body: '{}', contentType: 'application/json', contentLength: '2' }]);
    } else {
      expect(results.handlers.wire).toEqual(results.sdks.wire);
    }
    expect(results.handlers.got).toEqual(results.sdks.got);
    expect(results.handlers.state).toBe(results.sdks.state);
    expect(results.handlers.signedHeaders[0]).toEqual(expect.arrayContaining(results.sdks.signedHeaders[0].filter((name) => name !== 'content-type')));
    expect(services.requests.entries[0].outcome).toEqual({ status: 200, committed: true });
  });

  test('the headers that decide over a request are signed', async () => {
    prepare();
    await handlersClient()(operation, INPUTS[operation]);
    const { headers } = services.requests.entries[0].wire;
    const body = WITHOUT_INPUT.includes(operation) ? [] : ['content-type'];
    expect(authorizationOf(headers.authorization!).signedHeaders)
      .toEqual(expect.arrayContaining(['host', 'x-amz-date', 'x-amz-security-token', ...body]));
  });
});

test.each(WITHOUT_INPUT as OperationName[])('%s has neither body nor content type, as the AWS CLI sends it', async (operation) => {
  prepareAll();
  await handlersClient()(operation, {});
  const { headers, body } = services.requests.entries[0].wire;
  expect(body).toBe('');
  expect(headers).not.toHaveProperty('content-type');
  expect(headers['content-length'] ?? '0').toBe('0');
});

test.each(['eu-west-1', 'ap-northeast-1', 'us-west-2'])('the credential scope names %s', async (region) => {
  const results = await compare(prepareAll, (call) => call('PutAccountAlias', INPUTS.PutAccountAlias), region);
  expect(results.handlers.wire).toEqual(results.sdks.wire);
  expect(results.handlers.wire[0].credential).toMatch(new RegExp(`^ASIA\\w+/\\d{8}/${region}/supportapp/aws4_request$`));
});

test('long-lived credentials send no session token', async () => {
  const { sessionToken, ...identity } = identityOf(services);
  jest.spyOn(services.identities, 'find').mockReturnValue(identity);
  const results = await compare(prepareAll, (call) => call('PutAccountAlias', INPUTS.PutAccountAlias), 'us-east-1', identity);
  expect(sessionToken).toBeDefined();
  expect(results.handlers.wire[0].securityToken).toBeUndefined();
  expect(results.handlers.wire).toEqual(results.sdks.wire);
});

describe('lists', () => {
  test('follow the pages with the tokens that the SDK follows them with', async () => {
    const prepare = () => {
      for (const teamId of ['T5', 'T3', 'T1', 'T4', 'T2']) {
        services.supportApp.store.createTeam(teamId, `Team ${teamId}`);
        services.supportApp.store.authorizeWorkspace(ACCOUNT, teamId);
      }
      for (let index = 0; index < 12; index += 1) {
        services.supportApp.store.putChannel(ACCOUNT, { ...CONFIGURATION, teamId: 'T3', channelId: `C${index}` });
      }
    };
    const results = await compare(prepare, async (call) => {
      const ids: string[] = [];
      for (const [operation, list, id] of [
        ['ListSlackWorkspaceConfigurations', 'slackWorkspaceConfigurations', 'teamId'],
        ['ListSlackChannelConfigurations', 'slackChannelConfigurations', 'channelId'],
      ] as const) {
        let nextToken: string | undefined;
        do {
          const page = await call(operation, { nextToken }) as { nextToken?: string; [list: string]: unknown };
          ids.push(...(page[list] as Record<string, string>[]).map((item) => item[id]));
          nextToken = page.nextToken;
        } while (nextToken);
      }
      return ids;
    });
    expect(results.handlers.got).toHaveLength(17);
    expect(results.handlers.got).toEqual(results.sdks.got);
    expect(results.handlers.wire).toEqual(results.sdks.wire);
    expect(results.handlers.wire.length).toBe(6);
  });

  test('the generators read all pages', async () => {
    prepareAll();
    for (let index = 0; index < 12; index += 1) {
      services.supportApp.store.putChannel(ACCOUNT, { ...CONFIGURATION, channelId: `C${index}` });
    }
    useCredentials(identityOf(services));
    process.env.AWS_ENDPOINT_URL_SUPPORT_APP = services.endpoints.supportApp;
    const client = new handlers.SupportAppClient({ region: 'us-east-1', invocation: invocation() });
    const channels: string[] = [];
    for await (const channel of handlers.listChannels(client)) {
      channels.push(channel.channelId);
    }
    const workspaces: unknown[] = [];
    for await (const workspace of handlers.listWorkspaces(client)) {
      workspaces.push(workspace);
    }
    expect(channels).toHaveLength(13);
    expect(new Set(channels).size).toBe(13);
    expect(workspaces).toEqual([{ teamId: TEAM, teamName: 'Exämple Corp', allowOrganizationMemberAccount: false }]);
  });
});

describe('errors', () => {
  test.each(OPERATIONS)('%s reports each error that the model declares as the SDK does', async (operation) => {
    const { model } = services.supportApp;
    const declared = model.shape(`com.amazonaws.supportapp#${operation}`).errors!
      .map(({ target }) => ({ name: target.split('#')[1], status: trait<number>(model.shape(target), 'httpError') }));
    expect(declared.length).toBeGreaterThan(0);
    for (const { name, status } of declared) {
      const results = await compare(prepareAll, (call) => {
        services.faults.clear();
        services.faults.inject({ fault: { kind: 'error', code: name, message: `Größe of "${name}" \n 😀` } });
        return failureOf(call(operation, INPUTS[operation]));
      });
      expect(results.handlers.got).toEqual({ name, status, message: `Größe of "${name}" \n 😀` });
      expect(results.handlers.got).toEqual(results.sdks.got);
    }
  });

  test.each<[string, OperationName, () => void]>([
    ['a channel without its workspace', 'CreateSlackChannelConfiguration', () => undefined],
    ['a channel that exists', 'CreateSlackChannelConfiguration', prepareAll],
    ['a channel that is missing', 'UpdateSlackChannelConfiguration', () => {
      services.supportApp.store.authorizeWorkspace(ACCOUNT, TEAM);
    }],
    ['a live chat', 'DeleteSlackChannelConfiguration', () => {
      prepareAll();
      services.supportApp.store.startLiveChat(ACCOUNT, CHANNEL);
    }],
    ['a workspace that is missing', 'DeleteSlackWorkspaceConfiguration', () => undefined],
    ['an alias that is missing', 'DeleteAccountAlias', () => undefined],
    ['a workspace outside of an organization', 'RegisterSlackWorkspaceForOrganization', () => {
      services.supportApp.store.account(ACCOUNT).organization = undefined;
    }],
  ])('%s: %s is refused with the same words', async (_name, operation, prepare) => {
    const results = await compare(prepare, (call) => failureOf(call(operation, INPUTS[operation])));
    expect(results.handlers.got.status).toBeGreaterThanOrEqual(400);
    expect(results.handlers.got.name).toMatch(/Exception$/);
    expect(results.handlers.got).toEqual(results.sdks.got);
    expect(results.handlers.state).toBe(results.sdks.state);
  });

  test('an input that violates the model is refused with the service\'s words', async () => {
    const failure = await failureOf(handlersClient()('PutAccountAlias', { accountAlias: 'x'.repeat(31) }));
    expect(failure).toMatchObject({ name: 'ValidationException', status: 400 });
  });

  test('a caller without permission is denied with the same words', async () => {
    const identity = identityOf(services, ACCOUNT, () => []);
    const failures = [];
    for (const client of [handlersClient('us-east-1', identity), sdksClient('us-east-1', identity)]) {
      failures.push(await failureOf(client('PutAccountAlias', INPUTS.PutAccountAlias)));
    }
    expect(failures[0]).toMatchObject({ name: 'AccessDeniedException', status: 403 });
    expect(failures[0]).toEqual(failures[1]);
  });

  test('an unknown key is refused, and so is a wrong secret', async () => {
    const identity = identityOf(services);
    expect(await failureOf(handlersClient('us-east-1', { ...identity, accessKeyId: 'ASIAUNKNOWN' })('GetAccountAlias', {})))
      .toMatchObject({ name: 'UnrecognizedClientException', status: 403 });
    expect(await failureOf(handlersClient('us-east-1', { ...identity, secretAccessKey: 'wrong' })('GetAccountAlias', {})))
      .toMatchObject({ name: 'InvalidSignatureException', status: 403 });
  });

  test('is a ServiceError that says which operation failed', async () => {
    const error: ServiceError = await handlersClient()('DeleteAccountAlias', {}).then(() => undefined, (reason) => reason);
    expect(error).toBeInstanceOf(ServiceError);
    expect(error).toMatchObject({ operation: 'DeleteAccountAlias', mayHaveSucceeded: false });
    expect(error.tries).toMatch(/^tries: 1, request id: [0-9a-f-]{36}$/);
  });
});
