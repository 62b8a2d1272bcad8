import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { custom, templateOf } from './scripted-handler';
import { LocalCloudFormation } from '../../../local-aws/cloudformation/engine';
import { RESOURCE_TYPES } from '../../../local-aws/cloudformation/resource-types';
import type { Stack, StackInput, StackResult } from '../../../local-aws/cloudformation/stack';

let cloudFormation: LocalCloudFormation;
let directory: string;
let stacks = 0;
let stackName: string;
let assets: Map<string, string>;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'nested-stacks-test-'));
  cloudFormation = await LocalCloudFormation.start({
    resourceTypes: RESOURCE_TYPES, seed: 'nested', lambdaOptions: { reuseProcesses: true, retryWaitScale: 0.0001 },
  });
});
afterAll(async () => {
  await cloudFormation.stop();
  rmSync(directory, { recursive: true });
});
beforeEach(() => {
  stacks += 1;
  stackName = `parent${stacks}`;
  assets = new Map();
});

/** A resource whose template lies in a bucket, as file assets of the CDK do. */
function nested(template: object, properties: object = {}): object {
  const key = `${stackName}-${assets.size}.json`;
  const file = join(directory, key);
  writeFileSync(file, JSON.stringify(template));
  assets.set(key, file);
  const url = { 'Fn::Sub': `https://s3.\${AWS::Region}.\${AWS::URLSuffix}/assets-\${AWS::AccountId}/${key}` };
  return { Type: 'AWS::CloudFormation::Stack', Properties: { TemplateURL: url, ...properties } };
}

const deploy = (resources: Record<string, object>, options: Partial<StackInput> & { Outputs?: object } = {}) => {
  const { Outputs, ...rest } = options;
  return cloudFormation.deploy({ stackName, template: templateOf(resources, { Outputs }), assets, ...rest });
};
const FAILURE = { Type: 'AWS::IAM::ManagedPolicy', Properties: { PolicyDocument: {}, Roles: ['nobody'] } };
const failureAfter = (...DependsOn: string[]) => ({ ...FAILURE, DependsOn });
const child = (logicalId = 'Nested'): Stack =>
  cloudFormation.stacks.filter((stack) => stack.parent?.name === stackName && stack.name.startsWith(`${stackName}-${logicalId}-`)).at(-1)!;
const statuses = (stack: Stack) => stack.events.filter(({ physicalId }) => physicalId === stack.id).map(({ status }) => status);
const requests = () => cloudFormation.requests.filter(({ stackId }) => stackId.includes(`:stack/${stackName}`))
  .map(({ requestType, logicalId, physicalId }) => [requestType, logicalId, physicalId].join(' ').trim());
const historyOf = ({ events }: Pick<StackResult, 'events'>, logicalId: string) =>
  events.filter((event) => event.logicalId === logicalId).map(({ status, reason }) => reason ? `${status}: ${reason}` : status);

test('a nested stack has an id, a name and events of its own, gets parameters, and gives outputs', async () => {
  const template = templateOf({ A: custom({ Name: { Ref: 'Word' }, Id: 'a' }) }, {
    Parameters: { Word: { Type: 'String' }, Words: { Type: 'CommaDelimitedList' } },
    Outputs: { Both: { Value: { 'Fn::Join': ['/', [{ 'Fn::GetAtt': ['A', 'Name'] }, { 'Fn::Select': [1, { Ref: 'Words' }] }]] } } },
  });
  const result = await deploy(
    { Nested: nested(template, { Parameters: { Word: 'one', Words: ['two', 'three'] } }) },
    { Outputs: { Both: { Value: { 'Fn::GetAtt': ['Nested', 'Outputs.Both'] } }, Id: { Value: { Ref: 'Nested' } } } },
  );
  expect(result).toMatchObject({ status: 'CREATE_COMPLETE', outputs: { Both: 'one/three', Id: child().id } });
  expect(child().name).toMatch(new RegExp(`^${stackName}-Nested-[A-Za-z0-9]{12}$`));
  expect(child().id).toContain(`:stack/${child().name}/`);
  expect(statuses(child())).toEqual(['CREATE_IN_PROGRESS', 'CREATE_COMPLETE']);
  expect(result.events.filter(({ logicalId }) => logicalId === 'Nested').map(({ status, physicalId }) => [status, physicalId])).toEqual([
    ['CREATE_IN_PROGRESS', undefined], ['CREATE_IN_PROGRESS', child().id], ['CREATE_COMPLETE', child().id],
  ]);
  expect((await cloudFormation.deleteStack({ stackName })).status).toBe('DELETE_COMPLETE');
  expect(requests()).toEqual(['Create A', 'Delete A a']);
  expect(statuses(child()).slice(2)).toEqual(['DELETE_IN_PROGRESS', 'DELETE_COMPLETE']);
});

