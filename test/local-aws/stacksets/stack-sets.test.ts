import { LocalCloudFormation } from '../../../local-aws/cloudformation/engine';
import { RESOURCE_TYPES } from '../../../local-aws/cloudformation/resource-types';
import { Organization } from '../../../local-aws/stacksets/organization';
import type { StackSet, StackSetDefinition } from '../../../local-aws/stacksets/stack-sets';

const MANAGEMENT = '999999999999';
const REGION = 'us-east-1';
const [FIRST, SECOND, THIRD] = ['111111111111', '222222222222', '333333333333'];
const GROUP = { DeploymentTargets: { OrganizationalUnitIds: ['ou-all'] }, Regions: [REGION] };
const TOLERANT = { FailureToleranceCount: 2, MaxConcurrentCount: 3 };

let organization: Organization;
let engine: LocalCloudFormation;

beforeEach(async () => {
  organization = new Organization(MANAGEMENT);
  organization.addUnit('ou-all');
  organization.addUnit('ou-other');
  [FIRST, SECOND, THIRD].forEach((accountId) => organization.placeAccount(accountId, 'ou-all'));
  engine = await LocalCloudFormation.start({ resourceTypes: RESOURCE_TYPES, organization, accountId: MANAGEMENT, region: REGION });
});
afterEach(() => engine.stop());

/** A parameter whose name is taken in an account fails there. */
const templateOf = (value: string, name = '/shared') => JSON.stringify({
  Parameters: { Suffix: { Type: 'String', Default: '' } },
  Resources: { Parameter: { Type: 'AWS::SSM::Parameter', Properties: { Name: name, Type: 'String', Value: { 'Fn::Sub': `${value}\${Suffix}` } } } },
  Outputs: { Value: { Value: { 'Fn::GetAtt': ['Parameter', 'Value'] } } },
});
const definitionOf = (value: string, rest: Partial<StackSetDefinition> = {}): StackSetDefinition => ({
  templateBody: templateOf(value), templateSource: 'BODY', ...rest,
});
const create = (definition = definitionOf('one')) => engine.stackSets.create('set', definition, { accountId: MANAGEMENT });
const take = (accountId: string, name = '/shared') => engine.createStack({ stackName: 'taken', accountId, template: templateOf('by hand', name) });
const release = (accountId: string) => engine.deleteStack({ stackName: 'taken', accountId });
const stacksIn = (accountId: string) => engine.stacks.filter((stack) => stack.accountId === accountId && stack.name.startsWith('StackSet-set-'));
const valueIn = (accountId: string) => {
  const stack = stacksIn(accountId).at(-1);
  return stack?.status === 'DELETE_COMPLETE' ? undefined : stack?.outputs.Value;
};
const statusOf = (stackSet: StackSet, accountId: string) => {
  const { status, detailedStatus } = stackSet.instances.get(`${accountId}/${REGION}`) ?? {};
  return [status, detailedStatus];
};

test('creates a stack in each account', async () => {
  const stackSet = create();
  const operation = await engine.stackSets.createInstances(stackSet, GROUP, TOLERANT);
  expect(operation.status).toBe('SUCCEEDED');
  expect([FIRST, SECOND, THIRD].map(valueIn)).toEqual(['one', 'one', 'one']);
  expect(statusOf(stackSet, FIRST)).toEqual(['CURRENT', 'SUCCEEDED']);
  const instance = stackSet.instances.get(`${FIRST}/${REGION}`)!;
  expect(instance.stackId).toBe(engine.stack({ stackName: instance.stackName, accountId: FIRST })!.id);
  expect(instance.stackName).toMatch(/^StackSet-set-[0-9a-f-]{36}$/);
});

