import {
  App,
  Aspects,
  aws_iam as iam,
  CfnParameter,
  CfnResource,
  Duration,
  Lazy,
  NestedStack,
  RemovalPolicy,
  Stack,
  Tag,
  Tags,
} from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { messageOf, newStack, onlyLogicalId, onlyResource, problemsOf, resourcePolicyId, resourcesOfType, resourceStatements } from './synthesis';
import {
  AccountValue,
  ChannelMode,
  ChannelPrivacy,
  ChannelsProvider,
  ChimeChannel,
  type ChimeChannelProps,
  type ElasticChannelConfiguration,
  ExistingConfiguration,
  ExpirationCriterion,
} from '../src';

const TYPE = 'Custom::ChimeChannel';
const APP_INSTANCE_ARN = 'arn:aws:chime:us-east-1:111122223333:app-instance/i';
const CHANNEL_ARN = `${APP_INSTANCE_ARN}/channel/c`;
const USER = `${APP_INSTANCE_ARN}/user/u`;
const BOT = `${APP_INSTANCE_ARN}/bot/b`;
const FLOW = `${APP_INSTANCE_ARN}/channel-flow/f`;
const ELASTIC: ElasticChannelConfiguration = { maximumSubChannels: 100, targetMembershipsPerSubChannel: 500, minimumMembershipPercentage: 40 };
const EXPIRATION = { expiration: Duration.days(90), expirationCriterion: ExpirationCriterion.LAST_MESSAGE_TIMESTAMP };

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
  [{ channelId: 'on-call.1' }, { ChannelId: 'on-call.1' }],
  [{ channelId: 'c', existing: ExistingConfiguration.FAIL }, { ChannelId: 'c', Existing: 'FAIL' }],
  [{ channelId: 'c', existing: ExistingConfiguration.ADOPT }, { ChannelId: 'c', Existing: 'ADOPT' }],
  [{ memberArns: [BOT, USER] }, { MemberArns: [BOT, USER] }],
  [{ moderatorArns: [BOT] }, { ModeratorArns: [BOT] }],
  [{ memberArns: [USER], moderatorArns: [USER] }, { MemberArns: [USER], ModeratorArns: [USER] }],
  [{ elasticChannelConfiguration: ELASTIC }, {
    Mode: 'RESTRICTED',
    ElasticChannelConfiguration: { MaximumSubChannels: 100, TargetMembershipsPerSubChannel: 500, MinimumMembershipPercentage: 40 },
  }],
  [{ expirationSettings: EXPIRATION }, { ExpirationSettings: { ExpirationDays: 90, ExpirationCriterion: 'LAST_MESSAGE_TIMESTAMP' } }],
  [{ expirationSettings: { ...EXPIRATION, expirationCriterion: ExpirationCriterion.CREATED_TIMESTAMP } }, {
    ExpirationSettings: { ExpirationDays: 90, ExpirationCriterion: 'CREATED_TIMESTAMP' },
  }],
  [{ channelFlowArn: FLOW }, { ChannelFlowArn: FLOW }],
])('%j', (props, expected) => {
  const stack = newStack();
  newChannel(stack, props);
  const { ServiceToken, ServiceTimeout, ...properties } = onlyResource(stack, TYPE).Properties;
  expect(properties).toEqual({
    AppInstanceArn: APP_INSTANCE_ARN, ChimeBearer: USER, Name: 'Support', Mode: 'RESTRICTED', Privacy: 'PRIVATE', ...expected,
  });
});

test('what is left out, and a list of nobody, leave the template as it is without them', () => {
  const templateOf = (props: Partial<ChimeChannelProps>) => {
    const stack = newStack();
    newChannel(stack, props);
    return Template.fromStack(stack).toJSON();
  };
  const plain = templateOf({});
  expect(templateOf({ memberArns: [], moderatorArns: [] })).toEqual(plain);
  expect(templateOf({
    channelId: undefined,
    existing: undefined,
    memberArns: undefined,
    moderatorArns: undefined,
    elasticChannelConfiguration: undefined,
    expirationSettings: undefined,
    channelFlowArn: undefined,
  })).toEqual(plain);
  expect(templateOf({ memberArns: [], elasticChannelConfiguration: ELASTIC })).toEqual(templateOf({ elasticChannelConfiguration: ELASTIC }));
});

