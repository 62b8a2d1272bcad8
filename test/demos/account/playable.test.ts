import { playablePartOf } from '../../../demos/account/playable';

const QUEUE = { Type: 'AWS::SQS::Queue' };

/** What is played of a template: its resources, and what is left out with the reasons. */
function playedOf(template: object) {
  const { template: { Resources: resources, Parameters: parameters, Outputs: outputs }, leftOut } = playablePartOf({
    id: 'Stack', stackName: 'Stack', templateBody: JSON.stringify(template), parameters: {}, tags: {}, assets: new Map(),
  });
  return { resources, parameters, outputs, leftOut: Object.fromEntries(leftOut.map(({ logicalId, reason }) => [logicalId, reason])) };
}

test('what refers to something left out gets a text in its place', () => {
  const { resources, outputs, leftOut } = playedOf({
    Resources: {
      Queue: QUEUE,
      Role: { Type: 'AWS::IAM::Role' },
      Group: {
        Type: 'AWS::Logs::LogGroup',
        DependsOn: ['Queue', 'Role'],
        Properties: {
          A: { Ref: 'Queue' },
          B: [{ 'Fn::GetAtt': ['Queue', 'Arn'] }, { 'Fn::GetAtt': 'Queue.QueueName' }],
          C: { 'Fn::Sub': '${Queue}, ${Queue.Arn}, ${!Queue}, ${Role}' },
          D: { 'Fn::Sub': ['${Queue} ${Other}', { Queue: 'mine', Other: { Ref: 'Queue' } }] },
          E: { Ref: 'Role' },
        },
      },
    },
    Outputs: { Url: { Value: { Ref: 'Queue' } } },
  });
  expect(leftOut).toEqual({ Queue: 'the local AWS has no such type' });
  expect(Object.keys(resources)).toEqual(['Role', 'Group']);
  expect(resources.Group).toEqual({
    Type: 'AWS::Logs::LogGroup',
    DependsOn: ['Role'],
    Properties: {
      A: 'left-out-Queue',
      B: ['arn:aws:left-out:::Queue', 'left-out-Queue'],
      C: { 'Fn::Sub': 'left-out-Queue, arn:aws:left-out:::Queue, ${!Queue}, ${Role}' },
      D: { 'Fn::Sub': ['${Queue} ${Other}', { Queue: 'mine', Other: 'left-out-Queue' }] },
      E: { Ref: 'Role' },
    },
  });
  expect(outputs).toEqual({ Url: { Value: 'left-out-Queue' } });
});

test('of functions only those with inline code, and those of this library', () => {
  const code = { Code: { S3Bucket: 'assets', S3Key: 'key.zip' } };
  const { leftOut } = playedOf({
    Resources: {
      Handler: { Type: 'AWS::Lambda::Function', Properties: code },
      Alias: { Type: 'Custom::SupportAppAccountAlias', Properties: { ServiceToken: { 'Fn::GetAtt': ['Handler', 'Arn'] } } },
      Inline: { Type: 'AWS::Lambda::Function', Properties: { Code: { ZipFile: 'exports.handler = () => {};' } } },
      Other: { Type: 'AWS::Lambda::Function', Properties: code },
      Foreign: { Type: 'AWS::CloudFormation::CustomResource', Properties: { ServiceToken: { 'Fn::GetAtt': ['Inline', 'Arn'] } } },
      Set: { Type: 'AWS::CloudFormation::StackSet' },
    },
  });
  expect(leftOut).toEqual({
    Other: 'its code is an asset',
    Foreign: 'a function of somebody else would have to run',
    Set: 'npm run demo:organization plays stack sets',
  });
});

test('values that stand elsewhere leave out what needs them', () => {
  const alias = (AccountAlias: unknown) => ({ Type: 'AWS::SupportApp::AccountAlias', Properties: { AccountAlias } });
  const { resources, parameters, leftOut } = playedOf({
    Parameters: {
      BootstrapVersion: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/cdk-bootstrap/hnb659fds/version' },
      Stored: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/support/alias' },
      Given: { Type: 'String', Default: 'x' },
    },
    Resources: {
      A: alias({ Ref: 'Stored' }),
      B: alias({ 'Fn::Sub': 'the ${Stored}' }),
      C: alias('{{resolve:ssm:/support/alias}}'),
      D: alias({ Ref: 'Given' }),
      E: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: { Ref: 'Stored' } } },
    },
  });
  expect(leftOut).toEqual({
    A: 'the SSM parameter behind Stored has no value here',
    B: 'the SSM parameter behind Stored has no value here',
    C: 'a dynamic reference has no value here',
  });
  expect(Object.keys(parameters!)).toEqual(['BootstrapVersion', 'Given']);
  expect(resources.E.Properties).toEqual({ LogGroupName: 'left-out-Stored' });
});

test('nothing of a template with a transform is played', () => {
  expect(playedOf({ Transform: 'AWS::Serverless-2016-10-31', Resources: { Role: { Type: 'AWS::IAM::Role' } } })).toMatchObject({
    resources: {}, leftOut: { Role: 'the template has a transform, which is not played' },
  });
});
