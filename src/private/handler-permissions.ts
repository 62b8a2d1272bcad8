import { createHash } from 'node:crypto';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Stack, Token } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { ChimeChannelProperties } from '../contract';

/** The kinds of statements in the order in which a policy lists them, whatever the order in which constructs are defined. */
const ORDER = [
  'logs', 'network', 'tracing', 'deadLetterQueue', 'deadLetterKey', 'stack', 'otherStacks', 'workspace', 'channelConfiguration', 'passRole', 'accountAlias',
  'chime', 'chimeMembers', 'chimeExpiration', 'chimeFlow',
] as const;

/** What the handler may do; statements of one kind differ in their resources only. */
export interface Permission {
  readonly kind: typeof ORDER[number];
  readonly actions: string[];
  readonly resources: string[];
  readonly conditions?: { [operator: string]: { [key: string]: string } };
  /** Fewer resources that hold the others, for a stack that has more than a role can be allowed one by one. */
  readonly widened?: string[];
  /** Whether it takes back what a creation has done, so that it must outlast a rollback. */
  readonly isForWayBack?: boolean;
}

/** The actions of a workspace. Neither these nor the other Support App actions know resources or condition keys. */
export const SLACK_WORKSPACE_PERMISSION: Permission = {
  kind: 'workspace',
  actions: [
    'supportapp:RegisterSlackWorkspaceForOrganization',
    'supportapp:ListSlackWorkspaceConfigurations',
    'supportapp:DeleteSlackWorkspaceConfiguration',
    // A workspace that others' channels use stays.
    'supportapp:ListSlackChannelConfigurations',
  ],
  resources: ['*'],
};

export const SLACK_CHANNEL_CONFIGURATION_PERMISSION: Permission = {
  kind: 'channelConfiguration',
  actions: [
    'supportapp:CreateSlackChannelConfiguration',
    'supportapp:UpdateSlackChannelConfiguration',
    'supportapp:DeleteSlackChannelConfiguration',
    'supportapp:ListSlackChannelConfigurations',
  ],
  resources: ['*'],
};

export const ACCOUNT_ALIAS_PERMISSION: Permission = {
  kind: 'accountAlias',
  actions: ['supportapp:PutAccountAlias', 'supportapp:GetAccountAlias', 'supportapp:DeleteAccountAlias'],
  resources: ['*'],
};

/** What `AWSLambdaVPCAccessExecutionRole` allows beside the logs. */
export const NETWORK_INTERFACE_PERMISSION: Permission = {
  kind: 'network',
  actions: [
    'ec2:CreateNetworkInterface',
    'ec2:DescribeNetworkInterfaces',
    'ec2:DescribeSubnets',
    'ec2:DeleteNetworkInterface',
    'ec2:AssignPrivateIpAddresses',
    'ec2:UnassignPrivateIpAddresses',
  ],
  resources: ['*'],
};

/** X-Ray knows no resources of these actions. */
export const TRACING_PERMISSION: Permission = {
  kind: 'tracing',
  actions: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
  resources: ['*'],
};

/** A queue that may tell which key it is encrypted with. */
type Queue = sqs.IQueueRef & Partial<Pick<sqs.IQueue, 'encryptionMasterKey'>>;

/** Lambda sends to the queue with the role of the function. */
export function deadLetterPermissions({ queueRef: { queueArn }, encryptionMasterKey }: Queue): Permission[] {
  return [
    { kind: 'deadLetterQueue', actions: ['sqs:SendMessage'], resources: [queueArn] },
    ...(encryptionMasterKey ? [{
      kind: 'deadLetterKey' as const, actions: ['kms:GenerateDataKey', 'kms:Decrypt'], resources: [encryptionMasterKey.keyArn],
    }] : []),
  ];
}

/** Registering a role with the Support App passes it, at creation and at each update. */
export function passChannelRolePermission(channelRoleArn: string): Permission {
  return {
    kind: 'passRole',
    actions: ['iam:PassRole'],
    resources: [channelRoleArn],
    conditions: { StringEquals: { 'iam:PassedToService': 'supportapp.amazonaws.com' } },
  };
}

/** An adoption that is undone gives the former role back. */
export function passFormerRolePermission(formerRoleArn: string): Permission {
  return { ...passChannelRolePermission(formerRoleArn), isForWayBack: true };
}

