import { aws_iam as iam, CfnResource, RemovalPolicy, type Stack, Tags } from 'aws-cdk-lib';
import { type Account, type Definition, failAfter, failuresOf, ownProvider, TEAM, useLocalAws } from './harness';
import type { FaultRule } from '../../local-aws/services/faults';
import { SUPPORT_APP_MESSAGES } from '../../local-aws/services/support-app';
import { AccountAlias, ChannelsProvider, ChimeChannel, NotificationSeverity, SlackChannelConfiguration, SlackWorkspace } from '../../src';

const local = useLocalAws();
let account: Account;

beforeEach(() => {
  account = local.newAccount();
});

interface Event {
  readonly RequestType: string;
  readonly ResourceType: string;
  readonly LogicalResourceId: string;
}

function inject(rule: FaultRule) {
  return local.aws.services.faults.inject({ ...rule, when: ({ accountId }) => accountId === account.id });
}

/** The definition of one resource per type; each is gone from the account when its stack is. */
const TYPES: Record<string, { operation: string; define(of: Account): Definition }> = {
  workspace: {
    operation: 'RegisterSlackWorkspaceForOrganization',
    define: () => (stack) => new SlackWorkspace(stack, 'Resource', { teamId: TEAM }),
  },
  channel: {
    operation: 'CreateSlackChannelConfiguration',
    define: (of) => {
      local.aws.services.supportApp.store.authorizeWorkspace(of.id, TEAM);
      return (stack) => channel(stack);
    },
  },
  alias: {
    operation: 'PutAccountAlias',
    define: () => (stack) => new AccountAlias(stack, 'Resource', { accountAlias: 'ours' }),
  },
  chimeChannel: {
    operation: 'CreateChannel',
    define: (of) => {
      const appInstance = of.newAppInstance();
      return (stack) => new ChimeChannel(stack, 'Resource', { ...appInstance, channelName: 'ours', removalPolicy: RemovalPolicy.DESTROY });
    },
  },
};

function channel(stack: Stack, id = 'Resource', channelId = 'C012ABCDEFG', provider?: ChannelsProvider, channelRole?: iam.IRole) {
  return new SlackChannelConfiguration(stack, id, {
    workspace: SlackWorkspace.fromTeamId(stack, `${id}Workspace`, TEAM),
    channelId,
    notifyOnCaseSeverity: NotificationSeverity.NONE,
    provider,
    channelRole,
  });
}

/** All resources that the handler manages. */
function customResources() {
  return account.stack.liveResources().filter(({ type }) => /^Custom::(SupportApp|Chime)/.test(type));
}

