import { App, Aspects, aws_iam as iam, CfnParameter, CfnResource, RemovalPolicy, Stack, Tag, Tags } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { messageOf, newStack, onlyLogicalId, onlyResource, problemsOf, resourcePolicyId, resourcesOfType, resourceStatements } from './synthesis';
import { ChannelMode, ChannelPrivacy, ChannelsProvider, ChimeChannel, type ChimeChannelProps } from '../src';

const TYPE = 'Custom::ChimeChannel';
const APP_INSTANCE_ARN = 'arn:aws:chime:us-east-1:111122223333:app-instance/i';
const CHANNEL_ARN = `${APP_INSTANCE_ARN}/channel/c`;

function newChannel(stack: Stack, props: Partial<ChimeChannelProps> = {}, id = 'Channel'): ChimeChannel {
  const appInstanceArn = props.appInstanceArn ?? APP_INSTANCE_ARN;
  return new ChimeChannel(stack, id, { appInstanceArn, chimeBearer: `${appInstanceArn}/user/u`, channelName: 'Support', ...props });
}

test('a channel is a custom resource that is retained', () => {
  const stack = newStack();
  const channel = newChannel(stack);
  expect(stack.resolve(channel.channelArn)).toEqual({ 'Fn::GetAtt': [onlyLogicalId(stack, TYPE), 'ChannelArn'] });
  expect(onlyResource(stack, TYPE)).toEqual({
    Type: TYPE,
    Properties: {
      ServiceToken: { 'Fn::GetAtt': [onlyLogicalId(stack, 'AWS::Lambda::Function'), 'Arn'] },
      ServiceTimeout: 540,
      AppInstanceArn: APP_INSTANCE_ARN,
      ChimeBearer: `${APP_INSTANCE_ARN}/user/u`,
      Name: 'Support',
      Mode: 'RESTRICTED',
      Privacy: 'PRIVATE',
    },
    DependsOn: [resourcePolicyId(stack)],
    DeletionPolicy: 'Retain',
    UpdateReplacePolicy: 'Retain',
  });
});

test.each<[Partial<ChimeChannelProps>, object]>([
  [{ mode: ChannelMode.RESTRICTED }, { Mode: 'RESTRICTED' }],
  [{ mode: ChannelMode.UNRESTRICTED }, { Mode: 'UNRESTRICTED' }],
  [{ privacy: ChannelPrivacy.PRIVATE }, { Privacy: 'PRIVATE' }],
  [{ privacy: ChannelPrivacy.PUBLIC }, { Privacy: 'PUBLIC' }],
  [{ metadata: '{"a":1}' }, { Metadata: '{"a":1}' }],
  [{ metadata: '' }, { Metadata: '' }],
  [{ chimeBearer: `${APP_INSTANCE_ARN}/bot/b` }, { ChimeBearer: `${APP_INSTANCE_ARN}/bot/b` }],
  [{ channelName: '😀\t' }, { Name: '😀\t' }],
])('%j', (props, expected) => {
  const stack = newStack();
  newChannel(stack, props);
  expect(onlyResource(stack, TYPE).Properties).toMatchObject(expected);
});

test('removal policy', () => {
  const stack = newStack();
  newChannel(stack, { removalPolicy: RemovalPolicy.DESTROY });
  // What CloudFormation does by itself.
  expect(onlyResource(stack, TYPE).DeletionPolicy).toBeUndefined();
  expect(onlyResource(stack, TYPE).UpdateReplacePolicy).toBeUndefined();
});

test('a given provider is used', () => {
  const stack = newStack();
  newChannel(stack, { provider: new ChannelsProvider(stack, 'Mine') });
  expect(onlyResource(stack, TYPE).Properties.ServiceToken['Fn::GetAtt'][0]).toMatch(/^Mine/);
});

test('ARNs may be known only at deployment, and the handler is allowed exactly these', () => {
  const stack = newStack();
  const appInstance = new CfnResource(stack, 'AppInstance', { type: 'AWS::Chime::AppInstance' });
  const appInstanceArn = appInstance.getAtt('AppInstanceArn').toString();
  const chimeBearer = new CfnParameter(stack, 'Bearer').valueAsString;
  newChannel(stack, { appInstanceArn, chimeBearer });
  const arn = { 'Fn::GetAtt': ['AppInstance', 'AppInstanceArn'] };
  expect(onlyResource(stack, TYPE).Properties).toMatchObject({ AppInstanceArn: arn, ChimeBearer: { Ref: 'Bearer' } });
  expect(resourceStatements(stack)).toContainEqual(expect.objectContaining({
    Resource: [{ 'Fn::Join': ['', [arn, '/channel/*']] }, { Ref: 'Bearer' }],
  }));
});