/** Chime checks both the bearer and the channel; the id of a channel is known only once it is made. */
export function chimeChannelPermissions(properties: ChimeChannelProperties): Permission[] {
  const { AppInstanceArn: appInstanceArn, ChimeBearer: chimeBearer, ChannelFlowArn: channelFlowArn } = properties;
  const resources = [`${appInstanceArn}/channel/*`, chimeBearer];
  const permission = (kind: Permission['kind'], actions: string[], ...others: string[]): Permission =>
    ({ kind, actions: actions.map((action) => `chime:${action}`), resources: [...resources, ...others], widened: [`${appInstanceArn}/*`] });
  return [
    permission('chime', [
      'CreateChannel',
      'UpdateChannel',
      'DeleteChannel',
      'TagResource',
      'UntagResource',
      // Whether a channel that cannot be deleted is there, and what of it differs where its id is taken.
      'ListChannelsModeratedByAppInstanceUser',
      'DescribeChannel',
      'ListTagsForResource',
      // A new bearer becomes moderator before the old one goes.
      'CreateChannelModerator',
      'DeleteChannelModerator',
      'ListChannelModerators',
    ]),
    ...(properties.MemberArns === undefined ? [] : [
      permission('chimeMembers', ['BatchCreateChannelMembership', 'DeleteChannelMembership', 'ListChannelMemberships']),
    ]),
    ...(properties.ExpirationSettings === undefined ? [] : [permission('chimeExpiration', ['PutChannelExpirationSettings'])]),
    ...(channelFlowArn === undefined ? [] : [permission(
      'chimeFlow',
      ['AssociateChannelFlow', 'DisassociateChannelFlow'],
      // A channel that is adopted may have any other one.
      properties.Existing === 'ADOPT' || properties.Existing === 'OWN' ? `${appInstanceArn}/channel-flow/*` : channelFlowArn,
    )]),
  ];
}

/** The handler looks for another resource of its own stack that claims the same target: the sign of a moved construct. */
export function ownStackPermission(scope: Construct): Permission {
  const { stackId, nestedStackParent } = Stack.of(scope);
  return {
    kind: 'stack',
    actions: ['cloudformation:ListStackResources', 'cloudformation:DescribeStackEvents'],
    // A nested stack is undone with the one that it is a part of. To one that is nested itself the CDK would hand its own id as a
    // parameter, on which it would then depend.
    resources: [stackId, ...nestedStackParent && !nestedStackParent.nestedStackParent ? [nestedStackParent.stackId] : []],
  };
}

/**
 * Before the handler deletes what its stack created it asks whether another stack of the account and Region has it by now. Whose stack
 * that is, nobody knows before the answer, so no resource can be named.
 */
export const OTHER_STACKS_PERMISSION: Permission = {
  kind: 'otherStacks',
  actions: ['cloudformation:DescribeStackResources'],
  resources: ['*'],
};

export function logPermission(logGroupArn: string): Permission {
  return { kind: 'logs', actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logGroupArn] };
}

/** The text of a resource by which it is compared. Most hold no token, and a synth asks for them again and again. */
function canonical(resource: string, resolve: (value: string) => unknown): string {
  return JSON.stringify(Token.isUnresolved(resource) ? resolve(resource) : resource);
}

/** Stacks of one kind have one fingerprint: it is computed once. */
const fingerprints = new Map<string, string>();

function fingerprintOf(identity: string): string {
  const fingerprint = fingerprints.get(identity) ?? createHash('sha256').update(identity).digest('hex').slice(0, 4).toUpperCase();
  fingerprints.set(identity, fingerprint);
  return fingerprint;
}

/** What a token may become, in characters: the ARN of a role of the stack, or of an AppInstance. */
const TOKEN_LENGTH = 130;

/** How long a resource is in a policy at most, as far as that can be told before the deployment. */
function lengthOf(resource: string): number {
  return resource.replace(/\$\{Token\[[^\]]*\]\}/gu, 'x'.repeat(TOKEN_LENGTH)).length + '"",'.length;
}

/** What a statement is rendered from. */
interface Entry {
  readonly permission: Permission;
  readonly resources: Set<string>;
}

/** The part of a policy: the `index`-th of several that share the permissions, each as much as it has room for. */
export interface Share {
  readonly index: number;
  readonly rooms: number[];
}

const WHOLE: Share = { index: 0, rooms: [1] };

/** The permissions that the resources of a stack need together. */
export class HandlerPermissions {
  private readonly permissions = new Map<Permission['kind'], Entry>();
  private readonly wayBack = new Set<string>();
  /** Each resource of a stack asks for it at each step of a synth. It stays until something is added, unless a token decides it. */
  private currentFingerprint?: string;
  private length = 0;
  /** In place of the entries that can be widened, if they are too many. */
  private readonly wideEntry: { actions: Set<string>; resources: Set<string> } = { actions: new Set(), resources: new Set() };
  private wideLength = 0;

  /** Permissions of which a role can be allowed at most so many characters; beyond that, fewer resources stand for them. */
  constructor(private readonly maximumLength: number = Infinity) {}

  /** Adds a permission; answers the part of it that is new, if any. */
  public add(permission: Permission): Permission | undefined {
    const entry = this.permissions.get(permission.kind) ?? this.newEntry(permission);
    const resources = permission.resources.filter((resource) => !entry.resources.has(resource));
    resources.forEach((resource) => entry.resources.add(resource));
    if (permission.isForWayBack) {
      permission.resources.forEach((resource) => this.wayBack.add(resource));
    }
    const length = sum(resources.map(lengthOf));
    this.length += length;
    this.wideLength += permission.widened ? this.widen(permission.widened) : length;
    this.permissions.set(permission.kind, { ...entry, permission });
    this.currentFingerprint = undefined;
    return resources.length > 0 ? { ...permission, resources } : undefined;
  }

