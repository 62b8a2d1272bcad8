import { readFileSync, writeFileSync } from 'node:fs';
import type * as http from 'node:http';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { TEAMS, channelIdOf, targetOf, type Declaration, type Kind } from './declaration';
import { InProcessLambda, type Run } from './in-process-lambda';
import { Simulation } from './simulation';
import { createdThing, declaredThing, readState, type Thing } from './state';
import { Templates, createAppInstance, createChannelRole } from './templates';
import { leaveExitCode } from '../demos/common/options';
import { Progress } from '../demos/common/progress';
import { CLEANUP_TRIES } from '../local-aws/cloudformation/operations';
import type { StackEvent } from '../local-aws/cloudformation/stack';
import { LocalAws } from '../local-aws/local-aws';
import type { Fault } from '../local-aws/services/faults';
import { SUPPORT_APP_MESSAGES } from '../local-aws/services/support-app';

export const EVENTS = ['Create', 'Update', 'replacement', 'Delete', 'adoption'] as const;
export type EventName = typeof EVENTS[number];
const DURATIONS = ['transient', 'permanent'] as const;
export type Duration = typeof DURATIONS[number];

/** Places of faults that are no operation of a service. */
const STACK_API = 'the API of CloudFormation';
const ANSWER = 'the answer';

type Strike =
  | { readonly at: 'service'; readonly fault: Fault; readonly operations?: RegExp }
  /** The server's clock, for all services. */
  | { readonly at: 'clock'; readonly milliseconds: number }
  | { readonly at: 'stack API'; readonly kind: 'throttle' | 'status' | 'reset' }
  | { readonly at: 'bucket'; readonly kind: 'status' | 'reset' | 'resetAfterStore'; readonly statusCode?: number }
  /** No answer ever comes. */
  | { readonly at: 'service hang' | 'bucket hang' };

export interface MatrixFault {
  readonly name: string;
  readonly strike: Strike;
  /** How many requests a transient fault meets. */
  readonly times: number;
  readonly durations?: readonly Duration[];
}

const service = (name: string, fault: Fault, times = 2, operations?: RegExp): MatrixFault =>
  ({ name, strike: { at: 'service', fault, operations }, times });

export const FAULTS: readonly MatrixFault[] = [
  service('429', { kind: 'throttle' }),
  service('429 with `Retry-After`', { kind: 'throttle', retryAfter: 2 }),
  service('`ThrottlingException` as 400', { kind: 'throttle', code: 'ThrottlingException' }),
  service('500', { kind: 'error', code: 'InternalServerException', status: 500 }),
  service('502 with HTML', { kind: 'status', status: 502 }),
  service('503', { kind: 'status', status: 503 }),
  service('reset before the service acts', { kind: 'reset' }),
  service('reset after the service acted', { kind: 'reset', phase: 'after' }),
  service('lost reply', { kind: 'loseReply' }),
  { name: 'hang', strike: { at: 'service hang' }, times: 2 },
  service('truncated body, connection closed', { kind: 'truncate', ending: 'closed' }),
  service('truncated body, as if complete', { kind: 'truncate', ending: 'complete' }),
  service('permission has not spread (`AccessDenied`)', { kind: 'error', code: 'AccessDeniedException', status: 403 }, 3),
  service('channel role is not usable yet', { kind: 'error', code: 'ValidationException', status: 400, message: SUPPORT_APP_MESSAGES.roleNotValid }, 3,
    /^(Create|Update)SlackChannelConfiguration$/),
  { ...service('signature refused, clock an hour ahead', { kind: 'skew', seconds: 3600 }, 1), durations: ['transient'] },
  { name: 'clock of the services an hour ahead', strike: { at: 'clock', milliseconds: 3_600_000 }, times: Infinity, durations: ['permanent'] },
  { name: `${STACK_API}: throttling`, strike: { at: 'stack API', kind: 'throttle' }, times: 2 },
  { name: `${STACK_API}: 500`, strike: { at: 'stack API', kind: 'status' }, times: 2 },
  { name: `${STACK_API}: reset`, strike: { at: 'stack API', kind: 'reset' }, times: 2 },
  { name: `${ANSWER}: 500`, strike: { at: 'bucket', kind: 'status', statusCode: 500 }, times: 2 },
  { name: `${ANSWER}: reset before it is stored`, strike: { at: 'bucket', kind: 'reset' }, times: 2 },
  { name: `${ANSWER}: reset after it is stored`, strike: { at: 'bucket', kind: 'resetAfterStore' }, times: 2, durations: ['transient'] },
  { name: `${ANSWER}: hang`, strike: { at: 'bucket hang' }, times: 2 },
  // An expired URL stays expired, and a second try would be as useless as the first.
  { name: `${ANSWER}: 403, expired URL`, strike: { at: 'bucket', kind: 'status', statusCode: 403 }, times: Infinity, durations: ['permanent'] },
];

