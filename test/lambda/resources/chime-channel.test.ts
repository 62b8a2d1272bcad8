import { PhysicalId } from '../../../lambda/core/physical-id';
import { chimeChannel } from '../../../lambda/resources/chime-channel';
import { CHIME_CHANNEL_TYPE } from '../../../src/contract';

const ARN = 'arn:aws:chime:us-east-1:111122223333:app-instance/1/channel/2';
const ID: PhysicalId = { resourceType: CHIME_CHANNEL_TYPE, ownership: 'created', target: [ARN, 'PRIVATE'] };
const DECLARED = { AppInstanceArn: 'arn:aws:chime:us-east-1:111122223333:app-instance/1', ChimeBearer: 'arn/user/b', Name: 'n', Mode: 'RESTRICTED', Privacy: 'PRIVATE' };

/** The operations of the steps from one state to another. */
function steps(actual: object, declared: object, id = ID): string[] {
  const parse = (properties: object) => chimeChannel.parse({ ...DECLARED, ...properties });
  return chimeChannel.diff(id, parse(actual), parse(declared)).map(({ operation }) => operation);
}

const EXPIRATION = { ExpirationDays: '1', ExpirationCriterion: 'CREATED_TIMESTAMP' };

test.each<[string, object, object, string[], string[]]>([
  ['nothing', {}, {}, [], []],
  ['the name', { Name: 'a' }, { Name: 'b' }, ['UpdateChannel'], ['UpdateChannel']],
  ['the mode', { Mode: 'UNRESTRICTED' }, {}, ['UpdateChannel'], ['UpdateChannel']],
  ['the metadata', {}, { Metadata: 'm' }, ['UpdateChannel'], ['UpdateChannel']],
  ['empty metadata', {}, { Metadata: '' }, [], []],
  ['a tag', {}, { Tags: [{ Key: 'k', Value: 'v' }] }, ['TagResource'], ['UntagResource']],
  ['the value of a tag', { Tags: [{ Key: 'k', Value: 'v' }] }, { Tags: [{ Key: 'k', Value: 'w' }] }, ['TagResource'], ['TagResource']],
  ['the order of tags', { Tags: [{ Key: 'k', Value: 'v' }, { Key: 'l', Value: 'v' }] }, { Tags: [{ Key: 'l', Value: 'v' }, { Key: 'k', Value: 'v' }] }, [], []],
  ['the expiration', {}, { ExpirationSettings: EXPIRATION }, ['PutChannelExpirationSettings'], ['PutChannelExpirationSettings']],
  ['the flow', {}, { ChannelFlowArn: 'f' }, ['AssociateChannelFlow'], ['DisassociateChannelFlow']],
  ['one flow by another', { ChannelFlowArn: 'f' }, { ChannelFlowArn: 'g' }, ['DisassociateChannelFlow', 'AssociateChannelFlow'], ['DisassociateChannelFlow', 'AssociateChannelFlow']],
  ['a member', {}, { MemberArns: ['m'] }, ['BatchCreateChannelMembership'], ['DeleteChannelMembership']],
  ['the order of members', { MemberArns: ['m', 'n'] }, { MemberArns: ['n', 'm'] }, [], []],
  ['a moderator', {}, { ModeratorArns: ['m'] }, ['CreateChannelModerator'], ['DeleteChannelModerator']],
  ['a bearer among the members and moderators', {}, { MemberArns: ['arn/user/b'], ModeratorArns: ['arn/user/b'] }, ['BatchCreateChannelMembership', 'CreateChannelModerator'], []],
  ['the bearer', {}, { ChimeBearer: 'arn/user/c' },
    ['CreateChannelModerator', 'UpdateChannel', 'DeleteChannelModerator'], ['CreateChannelModerator', 'UpdateChannel', 'DeleteChannelModerator']],
])('the steps that bring or take away %s', (_what, one, other, forward, back) => {
  expect([steps(one, other), steps(other, one)]).toEqual([forward, back]);
});

test('101 members come in two batches, and go one by one', () => {
  const MemberArns = Array.from({ length: 101 }, (_, index) => `m${index}`);
  expect(steps({}, { MemberArns })).toHaveLength(2);
  expect(steps({ MemberArns }, {})).toHaveLength(101);
});

test('the old bearer of an adopted channel stays its moderator', () => {
  expect(steps({}, { ChimeBearer: 'arn/user/c' }, { ...ID, ownership: 'adopted' })).toEqual(['CreateChannelModerator', 'UpdateChannel']);
});
