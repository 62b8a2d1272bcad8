import { join } from 'node:path';
import { CONSOLE_ROLE, chooseSpecialAccounts, prepareAccounts, stateOf } from './members';
import { refusals } from './mistakes';
import { printSummary, summarize, type Fate } from './summary';
import { STACK_NAME, synthesizeOrganization, type RolledOutTemplate } from './synthesis';
import type { OrganizationSettings } from '../../examples/organization/settings';
import type { StackResult } from '../../local-aws/cloudformation/stack';
import { LocalAws } from '../../local-aws/local-aws';
import { ACCOUNTS_PER_CHANNEL } from '../../local-aws/services/support-app';
import type { Operation } from '../../local-aws/stacksets/operation';
import { Organization } from '../../local-aws/stacksets/organization';
import { ExistingConfiguration } from '../../src';
import { Checks } from '../common/checks';
import type { Stage } from '../common/program';
import { paint, printWrapped } from '../common/terminal';

export interface OrganizationScenarioOptions extends Stage {
  readonly settings: OrganizationSettings;
  /** Seconds that a run of the members' handler may take: the fewer, the sooner it gives up what is denied. @default - as in the example */
  readonly handlerTimeout?: number;
}

const TEMPLATE_BODY_LIMIT = 51_200;
const TEMPLATE_URL_LIMIT = 1_000_000;
/** One request in so many is throttled. */
const THROTTLING_INTERVAL = 10;
/** Processes that functions share; more run only while all of these are busy. */
const PROCESSES = 8;
const CLOSED_UNIT = 'ou-ab12-closed01';
const JOINING_ACCOUNTS = ['700000000001', '700000000002'];
const REPLACED_CHANNEL_ID = 'C012CASES99';

