import { aws_iam as iam, type Stack } from 'aws-cdk-lib';
import { failAfter, failuresOf, TEAM, useLocalAws } from './harness';
import { ExistingConfiguration, NotificationSeverity, SlackChannelConfiguration, SlackWorkspace } from '../../src';

const local = useLocalAws();

test('an update that adds an adoption to a stack with a channel gives the former role back when it is rolled back', async () => {
  const account = local.newAccountWithWorkspace();
  const theirs = account.putChannel({ channelId: 'C2', channelName: 'theirs' });
  const define = (adopts: boolean) => (stack: Stack) => {
    const common = { workspace: SlackWorkspace.fromTeamId(stack, 'Workspace', TEAM), notifyOnCaseSeverity: NotificationSeverity.NONE };
    new SlackChannelConfiguration(stack, 'One', { ...common, channelId: 'C1' });
    if (adopts) {
      const formerChannelRole = iam.Role.fromRoleArn(stack, 'FormerRole', theirs.channelRoleArn!, { mutable: false });
      failAfter(stack, new SlackChannelConfiguration(stack, 'Two', {
        ...common, channelId: 'C2', channelName: 'ours', existing: ExistingConfiguration.OWN, formerChannelRole,
      }));
    }
  };
  await account.succeed(define(false));
  const before = account.state();
  const result = await account.deploy(define(true));
  expect([result.status, failuresOf(result)]).toEqual(['UPDATE_ROLLBACK_COMPLETE', []]);
  expect(account.state()).toEqual(before);
});