export interface MatrixCase {
  readonly kind: Kind;
  readonly event: EventName;
  readonly fault: MatrixFault;
  readonly duration: Duration;
  /** The request to the handler that meets the fault. */
  readonly requestType: 'Create' | 'Update' | 'Delete';
  /** The operation, or the place if the fault is not that of a service. */
  readonly place: string;
}

export type Verdict = 'converges' | 'fails clearly' | 'left, adopted next time' | 'left' | 'left without channel flow' | 'old one left';

export interface MatrixResult extends MatrixCase {
  /** Absent when the handler broke a rule. */
  readonly verdict?: Verdict;
  readonly problem?: string;
}

const APPLICABLE: Record<EventName, readonly Kind[]> = {
  Create: ['workspace', 'channel', 'alias', 'chime'],
  // A workspace has nothing that could change in place, and an account has one alias, so nothing replaces it.
  Update: ['channel', 'alias', 'chime'],
  replacement: ['workspace', 'channel', 'chime'],
  Delete: ['workspace', 'channel', 'alias', 'chime'],
  adoption: ['channel', 'alias', 'chime'],
};

const REGION = 'us-east-1';
const ACCOUNT = '111111111111';
const MANAGEMENT_ACCOUNT = '999999999999';
const STACK = { stackName: 'FaultMatrix', accountId: ACCOUNT };
/** Seconds of a hundredth of their length: long enough for all that is answered, or soon over for what is not. */
const PATIENT = 3600;
const IMPATIENT = 300;

type Contents = readonly string[];

/** AWS on this machine with one stack, in which one event after the other meets one fault. */
export class FaultMatrix {
  public static async start(options: { readonly code?: string } = {}): Promise<FaultMatrix> {
    const simulation = new HangingSimulation();
    const lambda = new InProcessLambda(simulation);
    const listeners = { event: (_: StackEvent) => {} };
    const aws = await LocalAws.start({
      cloudFormation: { lambda, seed: 'fault matrix', serviceTimeoutScale: 0.01, onEvent: (event) => listeners.event(event) },
    });
    const matrix = new FaultMatrix(simulation, lambda, aws, options.code);
    listeners.event = ({ status, type }) => {
      if (status.endsWith('_FAILED') && type.startsWith('Custom::')) {
        // The cleanup asks more than once.
        const isCleanup = aws.cloudFormation.stack(STACK)?.status?.endsWith('CLEANUP_IN_PROGRESS');
        matrix.failures += 1;
        if (!isCleanup || matrix.failures >= CLEANUP_TRIES) {
          matrix.endFault?.();
        }
      }
    };
    return matrix;
  }

  private readonly templates: Templates;
  private endFault?: () => void;
  /** Of resources, since the fault began. */
  private failures = 0;

