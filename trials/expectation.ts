import { BEARERS, chimeLook, targetOf, type Declaration } from './declaration';
import type { Deploy } from './history';
import type { Run } from './in-process-lambda';
import { chimeKey, createdThing, declaredThing, isOtherwiseMade, sameProperties, sameThing, type ChimeThing, type State, type Thing } from './state';
import type { CustomResourceRequest } from '../local-aws/cloudformation/custom-resource';
import type { RecordedAnswer } from '../local-aws/cloudformation/response-bucket';
import type { Stack } from '../local-aws/cloudformation/stack';

/** A rule that the handler has broken. */
export class Violation extends Error {}

/** A stack and its account at one moment. */
export class Snapshot {
  public readonly exists: boolean;
  private readonly physicalIds: ReadonlyMap<string, string>;

  public constructor(
    public readonly accountId: string, stack: Stack | undefined, public readonly declarations: readonly Declaration[], public readonly state: State,
    /** What other stacks of the account hold. */
    public readonly heldElsewhere: ReadonlySet<string> = new Set(),
    /** What of it they hold under an id that can be asked for. */
    public readonly foundElsewhere: ReadonlySet<string> = new Set(),
  ) {
    this.exists = stack !== undefined;
    this.physicalIds = new Map(stack?.liveResources().map(({ logicalId, physicalId }) => [logicalId, physicalId ?? '']));
  }

  public declaration(logicalId: string): Declaration | undefined {
    return this.declarations.find((declaration) => declaration.logicalId === logicalId);
  }

  public holder(target: string): Declaration | undefined {
    return this.declarations.find((declaration) => targetOf(declaration) === target);
  }

  /** Whether the stack has created what it holds, or adopted it. */
  public mark(declaration: Declaration): string | undefined {
    return this.physicalIds.get(declaration.logicalId)?.split(/[/;]/)[1];
  }

  /** Whether the physical id says what a thing was before, so that nobody can ask for it. */
  public remembers(declaration: Declaration): boolean {
    return this.physicalIds.get(declaration.logicalId)?.includes(';previous=') ?? false;
  }

  /** Under what a thing stands in the state of the account. */
  public keyOf(declaration: Declaration): string {
    return declaration.kind === 'chime' && declaration.room === undefined ? this.heldKey(declaration) : targetOf(declaration);
  }

  /** Under what that stands which the physical id of a Chime channel names. */
  public heldKey(declaration: Declaration): string {
    return chimeKey(decodeURIComponent(this.physicalIds.get(declaration.logicalId)?.split(/[/;]/)[2] ?? ''));
  }

  /** Whether one resource takes a target that the replacement of another one leaves, otherwise than in exchange for its own. */
  public handsOver(declarations: readonly Declaration[]): boolean {
    const giverTo = (taker: Declaration) => {
      const giver = this.holder(targetOf(taker));
      return giver && giver.logicalId !== taker.logicalId ? declarations.find(({ logicalId }) => logicalId === giver.logicalId) : undefined;
    };
    return declarations.some((declaration) => {
      let giver = giverTo(declaration);
      const isHandedOver = giver !== undefined;
      for (let length = declarations.length; giver && giver !== declaration && length > 0; length -= 1) {
        giver = giverTo(giver);
      }
      return isHandedOver && giver !== declaration;
    });
  }

  /** Without its workspace a channel can neither be changed nor changed back: nothing that the handler could help. */
  public cannotChange(declarations: readonly Declaration[]): boolean {
    return declarations.some((declaration) => declaration.kind === 'channel' && !this.state.has(`workspace ${declaration.team}`)
      && this.holder(targetOf(declaration)));
  }
}

export interface Outcome {
  readonly status: string;
  readonly failures: readonly string[];
}

export interface DeploymentOutcome extends Outcome {
  /** Resources whose deletion failed, which CloudFormation abandons. */
  readonly undeleted: readonly string[];
  /** Resources whose creation or update was cancelled while their function was at work. */
  readonly cancelled: readonly string[];
  /** Resources whose Create or Update was delivered again while the stack might have waited for it. */
  readonly repeated: readonly string[];
}

type Alternatives = Map<string, (Thing | undefined)[]>;

