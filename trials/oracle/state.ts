import { REGION } from './engine';
import { APP_INSTANCE, CONSOLE_ROLE, TEAM } from './templates';
import type { LocalServices } from '../../local-aws/services/server';

export interface ChannelState {
  readonly name: string;
  readonly severity: string;
  readonly flags: string[];
  /** The role's name without the stack's before it and the random end that CloudFormation gives it. */
  readonly role: string;
}

export interface ChimeState {
  readonly name: string;
  readonly mode: string;
  readonly privacy: string;
  readonly metadata: string;
  readonly tags: Record<string, string>;
  readonly members: string[];
  readonly moderators: string[];
}

/** What is in the Support App and in Chime: all that a user cares for in the end. */
export interface State {
  readonly workspaces: string[];
  readonly channels: Record<string, ChannelState>;
  readonly alias?: string;
  readonly chime: ChimeState[];
}

const FLAGS = ['AddCorrespondenceToCase', 'CreateOrReopenCase', 'ResolveCase'] as const;

/**
 * An account in an organization, with a workspace that somebody has authorized and an AppInstance with users and a
 * bot.
 */
export function prepareAccount({ supportApp: { store }, chime }: LocalServices, accountId: string): void {
  store.createOrganization(accountId);
  store.createTeam(TEAM, 'Example');
  store.authorizeWorkspace(accountId, TEAM);
  const appInstanceArn = chime.store.createAppInstance(accountId, REGION, APP_INSTANCE.split('/')[1]);
  ['deployer', 'ana', 'ben', 'cleo'].forEach((name) => chime.store.createAppInstanceUser(appInstanceArn, name));
  chime.store.createAppInstanceBot(appInstanceArn, 'deployer');
}

/** Configures a channel as somebody does in the console. */
export function putSecurityChannel({ supportApp: { store } }: LocalServices, accountId: string): void {
  store.putChannel(accountId, {
    teamId: TEAM,
    channelId: 'C012SECURTY',
    channelName: 'security',
    channelRoleArn: `arn:aws:iam::${accountId}:role/${CONSOLE_ROLE}`,
    notifyOnCaseSeverity: 'high',
    notifyOnAddCorrespondenceToCase: false,
    notifyOnCreateOrReopenCase: false,
    notifyOnResolveCase: true,
  });
}

export function stateOf({ supportApp: { store }, chime }: LocalServices, accountId: string): State {
  const { accountAlias, workspaces } = store.account(accountId);
  const channels = store.channels(accountId).map((channel): [string, ChannelState] => [
    channel.channelId,
    {
      name: channel.channelName ?? '',
      severity: channel.notifyOnCaseSeverity,
      flags: FLAGS.filter((flag) => channel[`notifyOn${flag}`]),
      role: channel.channelRoleArn
        .split('/')
        .at(-1)!
        .replace(/^[A-Za-z0-9]+-(\w+)[0-9A-F]{8}-[A-Za-z0-9]+$/, '$1'),
    },
  ]);
  const chimeChannels = [...chime.store.channels.values()]
    .filter(({ channelArn }) => channelArn.split(':')[4] === accountId)
    .map(
      ({ name, mode, privacy, metadata = '', tags, members, moderators }): ChimeState => ({
        name,
        mode,
        privacy,
        metadata,
        tags: Object.fromEntries([...tags].sort()),
        members: namesOf(members),
        moderators: namesOf(moderators),
      }),
    );
  return {
    workspaces: [...workspaces.keys()].sort(),
    channels: Object.fromEntries(channels.sort(([one], [other]) => (one < other ? -1 : 1))),
    ...(accountAlias === undefined ? {} : { alias: accountAlias }),
    chime: chimeChannels.sort((one, other) => (one.name < other.name ? -1 : 1)),
  };
}

/** Such as `user/ana`. */
function namesOf(arns: Iterable<string>): string[] {
  return [...arns].map((arn) => arn.split('/').slice(-2).join('/')).sort();
}