  private constructor(
    private readonly simulation: HangingSimulation, private readonly lambda: InProcessLambda, private readonly aws: LocalAws, code?: string,
  ) {
    const { supportApp, chime } = aws.services;
    supportApp.store.createOrganization(MANAGEMENT_ACCOUNT, [ACCOUNT]);
    for (const teamId of TEAMS) {
      supportApp.store.createTeam(teamId, `Workspace ${teamId}`);
      supportApp.store.account(MANAGEMENT_ACCOUNT).workspaces.set(teamId, { teamId, teamName: teamId, allowOrganizationMemberAccount: true });
    }
    createChannelRole(aws.cloudFormation.roles, ACCOUNT);
    this.templates = new Templates(ACCOUNT, createAppInstance(chime.store, ACCOUNT, REGION), code);
  }

  public async stop(): Promise<void> {
    await this.aws.stop();
    await this.lambda.stop();
    this.simulation.stop();
  }

  /** All cases of an event, from the operations that the handler calls when nothing goes wrong. */
  public async casesOf(kind: Kind, event: EventName): Promise<MatrixCase[]> {
    const places: Pick<MatrixCase, 'requestType' | 'place'>[] = [];
    const { services, cloudFormation } = this.aws;
    const scene = sceneOf(kind, event);
    await this.prepare(scene, PATIENT);
    let note = () => {};
    this.lambda.deliver = ({ payload }) => {
      note();
      const requestType = (payload as Run['event']).RequestType as MatrixCase['requestType'];
      note = () => {
        const called = [
          ...services.requests.entries.map(({ operation }) => operation), ...cloudFormation.api.requests.map(() => STACK_API), ANSWER,
        ];
        places.push(...[...new Set(called)].map((place) => ({ requestType, place })));
        services.requests.clear();
        cloudFormation.api.clear();
      };
      return [{}];
    };
    await this.act(scene, PATIENT);
    note();
    return FAULTS.flatMap((fault) => (fault.durations ?? DURATIONS).flatMap((duration) =>
      places.filter(({ place }) => strikesAt(fault, place))
        // A clock is the same for all operations of an event.
        .filter(({ requestType }, index, all) => fault.strike.at !== 'clock' || all.findIndex((other) => other.requestType === requestType) === index)
        .map((where) => ({ kind, event, fault, duration, ...where }))));
  }

  /** Lets an event meet a fault, and judges what becomes of the stack. */
  public async run(matrixCase: MatrixCase): Promise<MatrixResult> {
    try {
      return { ...matrixCase, verdict: await this.judge(matrixCase) };
    } catch (error) {
      if (error instanceof Problem) {
        return { ...matrixCase, problem: error.message };
      }
      throw error;
    }
  }