/** What the rules say of one operation on a stack. */
export abstract class Expectation {
  /** Whether an update and its reversal may run side by side, each of which ends what the other one's bearer may do. */
  protected readonly mayOverlap: boolean = false;
  /** The first rule that was broken while the operation ran. */
  private broken?: string;

  public constructor(protected readonly before: Snapshot) {}

  /** Looks at the account after a change that somebody made during the operation. */
  public checkMoment(state: State, accountId: string, status: string): void {
    if (this.broken) {
      return;
    }
    if (accountId !== this.before.accountId) {
      this.broken = `changes account ${accountId}`;
      return;
    }
    const isCleanup = /^UPDATE_COMPLETE/.test(status);
    for (const [key, thing] of this.before.state) {
      if (this.isForeign(key) && !sameThing(state.get(key), thing)) {
        this.broken = `changes what is not the stack's: ${key} from ${print(thing)} to ${print(state.get(key))}`;
      } else if (!this.mayBeMissing(key, isCleanup) && !state.has(key)) {
        this.broken = `leaves a moment without ${key} in ${status}`;
      } else if (!this.mayOverlap && this.isModerated(key, thing) && state.has(key) && !isModerated(state.get(key), BEARERS)) {
        this.broken = `leaves a moment without a bearer that moderates ${key}`;
      }
    }
  }

  /** Whether the bearer of a Chime channel moderates it; an administrator of the AppInstance needs not. */
  private isModerated(key: string, thing: Thing): boolean {
    const holder = this.before.declarations.find((declaration) => this.before.keyOf(declaration) === key);
    return holder?.kind === 'chime' && isModerated(thing, [chimeLook(holder).ChimeBearer]);
  }

  /** Each event is answered, once for each delivery, in time, and validly. */
  public checkAnswers(requests: readonly CustomResourceRequest[], answers: readonly RecordedAnswer[], runs: readonly Run[]): void {
    if (this.broken) {
      throw new Violation(this.broken);
    }
    for (const { requestId, requestType, logicalId } of requests) {
      const own = answers.filter((answer) => answer.requestId === requestId);
      const stored = own.filter(({ statusCode }) => statusCode === 200);
      const deliveries = runs.filter(({ event }) => event.RequestId === requestId);
      const what = `${requestType} of ${logicalId}`;
      check(own.filter(({ counted }) => counted).length === 1, `${what} has ${stored.length} answers that count`);
      check(stored.length <= deliveries.length, `${what} was delivered ${deliveries.length} times and answered ${stored.length} times`);
      for (const { body } of stored) {
        const { Status, PhysicalResourceId } = JSON.parse(body) as Record<string, string>;
        check(Buffer.byteLength(body) <= 4096 && ['SUCCESS', 'FAILED'].includes(Status) && PhysicalResourceId.length > 0 && PhysicalResourceId.length <= 1024,
          `${what} was answered ${body}`);
      }
      for (const { startedAt, endedAt, timeoutInMillis, error } of deliveries) {
        check(error === undefined, `${what} threw ${String((error as Error | undefined)?.stack)}`);
        check(endedAt - startedAt < timeoutInMillis, `${what} took ${endedAt - startedAt} of ${timeoutInMillis} ms`);
      }
    }
  }

  protected abstract isForeign(key: string): boolean;
  protected abstract mayBeMissing(key: string, isCleanup: boolean): boolean;

  /** What becomes of a thing that the stack lets go. */
  protected release(allowed: Alternatives, old: Declaration, retain: boolean, after: State): void {
    const key = this.before.keyOf(old);
    const thing = this.before.state.get(key);
    const isAsDeclared = old.kind !== 'alias' && !this.before.remembers(old)
      || sameThing(thing, declaredThing(this.before.accountId, old, thing, old, this.before.mark(old)));
    const isInUse = old.kind === 'workspace' && [...after.keys()].some((other) => other.startsWith(`channel ${old.team}/`));
    if (!retain && this.before.mark(old) === 'created' && isAsDeclared && !isInUse
      && !this.before.heldElsewhere.has(key)) {
      allowed.set(key, [undefined]);
    }
  }

