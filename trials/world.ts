import { isDeepStrictEqual } from 'node:util';
import { BEARERS, GUEST, HOST, PEOPLE, TEAMS, channelIdOf, chimeLook, lookOf, roomIdOf, targetOf, type Declaration, type Kind } from './declaration';
import {
  DeletionExpectation, DeploymentExpectation, ExclusionExpectation, Snapshot, Violation, checkRepair, type Expectation,
} from './expectation';
import { FAULTS, injectFault } from './faults';
import { ACCOUNTS, ALL_FEATURES, STACKS, accountOfStack, applyEdits, type Console, type Delete, type Deploy, type Features, type History, type PlannedFault } from './history';
import { InProcessLambda, type Run } from './in-process-lambda';
import { Simulation, randomFrom } from './simulation';
import { chimeKey, declaredThing, readState } from './state';
import { Templates, createAppInstance, createChannelRole } from './templates';
import { stringifyScalars } from '../local-aws/cloudformation/custom-resource';
import type { Stack, StackEvent } from '../local-aws/cloudformation/stack';
import type { Delivery } from '../local-aws/lambda/local-lambda';
import { LocalAws } from '../local-aws/local-aws';
import type { ChimeChannelRecord } from '../local-aws/services/chime-store';
import type { LocalService } from '../local-aws/services/service';
import type { Ownership } from '../src/contract';

const REGION = 'us-east-1';
const MANAGEMENT_ACCOUNT = '999999999999';
const ACCOUNT_IDS = ['111111111111', '222222222222'];

interface StackModel {
  readonly name: string;
  readonly accountId: string;
  declarations: Declaration[];
}

/** What a world has seen. */
export interface Statistics {
  histories: number;
  /** Requests of CloudFormation to the handler. */
  events: number;
  /** Runs of the handler, which are more where an event is delivered again. */
  runs: number;
  /** Requests of the handler to the services. */
  requests: number;
  faults: number;
  readonly steps: Record<string, number>;
}

/** AWS on this machine, with the handler in it, for one history after the other. */
export class World {
  public static async start(options: { readonly code?: string; readonly features?: Features } = {}): Promise<World> {
    const simulation = new Simulation();
    const lambda = new InProcessLambda(simulation);
    const listeners = { event: (_: { status: string; type: string }) => {} };
    const aws = await LocalAws.start({
      // Lists of more than one page.
      services: { supportApp: { channelsPerPage: 2, workspacesPerPage: 1 }, chime: { pageSize: 9 } },
      // A handler that does not answer is found out soon.
      cloudFormation: { lambda, seed: 'campaign', serviceTimeoutScale: 0.03, onEvent: (event) => listeners.event(event) },
    });
    const world = new World(simulation, lambda, aws, options.features ?? ALL_FEATURES, options.code);
    listeners.event = ({ status, type }) => {
      if (status.endsWith('_FAILED') && type.startsWith('Custom::')) {
        world.endOutage?.();
      }
    };
    return world;
  }

  public readonly statistics: Statistics = { histories: 0, events: 0, runs: 0, requests: 0, faults: 0, steps: {} };
  private readonly templates: Templates[];
  private stacks: StackModel[] = [];
  /** Resources of the step whose Create or Update was delivered again. */
  private readonly repeated = new Set<string>();
  private ids = 0;
  private afterCommit?: (accountId: string) => void;
  private endOutage?: () => void;

  private constructor(
    private readonly simulation: Simulation, private readonly lambda: InProcessLambda, private readonly aws: LocalAws,
    private readonly features: Features, code?: string,
  ) {
    const { supportApp, chime } = aws.services;
    supportApp.store.createOrganization(MANAGEMENT_ACCOUNT, ACCOUNT_IDS);
    for (const teamId of TEAMS) {
      supportApp.store.createTeam(teamId, `Workspace ${teamId}`);
      supportApp.store.account(MANAGEMENT_ACCOUNT).workspaces.set(teamId, { teamId, teamName: teamId, allowOrganizationMemberAccount: true });
    }
    this.templates = ACCOUNT_IDS.map((accountId) => {
      createChannelRole(aws.cloudFormation.roles, accountId);
      return new Templates(accountId, createAppInstance(chime.store, accountId, REGION), code);
    });
    this.watch(supportApp);
    this.watch(chime);
  }

