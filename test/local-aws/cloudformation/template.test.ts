import { PreparedTemplate, parseTemplate, resolveParameters } from '../../../local-aws/cloudformation/template';
import type { Scope } from '../../../local-aws/cloudformation/template-model';

const PSEUDO = { accountId: '111122223333', region: 'eu-central-1', stackName: 'stack', stackId: 'arn:aws:cloudformation:eu-central-1:111122223333:stack/stack/id' };
const SCOPE: Scope = {
  ref: (logicalId) => `id-of-${logicalId}`,
  getAtt: (logicalId, attribute) => `${attribute}-of-${logicalId}`,
  importValue: (name) => `import-of-${name}`,
};
const TYPE = 'Custom::Thing';

function prepare(template: object, parameters: Record<string, string> = {}, pseudo = PSEUDO): PreparedTemplate {
  const parsed = parseTemplate({ Resources: { A: { Type: TYPE } }, ...template });
  return new PreparedTemplate(parsed, resolveParameters(parsed, parameters, (name) => name === '/known' ? 'one,two' : undefined), pseudo);
}

/** The value of one property of a resource. */
function evaluate(value: unknown, rest: object = {}, parameters: Record<string, string> = {}, pseudo = PSEUDO): unknown {
  const template = prepare({ Resources: { A: { Type: TYPE }, B: { Type: TYPE, Properties: { Value: value } } }, ...rest }, parameters, pseudo);
  return (template.evaluate(template.resources.get('B')!.definition.Properties, SCOPE) as { Value: unknown }).Value;
}

describe('intrinsic functions', () => {
  test.each<[string, unknown, unknown]>([
    ['Ref of a resource', { Ref: 'A' }, 'id-of-A'],
    ['Ref of AWS::AccountId', { Ref: 'AWS::AccountId' }, '111122223333'],
    ['Ref of AWS::Region', { Ref: 'AWS::Region' }, 'eu-central-1'],
    ['Ref of AWS::Partition', { Ref: 'AWS::Partition' }, 'aws'],
    ['Ref of AWS::URLSuffix', { Ref: 'AWS::URLSuffix' }, 'amazonaws.com'],
    ['Ref of AWS::StackName', { Ref: 'AWS::StackName' }, 'stack'],
    ['Ref of AWS::StackId', { Ref: 'AWS::StackId' }, PSEUDO.stackId],
    ['Ref of AWS::NotificationARNs', { Ref: 'AWS::NotificationARNs' }, []],
    ['Ref of AWS::NoValue in a list', [1, { Ref: 'AWS::NoValue' }, 2], [1, 2]],
    ['Ref of AWS::NoValue in an object', { Keep: 'x', Gone: { Ref: 'AWS::NoValue' } }, { Keep: 'x' }],
    ['null', { Keep: 'x', Gone: null }, { Keep: 'x' }],
    ['GetAtt with a list', { 'Fn::GetAtt': ['A', 'Arn'] }, 'Arn-of-A'],
    ['GetAtt with dots', { 'Fn::GetAtt': 'A.Nested.Name' }, 'Nested.Name-of-A'],
    ['Join', { 'Fn::Join': [':', ['a', { Ref: 'A' }, 3]] }, 'a:id-of-A:3'],
    ['Join of a Split', { 'Fn::Join': ['-', { 'Fn::Split': [',', 'a,b'] }] }, 'a-b'],
    ['Sub', { 'Fn::Sub': '${A}|${A.Arn}|${AWS::Region}|${!Literal}' }, 'id-of-A|Arn-of-A|eu-central-1|${Literal}'],
    ['Sub with variables', { 'Fn::Sub': ['${x}-${A}', { x: { 'Fn::GetAtt': 'A.X' } }] }, 'X-of-A-id-of-A'],
    ['Select', { 'Fn::Select': ['1', ['a', 'b']] }, 'b'],
    ['Base64', { 'Fn::Base64': 'ü' }, 'w7w='],
    ['GetAZs', { 'Fn::GetAZs': '' }, ['eu-central-1a', 'eu-central-1b', 'eu-central-1c']],
    ['ImportValue', { 'Fn::ImportValue': { 'Fn::Sub': '${AWS::StackName}-x' } }, 'import-of-stack-x'],
    ['Length', { 'Fn::Length': [1, 2, 3] }, 3],
    ['ToJsonString', { 'Fn::ToJsonString': { a: { Ref: 'A' } } }, '{"a":"id-of-A"}'],
    ['the condition of a policy statement', { Effect: 'Allow', Condition: { StringEquals: { k: 'v' } } }, { Effect: 'Allow', Condition: { StringEquals: { k: 'v' } } }],
    ['a lone policy condition', { Condition: { StringEquals: { k: { Ref: 'A' } } } }, { Condition: { StringEquals: { k: 'id-of-A' } } }],
  ])('%s', (_name, value, expected) => {
    expect(evaluate(value)).toEqual(expected);
  });

  test.each([['cn-north-1', 'aws-cn', 'amazonaws.com.cn'], ['us-gov-west-1', 'aws-us-gov', 'amazonaws.com']])('partition of %s', (region, partition, suffix) => {
    expect(evaluate({ 'Fn::Sub': '${AWS::Partition} ${AWS::URLSuffix}' }, {}, {}, { ...PSEUDO, region })).toBe(`${partition} ${suffix}`);
  });

  test('FindInMap, with and without a default', () => {
    const rest = { Mappings: { Map: { 'eu-central-1': { Name: 'found' } } } };
    expect(evaluate({ 'Fn::FindInMap': ['Map', { Ref: 'AWS::Region' }, 'Name'] }, rest)).toBe('found');
    expect(evaluate({ 'Fn::FindInMap': ['Map', 'us-east-1', 'Name', { DefaultValue: { Ref: 'A' } }] }, rest)).toBe('id-of-A');
    expect(() => evaluate({ 'Fn::FindInMap': ['Map', 'us-east-1', 'Name'] }, rest)).toThrow('Unable to get mapping for Map::us-east-1::Name');
  });

  test.each<[string, unknown, string]>([
    ['an unknown function', { 'Fn::Cidr': ['10.0.0.0/16', 1] }, 'the intrinsic function Fn::Cidr is not supported'],
    ['a Select beyond the list', { 'Fn::Select': [2, ['a', 'b']] }, 'Fn::Select cannot select nonexistent value at index 2'],
    ['a Join of objects', { 'Fn::Join': ['', [{ a: 1 }]] }, 'Fn::Join requires a string'],
    ['a Join without list', { 'Fn::Join': ['', 'text'] }, 'Fn::Join requires a list argument'],
    ['a GetAtt without attribute', { 'Fn::GetAtt': 'A' }, 'every Fn::GetAtt object requires two non-empty parameters'],
    ['an unknown reference', { Ref: 'Nope' }, 'Unresolved resource dependencies [Nope] in the Resources block'],
    ['an unknown reference in a Sub', { 'Fn::Sub': '${Nope.Arn} ${!Fine}' }, 'Unresolved resource dependencies [Nope]'],
    ['an unknown pseudo parameter', { 'Fn::Sub': '${AWS::Nope}' }, 'Unresolved resource dependencies [AWS::Nope]'],
  ])('%s is refused', (_name, value, message) => {
    expect(() => evaluate(value)).toThrow(message);
  });
});

