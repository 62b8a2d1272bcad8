import { captureLog, clearEnvironment, useCredentials, withoutRetries, withoutWaits } from './environment';
import { Script, ScriptedServer } from './scripted-server';
import { formatPhysicalId } from '../../lambda/core/physical-id';
import { CustomResourceEvent } from '../../lambda/custom-resource';
import { handler } from '../../lambda/index';
import { LocalServices } from '../../local-aws/services/server';
import { ACCOUNT_ALIAS_TYPE, CHIME_CHANNEL_TYPE, SLACK_CHANNEL_CONFIGURATION_TYPE, SLACK_WORKSPACE_TYPE } from '../../src/contract';
import { ACCOUNT, identityOf } from '../local-aws/services/clients';

const STACK_ID = `arn:aws:cloudformation:us-east-1:${ACCOUNT}:stack/support/5b3a0a5c-0000-4000-8000-000000000000`;
const TEAM = 'T012ABCDEFG';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/Support`;
/** As CloudFormation sends them: every scalar is a string. */
const CHANNEL = {
  ServiceToken: 'arn:aws:lambda:us-east-1:111122223333:function:handler',
  ServiceTimeout: '300',
  TeamId: TEAM,
  ChannelId: 'C012ABCDEFG',
  ChannelName: 'support',
  ChannelRoleArn: ROLE,
  NotifyOnCaseSeverity: 'all',
  NotifyOnAddCorrespondenceToCase: 'true',
  NotifyOnResolveCase: 'false',
};

interface Response {
  readonly Status: string;
  readonly Reason?: string;
  readonly PhysicalResourceId: string;
  readonly Data?: Record<string, string>;
}

/** So that a handler that does not get on answers before the test is given up: nothing outlasts the tests. */
const REMAINING = 20_000;

let services: LocalServices;
let bucket: ScriptedServer;
let cloudFormation: ScriptedServer;
let appInstance: string;
let bearer: string;
let log: Record<string, unknown>[];

beforeEach(async () => {
  clearEnvironment();
  log = captureLog();
  withoutWaits();
  services = await LocalServices.start();
  services.supportApp.store.createTeam(TEAM, 'Example Corp');
  services.supportApp.store.createTeam('T2', 'Second Corp');
  services.supportApp.store.createOrganization(ACCOUNT);
  services.supportApp.store.authorizeWorkspace(ACCOUNT, TEAM);
  services.supportApp.store.authorizeWorkspace(ACCOUNT, 'T2');
  appInstance = services.chime.store.createAppInstance(ACCOUNT, 'us-east-1', 'one');
  bearer = services.chime.store.createAppInstanceUser(appInstance, 'user');
  bucket = await ScriptedServer.start();
  // A stack without other resources, which is not rolling back.
  cloudFormation = await ScriptedServer.start({
    body: answerOfCloudFormation('', 'UPDATE_IN_PROGRESS'),
  });
  useCredentials(identityOf(services));
  process.env.AWS_REGION = 'us-east-1';
  process.env.AWS_ENDPOINT_URL_SUPPORT_APP = services.endpoints.supportApp;
  process.env.AWS_ENDPOINT_URL_CHIME_SDK_MESSAGING = services.endpoints.chimeSdkMessaging;
  process.env.AWS_ENDPOINT_URL_CLOUDFORMATION = cloudFormation.url;
});

afterEach(async () => {
  jest.restoreAllMocks();
  await Promise.all([services, bucket, cloudFormation].map((server) => server.stop()));
});

/** One answer to both of the handler's questions, about the resources and about the stack. */
function answerOfCloudFormation(resources: string, stackStatus: string): string {
  return `<AnyResponse><StackResourceSummaries>${resources}</StackResourceSummaries>`
    + `<Stacks><member><StackStatus>${stackStatus}</StackStatus></member></Stacks></AnyResponse>`;
}

function chimeProperties(change: object = {}) {
  return { AppInstanceArn: appInstance, ChimeBearer: bearer, Name: 'case 1', Privacy: 'PRIVATE', Mode: 'RESTRICTED', ...change };
}

async function invoke(change: Partial<Record<keyof CustomResourceEvent, unknown>>, remaining = REMAINING): Promise<Response> {
  const event = {
    RequestType: 'Create',
    ResponseURL: `${bucket.url}/response?X-Amz-Signature=secret-signature`,
    StackId: STACK_ID,
    RequestId: '5b3a0a5c-0000-4000-8000-000000000001',
    LogicalResourceId: 'Resource',
    ...change,
  } as CustomResourceEvent;
  const before = bucket.requests.length;
  await handler(event, { getRemainingTimeInMillis: () => remaining });
  expect(bucket.requests).toHaveLength(before + 1);
  const response = JSON.parse(bucket.requests[before].body);
  expect(response).toMatchObject({ StackId: STACK_ID, RequestId: event.RequestId, LogicalResourceId: 'Resource' });
  return response;
}

const alias = (AccountAlias: string, change: object = {}) =>
  ({ ResourceType: ACCOUNT_ALIAS_TYPE, ResourceProperties: { AccountAlias, ServiceTimeout: '300' }, ...change });
const storedAlias = () => services.supportApp.store.account(ACCOUNT).accountAlias;
const storedChannels = () => services.supportApp.store.channels(ACCOUNT);

describe('dispatch', () => {
  test('creates an account alias', async () => {
    expect(await invoke(alias('our account'))).toMatchObject({
      Status: 'SUCCESS', PhysicalResourceId: formatPhysicalId({ resourceType: ACCOUNT_ALIAS_TYPE, ownership: 'created', target: [ACCOUNT] }),
    });
    expect(storedAlias()).toBe('our account');
  });

  test('creates a channel configuration from strings', async () => {
    const response = await invoke({ ResourceType: SLACK_CHANNEL_CONFIGURATION_TYPE, ResourceProperties: CHANNEL });
    expect(response).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: `SupportAppSlackChannelConfiguration/created/${TEAM}/C012ABCDEFG` });
    expect(storedChannels()).toEqual([{
      teamId: TEAM,
      channelId: 'C012ABCDEFG',
      channelName: 'support',
      channelRoleArn: ROLE,
      notifyOnCaseSeverity: 'all',
      notifyOnAddCorrespondenceToCase: true,
      notifyOnCreateOrReopenCase: false,
      notifyOnResolveCase: false,
    }]);
  });

  test('registers a workspace and answers its attributes', async () => {
    expect(await invoke({ ResourceType: SLACK_WORKSPACE_TYPE, ResourceProperties: { TeamId: TEAM } })).toMatchObject({
      Status: 'SUCCESS',
      PhysicalResourceId: `SupportAppSlackWorkspace/adopted/${TEAM}`,
      Data: { TeamName: 'Example Corp', AccountType: 'management' },
    });
  });

  test('creates a Chime channel and answers its ARN', async () => {
    const response = await invoke({ ResourceType: CHIME_CHANNEL_TYPE, ResourceProperties: chimeProperties({ Tags: [{ Key: 'k', Value: '1' }] }) });
    const [channel] = services.chime.store.channelsOf(appInstance);
    expect(response).toMatchObject({
      Status: 'SUCCESS',
      PhysicalResourceId: formatPhysicalId({ resourceType: CHIME_CHANNEL_TYPE, ownership: 'created', target: [channel.channelArn, 'PRIVATE'] }),
      Data: { ChannelArn: channel.channelArn },
    });
    expect([...channel.tags]).toEqual([['k', '1']]);
  });

  test('deletes what it created', async () => {
    const { PhysicalResourceId } = await invoke(alias('our account'));
    expect(await invoke(alias('our account', { RequestType: 'Delete', PhysicalResourceId }))).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId });
    expect(storedAlias()).toBeUndefined();
  });

  test('fails on properties that break the rules, all of them in one reason, and without a call', async () => {
    const response = await invoke({
      ResourceType: SLACK_CHANNEL_CONFIGURATION_TYPE,
      ResourceProperties: { ...CHANNEL, TeamId: 'a b', NotifyOnResolveCase: 'yes', NotifyOnCaseSeverity: 'low' },
    });
    expect(response).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'failed/Resource', Reason: expect.stringMatching(/^Resource has 3 problems:/) });
    expect(response.Reason).toMatch(/^Resource has 3 problems: - teamId.* - notifyOnCaseSeverity.* - notifyOnResolveCase/);
    expect(services.requests.entries).toEqual([]);
  });

  test('fails on a resource type that it does not know, and names those that it does', async () => {
    const { Status, Reason } = await invoke({ ResourceType: 'Custom::Other', ResourceProperties: {} });
    expect(Status).toBe('FAILED');
    expect(Reason).toBe('Unknown resource type Custom::Other');
  });

  test('a resource type that it does not know can be deleted', async () => {
    expect(await invoke({ RequestType: 'Delete', ResourceType: 'Custom::Other', PhysicalResourceId: 'failed/Resource', ResourceProperties: {} }))
      .toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'failed/Resource' });
  });

  test.each(['DELETE', 'create', undefined])('fails on the request type %s', async (RequestType) => {
    expect(await invoke(alias('a', { RequestType }))).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining(`Unknown request type ${RequestType}`) });
    expect(storedAlias()).toBeUndefined();
  });

  test.each([
    'failed/Resource', 'failed/created', 'support-Resource-1ABCDEFGHIJKL', '2030/01/01/[$LATEST]0123',
    'SupportAppSlackWorkspace/created/T012ABCDEFG', 'arn:aws:chime:us-east-1:111122223333:app-instance/1/channel/2',
  ])('a deletion of %s is none', async (PhysicalResourceId) => {
    services.supportApp.store.account(ACCOUNT).accountAlias = 'kept';
    expect(await invoke(alias('kept', { RequestType: 'Delete', PhysicalResourceId }))).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId });
    expect(storedAlias()).toBe('kept');
    expect(services.requests.entries).toEqual([]);
    expect(log).toContainEqual({ note: 'nothing to delete' });
  });

  test('a failed Update answers with the id that it got', async () => {
    const { PhysicalResourceId } = await invoke(alias('before'));
    const response = await invoke(alias('x'.repeat(31), { RequestType: 'Update', PhysicalResourceId, OldResourceProperties: { AccountAlias: 'before' } }));
    expect(response).toMatchObject({ Status: 'FAILED', PhysicalResourceId });
    expect(storedAlias()).toBe('before');
  });

  test('a Delete that fails answers with the id that it got', async () => {
    const { PhysicalResourceId } = await invoke(alias('before'));
    services.faults.inject({ fault: { kind: 'error', code: 'ValidationException' }, operations: ['DeleteAccountAlias'] });
    const response = await invoke(alias('before', { RequestType: 'Delete', PhysicalResourceId }));
    expect(response).toMatchObject({ Status: 'FAILED', PhysicalResourceId, Reason: expect.stringContaining('ValidationException') });
  });

  test('a broken event is answered too', async () => {
    expect(await invoke(alias('a', { ResourceProperties: undefined }))).toMatchObject({ Status: 'FAILED', Reason: expect.stringMatching(/^The handler failed: TypeError/) });
  });
});

describe('updates', () => {
  type Case = [what: string, change: Record<string, unknown>, replaces: boolean];

  async function update(type: string, before: object, change: object): Promise<{ created: Response; updated: Response }> {
    const created = await invoke({ ResourceType: type, ResourceProperties: before });
    expect(created.Status).toBe('SUCCESS');
    services.requests.clear();
    const updated = await invoke({
      RequestType: 'Update',
      RequestId: '5b3a0a5c-0000-4000-8000-000000000002',
      ResourceType: type,
      PhysicalResourceId: created.PhysicalResourceId,
      ResourceProperties: { ...before, ...change },
      OldResourceProperties: before,
    });
    expect(updated).toMatchObject({ Status: 'SUCCESS' });
    // What an update replaces is deleted by a Delete of its own, after everything else succeeded.
    expect(services.requests.entries.filter(({ operation }) => /^Delete/.test(operation))).toEqual([]);
    return { created, updated };
  }

  test.each<Case>([
    ['nothing of its own', { ServiceTimeout: '301' }, false],
    ['the name', { ChannelName: 'other' }, false],
    ['the role', { ChannelRoleArn: `${ROLE}2` }, false],
    ['the severity', { NotifyOnCaseSeverity: 'high' }, false],
    ['a flag', { NotifyOnResolveCase: 'true' }, false],
    ['a flag that is left out', { NotifyOnAddCorrespondenceToCase: undefined, NotifyOnCreateOrReopenCase: 'true' }, false],
    ['what to do with an existing one', { Existing: 'ADOPT' }, false],
    ['the channel', { ChannelId: 'C2' }, true],
    ['the workspace', { TeamId: 'T2' }, true],
  ])('of a channel configuration: %s', async (_what, change, replaces) => {
    const { created, updated } = await update(SLACK_CHANNEL_CONFIGURATION_TYPE, CHANNEL, change);
    expect(updated.PhysicalResourceId !== created.PhysicalResourceId).toBe(replaces);
    expect(storedChannels()).toHaveLength(replaces ? 2 : 1);
    const wanted = { ...CHANNEL, ...change } as Record<string, string | undefined>;
    expect(storedChannels().at(-1)).toEqual({
      teamId: wanted.TeamId,
      channelId: wanted.ChannelId,
      channelName: wanted.ChannelName,
      channelRoleArn: wanted.ChannelRoleArn,
      notifyOnCaseSeverity: wanted.NotifyOnCaseSeverity,
      notifyOnAddCorrespondenceToCase: wanted.NotifyOnAddCorrespondenceToCase === 'true',
      notifyOnCreateOrReopenCase: wanted.NotifyOnCreateOrReopenCase === 'true',
      notifyOnResolveCase: wanted.NotifyOnResolveCase === 'true',
    });
  });

  test('all notifications off are three flags that say so', async () => {
    await update(SLACK_CHANNEL_CONFIGURATION_TYPE, CHANNEL, { NotifyOnCaseSeverity: 'none', NotifyOnAddCorrespondenceToCase: undefined, NotifyOnResolveCase: undefined });
    const [{ input }] = services.requests.of('UpdateSlackChannelConfiguration');
    expect(input).toMatchObject({ notifyOnAddCorrespondenceToCase: false, notifyOnCreateOrReopenCase: false, notifyOnResolveCase: false });
  });

  test.each<Case>([
    ['nothing of its own', { ServiceTimeout: '301' }, false],
    ['the workspace', { TeamId: 'T2' }, true],
  ])('of a workspace: %s', async (_what, change, replaces) => {
    const { created, updated } = await update(SLACK_WORKSPACE_TYPE, { TeamId: TEAM }, change);
    expect(updated.PhysicalResourceId !== created.PhysicalResourceId).toBe(replaces);
    expect(updated.Data).toEqual({ TeamName: replaces ? 'Second Corp' : 'Example Corp', AccountType: 'management' });
  });

  test.each<Case>([
    ['nothing of its own', { ServiceTimeout: '301' }, false],
    ['what to do with an existing one', { Existing: 'ADOPT' }, false],
    ['the alias', { AccountAlias: 'after' }, false],
  ])('of an account alias: %s', async (_what, change, replaces) => {
    const { created, updated } = await update(ACCOUNT_ALIAS_TYPE, { AccountAlias: 'before' }, change);
    expect(updated.PhysicalResourceId !== created.PhysicalResourceId).toBe(replaces);
    expect(storedAlias()).toBe(change.AccountAlias ?? 'before');
  });

  test.each<Case>([
    ['nothing of its own', { ServiceTimeout: '301' }, false],
    ['the name', { Name: 'other' }, false],
    ['the mode', { Mode: 'UNRESTRICTED' }, false],
    ['the metadata', { Metadata: '{}' }, false],
    ['the tags', { Tags: [{ Key: 'k', Value: 'v' }] }, false],
    ['the privacy', { Privacy: 'PUBLIC' }, true],
    ['the app instance', {}, true],
  ])('of a Chime channel: %s', async (what, change, replaces) => {
    const { store } = services.chime;
    const otherInstance = store.createAppInstance(ACCOUNT, 'us-east-1', 'two');
    const other = { AppInstanceArn: otherInstance, ChimeBearer: store.createAppInstanceUser(otherInstance, 'user') };
    const { created, updated } = await update(CHIME_CHANNEL_TYPE, chimeProperties(), what === 'the app instance' ? other : change);
    expect(updated.PhysicalResourceId !== created.PhysicalResourceId).toBe(replaces);
    expect(updated.Data!.ChannelArn !== created.Data!.ChannelArn).toBe(replaces);
    expect(store.channels.size).toBe(replaces ? 2 : 1);
    const channel = store.channels.get(updated.Data!.ChannelArn)!;
    const { Name, Mode, Privacy } = chimeProperties(change);
    expect(channel).toMatchObject({ name: Name, mode: Mode, privacy: Privacy });
    const changes = services.requests.entries.filter(({ operation }) => !/^(Describe|List)/.test(operation));
    expect(changes.length === 0).toBe(what === 'nothing of its own');
  });

  test('of a Chime channel: another bearer takes its place', async () => {
    const event = (change: object) => ({ ResourceType: CHIME_CHANNEL_TYPE, ...change });
    const other = services.chime.store.createAppInstanceUser(appInstance, 'other');
    const created = await invoke(event({ ResourceProperties: chimeProperties() }));
    const updated = await invoke(event({
      RequestType: 'Update',
      PhysicalResourceId: created.PhysicalResourceId,
      OldResourceProperties: chimeProperties(),
      ResourceProperties: chimeProperties({ ChimeBearer: other }),
    }));
    expect(updated).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: created.PhysicalResourceId });
    expect([...services.chime.store.channels.values()].map(({ moderators }) => [...moderators])).toEqual([[other]]);
  });
});

describe('events that come late', () => {
  const AGES = { 'an hour ago': 3_600_000, 'eleven seconds ago': 11_000, 'now': 0 };

  async function sent(age: keyof typeof AGES, resources: string, change: object): Promise<Response> {
    await cloudFormation.stop();
    cloudFormation = await ScriptedServer.start({
      body: answerOfCloudFormation(resources, 'UPDATE_COMPLETE'),
    });
    process.env.AWS_ENDPOINT_URL_CLOUDFORMATION = cloudFormation.url;
    const date = new Date(Date.now() - AGES[age]).toISOString().replace(/[:-]|\.\d{3}/g, '');
    return invoke(alias('late', { ResponseURL: `${bucket.url}/response?X-Amz-Date=${date}&X-Amz-Expires=7200`, ...change }));
  }

  const resource = (status: string, physicalId = '') =>
    `<member><LogicalResourceId>Resource</LogicalResourceId><PhysicalResourceId>${physicalId}</PhysicalResourceId><ResourceStatus>${status}</ResourceStatus></member>`;

  test.each(['CREATE_FAILED', 'CREATE_COMPLETE', 'DELETE_COMPLETE', 'UPDATE_IN_PROGRESS'])('a Create of a resource that is %s is refused', async (status) => {
    expect(await sent('an hour ago', resource(status), {})).toMatchObject({ Status: 'FAILED', Reason: 'The stack no longer waits for this event.' });
    expect(storedAlias()).toBeUndefined();
  });

  test('a Create that the stack knows nothing of is refused', async () => {
    expect(await sent('an hour ago', '', {})).toMatchObject({ Status: 'FAILED' });
    expect(storedAlias()).toBeUndefined();
  });

  test('one of more than ten seconds is late', async () => {
    expect(await sent('eleven seconds ago', resource('CREATE_FAILED'), {})).toMatchObject({ Status: 'FAILED' });
    expect(services.requests.entries).toEqual([]);
  });

  test('a Create that the stack still waits for is carried out', async () => {
    expect(await sent('an hour ago', resource('CREATE_IN_PROGRESS'), {})).toMatchObject({ Status: 'SUCCESS' });
    expect(cloudFormation.requests.map(({ body }) => new URLSearchParams(body).get('Action'))).toEqual(['ListStackResources']);
    expect(storedAlias()).toBe('late');
  });

  test.each<[string, string]>([['UPDATE_IN_PROGRESS', 'SUCCESS'], ['UPDATE_COMPLETE', 'FAILED'], ['CREATE_IN_PROGRESS', 'FAILED']])(
    'an Update of a resource that is %s: %s', async (status, expected) => {
      const PhysicalResourceId = formatPhysicalId({ resourceType: ACCOUNT_ALIAS_TYPE, ownership: 'created', target: [ACCOUNT] });
      services.supportApp.store.account(ACCOUNT).accountAlias = 'early';
      const change = { RequestType: 'Update', PhysicalResourceId, OldResourceProperties: { AccountAlias: 'early' } };
      expect(await sent('an hour ago', resource(status, PhysicalResourceId), change)).toMatchObject({ Status: expected, PhysicalResourceId });
      expect(storedAlias()).toBe(expected === 'SUCCESS' ? 'late' : 'early');
    });

  test('nobody asks the stack about one that is in time', async () => {
    expect(await sent('now', resource('CREATE_FAILED'), {})).toMatchObject({ Status: 'SUCCESS' });
    expect(cloudFormation.requests).toEqual([]);
  });

  test('a Delete that the stack has taken as done is not repeated', async () => {
    const PhysicalResourceId = formatPhysicalId({ resourceType: ACCOUNT_ALIAS_TYPE, ownership: 'created', target: [ACCOUNT] });
    services.supportApp.store.account(ACCOUNT).accountAlias = 'late';
    const deletion = { RequestType: 'Delete', PhysicalResourceId };
    expect(await sent('now', resource('DELETE_COMPLETE', PhysicalResourceId), deletion)).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId });
    expect(storedAlias()).toBe('late');
    expect(await sent('now', resource('DELETE_IN_PROGRESS', PhysicalResourceId), deletion)).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId });
    expect(storedAlias()).toBeUndefined();
  });
});

describe('answers', () => {
  test.each<[string, Script[]]>([
    ['a bucket that fails at first', [{ status: 503 }, { status: 200 }]],
    ['a reset', ['reset', { status: 200 }]],
  ])('the same to %s, with the work done once', async (_name, scripts) => {
    await bucket.stop();
    bucket = await ScriptedServer.start(...scripts);
    const event = { ...alias('our account'), RequestType: 'Create', ResponseURL: bucket.url, StackId: STACK_ID, RequestId: 'r', LogicalResourceId: 'R' };
    await handler(event as CustomResourceEvent, { getRemainingTimeInMillis: () => REMAINING });
    expect(bucket.requests).toHaveLength(2);
    expect(bucket.requests[0].body).toBe(bucket.requests[1].body);
    expect(services.requests.of('PutAccountAlias')).toHaveLength(1);
  });

  test('before Lambda ends the function, when the service says nothing', async () => {
    services.faults.inject({ fault: { kind: 'hang' }, operations: ['GetAccountAlias'], count: Infinity });
    const response = await invoke(alias('our account'), 3_000);
    expect(response).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'failed/Resource' });
    expect(response.Reason).toMatch(/^(GetAccountAlias: no answer within|The handler ran out of time)/);
  });

  test('with the error that made an undoing necessary, also when the undoing fails', async () => {
    withoutRetries();
    const supportApp = await ScriptedServer.start({}, 'reset', { status: 400, headers: { 'x-amzn-errortype': 'ValidationException' } });
    try {
      process.env.AWS_ENDPOINT_URL_SUPPORT_APP = supportApp.url;
      expect(await invoke(alias('our account'))).toMatchObject({ Status: 'FAILED', Reason: expect.stringMatching(/^PutAccountAlias: .*ConnectionError/) });
      expect(supportApp.requests.map(({ url }) => url)).toEqual(['/control/get-account-alias', '/control/put-account-alias', '/control/get-account-alias']);
      expect(log).toContainEqual({ note: 'undo failed' });
    } finally {
      await supportApp.stop();
    }
  });

  describe('when the time is up', () => {
    /** When the handler answers at the latest: a second and a fifth of the time are kept for the delivery of the answer. */
    const WATCHDOG = REMAINING - 1_000 - REMAINING / 5;

    /** Holds the watchdog's timer back, so that it ends when the test says so and not when a slow machine comes to it. */
    function holdWatchdog(): () => void {
      const held: (() => void)[] = [];
      const realTimeout = setTimeout;
      jest.spyOn(global, 'setTimeout').mockImplementation(((callback: () => void, milliseconds: number) => {
        if (milliseconds === WATCHDOG) {
          held.push(callback);
          return undefined;
        }
        return realTimeout(callback, milliseconds);
      }) as typeof setTimeout);
      return () => {
        expect(held).toHaveLength(1);
        held[0]();
      };
    }

    async function serveCloudFormation(...scripts: Script[]) {
      services.supportApp.store.account(ACCOUNT).accountAlias = 'another';
      await cloudFormation.stop();
      cloudFormation = await ScriptedServer.start(...scripts);
      process.env.AWS_ENDPOINT_URL_CLOUDFORMATION = cloudFormation.url;
    }

    const OUT_OF_TIME = { Status: 'FAILED', PhysicalResourceId: 'failed/Resource', Reason: expect.stringMatching(/^The handler ran out of time\./) };

    test('a request that waits ends', async () => {
      await serveCloudFormation('hang');
      const ringWatchdog = holdWatchdog();
      const arrived = cloudFormation.arrival();
      const disconnected = cloudFormation.disconnection();
      const response = invoke(alias('our account'));
      await arrived;
      ringWatchdog();
      expect(await response).toMatchObject(OUT_OF_TIME);
      await disconnected;
      expect(storedAlias()).toBe('another');
    });

    test('no further request begins', async () => {
      // A list that never ends.
      await serveCloudFormation({ body: '<AnyResponse><NextToken>more</NextToken></AnyResponse>' });
      const ringWatchdog = holdWatchdog();
      const response = invoke(alias('our account'));
      for (let pages = 0; pages < 3; pages += 1) {
        await cloudFormation.arrival();
      }
      ringWatchdog();
      expect(await response).toMatchObject(OUT_OF_TIME);
      const answered = cloudFormation.requests.length;
      // Of a list that goes on, some pages would be read in the meantime.
      for (let turn = 0; turn < 3; turn += 1) {
        await fetch(services.endpoints.supportApp);
      }
      // The request that was on its way when the time was up may arrive after the answer.
      expect(cloudFormation.requests.length).toBeLessThanOrEqual(answered + 1);
      expect(storedAlias()).toBe('another');
    });
  });

  test('one event after another in a process, each with its own', async () => {
    const [one, other] = [
      await invoke({ ResourceType: SLACK_CHANNEL_CONFIGURATION_TYPE, ResourceProperties: CHANNEL }),
      await invoke({ ResourceType: SLACK_CHANNEL_CONFIGURATION_TYPE, ResourceProperties: { ...CHANNEL, ChannelId: 'C2' } }),
    ];
    expect(one.PhysicalResourceId).not.toBe(other.PhysicalResourceId);
    expect(await invoke(alias('a'))).not.toHaveProperty('Data');
  });

  test('and the log has neither the response URL nor what the model calls sensitive', async () => {
    await invoke({ ResourceType: CHIME_CHANNEL_TYPE, ResourceProperties: chimeProperties({ Name: 'sensitive-name', Metadata: 'sensitive-metadata', Tags: [{ Key: 'sensitive-key', Value: 'sensitive-value' }] }) });
    await invoke({ ResourceType: CHIME_CHANNEL_TYPE, ResourceProperties: chimeProperties({ Name: `sensitive-name-${'x'.repeat(300)}` }) });
    expect(log.length).toBeGreaterThan(3);
    expect(JSON.stringify(log)).not.toMatch(/sensitive|secret|127\.0\.0\.1/);
    // The request id of CloudFormation is the client token of the channel.
    expect(JSON.stringify(log)).not.toContain(JSON.parse(bucket.requests.at(-1)!.body).RequestId);
    expect(log).toContainEqual({ RequestType: 'Create', ResourceType: CHIME_CHANNEL_TYPE, LogicalResourceId: 'Resource' });
    expect(bucket.requests.at(-1)!.body).not.toContain('sensitive-name');
  });
});