  /**
   * Compares all that the account has with what it may have: what was there before, unless said otherwise.
   *
   * @param newChimeChannels new ones that may be there, each as one of its stages or on the way between them
   */
  protected checkState(after: State, allowed: Alternatives, newChimeChannels: readonly (readonly Thing[])[] = []): void {
    for (const key of new Set([...this.before.state.keys(), ...after.keys(), ...allowed.keys()])) {
      const alternatives = allowed.get(key) ?? [this.before.state.get(key)];
      const isNewChannel = key.startsWith('arn:') && !this.before.state.has(key) && newChimeChannels.some((things) => isMixture(after.get(key), things));
      check(isNewChannel || alternatives.some((thing) => sameThing(after.get(key), thing)),
        `${key} is ${print(after.get(key))} and should be ${alternatives.map(print).join(' or ')}`);
    }
  }
}

export class DeletionExpectation extends Expectation {
  public check(after: Snapshot, { status, failures }: Outcome): void {
    check(status === 'DELETE_COMPLETE', `the deletion ended in ${status}: ${failures.join('; ')}`);
    const allowed: Alternatives = new Map();
    for (const old of this.before.declarations) {
      this.release(allowed, old, old.retain, after.state);
    }
    this.checkState(after.state, allowed);
  }

  protected isForeign(key: string): boolean {
    return !this.before.declarations.some((old) => this.before.keyOf(old) === key && this.before.mark(old) === 'created' && !old.retain);
  }

  protected mayBeMissing(key: string): boolean {
    return !this.isForeign(key);
  }
}

/** A deletion that cannot delete all, since somebody has excluded bearers. */
export class ExclusionExpectation extends DeletionExpectation {
  public constructor(before: Snapshot, private readonly excluded: readonly Declaration[]) {
    super(before);
  }

  public override check(after: Snapshot, { status, failures }: Outcome): void {
    check(status === 'DELETE_FAILED', `the deletion ended in ${status} although a bearer was excluded`);
    const allowed: Alternatives = new Map();
    for (const old of this.before.declarations.filter((declaration) => !this.excluded.includes(declaration))) {
      this.release(allowed, old, old.retain, after.state);
    }
    // The failure of one resource may come before the deletion of another.
    allowed.forEach((things, key) => things.push(this.before.state.get(key)));
    this.checkState(after.state, allowed);
    for (const { logicalId } of this.excluded) {
      check(failures.some((failure) => failure.startsWith(`${logicalId}: `) && failure.includes('ForbiddenException')),
        `the failure does not say that the bearer of ${logicalId} is excluded: ${failures.join('; ')}`);
    }
  }
}

export class DeploymentExpectation extends Expectation {
  protected override readonly mayOverlap: boolean;
  /** Why the deployment must fail. */
  private readonly refusals: string[];
  private readonly accountId = this.before.accountId;
  /** Declarations that a Create or a replacement brings about. */
  private readonly established: Declaration[];
  /** Declarations that an Update in place changes. */
  private readonly changed: Declaration[];

  public constructor(before: Snapshot, private readonly declarations: readonly Declaration[], private readonly step: Deploy) {
    super(before);
    const isSame = (declaration: Declaration) => {
      const old = before.declaration(declaration.logicalId);
      return old !== undefined && targetOf(old) === targetOf(declaration);
    };
    this.established = declarations.filter((declaration) => !isSame(declaration));
    this.changed = declarations.filter((declaration) =>
      isSame(declaration) && !sameProperties(declaration, before.declaration(declaration.logicalId)!));
    this.mayOverlap = step.repeats !== undefined || step.ending === 'failure in between' || step.ending === 'cancelled';
    this.refusals = this.established.flatMap((declaration) => this.refusal(declaration) ?? []);
  }

  /** Whether the deployment takes over one of these targets. */
  public takesOver(targets: readonly string[]): boolean {
    return this.established.some((declaration) => targets.includes(targetOf(declaration)) && this.refusal(declaration) === undefined);
  }

  /**
   * Whether one of these resources gets another bearer or channel flow: an update and its reversal that run side by side take the
   * channel, or the place of the flow, from each other.
   */
  public meetsItself(logicalIds: readonly string[]): boolean {
    return this.changed.some((declaration) => {
      const [now, before] = [declaration, this.before.declaration(declaration.logicalId)!].map(chimeLook);
      return declaration.kind === 'chime' && logicalIds.includes(declaration.logicalId)
        && (now.ChimeBearer !== before.ChimeBearer || now.ChannelFlowArn !== before.ChannelFlowArn);
    });
  }

