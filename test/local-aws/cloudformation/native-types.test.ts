import { LocalAws } from '../../../local-aws/local-aws';

const ACCOUNT = '111122223333';
const MANAGEMENT = '999999999999';
const TEAM = 'T0AAAAAAAAA';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/Channel`;

let aws: LocalAws;
let stackName: string;
let stacks = 0;

beforeAll(async () => {
  aws = await LocalAws.start({ services: { supportApp: { roles: () => ({ exists: true, trusts: ['supportapp.amazonaws.com'] }) } } });
  const { store } = aws.services.supportApp;
  store.createTeam(TEAM, 'Acme');
  store.createOrganization(MANAGEMENT, [ACCOUNT]);
  store.account(MANAGEMENT).workspaces.set(TEAM, { teamId: TEAM, teamName: 'Acme', allowOrganizationMemberAccount: true });
});
afterAll(() => aws.stop());
beforeEach(() => {
  stacks += 1;
  stackName = `native${stacks}`;
  const { store } = aws.services.supportApp;
  store.removeWorkspace(ACCOUNT, TEAM);
  store.account(ACCOUNT).accountAlias = undefined;
});

const account = () => aws.services.supportApp.store.account(ACCOUNT);
const channels = () => aws.services.supportApp.store.channels(ACCOUNT);
const deploy = (resources: Record<string, object>, options: object = {}) =>
  aws.cloudFormation.deploy({ stackName, template: { Resources: resources }, ...options });
const ref = (logicalId: string) => aws.cloudFormation.stack(stackName)!.ref(logicalId);
const failures = ({ events }: { events: readonly { status: string; logicalId: string; reason?: string }[] }) =>
  events.filter(({ status }) => status.endsWith('_FAILED')).map(({ logicalId, reason }) => `${logicalId}: ${reason}`);

const workspace = (properties: object = {}) => ({
  Type: 'AWS::SupportApp::SlackWorkspaceConfiguration', Properties: { TeamId: TEAM, ...properties },
});
const channel = (properties: object = {}, rest: object = {}) => ({
  Type: 'AWS::SupportApp::SlackChannelConfiguration',
  Properties: { TeamId: TEAM, ChannelId: 'C1', ChannelRoleArn: ROLE, NotifyOnCaseSeverity: 'none', ...properties },
  ...rest,
});
const alias = (name: string, rest: object = {}) => ({
  Type: 'AWS::SupportApp::AccountAlias', Properties: { AccountAlias: name }, ...rest,
});

describe('AWS::SupportApp', () => {
  test('makes, changes and deletes what the templates say, under the primary identifiers', async () => {
    const all = (name: string, severity: object) => ({
      W: workspace(), C: channel({ ChannelName: name, ...severity }, { DependsOn: 'W' }), A: alias(name),
    });
    expect((await deploy(all('one', {}))).status).toBe('CREATE_COMPLETE');
    const id = `AccountAlias_for_${ACCOUNT}`;
    expect([ref('W'), ref('C'), ref('A')]).toEqual([TEAM, `${TEAM}|C1`, id]);
    expect(id).toMatch(/^[\w\- ]{29}$/);
    expect(aws.cloudFormation.stack(stackName)!.getAtt('A', 'AccountAliasResourceId')).toBe(id);

    const noisy = { NotifyOnCaseSeverity: 'all', NotifyOnResolveCase: 'true' };
    expect((await deploy(all('two', noisy))).status).toBe('UPDATE_COMPLETE');
    expect(channels()).toMatchObject([{ channelName: 'two', notifyOnCaseSeverity: 'all', notifyOnResolveCase: true }]);
    expect(account().accountAlias).toBe('two');

    // None is what the service keeps for an omitted flag.
    const quiet = await deploy(all('two', {}));
    expect([quiet.status, channels()[0].notifyOnResolveCase]).toEqual(['UPDATE_COMPLETE', true]);
    expect((await aws.cloudFormation.deleteStack({ stackName })).status).toBe('DELETE_COMPLETE');
    expect([account().workspaces.size, channels().length, account().accountAlias]).toEqual([0, 0, undefined]);
  });

  test('another channel id replaces: the new one comes first, the old one goes in the cleanup', async () => {
    await deploy({ W: workspace(), C: channel({}, { DependsOn: 'W' }) });
    const result = await deploy({ W: workspace(), C: channel({ ChannelId: 'C2' }, { DependsOn: 'W' }) });
    expect(result.events.filter(({ logicalId }) => logicalId === 'C').map(({ status, physicalId }) => `${status} ${physicalId}`)).toEqual([
      `UPDATE_IN_PROGRESS ${TEAM}|C1`, `UPDATE_COMPLETE ${TEAM}|C2`, `DELETE_IN_PROGRESS ${TEAM}|C1`, `DELETE_COMPLETE ${TEAM}|C1`,
    ]);
    expect(channels().map(({ channelId }) => channelId)).toEqual(['C2']);
  });

  test('what exists already fails a creation, and is left alone', async () => {
    await deploy({ W: workspace(), C: channel({}, { DependsOn: 'W' }), A: alias('theirs') });
    stackName = `${stackName}-second`;
    const refused = await deploy({ C: channel({ ChannelName: 'ours' }) });
    expect(refused.status).toBe('ROLLBACK_COMPLETE');
    expect(failures(refused)).toEqual([expect.stringMatching(new RegExp(
      '^C: Resource handler returned message: "Resource of type \'AWS::SupportApp::SlackChannelConfiguration\' with identifier '
      + `'{"/properties/TeamId":"${TEAM}","/properties/ChannelId":"C1"}' already exists." `
      + '\\(RequestToken: [0-9a-f-]{36}, HandlerErrorCode: AlreadyExists\\)$'))]);
    expect(failures(await deploy({ A: alias('ours') }))[0]).toContain('HandlerErrorCode: AlreadyExists');
    expect([account().accountAlias, channels()[0].channelName]).toEqual(['theirs', undefined]);
  });

  test('what is gone cannot be updated, but deleted', async () => {
    await deploy({ W: workspace(), C: channel({}, { DependsOn: 'W' }) });
    aws.services.supportApp.store.removeChannel(ACCOUNT, { teamId: TEAM, channelId: 'C1' });
    const failed = await deploy({ W: workspace(), C: channel({ ChannelName: 'x' }, { DependsOn: 'W' }) });
    expect(failed.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(failures(failed)[0]).toContain('was not found." (RequestToken');
    expect((await aws.cloudFormation.deleteStack({ stackName })).status).toBe('DELETE_COMPLETE');
  });

  test('errors of the service are those of the handler, and a version registers again', async () => {
    expect(failures(await deploy({ C: channel() }))[0]).toContain('HandlerErrorCode: ResourceConflict');
    await deploy({ W: workspace() });
    aws.services.supportApp.store.removeWorkspace(ACCOUNT, TEAM);
    expect((await deploy({ W: workspace({ VersionId: '2' }) })).status).toBe('UPDATE_COMPLETE');
    expect([...account().workspaces.keys()]).toEqual([TEAM]);
  });

  test('is known in nine Regions, with the properties of its schema', async () => {
    await expect(deploy({ A: alias('x') }, { region: 'eu-north-1' })).rejects.toThrow('Unrecognized resource types: [AWS::SupportApp::AccountAlias]');
    await expect(deploy({ C: channel({ Existing: 'ADOPT' }) })).rejects.toThrow('#: extraneous key [Existing] is not permitted');
  });

  test('its type is no other one of the same logical id', async () => {
    await deploy({ W: workspace() });
    await expect(deploy({ W: { Type: 'Custom::SupportAppSlackWorkspace', Properties: { ServiceToken: 'arn', TeamId: TEAM } } }))
      .rejects.toThrow('Update of resource type is not permitted. The new template modifies resource type of the following resources: [W]');
  });
});