/** Rolls the example out to an organization, changes it and removes it; answers how many of the claims held. */
export async function runOrganizationScenario(options: OrganizationScenarioOptions): Promise<Checks> {
  const { terminal, progress, directory, settings, handlerTimeout, onStart } = options;
  const checks = new Checks(terminal);
  const { teamId, region, managementAccountId } = settings;
  const units = Object.keys(settings.organizationalUnits);
  const accounts = Object.values(settings.organizationalUnits).flat();
  const [firstAccount, , thirdAccount] = accounts;

  const organization = new Organization(managementAccountId);
  [...units, CLOSED_UNIT].forEach((unit) => organization.addUnit(unit));
  for (const [unit, accountIds] of Object.entries(settings.organizationalUnits)) {
    accountIds.forEach((accountId) => organization.placeAccount(accountId, unit));
  }
  const lambdaOptions = { reuseProcesses: true, processesBeforeReuse: PROCESSES };
  const aws = await LocalAws.start({ cloudFormation: { organization, accountId: managementAccountId, region, lambdaOptions } });
  onStart(aws);
  const { services, cloudFormation } = aws;
  const { store } = services.supportApp;

  const changed: OrganizationSettings = {
    ...settings,
    existing: ExistingConfiguration.ADOPT,
    formerRoleName: CONSOLE_ROLE,
    channelIds: [...settings.channelIds.slice(0, -1), REPLACED_CHANNEL_ID],
    accountAliases: { ...settings.accountAliases, [firstAccount]: 'acme store', [thirdAccount]: 'acme search' },
  };
  const synthesize = (name: string, edited: OrganizationSettings) => synthesizeOrganization(join(directory, name), edited, handlerTimeout);
  const first = synthesize('first', settings);
  const second = synthesize('second', changed);
  const special = chooseSpecialAccounts(settings, [first, second]);
  prepareAccounts(aws, settings, special, first);
  const initially = stateOf(aws, accounts);
  const failing = [...special.withoutPlan, ...special.withChannel];
  const adopting = [...special.withWorkspace, ...special.withAlias];

  let steps = 0;
  const step = (title: string, introduction: string) => {
    steps += 1;
    terminal.print();
    terminal.print(paint(`${steps}. ${title}`, 'bold', terminal));
    printWrapped(terminal, introduction, '   ');
    terminal.print();
  };
  const deploy = async (template: RolledOutTemplate): Promise<StackResult> => (await cloudFormation.deployAssembly(template.directory))[0];
  const { operations } = cloudFormation.stackSets;
  /** Runs something, and answers the StackSet operations that it made. */
  const observe = async <T>(run: () => Promise<T>): Promise<{ result: T; made: Operation[] }> => {
    const before = operations.length;
    const work = async () => {
      const result = await run();
      await cloudFormation.stackSets.settled();
      await cloudFormation.lambda.settled();
      return { result, made: operations.slice(before) };
    };
    return progress.during(work(), () => describeProgress(operations.slice(before)));
  };
  const totals = (operation: Operation, ...fates: Fate[]) =>
    fates.map((fate) => [...summarize(aws, operation).values()].reduce((sum, unit) => sum + unit[fate], 0));
  const configured = (template: RolledOutTemplate, accountIds: string[]) => accountIds.filter((accountId) => {
    const { accountAlias, workspaces } = store.account(accountId);
    const channels = store.channels(accountId).map(({ channelId, notifyOnCaseSeverity }) => `${channelId} ${notifyOnCaseSeverity}`);
    return workspaces.has(teamId) && accountAlias === template.aliasOf(accountId) && channels.join() === `${template.channelOf(accountId)} all`;
  }).length;

  step('Synthesize the example', `The app of examples/organization/ has two stacks: that of the management account, and that which a service-managed stack set makes in each of ${accounts.length} `
    + `accounts in ${units.length} organizational units. One template serves all of them: channel and alias are decided in the account.`);
  terminal.print(`  management account: ${first.managementBytes} bytes`);
  printWrapped(terminal, `member accounts: ${first.memberBytes} bytes, which go through the bucket of the management account if they are more than ${TEMPLATE_BODY_LIMIT}`, '  ');
  terminal.print();
  checks.check(`the members' template stays under the ${TEMPLATE_URL_LIMIT} bytes of a template in a bucket`, first.memberBytes < TEMPLATE_URL_LIMIT);
  checks.check('it has no transform, no nested stack, and the handler inline: the members need no bootstrap', first.member.Transform === undefined
    && Object.values(first.member.Resources).every(({ Type, Properties }) => Type !== 'AWS::CloudFormation::Stack'
      && (Type !== 'AWS::Lambda::Function' || typeof (Properties?.Code as { ZipFile?: unknown }).ZipFile === 'string')));
  checks.check(`it spreads the accounts so that no channel gets more than ${ACCOUNTS_PER_CHANNEL}`, largest(accounts.map((id) => first.channelOf(id))) <= ACCOUNTS_PER_CHANNEL);

  const throttled = services.faults.inject({ fault: { kind: 'throttle' }, count: Infinity, when: everyNth(THROTTLING_INTERVAL) });

  step('Roll out with the default tolerance, and fail', `Some accounts are not as the others: ${special.withoutPlan.length} have no support plan, in ${special.withChannel.length} somebody has configured the channel in `
    + `another way, in ${special.withWorkspace.length} the workspace and in ${special.withAlias.length} the alias are there already. By default a stack set tolerates no failure, works on one account at a time, and its resource `
    + 'fails with the first account: CloudFormation then takes everything back.');
  const cautiousTemplate = synthesize('cautious', { ...settings, failureTolerance: 0 });
  const cautious = await observe(() => deploy(cautiousTemplate));
  printSummary(aws, cautious.made[0], terminal);
  const [attempted, , notAttempted] = totals(cautious.made[0], 'failed', 'created', 'not attempted');
  checks.equal('one account failed, the operation with it', [cautious.made[0].status, attempted], ['FAILED', 1]);
  checks.check(`${notAttempted} accounts were not attempted`, notAttempted > 0 && notAttempted < accounts.length);
  checks.equal('the stack of the management account is rolled back', cautious.result.status, 'ROLLBACK_COMPLETE');
  checks.equal('all accounts are as they were', stateOf(aws, accounts), initially);

  step('Roll out', `Now all accounts but one may fail. ${ORDINAL} request to the Support App is throttled all the time. What people have configured in another way is reported and stays: existing is FAIL.`);
  const rollOut = await observe(() => deploy(first));
  const [created] = rollOut.made;
  printSummary(aws, created, terminal);
  const deployed = accounts.filter((accountId) => !failing.includes(accountId));
  checks.equal('the stack of the management account is complete', rollOut.result.status, 'CREATE_COMPLETE');
  checks.equal('the operation succeeded: created, adopted, failed, not attempted', [created.status, ...totals(created, 'created', 'adopted', 'failed', 'not attempted')],
    ['SUCCEEDED', deployed.length - adopting.length, adopting.length, failing.length, 0]);
  checks.equal('exactly the accounts without a plan or with a channel of their own failed',
    created.results.filter(({ status }) => status === 'FAILED').map(({ accountId }) => accountId).sort(), [...failing].sort());
  checks.check('each reason says what to do', failing.every((accountId) => {
    const reason = created.results.find((result) => result.accountId === accountId)?.reason ?? '';
    return reason.includes(special.withoutPlan.includes(accountId) ? 'Subscribe to a support plan' : 'Set existing to ADOPT');
  }));
  checks.equal('all others have workspace, channel and alias as declared', configured(first, deployed), deployed.length);
  checks.equal('those that failed are as they were', stateOf(aws, failing), stateOfOnly(initially, failing));
  checks.check(`no Slack channel has more than ${ACCOUNTS_PER_CHANNEL} accounts`, busiestChannel(aws) <= ACCOUNTS_PER_CHANNEL);
  checks.equal('in each of them runs a function of its own with the bytes of the template', deployed.filter((accountId) => runsTemplate(aws, accountId, first)).length, deployed.length);
  checks.check('throttled requests were repeated', throttled.hits > 0 && created.results.every(({ reason = '' }) => !reason.includes('Throttl')), () => `${throttled.hits} were throttled`);

  const subscribing = special.withoutPlan.slice(0, Math.ceil(special.withoutPlan.length / 2));
  const withoutPlan = special.withoutPlan.filter((accountId) => !subscribing.includes(accountId));
  step('Update', `Three edits: existing is ADOPT, one account is renamed and another one gets a name, and the Slack channel ${settings.channelIds.at(-1)} is replaced by ${REPLACED_CHANNEL_ID}. `
    + `Meanwhile ${subscribing.length} of the accounts without a support plan have subscribed to one. The stack set tries all accounts again, those that failed, too.`);
  subscribing.forEach((accountId) => (store.account(accountId).supportPlan = true));
  const update = await observe(() => deploy(second));
  const [updated] = update.made;
  printSummary(aws, updated, terminal);
  const updatedAccounts = accounts.filter((accountId) => !withoutPlan.includes(accountId));
  const adoptedAccounts = [...adopting, ...special.withChannel];
  checks.equal('the stack of the management account is complete', update.result.status, 'UPDATE_COMPLETE');
  checks.equal('one operation updated all: created, adopted, failed, not attempted', [update.made.length, updated.status, ...totals(updated, 'created', 'adopted', 'failed', 'not attempted')],
    [1, 'SUCCEEDED', updatedAccounts.length - adoptedAccounts.length, adoptedAccounts.length, withoutPlan.length, 0]);
  checks.equal('all but those still without a plan are as declared now', configured(second, updatedAccounts), updatedAccounts.length);
  checks.equal('nobody is left in the replaced channel', store.accountsOfChannel({ teamId, channelId: settings.channelIds.at(-1)! }), 0);
  checks.equal('names are as edited', [firstAccount, thirdAccount].map((accountId) => store.account(accountId).accountAlias), ['acme store', 'acme search']);
  checks.check(`no Slack channel has more than ${ACCOUNTS_PER_CHANNEL} accounts`, busiestChannel(aws) <= ACCOUNTS_PER_CHANNEL);

  const joinedUnit = units.at(-1)!;
  const leaving = deployed.filter((accountId) => !adoptedAccounts.includes(accountId)).at(-1)!;
  step('Let accounts come and go', `Two new accounts join ${joinedUnit}: nobody has listed them, so they get the channel ${settings.channelIdOfNewAccounts}. ${ACCOUNTS_PER_CHANNEL - 1} accounts of elsewhere use it already: `
    + 'there is room for one more. Another account moves to a unit that the stack set does not deploy to.');
  fillChannel(aws, settings);
  JOINING_ACCOUNTS.forEach((accountId) => organization.placeAccount(accountId, joinedUnit));
  organization.placeAccount(leaving, CLOSED_UNIT);
  const { made: automatic } = await observe(async () => undefined);
  automatic.forEach((operation) => operation.results.forEach(({ accountId, status, reason }) => {
    printWrapped(terminal, `${operation.action} ${accountId}: operation ${operation.status}, instance ${status}${reason ? `: ${reason}` : ''}`, '  ', status === 'FAILED' ? 'red' : undefined);
  }));
  terminal.print();
  checks.equal('three operations came by themselves', automatic.map(({ action, status }) => `${action} ${status}`), ['CREATE SUCCEEDED', 'CREATE FAILED', 'DELETE SUCCEEDED']);
  checks.equal('the first new account is configured', configured(second, [JOINING_ACCOUNTS[0]]), 1);
  checks.equal('the channel is full', store.accountsOfChannel({ teamId, channelId: settings.channelIdOfNewAccounts }), ACCOUNTS_PER_CHANNEL);
  checks.check('the second one reports the quota and has nothing', /ServiceQuotaExceededException/.test(automatic[1]?.results[0].reason ?? '')
    && isEmpty(aws, JOINING_ACCOUNTS[1]));
  checks.check('the one that left has nothing any more', isEmpty(aws, leaving));

  step('Remove it', 'The stack of the management account is deleted, and the stack set with all its stacks before it. What the stacks created goes, what they adopted stays.');
  const beforeRemoval = stateOf(aws, special.withChannel);
  const removal = await observe(() => cloudFormation.deleteStack({ stackName: STACK_NAME }));
  const [removed] = removal.made;
  printSummary(aws, removed, terminal);
  const untouched = accounts.filter((accountId) => !special.withChannel.includes(accountId));
  checks.equal('the stack is gone', removal.result.status, 'DELETE_COMPLETE');
  checks.equal('so are the stacks of all accounts, those that failed, too', [removed.status, ...totals(removed, 'failed', 'not attempted')], ['SUCCEEDED', 0, 0]);
  checks.equal('accounts without an adopted channel are as they were at first', stateOf(aws, untouched), stateOfOnly(initially, untouched));
  checks.equal('adopted channels stay as declared', special.withChannel.map((accountId) => store.channels(accountId)), special.withChannel.map((accountId) => channelsIn(beforeRemoval, accountId)));
  checks.check('and so do their roles', special.withChannel.every((accountId) => store.channels(accountId).every(({ channelRoleArn }) => cloudFormation.role(channelRoleArn) !== undefined)));

  step('Make mistakes', 'What service-managed stack sets do not take, the local one does not take either.');
  for (const { mistake, refusal } of await refusals(aws, settings, second)) {
    terminal.print(`  ${mistake}:`);
    printWrapped(terminal, refusal ?? '(accepted)', '    ', 'red');
    checks.check('refused', refusal !== undefined);
  }
  return checks;
}

