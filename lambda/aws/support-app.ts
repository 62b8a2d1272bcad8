/** A client of the AWS Support App with the names of the official one (`@aws-sdk/client-support-app`), as far as the handler needs it. */
import { Client, defineClient, defineCommand, jsonBody } from './client';
import { paginate } from './pagination';
import { SUPPORT_APP_REGIONS } from '../../src/constraints';
import { SUPPORT_APP_REGION_VARIABLE } from '../../src/contract';

export interface SlackWorkspaceConfiguration {
  teamId: string;
  teamName?: string;
  allowOrganizationMemberAccount?: boolean;
}

export interface SlackChannelConfiguration {
  teamId: string;
  channelId: string;
  channelName?: string;
  notifyOnCreateOrReopenCase?: boolean;
  notifyOnAddCorrespondenceToCase?: boolean;
  notifyOnResolveCase?: boolean;
  notifyOnCaseSeverity?: string;
  channelRoleArn?: string;
}

interface Page {
  nextToken?: string;
}

/** Every operation is a POST to a path of its name in kebab case. */
function command<Input extends object, Output>(operation: string, sendsBody = true) {
  return defineCommand<Input, Output>(operation, (input) => ({
    method: 'POST',
    path: '/control/' + operation.replace(/\B[A-Z]/g, '-$&').toLowerCase(),
    ...(sendsBody && jsonBody(input)),
  }));
}

type ChannelKey = Pick<SlackChannelConfiguration, 'teamId' | 'channelId'>;

export const CreateSlackChannelConfigurationCommand = command<SlackChannelConfiguration, {}>('CreateSlackChannelConfiguration');
export const UpdateSlackChannelConfigurationCommand = command<SlackChannelConfiguration, SlackChannelConfiguration>('UpdateSlackChannelConfiguration');
export const DeleteSlackChannelConfigurationCommand = command<ChannelKey, {}>('DeleteSlackChannelConfiguration');
export const ListSlackChannelConfigurationsCommand =
  command<Page, Page & { slackChannelConfigurations: SlackChannelConfiguration[] }>('ListSlackChannelConfigurations');
export const RegisterSlackWorkspaceForOrganizationCommand =
  command<{ teamId: string }, { teamId?: string; teamName?: string; accountType?: string }>('RegisterSlackWorkspaceForOrganization');
export const DeleteSlackWorkspaceConfigurationCommand = command<{ teamId: string }, {}>('DeleteSlackWorkspaceConfiguration');
export const ListSlackWorkspaceConfigurationsCommand =
  command<Page, Page & { slackWorkspaceConfigurations?: SlackWorkspaceConfiguration[] }>('ListSlackWorkspaceConfigurations');
export const PutAccountAliasCommand = command<{ accountAlias: string }, {}>('PutAccountAlias');
// These two operations have no input members, and official clients send no body for them.
export const GetAccountAliasCommand = command<{}, { accountAlias?: string }>('GetAccountAlias', false);
export const DeleteAccountAliasCommand = command<{}, {}>('DeleteAccountAlias', false);

export const SupportAppClient = defineClient('supportapp', 'SUPPORT_APP', 'supportapp');

/** The Region to call: the stack's own where the service has an endpoint, else its main one, unless the provider names another. */
export function supportAppRegion(): string {
  const stackRegion = process.env.AWS_REGION!;
  return process.env[SUPPORT_APP_REGION_VARIABLE] ?? (SUPPORT_APP_REGIONS.includes(stackRegion) ? stackRegion : 'us-east-1');
}

/** The workspaces of the account. */
export function listWorkspaces(client: Client): AsyncGenerator<SlackWorkspaceConfiguration> {
  return paginate(
    (nextToken) => client.send(new ListSlackWorkspaceConfigurationsCommand({ nextToken })),
    (page) => page.slackWorkspaceConfigurations,
  );
}

/** The channel configurations of the account. */
export function listChannels(client: Client): AsyncGenerator<SlackChannelConfiguration> {
  return paginate(
    (nextToken) => client.send(new ListSlackChannelConfigurationsCommand({ nextToken })),
    (page) => page.slackChannelConfigurations,
  );
}
