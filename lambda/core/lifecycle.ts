/**
 * The lifecycle of a resource of any type. The handler reconciles: it reads what is there, compares it with what is
 * declared, and sends what differs. A stack deletes only what it created or has taken to own.
 */
import { describeProblems } from '../../src/constraints';
import { Ownership } from '../../src/contract';
import { isServiceError, ServiceError } from '../aws/client';
import { CustomResourceEvent, CustomResourceResult } from '../custom-resource';
import { alreadyExists, alreadyHeld, noAccess } from '../errors';
import { log } from '../invocation';
import { UserError } from '../user-error';
import { formatPhysicalId, isSame, OWNERSHIPS, parsePhysicalId, PhysicalId, sameTarget } from './physical-id';
import { Declaration, Origin, ResourceType, Services, Step } from './resource-type';

/** An event on its way, with what every step of it needs. */
export interface Work<Declared extends Declaration = Declaration> {
  readonly type: ResourceType<Declared>;
  readonly event: CustomResourceEvent;
  readonly services: Services;
  readonly declared: Declared;
}

export async function onCreate(work: Work): Promise<CustomResourceResult> {
  assertValid(work);
  return establish(work);
}

export async function onUpdate(work: Work): Promise<CustomResourceResult> {
  assertValid(work);
  const { type, event, services, declared } = work;
  const { stack } = services;
  // Of a declaration with problems nothing was done.
  const attempted = type.parse(event.OldResourceProperties ?? {});
  const old = type.check(attempted).length > 0 ? declared : attempted;
  const id = parsePhysicalId(event.PhysicalResourceId);
  const target = type.targetOf(declared, event, id?.target);
  const isInPlace = id && target && isOf(id, target);
  // A declaration that leaves the id to the service fits what a replacement in this very update has left, too.
  if (id && !type.targetOf(declared, event) && (!isInPlace || type.targetOf(old, event))) {
    const before = parsePhysicalId(await stack.idBefore())?.target;
    if (before && !isOf(id, before) && type.targetOf(declared, event, before)) {
      return establish(work, before);
    }
  }
  if (!isInPlace) {
    return establish(work);
  }
  const physicalResourceId = event.PhysicalResourceId!;
  let actual: Declaration | undefined;
  try {
    actual = await type.read(services, target, declared, old);
    if (actual) {
      await bring(work, id, actual, declared);
    } else {
      // A list that lags does not show what is there all the same.
      await apply(type, services, target, type.diff(id, {}, declared)).catch((error) => {
        ignoreMissing(error);
        note('made again');
        return create(work);
      });
    }
    const isSameRefresh = !!actual && declared.Refresh === old.Refresh;
    return { PhysicalResourceId: physicalResourceId, Data: await type.attributes?.(services, target, actual, isSameRefresh) };
  } catch (error) {
    if (!isServiceError(error, 'Forbidden', 'Conflict') || !await stack.isRollingBack()) {
      throw error;
    }
    // What is gone for good, out of sight or as it was is no reason for a rollback to fail.
    if (actual && type.diff(id, actual, declared).length > 0) {
      const other = type.fallback?.(declared, old);
      if (!other) {
        throw error;
      }
      await bring(work, id, actual, other).catch(ignore('Forbidden'));
    }
    note('out of reach: left');
    return { PhysicalResourceId: physicalResourceId, Data: await type.attributes?.(services, target, actual, true) };
  }
}