  private async judge(matrixCase: MatrixCase): Promise<Verdict> {
    const { kind, event, duration, place } = matrixCase;
    const isSilent = duration === 'permanent' && place === ANSWER;
    const serviceTimeout = isSilent ? IMPATIENT : PATIENT;
    const scene = sceneOf(kind, event);
    await this.prepare(scene, serviceTimeout);
    const before = this.contents();
    const formerMark = this.mark(scene);
    const wanted = this.wanted(scene);
    const withoutFlow = this.contents(({ flow, ...thing }) => flow === undefined ? thing : { ...thing, flow: null });
    const hits = this.plan(matrixCase);

    const { status, events } = await this.act(scene, serviceTimeout);
    await this.lambda.settled();
    const struck = hits();
    this.clear();
    const failures = events.filter((item) => item.status.endsWith('_FAILED') && item.type.startsWith('Custom::')).map(({ reason }) => reason ?? '');
    const said = `${status}: ${failures.join('; ')}`;
    check(struck > 0, 'the fault has met no request');
    const after = this.contents();

    if (/^(CREATE|UPDATE|DELETE)_COMPLETE$/.test(status)) {
      check(failures.length === 0 || duration === 'permanent', `a transient fault failed a resource, in ${said}`);
      if (failures.length > 0) {
        // What the cleanup of a replacement cannot delete, CloudFormation abandons.
        this.checkReasons(failures, matrixCase);
        check(event === 'replacement' && matrixCase.requestType === 'Delete', `the stack takes a failure for a success, in ${said}`);
        const rest = difference(after, wanted);
        check(isSame(after, [...wanted, ...rest]) && rest.every((thing) => before.includes(thing)), `has ${print(after)} instead of ${print(wanted)}`);
        return rest.length > 0 ? 'old one left' : 'converges';
      }
      check(isSame(after, wanted), `has ${print(after)} instead of ${print(wanted)}`);
      this.checkMark(scene, event === 'adoption' ? 'adopted' : 'created');
      return 'converges';
    }

    check(duration === 'permanent', `a transient fault failed the stack, in ${said}`);
    this.checkReasons(failures, matrixCase);
    if (event === 'Delete') {
      check(status === 'DELETE_FAILED', said);
      check(isSame(after, before) || isSame(after, wanted), `a failed deletion left ${print(after)} of ${print(before)}`);
      const again = await this.aws.cloudFormation.deleteStack(STACK);
      check(again.status === 'DELETE_COMPLETE' && isSame(this.contents(), wanted), `the next deletion ended in ${again.status} with ${print(this.contents())}`);
      return 'fails clearly';
    }
    check(/^(UPDATE_)?ROLLBACK_COMPLETE$/.test(status), said);
    if (isSame(after, before)) {
      if (formerMark) {
        this.checkMark(scene, formerMark);
      }
      return 'fails clearly';
    }
    const left = `the rollback left ${print(after)} instead of ${print(before)}`;
    const rest = difference(after, before);
    if (event === 'adoption' && isSame(after, withoutFlow)) {
      // The old channel flow goes before the new one comes, and what keeps the new one away keeps the old one away, too.
      check(/^(Disa|A)ssociateChannelFlow$/.test(place), left);
      await this.checkNextTime(scene, wanted, rest);
      return 'left without channel flow';
    }
    check(mayBeLeft(matrixCase), left);
    // A new Chime channel may not have yet what the request that makes it does not take.
    const stages = [...wanted, ...kind === 'chime' ? [format('chime', createdThing(scene.to!))] : []];
    check(rest.length > 0 && rest.every((thing) => stages.includes(thing)), left);
    return this.checkNextTime(scene, wanted, rest);
  }

  /** What a failed event has left must not be in the way of the next deployment, and nothing that might be somebody else's may be deleted later. */
  private async checkNextTime(scene: Scene, wanted: Contents, rest: Contents): Promise<Verdict> {
    const { status } = await this.act(scene, PATIENT);
    const isAdopted = scene.kind !== 'chime' || scene.to?.room !== undefined;
    const expected = isAdopted ? wanted : [...wanted, ...rest];
    check(/^(CREATE|UPDATE)_COMPLETE$/.test(status) && isSame(this.contents(), expected), `the next deployment ended in ${status} with ${print(this.contents())}`);
    this.checkMark(scene, isAdopted ? 'adopted' : 'created');
    return isAdopted ? 'left, adopted next time' : 'left';
  }

