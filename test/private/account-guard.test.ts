import { Annotations, App, Aws, CfnCondition, CfnParameter, CfnResource, Fn, NestedStack, RemovalPolicy, Stack, Stage } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import {
  AccountAlias, AccountValue, ChimeChannel, ExistingConfiguration, NotificationSeverity, SlackChannelConfiguration, SlackWorkspace,
} from '../../src';
import { messageOf } from '../synthesis';

const FIRST = { account: '111111111111', region: 'us-east-1' };
const FIRST_ELSEWHERE = { account: '111111111111', region: 'eu-west-1' };
const SECOND = { account: '222222222222', region: 'us-east-1' };

function newChannel(scope: Construct, channelId: string, id = channelId, teamId = 'T1'): void {
  new SlackChannelConfiguration(scope, id, {
    workspace: SlackWorkspace.fromTeamId(scope, `${id}Workspace`, teamId),
    channelId,
    notifyOnCaseSeverity: NotificationSeverity.NONE,
  });
}

function newAlias(scope: Construct, id = 'Alias'): void {
  new AccountAlias(scope, id, { accountAlias: id });
}

function newWorkspace(scope: Construct, teamId: string, id = teamId): void {
  new SlackWorkspace(scope, id, { teamId });
}

function times(count: number, define: (index: number) => void): void {
  Array.from({ length: count }, (_, index) => define(index));
}

const IN_STACK = 'Compared is this stack alone, with its nested stacks, as its env has no account.';
const IN_APP = 'Compared are all stacks of the app, those of its stages aside, whose env has this account.';
const IN_ALL = 'Compared are all stacks of the app, those of all stages included,';
const ack = (name: string) => `[ack: cdk-support-channels:${name}]`;

/** The errors of a synthesis, without the CDK's first line. */
function errorsOf(app: App): string[] {
  return messageOf(() => app.synth()).split('\n').slice(1).map((line) => line.trim());
}

describe('the same channel twice', () => {
  test('in one stack', () => {
    const app = new App();
    const stack = new Stack(app, 'Stack');
    newChannel(stack, 'C1', 'First');
    newChannel(stack, 'C2', 'Other');
    newChannel(stack, 'C1', 'Second');
    expect(errorsOf(app)).toEqual([
      '[Stack] the Slack channel C1 of the workspace T1 is configured 2 times in stack "Stack": Stack/First, Stack/Second. '
      + `An account has one configuration per channel: keep one of them. ${IN_STACK} ${ack('duplicateChannel')}`,
    ]);
  });

  test('in two stacks of one account, whatever their Regions: one error', () => {
    const app = new App();
    newChannel(new Stack(app, 'One', { env: FIRST }), 'C1', 'First');
    newChannel(new Stack(app, 'Two', { env: FIRST_ELSEWHERE }), 'C1', 'Second');
    expect(errorsOf(app)).toEqual([
      '[One] the Slack channel C1 of the workspace T1 is configured 2 times in account 111111111111: One/First, Two/Second. '
      + `An account has one configuration per channel: keep one of them. ${IN_APP} ${ack('duplicateChannel')}`,
    ]);
  });

  test('in a stack and its nested stack', () => {
    const app = new App();
    const stack = new Stack(app, 'Stack');
    newChannel(stack, 'C1');
    newChannel(new NestedStack(stack, 'Nested'), 'C1');
    expect(errorsOf(app)).toEqual([expect.stringMatching(/in stack "Stack": Stack\/C1, Stack\/Nested\/C1\./)]);
  });

  test('is fine in two accounts', () => {
    const app = new App();
    newChannel(new Stack(app, 'One', { env: FIRST }), 'C1');
    newChannel(new Stack(app, 'Two', { env: SECOND }), 'C1');
    app.synth();
  });

  test('is fine in two stacks of unknown accounts', () => {
    const app = new App();
    ['One', 'Two'].forEach((id) => newChannel(new Stack(app, id), 'C1'));
    app.synth();
  });

  test('is fine in two stages', () => {
    const app = new App();
    ['Test', 'Production'].forEach((id) => newChannel(new Stack(new Stage(app, id, { env: FIRST }), 'Stack'), 'C1'));
    app.synth();
  });

  test('in one stage', () => {
    const app = new App();
    const stage = new Stage(app, 'Stage', { env: FIRST });
    ['One', 'Two'].forEach((id) => newChannel(new Stack(stage, id), 'C1'));
    expect(errorsOf(app)).toEqual([expect.stringMatching(/in account 111111111111: Stage\/One\/C1, Stage\/Two\/C1\./)]);
  });

  test('is fine for one ID in two workspaces', () => {
    const app = new App();
    const stack = new Stack(app, 'Stack');
    newChannel(stack, 'C1', 'First', 'T1');
    newChannel(stack, 'C1', 'Second', 'T2');
    app.synth();
  });

  test('is not known where an ID is known only at deployment', () => {
    const app = new App();
    const stack = new Stack(app, 'Stack');
    const channelId = new CfnParameter(stack, 'Id').valueAsString;
    newChannel(stack, channelId, 'First');
    newChannel(stack, channelId, 'Second');
    app.synth();
  });

  test('added after a first synthesis is found by the next', () => {
    const app = new App();
    const stack = new Stack(app, 'Stack');
    newChannel(stack, 'C1', 'First');
    app.synth();
    newChannel(stack, 'C1', 'Second');
    expect(messageOf(() => app.synth({ force: true }))).toMatch(/configured 2 times/);
  });
});

