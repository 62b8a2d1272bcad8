import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { AwsError } from './aws-error';

type Traits = Record<string, unknown>;

export interface Member {
  readonly target: string;
  readonly traits?: Traits;
}

export interface Shape {
  readonly type: string;
  readonly traits?: Traits;
  readonly members?: Record<string, Member>;
  readonly member?: Member;
  readonly key?: Member;
  readonly value?: Member;
  readonly input?: { readonly target: string };
  readonly output?: { readonly target: string };
  readonly errors?: readonly { readonly target: string }[];
}

export type Structure = Record<string, unknown>;

export interface Operation {
  readonly name: string;
  readonly method: string;
  /** Segments of the path; a label stands in braces. */
  readonly segments: readonly string[];
  /** The literal part of the query, such as `operation=tag-resource`. */
  readonly query: readonly (readonly [string, string])[];
  readonly successStatus: number;
  readonly input: Shape;
  readonly output: Shape;
  /** Names of the errors that the model declares for it. */
  readonly errors: readonly string[];
}

export interface Route {
  readonly operation: Operation;
  readonly labels: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
}

export interface HttpInput {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** Shapes of Smithy's prelude, which a model uses without defining them. */
const PRELUDE: Record<string, Shape> = {
  'smithy.api#String': { type: 'string' },
  'smithy.api#Boolean': { type: 'boolean' },
  'smithy.api#PrimitiveBoolean': { type: 'boolean' },
  'smithy.api#Integer': { type: 'integer' },
  'smithy.api#Long': { type: 'long' },
  'smithy.api#Timestamp': { type: 'timestamp' },
  'smithy.api#Unit': { type: 'structure', members: {} },
};

export function trait<T>(holder: { readonly traits?: Traits }, name: string): T | undefined {
  return holder.traits?.[name.includes('#') ? name : `smithy.api#${name}`] as T | undefined;
}

/** A service described by its Smithy model: finds operations, reads requests and writes responses in the restJson1 protocol. */
export class SmithyModel {
  /** Loads a model from `local-aws/models`. */
  public static load(fileName: string): SmithyModel {
    const file = path.join(__dirname, '..', 'models', fileName);
    const model = SmithyModel.loaded.get(file) ?? new SmithyModel(JSON.parse(readFileSync(file, 'utf8')).shapes);
    SmithyModel.loaded.set(file, model);
    return model;
  }

  /** A model never changes, so that all servers of a process share it. */
  private static readonly loaded = new Map<string, SmithyModel>();

  /** The service name in a credential scope. */
  public readonly signingName: string;
  public readonly operations: readonly Operation[];
  private readonly errors = new Map<string, Shape>();

  constructor(private readonly shapes: Record<string, Shape>) {
    const service = Object.values(shapes).find((shape) => shape.type === 'service');
    const signing = service && trait<{ name: string }>(service, 'aws.auth#sigv4');
    if (!signing || !trait(service, 'aws.protocols#restJson1')) {
      throw new Error('the model defines no service that speaks restJson1 with Signature Version 4');
    }
    this.signingName = signing.name;
    this.operations = Object.entries(shapes)
      .filter(([, shape]) => shape.type === 'operation')
      .map(([id, shape]) => this.operationOf(id, shape));
    for (const [id, shape] of Object.entries(shapes)) {
      if (trait(shape, 'error')) {
        this.errors.set(id.split('#')[1], shape);
      }
    }
  }

  public shape(target: string): Shape {
    const shape = this.shapes[target] ?? PRELUDE[target];
    if (!shape) {
      throw new Error(`the model has no shape ${target}`);
    }
    return shape;
  }

  public operation(name: string): Operation {
    const operation = this.operations.find((candidate) => candidate.name === name);
    if (!operation) {
      throw new Error(`the model has no operation ${name}`);
    }
    return operation;
  }

  /** The operation that a request addresses; the one with the longest literal query wins. */
  public route(method: string, url: string): Route | undefined {
    const [rawPath, rawQuery] = splitUrl(url);
    const query = new URLSearchParams(rawQuery);
    const segments = rawPath.split('/');
    return this.operations
      .map((operation) => ({ operation, labels: operation.method === method ? matchSegments(operation.segments, segments) : undefined, query }))
      .filter((route): route is Route => route.labels !== undefined
        && route.operation.query.every(([name, value]) => query.get(name) === value))
      .sort((one, other) => other.operation.query.length - one.operation.query.length)[0];
  }

  /** Collects the members of an operation's input from path, query, headers and body; `validateInput` checks them. */
  public readInput(route: Route, request: HttpInput): Structure {
    const members = Object.entries(route.operation.input.members ?? {});
    const body = members.some(([, member]) => isBodyMember(member)) ? readJsonBody(request) : {};
    const input: Structure = {};
    for (const [name, member] of members) {
      const value = isBodyMember(member) ? body[jsonName(name, member)] : this.boundValue(name, member, route, request);
      if (value !== undefined && value !== null) {
        input[name] = value;
      }
    }
    return input;
  }

  /** Writes an output as the body of a response. A value that the model does not allow is a bug of the local service, so it throws. */
  public writeOutput(operation: Operation, output: Structure): string {
    if (Object.keys(operation.output.members ?? {}).length === 0 && operation.successStatus === 204) {
      return '';
    }
    return JSON.stringify(this.write(operation.output, output, operation.name));
  }

  /** HTTP status and body of an error. */
  public writeError(error: AwsError): { status: number; body: string } {
    const shape = this.errors.get(error.code);
    const status = shape && trait<number>(shape, 'httpError') || error.status;
    // Chime's errors carry a sub-code beside the text, those of the Support App the text alone.
    const hasCode = [...this.errors.values()].some((candidate) => candidate.members?.Code);
    return { status, body: JSON.stringify(hasCode ? { Code: subCode(error.code), Message: error.message } : { message: error.message }) };
  }

