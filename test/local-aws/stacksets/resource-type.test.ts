import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalCloudFormation } from '../../../local-aws/cloudformation/engine';
import { RESOURCE_TYPES } from '../../../local-aws/cloudformation/resource-types';
import { Organization } from '../../../local-aws/stacksets/organization';

const MANAGEMENT = '999999999999';
const ACCOUNTS = ['111111111111', '222222222222', '333333333333'];
let organization: Organization;
let engine: LocalCloudFormation;
let folder: string;

beforeEach(async () => {
  organization = new Organization(MANAGEMENT);
  ['ou-one', 'ou-two'].forEach((unit) => organization.addUnit(unit));
  organization.placeAccount(ACCOUNTS[0], 'ou-one');
  organization.placeAccount(ACCOUNTS[1], 'ou-one');
  organization.placeAccount(ACCOUNTS[2], 'ou-two');
  engine = await LocalCloudFormation.start({ resourceTypes: RESOURCE_TYPES, organization, accountId: MANAGEMENT });
  folder = mkdtempSync(join(tmpdir(), 'stack-set-'));
});
afterEach(async () => {
  await engine.stop();
  rmSync(folder, { recursive: true });
});

const memberTemplate = (value = 'one') => JSON.stringify({
  Resources: { Parameter: { Type: 'AWS::SSM::Parameter', Properties: { Name: '/shared', Type: 'String', Value: value } } },
  Outputs: { Value: { Value: value } },
});
const group = (...units: string[]) => ({ DeploymentTargets: { OrganizationalUnitIds: units }, Regions: ['us-east-1'] });
const templateOf = (properties: object) => ({
  Resources: {
    Members: {
      Type: 'AWS::CloudFormation::StackSet',
      Properties: {
        StackSetName: 'members',
        PermissionModel: 'SERVICE_MANAGED',
        TemplateBody: memberTemplate(),
        StackInstancesGroup: [group('ou-one')],
        OperationPreferences: { FailureToleranceCount: 1, MaxConcurrentCount: 2 },
        ManagedExecution: { Active: true },
        ...properties,
      },
    },
  },
  Outputs: { Id: { Value: { Ref: 'Members' } } },
});
const deploy = (properties: object = {}) => engine.deploy({ stackName: 'management', template: templateOf(properties) });
const values = () => ACCOUNTS.map((accountId) => engine.stacks
  .filter((stack) => stack.accountId === accountId && stack.name.startsWith('StackSet-') && stack.status !== 'DELETE_COMPLETE').at(-1)?.outputs.Value);
const take = (accountId: string) => engine.createStack({ stackName: 'taken', accountId, template: memberTemplate('by hand') });
const reasonOf = ({ events }: Awaited<ReturnType<typeof deploy>>) => events.find(({ status }) => status.endsWith('_FAILED'))?.reason;

test('creates, updates and deletes a stack set with its stacks', async () => {
  const created = await deploy();
  expect([created.status, ...values()]).toEqual(['CREATE_COMPLETE', 'one', 'one', undefined]);
  expect(created.outputs.Id).toBe(engine.stackSets.stackSet('members').id);

  expect((await deploy({ TemplateBody: memberTemplate('two') })).status).toBe('UPDATE_COMPLETE');
  expect(values()).toEqual(['two', 'two', undefined]);

  const moved = { TemplateBody: memberTemplate('three'), StackInstancesGroup: [group('ou-two')] };
  expect((await deploy(moved)).status).toBe('UPDATE_COMPLETE');
  expect(values()).toEqual([undefined, undefined, 'three']);

  expect((await engine.deleteStack({ stackName: 'management' })).status).toBe('DELETE_COMPLETE');
  expect(values()).toEqual([undefined, undefined, undefined]);
  expect(() => engine.stackSets.stackSet('members')).toThrow('not found');
});

test('is complete although accounts fail, as long as those are tolerated', async () => {
  await take(ACCOUNTS[0]);
  expect((await deploy()).status).toBe('CREATE_COMPLETE');
  expect(values()).toEqual([undefined, 'one', undefined]);
});

