import { Stack, Stage, Token } from 'aws-cdk-lib';
import type { Construct, IConstruct } from 'constructs';
import { MAXIMUM_CHANNELS_PER_ACCOUNT, MAXIMUM_WORKSPACES_PER_ACCOUNT } from '../constraints';

type Kind = 'workspace' | 'channel' | 'accountAlias';

interface Member {
  readonly construct: Construct;
  readonly stack: Stack;
  readonly kind: Kind;
  /** The parts that identify the target in its account. */
  readonly target: string[];
}

interface Conflict {
  readonly members: Member[];
  readonly message: string;
}

const assemblies = new WeakMap<IConstruct, Assembly>();

/** The Support App resources of one cloud assembly. What its stages deploy may go to different accounts at different times. */
class Assembly {
  public static of(construct: Construct): Assembly {
    const root = Stage.of(construct) ?? construct.node.root;
    const assembly = assemblies.get(root) ?? new Assembly();
    assemblies.set(root, assembly);
    return assembly;
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
    // The whole assembly is compared once, not once per stack.
    this.conflicts ??= groupBy(this.findConflicts(), ({ members }) => members[0].stack, ({ message }) => message);
    return this.conflicts.get(stack) ?? [];
  }

  private findConflicts(): Conflict[] {
    const accounts = groupBy(this.members, accountOf, (member) => member);
    return [...accounts].flatMap(([account, members]) => {
      const where = account instanceof Stack ? `stack "${account.node.path}"` : `account ${account}`;
      const workspaces = members.filter(({ kind }) => kind === 'workspace');
      const channels = members.filter(({ kind }) => kind === 'channel');
      const aliases = members.filter(({ kind }) => kind === 'accountAlias');
      return [
        ...duplicateWorkspaces(workspaces),
        ...duplicateChannels(channels, where),
        ...severalAliases(aliases, where),
        ...tooManyWorkspaces(workspaces, where),
        ...tooManyChannels(channels, where),
      ];
    });
  }
}

/** Checks, at synth, the rules that concern several constructs of one account. */
export function guardAccount(construct: Construct, kind: Kind, ...target: string[]): void {
  Assembly.of(construct).add({ construct, stack: Stack.of(construct), kind, target });
}

/** The account's number or, where it is not known, the stack: nested stacks are deployed into the account of their parent. */
function accountOf({ stack }: Member): string | Stack {
  return Token.isUnresolved(stack.account) ? rootStackOf(stack) : stack.account;
}

function rootStackOf(stack: Stack): Stack {
  return stack.nestedStackParent ? rootStackOf(stack.nestedStackParent) : stack;
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
    message: `the Slack channel ${same[0].target[1]} of the workspace ${same[0].target[0]} is configured ${same.length} times in ${where}: `
      + `${paths(same)}. An account has one configuration per channel: keep one of them.`,
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

/** The groups of members with one target; a target that is known only at deployment is not compared. */
function duplicates(members: Member[]): Member[][] {
  return [...groupBy(members.filter(isResolved), ({ target }) => JSON.stringify(target), (member) => member).values()]
    .filter((same) => same.length > 1);
}

function isResolved({ target }: Member): boolean {
  return !target.some((part) => Token.isUnresolved(part));
}

function paths(members: Member[]): string {
  return members.map(({ construct }) => construct.node.path).join(', ');
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
