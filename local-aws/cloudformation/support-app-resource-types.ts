import { HandlerError } from './handler-error';
import { callService, flag, identifierOf, listAll } from './native-resource';
import type { ResourceContext, ResourceType } from './resource-type';
import type { Properties } from './template-model';
import { SUPPORT_APP_REGIONS } from '../services/support-app';
import type { SlackChannelConfiguration, SlackWorkspaceConfiguration } from '../services/support-app-store';

/*
 * The schemas of these types: `internal/service/cloudformation/schemas/AWS_SupportApp_*.json` in
 * https://github.com/hashicorp/terraform-provider-awscc. What their handlers do beyond the operations that the schemas
 * permit them is assumed; the contract of handlers says that a creation of what exists fails with AlreadyExists.
 */

const CHANNEL_TYPE = 'AWS::SupportApp::SlackChannelConfiguration';
const CHANNEL_IDENTIFIER = ['TeamId', 'ChannelId'];

export const slackChannelConfiguration: ResourceType = {
  regions: SUPPORT_APP_REGIONS,
  required: ['TeamId', 'ChannelId', 'NotifyOnCaseSeverity', 'ChannelRoleArn'],
  optional: ['ChannelName', 'NotifyOnAddCorrespondenceToCase', 'NotifyOnCreateOrReopenCase', 'NotifyOnResolveCase'],
  replacedBy: CHANNEL_IDENTIFIER,
  create: (context, properties) => {
    if (findChannel(context, properties)) {
      throw HandlerError.alreadyExists(CHANNEL_TYPE, identifierOf(properties, CHANNEL_IDENTIFIER));
    }
    callService(context, 'supportApp', 'CreateSlackChannelConfiguration', channelInput(properties));
    return { physicalId: `${String(properties.TeamId)}|${String(properties.ChannelId)}` };
  },
  update: (context, _physicalId, properties) => {
    requireChannel(context, properties);
    callService(context, 'supportApp', 'UpdateSlackChannelConfiguration', channelInput(properties));
  },
  delete: (context, _physicalId, { TeamId: teamId, ChannelId: channelId }) => {
    callService(context, 'supportApp', 'DeleteSlackChannelConfiguration', { teamId, channelId });
  },
  importExisting: (context, properties) => {
    requireChannel(context, properties);
    return { physicalId: `${String(properties.TeamId)}|${String(properties.ChannelId)}` };
  },
};

function channelInput(properties: Properties) {
  return {
    teamId: properties.TeamId,
    channelId: properties.ChannelId,
    channelName: properties.ChannelName,
    channelRoleArn: properties.ChannelRoleArn,
    notifyOnCaseSeverity: properties.NotifyOnCaseSeverity,
    notifyOnAddCorrespondenceToCase: flag(properties.NotifyOnAddCorrespondenceToCase),
    notifyOnCreateOrReopenCase: flag(properties.NotifyOnCreateOrReopenCase),
    notifyOnResolveCase: flag(properties.NotifyOnResolveCase),
  };
}

function findChannel(context: ResourceContext, properties: Properties): SlackChannelConfiguration | undefined {
  return listAll<SlackChannelConfiguration>(
    context, 'supportApp', 'ListSlackChannelConfigurations', 'slackChannelConfigurations', ['nextToken', 'nextToken'],
  ).find(({ teamId, channelId }) => teamId === properties.TeamId && channelId === properties.ChannelId);
}

function requireChannel(context: ResourceContext, properties: Properties): void {
  if (!findChannel(context, properties)) {
    throw HandlerError.notFound(CHANNEL_TYPE, identifierOf(properties, CHANNEL_IDENTIFIER));
  }
}

const WORKSPACE_TYPE = 'AWS::SupportApp::SlackWorkspaceConfiguration';

export const slackWorkspaceConfiguration: ResourceType = {
  regions: SUPPORT_APP_REGIONS,
  required: ['TeamId'],
  optional: ['VersionId'],
  replacedBy: ['TeamId'],
  // Unverified (native-workspace): that one which is listed is registered all the same. In the management account, where
  // the documentation tells to use this type, it is listed from its authorization on.
  create: (context, { TeamId: teamId }) => {
    callService(context, 'supportApp', 'RegisterSlackWorkspaceForOrganization', { teamId });
    return { physicalId: String(teamId) };
  },
  update: (context, teamId) => {
    callService(context, 'supportApp', 'RegisterSlackWorkspaceForOrganization', { teamId });
  },
  delete: (context, teamId) => {
    callService(context, 'supportApp', 'DeleteSlackWorkspaceConfiguration', { teamId });
  },
  importExisting: (context, { TeamId: teamId }) => {
    const all = listAll<SlackWorkspaceConfiguration>(
      context, 'supportApp', 'ListSlackWorkspaceConfigurations', 'slackWorkspaceConfigurations', ['nextToken', 'nextToken'],
    );
    if (!all.some((workspace) => workspace.teamId === teamId)) {
      throw HandlerError.notFound(WORKSPACE_TYPE, String(teamId));
    }
    return { physicalId: String(teamId) };
  },
};

const ALIAS_TYPE = 'AWS::SupportApp::AccountAlias';

export const accountAlias: ResourceType = {
  regions: SUPPORT_APP_REGIONS,
  required: ['AccountAlias'],
  optional: [],
  create: (context, properties) => {
    // Unverified (native-alias-exists): that the handler looks first. The operation itself would overwrite.
    if (readAlias(context) !== undefined) {
      throw HandlerError.alreadyExists(ALIAS_TYPE, aliasId(context));
    }
    callService(context, 'supportApp', 'PutAccountAlias', { accountAlias: properties.AccountAlias });
    return madeAlias(context);
  },
  update: (context, physicalId, properties) => {
    requireAlias(context, physicalId);
    callService(context, 'supportApp', 'PutAccountAlias', { accountAlias: properties.AccountAlias });
  },
  delete: (context) => {
    callService(context, 'supportApp', 'DeleteAccountAlias', {});
  },
  importExisting: (context, { AccountAliasResourceId: id }) => {
    requireAlias(context, String(id));
    return madeAlias(context);
  },
};

function madeAlias(context: ResourceContext) {
  return { physicalId: aliasId(context), attributes: { AccountAliasResourceId: aliasId(context) } };
}

function requireAlias(context: ResourceContext, physicalId: string): void {
  if (readAlias(context) === undefined || physicalId !== aliasId(context)) {
    throw HandlerError.notFound(ALIAS_TYPE, physicalId);
  }
}

function readAlias(context: ResourceContext): unknown {
  return callService(context, 'supportApp', 'GetAccountAlias', {}).accountAlias;
}

/** As https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-supportapp-accountalias.html says. */
function aliasId({ accountId }: ResourceContext): string {
  return `AccountAlias_for_${accountId}`;
}
