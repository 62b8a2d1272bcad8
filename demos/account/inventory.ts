import { parsePhysicalId, type PhysicalId } from '../../lambda/core/physical-id';
import type { Stack, StackResource } from '../../local-aws/cloudformation/stack';
import type { LocalAws } from '../../local-aws/local-aws';
import type { ChimeChannelRecord } from '../../local-aws/services/chime-store';
import type { SlackChannelConfiguration } from '../../local-aws/services/support-app-store';
import {
  ACCOUNT_ALIAS_TYPE, CHIME_CHANNEL_TYPE, SLACK_CHANNEL_CONFIGURATION_TYPE, SLACK_WORKSPACE_TYPE,
} from '../../src/contract';
import { formatTable } from '../common/table';
import { printWrapped, shortenMiddle, type Terminal } from '../common/terminal';

/** Whose a thing is. The stack says so in its physical ids; what is in none of them is not the stack's. */
export type Owner = 'stack (created)' | 'stack (adopted)' | 'stack (owned)' | 'no stack';

/** Something that exists in the services, whoever made it. */
export interface InventoryItem {
  readonly kind: string;
  readonly id: string;
  readonly settings: Record<string, string>;
  readonly owner: Owner;
}

const WIDEST_SETTINGS = 48;
/** What the other columns of the table take, with the gaps between them. */
const OTHER_COLUMNS = 50;

/**
 * What exists in the services of the account, and whose it is.
 *
 * @param only The stack whose things alone are wanted.
 */
export function takeInventory({ services, cloudFormation }: LocalAws, only?: Stack): InventoryItem[] {
  const accountId = only?.accountId ?? cloudFormation.accountId;
  const items = takeInventoryOf(services, accountId, only ? [only] : cloudFormation.stacks.filter((stack) => stack.accountId === accountId));
  return only ? items.filter(({ owner }) => owner !== 'no stack') : items;
}

function takeInventoryOf(services: LocalAws['services'], accountId: string, stacks: readonly Stack[]): InventoryItem[] {
  const { accountAlias, workspaces } = services.supportApp.store.account(accountId);
  const owned = stacks.flatMap((stack) => stack.liveResources()).flatMap((resource) => holdingOf(resource, accountId) ?? []);
  const ownerOf = (type: string, ...target: string[]): Owner => {
    const id = owned.find((other) => other.resourceType === type && target.every((part, index) => other.target[index] === part));
    return id ? `stack (${id.ownership})` : 'no stack';
  };
  return [
    ...[...workspaces.values()].map(({ teamId, teamName }) => ({
      kind: 'Slack workspace', id: teamId, settings: { name: teamName }, owner: ownerOf(SLACK_WORKSPACE_TYPE, teamId),
    })),
    ...services.supportApp.store.channels(accountId).sort((one, other) => one.channelId.localeCompare(other.channelId)).map((channel) => ({
      kind: 'Slack channel',
      id: channel.channelId,
      settings: slackChannelSettings(channel),
      owner: ownerOf(SLACK_CHANNEL_CONFIGURATION_TYPE, channel.teamId, channel.channelId),
    })),
    ...accountAlias === undefined ? [] : [{
      kind: 'Account alias', id: accountId, settings: { alias: accountAlias }, owner: ownerOf(ACCOUNT_ALIAS_TYPE, accountId),
    }],
    ...[...services.chime.store.channels.values()].filter(({ channelArn }) => channelArn.split(':')[4] === accountId).map((channel) => ({
      kind: 'Chime channel',
      id: channel.channelArn.split('/').at(-1)!.slice(0, 8),
      settings: chimeChannelSettings(channel),
      owner: ownerOf(CHIME_CHANNEL_TYPE, channel.channelArn),
    })),
  ];
}

/** What a resource stands for: the handler's physical ids say so, those of CloudFormation's own types name the target alone. */
function holdingOf({ type, physicalId }: StackResource, accountId: string): Pick<PhysicalId, 'resourceType' | 'target' | 'ownership'> | undefined {
  const [resourceType, target] = ({
    'AWS::SupportApp::AccountAlias': [ACCOUNT_ALIAS_TYPE, [accountId]],
    'AWS::SupportApp::SlackWorkspaceConfiguration': [SLACK_WORKSPACE_TYPE, [physicalId ?? '']],
    'AWS::SupportApp::SlackChannelConfiguration': [SLACK_CHANNEL_CONFIGURATION_TYPE, (physicalId ?? '').split('|')],
    'AWS::Chime::Channel': [CHIME_CHANNEL_TYPE, (physicalId ?? '').split('|')],
  } as Record<string, [string, string[]] | undefined>)[type] ?? [];
  return resourceType === undefined ? parsePhysicalId(physicalId) : { resourceType, target: target!, ownership: 'created' };
}