  public async stop(): Promise<void> {
    await this.aws.stop();
    await this.lambda.stop();
    this.simulation.stop();
  }

  /** Lives through a history; throws a `Violation` at the first step that breaks a rule. */
  public async run({ order, steps }: History): Promise<void> {
    this.reset(order);
    this.statistics.histories += 1;
    for (const [index, step] of steps.entries()) {
      this.chat();
      try {
        switch (step.step) {
          case 'console': this.change(step); break;
          case 'deploy': await this.deploy(step); break;
          case 'delete': await this.delete(step); break;
        }
      } catch (error) {
        if (error instanceof Violation) {
          error.message = `step ${index + 1}: ${error.message}`;
        }
        throw error;
      }
    }
    for (const model of this.stacks) {
      await this.monitor(model, []);
      await this.monitor(model, ['created', 'owned']);
    }
  }

  /** Lets the handler compare a stack at rest with what is there, and repair what has one of the marks. */
  private async monitor(model: StackModel, repair: readonly Ownership[]): Promise<void> {
    const stack = this.stackOf(model);
    const handler = stack?.liveResources().find(({ type, logicalId }) => type === 'AWS::Lambda::Function' && logicalId !== 'FailureHandler');
    const before = this.snapshot(model);
    const monitored = stack?.liveResources().filter(({ logicalId }) => before.declaration(logicalId)) ?? [];
    if (!stack || !handler || monitored.length === 0) {
      return;
    }
    this.count(`monitor, repairs ${repair.join(' and ') || 'nothing'}`);
    this.lambda.deliver = () => [{}];
    this.lambda.invokeAsync(String(handler.attributes.Arn), {
      StackId: stack.id,
      Time: new Date(Date.now() + AT_REST).toISOString(),
      Repair: repair,
      Resources: monitored.map(({ type, logicalId, physicalId, properties }) => ({
        ResourceType: type, LogicalResourceId: logicalId, PhysicalResourceId: physicalId, ResourceProperties: stringifyScalars(properties),
      })),
    });
    await this.lambda.settled();
    const [run] = this.lambda.runs;
    this.statistics.runs += this.lambda.runs.length;
    this.forget();
    checkRepair(before, this.snapshot(model), repair, run?.error);
  }

  private reset(order: number): void {
    const { services, cloudFormation } = this.aws;
    this.simulation.reset(order);
    for (const accountId of ACCOUNT_IDS) {
      const account = services.supportApp.store.account(accountId);
      account.workspaces.clear();
      account.channels.clear();
      account.accountAlias = undefined;
    }
    services.chime.store.channels.clear();
    services.chime.store.appInstances.forEach(({ requests }) => requests.clear());
    for (const stack of cloudFormation.stacks.splice(0)) {
      stack.liveResources().filter(({ type }) => type === 'AWS::IAM::Role').forEach(({ attributes }) => cloudFormation.roles.delete(String(attributes.Arn)));
    }
    this.lambda.clear();
    this.forget();
    this.ids = 0;
    this.stacks = STACKS.map((name, index) => ({ name, accountId: ACCOUNT_IDS[accountOfStack(index)], declarations: [] }));
  }

  /** Drops records and faults of a step. */
  private forget(): void {
    const { services, cloudFormation } = this.aws;
    services.faults.clear();
    services.requests.clear();
    this.endRefusals();
    cloudFormation.requests.length = 0;
    this.lambda.runs.length = 0;
    cloudFormation.bucket.clear();
    cloudFormation.api.clear();
  }

