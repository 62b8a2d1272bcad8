import { isDeepStrictEqual } from 'node:util';
import { targetOf, type Declaration } from './history';
import { consoleRoleArn, roomLook } from './templates';
import type { Stack, StackResource } from '../../local-aws/cloudformation/stack';
import { lookOf } from '../declaration';
import { Violation } from '../expectation';
import { sameThing, type ChimeThing, type State, type Thing } from '../state';
import { channelRoleArn } from '../templates';

export const COMPLETE = /^((CREATE|UPDATE|UPDATE_ROLLBACK)_COMPLETE)$/;

/** A stack as the rules know it. */
export interface StackModel {
  readonly name: string;
  readonly region: string;
  /** What it holds: the template of its last operation, as far as that has come to its end. */
  declared: Declaration[];
  /** What it holds again when a failure that was left is taken back. */
  stable?: Declaration[];
  /** What CloudFormation has skipped in a rollback, so that nobody has looked at it. */
  readonly skipped: Set<string>;
}

/** What is known of the things of the account. */
export class Ownership {
  /** Whom a target got its configuration from last: a stack or a person. */
  public readonly writers = new Map<string, string>();
  /** What no stack has made, nor taken to own. */
  public readonly foreign = new Set<string>();
  /** What a person has made of what a stack has, so that a deletion must leave it. */
  public readonly takenOver = new Set<string>();
  /** What may be of a stack or not: deletions may take it or leave it. */
  public readonly unclear = new Set<string>();
  /** What a Create or an Update brought about that was still at work, or came again, after a later event of the same resource. */
  public readonly late = new Set<string>();

  public constructor(public readonly accountId: string, public readonly roleId: string) {}

  public forget(target: string): void {
    this.foreign.delete(target);
    this.takenOver.delete(target);
    this.unclear.delete(target);
    this.late.delete(target);
  }
}

/** The parts of a thing that a declaration says, of which the role is left open while its stack has none. */
export function declaredParts(declaration: Declaration, accountId: string, defaultRoleArn: string | undefined): Thing {
  const { kind, look, index, role } = declaration;
  switch (kind) {
    case 'workspace': return {};
    case 'alias': return { accountAlias: `alias-${look}` };
    case 'room': {
      const { Name, Metadata } = roomLook(look);
      return { name: Name, ...Metadata !== undefined && { metadata: Metadata } };
    }
    case 'channel': {
      const { ChannelName, NotifyOnCaseSeverity, ...flags } = lookOf({ kind: 'channel', look, channel: index }) as Record<string, unknown>;
      return {
        ...ChannelName !== undefined && { channelName: ChannelName },
        channelRoleArn: role === 'outside' ? channelRoleArn(accountId) : defaultRoleArn,
        notifyOnCaseSeverity: NotifyOnCaseSeverity,
        ...Object.fromEntries(Object.entries(flags).map(([name, value]) => [name[0].toLowerCase() + name.slice(1), value])),
      };
    }
  }
}

/** Whether a thing has all that is declared of it. */
export function hasParts(thing: Thing | undefined, parts: Thing): boolean {
  return thing !== undefined && Object.entries(parts).every(([name, value]) => isDeepStrictEqual(thing[name], value));
}

export function markOf(stack: Stack | undefined, logicalId: string): string | undefined {
  return markIn(stack?.resource(logicalId)?.physicalId);
}

function markIn(physicalId: string | undefined): string | undefined {
  return physicalId?.split(/[/;]/)[1];
}

export function check(condition: boolean, message: string): asserts condition {
  if (!condition) {
    throw new Violation(message);
  }
}

export function print(thing: Thing | undefined): string {
  return thing ? JSON.stringify(thing) : 'nothing';
}

/** The role of a stack's channels, if it has one. */
export function defaultRoleOf(stack: Stack | undefined, { roleId }: Ownership): string | undefined {
  return stack?.resource(roleId)?.attributes.Arn as string | undefined;
}

export interface Account {
  readonly ownership: Ownership;
  readonly models: readonly StackModel[];
  stackOf(model: StackModel): Stack | undefined;
  roleExists(arn: string): boolean;
}

