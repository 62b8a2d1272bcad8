import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HANDLER_RESOURCES } from './scripted-handler';
import { LocalCloudFormation } from '../../../local-aws/cloudformation/engine';
import { RESOURCE_TYPES } from '../../../local-aws/cloudformation/resource-types';
import { isAllowed } from '../../../local-aws/identity';

let engine: LocalCloudFormation;
let stackName: string;
let stacks = 0;

beforeAll(async () => {
  engine = await LocalCloudFormation.start({ resourceTypes: RESOURCE_TYPES, seed: 'types' });
});
afterAll(() => engine.stop());
beforeEach(() => {
  stacks += 1;
  stackName = `types${stacks}`;
});

const deploy = (resources: Record<string, object>, options: object = {}) =>
  engine.deploy({ stackName, template: { Resources: resources }, ...options });
const getAtt = (logicalId: string, attribute: string) => engine.stack(stackName)!.getAtt(logicalId, attribute) as string;
const ref = (logicalId: string) => engine.stack(stackName)!.ref(logicalId);
const trust = (service: string) => ({ Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: service } }] });
const statement = (action: string) => ({ Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }] });
const lambdaFunction = (properties: object) => ({
  Type: 'AWS::Lambda::Function',
  Properties: {
    Code: { ZipFile: 'exports.handler = async () => process.env' }, Handler: 'index.handler', Runtime: 'nodejs24.x', Role: { 'Fn::GetAtt': ['Role', 'Arn'] }, ...properties,
  },
});
const Role = HANDLER_RESOURCES.Role;

describe('AWS::IAM::Role', () => {
  test('is found with its trust, its policies and its age', async () => {
    await deploy({
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: {
          RoleName: 'named',
          Path: '/support/',
          AssumeRolePolicyDocument: trust('supportapp.amazonaws.com'),
          PermissionsBoundary: 'arn:aws:iam::aws:policy/Boundary',
          Policies: [{ PolicyName: 'inline', PolicyDocument: statement('a:Inline') }],
          ManagedPolicyArns: ['arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole', { Ref: 'Managed' }],
        },
      },
      Managed: { Type: 'AWS::IAM::ManagedPolicy', Properties: { PolicyDocument: statement('a:Managed') } },
      Policy: { Type: 'AWS::IAM::Policy', Properties: { PolicyName: 'p', PolicyDocument: statement('a:Attached'), Roles: [{ Ref: 'Role' }] } },
    });
    const arn = 'arn:aws:iam::111122223333:role/support/named';
    expect([ref('Role'), getAtt('Role', 'Arn'), getAtt('Role', 'RoleId')]).toEqual(['named', arn, expect.stringMatching(/^AROA[A-Z0-9]{17}$/)]);
    const role = engine.role(arn)!;
    expect(role).toMatchObject({ trusts: ['supportapp.amazonaws.com'], createdAt: expect.any(Date), permissionsBoundary: 'arn:aws:iam::aws:policy/Boundary' });
    const identity = engine.identities.issue({ accountId: '111122223333', principalArn: arn, policies: () => engine.role(arn)?.policies ?? [] });
    const allowed = (action: string) => isAllowed(identity, { action, resource: '*' });
    expect(['a:Inline', 'a:Managed', 'a:Attached', 'logs:PutLogEvents', 'a:Other'].map(allowed)).toEqual([true, true, true, true, false]);

    await deploy({ Role: { Type: 'AWS::IAM::Role', Properties: { RoleName: 'named', Path: '/support/', AssumeRolePolicyDocument: trust('other.amazonaws.com') } } });
    expect(engine.role(arn)!.trusts).toEqual(['other.amazonaws.com']);
    expect(['a:Inline', 'a:Managed', 'a:Attached'].map(allowed)).toEqual([false, false, false]);
    await engine.deleteStack({ stackName });
    expect(engine.role(arn)).toBeUndefined();
  });

  test('two of one name fail', async () => {
    const named = { Type: 'AWS::IAM::Role', Properties: { RoleName: 'twice', AssumeRolePolicyDocument: trust('x') } };
    const result = await deploy({ One: named, Two: { ...named, DependsOn: 'One' } });
    expect(result.status).toBe('ROLLBACK_COMPLETE');
    expect(result.events.find(({ status }) => status === 'CREATE_FAILED')!.reason).toContain('Role with name twice already exists.');
  });

  test('a policy which goes takes its permission along, and a changed one changes at once', async () => {
    const policy = (action: string) => ({ Type: 'AWS::IAM::Policy', Properties: { PolicyName: 'p', PolicyDocument: statement(action), Roles: [{ Ref: 'Role' }] } });
    const actions = () => engine.role(getAtt('Role', 'Arn'))!.policies.flatMap(({ Statement }) => [Statement].flat().map(({ Action }) => Action));
    await deploy({ Role, Policy: policy('a:One') });
    expect(actions()).toEqual(['a:One']);
    await deploy({ Role, Policy: policy('a:Two') });
    expect(actions()).toEqual(['a:Two']);
    await deploy({ Role });
    expect(actions()).toEqual([]);
  });
});

