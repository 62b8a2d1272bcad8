/**
 * Patterns that choose events: nested objects whose leaves are lists of values and of filters, as far as rules here use them.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
export type EventPattern = Readonly<Record<string, unknown>>;

const LONGEST = 2_048;

/** Fails where a rule could not have the pattern. */
export function checkPattern(pattern: EventPattern): void {
  if (JSON.stringify(pattern).length > LONGEST) {
    throw new Error(`Event pattern is not valid. Reason: it has more than ${LONGEST} characters`);
  }
  checkPart(pattern, 'pattern');
}

function checkPart(part: unknown, name: string): void {
  const refuse = (reason: string) => {
    throw new Error(`Event pattern is not valid. Reason: ${reason}`);
  };
  if (Array.isArray(part)) {
    if (part.length === 0) {
      refuse(`Empty arrays are not allowed: ${name}`);
    }
    part.filter(isObject).flatMap((filter) => Object.keys(filter)).filter((operator) => !(operator in FILTERS))
      .forEach((operator) => refuse(`Unrecognized match type ${operator}`));
  } else if (!isObject(part) || Object.keys(part).length === 0) {
    refuse(`"${name}" must be an object or an array`);
  } else {
    Object.entries(part).forEach(([key, inner]) => {
      if (key === '$or') {
        (inner as unknown[]).forEach((alternative) => checkPart(alternative, key));
      } else {
        checkPart(inner, key);
      }
    });
  }
}

/** Whether all parts of a pattern find what they ask for. */
export function matchesPattern(pattern: EventPattern, event: unknown): boolean {
  const fields = isObject(event) ? event : {};
  return Object.entries(pattern).every(([key, part]) => {
    if (key === '$or') {
      return (part as EventPattern[]).some((alternative) => matchesPattern(alternative, event));
    }
    return Array.isArray(part) ? matchesLeaf(part, fields[key]) : matchesPattern(part as EventPattern, fields[key]);
  });
}

/** One of the filters must fit the value; one of its items, where it is a list. */
function matchesLeaf(filters: readonly unknown[], value: unknown): boolean {
  const values: unknown[] = Array.isArray(value) ? value : [value];
  return filters.some((filter) => values.some((item) => matchesFilter(filter, item)));
}

function matchesFilter(filter: unknown, value: unknown): boolean {
  if (!isObject(filter)) {
    return filter === value;
  }
  const [[operator, operand]] = Object.entries(filter);
  // What is not there fits nothing but the filter that asks for that.
  return (value !== undefined || operator === 'exists') && FILTERS[operator](operand, value);
}

const FILTERS: Record<string, (operand: unknown, value: unknown) => boolean> = {
  'exists': (operand, value) => operand === (value !== undefined),
  'prefix': (operand, value) => typeof value === 'string' && value.startsWith(String(operand)),
  'suffix': (operand, value) => typeof value === 'string' && value.endsWith(String(operand)),
  'anything-but': (operand, value) => isObject(operand) ? !matchesFilter(operand, value) : ![operand].flat().includes(value),
};

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
