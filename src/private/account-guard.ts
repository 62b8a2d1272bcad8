import { CfnResource, Stack, Stage, Token } from 'aws-cdk-lib/core';
import type { Construct, IConstruct } from 'constructs';
import { MAXIMUM_ACCOUNTS_PER_CHANNEL, MAXIMUM_CHANNELS_PER_ACCOUNT, MAXIMUM_WORKSPACES_PER_ACCOUNT } from '../constraints';
import { ExistingConfiguration } from '../existing-configuration';
import { accountValuesIn, textIn } from './account-value-token';
import { acknowledgeable, type AdviceName, isAcknowledged, isInTree, warn } from './acknowledgeable';
import { staysBehind } from './role-advice';
import { knownAccountOf } from './target-account';
import { isUnresolved } from './validation';

type Kind = 'workspace' | 'channel' | 'accountAlias' | 'chimeChannel';

/** What a construct manages, as far as it may be the same as what another one manages. */
export interface GuardedTarget {
  readonly kind: Kind;
  /** The parts that identify the target in its account. */
  readonly target: string[];
  readonly existing?: ExistingConfiguration;
}

interface Member extends GuardedTarget {
  readonly construct: Construct;
  readonly stack: Stack;
  readonly assembly: IConstruct;
}

interface Conflict {
  readonly name: AdviceName;
  readonly members: Member[];
  readonly message: string;
}

/** Whose constructs are compared with each other. */
interface Place {
  /** Such as `account 111122223333`. */
  readonly where: string;
  /** What is compared, as a sentence. */
  readonly comparison: string;
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
  private readonly told = new Set<Stack>();

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
    // The whole tree is compared once for each synthesis, not once per stack.
    if (this.told.has(stack)) {
      this.told.clear();
      this.conflicts = undefined;
    }
    this.told.add(stack);
    this.conflicts ??= groupBy(this.findConflicts(), ({ members }) => members[0].stack, ({ name, message }) => acknowledgeable(name, message));
    return this.conflicts.get(stack) ?? [];
  }

  private findConflicts(): Conflict[] {
    const members = this.members.filter(({ construct }) => isInTree(construct));
    // What the stages of a pipeline deploy may be the same stack at different times: their stacks are compared with each other for two things only.
    const assemblies = groupBy(members, ({ assembly }) => assembly, (member) => member);
    return [
      ...[...assemblies.values()].flatMap(conflictsOfAssembly),
      ...conflictsOfWorlds(members, severalRegions),
      ...unacknowledged('tooManyAccounts', members.filter((member) => conditionsOf(member).size === 0), tooManyAccounts),
    ];
  }
}

/** Checks, at synth, the rules that concern several constructs of one account. */
export function guardAccount(construct: Construct, target: GuardedTarget): void {
  Application.of(construct).add({ ...target, construct, stack: Stack.of(construct), assembly: Stage.of(construct) ?? construct.node.root });
}

/** The conditions under which a construct is deployed: those of its resource, and of the nested stacks around it. */
function conditionsOf({ construct, stack }: Pick<Member, 'construct' | 'stack'>): Set<unknown> {
  const nested = stack.nestedStackParent && { construct: stack.nestedStackResource!, stack: stack.nestedStackParent };
  const resource = CfnResource.isCfnResource(construct) ? construct : construct.node.defaultChild;
  const condition = CfnResource.isCfnResource(resource) ? resource.cfnOptions.condition : undefined;
  return new Set([...condition ? [condition] : [], ...nested ? conditionsOf(nested) : []]);
}

/**
 * The conflicts of constructs that are there together. Conditions may exclude each other, so of two constructs with different ones nobody knows; those of one
 * condition are there with each other, and with all that have none.
 */
function conflictsOfWorlds(members: Member[], find: (members: Member[]) => Conflict[]): Conflict[] {
  const conditions = new Map(members.map((member) => [member, conditionsOf(member)]));
  if ([...conditions.values()].every(({ size }) => size === 0)) {
    return find(members);
  }
  const sets = [new Set<unknown>(), ...[...conditions.values()].filter(({ size }) => size > 0)];
  const worlds = sets.map((world) => members.filter((member) => [...conditions.get(member)!].every((condition) => world.has(condition))));
  const distinct = [...new Map(worlds.map((world) => [world.map(({ construct }) => construct.node.path).join(), world])).values()];
  const found: Conflict[] = [];
  for (const conflict of distinct.flatMap(find)) {
    const isThere = (known: Conflict) => known.name === conflict.name
      && known.members.every(({ construct }) => conflict.members.some((member) => member.construct === construct));
    if (!found.some(isThere)) {
      found.push(conflict);
    }
  }
  return found;
}

