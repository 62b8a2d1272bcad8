import { describeRequest, logLines } from '../../../demos/account/trace';
import type { LoggedRequest, RequestOutcome } from '../../../local-aws/services/request-log';

function request(operation: string, outcome: Partial<RequestOutcome>, input: unknown = {}): LoggedRequest {
  return {
    service: 'supportapp',
    operation,
    accountId: '111122223333',
    region: 'us-east-1',
    input,
    wire: { method: 'POST', url: '/', headers: {}, body: '' },
    outcome: { committed: false, ...outcome },
  };
}

test('calls are shown with outcome, fault and attempt', () => {
  const entries = [
    request('PutAccountAlias', { status: 429, errorCode: 'ThrottledClientException', fault: 'throttle' }),
    request('GetAccountAlias', { status: 200 }),
    request('PutAccountAlias', { fault: 'reset' }),
    request('PutAccountAlias', { status: 200 }),
    request('PutAccountAlias', { status: 200 }),
    request('PutAccountAlias', { status: 400, errorCode: 'ValidationException' }, { accountAlias: '' }),
  ];
  expect(entries.map((_, index) => describeRequest(entries, index))).toEqual([
    'api supportapp:PutAccountAlias 429 ThrottledClientException (throttle on purpose), attempt 1',
    'api supportapp:GetAccountAlias 200, attempt 1',
    'api supportapp:PutAccountAlias no answer (reset on purpose), attempt 2',
    'api supportapp:PutAccountAlias 200, attempt 3',
    'api supportapp:PutAccountAlias 200, attempt 1',
    'api supportapp:PutAccountAlias 400 ValidationException, attempt 1',
  ]);
});

test('log lines are shown without what Lambda puts before them', () => {
  expect(logLines([
    'START RequestId: 1 Version: $LATEST',
    '2026-11-22T07:57:29.605Z\t1\tINFO\t{"response":"SUCCESS","tries":1}',
    'END RequestId: 1',
    'REPORT RequestId: 1\tDuration: 32.00 ms\tBilled Duration: 33 ms\t',
    '',
  ].join('\n'))).toEqual(['INFO {"response":"SUCCESS", "tries":1}', 'REPORT Duration: 32.00 ms Billed Duration: 33 ms']);
});