test('fails beyond the tolerance, and the rollback removes the stacks of all accounts', async () => {
  await take(ACCOUNTS[1]);
  const result = await deploy({ OperationPreferences: {} });
  expect(result.status).toBe('ROLLBACK_COMPLETE');
  expect(reasonOf(result)).toMatch(/Operation .* FAILED: 1 stack instances failed and 0 were cancelled. The first failure: .*The parameter \/shared already exists/);
  expect(values()).toEqual([undefined, undefined, undefined]);
  expect(() => engine.stackSets.stackSet('members')).toThrow('not found');
});

test('an update beyond the tolerance rolls all accounts back', async () => {
  await deploy();
  await take(ACCOUNTS[2]);
  const result = await deploy({ OperationPreferences: {}, TemplateBody: memberTemplate('two'), StackInstancesGroup: [group('ou-one'), group('ou-two')] });
  expect(result.status).toBe('UPDATE_ROLLBACK_COMPLETE');
  expect(values()).toEqual(['one', 'one', undefined]);
});

test('cannot be deleted before its stacks are', async () => {
  await deploy();
  const { stackName } = engine.stackSets.stackSet('members').instances.get(`${ACCOUNTS[0]}/us-east-1`)!;
  const exporting = JSON.stringify({ ...JSON.parse(memberTemplate()), Outputs: { Out: { Value: 'x', Export: { Name: 'used' } } } });
  await engine.deploy({ stackName, accountId: ACCOUNTS[0], template: exporting });
  await engine.createStack({
    stackName: 'user',
    accountId: ACCOUNTS[0],
    template: { Resources: { P: { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value: { 'Fn::ImportValue': 'used' } } } } },
  });
  const result = await engine.deleteStack({ stackName: 'management' });
  expect(result.status).toBe('DELETE_FAILED');
  expect(reasonOf(result)).toContain('StackSet members is not empty: it has 1 stack instances');
});

describe('the template', () => {
  test('comes from a bucket, and may then be larger', async () => {
    const file = join(folder, 'template.json');
    writeFileSync(file, memberTemplate('stored').padEnd(60_000));
    const result = await engine.deploy({
      stackName: 'management',
      template: templateOf({ TemplateBody: { Ref: 'AWS::NoValue' }, TemplateURL: 'https://s3.us-east-1.amazonaws.com/bucket/key.json' }),
      assets: new Map([['key.json', file]]),
    });
    expect([result.status, ...values()]).toEqual(['CREATE_COMPLETE', 'stored', 'stored', undefined]);
  });

  test.each<[string, object, string]>([
    ['that is not in the bucket', { TemplateBody: { Ref: 'AWS::NoValue' }, TemplateURL: 'https://s3.us-east-1.amazonaws.com/bucket/none.json' }, 'The specified key does not exist.'],
    ['of two sources', { TemplateURL: 'https://s3.us-east-1.amazonaws.com/bucket/key.json' }, 'Exactly one of TemplateBody and TemplateURL is required'],
    ['of no source', { TemplateBody: { Ref: 'AWS::NoValue' } }, 'Exactly one of TemplateBody and TemplateURL is required'],
    ['with a nested stack', { TemplateBody: JSON.stringify({ Resources: { N: { Type: 'AWS::CloudFormation::Stack' } } }) }, 'nested stacks'],
    ['of another permission model', { PermissionModel: 'SELF_MANAGED' }, 'service-managed permissions only, not SELF_MANAGED'],
    ['for the management account', {
      StackInstancesGroup: [{ ...group('ou-one'), DeploymentTargets: { OrganizationalUnitIds: ['ou-one'], Accounts: [MANAGEMENT], AccountFilterType: 'UNION' } }],
    }, 'The management account 999999999999 cannot be a target'],
  ])('%s is refused', async (_name, properties, message) => {
    const result = await deploy(properties);
    expect(result.status).toBe('ROLLBACK_COMPLETE');
    expect(reasonOf(result)).toContain(message);
    expect(() => engine.stackSets.stackSet('members')).toThrow('not found');
  });

  test('is too large for the request with the stack of the management account, and so is that', async () => {
    await expect(deploy({ TemplateBody: memberTemplate().padEnd(51_201) })).rejects.toThrow('\'templateBody\' failed to satisfy constraint');
  });
});

test('a member account cannot have one', async () => {
  const result = await engine.deploy({ stackName: 'management', accountId: ACCOUNTS[0], template: templateOf({}) });
  expect(reasonOf(result)).toContain(`Account ${ACCOUNTS[0]} is not the management account of the organization`);
});
