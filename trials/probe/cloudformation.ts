import {
  DeleteChannelCommand,
  ListChannelsModeratedByAppInstanceUserCommand,
} from '@aws-sdk/client-chime-sdk-messaging';
import { PREFIX } from './account';
import { functionResources } from './function-resources';
import { errorOf, type Probe, type ProbeContext } from './probe';
import { ALIAS, borrowAlias } from './support-app';

/** Names of stacks. */
const [FIRST, SECOND, FAILING, RETRIED, NATIVE, CHANNEL] = [
  'first',
  'second',
  'failing',
  'retried',
  'native',
  'channel',
].map((name) => `${PREFIX}-${name}`);

/** Answers what its properties say, and writes down what it was asked. */
const HANDLER = `
const https = require('node:https');
const http = require('node:http');
exports.handler = (event) => new Promise((resolve, reject) => {
  const { RequestType, StackId, RequestId, LogicalResourceId, PhysicalResourceId = '' } = event;
  const { ResourceProperties, ResponseURL } = event;
  const was = event.OldResourceProperties && event.OldResourceProperties.Value;
  const asked = [RequestType, LogicalResourceId, PhysicalResourceId, was && '(was ' + was + ')'].filter(Boolean).join(' ');
  console.log('asked ' + JSON.stringify(asked));
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
  readonly fails?: 'Create' | 'Update' | 'Delete';
  readonly value?: string;
  readonly after?: string;
  readonly isRetained?: boolean;
}

/**
 * A stack of custom resources, by their logical ids. Its log group has its name, and is there still when it was
 * rolled back.
 */
function templateOf(stackName: string, resources: Record<string, CustomResource>): object {
  const policies = { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' };
  const handler = functionResources(stackName, HANDLER);
  return {
    Resources: {
      ...handler,
      Log: { ...handler.Log, DeletionPolicy: 'Retain' },
      ...Object.fromEntries(
        Object.entries(resources).map(([logicalId, { id, fails, value, after, isRetained }]) => [
          logicalId,
          {
            Type: 'Custom::Probe',
            Properties: {
              ServiceToken: { 'Fn::GetAtt': ['Handler', 'Arn'] },
              ServiceTimeout: 60,
              Id: id,
              ...(fails && { Fails: fails }),
              ...(value && { Value: value }),
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
  touches:
    `the stacks ${FIRST}, ${SECOND}, ${FAILING} and ${RETRIED}, each with a function, a role and a log group, ` +
    `${NATIVE} with the account's alias where it has none, and ${CHANNEL} with a channel of an AppInstance`,
  settles: [
    'cloudformation-holder',
    'cloudformation-no-holder',
    'cloudformation-two-holders',
    'cloudformation-retained-failure',
    'cloudformation-retained-replacement',
    'cloudformation-replaced-rollback',
    'cloudformation-old-properties',
    'cloudformation-cleanup-tries',
    'cloudformation-failed-creation',
    'native-alias-exists',
    'native-workspace',
    'native-chime-missing',
    'native-error-codes',
  ],
  run: async (context) => {
    await context.attempt(['cloudformation-holder', 'cloudformation-no-holder', 'cloudformation-two-holders'], () =>
      holders(context),
    );
    await context.attempt(['cloudformation-retained-replacement', 'cloudformation-replaced-rollback'], () =>
      replacement(context),
    );
    await context.attempt(['cloudformation-old-properties'], () => oldProperties(context));
    await context.attempt(['cloudformation-cleanup-tries'], () => cleanup(context));
    await context.attempt(['cloudformation-failed-creation'], () => failedCreation(context));
    await context.attempt(['cloudformation-retained-failure'], () => failure(context));
    await context.attempt(['native-alias-exists'], () => nativeAlias(context));
    await context.attempt(['native-chime-missing'], () => nativeChannel(context));
    context.untried('native-workspace', 'the deletion of its stack would remove the workspace');
    context.untried('native-error-codes', 'it would take each error of the services');
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
  const way = requests.includes('Update B b2') ? 'a reverse Update' : 'its former id without a word';
  const isDeleted = requests.includes('Delete B b2');
  context.found(
    'cloudformation-replaced-rollback',
    isDeleted,
    `${way}, the new one is ${isDeleted ? '' : 'not '}deleted`,
  );
  context.found(
    'cloudformation-retained-replacement',
    isDeleted,
    requests.filter((request) => request.includes(' B')).join(', '),
  );
}