test('a channel may have more members and moderators than a creation takes', () => {
  const stack = newStack();
  const memberArns = Array.from({ length: 250 }, (_, index) => `${APP_INSTANCE_ARN}/user/${index}`);
  const moderatorArns = memberArns.slice(0, 11);
  newChannel(stack, { memberArns, moderatorArns });
  expect(onlyResource(stack, TYPE).Properties).toMatchObject({ MemberArns: memberArns, ModeratorArns: moderatorArns });
});

test('removal policy', () => {
  const stack = newStack();
  newChannel(stack, { removalPolicy: RemovalPolicy.DESTROY });
  expect(onlyResource(stack, TYPE).DeletionPolicy).toBe('Delete');
  expect(onlyResource(stack, TYPE).UpdateReplacePolicy).toBe('Delete');
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

describe('the handler is allowed', () => {
  const CHANNEL = [
    'CreateChannel', 'UpdateChannel', 'DeleteChannel', 'TagResource', 'UntagResource',
    'ListChannelsModeratedByAppInstanceUser', 'DescribeChannel', 'ListTagsForResource', 'CreateChannelModerator', 'DeleteChannelModerator', 'ListChannelModerators',
  ];
  const MEMBERS = ['BatchCreateChannelMembership', 'DeleteChannelMembership', 'ListChannelMemberships'];
  const EXPIRING = ['PutChannelExpirationSettings'];
  const FLOWS = ['AssociateChannelFlow', 'DisassociateChannelFlow'];

  /** The actions without their prefix, and on what. */
  const allowed = (stack: Stack) => resourceStatements(stack)
    .map(({ Action: actions, Resource: resources }): [string[], unknown] => [[actions].flat().map((action: string) => action.replace(/^chime:/, '')), resources])
    .filter(([actions]) => !actions.some((action) => action.includes(':')));

  const ON = [`${APP_INSTANCE_ARN}/channel/*`, USER];

  test.each<[string, Partial<ChimeChannelProps>, [string[], string[]][]]>([
    ['what each channel needs, and no more', {}, []],
    ['nothing more for moderators, of which each bearer becomes one', { moderatorArns: [BOT] }, []],
    ['nothing more for an elastic channel', { elasticChannelConfiguration: ELASTIC }, []],
    ['nothing more for metadata', { metadata: 'm', privacy: ChannelPrivacy.PUBLIC, mode: ChannelMode.UNRESTRICTED }, []],
    ['nothing more for lists of nobody', { memberArns: [], moderatorArns: [] }, []],
    ['nothing more for a channel that may be there', { channelId: 'c', existing: ExistingConfiguration.ADOPT }, []],
    ['to add and remove members', { memberArns: [BOT] }, [[MEMBERS, ON]]],
    ['to set when a channel expires', { expirationSettings: EXPIRATION }, [[EXPIRING, ON]]],
    ['to change the channel flow, on the channel flow too', { channelFlowArn: FLOW }, [[FLOWS, [FLOW, ...ON]]]],
    ['to take another channel flow from a channel that it adopts', { channelId: 'c', existing: ExistingConfiguration.ADOPT, channelFlowArn: FLOW },
      [[FLOWS, [`${APP_INSTANCE_ARN}/channel-flow/*`, ...ON]]]],
    ['all of it', { channelId: 'c', memberArns: [BOT], moderatorArns: [BOT], expirationSettings: EXPIRATION, channelFlowArn: FLOW }, [
      [MEMBERS, ON], [EXPIRING, ON], [FLOWS, [FLOW, ...ON]],
    ]],
  ])('%s', (_, props, more) => {
    const stack = newStack();
    newChannel(stack, props);
    expect(allowed(stack)).toEqual([[CHANNEL, ON], ...more]);
  });

  test('to act as a bearer only what the channels of that bearer need', () => {
    const stack = newStack();
    const other = 'arn:aws:chime:eu-central-1:111122223333:app-instance/j';
    newChannel(stack, { channelFlowArn: FLOW }, 'Flow');
    newChannel(stack, { chimeBearer: BOT, memberArns: [USER] }, 'Members');
    newChannel(stack, { appInstanceArn: other, expirationSettings: EXPIRATION, channelId: 'c' }, 'Other');
    newChannel(stack, { chimeBearer: BOT, channelFlowArn: `${APP_INSTANCE_ARN}/channel-flow/g`, memberArns: [BOT] }, 'Both');
    const channels = `${APP_INSTANCE_ARN}/channel/*`;
    const ofOther = [`${other}/channel/*`, `${other}/user/u`];
    const sorted = allowed(stack).map(([actions, resources]) => [actions, [...resources as string[]].sort()]);
    expect(sorted).toEqual([
      [CHANNEL, [...ofOther, channels, USER, BOT].sort()],
      [MEMBERS, [channels, BOT].sort()],
      [EXPIRING, ofOther],
      [FLOWS, [channels, USER, BOT, FLOW, `${APP_INSTANCE_ARN}/channel-flow/g`].sort()],
    ]);
  });

  test('the same whatever the order of definition', () => {
    const definitions: [Partial<ChimeChannelProps>, string][] = [
      [{ memberArns: [BOT] }, 'Members'], [{ channelFlowArn: FLOW, chimeBearer: BOT }, 'Flow'], [{ channelId: 'c', expirationSettings: EXPIRATION }, 'Id'],
    ];
    const [one, other] = [definitions, [...definitions].reverse()].map((ordered) => {
      const stack = newStack();
      ordered.forEach(([props, id]) => newChannel(stack, props, id));
      return { id: resourcePolicyId(stack), statements: resourceStatements(stack) };
    });
    expect(one).toEqual(other);
  });

  test('more under another logical id, so that what a deployment adds is there before it is used', () => {
    const ids = [
      {}, { memberArns: [BOT] }, { expirationSettings: EXPIRATION }, { channelFlowArn: FLOW }, { channelFlowArn: `${APP_INSTANCE_ARN}/channel-flow/g` },
      { expirationSettings: EXPIRATION, memberArns: [BOT] },
    ].map((props: Partial<ChimeChannelProps>) => {
      const stack = newStack();
      newChannel(stack, props);
      const id = resourcePolicyId(stack);
      expect(onlyResource(stack, TYPE).DependsOn).toEqual([id]);
      return id;
    });
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('under one logical id what does not change its permissions', () => {
    const ids = [
      { memberArns: [BOT] }, { memberArns: [USER, BOT] }, { memberArns: [BOT], moderatorArns: [BOT] }, { memberArns: [BOT], metadata: 'm' },
    ].map((props) => {
      const stack = newStack();
      newChannel(stack, props);
      return resourcePolicyId(stack);
    });
    expect(new Set(ids).size).toBe(1);
  });
});

describe('attributes of resources of the AppInstance are referred to, so that they are made first and deleted last', () => {
  function appInstance(stack: Stack) {
    const instance = new CfnResource(stack, 'AppInstance', { type: 'AWS::Chime::AppInstance', properties: { Name: 'i' } });
    const appInstanceArn = instance.getAtt('AppInstanceArn').toString();
    const arnOf = (id: string, kind: 'User' | 'Bot') => new CfnResource(stack, id, {
      type: `AWS::Chime::AppInstance${kind}`, properties: { AppInstanceArn: appInstanceArn },
    }).getAtt(`AppInstance${kind}Arn`).toString();
    return { appInstanceArn, chimeBearer: arnOf('Operator', 'User'), bot: arnOf('Bot', 'Bot'), user: arnOf('User', 'User') };
  }
  const INSTANCE = { 'Fn::GetAtt': ['AppInstance', 'AppInstanceArn'] };
  const OPERATOR = { 'Fn::GetAtt': ['Operator', 'AppInstanceUserArn'] };

  test('in the properties of the channel', () => {
    const stack = newStack();
    const { bot, user, ...props } = appInstance(stack);
    newChannel(stack, { ...props, memberArns: [user, bot], moderatorArns: [bot], channelFlowArn: `${props.appInstanceArn}/channel-flow/f` });
    expect(onlyResource(stack, TYPE).Properties).toMatchObject({
      AppInstanceArn: INSTANCE,
      ChimeBearer: OPERATOR,
      MemberArns: [{ 'Fn::GetAtt': ['User', 'AppInstanceUserArn'] }, { 'Fn::GetAtt': ['Bot', 'AppInstanceBotArn'] }],
      ModeratorArns: [{ 'Fn::GetAtt': ['Bot', 'AppInstanceBotArn'] }],
      ChannelFlowArn: { 'Fn::Join': ['', [INSTANCE, '/channel-flow/f']] },
    });
    // References are dependencies; these are those that are none.
    expect(onlyResource(stack, TYPE).DependsOn).toEqual([resourcePolicyId(stack)]);
  });

  test('in what the handler is allowed', () => {
    const stack = newStack();
    const { bot, user, ...props } = appInstance(stack);
    newChannel(stack, { ...props, memberArns: [user], channelFlowArn: `${props.appInstanceArn}/channel-flow/f` });
    const channels = { 'Fn::Join': ['', [INSTANCE, '/channel/*']] };
    const resources = resourceStatements(stack).filter(({ Action: actions }) => JSON.stringify(actions).includes('chime:')).map(({ Resource }) => Resource);
    expect(resources).toEqual([
      expect.arrayContaining([channels, OPERATOR]),
      expect.arrayContaining([channels, OPERATOR]),
      expect.arrayContaining([channels, OPERATOR, { 'Fn::Join': ['', [INSTANCE, '/channel-flow/f']] }]),
    ]);
    expect(resources.map(({ length }) => length)).toEqual([2, 2, 3]);
  });

  test('among members that are known', () => {
    const stack = newStack();
    const { bot } = appInstance(stack);
    newChannel(stack, { memberArns: [USER, bot] });
    expect(onlyResource(stack, TYPE).Properties.MemberArns).toEqual([USER, { 'Fn::GetAtt': ['Bot', 'AppInstanceBotArn'] }]);
    expect(messageOf(() => newChannel(stack, { memberArns: ['no ARN', bot, bot] }, 'Bad'))).toMatch(
      /^ChimeChannel at "Stack\/Bad" has 2 problems:\n {2}- memberArns\[0\]: .*\n {2}- memberArns\[2\]: must not be there twice/);
  });
});

describe('what is known only at deployment', () => {
  test('is rendered in each property', () => {
    const stack = newStack();
    const text = (id: string) => new CfnParameter(stack, id).valueAsString;
    const number = (id: string) => new CfnParameter(stack, id, { type: 'Number' }).valueAsNumber;
    const list = (id: string) => new CfnParameter(stack, id, { type: 'CommaDelimitedList' }).valueAsList;
    newChannel(stack, {
      channelId: text('Id'),
      existing: text('Existing') as ExistingConfiguration,
      memberArns: list('Members'),
      moderatorArns: [text('Moderator')],
      expirationSettings: { expiration: Duration.days(number('Days')), expirationCriterion: text('Criterion') as ExpirationCriterion },
      channelFlowArn: text('Flow'),
    });
    newChannel(stack, {
      mode: text('Mode') as ChannelMode,
      elasticChannelConfiguration: {
        maximumSubChannels: number('Maximum'),
        targetMembershipsPerSubChannel: Lazy.number({ produce: () => 500 }),
        minimumMembershipPercentage: number('Percentage'),
      },
      moderatorArns: Lazy.list({ produce: () => [USER] }),
      memberArns: Lazy.list({ produce: () => undefined }),
    }, 'Elastic');
    const ref = (Ref: string) => ({ Ref });
    expect(resourcesOfType(stack, TYPE).map(({ Properties }) => Properties)).toMatchObject([
      {
        ChannelId: ref('Id'),
        Existing: ref('Existing'),
        MemberArns: ref('Members'),
        ModeratorArns: [ref('Moderator')],
        ExpirationSettings: { ExpirationDays: ref('Days'), ExpirationCriterion: ref('Criterion') },
        ChannelFlowArn: ref('Flow'),
      },
      {
        Mode: ref('Mode'),
        ElasticChannelConfiguration: { MaximumSubChannels: ref('Maximum'), TargetMembershipsPerSubChannel: 500, MinimumMembershipPercentage: ref('Percentage') },
        ModeratorArns: [USER],
      },
    ]);
    expect(resourcesOfType(stack, TYPE)[1].Properties.MemberArns).toBeUndefined();
    expect(resourceStatements(stack)).toContainEqual(expect.objectContaining({ Resource: [`${APP_INSTANCE_ARN}/channel/*`, USER, ref('Flow')] }));
  });

  test.each<[Duration, string]>([
    [Duration.hours(36), 'must be 1 to 5475 whole days, got 1.5 days. Change it, such as to Duration.days(90).'],
    [Duration.days(5476), 'must be 1 to 5475 whole days, got 5476 days. Change it, such as to Duration.days(90).'],
    [Duration.hours(Lazy.number({ produce: () => 24 })), 'must be a Duration, and one of days where it is known only at deployment, '
      + 'got an instance of Duration. Give one, such as Duration.days(90).'],
  ])('fails on an expiration of %s', (expiration, problem) => {
    expect(problemsOf(messageOf(() => newChannel(newStack(), { expirationSettings: { ...EXPIRATION, expiration } }))).problems)
      .toEqual({ 'expirationSettings.expiration': problem });
  });

  test('takes an expiration of hours that make whole days', () => {
    const stack = newStack();
    newChannel(stack, { expirationSettings: { ...EXPIRATION, expiration: Duration.hours(48) } });
    expect(onlyResource(stack, TYPE).Properties.ExpirationSettings.ExpirationDays).toBe(2);
  });

  test('leaves what is known to be checked', () => {
    const stack = newStack();
    const token = new CfnParameter(stack, 'Token');
    const message = messageOf(() => newChannel(stack, {
      channelId: 'secret id',
      memberArns: [token.valueAsString, 'arn:aws:iam::111122223333:user/u'],
      expirationSettings: { ...EXPIRATION, expiration: Duration.days(0) },
      elasticChannelConfiguration: { ...ELASTIC, maximumSubChannels: Lazy.number({ produce: () => 0 }), minimumMembershipPercentage: 41 },
    }));
    expect(problemsOf(message)).toEqual({
      subject: 'ChimeChannel at "Stack/Channel" has 5 problems:',
      problems: {
        'channelId': expect.stringMatching(/^must be 1 to 64 characters .*, got U\+0020 at position 7\. /),
        'memberArns[1]': expect.stringMatching(/^must be .*\/user\/<id> or \/bot\/<id>, got "arn:aws:iam::111122223333:user\/u"\. /),
        'memberArns': 'must be left out with elasticChannelConfiguration. Change it, or leave out elasticChannelConfiguration.',
        'elasticChannelConfiguration.minimumMembershipPercentage': 'must be a whole number of 1 to 40, got 41. Change it.',
        'expirationSettings.expiration': 'must be 1 to 5475 whole days, got 0 days. Change it, such as to Duration.days(90).',
      },
    });
    expect(message).not.toMatch(/secret/);
  });
});

describe('values by account', () => {
  const PRODUCTION = '111122223333';
  const byAccount = (value: string) => AccountValue.byAccount({ [PRODUCTION]: value, 444455556666: 'other' }).asString;

  test('are what they are in a known account', () => {
    const stack = newStack({ env: { account: PRODUCTION } });
    newChannel(stack, { channelName: byAccount('On call'), metadata: byAccount('m'), channelId: byAccount('c'), memberArns: [byAccount(USER)] });
    expect(onlyResource(stack, TYPE).Properties).toMatchObject({ Name: 'On call', Metadata: 'm', ChannelId: 'c', MemberArns: [USER] });
  });

  test('are looked up where the account is known only at deployment', () => {
    const stack = newStack();
    newChannel(stack, { channelName: byAccount('On call'), metadata: byAccount('m'), channelId: byAccount('c'), memberArns: [USER, byAccount(BOT)] });
    const { Name, Metadata, ChannelId, MemberArns } = onlyResource(stack, TYPE).Properties;
    const lookup = { 'Fn::FindInMap': [expect.any(String), { Ref: 'AWS::AccountId' }, 'Value'] };
    expect([Name, Metadata, ChannelId, ...MemberArns]).toEqual([lookup, lookup, lookup, USER, lookup]);
  });

  test('are checked in each account', () => {
    const message = messageOf(() => newChannel(newStack(), { channelId: byAccount('secret id'), metadata: byAccount('m'.repeat(1025)) }));
    expect(problemsOf(message)).toMatchObject({
      problems: {
        channelId: expect.stringMatching(/, got U\+0020 at position 7 in account 111122223333\. /),
        metadata: expect.stringMatching(/, got 1025 characters in account 111122223333\. /),
      },
    });
    expect(message).not.toMatch(/secret/);
  });
});

describe('tags', () => {
  const tagsOf = (stack: Stack) => onlyResource(stack, TYPE).Properties.Tags;

  test('of StackProps reach the channel, as CloudFormation gives them to what it makes itself', () => {
    const stack = newStack({ tags: { 'team': 'support', 'cost-center': '42' } });
    newChannel(stack);
    expect(tagsOf(stack)).toEqual([{ Key: 'cost-center', Value: '42' }, { Key: 'team', Value: 'support' }]);
  });

  test('of StackProps reach a channel in a nested stack', () => {
    const stack = newStack({ tags: { team: 'support' } });
    const nested = new NestedStack(stack, 'Nested');
    newChannel(nested);
    expect(tagsOf(nested)).toEqual([{ Key: 'team', Value: 'support' }]);
  });

  test('of the channel win over those of StackProps', () => {
    const stack = newStack({ tags: { team: 'support', owner: 'me', left: 'out' } });
    const channel = newChannel(stack);
    Tags.of(channel).add('team', 'operations');
    Tags.of(channel).remove('left');
    Tags.of(channel).add('another', 'one');
    expect(tagsOf(stack)).toEqual([
      { Key: 'another', Value: 'one' }, { Key: 'owner', Value: 'me' }, { Key: 'team', Value: 'operations' },
    ]);
  });

  test('of StackProps that Chime does not take are an error with a remedy that helps', () => {
    const stack = newStack({ tags: { empty: '' } });
    const channel = newChannel(stack);
    expect(messageOf(() => Template.fromStack(stack))).toMatch(/tags\[0\]\.value: .* keep the tag from the channel with Tags\.of\(channel\)\.remove\(key\)\./);
    Tags.of(channel).remove('empty');
    (stack.node.root as App).synth({ force: true });
  });

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
    newChannel(stack, { appInstanceArn: new CfnParameter(stack, 'Other').valueAsString, elasticChannelConfiguration: ELASTIC }, 'Elastic');
    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  });

  test('of an elastic channel is a warning where AWS has none', () => {
    const stack = newStack();
    newChannel(stack, { appInstanceArn: arnIn('us-east-1'), elasticChannelConfiguration: ELASTIC }, 'There');
    newChannel(stack, { appInstanceArn: arnIn('eu-central-1') }, 'NotElastic');
    newChannel(stack, { appInstanceArn: arnIn('eu-central-1'), elasticChannelConfiguration: ELASTIC }, 'Elsewhere');
    newChannel(stack, { appInstanceArn: arnIn('us-west-2'), elasticChannelConfiguration: ELASTIC }, 'Nowhere');
    const warnings = Annotations.fromStack(stack).findWarning('*', Match.anyValue());
    expect(warnings.map(({ id, entry }) => [id, entry.data])).toEqual([
      ['/Stack/Elsewhere', 'Elastic channels are known in us-east-1 only; the channel is made in the Region of appInstanceArn, "eu-central-1". '
        + '[ack: cdk-support-channels:elasticChannelRegion]'],
      ['/Stack/Nowhere', expect.stringMatching(/\[ack: cdk-support-channels:chimeMessagingRegion\]$/)],
    ]);
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

test('whoever manages a channel may do what its moderators do there and as its bearer, but not delete it', () => {
  const stack = newStack();
  const channel = newChannel(stack);
  newChannel(stack, { chimeBearer: BOT, memberArns: [USER], channelFlowArn: FLOW }, 'Other');
  const role = new iam.Role(stack, 'Manager', { assumedBy: new iam.AccountRootPrincipal() });
  const grant = channel.grantManage(role);
  expect(grant.success).toBe(true);
  const roleId = stack.getLogicalId(role.node.defaultChild as CfnResource);
  const policies = resourcesOfType(stack, 'AWS::IAM::Policy').filter(({ Properties }) => JSON.stringify(Properties.Roles).includes(roleId));
  expect(policies).toHaveLength(1);
  const [statement, ...others] = policies[0].Properties.PolicyDocument.Statement;
  expect(others).toEqual([]);
  expect(statement).toEqual({
    Effect: 'Allow',
    Action: [
      'DescribeChannel', 'UpdateChannel', 'PutChannelExpirationSettings', 'ListSubChannels',
      'CreateChannelMembership', 'BatchCreateChannelMembership', 'DescribeChannelMembership', 'ListChannelMemberships', 'DeleteChannelMembership',
      'CreateChannelModerator', 'DescribeChannelModerator', 'ListChannelModerators', 'DeleteChannelModerator',
      'CreateChannelBan', 'DescribeChannelBan', 'ListChannelBans', 'DeleteChannelBan',
      'SendChannelMessage', 'GetChannelMessage', 'ListChannelMessages', 'UpdateChannelMessage', 'RedactChannelMessage',
      'TagResource', 'UntagResource', 'ListTagsForResource',
    ].map((action) => `chime:${action}`),
    Resource: [stack.resolve(channel.channelArn), USER],
  });
  expect(statement.Action).not.toContain('chime:DeleteChannel');
  expect(statement.Resource[0]).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^Channel/), 'ChannelArn'] });
});

test('whoever manages a channel acts as the bearer that is known only at deployment', () => {
  const stack = newStack();
  const user = new iam.User(stack, 'User');
  newChannel(stack, { chimeBearer: new CfnParameter(stack, 'Bearer').valueAsString }).grantManage(user);
  const [policy] = resourcesOfType(stack, 'AWS::IAM::Policy').filter(({ Properties }) => Properties.Users !== undefined);
  expect(policy.Properties.PolicyDocument.Statement[0].Resource).toEqual([{ 'Fn::GetAtt': [onlyLogicalId(stack, TYPE), 'ChannelArn'] }, { Ref: 'Bearer' }]);
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

  test('on an existing configuration without the id of a channel', () => {
    for (const existing of [ExistingConfiguration.FAIL, ExistingConfiguration.ADOPT]) {
      expect(messageOf(() => newChannel(newStack(), { existing }))).toBe(
        'ChimeChannel at "Stack/Channel" has 1 problem:\n'
        + '  - existing: must not be set without channelId, as the service gives each new channel an id of its own. '
        + 'Set channelId to the id of the channel that exists, or leave out existing.',
      );
    }
  });

  test('on an elastic channel that its members may extend, or that has members', () => {
    const props = { elasticChannelConfiguration: ELASTIC, mode: ChannelMode.UNRESTRICTED, memberArns: [USER] };
    expect(problemsOf(messageOf(() => newChannel(newStack(), props)))).toEqual({
      subject: 'ChimeChannel at "Stack/Channel" has 2 problems:',
      problems: {
        mode: 'must be RESTRICTED with elasticChannelConfiguration. Change it, or leave out elasticChannelConfiguration.',
        memberArns: 'must be left out with elasticChannelConfiguration. Change it, or leave out elasticChannelConfiguration.',
      },
    });
  });

  test('on users, bots and channel flows of another AppInstance', () => {
    const other = 'arn:aws:chime:us-east-1:111122223333:app-instance/other';
    const moderatorArns = [`${other}/bot/b`];
    const message = messageOf(() =>
      newChannel(newStack(), { memberArns: [USER, `${other}/user/u`], moderatorArns, channelFlowArn: `${other}/channel-flow/f` }));
    expect(Object.keys(problemsOf(message).problems)).toEqual(['channelFlowArn', 'memberArns[1]', 'moderatorArns[0]']);
  });
});