  /** Calls `afterCommit` after each change that a service makes at the request of somebody. */
  private watch(service: LocalService): void {
    const call = service.call.bind(service);
    service.call = (operation, input, caller) => {
      this.statistics.requests += 1;
      const output = call(operation, input, caller);
      if (!/^(List|Get|Describe)/.test(operation)) {
        this.afterCommit?.(caller.identity.accountId);
      }
      return output;
    };
  }

  private async deploy(step: Deploy): Promise<void> {
    const model = this.stacks[step.stack];
    const declarations = applyEdits(model.declarations, step.edits, (kind) => this.newId(kind));
    const before = this.snapshot(model);
    const failsAfter = step.ending === 'failure at the end' ? declarations.map(({ logicalId }) => logicalId)
      : step.ending === 'failure in between' ? declarations.slice(0, step.early % (declarations.length + 1)).map(({ logicalId }) => logicalId) : undefined;
    const templates = this.templates[ACCOUNT_IDS.indexOf(model.accountId)];
    const template = templates.build(declarations, failsAfter);
    const isUnchanged = before.exists && isDeepStrictEqual(template, templates.build(model.declarations));
    if (isUnchanged || before.cannotChange(declarations) || !this.features.handovers && before.handsOver(declarations)) {
      this.count('skipped');
      return;
    }
    const expectation = new DeploymentExpectation(before, declarations, step);
    if (expectation.takesOver(this.rooms(model))) {
      // Two stacks that manage one channel can only work against each other.
      this.count('skipped');
      return;
    }
    this.count(before.exists ? `update, ${step.ending}` : `create, ${step.ending}`);
    step.edits.forEach(({ edit }) => this.count(`edit: ${edit}`));

    this.prepare(step, expectation, model);
    const { cloudFormation } = this.aws;
    const result = await cloudFormation.deploy({
      stackName: model.name,
      accountId: model.accountId,
      template,
      // Some have more resources with long properties than a request takes.
      templateSource: 'S3',
      cancelInProgress: step.ending === 'failure in between',
    });
    await this.finish(expectation);
    let { status, events } = result;
    const cancelled = events.filter(({ reason }) => /^Resource (creation|update) cancelled$/.test(reason ?? '')).map(({ logicalId }) => logicalId);
    const repeated = [...this.repeated];
    if (status === 'UPDATE_ROLLBACK_FAILED' && expectation.meetsItself([...cancelled, ...repeated])) {
      this.count('rollback continued');
      ({ status, events } = await cloudFormation.continueUpdateRollback({ stackName: model.name, accountId: model.accountId }));
      await this.lambda.settled();
      this.forget();
    }
    if (/^(CREATE|UPDATE)_COMPLETE$/.test(status)) {
      model.declarations = declarations;
    } else if (status === 'ROLLBACK_COMPLETE') {
      model.declarations = [];
    }
    const undeleted = events.filter((event) => event.status === 'DELETE_FAILED').map(({ logicalId }) => logicalId);
    expectation.check(this.snapshot(model), { status, cancelled, undeleted, repeated, failures: failuresOf(events) });
    if (expectation.meetsItself([...cancelled, ...repeated])) {
      this.letIn(model);
    }
  }

  private async delete(step: Delete): Promise<void> {
    const model = this.stacks[step.stack];
    const before = this.snapshot(model);
    if (!before.exists) {
      return;
    }
    const excluded = before.declarations.filter((declaration) => step.excludes && declaration.kind === 'chime' && !declaration.retain
      && chimeLook(declaration).ChimeBearer !== BEARERS[0] && before.mark(declaration) === 'created');
    if (excluded.length > 0) {
      this.count('delete, excluded');
      const letIn = excluded.map((declaration) => this.exclude(model, before.keyOf(declaration)));
      await this.deleteOnce(step, model, new ExclusionExpectation(this.snapshot(model), excluded));
      letIn.forEach((action) => action());
    }
    this.count('delete');
    await this.deleteOnce(step, model, new DeletionExpectation(this.snapshot(model)));
    model.declarations = [];
  }