  /** Injects the fault when the event is sent; answers how many requests it has met. */
  private plan({ requestType, place, fault: { strike, times }, duration }: MatrixCase): () => number {
    const { services, cloudFormation } = this.aws;
    const count = duration === 'permanent' ? Infinity : times;
    let isActive = false;
    let hasBegun = false;
    let hung = 0;
    this.failures = 0;
    this.endFault = () => {
      isActive = false;
      if (strike.at === 'stack API') {
        cloudFormation.api.clear();
      }
    };
    const atService = strike.at === 'service'
      ? services.faults.inject({ fault: strike.fault, operations: [place], count, when: () => isActive }) : undefined;
    if (strike.at === 'bucket') {
      cloudFormation.bucket.inject({ kind: strike.kind, statusCode: strike.statusCode, times: count, when: () => isActive });
    }
    this.simulation.hangs = (method, url) => {
      const isPlace = strike.at === 'bucket hang' ? url.pathname.startsWith('/cloudformation-custom-resource-response')
        : strike.at === 'service hang' && this.operationOf(method, url) === place;
      const isHit = isActive && isPlace && hung < count;
      hung += isHit ? 1 : 0;
      return isHit;
    };
    let apiHits = 0;
    this.lambda.deliver = ({ payload }) => {
      if (!hasBegun && (payload as Run['event']).RequestType === requestType) {
        hasBegun = true;
        isActive = true;
        if (strike.at === 'stack API') {
          cloudFormation.api.inject({ kind: strike.kind, times: count });
          const end = this.endFault!;
          this.endFault = () => {
            // Its end forgets the requests, too.
            apiHits += cloudFormation.api.requests.filter(({ statusCode }) => statusCode !== 200).length;
            end();
          };
        } else if (strike.at === 'clock') {
          services.clockOffset = strike.milliseconds;
        }
      }
      return [{}];
    };
    return () => {
      switch (strike.at) {
        case 'service': return atService!.hits;
        case 'stack API': return apiHits + cloudFormation.api.requests.filter(({ statusCode }) => statusCode !== 200).length;
        case 'bucket': return cloudFormation.bucket.answers.filter(({ statusCode }) => statusCode !== 200).length;
        case 'clock': return services.requests.entries.filter(({ outcome }) => /Signature/.test(outcome.errorCode ?? '')).length;
        default: return hung;
      }
    };
  }

  private operationOf(method: string, url: URL): string | undefined {
    const { supportApp, chime } = this.aws.services;
    if (url.origin !== this.aws.services.endpoints.supportApp) {
      return undefined;
    }
    const { model } = url.pathname.startsWith('/control/') ? supportApp : chime;
    return model.route(method, url.pathname + url.search)?.operation.name;
  }

  /** Brings the account to where the event begins. */
  private async prepare(scene: Scene, serviceTimeout: number): Promise<void> {
    const { services: { supportApp: { store }, chime }, cloudFormation } = this.aws;
    this.clear();
    this.simulation.reset(1);
    const account = store.account(ACCOUNT);
    account.workspaces.clear();
    account.channels.clear();
    account.accountAlias = undefined;
    chime.store.channels.clear();
    chime.store.appInstances.forEach(({ requests }) => requests.clear());
    for (const stack of cloudFormation.stacks.splice(0)) {
      stack.liveResources().filter(({ type }) => type === 'AWS::IAM::Role').forEach(({ attributes }) => cloudFormation.roles.delete(String(attributes.Arn)));
    }
    this.lambda.clear();
    if (scene.kind === 'channel') {
      TEAMS.forEach((teamId) => store.authorizeWorkspace(ACCOUNT, teamId));
    }
    if (scene.foreign) {
      const thing = declaredThing(ACCOUNT, scene.foreign);
      if (scene.kind === 'alias') {
        account.accountAlias = String(thing.accountAlias);
      } else if (scene.kind === 'chime') {
        this.templates.createRoom(chime.store, scene.foreign);
      } else {
        const key = { teamId: TEAMS[scene.foreign.team], channelId: channelIdOf(scene.foreign) };
        store.putChannel(ACCOUNT, { ...key, ...thing } as Parameters<typeof store.putChannel>[1]);
      }
    }
    if (scene.from) {
      const { status } = await this.deploy(scene.from, serviceTimeout);
      if (status !== 'CREATE_COMPLETE') {
        throw new Problem(`without any fault the stack ends in ${status}`);
      }
      await this.lambda.settled();
      this.clear();
    }
  }

  private clear(): void {
    const { services, cloudFormation } = this.aws;
    this.endFault = undefined;
    this.simulation.hangs = () => false;
    this.lambda.deliver = () => [{}];
    this.lambda.runs.length = 0;
    services.faults.clear();
    services.requests.clear();
    services.clockOffset = 0;
    cloudFormation.requests.length = 0;
    cloudFormation.bucket.clear();
    cloudFormation.api.clear();
  }

