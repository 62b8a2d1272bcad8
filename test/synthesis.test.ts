import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import {
  App,
  BootstraplessSynthesizer,
  CliCredentialsStackSynthesizer,
  DefaultStackSynthesizer,
  type IStackSynthesizer,
  LegacyStackSynthesizer,
  Stack,
} from 'aws-cdk-lib';
import { newStack, resourcesOfType } from './synthesis';
import { AccountAlias, ChannelsProvider, ChimeChannel, HandlerCode, NotificationSeverity, SlackWorkspace } from '../src';

const ROOT = path.join(__dirname, '..');
const HANDLER = fs.readFileSync(path.join(ROOT, 'assets', 'handler', 'index.js'), 'utf8');
const MAXIMUM_HANDLER_BYTES = 36_000;
const MAXIMUM_TEMPLATE_BYTES = 51_200;

let folder: string;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cdk-support-channels-'));
});

afterEach(() => {
  fs.rmSync(folder, { recursive: true });
});

/** Everything that the Support App takes in one account. */
function defineFullAccount(stack: Stack, provider?: ChannelsProvider): void {
  const newWorkspace = (index: number) => new SlackWorkspace(stack, `Workspace${index}`, { teamId: `T012ABCDEF${index}`, provider });
  const workspaces = Array.from({ length: 5 }, (_, index) => newWorkspace(index));
  Array.from({ length: 20 }, (_, index) => workspaces[index % 5].addChannel(`Channel${index}`, {
    channelId: `C012ABCDE${index}`,
    channelName: `support-channel-${index}`,
    notifyOnCaseSeverity: NotificationSeverity.ALL,
    notifyOnCreateOrReopenCase: true,
  }));
  new AccountAlias(stack, 'Alias', { accountAlias: 'A name of 30 characters at all', provider });
}

function defineAll(stack: Stack, provider?: ChannelsProvider): void {
  defineFullAccount(stack, provider);
  new ChimeChannel(stack, 'Chime', {
    appInstanceArn: 'arn:aws:chime:us-east-1:111122223333:app-instance/i',
    chimeBearer: 'arn:aws:chime:us-east-1:111122223333:app-instance/i/user/u',
    channelName: 'Support',
    provider,
  });
}

interface Synthesis {
  readonly template: any;
  readonly bytes: string;
  readonly files: string[];
}

function synth(outdir: string, synthesizer: IStackSynthesizer, code?: HandlerCode): Synthesis {
  const app = new App({ outdir, analyticsReporting: false });
  const stack = new Stack(app, 'Stack', { synthesizer });
  defineAll(stack, code && new ChannelsProvider(stack, 'Provider', { code }));
  const assembly = app.synth();
  const { templateFullPath, template } = assembly.getStackByName('Stack');
  return { template, bytes: fs.readFileSync(templateFullPath, 'utf8'), files: fs.readdirSync(outdir).sort() };
}

const SYNTHESIZERS: [string, () => IStackSynthesizer][] = [
  ['DefaultStackSynthesizer', () => new DefaultStackSynthesizer({ generateBootstrapVersionRule: false })],
  ['CliCredentialsStackSynthesizer', () => new CliCredentialsStackSynthesizer()],
  ['LegacyStackSynthesizer', () => new LegacyStackSynthesizer()],
  ['BootstraplessSynthesizer', () => new BootstraplessSynthesizer({
    cloudFormationExecutionRoleArn: 'arn:aws:iam::111122223333:role/execution',
    deployRoleArn: 'arn:aws:iam::111122223333:role/deploy',
  })],
];

describe('the handler', () => {
  test.each(SYNTHESIZERS)('inline leaves a template of resources only under %s', (_, synthesizer) => {
    const { template, files } = synth(folder, synthesizer());
    expect(Object.keys(template)).toEqual(['Resources']);
    expect(files.filter((file) => file.startsWith('asset.'))).toEqual([]);
    const types = new Set(Object.values<any>(template.Resources).map(({ Type }) => Type));
    expect([...types].sort()).toEqual([
      'AWS::IAM::Policy',
      'AWS::IAM::Role',
      'AWS::Lambda::Function',
      'AWS::Logs::LogGroup',
      'Custom::ChimeChannel',
      'Custom::SupportAppAccountAlias',
      'Custom::SupportAppSlackChannelConfiguration',
      'Custom::SupportAppSlackWorkspace',
    ]);
  });

  test('inline gives the same template under all synthesizers', () => {
    const templates = SYNTHESIZERS.map(([name, synthesizer]) => synth(path.join(folder, name), synthesizer()).bytes);
    expect(new Set(templates).size).toBe(1);
  });

  test('inline is the very file of the package', () => {
    const stack = newStack();
    new ChannelsProvider(stack, 'Provider');
    expect(resourcesOfType(stack, 'AWS::Lambda::Function')[0].Properties.Code.ZipFile === HANDLER).toBe(true);
  });

  test('as an asset has the same bytes', () => {
    const { files } = synth(folder, new DefaultStackSynthesizer(), HandlerCode.ASSET);
    const assets = files.filter((file) => file.startsWith('asset.'));
    expect(assets).toHaveLength(1);
    expect(fs.readdirSync(path.join(folder, assets[0]))).toEqual(['index.js']);
    expect(fs.readFileSync(path.join(folder, assets[0], 'index.js'), 'utf8') === HANDLER).toBe(true);
  });
});

