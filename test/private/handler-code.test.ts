import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { buildSync } from 'esbuild';

const ROOT = path.join(__dirname, '..', '..');

let folder: string;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cdk-support-channels-'));
});

afterEach(() => {
  fs.rmSync(folder, { recursive: true });
});

test('an app that is bundled into one file is told to leave the package out', () => {
  const outfile = path.join(folder, 'a', 'b', 'app.js');
  buildSync({
    stdin: {
      contents: `
        import { App, Stack } from 'aws-cdk-lib/core';
        import { AccountAlias } from './src';
        const app = new App({ outdir: ${JSON.stringify(path.join(folder, 'cdk.out'))} });
        new AccountAlias(new Stack(app, 'Stack'), 'Alias', { accountAlias: 'acme' });
        app.synth();`,
      resolveDir: ROOT,
      loader: 'ts',
    },
    bundle: true,
    platform: 'node',
    external: ['aws-cdk-lib', 'constructs'],
    tsconfig: path.join(ROOT, 'tsconfig.dev.json'),
    outfile,
  });
  const { status, stderr } = spawnSync(process.execPath, [outfile], { encoding: 'utf8', env: { ...process.env, NODE_PATH: path.join(ROOT, 'node_modules') } });
  expect(stderr).toContain(`cdk-support-channels does not find its handler, "${path.join(folder, 'assets', 'handler', 'index.js')}" (ENOENT). `
    + 'If your app is bundled into one file, leave this package out of the bundle, such as with "--external:cdk-support-channels" for esbuild.');
  expect(status).not.toBe(0);
});
