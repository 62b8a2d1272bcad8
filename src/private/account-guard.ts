import { Stack, Stage, Token } from 'aws-cdk-lib/core';
import type { Construct, IConstruct } from 'constructs';
import { MAXIMUM_ACCOUNTS_PER_CHANNEL, MAXIMUM_CHANNELS_PER_ACCOUNT, MAXIMUM_WORKSPACES_PER_ACCOUNT } from '../constraints';
import { accountValuesIn, textIn } from './account-value-token';
import { knownAccountOf } from './target-account';
import { isUnresolved } from './validation';

type Kind = 'workspace' | 'channel' | 'accountAlias' | 'chimeChannel';

interface Member {
  readonly construct: Construct;
  readonly stack: Stack;
  readonly assembly: IConstruct;
  readonly kind: Kind;
  /** The parts that identify the target in its account. */
  readonly target: string[];
}

interface Conflict {
  readonly members: Member[];
  readonly message: string;
}

const applications = new WeakMap<IConstruct, Application>();

/** The resources of one construct tree that several constructs may have in common. */
class Application {
  public static of(construct: Construct): Application {
    const root = construct.node.root;
    const application = applications.get(root) ?? new Application();
    applications.set(root, application);
    return application;
  }

  private readonly members: Member[] = [];
  private readonly stacks = new Set<Stack>();
  private conflicts?: Map<Stack, string[]>;

  public add(member: Member): void {
    this.members.push(member);
    this.conflicts = undefined;
    if (!this.stacks.has(member.stack)) {
      this.stacks.add(member.stack);
      member.stack.node.addValidation({ validate: () => this.conflictsOf(member.stack) });
    }
  }

  /** A conflict of several stacks is reported once, at the stack of its first construct. */
  private conflictsOf(stack: Stack): string[] {
    // The whole tree is compared once, not once per stack.
    this.conflicts ??= groupBy(this.findConflicts(), ({ members }) => members[0].stack, ({ message }) => message);
    return this.conflicts.get(stack) ?? [];
  }

  private findConflicts(): Conflict[] {
    // What the stages of a pipeline deploy may be the same stack at different times: their stacks are compared with each other for two things only.
    const assemblies = groupBy(this.members, ({ assembly }) => assembly, (member) => member);
    return [
      ...[...assemblies.values()].flatMap(conflictsOfAssembly),
      ...severalRegions(this.members),
      ...tooManyAccounts(this.members),
    ];
  }
}

/** Checks, at synth, the rules that concern several constructs of one account. */
export function guardAccount(construct: Construct, kind: Kind, ...target: string[]): void {
  Application.of(construct).add({ construct, stack: Stack.of(construct), assembly: Stage.of(construct) ?? construct.node.root, kind, target });
}

function conflictsOfAssembly(members: Member[]): Conflict[] {
  return [...groupBy(members, accountOf, (member) => member)].flatMap(([account, neighbours]) => (account instanceof Stack
    ? conflictsOfTemplate(account, neighbours)
    : conflictsOfAccount(neighbours.map((member) => memberIn(account, member)), `account ${account}`)));
}

/** The account's number or, where it is not known, the stack: nested stacks are deployed into the account of their parent. */
function accountOf({ stack }: Member): string | Stack {
  return knownAccountOf(stack) ?? rootStackOf(stack);
}

function rootStackOf(stack: Stack): Stack {
  return stack.nestedStackParent ? rootStackOf(stack.nestedStackParent) : stack;
}

/** A template with values by account is checked as it is in each account; what several accounts have in common is told once. */
function conflictsOfTemplate(stack: Stack, members: Member[]): Conflict[] {
  const where = `stack "${stack.node.path}"`;
  const conflicts = new Map<string, Conflict>();
  for (const accountId of [undefined, ...listedAccounts(members)]) {
    const there = accountId === undefined ? where : `account ${accountId} by ${where}`;
    for (const conflict of conflictsOfAccount(members.map((member) => memberIn(accountId, member)), there)) {
      const key = `${conflict.members[0].kind} ${paths(conflict.members)}`;
      conflicts.set(key, conflicts.get(key) ?? conflict);
    }
  }
  return [...conflicts.values()];
}