function slackChannelSettings(channel: SlackChannelConfiguration): Record<string, string> {
  const notifications = [
    channel.notifyOnCreateOrReopenCase && 'create',
    channel.notifyOnAddCorrespondenceToCase && 'correspondence',
    channel.notifyOnResolveCase && 'resolve',
  ];
  return {
    name: channel.channelName ?? '(none)',
    severity: channel.notifyOnCaseSeverity,
    notify: notifications.filter(Boolean).join(' '),
    role: channel.channelRoleArn.split('/').at(-1)!,
  };
}

function chimeChannelSettings(channel: ChimeChannelRecord): Record<string, string> {
  return {
    name: channel.name,
    mode: channel.mode,
    privacy: channel.privacy,
    members: [...channel.members].map((arn) => arn.split('/').at(-1)).sort().join(' '),
    moderators: [...channel.moderators].map((arn) => arn.split('/').slice(-2).join('/')).sort().join(' '),
    tags: [...channel.tags].map(([key, value]) => `${key}=${value}`).join(' '),
    messages: String(channel.messages.length),
  };
}

export function printInventory(items: InventoryItem[], terminal: Terminal): void {
  const width = Math.min(WIDEST_SETTINGS, terminal.width - OTHER_COLUMNS);
  const rows = items.map(({ kind, id, settings, owner }) => [
    kind, id, formatSettings(settings, width), owner,
  ]);
  formatTable(['Resource', 'Id', 'Settings', 'Owner'], rows, terminal, '  ').forEach((line) => terminal.print(line));
}

/** What has no value, such as no tags, tells nothing. */
function formatSettings(settings: Record<string, string>, width: number): string {
  return fillLines(Object.entries(settings).filter(([, value]) => value !== '').map(([name, value]) => formatSetting(name, value, width)), width);
}

/** The name of a role is cut in its middle, as nothing else tells it apart; what has several words wraps. */
function formatSetting(name: string, value: string, width: number): string {
  return value.includes(' ') ? `${name}: ${value}` : shortenMiddle(`${name}: ${value}`, width);
}

/** Joins settings into lines, as many in each as fit. */
function fillLines(settings: string[], width: number): string {
  return settings.reduce((text, setting) => {
    const line = `${text.split('\n').at(-1)}, ${setting}`;
    return line.length > width ? `${text}\n${setting}` : `${text}, ${setting}`;
  });
}

/** What was added (+), removed (-) and changed (~) from one inventory to another. */
export function compareInventories(before: InventoryItem[], after: InventoryItem[]): string[] {
  const isSame = (one: InventoryItem) => (other: InventoryItem) => one.kind === other.kind && one.id === other.id;
  return [
    ...before.flatMap((item) => {
      const now = after.find(isSame(item));
      return now ? changesOf(item, now) : [`- ${item.kind} ${item.id} (${item.settings.name ?? item.settings.alias})`];
    }),
    ...after.filter((item) => !before.some(isSame(item)))
      .map((item) => `+ ${item.kind} ${item.id} (${item.settings.name ?? item.settings.alias}), ${item.owner}`),
  ];
}

function changesOf(before: InventoryItem, after: InventoryItem): string[] {
  const values = ({ settings, owner }: InventoryItem): Record<string, string> => ({ ...settings, owner });
  const names = Object.keys({ ...values(before), ...values(after) });
  return names.filter((name) => values(before)[name] !== values(after)[name])
    .map((name) => `~ ${before.kind} ${before.id}: ${name}: ${values(before)[name]} → ${values(after)[name]}`);
}

export function printDifferences(differences: string[], terminal: Terminal): void {
  const styles = { '+': 'green', '-': 'red', '~': 'yellow' } as const;
  differences.forEach((line) => printWrapped(terminal, line, '  ', styles[line[0] as keyof typeof styles], '    '));
}
