import { Member, Shape, SmithyModel, Structure, trait } from './smithy';

/**
 * Checks an operation's input against the constraints of its model.
 *
 * Answers the input without the members that the model does not know (AWS ignores them), and the message of a
 * violation, in the words of AWS, if there is any.
 */
export function validateInput(model: SmithyModel, shape: Shape, input: Structure): { input: Structure; violation?: string } {
  const validator = new Validator(model);
  const checked = validator.check({ target: '' }, shape, input, '') as Structure;
  const count = validator.problems.length;
  return {
    input: checked,
    violation: count === 0 ? undefined : `${count} validation error${count > 1 ? 's' : ''} detected: ${validator.problems.join('; ')}`,
  };
}

/** Length of a text as Smithy counts it: Unicode code points, so that an emoji outside the basic plane counts once. */
export function codePoints(text: string): number {
  return [...text].length;
}

/** Compiles a model's pattern. Patterns are not anchored unless they say so. */
export function compilePattern(pattern: string): RegExp {
  // ECMAScript knows no \u10000; where five or six digits name a code point beyond the basic plane, that is what is meant.
  const source = pattern.replace(/\\u(10[0-9A-Fa-f]{4}|[1-9A-Fa-f][0-9A-Fa-f]{4})/g, '\\u{$1}');
  try {
    return new RegExp(source, 'u');
  } catch {
    // Some patterns escape characters that need no escape, which the `u` flag refuses.
    return new RegExp(pattern);
  }
}

const PATTERNS = new Map<string, RegExp>();

class Validator {
  public readonly problems: string[] = [];

  constructor(private readonly model: SmithyModel) {}

  public check(member: Member, shape: Shape, value: unknown, at: string): unknown {
    const report = (constraint: string) => {
      const hidden = trait(member, 'sensitive') || trait(shape, 'sensitive');
      this.problems.push(`Value ${hidden ? '' : `'${display(value)}' `}at '${at}' failed to satisfy constraint: ${constraint}`);
    };
    if (!hasType(shape.type, value)) {
      report(`Member must be a ${shape.type === 'enum' ? 'string' : shape.type}`);
      return value;
    }
    switch (shape.type) {
      case 'structure':
        return this.checkStructure(shape, value as Structure, at);
      case 'list':
        checkRange(report, 'have length', (value as unknown[]).length, member, shape, 'length');
        return (value as unknown[]).map((item, index) => this.checkMember(shape.member!, item, `${at}.${index + 1}.member`));
      case 'map':
        checkRange(report, 'have length', Object.keys(value as Structure).length, member, shape, 'length');
        return Object.fromEntries(Object.entries(value as Structure).map(([key, item]) => {
          this.checkMember(shape.key!, key, `${at}.key`);
          return [key, this.checkMember(shape.value!, item, `${at}.${key}.member`)];
        }));
      case 'string':
      case 'enum':
        checkText(report, value as string, member, shape);
        return value;
      case 'timestamp':
        return new Date((value as number) * 1000);
      default:
        checkRange(report, 'have value', value as number, member, shape, 'range');
        return value;
    }
  }

  private checkStructure(shape: Shape, value: Structure, at: string): Structure {
    const checked: Structure = {};
    for (const [name, member] of Object.entries(shape.members ?? {})) {
      const memberAt = (at ? `${at}.` : '') + name.charAt(0).toLowerCase() + name.slice(1);
      const item = value[name];
      if (item !== undefined && item !== null) {
        checked[name] = this.checkMember(member, item, memberAt);
      } else if (trait(member, 'required')) {
        this.reportNull(memberAt);
      }
    }
    return checked;
  }

  private checkMember(member: Member, value: unknown, at: string): unknown {
    if (value === null || value === undefined) {
      this.reportNull(at);
      return undefined;
    }
    return this.check(member, this.model.shape(member.target), value, at);
  }

  private reportNull(at: string) {
    this.problems.push(`Value null at '${at}' failed to satisfy constraint: Member must not be null`);
  }
}

function checkText(report: (constraint: string) => void, value: string, member: Member, shape: Shape) {
  checkRange(report, 'have length', codePoints(value), member, shape, 'length');
  const pattern = trait<string>(member, 'pattern') ?? trait<string>(shape, 'pattern');
  if (pattern !== undefined) {
    const compiled = PATTERNS.get(pattern) ?? compilePattern(pattern);
    PATTERNS.set(pattern, compiled);
    if (!compiled.test(value)) {
      report(`Member must satisfy regular expression pattern: ${pattern}`);
    }
  }
  const allowed = enumValues(shape);
  if (allowed && !allowed.includes(value)) {
    report(`Member must satisfy enum value set: [${allowed.join(', ')}]`);
  }
}

/** The values of an enumeration, which older models write as a trait of a string. */
function enumValues(shape: Shape): string[] | undefined {
  if (shape.type === 'enum') {
    return Object.entries(shape.members ?? {}).map(([name, member]) => trait<string>(member, 'enumValue') ?? name);
  }
  return trait<{ value: string }[]>(shape, 'enum')?.map((entry) => entry.value);
}

function checkRange(
  report: (constraint: string) => void, what: string, actual: number, member: Member, shape: Shape, name: 'length' | 'range',
) {
  const { min, max } = trait<{ min?: number; max?: number }>(member, name) ?? trait<{ min?: number; max?: number }>(shape, name) ?? {};
  if (min !== undefined && actual < min) {
    report(`Member must ${what} greater than or equal to ${min}`);
  }
  if (max !== undefined && actual > max) {
    report(`Member must ${what} less than or equal to ${max}`);
  }
}

function hasType(type: string, value: unknown): boolean {
  switch (type) {
    case 'structure':
    case 'map':
      return value !== null && typeof value === 'object' && !Array.isArray(value);
    case 'list':
      return Array.isArray(value);
    case 'string':
    case 'enum':
      return typeof value === 'string';
    case 'boolean':
      return typeof value === 'boolean';
    case 'integer':
    case 'long':
      return Number.isInteger(value);
    case 'timestamp':
      return typeof value === 'number' && Number.isFinite(value);
    default:
      throw new Error(`shapes of type ${type} are not known to the local services`);
  }
}

function display(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