test('channels of one AppInstance and bearer add their permission once', () => {
  const stack = newStack();
  newChannel(stack, {}, 'First');
  newChannel(stack, { chimeBearer: `${APP_INSTANCE_ARN}/user/v` }, 'Second');
  newChannel(stack, {}, 'Third');
  const chime = resourceStatements(stack).filter(({ Action }) => Action.includes('chime:CreateChannel'));
  expect(chime).toEqual([expect.objectContaining({
    Resource: [`${APP_INSTANCE_ARN}/channel/*`, `${APP_INSTANCE_ARN}/user/u`, `${APP_INSTANCE_ARN}/user/v`],
  })]);
  expect(resourcesOfType(stack, 'AWS::Lambda::Function')).toHaveLength(1);
});

describe('tags', () => {
  test.each<[string, (channel: ChimeChannel, stack: Stack) => void]>([
    ['of the channel', (channel) => Tags.of(channel).add('team', 'support')],
    ['of the stack', (_, stack) => Tags.of(stack).add('team', 'support')],
    ['of the app', (_, stack) => Tags.of(stack.node.root).add('team', 'support')],
  ])('%s', (_, add) => {
    const stack = newStack();
    add(newChannel(stack), stack);
    expect(onlyResource(stack, TYPE).Properties.Tags).toEqual([{ Key: 'team', Value: 'support' }]);
  });

  test('are sorted, and the nearest wins', () => {
    const stack = newStack();
    const channel = newChannel(stack);
    Tags.of(stack).add('b', 'stack');
    Tags.of(stack).add('c', 'stack');
    Tags.of(channel).add('b', 'channel');
    Tags.of(channel).add('a', 'channel');
    Tags.of(channel).remove('c');
    expect(onlyResource(stack, TYPE).Properties.Tags).toEqual([{ Key: 'a', Value: 'channel' }, { Key: 'b', Value: 'channel' }]);
  });

  test('may be known only at deployment', () => {
    const stack = newStack();
    Tags.of(newChannel(stack)).add('team', new CfnParameter(stack, 'Team').valueAsString);
    expect(onlyResource(stack, TYPE).Properties.Tags).toEqual([{ Key: 'team', Value: { Ref: 'Team' } }]);
  });

  test('fail at synth where Chime does not take them, with all problems and no value', () => {
    const stack = newStack();
    const channel = newChannel(stack);
    Tags.of(stack).add('empty', '');
    Tags.of(channel).add('k'.repeat(129), 'secret');
    const message = messageOf(() => Template.fromStack(stack));
    expect(message).toMatch(/\[Stack\/Channel\] ChimeChannel at "Stack\/Channel" has 2 problems:\n/);
    expect(message).toMatch(/- tags\[0\]\.value: must be 1 to 256 characters, got 0 characters/);
    expect(message).toMatch(/- tags\[1\]\.key: must be 1 to 128 characters, got 129 characters/);
    expect(message).not.toMatch(/secret/);
  });

  test('of which there are more than 50 fail at synth', () => {
    const stack = newStack();
    const channel = newChannel(stack);
    Array.from({ length: 51 }, (_, index) => Tags.of(channel).add(`key${index}`, 'value'));
    expect(messageOf(() => Template.fromStack(stack))).toMatch(/- tags: must be .*at most 50.*, got 51/);
  });

  test('that an aspect adds are checked too', () => {
    const stack = newStack();
    const channel = newChannel(stack);
    Aspects.of(channel).add(new Tag('late', ''));
    expect(messageOf(() => Template.fromStack(stack))).toMatch(/- tags\[0\]\.value/);
  });
});

describe('the Region of the AppInstance', () => {
  const warn = '*Amazon Chime SDK messaging is known in us-east-1 and eu-central-1*"us-west-2"*';
  const arnIn = (region: string) => `arn:aws:chime:${region}:111122223333:app-instance/i`;

  test.each(['us-east-1', 'eu-central-1'])('%s is fine', (region) => {
    const stack = newStack();
    newChannel(stack, { appInstanceArn: arnIn(region) });
    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  });

  test('another one is a warning, once', () => {
    const stack = newStack();
    newChannel(stack, { appInstanceArn: arnIn('us-west-2') });
    const warnings = Annotations.fromStack(stack).findWarning('*', Match.anyValue());
    expect(warnings.map(({ id, entry }) => [id, entry.data])).toEqual([
      ['/Stack/Channel', expect.stringMatching(new RegExp(warn.replaceAll('*', '.*')))],
    ]);
    expect(warnings[0].entry.data).toMatch(/\[ack: cdk-support-channels:chimeMessagingRegion\]/);
  });

  test('that is known only at deployment is no warning', () => {
    const stack = newStack();
    newChannel(stack, { appInstanceArn: new CfnParameter(stack, 'Instance').valueAsString });
    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  });
});

