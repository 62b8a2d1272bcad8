import { Duration, type Stack } from 'aws-cdk-lib';
import {
  type Account, type AppInstance, type ChimeChannelOptions, type ChimeChannelState, defineChimeChannel, failAfter, type LocalAwsHarness, useLocalAws,
} from './harness';
import type { Fault } from '../../local-aws/services/faults';
import { type ElasticChannelConfiguration, ExpirationCriterion } from '../../src';

export const TYPE = 'Custom::ChimeChannel';
/** Changes from test to test. */
export let local: LocalAwsHarness;
export let account: Account;
export let appInstance: AppInstance;

/** Gives each test of a file an account of its own with an AppInstance. */
export function useAppInstances(): void {
  local = useLocalAws();
  beforeEach(() => {
    account = local.newAccount();
    appInstance = account.newAppInstance();
  });
  // The role that the construct makes suffices for all that happens here, before and after each change.
  afterEach(() => {
    const denied = account.requests().filter(({ outcome }) => outcome.errorCode === 'AccessDeniedException');
    expect(denied.map(({ operation }) => operation)).toEqual([]);
  });
}

/** An AppInstance in a Region of the test's choice takes the place of the other one. */
export function moveAppInstance(region: string): void {
  const appInstanceArn = store().createAppInstance(account.id, region);
  appInstance = { appInstanceArn, chimeBearer: store().createAppInstanceUser(appInstanceArn, 'operator') };
}

export function store() {
  return local.aws.services.chime.store;
}

export function user(name: string): string {
  return store().createAppInstanceUser(appInstance.appInstanceArn, name);
}

export function bot(name: string): string {
  return store().createAppInstanceBot(appInstance.appInstanceArn, name);
}

export function users(count: number, prefix = 'user'): string[] {
  return Array.from({ length: count }, (_, index) => user(`${prefix}${String(index).padStart(3, '0')}`));
}

export function flow(name: string): string {
  return store().createChannelFlow(appInstance.appInstanceArn, name);
}

/** A user that the AppInstance does not know. */
export function nobody(name = 'nobody'): string {
  return `${appInstance.appInstanceArn}/user/${name}`;
}

/** A channel that is deleted with its construct. */
export function channel(options: ChimeChannelOptions = {}) {
  return (stack: Stack) => defineChimeChannel(stack, appInstance, options);
}

export function channelAndFailure(options: ChimeChannelOptions = {}) {
  return (stack: Stack) => failAfter(stack, channel(options)(stack));
}

export function channels() {
  return account.state().chimeChannels;
}

export function standing() {
  return { channels: channels(), physicalId: account.physicalId(TYPE) };
}

/** What a channel of these options is to have. */
export function declaredBy(options: ChimeChannelOptions): Partial<ChimeChannelState> {
  const { memberArns = [], moderatorArns = [], expirationSettings, channelFlowArn, elasticChannelConfiguration, channelName = 'Operations 🚨' } = options;
  return {
    name: channelName,
    members: [...new Set([...elasticChannelConfiguration ? [] : [appInstance.chimeBearer], ...memberArns])].sort(),
    moderators: [...new Set([appInstance.chimeBearer, ...moderatorArns])].sort(),
    expirationSettings: expirationSettings && {
      ExpirationDays: expirationSettings.expiration.toDays(), ExpirationCriterion: expirationSettings.expirationCriterion,
    },
    channelFlowArn,
    elasticChannelConfiguration: elasticChannelConfiguration && {
      MaximumSubChannels: elasticChannelConfiguration.maximumSubChannels,
      TargetMembershipsPerSubChannel: elasticChannelConfiguration.targetMembershipsPerSubChannel,
      MinimumMembershipPercentage: elasticChannelConfiguration.minimumMembershipPercentage,
    },
  };
}

export function inject(operation: string, code = 'BadRequestException', count = 1) {
  return local.aws.services.faults.inject({
    operations: [operation], fault: { kind: 'error', code }, count, when: ({ accountId }) => accountId === account.id,
  });
}

/** Takes note of the channels when the second event comes: by then the first one, which fails, has taken back what it did. */
export function channelsAtFailure(): () => ChimeChannelState[] | undefined {
  const seen: ChimeChannelState[][] = [];
  local.aws.cloudFormation.lambda.deliver = () => {
    seen.push(channels());
    return [{}];
  };
  return () => seen[1];
}

export const EXPIRES_SOON = { expiration: Duration.days(1), expirationCriterion: ExpirationCriterion.LAST_MESSAGE_TIMESTAMP };
export const EXPIRES_LATE = { expiration: Duration.days(5475), expirationCriterion: ExpirationCriterion.CREATED_TIMESTAMP };
export const ELASTIC: ElasticChannelConfiguration = { maximumSubChannels: 10, targetMembershipsPerSubChannel: 200, minimumMembershipPercentage: 40 };