test('gives parameters to all, and overrides to some', async () => {
  const stackSet = create(definitionOf('one', { parameters: { Suffix: '-for all' } }));
  await engine.stackSets.createInstances(stackSet, {
    ...GROUP,
    DeploymentTargets: { ...GROUP.DeploymentTargets, Accounts: [FIRST], AccountFilterType: 'INTERSECTION' },
    ParameterOverrides: [{ ParameterKey: 'Suffix', ParameterValue: '-for one' }],
  });
  await engine.stackSets.createInstances(stackSet, {
    ...GROUP, DeploymentTargets: { ...GROUP.DeploymentTargets, Accounts: [FIRST], AccountFilterType: 'DIFFERENCE' },
  });
  expect([FIRST, SECOND].map(valueIn)).toEqual(['one-for one', 'one-for all']);
});

test('a failing account tells why, and the others go on', async () => {
  await take(SECOND);
  const stackSet = create();
  const operation = await engine.stackSets.createInstances(stackSet, GROUP, TOLERANT);
  expect(operation.status).toBe('SUCCEEDED');
  expect([FIRST, THIRD].map(valueIn)).toEqual(['one', 'one']);
  expect(statusOf(stackSet, SECOND)).toEqual(['OUTDATED', 'FAILED']);
  expect(stackSet.instances.get(`${SECOND}/${REGION}`)!.statusReason).toBe('ResourceLogicalId:Parameter, ResourceType:AWS::SSM::Parameter, '
    + 'ResourceStatusReason:Resource handler returned message: "The parameter /shared already exists." (AWS::SSM::Parameter).');
});

test('a template that an account cannot take is its failure', async () => {
  const lookUp = JSON.stringify({
    Mappings: { Names: { [FIRST]: { Name: 'one' }, [THIRD]: { Name: 'three' } } },
    Resources: {
      Parameter: { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value: { 'Fn::FindInMap': ['Names', { Ref: 'AWS::AccountId' }, 'Name'] } } },
    },
  });
  const stackSet = create({ templateBody: lookUp, templateSource: 'BODY' });
  await engine.stackSets.createInstances(stackSet, GROUP, TOLERANT);
  expect([FIRST, SECOND, THIRD].map((accountId) => statusOf(stackSet, accountId)[1])).toEqual(['SUCCEEDED', 'FAILED', 'SUCCEEDED']);
  expect(stackSet.instances.get(`${SECOND}/${REGION}`)!.statusReason).toBe(`Template error: Unable to get mapping for Names::${SECOND}::Name`);
});

test('what is cancelled is outdated', async () => {
  await take(FIRST);
  const stackSet = create();
  const operation = await engine.stackSets.createInstances(stackSet, GROUP);
  expect(operation.status).toBe('FAILED');
  expect(statusOf(stackSet, THIRD)).toEqual(['OUTDATED', 'CANCELLED']);
  expect(stacksIn(THIRD)).toEqual([]);
});

test('an update brings all along, those that failed before, too', async () => {
  await take(SECOND);
  const stackSet = create();
  await engine.stackSets.createInstances(stackSet, GROUP, TOLERANT);
  await release(SECOND);
  const operation = await engine.stackSets.update(stackSet, definitionOf('two'), TOLERANT);
  expect([operation.status, operation.count('SUCCEEDED')]).toEqual(['SUCCEEDED', 3]);
  expect([FIRST, SECOND, THIRD].map(valueIn)).toEqual(['two', 'two', 'two']);
});

test('an update that changes nothing in an account succeeds there', async () => {
  const stackSet = create();
  await engine.stackSets.createInstances(stackSet, GROUP, TOLERANT);
  const operation = await engine.stackSets.update(stackSet, definitionOf('one'), TOLERANT);
  expect([operation.status, operation.count('SUCCEEDED')]).toEqual(['SUCCEEDED', 3]);
});

test('an update that fails leaves an account as it was, and outdated', async () => {
  const stackSet = create();
  await engine.stackSets.createInstances(stackSet, GROUP, TOLERANT);
  await take(SECOND, '/elsewhere');
  const operation = await engine.stackSets.update(stackSet, { templateBody: templateOf('two', '/elsewhere'), templateSource: 'BODY' }, TOLERANT);
  expect(operation.status).toBe('SUCCEEDED');
  expect(statusOf(stackSet, SECOND)).toEqual(['OUTDATED', 'FAILED']);
  expect([FIRST, SECOND, THIRD].map(valueIn)).toEqual(['two', 'one', 'two']);
});

