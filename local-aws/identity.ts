/** A caller of the local services: what an access key id stands for. */
export interface Identity {
  readonly accountId: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** ARN of the role or user that holds the key, as it appears in an access-denied message. */
  readonly principalArn: string;
  /** ARN of the role whose session it is, with the role's path. @default - none, or one without a path */
  readonly roleArn?: string;
  /** Identity policies; read at each request, so that a policy that changes takes effect. `undefined` allows everything (an administrator). */
  readonly policies?: () => PolicyDocument[];
}

export interface PolicyDocument {
  readonly Version?: string;
  readonly Statement: PolicyStatement | PolicyStatement[];
}

export interface PolicyStatement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | string[];
  readonly Resource: string | string[];
  readonly Condition?: Record<string, Record<string, string | string[]>>;
}

export interface AuthorizationRequest {
  /** Such as `supportapp:CreateSlackChannelConfiguration`. */
  readonly action: string;
  /** ARN of the resource, or `*` for actions without resource types. */
  readonly resource: string;
  /** Condition keys, such as `iam:PassedToService`. */
  readonly context?: Record<string, string>;
}

/** The credentials that the local services know. */
export class Identities {
  private readonly byAccessKeyId = new Map<string, Identity>();
  private issued = 0;

  /** Issues a new key pair (and a session token, as a role's credentials have one). */
  public issue(options: { accountId: string; principalArn: string; roleArn?: string; policies?: () => PolicyDocument[] }): Identity {
    this.issued += 1;
    const serial = String(this.issued).padStart(12, '0');
    const identity: Identity = {
      ...options,
      accessKeyId: `ASIA${serial}LOCL`,
      secretAccessKey: `local-secret-${serial}`,
      sessionToken: `local-session-${serial}`,
    };
    this.byAccessKeyId.set(identity.accessKeyId, identity);
    return identity;
  }

  public find(accessKeyId: string): Identity | undefined {
    return this.byAccessKeyId.get(accessKeyId);
  }
}

/** Evaluates identity policies as IAM does: an explicit deny wins, then an allow, else denied. */
export function isAllowed(identity: Identity, request: AuthorizationRequest): boolean {
  if (!identity.policies) {
    return true;
  }
  const statements = identity.policies().flatMap((document) => document.Statement);
  const matching = statements.filter((statement) => matches(statement, request));
  return matching.some((statement) => statement.Effect === 'Allow') && !matching.some((statement) => statement.Effect === 'Deny');
}

function matches(statement: PolicyStatement, request: AuthorizationRequest): boolean {
  return asList(statement.Action).some((pattern) => wildcard(pattern.toLowerCase(), request.action.toLowerCase()))
    && asList(statement.Resource).some((pattern) => wildcard(pattern, request.resource))
    && Object.entries(statement.Condition ?? {}).every(([operator, keys]) => conditionHolds(operator, keys, request.context ?? {}));
}

function conditionHolds(operator: string, keys: Record<string, string | string[]>, context: Record<string, string>): boolean {
  const test = CONDITION_OPERATORS[operator];
  if (!test) {
    throw new Error(`condition operator ${operator} is not known to the local IAM`);
  }
  return Object.entries(keys).every(([key, values]) =>
    context[key] !== undefined && asList(values).some((value) => test(value, context[key])));
}

const CONDITION_OPERATORS: Record<string, (expected: string, actual: string) => boolean> = {
  StringEquals: (expected, actual) => expected === actual,
  StringLike: wildcard,
  ArnEquals: wildcard,
  ArnLike: wildcard,
};

/** By the patterns of policies, which are asked for each request. */
const EXPRESSIONS = new Map<string, RegExp>();

function wildcard(pattern: string, value: string): boolean {
  let expression = EXPRESSIONS.get(pattern);
  if (!expression) {
    const source = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '[\\s\\S]*').replace(/\?/g, '[\\s\\S]');
    expression = new RegExp(`^${source}$`);
    EXPRESSIONS.set(pattern, expression);
  }
  return expression.test(value);
}

function asList<T>(value: T | T[]): T[] {
  return Array.isArray(value) ? value : [value];
}