describe('AWS::Lambda::Function', () => {
  test('runs with its configuration and the credentials of its role', async () => {
    await deploy({
      Role: { ...Role, Properties: { ...(Role as any).Properties, Policies: [{ PolicyName: 'p', PolicyDocument: statement('a:Mine') }] } },
      Function: lambdaFunction({ Environment: { Variables: { MINE: 1 } }, MemorySize: 256, Timeout: 20, LoggingConfig: { LogGroup: '/g', LogFormat: 'JSON' } }),
    });
    const arn = getAtt('Function', 'Arn');
    expect(arn).toBe(`arn:aws:lambda:us-east-1:111122223333:function:${ref('Function')}`);
    const environment = (await engine.lambda.invoke(arn, {})).payload as Record<string, string>;
    expect(environment).toMatchObject({
      MINE: '1',
      AWS_LAMBDA_FUNCTION_NAME: ref('Function'),
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
      AWS_LAMBDA_LOG_GROUP_NAME: '/g',
      AWS_LAMBDA_LOG_FORMAT: 'JSON',
      AWS_ENDPOINT_URL_CLOUDFORMATION: engine.api.endpoint,
    });
    const identity = engine.identities.find(environment.AWS_ACCESS_KEY_ID)!;
    expect(identity.principalArn).toBe(`arn:aws:sts::111122223333:assumed-role/${ref('Role')}/${ref('Function')}`);
    expect([isAllowed(identity, { action: 'a:Mine', resource: '*' }), isAllowed(identity, { action: 'a:Other', resource: '*' })]).toEqual([true, false]);
    await engine.deleteStack({ stackName });
    expect(isAllowed(identity, { action: 'a:Mine', resource: '*' })).toBe(false);
  });

  test('changes in place, but a changed name replaces it', async () => {
    const code = (text: string) => ({ ZipFile: `exports.handler = async () => ${JSON.stringify(text)}` });
    await deploy({ Role, Function: lambdaFunction({ Code: code('one') }) });
    const name = ref('Function');
    await deploy({ Role, Function: lambdaFunction({ Code: code('two') }) });
    expect(ref('Function')).toBe(name);
    expect((await engine.lambda.invoke(getAtt('Function', 'Arn'), {})).payload).toBe('two');

    const result = await deploy({ Role, Function: lambdaFunction({ Code: code('three'), FunctionName: 'other-name' }) });
    expect(result.events.find(({ status }) => status === 'DELETE_COMPLETE')).toMatchObject({ logicalId: 'Function', physicalId: name });
    expect((await engine.lambda.invoke(getAtt('Function', 'Arn'), {})).payload).toBe('three');
    expect(engine.lambda.configuration(`arn:aws:lambda:us-east-1:111122223333:function:${name}`)).toBeUndefined();
  });

  test('an update that fails gives back the function that it replaced', async () => {
    const bad = lambdaFunction({ Timeout: 901, Description: { Ref: 'Function' } });
    await deploy({ Role, Function: lambdaFunction({ FunctionName: 'kept' }) });
    const result = await deploy({ Role, Function: lambdaFunction({ FunctionName: 'never' }), Bad: bad });

    expect(result.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect([ref('Function'), getAtt('Function', 'Arn')]).toEqual(['kept', expect.stringMatching(/:kept$/)]);
    expect(result.events.filter(({ status }) => status === 'DELETE_COMPLETE').map(({ physicalId }) => physicalId)).toEqual([undefined, 'never']);
  });

  test('takes its code from an asset of the assembly', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'asset-'));
    writeFileSync(join(directory, 'index.js'), 'exports.handler = async () => "from the asset"');
    const Function = lambdaFunction({ Code: { S3Bucket: 'staging', S3Key: 'hash.zip' } });
    await deploy({ Role, Function }, { assets: new Map([['hash.zip', directory]]) });

    expect((await engine.lambda.invoke(getAtt('Function', 'Arn'), {})).payload).toBe('from the asset');
    rmSync(directory, { recursive: true });
  });

  test('fails for an asset over the limit', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'asset-'));
    writeFileSync(join(directory, 'index.js'), '');
    truncateSync(join(directory, 'index.js'), 262_144_001);
    const result = await deploy({ Role, Function: lambdaFunction({ Code: { S3Bucket: 'staging', S3Key: 'large.zip' } }) }, { assets: new Map([['large.zip', directory]]) });
    rmSync(directory, { recursive: true });

    expect(result.events.find(({ status }) => status === 'CREATE_FAILED')!.reason).toContain('Unzipped size must be smaller than 262144000 bytes');
  });

  test.each<[string, Record<string, object>, string]>([
    ['a role that is not there', { Role, Function: lambdaFunction({ Role: 'arn:aws:iam::111122223333:role/none' }) }, 'cannot be found'],
    ['a role that Lambda may not assume', { Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: trust('supportapp.amazonaws.com') } }, Function: lambdaFunction({}) }, 'cannot be assumed by Lambda'],
    ['an asset that is not there', { Role, Function: lambdaFunction({ Code: { S3Bucket: 'b', S3Key: 'nope.zip' } }) }, 'NoSuchKey'],
    ['a timeout over 15 minutes', { Role, Function: lambdaFunction({ Timeout: 901 }) }, 'Member must have value from 1 to 900'],
  ])('fails for %s', async (_what, resources, message) => {
    const result = await deploy(resources);
    expect(result.status).toBe('ROLLBACK_COMPLETE');
    expect(result.events.find(({ status }) => status === 'CREATE_FAILED')!.reason).toContain(message);
  });
});

