import SupportApp from 'aws-sdk/clients/supportapp';
import { ACCOUNT, identityOf, supportAppClient } from './clients';
import { PolicyDocument } from '../../../local-aws/identity';
import { LocalServices } from '../../../local-aws/services/server';
import { ChannelRole, SUPPORT_APP_MESSAGES } from '../../../local-aws/services/support-app';

const MANAGEMENT = '444455556666';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/Support`;
const TEAM = 'T012ABCDEFG';
const CHANNEL = { teamId: TEAM, channelId: 'C1' };
const CREATE: SupportApp.CreateSlackChannelConfigurationRequest = {
  ...CHANNEL, channelRoleArn: ROLE, notifyOnCaseSeverity: 'high', notifyOnResolveCase: true,
};

let services: LocalServices;
let client: SupportApp;

beforeEach(async () => {
  services = await LocalServices.start();
  client = supportAppClient(services, identityOf(services));
  services.supportApp.store.createTeam(TEAM, 'Example Corp');
});

afterEach(() => services.stop());

function withWorkspace() {
  services.supportApp.store.authorizeWorkspace(ACCOUNT, TEAM);
}

function put(channelId: string, accountId = ACCOUNT) {
  services.supportApp.store.putChannel(accountId, {
    teamId: TEAM,
    channelId,
    channelRoleArn: `arn:aws:iam::${accountId}:role/Support`,
    notifyOnCaseSeverity: 'all',
    notifyOnAddCorrespondenceToCase: true,
    notifyOnCreateOrReopenCase: false,
    notifyOnResolveCase: false,
  });
}

function failure(code: string, statusCode: number, cause: keyof typeof SUPPORT_APP_MESSAGES) {
  return expect.objectContaining({ code, statusCode, message: SUPPORT_APP_MESSAGES[cause] });
}

describe('RegisterSlackWorkspaceForOrganization', () => {
  const register = (accountId = ACCOUNT, teamId = TEAM) =>
    supportAppClient(services, identityOf(services, accountId)).registerSlackWorkspaceForOrganization({ teamId }).promise();

  test('fails outside of an organization', async () => {
    withWorkspace();
    await expect(register()).rejects.toEqual(failure('ConflictException', 409, 'notInOrganization'));
  });

  test('fails on a Slack workspace that does not exist', async () => {
    services.supportApp.store.createOrganization(ACCOUNT);
    await expect(register(ACCOUNT, 'T9')).rejects.toEqual(failure('ResourceNotFoundException', 404, 'teamNotFound'));
  });

  test('fails in a management account that has not authorized the workspace in the console', async () => {
    services.supportApp.store.createOrganization(ACCOUNT);
    await expect(register()).rejects.toEqual(failure('ConflictException', 409, 'workspaceNotAuthorized'));
  });

  test('lets member accounts in only after the management account, and can be repeated', async () => {
    services.supportApp.store.createOrganization(MANAGEMENT, [ACCOUNT]);
    services.supportApp.store.authorizeWorkspace(MANAGEMENT, TEAM);
    await expect(register()).rejects.toEqual(failure('ConflictException', 409, 'managementAccountFirst'));

    await expect(register(MANAGEMENT)).resolves.toMatchObject({ teamId: TEAM, teamName: 'Example Corp', accountType: 'management' });
    await expect(register()).resolves.toMatchObject({ teamId: TEAM, teamName: 'Example Corp', accountType: 'member' });
    await expect(register()).resolves.toMatchObject({ accountType: 'member' });

    const management = supportAppClient(services, identityOf(services, MANAGEMENT));
    expect((await management.listSlackWorkspaceConfigurations({}).promise()).slackWorkspaceConfigurations)
      .toEqual([{ teamId: TEAM, teamName: 'Example Corp', allowOrganizationMemberAccount: true }]);
    expect((await client.listSlackWorkspaceConfigurations({}).promise()).slackWorkspaceConfigurations)
      .toEqual([{ teamId: TEAM, teamName: 'Example Corp', allowOrganizationMemberAccount: false }]);
  });

  test('fails on the sixth workspace, but not on one of the five', async () => {
    services.supportApp.store.createOrganization(MANAGEMENT, [ACCOUNT]);
    services.supportApp.store.authorizeWorkspace(MANAGEMENT, TEAM);
    await register(MANAGEMENT);
    for (let index = 1; index <= 5; index++) {
      services.supportApp.store.createTeam(`T${index}`, `Team ${index}`);
      services.supportApp.store.authorizeWorkspace(ACCOUNT, `T${index}`);
    }
    await expect(register()).rejects.toEqual(failure('ServiceQuotaExceededException', 402, 'workspaceQuota'));
    await expect(register(ACCOUNT, 'T5')).resolves.toMatchObject({ teamName: 'Team 5' });
  });
});

describe('Slack workspace configurations', () => {
  test('are listed in pages', async () => {
    for (const teamId of ['T3', 'T1', 'T2', 'T5', 'T4']) {
      services.supportApp.store.createTeam(teamId, teamId);
      services.supportApp.store.authorizeWorkspace(ACCOUNT, teamId);
    }
    const first = await client.listSlackWorkspaceConfigurations({}).promise();
    expect(first.slackWorkspaceConfigurations?.map(({ teamId }) => teamId)).toEqual(['T1', 'T2']);
    const second = await client.listSlackWorkspaceConfigurations({ nextToken: first.nextToken }).promise();
    const third = await client.listSlackWorkspaceConfigurations({ nextToken: second.nextToken }).promise();
    expect(third.slackWorkspaceConfigurations?.map(({ teamId }) => teamId)).toEqual(['T5']);
    expect(third.nextToken).toBeUndefined();
  });

  test('are deleted with their channels', async () => {
    withWorkspace();
    put('C1');
    await client.deleteSlackWorkspaceConfiguration({ teamId: TEAM }).promise();
    expect(services.supportApp.store.account(ACCOUNT).workspaces.size).toBe(0);
    expect(services.supportApp.store.channels(ACCOUNT)).toEqual([]);
    await expect(client.deleteSlackWorkspaceConfiguration({ teamId: TEAM }).promise())
      .rejects.toEqual(failure('ResourceNotFoundException', 404, 'workspaceNotFound'));
  });

  test('are not deleted during a live chat', async () => {
    withWorkspace();
    put('C1');
    services.supportApp.store.startLiveChat(ACCOUNT, CHANNEL);
    await expect(client.deleteSlackWorkspaceConfiguration({ teamId: TEAM }).promise())
      .rejects.toEqual(failure('ConflictException', 409, 'liveChatWorkspace'));
    services.supportApp.store.endLiveChat(ACCOUNT, CHANNEL);
    await expect(client.deleteSlackWorkspaceConfiguration({ teamId: TEAM }).promise()).resolves.toBeDefined();
  });
});

describe('CreateSlackChannelConfiguration', () => {
  const create = (change: Partial<typeof CREATE> = {}) => client.createSlackChannelConfiguration({ ...CREATE, ...change }).promise();

  test('stores the configuration with flags that default to false', async () => {
    withWorkspace();
    await create({ channelName: 'support' });
    expect(await client.listSlackChannelConfigurations({}).promise()).toMatchObject({
      slackChannelConfigurations: [{
        ...CREATE, channelName: 'support', notifyOnAddCorrespondenceToCase: false, notifyOnCreateOrReopenCase: false,
      }],
    });
  });

  test.each<[string, Partial<typeof CREATE>, keyof typeof SUPPORT_APP_MESSAGES]>([
    ['high without a flag', { notifyOnResolveCase: undefined }, 'flagNeeded'],
    ['all with all flags false', { notifyOnCaseSeverity: 'all', notifyOnResolveCase: false }, 'flagNeeded'],
    ['none with a flag', { notifyOnCaseSeverity: 'none' }, 'flagsForbidden'],
  ])('fails on severity %s', async (_name, change, cause) => {
    withWorkspace();
    await expect(create(change)).rejects.toEqual(failure('ValidationException', 400, cause));
    expect(services.supportApp.store.channels(ACCOUNT)).toEqual([]);
  });

  test('accepts severity none with flags that are false', async () => {
    withWorkspace();
    await expect(create({ notifyOnCaseSeverity: 'none', notifyOnResolveCase: false })).resolves.toEqual({});
  });

  test('fails before the workspace is in the account', async () => {
    await expect(create()).rejects.toEqual(failure('ConflictException', 409, 'workspaceNotAdded'));
  });

  test('fails on a channel that is configured already, and leaves it as it was', async () => {
    withWorkspace();
    put('C1');
    await expect(create()).rejects.toEqual(failure('ConflictException', 409, 'channelExists'));
    expect(services.supportApp.store.channel(ACCOUNT, CHANNEL)?.notifyOnCaseSeverity).toBe('all');
  });

  test('fails on the 21st channel of an account', async () => {
    withWorkspace();
    for (let index = 1; index <= 19; index++) {
      put(`X${index}`);
    }
    await create();
    await expect(create({ channelId: 'C2' })).rejects.toEqual(failure('ServiceQuotaExceededException', 402, 'channelQuota'));
  });

  test('fails for the 101st account of a channel', async () => {
    withWorkspace();
    for (let index = 0; index < 100; index++) {
      put('C1', String(200000000000 + index));
    }
    await expect(create()).rejects.toEqual(failure('ServiceQuotaExceededException', 402, 'accountQuota'));
    services.supportApp.store.removeChannel('200000000000', CHANNEL);
    await expect(create()).resolves.toEqual({});
  });

  test('is one store behind the endpoints of all Regions, and one for each account', async () => {
    withWorkspace();
    await create();
    const elsewhere = supportAppClient(services, identityOf(services), 'eu-west-1');
    expect((await elsewhere.listSlackChannelConfigurations({}).promise()).slackChannelConfigurations).toHaveLength(1);
    const other = supportAppClient(services, identityOf(services, MANAGEMENT));
    expect((await other.listSlackChannelConfigurations({}).promise()).slackChannelConfigurations).toEqual([]);
    const noEndpoint = supportAppClient(services, identityOf(services), 'eu-north-1');
    await expect(noEndpoint.getAccountAlias({}).promise()).rejects.toMatchObject({ code: 'InvalidSignatureException', statusCode: 403 });
  });
});

describe('the role of a channel', () => {
  const create = () => client.createSlackChannelConfiguration(CREATE).promise();
  const usable: ChannelRole = { exists: true, trusts: ['supportapp.amazonaws.com'] };

  test.each<[string, ChannelRole | undefined]>([
    ['is unknown', undefined],
    ['does not exist', { ...usable, exists: false }],
    ['trusts another service', { ...usable, trusts: ['lambda.amazonaws.com'] }],
    ['is not known everywhere yet', { ...usable, usableAt: new Date(Date.now() + 3_600_000) }],
  ])('fails when it %s', async (_name, role) => {
    withWorkspace();
    services.supportApp.roles = () => role;
    await expect(create()).rejects.toEqual(failure('ValidationException', 400, 'roleNotValid'));
    put('C1');
    await expect(client.updateSlackChannelConfiguration({ ...CHANNEL, channelRoleArn: ROLE }).promise())
      .rejects.toEqual(failure('ValidationException', 400, 'roleNotValid'));
    await expect(client.updateSlackChannelConfiguration({ ...CHANNEL, channelName: 'n' }).promise()).resolves.toMatchObject({ channelName: 'n' });
  });

  test('is accepted when it trusts the service', async () => {
    withWorkspace();
    const asked: string[] = [];
    services.supportApp.roles = (roleArn) => {
      asked.push(roleArn);
      return { ...usable, usableAt: new Date(0) };
    };
    await create();
    expect(asked).toEqual([ROLE]);
  });

  test('fails when it belongs to another account', async () => {
    withWorkspace();
    await expect(client.createSlackChannelConfiguration({ ...CREATE, channelRoleArn: `arn:aws:iam::${MANAGEMENT}:role/Support` }).promise())
      .rejects.toEqual(failure('AccessDeniedException', 403, 'crossAccountRole'));
  });
});

describe('UpdateSlackChannelConfiguration', () => {
  const update = (change: Partial<SupportApp.UpdateSlackChannelConfigurationRequest>) =>
    client.updateSlackChannelConfiguration({ ...CHANNEL, ...change }).promise();

  beforeEach(() => {
    withWorkspace();
    put('C1');
  });

  test('keeps the stored value of each member that is omitted, and answers the whole configuration', async () => {
    const expected = {
      ...CHANNEL,
      channelName: 'renamed',
      channelRoleArn: ROLE,
      notifyOnCaseSeverity: 'all',
      notifyOnAddCorrespondenceToCase: true,
      notifyOnCreateOrReopenCase: false,
      notifyOnResolveCase: true,
    };
    await expect(update({ channelName: 'renamed', notifyOnResolveCase: true })).resolves.toEqual(expected);
    expect(services.supportApp.store.channel(ACCOUNT, CHANNEL)).toEqual(expected);
  });

  test('leaves stale flags behind when severity none comes without them', async () => {
    await expect(update({ notifyOnCaseSeverity: 'none' })).resolves.toMatchObject({ notifyOnCaseSeverity: 'none', notifyOnAddCorrespondenceToCase: true });
  });

  test('fails on severity none with a flag in the same request', async () => {
    await expect(update({ notifyOnCaseSeverity: 'none', notifyOnResolveCase: true })).rejects.toEqual(failure('ValidationException', 400, 'flagsForbidden'));
  });

  test('fails when no flag is left', async () => {
    await expect(update({ notifyOnAddCorrespondenceToCase: false })).rejects.toEqual(failure('ValidationException', 400, 'flagNeeded'));
    expect(services.supportApp.store.channel(ACCOUNT, CHANNEL)?.notifyOnAddCorrespondenceToCase).toBe(true);
  });

  test('fails on a channel that is not configured', async () => {
    await expect(update({ channelId: 'C2' })).rejects.toEqual(failure('ResourceNotFoundException', 404, 'channelNotFound'));
  });

  test('fails when the workspace is gone', async () => {
    services.supportApp.store.removeWorkspace(ACCOUNT, TEAM);
    await expect(update({ channelName: 'n' })).rejects.toEqual(failure('ConflictException', 409, 'workspaceNotAdded'));
  });
});

describe('ListSlackChannelConfigurations', () => {
  test('loses and repeats nothing when the list changes between pages', async () => {
    withWorkspace();
    ['C01', 'C02', 'C03', 'C04', 'C05', 'C06', 'C07'].forEach((channelId) => put(channelId));
    const first = await client.listSlackChannelConfigurations({}).promise();
    services.supportApp.store.removeChannel(ACCOUNT, { teamId: TEAM, channelId: 'C02' });
    const second = await client.listSlackChannelConfigurations({ nextToken: first.nextToken }).promise();
    expect([first, second].map((page) => page.slackChannelConfigurations.map(({ channelId }) => channelId)))
      .toEqual([['C01', 'C02', 'C03', 'C04', 'C05'], ['C06', 'C07']]);
    expect(second.nextToken).toBeUndefined();
  });

  test('fails on a token that was not issued, or for another account', async () => {
    withWorkspace();
    ['C1', 'C2', 'C3', 'C4', 'C5', 'C6'].forEach((channelId) => put(channelId));
    await expect(client.listSlackChannelConfigurations({ nextToken: 'x' }).promise()).rejects.toEqual(failure('ValidationException', 400, 'invalidNextToken'));
    const { nextToken } = await client.listSlackChannelConfigurations({}).promise();
    const other = supportAppClient(services, identityOf(services, MANAGEMENT));
    await expect(other.listSlackChannelConfigurations({ nextToken }).promise()).rejects.toEqual(failure('ValidationException', 400, 'invalidNextToken'));
  });
});

describe('DeleteSlackChannelConfiguration', () => {
  const remove = () => client.deleteSlackChannelConfiguration(CHANNEL).promise();

  test('deletes, and fails when nothing is there', async () => {
    withWorkspace();
    put('C1');
    await expect(remove()).resolves.toEqual({});
    await expect(remove()).rejects.toEqual(failure('ResourceNotFoundException', 404, 'channelNotFound'));
  });

  test('fails without the workspace', async () => {
    await expect(remove()).rejects.toEqual(failure('ConflictException', 409, 'workspaceNotAdded'));
  });

  test('is not held up by a live chat of another account', async () => {
    withWorkspace();
    put('C1');
    put('C1', MANAGEMENT);
    services.supportApp.store.startLiveChat(MANAGEMENT, CHANNEL);
    await expect(remove()).resolves.toEqual({});
  });

  test('fails during a live chat', async () => {
    withWorkspace();
    put('C1');
    services.supportApp.store.startLiveChat(ACCOUNT, CHANNEL);
    await expect(remove()).rejects.toEqual(failure('ConflictException', 409, 'liveChatChannel'));
    services.supportApp.store.endLiveChat(ACCOUNT, CHANNEL);
    await expect(remove()).resolves.toEqual({});
  });
});

describe('the account alias', () => {
  test('is absent, put, put again and deleted', async () => {
    expect(await client.getAccountAlias({}).promise()).toEqual({});
    await client.putAccountAlias({ accountAlias: 'first alias' }).promise();
    expect(await client.getAccountAlias({}).promise()).toEqual({ accountAlias: 'first alias' });
    await client.putAccountAlias({ accountAlias: 'second' }).promise();
    expect(await client.getAccountAlias({}).promise()).toEqual({ accountAlias: 'second' });
    await client.deleteAccountAlias({}).promise();
    expect(await client.getAccountAlias({}).promise()).toEqual({});
    await expect(client.deleteAccountAlias({}).promise()).rejects.toEqual(failure('ResourceNotFoundException', 404, 'aliasNotFound'));
  });

  test('fails against the model', async () => {
    await expect(client.putAccountAlias({ accountAlias: 'a'.repeat(31) }).promise()).rejects.toMatchObject({
      code: 'ValidationException',
      statusCode: 400,
      message: `1 validation error detected: Value '${'a'.repeat(31)}' at 'accountAlias' failed to satisfy constraint: Member must have length less than or equal to 30`,
    });
  });
});

test('an account without a support plan sees empty lists and can configure nothing', async () => {
  withWorkspace();
  put('C1');
  services.supportApp.store.account(ACCOUNT).supportPlan = false;
  expect((await client.listSlackChannelConfigurations({}).promise()).slackChannelConfigurations).toEqual([]);
  expect((await client.listSlackWorkspaceConfigurations({}).promise()).slackWorkspaceConfigurations).toEqual([]);
  const denied = failure('AccessDeniedException', 403, 'noSupportPlan');
  await expect(client.createSlackChannelConfiguration({ ...CREATE, channelId: 'C2' }).promise()).rejects.toEqual(denied);
  await expect(client.putAccountAlias({ accountAlias: 'a' }).promise()).rejects.toEqual(denied);
  await expect(client.registerSlackWorkspaceForOrganization({ teamId: TEAM }).promise()).rejects.toEqual(denied);
  await expect(client.updateSlackChannelConfiguration({ teamId: TEAM, channelId: 'C2' }).promise())
    .rejects.toEqual(failure('ResourceNotFoundException', 404, 'channelNotFound'));
});

describe('authorization', () => {
  const clientWith = (...statements: PolicyDocument['Statement'][]) =>
    supportAppClient(services, identityOf(services, ACCOUNT, () => [{ Statement: statements.flat() }]));
  const allow = (Action: string, Resource = '*', passedTo?: string) => ({
    Effect: 'Allow' as const, Action, Resource, ...(passedTo ? { Condition: { StringEquals: { 'iam:PassedToService': passedTo } } } : {}),
  });

  test('fails without the action, in the words of IAM', async () => {
    await expect(clientWith(allow('supportapp:PutAccountAlias')).getAccountAlias({}).promise()).rejects.toMatchObject({
      code: 'AccessDeniedException',
      statusCode: 403,
      message: `User: arn:aws:sts::${ACCOUNT}:assumed-role/Handler/function is not authorized to perform: supportapp:GetAccountAlias on resource: * `
        + 'because no identity-based policy allows the supportapp:GetAccountAlias action',
    });
  });

  test.each([
    ['at all', []],
    ['of another role', [allow('iam:PassRole', `${ROLE}2`)]],
    ['to another service', [allow('iam:PassRole', ROLE, 'lambda.amazonaws.com')]],
  ])('fails to pass a role without permission to pass it %s', async (_name, statements) => {
    withWorkspace();
    const limited = clientWith(allow('supportapp:*'), statements);
    const denied = expect.objectContaining({
      code: 'AccessDeniedException',
      message: expect.stringContaining(`is not authorized to perform: iam:PassRole on resource: ${ROLE} because`),
    });
    await expect(limited.createSlackChannelConfiguration(CREATE).promise()).rejects.toEqual(denied);
    put('C1');
    await expect(limited.updateSlackChannelConfiguration({ ...CHANNEL, channelRoleArn: ROLE }).promise()).rejects.toEqual(denied);
    await expect(limited.updateSlackChannelConfiguration({ ...CHANNEL, channelName: 'n' }).promise()).resolves.toBeDefined();
  });

  test('passes the role with exact permission', async () => {
    withWorkspace();
    const limited = clientWith(allow('supportapp:CreateSlackChannelConfiguration'), allow('iam:PassRole', ROLE, 'supportapp.amazonaws.com'));
    await expect(limited.createSlackChannelConfiguration(CREATE).promise()).resolves.toEqual({});
  });
});

describe('lists that lag', () => {
  const channelIds = async () =>
    (await client.listSlackChannelConfigurations().promise()).slackChannelConfigurations!.map(({ channelId }) => channelId);

  test('answer what was there so many changes ago', async () => {
    withWorkspace();
    await client.createSlackChannelConfiguration(CREATE).promise();
    await client.createSlackChannelConfiguration({ ...CREATE, channelId: 'C2' }).promise();
    await client.deleteSlackChannelConfiguration(CHANNEL).promise();
    const seen = [];
    for (const changes of [1, 2, 3, 9]) {
      services.faults.inject({ fault: { kind: 'lag', changes }, operations: ['ListSlackChannelConfigurations'] });
      seen.push(await channelIds());
    }
    expect(seen).toEqual([['C1', 'C2'], ['C1'], [], []]);
    expect(await channelIds()).toEqual(['C2']);
    expect(services.requests.of('ListSlackChannelConfigurations')[0].outcome).toMatchObject({ status: 200, fault: 'lag' });
  });

  test('know the workspaces of that time, too, and nothing of other accounts', async () => {
    withWorkspace();
    await client.deleteSlackWorkspaceConfiguration({ teamId: TEAM }).promise();
    services.faults.inject({ fault: { kind: 'lag', changes: 1 } });
    expect((await client.listSlackWorkspaceConfigurations().promise()).slackWorkspaceConfigurations).toHaveLength(1);
    services.faults.inject({ fault: { kind: 'lag', changes: 1 } });
    const other = supportAppClient(services, identityOf(services, MANAGEMENT));
    expect((await other.listSlackWorkspaceConfigurations().promise()).slackWorkspaceConfigurations).toEqual([]);
  });
});