describe('a key that is missing in a mapping', () => {
  const Mappings = { Names: { 111122223333: { Name: 'known' } } };
  const Conditions = { Never: { 'Fn::Equals': ['a', 'b'] } };
  const lookUp = { 'Fn::FindInMap': ['Names', '444455556666', 'Name'] };
  const missing = 'Template error: Unable to get mapping for Names::444455556666::Name';

  test('fails the branch of an Fn::If that is taken', () => {
    expect(() => evaluate({ 'Fn::If': ['Never', 'x', lookUp] }, { Mappings, Conditions })).toThrow(missing);
  });

  test('fails the branch that is not taken as well, however deep it is', () => {
    expect(() => evaluate({ 'Fn::If': ['Never', { 'Fn::Join': ['', ['a', lookUp]] }, 'x'] }, { Mappings, Conditions })).toThrow(missing);
    expect(() => prepare({ Mappings, Conditions, Outputs: { Out: { Value: { 'Fn::If': ['Never', lookUp, 'x'] } } } })).toThrow(missing);
  });

  test('does no harm in a resource or an output whose condition is false', () => {
    const template = prepare({
      Mappings,
      Conditions,
      Resources: { A: { Type: TYPE }, B: { Type: TYPE, Condition: 'Never', Properties: { Name: lookUp } } },
      Outputs: { Out: { Condition: 'Never', Value: lookUp } },
    });
    expect([...template.resources.keys()]).toEqual(['A']);
  });

  test('cannot be computed from a resource', () => {
    expect(() => evaluate({ 'Fn::FindInMap': ['Names', { Ref: 'A' }, 'Name'] }, { Mappings })).toThrow('Fn::FindInMap cannot use resource A');
  });
});

test('a mapping has at most 200 keys', () => {
  const mappingOf = (keys: number) => ({ Names: Object.fromEntries(Array.from({ length: keys }, (_key, index) => [`k${index}`, { Name: 'x' }])) });
  expect(prepare({ Mappings: mappingOf(200) }).resources.size).toBe(1);
  expect(() => prepare({ Mappings: mappingOf(201) })).toThrow('Number of attributes of mapping Names, 201, is greater than maximum allowed, 200');
});

