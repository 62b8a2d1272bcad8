import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { custom, templateOf } from './scripted-handler';
import { DEFAULT_ASSUMPTIONS } from '../../../local-aws/cloudformation/assumptions';
import { LocalCloudFormation } from '../../../local-aws/cloudformation/engine';
import { RESOURCE_TYPES } from '../../../local-aws/cloudformation/resource-types';
import type { StackResult } from '../../../local-aws/cloudformation/stack';

let cloudFormation: LocalCloudFormation;
let stacks = 0;
let stackName: string;
let directory: string;
/** Resources that hold wait for this file. */
let gate: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'engine-test-'));
  cloudFormation = await LocalCloudFormation.start({ resourceTypes: RESOURCE_TYPES, seed: 'test', lambdaOptions: { reuseProcesses: true, retryWaitScale: 0.0001 } });
});
afterAll(async () => {
  await cloudFormation.stop();
  rmSync(directory, { recursive: true });
});
beforeEach(() => {
  Object.assign(cloudFormation.assumptions, DEFAULT_ASSUMPTIONS);
  stacks += 1;
  stackName = `stack${stacks}`;
  gate = join(directory, `${stackName}-gate`);
});

/** Requests to the custom resources of the stack, also in short: `Create A`, `Delete A id`. */
const requests = () => cloudFormation.requests.filter(({ stackId }) => stackId === cloudFormation.stack(stackName)!.id);
const summary = () => requests().map(({ requestType, logicalId, physicalId }) => [requestType, logicalId, physicalId].join(' ').trim());
const history = (result: StackResult, logicalId: string) =>
  result.events.filter((event) => event.logicalId === logicalId).map((event) => event.status);
const reasonOf = (result: StackResult, logicalId: string, status: string) =>
  result.events.find((event) => event.logicalId === logicalId && event.status === status)?.reason;
const create = (resources: Record<string, object>, rest: object = {}, options: object = {}) =>
  cloudFormation.createStack({ stackName, template: templateOf(resources, rest), ...options });
const update = (resources: Record<string, object>, rest: object = {}, options: object = {}) =>
  cloudFormation.updateStack({ stackName, template: templateOf(resources, rest), ...options });

/** Lets resources that hold go on, and waits for their functions. */
const openGate = async () => {
  writeFileSync(gate, '');
  await cloudFormation.lambda.settled();
};
const until = async (condition: () => boolean) => {
  while (!condition()) {
    await setTimeout(5);
  }
};

