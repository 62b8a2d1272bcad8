import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { aws_iam as iam, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { type Account, type Definition, failAfter, failuresOf, TEAM, useLocalAws } from './harness';
import { AccountAlias, ChimeChannel, ExistingConfiguration, NotificationSeverity, SlackChannelConfiguration, SlackWorkspace } from '../../src';

const HANDLER = readFileSync(join(__dirname, '..', '..', 'assets', 'handler', 'index.js'), 'utf8');

/** Where the handler's process ends. */
interface Crash {
  readonly requestType: 'Create' | 'Update' | 'Delete';
  /** What the method and the path of a request begin with. */
  readonly request: string;
  /** Before the request is sent, or when its answer arrives: then the service has acted. */
  readonly moment: 'before' | 'after';
  /** A value that the properties of the event have. @default - any event of the type */
  readonly declares?: string;
  /** Killed as when memory runs out, or stuck until Lambda's time-out kills it. @default 'kill' */
  readonly how?: 'kill' | 'hang';
}

const local = useLocalAws();
let directory: string;
let account: Account;
let planned: string[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'crash-'));
  planned = [];
  account = local.newAccountWithWorkspace();
  // The retries come when the first wait of Lambda is over.
  local.aws.cloudFormation.bucket.clockOffset = -61_000;
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

/** Plans crashes, which happen in this order, each once: it is a file, which the process that dies takes away. */
function plan(...crashes: Crash[]): void {
  for (const crash of crashes) {
    const file = join(directory, String(planned.length));
    writeFileSync(file, JSON.stringify(crash));
    planned.push(file);
  }
}

function expectCrashes(): void {
  expect(planned.filter((file) => existsSync(file))).toEqual([]);
}

/** The template with the handler's own bytes between what looks for a planned crash at each request. */
function crashing(template: string): object {
  const parsed = JSON.parse(template) as { Resources: Record<string, { Type: string; Properties: { Code: { ZipFile: string } } }> };
  const functions = Object.values(parsed.Resources).filter(({ Type, Properties }) => Type === 'AWS::Lambda::Function' && Properties.Code.ZipFile === HANDLER);
  expect(functions).toHaveLength(1);
  functions[0].Properties.Code.ZipFile = `(${watchRequests.toString()})(${JSON.stringify(directory)});
${HANDLER}
module.exports = { handler: ((handler) => (event, context) => handler(global.crashEvent = event, context))(module.exports.handler) };`;
  return parsed;
}

/** Runs in the handler's process. */
function watchRequests(plans: string): void {
  /* eslint-disable @typescript-eslint/no-require-imports */
  const http = require('node:http') as { request: Function; unwatched?: Function };
  const fs = require('node:fs') as typeof import('node:fs');
  const path = require('node:path') as typeof import('node:path');
  /* eslint-enable @typescript-eslint/no-require-imports */
  // A process may serve the handlers of several tests, one after the other.
  const original = http.unwatched ??= http.request;
  http.request = (url: URL, options: { method: string }) => {
    const crashAt = (moment: string) => {
      const [name] = fs.readdirSync(plans).sort();
      const { RequestType, ResourceProperties } = (global as unknown as { crashEvent: Record<string, unknown> }).crashEvent;
      const crash = name === undefined ? undefined : JSON.parse(fs.readFileSync(path.join(plans, name), 'utf8')) as Crash;
      if (crash && crash.requestType === RequestType && crash.moment === moment && `${options.method} ${url.pathname}`.startsWith(crash.request)
        && JSON.stringify(ResourceProperties).includes(crash.declares ? `"${crash.declares}"` : '')) {
        fs.unlinkSync(path.join(plans, name));
        if (crash.how !== 'hang') {
          process.kill(process.pid, 'SIGKILL');
        }
        // The signal may take a moment, in which nothing else may happen.
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
      }
    };
    crashAt('before');
    return original(url, options).prependListener('response', () => crashAt('after'));
  };
}

async function deploy(define: Definition) {
  const result = await account.deployTemplate(crashing(local.synthesize(define)));
  await local.aws.cloudFormation.lambda.settled();
  return result;
}