test('one whose template cannot be found, and one that is nested in a nested one', async () => {
  const missing = { Type: 'AWS::CloudFormation::Stack', Properties: { TemplateURL: 'https://assets.s3.us-east-1.amazonaws.com/missing.json' } };
  expect(historyOf(await deploy({ Nested: missing }), 'Nested')).toContain('CREATE_FAILED: S3 error: The specified key does not exist.');
  await expect(deploy({ Nested: { Type: 'AWS::CloudFormation::Stack', Properties: {} } })).rejects.toThrow('required key [TemplateURL] not found');

  const inner = nested(templateOf({ A: custom({ Id: 'a' }) }));
  expect((await deploy({ Nested: nested({ Resources: { Inner: inner } }) })).status).toBe('CREATE_COMPLETE');
  const [grandchild] = cloudFormation.stacks.filter((stack) => stack.parent === child());
  expect(grandchild.status).toBe('CREATE_COMPLETE');
  await cloudFormation.deleteStack({ stackName });
  expect([child().status, grandchild.status]).toEqual(['DELETE_COMPLETE', 'DELETE_COMPLETE']);
});

test('a creation that fails around a nested stack deletes it, though it is complete', async () => {
  const result = await deploy({ Nested: nested(templateOf({ A: custom({ Id: 'a' }) })), Failure: failureAfter('Nested') });
  expect(result.status).toBe('ROLLBACK_COMPLETE');
  expect(statuses(child())).toEqual(['CREATE_IN_PROGRESS', 'CREATE_COMPLETE', 'DELETE_IN_PROGRESS', 'DELETE_COMPLETE']);
  expect(requests()).toEqual(['Create A', 'Delete A a']);
});

test('a nested stack whose creation fails rolls back, says why to the stack around it, and is deleted with that', async () => {
  const result = await deploy({ Nested: nested(templateOf({ A: custom({ OnCreate: 'fail:because' }) })) });
  expect(result.status).toBe('ROLLBACK_COMPLETE');
  expect(historyOf(result, 'Nested')[2]).toBe(`CREATE_FAILED: Embedded stack ${child().id} was not successfully created: `
    + 'The following resource(s) failed to create: [A]. Rollback requested by user.');
  expect(statuses(child())).toEqual([
    'CREATE_IN_PROGRESS', 'ROLLBACK_IN_PROGRESS', 'ROLLBACK_COMPLETE', 'DELETE_IN_PROGRESS', 'DELETE_COMPLETE',
  ]);
});

test('a creation that is cancelled ends the nested stack, too, which does not roll back by itself', async () => {
  const template = templateOf({ A: custom({ Id: 'a', OnCreate: `hold:${join(directory, stackName)}` }) });
  const result = await deploy({ Nested: nested(template), Failure: FAILURE });
  writeFileSync(join(directory, stackName), '');
  await cloudFormation.lambda.settled();
  expect(result.status).toBe('ROLLBACK_COMPLETE');
  expect(statuses(child())).toEqual(['CREATE_IN_PROGRESS', 'DELETE_IN_PROGRESS', 'DELETE_COMPLETE']);
});

