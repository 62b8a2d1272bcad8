import { isDeepStrictEqual } from 'node:util';
import {
  applyEdits, STACKS, targetOf, type Declaration, type Deploy, type Handover, type History, type Kind, type Step,
} from './history';
import {
  check, checkAccount, checkOthers, checkReleased, COMPLETE, declaredParts, defaultRoleOf, hasParts, isHeldAs, markOf, Ownership, refusalOf,
  type Account, type StackModel,
} from './rules';
import { consoleRoleArn, roomLook, SharedAccountTemplates } from './templates';
import type { Stack, StackEvent, StackResult } from '../../local-aws/cloudformation/stack';
import { LocalAws } from '../../local-aws/local-aws';
import type { Fault } from '../../local-aws/services/faults';
import { BEARERS, channelIdOf, roomIdOf, TEAMS } from '../declaration';
import { Violation } from '../expectation';
import { injectFault, passing } from '../faults';
import { InProcessLambda, type Run } from '../in-process-lambda';
import { randomFrom, Simulation } from '../simulation';
import { readState, type State } from '../state';
import { channelRoleArn, createAppInstance } from '../templates';
import { failuresOf, NO_LONGER_AWAITED, repeat, type Statistics } from '../world';

const ACCOUNT = '111111111111';
const MANAGEMENT_ACCOUNT = '999999999999';
const REGION = 'us-east-1';
const OTHER_REGION = 'eu-west-1';
type ConsoleStep = Extract<Step, { step: 'console' }>;

/** One account on this machine, with several stacks that meet, people, and the handler's real bytes. */
export class SharedAccountWorld {
  public static async start(options: { readonly code?: string } = {}): Promise<SharedAccountWorld> {
    const simulation = new Simulation();
    const lambda = new InProcessLambda(simulation);
    const listeners = { event: (_: StackEvent) => {} };
    const aws = await LocalAws.start({
      services: { supportApp: { channelsPerPage: 2, workspacesPerPage: 1 }, chime: { pageSize: 9 } },
      cloudFormation: { lambda, seed: 'campaign', serviceTimeoutScale: 0.03, onEvent: (event) => listeners.event(event) },
    });
    const world = new SharedAccountWorld(simulation, lambda, aws, options.code);
    listeners.event = (event) => world.hear(event);
    return world;
  }

  public readonly statistics: Statistics = { histories: 0, events: 0, runs: 0, requests: 0, faults: 0, steps: {} };
  private readonly templates: SharedAccountTemplates;
  private readonly appInstanceArn: string;
  private models: StackModel[] = [];
  private ownership: Ownership;
  private ids = 0;
  private endDenial?: () => void;
  /** Whether an event of the operation was delivered again while the stack might have waited for it. */
  private hasRepeated = false;
  /** Resources of the operation with a Create or an Update that came to its end after a later event had begun. */
  private late: readonly string[] = [];

  private constructor(
    private readonly simulation: Simulation, private readonly lambda: InProcessLambda, private readonly aws: LocalAws, code?: string,
  ) {
    const { supportApp, chime } = aws.services;
    supportApp.store.createOrganization(MANAGEMENT_ACCOUNT, [ACCOUNT]);
    for (const teamId of TEAMS) {
      supportApp.store.createTeam(teamId, `Workspace ${teamId}`);
      supportApp.store.account(MANAGEMENT_ACCOUNT).workspaces.set(teamId, { teamId, teamName: teamId, allowOrganizationMemberAccount: true });
    }
    this.appInstanceArn = createAppInstance(chime.store, ACCOUNT, REGION);
    this.templates = new SharedAccountTemplates(ACCOUNT, this.appInstanceArn, code);
    this.ownership = new Ownership(ACCOUNT, this.templates.roleId);
    for (const service of [supportApp, chime]) {
      const call = service.call.bind(service);
      service.call = (...args) => {
        this.statistics.requests += 1;
        return call(...args);
      };
    }
  }

  public async stop(): Promise<void> {
    await this.aws.stop();
    await this.lambda.stop();
    this.simulation.stop();
  }

  /** Lives through a history; throws a `Violation` at the first step that breaks a rule. */
  public async run(history: History): Promise<void> {
    this.reset(history);
    this.statistics.histories += 1;
    for (const [index, step] of history.steps.entries()) {
      this.chat();
      try {
        await this.live(step);
        checkAccount(this.account, this.state());
      } catch (error) {
        if (error instanceof Violation) {
          error.message = `step ${index + 1}: ${error.message}`;
        }
        throw error;
      }
    }
  }