describe('create', () => {
  test('creates in dependency order, with the attributes of the answer', async () => {
    const result = await create({
      B: custom({ Name: { 'Fn::Sub': '${A}/${A.Name}' } }),
      A: custom({ Name: 'first', Id: 'id-a', Flag: true, Count: 42, Nothing: null, Gone: { Ref: 'AWS::NoValue' }, List: [1, { Deep: false }] }),
    }, { Outputs: { Name: { Value: { 'Fn::GetAtt': ['B', 'Name'] } } } });

    expect(result).toMatchObject({ status: 'CREATE_COMPLETE', outputs: { Name: 'id-a/first' } });
    expect(summary()).toEqual(['Create A', 'Create B']);
    const arn = cloudFormation.stack(stackName)!.getAtt('Handler', 'Arn');
    expect(requests()[0].properties).toEqual({
      ServiceToken: arn, ServiceTimeout: '60', Name: 'first', Id: 'id-a', Flag: 'true', Count: '42', List: ['1', { Deep: 'false' }],
    });
    expect(result.events.filter(({ logicalId }) => logicalId === 'A').map(({ status, physicalId, reason }) => [status, physicalId, reason])).toEqual([
      ['CREATE_IN_PROGRESS', undefined, undefined],
      ['CREATE_IN_PROGRESS', 'id-a', 'Resource creation Initiated'],
      ['CREATE_COMPLETE', 'id-a', undefined],
    ]);
  });

  test('resources that do not depend on each other are created side by side', async () => {
    // Each of them answers only once the other has been asked: one after the other, neither would.
    mkdirSync(join(directory, stackName));
    const meeting = custom({ OnCreate: `meet:${join(directory, stackName)}` });
    const result = await create({ A: meeting, B: meeting });

    expect(result.status).toBe('CREATE_COMPLETE');
  });

  test('a FAILED answer rolls back, with a Delete of the id that the answer told', async () => {
    const result = await create({ A: custom({ Id: 'told', OnCreate: 'fail:no luck' }), B: custom({ Name: { Ref: 'A' } }) });

    expect(result.status).toBe('ROLLBACK_COMPLETE');
    expect(reasonOf(result, 'A', 'CREATE_FAILED')).toMatch(/^Received response status \[FAILED\] from custom resource. Message returned: no luck \(RequestId: /);
    expect(reasonOf(result, stackName, 'ROLLBACK_IN_PROGRESS')).toBe('The following resource(s) failed to create: [A]. Rollback requested by user.');
    expect(summary()).toEqual(['Create A', 'Delete A told']);
    expect(history(result, 'B')).toEqual([]);
    expect(history(result, 'Role').at(-1)).toBe('DELETE_COMPLETE');
  });

  test.each([
    ['an empty physical id', 'answer:{"PhysicalResourceId":""}', 'Invalid PhysicalResourceId'],
    ['a physical id which is no string', 'answer:{"PhysicalResourceId":7}', 'Invalid PhysicalResourceId'],
    ['a failure with an empty physical id', 'answer:{"Status":"FAILED","Reason":"hidden","PhysicalResourceId":""}', 'Invalid PhysicalResourceId'],
    ['a too long physical id', `answer:{"PhysicalResourceId":"${'x'.repeat(1025)}"}`, 'Invalid PhysicalResourceId'],
    ['a too long answer', `answer:{"Reason":"${'x'.repeat(4000)}"}`, 'Response object is too long.'],
    ['no JSON', 'text:oops', 'Response is not valid JSON'],
    ['an unknown status', 'answer:{"Status":"OK"}', 'Invalid response: Status must be either SUCCESS or FAILED'],
    ['another stack id', 'answer:{"StackId":"other"}', 'Invalid response: StackId does not match that of the request'],
  ])('refuses %s, and deletes under an invented id', async (_what, onCreate, reason) => {
    const result = await create({ A: custom({ OnCreate: onCreate }) });

    expect(reasonOf(result, 'A', 'CREATE_FAILED')).toBe(reason);
    expect(summary()).toEqual(['Create A', expect.stringMatching(new RegExp(`^Delete A ${stackName}-A-[A-Z0-9]{12}$`))]);
    expect(result.status).toBe('ROLLBACK_COMPLETE');
  });

  test('the failure of one resource cancels another, which is deleted under an invented id while it is still created', async () => {
    const result = await create({ Bad: custom({ OnCreate: 'fail:first' }), Slow: custom({ Id: 'late', OnCreate: `hold:${gate}` }) });

    expect(result.status).toBe('ROLLBACK_COMPLETE');
    expect(reasonOf(result, 'Slow', 'CREATE_FAILED')).toBe('Resource creation cancelled');
    expect(summary()).toContainEqual(expect.stringMatching(new RegExp(`^Delete Slow ${stackName}-Slow-[A-Z0-9]{12}$`)));
    await openGate();
    // The late answer reached the bucket, and nobody cared.
    const { requestId } = requests().find(({ logicalId, requestType }) => logicalId === 'Slow' && requestType === 'Create')!;
    expect(cloudFormation.bucket.answers.find((answer) => answer.requestId === requestId)).toMatchObject({ statusCode: 200 });
    expect(cloudFormation.stack(stackName)!.resources.get('Slow')!.physicalId).not.toBe('late');
  });

  test('can wait for resources in progress instead of cancelling them', async () => {
    const creation = create({ Bad: custom({ OnCreate: 'fail:first' }), Slow: custom({ Id: 'slow', OnCreate: `hold:${gate}` }) }, {}, { cancelInProgress: false });
    await until(() => cloudFormation.stack(stackName)!.resources.get('Bad')?.status === 'CREATE_FAILED');
    await openGate();
    const result = await creation;

    expect(history(result, 'Slow')).toContain('CREATE_COMPLETE');
    expect(summary()).toContain('Delete Slow slow');
    expect(result).toMatchObject({ status: 'ROLLBACK_COMPLETE' });
  });

  test('disableRollback leaves what is there', async () => {
    const result = await create({ Bad: custom({ OnCreate: 'fail:x', Name: { Ref: 'Good' } }), Good: custom({}) }, {}, { disableRollback: true });

    expect(result.status).toBe('CREATE_FAILED');
    expect(summary()).toEqual(['Create Good', 'Create Bad']);
    expect((await cloudFormation.deleteStack({ stackName })).status).toBe('DELETE_COMPLETE');
    expect(summary().slice(2)).toEqual(['Delete Bad Bad', 'Delete Good Good']);
  });

  test('a rollback whose Delete fails is ROLLBACK_FAILED, and deleting the stack tries again', async () => {
    const result = await create({ A: custom({ OnDelete: 'fail:stuck' }), Bad: custom({ OnCreate: 'fail:x', Name: { Ref: 'A' } }) });

    expect(result).toMatchObject({ status: 'ROLLBACK_FAILED', reason: 'The following resource(s) failed to delete: [A].' });
    // What the failed one depends on is still there.
    expect(cloudFormation.stack(stackName)!.resource('Handler')).toBeDefined();
    expect((await cloudFormation.deleteStack({ stackName })).status).toBe('DELETE_FAILED');
    expect((await cloudFormation.deleteStack({ stackName, retainResources: ['A'] })).status).toBe('DELETE_COMPLETE');
    expect(summary().filter((request) => request === 'Delete A A')).toHaveLength(2);
  });

  test.each([['Retain', []], ['RetainExceptOnCreate', ['Delete A A']]])('DeletionPolicy %s in a rollback', async (policy, deletes) => {
    await create({ A: custom({}, { DeletionPolicy: policy }), Bad: custom({ OnCreate: 'fail:x', Name: { Ref: 'A' } }) });

    expect(summary().filter((request) => request.startsWith('Delete A'))).toEqual(deletes);
  });

  test('a missing attribute fails the resource that asks for it', async () => {
    const result = await create({ A: custom({}), B: custom({ Name: { 'Fn::GetAtt': ['A', 'Nope'] } }) });

    expect(result.status).toBe('ROLLBACK_COMPLETE');
    expect(reasonOf(result, 'B', 'CREATE_FAILED')).toMatch(/^CustomResource attribute error: Vendor response doesn't contain Nope attribute in object arn:aws:cloudformation:/);
    // B was never asked for, so there is nothing to delete.
    expect(summary()).toEqual(['Create A', 'Delete A A']);
  });

  test('a function which is not there fails the resource', async () => {
    const result = await create({ A: custom({ ServiceToken: 'arn:aws:lambda:us-east-1:111122223333:function:nowhere' }) });

    expect(reasonOf(result, 'A', 'CREATE_FAILED')).toContain('Function not found: arn:aws:lambda:us-east-1:111122223333:function:nowhere');
  });

  test('an answer is given once: a second one changes nothing', async () => {
    await create({ A: custom({ Id: 'first', OnCreate: 'twice' }) });
    await cloudFormation.lambda.settled();

    expect(cloudFormation.stack(stackName)!.ref('A')).toBe('first');
    const { requestId } = requests()[0];
    expect(cloudFormation.bucket.answers.filter((answer) => answer.requestId === requestId).map(({ counted }) => counted)).toEqual([true, false]);
  });

  test('deleting a stack in creation cancels it and leaves nothing', async () => {
    const creation = create({ A: custom({ OnCreate: `hold:${gate}` }) });
    await until(() => summary().length === 1);
    const deletion = await cloudFormation.deleteStack({ stackName });

    expect(deletion.status).toBe('DELETE_COMPLETE');
    expect((await creation).events.map(({ status }) => status)).not.toContain('ROLLBACK_IN_PROGRESS');
    expect(summary()[1]).toMatch(new RegExp(`^Delete A ${stackName}-A-[A-Z0-9]{12}$`));
    await openGate();
  });

  test('asks a handler that crashes again, as Lambda does', async () => {
    const result = await create({ A: custom({ OnCreate: 'crash', ServiceTimeout: 1 }) }, {}, { disableRollback: true });
    await cloudFormation.lambda.settled();

    const { stackId, requestId } = requests()[0];
    expect(reasonOf(result, 'A', 'CREATE_FAILED')).toContain(`did not receive a response from your Custom Resource. Please check your logs for requestId [${requestId}]`);
    const runs = cloudFormation.lambda.invocations.filter(({ event }) => (event as any).StackId === stackId && (event as any).RequestType === 'Create');
    expect(runs.map(({ attempt, error }) => [attempt, error?.errorMessage])).toEqual([[1, 'crashed'], [2, 'crashed'], [3, 'crashed']]);
    expect(new Set(runs.map((run) => run.requestId)).size).toBe(1);
  });
});

describe('update', () => {
  test('asks only what changed, and deletes what went in the cleanup', async () => {
    await create({ A: custom({ Name: 'a' }), B: custom({ Name: 'b' }), C: custom({ Name: 'c' }) });
    const result = await update({ A: custom({ Name: 'a2' }), B: custom({ Name: 'b' }) });

    expect(result.status).toBe('UPDATE_COMPLETE');
    expect(summary().slice(3)).toEqual(['Update A A', 'Delete C C']);
    expect(requests()[3]).toMatchObject({ properties: { Name: 'a2' }, oldProperties: { Name: 'a' } });
    expect(result.events.map(({ logicalId, status }) => `${logicalId} ${status}`)).toEqual([
      `${stackName} UPDATE_IN_PROGRESS`, 'A UPDATE_IN_PROGRESS', 'A UPDATE_COMPLETE',
      `${stackName} UPDATE_COMPLETE_CLEANUP_IN_PROGRESS`, 'C DELETE_IN_PROGRESS', 'C DELETE_COMPLETE', `${stackName} UPDATE_COMPLETE`,
    ]);
  });

  test('a property that is written otherwise but means the same string is no change', async () => {
    await create({ A: custom({ Flag: true, Count: 1 }) });
    const result = await update({ A: custom({ Flag: 'true', Count: '1' }) });

    expect(result.status).toBe('UPDATE_COMPLETE');
    expect(summary()).toEqual(['Create A']);
  });

  test('a changed attribute reaches the dependents', async () => {
    const b = custom({ Name: { 'Fn::GetAtt': ['A', 'Name'] } });
    await create({ A: custom({ Name: 'one' }), B: b });
    await update({ A: custom({ Name: 'two' }), B: b });

    expect(requests()[3]).toMatchObject({ logicalId: 'B', requestType: 'Update', properties: { Name: 'two' }, oldProperties: { Name: 'one' } });
  });

  test('a new physical id is a replacement: the old one goes in the cleanup, after all updates', async () => {
    const b = custom({ Name: { Ref: 'A' } });
    await create({ A: custom({ Id: 'one' }), B: b });
    const result = await update({ A: custom({ Id: 'two' }), B: b });

    expect(summary().slice(2)).toEqual(['Update A one', 'Update B B', 'Delete A one']);
    expect(requests()[4].properties).toMatchObject({ Id: 'one' });
    expect(result.events.find(({ status, logicalId }) => logicalId === 'A' && status === 'DELETE_COMPLETE')!.physicalId).toBe('one');
    expect(cloudFormation.stack(stackName)!.ref('A')).toBe('two');
  });

  test('UpdateReplacePolicy Retain leaves the old one, whatever the DeletionPolicy', async () => {
    await create({ A: custom({ Id: 'one' }, { UpdateReplacePolicy: 'Retain' }), B: custom({ Id: 'b1' }, { DeletionPolicy: 'Retain' }) });
    const result = await update({
      A: custom({ Id: 'two' }, { UpdateReplacePolicy: 'Retain' }), B: custom({ Id: 'b2' }, { DeletionPolicy: 'Retain' }),
    });

    expect(history(result, 'A')).toContain('DELETE_SKIPPED');
    expect(summary().filter((request) => request.startsWith('Delete'))).toEqual(['Delete B b1']);
  });

  test('a removed resource with DeletionPolicy Retain is skipped', async () => {
    await create({ A: custom({}), B: custom({}, { DeletionPolicy: 'Retain' }) });
    const result = await update({ A: custom({}) });

    expect(history(result, 'B')).toEqual(['DELETE_SKIPPED']);
    expect(summary()).toHaveLength(2);
  });

  test('a Delete that fails in the cleanup is asked for three times, and then the resource is abandoned', async () => {
    await create({ A: custom({}), B: custom({ OnDelete: 'fail:stuck' }) });
    const result = await update({ A: custom({}) });

    expect(result.status).toBe('UPDATE_COMPLETE');
    expect(history(result, 'B')).toEqual([1, 2, 3].flatMap(() => ['DELETE_IN_PROGRESS', 'DELETE_FAILED']));
    expect((await cloudFormation.deleteStack({ stackName })).status).toBe('DELETE_COMPLETE');
    expect(summary().filter((request) => request === 'Delete B B')).toHaveLength(3);
  });

  test('the cleanup deletes dependents first', async () => {
    await create({ A: custom({}), B: custom({ Name: { Ref: 'A' } }), C: custom({ Name: { Ref: 'B' } }), Rest: custom({}) });
    await update({ Rest: custom({}) });

    expect(summary().slice(4)).toEqual(['Delete C C', 'Delete B B', 'Delete A A']);
  });

  test('the cleanup deletes what was replaced before what it depended on', async () => {
    await create({ Old: custom({}), A: custom({ Id: 'one' }, { DependsOn: 'Old' }) });
    await update({ New: custom({}), A: custom({ Id: 'two' }, { DependsOn: 'New' }) });

    expect(summary().slice(2)).toEqual(['Create New', 'Update A one', 'Delete A one', 'Delete Old Old']);
  });

  test('the cleanup of a rollback deletes what had replaced something before what that depended on', async () => {
    await create({ Old: custom({}), A: custom({ Id: 'one' }, { DependsOn: 'Old' }), Bad: custom({}) });
    const result = await update({
      New: custom({}), A: custom({ Id: 'two' }, { DependsOn: 'New' }), Bad: custom({ OnUpdate: 'fail:x', Name: { Ref: 'A' } }),
    });

    expect(result.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(summary().slice(-2)).toEqual(['Delete A two', 'Delete New New']);
  });

  test('a failed update is rolled back by an Update with the properties reversed; what the update made is deleted', async () => {
    await create({ A: custom({ Name: 'old' }), Bad: custom({ Name: 'old', OnUpdate: 'succeed' }) });
    const bad = { OnUpdate: 'fail:refused', Name: { 'Fn::Sub': '${A.Name}-${New}' } };
    const result = await update({ A: custom({ Name: 'new' }), Bad: custom(bad), New: custom({ Id: 'new' }) });

    expect(result).toMatchObject({ status: 'UPDATE_ROLLBACK_COMPLETE' });
    expect(reasonOf(result, stackName, 'UPDATE_ROLLBACK_IN_PROGRESS')).toBe('The following resource(s) failed to update: [Bad].');
    const after = requests().slice(2);
    expect(after.slice(0, 2).map(({ requestType, logicalId }) => `${requestType} ${logicalId}`).sort()).toEqual(['Create New', 'Update A']);
    expect(after[2]).toMatchObject({ requestType: 'Update', logicalId: 'Bad', properties: { Name: 'new-new' } });
    expect(after.slice(3, 5)).toEqual([
      expect.objectContaining({ requestType: 'Update', logicalId: 'A', properties: expect.objectContaining({ Name: 'old' }), oldProperties: expect.objectContaining({ Name: 'new' }) }),
      expect.objectContaining({ requestType: 'Update', logicalId: 'Bad', properties: expect.objectContaining({ Name: 'old' }), oldProperties: expect.objectContaining({ Name: 'new-new' }) }),
    ]);
    expect(summary().slice(7)).toEqual(['Delete New new']);
    expect(result.events.map(({ status }) => status)).toEqual(expect.arrayContaining(['UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS']));
    // Nothing remains of it: the next update starts from the old properties.
    await update({ A: custom({ Name: 'newer' }), Bad: custom({ Name: 'old', OnUpdate: 'succeed' }) });
    expect(requests().at(-1)).toMatchObject({ logicalId: 'A', oldProperties: { Name: 'old' } });
  });

  test('a replacement is rolled back by an Update of the new one, which then is deleted', async () => {
    await create({ A: custom({ Id: 'one' }), Bad: custom({}) });
    const result = await update({ A: custom({ Id: 'two' }), Bad: custom({ OnUpdate: 'fail:x', Name: { Ref: 'A' } }) });

    expect(result.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(summary().slice(2)).toEqual(['Update A one', 'Update Bad Bad', 'Update A two', 'Update Bad Bad', 'Delete A two']);
    expect(requests().at(-1)!.properties).toMatchObject({ Id: 'two' });
    expect(cloudFormation.stack(stackName)!.ref('A')).toBe('one');
  });

  test('a replacement may be rolled back without a word: the old id is restored, and the new one is deleted', async () => {
    cloudFormation.assumptions.replacedResource = 'RESTORED';
    await create({ A: custom({ Id: 'one' }), Bad: custom({}) });
    const result = await update({ A: custom({ Id: 'two' }), Bad: custom({ OnUpdate: 'fail:x', Name: { Ref: 'A' } }) });

    expect(result.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(summary().slice(2)).toEqual(['Update A one', 'Update Bad Bad', 'Update Bad Bad', 'Delete A two']);
    expect(requests().at(-1)!.properties).toMatchObject({ Id: 'two' });
    expect(cloudFormation.stack(stackName)!.resource('A')).toMatchObject({ physicalId: 'one', properties: { Id: 'one' } });
  });

  test.each([
    ['REVERSED', ['Update A one', 'Update A one', 'Delete A two']],
    ['RESTORED', ['Update A one', 'Delete A two']],
  ] as const)('a failed Update that answers another id is deleted under it (%s)', async (replacedResource, expected) => {
    cloudFormation.assumptions.replacedResource = replacedResource;
    await create({ A: custom({ Id: 'one' }) });
    const result = await update({ A: custom({ Id: 'two', OnUpdate: 'fail:x' }) });

    expect(result.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(summary().slice(1)).toEqual(expected);
    expect(requests().at(-1)!.properties).toMatchObject({ Id: 'two' });
    expect(cloudFormation.stack(stackName)!.resource('A')).toMatchObject({ physicalId: 'one', properties: { Id: 'one' }, status: 'UPDATE_COMPLETE' });
  });

  test('a removed resource stays when the update fails', async () => {
    await create({ Gone: custom({}), Bad: custom({}) });
    await update({ Bad: custom({ OnUpdate: 'fail:x' }) });

    expect(summary().some((request) => request.startsWith('Delete'))).toBe(false);
    expect(cloudFormation.stack(stackName)!.resource('Gone')).toBeDefined();
  });

  test('an update in progress is cancelled when another one fails, and its rollback starts at once', async () => {
    await create({ Bad: custom({}), Slow: custom({}) });
    const result = await update({ Bad: custom({ OnUpdate: 'fail:x' }), Slow: custom({ OnUpdate: `hold:${gate}` }) });

    expect(reasonOf(result, 'Slow', 'UPDATE_FAILED')).toBe('Resource update cancelled');
    expect(result.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(summary().filter((request) => request === 'Update Slow Slow')).toHaveLength(2);
    await openGate();
  });

  test('a rollback that fails is UPDATE_ROLLBACK_FAILED, and can be continued', async () => {
    const old = custom({ Name: 'old', OnUpdate: 'fail:not back' });
    await create({ A: old, Bad: custom({ Name: { Ref: 'A' } }) });
    const failed = await update({ A: custom({ Name: 'new' }), Bad: custom({ OnUpdate: 'fail:x', Name: { Ref: 'A' } }) });

    expect(failed).toMatchObject({ status: 'UPDATE_ROLLBACK_FAILED', reason: 'The following resource(s) failed to update: [A].' });
    await expect(update({ A: old })).rejects.toThrow('is in UPDATE_ROLLBACK_FAILED state and can not be updated');
    expect((await cloudFormation.continueUpdateRollback({ stackName })).status).toBe('UPDATE_ROLLBACK_FAILED');
    expect(summary().filter((request) => request === 'Update A A')).toHaveLength(3);
    expect((await cloudFormation.continueUpdateRollback({ stackName, resourcesToSkip: ['A'] })).status).toBe('UPDATE_ROLLBACK_COMPLETE');
  });

  test.each([['ATTEMPTED', 'v1'], ['FORMER', 'v2']] as const)('a continued rollback has old properties as assumed (%s)', async (oldProperties, expected) => {
    cloudFormation.assumptions.oldProperties = oldProperties;
    await create({ A: custom({ Name: 'v1', OnUpdate: 'fail:not back' }), Bad: custom({ Name: { Ref: 'A' } }) });
    await update({ A: custom({ Name: 'v2' }), Bad: custom({ OnUpdate: 'fail:x', Name: { Ref: 'A' } }) });
    for (let tries = 0; tries < 2; tries += 1) {
      expect((await cloudFormation.continueUpdateRollback({ stackName })).status).toBe('UPDATE_ROLLBACK_FAILED');
    }

    const updates = requests().filter(({ requestType, logicalId }) => `${requestType} ${logicalId}` === 'Update A');
    expect(updates.map(({ properties, oldProperties: old }) => [old!.Name, properties.Name])).toEqual([
      ['v1', 'v2'], ['v2', 'v1'], [expected, 'v1'], [expected, 'v1'],
    ]);
  });

  test('cancelUpdate rolls back', async () => {
    await create({ A: custom({}) });
    expect(() => cloudFormation.cancelUpdate({ stackName })).toThrow('CancelUpdateStack cannot be called from current stack status CREATE_COMPLETE');
    const updating = update({ A: custom({ OnUpdate: `hold:${gate}` }) });
    await until(() => summary().length === 2);
    cloudFormation.cancelUpdate({ stackName });
    const result = await updating;

    expect(result.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(reasonOf(result, stackName, 'UPDATE_ROLLBACK_IN_PROGRESS')).toBe('User Initiated');
    expect(summary()).toEqual(['Create A', 'Update A A', 'Update A A']);
    await openGate();
  });

  test('disableRollback leaves an update as it is', async () => {
    await create({ A: custom({}) });
    expect((await update({ A: custom({ OnUpdate: 'fail:x' }) }, {}, { disableRollback: true })).status).toBe('UPDATE_FAILED');
    expect(summary()).toEqual(['Create A', 'Update A A']);
  });

  test.each([['ATTEMPTED', 'v2'], ['FORMER', 'v1']] as const)('a failed update rolls forward, or back to what was there before it (%s)', async (oldProperties, expected) => {
    cloudFormation.assumptions.oldProperties = oldProperties;
    const options = { disableRollback: true };
    await create({ A: custom({ Name: 'v1' }), C: custom({ Id: 'c1' }), Bad: custom({}) });
    const failing = { A: custom({ Name: 'v2', OnUpdate: 'fail:x' }), C: custom({ Id: 'c2' }), Bad: custom({ Name: { Ref: 'A' } }) };
    expect((await update(failing, {}, options)).status).toBe('UPDATE_FAILED');
    await update({ ...failing, A: custom({ Name: 'v3', OnUpdate: 'fail:x' }) }, {}, options);
    const updates = () => requests().filter(({ requestType, logicalId }) => `${requestType} ${logicalId}` === 'Update A');
    expect(updates().map(({ properties, oldProperties: old }) => [old!.Name, properties.Name])).toEqual([['v1', 'v2'], [expected, 'v3']]);

    const result = await update({ ...failing, A: custom({ Name: 'v4' }) });
    expect(result.status).toBe('UPDATE_COMPLETE');
    expect(summary().at(-1)).toBe('Delete C c1');
    expect(summary().filter((request) => request.startsWith('Delete'))).toHaveLength(1);
  });

  test('a deployment that rolls forward and fails goes back to what was there before the first failure', async () => {
    await create({ A: custom({ Name: 'v1' }), C: custom({ Id: 'c1' }) });
    const failing = (name: string, id: string) => ({ A: custom({ Name: name, OnUpdate: 'fail:x' }, { DependsOn: 'C' }), C: custom({ Id: id }) });
    await update(failing('v2', 'c2'), {}, { disableRollback: true });
    const result = await update(failing('v3', 'c3'));

    expect(result.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(requests().filter(({ logicalId }) => logicalId === 'A').at(-1)).toMatchObject({ properties: { Name: 'v1' }, oldProperties: { Name: 'v3' } });
    expect(summary().filter((request) => request.startsWith('Delete')).sort()).toEqual(['Delete C c2', 'Delete C c3']);
    expect(cloudFormation.stack(stackName)!.ref('C')).toBe('c1');
  });

  test('rollbackStack takes a failed update back', async () => {
    await create({ A: custom({ Name: 'v1' }) });
    await expect(cloudFormation.rollbackStack({ stackName })).rejects.toThrow('is in CREATE_COMPLETE state and can not be rolled back');
    await update({ A: custom({ Name: 'v2', OnUpdate: 'fail:x' }) }, {}, { disableRollback: true });

    expect((await cloudFormation.rollbackStack({ stackName })).status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(requests().at(-1)).toMatchObject({ requestType: 'Update', properties: { Name: 'v1' }, oldProperties: { Name: 'v2' } });
  });

  test('a stack left in CREATE_FAILED can be updated: what failed is deleted and created again', async () => {
    const rest = { B: custom({}), C: custom({ Name: { Ref: 'A' } }) };
    await create({ A: custom({ Id: 'told', OnCreate: 'fail:x' }, { DependsOn: 'B' }), ...rest }, {}, { disableRollback: true });
    const same = { A: custom({ Id: 'told' }, { DependsOn: 'B' }), ...rest };
    const result = await cloudFormation.deploy({ stackName, template: templateOf(same) });

    expect(result.status).toBe('UPDATE_COMPLETE');
    expect(summary()).toEqual(['Create B', 'Create A', 'Delete A told', 'Create A', 'Create C']);
  });

  test('a stack left in CREATE_FAILED has no state to go back to', async () => {
    await create({ A: custom({ OnCreate: 'fail:x' }), B: custom({}) }, {}, { disableRollback: true });
    expect((await update({ A: custom({ OnCreate: 'fail:x' }), B: custom({}) })).status).toBe('ROLLBACK_COMPLETE');
    expect(cloudFormation.stack(stackName)!.liveResources()).toEqual([]);
  });

  test('a changed service token is refused without asking anyone', async () => {
    await create({ A: custom({}) });
    const result = await update({ A: custom({ ServiceToken: 'arn:aws:lambda:us-east-1:111122223333:function:other' }) });

    expect(result.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(reasonOf(result, 'A', 'UPDATE_FAILED')).toBe('Modifying service token is not allowed.');
    expect(summary()).toEqual(['Create A']);
  });

  test('a changed type is refused before anything is changed', async () => {
    await create({ A: custom({}) });
    const events = cloudFormation.stack(stackName)!.events.length;
    await expect(update({ A: { ...custom({}), Type: 'Custom::Other' } })).rejects.toThrow('modifies resource type of the following resources: [A]');
    expect(cloudFormation.stack(stackName)!.events).toHaveLength(events);
  });

  test('no change is an error for updateStack, and nothing for deploy', async () => {
    await create({ A: custom({}) });
    await expect(update({ A: custom({}) })).rejects.toThrow('No updates are to be performed.');
    expect(await cloudFormation.deploy({ stackName, template: templateOf({ A: custom({}) }) })).toMatchObject({ status: 'CREATE_COMPLETE', events: [] });
  });

  test('deploy makes a stack anew whose creation was rolled back', async () => {
    await create({ A: custom({ OnCreate: 'fail:x' }) });
    await expect(update({ A: custom({}) })).rejects.toThrow('is in ROLLBACK_COMPLETE state and can not be updated');
    expect(await cloudFormation.deploy({ stackName, template: templateOf({ A: custom({}) }) })).toMatchObject({ status: 'CREATE_COMPLETE' });
  });

  test('new code alone asks no custom resource', async () => {
    await create({ A: custom({}) });
    const template = templateOf({ A: custom({}) }) as any;
    template.Resources.Handler = { ...template.Resources.Handler, Properties: { ...template.Resources.Handler.Properties, Timeout: 31 } };
    expect((await cloudFormation.updateStack({ stackName, template })).status).toBe('UPDATE_COMPLETE');
    expect(summary()).toEqual(['Create A']);
  });

  test('a move to another logical id creates before it deletes', async () => {
    await create({ Old: custom({ Id: 'same' }) });
    await update({ New: custom({ Id: 'same' }) });

    expect(summary()).toEqual(['Create Old', 'Create New', 'Delete Old same']);
  });
});

describe('delete', () => {
  test('a creation that fails is deleted at once with onFailure DELETE', async () => {
    const result = await create({ A: custom({}), Bad: custom({ Name: { Ref: 'A' }, OnCreate: 'fail:x' }) }, {}, { onFailure: 'DELETE' });

    expect(result.status).toBe('DELETE_COMPLETE');
    const ofStack = result.events.filter(({ logicalId }) => logicalId === stackName);
    expect(ofStack.map(({ status, reason }) => [status, reason])).toEqual([
      ['CREATE_IN_PROGRESS', 'User Initiated'],
      ['DELETE_IN_PROGRESS', 'The following resource(s) failed to create: [Bad]. Delete requested by user.'],
      ['DELETE_COMPLETE', undefined],
    ]);
    expect(summary()).toEqual(['Create A', 'Create Bad', 'Delete Bad Bad', 'Delete A A']);
  });

  test('a failed update leaves nothing of what it replaced', async () => {
    await create({ A: custom({ Id: 'one' }), Bad: custom({}) });
    await update({ A: custom({ Id: 'two' }), Bad: custom({ OnUpdate: 'fail:x', Name: { Ref: 'A' } }) }, {}, { disableRollback: true });
    await cloudFormation.deleteStack({ stackName });

    expect(summary().filter((request) => request.startsWith('Delete A')).sort()).toEqual(['Delete A one', 'Delete A two']);
  });

  test('deletes dependents first, and the function last', async () => {
    await create({ A: custom({}), B: custom({ Name: { Ref: 'A' } }) });
    const arn = cloudFormation.stack(stackName)!.getAtt('Handler', 'Arn') as string;
    const result = await cloudFormation.deleteStack({ stackName });

    expect(result.status).toBe('DELETE_COMPLETE');
    expect(summary().slice(2)).toEqual(['Delete B B', 'Delete A A']);
    expect(cloudFormation.lambda.configuration(arn)).toBeUndefined();
    await expect(cloudFormation.deleteStack({ stackName })).rejects.toThrow(`Stack with id ${stackName} does not exist`);
  });

  test.each(['Retain', 'RetainExceptOnCreate'])('DeletionPolicy %s keeps', async (DeletionPolicy) => {
    await create({ A: custom({}, { DeletionPolicy }) });
    const result = await cloudFormation.deleteStack({ stackName });

    expect(result.status).toBe('DELETE_COMPLETE');
    expect(history(result, 'A')).toEqual(['DELETE_SKIPPED']);
    expect(summary()).toEqual(['Create A']);
  });

  test('a Delete that fails leaves the stack in DELETE_FAILED, with all that it depends on', async () => {
    await create({ A: custom({ OnDelete: 'fail:stuck' }), B: custom({}) });
    const result = await cloudFormation.deleteStack({ stackName });

    expect(result).toMatchObject({ status: 'DELETE_FAILED', reason: 'The following resource(s) failed to delete: [A].' });
    expect(cloudFormation.stack(stackName)!.liveResources().map(({ logicalId }) => logicalId).sort()).toEqual(['A', 'Handler', 'Role']);
  });
});

describe('several stacks', () => {
  test('exports are imported in the same account and Region only, and hold their stack', async () => {
    const outputs = { Outputs: { Out: { Value: { Ref: 'A' }, Export: { Name: `export-${stackName}` } } } };
    const importing = { stackName: `${stackName}-importer`, template: templateOf({ B: custom({ Name: { 'Fn::ImportValue': `export-${stackName}` } }) }) };
    await create({ A: custom({ Id: 'exported' }) }, outputs);

    expect((await cloudFormation.createStack(importing)).status).toBe('CREATE_COMPLETE');
    expect(cloudFormation.stack(importing.stackName)!.getAtt('B', 'Name')).toBe('exported');
    expect((await cloudFormation.createStack({ ...importing, region: 'eu-west-1' })).status).toBe('ROLLBACK_COMPLETE');
    await expect(cloudFormation.deleteStack({ stackName })).rejects.toThrow(`Export export-${stackName} cannot be deleted as it is in use by ${stackName}-importer`);
    await cloudFormation.deleteStack(importing);
    expect((await cloudFormation.deleteStack({ stackName })).status).toBe('DELETE_COMPLETE');
  });

  test('a name can be used once per account and Region', async () => {
    await create({ A: custom({}) });
    await expect(create({ A: custom({}) })).rejects.toThrow(`Stack [${stackName}] already exists`);
    const other = await create({ A: custom({ Name: { Ref: 'AWS::AccountId' } }) }, {}, { accountId: '222233334444' });
    expect(cloudFormation.stack(other.stackId)!.getAtt('A', 'Name')).toBe('222233334444');
  });

  test('the same seed gives the same ids', async () => {
    const ids = [];
    for (let run = 0; run < 2; run++) {
      const engine = await LocalCloudFormation.start({ resourceTypes: RESOURCE_TYPES, seed: 'same' });
      await engine.createStack({ stackName, template: templateOf({}) });
      ids.push([engine.stack(stackName)!.id, engine.stack(stackName)!.ref('Handler'), engine.stack(stackName)!.getAtt('Role', 'RoleId')]);
      await engine.stop();
    }
    expect(ids[0]).toEqual(ids[1]);
    expect(ids[0][1]).toMatch(new RegExp(`^${stackName}-Handler-[A-Za-z0-9]{12}$`));
  });
});

describe('requests that are refused before anything is changed', () => {
  test.each([
    ['an unknown resource type', { Resources: { A: { Type: 'AWS::Nope::Thing' } } }, 'Unrecognized resource types: [AWS::Nope::Thing]'],
    ['a custom resource without service token', { Resources: { A: { Type: 'Custom::X' } } }, 'Property ServiceToken of Custom::X is required'],
    ['a service timeout beyond an hour', { Resources: { A: { Type: 'Custom::X', Properties: { ServiceToken: 'x', ServiceTimeout: 3601 } } } }, 'ServiceTimeout of Custom::X must be'],
    ['a custom type name with a space', { Resources: { A: { Type: 'Custom::X Y', Properties: { ServiceToken: 'x' } } } }, 'Custom resource type name'],
    ['a missing property', { Resources: { A: { Type: 'AWS::IAM::Role' } } }, 'required key [AssumeRolePolicyDocument] not found'],
  ])('%s', async (_what, template, message) => {
    await expect(cloudFormation.createStack({ stackName, template })).rejects.toThrow(message);
    expect(cloudFormation.stack(stackName)).toBeUndefined();
  });
});

describe('time', () => {
  let hasty: LocalCloudFormation;
  beforeEach(async () => {
    hasty = await LocalCloudFormation.start({ resourceTypes: RESOURCE_TYPES, serviceTimeoutScale: 0.001 });
  });
  afterEach(() => hasty.stop());

  test('a resource that never answers fails after its ServiceTimeout', async () => {
    const result = await hasty.createStack({ stackName, template: templateOf({ A: custom({ OnCreate: 'silent', OnDelete: 'silent', ServiceTimeout: 300 }) }) });
    const [creation, deletion] = hasty.requests;

    expect(result).toMatchObject({ status: 'ROLLBACK_FAILED', reason: 'The following resource(s) failed to delete: [A].' });
    expect(reasonOf(result, 'A', 'CREATE_FAILED')).toBe(`CloudFormation did not receive a response from your Custom Resource. Please check your logs for requestId [${creation.requestId}]. `
      + 'If you are using the Python cfn-response module, you may need to update your Lambda function code so that CloudFormation can attach the updated version.');
    expect(deletion.physicalId).toMatch(new RegExp(`^${stackName}-A-[A-Z0-9]{12}$`));
    expect(reasonOf(result, 'A', 'DELETE_FAILED')).toContain(`[${deletion.requestId}]`);
  });

  test('stopping ends what is in progress', async () => {
    const creation = hasty.createStack({ stackName, template: templateOf({ A: custom({ OnCreate: 'hold:/nowhere/at/all', ServiceTimeout: 3600 }) }) });
    await until(() => hasty.requests.length === 1);
    await hasty.stop();

    expect((await creation).events.map(({ status }) => status)).toContain('CREATE_FAILED');
    hasty = await LocalCloudFormation.start({ resourceTypes: RESOURCE_TYPES });
  });
});

test('an event that is delivered twice is answered twice, and counts once', async () => {
  cloudFormation.lambda.deliver = () => [{}, {}];
  const result = await create({ A: custom({ Id: 'a' }) });
  await cloudFormation.lambda.settled();
  cloudFormation.lambda.deliver = () => [{}];

  expect(result.status).toBe('CREATE_COMPLETE');
  const { requestId } = requests()[0];
  expect(cloudFormation.bucket.answers.filter((answer) => answer.requestId === requestId).map(({ counted }) => counted)).toEqual([true, false]);
});

test('events of all stacks reach the listener as they happen', async () => {
  const heard: string[] = [];
  const engine = await LocalCloudFormation.start({ resourceTypes: RESOURCE_TYPES, onEvent: ({ logicalId, status }) => heard.push(`${logicalId} ${status}`) });
  const result = await engine.createStack({ stackName, template: templateOf({}) });
  await engine.stop();

  expect(heard).toEqual(result.events.map(({ logicalId, status }) => `${logicalId} ${status}`));
  expect(heard.at(0)).toBe(`${stackName} CREATE_IN_PROGRESS`);
  expect(heard.at(-1)).toBe(`${stackName} CREATE_COMPLETE`);
});
