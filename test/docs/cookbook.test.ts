/** Runs the apps of docs/cookbook.md as they stand there, and deploys them into the local AWS. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as cdk from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ts from 'typescript';
import { blocksOf, ROOT } from './markdown';
import { LocalAws } from '../../local-aws/local-aws';
import { Organization } from '../../local-aws/stacksets/organization';
import * as library from '../../src';

const load = createRequire(__filename);
const TEAM = 'T012ABCDEFG';
const MANAGEMENT = '999999999999';
const MEMBERS = ['111122223333', '444455556666'];
const BLOCKS = blocksOf(readFileSync(join(ROOT, 'docs', 'cookbook.md'), 'utf8'));
const FILES = new Map(BLOCKS.filter(({ info }) => info !== 'sh').map(({ file, code }) => [file, code]));

let folder: string;
let aws: LocalAws;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cookbook-'));
  FILES.forEach((code, file) => writeFileSync(join(folder, file!), code));
  const organization = new Organization(MANAGEMENT);
  organization.addUnit('ou-ab12-prod0001');
  MEMBERS.forEach((member) => organization.placeAccount(member, 'ou-ab12-prod0001'));
  aws = await LocalAws.start({
    cloudFormation: {
      organization,
      accountId: MEMBERS[0],
      ssmParameters: { '/support/team-id': TEAM, '/support/channels/cases': 'C012ABCDEFG' },
    },
  });
  aws.services.supportApp.store.createTeam(TEAM, 'acme');
  aws.services.supportApp.store.authorizeWorkspace(MANAGEMENT, TEAM);
});
afterAll(async () => {
  await aws?.stop();
  rmSync(folder, { recursive: true });
});
beforeEach(() => setRegistered(true));
afterEach(async () => {
  // The next recipe finds empty accounts.
  for (const { name: stackName, accountId, status } of aws.cloudFormation.stacks.filter(({ name }) => !name.startsWith('StackSet-')).reverse()) {
    if (status !== 'DELETE_COMPLETE') {
      await aws.cloudFormation.deleteStack({ stackName, accountId });
    }
  }
});

/** Runs the app in a file of the guide; answers its apps, the first one being the one that is deployed. */
function run(file: string): cdk.App[] {
  const apps: cdk.App[] = [];
  class App extends cdk.App {
    constructor(props: cdk.AppProps = {}) {
      super({ analyticsReporting: false, ...props, outdir: mkdtempSync(join(folder, 'cdk.out-')) });
      apps.push(this);
    }
  }
  const modules: Record<string, unknown> = { 'aws-cdk-lib': { ...cdk, App }, 'cdk-support-channels': library };
  // "yaml" as the CDK has it: a reader installs the package.
  const find = (name: string) => modules[name] ?? load(name === 'yaml' ? join(ROOT, 'node_modules', 'aws-cdk-lib', 'node_modules', 'yaml') : name);
  const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 };
  const { outputText } = ts.transpileModule(FILES.get(file)!, { compilerOptions });
  new Function('require', 'exports', '__dirname', outputText)(find, {}, folder);
  return apps;
}

/** Deploys all stacks of the app in a file, those in stages too. */
async function deploy(file: string): Promise<cdk.App> {
  const [app] = run(file);
  const { directory, nestedAssemblies } = app.synth();
  const directories = nestedAssemblies.length > 0 ? nestedAssemblies.map(({ nestedAssembly }) => nestedAssembly.directory) : [directory];
  for (const each of directories) {
    const results = await aws.cloudFormation.deployAssembly(each);
    const failures = results.flatMap(({ events }) => events).filter(({ status }) => status.endsWith('_FAILED'));
    expect(failures.map(({ logicalId, reason }) => `${logicalId}: ${reason}`)).toEqual([]);
  }
  await aws.cloudFormation.stackSets.settled();
  await aws.cloudFormation.lambda.settled();
  return app;
}