/** What must be true of the whole account after every operation, whoever acted. */
export function checkAccount({ ownership, models, stackOf, roleExists }: Account, state: State): void {
  const { writers, accountId } = ownership;
  for (const model of models) {
    const stack = stackOf(model);
    if (!stack || !COMPLETE.test(stack.status!)) {
      continue;
    }
    // What happens between our type and the native one of an alias or a room, whose ids have nothing in common, nobody can see.
    for (const declaration of model.declared.filter(({ logicalId, native, kind }) =>
      !model.skipped.has(logicalId) && !(native && kind !== 'channel'))) {
      const target = targetOf(declaration);
      const thing = state.get(target);
      const writer = writers.get(target);
      const isOdd = writer === 'person';
      check(thing !== undefined || isOdd, `${model.name}, in ${stack.status}, declares ${target}, and it is missing`);
      const parts = declaredParts(declaration, accountId, defaultRoleOf(stack, ownership));
      check(writer !== model.name || hasParts(thing, parts),
        `${model.name}, in ${stack.status}, declares ${target} as ${print(parts)}, and it is ${print(thing)}`);
    }
  }
  for (const [target, thing] of state) {
    const role = thing.channelRoleArn as string | undefined;
    check(role === undefined || roleExists(role) || ownership.late.has(target), `${target} has the role ${role}, which does not exist`);
  }
}

/** What must be true of things that an operation of a stack has nothing to do with, and what it may never do to any. */
export function checkOthers(
  ownership: Ownership, before: State, after: State, concerned: ReadonlySet<string>,
): void {
  for (const [target, thing] of before) {
    const now = after.get(target);
    check(concerned.has(target) || sameThing(now, thing), `changes ${target}, which it does not declare, from ${print(thing)} to ${print(now)}`);
    check(!ownership.foreign.has(target) || now !== undefined, `deletes ${target}, which no stack has made`);
    const [messages, left] = [thing, now].map((room) => (room as ChimeThing | undefined)?.messages?.length ?? 0);
    check(now === undefined || left >= messages, `loses the messages of ${target}`);
  }
  for (const [target, thing] of after) {
    check(before.has(target) || concerned.has(target), `makes ${target}, which it does not declare, as ${print(thing)}`);
  }
}

/** What becomes of what a stack lets go, by a deletion or in the cleanup of an update. */
export function checkReleased(
  account: Account, model: StackModel, released: readonly Declaration[], physicalIds: ReadonlyMap<string, string | undefined>,
  roleBefore: string | undefined, before: State, after: State,
): void {
  const { ownership, models, stackOf } = account;
  for (const declaration of released) {
    const target = targetOf(declaration);
    const thing = before.get(target);
    const holds = (other: StackModel, { logicalId }: Declaration) => isMade(stackOf(other)?.resource(logicalId));
    const id = physicalIds.get(declaration.logicalId);
    const holders = models.filter((other) => other !== model && other.declared.some((held) => targetOf(held) === target && holds(other, held)));
    // One id stands for two resources where a person removes what one stack has made, and another stack makes it anew.
    const others = holders.filter((other) => !isHeldAs(stackOf(other), other.declared, target, id));
    const isInUse = declaration.kind === 'workspace' && declaration.index === 0 && [...after.keys()].some((key) => key.startsWith('channel '));
    const mark = declaration.native ? 'created' : markIn(id);
    const isTheirs = ownership.writers.get(target) === 'person' || ownership.unclear.has(target) || holders.length > 0;
    if (!thing || model.skipped.has(declaration.logicalId)) {
      continue;
    }
    if (declaration.native) {
      // It deletes whatever is there: nothing of ours.
      continue;
    }
    const mustStay = declaration.retain || mark === 'adopted' || ownership.foreign.has(target) && mark !== 'owned' || others.length > 0
      || ownership.takenOver.has(target);
    check(!mustStay || after.has(target), `deletes ${target}, which ${others.length > 0 ? `${others[0].name} declares, too` : 'is not its own'}`);
    const parts = declaredParts(declaration, ownership.accountId, roleBefore);
    check(mustStay || isInUse || isTheirs || !hasParts(thing, parts) || !after.has(target), `leaves ${target}, which it has made (${mark})`);
  }
}

