import type { Properties } from '../../../local-aws/cloudformation/template-model';

/**
 * A custom-resource handler whose answer is written in the properties: `OnCreate`, `OnUpdate` and `OnDelete` name what it does.
 *
 * `hold:<file>` answers once that file exists, `once:<file>` fails as long as it does not and makes it, `meet:<directory>` once two resources are there. By default it
 * succeeds, with the property `Id` as physical id (an Update keeps the id that it got unless `Id` is given).
 */
export const SCRIPTED_HANDLER = `
const fs = require('node:fs');
const http = require('node:http');
const pause = () => new Promise((resolve) => setTimeout(resolve, 5));
const put = (url, body, headers) => new Promise((resolve, reject) => {
  const request = http.request(url, { method: 'PUT', headers }, (response) => {
    response.resume();
    response.on('end', () => resolve(response.statusCode));
  });
  request.on('error', reject);
  request.end(body);
});
exports.handler = async (event) => {
  const { RequestType, ResourceProperties: p } = event;
  const [what, argument] = (p['On' + RequestType] || 'succeed').split(':');
  if (what === 'crash') throw new Error('crashed');
  if (what === 'silent') return;
  while (what === 'hold' && !fs.existsSync(argument)) await pause();
  const isFirst = what === 'once' && !fs.existsSync(argument);
  if (isFirst) fs.writeFileSync(argument, '');
  if (what === 'meet') fs.writeFileSync(argument + '/' + event.LogicalResourceId, '');
  while (what === 'meet' && fs.readdirSync(argument).length < 2) await pause();
  const answer = {
    Status: what === 'fail' || isFirst ? 'FAILED' : 'SUCCESS',
    Reason: what === 'fail' ? argument : undefined,
    PhysicalResourceId: p.Id || event.PhysicalResourceId || event.LogicalResourceId,
    StackId: event.StackId, RequestId: event.RequestId, LogicalResourceId: event.LogicalResourceId,
    Data: { Name: p.Name, RequestType },
    ...(what === 'answer' ? JSON.parse((p['On' + RequestType]).slice(7)) : {}),
  };
  const body = what === 'text' ? argument : JSON.stringify(answer);
  const status = await put(event.ResponseURL, body, { 'content-type': what === 'type' ? argument : '', 'content-length': Buffer.byteLength(body) });
  console.log('answered', RequestType, event.LogicalResourceId, status);
  if (what === 'twice') {
    const second = JSON.stringify({ ...answer, PhysicalResourceId: 'second' });
    await put(event.ResponseURL, second, { 'content-type': '', 'content-length': Buffer.byteLength(second) });
  }
};
`;

/** The resources that every custom resource of a test needs. */
export const HANDLER_RESOURCES: Record<string, object> = {
  Role: {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: { Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } }] },
    },
  },
  Handler: {
    Type: 'AWS::Lambda::Function',
    Properties: { Code: { ZipFile: SCRIPTED_HANDLER }, Handler: 'index.handler', Runtime: 'nodejs24.x', Timeout: 30, Role: { 'Fn::GetAtt': ['Role', 'Arn'] } },
  },
};

export function custom(properties: Properties, rest: object = {}): object {
  return { Type: 'Custom::Scripted', Properties: { ServiceToken: { 'Fn::GetAtt': ['Handler', 'Arn'] }, ServiceTimeout: 60, ...properties }, ...rest };
}

/** A template with a scripted handler and the given resources. */
export function templateOf(resources: Record<string, object>, rest: object = {}): object {
  return { Resources: { ...HANDLER_RESOURCES, ...resources }, ...rest };
}
