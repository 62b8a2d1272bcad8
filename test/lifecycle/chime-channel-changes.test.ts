import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duration, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { type Account, type AppInstance, type ChimeChannelOptions, defineChimeChannel, useLocalAws } from './harness';
import { ChannelMode, ChannelPrivacy, ExpirationCriterion } from '../../src';

/** docs/moving.md says of each property of CloudFormation's own type what a change of it does here: each row is tried. */

const local = useLocalAws();
let account: Account;
let appInstance: AppInstance;

beforeEach(() => {
  account = local.newAccount();
  appInstance = account.newAppInstance();
});

/** What a test changes, and in which channel where any does not do. */
interface Change {
  readonly from?: ChimeChannelOptions;
  readonly to: () => ChimeChannelOptions;
}

const user = (name: string) => local.aws.services.chime.store.createAppInstanceUser(appInstance.appInstanceArn, name);
const ELASTIC = { maximumSubChannels: 2, targetMembershipsPerSubChannel: 2, minimumMembershipPercentage: 1 };

const CHANGES: Record<string, Change> = {
  name: { to: () => ({ channelName: 'new' }) },
  mode: { to: () => ({ mode: ChannelMode.UNRESTRICTED }) },
  metadata: { to: () => ({ metadata: 'new' }) },
  tags: { to: () => ({ tags: { team: 'new' } }) },
  expirationSettings: {
    to: () => ({ expirationSettings: { expiration: Duration.days(1), expirationCriterion: ExpirationCriterion.CREATED_TIMESTAMP } }),
  },
  memberArns: { to: () => ({ memberArns: [user('member')] }) },
  moderatorArns: { to: () => ({ moderatorArns: [user('moderator')] }) },
  chimeBearer: { to: () => ({ chimeBearer: user('successor') }) },
  channelFlowArn: { to: () => ({ channelFlowArn: local.aws.services.chime.store.createChannelFlow(appInstance.appInstanceArn) }) },
  appInstanceArn: { to: () => account.newAppInstance() },
  channelId: { from: { channelId: 'one' }, to: () => ({ channelId: 'two' }) },
  privacy: { to: () => ({ privacy: ChannelPrivacy.PUBLIC }) },
  elasticChannelConfiguration: { to: () => ({ elasticChannelConfiguration: ELASTIC }) },
};

function rows(): [property: string, here: string][] {
  const guide = readFileSync(join(__dirname, '..', '..', 'docs', 'moving.md'), 'utf8');
  const [, section] = guide.split('### ChimeChannel and CfnChannel\n');
  return [...section.split('\n\nThe middle column')[0].matchAll(/^\| `(\w+)`.* \| .* \| (.*) \|$/gm)].map(([, property, here]) => [property, here]);
}

test('the table has a row for each property of which a change is tried', () => {
  expect(rows().map(([property]) => property).sort()).toEqual(Object.keys(CHANGES).sort());
});

test.each(rows())('a change of %s: %s', async (property, here) => {
  const { from = {}, to } = CHANGES[property];
  const channel = (change: ChimeChannelOptions) => (stack: Stack) =>
    void defineChimeChannel(stack, appInstance, { removalPolicy: RemovalPolicy.RETAIN, ...from, ...change });
  await account.succeed(channel({}));
  account.sendMessages();
  const [before] = account.chimeChannels();
  account.forgetRequests();
  await account.succeed(channel(to()));
  const after = account.chimeChannels();
  if (here === 'in place') {
    expect(after.map(({ channelArn, messages }) => [channelArn, messages.length])).toEqual([[before.channelArn, 1]]);
    expect(account.changes()).not.toEqual([]);
  } else {
    expect(here).toBe('new channel');
    // The old one is retained, with its messages.
    expect(after).toHaveLength(2);
    expect(after.find(({ channelArn }) => channelArn === before.channelArn)!.messages).toHaveLength(1);
  }
});