describe('AWS::Chime::Channel', () => {
  let appInstanceArn: string;
  let bearer: string;
  const room = (properties: object = {}, rest: object = {}) => ({
    Type: 'AWS::Chime::Channel',
    Properties: { AppInstanceArn: appInstanceArn, ChimeBearer: bearer, Name: 'room', ChannelId: 'room', ...properties },
    ...rest,
  });
  const rooms = () => aws.services.chime.store.channelsOf(appInstanceArn);
  beforeEach(() => {
    const { store } = aws.services.chime;
    appInstanceArn = store.createAppInstance(ACCOUNT, 'us-east-1');
    bearer = store.createAppInstanceUser(appInstanceArn, 'operator');
    store.createAppInstanceUser(appInstanceArn, 'person');
  });

  test('is made, changed and deleted, under its ARN and its bearer', async () => {
    await deploy({ R: room({ Tags: [{ Key: 'a', Value: '1' }], ExpirationSettings: { ExpirationDays: '7', ExpirationCriterion: 'CREATED_TIMESTAMP' } }) });
    const arn = `${appInstanceArn}/channel/room`;
    expect(ref('R')).toBe(`${arn}|${bearer}`);
    expect(aws.cloudFormation.stack(stackName)!.getAtt('R', 'Arn')).toBe(arn);
    expect(rooms()[0].expirationSettings).toEqual({ ExpirationDays: 7, ExpirationCriterion: 'CREATED_TIMESTAMP' });
    expect((await deploy({ R: room({ Name: 'other', Tags: [{ Key: 'b', Value: '2' }] }) })).status).toBe('UPDATE_COMPLETE');
    expect(rooms()).toMatchObject([{ name: 'other', tags: new Map([['b', '2']]), expirationSettings: undefined }]);
    await aws.cloudFormation.deleteStack({ stackName });
    expect(rooms()).toEqual([]);
  });

  test('members replace it, which fails for a declared id and loses the messages of another one', async () => {
    const members = { MemberArns: [`${appInstanceArn}/user/person`] };
    await deploy({ R: room() });
    const failed = await deploy({ R: room(members) });
    expect([failed.status, failures(failed)[0]]).toEqual(['UPDATE_ROLLBACK_COMPLETE', expect.stringContaining('HandlerErrorCode: AlreadyExists')]);

    stackName = `${stackName}-free`;
    await deploy({ R: room({ ChannelId: undefined }) });
    const former = ref('R');
    await deploy({ R: room({ ChannelId: undefined, ...members }) });
    expect(ref('R')).not.toBe(former);
    expect(rooms()).toHaveLength(2);
  });

  test('is known in one Region', async () => {
    await expect(deploy({ R: room() }, { region: 'eu-central-1' })).rejects.toThrow('Unrecognized resource types: [AWS::Chime::Channel]');
  });

  test('is imported as it is', async () => {
    const definition = room({ Name: 'declared' }, { DeletionPolicy: 'Retain' });
    await deploy({ R: { ...room(), DeletionPolicy: 'Retain' } });
    const identifier = { Arn: `${appInstanceArn}/channel/room`, ChimeBearer: bearer };
    const importing = {
      stackName: `${stackName}-importer`, template: { Resources: { R: definition } }, resources: [{ logicalId: 'R', identifier }],
    };
    const held = await aws.cloudFormation.importResources(importing);
    expect([held.status, failures(held)[0]]).toEqual([
      'IMPORT_ROLLBACK_COMPLETE', expect.stringContaining(`already exists in stack ${aws.cloudFormation.stack(stackName)!.id}`),
    ]);
    await aws.cloudFormation.deleteStack({ stackName });
    stackName = `${stackName}-second`;
    const imported = await aws.cloudFormation.importResources({ ...importing, stackName });
    expect([imported.status, rooms()[0].name]).toEqual(['IMPORT_COMPLETE', 'room']);
    expect((await deploy({ R: room({ Name: 'declared' }) })).events).toEqual([expect.objectContaining({ status: 'UPDATE_IN_PROGRESS' }),
      expect.objectContaining({ status: 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS' }), expect.objectContaining({ status: 'UPDATE_COMPLETE' })]);
  });
});

describe('importResources', () => {
  const policy = { DeletionPolicy: 'Retain' };

  test('takes what is there into a stack that exists, beside what it has', async () => {
    const { store } = aws.services.supportApp;
    await deploy({ W: workspace() });
    store.putChannel(ACCOUNT, {
      teamId: TEAM,
      channelId: 'C9',
      channelRoleArn: ROLE,
      notifyOnCaseSeverity: 'none',
      notifyOnAddCorrespondenceToCase: false,
      notifyOnCreateOrReopenCase: false,
      notifyOnResolveCase: false,
    });
    const template = { Resources: { W: workspace(), C: channel({ ChannelId: 'C9' }, policy) } };
    const resources = [{ logicalId: 'C', identifier: { TeamId: TEAM, ChannelId: 'C9' } }];
    expect((await aws.cloudFormation.importResources({ stackName, template, resources })).status).toBe('IMPORT_COMPLETE');
    expect(ref('C')).toBe(`${TEAM}|C9`);
  });

  test.each([
    ['without a deletion policy', { A: alias('x') }, 'Resources [A] must have DeletionPolicy attribute'],
    ['of a type that cannot be imported', { A: { Type: 'AWS::CDK::Metadata', ...policy } }, 'ResourceTypes [AWS::CDK::Metadata] are not supported for Import'],
    ['beside a change', { A: alias('x', policy), W: workspace() }, 'You have modified resources'],
  ])('refuses a resource %s', async (_what, Resources, message) => {
    const resources = [{ logicalId: 'A', identifier: { AccountAliasResourceId: `AccountAlias_for_${ACCOUNT}` } }];
    await expect(aws.cloudFormation.importResources({ stackName, template: { Resources }, resources })).rejects.toThrow(message);
    expect(aws.cloudFormation.stack(stackName)).toBeUndefined();
  });

  test('fails for what is not there', async () => {
    const resources = [{ logicalId: 'A', identifier: { AccountAliasResourceId: `AccountAlias_for_${ACCOUNT}` } }];
    const result = await aws.cloudFormation.importResources({ stackName, template: { Resources: { A: alias('x', policy) } }, resources });
    expect([result.status, failures(result)[0]]).toEqual(['IMPORT_ROLLBACK_COMPLETE', expect.stringContaining('was not found')]);
  });
});