describe('a create that meets faults', () => {
  const FAULTS: [string, Omit<FaultRule, 'operations'>][] = [
    ['throttling by the service with Retry-After', { fault: { kind: 'throttle', retryAfter: 1 } }],
    ['throttling in front of the service', { fault: { kind: 'throttle', code: 'ThrottlingException' }, count: 2 }],
    ['status 500', { fault: { kind: 'status', status: 500 }, count: 2 }],
    ['an HTML page with status 502', { fault: { kind: 'status', status: 502 } }],
    ['status 503', { fault: { kind: 'status', status: 503 } }],
    ['a server error after the deed', { fault: { kind: 'status', status: 500, phase: 'after' } }],
    ['a reset before the deed', { fault: { kind: 'reset' } }],
    ['a reset after the deed', { fault: { kind: 'reset', phase: 'after' } }],
    ['a lost reply', { fault: { kind: 'loseReply' } }],
    ['an answer that is cut short', { fault: { kind: 'truncate', ending: 'closed' } }],
    ['an answer that is cut short and looks complete', { fault: { kind: 'truncate', ending: 'complete' } }],
    ['a permission that has not spread yet', { fault: { kind: 'error', code: 'AccessDeniedException' }, count: 2 }],
  ];

  const OUTAGES: typeof FAULTS = [
    ['answers 503 for ever', { fault: { kind: 'status', status: 503 } }],
    ['acts but answers 500 for ever', { fault: { kind: 'status', status: 500, phase: 'after' } }],
    ['hangs', { fault: { kind: 'hang' } }],
    ['acts and hangs', { fault: { kind: 'hang', phase: 'after' } }],
  ];
  // What the service did although its answer was lost is for each type to find out; the rest is one for all.
  const isAfterTheDeed = ([, { fault }]: typeof FAULTS[number]) => ['loseReply', 'truncate'].includes(fault.kind) || 'phase' in fault;

  describe.each(Object.keys(TYPES))('of one %s', (type) => {
    test.each(FAULTS.filter((fault) => type === 'channel' || isAfterTheDeed(fault)))('succeeds in spite of %s, and the stack owns what it made', async (_case, rule) => {
      const define = TYPES[type].define(account);
      const before = account.state();
      const fault = inject({ ...rule, operations: [TYPES[type].operation] });
      await account.succeed(define);
      expect(fault.hits).toBe(rule.count ?? 1);
      expect(customResources()[0].physicalId).toContain('/created/');
      expect(account.state()).not.toEqual(before);
      await account.delete();
      expect(account.state()).toEqual(before);
    });

    test.each(OUTAGES.filter((outage) => type === 'channel' || isAfterTheDeed(outage)))(
      'fails clearly, in time and without partial work when the service %s', async (_case, { fault }) => {
        const define = TYPES[type].define(account);
        const before = account.state();
        inject({ fault, operations: [TYPES[type].operation], count: Infinity });
        const reason = await account.fail(define);
        expect(reason).toMatch(/(Deploy again later|add a SlackWorkspace|already configured)/i);
        expect(account.invocations().filter(({ error }) => error)).toEqual([]);
        if (type === 'chimeChannel') {
          // Only an answer to the same request tells which channel it was, so it is asked for until the time is up; without it there is nothing
          // to find the channel by. To look for one with the same name could delete somebody else's.
          expect(account.state()).toEqual({ ...before, chimeChannels: [expect.objectContaining({ name: 'ours' })] });
          const attempts = account.requests().filter(({ operation }) => operation === 'CreateChannel');
          expect(attempts.length).toBeGreaterThan(1);
          expect(new Set(attempts.map(({ wire }) => JSON.parse(wire.body).ClientRequestToken)).size).toBe(1);
          expect(account.changes().filter((operation) => operation !== 'CreateChannel')).toEqual([]);
        } else {
          expect(account.state()).toEqual(before);
        }
      });
  });

  test('deletes the Chime channel that it made when an answer arrives only after the time for the work', async () => {
    // A request may take 10 seconds: of 15, which are shared out, that leaves none for another try.
    local.handlerTimeout = 15;
    const define = TYPES.chimeChannel.define(account);
    // The requests of the undo have the same token as those before it, so the hanging first one is what uses up the time for the work.
    inject({ fault: { kind: 'hang', phase: 'after' }, operations: ['CreateChannel'] });
    await account.fail(define);
    expect(account.changes()).toContain('DeleteChannel');
    expect(account.chimeChannels()).toEqual([]);
  });

  test('succeeds in spite of one server of the service whose clock is wrong', async () => {
    inject({ operations: ['PutAccountAlias'], fault: { kind: 'skew', seconds: 3600 } });
    await account.succeed(TYPES.alias.define(account));
  });

  test('waits for a channel role that has not spread yet', async () => {
    const define = TYPES.channel.define(account);
    const fault = inject({
      operations: ['CreateSlackChannelConfiguration'], count: 2, fault: { kind: 'error', code: 'ValidationException', message: SUPPORT_APP_MESSAGES.roleNotValid },
    });
    await account.succeed(define);
    expect(fault.hits).toBe(2);
    expect(account.channels()).toHaveLength(1);
  });

  test.each([3_600_000, -3_600_000])('works when the clock of the handler is wrong by %d ms all the time', async (offset) => {
    const define = TYPES.channel.define(account);
    local.aws.services.clockOffset = offset;
    await account.succeed(define);
    await account.delete();
    expect(account.channels()).toEqual([]);
  });
});

