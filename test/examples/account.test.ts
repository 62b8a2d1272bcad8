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
} from 'aws-cdk-lib';
import { PRODUCTION_ACCOUNT } from '../../examples/account-settings';
import { AccountStack } from '../../examples/account-stack';

const EXAMPLE = path.join(__dirname, '..', '..', 'examples', 'account.ts');

/** The template that reviewers have agreed to. `UPDATE_TEMPLATES=1 npx jest test/examples` writes it anew. */
const PINNED = path.join(__dirname, 'account.template.json');

const SYNTHESIZERS: [string, () => IStackSynthesizer][] = [
  ['DefaultStackSynthesizer', () => new DefaultStackSynthesizer({ generateBootstrapVersionRule: false })],
  ['BootstraplessSynthesizer', () => new BootstraplessSynthesizer()],
  ['LegacyStackSynthesizer', () => new LegacyStackSynthesizer()],
  ['CliCredentialsStackSynthesizer', () => new CliCredentialsStackSynthesizer()],
];

let folder: string;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'examples-test-'));
});

afterEach(() => {
  fs.rmSync(folder, { recursive: true });
});

/** The bytes of the template, and the names of all files, that the example gives under a synthesizer. */
function synth(synthesizer: IStackSynthesizer, outdir: string = folder): { template: string; files: string[] } {
  const app = new App({ outdir, analyticsReporting: false });
  const stack = new AccountStack(app, 'SupportChannels', { ...PRODUCTION_ACCOUNT, synthesizer });
  app.synth();
  return { template: fs.readFileSync(path.join(outdir, stack.templateFile), 'utf8'), files: fs.readdirSync(outdir) };
}

/** Runs the example's app as the CDK's CLI does: in a directory of the user's, with the place for the assembly in the environment. */
function runApp(workingDirectory: string): string {
  const outdir = path.join(workingDirectory, 'cdk.out');
  fs.mkdirSync(workingDirectory, { recursive: true });
  execFileSync(process.execPath, ['--require', require.resolve('tsx/cjs'), EXAMPLE], {
    cwd: workingDirectory,
    env: { ...process.env, CDK_OUTDIR: outdir },
  });
  return fs.readFileSync(path.join(outdir, 'SupportChannels.template.json'), 'utf8');
}

test.each(SYNTHESIZERS)('the template needs nothing beside itself under %s', (_, newSynthesizer) => {
  const { template, files } = synth(newSynthesizer());
  const { Resources: resources, ...others } = JSON.parse(template) as { Resources: Record<string, { Type: string }> };
  expect(others).toEqual({});
  expect(files.filter((file) => file.startsWith('asset.'))).toEqual([]);
  expect(Object.values(resources).map(({ Type }) => Type)).not.toContain('AWS::CloudFormation::Stack');
  expect(template).not.toContain('Fn::ImportValue');
  expect(template).not.toContain('Fn::Transform');
});

test('the template has the same bytes under every synthesizer', () => {
  const templates = SYNTHESIZERS.map(([name, newSynthesizer]) => synth(newSynthesizer(), path.join(folder, name)).template);
  expect(new Set(templates).size).toBe(1);
});

test('the app gives the same bytes wherever it runs', () => {
  const [here, there] = ['here', 'somewhere/else'].map((name) => runApp(path.join(folder, name)));
  expect(there).toBe(here);
  expect(here).toBe(synth(SYNTHESIZERS[0][1](), path.join(folder, 'in-process')).template);
});

test('the template is the one that was agreed to', () => {
  const template = JSON.parse(synth(SYNTHESIZERS[0][1]()).template) as {
    Resources: Record<string, { Type: string; Properties: Record<string, any> }>;
  };
  const functions = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::Lambda::Function');
  expect(functions).toHaveLength(1);
  // The handler's text is a file of its own in the repository.
  expect(functions[0].Properties.Code.ZipFile).toBe(fs.readFileSync(path.join(__dirname, '..', '..', 'assets', 'handler', 'index.js'), 'utf8'));
  functions[0].Properties.Code.ZipFile = '(assets/handler/index.js)';
  if (process.env.UPDATE_TEMPLATES) {
    fs.writeFileSync(PINNED, `${JSON.stringify(template, undefined, 2)}\n`);
  }
  expect(template).toEqual(JSON.parse(fs.readFileSync(PINNED, 'utf8')));
  expect(Object.keys(template.Resources)).toEqual(Object.keys(JSON.parse(fs.readFileSync(PINNED, 'utf8')).Resources));
});
