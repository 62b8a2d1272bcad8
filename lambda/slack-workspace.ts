import { checkSlackWorkspace } from '../src/constraints';
import { SLACK_WORKSPACE_TYPE, SlackWorkspaceAttributes } from '../src/contract';
import { isServiceError } from './aws/client';
import { find } from './aws/pagination';
import {
  DeleteSlackWorkspaceConfigurationCommand,
  listChannels,
  listWorkspaces,
  RegisterSlackWorkspaceForOrganizationCommand,
} from './aws/support-app';
import { CustomResourceEvent, CustomResourceResult } from './custom-resource';
import { formatPhysicalId, parsePhysicalId, PhysicalId, replacedBy, sameTarget } from './physical-id';
import { assertValid, attemptChange, ignore, note, release, ResourceHandler, Services } from './resource-handler';

export const slackWorkspace: ResourceHandler = {
  onCreate: establish,
  onUpdate: establish,

  onDelete(_event, id, services) {
    return release(id, services, () => remove(services, id));
  },
};

/** Registers the workspace, which the service allows any number of times; each time it answers the attributes. */
async function establish(event: CustomResourceEvent, services: Services): Promise<CustomResourceResult> {
  const teamId = event.ResourceProperties.TeamId as string;
  assertValid(event, checkSlackWorkspace({ TeamId: teamId }));
  const target: PhysicalId = { resourceType: SLACK_WORKSPACE_TYPE, ownership: 'created', target: [teamId] };
  const current = parsePhysicalId(event.PhysicalResourceId);
  if (current && sameTarget(current, target)) {
    return { physicalResourceId: event.PhysicalResourceId!, data: await register(services, teamId) };
  }
  const isAuthorized = await isListed(services, teamId);
  const holding = isAuthorized ? await services.ownStack.holdingOf(target) : undefined;
  const ownership = isAuthorized ? holding?.ownership ?? 'adopted' : 'created';
  const physicalResourceId = holding?.returnsTo ?? formatPhysicalId({ ...target, ownership, replacedId: replacedBy(event) });
  let data = {};
  await attemptChange(
    services,
    async () => data = await register(services, teamId),
    async (undoServices) => isAuthorized || remove(undoServices, target),
  );
  return { physicalResourceId, data };
}

async function register(services: Services, teamId: string): Promise<SlackWorkspaceAttributes> {
  const { teamName, accountType } = await services.supportApp.send(new RegisterSlackWorkspaceForOrganizationCommand({ teamId }));
  return { TeamName: teamName ?? '', AccountType: accountType ?? '' };
}

async function isListed({ supportApp }: Pick<Services, 'supportApp'>, teamId: string): Promise<boolean> {
  return await find(listWorkspaces(supportApp), (workspace) => workspace.teamId === teamId) !== undefined;
}

async function remove({ supportApp }: Services, target: PhysicalId): Promise<void> {
  const [teamId] = target.target;
  if (await find(listChannels(supportApp), (channel) => channel.teamId === teamId)) {
    note('other channels use the workspace: left');
    return;
  }
  try {
    await supportApp.send(new DeleteSlackWorkspaceConfigurationCommand({ teamId })).catch(ignore('ResourceNotFound'));
  } catch (error) {
    if (!isServiceError(error, 'Conflict') || await isListed({ supportApp }, teamId)) {
      throw error;
    }
  }
}