describe('the same Chime channel twice', () => {
  const APP_INSTANCE = 'arn:aws:chime:us-east-1:111111111111:app-instance/i';

  function newChimeChannel(scope: Construct, id: string, channelId?: string, appInstanceArn = APP_INSTANCE): void {
    new ChimeChannel(scope, id, { appInstanceArn, chimeBearer: `${appInstanceArn}/user/u`, channelName: id, channelId });
  }

  test('in one stack', () => {
    const app = new App();
    const stack = new Stack(app, 'Stack');
    newChimeChannel(stack, 'First', 'c');
    newChimeChannel(stack, 'Second', 'c');
    expect(errorsOf(app)).toEqual([
      '[Stack] a Chime channel of one AppInstance and channelId is defined 2 times in stack "Stack": Stack/First, Stack/Second. '
      + `Keep one of them, or give each a channelId of its own. ${IN_STACK} ${ack('duplicateChimeChannel')}`,
    ]);
  });

  test('in two stacks of one account, whatever their Regions: one error', () => {
    const app = new App();
    newChimeChannel(new Stack(app, 'One', { env: FIRST }), 'First', 'c');
    newChimeChannel(new Stack(app, 'Two', { env: FIRST_ELSEWHERE }), 'Second', 'c');
    expect(errorsOf(app)).toEqual([expect.stringContaining('in account 111111111111: One/First, Two/Second. ')]);
  });

  test('in the AppInstance of the same resource', () => {
    const app = new App();
    const stack = new Stack(app, 'Stack');
    const appInstance = new CfnResource(stack, 'AppInstance', { type: 'AWS::Chime::AppInstance' });
    const appInstanceArn = appInstance.getAtt('AppInstanceArn').toString();
    newChimeChannel(stack, 'First', 'c', appInstanceArn);
    newChimeChannel(stack, 'Second', 'c', appInstanceArn);
    expect(errorsOf(app)).toEqual([expect.stringContaining('Stack/First, Stack/Second. ')]);
  });

  test('is fine with ids of the service, other ids, other AppInstances, ids that are not known, and in two stages of two Regions', () => {
    const app = new App();
    const stack = new Stack(app, 'Stack');
    times(2, (index) => newChimeChannel(stack, `Unnamed${index}`));
    newChimeChannel(stack, 'One', 'one');
    newChimeChannel(stack, 'Two', 'two');
    newChimeChannel(stack, 'Other', 'one', `${APP_INSTANCE}2`);
    const channelId = new CfnParameter(stack, 'ChannelId').valueAsString;
    times(2, (index) => newChimeChannel(stack, `Unknown${index}`, channelId));
    newChimeChannel(new Stack(new Stage(app, 'Beta', { env: FIRST }), 'Stack'), 'Channel', 'c');
    newChimeChannel(new Stack(new Stage(app, 'Prod', { env: FIRST_ELSEWHERE }), 'Stack'), 'Channel', 'c');
    expect(() => app.synth()).not.toThrow();
  });
});

