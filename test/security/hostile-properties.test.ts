import { CfnParameter, Duration, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { parsePhysicalId } from '../../lambda/physical-id';
import { ChannelsProvider, ChimeChannel, ExpirationCriterion, NotificationSeverity, SlackWorkspace } from '../../src';
import { ScriptedServer } from '../lambda/scripted-server';
import { type Account, TEAM, useLocalAws } from '../lifecycle/harness';

const CHANNEL_TYPE = 'Custom::SupportAppSlackChannelConfiguration';
const local = useLocalAws();

/** Values that reach the handler unseen by the constructs: they are parameters of the stack. */
function parameters(stack: Stack, ...names: string[]): string[] {
  return names.map((name) => new CfnParameter(stack, name).valueAsString);
}

describe('the id of a Slack channel', () => {
  const BYSTANDERS = ['C', 'C1', 'D', 'previous', '..', '%2F', 'proto'];

  function channel(stack: Stack) {
    const [channelId] = parameters(stack, 'ChannelId');
    SlackWorkspace.fromTeamId(stack, 'Workspace', TEAM).addChannel('Channel', {
      channelId, notifyOnCaseSeverity: NotificationSeverity.ALL, notifyOnResolveCase: true,
    });
  }

  test.each([
    'C/1', 'C/../C1', '../C1', './C1', 'C;D', 'C1;previous=%7B%7D', 'C;replaced=SupportAppSlackChannelConfiguration/created/x/D',
    'C%2F1', 'C%3BD', 'C%', '%2E%2E', 'Ç', '🚨', 'C1\u200b', 'C1\u0000', '<C1>', '"C1"', '\'C1\'', 'C1&D', '${C1}',
    '__proto__', 'constructor', 'toString',
  ])('%j names that channel and no other', async (channelId) => {
    const account = local.newAccountWithWorkspace();
    const bystanders = BYSTANDERS.map((id) => account.putChannel({ channelId: id }));
    const byId = () => Object.fromEntries(account.channels().map((configuration) => [`id:${configuration.channelId}`, configuration]));
    const before = byId();
    expect(Object.keys(before)).toHaveLength(bystanders.length);

    await account.succeed(channel, { ChannelId: channelId });
    const { [`id:${channelId}`]: made, ...others } = byId();
    expect(made).toMatchObject({ teamId: TEAM, channelId, notifyOnResolveCase: true });
    expect(others).toEqual(before);
    expect(parsePhysicalId(account.physicalId(CHANNEL_TYPE))).toMatchObject({ resourceType: CHANNEL_TYPE, ownership: 'created', target: [TEAM, channelId] });

    await account.delete();
    expect(byId()).toEqual(before);
  });

  test.each(['', ' ', 'C 1', 'C\n1', 'C\u2028', 'C'.repeat(257)])('%j is refused before any call', async (channelId) => {
    const account = local.newAccountWithWorkspace();
    expect(await account.fail(channel, { ChannelId: channelId })).toContain('channelId: must be 1 to 256 characters without white space');
    expect(account.requests()).toEqual([]);
  });
});

describe('what goes into a header or into the name of a host', () => {
  function chimeChannel(stack: Stack) {
    const [appInstanceArn, chimeBearer] = parameters(stack, 'AppInstanceArn', 'ChimeBearer');
    new ChimeChannel(stack, 'Channel', {
      appInstanceArn,
      chimeBearer,
      channelName: 'On call',
      removalPolicy: RemovalPolicy.DESTROY,
      // What fails for good does so quickly.
      provider: new ChannelsProvider(stack, 'Provider', { timeout: Duration.seconds(4) }),
    });
  }

  let account: Account;
  let appInstance: { appInstanceArn: string; chimeBearer: string };

  beforeEach(() => {
    account = local.newAccount();
    appInstance = account.newAppInstance();
  });

  const deploy = (change: { appInstanceArn?: string; chimeBearer?: string }) => {
    const { appInstanceArn, chimeBearer } = { ...appInstance, ...change };
    return account.fail(chimeChannel, { AppInstanceArn: appInstanceArn, ChimeBearer: chimeBearer });
  };

  test.each(['\r\nX-Injected: yes', '\nX-Injected: yes', '\r\n\r\nGET / HTTP/1.1', '\u2028'])('a bearer that ends in %j is refused before any call', async (end) => {
    expect(await deploy({ chimeBearer: appInstance.chimeBearer + end })).toContain('chimeBearer: must be 5 to 1600 characters');
    expect(account.requests()).toEqual([]);
  });

  test.each(['\u0000', '\u0001', '€', '🚨'])('a bearer with %j reaches no service', async (character) => {
    expect(await deploy({ chimeBearer: appInstance.chimeBearer + character })).toMatch(/chimeBearer|X-Amz-Chime-Bearer/);
    expect(account.requests()).toEqual([]);
  });

  test.each(['us-east-1.example.com', 'example.com', '127.0.0.1', '', '-1', 'us-east-1-', '..'])('the Region %j of an AppInstance is refused before any call', async (region) => {
    const [, , , , ...rest] = appInstance.appInstanceArn.split(':');
    const appInstanceArn = ['arn:aws:chime', region, ...rest].join(':');
    expect(await deploy({ appInstanceArn, chimeBearer: `${appInstanceArn}/user/u` })).toContain(`"${region}" is no Region. Check appInstanceArn`);
    expect(account.requests()).toEqual([]);
  });

  test.each(['us-east-1/', 'us-east-1#', 'us-east-1@example.com', 'us-east-1?', 'us east', 'us-east-1\r\n'])('the Region %j breaks the form of an ARN', async (region) => {
    const [, , , , ...rest] = appInstance.appInstanceArn.split(':');
    const appInstanceArn = ['arn:aws:chime', region, ...rest].join(':');
    expect(await deploy({ appInstanceArn, chimeBearer: `${appInstanceArn}/user/u` })).toContain('appInstanceArn: must be');
    expect(account.requests()).toEqual([]);
  });
});

describe('what no template of ours says of a Chime channel', () => {
  type Event = Record<string, unknown> & { readonly ResourceProperties: Record<string, unknown> };

  const MAPS: unknown[] = [
    {}, { a: 'b' }, JSON.parse('{"__proto__":"x"}'), { constructor: 'x' }, { toJSON: 'x' }, { then: 'x' }, { hasOwnProperty: 'x' }, { 0: 'x', length: '1' },
    // None of them can be made a text.
    { toString: 'x' }, { toString: 'x', valueOf: 'x' }, [{ toString: 'x' }],
  ];
  const NO_TEXTS = [null, [], [[]], [null], [{}], ...MAPS];
  const NO_STRUCTURES = [null, '', 'text', '5', 'null', [], ['5'], [[]], [null], [{}], ...MAPS];
  const NO_LISTS = [null, '', 'text', '5', ...MAPS, [[]], [null], [''], ['a'], ['__proto__'], ...MAPS.map((map) => [map])];
  const NO_NUMBERS = [
    ...NO_TEXTS, ['5'], [['5']], '', 'text', 'true', 'NaN', 'Infinity', '-1', '0', '1.5', '1e3', '0x10', ' 5', '5\n', '５', '1,000', '9'.repeat(400), `1${' '.repeat(4000)}`,
  ];
  /** Beyond what the type of the model has. */
  const NO_INTEGERS = ['2147483648', '9007199254740993', '1'.repeat(30)];
  const ELASTIC = { MaximumSubChannels: '2', TargetMembershipsPerSubChannel: '2', MinimumMembershipPercentage: '40' };

  /** The name of a property in a message, and its values. */
  const HOSTILE: [string, unknown[], (value: unknown) => object][] = [
    ['appInstanceArn', NO_TEXTS, (AppInstanceArn) => ({ AppInstanceArn })],
    ['privacy', NO_TEXTS, (Privacy) => ({ Privacy })],
    ['channelId', [...NO_TEXTS, '', '..', '%2F', 'a/b', 'a;previous=%7B%7D', 'c\r\nX-Injected: yes', '🚨', 'c\u0000'], (ChannelId) => ({ ChannelId })],
    ['existing', [...NO_TEXTS, '', 'adopt', '__proto__'], (Existing) => ({ ChannelId: 'c', Existing })],
    ['memberArns', NO_LISTS, (MemberArns) => ({ MemberArns })],
    ['moderatorArns', NO_LISTS, (ModeratorArns) => ({ ModeratorArns })],
    ['channelFlowArn', [...NO_TEXTS, '', 'text', 'arn:aws:chime:us-east-1:1:app-instance/other/channel-flow/f'], (ChannelFlowArn) => ({ ChannelFlowArn })],
    ['expirationSettings', NO_STRUCTURES, (ExpirationSettings) => ({ ExpirationSettings })],
    ['expirationSettings.expirationDays', [...NO_NUMBERS, '5476'], (ExpirationDays) => (
      { ExpirationSettings: { ExpirationDays, ExpirationCriterion: 'CREATED_TIMESTAMP' } }
    )],
    ['expirationSettings.expirationCriterion', [...NO_TEXTS, '', 'constructor'], (ExpirationCriterion_) => (
      { ExpirationSettings: { ExpirationDays: '5', ExpirationCriterion: ExpirationCriterion_ } }
    )],
    ['elasticChannelConfiguration', NO_STRUCTURES, (ElasticChannelConfiguration) => ({ ElasticChannelConfiguration, MemberArns: [] })],
    ...Object.keys(ELASTIC).map((name): [string, unknown[], (value: unknown) => object] => [
      `elasticChannelConfiguration.${name[0].toLowerCase()}${name.slice(1)}`, [...NO_NUMBERS, ...NO_INTEGERS],
      (value) => ({ ElasticChannelConfiguration: { ...ELASTIC, [name]: value }, MemberArns: [] }),
    ]),
  ];

  let account: Account;
  let target: ScriptedServer;
  let deployed: Event;
  let physicalId: string;
  let sent: number;

  beforeEach(async () => {
    account = local.newAccount();
    target = await ScriptedServer.start();
    sent = 0;
    const { appInstanceArn, chimeBearer } = account.newAppInstance();
    await account.succeed((stack) => new ChimeChannel(stack, 'Channel', {
      appInstanceArn,
      chimeBearer,
      channelName: 'On call',
      channelId: 'c',
      memberArns: [chimeBearer],
      moderatorArns: [chimeBearer],
      expirationSettings: { expiration: Duration.days(5), expirationCriterion: ExpirationCriterion.CREATED_TIMESTAMP },
      channelFlowArn: local.aws.services.chime.store.createChannelFlow(appInstanceArn, 'f'),
    }));
    await local.aws.cloudFormation.lambda.settled();
    deployed = account.invocations()[0].event as Event;
    physicalId = account.physicalId('Custom::ChimeChannel');
    account.forgetRequests();
  });

  afterEach(() => target.stop());

  async function answerTo(change: object): Promise<{ Status: string; Reason?: string }> {
    sent += 1;
    const functionArn = String(account.stack.liveResources().find(({ type }) => type === 'AWS::Lambda::Function')!.attributes.Arn);
    const event = { ...deployed, ResponseURL: `${target.url}/answer`, RequestId: `5b3a0a5c-0000-4000-8000-${String(sent).padStart(12, '0')}`, ...change };
    const { log } = await local.aws.cloudFormation.lambda.invoke(functionArn, event);
    expect(log).not.toMatch(/\bError\b/);
    expect(target.requests).toHaveLength(sent);
    return JSON.parse(target.requests[sent - 1].body);
  }

  test.each(HOSTILE)('%s: is refused with the rule, before any call', async (property, values, properties) => {
    for (const value of values) {
      const ResourceProperties = { ...deployed.ResourceProperties, ...properties(value) };
      const update = { RequestType: 'Update', PhysicalResourceId: physicalId, OldResourceProperties: deployed.ResourceProperties };
      for (const change of [{}, update]) {
        const { Status, Reason } = await answerTo({ ...change, ResourceProperties });
        const [first, ...problems] = Reason!.split(/ (?=- [\w.[\]]+: must )/);
        expect(Reason).not.toMatch(/\p{Cc}/u);
        expect([value, Status, first]).toEqual([value, 'FAILED', expect.stringMatching(/^Channel\w+ has \d+ problems?:$/)]);
        expect(problems.length).toBeGreaterThan(0);
        problems.forEach((problem) => expect(problem).toMatch(/^- [\w.[\]]+: must .+\. [A-Z].*\.$/u));
        expect(problems.filter((problem) => !problem.startsWith(`- ${property}`))).toEqual([]);
        expect(Buffer.byteLength(Reason!)).toBeLessThan(2_000);
      }
    }
    expect(account.requests()).toEqual([]);
  });

  test.each(HOSTILE)('%s: is nothing that a rollback has to take back', async (_, values, properties) => {
    for (const value of values) {
      const OldResourceProperties = { ...deployed.ResourceProperties, ...properties(value) };
      const { ResourceProperties } = deployed;
      expect([value, await answerTo({ RequestType: 'Update', PhysicalResourceId: physicalId, ResourceProperties, OldResourceProperties })])
        .toEqual([value, expect.objectContaining({ Status: 'SUCCESS', PhysicalResourceId: physicalId })]);
    }
    expect(account.requests()).toEqual([]);
  });

  test.each(HOSTILE)('%s: keeps no channel from its deletion', async (_, values, properties) => {
    const { channels } = local.aws.services.chime.store;
    const [[channelArn, channel]] = [...channels].filter(([arn]) => arn.includes(`:${account.id}:`));
    for (const value of values) {
      channels.set(channelArn, channel);
      const ResourceProperties = { ...deployed.ResourceProperties, ...properties(value) };
      expect([value, await answerTo({ RequestType: 'Delete', PhysicalResourceId: physicalId, ResourceProperties })])
        .toEqual([value, expect.objectContaining({ Status: 'SUCCESS' })]);
      expect(channels.has(channelArn)).toBe(false);
    }
  });
});

test('a physical id with the name of a prototype leaves all prototypes as they are', () => {
  const history = encodeURIComponent(JSON.stringify({ polluted: true, ['__proto__']: { polluted: true } }));
  for (const name of ['__proto__', 'constructor', 'previous']) {
    const id = parsePhysicalId(`SupportAppSlackChannelConfiguration/created/T/C;${name}=${history}`);
    expect(id).toMatchObject({ target: ['T', 'C'] });
    expect(Object.getPrototypeOf(id)).toBe(Object.prototype);
  }
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});