/** Whether the stack of the management account is there, after which members can register the workspace. */
function setRegistered(registered: boolean): void {
  const { workspaces } = account(MANAGEMENT);
  workspaces.set(TEAM, { ...workspaces.get(TEAM)!, allowOrganizationMemberAccount: registered });
}

const account = (id: string) => aws.services.supportApp.store.account(id);
const channelsOf = (id: string) => aws.services.supportApp.store.channels(id)
  .map(({ channelId, notifyOnCaseSeverity }) => `${channelId} ${notifyOnCaseSeverity}`).sort();

test('channels from a YAML file', async () => {
  await deploy('channels.ts');
  expect(channelsOf(MEMBERS[0])).toEqual(['C012ABCDEFG all', 'C012BCDEFGH none']);
});

test('a wrong value in the YAML file is an error at synth', () => {
  const right = FILES.get('channels.yaml')!;
  try {
    writeFileSync(join(folder, 'channels.yaml'), right.replace(': all', ': low'));
    expect(() => run('channels.ts')).toThrow('notifyOnCaseSeverity: must be all or high or none, got "low"');
  } finally {
    writeFileSync(join(folder, 'channels.yaml'), right);
  }
});

test('a stage for each account', async () => {
  await deploy('accounts.ts');
  expect(MEMBERS.map((id) => [account(id).accountAlias, channelsOf(id)])).toEqual([
    ['acme production', ['C012ABCDEFG high']], ['acme test', ['C012BCDEFGH high']],
  ]);
});

test('ids from SSM parameters', async () => {
  const app = await deploy('parameters.ts');
  expect(channelsOf(MEMBERS[0])).toEqual(['C012ABCDEFG high']);
  Template.fromStack(app.node.findChild('SupportChannels') as cdk.Stack).hasResourceProperties('AWS::SSM::Parameter', {
    Value: { 'Fn::GetAtt': ['Workspace2F8C78CC', 'TeamName'] },
  });
});

test('a StackSet without cdk-stacksets', async () => {
  setRegistered(false);
  const app = await deploy('stack-set.ts');
  expect(MEMBERS.map((id) => [account(id).accountAlias, channelsOf(id)])).toEqual([
    ['acme shop', ['C012ABCDEFG high']], ['acme', ['C012ABCDEFG high']],
  ]);
  const [stackSet] = Object.values(Template.fromStack(app.node.findChild('Management') as cdk.Stack).findResources('AWS::CloudFormation::StackSet'));
  expect(Buffer.byteLength(stackSet.Properties.TemplateBody)).toBeLessThan(51_200);
});

test('alarms', () => {
  const [app] = run('alarms.ts');
  const [channels, watch] = ['SupportChannels', 'SupportChannelsWatch'].map((id) => Template.fromStack(app.node.findChild(id) as cdk.Stack));
  const [handler] = Object.keys(channels.findResources('AWS::Lambda::Function'));
  const [{ Properties: alarm }] = Object.values(channels.findResources('AWS::CloudWatch::Alarm'));
  expect(alarm).toMatchObject({ Namespace: 'AWS/Lambda', MetricName: 'Errors', Dimensions: [{ Name: 'FunctionName' }] });
  expect(JSON.stringify(alarm.Dimensions)).toContain(JSON.stringify({ 'Fn::GetAtt': [handler, 'Arn'] }));
  watch.hasResourceProperties('AWS::Events::Rule', {
    EventPattern: {
      'source': ['aws.cloudformation'],
      'detail-type': ['CloudFormation Stack Status Change'],
      'detail': {
        'stack-id': [{ prefix: 'arn:aws:cloudformation:us-east-1:111122223333:stack/SupportChannels/' }],
        'status-details': { status: [{ suffix: '_FAILED' }, { suffix: 'ROLLBACK_COMPLETE' }] },
      },
    },
  });
  expect(() => app.synth()).not.toThrow();
});