describe('the template', () => {
  test.each([HandlerCode.INLINE, HandlerCode.ASSET])('with %s code is the same in two folders', (code) => {
    const [first, second] = ['one', 'another/and/deeper'].map((name) => {
      fs.mkdirSync(path.join(folder, name), { recursive: true });
      return synth(path.join(folder, name), new DefaultStackSynthesizer(), code).bytes;
    });
    expect(first).toBe(second);
  });

  test('of a full account, as the CDK writes it without indentation, fits into a request beside the largest handler', () => {
    const app = new App({ outdir: folder, analyticsReporting: false, context: { '@aws-cdk/core:suppressTemplateIndentation': true } });
    const stack = new Stack(app, 'Stack', { synthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }) });
    defineFullAccount(stack);
    const { templateFullPath, template } = app.synth().getStackByName('Stack');
    const bytes = fs.readFileSync(templateFullPath, 'utf8');
    expect(bytes).toBe(JSON.stringify(template));
    const types = Object.values<any>(template.Resources).map(({ Type }) => Type).filter((type) => type.startsWith('Custom::'));
    expect(types.filter((type) => type === 'Custom::SupportAppSlackWorkspace')).toHaveLength(5);
    expect(types.filter((type) => type === 'Custom::SupportAppSlackChannelConfiguration')).toHaveLength(20);
    expect(types).toHaveLength(26);

    const [handler] = Object.values<any>(template.Resources).filter(({ Type }) => Type === 'AWS::Lambda::Function');
    expect(Buffer.byteLength(HANDLER)).toBeLessThanOrEqual(MAXIMUM_HANDLER_BYTES);
    // What JSON escapes in the handler counts as well, and grows with it.
    const escaped = Buffer.byteLength(JSON.stringify(handler.Properties.Code.ZipFile));
    const largest = Math.ceil(escaped * MAXIMUM_HANDLER_BYTES / Buffer.byteLength(HANDLER));
    expect(Buffer.byteLength(bytes) - escaped + largest).toBeLessThan(MAXIMUM_TEMPLATE_BYTES);
  });

  test('grows by one resource of at most 560 bytes per channel, without indentation', () => {
    const [few, many] = [1, 11].map((count) => {
      const stack = newStack({ synthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }) }, { outdir: path.join(folder, `${count}`) });
      const workspace = new SlackWorkspace(stack, 'Workspace', { teamId: 'T012ABCDEFG' });
      Array.from({ length: count }, (_, index) => workspace.addChannel(`Channel${index}`, {
        channelId: `C012ABCDE${index}`,
        notifyOnCaseSeverity: NotificationSeverity.ALL,
        notifyOnResolveCase: true,
      }));
      const { template } = (stack.node.root as App).synth().getStackByName('Stack');
      return { resources: Object.keys(template.Resources).length, bytes: JSON.stringify(template).length };
    });
    expect(many.resources - few.resources).toBe(10);
    expect((many.bytes - few.bytes) / 10).toBeLessThanOrEqual(560);
  });
});

/** The modules of aws-cdk-lib that are loaded after a script: `core`, `aws-iam`, ... and `.` for that of all of them. */
function modulesLoadedBy(script: string): string[] {
  const listing = `
    const loaded = Object.keys(require.cache).map((file) => /node_modules.aws-cdk-lib.([^/\\\\]+)/.exec(file)?.[1]).filter(Boolean);
    console.log(JSON.stringify([...new Set(loaded.map((name) => name === 'index.js' ? '.' : name))]));
  `;
  return JSON.parse(execFileSync(process.execPath, ['--require', 'tsx/cjs', '-e', script + listing], { cwd: ROOT, encoding: 'utf8' }));
}

test('importing the library loads the core and what of IAM its classes extend, not all of aws-cdk-lib', () => {
  const loaded = modulesLoadedBy(`require(${JSON.stringify(path.join(ROOT, 'src'))});`);
  expect(loaded).toContain('core');
  expect(loaded.filter((name) => /^(\.|aws-.*|region-info|assets|custom-resources|cloud-assembly-schema)$/.test(name))).toEqual(['aws-iam']);
});

test('the modules of services whose options are not used are not loaded', () => {
  const loaded = modulesLoadedBy(`
    const { App, Stack } = require('aws-cdk-lib');
    const { AccountAlias } = require(${JSON.stringify(path.join(ROOT, 'src'))});
    new AccountAlias(new Stack(new App(), 'Stack'), 'Alias', { accountAlias: 'a' }).node.root.synth();
  `);
  expect(loaded).toEqual(expect.arrayContaining(['aws-iam', 'aws-lambda', 'aws-logs']));
  const services = ['aws-ec2', 'aws-kms', 'aws-s3', 'aws-s3-assets', 'aws-sqs', 'aws-supportapp', 'aws-chime'];
  expect(loaded.filter((name) => services.includes(name))).toEqual([]);
});

test('the modules of the handler are not loaded before there is one', () => {
  const loaded = modulesLoadedBy(`
    require('aws-cdk-lib/core');
    require(${JSON.stringify(path.join(ROOT, 'src'))});
  `);
  expect(loaded.filter((name) => ['aws-lambda', 'aws-logs', 'aws-s3-assets'].includes(name))).toEqual([]);
});
