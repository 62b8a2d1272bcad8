import { CfnResource } from 'aws-cdk-lib';
import { type Definition } from './harness';
import { ACTIONS, actionsOf, everything, live, local, testLivesWithout } from './permissions-life';
import { AccountAlias, ChimeChannel } from '../../src';

test('the permissions of the handler suffice for the whole life of a stack, and nothing is left behind', async () => {
  const account = local.newAccount();
  const before = account.state();
  expect(await live(account)).toEqual([]);
  expect(account.state()).toEqual(before);
  expect(account.requests().filter(({ outcome }) => /AccessDenied/.test(outcome.errorCode ?? ''))).toEqual([]);
});

test('the permissions name no action of a type that the stack does not have', () => {
  const services = (define: Definition) => new Set(actionsOf(define).map((action) => action.split(':')[0]).sort());
  const arn = `arn:aws:chime:us-east-1:${'1'.repeat(12)}:app-instance/a`;
  expect(services((stack) => new AccountAlias(stack, 'Alias', { accountAlias: 'a' }))).toEqual(new Set(['cloudformation', 'logs', 'supportapp']));
  expect(services((stack) => new ChimeChannel(stack, 'Chime', { appInstanceArn: arn, chimeBearer: `${arn}/user/u`, channelName: 'a' })))
    .toEqual(new Set(['chime', 'cloudformation', 'logs']));
  expect(actionsOf((stack) => new CfnResource(stack, 'Nothing', { type: 'AWS::SSM::Parameter' }))).toEqual([]);
});

test('the tested actions are all that the handler may do, its log aside', () => {
  const appInstance = local.newAccount().newAppInstance();
  const actions = new Set(actionsOf(everything(appInstance, { text: 'one' })));
  // Without this one a stack lives, too: what another stack has taken over is then told by the services alone.
  const optional = 'cloudformation:DescribeStackResources';
  expect([...actions].filter((action) => !action.startsWith('logs:')).sort()).toEqual([...ACTIONS, optional].sort());
});

// Without each of them: see permissions.exhaustive.test.ts.
testLivesWithout(['cloudformation:DescribeStackEvents', 'iam:PassRole', 'supportapp:DeleteSlackWorkspaceConfiguration', 'chime:ListChannelsModeratedByAppInstanceUser']);
