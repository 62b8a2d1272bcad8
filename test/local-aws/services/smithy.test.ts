import { AwsError } from '../../../local-aws/services/aws-error';
import { Shape, SmithyModel } from '../../../local-aws/services/smithy';

const SUPPORT_APP = SmithyModel.load('support-app-2021-08-20.json');
const CHIME = SmithyModel.load('chime-sdk-messaging-2021-05-15.json');
const CHANNEL_ARN = 'arn:aws:chime:us-east-1:111122223333:app-instance/a/channel/b';

function read(model: SmithyModel, method: string, url: string, body: string | Buffer = '', headers: Record<string, string> = {}) {
  return model.readInput(model.route(method, url)!, { headers: { 'content-type': 'application/json', ...headers }, body: Buffer.from(body) });
}

describe('route', () => {
  test.each([['Support App', SUPPORT_APP, 10], ['Chime SDK messaging', CHIME, 51]] as const)('finds each operation of %s from its own URI', (_name, model, count) => {
    expect(model.operations).toHaveLength(count);
    for (const operation of model.operations) {
      const path = operation.segments.map((segment) => (segment.startsWith('{') ? encodeURIComponent(CHANNEL_ARN) : segment)).join('/');
      const query = operation.query.map(([name, value]) => `${name}=${value}`).join('&');
      expect(model.route(operation.method, query ? `${path}?${query}` : path)?.operation.name).toBe(operation.name);
    }
  });

  test('tells operations of one path apart by the literal part of their query', () => {
    expect(CHIME.route('POST', '/tags?operation=tag-resource')?.operation.name).toBe('TagResource');
    expect(CHIME.route('POST', '/tags?operation=untag-resource')?.operation.name).toBe('UntagResource');
    expect(CHIME.route('GET', '/channels?max-results=1&scope=app-instance-user-moderated-channels')?.operation.name)
      .toBe('ListChannelsModeratedByAppInstanceUser');
    expect(CHIME.route('GET', '/channels?max-results=1')?.operation.name).toBe('ListChannels');
  });

  test.each([
    ['an unknown path', 'POST', '/control/create-slack-channel'],
    ['another method', 'GET', '/control/get-account-alias'],
    ['a trailing slash', 'POST', '/control/get-account-alias/'],
  ])('finds nothing for %s', (_name, method, url) => {
    expect(SUPPORT_APP.route(method, url)).toBeUndefined();
  });

  test.each([
    ['an unknown literal query', 'POST', '/tags?operation=other'],
    ['an ARN whose slashes are not encoded', 'GET', `/channels/${CHANNEL_ARN}`],
    ['an empty label', 'GET', '/channels/'],
    ['a label with a broken encoding', 'GET', '/channels/arn%3'],
  ])('finds nothing for %s', (_name, method, url) => {
    expect(CHIME.route(method, url)).toBeUndefined();
  });
});

