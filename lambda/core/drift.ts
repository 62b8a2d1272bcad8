/**
 * Drift: what is not as the stack declares it any more, since somebody has changed or removed it. To repair is to change it
 * or to make it anew; nothing is ever deleted.
 */
import { isShown, nameOf } from '../../src/constraints';
import { DriftCheck } from '../../src/contract';
import { CustomResourceEvent } from '../custom-resource';
import { explain } from '../errors';
import { log } from '../invocation';
import { putMetrics } from '../metrics';
import { bring, create, ignore, note, physicalIdsOf, Work } from './lifecycle';
import { isSame, parsePhysicalId } from './physical-id';
import { Declaration } from './resource-type';

/** What was found of one resource, as the log tells it. */
interface Finding {
  readonly drift: 'IN_SYNC' | 'CHANGED' | 'MISSING' | 'UNREADABLE';
  readonly changes?: object[];
  readonly repair?: 'REPAIRED' | 'FAILED';
  readonly reason?: string;
}

/**
 * Compares each resource with what is there, tells what differs, and repairs what it may.
 *
 * @param workOn what it takes to work on a resource, as on one of which CloudFormation tells
 */
export async function checkDrift(
  { StackId: stackId, Time: time, Repair: repair, Resources: resources }: DriftCheck,
  workOn: (event: CustomResourceEvent) => Work,
): Promise<void> {
  const findings: Finding[] = [];
  for (const resource of resources) {
    const event = { ...resource, StackId: stackId } as CustomResourceEvent;
    const finding = await examine(workOn(event), time, repair)
      .catch((error) => ({ drift: 'UNREADABLE' as const, reason: explain(error) }));
    if (!finding) {
      note('not at rest');
      return;
    }
    log({ resource: resource.LogicalResourceId, ...finding });
    findings.push(finding);
  }
  const count = (...results: unknown[]) => findings.filter((finding) => results.includes(finding.drift) || results.includes(finding.repair)).length;
  putMetrics(stackId, {
    DriftedResources: count('CHANGED', 'MISSING'),
    RepairedResources: count('REPAIRED'),
    UnreadableResources: count('UNREADABLE'),
  });
}

/** Looks at one resource; finds nothing where an operation of the stack may be what makes the difference. */
async function examine<Declared extends Declaration>(
  work: Work<Declared>, time: string, repair: DriftCheck['Repair'],
): Promise<Finding | undefined> {
  const { type, event, services, declared } = work;
  const { stack } = services;
  const id = parsePhysicalId(event.PhysicalResourceId)!;
  if (!await stack.isAtRest(time)) {
    return undefined;
  }
  const actual = await type.read(services, id.target, declared).catch(ignore('NotFound'));
  if (actual && type.diff(id, actual, declared).length === 0) {
    return { drift: 'IN_SYNC' };
  }
  // Whatever went on during the look would show.
  if (!await stack.isAtRest(time)) {
    return undefined;
  }
  const finding: Finding = actual ? { drift: 'CHANGED', changes: changesOf(actual, declared) } : { drift: 'MISSING' };
  // A Chime channel that is made anew has none of the messages.
  if (!repair.includes(id.ownership) || !actual && type.isRepeatable
    || actual && await type.isOthers?.(services, actual, declared)
    || await stack.findHolder(physicalIdsOf(type, id.target, event.PhysicalResourceId))) {
    return finding;
  }
  return (actual ? bring(work, id, actual, declared) : create(work))
    .then(() => ({ ...finding, repair: 'REPAIRED' }), (error) => ({ ...finding, repair: 'FAILED', reason: explain(error) }));
}

/** The properties that differ, with their values unless these are sensitive. */
const changesOf = <Declared extends Declaration>(actual: Declared, declared: Declared): object[] =>
  (Object.keys(declared) as (keyof Declared & string)[]).filter((name) => !isSame(actual[name], declared[name])).map((name) =>
    ({ property: nameOf(name), ...(isShown(name) && { declared: declared[name], actual: actual[name] }) }));