async function oldProperties(context: ProbeContext): Promise<void> {
  const { account } = context;
  const before: CustomResource = { id: 'd', value: '1', fails: 'Update' };
  const stackId = await deploy(context, FIRST, { D: before });
  const last: CustomResource = { id: 'last', fails: 'Create', after: 'D' };
  await deploy(context, FIRST, { D: { id: 'd', value: '2' }, Last: last }, 'UPDATE_ROLLBACK_FAILED');
  await account.continueUpdateRollback(FIRST);
  const requests = (await account.requests(stackId)).filter((request) => request.startsWith('Update D'));
  await account.continueUpdateRollback(FIRST, ['D']);
  const ways: Record<string, string> = {
    'Update D d (was 1)': 'those asked for',
    'Update D d (was 2)': 'those before',
  };
  const way = ways[requests[2]];
  context.found('cloudformation-old-properties', way !== undefined, way ?? requests.join(', '));
}

async function cleanup(context: ProbeContext): Promise<void> {
  const stackId = await deploy(context, FIRST, { E: { id: 'e', fails: 'Delete' } });
  await deploy(context, FIRST, { F: { id: 'f' } });
  const tries = (await context.account.requests(stackId)).filter((request) => request === 'Delete E e').length;
  context.found('cloudformation-cleanup-tries', tries === 3, `it asked ${tries} times`);
}

async function failedCreation(context: ProbeContext): Promise<void> {
  const { account } = context;
  const resources = (resource: CustomResource) => templateOf(RETRIED, { G: resource });
  await account.deploy(RETRIED, resources({ id: 'g1', fails: 'Create' }), { disableRollback: true });
  const { stackId, status } = await account.deploy(RETRIED, resources({ id: 'g2' }), { disableRollback: true });
  const requests = await account.requests(stackId);
  const isFirst = requests.indexOf('Delete G g1') === 1 && requests[2] === 'Create G';
  context.found(
    'cloudformation-failed-creation',
    status === 'UPDATE_COMPLETE' && isFirst,
    `${status}: ${requests.join(', ')}`,
  );
}

async function nativeAlias(context: ProbeContext): Promise<void> {
  const { account } = context;
  const { supportApp } = account;
  await borrowAlias(account);
  const template = {
    Resources: { Alias: { Type: 'AWS::SupportApp::AccountAlias', Properties: { AccountAlias: ALIAS } } },
  };
  await supportApp.putAccountAlias({ accountAlias: ALIAS }).promise();
  const refused = await account.deploy(NATIVE, template, { disableRollback: true });
  const seen = [refused.status, ...refused.failures].join(': ');
  context.found('native-alias-exists', refused.status === 'CREATE_FAILED', seen);
  if (refused.status !== 'CREATE_FAILED') {
    throw new Error(`the stack with the native alias is ${seen}`);
  }
  await supportApp.deleteAccountAlias().promise();
  const { status, failures } = await account.deploy(NATIVE, template, { disableRollback: true });
  if (status !== 'UPDATE_COMPLETE') {
    throw new Error(`the stack with the native alias is ${[status, ...failures].join(': ')}`);
  }
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

async function nativeChannel(context: ProbeContext): Promise<void> {
  const { account } = context;
  const { arn: AppInstanceArn, createUser } = await account.createAppInstance();
  const ChimeBearer = await createUser('native');
  const Properties = { AppInstanceArn, ChimeBearer, Name: PREFIX };
  const { status, failures } = await account.deploy(CHANNEL, {
    Resources: { Channel: { Type: 'AWS::Chime::Channel', Properties } },
  });
  if (status !== 'CREATE_COMPLETE') {
    throw new Error(`${CHANNEL} is ${[status, ...failures].join(': ')}`);
  }
  const { Channels: channels = [] } = await account.chime.send(
    new ListChannelsModeratedByAppInstanceUserCommand({ ChimeBearer }),
  );
  for (const { ChannelSummary } of channels) {
    await account.chime.send(new DeleteChannelCommand({ ChannelArn: ChannelSummary?.ChannelArn, ChimeBearer }));
  }
  const deleted = await account.deleteStack(CHANNEL);
  const seen = [deleted.status, ...deleted.failures].join(': ');
  context.found('native-chime-missing', channels.length === 1 && deleted.status === 'DELETE_COMPLETE', seen);
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