describe('conditions', () => {
  test.each(['Fn::And', 'Fn::Or'])('%s takes 2 to 10 conditions, evaluated or not', (name) => {
    const conditionsOf = (count: number) => ({ Many: { [name]: Array.from({ length: count }, () => ({ 'Fn::Equals': ['a', 'a'] })) } });
    const refused = `Template error: every ${name} object requires a list of at least 2 and at most 10 boolean parameters.`;
    expect([2, 10].map((count) => prepare({ Conditions: conditionsOf(count) }).condition('Many'))).toEqual([true, true]);
    expect(() => prepare({ Conditions: conditionsOf(1) })).toThrow(refused);
    expect(() => prepare({ Conditions: conditionsOf(11) })).toThrow(refused);
    const behindAFirstThatDecides = { Outer: { 'Fn::Or': [{ 'Fn::Equals': ['a', 'a'] }, conditionsOf(11).Many] } };
    expect(() => prepare({ Conditions: behindAFirstThatDecides })).toThrow(refused);
  });

  const Conditions = {
    Prod: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] },
    NotProd: { 'Fn::Not': [{ Condition: 'Prod' }] },
    Both: { 'Fn::And': [{ Condition: 'Prod' }, { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'eu-central-1'] }] },
    Either: { 'Fn::Or': [{ Condition: 'Both' }, { 'Fn::Equals': ['a', 'b'] }] },
  };
  const Parameters = { Stage: { Type: 'String', Default: 'test' } };

  test.each([['prod', [true, false, true, true]], ['test', [false, true, false, false]]])('for %s', (stage, expected) => {
    const template = prepare({ Conditions, Parameters }, { Stage: stage });
    expect(['Prod', 'NotProd', 'Both', 'Either'].map((name) => template.condition(name))).toEqual(expected);
  });

  test('decide on resources, outputs and values; the branch not taken makes no dependency', () => {
    const template = {
      Conditions,
      Parameters,
      Resources: {
        A: { Type: TYPE, Condition: 'Prod' },
        B: { Type: TYPE, DependsOn: 'A', Properties: { Name: { 'Fn::If': ['Prod', { Ref: 'A' }, { Ref: 'AWS::NoValue' }] } } },
      },
      Outputs: { Out: { Condition: 'Prod', Value: 'x' } },
    };
    const prod = prepare(template, { Stage: 'prod' });
    expect([...prod.resources.keys()]).toEqual(['A', 'B']);
    expect(prod.resources.get('B')!.dependencies).toEqual(['A']);
    expect([...prod.outputs.keys()]).toEqual(['Out']);

    const other = prepare(template);
    expect([...other.resources.keys()]).toEqual(['B']);
    expect(other.resources.get('B')).toMatchObject({ dependencies: [], definition: { Properties: {} } });
    expect(other.outputs.size).toBe(0);
  });

  test.each<[string, object, string]>([
    ['an unknown condition', { Resources: { A: { Type: TYPE, Condition: 'Nope' } } }, 'Unresolved condition dependency Nope'],
    ['conditions in a circle', { Conditions: { X: { 'Fn::Not': [{ Condition: 'Y' }] }, Y: { 'Fn::Not': [{ Condition: 'X' }] } }, Resources: { A: { Type: TYPE, Condition: 'X' } } }, 'Circular dependency in conditions'],
    ['a resource in a condition', { Conditions: { X: { 'Fn::Equals': [{ Ref: 'A' }, 1] } }, Resources: { A: { Type: TYPE, Condition: 'X' } } }, 'Cannot reference resources in the Conditions block'],
    ['a condition that is no boolean', { Conditions: { X: { 'Fn::Join': ['', ['a']] } }, Resources: { A: { Type: TYPE, Condition: 'X' } } }, 'Condition X must evaluate to a boolean'],
  ])('%s is refused', (_name, template, message) => {
    expect(() => prepare(template)).toThrow(message);
  });
});