/** Removes what is the stack's, unless somebody else has it by now; puts back in a rollback what an adoption or a move has changed. */
export async function onDelete(work: Work): Promise<void> {
  const { type, event, services, declared } = work;
  const { stack } = services;
  const id = parsePhysicalId(event.PhysicalResourceId) ?? await findOwn(work);
  if (id?.resourceType !== type.name || await stack.hasDeleted()) {
    note('nothing to delete');
    return;
  }
  const { target, ownership, previous } = id;
  // A rollback of what was taken to own is one of an adoption.
  const isOwned = declared.Existing === 'OWN' || ownership !== 'adopted' && declared.Existing !== 'ADOPT';
  const isOurs = (ownership === 'created' || isOwned && !await stack.isUndoing()) && !await stack.holderOf(id);
  if (!isOurs && !(previous && await stack.isUndoing())) {
    return;
  }
  const actual = type.isTaken || previous ? await type.read(services, target, declared).catch(ignoreGone) : undefined;
  if (!isOurs) {
    await putBack(work, id, actual);
  } else if (actual && isOf(id, type.targetOf(declared, event)!)
    // Whoever takes over what this stack took over with other settings may not have found it, nor be found.
    && (type.isTaken?.(actual, declared) || previous && type.diff(id, actual, declared).length > 0)) {
    leaveChanged();
  } else if (await stack.findHolder(physicalIdsOf(type, target, event.PhysicalResourceId))) {
    note('in another stack: left');
  } else {
    await type.remove(services, target, declared);
  }
}

/** What a Delete may mean whose physical id says nothing: that of a Create which was cancelled, or whose answer was lost. */
async function findOwn<Declared extends Declaration>({ type, event, services, declared }: Work<Declared>): Promise<PhysicalId | undefined> {
  // Only what shows whose it is can be told from what somebody else has made.
  const isPossible = type.isOthers && !isAdoption(declared) && type.check(declared).length === 0;
  const target = isPossible ? type.targetOf(declared, event) : undefined;
  const id = target && idOf(type, target);
  const actual = id && await type.read(services, id.target, declared);
  return actual && type.diff(id!, actual, declared).length === 0 && await type.originOf?.(services, actual, declared) === 'stack' ? id : undefined;
}

/** Makes what is declared or takes it over, for a Create or a replacement. */
async function establish<Declared extends Declaration>(work: Work<Declared>, before?: string[]): Promise<CustomResourceResult> {
  const { type, event, services, declared } = work;
  const target = before ?? type.targetOf(declared, event);
  const actual = target && (!type.isRepeatable || before) ? await type.read(services, target, declared) : undefined;
  if (actual) {
    return takeOver(work, target!, actual);
  }
  try {
    return await create(work);
  } catch (error) {
    if (!target || !isServiceError(error, 'Conflict')) {
      throw error;
    }
    const rival = await type.read(services, target, declared).catch((readError) => {
      throw isServiceError(readError, 'Forbidden') ? noAccess(type.describe(declared)) : readError;
    });
    if (!rival) {
      throw error;
    }
    // Our own earlier try has made it, or another delivery of the event, or somebody else in this very moment. A creation that can be
    // repeated does not conflict with itself.
    return takeOver(work, target, rival, error.mayHaveSucceeded && !type.isRepeatable);
  }
}

export async function create<Declared extends Declaration>({ type, event, services, declared }: Work<Declared>): Promise<CustomResourceResult> {
  const takeBack = async (undoServices: Services) => {
    const target = type.isRepeatable && (await type.create(undoServices, declared, event)).target || type.targetOf(declared, event)!;
    const left = type.isRepeatable ? declared : await type.read(undoServices, target, declared);
    if (left && type.diff(idOf(type, target), left, declared).length === 0) {
      await type.remove(undoServices, target, declared);
    }
  };
  const { target = type.targetOf(declared, event)!, actual = declared, attributes } =
    await attempt(services, () => type.create(services, declared, event), takeBack);
  const id = idOf(type, target);
  // What is too long for a physical id is taken back like anything that fails: nothing else would remember it.
  const physicalResourceId = await attempt(services, async () => {
    await apply(type, services, target, type.diff(id, actual, declared));
    return formatPhysicalId(id);
  }, takeBack, true);
  return { PhysicalResourceId: physicalResourceId, Data: attributes ?? await type.attributes?.(services, target, declared, false) };
}