  public check(after: Snapshot, { status, failures, undeleted, cancelled, repeated }: DeploymentOutcome): void {
    const { step } = this;
    const isDone = /^(CREATE|UPDATE)_COMPLETE$/.test(status);
    const isRolledBack = /^(UPDATE_)?ROLLBACK_COMPLETE$/.test(status);
    const said = `${status}: ${failures.join('; ')}`;
    check(isDone || isRolledBack, `the deployment ended in ${said}`);
    check(undeleted.length === 0, `could not delete ${undeleted.join(', ')}, in ${said}`);
    const mustFail = this.refusals.length > 0 || step.ending === 'failure at the end' || step.ending === 'failure in between';
    check(!(isDone && mustFail && step.ending !== 'cancelled'), `the deployment succeeded although ${this.refusals.join(', ') || 'a resource of it failed'}`);
    const mayFail = mustFail || step.ending === 'cancelled' || step.outage !== undefined || step.refused
      || this.changed.some((declaration) => this.meetsOtherFlow(declaration));
    check(isDone || mayFail, `the deployment failed without a reason, in ${said}`);
    if (isDone) {
      this.checkSuccess(after);
    } else {
      this.checkFailure(after, [...cancelled, ...repeated]);
    }
  }

  protected isForeign(key: string): boolean {
    const declared = this.declarations.find((declaration) => targetOf(declaration) === key);
    const isHeld = this.before.declarations.some((old) => this.before.keyOf(old) === key);
    return !isHeld && (!declared || this.refusal(declared) !== undefined);
  }

  protected mayBeMissing(key: string, isCleanup: boolean): boolean {
    const old = this.before.declarations.find((declaration) => this.before.keyOf(declaration) === key);
    return old !== undefined && isCleanup && !this.declarations.some((declaration) => targetOf(declaration) === targetOf(old));
  }

  private thing(declaration: Declaration, key: string, old?: Declaration): Thing {
    return declaredThing(this.accountId, declaration, this.before.state.get(key), old, old && this.before.mark(old));
  }

  /** Why the handler must refuse to bring a declaration about. */
  private refusal(declaration: Declaration): string | undefined {
    const { before } = this;
    const target = targetOf(declaration);
    const there = before.state.get(target);
    if (declaration.kind === 'channel' && !before.state.has(`workspace ${declaration.team}`)
      && !this.established.some(({ kind, team }) => kind === 'workspace' && team === declaration.team)) {
      return `${target} has no workspace`;
    }
    if (there && declaration.kind === 'chime') {
      if (isOtherwiseMade(there, declaration)) {
        return `${target} is made otherwise`;
      }
      const { ChimeBearer: bearer } = chimeLook(declaration);
      if (bearer !== BEARERS[0] && !(there as ChimeThing).moderators.includes(bearer)) {
        return `${target} is not moderated by its bearer`;
      }
    }
    if (there && !before.holder(target) && (!declaration.adopt || before.foundElsewhere.has(target))
      && !sameThing(there, this.thing(declaration, target))) {
      return `${target} is configured otherwise`;
    }
    return undefined;
  }

  /** Whether a Chime channel that declared no channel flow has one, and is to have another: the service may take it for a conflict. */
  private meetsOtherFlow(declaration: Declaration): boolean {
    const old = this.before.declaration(declaration.logicalId)!;
    const { flow = null } = (this.before.state.get(this.before.keyOf(old)) ?? {}) as Partial<ChimeThing>;
    return declaration.kind === 'chime' && flow !== null && chimeLook(old).ChannelFlowArn === undefined
      && ![flow, undefined].includes(chimeLook(declaration).ChannelFlowArn);
  }

