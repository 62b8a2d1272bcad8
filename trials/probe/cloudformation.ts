import { PREFIX } from './account';
import { errorOf, type Probe, type ProbeContext } from './probe';

/** Names of stacks. */
const [FIRST, SECOND, FAILING] = ['first', 'second', 'failing'].map((name) => `${PREFIX}-${name}`);

/** Answers what its properties say, and writes down what it was asked. */
const HANDLER = `
const https = require('node:https');
const http = require('node:http');
exports.handler = (event) => new Promise((resolve, reject) => {
  const { RequestType, StackId, RequestId, LogicalResourceId, PhysicalResourceId = '' } = event;
  const { ResourceProperties, ResponseURL } = event;
  console.log('asked ' + JSON.stringify([RequestType, LogicalResourceId, PhysicalResourceId].join(' ').trim()));
  const fails = ResourceProperties.Fails === RequestType;
  const id = RequestType === 'Delete' ? PhysicalResourceId : ResourceProperties.Id;
  const status = { Status: fails ? 'FAILED' : 'SUCCESS', Reason: 'told to', PhysicalResourceId: id };
  const body = JSON.stringify({ ...status, StackId, RequestId, LogicalResourceId });
  const headers = { 'content-type': '', 'content-length': Buffer.byteLength(body) };
  const client = ResponseURL.startsWith('https:') ? https : http;
  const request = client.request(ResponseURL, { method: 'PUT', headers });
  request.on('response', (response) => response.resume().on('end', resolve));
  request.on('error', reject);
  request.end(body);
});
`;

interface CustomResource {
  readonly id: string;
  /** The request that fails. */
  readonly fails?: 'Create';
  readonly after?: string;
  readonly isRetained?: boolean;
}

/**
 * A stack of custom resources, by their logical ids. Its log group has its name, and is there still when it was
 * rolled back.
 */
function templateOf(stackName: string, resources: Record<string, CustomResource>): object {
  const policies = { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' };
  return {
    Resources: {
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: {
          AssumeRolePolicyDocument: {
            Version: '2012-10-17',
            Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
          },
          Policies: [
            {
              PolicyName: 'Log',
              PolicyDocument: {
                Version: '2012-10-17',
                Statement: [
                  {
                    Effect: 'Allow',
                    Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
                    Resource: { 'Fn::GetAtt': ['Log', 'Arn'] },
                  },
                ],
              },
            },
          ],
        },
      },
      Log: {
        Type: 'AWS::Logs::LogGroup',
        Properties: { LogGroupName: stackName, RetentionInDays: 1 },
        DeletionPolicy: 'Retain',
      },
      Handler: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          Code: { ZipFile: HANDLER },
          Handler: 'index.handler',
          Runtime: 'nodejs24.x',
          Timeout: 30,
          Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
          LoggingConfig: { LogGroup: { Ref: 'Log' } },
        },
      },
      ...Object.fromEntries(
        Object.entries(resources).map(([logicalId, { id, fails, after, isRetained }]) => [
          logicalId,
          {
            Type: 'Custom::Probe',
            Properties: {
              ServiceToken: { 'Fn::GetAtt': ['Handler', 'Arn'] },
              ServiceTimeout: 60,
              Id: id,
              ...(fails && { Fails: fails }),
            },
            ...(after && { DependsOn: after }),
            ...(isRetained && policies),
          },
        ]),
      ),
    },
  };
}

export const CLOUDFORMATION_PROBE: Probe = {
  touches: `the stacks ${FIRST}, ${SECOND} and ${FAILING}, each with a function, a role and a log group`,
  settles: [
    'cloudformation-holder',
    'cloudformation-no-holder',
    'cloudformation-two-holders',
    'cloudformation-retained-failure',
    'cloudformation-retained-replacement',
  ],
  run: async (context) => {
    await context.attempt(['cloudformation-holder', 'cloudformation-no-holder', 'cloudformation-two-holders'], () =>
      holders(context),
    );
    await context.attempt(['cloudformation-retained-replacement'], () => replacement(context));
    await context.attempt(['cloudformation-retained-failure'], () => failure(context));
  },
};

async function holders(context: ProbeContext): Promise<void> {
  const { account } = context;
  const id = `${PREFIX}/created/${account.accountId}`;
  const holderOf = async (PhysicalResourceId: string) => {
    const { StackResources: resources = [] } = await account.cloudFormation
      .describeStackResources({ PhysicalResourceId })
      .promise();
    return resources.find((resource) => resource.PhysicalResourceId === PhysicalResourceId)?.StackId;
  };
  const first = await deploy(context, FIRST, { A: { id } });
  const holder = await errorOrValue(holderOf(id));
  context.found('cloudformation-holder', holder === first, holder === first ? 'the stack was found' : holder);

  const unknown = await errorOf(holderOf(`${id}/unknown`));
  context.found(
    'cloudformation-no-holder',
    unknown?.name === 'ValidationError',
    unknown ? `${unknown.name}: ${unknown.message}` : 'succeeded',
  );

  const second = await deploy(context, SECOND, { A: { id } });
  const newest = await errorOrValue(holderOf(id));
  context.found(
    'cloudformation-two-holders',
    newest === second,
    newest === first ? 'the older one' : newest === second ? 'the newest' : newest,
  );
}

async function replacement(context: ProbeContext): Promise<void> {
  const stackId = await deploy(context, FIRST, { B: { id: 'b1', isRetained: true } });
  await deploy(
    context,
    FIRST,
    { B: { id: 'b2', isRetained: true }, Last: { id: 'last', fails: 'Create', after: 'B' } },
    'UPDATE_ROLLBACK_COMPLETE',
  );
  const requests = await context.account.requests(stackId);
  context.found(
    'cloudformation-retained-replacement',
    requests.includes('Delete B b2'),
    requests.filter((request) => request.includes(' B')).join(', '),
  );
}

async function failure(context: ProbeContext): Promise<void> {
  const stackId = await deploy(
    context,
    FAILING,
    { C: { id: 'c1', fails: 'Create', isRetained: true } },
    'ROLLBACK_COMPLETE',
  );
  const requests = await context.account.requests(stackId);
  context.found(
    'cloudformation-retained-failure',
    !requests.some((request) => request.startsWith('Delete C')),
    requests.join(', '),
  );
}

/** Deploys a stack, which must end as expected; answers its id. */
async function deploy(
  { account, options }: ProbeContext,
  stackName: string,
  resources: Record<string, CustomResource>,
  expected = /^(CREATE|UPDATE)_COMPLETE$/ as RegExp | string,
): Promise<string> {
  options.report(`  deploying ${stackName}`);
  const { stackId, status } = await account.deploy(stackName, templateOf(stackName, resources));
  if (!(typeof expected === 'string' ? status === expected : expected.test(status))) {
    throw new Error(`${stackName} is ${status}`);
  }
  return stackId;
}

/** What a call answers, or the error that it answers, in words. */
async function errorOrValue(call: Promise<string | undefined>): Promise<string> {
  let value: string | undefined;
  const error = await errorOf(call.then((answered) => (value = answered)));
  return error ? `${error.name}: ${error.message}` : (value ?? 'another stack');
}