describe('parameters', () => {
  test('take values, defaults and SSM parameters', () => {
    const Parameters = {
      Given: { Type: 'String' },
      Default: { Type: 'Number', Default: 7 },
      List: { Type: 'CommaDelimitedList' },
      Ssm: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/known' },
      SsmList: { Type: 'AWS::SSM::Parameter::Value<List<String>>', Default: '/known' },
    };
    const value = Object.keys(Parameters).map((name) => ({ Ref: name }));
    expect(evaluate(value, { Parameters }, { Given: 'x', List: 'a, b' })).toEqual(['x', '7', ['a', 'b'], 'one,two', ['one', 'two']]);
  });

  test.each<[string, object, Record<string, string>, string]>([
    ['a missing value', { P: { Type: 'String' } }, {}, 'Parameters: [P] must have values'],
    ['an undeclared one', {}, { Q: '1' }, 'Parameters: [Q] do not exist in the template'],
    ['a value beyond the allowed ones', { P: { Type: 'String', AllowedValues: ['a'] } }, { P: 'b' }, "Parameter 'P' must be one of AllowedValues"],
    ['a value off the pattern', { P: { Type: 'String', AllowedPattern: 'a+' } }, { P: 'aab' }, "Parameter 'P' must match pattern a+"],
    ['a long value', { P: { Type: 'String', MaxLength: 2 } }, { P: 'abc' }, "Parameter 'P' must contain"],
    ['a word for a number', { P: { Type: 'Number' } }, { P: 'abc' }, "Parameter 'P' must be a number"],
    ['an unknown SSM parameter', { P: { Type: 'AWS::SSM::Parameter::Value<String>' } }, { P: '/none' }, 'Unable to fetch parameters [/none]'],
  ])('%s is refused', (_name, Parameters, given, message) => {
    expect(() => prepare({ Parameters }, given)).toThrow(message);
  });
});

describe('dependencies', () => {
  test('come from Ref, GetAtt, Sub and DependsOn', () => {
    const template = prepare({
      Resources: {
        A: { Type: TYPE },
        B: { Type: TYPE },
        C: { Type: TYPE },
        D: { Type: TYPE },
        E: { Type: TYPE, DependsOn: ['D'], Properties: { X: { Ref: 'A' }, Y: [{ 'Fn::GetAtt': 'B.Arn' }], Z: { 'Fn::Sub': ['${C.Arn}-${v}', { v: { Ref: 'A' } }] } } },
      },
    });
    expect(template.resources.get('E')!.dependencies.sort()).toEqual(['A', 'B', 'C', 'D']);
  });

  test('in a circle are refused, naming the circle only', () => {
    const resources = {
      Before: { Type: TYPE }, A: { Type: TYPE, Properties: { X: { Ref: 'B' }, Y: { Ref: 'Before' } } }, B: { Type: TYPE, DependsOn: 'A' }, After: { Type: TYPE, DependsOn: 'B' },
    };
    expect(() => prepare({ Resources: resources })).toThrow('Circular dependency between resources: [A, B]');
    expect(() => prepare({ Resources: { Self: { Type: TYPE, DependsOn: 'Self' } } })).toThrow('Circular dependency between resources: [Self]');
  });
});

describe('limits and format', () => {
  const sized = (bytes: number) => {
    const frame = JSON.stringify({ Description: '', Resources: { A: { Type: TYPE } } });
    return frame.replace('"Description":""', `"Description":"${'x'.repeat(bytes - frame.length)}"`);
  };

  test('51,200 bytes in a request, 1,000,000 through S3', () => {
    expect(() => parseTemplate(sized(51_200))).not.toThrow();
    expect(() => parseTemplate(sized(51_201))).toThrow('Member must have length less than or equal to 51200');
    expect(() => parseTemplate(sized(1_000_000), 'S3')).not.toThrow();
    expect(() => parseTemplate(sized(1_000_001), 'S3')).toThrow('Template may not exceed 1000000 bytes in size.');
  });

  test('bytes are counted, not characters', () => {
    expect(() => parseTemplate(sized(51_190).replace('xxxxxxxxxxxx', 'üüüüüüüüüüüü'))).toThrow('51202');
  });

  test('500 resources', () => {
    const resources = (count: number) => Object.fromEntries(Array.from({ length: count }, (_item, index) => [`R${index}`, { Type: TYPE }]));
    expect(() => parseTemplate({ Resources: resources(500) })).not.toThrow();
    expect(() => parseTemplate({ Resources: resources(501) })).toThrow('Number of resources, 501, is greater than maximum allowed, 500');
  });

  test.each<[string, string | object, string]>([
    ['no JSON', '{', 'JSON not well-formed'],
    ['no resources', { Resources: {} }, 'At least one Resources member must be defined.'],
    ['a logical id with a dash', { Resources: { 'A-B': { Type: TYPE } } }, 'Resource name A-B is non alphanumeric.'],
    ['a resource without type', { Resources: { A: {} } }, 'Every Resources object must contain a Type member.'],
    ['a macro', { Transform: 'AWS::Serverless-2016-10-31', Resources: { A: { Type: TYPE } } }, 'macros are not supported'],
  ])('%s is refused', (_name, template, message) => {
    expect(() => parseTemplate(template)).toThrow(message);
  });
});