  private newEntry(permission: Permission): Entry {
    const length = JSON.stringify({ Effect: 'Allow', Action: permission.actions, Resource: [], Condition: permission.conditions }).length;
    this.length += length;
    this.wideLength += length;
    if (permission.widened) {
      permission.actions.forEach((action) => this.wideEntry.actions.add(action));
    }
    return { permission, resources: new Set() };
  }

  /** Adds resources to the entry that stands for others, and answers how long they are. */
  private widen(widened: string[]): number {
    const added = widened.filter((resource) => !this.wideEntry.resources.has(resource));
    added.forEach((resource) => this.wideEntry.resources.add(resource));
    return sum(added.map(lengthOf));
  }

  private get isWidened(): boolean {
    return this.length > this.maximumLength;
  }

  /** How many characters of policies the permissions take, at most. */
  public get characters(): number {
    return this.isWidened ? this.wideLength : this.length;
  }

  /** The resources that stand for others, where there are any. */
  public get wideResources(): string[] {
    return this.isWidened ? [...this.wideEntry.resources] : [];
  }

  /**
   * Four characters that differ when other kinds of resources, or other Chime channels, are managed. What the handler
   * may pass on to a channel does not count, as a deletion passes nothing on; what an adoption that is undone gives back does.
   */
  public fingerprint(resolve: (value: string) => unknown): string {
    if (this.currentFingerprint !== undefined) {
      return this.currentFingerprint;
    }
    const kinds = ORDER.filter((kind) => this.permissions.has(kind) && kind !== 'passRole');
    const resourcesOf = (kind: Permission['kind']) => [...this.permissions.get(kind)!.resources];
    const identity = kinds.map((kind) => [kind, ...resourcesOf(kind).map((resource) => canonical(resource, resolve)).sort()]);
    const wayBack = [...this.wayBack];
    const given = wayBack.length > 0 ? [['passRole', ...wayBack.map((resource) => canonical(resource, resolve)).sort()]] : [];
    const fingerprint = fingerprintOf(JSON.stringify([...identity, ...given]));
    if (![...wayBack, ...kinds.flatMap(resourcesOf)].some((resource) => Token.isUnresolved(resource))) {
      this.currentFingerprint = fingerprint;
    }
    return fingerprint;
  }

  /**
   * The statements of a policy document. Written out here so that the template depends neither on the order of
   * definition nor on the feature flags and the version of the CDK.
   */
  public render(resolve: (value: string) => unknown, share: Share = WHOLE): object[] {
    const entries = this.entries().map(({ permission, resources }) => ({ permission, resources: sorted([...resources], resolve) }));
    return share.rooms.length === 1 ? entries.flatMap(renderStatement) : partOf(entries, share).flatMap(renderStatement);
  }

  private entries(): Entry[] {
    const entries = ORDER.flatMap((kind) => this.permissions.get(kind) ?? []);
    if (!this.isWidened) {
      return entries;
    }
    const { actions, resources } = this.wideEntry;
    return [
      ...entries.filter(({ permission }) => !permission.widened),
      { permission: { kind: 'chime', actions: [...actions].sort(), resources: [] }, resources },
    ];
  }
}

interface SortedEntry {
  readonly permission: Permission;
  readonly resources: string[];
}

/** Two tokens can stand for one value. Sorted by it, as the order of definition must not show. */
function sorted(resources: string[], resolve: (value: string) => unknown): string[] {
  return resources.length <= 1 ? resources : [...new Map(resources.map((resource) => [canonical(resource, resolve), resource]))]
    .sort(([one], [other]) => one < other ? -1 : 1).map(([, resource]) => resource);
}

/** The resources of which the middle is in a part of all that they are together. */
function partOf(entries: SortedEntry[], { index, rooms }: Share): SortedEntry[] {
  const scale = sum(entries.flatMap(({ resources }) => resources.map(lengthOf))) / sum(rooms);
  const [start, end] = [rooms.slice(0, index), rooms.slice(0, index + 1)].map((before) => sum(before) * scale);
  let position = 0;
  return entries.map(({ permission, resources }) => ({
    permission,
    resources: resources.filter((resource) => {
      const middle = position + lengthOf(resource) / 2;
      position += lengthOf(resource);
      return middle >= start && middle < end;
    }),
  }));
}

function renderStatement({ permission: { actions, conditions }, resources }: SortedEntry): object[] {
  return resources.length === 0 ? [] : [{
    Effect: 'Allow',
    Action: actions.length === 1 ? actions[0] : actions,
    Resource: resources.length === 1 ? resources[0] : resources,
    ...(conditions ? { Condition: conditions } : {}),
  }];
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
