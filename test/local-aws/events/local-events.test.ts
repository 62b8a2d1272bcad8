import { LocalAws } from '../../../local-aws/local-aws';

const ACCOUNT = '111122223333';
const REGION = 'us-east-1';

let aws: LocalAws;
let stackName: string;
let stacks = 0;

beforeAll(async () => {
  aws = await LocalAws.start({ cloudFormation: { accountId: ACCOUNT, region: REGION, lambdaOptions: { reuseProcesses: true } } });
});
afterAll(() => aws.stop());
beforeEach(() => {
  stacks += 1;
  stackName = `Events${stacks}`;
  aws.cloudFormation.events.deliveries.length = 0;
});
afterEach(async () => {
  if (aws.cloudFormation.stack(stackName)!.status !== 'DELETE_COMPLETE') {
    await aws.cloudFormation.deleteStack({ stackName });
  }
});

const ROLE = {
  Type: 'AWS::IAM::Role',
  Properties: { AssumeRolePolicyDocument: { Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } }] } },
};
const FUNCTION = {
  Type: 'AWS::Lambda::Function',
  Properties: {
    Code: { ZipFile: 'exports.handler = async (event) => event' }, Handler: 'index.handler', Runtime: 'nodejs24.x', Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
  },
};
const target = (properties: object = {}) => ({ Id: 'Target', Arn: { 'Fn::GetAtt': ['Function', 'Arn'] }, ...properties });
const permission = (properties: object = {}) => ({
  Type: 'AWS::Lambda::Permission',
  Properties: {
    Action: 'lambda:InvokeFunction',
    FunctionName: { 'Fn::GetAtt': ['Function', 'Arn'] },
    Principal: 'events.amazonaws.com',
    SourceArn: { 'Fn::GetAtt': ['Rule', 'Arn'] },
    ...properties,
  },
});
const template = (rule: object, more: object = { Permission: permission() }) => ({
  Resources: { Role: ROLE, Function: FUNCTION, Rule: { Type: 'AWS::Events::Rule', Properties: rule }, ...more },
});

async function deploy(body: object): Promise<string[]> {
  const { events } = await aws.cloudFormation.deploy({ stackName, template: body });
  return events.filter(({ status }) => status.endsWith('_FAILED')).map(({ logicalId, reason }) => `${logicalId}: ${reason}`);
}

const ruleArn = () => aws.cloudFormation.stack(stackName)!.getAtt('Rule', 'Arn') as string;

async function inputs(): Promise<unknown[]> {
  const { lambda, events } = aws.cloudFormation;
  await lambda.settled();
  const own = events.deliveries.map(({ targetArn }) => targetArn);
  return lambda.invocations.filter(({ functionArn }) => own.includes(functionArn)).map(({ event }) => event);
}

test('a rule is named after its stack, and its function hears when it is due', async () => {
  expect(await deploy(template({ ScheduleExpression: 'rate(1 day)', Targets: [target()] }))).toEqual([]);
  const name = aws.cloudFormation.stack(stackName)!.ref('Rule');
  expect(name).toMatch(new RegExp(`^${stackName}-Rule-[A-Za-z0-9]{12}$`));
  expect(ruleArn()).toBe(`arn:aws:events:${REGION}:${ACCOUNT}:rule/${name}`);
  aws.cloudFormation.events.fire(ruleArn(), new Date('2026-01-02T03:04:05.678Z'));
  expect(await inputs()).toEqual([expect.objectContaining({
    'detail-type': 'Scheduled Event', 'source': 'aws.events', 'account': ACCOUNT, 'time': '2026-01-02T03:04:05Z', 'region': REGION, 'resources': [ruleArn()], 'detail': {},
  })]);
});

