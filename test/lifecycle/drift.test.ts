import { aws_iam as iam, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { type Account, type AppInstance, defineChimeChannel, TEAM, useLocalAws } from './harness';
import { type MetricValue } from '../../local-aws/lambda/metrics';
import {
  AccountAlias, DriftMonitor, DriftRepair, ExistingConfiguration, NotificationSeverity, SlackChannelConfiguration, SlackWorkspace,
} from '../../src';
import type { DriftCheck } from '../../src/contract';

const local = useLocalAws();
let account: Account;
let appInstance: AppInstance;

/** How much later than now a check is due: when the stack has been at rest for long enough. */
const TEN_MINUTES = 600_000;

beforeEach(() => {
  account = local.newAccountWithWorkspace();
  appInstance = account.newAppInstance();
  local.aws.cloudFormation.events.clockOffset = TEN_MINUTES;
});

interface ChannelChanges {
  readonly existing?: ExistingConfiguration;
  readonly formerRoleArn?: string;
}

function defineChannel(stack: Stack, channelId: string, changes: ChannelChanges = {}): void {
  const { formerRoleArn, ...props } = changes;
  new SlackChannelConfiguration(stack, channelId, {
    workspace: SlackWorkspace.fromTeamId(stack, `Workspace${channelId}`, TEAM),
    channelId,
    channelName: 'declared',
    notifyOnCaseSeverity: NotificationSeverity.HIGH,
    notifyOnResolveCase: true,
    formerChannelRole: formerRoleArn === undefined ? undefined : iam.Role.fromRoleArn(stack, `Former${channelId}`, formerRoleArn),
    ...props,
  });
}

/** Two channels and an alias, with a monitor. */
const define = (repair: boolean | DriftRepair = false, changes: ChannelChanges = {}) => (stack: Stack) => {
  defineChannel(stack, 'C1', changes);
  defineChannel(stack, 'C2', changes);
  new AccountAlias(stack, 'Alias', { accountAlias: 'Declared', existing: changes.existing });
  new DriftMonitor(stack, 'Drift', { repair });
};

const ruleArn = (of = account) => String(of.resource('AWS::Events::Rule').attributes.Arn);

/** Lets the monitor look, and answers what it said and counted. */
async function look(time = new Date(Date.now() + TEN_MINUTES), of = account): Promise<Report> {
  const { events } = local.aws.cloudFormation;
  return reportOf(() => events.fire(ruleArn(of), time));
}

interface Report {
  readonly lines: Record<string, unknown>[];
  /** Without the zeros. */
  readonly metrics: Record<string, number>;
  readonly log: string;
}

/** What checks say that an action sets off. */
async function reportOf(action: () => void): Promise<Report> {
  const { lambda: functions, events } = local.aws.cloudFormation;
  const before = account.invocations().length;
  events.deliveries.length = 0;
  action();
  await functions.settled();
  expect(events.deliveries.flatMap(({ failure }) => failure ?? [])).toEqual([]);
  const runs = account.invocations().slice(before);
  expect(runs.flatMap(({ error }) => error ?? [])).toEqual([]);
  const log = runs.map((run) => run.log).join('');
  const metrics = functions.metrics().filter((metric) => runs.some((run) => run.log.includes(`"Timestamp":${metric.timestamp.getTime()}`)));
  return {
    lines: log.split('\n').flatMap((line) => /(\{"resource":.*\})/.exec(line)?.[1] ?? []).map((text) => JSON.parse(text) as Record<string, unknown>),
    metrics: countsOf(metrics.filter(({ dimensions }) => dimensions.StackName === account.stack.name)),
    log,
  };
}

function countsOf(metrics: MetricValue[]): Record<string, number> {
  const counts: Record<string, number> = {};
  metrics.forEach(({ namespace, name, value }) => {
    expect(namespace).toBe('CdkSupportChannels');
    counts[name] = (counts[name] ?? 0) + value;
  });
  return counts;
}

const logicalId = (part: string) => account.stack.liveResources().find((resource) => resource.type.startsWith('Custom::') && resource.logicalId.startsWith(part))!.logicalId;
const lineOf = ({ lines }: Report, part: string) => lines.find(({ resource }) => resource === logicalId(part));

/** Changes a channel in the console. */
const rename = (channelId: string, channelName: string) => {
  const channel = account.channels().find((candidate) => candidate.channelId === channelId)!;
  account.act('UpdateSlackChannelConfiguration', { ...channel, channelName });
};

/** Whatever the services were asked to do that takes something away. */
const deletions = () => account.changes().filter((operation) => /^(Delete|Disassociate|Untag)/.test(operation));

describe('a monitor that does not repair', () => {
  test('finds in sync what is as declared', async () => {
    await account.succeed(define());
    account.forgetRequests();
    const report = await look();
    expect(report.lines).toEqual(['C1', 'C2', 'Alias'].map((part) => ({ resource: logicalId(part), drift: 'IN_SYNC' })));
    expect(report.metrics).toEqual({ DriftedResources: 0, RepairedResources: 0, UnreadableResources: 0 });
    expect(account.changes()).toEqual([]);
  });

  test('hears of a change by hand, and tells which properties differ', async () => {
    await account.succeed(define());
    account.forgetRequests();
    const report = await reportOf(() => account.act('UpdateSlackChannelConfiguration', {
      ...account.channels()[0], channelName: 'by hand', notifyOnCaseSeverity: 'all', notifyOnAddCorrespondenceToCase: true,
    }));
    const { resource, drift, changes, ...rest } = lineOf(report, 'C1')!;
    expect([resource, drift, rest]).toEqual([logicalId('C1'), 'CHANGED', {}]);
    expect(changes).toEqual(expect.arrayContaining([
      { property: 'notifyOnCaseSeverity', declared: 'high', actual: 'all' },
      { property: 'notifyOnAddCorrespondenceToCase', declared: false, actual: true },
    ]));
    expect((changes as { property: string }[]).map(({ property }) => property).sort())
      .toEqual(['channelName', 'notifyOnAddCorrespondenceToCase', 'notifyOnCaseSeverity']);
    expect(lineOf(report, 'C2')).toEqual({ resource: logicalId('C2'), drift: 'IN_SYNC' });
    expect(report.metrics).toEqual({ DriftedResources: 1, RepairedResources: 0, UnreadableResources: 0 });
    expect(account.changes()).toEqual([]);
  });

  test('hears of a removal by hand, and leaves it so', async () => {
    await account.succeed(define());
    account.forgetRequests();
    const report = await reportOf(() => account.act('DeleteAccountAlias', {}));
    expect(lineOf(report, 'Alias')).toEqual({ resource: logicalId('Alias'), drift: 'MISSING' });
    expect(report.metrics).toEqual({ DriftedResources: 1, RepairedResources: 0, UnreadableResources: 0 });
    expect([account.changes(), account.supportApp.accountAlias]).toEqual([[], undefined]);
  });

  test('tells why it cannot read something, and goes on with the rest', async () => {
    await account.succeed(define());
    rename('C1', 'by hand');
    await local.aws.cloudFormation.lambda.settled();
    local.aws.services.faults.inject({
      fault: { kind: 'error', code: 'AccessDeniedException', message: 'explicit deny', status: 403 }, operations: ['GetAccountAlias'], count: Infinity,
    });
    const report = await look();
    expect(lineOf(report, 'Alias')).toEqual({ resource: logicalId('Alias'), drift: 'UNREADABLE', reason: expect.stringContaining('AccessDeniedException') });
    expect(lineOf(report, 'C1')).toMatchObject({ drift: 'CHANGED' });
    expect(report.metrics).toEqual({ DriftedResources: 1, RepairedResources: 0, UnreadableResources: 1 });
  });

  test('keeps what the models mark as sensitive out of the log', async () => {
    await account.succeed((stack) => {
      defineChimeChannel(stack, appInstance, { channelName: 'Sécret-declared', metadata: 'Sécret-metadata' });
      new DriftMonitor(stack, 'Drift');
    });
    Object.assign(account.chimeChannels()[0], { name: 'Sécret-by-hand', metadata: 'Sécret-too', mode: 'UNRESTRICTED' });
    const report = await look();
    const [line] = report.lines;
    expect(line).toMatchObject({ drift: 'CHANGED' });
    const changes = line.changes as { property: string }[];
    expect(changes.filter(({ property }) => property !== 'mode')).toEqual([{ property: 'channelName' }, { property: 'metadata' }]);
    expect(report.log).not.toContain('Sécret');
  });
});

describe('a monitor that repairs', () => {
  test('brings back what the stack created, whether it was changed or removed', async () => {
    await account.succeed(define(true));
    const before = account.state();
    // Both changes come before the first look.
    account.putChannel({ ...account.channels()[0], channelName: 'by hand', notifyOnCaseSeverity: 'all' });
    account.supportApp.accountAlias = undefined;
    account.forgetRequests();
    const report = await look();
    expect(lineOf(report, 'C1')).toMatchObject({ drift: 'CHANGED', repair: 'REPAIRED' });
    expect(lineOf(report, 'Alias')).toMatchObject({ drift: 'MISSING', repair: 'REPAIRED' });
    expect(report.metrics).toEqual({ DriftedResources: 2, RepairedResources: 2, UnreadableResources: 0 });
    expect(account.state()).toEqual(before);
    expect(account.changes().sort()).toEqual(['PutAccountAlias', 'UpdateSlackChannelConfiguration']);
  });

  test('hears of a change in the console, and nothing of its own repair', async () => {
    await account.succeed(define(true));
    const before = account.state();
    await reportOf(() => rename('C1', 'by hand'));
    expect(account.state()).toEqual(before);
    expect(local.aws.cloudFormation.events.deliveries).toHaveLength(1);
  });

  test('hears of a change by another role', async () => {
    await account.succeed(define(true));
    const { services } = local.aws;
    const other = services.identities.issue({ accountId: account.id, principalArn: `arn:aws:sts::${account.id}:assumed-role/Operator/somebody` });
    const report = await reportOf(() => services.act(other, 'us-east-1', 'PutAccountAlias', { accountAlias: 'By hand' }));
    expect(lineOf(report, 'Alias')).toMatchObject({ drift: 'CHANGED', repair: 'REPAIRED' });
    expect(account.supportApp.accountAlias).toBe('Declared');
  });

  test('repairs once, however often the event comes', async () => {
    await account.succeed(define(true));
    account.forgetRequests();
    local.aws.cloudFormation.lambda.deliver = () => [{}, { afterPrevious: true }, { afterPrevious: true }];
    const report = await reportOf(() => account.act('PutAccountAlias', { accountAlias: 'By hand' }));
    expect(report.metrics).toEqual({ DriftedResources: 1, RepairedResources: 1, UnreadableResources: 0 });
    expect(account.changes()).toEqual(['PutAccountAlias']);
  });

  test('goes on after a repair that fails, and tells why it did', async () => {
    await account.succeed(define(true));
    local.aws.services.faults.inject({
      fault: { kind: 'error', code: 'AccessDeniedException', message: 'explicit deny', status: 403 }, operations: ['UpdateSlackChannelConfiguration'], count: Infinity,
    });
    account.putChannel({ ...account.channels()[0], channelName: 'by hand' });
    account.supportApp.accountAlias = 'By hand';
    account.putChannel({ ...account.channels()[1], channelName: 'by hand' });
    const report = await look();
    for (const part of ['C1', 'C2']) {
      expect(lineOf(report, part)).toMatchObject({ drift: 'CHANGED', repair: 'FAILED', reason: expect.stringContaining('AccessDeniedException') });
    }
    expect(lineOf(report, 'Alias')).toMatchObject({ drift: 'CHANGED', repair: 'REPAIRED' });
    expect(report.metrics).toEqual({ DriftedResources: 3, RepairedResources: 1, UnreadableResources: 0 });
  });

  test('leaves what the stack adopted, unless it is told to repair that too', async () => {
    const channel = account.putChannel({ channelId: 'C1' });
    account.putChannel({ channelId: 'C2' });
    account.supportApp.accountAlias = 'Theirs';
    const adopt = { existing: ExistingConfiguration.ADOPT, formerRoleArn: channel.channelRoleArn };
    await account.succeed(define(true, adopt));
    expect(channel.channelRoleArn).not.toBe(account.channels()[0].channelRoleArn);
    const declared = account.state();
    account.supportApp.accountAlias = undefined;
    account.putChannel({ ...account.channels()[0], channelName: 'by hand' });
    const drifted = account.state();
    const told = await look();
    expect(told.lines.filter(({ drift }) => drift !== 'IN_SYNC').map(({ drift, repair }) => [drift, repair])).toEqual([['CHANGED', undefined], ['MISSING', undefined]]);
    expect(account.state()).toEqual(drifted);
    await account.succeed(define(DriftRepair.ALL, adopt));
    // The update itself had nothing to change in the resources.
    expect(account.state()).toEqual(drifted);
    const repaired = await look();
    expect(repaired.metrics).toEqual({ DriftedResources: 2, RepairedResources: 2, UnreadableResources: 0 });
    expect(account.state()).toEqual(declared);
  });

  test('brings back what the stack has taken to own', async () => {
    account.supportApp.accountAlias = 'Theirs';
    await account.succeed((stack) => {
      new AccountAlias(stack, 'Alias', { accountAlias: 'Declared', existing: ExistingConfiguration.OWN });
      new DriftMonitor(stack, 'Drift', { repair: true });
    });
    expect(account.physicalId('Custom::SupportAppAccountAlias')).toContain('/owned/');
    await reportOf(() => account.act('PutAccountAlias', { accountAlias: 'By hand' }));
    expect(account.supportApp.accountAlias).toBe('Declared');
  });

  test('registers a workspace again that the stack registered, and makes its channel again', async () => {
    const bare = local.newAccount();
    account = bare;
    await account.succeed((stack) => {
      const workspace = new SlackWorkspace(stack, 'Workspace', { teamId: TEAM });
      workspace.addChannel('C1', { channelId: 'C1', notifyOnCaseSeverity: NotificationSeverity.NONE });
      new DriftMonitor(stack, 'Drift', { repair: true });
    });
    const before = account.state();
    account.forgetRequests();
    local.aws.services.supportApp.store.removeWorkspace(account.id, TEAM);
    const report = await look();
    expect(report.lines.map(({ drift, repair }) => [drift, repair])).toEqual([['MISSING', 'REPAIRED'], ['MISSING', 'REPAIRED']]);
    expect(account.state()).toEqual(before);
  });

  test('brings back a Chime channel without removing what others have added', async () => {
    const [lead, guest] = ['lead', 'guest'].map((name) => local.aws.services.chime.store.createAppInstanceUser(appInstance.appInstanceArn, name));
    await account.succeed((stack) => {
      defineChimeChannel(stack, appInstance, { channelName: 'declared', metadata: 'declared', memberArns: [lead], moderatorArns: [lead], tags: { team: 'declared' } });
      new DriftMonitor(stack, 'Drift', { repair: true });
    });
    account.sendMessages();
    const [before] = account.state().chimeChannels;
    const [channel] = account.chimeChannels();
    Object.assign(channel, { name: 'by hand', metadata: 'by hand' });
    channel.members.delete(lead);
    channel.moderators.delete(lead);
    channel.members.add(guest);
    channel.tags.set('team', 'by hand');
    channel.tags.set('theirs', 'stays');
    account.forgetRequests();
    const report = await look();
    expect(report.metrics).toEqual({ DriftedResources: 1, RepairedResources: 1, UnreadableResources: 0 });
    expect(account.state().chimeChannels).toEqual([{ ...before, members: [...before.members, guest].sort(), tags: { team: 'declared', theirs: 'stays' } }]);
    expect(deletions()).toEqual([]);
  });

  test.each([
    // The service says the same of what is gone and of what is out of reach.
    ['ForbiddenException', { drift: 'UNREADABLE', reason: expect.stringContaining('The channel does not exist, or the bearer has no access to it') }],
    ['NotFoundException', { drift: 'MISSING' }],
  ])('tells of a Chime channel that is gone, and makes none without its messages (%s)', async (code, told) => {
    await account.succeed((stack) => {
      defineChimeChannel(stack, appInstance, { channelId: 'room' });
      new DriftMonitor(stack, 'Drift', { repair: DriftRepair.ALL });
    });
    local.aws.services.chime.store.deleteChannel(account.chimeChannels()[0].channelArn);
    if (code === 'NotFoundException') {
      local.aws.services.faults.inject({ fault: { kind: 'error', code, status: 404 }, operations: ['DescribeChannel'], count: Infinity });
    }
    account.forgetRequests();
    const report = await look();
    expect(report.lines).toEqual([{ resource: logicalId('Channel'), ...told }]);
    expect([account.changes(), account.chimeChannels()]).toEqual([[], []]);
  });

  test('leaves a channel to which another stack has given its own role', async () => {
    const latter = account.withStack('Latter');
    const channel = (changes: ChannelChanges = {}) => (stack: Stack) => {
      defineChannel(stack, 'C1', changes);
      new DriftMonitor(stack, 'Drift', { repair: DriftRepair.ALL });
    };
    await account.succeed(channel());
    await latter.succeed(channel({ existing: ExistingConfiguration.OWN, formerRoleArn: account.channels()[0].channelRoleArn }));
    const theirs = account.state();
    // The rule has delivered the change by the other stack, too.
    await local.aws.cloudFormation.lambda.settled();
    account.forgetRequests();
    const report = await look();
    expect(report.lines.map(({ drift, repair }) => [drift, repair])).toEqual([['CHANGED', undefined]]);
    expect([account.changes(), account.state()]).toEqual([[], theirs]);
    await account.delete();
    expect(account.state()).toEqual(theirs);
  });

  test('brings back the role that somebody has changed', async () => {
    await account.succeed(define(true));
    const before = account.state();
    account.putChannel({ ...account.channels()[0], channelRoleArn: account.roleArn('ByHand') });
    await look();
    expect(account.state()).toEqual(before);
  });

  test('leaves what another stack holds', async () => {
    const other = account.withStack('Other');
    await account.succeed((stack) => {
      new AccountAlias(stack, 'Alias', { accountAlias: 'Declared' });
      new DriftMonitor(stack, 'Drift', { repair: DriftRepair.ALL });
    });
    await other.succeed((stack) => {
      new AccountAlias(stack, 'Alias', { accountAlias: 'Declared', existing: ExistingConfiguration.ADOPT });
    });
    account.supportApp.accountAlias = 'By hand';
    const theirs = account.state();
    account.forgetRequests();
    const report = await look();
    expect(report.lines).toEqual([{
      resource: logicalId('Alias'), drift: 'CHANGED', changes: [{ property: 'accountAlias', declared: 'Declared', actual: 'By hand' }],
    }]);
    expect([account.changes(), account.state()]).toEqual([[], theirs]);
    expect(report.metrics).toEqual({ DriftedResources: 1, RepairedResources: 0, UnreadableResources: 0 });
  });
});

describe('while an operation of the stack may explain the difference', () => {
  const alias = (accountAlias: string) => (stack: Stack) => {
    new AccountAlias(stack, 'Alias', { accountAlias, removalPolicy: RemovalPolicy.DESTROY });
    new DriftMonitor(stack, 'Drift', { repair: DriftRepair.ALL });
  };

  test('nothing is told or changed in an update', async () => {
    await account.succeed(alias('One'));
    account.supportApp.accountAlias = 'By hand';
    const { cloudFormation } = local.aws;
    // The function is asked for the update, and does not hear of it.
    cloudFormation.lambda.deliver = ({ payload }) => 'RequestType' in (payload as object) ? [] : [{}];
    const asked = cloudFormation.requests.length;
    const update = account.deploy(alias('Two'));
    while (cloudFormation.requests.length === asked) {
      await new Promise(setImmediate);
    }
    account.forgetRequests();
    const report = await look();
    expect([report.lines, report.metrics, account.changes(), account.supportApp.accountAlias]).toEqual([[], {}, [], 'By hand']);
    cloudFormation.lambda.deliver = () => [{}];
    cloudFormation.cancelUpdate({ stackName: account.stack.name, accountId: account.id });
    expect((await update).status).toBe('UPDATE_ROLLBACK_COMPLETE');
  });

  test('nothing is told or changed within five minutes after an operation', async () => {
    await account.succeed(alias('One'));
    account.supportApp.accountAlias = 'By hand';
    account.forgetRequests();
    const early = await look(new Date(Date.now() + 290_000));
    expect([early.lines, early.metrics, account.changes()]).toEqual([[], {}, []]);
    const later = await look(new Date(Date.now() + 310_000));
    expect(later.metrics).toEqual({ DriftedResources: 1, RepairedResources: 1, UnreadableResources: 0 });
  });

  test('an input of before an update changes nothing after it', async () => {
    await account.succeed(alias('One'));
    await look(new Date());
    const [{ targetArn, input }] = local.aws.cloudFormation.events.deliveries;
    await account.succeed(alias('Two'));
    account.forgetRequests();
    const report = await reportOf(() => local.aws.cloudFormation.lambda.invokeAsync(targetArn, input));
    expect((input as DriftCheck).Resources[0].ResourceProperties).toMatchObject({ AccountAlias: 'One' });
    expect([report.lines, account.changes(), account.supportApp.accountAlias]).toEqual([[], [], 'Two']);
  });
});

test('a run without time for all tells the rest as unreadable, and ends in time', async () => {
  await account.succeed(define(true));
  account.forgetRequests();
  local.aws.services.faults.inject({ fault: { kind: 'hang' }, operations: ['GetAccountAlias', 'ListSlackChannelConfigurations'], count: Infinity });
  const report = await look();
  expect(report.lines.map(({ drift }) => drift)).toEqual(['UNREADABLE', 'UNREADABLE', 'UNREADABLE']);
  expect(report.metrics).toEqual({ DriftedResources: 0, RepairedResources: 0, UnreadableResources: 3 });
  expect(account.changes()).toEqual([]);
});

test('a failed event of CloudFormation is counted', async () => {
  account.supportApp.accountAlias = 'Theirs';
  const report = await reportOf(() => undefined);
  expect(report.metrics).toEqual({});
  await account.fail((stack) => {
    new AccountAlias(stack, 'Alias', { accountAlias: 'Declared' });
  });
  const counted = local.aws.cloudFormation.lambda.metrics().filter(({ name, dimensions }) => name === 'FailedEvents' && dimensions.StackName === 'Stack');
  expect(counted.at(-1)).toMatchObject({ namespace: 'CdkSupportChannels', value: 1 });
});
