import { checkSlackWorkspace } from '../../src/constraints';
import { SLACK_WORKSPACE_TYPE, SlackWorkspaceAttributes, SlackWorkspaceProperties } from '../../src/contract';
import { isServiceError } from '../aws/client';
import { find } from '../aws/pagination';
import {
  DeleteSlackWorkspaceConfigurationCommand,
  listChannels,
  listWorkspaces,
  RegisterSlackWorkspaceForOrganizationCommand,
} from '../aws/support-app';
import { note, sendUnlessGone } from '../core/lifecycle';
import { ResourceType, Services } from '../core/resource-type';
import { pause } from '../invocation';

/** A workspace with the name that the account knows for it. */
interface SlackWorkspace extends SlackWorkspaceProperties {
  readonly TeamName?: string;
}

/** How often and how far apart the list of channels is read, which may lag behind what was just deleted. */
const LOOKS = 4;
const LOOK_INTERVAL = 1_500;

export const slackWorkspace: ResourceType<SlackWorkspace> = {
  name: SLACK_WORKSPACE_TYPE,

  parse: (properties) => properties as unknown as SlackWorkspaceProperties,
  check: checkSlackWorkspace,
  targetOf: ({ TeamId: teamId }) => [teamId],
  nativeIdOf: ([teamId]) => teamId,

  async read({ supportApp }, [teamId], declared) {
    const listed = await find(listWorkspaces(supportApp), (workspace) => workspace.teamId === teamId);
    return listed && { ...declared, TeamName: listed.teamName };
  },

  // There is nothing to change; its registration is repeated for the attributes.
  diff: () => [],

  create: async (services, { TeamId: teamId }) => ({ attributes: await register(services, teamId) }),

  async remove(services, target) {
    const [teamId] = target;
    const { supportApp } = services;
    const isThere = () => slackWorkspace.read(services, target, { TeamId: teamId });
    if (!await isThere()) {
      // Without a support plan the lists are empty, whatever there is.
      note('not listed: left');
      return;
    }
    for (let look = 1; await find(listChannels(supportApp), (channel) => channel.teamId === teamId); look += 1) {
      if (look === LOOKS) {
        note('in use: left');
        return;
      }
      await pause(LOOK_INTERVAL);
    }
    await sendUnlessGone(services, new DeleteSlackWorkspaceConfigurationCommand({ teamId }), isThere);
  },

  describe: ({ TeamId: teamId }) => 'teamId: the account has the workspace ' + teamId,

  async attributes(services, [teamId], actual, mayFail) {
    return register(services, teamId).catch(async (error) => {
      if (!(mayFail && isServiceError(error, 'Conflict')) && !await services.stack.isRollingBack()) {
        throw error;
      }
      note('not registered');
      return attributesOf(actual?.TeamName);
    });
  },
};

async function register({ supportApp }: Services, teamId: string): Promise<SlackWorkspaceAttributes> {
  const { teamName, accountType } = await supportApp.send(new RegisterSlackWorkspaceForOrganizationCommand({ teamId }));
  return attributesOf(teamName, accountType);
}

const attributesOf = (teamName = '', accountType = ''): SlackWorkspaceAttributes => ({ TeamName: teamName, AccountType: accountType });