describe('readInput', () => {
  test('decodes labels, headers and the body', () => {
    const input = read(CHIME, 'PUT', `/channels/${encodeURIComponent(CHANNEL_ARN)}`, '{"Name":"n","Mode":null}', { 'x-amz-chime-bearer': 'arn:bearer' });
    expect(input).toEqual({ ChannelArn: CHANNEL_ARN, ChimeBearer: 'arn:bearer', Name: 'n' });
  });

  test('decodes and types the query', () => {
    expect(read(CHIME, 'GET', '/channels?app-instance-arn=a%3Ab&max-results=7&privacy=PUBLIC')).toEqual({ AppInstanceArn: 'a:b', MaxResults: 7, Privacy: 'PUBLIC' });
    expect(read(CHIME, 'GET', '/channels?max-results=7x')).toEqual({ MaxResults: '7x' });
  });

  test('takes an empty body for an empty input', () => {
    expect(read(SUPPORT_APP, 'POST', '/control/get-account-alias', '', { 'content-type': '' })).toEqual({});
  });

  test.each([
    ['broken JSON', '{"accountAlias":', 'SerializationException'],
    ['an array', '[]', 'SerializationException'],
    ['a text', '"a"', 'SerializationException'],
    ['bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'SerializationException'],
  ])('fails on %s', (_name, body, code) => {
    expect(() => read(SUPPORT_APP, 'POST', '/control/put-account-alias', body)).toThrow(expect.objectContaining({ code }));
  });

  test('fails on a body of another content type', () => {
    expect(() => read(SUPPORT_APP, 'POST', '/control/put-account-alias', '{}', { 'content-type': 'application/x-www-form-urlencoded' }))
      .toThrow(expect.objectContaining({ code: 'UnsupportedMediaTypeException', status: 415 }));
  });
});

describe('writeOutput', () => {
  test('writes timestamps as seconds and leaves absent members out', () => {
    const body = CHIME.writeOutput(CHIME.operation('DescribeChannel'), { Channel: { Name: 'n', Metadata: undefined, CreatedTimestamp: new Date(1500) } });
    expect(JSON.parse(body)).toEqual({ Channel: { Name: 'n', CreatedTimestamp: 1.5 } });
  });

  test('writes no body for a 204', () => {
    expect(CHIME.writeOutput(CHIME.operation('TagResource'), {})).toBe('');
    expect(SUPPORT_APP.writeOutput(SUPPORT_APP.operation('PutAccountAlias'), {})).toBe('{}');
  });

  test('fails on an output that the model does not allow', () => {
    expect(() => SUPPORT_APP.writeOutput(SUPPORT_APP.operation('GetAccountAlias'), { alias: 'a' })).toThrow('the output of GetAccountAlias has no member alias');
    expect(() => SUPPORT_APP.writeOutput(SUPPORT_APP.operation('ListSlackChannelConfigurations'), {})).toThrow('lacks slackChannelConfigurations');
  });
});

describe('writeError', () => {
  test.each([
    [SUPPORT_APP, 'ServiceQuotaExceededException', 402, { message: 'm' }],
    [SUPPORT_APP, 'ConflictException', 409, { message: 'm' }],
    [SUPPORT_APP, 'UnrecognizedClientException', 403, { message: 'm' }],
    [CHIME, 'ForbiddenException', 403, { Code: 'Forbidden', Message: 'm' }],
    [CHIME, 'ThrottledClientException', 429, { Code: 'Throttled', Message: 'm' }],
    [CHIME, 'ResourceLimitExceededException', 400, { Code: 'ResourceLimitExceeded', Message: 'm' }],
  ])('%#: takes status and body from the model', (model, code, status, body) => {
    const written = model.writeError(new AwsError(code, 'm'));
    expect({ ...written, body: JSON.parse(written.body) }).toEqual({ status, body });
  });
});

test('redact masks sensitive members at any depth', () => {
  const input = {
    AppInstanceArn: 'arn',
    Name: 'secret',
    ClientRequestToken: 'secret',
    ChannelId: 'secret',
    Metadata: 'secret',
    Mode: 'RESTRICTED',
    Tags: [{ Key: 'secret', Value: 'secret' }],
    Unknown: 'secret',
  };
  const redacted = CHIME.redact(CHIME.operation('CreateChannel').input, input);
  expect(JSON.stringify(redacted)).not.toContain('secret');
  expect(redacted).toMatchObject({ AppInstanceArn: 'arn', Mode: 'RESTRICTED', Tags: [{ Key: '***', Value: '***' }] });
});

test('a model of another protocol is refused', () => {
  const shapes: Record<string, Shape> = { 's#S': { type: 'service', traits: { 'aws.auth#sigv4': { name: 's' }, 'aws.protocols#awsJson1_1': {} } } };
  expect(() => new SmithyModel(shapes)).toThrow('restJson1');
});

test('an operation knows the errors that the model declares for it', () => {
  const { errors } = SmithyModel.load('support-app-2021-08-20.json').operation('CreateSlackChannelConfiguration');
  expect([...errors].sort()).toEqual([
    'AccessDeniedException', 'ConflictException', 'InternalServerException', 'ServiceQuotaExceededException', 'ValidationException',
  ]);
});