/** How far the operation in progress has come. */
function describeProgress(made: Operation[]): string | undefined {
  const operation = made.at(-1);
  if (operation === undefined) {
    return undefined;
  }
  const failed = operation.count('FAILED');
  const done = operation.count('SUCCEEDED') + failed;
  return `  ${operation.action}: ${done} of ${operation.results.length} accounts, ${operation.count('RUNNING')} in progress, ${failed} failed`;
}

const ORDINAL = `Every ${THROTTLING_INTERVAL}th`;

function stateOfOnly(state: Record<string, object>, accountIds: string[]): Record<string, object> {
  return Object.fromEntries(accountIds.map((accountId) => [accountId, state[accountId]]));
}

function channelsIn(state: Record<string, object>, accountId: string): unknown {
  return (state[accountId] as { channels: unknown }).channels;
}

function isEmpty(aws: LocalAws, accountId: string): boolean {
  const { accountAlias, workspaces, channels } = aws.services.supportApp.store.account(accountId);
  return accountAlias === undefined && workspaces.size === 0 && channels.size === 0;
}

/** Whether the account has one function, which runs the code of the template and has run. */
function runsTemplate({ cloudFormation }: LocalAws, accountId: string, { member }: RolledOutTemplate): boolean {
  const declared = Object.values(member.Resources).find(({ Type }) => Type === 'AWS::Lambda::Function')?.Properties?.Code as { ZipFile?: string };
  const arns = new Set(cloudFormation.lambda.invocations.map(({ functionArn }) => functionArn).filter((arn) => arn.split(':')[4] === accountId));
  const running = [...arns].flatMap((arn) => cloudFormation.lambda.configuration(arn)?.code ?? []);
  return running.length === 1 && 'inline' in running[0] && running[0].inline === declared.ZipFile;
}