function listedAccounts(members: Member[]): string[] {
  return [...new Set(members.flatMap(({ target }) => target.flatMap(accountValuesIn).flatMap(({ accountIds }) => accountIds)))].sort();
}

/** A construct with its target in an account. What is known only at deployment stays a token. */
function memberIn(accountId: string | undefined, member: Member): Member {
  return { ...member, target: member.target.map((part) => textIn(accountId, part) ?? part) };
}

function conflictsOfAccount(members: Member[], where: string): Conflict[] {
  const workspaces = members.filter(({ kind }) => kind === 'workspace');
  const channels = members.filter(({ kind }) => kind === 'channel');
  const aliases = members.filter(({ kind }) => kind === 'accountAlias');
  return [
    ...duplicateWorkspaces(workspaces),
    ...duplicateChannels(channels, where),
    ...duplicateChimeChannels(members.filter(({ kind }) => kind === 'chimeChannel'), where),
    ...severalAliases(aliases, where),
    ...tooManyWorkspaces(workspaces, where),
    ...tooManyChannels(channels, where),
  ];
}

function duplicateWorkspaces(workspaces: Member[]): Conflict[] {
  return [...groupBy(workspaces, ({ stack }) => stack, (member) => member).values()].flatMap((members) => duplicates(members).map((same) => ({
    members: same,
    message: `the Slack workspace ${same[0].target[0]} is defined ${same.length} times in one stack: ${paths(same)}. `
      + 'Define it once and pass that construct, or import it with SlackWorkspace.fromTeamId().',
  })));
}

function duplicateChannels(channels: Member[], where: string): Conflict[] {
  return duplicates(channels).map((same) => ({
    members: same,
    message: `${describe(same[0])} is configured ${same.length} times in ${where}: `
      + `${paths(same)}. An account has one configuration per channel: keep one of them.`,
  }));
}

/** The service would take the second for the first; which of them it is that changes the channel, nobody could tell. */
function duplicateChimeChannels(channels: Member[], where: string): Conflict[] {
  // Whoever gives the same attribute of a resource twice means the same AppInstance, although its ARN is not known yet.
  const known = channels.filter(({ target: [, channelId] }) => !isUnresolved(channelId));
  return sameTargets(known).map((same) => ({
    members: same,
    message: `a Chime channel of one AppInstance and channelId is defined ${same.length} times in ${where}: ${paths(same)}. `
      + 'Keep one of them, or give each a channelId of its own.',
  }));
}

function severalAliases(aliases: Member[], where: string): Conflict[] {
  return aliases.length <= 1 ? [] : [{
    members: aliases,
    message: `${aliases.length} account aliases are defined in ${where}: ${paths(aliases)}. An account has one alias: keep one of them.`,
  }];
}

function tooManyWorkspaces(workspaces: Member[], where: string): Conflict[] {
  // Several stacks may define one workspace; two that are known only at deployment may turn out to be one.
  const distinct = [...groupBy(workspaces.filter(isResolved), ({ target }) => target[0], (member) => member).values()].map(([first]) => first);
  return distinct.length <= MAXIMUM_WORKSPACES_PER_ACCOUNT ? [] : [{
    members: distinct,
    message: `${distinct.length} Slack workspaces are defined in ${where}: ${paths(distinct)}. `
      + `An account has at most ${MAXIMUM_WORKSPACES_PER_ACCOUNT}: remove ${distinct.length - MAXIMUM_WORKSPACES_PER_ACCOUNT}.`,
  }];
}

function tooManyChannels(channels: Member[], where: string): Conflict[] {
  return channels.length <= MAXIMUM_CHANNELS_PER_ACCOUNT ? [] : [{
    members: channels,
    message: `${channels.length} Slack channels are configured in ${where}: ${paths(channels)}. `
      + `An account has at most ${MAXIMUM_CHANNELS_PER_ACCOUNT}: remove ${channels.length - MAXIMUM_CHANNELS_PER_ACCOUNT}.`,
  }];
}