async function succeed(define: Definition): Promise<void> {
  const result = await deploy(define);
  expect(failuresOf(result)).toEqual([]);
  expect(result.status).toMatch(/^(CREATE|UPDATE)_COMPLETE$/);
}

async function deleteStack(): Promise<void> {
  await account.delete();
  await local.aws.cloudFormation.lambda.settled();
}

/** How the runs of the handler for events of a type ended. */
function runs(requestType: Crash['requestType'], resourceType?: string) {
  return account.invocations().map((invocation) => ({ ...invocation, event: invocation.event as { RequestType: string; ResourceType: string } }))
    .filter(({ event }) => event.RequestType === requestType && event.ResourceType === (resourceType ?? event.ResourceType))
    .map(({ attempt, coldStart, error }) => ({ attempt, coldStart, error: error?.errorMessage }));
}

const KILLED = expect.objectContaining({ error: expect.stringContaining('signal: kill') });
const ENDED = expect.objectContaining({ error: undefined });

function mark(type: string): string {
  return account.physicalId(type).split('/')[1];
}

/** What a stack of another account, people in the console and other stacks have beside it. */
function putForeignThings(): () => void {
  const other = local.newAccountWithWorkspace();
  other.supportApp.accountAlias = 'theirs';
  const channels = [other.putChannel({ channelId: 'C1' }), account.putChannel({ channelId: 'C9', channelName: 'theirs' })];
  return () => expect([other.supportApp.accountAlias, ...other.channels(), ...account.channels().filter(({ channelId }) => channelId === 'C9')])
    .toEqual(['theirs', ...channels]);
}

const ANSWER = 'PUT /cloudformation-custom-resource-response';

interface Type {
  readonly type: string;
  readonly requests: Record<Crash['requestType'], string>;
  /** How the stack counts what it finds made after a crash: as adopted when it cannot be told from somebody else's. */
  readonly afterCommit: 'created' | 'adopted';
  prepare(): (text: string) => Definition;
  /** What the account has of it, in the words that it was declared with. */
  read(): string[];
}

const TYPES: Record<string, Type> = {
  channel: {
    type: 'Custom::SupportAppSlackChannelConfiguration',
    requests: {
      Create: 'POST /control/create-slack-channel-configuration',
      Update: 'POST /control/update-slack-channel-configuration',
      Delete: 'POST /control/delete-slack-channel-configuration',
    },
    afterCommit: 'adopted',
    prepare: () => (text) => (stack) => channel(stack, text),
    read: () => account.channels().filter(({ channelId }) => channelId !== 'C9').map(({ channelName }) => channelName!),
  },
  alias: {
    type: 'Custom::SupportAppAccountAlias',
    requests: { Create: 'POST /control/put-account-alias', Update: 'POST /control/put-account-alias', Delete: 'POST /control/delete-account-alias' },
    afterCommit: 'adopted',
    prepare: () => (text) => (stack) => new AccountAlias(stack, 'Resource', { accountAlias: text }),
    read: () => [account.supportApp.accountAlias ?? []].flat(),
  },
  chimeChannel: {
    type: 'Custom::ChimeChannel',
    requests: { Create: 'POST /channels', Update: 'PUT /channels/', Delete: 'DELETE /channels/' },
    // The token of the request, which is the same in each delivery, tells the service that it made the channel already.
    afterCommit: 'created',
    prepare: () => {
      const appInstance = account.newAppInstance();
      return (text) => (stack) => new ChimeChannel(stack, 'Resource', { ...appInstance, channelName: text, removalPolicy: RemovalPolicy.DESTROY });
    },
    read: () => account.chimeChannels().map(({ name }) => name),
  },
};

interface ChannelOptions {
  readonly channelId?: string;
  readonly existing?: ExistingConfiguration;
}

