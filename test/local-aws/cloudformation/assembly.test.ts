import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, CfnOutput, CustomResource, Stack, Stage } from 'aws-cdk-lib';
import { Code, Function, InlineCode, Runtime } from 'aws-cdk-lib/aws-lambda';
import { SCRIPTED_HANDLER } from './scripted-handler';
import { readAssembly } from '../../../local-aws/cloudformation/assembly';
import { LocalCloudFormation } from '../../../local-aws/cloudformation/engine';
import { RESOURCE_TYPES } from '../../../local-aws/cloudformation/resource-types';

let engine: LocalCloudFormation;
let directory: string;

beforeAll(async () => {
  engine = await LocalCloudFormation.start({ resourceTypes: RESOURCE_TYPES });
  directory = mkdtempSync(join(tmpdir(), 'assembly-'));
});
afterAll(async () => {
  await engine.stop();
  rmSync(directory, { recursive: true });
});

function handler(scope: Stack, code: Code): Function {
  return new Function(scope, 'Handler', { code, handler: 'index.handler', runtime: Runtime.NODEJS_22_X });
}

test('the stacks of an app are deployed in their order, with values passed between them', async () => {
  const app = new App({ outdir: join(directory, 'app') });
  const consumer = new Stack(app, 'Consumer', { stackName: 'consumer' });
  const producer = new Stack(app, 'Producer', { stackName: 'producer' });
  const made = new CustomResource(producer, 'Made', {
    serviceToken: handler(producer, new InlineCode(SCRIPTED_HANDLER)).functionArn, resourceType: 'Custom::Made', properties: { Name: 'passed on', Id: 'made' },
  });
  new CfnOutput(consumer, 'Out', { value: made.getAttString('Name') });
  const using = handler(consumer, new InlineCode(SCRIPTED_HANDLER));
  using.addEnvironment('MADE', made.ref);
  app.synth();

  const stacks = readAssembly(join(directory, 'app'));
  expect(stacks.map(({ stackName, accountId, region }) => [stackName, accountId, region])).toEqual([['producer', undefined, undefined], ['consumer', undefined, undefined]]);
  const results = await engine.deployAssembly(join(directory, 'app'), { region: 'eu-west-1' });
  expect(results.map(({ stackName, status }) => [stackName, status])).toEqual([['producer', 'CREATE_COMPLETE'], ['consumer', 'CREATE_COMPLETE']]);
  expect(results[1].outputs.Out).toBe('passed on');
  expect(results[1].stackId).toContain(':eu-west-1:111122223333:');
});

test('assets and stages', async () => {
  const code = mkdtempSync(join(directory, 'code-'));
  writeFileSync(join(code, 'index.js'), SCRIPTED_HANDLER);
  const app = new App({ outdir: join(directory, 'stages') });
  const stack = new Stack(new Stage(app, 'Prod', { env: { account: '222233334444', region: 'us-west-2' } }), 'WithAsset');
  new CustomResource(stack, 'Made', { serviceToken: handler(stack, Code.fromAsset(code)).functionArn, resourceType: 'Custom::Made' });
  app.synth();

  const [result] = await engine.deployAssembly(join(directory, 'stages'));
  expect(result).toMatchObject({ stackName: 'Prod-WithAsset', status: 'CREATE_COMPLETE' });
  expect(result.stackId).toContain(':us-west-2:222233334444:');
});

test('a failure stops the deployment', async () => {
  const app = new App({ outdir: join(directory, 'failing') });
  const [first, second] = ['First', 'Second'].map((id) => new Stack(app, id));
  second.addDependency(first);
  for (const stack of [first, second]) {
    new CustomResource(stack, 'Made', { serviceToken: handler(stack, new InlineCode(SCRIPTED_HANDLER)).functionArn, properties: { OnCreate: 'fail:x' } });
  }
  app.synth();

  expect((await engine.deployAssembly(join(directory, 'failing'))).map(({ stackName, status }) => [stackName, status])).toEqual([['First', 'ROLLBACK_COMPLETE']]);
});