  private act({ to }: Scene, serviceTimeout: number): Promise<{ readonly status: string; readonly events: readonly StackEvent[] }> {
    return to ? this.deploy(to, serviceTimeout) : this.aws.cloudFormation.deleteStack(STACK);
  }

  private deploy(declaration: Declaration, serviceTimeout: number) {
    const template = this.templates.build([declaration]);
    const resource = template.Resources[declaration.logicalId];
    const changed = { ...resource, Properties: { ...resource.Properties, ServiceTimeout: serviceTimeout } };
    return this.aws.cloudFormation.deploy({ ...STACK, template: { Resources: { ...template.Resources, [declaration.logicalId]: changed } } });
  }

  /** What the account has, without the ids that a service gives. */
  private contents(change = (thing: Thing) => thing): Contents {
    return [...readState(this.aws.services, ACCOUNT)].map(([key, thing]) => format(key.startsWith('arn:') ? 'chime' : key, change(thing))).sort();
  }

  /** What the account has when all went well. */
  private wanted({ kind, from, to }: Scene): Contents {
    const workspaces = kind === 'channel' ? TEAMS.map((_, team) => format(`workspace ${team}`, {})) : [];
    if (!to) {
      return workspaces.sort();
    }
    const key = kind === 'chime' && to.room === undefined ? 'chime' : targetOf(to);
    const isReplaced = from !== undefined && targetOf(from) !== targetOf(to);
    // What of a Chime channel is not declared stays as it is.
    const [before] = kind === 'chime' && !isReplaced ? [...readState(this.aws.services, ACCOUNT).values()] : [];
    return [...workspaces, format(key, declaredThing(ACCOUNT, to, before, from, 'created'))].sort();
  }

  private mark({ logicalId }: Scene): string | undefined {
    return this.aws.cloudFormation.stack(STACK)?.resource(logicalId)?.physicalId?.split(/[/;]/)[1];
  }

  private checkMark(scene: Scene, expected: string): void {
    const mark = scene.to && this.mark(scene);
    check(mark === undefined && !scene.to || mark === expected, `counts as ${mark}, not as ${expected}`);
  }

  /** The stack's events must say what went wrong and what to do. */
  private checkReasons(failures: readonly string[], { place }: MatrixCase): void {
    // CloudFormation tries the cleanup of a replacement more than once.
    check(failures.length === 1 || failures.length === CLEANUP_TRIES, `fails ${failures.length} times: ${failures.join('; ')}`);
    const [reason] = failures;
    const operation = place === STACK_API ? '(ListStackResources|DescribeStackEvents)' : place;
    const clear = place === ANSWER ? /did not receive a response from your Custom Resource/
      : new RegExp(`Message returned: (${operation}: .+ \\(.+, tries: \\d+, request id: .+\\)\\. [A-Z].+\\.`
        + '|The handler ran out of time\\. .+\\.) \\(RequestId');
    check(clear.test(reason), `the reason is not clear: ${reason}`);
  }
}

interface Scene {
  readonly kind: Kind;
  readonly logicalId: string;
  /** What somebody else has made. */
  readonly foreign?: Declaration;
  /** What the stack has before the event, and what the event is to bring about. */
  readonly from?: Declaration;
  readonly to?: Declaration;
}

function sceneOf(kind: Kind, event: EventName): Scene {
  const logicalId = 'Resource';
  const first: Declaration = { kind, logicalId, team: 0, channel: 0, look: 1, adopt: false, retain: false };
  switch (event) {
    case 'Create': return { kind, logicalId, to: first };
    case 'Update': return { kind, logicalId, from: first, to: { ...first, look: 2 } };
    case 'replacement': return { kind, logicalId, from: first, to: { ...first, team: kind === 'workspace' ? 1 : 0, channel: 1 } };
    case 'Delete': return { kind, logicalId, from: first };
    case 'adoption': {
      const target = kind === 'chime' ? { ...first, team: 1, room: 0 } : first;
      return { kind, logicalId, foreign: { ...target, look: 2 }, to: { ...target, adopt: true } };
    }
  }
}

