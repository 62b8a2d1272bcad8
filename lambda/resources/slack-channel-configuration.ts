import { camelCase, checkSlackChannelConfiguration, NOTIFICATION_FLAGS } from '../../src/constraints';
import { SLACK_CHANNEL_CONFIGURATION_TYPE, SlackChannelConfigurationProperties } from '../../src/contract';
import { isServiceError } from '../aws/client';
import { find } from '../aws/pagination';
import {
  CreateSlackChannelConfigurationCommand,
  DeleteSlackChannelConfigurationCommand,
  listChannels,
  SlackChannelConfiguration,
  UpdateSlackChannelConfigurationCommand,
} from '../aws/support-app';
import { ignore, sendUnlessGone } from '../core/lifecycle';
import { isSame } from '../core/physical-id';
import { ResourceType } from '../core/resource-type';
import { flag } from '../custom-resource';
import { UserError } from '../user-error';

const MEMBERS = ['TeamId', 'ChannelId', 'ChannelName', 'ChannelRoleArn', 'NotifyOnCaseSeverity', ...NOTIFICATION_FLAGS] as const;

export const slackChannelConfiguration: ResourceType<SlackChannelConfigurationProperties> = {
  name: SLACK_CHANNEL_CONFIGURATION_TYPE,

  parse(properties) {
    // The service keeps the stored value of a flag that an update leaves out: all three are always sent.
    const flags = Object.fromEntries(NOTIFICATION_FLAGS.map((name) => [name, flag(properties[name] ?? false)]));
    return { ...properties as unknown as SlackChannelConfigurationProperties, ...flags };
  },

  check: checkSlackChannelConfiguration,
  targetOf: ({ TeamId: teamId, ChannelId: channelId }) => [teamId, channelId],
  nativeIdOf: (target) => target.join('|'),

  async read({ supportApp }, [teamId, channelId], declared) {
    const actual = await find(listChannels(supportApp), (channel) => channel.teamId === teamId && channel.channelId === channelId);
    return actual && {
      ...declared,
      // A name that is not declared may be anything, since it cannot be cleared.
      ChannelName: declared.ChannelName && actual.channelName,
      ChannelRoleArn: actual.channelRoleArn ?? '',
      NotifyOnCaseSeverity: actual.notifyOnCaseSeverity as SlackChannelConfigurationProperties['NotifyOnCaseSeverity'],
      ...Object.fromEntries(NOTIFICATION_FLAGS.map((name) => [name, actual[camelCase(name) as keyof SlackChannelConfiguration] ?? false])),
    };
  },

  diff: (_id, actual, declared) => isSame(actual, declared) ? [] : [new UpdateSlackChannelConfigurationCommand(toConfiguration(declared))],

  create: ({ supportApp }, declared) => supportApp.send(new CreateSlackChannelConfigurationCommand(toConfiguration(declared))),

  async remove(services, target, declared) {
    const [teamId, channelId] = target;
    // A list that lags may not have it yet, so that what is not listed is deleted, too. Without the workspace the service answers a conflict.
    await sendUnlessGone(services, new DeleteSlackChannelConfigurationCommand({ teamId, channelId }),
      () => slackChannelConfiguration.read(services, target, declared));
  },

  describe: ({ TeamId: teamId, ChannelId: channelId }) =>
    'channelId: the account has a configuration for channel ' + channelId + ' of workspace ' + teamId,

  // Whoever configured it anew gave it a role of their own.
  isTaken: (actual, declared) => actual.ChannelRoleArn !== declared.ChannelRoleArn,

  /** The role that a stack makes for its channels tells where it is whose they are. */
  isOthers: async ({ stack }, { ChannelRoleArn: actual }, { ChannelRoleArn: declared }) =>
    actual !== declared && stack.findHolder([roleNameOf(actual)]),

  /** A role that belongs to the stack is a mark of the stack. */
  async originOf({ stack }, { ChannelRoleArn: actual }, { ChannelRoleArn: declared }) {
    if (actual && await stack.has(roleNameOf(actual))) {
      return 'stack';
    }
    // CloudFormation ends the name that it gives to a role with characters that differ each time. A stack of the same name may live
    // in another Region.
    return withoutRandomEnd(actual) === withoutRandomEnd(declared) && await stack.has(roleNameOf(declared))
      && !await stack.findHolder([roleNameOf(actual)]) ? 'earlier attempt' : undefined;
  },

  async proveWayBack({ supportApp }, actual, declared) {
    if (actual.ChannelRoleArn === declared.ChannelRoleArn) {
      return;
    }
    // Sent as it is, a configuration stays as it is: only the permission to pass its role is tried.
    await supportApp.send(new UpdateSlackChannelConfigurationCommand(toConfiguration(actual))).catch((error) => {
      if (isServiceError(error, 'AccessDenied')) {
        throw new UserError('channelId: a rollback could not give the channel its role back, ' + actual.ChannelRoleArn + '. Set formerChannelRole to it.');
      }
      // A role that is gone cannot come back.
      ignore('Validation')(error);
    });
  },
};

const roleNameOf = (roleArn: string): string => roleArn.split('/').pop()!;

const withoutRandomEnd = (roleArn: string): string => roleArn.replace(/-[A-Za-z0-9]{8,}$/, '');

const toConfiguration = (declared: SlackChannelConfigurationProperties): SlackChannelConfiguration =>
  Object.fromEntries(MEMBERS.map((name) => [camelCase(name), declared[name]])) as unknown as SlackChannelConfiguration;
