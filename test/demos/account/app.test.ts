import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  App, aws_iam as iam, aws_s3 as s3, aws_sqs as sqs, CfnParameter, CfnResource, NestedStack, RemovalPolicy, Stack, Stage,
} from 'aws-cdk-lib';
import { run, section, type Run } from './run';
import { runApp } from '../../../demos/account/app';
import { UsageError } from '../../../demos/common/options';
import { Progress } from '../../../demos/common/progress';
import {
  AccountAlias, ChannelsProvider, ChimeChannel, NativeProvider, NotificationSeverity, SlackWorkspace,
} from '../../../src';

const ACCOUNT = '444455556666';
const CHANNEL = { channelId: 'C012ABCDEFG', channelName: 'operations', notifyOnCaseSeverity: NotificationSeverity.ALL, notifyOnResolveCase: true };

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'app-test-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

function synthesize(define: (app: App) => void): string {
  const app = new App({ outdir: join(directory, 'cdk.out'), analyticsReporting: false });
  define(app);
  return app.synth().directory;
}

function played({ stdout }: Run): string[] {
  return stdout.match(/^\d+\. .+$/gm) ?? [];
}

/** Without what differs from one terminal width to another. */
function flat(text: string): string {
  return text.replace(/\s+/g, ' ');
}

/** What is wrong with the folder is an error of one line, and nothing is started. */
async function expectRefusal(app: string, message: RegExp): Promise<void> {
  const onStart = jest.fn();
  const terminal = { width: 80, colors: false, print: jest.fn() };
  const refused = runApp({ app, verbose: false, terminal, progress: new Progress(), directory, onStart });
  await expect(refused).rejects.toThrow(UsageError);
  await expect(refused).rejects.toThrow(message);
  await expect(refused).rejects.toThrow(/^[^\n]+$/);
  expect([onStart.mock.calls, terminal.print.mock.calls]).toEqual([[], []]);
}