function strikesAt({ strike }: MatrixFault, place: string): boolean {
  switch (strike.at) {
    case 'stack API': return place === STACK_API;
    case 'bucket':
    case 'bucket hang': return place === ANSWER;
    default: return place !== STACK_API && place !== ANSWER && (!('operations' in strike) || (strike.operations?.test(place) ?? true));
  }
}

/**
 * The stated exceptions: all answers are lost that would tell the id of a new Chime channel; or CloudFormation never hears of
 * what was made, and deletes it by an id that it invents, which proves nothing.
 */
function mayBeLeft({ kind, event, place, fault: { strike } }: MatrixCase): boolean {
  const losesAnswers = strike.at === 'service' && (strike.fault.kind === 'loseReply' || strike.fault.kind === 'truncate'
    || strike.fault.kind === 'reset' && strike.fault.phase === 'after');
  return place === ANSWER ? event !== 'Update' : losesAnswers && kind === 'chime' && place === 'CreateChannel';
}

/** A simulation in which some requests never get an answer: time goes on without them. */
class HangingSimulation extends Simulation {
  public hangs: (method: string, url: URL) => boolean = () => false;

  public override http(): Pick<typeof http, 'request'> {
    const { request } = super.http() as { request(url: URL, options: http.RequestOptions): http.ClientRequest };
    const hanging = (url: URL, options: http.RequestOptions) => {
      const outgoing = request(url, options);
      if (this.hangs(options.method ?? 'GET', url)) {
        // It never leaves: for the one who sends it that is the same as a service that does not answer.
        outgoing.end = () => outgoing;
      }
      return outgoing;
    };
    return { request: hanging as typeof http.request };
  }
}

/** A rule that the handler has broken. */
class Problem extends Error {}

function check(condition: boolean, message: string): asserts condition {
  if (!condition) {
    throw new Problem(message);
  }
}

function format(key: string, thing: Thing): string {
  return `${key} ${JSON.stringify(Object.entries(thing).sort(([one], [other]) => one < other ? -1 : 1))}`;
}

function print(contents: Contents): string {
  return contents.join(', ') || 'nothing';
}

function isSame(one: Contents, other: Contents): boolean {
  return JSON.stringify([...one].sort()) === JSON.stringify([...other].sort());
}

/** What is in the first but not in the second, each as often as it is too many. */
function difference(contents: Contents, taken: Contents): Contents {
  const left = [...taken];
  return contents.filter((thing) => {
    const index = left.indexOf(thing);
    if (index >= 0) {
      left.splice(index, 1);
    }
    return index < 0;
  });
}

export interface MatrixOptions {
  /** What runs in place of the library's own handler. */
  readonly code?: string;
  /** @default - all */
  readonly events?: readonly EventName[];
  /** @default - all */
  readonly kinds?: readonly Kind[];
  /** @default - all cases of these events and kinds */
  readonly select?: (matrixCase: MatrixCase) => boolean;
  /** How many local AWS share the work, since waiting for an answer that never comes is real. @default 8 */
  readonly worlds?: number;
  /** Hears how many of all cases have come to their end. */
  readonly onCase?: (done: number, all: number) => void;
}

/** Runs all cases, and answers them in the order of faults and events. */
export async function runMatrix(options: MatrixOptions = {}): Promise<MatrixResult[]> {
  const { code, events = EVENTS, kinds, select = () => true, worlds = 8, onCase } = options;
  const matrices: FaultMatrix[] = [];
  try {
    for (let index = 0; index < worlds; index += 1) {
      matrices.push(await FaultMatrix.start({ code }));
    }
    const cases: MatrixCase[] = [];
    for (const event of events) {
      for (const kind of APPLICABLE[event].filter((applicable) => kinds?.includes(applicable) ?? true)) {
        cases.push(...(await matrices[0].casesOf(kind, event)).filter(select));
      }
    }
    const results: MatrixResult[] = [];
    let next = 0;
    let done = 0;
    await Promise.all(matrices.map(async (matrix) => {
      while (next < cases.length) {
        const index = next;
        next += 1;
        results[index] = await matrix.run(cases[index]);
        done += 1;
        onCase?.(done, cases.length);
      }
    }));
    return results;
  } finally {
    await Promise.all(matrices.map((matrix) => matrix.stop()));
  }
}

