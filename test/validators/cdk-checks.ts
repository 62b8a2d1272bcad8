import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { type Outcome, ROOT, run, TYPESCRIPT } from './command';
import { type Example, nameOf, newFolder, templateFiles } from './examples';
import { requireNone, requireRules, type Finding } from './template-checks';

const BAD = join(__dirname, 'bad');
const CLI = join(ROOT, 'node_modules', 'aws-cdk', 'bin', 'cdk');
const NEWEST_CDK = ['--require', join(__dirname, 'use-newest-cdk.ts')];
/** The CLI adds metadata to templates by default. */
const PLAIN = ['--no-path-metadata', '--no-asset-metadata', '--no-version-reporting', '--no-notices'];

interface Violation {
  readonly ruleName: string;
  readonly description: string;
  readonly violatingConstructs: { readonly constructPath: string; readonly libraryVersion: string }[];
}

interface ValidationReport {
  readonly pluginReports: { readonly violations: Violation[] }[];
}

/** What the newest CDK's own rules say of an app: warnings count, too, though they let the synthesis pass. */
async function validate(app: string, folder: string): Promise<{ outcome: Outcome; findings: (Finding & { versions: string[] })[] }> {
  const outcome = await run(process.execPath, [...TYPESCRIPT, ...NEWEST_CDK, app], {
    environment: { CDK_OUTDIR: folder, CDK_CONTEXT_JSON: JSON.stringify({ '@aws-cdk/core:validateAgainstDefaultRules': true }) },
  });
  if (!readdirSync(folder).includes('validation-report.json')) {
    throw new Error(`no report of a validation:\n${outcome.stdout}${outcome.stderr}`);
  }
  const { pluginReports } = JSON.parse(readFileSync(join(folder, 'validation-report.json'), 'utf8')) as ValidationReport;
  const findings = pluginReports.flatMap(({ violations }) => violations).map(({ ruleName, description, violatingConstructs }) => ({
    rule: ruleName,
    subject: violatingConstructs.map(({ constructPath }) => constructPath).join(', '),
    message: description,
    versions: violatingConstructs.map(({ libraryVersion }) => libraryVersion),
  }));
  return { outcome, findings };
}

export async function validateExamples(examples: Example[]): Promise<string> {
  for (const { file, assembly } of examples) {
    const folder = newFolder('newest', nameOf(file));
    const { outcome, findings } = await validate(file, folder);
    requireNone(findings);
    requireSuccess(outcome, `synthesis of ${file}`);
    requireSameTemplates(folder, assembly);
  }
  return `${examples.length} apps; the same templates as with the oldest aws-cdk-lib`;
}

export async function validateBad(): Promise<string> {
  const { outcome, findings } = await validate(join(BAD, 'default-rules.ts'), newFolder('newest', 'bad'));
  requireRules(findings, ['E1029']);
  if (outcome.status === 0) {
    throw new Error('the synthesis of a template with an error did not fail');
  }
  const { version } = JSON.parse(readFileSync(join(ROOT, '.tmp', 'newest-cdk', 'node_modules', 'aws-cdk-lib', 'package.json'), 'utf8')) as { version: string };
  if (!findings.every(({ versions }) => versions.every((used) => used === version))) {
    throw new Error(`the apps do not run with aws-cdk-lib ${version}`);
  }
  return `found by E1029 of aws-cdk-lib ${version}, the synthesis fails`;
}

function cdk(app: string, folder: string, ...parameters: string[]): Promise<Outcome> {
  return run(process.execPath, [CLI, ...parameters, '--app', `node --require tsx/cjs ${app}`, '--output', folder, ...PLAIN]);
}

/** The CDK's CLI, as in a pipeline: no account, no credentials. */
export async function useCli(examples: Example[]): Promise<string> {
  for (const { file, assembly } of examples) {
    const folder = newFolder('cli', nameOf(file));
    const stacks = stacksOf(assembly);
    const list = await cdk(file, folder, 'list');
    requireSuccess(list, `cdk list of ${file}`);
    requireEqual(`cdk list of ${file}`, list.stdout.trim().split('\n').sort(), stacks);

    requireSuccess(await cdk(file, folder, 'synth', '--strict', '--quiet'), `cdk synth --strict of ${file}`);
    requireSameTemplates(folder, assembly);

    for (const stack of stacks) {
      const template = join(assembly, `${stack}.template.json`);
      requireSuccess(await cdk(file, folder, 'diff', stack, '--strict', '--fail', '--template', template), `cdk diff of ${stack} with itself`);
      const { edited, logicalId } = editOne(template);
      const difference = await cdk(file, folder, 'diff', stack, '--fail', '--template', edited);
      if (difference.status !== 1 || !`${difference.stdout}${difference.stderr}`.includes(logicalId)) {
        throw new Error(`cdk diff does not show that ${logicalId} has changed:\n${difference.stdout}${difference.stderr}`);
      }
    }
  }
  return `${examples.length} apps: list, synth --strict, and diff without and with a change`;
}

export async function useCliOnBad(): Promise<string> {
  const { status, stderr } = await cdk(relative(ROOT, join(BAD, 'warning.ts')), newFolder('cli', 'bad'), 'synth', '--strict', '--quiet');
  if (status === 0 || !stderr.includes('cdk-support-channels:supportAppRegion')) {
    throw new Error(`synth --strict takes a warning of the library's:\n${stderr}`);
  }
  return 'synth --strict fails for a warning of the library\'s';
}

function stacksOf(assembly: string): string[] {
  const { artifacts } = JSON.parse(readFileSync(join(assembly, 'manifest.json'), 'utf8')) as { artifacts: Record<string, { type: string }> };
  return Object.entries(artifacts).filter(([, { type }]) => type === 'aws:cloudformation:stack').map(([id]) => id).sort();
}

/** Writes a template as it may have been deployed before: with another description of its function. */
function editOne(template: string): { edited: string; logicalId: string } {
  const { Resources: resources, ...others } = JSON.parse(readFileSync(template, 'utf8')) as { Resources: Record<string, { Type: string; Properties: object }> };
  const [logicalId, resource] = Object.entries(resources).find(([, { Type }]) => Type === 'AWS::Lambda::Function')!;
  const edited = join(newFolder('diff'), basename(template));
  const before = { ...resource, Properties: { ...resource.Properties, Description: 'before' } };
  writeFileSync(edited, JSON.stringify({ ...others, Resources: { ...resources, [logicalId]: before } }));
  return { edited, logicalId };
}

function requireSameTemplates(folder: string, assembly: string): void {
  requireEqual(`templates in ${folder}`, templateFiles(folder), templateFiles(assembly));
  for (const file of templateFiles(assembly)) {
    const [one, other] = [folder, assembly].map((directory) => readFileSync(join(directory, file), 'utf8'));
    if (one !== other) {
      throw new Error(`${file} differs between ${folder} and ${assembly}`);
    }
  }
}

function requireSuccess({ status, stdout, stderr }: Outcome, what: string): void {
  if (status !== 0) {
    throw new Error(`${what} ended with status ${status}:\n${stdout}${stderr}`);
  }
}

function requireEqual(what: string, got: string[], expected: string[]): void {
  if (JSON.stringify(got) !== JSON.stringify(expected)) {
    throw new Error(`${what}: got ${got.join(', ')}, expected ${expected.join(', ')}`);
  }
}
