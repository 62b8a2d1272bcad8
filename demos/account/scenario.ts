import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { EventPrinter } from './events';
import { compareInventories, printDifferences, printInventory, takeInventory, type InventoryItem } from './inventory';
import { STACK_NAME, synthesize, type Revision, type SynthesizedTemplate } from './synthesis';
import { Trace } from './trace';
import { PRODUCTION_ACCOUNT } from '../../examples/account-settings';
import { AccountStack } from '../../examples/account-stack';
import type { StackResult } from '../../local-aws/cloudformation/stack';
import { metricsIn } from '../../local-aws/lambda/metrics';
import { LocalAws } from '../../local-aws/local-aws';
import { ExistingConfiguration, NotificationSeverity } from '../../src';
import { Checks } from '../common/checks';
import type { Stage } from '../common/program';
import { paint, printWrapped, type Terminal } from '../common/terminal';

/** The largest template that is sent in a request, without a bucket. */
const MAXIMUM_TEMPLATE_BYTES = 51_200;

const { teamId, channels: { Operations: operations, Urgent: urgent }, accountAlias, onCall } = PRODUCTION_ACCOUNT;
const ACCOUNT_ID = onCall.appInstanceArn.split(':')[4];
const REGION = onCall.appInstanceArn.split(':')[3];
const CONSOLE_ROLE_NAME = 'MadeInTheConsole';
const CONSOLE_ROLE_ARN = `arn:aws:iam::${ACCOUNT_ID}:role/${CONSOLE_ROLE_NAME}`;
const SECURITY_CHANNEL_ID = 'C012SECURTY';
const [, ben] = onCall.memberArns;
const CHIME_SUCCESSOR = `${onCall.appInstanceArn}/bot/deployer`;

const FIRST: Revision = { settings: PRODUCTION_ACCOUNT };

const SECOND: Revision = {
  settings: {
    ...PRODUCTION_ACCOUNT,
    channels: {
      Operations: { ...operations, notifyOnAddCorrespondenceToCase: false },
      Urgent: { ...urgent, channelId: 'C012URGENT2' },
    },
    onCall: {
      ...onCall,
      chimeBearer: CHIME_SUCCESSOR,
      channelName: 'On call, Europe',
      memberArns: [ben, `${onCall.appInstanceArn}/user/cleo`],
    },
  },
};

const THIRD: Revision = {
  settings: { ...SECOND.settings, accountAlias: 'Example Live' },
  securityChannel: {
    channelId: SECURITY_CHANNEL_ID,
    channelName: 'security',
    channelRoleArn: CONSOLE_ROLE_ARN,
    notifyOnCaseSeverity: NotificationSeverity.ALL,
    notifyOnCreateOrReopenCase: true,
    notifyOnResolveCase: true,
  },
};

const FOURTH: Revision = { ...THIRD, securityChannel: { ...THIRD.securityChannel!, existing: ExistingConfiguration.ADOPT } };

const FIFTH: Revision = { ...FOURTH, monitorsDrift: true };
/** After so long a stack is at rest for a monitor of drift. */
const TEN_MINUTES = 600_000;

export interface ScenarioOptions extends Stage {
  readonly verbose: boolean;
}