export function describeProblem({ kind, event, fault, duration, requestType, place, problem }: MatrixResult): string {
  return `${event} of ${kind}, ${fault.name}, ${duration}, at ${place} in its ${requestType}: ${problem}`;
}

/** The table of the faults of one duration: how many cases of each event came to which end. */
export function formatMatrix(results: readonly MatrixResult[], duration: Duration): string {
  const cell = (fault: MatrixFault, event: EventName): string => {
    const counts = new Map<string, { count: number; kinds: Set<Kind> }>();
    const cases = results.filter((result) => result.fault === fault && result.event === event && result.duration === duration);
    for (const { verdict = '**breaks a rule**', kind } of cases) {
      const entry = counts.get(verdict) ?? { count: 0, kinds: new Set() };
      entry.count += 1;
      counts.set(verdict, { ...entry, kinds: entry.kinds.add(kind) });
    }
    return [...counts].map(([verdict, { count, kinds }]) =>
      counts.size === 1 ? `${verdict} (${count})` : `${verdict}: ${[...kinds].join(', ')} (${count})`).join('; ') || '-';
  };
  const faults = FAULTS.filter((fault) => results.some((result) => result.fault === fault && result.duration === duration));
  return [
    `| ${duration === 'transient' ? 'A few times, then fine' : 'Until the resource fails'} | ${EVENTS.join(' | ')} |`,
    `|${'---|'.repeat(EVENTS.length + 1)}`,
    ...faults.map((fault) => `| ${fault.name} | ${EVENTS.map((event) => cell(fault, event)).join(' | ')} |`),
  ].join('\n');
}

const BEGIN = '<!-- fault-matrix -->';
const END = '<!-- /fault-matrix -->';

const HELP = `Usage: npm run fault-matrix -- [options]

Injects each fault into each event, and compares what becomes of it with the
tables in docs/reliability.md.

Options:
  --write        write the tables into docs/reliability.md
  --help         show this help

Exit codes:
  0              every case keeps the rules, and the tables are current
  1              a case breaks a rule, or a table differs
  2              the command line is wrong`;

/** Runs the matrix and answers the exit code. */
async function main(): Promise<number> {
  const { values } = parseArgs({ options: { write: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } } });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const progress = new Progress();
  const results = await runMatrix({ onCase: (done, all) => progress.show(`${done} of ${all} cases`) });
  progress.clear();
  const text = `${formatMatrix(results, 'transient')}\n\n${formatMatrix(results, 'permanent')}`;
  console.log(text);
  const problems = results.filter(({ problem }) => problem !== undefined);
  problems.forEach((problem) => console.error(`\n${describeProblem(problem)}`));
  if (problems.length > 0) {
    console.error(`\n${problems.length} of ${results.length} cases break a rule.`);
    return 1;
  }
  const file = join(__dirname, '..', 'docs', 'reliability.md');
  const page = readFileSync(file, 'utf8');
  const [start, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (start < 0 || end < start) {
    console.error(`docs/reliability.md has no ${BEGIN} and ${END}.`);
    return 1;
  }
  const updated = `${page.slice(0, start)}${BEGIN}\n\n${text}\n\n${page.slice(end)}`;
  if (values.write) {
    writeFileSync(file, updated);
  } else if (updated !== page) {
    console.error('The tables in docs/reliability.md differ: write them with --write.');
    return 1;
  }
  return 0;
}

if (require.main === module) {
  leaveExitCode(main);
}