  private async deleteOnce(step: Delete, model: StackModel, expectation: DeletionExpectation): Promise<void> {
    this.prepare(step, expectation, model);
    const { status, events } = await this.aws.cloudFormation.deleteStack({ stackName: model.name, accountId: model.accountId });
    await this.finish(expectation);
    expectation.check(this.snapshot(model), { status, failures: failuresOf(events) });
  }

  /** Takes from a bearer what it may do in a channel; answers what gives it back. */
  private exclude(model: StackModel, key: string): () => void {
    const { store } = this.aws.services.chime;
    const channel = this.channels(model.accountId).find(({ channelArn }) => chimeKey(channelArn) === key)!;
    const bearer = [...channel.moderators].find((arn) => arn.endsWith(`/${BEARERS[1]}`))!;
    const membership = store.membershipOf(channel, bearer);
    store.removeMember(channel, bearer);
    store.removeModerator(channel, bearer);
    return () => {
      store.addModerator(channel, bearer, { createdBy: bearer, createdAt: new Date() });
      if (membership) {
        store.addMember(channel, bearer, membership);
      }
    };
  }

  /** Somebody gives the bearers of a stack back what an update and its reversal have taken from them. */
  private letIn(model: StackModel): void {
    const { store } = this.aws.services.chime;
    const snapshot = this.snapshot(model);
    for (const declaration of model.declarations.filter(({ kind }) => kind === 'chime')) {
      const channel = this.channels(model.accountId).find(({ channelArn }) => chimeKey(channelArn) === snapshot.keyOf(declaration));
      if (channel) {
        const bearer = `${channel.appInstanceArn}/user/${chimeLook(declaration).ChimeBearer}`;
        store.addModerator(channel, bearer, { createdBy: bearer, createdAt: new Date() });
      }
    }
  }

  /** The rooms of the other stacks of an account. */
  private rooms(model: StackModel): string[] {
    return this.stacks.filter((other) => other !== model && other.accountId === model.accountId)
      .flatMap(({ declarations }) => declarations.filter(({ room }) => room !== undefined).map(targetOf));
  }

  private channels(accountId: string) {
    const { appInstanceArn } = this.templates[ACCOUNT_IDS.indexOf(accountId)];
    return this.aws.services.chime.store.channelsOf(appInstanceArn);
  }

  /** Somebody writes the first message into each channel, which must never be lost while a channel is kept. */
  private chat(): void {
    for (const channel of ACCOUNT_IDS.flatMap((accountId) => this.channels(accountId)).filter(({ messages }) => messages.length === 0)) {
      this.say(channel, 'first');
    }
  }

  private say(channel: ChimeChannelRecord, content: string): void {
    const messageId = String(channel.messages.length);
    channel.messages.push({ messageId, content, type: 'STANDARD', sender: channel.createdBy, createdAt: new Date(), clientRequestToken: messageId });
  }

  private snapshot(model: StackModel): Snapshot {
    const state = readState(this.aws.services, model.accountId);
    const others = this.stacks.filter((other) => other !== model && other.accountId === model.accountId).flatMap((other) => {
      const snapshot = new Snapshot(other.accountId, this.stackOf(other), other.declarations, state);
      const held = (declaration: Declaration) => ({ key: snapshot.keyOf(declaration), isFound: !snapshot.remembers(declaration) });
      return snapshot.exists ? other.declarations.map(held) : [];
    });
    const keys = (held: { readonly key: string }[]) => new Set(held.map(({ key }) => key));
    return new Snapshot(model.accountId, this.stackOf(model), model.declarations, state, keys(others), keys(others.filter(({ isFound }) => isFound)));
  }

  private stackOf({ name, accountId }: StackModel): Stack | undefined {
    const stack = this.aws.cloudFormation.stack({ stackName: name, accountId });
    return stack && !['DELETE_COMPLETE', 'ROLLBACK_COMPLETE'].includes(stack.status!) ? stack : undefined;
  }