describe('more than one alias', () => {
  test('in one account', () => {
    const app = new App();
    newAlias(new Stack(app, 'One', { env: FIRST }));
    newAlias(new Stack(app, 'Two', { env: FIRST_ELSEWHERE }));
    newAlias(new Stack(app, 'Three', { env: SECOND }));
    expect(errorsOf(app)).toEqual([
      '[One] 2 account aliases are defined in account 111111111111: One/Alias, Two/Alias. An account has one alias: keep one of them. '
      + `${IN_APP} ${ack('severalAliases')}`,
    ]);
  });

  test('in one stack, imported ones aside', () => {
    const app = new App();
    const stack = new Stack(app, 'Stack');
    newAlias(stack);
    AccountAlias.fromAccountAlias(stack, 'Imported', 'a');
    app.synth();
    newAlias(stack, 'Second');
    expect(messageOf(() => app.synth({ force: true }))).toMatch(/2 account aliases are defined in stack "Stack": Stack\/Alias, Stack\/Second\./);
  });
});

describe('workspaces', () => {
  test('5 in one account are fine, 6 are not', () => {
    const app = new App();
    const stack = new Stack(app, 'Stack');
    times(5, (index) => newWorkspace(stack, `T${index}`));
    app.synth();
    newWorkspace(stack, 'T5');
    expect(messageOf(() => app.synth({ force: true }))).toMatch(
      '[Stack] 6 Slack workspaces are defined in stack "Stack": Stack/T0, Stack/T1, Stack/T2, Stack/T3, Stack/T4, Stack/T5. '
      + 'An account has at most 5: remove 1.',
    );
  });

  test('imported ones and those of other accounts do not count', () => {
    const app = new App();
    const stack = new Stack(app, 'Stack', { env: FIRST });
    times(5, (index) => newWorkspace(stack, `T${index}`));
    SlackWorkspace.fromTeamId(stack, 'Imported', 'T5');
    newWorkspace(new Stack(app, 'Other', { env: SECOND }), 'T6');
    app.synth();
  });

  test('that are the same count once', () => {
    const app = new App();
    ['One', 'Two'].map((id) => new Stack(app, id, { env: FIRST })).forEach((stack) => times(5, (index) => newWorkspace(stack, `T${index}`)));
    app.synth();
  });

  test('that are the same in one stack are an error', () => {
    const app = new App();
    const stack = new Stack(app, 'Stack');
    newWorkspace(stack, 'T1', 'First');
    newWorkspace(stack, 'T1', 'Second');
    expect(errorsOf(app)).toEqual([
      '[Stack] the Slack workspace T1 is defined 2 times in one stack: Stack/First, Stack/Second. '
      + 'Define it once and pass that construct, or import it with SlackWorkspace.fromTeamId(). Compared are the constructs of one stack. '
      + ack('duplicateWorkspace'),
    ]);
  });
});

describe('channels', () => {
  test('20 in one account are fine, 21 are not', () => {
    const app = new App();
    const [one, two] = [new Stack(app, 'One', { env: FIRST }), new Stack(app, 'Two', { env: FIRST_ELSEWHERE })];
    times(20, (index) => newChannel(one, `C${index}`));
    app.synth();
    newChannel(two, 'C20');
    const [error, ...others] = messageOf(() => app.synth({ force: true })).split('\n').slice(1);
    expect(error).toMatch(/\[One\] 21 Slack channels are configured in account 111111111111: One\/C0, .*, One\/C19, Two\/C20\. .*at most 20: remove 1\. Compared are .* \[ack: cdk-support-channels:tooManyChannels\]$/);
    expect(others).toEqual([]);
  });
});