test('removes instances with their stacks, or leaves the stacks', async () => {
  const stackSet = create();
  await engine.stackSets.createInstances(stackSet, GROUP, TOLERANT);
  expect(() => engine.stackSets.delete(stackSet)).toThrow('StackSet set is not empty: it has 3 stack instances');
  const only = { ...GROUP, DeploymentTargets: { ...GROUP.DeploymentTargets, Accounts: [FIRST], AccountFilterType: 'INTERSECTION' } };
  await engine.stackSets.deleteInstances(stackSet, only, TOLERANT, true);
  expect([valueIn(FIRST), stackSet.instances.size]).toEqual(['one', 2]);
  await engine.stackSets.deleteInstances(stackSet, GROUP, TOLERANT);
  expect([FIRST, SECOND, THIRD].map(valueIn)).toEqual(['one', undefined, undefined]);
  engine.stackSets.delete(stackSet);
  expect(() => engine.stackSets.stackSet('set')).toThrow('StackSet set not found');
});

test('an instance whose stack cannot be deleted is inoperable, and left out of updates', async () => {
  const stackSet = create();
  await engine.stackSets.createInstances(stackSet, GROUP, TOLERANT);
  const { stackName } = stackSet.instances.get(`${SECOND}/${REGION}`)!;
  const exporting = JSON.stringify({ ...JSON.parse(templateOf('one')), Outputs: { Out: { Value: 'x', Export: { Name: 'used' } } } });
  await engine.deploy({ stackName, accountId: SECOND, template: exporting });
  await engine.createStack({
    stackName: 'user', accountId: SECOND, template: { Resources: { Parameter: { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value: { 'Fn::ImportValue': 'used' } } } } },
  });
  const operation = await engine.stackSets.deleteInstances(stackSet, GROUP, TOLERANT);
  expect([operation.status, operation.count('FAILED')]).toEqual(['SUCCEEDED', 1]);
  expect(statusOf(stackSet, SECOND)).toEqual(['INOPERABLE', 'INOPERABLE']);
  expect(stackSet.instances.get(`${SECOND}/${REGION}`)!.statusReason).toBe('Export used cannot be deleted as it is in use by user');
  expect((await engine.stackSets.update(stackSet, definitionOf('two'))).results).toEqual([]);
  expect(() => engine.stackSets.delete(stackSet)).toThrow('is not empty: it has 1 stack instances');
});

test('suspended accounts are skipped', async () => {
  organization.suspended.add(SECOND);
  const stackSet = create();
  expect((await engine.stackSets.createInstances(stackSet, GROUP, TOLERANT)).status).toBe('SUCCEEDED');
  expect(statusOf(stackSet, SECOND)).toEqual(['OUTDATED', 'SKIPPED_SUSPENDED_ACCOUNT']);
  expect(stacksIn(SECOND)).toEqual([]);
});