test('AWS::Lambda::EventInvokeConfig decides on the retries', async () => {
  const failing = lambdaFunction({ Code: { ZipFile: 'exports.handler = async () => { throw new Error("x") }' } });
  const config = { Type: 'AWS::Lambda::EventInvokeConfig', Properties: { FunctionName: { Ref: 'Function' }, Qualifier: '$LATEST', MaximumRetryAttempts: 0 } };
  await deploy({ Role, Function: failing, Config: config });
  const before = engine.lambda.invocations.length;
  engine.lambda.invokeAsync(getAtt('Function', 'Arn'), {});
  await engine.lambda.settled();
  expect(engine.lambda.invocations.slice(before)).toHaveLength(1);

  stackName += 'invalid';
  expect((await deploy({ Role, Function: failing, Config: { ...config, Properties: { ...config.Properties, MaximumRetryAttempts: 3 } } })).status).toBe('ROLLBACK_COMPLETE');
});

test('AWS::SSM::Parameter is read by a parameter of another template', async () => {
  await deploy({ Parameter: { Type: 'AWS::SSM::Parameter', Properties: { Name: '/mine', Type: 'String', Value: 'stored' } } });
  const template = {
    Parameters: { P: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/mine' }, Bootstrap: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/cdk-bootstrap/hnb659fds/version' } },
    Resources: { Group: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: { 'Fn::Sub': '${P}/${Bootstrap}' } } } },
  };
  await engine.deploy({ stackName: `${stackName}-reader`, template });
  expect(engine.stack(`${stackName}-reader`)!.ref('Group')).toBe('stored/30');
});

