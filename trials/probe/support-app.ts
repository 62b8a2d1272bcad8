import { setTimeout as sleep } from 'node:timers/promises';
import { PREFIX, type ProbeAccount } from './account';
import { errorOf, outcomeOf, type Probe, type ProbeContext } from './probe';

/** A team ID of the form that Slack gives, which is nobody's. */
const UNKNOWN_TEAM = 'T0000000000';
export const ALIAS = 'support channels probe';
const WORKSPACES_PER_ACCOUNT = 5;
const ROLE_LIMIT_IN_SECONDS = 120;

export const SUPPORT_APP_PROBE: Probe = {
  touches:
    "the account's alias in the Support App, where it has none, and a role without permissions; " +
    'with --team and --channel two roles and the configuration of that channel',
  settles: [
    'supportapp-denial',
    'supportapp-no-plan',
    'supportapp-alias-read',
    'supportapp-alias-missing',
    'supportapp-unknown-workspace',
    'supportapp-workspace-quota',
    'supportapp-workspace-deletion',
    'supportapp-channel-role',
    'supportapp-new-role',
    'supportapp-channel-list',
  ],
  run: async (context) => {
    await context.attempt(['supportapp-denial'], () => denial(context));
    await context.attempt(['supportapp-no-plan', 'supportapp-alias-read', 'supportapp-alias-missing'], () =>
      alias(context),
    );
    await context.attempt(['supportapp-unknown-workspace', 'supportapp-workspace-quota'], () => registration(context));
    await context.attempt(
      ['supportapp-channel-role', 'supportapp-new-role', 'supportapp-channel-list', 'supportapp-workspace-deletion'],
      () => channel(context),
    );
  },
};

async function denial(context: ProbeContext): Promise<void> {
  const { supportApp } = await context.account.clientsWithoutPermissions();
  const error = await errorOf(supportApp.getAccountAlias().promise());
  context.found(
    'supportapp-denial',
    error?.name === 'AccessDeniedException',
    error ? `${error.name}: ${error.message}` : 'succeeded',
  );
}

/** Lets a probe set the account's alias, where it has none; at the end it has none again. */
export async function borrowAlias(account: ProbeAccount): Promise<void> {
  const { supportApp } = account;
  const read = async () => (await supportApp.getAccountAlias().promise()).accountAlias;
  if ((await read()) !== undefined) {
    throw new Error('the account has an alias, which is left alone');
  }
  account.atEnd('the alias', async () => {
    if ((await read()) === ALIAS) {
      await supportApp.deleteAccountAlias().promise();
    }
  });
}

async function alias(context: ProbeContext): Promise<void> {
  const { account } = context;
  const { supportApp } = account;
  await borrowAlias(account);
  const refused = await errorOf(supportApp.putAccountAlias({ accountAlias: ALIAS }).promise());
  if (refused) {
    const isPermission = refused.message.includes('not authorized to perform');
    const seen = `${refused.name}: ${refused.message}`;
    if (isPermission) {
      context.untried('supportapp-no-plan', `the caller has no permission: ${seen}`);
    } else {
      context.found('supportapp-no-plan', refused.name === 'AccessDeniedException', seen);
    }
    throw new Error(`an alias cannot be set: ${seen}`);
  }
  context.untried('supportapp-no-plan', 'the account has a support plan');
  const { accountAlias: read } = await supportApp.getAccountAlias().promise();
  context.found('supportapp-alias-read', read === ALIAS, read === ALIAS ? 'it was there' : 'it was not there');
  await supportApp.deleteAccountAlias().promise();
  const missing = await outcomeOf(supportApp.deleteAccountAlias().promise());
  context.found('supportapp-alias-missing', missing === 'ResourceNotFoundException', missing);
}