/** Constructs that have acknowledged a conflict are left out of it. */
function unacknowledged(name: AdviceName, members: Member[], find: (members: Member[]) => Conflict[]): Conflict[] {
  const conflicts = find(members);
  const others = conflicts.length === 0 ? members : members.filter(({ construct }) => !isAcknowledged(construct, name));
  return others.length === members.length ? conflicts : find(others);
}

function conflictsOfAssembly(members: Member[]): Conflict[] {
  return [...groupBy(members, accountOf, (member) => member)].flatMap(([account, neighbours]) => (account instanceof Stack
    ? conflictsOfTemplate(account, neighbours)
    : conflictsOfAccount(neighbours.map((member) => memberIn(account, member)), {
      where: `account ${account}`,
      comparison: `Compared are all stacks of ${describeAssembly(neighbours[0].assembly)} whose env has this account`,
    })));
}

function describeAssembly(assembly: IConstruct): string {
  return assembly.node.path === '' ? 'the app, those of its stages aside,' : `the stage "${assembly.node.path}"`;
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
  const comparison = 'Compared is this stack alone, with its nested stacks, as its env has no account';
  const conflicts = new Map<string, Conflict>();
  for (const accountId of [undefined, ...listedAccounts(members)]) {
    const there = accountId === undefined ? where : `account ${accountId} by ${where}`;
    for (const conflict of conflictsOfAccount(members.map((member) => memberIn(accountId, member)), { where: there, comparison })) {
      const key = `${conflict.name} ${paths(conflict.members)}`;
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

function conflictsOfAccount(members: Member[], place: Place): Conflict[] {
  const ofKind = (kind: Kind) => members.filter((member) => member.kind === kind);
  const [workspaces, channels, aliases, chimeChannels] = (['workspace', 'channel', 'accountAlias', 'chimeChannel'] as const).map(ofKind);
  const rules: [Member[], AdviceName, (members: Member[], place: Place) => Conflict[]][] = [
    [workspaces, 'duplicateWorkspace', duplicateWorkspaces],
    [channels, 'duplicateChannel', duplicateChannels],
    [chimeChannels, 'duplicateChimeChannel', duplicateChimeChannels],
    [aliases, 'severalAliases', severalAliases],
    [workspaces, 'tooManyWorkspaces', tooManyWorkspaces],
    [channels, 'tooManyChannels', tooManyChannels],
  ];
  return rules.flatMap(([guarded, name, find]) => (
    conflictsOfWorlds(guarded, (world) => unacknowledged(name, world, (others) => find(others, place)))
  ));
}

function duplicateWorkspaces(workspaces: Member[]): Conflict[] {
  return [...groupBy(workspaces, ({ stack }) => stack, (member) => member).values()].flatMap((members) => duplicates(members).map((same) => ({
    name: 'duplicateWorkspace',
    members: same,
    message: `the Slack workspace ${same[0].target[0]} is defined ${same.length} times in one stack: ${paths(same)}. `
      + 'Define it once and pass that construct, or import it with SlackWorkspace.fromTeamId(). Compared are the constructs of one stack.',
  })));
}

function duplicateChannels(channels: Member[], { where, comparison }: Place): Conflict[] {
  return duplicates(channels).filter((same) => !isHandOver(same)).map((same) => ({
    name: 'duplicateChannel',
    members: same,
    message: `${describe(same[0])} is configured ${same.length} times in ${where}: `
      + `${paths(same)}. An account has one configuration per channel: keep one of them. ${comparison}.`,
  }));
}

/** The service would take the second for the first; which of them it is that changes the channel, nobody could tell. */
function duplicateChimeChannels(channels: Member[], { where, comparison }: Place): Conflict[] {
  // Whoever gives the same attribute of a resource twice means the same AppInstance, although its ARN is not known yet.
  const known = channels.filter(({ target: [, channelId] }) => !isUnresolved(channelId));
  return sameTargets(known).filter((same) => !isHandOver(same)).map((same) => ({
    name: 'duplicateChimeChannel',
    members: same,
    message: `a Chime channel of one AppInstance and channelId is defined ${same.length} times in ${where}: ${paths(same)}. `
      + `Keep one of them, or give each a channelId of its own. ${comparison}.`,
  }));
}

function severalAliases(aliases: Member[], { where, comparison }: Place): Conflict[] {
  return aliases.length <= 1 || isHandOver(aliases) ? [] : [{
    name: 'severalAliases',
    members: aliases,
    message: `${aliases.length} account aliases are defined in ${where}: ${paths(aliases)}. An account has one alias: keep one of them. ${comparison}.`,
  }];
}

/**
 * Whether one stack leaves what another one takes: then both may have it until the first is deployed without it. Neither deletes it. It is told, as the
 * later of the two deployments decides what the target is.
 */
function isHandOver(members: Member[]): boolean {
  const isTaker = ({ existing }: Member) => existing !== undefined && existing !== ExistingConfiguration.FAIL;
  const [giver, taker] = [members.find((member) => !isTaker(member)), members.find(isTaker)];
  const resource = giver?.construct.node.defaultChild;
  if (members.length !== 2 || !giver || !taker || giver.stack === taker.stack || !CfnResource.isCfnResource(resource) || !staysBehind(resource)) {
    return false;
  }
  warn(taker.construct, 'handOver', `${describe(taker)} is handed over by ${giver.construct.node.path}, which leaves it, to ${taker.construct.node.path}, which takes `
    + `it. Remove ${giver.construct.node.path} once stack "${taker.stack.node.path}" is deployed: until then the later deployment of the two decides.`);
  return true;
}

function tooManyWorkspaces(workspaces: Member[], { where, comparison }: Place): Conflict[] {
  // Several stacks may define one workspace; two that are known only at deployment may turn out to be one.
  const distinct = [...groupBy(workspaces.filter(isResolved), ({ target }) => target[0], (member) => member).values()].map(([first]) => first);
  return distinct.length <= MAXIMUM_WORKSPACES_PER_ACCOUNT ? [] : [{
    name: 'tooManyWorkspaces',
    members: distinct,
    message: `${distinct.length} Slack workspaces are defined in ${where}: ${paths(distinct)}. `
      + `An account has at most ${MAXIMUM_WORKSPACES_PER_ACCOUNT}: remove ${distinct.length - MAXIMUM_WORKSPACES_PER_ACCOUNT}. ${comparison}.`,
  }];
}

function tooManyChannels(channels: Member[], { where, comparison }: Place): Conflict[] {
  return channels.length <= MAXIMUM_CHANNELS_PER_ACCOUNT ? [] : [{
    name: 'tooManyChannels',
    members: channels,
    message: `${channels.length} Slack channels are configured in ${where}: ${paths(channels)}. `
      + `An account has at most ${MAXIMUM_CHANNELS_PER_ACCOUNT}: remove ${channels.length - MAXIMUM_CHANNELS_PER_ACCOUNT}. ${comparison}.`,
  }];
}

function severalRegions(members: Member[]): Conflict[] {
  return unacknowledged('severalRegions', members, inSeveralRegions);
}

/** The configuration belongs to the account: from a second Region the same one is managed again. */
function inSeveralRegions(members: Member[]): Conflict[] {
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
      name: 'severalRegions',
      members: same,
      message: `${describe(same[0])} is defined in ${regions.length} Regions of account ${same[0].stack.account} (${regions.join(', ')}): `
        + `${paths(same)}. The configuration belongs to the account, not to a Region: define it in one Region only. Compared are all `
        + 'stacks of the app, those of all stages included, whose env has the account and a Region.',
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
      name: 'tooManyAccounts',
      members: constructs,
      message: `${describe(constructs[0])} is configured in ${accounts} accounts: ${paths(constructs)}. A Slack channel serves at most `
        + `${MAXIMUM_ACCOUNTS_PER_CHANNEL} accounts: use another one for ${accounts - MAXIMUM_ACCOUNTS_PER_CHANNEL} of them; AccountValue.spread() spreads accounts. `
        + 'Compared are all stacks of the app, those of all stages included, whose env or AccountValue names accounts.',
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