/** Runs the whole demo, and answers how many of its claims held. */
export async function runScenario({ terminal, verbose, directory, onStart }: ScenarioOptions): Promise<Checks> {
  const checks = new Checks(terminal);
  let events: EventPrinter | undefined;
  let trace: Trace | undefined;
  const aws = await LocalAws.start({
    cloudFormation: {
      accountId: ACCOUNT_ID,
      region: REGION,
      onEvent: (event) => {
        trace?.print();
        events?.print(event);
      },
    },
  });
  onStart(aws);
  trace = verbose ? new Trace(aws, terminal) : undefined;
  prepareAccount(aws);

  let steps = 0;
  const step = (title: string, introduction: string) => {
    steps += 1;
    terminal.print();
    terminal.print(paint(`${steps}. ${title}`, 'bold', terminal));
    printWrapped(terminal, introduction, '   ');
    terminal.print();
  };
  const operate = async (total: number, operation: () => Promise<StackResult>): Promise<StackResult> => {
    events = new EventPrinter(terminal, total);
    const result = await operation();
    await aws.cloudFormation.lambda.settled();
    trace?.print();
    terminal.print();
    return result;
  };
  const deploy = (template: SynthesizedTemplate) => operate(template.resources.length + 1, async () => {
    // What runs beside a failing resource comes to its end, so that each run of the demo tells the same story.
    const [result] = await aws.cloudFormation.deployAssembly(template.directory, { cancelInProgress: false });
    return result;
  });
  const synth = (revision: Revision) => synthesize(join(directory, `revision-${steps}`), revision);

  step('Synthesize the example', 'The stack of examples/account-stack.ts becomes a cloud assembly, as "cdk synth" makes one. '
    + 'The handler is inline, so the template is all that there is to deploy.');
  const template = synth(FIRST);
  printTemplate(template, terminal);
  checks.check(`the template has ${template.bytes} bytes, and ${MAXIMUM_TEMPLATE_BYTES} go without a bucket`, template.bytes <= MAXIMUM_TEMPLATE_BYTES);
  checks.equal('no file asset', template.fileAssets, 0);
  checks.equal('no parameter, rule, mapping, output, export or transform: resources are the only section', template.sections, ['Resources']);

  step('Deploy it', 'The local CloudFormation creates the resources. The bytes of the template run as the handler in a process of their own '
    + 'and call local services over HTTP. The first registration is throttled on purpose: the handler tries again.');
  const throttling = aws.services.faults.inject({ fault: { kind: 'throttle' }, operations: ['RegisterSlackWorkspaceForOrganization'] });
  const created = await deploy(template);
  checks.equal('the stack is complete', created.status, 'CREATE_COMPLETE');
  checks.equal('the throttled call was repeated', [throttling.hits, registrations(aws)], [1, 2]);

  step('Look at what exists now', 'Somebody authorized the Slack workspace in the Support Center before: no API can do that. So the stack has adopted the '
    + 'workspace, and its physical id says so. All else it has created. Then somebody writes to the Chime channel.');
  writeMessage(aws);
  const first = takeInventory(aws);
  printInventory(first, terminal);
  terminal.print();
  checks.equal('the workspace is adopted, two Slack channels, alias and Chime channel are created', owners(first), [
    'Slack workspace: stack (adopted)',
    'Slack channel: stack (created)',
    'Slack channel: stack (created)',
    'Account alias: stack (created)',
    'Chime channel: stack (created)',
  ]);

  step('Update it', 'Three edits: the operations channel no longer hears of correspondence, urgent cases go to another Slack channel, '
    + 'and the Chime channel gets another name, bearer and member. The first and the last change in place, the other one replaces.');
  const updated = await deploy(synth(SECOND));
  const second = takeInventory(aws);
  const [newName, oldName] = [SECOND.settings.onCall.channelName, onCall.channelName];
  const chimeId = first.find(({ kind }) => kind === 'Chime channel')!.id;
  const differences = compareInventories(first, second);
  printDifferences(differences, terminal);
  terminal.print();
  checks.equal('the stack is complete', updated.status, 'UPDATE_COMPLETE');
  checks.equal('these are all differences; the Chime channel kept its message', differences, [
    `~ Slack channel ${operations.channelId}: notify: create correspondence resolve → create resolve`,
    `- Slack channel ${urgent.channelId} (urgent)`,
    `~ Chime channel ${chimeId}: name: ${oldName} → ${newName}`,
    `~ Chime channel ${chimeId}: members: ana ben deployer → ben cleo deployer`,
    `~ Chime channel ${chimeId}: moderators: user/deployer → bot/deployer`,
    '+ Slack channel C012URGENT2 (urgent), stack (created)',
  ]);
  checks.check('the new Slack channel was there before the old one went', isOrdered(
    calls(aws, 'CreateSlackChannelConfiguration', 'C012URGENT2'), calls(aws, 'DeleteSlackChannelConfiguration', urgent.channelId)));

  step('Fail, and roll back', `Meanwhile somebody has configured the channel ${SECURITY_CHANNEL_ID} in the console. The next edit adds the same channel to the `
    + 'stack and changes the account alias. The stack does not touch what it did not create, unless told to: the update fails and is rolled back.');
  configureSecurityChannel(aws);
  const beforeFailure = takeInventory(aws);
  const failed = await deploy(synth(THIRD));
  const reason = failed.events.find(({ status }) => status === 'CREATE_FAILED')?.reason ?? '';
  terminal.print('   What the user reads in the stack\'s events:');
  terminal.print();
  printWrapped(terminal, reason || '(nothing)', '     ', 'red');
  terminal.print();
  checks.equal('the stack has rolled back', failed.status, 'UPDATE_ROLLBACK_COMPLETE');
  checks.check('the reason names the channel and how to adopt it', reason.includes(SECURITY_CHANNEL_ID) && reason.includes('Set existing to ADOPT'));
  checks.check('the alias had changed already', aliases(aws).includes(THIRD.settings.accountAlias), () => aliases(aws).join(', '));
  checks.equal('everything is as before, the channel from the console too', takeInventory(aws), beforeFailure);

  step('Adopt the channel', 'The same edit with "existing: ExistingConfiguration.ADOPT": now the stack may bring the channel to the declared state. '
    + 'Its physical id says that it is adopted.');
  const adopted = await deploy(synth(FOURTH));
  const adoption = compareInventories(beforeFailure, takeInventory(aws));
  printDifferences(adoption, terminal);
  terminal.print();
  checks.equal('the stack is complete', adopted.status, 'UPDATE_COMPLETE');
  checks.equal('alias and adopted channel are as declared', adoption, [
    `~ Slack channel ${SECURITY_CHANNEL_ID}: severity: high → all`,
    `~ Slack channel ${SECURITY_CHANNEL_ID}: notify: resolve → create resolve`,
    `~ Slack channel ${SECURITY_CHANNEL_ID}: owner: no stack → stack (adopted)`,
    `~ Account alias ${ACCOUNT_ID}: alias: ${accountAlias} → ${FOURTH.settings.accountAlias}`,
  ]);

  step('Drift, and repair', 'A DriftMonitor with "repair: true": one rule and one permission. Ten minutes later somebody turns notifications off in the '
    + 'console. CloudTrail tells the rule, the handler compares, logs a line for each resource, and brings back what the stack created.');
  const monitored = await deploy(synth(FIFTH));
  const beforeDrift = takeInventory(aws);
  const { events: { deliveries }, lambda } = aws.cloudFormation;
  aws.cloudFormation.events.clockOffset = TEN_MINUTES;
  changeInConsole(aws);
  printDifferences(compareInventories(beforeDrift, takeInventory(aws)), terminal);
  terminal.print();
  await lambda.settled();
  const { log } = lambda.invocations.at(-1)!;
  const drifted = log.split('\n').flatMap((line) => /\{"resource":.*"drift":"(?!IN_SYNC).*\}/.exec(line)?.[0] ?? []);
  drifted.forEach((line) => printWrapped(terminal, line.replaceAll(',"', ', "'), '     ', 'yellow'));
  const counts = metricsIn(log).map(({ name, value }) => `${name}: ${value}`);
  printWrapped(terminal, counts.join(', '), '     ', 'yellow');
  terminal.print();
  checks.equal('the stack is complete', monitored.status, 'UPDATE_COMPLETE');
  checks.equal('one resource has drifted, and was repaired', counts, ['DriftedResources: 1', 'RepairedResources: 1', 'UnreadableResources: 0']);
  checks.equal('everything is as declared again', takeInventory(aws), beforeDrift);
  checks.equal('the repair itself set off nothing', deliveries.length, 1);

  step('Delete the stack', 'It deletes what it created and leaves what it adopted. The Chime channel stays by its default removal policy, RETAIN: '
    + 'to delete it would destroy its messages. The table shows all that is left.');
  const beforeDelete = takeInventory(aws);
  const live = aws.cloudFormation.stack(STACK_NAME)!.liveResources().length;
  const deleted = await operate(live + 1, () => aws.cloudFormation.deleteStack({ stackName: STACK_NAME }));
  const left = takeInventory(aws);
  printInventory(left, terminal);
  terminal.print();
  const isToStay = ({ kind, owner }: InventoryItem) => owner === 'stack (adopted)' || kind === 'Chime channel';
  checks.equal('the stack is gone', deleted.status, 'DELETE_COMPLETE');
  checks.equal('exactly the adopted workspace, the adopted channel and the Chime channel are left, as they were', left,
    beforeDelete.filter(isToStay).map((item) => ({ ...item, owner: 'no stack' })));
  checks.equal('no role is left but that of the console', rolesOf(aws, deleted.stackId), [CONSOLE_ROLE_NAME]);

  step('Make mistakes', 'Wrong properties fail when the app is synthesized, before anything is deployed: all problems of a construct at once, '
    + 'each with the value, the rule and what to change.');
  const message = synthesizeMistakes(join(directory, 'mistakes'));
  printWrapped(terminal, message, '     ', 'red');
  terminal.print();
  checks.equal('three problems in one error', message.split('\n').filter((line) => line.startsWith('  - ')).length, 3);
  return checks;
}

/** What people have done in Slack, in the console and in the Chime SDK before the stack comes. */
function prepareAccount({ services: { supportApp, chime }, cloudFormation }: LocalAws): void {
  supportApp.store.createOrganization(ACCOUNT_ID);
  supportApp.store.createTeam(teamId, 'Example');
  supportApp.store.authorizeWorkspace(ACCOUNT_ID, teamId);
  const appInstanceArn = chime.store.createAppInstance(ACCOUNT_ID, REGION, onCall.appInstanceArn.split('/')[1]);
  for (const user of ['deployer', 'ana', 'ben', 'cleo']) {
    chime.store.createAppInstanceUser(appInstanceArn, user);
  }
  chime.store.createAppInstanceBot(appInstanceArn, CHIME_SUCCESSOR.split('/').at(-1)!);
  cloudFormation.roles.create(CONSOLE_ROLE_ARN, {
    roleName: CONSOLE_ROLE_NAME,
    createdAt: new Date(),
    assumeRolePolicyDocument: { Statement: { Effect: 'Allow', Principal: { Service: 'supportapp.amazonaws.com' }, Action: 'sts:AssumeRole' } },
    managedPolicyArns: [],
    inlinePolicies: [],
    attached: new Map(),
  });
}

function configureSecurityChannel({ services }: LocalAws): void {
  services.supportApp.store.putChannel(ACCOUNT_ID, {
    teamId,
    channelId: SECURITY_CHANNEL_ID,
    channelName: 'security',
    channelRoleArn: CONSOLE_ROLE_ARN,
    notifyOnCaseSeverity: 'high',
    notifyOnAddCorrespondenceToCase: false,
    notifyOnCreateOrReopenCase: false,
    notifyOnResolveCase: true,
  });
}

/** Somebody turns most notifications of the operations channel off. */
function changeInConsole({ services }: LocalAws): void {
  const person = services.identities.issue({ accountId: ACCOUNT_ID, principalArn: `arn:aws:iam::${ACCOUNT_ID}:user/somebody` });
  const channel = services.supportApp.store.channel(ACCOUNT_ID, { teamId, channelId: operations.channelId })!;
  services.act(person, REGION, 'UpdateSlackChannelConfiguration', { ...channel, notifyOnCaseSeverity: 'high', notifyOnResolveCase: false });
}

function writeMessage({ services: { chime } }: LocalAws): void {
  const [channel] = chime.store.channelsOf(onCall.appInstanceArn);
  channel.messages.push({
    messageId: chime.store.nextId(), content: 'Who is on call?', type: 'STANDARD', sender: onCall.chimeBearer, createdAt: new Date(), clientRequestToken: '1',
  });
}

function printTemplate({ resources }: SynthesizedTemplate, terminal: Terminal): void {
  const types = [...new Set(resources.map(({ Type }) => Type))];
  terminal.print(`  ${resources.length} resources:`);
  types.forEach((type) => terminal.print(`  ${String(resources.filter(({ Type }) => Type === type).length).padStart(3)} ${type}`));
  terminal.print();
}

function owners(items: InventoryItem[]): string[] {
  return items.map(({ kind, owner }) => `${kind}: ${owner}`);
}

function registrations({ services }: LocalAws): number {
  return services.requests.of('RegisterSlackWorkspaceForOrganization').length;
}

/** Every alias that the account has had. */
function aliases({ services }: LocalAws): string[] {
  return services.requests.of('PutAccountAlias').filter(({ outcome }) => outcome.committed).map(({ wire }) => JSON.parse(wire.body).accountAlias);
}

/** Positions in the request log of the calls about a Slack channel that succeeded. */
function calls({ services }: LocalAws, operation: string, channelId: string): number[] {
  return services.requests.entries.flatMap((entry, index) =>
    entry.operation === operation && entry.outcome.committed && (entry.input as { channelId?: string }).channelId === channelId ? [index] : []);
}

function isOrdered(earlier: number[], later: number[]): boolean {
  return earlier.length === 1 && later.length === 1 && earlier[0] < later[0];
}

/** Names of the roles that the operations on a stack made, and that of the console, as far as they exist. */
function rolesOf({ cloudFormation }: LocalAws, stackId: string): string[] {
  const arns = cloudFormation.stack(stackId)!.events.filter(({ type }) => type === 'AWS::IAM::Role')
    .map(({ physicalId }) => `arn:aws:iam::${ACCOUNT_ID}:role/${physicalId}`);
  return [...new Set([CONSOLE_ROLE_ARN, ...arns])].flatMap((arn) => cloudFormation.role(arn)?.roleName ?? []);
}

/** Synthesizes a stack that cannot be, and answers the error. */
function synthesizeMistakes(directory: string): string {
  try {
    new AccountStack(new App({ outdir: directory, analyticsReporting: false }), STACK_NAME, {
      ...PRODUCTION_ACCOUNT,
      channels: {
        Operations: { channelId: '#support operations', channelName: 'two\nlines', notifyOnCaseSeverity: NotificationSeverity.ALL },
      },
    });
  } catch (error) {
    return (error as Error).message;
  }
  return '(no error)';
}