/** The configuration belongs to the account: from a second Region the same one is managed again. */
function severalRegions(members: Member[]): Conflict[] {
  const known = members
    .filter(({ stack }) => knownAccountOf(stack) !== undefined && !Token.isUnresolved(stack.region))
    .map((member) => memberIn(member.stack.account, member))
    .filter((member) => member.kind === 'accountAlias' || isResolved(member))
    // The ARN of its AppInstance says where a Chime channel is, whatever the Region of the stack.
    .filter(({ kind }) => kind !== 'chimeChannel');
  const targets = groupBy(known, ({ stack, kind, target }) => JSON.stringify([stack.account, kind, ...kind === 'accountAlias' ? [] : target]), (member) => member);
  return [...targets.values()].flatMap((same) => {
    const regions = [...new Set(same.map(({ stack }) => stack.region))].sort();
    // Two channels or aliases of one assembly are an error in one Region, too.
    const isReported = same[0].kind !== 'workspace' && new Set(same.map(({ assembly }) => assembly)).size === 1;
    return regions.length === 1 || isReported ? [] : [{
      members: same,
      message: `${describe(same[0])} is defined in ${regions.length} Regions of account ${same[0].stack.account} (${regions.join(', ')}): `
        + `${paths(same)}. The configuration belongs to the account, not to a Region: define it in one Region only.`,
    }];
  });
}

function tooManyAccounts(members: Member[]): Conflict[] {
  const channels = members.filter(({ kind }) => kind === 'channel').flatMap((member) => {
    const account = knownAccountOf(member.stack);
    return (account === undefined ? listedAccounts([member]) : [account])
      .map((accountId) => ({ accountId, member: memberIn(accountId, member) }))
      .filter((use) => isResolved(use.member));
  });
  return [...groupBy(channels, ({ member }) => JSON.stringify(member.target), (use) => use).values()].flatMap((uses) => {
    const accounts = new Set(uses.map(({ accountId }) => accountId)).size;
    const constructs = [...new Map(uses.map(({ member }) => [member.construct, member])).values()];
    return accounts <= MAXIMUM_ACCOUNTS_PER_CHANNEL ? [] : [{
      members: constructs,
      message: `${describe(constructs[0])} is configured in ${accounts} accounts: ${paths(constructs)}. A Slack channel serves at most `
        + `${MAXIMUM_ACCOUNTS_PER_CHANNEL} accounts: use another one for ${accounts - MAXIMUM_ACCOUNTS_PER_CHANNEL} of them; AccountValue.spread() spreads accounts.`,
    }];
  });
}

function describe({ kind, target }: Member): string {
  switch (kind) {
    case 'workspace': return `the Slack workspace ${target[0]}`;
    case 'channel': return `the Slack channel ${target[1]} of the workspace ${target[0]}`;
    case 'accountAlias': return 'the account alias';
    case 'chimeChannel': return 'the Chime channel';
  }
}

/** The groups of members with one target; a target that is known only at deployment is not compared. */
function duplicates(members: Member[]): Member[][] {
  return sameTargets(members.filter(isResolved));
}

function sameTargets(members: Member[]): Member[][] {
  return [...groupBy(members, ({ target }) => JSON.stringify(target), (member) => member).values()].filter((same) => same.length > 1);
}

function isResolved({ target }: Member): boolean {
  return !target.some(isUnresolved);
}

/** More paths than an account can have of anything help nobody. */
const MAXIMUM_PATHS = 25;

function paths(members: Member[]): string {
  const shown = members.slice(0, MAXIMUM_PATHS).map(({ construct }) => construct.node.path).join(', ');
  return members.length <= MAXIMUM_PATHS ? shown : `${shown} and ${members.length - MAXIMUM_PATHS} more`;
}

function groupBy<Item, Key, Value>(items: Item[], keyOf: (item: Item) => Key, valueOf: (item: Item) => Value): Map<Key, Value[]> {
  const groups = new Map<Key, Value[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) {
      group.push(valueOf(item));
    } else {
      groups.set(keyOf(item), [valueOf(item)]);
    }
  }
  return groups;
}
