import { PREFIX } from './account';
import { functionResources } from './function-resources';
import { outcomeOf, type Probe, type ProbeContext } from './probe';

const STACK = `${PREFIX}-events`;
/** How long a rule takes until it is due for the first time, and CloudTrail until it has told of a call. */
const [SCHEDULE_DELAY, TRAIL_DELAY] = [130, 600];

export const EVENTS_PROBE: Probe = {
  touches: 'a stack with a function and two rules of EventBridge, and a role without permissions',
  settles: ['events-input-quoting', 'cloudtrail-role'],
  run: async (context) => {
    const { stackId, status, failures } = await context.account.deploy(STACK, TEMPLATE);
    if (status !== 'CREATE_COMPLETE') {
      throw new Error(`the stack ended in ${status}: ${failures.join('; ')}`);
    }
    await context.attempt(['events-input-quoting'], () => quoting(context, stackId));
    await context.attempt(['cloudtrail-role'], () => trail(context, stackId));
  },
};

async function quoting(context: ProbeContext, stackId: string): Promise<void> {
  await context.account.wait(SCHEDULE_DELAY);
  const [input] = find(await context.account.received(stackId), 'Outside');
  if (!input) {
    throw new Error('the rule has sent nothing that is JSON');
  }
  const { Outside: outside, Within: within } = input;
  context.found(
    'events-input-quoting',
    /^\d{4}-\d\d-\d\dT/.test(outside) && within === `at ${outside}`,
    JSON.stringify(input),
  );
}

async function trail(context: ProbeContext, stackId: string): Promise<void> {
  const { supportApp } = await context.account.clientsWithoutPermissions();
  const outcome = await outcomeOf(supportApp.deleteAccountAlias().promise());
  await context.account.wait(TRAIL_DELAY);
  const [input] = find(await context.account.received(stackId), 'Issuer');
  if (!input) {
    throw new Error(`no event came of a call that ended in ${outcome}: the account may have no trail`);
  }
  context.found('cloudtrail-role', input.Issuer.includes(`:role/${PREFIX}-denied`), input.Issuer);
}

function find(received: readonly unknown[], member: string): Record<string, string>[] {
  return (received as Record<string, string>[]).filter((input) => typeof input[member] === 'string');
}

const target = (paths: Record<string, string>, template: string) => [
  {
    Id: 'Handler',
    Arn: { 'Fn::GetAtt': ['Handler', 'Arn'] },
    InputTransformer: { InputPathsMap: paths, InputTemplate: template },
  },
];

const permission = (rule: string) => ({
  Type: 'AWS::Lambda::Permission',
  Properties: {
    Action: 'lambda:InvokeFunction',
    FunctionName: { 'Fn::GetAtt': ['Handler', 'Arn'] },
    Principal: 'events.amazonaws.com',
    SourceArn: { 'Fn::GetAtt': [rule, 'Arn'] },
  },
});

const TEMPLATE = {
  Resources: {
    ...functionResources(STACK, "exports.handler = async (event) => console.log('received ' + JSON.stringify(event));"),
    Schedule: {
      Type: 'AWS::Events::Rule',
      Properties: {
        ScheduleExpression: 'rate(1 minute)',
        Targets: target({ time: '$.time' }, '{"Outside":<time>,"Within":"at <time>"}'),
      },
    },
    SchedulePermission: permission('Schedule'),
    Trail: {
      Type: 'AWS::Events::Rule',
      Properties: {
        EventPattern: {
          'source': ['aws.supportapp'],
          'detail-type': ['AWS API Call via CloudTrail'],
          'detail': { userIdentity: { sessionContext: { sessionIssuer: { arn: [{ exists: true }] } } } },
        },
        Targets: target(
          { issuer: '$.detail.userIdentity.sessionContext.sessionIssuer.arn' },
          '{"Issuer":<issuer>}',
        ),
      },
    },
    TrailPermission: permission('Trail'),
  },
};