/** Brings what is there to what is declared, for a resource that had nothing of it. */
async function takeOver<Declared extends Declaration>(
  work: Work<Declared>, target: string[], actual: Declared, mayBeOurs = false,
): Promise<CustomResourceResult> {
  const { type, event, services, declared } = work;
  const { stack } = services;
  const created = idOf(type, target);
  const isEqual = type.diff(created, actual, declared).length === 0;
  const holder = parsePhysicalId(await stack.holderOf(created) ?? await stack.holderBefore(created));
  const origin = holder || isEqual && mayBeOurs ? undefined : await allowTakeOver(work, target, actual, isEqual);
  const id: PhysicalId = {
    ...created,
    ownership: holder?.ownership
      ?? (isEqual && (mayBeOurs || origin === 'stack') ? 'created'
        : declared.Existing !== 'OWN' ? 'adopted'
          : await stack.findHolder([formatPhysicalId(idOf(type, target, 'owned'))]) ? 'taken' : 'owned'),
    previous: isEqual || origin === 'earlier attempt' ? undefined : differencesOf(actual, declared),
  };
  // A rollback of a replacement ends with the very id that the update began with.
  const idBefore = holder && event.RequestType === 'Update' ? await stack.idBefore() : undefined;
  const before = parsePhysicalId(idBefore);
  const physicalResourceId = before && sameTarget(before, id) ? idBefore! : formatPhysicalId(id);
  await bring(work, id, actual, declared);
  return { PhysicalResourceId: physicalResourceId, Data: await type.attributes?.(services, target, actual, false) };
}

/** Fails where a stack may not take over what is there, before anything is changed; answers whether it is of the stack all the same. */
async function allowTakeOver<Declared extends Declaration>(
  { type, services, declared }: Work<Declared>, target: string[], actual: Declared, isEqual: boolean,
): Promise<Origin | undefined> {
  const { stack } = services;
  const what = type.describe(actual);
  const native = await stack.findHolder([type.nativeIdOf(target, declared)]);
  if (native?.type.startsWith('AWS::')) {
    throw alreadyHeld(what, native);
  }
  const origin = await type.originOf?.(services, actual, declared);
  if (!isEqual && !origin) {
    const holder = await stack.findHolder(physicalIdsOf(type, target));
    // The id of what is taken over with other settings says what these were, so that the holder could not find it.
    if (!isAdoption(declared) || holder && !await type.isOthers?.(services, declared, actual)) {
      throw holder ? alreadyHeld(what, holder) : alreadyExists(what);
    }
  }
  if (!isEqual && origin !== 'earlier attempt') {
    await type.proveWayBack?.(services, actual, declared);
  }
  return origin;
}

/** Changes what is there into what is declared, or leaves it as it was. */
export async function bring<Declared extends Declaration>(
  { type, services }: Work<Declared>, id: PhysicalId, actual: Declared, declared: Declared,
): Promise<void> {
  const steps = type.diff(id, actual, declared);
  // Even one step of those that are not simply sent may be done in part: a batch of members.
  await attempt(services, () => apply(type, services, id.target, steps), async (undoServices) => {
    const before = { ...declared, ...actual };
    const now = await type.read(undoServices, id.target, before, declared);
    if (now) {
      await apply(type, undoServices, id.target, type.diff(id, now, before));
    }
  }, !!type.apply);
}

async function apply(type: Pick<ResourceType, 'apply'>, services: Services, target: string[], steps: Step[]): Promise<void> {
  if (type.apply) {
    await type.apply(services, target, steps);
    return;
  }
  for (const step of steps) {
    await services.supportApp.send(step);
  }
}

/** Puts back what an adoption or a move has changed, unless somebody has changed it since. */
async function putBack<Declared extends Declaration>(
  { type, services, declared }: Work<Declared>, id: PhysicalId, actual: Declared | undefined,
): Promise<void> {
  if (!actual || type.diff(id, actual, declared).length > 0) {
    leaveChanged();
    return;
  }
  await apply(type, services, id.target, type.diff(id, actual, withPrevious(declared, id.previous!)));
}