test('all conflicts are reported together', () => {
  const app = new App();
  const stack = new Stack(app, 'Stack');
  newAlias(stack, 'First');
  newAlias(stack, 'Second');
  newChannel(stack, 'C1', 'Third');
  newChannel(stack, 'C1', 'Fourth');
  expect(errorsOf(app)).toEqual([expect.stringMatching(/the Slack channel C1/), expect.stringMatching(/2 account aliases/)]);
});

describe('two Regions of one account', () => {
  const inStages = (app: App, define: (stack: Stack) => void, second = FIRST_ELSEWHERE) => [FIRST, second]
    .forEach((env, index) => define(new Stack(new Stage(app, `Stage${index}`, { env }), 'Stack')));

  test('a channel in two stages', () => {
    const app = new App();
    inStages(app, (stack) => newChannel(stack, 'C1'));
    expect(errorsOf(app)).toEqual([
      '[Stage0/Stack] the Slack channel C1 of the workspace T1 is defined in 2 Regions of account 111111111111 (eu-west-1, us-east-1): '
      + 'Stage0/Stack/C1, Stage1/Stack/C1. The configuration belongs to the account, not to a Region: define it in one Region only. '
      + `${IN_ALL} whose env has the account and a Region. ${ack('severalRegions')}`,
    ]);
  });

  test('aliases in two stages, whatever they are', () => {
    const app = new App();
    let count = 0;
    inStages(app, (stack) => newAlias(stack, `Alias${count += 1}`));
    expect(errorsOf(app)).toEqual([expect.stringMatching(/the account alias is defined in 2 Regions .*: Stage0\/Stack\/Alias1, Stage1\/Stack\/Alias2\./)]);
  });

  test('a workspace, also in two stacks of one stage', () => {
    const app = new App();
    newWorkspace(new Stack(app, 'One', { env: FIRST }), 'T1');
    newWorkspace(new Stack(app, 'Two', { env: FIRST_ELSEWHERE }), 'T1');
    expect(errorsOf(app)).toEqual([expect.stringMatching(/the Slack workspace T1 is defined in 2 Regions of account 111111111111 .*: One\/T1, Two\/T1\./)]);
  });

  test('different things are fine, and so are two accounts, one Region and a Region that is not known', () => {
    const app = new App();
    newWorkspace(new Stack(app, 'One', { env: FIRST }), 'T1');
    newWorkspace(new Stack(app, 'Two', { env: FIRST_ELSEWHERE }), 'T2');
    newWorkspace(new Stack(app, 'Three', { env: { ...SECOND, region: 'eu-west-1' } }), 'T1');
    newWorkspace(new Stack(app, 'Four', { env: { account: FIRST.account } }), 'T1');
    inStages(app, (stack) => newChannel(stack, 'C1'), FIRST);
    inStages(new App(), (stack) => newAlias(stack), { ...SECOND, region: 'eu-west-1' });
    app.synth();
  });
});

describe('accounts of a channel', () => {
  const account = (index: number) => String(300_000_000_000 + index);
  const stacksOf = (app: App, count: number) => times(count, (index) => {
    newChannel(new Stack(new Stage(app, `Stage${index}`), 'Stack', { env: { account: account(index), region: 'us-east-1' } }), 'C1');
  });

  test('100 in all stages are fine, 101 are not', () => {
    const fine = new App();
    stacksOf(fine, 100);
    fine.synth();
    const app = new App();
    stacksOf(app, 100);
    newChannel(new Stack(app, 'Last', { env: FIRST }), 'C1');
    expect(messageOf(() => app.synth())).toMatch(
      /\[Stage0\/Stack\] the Slack channel C1 of the workspace T1 is configured in 101 accounts: Stage0\/Stack\/C1, Stage1\/Stack\/C1, .* and 76 more\. A Slack channel serves at most 100 accounts: use another one for 1 of them; AccountValue\.spread\(\) spreads accounts\./,
    );
  });

  test('the accounts of a template count, each once', () => {
    const app = new App();
    const values = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [account(index), 'C1']));
    newChannel(new Stack(app, 'Members'), AccountValue.byAccount(values).asString, 'Channel');
    newChannel(new Stack(app, 'Listed', { env: { account: account(0), region: 'us-east-1' } }), 'C1');
    newChannel(new Stack(app, 'Other', { env: SECOND }), 'C2');
    app.synth();
    newChannel(new Stack(app, 'Second', { env: SECOND }), 'C1');
    expect(messageOf(() => app.synth({ force: true }))).toMatch(/C1 of the workspace T1 is configured in 101 accounts: Members\/Channel, Listed\/C1, Second\/C1\./);
  });
});