test('time passes as fast as is told, and a rate is due once in each interval', async () => {
  await deploy(template({ ScheduleExpression: 'rate(6 hours)', Targets: [target()] }));
  const { events } = aws.cloudFormation;
  const before = events.now().getTime();
  events.pass(5 * 3_600_000);
  expect(events.deliveries).toEqual([]);
  events.pass(20 * 3_600_000);
  expect(events.deliveries.filter(({ ruleArn: arn }) => arn === ruleArn())).toHaveLength(4);
  expect(events.now().getTime() - before).toBeGreaterThanOrEqual(25 * 3_600_000);
});

test.each([
  ['without a permission', {}],
  ['with one for another rule', { Permission: permission({ SourceArn: `arn:aws:events:${REGION}:${ACCOUNT}:rule/Other` }) }],
  ['with one for another service', { Permission: permission({ Principal: 's3.amazonaws.com' }) }],
  ['with one for another account', { Permission: permission({ SourceAccount: '444455556666' }) }],
  ['with one for something else', { Permission: permission({ Action: 'lambda:GetFunction' }) }],
])('a function is not called %s', async (_, more) => {
  expect(await deploy(template({ ScheduleExpression: 'rate(1 day)', Targets: [target()] }, more))).toEqual([]);
  aws.cloudFormation.events.fire(ruleArn());
  expect(aws.cloudFormation.events.deliveries.map(({ failure }) => failure))
    .toEqual([expect.stringContaining('events.amazonaws.com is not authorized to perform: lambda:InvokeFunction')]);
  expect(await inputs()).toEqual([]);
});

test('the function loses its caller with the permission, and the rule goes with its stack', async () => {
  await deploy(template({ ScheduleExpression: 'rate(1 day)', Targets: [target()] }));
  await deploy(template({ ScheduleExpression: 'rate(2 days)', Targets: [target({ Input: '{"said":"so"}' })] }, {}));
  const arn = ruleArn();
  expect(aws.cloudFormation.events.rule(arn)).toMatchObject({ scheduleExpression: 'rate(2 days)', targets: [{ Input: '{"said":"so"}' }] });
  aws.cloudFormation.events.fire(arn);
  expect(aws.cloudFormation.events.deliveries.map(({ failure }) => failure)).toEqual([expect.stringContaining('not authorized')]);
  await aws.cloudFormation.deleteStack({ stackName });
  expect(() => aws.cloudFormation.events.fire(arn)).toThrow('there is no rule with a schedule');
});

test('a disabled rule is silent', async () => {
  await deploy(template({ ScheduleExpression: 'rate(1 day)', State: 'DISABLED', Targets: [target()] }));
  aws.cloudFormation.events.fire(ruleArn());
  expect(aws.cloudFormation.events.deliveries).toEqual([]);
});

test.each([
  ['neither schedule nor pattern', {}, 'Parameter(s) EventPattern or ScheduleExpression must be specified.'],
  ['a rate of one in the plural', { ScheduleExpression: 'rate(1 days)' }, 'Parameter ScheduleExpression is not valid.'],
  ['a pattern that is none', { EventPattern: { source: 'aws.supportapp' } }, 'Event pattern is not valid. Reason: "source" must be an object or an array'],
  ['six targets', { ScheduleExpression: 'rate(1 day)', Targets: [1, 2, 3, 4, 5, 6].map((id) => target({ Id: String(id) })) },
    'The requested resource exceeds the maximum number allowed.'],
  ['an input of 8,193 characters', { ScheduleExpression: 'rate(1 day)', Targets: [target({ InputTransformer: { InputTemplate: `"${'x'.repeat(8191)}"` } })] },
    'Member must have length less than or equal to 8192'],
  ['a placeholder without a path', { ScheduleExpression: 'rate(1 day)', Targets: [target({ InputTransformer: { InputTemplate: '{"a":<b>}' } })] },
    'InputTemplate for target Target contains invalid placeholder b.'],
])('a rule with %s fails the stack', async (_, rule, reason) => {
  const failures = await deploy(template(rule, {}));
  expect(failures.filter((failure) => failure.startsWith('Rule: '))).toEqual([expect.stringContaining(reason)]);
});

