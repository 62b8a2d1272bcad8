import { camelCase, checkSlackChannelConfiguration, NOTIFICATION_FLAGS } from '../src/constraints';
import { SLACK_CHANNEL_CONFIGURATION_TYPE, SlackChannelConfigurationProperties } from '../src/contract';
import { isServiceError, ServiceError } from './aws/client';
import { find } from './aws/pagination';
import {
  CreateSlackChannelConfigurationCommand,
  DeleteSlackChannelConfigurationCommand,
  listChannels,
  SlackChannelConfiguration,
  UpdateSlackChannelConfigurationCommand,
} from './aws/support-app';
import { CustomResourceEvent, CustomResourceResult, flag, Properties } from './custom-resource';
import { formatPhysicalId, parsePhysicalId, PhysicalId, replacedBy, sameTarget } from './physical-id';
import { assertValid, attemptChange, claim, ignore, leaveChanged, note, release, ResourceHandler, Services } from './resource-handler';

/** What an adoption or a move remembers of a configuration. */
type Previous = Omit<SlackChannelConfiguration, 'teamId' | 'channelId'>;

export const slackChannelConfiguration: ResourceHandler = {
  onCreate(event, services) {
    return establish(event, services, parse(event.ResourceProperties));
  },

  async onUpdate(event, services) {
    const declared = parse(event.ResourceProperties);
    const old = parse(event.OldResourceProperties ?? {});
    const current = parsePhysicalId(event.PhysicalResourceId);
    if (!sameTarget(current ?? targetOf(old), targetOf(declared))) {
      return establish(event, services, declared);
    }
    assertValid(event, checkSlackChannelConfiguration(declared));
    // What is there decides, not what the stack says was there: an earlier update may have failed, and people change things by hand.
    const actual = await read(services, targetOf(declared));
    if (!actual || !isAsDeclared(actual, declared)) {
      await services.supportApp.send(new UpdateSlackChannelConfigurationCommand(toConfiguration(declared))).catch((error) => {
        if (!isServiceError(error, 'ResourceNotFound')) {
          throw error;
        }
        note('deleted outside the stack: made again');
        return services.supportApp.send(new CreateSlackChannelConfigurationCommand(toConfiguration(declared)));
      });
    }
    return { physicalResourceId: event.PhysicalResourceId! };
  },

  onDelete(event, id, services) {
    const declared = parse(event.ResourceProperties);
    return release(id, services, () => removeOwn(services, id, declared), (previous) => putBack(services, declared, previous));
  },
};

function parse(properties: Properties): SlackChannelConfigurationProperties {
  const flags = Object.fromEntries(NOTIFICATION_FLAGS.map((name) => [name, flag(properties[name])]));
  return { ...properties as unknown as SlackChannelConfigurationProperties, ...flags };
}

function targetOf(declared: SlackChannelConfigurationProperties): PhysicalId {
  return { resourceType: SLACK_CHANNEL_CONFIGURATION_TYPE, ownership: 'created', target: [declared.TeamId, declared.ChannelId] };
}

/** The configuration with all three flags, since the service keeps the stored value of one that an update leaves out. */
function toConfiguration(declared: SlackChannelConfigurationProperties): SlackChannelConfiguration {
  return {
    teamId: declared.TeamId,
    channelId: declared.ChannelId,
    channelName: declared.ChannelName,
    channelRoleArn: declared.ChannelRoleArn,
    notifyOnCaseSeverity: declared.NotifyOnCaseSeverity,
    ...Object.fromEntries(NOTIFICATION_FLAGS.map((name) => [camelCase(name), declared[name] ?? false])),
  };
}

function read(services: Services, target: PhysicalId): Promise<SlackChannelConfiguration | undefined> {
  const [teamId, channelId] = target.target;
  return find(listChannels(services.supportApp), (channel) => channel.teamId === teamId && channel.channelId === channelId);
}