/** Lets accounts outside of the organization use the channel of new accounts, all but one that it can have. */
function fillChannel({ services: { supportApp: { store } } }: LocalAws, { teamId, channelIdOfNewAccounts: channelId }: OrganizationSettings): void {
  for (let index = 1; index < ACCOUNTS_PER_CHANNEL; index += 1) {
    const accountId = String(800_000_000_000 + index);
    store.putChannel(accountId, {
      teamId,
      channelId,
      channelRoleArn: `arn:aws:iam::${accountId}:role/SupportApp`,
      notifyOnCaseSeverity: 'high',
      notifyOnAddCorrespondenceToCase: false,
      notifyOnCreateOrReopenCase: true,
      notifyOnResolveCase: false,
    });
  }
}

/** How many accounts the most used Slack channel has, according to the service. */
function busiestChannel({ services: { supportApp: { store } }, cloudFormation }: LocalAws): number {
  const accountIds = [...new Set(cloudFormation.stacks.map(({ accountId }) => accountId))];
  return largest(accountIds.flatMap((accountId) => store.channels(accountId).map(({ channelId }) => channelId)));
}

/** The largest number of equal values. */
function largest(values: string[]): number {
  const counts = new Map<string, number>();
  values.forEach((value) => counts.set(value, (counts.get(value) ?? 0) + 1));
  return Math.max(...counts.values());
}

function everyNth(interval: number): () => boolean {
  let requests = 0;
  return () => {
    requests += 1;
    return requests % interval === 0;
  };
}