describe('CloudTrail', () => {
  const PATTERN = { 'source': ['aws.supportapp'], 'detail-type': ['AWS API Call via CloudTrail'] };
  const person = () => aws.services.identities.issue({ accountId: ACCOUNT, principalArn: `arn:aws:iam::${ACCOUNT}:user/ana` });
  const session = (roleArn?: string) => aws.services.identities.issue({
    accountId: ACCOUNT, principalArn: `arn:aws:sts::${ACCOUNT}:assumed-role/Operator/ana`, roleArn,
  });
  const EXCEPT_OPERATOR = {
    ...PATTERN,
    detail: { userIdentity: { sessionContext: { sessionIssuer: { arn: [{ 'anything-but': [`arn:aws:iam::${ACCOUNT}:role/Operator`] }, { exists: false }] } } } },
  };

  test('tells of who changes something in the console, and of nobody who looks', async () => {
    await deploy(template({ EventPattern: PATTERN, Targets: [target()] }));
    aws.services.act(person(), REGION, 'PutAccountAlias', { accountAlias: 'Alias' });
    aws.services.act(person(), REGION, 'GetAccountAlias', {});
    expect(await inputs()).toEqual([expect.objectContaining({
      'detail-type': 'AWS API Call via CloudTrail',
      'source': 'aws.supportapp',
      'account': ACCOUNT,
      'region': REGION,
      'detail': expect.objectContaining({
        eventSource: 'supportapp.amazonaws.com',
        eventName: 'PutAccountAlias',
        userIdentity: expect.objectContaining({ type: 'IAMUser', userName: 'ana' }),
        requestParameters: { accountAlias: 'Alias' },
        readOnly: false,
      }),
    })]);
  });

  test('tells of what was refused, with the error', async () => {
    await deploy(template({ EventPattern: { ...PATTERN, detail: { errorCode: [{ exists: true }] } }, Targets: [target()] }));
    const denied = aws.services.identities.issue({ accountId: ACCOUNT, principalArn: `arn:aws:iam::${ACCOUNT}:user/ben`, policies: () => [] });
    expect(() => aws.services.act(denied, REGION, 'PutAccountAlias', { accountAlias: 'Alias' })).toThrow('not authorized');
    expect(await inputs()).toEqual([expect.objectContaining({ detail: expect.objectContaining({ errorCode: 'AccessDeniedException' }) })]);
  });

  test('names the role of a session, by which a rule leaves it out', async () => {
    await deploy(template({ EventPattern: EXCEPT_OPERATOR, Targets: [target()] }));
    for (const identity of [session(), session(`arn:aws:iam::${ACCOUNT}:role/path/Operator`), person()]) {
      aws.services.act(identity, REGION, 'PutAccountAlias', { accountAlias: 'Alias' });
    }
    const identities = (await inputs() as { detail: { userIdentity: { arn: string; sessionContext?: { sessionIssuer: { arn: string } } } } }[])
      .map(({ detail: { userIdentity } }) => userIdentity);
    // Which of two processes is the first to begin is not certain.
    expect(identities.map(({ arn, sessionContext }) => sessionContext?.sessionIssuer.arn ?? arn).sort()).toEqual([
      `arn:aws:iam::${ACCOUNT}:role/path/Operator`, `arn:aws:iam::${ACCOUNT}:user/ana`,
    ]);
  });

  test('tells no rule of another Region or account', async () => {
    await deploy(template({ EventPattern: PATTERN, Targets: [target()] }));
    aws.services.act(person(), 'eu-west-1', 'PutAccountAlias', { accountAlias: 'Alias' });
    aws.services.act(aws.services.identities.issue({ accountId: '444455556666', principalArn: 'arn:aws:iam::444455556666:root' }), REGION, 'PutAccountAlias',
      { accountAlias: 'Alias' });
    expect(aws.cloudFormation.events.deliveries).toEqual([]);
  });
});