/** Whether the service has what is declared; a name that is not declared may be anything, since it cannot be cleared. */
function isAsDeclared(actual: SlackChannelConfiguration, declared: SlackChannelConfigurationProperties): boolean {
  const { channelName, ...wanted } = toConfiguration(declared);
  return (channelName === undefined || channelName === actual.channelName)
    && Object.entries(wanted).every(([name, value]) => (actual[name as keyof SlackChannelConfiguration] ?? false) === value);
}

/** Makes or takes over the configuration that is declared, for a Create or a replacement. */
async function establish(
  event: CustomResourceEvent,
  services: Services,
  declared: SlackChannelConfigurationProperties,
): Promise<CustomResourceResult> {
  assertValid(event, checkSlackChannelConfiguration(declared));
  const target = { ...targetOf(declared), replacedId: replacedBy(event) };
  const actual = await read(services, target);
  if (actual) {
    return takeOver(event, services, declared, actual);
  }
  const created = formatPhysicalId(target);
  try {
    await attemptChange(
      services,
      () => services.supportApp.send(new CreateSlackChannelConfigurationCommand(toConfiguration(declared))),
      async (undoServices) => {
        const left = await read(undoServices, target);
        if (left && isAsDeclared(left, declared)) {
          await remove(undoServices, target);
        }
      },
    );
    return { physicalResourceId: created };
  } catch (error) {
    const rival = isServiceError(error, 'Conflict') ? await read(services, target) : undefined;
    if (!rival) {
      throw error;
    }
    // Our own earlier try has made it, or another delivery of the event, or somebody else in this very moment.
    return (error as ServiceError).mayHaveSucceeded && isAsDeclared(rival, declared)
      ? { physicalResourceId: created }
      : takeOver(event, services, declared, rival);
  }
}

async function takeOver(
  event: CustomResourceEvent,
  services: Services,
  declared: SlackChannelConfigurationProperties,
  actual: SlackChannelConfiguration,
): Promise<CustomResourceResult> {
  const isEqual = isAsDeclared(actual, declared);
  const { teamId, channelId, ...previous } = actual;
  const physicalResourceId = await claim(event, services, targetOf(declared), {
    what: `channelId: the account has a configuration for channel ${channelId} of workspace ${teamId}`,
    previousConfiguration: isEqual ? undefined : previous,
  });
  if (!isEqual) {
    await attemptChange(
      services,
      () => services.supportApp.send(new UpdateSlackChannelConfigurationCommand(toConfiguration(declared))),
      (undoServices) => putBack(undoServices, declared, previous),
    );
  }
  return { physicalResourceId };
}

/** Puts a replaced configuration back, unless somebody has changed it since. */
async function putBack(services: Services, declared: SlackChannelConfigurationProperties, previous: Previous): Promise<void> {
  const actual = await read(services, targetOf(declared));
  if (!actual || !isAsDeclared(actual, declared)) {
    leaveChanged();
    return;
  }
  await services.supportApp.send(new UpdateSlackChannelConfigurationCommand({
    ...toConfiguration({ TeamId: actual.teamId, ChannelId: actual.channelId } as SlackChannelConfigurationProperties),
    ...previous,
  }));
}

/** Removes a configuration, unless it has another role by now: then somebody else has taken it over. */
async function removeOwn(services: Services, target: PhysicalId, declared: SlackChannelConfigurationProperties): Promise<void> {
  const actual = await read(services, target);
  if (actual?.channelRoleArn && actual.channelRoleArn !== declared.ChannelRoleArn && sameTarget(target, targetOf(declared))) {
    leaveChanged();
    return;
  }
  // A list that lags may not have it yet.
  await remove(services, target);
}

async function remove(services: Services, target: PhysicalId): Promise<void> {
  const [teamId, channelId] = target.target;
  try {
    await services.supportApp.send(new DeleteSlackChannelConfigurationCommand({ teamId, channelId })).catch(ignore('ResourceNotFound'));
  } catch (error) {
    // Without the workspace the service answers a conflict, and there is no configuration left.
    if (!isServiceError(error, 'Conflict') || await read(services, target)) {
      throw error;
    }
  }
}