  private newId(kind: Kind): string {
    this.ids += 1;
    return `${kind[0].toUpperCase()}${kind.slice(1)}${this.ids}`;
  }

  private prepare(step: Deploy | Delete, expectation: Expectation, model: StackModel): void {
    const { services, cloudFormation } = this.aws;
    step.faults.forEach((fault) => this.inject(fault, model.accountId));
    if ('refused' in step && step.refused) {
      this.count('refused member');
      this.refuse(model.accountId, 'Forbidden', 1);
    }
    const outage = 'outage' in step ? step.outage : undefined;
    if (outage) {
      this.count(`outage: ${outage.kind}`);
      services.faults.inject({ fault: FAULTS[outage.kind], operations: [outage.operation], count: Infinity });
    }
    this.endOutage = () => {
      this.endRefusals();
      if (outage) {
        services.faults.clear();
      }
    };
    const random = randomFrom(step.repeats ?? 0);
    this.repeated.clear();
    this.lambda.deliver = ({ payload }) => {
      const deliveries = step.repeats === undefined ? [{}] : repeat(random());
      const { RequestType: requestType, LogicalResourceId: logicalId } = payload as Run['event'];
      if (requestType !== 'Delete' && deliveries.slice(1).some(({ delayInMillis = 0 }) => delayInMillis < NO_LONGER_AWAITED)) {
        this.repeated.add(logicalId);
      }
      return deliveries;
    };
    let commits = 0;
    this.afterCommit = (accountId) => {
      commits += 1;
      const stack = cloudFormation.stack({ stackName: model.name, accountId: model.accountId });
      expectation.checkMoment(readState(services, accountId), accountId, stack?.status ?? '');
      if ('ending' in step && step.ending === 'cancelled' && commits > step.early && stack?.status === 'UPDATE_IN_PROGRESS') {
        cloudFormation.cancelUpdate({ stackName: model.name, accountId: model.accountId });
        commits = -Infinity;
      }
    };
  }

  /** Lets a batch answer that one of its members was not added. */
  private refuse(accountId: string, code: 'Forbidden' | 'Throttling', times: number): void {
    this.aws.services.chime.store.failMembership(this.refusable(accountId), code, times);
  }

  private endRefusals(): void {
    for (const member of ACCOUNT_IDS.map((accountId) => this.refusable(accountId))) {
      while (this.aws.services.chime.store.takeMembershipFailure(member)) {
        // Until none is left.
      }
    }
  }

  /** A member who comes after those that a creation takes. */
  private refusable(accountId: string): string {
    return `${this.templates[ACCOUNT_IDS.indexOf(accountId)].appInstanceArn}/user/${PEOPLE[11]}`;
  }

  private inject(fault: PlannedFault, accountId: string): void {
    if (fault.kind === 'member') {
      this.refuse(accountId, 'Throttling', fault.count);
    } else {
      injectFault(this.aws, fault);
    }
    this.count(`fault: ${fault.kind}`);
  }

  /** Waits for all deliveries, and checks how the events were answered. */
  private async finish(expectation: Expectation): Promise<void> {
    const { services, cloudFormation } = this.aws;
    await this.lambda.settled();
    this.afterCommit = undefined;
    this.endOutage = undefined;
    this.statistics.events += cloudFormation.requests.length;
    this.statistics.runs += this.lambda.runs.length;
    this.statistics.faults += services.requests.entries.filter(({ outcome }) => outcome.fault).length;
    expectation.checkAnswers(cloudFormation.requests, cloudFormation.bucket.answers, this.lambda.runs);
    this.forget();
  }

