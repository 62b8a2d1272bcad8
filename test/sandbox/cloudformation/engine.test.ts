import { LocalCloudFormation, type StackResult } from '../../../sandbox/cloudformation/engine';
import { custom, templateOf } from './scripted-handler';

let cloudFormation: LocalCloudFormation;
let stacks = 0;
let stackName: string;

beforeAll(async () => {
  cloudFormation = await LocalCloudFormation.start({ seed: 'test', lambdaOptions: { reuseProcesses: true, retryWaitScale: 0.0001 } });
});
afterAll(() => cloudFormation.stop());
beforeEach(() => {
  stacks += 1;
  stackName = `stack${stacks}`;
});

/** Requests to the custom resources of the stack, also in short: `Create A`, `Delete A id`. */
const requests = () => cloudFormation.requests.filter(({ stackId }) => stackId === cloudFormation.stack(stackName)!.id);
const summary = () => requests().map(({ requestType, logicalId, physicalId }) => [requestType, logicalId, physicalId].join(' ').trim());
const history = (result: StackResult, logicalId: string) => result.events.filter((event) => event.logicalId === logicalId).map((event) => event.status);
const reasonOf = (result: StackResult, logicalId: string, status: string) =>
  result.events.find((event) => event.logicalId === logicalId && event.status === status)?.reason;
const create = (resources: Record<string, object>, rest: object = {}, options: object = {}) =>
  cloudFormation.createStack({ stackName, template: templateOf(resources, rest), ...options });
const update = (resources: Record<string, object>, rest: object = {}, options: object = {}) =>
  cloudFormation.updateStack({ stackName, template: templateOf(resources, rest), ...options });

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
    expect(history(result, 'A')).toEqual(['CREATE_IN_PROGRESS', 'CREATE_IN_PROGRESS', 'CREATE_COMPLETE']);
    expect(result.events.filter(({ logicalId }) => logicalId === 'A').map(({ physicalId, reason }) => [physicalId, reason])).toEqual([
      [undefined, undefined], ['id-a', 'Resource creation Initiated'], ['id-a', undefined],
    ]);
  });

  test('a FAILED answer rolls back, with a Delete of the id that the answer told', async () => {
    const result = await create({ A: custom({ Id: 'told', OnCreate: 'fail:no luck' }) });

    expect(result.status).toBe('ROLLBACK_COMPLETE');
    expect(reasonOf(result, 'A', 'CREATE_FAILED')).toMatch(/^Received response status \[FAILED\] from custom resource. Message returned: no luck \(RequestId: /);
    expect(reasonOf(result, stackName, 'ROLLBACK_IN_PROGRESS')).toBe('The following resource(s) failed to create: [A]. Rollback requested by user.');
    expect(summary()).toEqual(['Create A', 'Delete A told']);
    expect(history(result, 'Role').at(-1)).toBe('DELETE_COMPLETE');
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
});

describe('delete', () => {
  test('deletes dependents first', async () => {
    await create({ A: custom({}), B: custom({ Name: { Ref: 'A' } }) });
    const result = await cloudFormation.deleteStack({ stackName });

    expect(result.status).toBe('DELETE_COMPLETE');
    expect(summary().slice(2)).toEqual(['Delete B B', 'Delete A A']);
    expect(cloudFormation.lambda.configuration(`arn:aws:lambda:us-east-1:111122223333:function:${cloudFormation.stack(stackName)!.resources.get('Handler')!.physicalId}`)).toBeUndefined();
  });
});