async function registration(context: ProbeContext): Promise<void> {
  const { supportApp } = context.account;
  const { slackWorkspaceConfigurations: workspaces = [] } = await supportApp
    .listSlackWorkspaceConfigurations()
    .promise();
  const isFull = workspaces.length >= WORKSPACES_PER_ACCOUNT;
  const error = await errorOf(supportApp.registerSlackWorkspaceForOrganization({ teamId: UNKNOWN_TEAM }).promise());
  const seen = error ? `${error.name}: ${error.message}` : 'succeeded';
  if (isFull) {
    context.found('supportapp-workspace-quota', error?.name === 'ServiceQuotaExceededException', seen);
    context.untried('supportapp-unknown-workspace', 'the account has as many workspaces as it can');
    return;
  }
  context.untried(
    'supportapp-workspace-quota',
    `the account has ${workspaces.length} of ${WORKSPACES_PER_ACCOUNT} workspaces`,
  );
  if (error?.message.includes('organization')) {
    context.untried('supportapp-unknown-workspace', `the account is in no organization: ${seen}`);
  } else {
    context.found(
      'supportapp-unknown-workspace',
      ['ResourceNotFoundException', 'ConflictException'].includes(error?.name ?? ''),
      seen,
    );
  }
}

async function channel(context: ProbeContext): Promise<void> {
  const {
    account,
    options: { teamId, channelId, deletesWorkspace },
  } = context;
  const { supportApp } = account;
  if (!teamId || !channelId) {
    throw new Error('it needs --team and --channel');
  }
  const key = { teamId, channelId };
  if (await isListed(context, key)) {
    throw new Error('the channel has a configuration, which is left alone');
  }
  const create = (channelRoleArn: string) =>
    supportApp
      .createSlackChannelConfiguration({
        ...key,
        channelRoleArn,
        notifyOnCaseSeverity: 'high',
        notifyOnResolveCase: true,
      })
      .promise();
  const remove = () => supportApp.deleteSlackChannelConfiguration(key).promise();

  const untrusting = await errorOf(create(await account.createRole(`${PREFIX}-untrusting`, 'lambda.amazonaws.com')));
  context.found(
    'supportapp-channel-role',
    untrusting?.name === 'ValidationException',
    untrusting ? `${untrusting.name}: ${untrusting.message}` : 'succeeded',
  );
  if (!untrusting) {
    await remove();
  }

  const role = await account.createRole(`${PREFIX}-channel`, 'supportapp.amazonaws.com');
  account.atEnd(`the configuration of channel ${channelId}`, async () => {
    if (await isListed(context, key)) {
      await remove();
    }
  });
  const startedAt = Date.now();
  const seconds = () => (Date.now() - startedAt) / 1000;
  let refused = await errorOf(create(role));
  while (refused?.name === 'ValidationException' && seconds() < ROLE_LIMIT_IN_SECONDS) {
    await sleep(1000);
    refused = await errorOf(create(role));
  }
  context.found(
    'supportapp-new-role',
    !refused,
    refused ? `${refused.name} after ${seconds().toFixed(0)} s: ${refused.message}` : `after ${seconds().toFixed(1)} s`,
  );
  if (refused) {
    return;
  }
  const isThere = await isListed(context, key);
  context.found('supportapp-channel-list', isThere, isThere ? 'it was there' : 'it was not there');
  if (!deletesWorkspace) {
    const why = 'it needs --delete-workspace: only the console brings a workspace back';
    context.untried('supportapp-workspace-deletion', why);
    return;
  }
  const deletion = await outcomeOf(supportApp.deleteSlackWorkspaceConfiguration({ teamId }).promise());
  const stays = await isListed(context, key);
  context.found(
    'supportapp-workspace-deletion',
    deletion === 'succeeded' && !stays,
    `the deletion ${deletion}, the channel ${stays ? 'stays' : 'goes'}`,
  );
}

async function isListed(
  { account: { supportApp } }: ProbeContext,
  key: { teamId: string; channelId: string },
): Promise<boolean> {
  let nextToken: string | undefined;
  do {
    const page = await supportApp.listSlackChannelConfigurations({ nextToken }).promise();
    if (
      page.slackChannelConfigurations.some(
        ({ teamId, channelId }) => teamId === key.teamId && channelId === key.channelId,
      )
    ) {
      return true;
    }
    ({ nextToken } = page);
  } while (nextToken);
  return false;
}