describe('an update', () => {
  const before = (Name: string, more: object = {}) => templateOf({ A: custom({ Name, Id: 'a' }), ...more });

  test('reaches the nested stacks that change, and they clean up with the stack around them', async () => {
    await deploy({ Nested: nested(before('1', { B: custom({ Id: 'b' }) })), Same: nested(before('same')) });
    const [changed, same] = [child(), child('Same')];
    const result = await deploy({
      Nested: nested(before('2')),
      Same: { ...nested(before('same')), DependsOn: 'Nested' },
      Last: custom({ Id: 'last' }, { DependsOn: 'Same' }),
    });
    expect(result.status).toBe('UPDATE_COMPLETE');
    expect(child()).toBe(changed);
    expect(statuses(changed).slice(2)).toEqual(['UPDATE_IN_PROGRESS', 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'UPDATE_COMPLETE']);
    expect(statuses(same)).toEqual(['CREATE_IN_PROGRESS', 'CREATE_COMPLETE']);
    expect(requests().slice(3)).toEqual(['Update A a', 'Create Last', 'Delete B b']);
  });

  test('that fails afterwards rolls the nested stacks back that it has changed, and deletes those that it has made', async () => {
    await deploy({ Nested: nested(before('1', { B: custom({ Id: 'b' }) })), Same: nested(before('same')) });
    const [changed, same] = [child(), child('Same')];
    const result = await deploy({
      Nested: nested(before('2', { C: custom({ Id: 'c' }) })),
      Same: nested(before('same')),
      New: nested(before('new')),
      Failure: failureAfter('Nested', 'New', 'Same'),
    });
    expect(result.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(statuses(changed).slice(2)).toEqual([
      'UPDATE_IN_PROGRESS', 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
      'UPDATE_ROLLBACK_IN_PROGRESS', 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS', 'UPDATE_ROLLBACK_COMPLETE',
    ]);
    expect(statuses(same)).toEqual(['CREATE_IN_PROGRESS', 'CREATE_COMPLETE']);
    expect(statuses(child('New')).slice(2)).toEqual(['DELETE_IN_PROGRESS', 'DELETE_COMPLETE']);
    expect(changed.liveResources().map(({ logicalId, properties }) => [logicalId, properties.Name]).slice(2)).toEqual([['A', '1'], ['B', undefined]]);
    // B was never asked to go, as the cleanup had not begun.
    expect(requests()).not.toContain('Delete B b');
    expect(requests()).toContain('Delete C c');
    await cloudFormation.deleteStack({ stackName });
    expect([changed.status, same.status]).toEqual(['DELETE_COMPLETE', 'DELETE_COMPLETE']);
  });

  test('that fails in a nested stack rolls that back at once, and then the stack around it', async () => {
    await deploy({ Nested: nested(before('1')) });
    const result = await deploy({ Nested: nested(templateOf({ A: custom({ Name: '2', Id: 'a', OnUpdate: 'fail:because' }) })) });
    expect(result.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(historyOf(result, 'Nested')[1]).toBe(`UPDATE_FAILED: Embedded stack ${child().id} was not successfully updated. `
      + 'Currently in UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS with reason: The following resource(s) failed to update: [A].');
    expect(statuses(child()).slice(2)).toEqual([
      'UPDATE_IN_PROGRESS', 'UPDATE_ROLLBACK_IN_PROGRESS', 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS', 'UPDATE_ROLLBACK_COMPLETE',
    ]);
  });

  test('that is left after a failure goes on later, forward or back', async () => {
    await deploy({ Nested: nested(before('1', { B: custom({ Id: 'b' }) })) });
    const second = { Nested: nested(before('2')) };
    expect((await deploy({ ...second, Failure: failureAfter('Nested') }, { disableRollback: true })).status).toBe('UPDATE_FAILED');
    expect(child().status).toBe('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    expect((await deploy(second)).status).toBe('UPDATE_COMPLETE');
    expect(child().status).toBe('UPDATE_COMPLETE');
    expect(requests().slice(2)).toEqual(['Update A a', 'Delete B b']);

    await deploy({ Nested: nested(before('3')), Failure: failureAfter('Nested') }, { disableRollback: true });
    expect((await cloudFormation.rollbackStack({ stackName })).status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(child().status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(child().resource('A')!.properties.Name).toBe('2');
  });

  test('whose rollback gets stuck in a nested stack goes on with that of the stack around it', async () => {
    const gate = join(directory, `${stackName}-gate`);
    const versions = ['1', '2'].map((Name) => templateOf({ A: custom({ Name, Id: 'a', OnUpdate: Name === '1' ? `once:${gate}` : 'succeed' }) }));
    await deploy({ Nested: nested(versions[0]) });
    const result = await deploy({ Nested: nested(versions[1]), Failure: failureAfter('Nested') });
    expect([result.status, child().status]).toEqual(['UPDATE_ROLLBACK_FAILED', 'UPDATE_ROLLBACK_FAILED']);
    expect((await cloudFormation.continueUpdateRollback({ stackName })).status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(child().status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(child().resource('A')!.properties.Name).toBe('1');
  });

  test('that is cancelled ends the nested one, which is rolled back with the stack around it', async () => {
    await deploy({ Nested: nested(before('1')) });
    const held = templateOf({ A: custom({ Name: '2', Id: 'a', OnUpdate: `hold:${join(directory, stackName)}` }) });
    const result = await deploy({ Nested: nested(held), Failure: FAILURE });
    writeFileSync(join(directory, stackName), '');
    await cloudFormation.lambda.settled();
    expect(result.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(statuses(child()).slice(2)).toEqual([
      'UPDATE_IN_PROGRESS', 'UPDATE_ROLLBACK_IN_PROGRESS', 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS', 'UPDATE_ROLLBACK_COMPLETE',
    ]);
  });
});
