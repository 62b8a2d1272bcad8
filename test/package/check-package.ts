/**
 * Packs the library, installs the tarball into a new app as a user does, synthesizes a stack with it, and compares
 * what is in the tarball with what should be.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');
/** What a tarball may hold; everything else is a mistake. */
const CONTENT = [
  /^package\.json$/, /^README\.md$/, /^LICENSE$/, /^API\.md$/, /^CHANGELOG\.md$/, /^\.jsii(\.gz)?$/,
  /^assets\/handler\/index\.js$/, /^lib\/(private\/)?[a-z-]+\.(js|js\.map|d\.ts)$/,
];
const REQUIRED = ['.jsii', 'README.md', 'LICENSE', 'API.md', 'assets/handler/index.js', 'lib/index.js', 'lib/index.d.ts'];

const APP = `
const { App, Stack, DefaultStackSynthesizer } = require('aws-cdk-lib');
const { AccountAlias, ChimeChannel, NotificationSeverity, SlackWorkspace } = require('cdk-support-channels');
// Newer releases of the CDK check templates against rules; here a broken rule fails the synthesis.
const app = new App({ context: { '@aws-cdk/core:validateAgainstDefaultRules': true } });
const stack = new Stack(app, 'Account', { synthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }) });
const workspace = new SlackWorkspace(stack, 'Workspace', { teamId: 'T012ABCDEFG' });
workspace.addChannel('Operations', {
  channelId: 'C012ABCDEFG', notifyOnCaseSeverity: NotificationSeverity.ALL, notifyOnCreateOrReopenCase: true,
});
new AccountAlias(stack, 'Alias', { accountAlias: 'production' });
const appInstanceArn = 'arn:aws:chime:us-east-1:111122223333:app-instance/5a6b7c8d-0000-4000-8000-000000000000';
new ChimeChannel(stack, 'OnCall', { appInstanceArn, chimeBearer: appInstanceArn + '/user/operations', channelName: 'On call' });
process.stdout.write(JSON.stringify(app.synth().getStackByName('Account').template));
`;

/** What an ES module can import by name. */
const MODULE = `
import { AccountAlias, SlackWorkspace, SupportAppAccess, SupportAppRole } from 'cdk-support-channels';
process.stdout.write(JSON.stringify({ names: [AccountAlias, SlackWorkspace, SupportAppRole].map(({ name }) => name), access: SupportAppAccess.READ_ONLY }));
`;
const LISTING = `
require('cdk-support-channels');
process.stdout.write(JSON.stringify(Object.keys(require.cache).filter((file) => /(aws-iam.lib.role|cdk-support-channels.lib.(?!index\\b).*)\\.js$/.test(file))));
`;
const MODULE_OUTPUT = { names: ['AccountAlias', 'SlackWorkspace', 'SupportAppRole'], access: 'READ_ONLY' };

function main(): void {
  const folder = mkdtempSync(join(tmpdir(), 'cdk-support-channels-'));
  try {
    const [{ filename, files }] = JSON.parse(run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], ROOT));
    const paths = (files as { path: string }[]).map(({ path }) => path);
    assertNone('unexpected in the tarball', paths.filter((path) => !CONTENT.some((pattern) => pattern.test(path))));
    assertNone('missing in the tarball', REQUIRED.filter((path) => !paths.includes(path)));

    const { peerDependencies, dependencies, bundledDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    assertNone('published runtime dependencies', [...Object.keys(dependencies ?? {}), ...(bundledDependencies ?? [])]);

    const app = join(folder, 'app');
    mkdirSync(app);
    writeFileSync(join(app, 'package.json'), JSON.stringify({ name: 'app', version: '0.0.0', private: true }));
    run('npm', ['install', '--no-audit', '--no-fund', join(folder, filename), ...Object.keys(peerDependencies)], app);
    writeFileSync(join(app, 'app.js'), APP);
    const template = JSON.parse(run('node', ['app.js'], app));
    const handlers = Object.values<{ Type: string; Properties: { Code: { ZipFile?: string } } }>(template.Resources)
      .filter(({ Type }) => Type === 'AWS::Lambda::Function');
    const inline = handlers[0]?.Properties.Code.ZipFile;
    if (handlers.length !== 1 || inline !== readFileSync(join(ROOT, 'assets', 'handler', 'index.js'), 'utf8')) {
      throw new Error('the app that uses the tarball has not got the one handler inline');
    }
    writeFileSync(join(app, 'app.mjs'), MODULE);
    const imported = JSON.parse(run('node', ['app.mjs'], app));
    if (JSON.stringify(imported) !== JSON.stringify(MODULE_OUTPUT)) {
      throw new Error(`an ES module imports ${JSON.stringify(imported)}`);
    }
    writeFileSync(join(app, 'listing.js'), LISTING);
    assertNone('loaded before a class needs it', JSON.parse(run('node', ['listing.js'], app)));
    console.log(`${filename}: ${paths.length} files, installed and synthesized with ${Object.keys(template.Resources).length} resources`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(command: string, args: string[], cwd: string): string {
  return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 64 * 1024 * 1024 });
}

function assertNone(what: string, found: string[]): void {
  if (found.length > 0) {
    throw new Error(`${what}: ${found.join(', ')}`);
  }
}

main();