test('grants are on the channel', () => {
  const stack = newStack();
  const channel = newChannel(stack);
  channel.grant(new iam.User(stack, 'User'), 'chime:SendChannelMessage', 'chime:ListChannelMessages');
  const policies = resourcesOfType(stack, 'AWS::IAM::Policy').filter(({ Properties }) => Properties.Users !== undefined);
  expect(policies).toHaveLength(1);
  expect(policies[0].Properties.PolicyDocument.Statement).toEqual([{
    Effect: 'Allow',
    Action: ['chime:SendChannelMessage', 'chime:ListChannelMessages'],
    Resource: { 'Fn::GetAtt': [onlyLogicalId(stack, TYPE), 'ChannelArn'] },
  }]);
});

describe('an imported channel', () => {
  test('adds nothing to the template and can be granted', () => {
    const stack = newStack();
    const channel = ChimeChannel.fromChannelArn(stack, 'Channel', CHANNEL_ARN);
    expect(channel.channelArn).toBe(CHANNEL_ARN);
    expect(channel.env).toEqual({ account: '111122223333', region: 'us-east-1' });
    channel.grant(new iam.User(stack, 'User'), 'chime:DescribeChannel');
    expect(resourcesOfType(stack, TYPE)).toEqual([]);
    expect(onlyResource(stack, 'AWS::IAM::Policy').Properties.PolicyDocument.Statement[0].Resource).toBe(CHANNEL_ARN);
  });

  test('may be known only at deployment', () => {
    const stack = newStack();
    const channel = ChimeChannel.fromChannelArn(stack, 'Channel', new CfnParameter(stack, 'Arn').valueAsString);
    expect(stack.resolve(channel.channelArn)).toEqual({ Ref: 'Arn' });
  });

  test.each([
    APP_INSTANCE_ARN,
    `${APP_INSTANCE_ARN}/user/u`,
    `${CHANNEL_ARN}/more`,
    ` ${CHANNEL_ARN}`,
    `${CHANNEL_ARN}\n`,
    'arn:aws:sns:us-east-1:111122223333:app-instance/i/channel/c',
  ])('fails on %j', (arn) => {
    expect(messageOf(() => ChimeChannel.fromChannelArn(newStack(), 'Channel', arn))).toBe(
      'ChimeChannel at "Stack/Channel" has 1 problem:\n'
      + '  - channelArn: must be of the form arn:<partition>:chime:<region>:<account>:app-instance/<id>/channel/<id>, '
      + `got ${JSON.stringify(arn)}. Give the ARN that CreateChannel returns.`,
    );
  });
});

describe('fails', () => {
  test('with all problems before anything is defined, and repeats no sensitive value', () => {
    const stack = new Stack(new App(), 'Stack');
    const message = messageOf(() => new ChimeChannel(stack, 'Channel', {
      appInstanceArn: APP_INSTANCE_ARN,
      chimeBearer: 'arn:aws:chime:us-east-1:111122223333:app-instance/other/user/u',
      channelName: 'secret\u0000',
      mode: 'OPEN' as ChannelMode,
      privacy: 'SECRET' as ChannelPrivacy,
      metadata: 'secret'.repeat(200),
    }));
    expect(problemsOf(message)).toEqual({
      subject: 'ChimeChannel at "Stack/Channel" has 5 problems:',
      problems: {
        chimeBearer: expect.stringMatching(/^must be .*, got "arn:aws:chime:us-east-1:111122223333:app-instance\/other\/user\/u"\. [A-Z].*[^.]\.$/),
        channelName: expect.stringMatching(/^must be 1 to 256 characters .*, got U\+0000 at position 7\. [A-Z].*[^.]\.$/),
        mode: expect.stringMatching(/^must be .*RESTRICTED.*UNRESTRICTED, got "OPEN"\. [A-Z].*[^.]\.$/),
        privacy: expect.stringMatching(/^must be .*PUBLIC.*PRIVATE, got "SECRET"\. [A-Z].*[^.]\.$/),
        metadata: expect.stringMatching(/^must be 0 to 1024 characters, got 1200 characters\. [A-Z].*[^.]\.$/),
      },
    });
    expect(message).not.toMatch(/secret/);
    expect(stack.node.findAll().map(({ node }) => node.path)).toEqual(['Stack', 'Stack/Channel']);
  });

  test('on the ARN of an IAM user as bearer', () => {
    expect(messageOf(() => newChannel(newStack(), { chimeBearer: 'arn:aws:iam::111122223333:user/u' }))).toMatch(/- chimeBearer: /);
  });
});
