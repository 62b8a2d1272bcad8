import { Duration } from 'aws-cdk-lib';
import { ChimeChannel, ExpirationCriterion } from '../../src';
import { ScriptedServer } from '../lambda/scripted-server';
import { type Account, useLocalAws } from '../lifecycle/harness';

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
const ALL: [string, unknown[], (value: unknown) => object][] = [
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

/** Sends the handler what no template of the constructs says of a Chime channel, of each property the selected values. */
export function describeHostileProperties(select: (value: unknown) => boolean): void {
  describe('what no template of ours says of a Chime channel', () => {
    const local = useLocalAws();
    const HOSTILE = ALL.map(([property, values, properties]): typeof ALL[number] => [property, values.filter(select), properties]);
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
      expect(account.changes()).toEqual([]);
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
}
