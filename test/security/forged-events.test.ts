import { type AddressInfo, createServer, type Server } from 'node:net';
import { CfnParameter, type Stack } from 'aws-cdk-lib';
import { AccountAlias, ChannelsProvider, NotificationSeverity, SlackWorkspace } from '../../src';
import { ScriptedServer } from '../lambda/scripted-server';
import { type Account, TEAM, useLocalAws } from '../lifecycle/harness';

const local = useLocalAws();
let account: Account;
let target: ScriptedServer;

beforeEach(async () => {
  account = local.newAccountWithWorkspace();
  target = await ScriptedServer.start();
});

afterEach(() => target.stop());

const provider = (stack: Stack) => new ChannelsProvider(stack, 'Provider');

function channel(stack: Stack) {
  SlackWorkspace.fromTeamId(stack, 'Workspace', TEAM).addChannel('Channel', {
    channelId: 'C1', notifyOnCaseSeverity: NotificationSeverity.NONE, provider: provider(stack),
  });
}

/** An event of somebody who may invoke the function, after the deployment of a channel. */
async function forge(change: object) {
  await account.succeed(channel);
  await local.aws.cloudFormation.lambda.settled();
  account.forgetRequests();
  const functionArn = String(account.stack.liveResources().find(({ type }) => type === 'AWS::Lambda::Function')!.attributes.Arn);
  const { event } = account.invocations()[0] as { event: object };
  const invocation = await local.aws.cloudFormation.lambda.invoke(functionArn, { ...event, ResponseURL: `${target.url}/answer`, ...change });
  return { invocation, answers: target.requests.map(({ body }) => JSON.parse(body)) };
}

describe('an event that CloudFormation did not send', () => {
  test.each([
    'arn:aws:cloudformation:us-east-1:111122223333:stack/Other/5b3a0a5c-0000-4000-8000-000000000000',
    'Other', '*', '', 'arn:aws:cloudformation:us-east-1:*:stack/*/*',
  ])('cannot read the stack %j', async (StackId) => {
    account.putChannel({ channelId: 'C9' });
    const properties = {
      TeamId: TEAM, ChannelId: 'C9', ChannelRoleArn: account.roleArn('ConsoleRole'), NotifyOnCaseSeverity: 'none', Existing: 'FAIL',
    };
    const { answers } = await forge({ StackId, ResourceProperties: properties });
    expect(answers).toMatchObject([{ Status: 'FAILED', Reason: expect.stringMatching(/^ListStackResources: .*(AccessDenied|ValidationError)/s) }]);
    expect(account.changes()).toEqual([]);
  });

  test('cannot give a channel a role that the stack does not give it', async () => {
    const roleArn = account.roleArn('Administrator');
    const { answers } = await forge({
      ResourceProperties: { TeamId: TEAM, ChannelId: 'C9', ChannelRoleArn: roleArn, NotifyOnCaseSeverity: 'none', Existing: 'ADOPT' },
    });
    expect(answers).toMatchObject([{ Status: 'FAILED', Reason: expect.stringMatching(/iam:PassRole.*AccessDenied/s) }]);
    expect(account.channels().map(({ channelId }) => channelId)).toEqual(['C1']);
  });

  test('cannot change what the stack has no type of', async () => {
    account.supportApp.accountAlias = 'theirs';
    const { answers } = await forge({ ResourceType: 'Custom::SupportAppAccountAlias', ResourceProperties: { AccountAlias: 'forged', Existing: 'ADOPT' } });
    expect(answers).toMatchObject([{ Status: 'FAILED', Reason: expect.stringContaining('AccessDenied') }]);
    expect(account.supportApp.accountAlias).toBe('theirs');
  });

  test.each(['constructor', 'toString', '__proto__', 'hasOwnProperty', 'Custom::', '', undefined])('of the resource type %j is refused', async (ResourceType) => {
    const { answers } = await forge({ ResourceType });
    expect(answers).toMatchObject([{ Status: 'FAILED', Reason: expect.stringContaining('Unknown resource type') }]);
    expect(account.requests()).toEqual([]);
  });

  test.each(['ftp://127.0.0.1/answer', 'file:///etc/passwd', 'data:text/plain,', 'not a URL', '', undefined])('is not answered at %j', async (ResponseURL) => {
    const { invocation } = await forge({ RequestType: 'Delete', PhysicalResourceId: 'failed/Channel', ResponseURL });
    expect(invocation.log).toMatch(/"statusCode":0|Invalid URL/);
    expect(invocation.log).not.toContain('root:');
    expect(account.changes()).toEqual([]);
  });

  test('of another function\'s resource deletes nothing', async () => {
    for (const PhysicalResourceId of ['C1', `T/${TEAM}/C1`, `AccountAlias/created/${TEAM}/C1`, `SupportAppSlackChannelConfiguration/owned/${TEAM}/C1`]) {
      const { answers } = await forge({ RequestType: 'Delete', PhysicalResourceId });
      expect(answers.at(-1)).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId });
    }
    expect(account.channels().map(({ channelId }) => channelId)).toEqual(['C1']);
  });
});

describe('a Region that is a parameter', () => {
  let server: Server;
  let connections: number;

  beforeEach(async () => {
    connections = 0;
    server = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    // The Region of the Support App makes the name of a host only where no variable names its endpoint.
    delete local.aws.cloudFormation.lambda.endpoints.AWS_ENDPOINT_URL_SUPPORT_APP;
  });

  afterEach(async () => {
    local.aws.cloudFormation.lambda.endpoints.AWS_ENDPOINT_URL_SUPPORT_APP = local.aws.services.endpoints.supportApp;
    await new Promise((resolve) => server.close(resolve));
  });

  // Signed requests carry the session token of the handler's role.
  test.each(['@127.0.0.1:<port>/', '@127.0.0.1:<port>#', '@127.0.0.1:<port>?'])('cannot send signed requests to another host (%s)', async (form) => {
    const region = form.replace('<port>', String((server.address() as AddressInfo).port));
    const reason = await account.fail((stack) => {
      const supportAppRegion = new CfnParameter(stack, 'Region').valueAsString;
      new AccountAlias(stack, 'Alias', {
        accountAlias: 'production', provider: new ChannelsProvider(stack, 'Provider', { supportAppRegion }),
      });
    }, { Region: region });
    expect(reason).not.toBe('');
    expect(connections).toBe(0);
  });
});
