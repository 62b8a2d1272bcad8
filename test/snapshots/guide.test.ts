import { accountTemplate, moduleOfGuide } from './guide';

// guide.exhaustive.test.ts does what the guide says.
test('the serializer takes the code of this library only', () => {
  const serializer = moduleOfGuide('handler-code-serializer.js') as { test(value: unknown): boolean };
  const { Resources: resources } = JSON.parse(accountTemplate()) as { Resources: Record<string, { Type: string; Properties: object }> };
  const [handler] = Object.values(resources).filter(({ Type }) => Type === 'AWS::Lambda::Function');
  expect(serializer.test(handler.Properties)).toBe(true);
  [
    handler,
    { ...handler.Properties, Code: { S3Bucket: 'bucket', S3Key: 'key' } },
    { ...handler.Properties, Code: undefined },
    { ...handler.Properties, Description: 'Another function' },
    'text', null, undefined,
  ].forEach((value) => expect(serializer.test(value)).toBe(false));
});
