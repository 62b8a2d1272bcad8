import { readServiceManagedTemplate } from '../../../local-aws/stacksets/template-rules';

const TOPIC = { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value: 'x' } };
const read = (template: object, capabilities: string[] = [], source: 'BODY' | 'S3' = 'BODY') =>
  readServiceManagedTemplate(JSON.stringify({ Resources: { Topic: TOPIC }, ...template }), source, capabilities);
const role = (properties: object = {}) => ({ Resources: { Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: {}, ...properties } } } });

test.each<[string, object, string]>([
  ['a transform', { Transform: 'AWS::LanguageExtensions' }, 'do not support templates with macros or transforms'],
  ['a macro', { Resources: { Topic: { ...TOPIC, 'Fn::Transform': { Name: 'Mine' } } } }, 'do not support templates with macros or transforms'],
  ['a nested stack', { Resources: { Nested: { Type: 'AWS::CloudFormation::Stack', Properties: { TemplateURL: 'https://x' } } } },
    'do not support templates with nested stacks'],
  ['a function of a transform', { Outputs: { Out: { Value: { 'Fn::Length': [1] } } } }, 'Fn::Length needs the transform AWS::LanguageExtensions'],
  ['a loop', { Resources: { 'Topic': TOPIC, 'Fn::ForEach::Topics': ['x', ['a'], {}] } }, 'Fn::ForEach needs the transform AWS::LanguageExtensions'],
  ['a default of a mapping', { Mappings: { Map: { a: { b: 'c' } } }, Outputs: { Out: { Value: { 'Fn::FindInMap': ['Map', 'x', 'b', { DefaultValue: 'd' }] } } } },
    'DefaultValue of Fn::FindInMap needs the transform AWS::LanguageExtensions'],
  ['IAM resources that are not acknowledged', role(), 'Requires capabilities : [CAPABILITY_IAM]'],
])('%s is refused', (_name, template, message) => {
  expect(() => read(template)).toThrow(message);
});

test('the capability for macros is refused', () => {
  expect(() => read({}, ['CAPABILITY_AUTO_EXPAND'])).toThrow('macros or transforms');
});

test('IAM resources with names of their own need another capability', () => {
  expect(() => read(role({ RoleName: 'mine' }), ['CAPABILITY_IAM'])).toThrow('Requires capabilities : [CAPABILITY_NAMED_IAM]');
  expect(Object.keys(read(role({ RoleName: 'mine' }), ['CAPABILITY_NAMED_IAM']).Resources)).toEqual(['Role']);
  expect(Object.keys(read(role(), ['CAPABILITY_NAMED_IAM']).Resources)).toEqual(['Role']);
});

test('51,200 bytes go in the request, 1,000,000 through a bucket', () => {
  const padded = (size: number) => JSON.stringify({ Resources: { Topic: TOPIC } }).padEnd(size);
  expect(() => readServiceManagedTemplate(padded(51_201), 'BODY', [])).toThrow('less than or equal to 51200 (it has 51201)');
  expect(() => readServiceManagedTemplate(padded(1_000_001), 'S3', [])).toThrow('Template may not exceed 1000000 bytes in size.');
  expect(readServiceManagedTemplate(padded(51_200), 'BODY', []).Resources).toEqual({ Topic: TOPIC });
  expect(readServiceManagedTemplate(padded(1_000_000), 'S3', []).Resources).toEqual({ Topic: TOPIC });
});