function channel(stack: Stack, channelName: string, options: ChannelOptions = {}) {
  return new SlackChannelConfiguration(stack, 'Resource', {
    workspace: SlackWorkspace.fromTeamId(stack, 'Workspace', TEAM),
    channelId: options.channelId ?? 'C1',
    channelName,
    // One that outlives the stack, so that the configuration is the same again when the stack is made again.
    channelRole: iam.Role.fromRoleArn(stack, 'ChannelRole', account.roleArn('ChannelRole'), { mutable: false }),
    notifyOnCaseSeverity: NotificationSeverity.NONE,
    existing: options.existing,
  });
}

describe.each(Object.entries(TYPES))('a crash at work on one %s', (_name, { type, requests, afterCommit, prepare, read }) => {
  test.each<[string, string, Crash['moment'], 'created' | 'adopted']>([
    ['before the service acts', requests.Create, 'before', 'created'],
    ['after the service has acted', requests.Create, 'after', afterCommit],
    ['before the answer', ANSWER, 'before', afterCommit],
    ['after the answer', ANSWER, 'after', 'created'],
  ])('in a Create %s: Lambda delivers again, and the stack has what it declares', async (_case, request, moment, ownership) => {
    const expectForeign = putForeignThings();
    const define = prepare();
    plan({ requestType: 'Create', request, moment });
    await succeed(define('one'));
    expectCrashes();
    expect(runs('Create')).toEqual([KILLED, ENDED]);
    expect(read()).toEqual(['one']);
    expect(mark(type)).toBe(ownership);

    await deleteStack();
    // What may be somebody else's is not deleted.
    expect(read()).toEqual(ownership === 'created' ? [] : ['one']);
    expectForeign();
  });

  test.each<[string, string, Crash['moment']]>([
    ['before the service acts', requests.Update, 'before'],
    ['after the service has acted', requests.Update, 'after'],
    ['before the answer', ANSWER, 'before'],
    ['after the answer', ANSWER, 'after'],
  ])('in an Update %s: Lambda delivers again, and the resource is as declared and the same', async (_case, request, moment) => {
    const expectForeign = putForeignThings();
    const define = prepare();
    await succeed(define('one'));
    const before = account.physicalId(type);
    plan({ requestType: 'Update', request, moment });
    await succeed(define('two'));
    expectCrashes();
    expect(runs('Update')).toEqual([KILLED, ENDED]);
    expect(read()).toEqual(['two']);
    expect(account.physicalId(type)).toBe(before);

    await deleteStack();
    expect(read()).toEqual([]);
    expectForeign();
  });

  test.each<[string, string, Crash['moment']]>([
    ['before the service acts', requests.Delete, 'before'],
    ['after the service has acted', requests.Delete, 'after'],
    ['before the answer', ANSWER, 'before'],
  ])('in a Delete %s: Lambda delivers again, and it is gone', async (_case, request, moment) => {
    const expectForeign = putForeignThings();
    await succeed(prepare()('one'));
    plan({ requestType: 'Delete', request, moment });
    await deleteStack();
    expectCrashes();
    expect(runs('Delete')).toEqual([KILLED, ENDED]);
    expect(read()).toEqual([]);
    expectForeign();
  });
});

