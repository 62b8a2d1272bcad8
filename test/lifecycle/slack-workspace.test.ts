import { CfnOutput, CfnParameter, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { type Account, failAfter, failuresOf, ownProvider, MANAGEMENT_ACCOUNT, OTHER_TEAM, TEAM, useLocalAws } from './harness';
import { NotificationSeverity, SlackWorkspace, type SlackWorkspaceProps } from '../../src';

const TYPE = 'Custom::SupportAppSlackWorkspace';
const local = useLocalAws();
let account: Account;

beforeEach(() => {
  account = local.newAccount();
});

function workspace(props: Partial<SlackWorkspaceProps> = {}, id = 'Workspace') {
  return (stack: Stack) => {
    const made = new SlackWorkspace(stack, id, { teamId: TEAM, ...props });
    new CfnOutput(stack, 'TeamName', { value: made.teamName });
    new CfnOutput(stack, 'AccountType', { value: made.accountType });
    return made;
  };
}

function workspaceAndFailure(props: Partial<SlackWorkspaceProps> = {}, id = 'Workspace') {
  return (stack: Stack) => failAfter(stack, workspace(props, id)(stack));
}

/** A workspace with a channel in it. */
function workspaceWithChannel(id = 'Workspace', teamId = TEAM) {
  return (stack: Stack) => workspace({ teamId }, id)(stack).addChannel('Channel', { channelId: 'C012ABCDEFG', notifyOnCaseSeverity: NotificationSeverity.NONE });
}

function teams(): string[] {
  return account.state().workspaces.map(({ teamId }) => teamId);
}

function standing() {
  return { state: account.state(), physicalId: account.physicalId(TYPE) };
}

function authorize(teamId: string) {
  local.aws.services.supportApp.store.authorizeWorkspace(account.id, teamId);
}

describe('create', () => {
  test('registers the workspace in a member account, and its physical id says that the stack created it', async () => {
    const { outputs } = await account.succeed(workspace());
    expect(outputs).toEqual({ TeamName: `Workspace ${TEAM}`, AccountType: 'member' });
    expect(teams()).toEqual([TEAM]);
    expect(account.physicalId(TYPE)).toBe(`SupportAppSlackWorkspace/created/${TEAM}`);
    await account.delete();
    expect(teams()).toEqual([]);
  });

  test('registers a workspace of the management account for the organization, and leaves it at the end', async () => {
    local.aws.services.supportApp.store.createOrganization(account.id);
    authorize(TEAM);
    const { outputs } = await account.succeed(workspace());
    expect(outputs).toEqual({ TeamName: `Workspace ${TEAM}`, AccountType: 'management' });
    expect(account.state().workspaces).toEqual([expect.objectContaining({ teamId: TEAM, allowOrganizationMemberAccount: true })]);
    expect(account.physicalId(TYPE)).toBe(`SupportAppSlackWorkspace/adopted/${TEAM}`);
    await account.delete();
    expect(teams()).toEqual([TEAM]);
  });

  test('registers a workspace that is authorized on a later page of the list', async () => {
    ['T1', 'T2', 'T3', 'T4'].forEach((teamId) => {
      local.aws.services.supportApp.store.createTeam(teamId, teamId);
      authorize(teamId);
    });
    authorize('T012ABCDEFG');
    await account.succeed(workspace());
    expect(account.physicalId(TYPE)).toBe(`SupportAppSlackWorkspace/adopted/${TEAM}`);
  });

  test('counts a workspace that is there as adopted, and leaves it at the end', async () => {
    authorize(TEAM);
    await account.succeed(workspace());
    expect(account.physicalId(TYPE)).toBe(`SupportAppSlackWorkspace/adopted/${TEAM}`);
    await account.delete();
    expect(teams()).toEqual([TEAM]);
  });

  test('is undone when the stack rolls back', async () => {
    await account.deploy(workspaceAndFailure());
    expect(account.stack.status).toBe('ROLLBACK_COMPLETE');
    expect(account.changes()).toEqual(['RegisterSlackWorkspaceForOrganization', 'DeleteSlackWorkspaceConfiguration']);
    expect(teams()).toEqual([]);
  });

  test('leaves a workspace that was there when the stack rolls back', async () => {
    authorize(TEAM);
    await account.deploy(workspaceAndFailure());
    expect(account.stack.status).toBe('ROLLBACK_COMPLETE');
    expect(teams()).toEqual([TEAM]);
  });

  test('makes the channels after the workspace and deletes them before it', async () => {
    await account.succeed(workspaceWithChannel());
    await account.delete();
    expect(account.changes()).toEqual([
      'RegisterSlackWorkspaceForOrganization', 'CreateSlackChannelConfiguration', 'DeleteSlackChannelConfiguration', 'DeleteSlackWorkspaceConfiguration',
    ]);
  });

  test('fails with the words of the synthesis for a value that is known only at deployment', async () => {
    let atSynth = '';
    try {
      local.synthesize(workspace({ teamId: 'has space' }));
    } catch (error) {
      atSynth = (error as Error).message;
    }
    const atDeployment = await account.fail((stack) => workspace({ teamId: new CfnParameter(stack, 'Team').valueAsString })(stack), { Team: 'has space' });
    expect(atSynth).toContain('  - teamId: must be');
    // The reason of an event stands on one line.
    const problems = atSynth.split('\n').slice(1).map((line) => line.trim()).join(' ');
    expect(problems).not.toBe('');
    expect(atDeployment.slice(-problems.length)).toBe(problems);
    expect(account.requests()).toEqual([]);
  });
});

describe('errors say what to do', () => {
  test('the management account has authorized the workspace, but not registered it yet', async () => {
    const { store } = local.aws.services.supportApp;
    store.createTeam('TNEW', 'New');
    store.authorizeWorkspace(MANAGEMENT_ACCOUNT, 'TNEW');
    const reason = await account.fail(workspace({ teamId: 'TNEW' }));
    expect(reason).toMatch(/^RegisterSlackWorkspaceForOrganization: The management account hasn't registered .*\(ConflictException, tries: 1, request id: [-0-9a-f]{36}\)\. /);
    expect(reason).toMatch(/\. Check teamId, authorize the workspace in the Support Center of the management account and deploy a SlackWorkspace there first\.$/);
    store.removeWorkspace(MANAGEMENT_ACCOUNT, 'TNEW');
  });

  test('the management account has not authorized the workspace', async () => {
    local.aws.services.supportApp.store.createOrganization(account.id);
    const reason = await account.fail(workspace());
    expect(reason).toContain('The Slack workspace isn\'t authorized.');
    expect(reason).toMatch(/\. Check teamId, authorize the workspace in the Support Center of the management account/);
  });

  test('the account is not in an organization', async () => {
    account.supportApp.organization = undefined;
    const reason = await account.fail(workspace());
    expect(reason).toContain('ConflictException');
    expect(reason).toMatch(/\. Join an organization, or authorize the workspace in the Support Center of the account\.$/);
  });

  test('there is no such workspace', async () => {
    const reason = await account.fail(workspace({ teamId: 'TNOTHING' }));
    expect(reason).toContain('ResourceNotFoundException');
    expect(reason).toMatch(/\. Check teamId, authorize the workspace in the Support Center of the management account and deploy a SlackWorkspace there first\.$/);
  });

  test('5 workspaces are there', async () => {
    ['TA', 'TB', 'TC', 'TD', 'TE'].forEach((teamId) => {
      local.aws.services.supportApp.store.createTeam(teamId, teamId);
      authorize(teamId);
    });
    const reason = await account.fail(workspace());
    expect(reason).toContain('ServiceQuotaExceededException');
    expect(reason).toContain('An account can have 5 workspaces');
    expect(teams()).toHaveLength(5);
  });

  test('no support plan', async () => {
    account.supportApp.supportPlan = false;
    const reason = await account.fail((stack) => workspace({ provider: ownProvider(stack) })(stack));
    expect(reason).toContain('. Subscribe to a support plan with the AWS Support App.');
  });

  test('a permission is missing in the role that was given', async () => {
    const reason = await account.fail((stack) => {
      const role = account.handlerRole(stack, ['cloudformation:*']);
      workspace({ provider: ownProvider(stack, { role }) })(stack);
    });
    expect(reason).toContain('is not authorized to perform: supportapp:ListSlackWorkspaceConfigurations');
    expect(reason).toContain('Let the role of the handler do this');
  });

  test('a live chat in a channel that the stack does not know', async () => {
    await account.succeed(workspaceWithChannel());
    const key = { teamId: TEAM, channelId: 'C012ABCDEFG' };
    local.aws.services.supportApp.store.startLiveChat(account.id, key);
    const result = await account.tryDelete();
    expect(result.status).toBe('DELETE_FAILED');
    expect(failuresOf(result)).toEqual([expect.stringContaining('End the live chat with AWS Support, then delete again.')]);
    expect(teams()).toEqual([TEAM]);
    local.aws.services.supportApp.store.endLiveChat(account.id, key);
    await account.delete();
    expect(teams()).toEqual([]);
  });
});

describe('update', () => {
  beforeEach(async () => {
    await account.succeed(workspace());
    account.forgetRequests();
  });

  test('another workspace: the new one is there before the old one goes', async () => {
    const { outputs } = await account.succeed(workspace({ teamId: OTHER_TEAM }));
    expect(account.changes()).toEqual(['RegisterSlackWorkspaceForOrganization', 'DeleteSlackWorkspaceConfiguration']);
    expect(teams()).toEqual([OTHER_TEAM]);
    expect(outputs.TeamName).toBe(`Workspace ${OTHER_TEAM}`);
    expect(account.physicalId(TYPE).split(';')[0]).toBe(`SupportAppSlackWorkspace/created/${OTHER_TEAM}`);
    await account.delete();
    expect(teams()).toEqual([]);
  });

  test('another workspace: the old one is untouched when the stack rolls back', async () => {
    const before = standing();
    await account.deploy(workspaceAndFailure({ teamId: OTHER_TEAM }));
    expect(account.stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(standing()).toEqual(before);
    await account.delete();
    expect(teams()).toEqual([]);
  });

  test('another workspace that is there is adopted, and stays when the stack rolls back or is deleted', async () => {
    authorize(OTHER_TEAM);
    const before = standing();
    await account.deploy(workspaceAndFailure({ teamId: OTHER_TEAM }));
    expect(account.stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(standing()).toEqual(before);
    await account.succeed(workspace({ teamId: OTHER_TEAM }));
    expect(teams()).toEqual([OTHER_TEAM]);
    await account.delete();
    expect(teams()).toEqual([OTHER_TEAM]);
  });

  test('fails for another workspace that cannot be registered, and leaves the old one', async () => {
    const before = standing();
    expect(await account.fail(workspace({ teamId: 'TNOTHING' }))).toContain('Check teamId');
    expect(standing()).toEqual(before);
  });

  test('replaces a workspace together with its channel', async () => {
    account = local.newAccount();
    await account.succeed(workspaceWithChannel());
    await account.succeed(workspaceWithChannel('Workspace', OTHER_TEAM));
    expect(account.channels().map(({ teamId }) => teamId)).toEqual([OTHER_TEAM]);
    expect(teams()).toEqual([OTHER_TEAM]);
    const changes = account.changes();
    expect(changes.indexOf('DeleteSlackChannelConfiguration')).toBeGreaterThan(changes.lastIndexOf('CreateSlackChannelConfiguration'));
    expect(changes.at(-1)).toBe('DeleteSlackWorkspaceConfiguration');
  });
});

describe('delete', () => {
  beforeEach(() => account.succeed(workspace()));

  test('succeeds when the workspace is already gone', async () => {
    local.aws.services.supportApp.store.removeWorkspace(account.id, TEAM);
    await account.delete();
    expect(teams()).toEqual([]);
  });

  test('leaves a workspace that channels of others use', async () => {
    account.putChannel({ channelId: 'CTHEIRS' });
    await account.delete();
    expect(teams()).toEqual([TEAM]);
    expect(account.channels()).toHaveLength(1);
  });

  test('fails while the service says that a live chat is active, and works afterwards', async () => {
    local.aws.services.faults.inject({
      operations: ['DeleteSlackWorkspaceConfiguration'],
      when: ({ accountId }) => accountId === account.id,
      fault: { kind: 'error', code: 'ConflictException', message: 'You can\'t delete a Slack workspace that has an active live chat channel.' },
    });
    const result = await account.tryDelete();
    expect(failuresOf(result)).toEqual([expect.stringMatching(/^DeleteSlackWorkspaceConfiguration: .*End the live chat with AWS Support, then delete again\.$/)]);
    expect(teams()).toEqual([TEAM]);
    await account.delete();
    expect(teams()).toEqual([]);
  });

  test('leaves the workspace with RemovalPolicy.RETAIN', async () => {
    await account.succeed(workspace({ removalPolicy: RemovalPolicy.RETAIN }));
    await account.delete();
    expect(teams()).toEqual([TEAM]);
  });
});

test('a workspace is removed when the construct is removed from a stack that stays', async () => {
  await account.succeed((stack) => workspace({ provider: ownProvider(stack) })(stack));
  await account.succeed((stack) => ownProvider(stack));
  expect(teams()).toEqual([]);
});

describe('a construct that moves in the tree', () => {
  describe.each(['created', 'adopted'])('whose workspace was %s', (ownership) => {
    beforeEach(async () => {
      if (ownership === 'adopted') {
        authorize(TEAM);
      }
      await account.succeed(workspace());
    });

    async function expectEnd() {
      expect(teams()).toEqual([TEAM]);
      await account.delete();
      expect(teams()).toEqual(ownership === 'created' ? [] : [TEAM]);
    }

    test('keeps the workspace and its mark', async () => {
      await account.succeed(workspace({}, 'Moved'));
      expect(account.physicalId(TYPE)).toBe(`SupportAppSlackWorkspace/${ownership}/${TEAM}`);
      await expectEnd();
    });

    test('ends where it began when the stack rolls back', async () => {
      const before = standing();
      await account.deploy(workspaceAndFailure({}, 'Moved'));
      expect(account.stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
      expect(standing()).toEqual(before);
      await expectEnd();
    });

    test('moves back and forth', async () => {
      await account.succeed(workspace({}, 'Moved'));
      await account.succeed(workspace());
      await account.succeed(workspace({}, 'Moved'));
      await expectEnd();
    });
  });

  test('moves with its channel', async () => {
    await account.succeed(workspaceWithChannel());
    account.forgetRequests();
    await account.succeed(workspaceWithChannel('Moved'));
    expect(account.changes()).toEqual(['RegisterSlackWorkspaceForOrganization']);
    expect(account.channels()).toHaveLength(1);
    await account.delete();
    expect([account.channels(), teams()]).toEqual([[], []]);
  });

  test('moves and becomes another workspace at once', async () => {
    await account.succeed(workspace());
    await account.succeed(workspace({ teamId: OTHER_TEAM }, 'Moved'));
    expect(teams()).toEqual([OTHER_TEAM]);
    await account.delete();
    expect(teams()).toEqual([]);
  });
});
