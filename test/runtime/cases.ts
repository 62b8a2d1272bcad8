import { strict as assert } from 'node:assert';
import { Fixture, ACCOUNT, HANDLER, OTHER_TEAM, REGION, TEAM } from './fixture';
import { ForwardProxy } from './forward-proxy';
import { ACCOUNT_ALIAS_TYPE, CHIME_CHANNEL_TYPE, SLACK_CHANNEL_CONFIGURATION_TYPE, SLACK_WORKSPACE_TYPE } from '../../src/contract';

export interface Case {
  readonly name: string;
  run(fixture: Fixture): Promise<void>;
}

/** As CloudFormation sends them: every scalar is a string. */
const CHANNEL = {
  ServiceTimeout: '300',
  TeamId: TEAM,
  ChannelId: 'C012ABCDEFG',
  ChannelName: 'support',
  ChannelRoleArn: `arn:aws:iam::${ACCOUNT}:role/Support`,
  NotifyOnCaseSeverity: 'all',
  NotifyOnCreateOrReopenCase: 'true',
};

export const cases: readonly Case[] = [
  {
    name: 'Slack workspace: create, update, delete',
    async run(fixture) {
      const handler = await fixture.handler();
      const workspaces = () => [...fixture.services.supportApp.store.account(ACCOUNT).workspaces.keys()];
      const request = { ResourceType: SLACK_WORKSPACE_TYPE, ResourceProperties: { TeamId: TEAM } };

      const created = await fixture.succeed(handler, { ...request, RequestType: 'Create' });
      assert.deepEqual(created, {
        physicalId: `SupportAppSlackWorkspace/created/${TEAM}`,
        data: { TeamName: `Workspace ${TEAM}`, AccountType: 'member' },
      });
      assert.deepEqual(workspaces(), [TEAM]);

      const changed = { ResourceType: SLACK_WORKSPACE_TYPE, ResourceProperties: { TeamId: OTHER_TEAM }, OldResourceProperties: { TeamId: TEAM } };
      const replaced = await fixture.succeed(handler, { ...changed, RequestType: 'Update', PhysicalResourceId: created.physicalId });
      assert.match(replaced.physicalId, new RegExp(`^SupportAppSlackWorkspace/created/${OTHER_TEAM}`));
      assert.equal(replaced.data.TeamName, `Workspace ${OTHER_TEAM}`);
      assert.deepEqual(workspaces(), [TEAM, OTHER_TEAM]);

      await fixture.succeed(handler, { ...request, RequestType: 'Delete', PhysicalResourceId: created.physicalId });
      assert.deepEqual(workspaces(), [OTHER_TEAM]);
      await fixture.succeed(handler, {
        RequestType: 'Delete', ResourceType: SLACK_WORKSPACE_TYPE, ResourceProperties: { TeamId: OTHER_TEAM }, PhysicalResourceId: replaced.physicalId,
      });
      assert.deepEqual(workspaces(), []);
    },
  },
  {
    name: 'Slack channel configuration: create, update, delete',
    async run(fixture) {
      const handler = await fixture.handler();
      const { store } = fixture.services.supportApp;
      store.authorizeWorkspace(ACCOUNT, TEAM);
      const request = { ResourceType: SLACK_CHANNEL_CONFIGURATION_TYPE, ResourceProperties: CHANNEL };
      const stored = {
        teamId: TEAM,
        channelId: 'C012ABCDEFG',
        channelName: 'support',
        channelRoleArn: CHANNEL.ChannelRoleArn,
        notifyOnCaseSeverity: 'all',
        notifyOnAddCorrespondenceToCase: false,
        notifyOnCreateOrReopenCase: true,
        notifyOnResolveCase: false,
      };

      const { physicalId } = await fixture.succeed(handler, { ...request, RequestType: 'Create' });
      assert.equal(physicalId, `SupportAppSlackChannelConfiguration/created/${TEAM}/C012ABCDEFG`);
      assert.deepEqual(store.channels(ACCOUNT), [stored]);

      const { NotifyOnCreateOrReopenCase: _, ...rest } = CHANNEL;
      const updated = await fixture.succeed(handler, {
        RequestType: 'Update',
        ResourceType: SLACK_CHANNEL_CONFIGURATION_TYPE,
        ResourceProperties: { ...rest, ChannelName: 'Unterstützung 🛟', NotifyOnCaseSeverity: 'none' },
        OldResourceProperties: CHANNEL,
        PhysicalResourceId: physicalId,
      });
      assert.equal(updated.physicalId, physicalId);
      assert.deepEqual(store.channels(ACCOUNT), [
        { ...stored, channelName: 'Unterstützung 🛟', notifyOnCaseSeverity: 'none', notifyOnCreateOrReopenCase: false },
      ]);

      await fixture.succeed(handler, { ...request, RequestType: 'Delete', PhysicalResourceId: physicalId });
      assert.deepEqual(store.channels(ACCOUNT), []);
    },
  },
  {
    name: 'account alias: create, update, delete',
    async run(fixture) {
      const handler = await fixture.handler();
      const alias = () => fixture.services.supportApp.store.account(ACCOUNT).accountAlias;

      const created = await fixture.succeed(handler, createAlias('our account'));
      assert.equal(created.physicalId, `SupportAppAccountAlias/created/${ACCOUNT}`);
      assert.equal(alias(), 'our account');

      const updated = await fixture.succeed(handler, {
        ...createAlias('production'), RequestType: 'Update', OldResourceProperties: { AccountAlias: 'our account' }, PhysicalResourceId: created.physicalId,
      });
      assert.equal(updated.physicalId, created.physicalId);
      assert.equal(alias(), 'production');

      await fixture.succeed(handler, { ...createAlias('production'), RequestType: 'Delete', PhysicalResourceId: created.physicalId });
      assert.equal(alias(), undefined);
    },
  },
  {
    name: 'Chime channel: create, update, delete',
    async run(fixture) {
      const handler = await fixture.handler();
      const { store } = fixture.services.chime;
      const properties = chimeProperties(fixture, { Tags: [{ Key: 'team', Value: 'operations' }] });
      const appInstance = properties.AppInstanceArn;
      const request = { ResourceType: CHIME_CHANNEL_TYPE, ResourceProperties: properties };

      const created = await fixture.succeed(handler, { ...request, RequestType: 'Create' });
      const [channel] = store.channelsOf(appInstance);
      assert.equal(created.data.ChannelArn, channel.channelArn);
      assert.equal(channel.name, 'On call');
      assert.deepEqual([...channel.tags], [['team', 'operations']]);

      const updated = await fixture.succeed(handler, {
        ...request,
        RequestType: 'Update',
        ResourceProperties: { ...properties, Name: 'Bereitschaft 📟', Metadata: '{}', Tags: [] },
        OldResourceProperties: properties,
        PhysicalResourceId: created.physicalId,
      });
      assert.deepEqual(updated, created);
      assert.equal(store.channelsOf(appInstance).length, 1);
      assert.equal(store.channelsOf(appInstance)[0].name, 'Bereitschaft 📟');
      assert.equal(store.channelsOf(appInstance)[0].metadata, '{}');
      assert.deepEqual([...store.channelsOf(appInstance)[0].tags], []);

      await fixture.succeed(handler, { ...request, RequestType: 'Delete', PhysicalResourceId: created.physicalId });
      assert.deepEqual(store.channelsOf(appInstance), []);
    },
  },
  {
    name: 'a Create that fails: answered, rolled back, the invocation itself succeeds',
    async run(fixture) {
      const handler = await fixture.handler();
      const { store } = fixture.services.supportApp;
      store.authorizeWorkspace(ACCOUNT, TEAM);
      const foreign = {
        teamId: TEAM,
        channelId: CHANNEL.ChannelId,
        channelRoleArn: CHANNEL.ChannelRoleArn,
        notifyOnCaseSeverity: 'none' as const,
        notifyOnAddCorrespondenceToCase: false,
        notifyOnCreateOrReopenCase: false,
        notifyOnResolveCase: false,
      };
      store.putChannel(ACCOUNT, foreign);
      const request = { ResourceType: SLACK_CHANNEL_CONFIGURATION_TYPE, ResourceProperties: CHANNEL };

      const { status, reason, physicalId } = await fixture.request(handler, { ...request, RequestType: 'Create' });
      assert.equal(status, 'FAILED');
      assert.match(reason!, /that this stack did not create/);
      assert.equal(physicalId, 'failed/Resource');

      await fixture.succeed(handler, { ...request, RequestType: 'Delete', PhysicalResourceId: physicalId });
      assert.deepEqual(store.channels(ACCOUNT), [foreign]);
    },
  },
  {
    name: 'an event that makes no sense: answered, the invocation itself succeeds',
    async run(fixture) {
      const handler = await fixture.handler();
      const { status, reason } = await fixture.request(handler, { ...createAlias('a'), ResourceProperties: undefined } as never);
      assert.equal(status, 'FAILED');
      assert.match(reason!, /The handler failed: TypeError/);
      assert.deepEqual(fixture.services.requests.entries, []);
    },
  },
  {
    name: 'an answer that is lost on its way is sent again',
    async run(fixture) {
      const handler = await fixture.handler();
      fixture.bucket.inject({ kind: 'reset' });
      fixture.bucket.inject({ kind: 'status', statusCode: 503 });
      await fixture.succeed(handler, createAlias('our account'));
      assert.deepEqual(fixture.bucket.answers.map(({ statusCode, counted }) => [statusCode, counted]), [[0, false], [503, false], [200, true]]);
    },
  },
  {
    name: 'a service that never answers: the watchdog does, before the deadline',
    async run(fixture) {
      const handler = await fixture.handler();
      fixture.services.faults.inject({ fault: { kind: 'hang' }, count: Infinity });
      // Were the handler late, the invocation would end by its deadline, not by a response.
      const { status, reason, physicalId } = await fixture.request(handler, createAlias('our account'), 6_000);
      assert.equal(status, 'FAILED');
      assert.match(reason!, /ran out of time|ConnectionError/);
      assert.equal(physicalId, 'failed/Resource');
      // The process goes on with the next event, with nothing left of this one.
      fixture.services.faults.clear();
      await fixture.succeed(handler, createAlias('production'));
      assert.equal(fixture.services.supportApp.store.account(ACCOUNT).accountAlias, 'production');
    },
  },
  {
    name: 'two events in one process, which is frozen in between',
    async run(fixture) {
      const handler = await fixture.handler();
      const { pid } = handler;
      const alias = await fixture.succeed(handler, createAlias('our account'));
      const properties = chimeProperties(fixture);
      const channel = await fixture.succeed(handler, { RequestType: 'Create', ResourceType: CHIME_CHANNEL_TYPE, ResourceProperties: properties });
      assert.equal(handler.pid, pid);
      assert.equal(alias.physicalId, `SupportAppAccountAlias/created/${ACCOUNT}`);
      assert.match(channel.physicalId, /^ChimeChannel\/created\//);
      assert.equal(fixture.services.supportApp.store.account(ACCOUNT).accountAlias, 'our account');
      assert.equal(fixture.services.chime.store.channelsOf(properties.AppInstanceArn).length, 1);
      // The log is complete when the process has ended.
      await handler.stop();
      assert.equal(new Set(handler.log.match(/(?<=\t)[0-9a-f-]{36}(?=\tINFO\t)/g)).size, 2, handler.log);
    },
  },
  {
    name: 'code that does not parse: an init error',
    async run(fixture) {
      const environment = await fixture.environment(HANDLER.slice(0, HANDLER.length / 2));
      assert.equal(environment.initError?.errorType, 'Runtime.UserCodeSyntaxError');
      assert.notEqual(await environment.ended, 0);
    },
  },
  {
    // The endpoints are of http here: HTTP_PROXY is for them what HTTPS_PROXY is for those of AWS.
    name: 'behind a proxy: Node.js sends all through it, when told to',
    async run(fixture) {
      const proxy = await ForwardProxy.start();
      try {
        const direct = await fixture.handler({ HTTP_PROXY: proxy.url });
        await fixture.succeed(direct, createAlias('production'));
        assert.equal(proxy.requests.length, 0);

        const proxied = await fixture.handler({ HTTP_PROXY: proxy.url, NODE_USE_ENV_PROXY: '1' });
        await fixture.succeed(proxied, createAlias('production'));
        const service = new URL(fixture.services.endpoints.supportApp).origin;
        assert.ok(proxy.requests.includes(`POST ${service}`), 'the service was asked directly');
        assert.equal(proxy.requests.filter((each) => each.startsWith('PUT ')).length, 1, 'the answer went directly');
      } finally {
        await proxy.stop();
      }
    },
  },
  {
    name: 'code without a handler: an init error',
    async run(fixture) {
      const environment = await fixture.environment(HANDLER.replace(/module\.exports\s*=/, 'module.none='));
      assert.equal(environment.initError?.errorType, 'Runtime.HandlerNotFound');
      assert.notEqual(await environment.ended, 0);
    },
  },
  {
    // The client of Lambda's nodejs22.x takes such a handler; the newer one that runs here does not, and says so in other words.
    name: 'a handler with a callback: refused',
    async run(fixture) {
      const environment = await fixture.environment('exports.handler = (event, context, callback) => callback(null);');
      assert.equal(environment.initError?.errorType, 'Runtime.CallbackHandlerDeprecated');
      assert.match(environment.initError.errorMessage, fixture.node.runtime === 'nodejs22.x' ? /when using Node\.js 22/ : /starting with Node\.js 24/);
      assert.notEqual(await environment.ended, 0);
    },
  },
  {
    name: 'a handler that throws: an invocation error, and the process lives on',
    async run(fixture) {
      const environment = await fixture.environment('exports.handler = async () => { throw new RangeError("on purpose"); };');
      for (const _ of ['first', 'second']) {
        const outcome = await environment.invoke({}, 10_000);
        assert.equal(outcome.kind, 'error');
        assert.deepEqual(outcome.kind === 'error' && [outcome.error.errorType, outcome.error.errorMessage], ['RangeError', 'on purpose']);
      }
    },
  },
  {
    name: 'a handler that outlasts its deadline: ended',
    async run(fixture) {
      const environment = await fixture.environment('exports.handler = () => new Promise((resolve) => setTimeout(resolve, 3_600_000));');
      assert.deepEqual(await environment.invoke({}, 500), { kind: 'timeout' });
      assert.equal(await environment.ended, 'SIGKILL');
    },
  },
];

function createAlias(accountAlias: string) {
  return { RequestType: 'Create', ResourceType: ACCOUNT_ALIAS_TYPE, ResourceProperties: { AccountAlias: accountAlias, ServiceTimeout: '300' } } as const;
}

/** The properties of a channel in a new AppInstance. */
function chimeProperties({ services: { chime } }: Fixture, change: object = {}) {
  const appInstance = chime.store.createAppInstance(ACCOUNT, REGION);
  const bearer = chime.store.createAppInstanceUser(appInstance, 'operations');
  return { AppInstanceArn: appInstance, ChimeBearer: bearer, Name: 'On call', Mode: 'RESTRICTED', Privacy: 'PRIVATE', ...change };
}
