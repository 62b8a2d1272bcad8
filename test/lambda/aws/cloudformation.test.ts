import { CloudFormationClient, describeStackEvents, listStackResources, StackMember } from '../../../lambda/aws/cloudformation';
import { captureLog, clearEnvironment, endInvocations, invocation, useCredentials, withoutRetries, withoutWaits } from '../environment';
import { Script, ScriptedServer } from '../scripted-server';

const STACK_ID = 'arn:aws:cloudformation:eu-west-3:111122223333:stack/support/5b3a0a5c-0000-4000-8000-000000000000';
const NAMESPACE = 'xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"';

let server: ScriptedServer;

beforeEach(() => {
  clearEnvironment();
  captureLog();
  withoutWaits();
  useCredentials({ accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token' });
});

afterEach(async () => {
  endInvocations();
  jest.restoreAllMocks();
  await server.stop();
});

async function start(...scripts: Script[]) {
  server = await ScriptedServer.start(...scripts);
  process.env.AWS_ENDPOINT_URL_CLOUDFORMATION = server.url;
  return new CloudFormationClient({ region: 'eu-west-3', invocation: invocation() });
}

function member(logicalId: string, physicalId: string | undefined, resourceStatus: string): string {
  return `<member><ResourceType>Custom::SupportAppAccountAlias</ResourceType>${physicalId === undefined ? '' : `<PhysicalResourceId>${physicalId}</PhysicalResourceId>`}`
    + `<LogicalResourceId>${logicalId}</LogicalResourceId><LastUpdatedTimestamp>2030-01-01T00:00:00.000Z</LastUpdatedTimestamp>`
    + `<ResourceStatus>${resourceStatus}</ResourceStatus><ResourceStatusReason>a &lt;member&gt; of it</ResourceStatusReason>`
    + '<DriftInformation><StackResourceDriftStatus>NOT_CHECKED</StackResourceDriftStatus></DriftInformation></member>';
}

/** As the service writes it, with the white space that it puts between elements or not. */
function page(members: string[], nextToken?: string, space = '\n  '): Script {
  return {
    headers: { 'content-type': 'text/xml' },
    body: `<ListStackResourcesResponse ${NAMESPACE}>${space}<ListStackResourcesResult>${space}<StackResourceSummaries>${space}`
      + `${members.join(space)}${space}</StackResourceSummaries>${space}${nextToken ? `<NextToken>${nextToken}</NextToken>` : ''}`
      + '</ListStackResourcesResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></ListStackResourcesResponse>',
  };
}

async function listAll(client: InstanceType<typeof CloudFormationClient>): Promise<StackMember[]> {
  const resources: StackMember[] = [];
  for await (const resource of listStackResources(client, STACK_ID)) {
    resources.push(resource);
  }
  return resources;
}

function parametersOf(body: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(body));
}

describe('listStackResources', () => {
  test('reads all pages', async () => {
    const client = await start(
      page([member('A', 'SupportAppAccountAlias/created/1', 'CREATE_COMPLETE'), member('B', undefined, 'CREATE_IN_PROGRESS')], 'to+ken/1=='),
      page([], 'token 2', ''),
      page([member('C', 'ChimeChannel/created/arn%3Aaws', 'DELETE_COMPLETE')], undefined, ''),
    );
    expect(await listAll(client)).toEqual([
      expect.objectContaining({ logicalId: 'A', physicalId: 'SupportAppAccountAlias/created/1', status: 'CREATE_COMPLETE' }),
      expect.objectContaining({ logicalId: 'B', physicalId: '', status: 'CREATE_IN_PROGRESS' }),
      expect.objectContaining({ logicalId: 'C', physicalId: 'ChimeChannel/created/arn%3Aaws', status: 'DELETE_COMPLETE' }),
    ]);
    const common = { Action: 'ListStackResources', Version: '2010-05-15', StackName: STACK_ID };
    expect(server.requests.map(({ body }) => parametersOf(body))).toEqual([
      common, { ...common, NextToken: 'to+ken/1==' }, { ...common, NextToken: 'token 2' },
    ]);
  });

  test('sends a form that is signed for CloudFormation', async () => {
    await listAll(await start(page([])));
    expect(server.requests).toMatchObject([{
      method: 'POST',
      url: '/',
      headers: {
        'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
        'authorization': expect.stringContaining('/eu-west-3/cloudformation/aws4_request'),
      },
    }]);
  });

  test('reads no further page than it is asked for', async () => {
    const client = await start(page([member('A', 'a', 'CREATE_COMPLETE')], 'more'));
    for await (const resource of listStackResources(client, STACK_ID)) {
      expect(resource.logicalId).toBe('A');
      break;
    }
    expect(server.requests).toHaveLength(1);
  });

  test('a page that is throttled is read again', async () => {
    const throttled: Script = { status: 400, body: `<ErrorResponse ${NAMESPACE}><Error><Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>` };
    const client = await start(page([member('A', 'a', 'CREATE_COMPLETE')], 'more'), throttled, page([member('B', 'b', 'CREATE_COMPLETE')]));
    expect((await listAll(client)).map((resource) => resource.logicalId)).toEqual(['A', 'B']);
    expect(server.requests).toHaveLength(3);
    expect(parametersOf(server.requests[2].body)).toEqual(parametersOf(server.requests[1].body));
  });

  test('fails with the name and the words of the service', async () => {
    const client = await start({
      status: 403,
      body: `<ErrorResponse ${NAMESPACE}>\n  <Error>\n    <Type>Sender</Type>\n    <Code>AccessDenied</Code>\n    <Message>User is not authorized</Message>\n  </Error>\n</ErrorResponse>`,
    });
    await expect(listAll(client)).rejects.toMatchObject({ name: 'AccessDenied', message: 'User is not authorized', operation: 'ListStackResources' });
  });

  // A resource that is not in a list is one that nobody holds, so that a deletion would go on.
  test.each<[string, string]>([
    ['a page of a proxy', '<html><body>Sign in</body></html>'],
    ['nothing', ''],
    ['half a page', (page([member('A', 'a', 'CREATE_COMPLETE')], 'more') as { body: string }).body.slice(0, 200)],
  ])('fails on an answer that is %s', async (_name, body) => {
    withoutRetries();
    await expect(listAll(await start({ body }))).rejects.toMatchObject({ name: 'ConnectionError', message: 'answer cut short' });
    expect(server.requests).toHaveLength(1);
  });

  test('reads an answer again that was cut short', async () => {
    const whole = page([member('A', 'a', 'CREATE_COMPLETE')]) as { body: string };
    const client = await start({ body: whole.body.slice(0, -1) }, whole);
    expect((await listAll(client)).map((resource) => resource.logicalId)).toEqual(['A']);
    expect(server.requests).toHaveLength(2);
  });
});

test('describeStackEvents reads the events of the stack itself, too', async () => {
  const client = await start({
    body: `<DescribeStackEventsResponse ${NAMESPACE}><DescribeStackEventsResult><StackEvents><member>`
    + `<StackId>${STACK_ID}</StackId><StackName>support</StackName><LogicalResourceId>support</LogicalResourceId><PhysicalResourceId>${STACK_ID}</PhysicalResourceId>`
    + '<ResourceType>AWS::CloudFormation::Stack</ResourceType><ResourceStatus>CREATE_IN_PROGRESS</ResourceStatus>'
    + '<ResourceStatusReason>UPDATE_COMPLETE</ResourceStatusReason></member></StackEvents></DescribeStackEventsResult></DescribeStackEventsResponse>',
  });
  const events: StackMember[] = [];
  for await (const event of describeStackEvents(client, STACK_ID)) {
    events.push(event);
  }
  expect(events).toEqual([{
    stackId: STACK_ID,
    stackName: 'support',
    logicalId: 'support',
    physicalId: STACK_ID,
    type: 'AWS::CloudFormation::Stack',
    status: 'CREATE_IN_PROGRESS',
    timestamp: expect.any(String),
  }]);
  expect(parametersOf(server.requests[0].body)).toEqual({ Action: 'DescribeStackEvents', Version: '2010-05-15', StackName: STACK_ID });
});