/** Whether a stack holds a target under an id. */
export function isHeldAs(stack: Stack | undefined, declared: readonly Declaration[], target: string, physicalId: string | undefined): boolean {
  return declared.some((held) => targetOf(held) === target && stack?.resource(held.logicalId)?.physicalId === physicalId);
}

/** Whether a resource has come about, whatever became of its updates. */
function isMade(resource: StackResource | undefined): boolean {
  return resource?.physicalId !== undefined && resource.status !== 'CREATE_FAILED';
}

/** Why a Create must or may fail. */
export function refusalOf(
  account: Account, model: StackModel, declaration: Declaration, declared: readonly Declaration[], state: State,
): { readonly must: boolean; readonly reason: string } | undefined {
  const { ownership, models, stackOf } = account;
  const target = targetOf(declaration);
  const there = state.get(target);
  const stack = stackOf(model);
  const has = (other: StackModel, { logicalId }: Declaration) => stackOf(other)?.resource(logicalId)?.status.endsWith('_COMPLETE') ?? false;
  const isHeld = model.declared.some((held) => targetOf(held) === target && !held.native && has(model, held));
  const must = (reason: string) => ({ must: true, reason: `${target} ${reason}` });
  const may = (reason: string) => ({ must: false, reason: `${target} ${reason}` });
  if (declaration.kind === 'channel' && !state.has('workspace 0')) {
    return declared.some(({ kind, index }) => kind === 'workspace' && index === 0) ? undefined : must('has no workspace');
  }
  if (declaration.kind === 'channel' && model.declared.some(({ kind, index }) => kind === 'workspace' && index === 0)
    && !declared.some(({ kind, index }) => kind === 'workspace' && index === 0)) {
    return may('loses its workspace');
  }
  if (declaration.native) {
    return there && declaration.kind !== 'workspace' ? must('exists already, for a native type') : undefined;
  }
  const native = models.find((other) => other.declared.some((held) => held.native && targetOf(held) === target && has(other, held)));
  if (native) {
    return native.region === model.region && declaration.kind === 'channel' && there
      ? must(`is a native resource of ${native.name}`) : may(`is a native resource of ${native.name}`);
  }
  if (!there || declaration.kind === 'workspace') {
    return undefined;
  }
  const role = defaultRoleOf(stack, ownership);
  const parts = declaredParts(declaration, ownership.accountId, role);
  const { channelRoleArn: formerRole } = there as { channelRoleArn?: string };
  const isLeftover = formerRole?.startsWith(`arn:aws:iam::${ownership.accountId}:role/${model.name}-${ownership.roleId.slice(0, 20)}`);
  if (declaration.existing === 'FAIL') {
    // Only in place of a default role is that of an earlier attempt one of the stack's own.
    const isOurs = isLeftover && declaration.role === 'default';
    if (isHeld || hasParts(there, parts) || isOurs && hasParts({ ...there, channelRoleArn: parts.channelRoleArn }, parts)) {
      return undefined;
    }
    const isElsewhere = models.some((other) => other.declared.some((held) => targetOf(held) === target));
    return isElsewhere || isLeftover || ownership.unclear.has(target) ? may('is held by others') : must('is configured otherwise');
  }
  const rivals = models.filter((other) => other !== model && other.declared.some((held) => targetOf(held) === target && !held.native
    && stackOf(other)?.resource(held.logicalId)?.physicalId !== undefined));
  // The role of the stack tells whose a channel is. Of other ids only those are found that say nothing of former settings.
  if (rivals.length > 0 && !isHeld && !hasParts(there, parts) && !(declaration.kind === 'channel' && declaration.role === 'default')) {
    const isFound = rivals.some((other) => other.declared.some((held) => targetOf(held) === target && has(other, held)
      && !stackOf(other)!.resource(held.logicalId)!.physicalId!.includes(';previous=')));
    return { must: isFound, reason: `${target} is held by ${rivals[0].name}, with other settings` };
  }
  const passed = [
    role,
    ...declared.some((other) => other.role === 'outside' && other.kind === 'channel') ? [channelRoleArn(ownership.accountId)] : [],
    ...declared.some((other) => other.formerRole && other.kind === 'channel') ? [consoleRoleArn(ownership.accountId)] : [],
  ];
  return formerRole === undefined || passed.includes(formerRole) || isHeld ? undefined : may('has a role that the handler may not pass');
}