test('an app is deployed stack by stack, without what cannot be played', async () => {
  const result = await run(['--app', synthesize((app) => {
    const account = new Stack(app, 'Account', { env: { account: ACCOUNT, region: 'eu-west-1' } });
    const provider = new ChannelsProvider(account, 'Provider', { deadLetterQueue: new sqs.Queue(account, 'DeadLetters') });
    const workspace = new SlackWorkspace(account, 'Workspace', { teamId: 'T012ABCDEFG', provider });
    workspace.addChannel('Operations', CHANNEL);
    const channelRole = iam.Role.fromRoleArn(account, 'Imported', `arn:aws:iam::${ACCOUNT}:role/team/imported`);
    workspace.addChannel('Security', { ...CHANNEL, channelId: 'C012SECURTY', channelName: 'security', channelRole });
    const appInstanceArn = `arn:aws:chime:us-east-1:${ACCOUNT}:app-instance/5d1f1a7e-8c0b-4c53-9d7e-0f6f1c7a2b90`;
    new ChimeChannel(account, 'OnCall', { appInstanceArn, chimeBearer: `${appInstanceArn}/user/deployer`, channelName: 'On call', provider });

    const base = new Stack(app, 'Base');
    new s3.Bucket(base, 'Data', { autoDeleteObjects: true, removalPolicy: RemovalPolicy.DESTROY });
    new NestedStack(base, 'Nested');
    account.addDependency(base);

    const native = new Stack(new Stage(app, 'Prod', { env: { account: '777788889999', region: 'us-east-1' } }), 'Native');
    new NativeProvider(native, 'Provider');
    new AccountAlias(native, 'Alias', { accountAlias: 'production' });
  })]);
  expect(result.stderr).toBe('');
  expect(result.exitCode).toBe(0);
  expect(result.stdout).toContain('All 3 checks hold');
  expect(result.leftovers).toEqual([]);
  expect(result.stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  // In the order of their dependencies.
  expect(played(result).map((line) => line.replace(/^\d+\. /, ''))).toEqual([
    'Prod-Native (account 777788889999, us-east-1)', 'Base (account 111122223333, us-east-1)', `Account (account ${ACCOUNT}, eu-west-1)`,
  ]);

  const [native, base, account] = [1, 2, 3].map((number) => flat(section(result.stdout, number)));
  expect(native).toContain('Account alias 777788889999 alias: production stack (created)');
  expect(native).not.toContain('Left out');
  expect(base).toMatch(/- AWS::S3::Bucket, since the local AWS has no such type: Data\w+ -/);
  expect(base).toMatch(/- Custom::S3AutoDeleteObjects, since a function of somebody else would have to run: Data\w+ -/);
  expect(base).toMatch(/- AWS::Lambda::Function, since its code is an asset: Custom\w+ -/);
  expect(base).toMatch(/- AWS::CloudFormation::Stack, since nested stacks are not played: Nested\w+ /);
  expect(account).toMatch(/Left out: - AWS::SQS::Queue, since the local AWS has no such type: DeadLetters\w+ Taken/);
  expect(account).toContain('- the Slack workspace T012ABCDEFG, authorized in the account - the role imported, which supportapp.amazonaws.com may assume');
  expect(account).toContain('Slack workspace T012ABCDEFG name: Example stack (adopted)');
  expect(account).toMatch(/Slack channel C012ABCDEFG name: operations,? .*stack \(created\) .*Slack channel C012SECURTY/);
  expect(account).toMatch(/Chime channel \w{8} name: On call,? .*stack \(created\)/);
  expect(account).toMatch(/Beside that: 1 AWS::IAM::Policy 2 AWS::IAM::Role 1 AWS::Lambda::Function 1 AWS::Logs::LogGroup ✓/);
  // Of another account.
  expect(account).not.toContain('production');
});

test('a stack that fails is shown with the reasons of CloudFormation, and ends the run', async () => {
  const result = await run(['--app', synthesize((app) => {
    const [first, second, third] = ['First', 'Second', 'Third'].map((id) => new Stack(app, id));
    new AccountAlias(first, 'Alias', { accountAlias: 'one' });
    new AccountAlias(second, 'Alias', { accountAlias: 'two' });
    new AccountAlias(third, 'Alias', { accountAlias: 'three' });
    second.addDependency(first);
    third.addDependency(second);
  })]);
  expect(result.exitCode).toBe(1);
  expect(played(result)).toHaveLength(2);
  const second = flat(section(result.stdout, 2));
  expect(second).toMatch(/✗ not so: the stack Second is complete It is ROLLBACK_COMPLETE\. Alias\w*: .*"one", which \w+ of stack First has/);
  expect(second).toContain('Not deployed after it: Third');
  expect(result.stdout).toMatch(/1 of 2 checks does not hold\.\n$/);
  expect(result.leftovers).toEqual([]);
});

test('a template that CloudFormation refuses is a failure, too', async () => {
  const result = await run(['--app', synthesize((app) => {
    // No such type in this Region.
    new CfnResource(new Stack(app, 'Stack', { env: { account: ACCOUNT, region: 'eu-north-1' } }), 'Alias', {
      type: 'AWS::SupportApp::AccountAlias', properties: { AccountAlias: 'one' },
    });
  })]);
  expect(flat(result.stdout)).toContain(
    'CloudFormation refuses the template: Template format error: Unrecognized resource types: [AWS::SupportApp::AccountAlias]',
  );
  expect(result.exitCode).toBe(1);
});

test('a stack of which nothing can be played is no failure', async () => {
  const result = await run(['--app', synthesize((app) => new s3.Bucket(new Stack(app, 'Stack'), 'Data'))]);
  expect(result.stdout).toContain('Nothing of this stack can be played.');
  expect(result.exitCode).toBe(0);
});

test('what is refused is one line, and exit code 2', async () => {
  const { exitCode, stdout, stderr, leftovers } = await run(['--app', directory]);
  expect(stderr).toBe(`"${directory}" is no cloud assembly: it has no manifest.json. Run "npx cdk synth" in your app and give its cdk.out.\n`);
  expect([stdout, leftovers, exitCode]).toEqual(['', [], 2]);
});

describe('refused in one line:', () => {
  test('a parameter without a default', () => expectRefusal(synthesize((app) => {
    const stack = new Stack(app, 'Stack');
    new AccountAlias(stack, 'Alias', { accountAlias: new CfnParameter(stack, 'AccountName').valueAsString });
  }), /^The stack Stack has parameters without a default: AccountName\. Give them defaults to play it\.$/));

  test('a folder that is not there', () => expectRefusal(join(directory, 'none'), /^There is no folder ".+none"\. Run "npx cdk synth"/));

  test('a file', () => {
    const file = join(directory, 'file');
    writeFileSync(file, '');
    return expectRefusal(file, /^There is no folder ".+file"/);
  });

  test('a folder that is no cloud assembly', () => expectRefusal(directory, /is no cloud assembly: it has no manifest\.json\. Run "npx cdk synth"/));

  test.each([
    ['{', /cannot be read as a cloud assembly: /],
    ['null', /cannot be read as a cloud assembly: /],
    ['{"name":"a web app"}', /is no cloud assembly: its manifest\.json has no artifacts\.$/],
    ['{"artifacts":{}}', /has no stacks\.$/],
    [JSON.stringify({ artifacts: { Stack: { type: 'aws:cloudformation:stack', properties: { templateFile: 'none.json' } } } }), /cannot be read as a cloud assembly: ENOENT/],
    [JSON.stringify({ artifacts: { Stack: { type: 'aws:cloudformation:stack', properties: { templateFile: 'manifest.json' } } } }), /of Stack in .+ has no resources\.$/],
  ])('a manifest %s', (manifest, message) => {
    writeFileSync(join(directory, 'manifest.json'), manifest);
    return expectRefusal(directory, message);
  });

  test('a template that is no JSON', () => {
    const app = synthesize((each) => new AccountAlias(new Stack(each, 'Stack'), 'Alias', { accountAlias: 'one' }));
    writeFileSync(join(app, 'Stack.template.json'), 'Resources:');
    return expectRefusal(app, /^The template of Stack in ".+" is no JSON: /);
  });
});