describe('a crash', () => {
  test.each([['before', 'created'], ['after', 'adopted']] as const)(
    'in the Create of a workspace, %s the service acts: it counts as %s', async (moment, ownership) => {
      const define: Definition = (stack) => new SlackWorkspace(stack, 'Resource', { teamId: TEAM });
      account.supportApp.workspaces.clear();
      plan({ requestType: 'Create', request: 'POST /control/register-slack-workspace', moment });
      await succeed(define);
      expectCrashes();
      expect(mark('Custom::SupportAppSlackWorkspace')).toBe(ownership);
      await deleteStack();
      expect([...account.supportApp.workspaces.keys()]).toEqual(ownership === 'created' ? [] : [TEAM]);
    });

  test.each([['before', 'created'], ['after', 'adopted']] as const)(
    'in the Update that replaces a channel, %s the service acts: the new one counts as %s, and the old one goes', async (moment, ownership) => {
      const expectForeign = putForeignThings();
      await succeed((stack) => channel(stack, 'one'));
      plan({ requestType: 'Update', request: 'POST /control/create-slack-channel-configuration', moment });
      await succeed((stack) => channel(stack, 'two', { channelId: 'C2' }));
      expectCrashes();
      expect(TYPES.channel.read()).toEqual(['two']);
      expect(mark('Custom::SupportAppSlackChannelConfiguration')).toBe(ownership);
      expectForeign();
    });

  test.each(['before', 'after'] as const)('in the Create of a channel that is somebody else\'s, %s its configuration is read: it stays as it is', async (moment) => {
    const theirs = account.putChannel({ channelId: 'C1', channelName: 'theirs' });
    plan({ requestType: 'Create', request: 'POST /control/list-slack-channel-configurations', moment });
    const result = await deploy((stack) => channel(stack, 'ours'));
    expectCrashes();
    expect(failuresOf(result)).toEqual([expect.stringContaining('ADOPT')]);
    expect(result.status).toBe('ROLLBACK_COMPLETE');
    expect(account.channels()).toEqual([theirs]);
  });

  test('in an adoption that is rolled back, before the service acts: what was there before is there again', async () => {
    const theirs = account.putChannel({ channelId: 'C1', channelName: 'theirs', channelRoleArn: account.roleArn('ChannelRole') });
    plan({ requestType: 'Create', request: TYPES.channel.requests.Update, moment: 'before' });
    const result = await deployAndFailAfter((stack) => channel(stack, 'ours', { existing: ExistingConfiguration.ADOPT }));
    expectCrashes();
    expect(result.status).toBe('ROLLBACK_COMPLETE');
    expect(account.channels()).toEqual([theirs]);
  });

  // What was there before was known to the process that died, and to nobody else.
  test('in an adoption that is rolled back, after the service has acted: the adopted configuration stays as declared', async () => {
    const theirs = account.putChannel({ channelId: 'C1', channelName: 'theirs', channelRoleArn: account.roleArn('ChannelRole') });
    plan({ requestType: 'Create', request: TYPES.channel.requests.Update, moment: 'after' });
    const result = await deployAndFailAfter((stack) => channel(stack, 'ours', { existing: ExistingConfiguration.ADOPT }));
    expectCrashes();
    expect(result.status).toBe('ROLLBACK_COMPLETE');
    expect(account.channels()).toEqual([expect.objectContaining({ channelId: theirs.channelId, channelName: 'ours' })]);
  });

  test('in an update that is rolled back, and in its rollback: what was there before is there again', async () => {
    await succeed((stack) => channel(stack, 'one'));
    const before = [account.state(), account.physicalId(TYPES.channel.type)];
    for (const declares of ['two', 'one']) {
      plan({ requestType: 'Update', request: TYPES.channel.requests.Update, moment: 'after', declares });
    }
    const result = await deployAndFailAfter((stack) => channel(stack, 'two'));
    expectCrashes();
    expect(runs('Update', TYPES.channel.type)).toEqual([KILLED, ENDED, KILLED, ENDED]);
    expect(result.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect([account.state(), account.physicalId(TYPES.channel.type)]).toEqual(before);
  });

  test('is followed by a cold start, and that process serves the next event', async () => {
    await succeed((stack) => new AccountAlias(stack, 'Resource', { accountAlias: 'one' }));
    plan({ requestType: 'Update', request: TYPES.alias.requests.Update, moment: 'after' });
    for (const accountAlias of ['two', 'three']) {
      await succeed((stack) => new AccountAlias(stack, 'Resource', { accountAlias }));
      expect(account.supportApp.accountAlias).toBe(accountAlias);
    }
    expectCrashes();
    expect(runs('Update').map(({ attempt, coldStart }) => ({ attempt, coldStart })))
      .toEqual([{ attempt: 1, coldStart: false }, { attempt: 2, coldStart: true }, { attempt: 1, coldStart: false }]);
  });

  test('of two tries leaves the third one', async () => {
    const crash: Crash = { requestType: 'Create', request: ANSWER, moment: 'before' };
    plan(crash, crash);
    await succeed(TYPES.channel.prepare()('one'));
    expectCrashes();
    expect(runs('Create')).toEqual([KILLED, KILLED, ENDED]);
    expect(TYPES.channel.read()).toEqual(['one']);
  });
});

test('a handler that is stuck until its time is up is run again', async () => {
  plan({ requestType: 'Create', request: TYPES.chimeChannel.requests.Create, moment: 'after', how: 'hang' });
  const [stuck] = planned;
  const deployed = succeed(TYPES.chimeChannel.prepare()('one'));
  while (existsSync(stuck)) {
    await setImmediate();
  }
  local.aws.cloudFormation.lambda.timeOut();
  await deployed;
  expectCrashes();
  expect(runs('Create')).toEqual([expect.objectContaining({ error: expect.stringContaining('Task timed out after 30.00 seconds') }), ENDED]);
  expect(TYPES.chimeChannel.read()).toEqual(['one']);
  await deleteStack();
  expect(TYPES.chimeChannel.read()).toEqual([]);
});

describe('when all tries crash', () => {
  const NO_ANSWER = expect.stringContaining('CloudFormation did not receive a response from your Custom Resource');
  const plans: [string, string, string[]][] = [
    ['at once', '', []],
    // The stack never learned of an id, so nothing proves that the channel is its own.
    ['at the answer', ANSWER, ['one']],
  ];

  test.each(plans)('%s in a Create, the stack fails clearly and rolls back', async (_case, request, left) => {
    const expectForeign = putForeignThings();
    const crash: Crash = { requestType: 'Create', request, moment: 'before' };
    plan(crash, crash, crash);
    const result = await deploy((stack) => channel(stack, 'one'));
    expectCrashes();
    expect(runs('Create')).toEqual([KILLED, KILLED, KILLED]);
    expect(failuresOf(result)).toEqual([NO_ANSWER]);
    expect(result.status).toBe('ROLLBACK_COMPLETE');
    expect(TYPES.channel.read()).toEqual(left);
    expectForeign();

    await succeed((stack) => channel(stack, 'one'));
    expect(mark(TYPES.channel.type)).toBe(left.length > 0 ? 'adopted' : 'created');
  });

  test('in an Update, the stack fails clearly and goes back to what was there before', async () => {
    const expectForeign = putForeignThings();
    await succeed((stack) => channel(stack, 'one'));
    const before = [account.state(), account.physicalId(TYPES.channel.type)];
    const crash: Crash = { requestType: 'Update', request: '', moment: 'before', declares: 'two' };
    plan({ ...crash, request: TYPES.channel.requests.Update, moment: 'after' }, crash, crash);
    const result = await deploy((stack) => channel(stack, 'two'));
    expectCrashes();
    expect(runs('Update')).toEqual([KILLED, KILLED, KILLED, ENDED]);
    expect(failuresOf(result)).toEqual([NO_ANSWER]);
    expect(result.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect([account.state(), account.physicalId(TYPES.channel.type)]).toEqual(before);
    expectForeign();
  });

  test('in a Delete, the stack fails clearly, and the next deletion succeeds', async () => {
    const expectForeign = putForeignThings();
    await succeed((stack) => channel(stack, 'one'));
    const crash: Crash = { requestType: 'Delete', request: '', moment: 'before' };
    plan(crash, crash, crash);
    const result = await account.tryDelete();
    await local.aws.cloudFormation.lambda.settled();
    expectCrashes();
    expect(runs('Delete')).toEqual([KILLED, KILLED, KILLED]);
    expect(failuresOf(result)).toEqual([NO_ANSWER]);
    expect(result.status).toBe('DELETE_FAILED');
    expect(TYPES.channel.read()).toEqual(['one']);

    await deleteStack();
    expect(TYPES.channel.read()).toEqual([]);
    expectForeign();
  });
});

function deployAndFailAfter(define: (stack: Stack) => SlackChannelConfiguration) {
  return deploy((stack) => failAfter(stack, define(stack)));
}
