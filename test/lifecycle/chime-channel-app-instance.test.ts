import { CfnResource, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { type Account, useLocalAws } from './harness';
import { ChimeChannel } from '../../src';

const local = useLocalAws();
let account: Account;

beforeEach(() => {
  account = local.newAccount();
});

/** A stack that makes its AppInstance, a bot that manages the channel and users that take part, with CloudFormation's own types. */
function everything({ members, bearer = 'Bot' }: { members: string[]; bearer?: string }) {
  return (stack: Stack) => {
    const appInstance = new CfnResource(stack, 'AppInstance', { type: 'AWS::Chime::AppInstance', properties: { Name: 'support' } });
    const appInstanceArn = appInstance.getAtt('AppInstanceArn').toString();
    const bots = ['Bot', 'Successor'].map((id) => new CfnResource(stack, id, {
      type: 'AWS::Chime::AppInstanceBot',
      properties: { AppInstanceArn: appInstanceArn, Name: id, Configuration: { Lex: { LexBotAliasArn: 'arn:aws:lex:us-east-1:1:bot-alias/a', LocaleId: 'en_US' } } },
    }));
    const users = members.map((id) => new CfnResource(stack, id, {
      type: 'AWS::Chime::AppInstanceUser', properties: { AppInstanceArn: appInstanceArn, AppInstanceUserId: id, Name: id },
    }));
    new ChimeChannel(stack, 'Channel', {
      appInstanceArn,
      chimeBearer: bots.find(({ node }) => node.id === bearer)!.getAtt('AppInstanceBotArn').toString(),
      channelName: 'support',
      memberArns: users.map((user) => user.getAtt('AppInstanceUserArn').toString()),
      removalPolicy: RemovalPolicy.DESTROY,
    });
  };
}

const names = (arns: Iterable<string>) => [...arns].map((arn) => arn.split('/').at(-1)).sort();

test('a channel is made after the AppInstance, its bearer and its members, and is deleted before them', async () => {
  await account.succeed(everything({ members: ['ana', 'ben'] }));
  const [channel] = account.chimeChannels();
  expect(names(channel.members)).toEqual(expect.arrayContaining(['ana', 'ben']));
  account.sendMessages();

  // A user that joins the stack joins the channel; one that leaves it leaves first the channel, in which the bearers take turns.
  await account.succeed(everything({ members: ['ben', 'cleo'], bearer: 'Successor' }));
  const [changed] = account.chimeChannels();
  expect(changed.channelArn).toBe(channel.channelArn);
  expect(names(changed.members)).toEqual(expect.arrayContaining(['ben', 'cleo']));
  expect(names(changed.members)).not.toContain('ana');
  expect(changed.messages).toHaveLength(1);
  expect(changed.moderators.size).toBe(1);

  await account.delete();
  expect(account.chimeChannels()).toEqual([]);
  expect(account.changes()).toContain('DeleteChannel');
});