/** What an adoption changes, for the physical id to remember; of a long list that has room for a sign per item: whether it was there. */
function differencesOf<Declared extends Declaration>(actual: Declared, declared: Declared): object {
  return Object.fromEntries(Object.entries(declared).map(([name, items]: [string, unknown]) => {
    const before: unknown = actual[name as keyof Declared];
    const isEqual = isSame(before, items);
    return [name, isEqual ? undefined
      : isListOfTexts(before) && isListOfTexts(items) ? items.map((item) => +before.includes(item)).join('') : before ?? null];
  }));
}

function withPrevious<Declared extends Declaration>(declared: Declared, previous: object): Declared {
  return Object.entries(previous).reduce((before, [name, value]) => {
    const items: unknown = declared[name as keyof Declared];
    return { ...before, [name]: isListOfTexts(items) ? items.filter((_, index) => value[index] === '1') : value ?? undefined };
  }, declared);
}

const isListOfTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every((item) => typeof item === 'string');

const idOf = ({ name }: Pick<ResourceType, 'name'>, target: string[], ownership: Ownership = 'created'): PhysicalId => ({ resourceType: name, ownership, target });

const isOf = (id: PhysicalId, target: string[]): boolean => isSame(id.target, target);

const isAdoption = ({ Existing: existing }: Declaration): boolean => existing === 'ADOPT' || existing === 'OWN';

/** The ids under which stacks may hold a target, but for one of them. */
export const physicalIdsOf = (type: Pick<ResourceType, 'name'>, target: string[], except?: string): string[] =>
  OWNERSHIPS.map((ownership) => formatPhysicalId(idOf(type, target, ownership))).filter((id) => id !== except);

/**
 * Sends a change. When it fails although an earlier try may have been carried out or it is done in part, takes it back, unless
 * the stack has learned of its success from another delivery of the same event.
 */
async function attempt<Answer>(
  services: Services, change: () => Promise<Answer>, takeBack: (services: Services) => Promise<unknown>, isDoneInPart = false,
): Promise<Answer> {
  try {
    return await change();
  } catch (error) {
    if (isDoneInPart || error instanceof ServiceError && error.mayHaveSucceeded && error.name !== 'ConflictException') {
      await services.undo(async (undoServices) => {
        if (!/^(CREATE|UPDATE)_COMPLETE$/.test(await undoServices.stack.resourceStatus() ?? '')) {
          await takeBack(undoServices);
        }
      });
    }
    throw error;
  }
}

/** Fails with all problems of the properties at once. */
function assertValid({ type, event, declared }: Work): void {
  const problems = type.check(declared);
  if (problems.length > 0) {
    throw new UserError(describeProblems(event.LogicalResourceId, problems));
  }
}

/** Passes over the errors of these names. */
export function ignore(...names: string[]): (error: unknown) => undefined {
  return (error) => {
    if (!isServiceError(error, ...names)) {
      throw error;
    }
  };
}

/** Passes over the error of the Support App for what is not there. */
export const ignoreMissing = ignore('ResourceNotFound');

/** Passes over the errors of Chime for what is not there, or for who may not see it. */
export const ignoreGone = ignore('NotFound', 'Forbidden', 'BadRequest');

/** Sends the deletion of something; a conflict is none where nothing is there any more. */
export async function sendUnlessGone({ supportApp }: Services, command: Step, isThere: () => Promise<unknown>): Promise<void> {
  await supportApp.send(command).catch(ignoreMissing).catch(async (error) => {
    if (!isServiceError(error, 'Conflict') || await isThere()) {
      throw error;
    }
  });
}

/** Leaves what somebody else has changed since. */
function leaveChanged(): void {
  note('changed by others: left');
}

/** A decision that somebody who reads the log will want to know of. */
export function note(message: string): void {
  log({ note: message });
}