describe('values by account', () => {
  test('that are the same in one of the accounts are the same channel twice', () => {
    const app = new App();
    const stack = new Stack(app, 'Stack');
    newChannel(stack, AccountValue.byAccount({ 111111111111: 'C1', 222222222222: 'C2', 333333333333: 'C2' }).asString, 'First');
    newChannel(stack, 'C2', 'Second');
    expect(errorsOf(app)).toEqual([
      '[Stack] the Slack channel C2 of the workspace T1 is configured 2 times in account 222222222222 by stack "Stack": Stack/First, Stack/Second. '
      + `An account has one configuration per channel: keep one of them. ${IN_STACK} ${ack('duplicateChannel')}`,
    ]);
  });

  test('that differ in each account are fine, the account that is listed once included', () => {
    const app = new App();
    const stack = new Stack(app, 'Stack');
    newChannel(stack, AccountValue.byAccount({ 111111111111: 'C1', 222222222222: 'C2' }).asString, 'First');
    newChannel(stack, AccountValue.byAccount({ 111111111111: 'C2', 222222222222: 'C1', 333333333333: 'C1' }).asString, 'Second');
    app.synth();
  });

  test('two defaults that are the same are the same channel twice', () => {
    const app = new App();
    const stack = new Stack(app, 'Stack');
    newChannel(stack, AccountValue.byAccount({ 111111111111: 'C1' }, { defaultValue: 'C3' }).asString, 'First');
    newChannel(stack, AccountValue.byAccount({ 111111111111: 'C2' }, { defaultValue: 'C3' }).asString, 'Second');
    expect(errorsOf(app)).toEqual([expect.stringMatching(/the Slack channel C3 of the workspace T1 is configured 2 times in stack "Stack"/)]);
  });

  test('are those of the account where it is known', () => {
    const app = new App();
    const value = AccountValue.byAccount({ 111111111111: 'C1', 222222222222: 'C2' }).asString;
    newChannel(new Stack(app, 'One', { env: FIRST }), value, 'First');
    newChannel(new Stack(app, 'Two', { env: FIRST }), 'C2', 'Second');
    app.synth();
    newChannel(new Stack(app, 'Three', { env: FIRST }), 'C1', 'Third');
    expect(messageOf(() => app.synth({ force: true }))).toMatch(/C1 of the workspace T1 is configured 2 times in account 111111111111: One\/First, Three\/Third/);
  });
});

/** Two variants of which one is there: the resource of each has a condition. */
function variants(stack: Stack, define: (id: string) => Construct, ...ids: string[]): void {
  const parameter = new CfnParameter(stack, 'Variant').valueAsString;
  ids.forEach((id) => {
    const condition = new CfnCondition(stack, `Is${id}`, { expression: Fn.conditionEquals(parameter, id) });
    (define(id).node.defaultChild as CfnResource).cfnOptions.condition = condition;
  });
}

