import { captureLog, clearEnvironment, endInvocations, invocation, useCredentials, withoutWaits } from './environment';
import { ScriptedServer } from './scripted-server';
import { channelId, stackAnswer, stackEvent, StackResource } from './stack-answers';
import { CustomResourceEvent } from '../../lambda/custom-resource';
import { parsePhysicalId } from '../../lambda/physical-id';
import { Stack, stackOf } from '../../lambda/stack';

const ROLLBACK = 'UPDATE_ROLLBACK_IN_PROGRESS';

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
async function stackWith(resources: StackResource[], change: Partial<CustomResourceEvent> = {}, stackStatus?: string): Promise<Stack> {
  server = await ScriptedServer.start(stackAnswer(resources, stackStatus));
  process.env.AWS_ENDPOINT_URL_CLOUDFORMATION = server.url;
  return stackOf(stackEvent(change), invocation());
}

function actions(): (string | null)[] {
  return server!.requests.map(({ body }) => new URLSearchParams(body).get('Action'));
}

const C1 = parsePhysicalId(channelId('C1'))!;

describe('holderOf', () => {
  test.each<[string, StackResource[], boolean]>([
    ['no resource', [], false],
    ['one that holds it', [{ logicalId: 'Other', physicalId: channelId('C1') }], true],
    ['one that holds it adopted', [{ logicalId: 'Other', physicalId: channelId('C1', 'adopted') }], true],
    ['one whose update failed', [{ logicalId: 'Other', physicalId: channelId('C1'), status: 'UPDATE_FAILED' }], true],
    ['one that is deleted', [{ logicalId: 'Other', physicalId: channelId('C1'), status: 'DELETE_COMPLETE' }], false],
    ['one that is being deleted', [{ logicalId: 'Other', physicalId: channelId('C1'), status: 'DELETE_IN_PROGRESS' }], false],
    ['one that has left it', [{ logicalId: 'Other', physicalId: channelId('C2', 'created', 'C1') }], false],
    ['one of another target', [{ logicalId: 'Other', physicalId: channelId('C2') }], false],
    ['one of another type', [{ logicalId: 'Other', physicalId: 'SupportAppSlackWorkspace/created/T1/C1' }], false],
    ['one without an id yet', [{ logicalId: 'Other', status: 'CREATE_IN_PROGRESS' }], false],
    ['one that failed', [{ logicalId: 'Other', physicalId: 'failed/Other', status: 'CREATE_FAILED' }], false],
    ['itself', [{ logicalId: 'Own', physicalId: channelId('C1') }], false],
  ])('of a Create, with %s', async (_what, resources, isHeld) => {
    const stack = await stackWith(resources);
    expect(await stack.holderOf(C1)).toEqual(isHeld ? parsePhysicalId(resources[0].physicalId) : undefined);
    expect(actions()).toEqual(['ListStackResources']);
  });

  test.each<[string, string, boolean]>([
    ['the id of the event', channelId('C1'), false],
    ['another mark', channelId('C1', 'adopted'), true],
    ['another target', channelId('C2'), false],
  ])('of a Delete, when the resource itself has %s', async (_what, physicalId, isHeld) => {
    const stack = await stackWith([{ logicalId: 'Own', physicalId }], { RequestType: 'Delete', PhysicalResourceId: channelId('C1') });
    expect(await stack.holderOf(C1)).toEqual(isHeld ? parsePhysicalId(physicalId) : undefined);
  });

  test('is found on the last page too', async () => {
    server = await ScriptedServer.start(
      stackAnswer([{ logicalId: 'A', physicalId: channelId('C2') }], undefined, 'more'), stackAnswer([{ logicalId: 'B', physicalId: channelId('C1') }]));
    process.env.AWS_ENDPOINT_URL_CLOUDFORMATION = server.url;
    expect(await stackOf(stackEvent(), invocation()).holderOf(C1)).toMatchObject({ target: ['T1', 'C1'] });
    expect(server.requests).toHaveLength(2);
  });

  test('is not answered without the list', async () => {
    server = await ScriptedServer.start({ status: 403, body: '<ErrorResponse><Error><Code>AccessDenied</Code><Message>m</Message></Error></ErrorResponse>' });
    process.env.AWS_ENDPOINT_URL_CLOUDFORMATION = server.url;
    await expect(stackOf(stackEvent(), invocation()).holderOf(C1)).rejects.toMatchObject({ name: 'AccessDenied', operation: 'ListStackResources' });
  });
});