describe('automatic deployment', () => {
  const JOINING = '444444444444';
  const automatic = (retainStacksOnAccountRemoval = false) => definitionOf('one', { autoDeployment: { enabled: true, retainStacksOnAccountRemoval } });

  test('follows an account that joins, and one that leaves', async () => {
    const stackSet = create(automatic());
    await engine.stackSets.createInstances(stackSet, GROUP, TOLERANT);
    organization.placeAccount(JOINING, 'ou-all');
    organization.placeAccount(FIRST, 'ou-other');
    organization.removeAccount(SECOND);
    await engine.stackSets.settled();
    expect([JOINING, FIRST, SECOND, THIRD].map(valueIn)).toEqual(['one', undefined, undefined, 'one']);
    expect(engine.stackSets.operations.map(({ action, status }) => `${action} ${status}`)).toEqual([
      'CREATE SUCCEEDED', 'CREATE SUCCEEDED', 'DELETE SUCCEEDED', 'DELETE SUCCEEDED',
    ]);
  });

  test('may retain the stack of one that leaves', async () => {
    const stackSet = create(automatic(true));
    await engine.stackSets.createInstances(stackSet, GROUP, TOLERANT);
    organization.placeAccount(FIRST, 'ou-other');
    await engine.stackSets.settled();
    expect([valueIn(FIRST), stackSet.instances.has(`${FIRST}/${REGION}`)]).toEqual(['one', false]);
  });

  test('does nothing for a move within the targets or outside of them, nor when it is off', async () => {
    organization.addUnit('ou-inner', 'ou-all');
    const stackSet = create(automatic());
    await engine.stackSets.createInstances(stackSet, GROUP, TOLERANT);
    organization.placeAccount(FIRST, 'ou-inner');
    organization.placeAccount(JOINING, 'ou-other');
    await engine.stackSets.update(stackSet, definitionOf('one'), TOLERANT);
    organization.placeAccount(JOINING, 'ou-all');
    await engine.stackSets.settled();
    expect(engine.stackSets.operations.map(({ action }) => action)).toEqual(['CREATE', 'UPDATE']);
    expect(valueIn(FIRST)).toBe('one');
  });
});

describe('two operations at once', () => {
  test('are refused', async () => {
    const stackSet = create();
    const first = engine.stackSets.createInstances(stackSet, GROUP, TOLERANT);
    await expect(engine.stackSets.update(stackSet, definitionOf('two'))).rejects.toThrow('An operation on stack set set is in progress');
    expect(() => engine.stackSets.delete(stackSet)).toThrow('not empty');
    expect((await first).status).toBe('SUCCEEDED');
    expect(valueIn(FIRST)).toBe('one');
  });

  test('are queued with managed execution', async () => {
    const stackSet = create(definitionOf('one', { managedExecution: true }));
    const first = engine.stackSets.createInstances(stackSet, GROUP, TOLERANT);
    const second = engine.stackSets.update(stackSet, definitionOf('two', { managedExecution: true }), TOLERANT);
    expect((await Promise.all([first, second])).map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
    expect([FIRST, SECOND, THIRD].map(valueIn)).toEqual(['two', 'two', 'two']);
  });
});

test('wrong preferences change nothing', async () => {
  const stackSet = create();
  await expect(engine.stackSets.createInstances(stackSet, GROUP, { MaxConcurrentCount: 0 })).rejects.toThrow('must be a whole number of at least 1');
  expect([stackSet.instances.size, stackSet.groups, engine.stackSets.operations]).toEqual([0, [], []]);
});

describe('who may', () => {
  const createAs = (accountId: string, callAs?: string) => () => engine.stackSets.create('set', definitionOf('one'), { accountId, callAs });

  test('the management account, and delegated administrators who say so', () => {
    expect(createAs(FIRST)).toThrow(`Account ${FIRST} is not the management account of the organization`);
    expect(createAs(FIRST, 'DELEGATED_ADMIN')).toThrow(`Account used is not a delegated administrator: ${FIRST}`);
    organization.delegatedAdministrators.add(FIRST);
    expect(createAs(FIRST, 'DELEGATED_ADMIN')().name).toBe('set');
  });

  test('nobody without trusted access', () => {
    organization.trustedAccess = false;
    expect(createAs(MANAGEMENT)).toThrow('You must enable organizations access to operate a service managed stack set');
  });

  test('nobody twice under one name, or under a wrong one', () => {
    create();
    expect(createAs(MANAGEMENT)).toThrow('StackSet set already exists');
    expect(() => engine.stackSets.create('1st', definitionOf('one'), { accountId: MANAGEMENT })).toThrow('\'stackSetName\' failed to satisfy constraint');
  });
});
