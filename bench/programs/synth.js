'use strict';

/**
 * Synthesizes one app in this process, and prints what it took: node synth.js <design> <stacks> <channels> <chime> <validation>.
 * Plain JavaScript, so that no compiler runs along.
 */

const [design, stackCount, channels, chime, validation] = process.argv.slice(2);
const { mkdtempSync, readFileSync, readdirSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

/** What nobody declares is not what is measured: the version of the CDK and the paths are left out of the templates. */
const APP_PROPS = { analyticsReporting: false };
const QUOTA = /Slack channels are configured in/;

process.env.CDK_VALIDATION = validation === 'on' ? 'true' : 'false';
const { DESIGNS } = require('./designs');
const { App, Stack } = require('aws-cdk-lib/core');

const start = performance.now();
const outdir = mkdtempSync(join(tmpdir(), 'bench-'));
process.on('exit', () => rmSync(outdir, { recursive: true, force: true }));
const app = new App({ ...APP_PROPS, outdir });
for (let index = 0; index < Number(stackCount); index++) {
  const stack = new Stack(app, `Stack${index}`, { env: { account: String(111122223333 + index), region: 'us-east-1' } });
  DESIGNS[design](stack, { channels: Number(channels), firstChannel: index * Number(channels), chime: chime === 'chime' });
}
const constructed = performance.now();
// An account takes 20 Slack channels, which this library finds at synth. Where a stack has more, for the sake of the measurement,
// all constructs are validated here, the guards across constructs included; the synthesis goes on without it.
const skipValidation = Number(channels) > 20;
if (skipValidation) {
  const problems = app.node.findAll().flatMap(({ node }) => node.validate());
  if (problems.some((problem) => !QUOTA.test(problem))) {
    throw new Error(problems.join('\n'));
  }
}
app.synth({ skipValidation });
const synthesized = performance.now();

const usage = process.cpuUsage();
const { maxRSS } = process.resourceUsage();
console.log(JSON.stringify({
  construct: constructed - start,
  synth: synthesized - constructed,
  cpu: (usage.user + usage.system) / 1000,
  memory: maxRSS / 1024,
  modules: Object.keys(require.cache).length,
  ...readAssembly(),
}));

function readAssembly() {
  const result = { resources: 0, templateBytes: 0, templateBytesWithoutIndentation: 0, templateBytesWithoutIds: 0, assets: 0, uploads: 0 };
  const assets = new Set();
  for (const file of readdirSync(outdir)) {
    const path = join(outdir, file);
    if (file.endsWith('.template.json')) {
      const text = readFileSync(path, 'utf8');
      const template = JSON.parse(text);
      result.templateBytes += Buffer.byteLength(text);
      const compact = JSON.stringify(template);
      result.templateBytesWithoutIndentation += Buffer.byteLength(compact);
      result.templateBytesWithoutIds += Buffer.byteLength(compact.replace(/"(\w+)"/g, (text, id) => (id in template.Resources ? '""' : text)));
      result.resources += Object.keys(template.Resources).length;
    }
    if (file.endsWith('.assets.json')) {
      for (const [hash, { source }] of Object.entries(JSON.parse(readFileSync(path, 'utf8')).files)) {
        if (!source.path.endsWith('.template.json')) {
          assets.add(hash);
          result.uploads += 1;
        }
      }
    }
  }
  return { ...result, assets: assets.size };
}
