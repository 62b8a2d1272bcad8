import { accountTemplate, fileOfGuide } from './guide';

// guide.exhaustive.test.ts does what the guide says.
test('the serializer takes the code of this library only', () => {
  const module = { exports: {} as { test(value: unknown): boolean } };
  new Function('module', fileOfGuide('handler-code-serializer.js'))(module);
  const { Resources: resources } = JSON.parse(accountTemplate()) as { Resources: Record<string, { Type: string; Properties: object }> };
  const [handler] = Object.values(resources).filter(({ Type }) => Type === 'AWS::Lambda::Function');
  expect(module.exports.test(handler.Properties)).toBe(true);
  [
    handler,
    { ...handler.Properties, Code: { S3Bucket: 'bucket', S3Key: 'key' } },
    { ...handler.Properties, Code: undefined },
    { ...handler.Properties, Description: 'Another function' },
    'text', null, undefined,
  ].forEach((value) => expect(module.exports.test(value)).toBe(false));
});