describe('AWS::Chime', () => {
  const AppInstance = { Type: 'AWS::Chime::AppInstance', Properties: { Name: 'chat' } };
  const AppInstanceArn = { 'Fn::GetAtt': ['AppInstance', 'AppInstanceArn'] };
  const user = (change: object = {}) => ({
    Type: 'AWS::Chime::AppInstanceUser', Properties: { AppInstanceArn, AppInstanceUserId: 'deployer', Name: 'Deployer', ...change },
  });
  const bot = (change: object = {}) => ({
    Type: 'AWS::Chime::AppInstanceBot',
    Properties: { AppInstanceArn, Configuration: { Lex: { LexBotAliasArn: 'arn:aws:lex:us-east-1:111122223333:bot-alias/B/A', LocaleId: 'en_US' } }, ...change },
  });
  const identities = () => Object.fromEntries(engine.chime.appInstances.get(ref('AppInstance'))?.identities ?? []);

  test('an app instance with a user and a bot is in the store of the service', async () => {
    const result = await deploy({ AppInstance, User: user(), Bot: bot({ Name: 'Helper' }) });
    expect(result.status).toBe('CREATE_COMPLETE');
    const arn = getAtt('AppInstance', 'AppInstanceArn');
    expect(arn).toMatch(/^arn:aws:chime:us-east-1:111122223333:app-instance\/[0-9a-f-]{36}$/);
    expect([ref('AppInstance'), ref('User'), ref('Bot')]).toEqual([arn, getAtt('User', 'AppInstanceUserArn'), getAtt('Bot', 'AppInstanceBotArn')]);
    expect(ref('User')).toBe(`${arn}/user/deployer`);
    expect(ref('Bot')).toMatch(new RegExp(`^${arn}/bot/[0-9a-f-]{36}$`));
    expect(identities()).toEqual({ [ref('User')]: 'Deployer', [ref('Bot')]: 'Helper' });

    await engine.deleteStack({ stackName });
    expect(engine.chime.appInstances.has(arn)).toBe(false);
  });

  test('a changed name keeps user and bot, a changed id does not', async () => {
    await deploy({ AppInstance, User: user(), Bot: bot() });
    const [before, botArn] = [ref('User'), ref('Bot')];
    expect(identities()[botArn]).toBe(botArn.split('/').at(-1));
    await deploy({ AppInstance: { ...AppInstance, Properties: { Name: 'renamed' } }, User: user({ Name: 'Renamed' }), Bot: bot({ Name: 'Bot' }) });
    expect(identities()).toEqual({ [before]: 'Renamed', [botArn]: 'Bot' });
    await deploy({ AppInstance, User: user({ AppInstanceUserId: 'other', Name: undefined }), Bot: bot() });
    expect(identities()).toEqual({ [before.replace('deployer', 'other')]: 'other', [botArn]: botArn.split('/').at(-1) });
  });

  test('an app instance goes with its channels, and a user leaves them', async () => {
    await deploy({ AppInstance, User: user() });
    const [appInstanceArn, createdBy] = [ref('AppInstance'), ref('User')];
    const channelArn = `${appInstanceArn}/channel/one`;
    engine.chime.channels.set(channelArn, {
      channelArn,
      appInstanceArn,
      privacy: 'PRIVATE',
      createdBy,
      createdAt: new Date(0),
      name: 'one',
      mode: 'RESTRICTED',
      updatedAt: new Date(0),
      tags: new Map(),
      members: new Set([createdBy]),
      moderators: new Set([createdBy]),
      messages: [],
    });
    const flow = engine.chime.createChannelFlow(appInstanceArn);
    await deploy({ AppInstance });
    expect([...engine.chime.channels.get(channelArn)!.members, ...engine.chime.channels.get(channelArn)!.moderators]).toEqual([]);
    await engine.deleteStack({ stackName });
    expect([engine.chime.channels.has(channelArn), engine.chime.channelFlows.has(flow)]).toEqual([false, false]);
  });

  test.each<[string, () => Record<string, object>, string]>([
    ['a user that is there', () => ({ AppInstance, User: user(), Twin: { ...user(), DependsOn: 'User' } }), 'The app instance user deployer already exists.'],
    ['an app instance that is not there', () => ({ User: user({ AppInstanceArn: 'arn:aws:chime:us-east-1:111122223333:app-instance/none' }) }), 'app-instance/none does not exist.'],
    ['an app instance of another Region', () => ({ Bot: bot({ AppInstanceArn: engine.chime.createAppInstance('111122223333', 'eu-central-1') }) }), 'does not exist.'],
    ['an app instance of another account', () => ({ Bot: bot({ AppInstanceArn: engine.chime.createAppInstance('444455556666', 'us-east-1') }) }), 'does not exist.'],
  ])('fails for %s', async (_what, resources, message) => {
    const result = await deploy(resources());
    expect(result.status).toBe('ROLLBACK_COMPLETE');
    expect(result.events.find(({ status }) => status === 'CREATE_FAILED')!.reason).toContain(message);
  });

  test('requires what CloudFormation does', async () => {
    await expect(deploy({ AppInstance: { Type: 'AWS::Chime::AppInstance' } })).rejects.toThrow('required key [Name] not found');
    await expect(deploy({ AppInstance, User: user({ AppInstanceUserId: undefined }) })).rejects.toThrow('required key [AppInstanceUserId] not found');
    await expect(deploy({ AppInstance, Bot: bot({ Configuration: undefined }) })).rejects.toThrow('required key [Configuration] not found');
  });
});

