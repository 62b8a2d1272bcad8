import { parsePhysicalId } from '../../../lambda/core/physical-id';
import { Stack, stackOf } from '../../../lambda/core/stack';
import { CustomResourceEvent } from '../../../lambda/custom-resource';
import { captureLog, clearEnvironment, endInvocations, invocation, useCredentials, withoutWaits } from '../environment';
import { Script, ScriptedServer } from '../scripted-server';
import { channelId, eventsAnswer, stackAnswer, stackEvent, StackResource, STACK_ID } from '../stack-answers';

let server: ScriptedServer | undefined;

beforeEach(() => {
  clearEnvironment();
  captureLog();
  withoutWaits();
  useCredentials({ accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token' });
  process.env.AWS_REGION = 'us-east-1';
});

afterEach(async () => {
  endInvocations();
  jest.restoreAllMocks();
  await server?.stop();
  server = undefined;
});

/** The stack as the handler of an event for the resource `Own` sees it. */
async function stackWith(change: Partial<CustomResourceEvent>, ...answers: Script[]): Promise<Stack> {
  server = await ScriptedServer.start(...answers);
  process.env.AWS_ENDPOINT_URL_CLOUDFORMATION = server.url;
  return stackOf(stackEvent(change), invocation());
}

function actions(): (string | null)[] {
  return server!.requests.map(({ body }) => new URLSearchParams(body).get('Action'));
}

const C1 = parsePhysicalId(channelId('C1'))!;
const DELETE_C1: Partial<CustomResourceEvent> = { RequestType: 'Delete', PhysicalResourceId: channelId('C1') };

/** Sent long ago, as the signature of its response URL says. */
const LATE = { ResponseURL: 'http://127.0.0.1/answer?X-Amz-Date=20200101T000000Z' };

describe('holderOf', () => {
  test.each<[string, StackResource[], boolean]>([
    ['no resource', [], false],
    ['one that holds it', [{ logicalId: 'Other', physicalId: channelId('C1') }], true],
    ['one that holds it adopted', [{ logicalId: 'Other', physicalId: channelId('C1', 'adopted') }], true],
    ['one that holds it in the form of an older release', [{ logicalId: 'Other', physicalId: `${channelId('C1')};replaced=x` }], true],
    ['one whose update failed', [{ logicalId: 'Other', physicalId: channelId('C1'), status: 'UPDATE_FAILED' }], true],
    ['one that is deleted', [{ logicalId: 'Other', physicalId: channelId('C1'), status: 'DELETE_COMPLETE' }], false],
    ['one that is being deleted', [{ logicalId: 'Other', physicalId: channelId('C1'), status: 'DELETE_IN_PROGRESS' }], false],
    ['one of another target', [{ logicalId: 'Other', physicalId: channelId('C2') }], false],
    ['one of another type', [{ logicalId: 'Other', physicalId: 'SupportAppSlackWorkspace/created/T1/C1' }], false],
    ['one without an id yet', [{ logicalId: 'Other', status: 'CREATE_IN_PROGRESS' }], false],
    ['one that failed', [{ logicalId: 'Other', physicalId: 'failed/Other', status: 'CREATE_FAILED' }], false],
    ['itself', [{ logicalId: 'Own', physicalId: channelId('C1') }], false],
  ])('of a Create, with %s', async (_what, resources, isHeld) => {
    const stack = await stackWith({}, stackAnswer(resources));
    expect(await stack.holderOf(C1)).toBe(isHeld ? resources[0].physicalId : undefined);
    expect(actions()).toEqual(['ListStackResources']);
  });

  test.each<[string, string, boolean]>([
    ['the id of the event', channelId('C1'), false],
    ['another mark', channelId('C1', 'adopted'), true],
    ['another target', channelId('C2'), false],
  ])('of a Delete, when the resource itself has %s', async (_what, physicalId, isHeld) => {
    const stack = await stackWith(DELETE_C1, stackAnswer([{ logicalId: 'Own', physicalId }]));
    expect(await stack.holderOf(C1)).toBe(isHeld ? physicalId : undefined);
  });

  test('is found on the last page too', async () => {
    const stack = await stackWith(
      {}, stackAnswer([{ logicalId: 'A', physicalId: channelId('C2') }], 'more'), stackAnswer([{ logicalId: 'B', physicalId: channelId('C1') }]));
    expect(await stack.holderOf(C1)).toBe(channelId('C1'));
    expect(server!.requests).toHaveLength(2);
  });

  test('is not answered without the list', async () => {
    const stack = await stackWith({}, { status: 403, body: '<ErrorResponse><Error><Code>AccessDenied</Code><Message>m</Message></Error></ErrorResponse>' });
    await expect(stack.holderOf(C1)).rejects.toMatchObject({ name: 'AccessDenied', operation: 'ListStackResources' });
  });
});

describe('what was before the operation in progress', () => {
  const UPDATE = [
    { logicalId: 'Own', physicalId: channelId('C2'), status: 'UPDATE_COMPLETE' },
    { logicalId: 'Other', physicalId: channelId('C3', 'adopted'), status: 'UPDATE_IN_PROGRESS' },
    { logicalId: 'Own', physicalId: channelId('C1'), status: 'UPDATE_IN_PROGRESS' },
    'UPDATE_IN_PROGRESS',
    'UPDATE_COMPLETE',
    { logicalId: 'Own', physicalId: channelId('C4'), status: 'UPDATE_IN_PROGRESS' },
    'UPDATE_IN_PROGRESS',
  ];

  test.each<[string, string | undefined]>([
    ['C1', channelId('C1')], ['C2', channelId('C2')], ['C3', channelId('C3', 'adopted')],
    // Left by an earlier update, and deleted then.
    ['C4', undefined],
  ])('of %s', async (channel, holder) => {
    const stack = await stackWith({ RequestType: 'Update', PhysicalResourceId: channelId('C2') }, eventsAnswer(UPDATE));
    expect(await stack.holderBefore(parsePhysicalId(channelId(channel))!)).toBe(holder);
    expect(await stack.idBefore()).toBe(channelId('C1'));
    expect(actions()).toEqual(['DescribeStackEvents']);
  });

  test('is looked for on as many pages as the operation has', async () => {
    const stack = await stackWith({}, eventsAnswer(UPDATE.slice(0, 2), 'more'), eventsAnswer(UPDATE.slice(2, 4), 'others'), eventsAnswer(UPDATE.slice(4)));
    expect(await stack.idBefore()).toBe(channelId('C1'));
    expect(server!.requests).toHaveLength(2);
  });
});

describe('findHolder', () => {
  const other = 'arn:aws:cloudformation:us-east-1:111122223333:stack/other/5b3a0a5c-0000-4000-8000-000000000001';
  const answer = (physicalId: string, status = 'CREATE_COMPLETE') => ({
    body: `<AnyResponse><member><StackId>${other}</StackId><PhysicalResourceId>${physicalId}</PhysicalResourceId>`
      + `<ResourceStatus>${status}</ResourceStatus></member></AnyResponse>`,
  });
  const refusal = (code: string) => ({ status: 400, body: `<ErrorResponse><Error><Code>${code}</Code><Message>m</Message></Error></ErrorResponse>` });

  const regionOf = ({ headers }: { headers: object }) =>
    /Credential=[^/]+\/\d+\/([^/]+)/.exec(String((headers as { authorization: unknown }).authorization))![1];

  test('asks for each id, in the own Region and in those of the Support App', async () => {
    const stack = await stackWith({}, answer(channelId('C1', 'adopted')));
    expect(await stack.findHolder([channelId('C1', 'adopted'), channelId('C1', 'owned')])).toMatchObject({ stackId: other });
    const asked = server!.requests.map((request) => `${new URLSearchParams(request.body).get('PhysicalResourceId')} ${regionOf(request)}`);
    expect(asked).toHaveLength(18);
    expect(new Set(asked).size).toBe(18);
  });

  test('takes the silence of other Regions for no', async () => {
    expect(await (await stackWith({}, refusal('ValidationError'))).findHolder([channelId('C1')])).toBeUndefined();
    expect(new Set(server!.requests.map(regionOf)).size).toBe(9);
  });

  test('is left open by any other error of the own Region', async () => {
    await expect((await stackWith({}, refusal('OptInRequired'))).findHolder([channelId('C1')])).rejects.toMatchObject({ name: 'OptInRequired' });
  });

  test.each([
    ['has deleted it', answer(channelId('C1'), 'DELETE_COMPLETE')],
    ['is deleting it', answer(channelId('C1'), 'DELETE_IN_PROGRESS')],
    ['has another id', answer('other')],
    ['is not known', refusal('ValidationError')],
    ['may not be asked for', refusal('AccessDenied')],
  ])('finds none where the stack %s', async (_what, script) => {
    expect(await (await stackWith({}, script)).findHolder([channelId('C1')])).toBeUndefined();
  });
});

describe('has and resourceStatus', () => {
  test('tell of the resources of the stack', async () => {
    const stack = await stackWith({}, stackAnswer([{ logicalId: 'Other', physicalId: 'a-role', status: 'CREATE_FAILED' }, { logicalId: 'Own', status: 'CREATE_IN_PROGRESS' }]));
    expect([await stack.has('a-role'), await stack.has('another'), await stack.resourceStatus()]).toEqual([true, false, 'CREATE_IN_PROGRESS']);
    expect(actions()).toEqual(['ListStackResources']);
  });

  test('the status is none of a resource that the stack does not know', async () => {
    expect(await (await stackWith({}, stackAnswer([{ logicalId: 'OwnToo', status: 'CREATE_IN_PROGRESS' }]))).resourceStatus()).toBeUndefined();
  });
});

test.each<[string, boolean]>([
  ['UPDATE_ROLLBACK_IN_PROGRESS', true],
  ['UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS', true],
  ['ROLLBACK_IN_PROGRESS', true],
  ['UPDATE_ROLLBACK_COMPLETE', false],
  ['UPDATE_IN_PROGRESS', false],
  ['UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', false],
  ['DELETE_IN_PROGRESS', false],
])('isRollingBack, %s: %s', async (status, expected) => {
  const stack = await stackWith({}, eventsAnswer([{ logicalId: 'Own', physicalId: channelId('C1') }, status, 'UPDATE_IN_PROGRESS']));
  expect(await stack.isRollingBack()).toBe(expected);
  expect(actions()).toEqual(['DescribeStackEvents']);
});

describe('isUndoing', () => {
  const made = { logicalId: 'Own', physicalId: channelId('C1'), status: 'CREATE_COMPLETE' };
  const noParent = { status: 400, body: '<ErrorResponse><Error><Code>ValidationError</Code><Message>m</Message></Error></ErrorResponse>' };

  test.each<[string, boolean, (string | StackResource)[]]>([
    ['a rollback', true, ['ROLLBACK_IN_PROGRESS', made, 'CREATE_IN_PROGRESS']],
    ['the deletion of what was never complete', true, ['DELETE_IN_PROGRESS', 'CREATE_FAILED', made, 'CREATE_IN_PROGRESS']],
    ['the deletion after a rollback that failed', true, ['DELETE_IN_PROGRESS', 'ROLLBACK_FAILED', 'ROLLBACK_IN_PROGRESS', made, 'CREATE_IN_PROGRESS']],
    ['the deletion after an update that failed and made it', true, ['DELETE_IN_PROGRESS', 'UPDATE_FAILED', made, 'UPDATE_IN_PROGRESS']],
    ['the deletion after an update that failed and found it', false, ['DELETE_IN_PROGRESS', 'UPDATE_FAILED', 'UPDATE_IN_PROGRESS', made, 'CREATE_IN_PROGRESS']],
    ['the deletion of a complete stack', false, ['DELETE_IN_PROGRESS', 'CREATE_COMPLETE', made, 'CREATE_IN_PROGRESS']],
    ['the deletion of an updated stack', false, ['DELETE_IN_PROGRESS', 'UPDATE_COMPLETE', 'UPDATE_IN_PROGRESS']],
    ['the cleanup of an update', false, ['UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'UPDATE_IN_PROGRESS']],
  ])('%s: %s', async (_what, expected, events) => {
    const stack = await stackWith(DELETE_C1, eventsAnswer(events), noParent);
    expect(await stack.isUndoing()).toBe(expected);
  });

  test.each([['ROLLBACK_IN_PROGRESS', true], ['UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', false]])('a nested stack whose parent is %s: %s', async (status, expected) => {
    const complete = ['DELETE_IN_PROGRESS', 'CREATE_COMPLETE', made, 'CREATE_IN_PROGRESS'];
    const stack = await stackWith(DELETE_C1, eventsAnswer(complete), stackAnswer([{ logicalId: 'Nested', physicalId: STACK_ID }]), eventsAnswer([status]));
    expect(await stack.isUndoing()).toBe(expected);
    expect(actions()).toEqual(['DescribeStackEvents', 'DescribeStackResources', 'DescribeStackEvents']);
  });
});

describe('isAtRest', () => {
  const status = (stackStatus: string, timestamp: string): StackResource => ({ logicalId: 'support', physicalId: STACK_ID, status: stackStatus, timestamp });

  test.each<[string, string, boolean]>([
    ['CREATE_COMPLETE', '2026-01-02T03:04:05.678Z', true],
    ['UPDATE_COMPLETE', '2026-01-02T03:04:05.678Z', true],
    ['UPDATE_ROLLBACK_COMPLETE', '2026-01-02T03:04:05.678Z', true],
    ['IMPORT_COMPLETE', '2026-01-02T03:04:05.678Z', true],
    // A rule may still send what was declared before.
    ['UPDATE_COMPLETE', '2026-01-02T03:05:01Z', false],
    ['UPDATE_COMPLETE', '2026-01-02T04:00:00Z', false],
    ['UPDATE_IN_PROGRESS', '2026-01-02T03:04:05.678Z', false],
    ['UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', '2026-01-02T03:04:05.678Z', false],
    ['UPDATE_ROLLBACK_FAILED', '2026-01-02T03:04:05.678Z', false],
    ['ROLLBACK_COMPLETE', '2026-01-02T03:04:05.678Z', false],
    ['DELETE_COMPLETE', '2026-01-02T03:04:05.678Z', false],
  ])('of a stack that is %s since %s: %s', async (stackStatus, timestamp, expected) => {
    const stack = await stackWith({}, eventsAnswer([{ logicalId: 'Own', status: 'UPDATE_COMPLETE' }, status(stackStatus, timestamp)]));
    expect(await stack.isAtRest('2026-01-02T03:10:00Z')).toBe(expected);
    expect(actions()).toEqual(['DescribeStackEvents']);
  });

  test('of a stack without events: no', async () => {
    expect(await (await stackWith({}, eventsAnswer([]))).isAtRest('2026-01-02T03:10:00Z')).toBe(false);
  });
});

describe('hasDeleted', () => {
  test.each<[string, boolean, boolean]>([
    ['DELETE_COMPLETE', true, true],
    ['DELETE_IN_PROGRESS', false, false],
    ['DELETE_FAILED', false, true],
    // The template has the same anew.
    ['UPDATE_COMPLETE', false, true],
  ])('of a resource that is %s: %s, and %s for a late event', async (status, expected, expectedLate) => {
    const answer = stackAnswer([{ logicalId: 'Own', physicalId: channelId('C1'), status }]);
    expect(await (await stackWith(DELETE_C1, answer)).hasDeleted()).toBe(expected);
    expect(actions()).toEqual(['ListStackResources']);
    await server!.stop();
    expect(await (await stackWith({ ...DELETE_C1, ...LATE }, answer)).hasDeleted()).toBe(expectedLate);
  });

  test.each<[string, boolean]>([
    ['UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', false],
    ['UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS', false],
    ['UPDATE_ROLLBACK_IN_PROGRESS', false],
    ['UPDATE_COMPLETE', true],
    ['UPDATE_ROLLBACK_COMPLETE', true],
  ])('of what a replacement has left, in a stack that is %s: %s', async (status, expected) => {
    const stack = await stackWith(DELETE_C1, stackAnswer([{ logicalId: 'Own', physicalId: channelId('C2') }]), eventsAnswer([status, 'UPDATE_IN_PROGRESS']));
    expect(await stack.hasDeleted()).toBe(expected);
  });

  test('of a resource that the stack does not know: no', async () => {
    const stack = await stackWith({ ...DELETE_C1, ...LATE }, stackAnswer([{ logicalId: 'Other', physicalId: channelId('C1'), status: 'DELETE_COMPLETE' }]));
    expect(await stack.hasDeleted()).toBe(false);
  });
});