export const FAULTS: [string, Fault][] = [
  ['throttling', { kind: 'throttle' }],
  ['a lost reply', { kind: 'loseReply' }],
  ['a server error after the deed', { kind: 'status', status: 500, phase: 'after' }],
];

export interface Property {
  /** Two values of the property, with others or alone. */
  readonly first: () => ChimeChannelOptions;
  readonly second: () => ChimeChannelOptions;
  /** The operations that set and remove the property, of which each may fail. */
  readonly sets: string;
  readonly removes: string;
  /** The actions that only this property needs. */
  readonly actions: string[];
}

const MEMBER_ACTIONS = ['chime:BatchCreateChannelMembership', 'chime:DeleteChannelMembership', 'chime:ListChannelMemberships'];

/** What changes in place. */
export const IN_PLACE: Record<string, Property> = {
  memberArns: {
    first: () => ({ memberArns: [user('a'), bot('b'), user('c')] }),
    second: () => ({ memberArns: [user('d'), user('c')] }),
    sets: 'BatchCreateChannelMembership',
    removes: 'DeleteChannelMembership',
    actions: MEMBER_ACTIONS,
  },
  moderatorArns: {
    first: () => ({ moderatorArns: [user('a'), bot('b'), user('c')] }),
    second: () => ({ moderatorArns: [user('d'), user('c')] }),
    sets: 'CreateChannelModerator',
    removes: 'DeleteChannelModerator',
    actions: [],
  },
  expirationSettings: {
    first: () => ({ expirationSettings: EXPIRES_SOON }),
    second: () => ({ expirationSettings: EXPIRES_LATE }),
    sets: 'PutChannelExpirationSettings',
    removes: 'PutChannelExpirationSettings',
    actions: ['chime:PutChannelExpirationSettings'],
  },
  channelFlowArn: {
    first: () => ({ channelFlowArn: flow('one') }),
    second: () => ({ channelFlowArn: flow('two') }),
    sets: 'AssociateChannelFlow',
    removes: 'DisassociateChannelFlow',
    actions: ['chime:AssociateChannelFlow', 'chime:DisassociateChannelFlow'],
  },
};

/** What replaces the channel. */
export const REPLACING: Record<string, Omit<Property, 'sets' | 'removes'>> = {
  channelId: { first: () => ({ channelId: 'Ops-1:a_b.c@d' }), second: () => ({ channelId: 'x' }), actions: [] },
  elasticChannelConfiguration: {
    first: () => ({ elasticChannelConfiguration: ELASTIC }),
    second: () => ({ elasticChannelConfiguration: { ...ELASTIC, minimumMembershipPercentage: 1 } }),
    actions: [],
  },
};

export const ALL = { ...IN_PLACE, ...REPLACING };

/** Each way in which a property changes in place, with what it is before and after. */
export function changesOf({ first, second }: Property): [string, () => ChimeChannelOptions, () => ChimeChannelOptions][] {
  return [['is set', none, first], ['changes', first, second], ['is removed', first, none]];
}

export function none(): ChimeChannelOptions {
  return {};
}

/** Tests that changes of a property in place are taken back, by the stack and by the handler itself. */
export function testUndoneChanges({ sets, removes }: Property, changes: ReturnType<typeof changesOf>): void {
  const operationOf = (after: () => ChimeChannelOptions) => after === none ? removes : sets;

  test.each(changes)('%s, and a rollback of the stack takes it back', async (_change, before, after) => {
    await account.succeed(channel(before()));
    account.sendMessages();
    const old = standing();
    account.forgetRequests();
    await account.deploy(channelAndFailure(after()));
    expect(account.stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(account.changes()).toEqual(expect.arrayContaining([operationOf(after)]));
    expect(standing()).toEqual(old);
  });

  test.each(changes)('%s, which fails: the update leaves the old state', async (_change, before, after) => {
    await account.succeed(channel(before()));
    account.sendMessages();
    const old = standing();
    const atFailure = channelsAtFailure();
    inject(operationOf(after));
    expect(await account.fail(channel({ ...after(), channelName: 'new', metadata: 'new', tags: { a: '1' } })))
      .toMatch(new RegExp(`^${operationOf(after)}: .*BadRequestException`));
    expect(atFailure()).toEqual(old.channels);
    expect(standing()).toEqual(old);
    await account.succeed(channel(after()));
    expect(channels()).toEqual([{ ...old.channels[0], ...declaredBy(after()) }]);
  });
}