  private async live(step: Step): Promise<void> {
    switch (step.step) {
      case 'console': this.change(step); break;
      case 'deploy': await this.edit(step); break;
      case 'handover': await this.handOver(step); break;
      case 'delete': await this.delete(this.models[step.stack], step.repeats); break;
      case 'roll back': await this.rollBack(this.models[step.stack]); break;
    }
  }

  private reset({ order, replacedResource, oldProperties }: History): void {
    const { services, cloudFormation } = this.aws;
    this.simulation.reset(order);
    Object.assign(cloudFormation.assumptions, { replacedResource, oldProperties });
    const account = services.supportApp.store.account(ACCOUNT);
    account.workspaces.clear();
    account.channels.clear();
    account.accountAlias = undefined;
    services.chime.store.channels.clear();
    services.chime.store.appInstances.forEach(({ requests }) => requests.clear());
    cloudFormation.stacks.length = 0;
    const { roles } = cloudFormation;
    roles.arns.forEach((arn) => roles.delete(arn));
    roles.managedPolicies.clear();
    for (const arn of [channelRoleArn(ACCOUNT), consoleRoleArn(ACCOUNT)]) {
      roles.create(arn, {
        roleName: arn.split('/')[1],
        createdAt: new Date(),
        assumeRolePolicyDocument: { Statement: { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'supportapp.amazonaws.com' } } },
        managedPolicyArns: [],
        inlinePolicies: [],
        attached: new Map(),
      });
    }
    this.lambda.clear();
    this.forget();
    this.ids = 0;
    this.ownership = new Ownership(ACCOUNT, this.templates.roleId);
    this.models = STACKS.map((name, index) => ({ name, region: index === 3 ? OTHER_REGION : REGION, declared: [], skipped: new Set() }));
  }

  private forget(): void {
    const { services, cloudFormation } = this.aws;
    services.faults.clear();
    services.requests.clear();
    cloudFormation.requests.length = 0;
    this.lambda.runs.length = 0;
    cloudFormation.bucket.clear();
    cloudFormation.api.clear();
  }

  private get account(): Account {
    return {
      ownership: this.ownership,
      models: this.models,
      stackOf: (model) => this.stackOf(model),
      roleExists: (arn) => this.aws.cloudFormation.role(arn) !== undefined,
    };
  }

  private state(): State {
    return readState(this.aws.services, ACCOUNT);
  }

  private stackOf({ name, region }: StackModel): Stack | undefined {
    const stack = this.aws.cloudFormation.stack({ stackName: name, accountId: ACCOUNT, region });
    return stack && stack.status !== 'DELETE_COMPLETE' && stack.status !== 'ROLLBACK_COMPLETE' ? stack : undefined;
  }

  private newId(kind: Kind): string {
    this.ids += 1;
    return `${kind[0].toUpperCase()}${kind.slice(1)}${this.ids}`;
  }

  private edit(step: Deploy): Promise<void> {
    const model = this.models[step.stack];
    return this.deploy(model, applyEdits(model.declared, step.edits, (kind) => this.newId(kind)), step);
  }

  /** Two deployments: one stack declares no longer what the other one declares from now on. */
  private async handOver({ from, to, slot, first, existing }: Handover): Promise<void> {
    const [giver, taker] = [this.models[from], this.models[to]];
    if (giver === taker || giver.declared.length === 0) {
      return;
    }
    const given = slot === undefined ? giver.declared : [giver.declared[slot % giver.declared.length]];
    const news = given.filter((declaration) => !taker.declared.some((held) => targetOf(held) === targetOf(declaration)))
      .map((declaration) => ({ ...declaration, logicalId: this.newId(declaration.kind), existing }));
    const rest = giver.declared.filter((declaration) => !given.includes(declaration));
    this.count(`handover, ${first} first`);
    const give = () => rest.length > 0 ? this.deploy(giver, rest) : this.delete(giver);
    const take = () => this.deploy(taker, [...taker.declared, ...news]);
    for (const act of first === 'giver' ? [give, take] : [take, give]) {
      await act();
      checkAccount(this.account, this.state());
    }
  }

  private async deploy(model: StackModel, declarations: Declaration[], step?: Deploy): Promise<void> {
    const { cloudFormation } = this.aws;
    const { ownership } = this;
    const before = this.state();
    const stackBefore = this.stackOf(model);
    const status = stackBefore?.status;
    if (status && !COMPLETE.test(status) && !['CREATE_FAILED', 'UPDATE_FAILED'].includes(status)) {
      this.count('skipped');
      return;
    }
    const stable = model.stable ?? model.declared;
    const failsAfter = step?.ending === 'failure at the end' ? declarations.map(({ logicalId }) => logicalId)
      : step?.ending === 'failure at once' ? declarations.slice(0, 1).map(({ logicalId }) => logicalId) : undefined;
    const template = this.templates.build(declarations, failsAfter);
    const isUnchanged = stackBefore && COMPLETE.test(status!) && isDeepStrictEqual(template, this.templates.build(model.declared));
    // Without its workspace a channel can neither be changed nor changed back, and Chime's native type is in one Region.
    const cannotChange = !before.has('workspace 0') && stable.some(({ kind }) => kind === 'channel');
    const isUnknownType = model.region !== REGION && declarations.some(({ kind, native }) => kind === 'room' && native);
    if (isUnchanged || cannotChange || isUnknownType || declarations.length === 0 && !stackBefore) {
      this.count('skipped');
      return;
    }
    const isResumed = status === 'CREATE_FAILED' || status === 'UPDATE_FAILED';
    const established = declarations.filter((declaration) => {
      const old = model.declared.find(({ logicalId }) => logicalId === declaration.logicalId);
      return !old || targetOf(old) !== targetOf(declaration) || stackBefore?.resource(old.logicalId)?.status === 'CREATE_FAILED'
        || stackBefore?.resource(old.logicalId) === undefined;
    });
    const changed = declarations.filter((declaration) => {
      const old = model.declared.find(({ logicalId }) => logicalId === declaration.logicalId);
      return old && !established.includes(declaration) && !isDeepStrictEqual(old, declaration);
    });
    const refusals = established.flatMap((declaration) => refusalOf(this.account, model, declaration, declarations, before) ?? []);
    const missing = [...changed, ...isResumed ? declarations : []].filter((declaration) => !before.has(targetOf(declaration)));
    const ids = this.physicalIdsOf(model, stable);
    const roleBefore = defaultRoleOf(stackBefore, ownership);
    this.count(`${stackBefore ? 'update' : 'create'}, ${step?.ending ?? 'success'}${isResumed ? ', resumed' : ''}`);

    this.late = [];
    this.prepare(step);
    const denied = this.endDenial !== undefined;
    let result = await cloudFormation.deploy({
      stackName: model.name,
      accountId: ACCOUNT,
      region: model.region,
      template,
      templateSource: 'S3',
      cancelInProgress: step?.ending === 'failure at once',
      disableRollback: step?.onFailure === 'leave',
      onFailure: step?.onFailure === 'delete' ? 'DELETE' : 'ROLLBACK',
    });
    const sent = cloudFormation.requests.map(({ logicalId }) => logicalId);
    await this.finish();
    const events = [...result.events];
    const said = () => `${result.status}: ${failuresOf(events).join('; ')}`;
    const isCancelled = events.some(({ reason }) => /^Resource (creation|update) cancelled$/.test(reason ?? ''));
    const isBlurred = denied || isCancelled || this.hasRepeated || (step?.faults.length ?? 0) > 0 || isResumed;
    if (result.status === 'UPDATE_ROLLBACK_FAILED') {
      check(denied || isBlurred, `the rollback got stuck without a reason, in ${said()}`);
      const stuck = this.stackOf(model)!.liveResources().filter((resource) => resource.status === 'UPDATE_FAILED').map(({ logicalId }) => logicalId);
      const skips = step?.skips ? stuck : [];
      this.count(`rollback continued${step?.skips ? ', skipped' : ''}`);
      result = await this.continueRollback(model, skips);
      skips.forEach((logicalId) => model.skipped.add(logicalId));
      check(result.status === 'UPDATE_ROLLBACK_COMPLETE', `the continued rollback ended in ${result.status}: ${failuresOf(result.events).join('; ')}`);
    }

    const after = this.state();
    [...stable, ...model.declared, ...declarations].filter(({ logicalId }) => this.late.includes(logicalId))
      .forEach((declaration) => ownership.late.add(targetOf(declaration)));
    const concerned = new Set([...stable, ...model.declared, ...declarations].map(targetOf));
    const isDone = /^(CREATE|UPDATE)_COMPLETE$/.test(result.status);
    const mustFail = failsAfter !== undefined || refusals.some(({ must }) => must);
    const mayFail = mustFail || refusals.length > 0 || denied || missing.length > 0;
    check(!(isDone && mustFail), `the deployment succeeded although ${refusals.map(({ reason }) => reason).join(', ') || 'a resource of it failed'}`);
    check(isDone || mayFail, `the deployment failed without a reason that the model knows, in ${said()}`);
    checkOthers(ownership, before, after, concerned);
    const undeleted = events.filter((event) => event.status === 'DELETE_FAILED').map(({ logicalId, reason }) => `${logicalId}: ${reason}`);
    check(undeleted.length === 0 || denied, `could not delete ${undeleted.join('; ')}`);
    if (isDone) {
      const released = [...stable, ...isResumed ? model.declared : []].filter((old) =>
        !declarations.some((declaration) => targetOf(declaration) === targetOf(old)));
      if (!isBlurred) {
        const withPolicies = released.map((old) => ({
          ...old, retain: (declarations.find(({ logicalId }) => logicalId === old.logicalId) ?? old).retain,
        }));
        checkReleased(this.account, model, withPolicies, ids, roleBefore, before, after);
      }
      released.forEach((old) => this.release(model, old, after, ids));
      // An operation that goes on after a failure passes over what has come to its end.
      const resumed = isResumed ? declarations.filter(({ logicalId, native }) => native || sent.includes(logicalId)) : [];
      this.takeOver(model, [...established, ...changed, ...resumed], before, isBlurred);
      model.declared = declarations;
      model.stable = undefined;
      return;
    }
    if (['CREATE_FAILED', 'UPDATE_FAILED'].includes(result.status)) {
      model.stable = stable;
      model.declared = declarations;
      const owned = declarations.filter(({ logicalId }) => markOf(this.stackOf(model), logicalId) === 'owned').map(targetOf);
      concerned.forEach((target) => {
        ownership.writers.set(target, 'nobody yet');
        if (owned.includes(target)) {
          ownership.foreign.delete(target);
        }
        if (!stable.some((held) => targetOf(held) === target) && !ownership.foreign.has(target)) {
          ownership.unclear.add(target);
        }
      });
      return;
    }
    this.settle(model, result.status, stable, [...established, ...changed], before, after, isBlurred);
  }

  /** What a failed operation must have put back. */
  private settle(
    model: StackModel, status: string, stable: Declaration[], touched: readonly Declaration[], before: State, after: State, isBlurred: boolean,
  ): void {
    const { ownership } = this;
    const isGone = status === 'ROLLBACK_COMPLETE' || status === 'DELETE_COMPLETE';
    check(isGone || status === 'UPDATE_ROLLBACK_COMPLETE', `the failed deployment ended in ${status}`);
    const wasComplete = model.stable === undefined;
    model.declared = isGone ? [] : stable;
    model.stable = undefined;
    for (const declaration of touched) {
      const target = targetOf(declaration);
      const holder = model.declared.find((held) => targetOf(held) === target);
      if (holder) {
        // What came after its own reversal is what stays, as docs/reliability.md says of resources that are cancelled.
        const isOdd = !touched.some(({ logicalId }) => logicalId === holder.logicalId) || model.skipped.has(holder.logicalId)
          || isBlurred && !after.has(target) || this.late.includes(holder.logicalId);
        ownership.writers.set(target, isOdd ? 'person' : model.name);
        continue;
      }
      const [was, is] = [before.get(target), after.get(target)];
      const isRestored = isDeepStrictEqual(withoutName(was), withoutName(is));
      // What is left of a channel keeps its workspace.
      const isInUse = declaration.kind === 'workspace' && [...after.keys()].some((key) => key.startsWith('channel '));
      if (isBlurred || declaration.retain || !wasComplete || isInUse) {
        if (!isRestored) {
          ownership.writers.set(target, 'person');
        }
        if (!isRestored && !ownership.foreign.has(target)) {
          ownership.unclear.add(target);
        }
        continue;
      }
      check(isRestored, `the rollback leaves ${target} as ${JSON.stringify(is)}, and it was ${JSON.stringify(was)}`);
    }
  }

  /** A stack has no more to do with a target. */
  private release(model: StackModel, { kind, index, logicalId }: Declaration, after: State, ids: ReadonlyMap<string, string | undefined>): void {
    const target = targetOf({ kind, index });
    if (!after.has(target)) {
      this.ownership.forget(target);
      this.ownership.writers.delete(target);
      if (this.models.some((other) => other !== model && isHeldAs(this.stackOf(other), other.declared, target, ids.get(logicalId)))) {
        // The other stack has lost it to whoever removed it before.
        this.ownership.writers.set(target, 'person');
      }
    } else if (!this.models.some((other) => other !== model && other.declared.some((held) => targetOf(held) === target))) {
      // Nobody's: left by a stack.
      this.ownership.writers.delete(target);
      this.ownership.unclear.delete(target);
      this.ownership.takenOver.delete(target);
      this.ownership.foreign.add(target);
    }
  }

  /** After a success: whose things are what the stack has brought about. */
  private takeOver(
    model: StackModel, touched: readonly Declaration[], before: State, isBlurred: boolean,
  ): void {
    const { ownership } = this;
    const stack = this.stackOf(model);
    for (const declaration of touched) {
      const target = targetOf(declaration);
      const mark = markOf(stack, declaration.logicalId);
      if (declaration.native) {
        ownership.forget(target);
      } else if (ownership.foreign.has(target)) {
        check(mark !== 'created' || isBlurred, `${model.name} counts ${target} as created, which no stack has made`);
        check(mark !== 'owned' || declaration.existing === 'OWN', `${model.name} owns ${target} without OWN`);
        if (mark === 'owned') {
          ownership.forget(target);
        }
      } else if (!before.has(target) && !isBlurred) {
        check(declaration.kind === 'workspace' || mark === 'created', `${model.name} counts ${target} as ${mark}, which it has made`);
      }
      ownership.takenOver.delete(target);
      ownership.writers.set(target, model.name);
      model.skipped.delete(declaration.logicalId);
    }
  }

  private async delete(model: StackModel, repeats?: number): Promise<void> {
    const stack = this.stackOf(model);
    if (!stack) {
      return;
    }
    this.count('delete');
    const before = this.state();
    const isFailed = !COMPLETE.test(stack.status!);
    const held = [...model.declared, ...model.stable ?? []];
    const ids = this.physicalIdsOf(model, held);
    const roleBefore = defaultRoleOf(stack, this.ownership);
    this.prepare(undefined, repeats);
    const { status, events } = await this.aws.cloudFormation.deleteStack({ stackName: model.name, accountId: ACCOUNT, region: model.region });
    await this.finish();
    const after = this.state();
    check(status === 'DELETE_COMPLETE', `the deletion ended in ${status}: ${failuresOf(events).join('; ')}`);
    checkOthers(this.ownership, before, after, new Set(held.map(targetOf)));
    if (!isFailed && !this.hasRepeated) {
      checkReleased(this.account, model, held, ids, roleBefore, before, after);
    }
    model.declared = [];
    model.stable = undefined;
    model.skipped.clear();
    held.forEach((declaration) => this.release(model, declaration, after, ids));
  }

  /** What was left after a failure is taken back. */
  private async rollBack(model: StackModel): Promise<void> {
    const stack = this.stackOf(model);
    if (!stack || !['CREATE_FAILED', 'UPDATE_FAILED'].includes(stack.status!) || !this.state().has('workspace 0')) {
      return;
    }
    this.count('roll back');
    const before = this.state();
    const attempted = model.declared;
    this.late = [];
    this.prepare(undefined);
    const result = await this.aws.cloudFormation.rollbackStack({ stackName: model.name, accountId: ACCOUNT, region: model.region });
    await this.finish();
    check(/ROLLBACK_COMPLETE$/.test(result.status), `the rollback ended in ${result.status}: ${failuresOf(result.events).join('; ')}`);
    const after = this.state();
    const stable = model.stable!;
    checkOthers(this.ownership, before, after, new Set([...attempted, ...stable].map(targetOf)));
    this.settle(model, result.status, stable, [...attempted, ...stable], before, after, true);
  }

  private async continueRollback(model: StackModel, resourcesToSkip: string[]): Promise<StackResult> {
    this.prepare(undefined);
    const result = await this.aws.cloudFormation.continueUpdateRollback({
      stackName: model.name, accountId: ACCOUNT, region: model.region, resourcesToSkip,
    });
    await this.finish();
    return result;
  }

  private physicalIdsOf(model: StackModel, declarations: readonly Declaration[]): Map<string, string | undefined> {
    const stack = this.stackOf(model);
    return new Map(declarations.map(({ logicalId }) => [logicalId, stack?.resource(logicalId)?.physicalId]));
  }

  private prepare(step: Deploy | undefined, repeats: number | undefined = step?.repeats): void {
    const { services } = this.aws;
    step?.faults.forEach((fault) => {
      this.count(`fault: ${fault.kind}`);
      injectFault(this.aws, fault);
    });
    this.endDenial = undefined;
    if (step?.denied !== undefined) {
      this.count('denied');
      const fault: Fault = { kind: 'error', code: 'AccessDeniedException', message: 'a service control policy says no', status: 403 };
      const isChange = (operation: string) => !/^(List|Get|Describe|Delete)/.test(operation);
      const hasPassed = passing(step.denied);
      const injected = services.faults.inject({ fault, count: Infinity, when: ({ operation }) => isChange(operation) && hasPassed() });
      this.endDenial = () => injected.remove();
    }
    const random = randomFrom(repeats ?? 0);
    this.hasRepeated = false;
    this.lambda.deliver = ({ payload }) => {
      const deliveries = repeats === undefined ? [{}] : repeat(random());
      const isEarly = deliveries.slice(1).some(({ delayInMillis = 0 }) => delayInMillis < NO_LONGER_AWAITED);
      this.hasRepeated ||= isEarly && (payload as Run['event']).RequestType !== 'Delete';
      return deliveries;
    };
  }

  /** A denial ends when the operation has failed, rollback included. */
  private hear({ status, type }: StackEvent): void {
    if (status === 'UPDATE_ROLLBACK_FAILED' || status === 'ROLLBACK_IN_PROGRESS' && type === 'AWS::CloudFormation::Stack') {
      this.endDenial?.();
    }
  }

  private async finish(): Promise<void> {
    const { services, cloudFormation } = this.aws;
    await this.lambda.settled();
    this.statistics.events += cloudFormation.requests.length;
    this.statistics.runs += this.lambda.runs.length;
    this.statistics.faults += services.requests.entries.filter(({ outcome }) => outcome.fault).length;
    this.late = [...this.late, ...this.lateResources()];
    for (const { event, error } of this.lambda.runs) {
      check(error === undefined, `${event.RequestType} of ${event.LogicalResourceId} threw ${String((error as Error | undefined)?.stack)}`);
    }
    for (const { requestId, requestType, logicalId } of cloudFormation.requests) {
      const counted = cloudFormation.bucket.answers.filter((answer) => answer.requestId === requestId && answer.counted);
      check(counted.length === 1, `${requestType} of ${logicalId} has ${counted.length} answers that count`);
    }
    this.forget();
  }

  private lateResources(): string[] {
    const { runs } = this.lambda;
    const order = this.aws.cloudFormation.requests.map(({ requestId }) => requestId);
    const orderOf = ({ event }: Run) => order.indexOf(event.RequestId);
    return runs.filter((run, index) => run.event.RequestType !== 'Delete' && runs.some((other) =>
      other.event.LogicalResourceId === run.event.LogicalResourceId && orderOf(other) > orderOf(run) && index >= other.endedBefore))
      .map(({ event }) => event.LogicalResourceId);
  }

  /** Somebody writes the first message into each room, which must never be lost while the room is kept. */
  private chat(): void {
    for (const channel of this.aws.services.chime.store.channelsOf(this.appInstanceArn)) {
      if (channel.messages.length === 0) {
        channel.messages.push({
          messageId: '1', content: 'first', type: 'STANDARD', sender: channel.createdBy, createdAt: new Date(), clientRequestToken: '1',
        });
      }
    }
  }

  private change(step: ConsoleStep): void {
    const { action, kind, index, look } = step;
    const target = targetOf(step);
    const before = this.state().get(target);
    if (action === 'put' && before || action !== 'put' && !before
      || kind === 'workspace' && action === 'remove' && [...this.state().keys()].some((key) => key.startsWith('channel '))) {
      return;
    }
    this.count(`console: ${action} ${kind}`);
    const { supportApp, chime } = this.aws.services;
    const key = { teamId: TEAMS[0], channelId: channelIdOf({ channel: index }) };
    const arn = `${this.appInstanceArn}/channel/${roomIdOf(index)}`;
    switch (kind) {
      case 'workspace':
        if (action === 'remove') {
          supportApp.store.removeWorkspace(ACCOUNT, TEAMS[index]);
        } else {
          supportApp.store.authorizeWorkspace(ACCOUNT, TEAMS[index]);
        }
        break;
      case 'alias':
        supportApp.store.account(ACCOUNT).accountAlias = action === 'remove' ? undefined : `alias-${look}`;
        break;
      case 'channel':
        if (action === 'remove') {
          supportApp.store.removeChannel(ACCOUNT, key);
        } else if (supportApp.store.account(ACCOUNT).workspaces.has(TEAMS[0])) {
          const role = look === 1 ? channelRoleArn(ACCOUNT) : consoleRoleArn(ACCOUNT);
          const parts = declaredParts({ ...CONSOLE, kind, index, look, role: 'outside' }, ACCOUNT, undefined);
          const channel = { ...key, ...before, ...parts, channelRoleArn: action === 'change' && look === 0 ? before!.channelRoleArn : role };
          supportApp.store.putChannel(ACCOUNT, channel as Parameters<typeof supportApp.store.putChannel>[1]);
        }
        break;
      case 'room':
        if (action === 'remove') {
          chime.store.deleteChannel(arn);
        } else {
          this.putRoom(arn, look);
        }
    }
    this.ownAfterConsole(step, before !== undefined);
  }

  /** What the rules say of a thing that somebody has made, changed or removed. */
  private ownAfterConsole({ kind, index, action }: ConsoleStep, existed: boolean): void {
    const { ownership } = this;
    const target = targetOf({ kind, index });
    const thing = this.state().get(target);
    const holders = this.models.flatMap((model) => model.declared.filter((held) => targetOf(held) === target).map((held) => ({ model, held })));
    ownership.writers.set(target, 'person');
    if (!thing) {
      ownership.forget(target);
      return;
    }
    if (!existed && holders.length === 0) {
      ownership.foreign.add(target);
      return;
    }
    const isOther = kind === 'alias' || kind === 'channel';
    const looksLikeTheirs = holders.some(({ model, held }) => {
      const parts = declaredParts(held, ACCOUNT, defaultRoleOf(this.stackOf(model), ownership));
      return kind === 'channel' ? thing.channelRoleArn === parts.channelRoleArn : hasParts(thing, parts);
    });
    if (isOther && !looksLikeTheirs && holders.length > 0) {
      ownership.takenOver.add(target);
    } else if (action === 'put') {
      ownership.unclear.add(target);
    }
  }

  private putRoom(channelArn: string, look: number): void {
    const { store } = this.aws.services.chime;
    const { Name: name, Metadata: metadata } = roomLook(look);
    const there = store.channels.get(channelArn);
    if (there) {
      Object.assign(there, { name, metadata });
      return;
    }
    const bearer = `${this.appInstanceArn}/user/${BEARERS[0]}`;
    const now = new Date();
    store.channels.set(channelArn, {
      channelArn,
      appInstanceArn: this.appInstanceArn,
      privacy: 'PRIVATE',
      mode: 'RESTRICTED',
      createdBy: bearer,
      createdAt: now,
      updatedAt: now,
      name,
      metadata,
      tags: new Map(),
      members: new Set([bearer]),
      moderators: new Set([bearer]),
      messages: [],
    });
  }

  private count(what: string): void {
    this.statistics.steps[what] = (this.statistics.steps[what] ?? 0) + 1;
  }
}

const CONSOLE: Omit<Declaration, 'kind' | 'index' | 'look'> = {
  logicalId: 'Console', existing: 'FAIL', retain: false, role: 'outside', formerRole: false, native: false,
};

/** The service cannot clear a name. */
function withoutName(thing: unknown): unknown {
  const { channelName: _, ...rest } = (thing ?? {}) as Record<string, unknown>;
  return thing === undefined ? undefined : rest;
}