  private checkSuccess(after: Snapshot): void {
    const { before } = this;
    const allowed: Alternatives = new Map();
    for (const old of before.declarations) {
      const successor = this.declarations.find(({ logicalId }) => logicalId === old.logicalId);
      const isKept = this.declarations.some((declaration) => targetOf(declaration) === targetOf(old));
      if (!isKept) {
        // A replaced resource goes by the policy of the new template, a removed one by that of its own.
        this.release(allowed, old, (successor ?? old).retain, after.state);
      }
    }
    for (const declaration of this.established) {
      const key = after.keyOf(declaration);
      allowed.set(key, [this.thing(declaration, key)]);
      check(declaration.kind !== 'chime' || declaration.room !== undefined || !before.state.has(key),
        `${declaration.logicalId} is the Chime channel ${key}, which was there before`);
      this.checkMark(after, declaration, this.marksOfNew(declaration));
    }
    for (const declaration of this.changed) {
      const old = before.declaration(declaration.logicalId)!;
      const key = before.keyOf(old);
      allowed.set(key, [this.thing(declaration, key, old)]);
    }
    for (const declaration of this.declarations.filter((candidate) => !this.established.includes(candidate))) {
      const old = before.declaration(declaration.logicalId)!;
      check(after.keyOf(declaration) === before.keyOf(old), `${declaration.logicalId} was replaced without need`);
      this.checkMark(after, declaration, [before.mark(old)!]);
    }
    this.checkState(after.state, allowed);
    for (const declaration of this.declarations.filter(({ room }) => room !== undefined)) {
      check(after.heldKey(declaration) === targetOf(declaration), `${declaration.logicalId} holds ${after.heldKey(declaration)}, not ${targetOf(declaration)}`);
    }
  }

  private marksOfNew(declaration: Declaration): string[] {
    const target = targetOf(declaration);
    const holder = this.before.holder(target);
    if (!this.before.state.has(target)) {
      // One of two deliveries finds what the other one made, and cannot know by whom it was made.
      return this.step.repeats === undefined || declaration.kind === 'chime' ? ['created'] : ['created', 'adopted'];
    }
    return [holder ? this.before.mark(holder)! : 'adopted'];
  }

  private checkMark(after: Snapshot, declaration: Declaration, marks: readonly string[]): void {
    const mark = after.mark(declaration);
    check(mark !== undefined && marks.includes(mark), `${declaration.logicalId} counts as ${mark}, not as ${marks.join(' or ')}`);
  }

  /** @param overtaken resources on which the handler may have worked when their rollback began, or after it. */
  private checkFailure(after: Snapshot, overtaken: readonly string[]): void {
    const { before } = this;
    const allowed: Alternatives = new Map();
    const newChimeChannels: Thing[][] = [];
    const allow = (key: string, ...things: (Thing | undefined)[]) => allowed.set(key, [...allowed.get(key) ?? [before.state.get(key)], ...things]);
    for (const declaration of [...this.established, ...this.changed]) {
      const old = before.declaration(declaration.logicalId);
      const isOvertaken = overtaken.includes(declaration.logicalId);
      const isRetained = declaration.retain && !old;
      const isLost = isLostForGood(this.step, declaration);
      const isEstablished = this.established.includes(declaration);
      if (declaration.kind === 'chime' && declaration.room === undefined && isEstablished) {
        if (isOvertaken || isRetained || isLost) {
          newChimeChannels.push([...isOvertaken || isLost ? [createdThing(declaration)] : [], this.thing(declaration, '')]);
        }
        continue;
      }
      const key = before.keyOf(old && !isEstablished ? old : declaration);
      // What somebody removed behind the stack's back is made again by the move, and the former template wants it, too.
      const isMadeAgain = !before.state.has(key) && before.holder(key) !== undefined;
      const changed = this.thing(declaration, key, isEstablished ? undefined : old);
      if (isOvertaken || isRetained || isMadeAgain || isLost && isEstablished) {
        allow(key, changed);
      }
      if (declaration.kind === 'chime') {
        const first = before.state.get(key) ?? createdThing(declaration);
        // What a stack declares is no longer anybody else's: the reversal takes it away although somebody had made it.
        const reversed = old && !isEstablished ? [declaredThing(this.accountId, old, changed, declaration, before.mark(old))] : [];
        if (reversed.length > 0 && this.meetsOtherFlow(declaration)) {
          reversed.push({ ...reversed[0], flow: first.flow });
        }
        allow(key, ...reversed);
        if ((isOvertaken || isLost && isEstablished) && isMixture(after.state.get(key), [first, { ...first, flow: null }, changed, ...reversed])) {
          // The change and its reversal are several requests each, which ran side by side or only in part. A channel flow goes before another one comes.
          allow(key, after.state.get(key));
        }
      } else if (old && old.kind !== 'workspace') {
        // CloudFormation brings back what its template said, not what somebody had made of it.
        const oldKey = before.keyOf(old);
        allow(oldKey, this.thing(old, oldKey, old), this.thing(old, oldKey, declaration));
        if (old.kind === 'channel') {
          // With any name: the service cannot clear one.
          allow(oldKey, declaredThing(this.accountId, old));
        }
      }
    }
    for (const [key] of after.state) {
      const [kind, place] = key.split(' ');
      if (kind === 'channel') {
        // What is left of a channel keeps its workspace.
        allow(`workspace ${place.split('/')[0]}`, {});
      }
    }
    this.checkState(after.state, allowed, newChimeChannels);
    for (const old of after.declarations) {
      this.checkMark(after, old, [before.mark(old)!]);
    }
  }
}