describe('duplicates', () => {
  function everything(appInstance: { appInstanceArn: string; chimeBearer: string }, text: string, channelId = 'C1'): Definition {
    return (stack) => {
      new SlackWorkspace(stack, 'Workspace', { teamId: TEAM }).addChannel('Channel', {
        channelId, channelName: text, notifyOnCaseSeverity: NotificationSeverity.ALL, notifyOnResolveCase: true,
      });
      new AccountAlias(stack, 'Alias', { accountAlias: text });
      const chime = new ChimeChannel(stack, 'Chime', { ...appInstance, channelName: text, removalPolicy: RemovalPolicy.DESTROY });
      Tags.of(chime).add('text', text);
    };
  }

  test.each<[string, object[]]>([
    ['in parallel', [{}, {}]],
    ['one after the other', [{}, { afterPrevious: true }]],
    ['in parallel and later', [{}, {}, { afterPrevious: true }]],
  ])('of every event (%s) change nothing of the life of a stack', async (_case, deliveries) => {
    const { lambda } = local.aws.cloudFormation;
    const appInstance = account.newAppInstance();
    const empty = account.state();
    lambda.deliver = () => deliveries;

    for (const [text, channelId] of [['one', 'C1'], ['two', 'C1'], ['three', 'C2']]) {
      await account.succeed(everything(appInstance, text, channelId));
      await lambda.settled();
      const { accountAlias, workspaces, channels, chimeChannels } = account.state();
      expect(accountAlias).toBe(text);
      expect(workspaces).toHaveLength(1);
      expect(channels).toEqual([expect.objectContaining({ channelId, channelName: text })]);
      expect(chimeChannels).toEqual([expect.objectContaining({ name: text, tags: { text } })]);
    }
    await account.delete();
    await lambda.settled();
    // What two deliveries made together may count as adopted: nothing more is left then than the stack declared.
    const { chimeChannels } = account.state();
    expect(chimeChannels).toEqual(empty.chimeChannels);
  });

  test('of a create that come later keep the mark that the stack knows', async () => {
    const define = TYPES.channel.define(account);
    local.aws.cloudFormation.lambda.deliver = () => [{}, { afterPrevious: true }];
    await account.succeed(define);
    await local.aws.cloudFormation.lambda.settled();
    expect(customResources()[0].physicalId).toContain('/created/');
    await account.delete();
    expect(account.channels()).toEqual([]);
  });
});

