import { CfnParameter, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { describeHostileProperties } from './hostile-properties';
import { parsePhysicalId } from '../../lambda/physical-id';
import { ChimeChannel, NotificationSeverity, SlackWorkspace } from '../../src';
import { type Account, TEAM, useLocalAws } from '../lifecycle/harness';

const CHANNEL_TYPE = 'Custom::SupportAppSlackChannelConfiguration';
const local = useLocalAws();

/** One value of each kind of fault. */
const TELLING = [
  null, [], ['a'], {}, JSON.parse('{"__proto__":"x"}'), { toString: 'x', valueOf: 'x' }, [{ toString: 'x' }], '', 'text', '..', 'c\r\nX-Injected: yes',
  '__proto__', 'constructor', '-1', '0', '1.5', '9'.repeat(400), '5476', '2147483648',
  'arn:aws:chime:us-east-1:1:app-instance/other/channel-flow/f',
].map((value) => JSON.stringify(value));

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

// Each value for each property: see hostile-properties.exhaustive.test.ts.
describeHostileProperties((value) => TELLING.includes(JSON.stringify(value)));

test('a physical id with the name of a prototype leaves all prototypes as they are', () => {
  const history = encodeURIComponent(JSON.stringify({ polluted: true, ['__proto__']: { polluted: true } }));
  for (const name of ['__proto__', 'constructor', 'previous']) {
    const id = parsePhysicalId(`SupportAppSlackChannelConfiguration/created/T/C;${name}=${history}`);
    expect(id).toMatchObject({ target: ['T', 'C'] });
    expect(Object.getPrototypeOf(id)).toBe(Object.prototype);
  }
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});