/**
 * A monitor changes nothing but what it may repair, deletes nothing, and leaves what it may repair as it is declared. What
 * another stack holds, too, is not looked at.
 */
export function checkRepair(before: Snapshot, after: Snapshot, repair: readonly string[], error: unknown): void {
  check(error === undefined, `a monitor threw ${String((error as Error | undefined)?.stack)}`);
  const repairable = before.declarations.filter((declaration) => repair.includes(before.mark(declaration) ?? '')
    && !before.heldElsewhere.has(before.keyOf(declaration)));
  const keys = repairable.map((declaration) => before.keyOf(declaration));
  for (const key of new Set([...before.state.keys(), ...after.state.keys()])) {
    check(keys.includes(key) || before.heldElsewhere.has(key) || sameThing(after.state.get(key), before.state.get(key)),
      `a monitor changed ${key} from ${print(before.state.get(key))} to ${print(after.state.get(key))}`);
    check(after.state.has(key), `a monitor deleted ${key}`);
  }
  for (const declaration of repairable.filter(({ kind }) => kind !== 'chime')) {
    const key = before.keyOf(declaration);
    const isPossible = declaration.kind !== 'channel' || after.state.has(`workspace ${declaration.team}`);
    const declared = declaredThing(before.accountId, declaration, before.state.get(key), declaration);
    check(!isPossible || sameThing(after.state.get(key), declared), `a monitor left ${key} as ${print(after.state.get(key))}, not ${print(declared)}`);
  }
}

/** Whether an answer to what brings a declaration about may be lost, and then an outage keeps the handler from taking it back. */
function isLostForGood({ outage, faults }: Deploy, { kind }: Declaration): boolean {
  const losesAnswers = outage?.kind === 'lost reply' || faults.some((fault) => ['reset after', 'lost reply', 'truncated'].includes(fault.kind));
  switch (kind) {
    case 'channel': return losesAnswers && outage?.operation === 'UpdateSlackChannelConfiguration';
    case 'alias': return losesAnswers && outage?.operation === 'PutAccountAlias';
    case 'chime': return losesAnswers && outage !== undefined || outage?.operation === 'AssociateChannelFlow';
    default: return false;
  }
}

/** Whether each property of a Chime channel, each tag and each person is that of one of some things; what all of them have must be there. */
function isMixture(actual: Thing | undefined, things: readonly (Thing | undefined)[]): boolean {
  const parts = (thing: Thing | undefined) => Object.entries(thing ?? {}).flatMap(([name, value]) => {
    const items: [string, unknown][] = name === 'tags' ? Object.entries(value as object)
      : name === 'members' || name === 'moderators' ? (value as string[]).map((id) => [id, true]) : [['', value]];
    return items.map(([item, content]) => JSON.stringify([name, item, content]));
  });
  const [own, ...others] = [actual, ...things].map(parts);
  return actual !== undefined && own.every((part) => others.some((other) => other.includes(part)))
    && others[0].every((part) => own.includes(part) || others.some((other) => !other.includes(part)));
}

function isModerated(thing: Thing | undefined, bearers: readonly string[]): boolean {
  return bearers.some((bearer) => (thing as ChimeThing | undefined)?.moderators?.includes(bearer));
}

function check(condition: boolean, message: string): asserts condition {
  if (!condition) {
    throw new Violation(message);
  }
}

function print(thing: Thing | undefined): string {
  return thing ? JSON.stringify(thing) : 'nothing';
}