describe('isHeldElsewhere', () => {
  const other = 'arn:aws:cloudformation:us-east-1:111122223333:stack/other/5b3a0a5c-0000-4000-8000-000000000001';

  async function isHeldElsewhere(body: string, status = 200): Promise<boolean> {
    server = await ScriptedServer.start({ status, body });
    process.env.AWS_ENDPOINT_URL_CLOUDFORMATION = server.url;
    return stackOf(stackEvent({ RequestType: 'Delete' }), invocation()).isHeldElsewhere(parsePhysicalId(channelId('C1', 'created', 'C2'))!);
  }

  const answer = (physicalId: string, stackId = other, status = 'CREATE_COMPLETE') => '<AnyResponse><member>'
    + `<StackId>${stackId}</StackId><PhysicalResourceId>${physicalId}</PhysicalResourceId><ResourceStatus>${status}</ResourceStatus></member></AnyResponse>`;
  const refusal = (code: string) => `<ErrorResponse><Error><Code>${code}</Code><Message>m</Message></Error></ErrorResponse>`;

  test('asks for each other mark', async () => {
    expect(await isHeldElsewhere(answer(channelId('C1', 'adopted')))).toBe(true);
    expect(server!.requests.map(({ body }) => new URLSearchParams(body).get('PhysicalResourceId')).sort())
      .toEqual([channelId('C1', 'adopted'), channelId('C1', 'owned')]);
  });

  test.each([
    ['is the own one', answer(channelId('C1', 'adopted'), stackEvent().StackId)],
    ['has deleted it', answer(channelId('C1', 'adopted'), other, 'DELETE_COMPLETE')],
    ['has another id', answer('other')],
  ])('not where the stack %s', async (_what, body) => {
    expect(await isHeldElsewhere(body)).toBe(false);
  });

  test.each(['ValidationError', 'AccessDenied'])('not where the answer is %s', async (code) => {
    expect(await isHeldElsewhere(refusal(code), 400)).toBe(false);
  });

  test('is left open by any other error', async () => {
    await expect(isHeldElsewhere(refusal('OptInRequired'), 400)).rejects.toMatchObject({ name: 'OptInRequired' });
  });
});

describe('holdingOf', () => {
  /** An update of `Own` from one channel to another. */
  function move(from: string, replaced?: string): Partial<CustomResourceEvent> {
    return { RequestType: 'Update', PhysicalResourceId: channelId(from, 'created', replaced) };
  }

  const target = (channel: string) => parsePhysicalId(channelId(channel))!;

  test('of what nobody of the stack has: none', async () => {
    const stack = await stackWith([{ logicalId: 'Own', physicalId: channelId('C2') }], move('C2'));
    expect(await stack.holdingOf(C1)).toBeUndefined();
  });

  test.each(['created', 'adopted'] as const)('of what another resource has: its mark, %s', async (ownership) => {
    const stack = await stackWith([{ logicalId: 'Other', physicalId: channelId('C1', ownership) }], move('C2'));
    expect(await stack.holdingOf(C1)).toMatchObject({ ownership });
    expect((await stack.holdingOf(C1))!.returnsTo).toBeUndefined();
  });

  test('in a rollback, of what the update has left: the very id from before', async () => {
    const stack = await stackWith([], move('C2', 'C1'), ROLLBACK);
    expect(await stack.holdingOf(C1)).toEqual({ ownership: 'created', returnsTo: channelId('C1') });
  });

  test('in a rollback, of another target than the update has left: none', async () => {
    const stack = await stackWith([], move('C2', 'C3'), ROLLBACK);
    expect(await stack.holdingOf(C1)).toBeUndefined();
  });

  test('in an update, of what an earlier one has left: none, since it was deleted then', async () => {
    const stack = await stackWith([{ logicalId: 'Own', physicalId: channelId('C2', 'created', 'C1') }], move('C2', 'C1'));
    expect(await stack.holdingOf(C1)).toBeUndefined();
  });

  describe('when two swap', () => {
    test('the first finds the second', async () => {
      const stack = await stackWith([{ logicalId: 'Own', physicalId: channelId('C1') }, { logicalId: 'B', physicalId: channelId('C2', 'adopted') }], move('C1'));
      expect(await stack.holdingOf(target('C2'))).toMatchObject({ ownership: 'adopted' });
    });

    test('the second finds what the first has left', async () => {
      const stack = await stackWith([{ logicalId: 'A', physicalId: channelId('C2', 'created', 'C1') }, { logicalId: 'Own', physicalId: channelId('C2') }], move('C2'));
      expect(await stack.holdingOf(C1)).toMatchObject({ ownership: 'created', target: ['T1', 'C1'] });
    });
  });

  describe('when three swap, C1 to C2 to C3 to C1', () => {
    const first = { logicalId: 'A', physicalId: channelId('C2', 'created', 'C1') };
    const second = { logicalId: 'B', physicalId: channelId('C3', 'created', 'C2') };
    const third = { logicalId: 'Own', physicalId: channelId('C3') };

    test.each<[string, StackResource[]]>([
      ['in order', [first, second, third]],
      ['against it', [third, second, first]],
      ['mixed', [second, third, first]],
    ])('the last finds what the first has left, %s', async (_what, resources) => {
      const stack = await stackWith(resources, move('C3'));
      expect(await stack.holdingOf(C1)).toMatchObject({ ownership: 'created', target: ['T1', 'C1'] });
    });

    test('and the second what the third has, as long as that has not moved', async () => {
      const stack = await stackWith([first, { logicalId: 'Own', physicalId: channelId('C2') }, { logicalId: 'C', physicalId: channelId('C3') }], move('C2'));
      expect(await stack.holdingOf(target('C3'))).toMatchObject({ ownership: 'created', target: ['T1', 'C3'] });
    });

    test('what the first has left is not the stack\'s, when the one that ended the chain is deleted', async () => {
      const stack = await stackWith([first, second, { ...third, logicalId: 'C', status: 'DELETE_COMPLETE' }], move('C4'));
      expect(await stack.holdingOf(C1)).toBeUndefined();
    });
  });

  test('of what one has left that is deleted: none', async () => {
    const stack = await stackWith([
      { logicalId: 'A', physicalId: channelId('C2', 'created', 'C1'), status: 'DELETE_COMPLETE' }, { logicalId: 'Own', physicalId: channelId('C2') },
    ], move('C2'));
    expect(await stack.holdingOf(C1)).toBeUndefined();
  });

  test('of what the first of a chain of moves into free targets has left: none', async () => {
    const stack = await stackWith([
      { logicalId: 'A', physicalId: channelId('C2', 'created', 'C1') }, { logicalId: 'B', physicalId: channelId('C3', 'created', 'C2') },
      { logicalId: 'C', physicalId: channelId('C4', 'created', 'C3') },
    ], move('C5'));
    expect(await stack.holdingOf(C1)).toBeUndefined();
  });
});