describe('what cannot be there together is no conflict', () => {
  test('aliases and channels with different conditions', () => {
    const app = new App();
    const stack = new Stack(app, 'Stack');
    variants(stack, (id) => new AccountAlias(stack, id, { accountAlias: id }), 'Test', 'Production');
    const other = new Stack(app, 'Other');
    variants(other, (id) => {
      newChannel(other, 'C1', id);
      return other.node.findChild(id) as Construct;
    }, 'Test', 'Production');
    app.synth();
  });

  test('nested stacks with different conditions', () => {
    const app = new App();
    const stack = new Stack(app, 'Stack');
    const conditions = ['One', 'Two'].map((id) => new CfnCondition(stack, `Is${id}`, { expression: Fn.conditionEquals(Aws.REGION, id) }));
    conditions.forEach((condition, index) => {
      const nested = new NestedStack(stack, `Nested${index}`);
      nested.nestedStackResource!.cfnOptions.condition = condition;
      newAlias(nested);
    });
    app.synth();
  });

  test('one stack class in two Regions, with a condition on the Region', () => {
    const app = new App();
    [FIRST, FIRST_ELSEWHERE].forEach((env, index) => {
      const stack = new Stack(app, `Stack${index}`, { env });
      const isFirst = new CfnCondition(stack, 'IsFirst', { expression: Fn.conditionEquals(Aws.REGION, 'us-east-1') });
      newAlias(stack);
      newWorkspace(stack, 'T1');
      ['Alias', 'T1'].forEach((id) => {
        (stack.node.findChild(id).node.defaultChild as CfnResource).cfnOptions.condition = isFirst;
      });
    });
    app.synth();
  });

  test('21 channels of which two have different conditions', () => {
    const app = new App();
    const stack = new Stack(app, 'Stack');
    times(19, (index) => newChannel(stack, `C${index}`));
    variants(stack, (id) => {
      newChannel(stack, id, id);
      return stack.node.findChild(id) as Construct;
    }, 'CTEST', 'CPRODUCTION');
    app.synth();
  });

  test('constructs that are taken out of the tree, alone or with a stack', () => {
    const app = new App();
    const stack = new Stack(app, 'Stack', { env: FIRST });
    newAlias(stack, 'First');
    newAlias(stack, 'Second');
    newAlias(new Stack(app, 'Other', { env: FIRST }));
    stack.node.tryRemoveChild('First');
    app.node.tryRemoveChild('Other');
    app.synth();
  });
});

describe('what is there together is a conflict', () => {
  test('with one condition, and with one that the other lacks', () => {
    const app = new App();
    const stack = new Stack(app, 'Stack');
    const condition = new CfnCondition(stack, 'Is', { expression: Fn.conditionEquals(Aws.REGION, 'us-east-1') });
    ['First', 'Second', 'Third'].forEach((id) => newAlias(stack, id));
    ['First', 'Second'].forEach((id) => {
      (stack.node.findChild(id).node.defaultChild as CfnResource).cfnOptions.condition = condition;
    });
    expect(errorsOf(app)).toEqual([expect.stringMatching(/^\[Stack\] 3 account aliases are defined in stack "Stack": Stack\/First, Stack\/Second, Stack\/Third\./)]);
  });

  test('told once, whatever the conditions of others', () => {
    const app = new App();
    const stack = new Stack(app, 'Stack');
    newChannel(stack, 'C1', 'First');
    newChannel(stack, 'C1', 'Second');
    variants(stack, (id) => {
      newChannel(stack, id, id);
      return stack.node.findChild(id) as Construct;
    }, 'C2', 'C3');
    expect(errorsOf(app)).toEqual([expect.stringMatching(/C1 .* is configured 2 times/)]);
  });

  test('until it is taken out of the tree, in the next synthesis', () => {
    const app = new App();
    const stack = new Stack(app, 'Stack');
    newAlias(stack, 'First');
    newAlias(stack, 'Second');
    expect(errorsOf(app)).toHaveLength(1);
    stack.node.tryRemoveChild('First');
    app.synth({ force: true });
  });
});