test('types of which only the identifiers matter', async () => {
  await deploy({
    Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } },
    Subnet: { Type: 'AWS::EC2::Subnet', Properties: { VpcId: { Ref: 'Vpc' }, CidrBlock: '10.0.0.0/24' } },
    Group: { Type: 'AWS::EC2::SecurityGroup', Properties: { GroupDescription: 'g', VpcId: { Ref: 'Vpc' } } },
    Key: { Type: 'AWS::KMS::Key', Properties: { KeyPolicy: {} } },
    Logs: { Type: 'AWS::Logs::LogGroup' },
    Metadata: { Type: 'AWS::CDK::Metadata', Properties: { Analytics: 'x' } },
  });
  expect(ref('Vpc')).toMatch(/^vpc-0[0-9a-f]{16}$/);
  expect(getAtt('Subnet', 'VpcId')).toBe(ref('Vpc'));
  expect(getAtt('Group', 'GroupId')).toBe(ref('Group'));
  expect(getAtt('Key', 'Arn')).toBe(`arn:aws:kms:us-east-1:111122223333:key/${ref('Key')}`);
  expect(getAtt('Logs', 'Arn')).toBe(`arn:aws:logs:us-east-1:111122223333:log-group:${ref('Logs')}:*`);
  expect(() => getAtt('Logs', 'Nope')).toThrow('does not support attribute type Nope in Fn::GetAtt');
});