  private change(step: Console): void {
    const { account, action, kind, team, channel, look } = step;
    const accountId = ACCOUNT_IDS[account % ACCOUNTS];
    const { supportApp: { store } } = this.aws.services;
    const teamId = TEAMS[team];
    const key = { teamId, channelId: channelIdOf({ channel }) };
    this.count(`console: ${action} ${kind}`);
    const declaration: Declaration = { kind, team, channel, look, logicalId: 'Console', adopt: false, retain: false };
    switch (`${kind} ${action}`) {
      case 'workspace put':
        store.authorizeWorkspace(accountId, teamId);
        break;
      case 'workspace remove':
        if (!store.channels(accountId).some((other) => other.teamId === teamId)) {
          store.removeWorkspace(accountId, teamId);
        }
        break;
      case 'channel put':
        store.authorizeWorkspace(accountId, teamId);
        store.putChannel(accountId, { ...key, ...declaredThing(accountId, declaration) } as Parameters<typeof store.putChannel>[1]);
        break;
      case 'channel remove':
        store.removeChannel(accountId, key);
        break;
      case 'alias put':
        store.account(accountId).accountAlias = String(lookOf(declaration).AccountAlias);
        break;
      case 'alias remove':
        store.account(accountId).accountAlias = undefined;
        break;
      case 'chime put':
      case 'chime remove':
        this.changeChime(accountId, step);
    }
  }

  private changeChime(accountId: string, { action, team, channel: room, look, oddity }: Console): void {
    const { store } = this.aws.services.chime;
    const templates = this.templates[ACCOUNT_IDS.indexOf(accountId)];
    const channels = this.channels(accountId);
    const channelArn = `${templates.appInstanceArn}/channel/${roomIdOf(room)}`;
    const channel = team === 1 ? store.channels.get(channelArn) : channels[look % channels.length];
    if (action === 'remove') {
      const isHeld = this.stacks.some((stack) => stack.accountId === accountId && stack.declarations.some((other) => other.room === room));
      if (team === 1 && channel && !isHeld) {
        store.deleteChannel(channelArn);
      }
    } else if (channel) {
      this.joinIn(channel, look);
    } else if (team === 1) {
      templates.createRoom(store, { channel: room, look }, oddity);
    }
  }

  /** Somebody changes by hand what no stack declares, and lets people join whom a stack may declare later. */
  private joinIn(channel: ChimeChannelRecord, look: number): void {
    const { store } = this.aws.services.chime;
    const arnOf = (id: string) => `${channel.appInstanceArn}/user/${id}`;
    const at = { createdAt: new Date() };
    channel.tags.set('console', String(look));
    this.say(channel, `look ${look}`);
    switch (look) {
      case 0:
        channel.metadata ||= 'by hand';
        channel.expirationSettings ??= { ExpirationDays: 7, ExpirationCriterion: 'CREATED_TIMESTAMP' };
        break;
      case 1:
        [GUEST, PEOPLE[2]].forEach((id) => store.addMember(channel, arnOf(id), { type: 'DEFAULT', invitedBy: channel.createdBy, ...at }));
        break;
      default:
        [HOST, PEOPLE[1]].forEach((id) => store.addModerator(channel, arnOf(id), { createdBy: channel.createdBy, ...at }));
    }
  }

  private count(what: string): void {
    this.statistics.steps[what] = (this.statistics.steps[what] ?? 0) + 1;
  }
}

/** How long after a step a check is due for which the stack is at rest. */
const AT_REST = 600_000;

/** From then on the handler asks the stack whether it still waits for an event. */
export const NO_LONGER_AWAITED = 10_000;

/** How often and when an event is delivered: mostly once. */
export function repeat(chance: number): Delivery[] {
  return chance < 0.7 ? [{}] : chance < 0.85 ? [{}, {}] : chance < 0.93 ? [{}, { delayInMillis: 5_000 }] : [{}, { delayInMillis: 200_000 }];
}

export function failuresOf(events: readonly StackEvent[]): string[] {
  return events.filter(({ status }) => status.endsWith('_FAILED')).map(({ logicalId, reason }) => `${logicalId}: ${reason}`);
}