describe('a hand-over in one app', () => {
  const KEPT = { removalPolicy: RemovalPolicy.RETAIN };
  const TAKEN = { existing: ExistingConfiguration.ADOPT };

  function handOver(env: object, first: object, second: object): App {
    const app = new App();
    [first, second].forEach((options, index) => {
      const stack = new Stack(app, `Stack${index}`, { env });
      SlackWorkspace.fromTeamId(stack, 'Workspace', 'T1')
        .addChannel('Channel', { channelId: 'C1', notifyOnCaseSeverity: NotificationSeverity.NONE, ...options });
      new AccountAlias(stack, 'Alias', { accountAlias: 'acme', ...options });
    });
    return app;
  }

  test('of a channel and an alias that one stack leaves and another takes is a warning', () => {
    // CDK versions differ in their order.
    const warnings = (app: App) => app.synth({ force: true }).stacks
      .flatMap(({ messages }) => messages.map(({ id, entry }) => [id, entry.data])).sort();
    const app = handOver(FIRST, KEPT, TAKEN);
    const message = (what: string, id: string) => `${what} is handed over by Stack0/${id}, which leaves it, to Stack1/${id}, which takes it. Remove Stack0/${id} `
      + `once stack "Stack1" is deployed: until then the later deployment of the two decides. ${ack('handOver')}`;
    expect(warnings(app)).toEqual([
      ['/Stack1/Alias', message('the account alias', 'Alias')],
      ['/Stack1/Workspace/Channel', message('the Slack channel C1 of the workspace T1', 'Workspace/Channel')],
    ]);
    Annotations.of(app.node.findChild('Stack1')).acknowledgeWarning('cdk-support-channels:handOver');
    expect(warnings(app)).toEqual([]);
  });

  test.each([
    ['neither takes it', KEPT, KEPT],
    ['both take it', TAKEN, TAKEN],
    ['the one would delete it', {}, TAKEN],
  ])('is a conflict where %s', (_, first, second) => {
    expect(errorsOf(handOver(FIRST, first, second)).map((error) => /\[ack: .*/.exec(error)?.[0])).toEqual([ack('duplicateChannel'), ack('severalAliases')]);
  });
});

describe('a conflict can be acknowledged', () => {
  const CONFLICTS: [string, (app: App) => void][] = [
    ['duplicateWorkspace', (app) => {
      const stack = new Stack(app, 'Stack');
      ['First', 'Second'].forEach((id) => newWorkspace(stack, 'T1', id));
    }],
    ['duplicateChannel', (app) => ['Stack', 'Other'].forEach((id) => newChannel(new Stack(app, id, { env: FIRST }), 'C1'))],
    ['duplicateChimeChannel', (app) => ['Stack', 'Other'].forEach((id) => {
      const appInstanceArn = 'arn:aws:chime:us-east-1:111111111111:app-instance/i';
      new ChimeChannel(new Stack(app, id, { env: FIRST }), 'Chime', { appInstanceArn, chimeBearer: `${appInstanceArn}/user/u`, channelName: id, channelId: 'c' });
    })],
    ['severalAliases', (app) => ['Stack', 'Other'].forEach((id) => newAlias(new Stack(app, id, { env: FIRST })))],
    ['tooManyWorkspaces', (app) => {
      const stack = new Stack(app, 'Stack');
      times(6, (index) => newWorkspace(stack, `T${index}`));
    }],
    ['tooManyChannels', (app) => {
      const stack = new Stack(app, 'Stack');
      times(21, (index) => newChannel(stack, `C${index}`));
    }],
    ['severalRegions', (app) => [FIRST, FIRST_ELSEWHERE].forEach((env, index) => newWorkspace(new Stack(app, index === 0 ? 'Stack' : 'Other', { env }), 'T1'))],
    ['tooManyAccounts', (app) => {
      const values = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [String(300_000_000_000 + index), 'C1']));
      newChannel(new Stack(app, 'Stack'), AccountValue.byAccount(values).asString, 'Channel');
    }],
  ];

  test.each(CONFLICTS)('%s, at one of the stacks', (name, define) => {
    const app = new App();
    define(app);
    expect(errorsOf(app)).toEqual([expect.stringContaining(ack(name))]);
    Annotations.of(app.node.findChild('Stack')).acknowledgeWarning(`cdk-support-channels:${name}`, 'deployed one at a time');
    app.synth({ force: true });
  });

  test('at the construct, before there is a conflict, and for the others of it still', () => {
    const app = new App();
    const stack = new Stack(app, 'Stack');
    ['First', 'Second', 'Third'].forEach((id) => newAlias(stack, id));
    Annotations.of(stack.node.findChild('First')).acknowledgeWarning('cdk-support-channels:severalAliases');
    expect(errorsOf(app)).toEqual([expect.stringMatching(/2 account aliases .*: Stack\/Second, Stack\/Third\./)]);
  });
});