describe('the rules of IAM for policies and names', () => {
  const ofSize = (size: number) => ({ Statement: [{ Effect: 'Allow', Action: 'a'.repeat(size), Resource: '*' }] });
  const policy = (name: string, size: number) => ({
    Type: 'AWS::IAM::Policy', Properties: { PolicyName: name, PolicyDocument: ofSize(size), Roles: [{ Ref: 'Role' }] },
  });
  const reasons = (result: { events: readonly { status: string; reason?: string }[] }) =>
    result.events.filter(({ status }) => status.endsWith('_FAILED')).map(({ reason }) => reason);

  test('the inline policies of a role have 10,240 characters together, white space not counted', async () => {
    expect((await deploy({ Role, One: policy('one', 5000), Two: policy('two', 5000) })).status).toBe('CREATE_COMPLETE');
    const beyond = await deploy({ Role, One: policy('one', 5000), Two: policy('two', 5300) });
    expect(beyond.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(reasons(beyond)[0]).toContain(`Maximum policy size of 10240 bytes exceeded for role ${ref('Role')}`);
    const blank = { ...policy('two', 4900).Properties, PolicyDocument: { Sid: ' '.repeat(9000), ...ofSize(4900) } };
    expect((await deploy({ Role, One: policy('one', 5000), Two: { Type: 'AWS::IAM::Policy', Properties: blank } })).status).toBe('UPDATE_COMPLETE');
  });

  test('a managed policy has 6,144 characters, and a name of its own in the account', async () => {
    const managed = (size: number) => ({
      Type: 'AWS::IAM::ManagedPolicy', Properties: { ManagedPolicyName: 'one-of-a-kind', PolicyDocument: ofSize(size) },
    });
    expect(reasons(await deploy({ P: managed(6144) }))[0]).toContain('Cannot exceed quota for PolicySize: 6144');
    await deploy({ P: managed(10) });
    const elsewhere = await deploy({ P: managed(10) }, { region: 'eu-west-1' });
    expect(reasons(elsewhere)[0]).toContain('A policy called one-of-a-kind already exists. Duplicate names are not allowed.');
    await engine.deleteStack({ stackName });
  });

  test('a role has its name alone in the account, in all Regions and paths', async () => {
    const named = { ...Role, Properties: { ...(Role as { Properties: object }).Properties, RoleName: 'one-name' } };
    await deploy({ R: named });
    const elsewhere = await deploy({ R: { ...named, Properties: { ...named.Properties, Path: '/other/' } } }, { region: 'eu-west-1' });
    expect(reasons(elsewhere)[0]).toContain('Role with name one-name already exists.');
    await engine.deleteStack({ stackName });
  });

  test('two stacks that use one policy name on one role overwrite and delete each other\'s', async () => {
    await deploy({ Role });
    const roleName = ref('Role');
    const arn = getAtt('Role', 'Arn');
    const other = (action: string) => ({
      P: { Type: 'AWS::IAM::Policy', Properties: { PolicyName: 'same', PolicyDocument: statement(action), Roles: [roleName] } },
    });
    const names = [`${stackName}-a`, `${stackName}-b`];
    for (const name of names) {
      await deploy(other(`x:${name}`), { stackName: name });
    }
    expect(engine.role(arn)!.policies).toEqual([statement(`x:${names[1]}`)]);
    await engine.deleteStack({ stackName: names[0] });
    expect(engine.role(arn)!.policies).toEqual([]);
  });

  test('a role that others have given policies cannot be deleted', async () => {
    await deploy({ Role });
    const other = `${stackName}-other`;
    await deploy({ P: { Type: 'AWS::IAM::Policy', Properties: { PolicyName: 'p', PolicyDocument: statement('x:Y'), Roles: [ref('Role')] } } }, { stackName: other });
    const kept = await engine.deleteStack({ stackName });
    expect([kept.status, reasons(kept)[0]]).toEqual(['DELETE_FAILED', expect.stringContaining('Cannot delete entity, must delete policies first.')]);
    await engine.deleteStack({ stackName: other });
    expect((await engine.deleteStack({ stackName })).status).toBe('DELETE_COMPLETE');
  });
});
