import type { BusEvent } from './event';

/** What a target gets in place of the event. */
export interface InputTransformer {
  /** Paths into the event by the names of placeholders. */
  readonly InputPathsMap?: Readonly<Record<string, string>>;
  readonly InputTemplate: string;
}

const LONGEST_TEMPLATE = 8_192;
const MOST_PATHS = 100;
const PLACEHOLDER = /<(.*?)>/gs;
const PREDEFINED = ['aws.events.rule-arn', 'aws.events.rule-name', 'aws.events.event.ingestion-time', 'aws.events.event', 'aws.events.event.json'];

/** Fails where a target could not have the transformer. */
export function checkInputTransformer(targetId: string, { InputPathsMap: paths = {}, InputTemplate: template }: InputTransformer): void {
  if (typeof template !== 'string' || template.length < 1 || template.length > LONGEST_TEMPLATE) {
    throw new Error('1 validation error detected: Value at \'targets.1.member.inputTransformer.inputTemplate\' failed to satisfy constraint: '
      + `Member must have length less than or equal to ${LONGEST_TEMPLATE}`);
  }
  if (Object.keys(paths).length > MOST_PATHS) {
    throw new Error('1 validation error detected: Value at \'targets.1.member.inputTransformer.inputPathsMap\' failed to satisfy constraint: '
      + `Member must have length less than or equal to ${MOST_PATHS}`);
  }
  for (const [name, path] of Object.entries(paths)) {
    if (!/^[A-Za-z0-9_-]{1,256}$/.test(name) || name.startsWith('AWS')) {
      throw new Error(`InputPathsMap for target ${targetId} has the invalid key ${name}.`);
    }
    if (!/^\$(\.[A-Za-z0-9_/*-]+(\[\d+\])?)*$/.test(path)) {
      throw new Error(`InputPathsMap for target ${targetId} contains the invalid path ${path}.`);
    }
  }
  for (const [, name] of template.matchAll(PLACEHOLDER)) {
    if (!Object.hasOwn(paths, name) && !PREDEFINED.includes(name)) {
      throw new Error(`InputTemplate for target ${targetId} contains invalid placeholder ${name}.`);
    }
  }
  try {
    JSON.parse(fill(template, () => ''));
  } catch (error) {
    throw new Error(`Invalid InputTemplate for target ${targetId} : ${(error as Error).message}`);
  }
}

/** The input that a transformer makes of an event; fails where it is no JSON. */
export function transformInput({ InputPathsMap: paths = {}, InputTemplate: template }: InputTransformer, event: BusEvent, ruleArn: string): unknown {
  const { detail: _, ...withoutDetail } = event;
  const predefined: Record<string, unknown> = {
    'aws.events.rule-arn': ruleArn,
    'aws.events.rule-name': ruleArn.split('/').at(-1),
    'aws.events.event.ingestion-time': event.time,
    'aws.events.event': withoutDetail,
    'aws.events.event.json': event,
  };
  return JSON.parse(fill(template, (name) => name in predefined ? predefined[name] : valueAt(event, paths[name])));
}

/**
 * Puts values in the places of the placeholders.
 *
 * Unverified (events-input-quoting): that a text gets quotes where its placeholder stands outside of them, and none within.
 */
function fill(template: string, valueOf: (name: string) => unknown): string {
  let isWithinText = false;
  return template.replace(/\\.|"|<(.*?)>/gs, (found, name: string | undefined) => {
    if (name === undefined) {
      isWithinText = found === '"' ? !isWithinText : isWithinText;
      return found;
    }
    const value = valueOf(name);
    if (value === undefined) {
      return '';
    }
    return isWithinText ? JSON.stringify(typeof value === 'string' ? value : JSON.stringify(value)).slice(1, -1) : JSON.stringify(value);
  });
}

function valueAt(event: BusEvent, path: string): unknown {
  const steps = path.replace(/\[(\d+)\]/g, '.$1').split('.').slice(1);
  return steps.reduce<unknown>((value, step) => (value as Record<string, unknown> | undefined)?.[step], event);
}