describe('a create that its stack gave up', () => {
  /** A stack that has a channel already, so that its handler stays. */
  const standing = (more?: (stack: Stack, provider: ChannelsProvider) => void): Definition => (stack) => {
    const provider = ownProvider(stack);
    channel(stack, 'First', 'C1', provider);
    more?.(stack, provider);
  };

  const late = (stack: Stack, provider: ChannelsProvider) => channel(stack, 'Late', 'C2', provider);

  /** Lets the stack give up a Create that is not delivered, and answers how to deliver it then. */
  async function giveUpLateCreate(): Promise<() => Promise<unknown>> {
    local.aws.services.supportApp.store.authorizeWorkspace(account.id, TEAM);
    await account.succeed(standing());
    const { lambda, requests } = local.aws.cloudFormation;
    const held: { functionArn: string; payload: unknown }[] = [];
    lambda.deliver = (event) => {
      const { RequestType, LogicalResourceId } = event.payload as Event;
      if (RequestType === 'Create' && LogicalResourceId.startsWith('Late')) {
        held.push(event);
        return [];
      }
      return [{}];
    };
    await account.deploy(standing((stack, provider) => {
      late(stack, provider);
      failAfter(stack);
    }));
    expect(account.stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(held).toHaveLength(1);
    const deletions = requests.filter(({ stackId, requestType, logicalId }) =>
      stackId === account.stack.id && requestType === 'Delete' && logicalId.startsWith('Late'));
    expect(deletions).toEqual([expect.objectContaining({ physicalId: expect.stringMatching(/^Stack-Late/) })]);
    lambda.deliver = () => [{}];
    return () => lambda.invoke(held[0].functionArn, held[0].payload);
  }

  test('and that arrives long after that is refused without a call to the service', async () => {
    local.aws.cloudFormation.bucket.clockOffset = -11_000;
    const deliver = await giveUpLateCreate();
    const before = account.state();
    account.forgetRequests();
    const { api } = local.aws.cloudFormation;
    const asked = api.requests.length;
    await deliver();
    expect(account.requests()).toEqual([]);
    expect(account.state()).toEqual(before);
    expect(api.requests.slice(asked).map(({ action }) => action)).toEqual(['ListStackResources']);
    expect(JSON.parse(account.answers().at(-1)!.body)).toMatchObject({ Status: 'FAILED', Reason: 'The stack no longer waits for this event.' });
  });

  // To look at the stack for each event, and not only for late ones, would still leave a moment in which the stack gives up. What is left
  // is what the stack declared: to delete it under an invented id could delete what somebody else has made.
  test('and that arrives a moment after that leaves a configuration, which the next Create knows by its role', async () => {
    const deliver = await giveUpLateCreate();
    const before = account.state();
    await deliver();
    const channels = [...before.channels, { ...before.channels[0], channelId: 'C2' }];
    expect(account.state()).toEqual({ ...before, channels });

    account.forgetRequests();
    await account.succeed(standing(late));
    expect(account.changes()).toEqual([]);
    expect(customResources().map(({ physicalId }) => physicalId).sort()).toEqual([
      `SupportAppSlackChannelConfiguration/created/${TEAM}/C1`, `SupportAppSlackChannelConfiguration/created/${TEAM}/C2`,
    ]);
    await account.delete();
    expect(account.channels()).toEqual([]);
  });

  // CloudFormation never learned of the physical id, so it asks for the deletion of an id of its own, which names nothing that may be deleted.
  // The role of the channel is one that outlives the rollback: one of the stack's own would be another one in the next Create.
  test.each([
    ['is refused', { kind: 'status', statusCode: 403 }],
    ['is lost each time', { kind: 'reset', times: Infinity }],
  ] as const)('because the answer %s leaves a configuration, which the next Create counts as adopted', async (_case, fault) => {
    local.aws.services.supportApp.store.authorizeWorkspace(account.id, TEAM);
    const channelRole = (stack: Stack) => iam.Role.fromRoleArn(stack, 'ChannelRole', account.roleArn('ChannelRole'), { mutable: false });
    const before = account.state();
    const { bucket, lambda } = local.aws.cloudFormation;
    let isGivenUp = false;
    lambda.deliver = ({ payload }) => {
      isGivenUp ||= (payload as Event).RequestType === 'Delete';
      return [{}];
    };
    bucket.inject({ ...fault, when: () => !isGivenUp });
    const result = await account.deploy((stack) => {
      channel(stack, 'Resource', 'C1', ownProvider(stack), channelRole(stack));
    });
    expect(result.status).toBe('ROLLBACK_COMPLETE');
    expect(failuresOf(result)).toEqual([expect.stringContaining('CloudFormation did not receive a response from your Custom Resource')]);
    await lambda.settled();
    const channels = [expect.objectContaining({ channelId: 'C1', channelRoleArn: account.roleArn('ChannelRole') })];
    expect(account.state()).toEqual({ ...before, channels });
    expect(account.changes()).toEqual(['CreateSlackChannelConfiguration']);

    await account.succeed((stack) => channel(stack, 'Resource', 'C1', undefined, channelRole(stack)));
    expect(customResources().map(({ physicalId }) => physicalId)).toEqual([`SupportAppSlackChannelConfiguration/adopted/${TEAM}/C1`]);
    await account.delete();
    expect(account.state()).toEqual({ ...before, channels });
    expect(account.changes()).toEqual(['CreateSlackChannelConfiguration']);
  });
});

describe('a permission that has not spread yet, by the names of Amazon Chime,', () => {
  test.each([
    ['ForbiddenException', 'AWS authorization failed', 403],
    ['ForbiddenException', 'User: arn:aws:sts::111122223333:assumed-role/handler/x is not authorized to perform: chime:CreateChannel', 403],
    ['UnauthorizedClientException', 'The client is not currently authorized to make the request.', 401],
  ])('is waited for: %s, %s', async (code, message, status) => {
    const appInstance = account.newAppInstance();
    inject({ operations: ['CreateChannel'], fault: { kind: 'error', code, message, status }, count: 2 });
    await account.succeed((stack) => new ChimeChannel(stack, 'Chime', { ...appInstance, channelName: 'case' }));
  });
});

describe('the answer', () => {
  test.each([
    ['answers 500', { kind: 'status', statusCode: 500, times: 3 }],
    ['answers 503', { kind: 'status', statusCode: 503, times: 2 }],
    ['answers 307', { kind: 'status', statusCode: 307 }],
    ['answers 400 RequestTimeout', { kind: 'status', statusCode: 400 }],
    ['answers 408', { kind: 'status', statusCode: 408 }],
    ['answers 409', { kind: 'status', statusCode: 409 }],
    ['answers 429', { kind: 'status', statusCode: 429, times: 2 }],
    ['resets the connection', { kind: 'reset', times: 2 }],
    ['resets the connection after it took the answer', { kind: 'resetAfterStore' }],
  ] as const)('is repeated when the bucket %s', async (_case, fault) => {
    local.aws.cloudFormation.bucket.inject(fault);
    await account.succeed(TYPES.alias.define(account));
    await local.aws.cloudFormation.lambda.settled();
    const answers = account.answers();
    expect(answers).toHaveLength(('times' in fault ? fault.times : 1) + 1);
    expect(answers.filter(({ counted }) => counted)).toHaveLength(1);
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
  });

  test('is given once for each request of a stack\'s life', async () => {
    await account.succeed(TYPES.channel.define(account));
    await account.delete();
    const asked = local.aws.cloudFormation.requests.filter(({ stackId }) => stackId.includes(`:${account.id}:`)).map(({ requestId }) => requestId);
    expect(asked).toHaveLength(2);
    expect(account.answers().map(({ requestId }) => requestId)).toEqual(asked);
    expect(account.answers().map(({ statusCode }) => statusCode)).toEqual([200, 200]);
  });

  test('fits when the service says much', async () => {
    const define = TYPES.alias.define(account);
    inject({ operations: ['GetAccountAlias'], fault: { kind: 'error', code: 'ValidationException', message: '🚨"\\\n'.repeat(3000) } });
    const reason = await account.fail(define);
    expect(reason).toMatch(/^GetAccountAlias: 🚨/u);
    const [answer] = account.answers();
    expect(Buffer.byteLength(answer.body)).toBeLessThanOrEqual(4096);
    expect(Buffer.byteLength(answer.body)).toBeGreaterThan(3000);
    expect(JSON.parse(answer.body)).toMatchObject({ Status: 'FAILED' });
  });

  test('to a resource type that the handler does not know says which it knows', async () => {
    const reason = await account.fail((stack) => {
      const { serviceToken } = ownProvider(stack);
      new CfnResource(stack, 'Unknown', { type: 'Custom::Unknown', properties: { ServiceToken: serviceToken, ServiceTimeout: 60 } });
    });
    expect(reason).toBe('Unknown resource type Custom::Unknown');
    expect(account.requests()).toEqual([]);
  });

  test('to a request type that CloudFormation does not have says which there are', async () => {
    await account.succeed(TYPES.alias.define(account));
    const { lambda, bucket, requests } = local.aws.cloudFormation;
    const { stackId, logicalId, resourceType, properties } = requests.find((request) => request.stackId === account.stack.id)!;
    const { url, answer } = bucket.issue({ stackId, logicalId, requestId: 'odd', region: 'us-east-1' });
    await lambda.invoke(String(properties.ServiceToken), {
      RequestType: 'Explode',
      ResponseURL: url,
      StackId: stackId,
      RequestId: 'odd',
      LogicalResourceId: logicalId,
      ResourceType: resourceType,
      PhysicalResourceId: account.physicalId('Custom::SupportAppAccountAlias'),
      ResourceProperties: properties,
    });
    expect(await answer).toMatchObject({ status: 'FAILED', reason: expect.stringContaining('Unknown request type Explode') });
    expect(account.supportApp.accountAlias).toBe('ours');
  });
});

describe('the log', () => {
  const SECRETS = ['secret-name', 'secret-metadata', 'secret-key', 'secret-value'];

  function secretive(appInstance: { appInstanceArn: string; chimeBearer: string }, revision: number): Definition {
    return (stack) => {
      const chime = new ChimeChannel(stack, 'Chime', {
        ...appInstance, channelName: `secret-name-${revision}`, metadata: `secret-metadata-${revision}`, removalPolicy: RemovalPolicy.DESTROY,
      });
      Tags.of(chime).add(`secret-key-${revision}`, `secret-value-${revision}`);
    };
  }

  function log() {
    return account.invocations().map((invocation) => invocation.log).join('');
  }

  test('tells what was done, but nothing that the model marks sensitive, also when calls fail', async () => {
    const appInstance = account.newAppInstance();
    const message = SECRETS.join(' ');
    inject({ operations: ['CreateChannel'], fault: { kind: 'error', code: 'ServiceUnavailableException', status: 503, message } });
    await account.succeed(secretive(appInstance, 1));
    inject({ operations: ['TagResource'], fault: { kind: 'error', code: 'BadRequestException', message } });
    await account.fail(secretive(appInstance, 2));
    await account.succeed(secretive(appInstance, 3));
    await account.delete();
    expect(log()).toContain('CreateChannel');
    expect(SECRETS.filter((secret) => log().includes(secret))).toEqual([]);
  });

  test('does not have the token of the request that makes a channel', async () => {
    await account.succeed(secretive(account.newAppInstance(), 1));
    const [{ wire }] = account.requests().filter(({ operation }) => operation === 'CreateChannel');
    expect(log()).not.toContain(JSON.parse(wire.body).ClientRequestToken);
  });

  test('does not have the role\'s credentials or the URL for the answer', async () => {
    await account.succeed(TYPES.channel.define(account));
    const [{ wire }] = account.requests();
    expect(wire.headers['x-amz-security-token']).toEqual(expect.any(String));
    expect(log()).not.toContain(wire.headers['x-amz-security-token']);
    for (const { event } of account.invocations()) {
      const { ResponseURL: responseUrl } = event as { ResponseURL: string };
      expect(log()).not.toContain(responseUrl);
      expect(log()).not.toContain(new URL(responseUrl).searchParams.get('X-Amz-Signature'));
    }
  });
});

test('a role that was just made for the handler and the channel is used as soon as it works', async () => {
  local.aws.services.supportApp.store.authorizeWorkspace(account.id, TEAM);
  const fault = inject({ operations: ['ListSlackChannelConfigurations'], fault: { kind: 'error', code: 'AccessDeniedException' }, count: 3 });
  await account.succeed((stack) => new SlackChannelConfiguration(stack, 'Resource', {
    workspace: SlackWorkspace.fromTeamId(stack, 'Workspace', TEAM),
    channelId: 'C1',
    channelRole: new iam.Role(stack, 'ChannelRole', { assumedBy: new iam.ServicePrincipal('supportapp.amazonaws.com') }),
    notifyOnCaseSeverity: NotificationSeverity.NONE,
  }));
  expect(fault.hits).toBe(3);
});