  /** A copy of an input in which the values that the model marks sensitive are masked. */
  public redact(shape: Shape, value: unknown): unknown {
    if (trait(shape, 'sensitive')) {
      return '***';
    }
    if (Array.isArray(value)) {
      return shape.member ? value.map((item) => this.redact(this.shape(shape.member!.target), item)) : '***';
    }
    if (value !== null && typeof value === 'object') {
      return Object.fromEntries(Object.entries(value).map(([name, item]) => {
        const member = shape.type === 'map' ? shape.value : shape.members?.[name];
        return [name, !member || trait(member, 'sensitive') ? '***' : this.redact(this.shape(member.target), item)];
      }));
    }
    return value;
  }

  private operationOf(id: string, shape: Shape): Operation {
    const http = trait<{ method: string; uri: string; code: number }>(shape, 'http')!;
    const [uriPath, uriQuery] = splitUrl(http.uri);
    return {
      name: id.split('#')[1],
      method: http.method,
      segments: uriPath.split('/'),
      query: [...new URLSearchParams(uriQuery)],
      successStatus: http.code,
      input: this.shape(shape.input?.target ?? 'smithy.api#Unit'),
      output: this.shape(shape.output?.target ?? 'smithy.api#Unit'),
      errors: (shape.errors ?? []).map(({ target }) => target.split('#')[1]),
    };
  }

  private boundValue(name: string, member: Member, route: Route, request: HttpInput): unknown {
    if (trait(member, 'httpLabel')) {
      return this.parseBound(member, [route.labels[name]]);
    }
    const header = trait<string>(member, 'httpHeader');
    if (header) {
      const value = request.headers[header.toLowerCase()];
      return value === undefined ? undefined : this.parseBound(member, [value].flat());
    }
    const values = route.query.getAll(trait<string>(member, 'httpQuery')!);
    return values.length === 0 ? undefined : this.parseBound(member, values);
  }

  /** Text that is no value of the member's type stays text, for `validateInput` to report. */
  private parseBound(member: Member, values: readonly string[]): unknown {
    const shape = this.shape(member.target);
    if (shape.type === 'list') {
      return values.map((value) => this.parseBound(shape.member!, [value]));
    }
    const value = values[0];
    switch (shape.type) {
      case 'boolean':
        return value === 'true' || value === 'false' ? value === 'true' : value;
      case 'integer':
      case 'long':
        return /^-?\d+$/.test(value) ? Number(value) : value;
      case 'timestamp':
        return Number.isNaN(Date.parse(value)) ? value : Date.parse(value) / 1000;
      default:
        return value;
    }
  }

  private write(shape: Shape, value: unknown, where: string): unknown {
    if (shape.type === 'list') {
      return (value as unknown[]).map((item) => this.write(this.shape(shape.member!.target), item, where));
    }
    if (shape.type === 'map') {
      return Object.fromEntries(Object.entries(value as Structure)
        .map(([name, item]) => [name, this.write(this.shape(shape.value!.target), item, where)]));
    }
    if (shape.type === 'timestamp') {
      return (value as Date).getTime() / 1000;
    }
    if (shape.type !== 'structure') {
      return value;
    }
    const members = shape.members ?? {};
    const given = Object.entries(value as Structure).filter(([, item]) => item !== undefined);
    const unknown = given.find(([name]) => !members[name]);
    const missing = Object.entries(members).find(([name, member]) => trait(member, 'required') && (value as Structure)[name] === undefined);
    if (unknown || missing) {
      throw new Error(`the output of ${where} ${unknown ? `has no member ${unknown[0]}` : `lacks ${missing![0]}`}`);
    }
    return Object.fromEntries(given.map(([name, item]) =>
      [jsonName(name, members[name]), this.write(this.shape(members[name].target), item, `${where}.${name}`)]));
  }
}

function splitUrl(url: string): [string, string] {
  const mark = url.indexOf('?');
  return mark < 0 ? [url, ''] : [url.slice(0, mark), url.slice(mark + 1)];
}

function matchSegments(template: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  if (template.length !== segments.length) {
    return undefined;
  }
  const labels: Record<string, string> = {};
  for (const [index, expected] of template.entries()) {
    const segment = segments[index];
    if (!expected.startsWith('{')) {
      if (segment !== expected) {
        return undefined;
      }
    } else {
      const value = decode(segment);
      if (!value) {
        return undefined;
      }
      labels[expected.slice(1, -1)] = value;
    }
  }
  return labels;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function isBodyMember(member: Member): boolean {
  return !trait(member, 'httpLabel') && !trait(member, 'httpHeader') && !trait(member, 'httpQuery');
}

function jsonName(name: string, member: Member): string {
  return trait<string>(member, 'jsonName') ?? name;
}

function readJsonBody(request: HttpInput): Structure {
  if (request.body.length === 0) {
    return {};
  }
  const contentType = String(request.headers['content-type'] ?? '').split(';')[0].trim().toLowerCase();
  if (contentType !== 'application/json') {
    throw new AwsError('UnsupportedMediaTypeException', `The content type '${contentType}' is not application/json`);
  }
  let body: unknown;
  try {
    body = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(request.body));
  } catch {
    throw new AwsError('SerializationException', 'The request body is not valid JSON');
  }
  if (body === null || typeof body !== 'object' || Array.isArray(body)) {
    throw new AwsError('SerializationException', 'Start of structure or map found where not expected.');
  }
  return body as Structure;
}

function subCode(errorName: string): string {
  const name = errorName.replace(/Exception$/, '');
  return ({ ThrottledClient: 'Throttled', UnauthorizedClient: 'Unauthorized' } as Record<string, string>)[name] ?? name;
}