describe('resourceStatus', () => {
  test('is that of the resource of the event', async () => {
    const stack = await stackWith([{ logicalId: 'Other', status: 'CREATE_FAILED' }, { logicalId: 'Own', status: 'CREATE_IN_PROGRESS' }]);
    expect(await stack.resourceStatus()).toBe('CREATE_IN_PROGRESS');
  });

  test('is none of a resource that the stack does not know', async () => {
    expect(await (await stackWith([{ logicalId: 'OwnToo', status: 'CREATE_IN_PROGRESS' }])).resourceStatus()).toBeUndefined();
  });

  test('the list is read once for all questions of an event', async () => {
    const stack = await stackWith([{ logicalId: 'Own' }]);
    await Promise.all([stack.resourceStatus(), stack.holderOf(C1), stack.resourceStatus()]);
    expect(actions()).toEqual(['ListStackResources']);
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
])('isRollingBack, %s: %s', async (stackStatus, expected) => {
  const stack = await stackWith([], {}, stackStatus);
  expect(await stack.isRollingBack()).toBe(expected);
  expect(actions()).toEqual(['DescribeStacks']);
});

describe('hasDeleted', () => {
  const deletion: Partial<CustomResourceEvent> = { RequestType: 'Delete', PhysicalResourceId: channelId('C1') };

  test.each<[string, boolean]>([
    ['DELETE_COMPLETE', true],
    ['DELETE_IN_PROGRESS', false],
    ['DELETE_FAILED', false],
    ['UPDATE_COMPLETE', false],
  ])('of a resource that is %s: %s', async (status, expected) => {
    const stack = await stackWith([{ logicalId: 'Own', physicalId: channelId('C1'), status }], deletion, 'DELETE_IN_PROGRESS');
    expect(await stack.hasDeleted()).toBe(expected);
    expect(actions()).toEqual(['ListStackResources']);
  });

  test.each<[string, boolean]>([
    ['UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', false],
    ['UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS', false],
    ['UPDATE_ROLLBACK_IN_PROGRESS', false],
    ['UPDATE_COMPLETE', true],
    ['UPDATE_ROLLBACK_COMPLETE', true],
  ])('of what a replacement has left, in a stack that is %s: %s', async (stackStatus, expected) => {
    const stack = await stackWith([{ logicalId: 'Own', physicalId: channelId('C2', 'created', 'C1') }], deletion, stackStatus);
    expect(await stack.hasDeleted()).toBe(expected);
  });

  test('of a resource that the stack does not know: no', async () => {
    const stack = await stackWith([{ logicalId: 'Other', physicalId: channelId('C1'), status: 'DELETE_COMPLETE' }], deletion, 'UPDATE_COMPLETE');
    expect(await stack.hasDeleted()).toBe(false);
  });
});
