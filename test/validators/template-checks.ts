import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ACCEPTED_FINDINGS } from './accepted-findings';
import { ROOT, run } from './command';
import { newFolder } from './examples';
import { SUPPORT_APP_REGIONS } from '../../src/constraints';

const BAD = join(__dirname, 'bad');
const PINNED = join(ROOT, 'test', 'snapshots', 'pinned', 'unreleased');

/** The most that CloudFormation takes on both levels of a mapping. */
const MAPPING_LIMIT = 200;

export interface Finding {
  readonly rule: string;
  readonly subject: string;
  readonly message: string;
}

/** A program of the Python environment by its name. */
export type Programs = (program: string) => string;

/** What cfn-lint reports as errors and warnings, for all Regions or some. */
async function lint(programs: Programs, templates: string[], regions = ['ALL_REGIONS']): Promise<Finding[]> {
  const { stdout, stderr } = await run(programs('cfn-lint'), ['--format', 'json', '--regions', ...regions, '--template', ...templates]);
  try {
    return (JSON.parse(stdout) as { Filename: string; Message: string; Rule: { Id: string }; Location: { Start: { LineNumber: number } } }[])
      .map(({ Filename: file, Message: message, Rule: { Id: rule }, Location: { Start: { LineNumber: line } } }) => (
        { rule, subject: `${relative(ROOT, file)}:${line}`, message }));
  } catch {
    throw new Error(`cfn-lint answers no JSON:\n${stdout}${stderr}`);
  }
}

/** What checkov reports, and how many resources it has looked at. */
async function scan(programs: Programs, templates: string[]): Promise<{ findings: Finding[]; resources: number }> {
  // Without --skip-download it asks its vendor's server for texts.
  const { stdout, stderr } = await run(programs('checkov'), [
    '--framework', 'cloudformation', '--skip-download', '--quiet', '--compact', '--output', 'json', '--file', ...templates,
  ]);
  try {
    const { results, summary } = JSON.parse(stdout) as {
      results?: { failed_checks: { check_id: string; check_name: string; resource: string }[]; parsing_errors: string[] };
      summary?: { resource_count: number };
    };
    return {
      findings: [
        ...(results?.failed_checks ?? []).map(({ check_id: rule, check_name: message, resource: subject }) => ({ rule, subject, message })),
        ...(results?.parsing_errors ?? []).map((file) => ({ rule: 'not parsed', subject: file, message: 'checkov could not read the template' })),
      ],
      resources: summary?.resource_count ?? 0,
    };
  } catch {
    throw new Error(`checkov answers no JSON:\n${stdout}${stderr}`);
  }
}

/** Fails with a line for each finding. */
export function requireNone(findings: Finding[]): void {
  if (findings.length > 0) {
    throw new Error(findings.map(({ rule, subject, message }) => `${rule} ${subject}: ${message}`).join('\n'));
  }
}

/** Fails unless each rule has found something: a validator that finds nothing may have looked at nothing. */
export function requireRules(findings: { rule: string }[], rules: string[]): void {
  const missing = rules.filter((rule) => !findings.some((finding) => finding.rule === rule));
  if (missing.length > 0) {
    throw new Error(`not found by ${missing.join(', ')}; found by ${findings.map(({ rule }) => rule).join(', ') || 'none'}`);
  }
}

export async function lintExamples(programs: Programs, templates: string[]): Promise<string> {
  requireNone(await lint(programs, templates));
  return `${templates.length} templates, no error, no warning`;
}

/** Templates with types that CloudFormation has in some Regions. */
const NATIVE = join(PINNED, 'native-support-app.json');
/** cfn-lint has no schema of `AWS::Chime::Channel` yet. */
const UNKNOWN_TO_CFN_LINT = join(PINNED, 'native-chime.json');

/** The pinned templates have the options that the examples do not use. */
export async function lintPinned(programs: Programs): Promise<string> {
  const files = readdirSync(PINNED).map((file) => join(PINNED, file)).filter((file) => ![NATIVE, UNKNOWN_TO_CFN_LINT].includes(file));
  requireNone(await lint(programs, [NATIVE], SUPPORT_APP_REGIONS));
  // Once these are no more, both are templates like the others.
  requireRules(await lint(programs, [NATIVE]), ['E3006']);
  requireRules(await lint(programs, [UNKNOWN_TO_CFN_LINT]), ['E3006']);
  return `${await lintExamples(programs, files)}; native types in ${SUPPORT_APP_REGIONS.length} Regions`;
}

export async function lintBad(programs: Programs): Promise<string> {
  const rules = ['E1010', 'E1029', 'E3002', 'E3717'];
  requireRules(await lint(programs, [join(BAD, 'structure.json')]), rules);
  return `found by ${rules.join(', ')}`;
}

/** Evidence for the library's own limits on values by account. */
export async function lintMappings(programs: Programs): Promise<string> {
  const folder = newFolder('mappings');
  const write = (accounts: number, keys: number) => {
    const file = join(folder, `${accounts}x${keys}.json`);
    writeFileSync(file, JSON.stringify(templateWithMapping(accounts, keys)));
    return file;
  };
  requireNone(await lint(programs, [write(MAPPING_LIMIT, 1), write(1, MAPPING_LIMIT)]));
  for (const tooLarge of [write(MAPPING_LIMIT + 1, 1), write(1, MAPPING_LIMIT + 1)]) {
    requireRules(await lint(programs, [tooLarge]), ['E7010']);
  }
  return `${MAPPING_LIMIT} accounts and ${MAPPING_LIMIT} values of one pass, one more fails by E7010`;
}

function templateWithMapping(accounts: number, keys: number): object {
  const values = Object.fromEntries(Array.from({ length: keys }, (_, index) => [`value${index}`, 'acme']));
  const mapping = Object.fromEntries(Array.from({ length: accounts }, (_, index) => [String(index).padStart(12, '0'), values]));
  return {
    Mappings: { Accounts: mapping },
    Resources: {
      Topic: { Type: 'AWS::SNS::Topic', Properties: { DisplayName: { 'Fn::FindInMap': ['Accounts', { Ref: 'AWS::AccountId' }, 'value0'] } } },
    },
  };
}

export async function scanExamples(programs: Programs, templates: string[]): Promise<string> {
  const { findings, resources } = await scan(programs, templates);
  const expected = templates.reduce((count, file) => count + Object.keys((JSON.parse(readFileSync(file, 'utf8')) as { Resources: object }).Resources).length, 0);
  if (resources !== expected) {
    throw new Error(`checkov has looked at ${resources} resources, the templates have ${expected}`);
  }
  const typeOf = ({ subject }: Finding) => subject.split('.')[0];
  requireNone(findings.filter((finding) => !ACCEPTED_FINDINGS.some(({ rule, type }) => rule === finding.rule && type === typeOf(finding))));
  const unused = ACCEPTED_FINDINGS.filter(({ rule, type }) => !findings.some((finding) => finding.rule === rule && type === typeOf(finding)));
  if (unused.length > 0) {
    throw new Error(`accepted, but found no more: remove ${unused.map(({ rule, type }) => `${rule} of ${type}`).join(', ')} from accepted-findings.ts`);
  }
  return `${resources} resources, ${ACCEPTED_FINDINGS.length} kinds of findings accepted`;
}

export async function scanBad(programs: Programs): Promise<string> {
  const file = join(BAD, 'policy.json');
  // To cfn-lint it is a sound template.
  requireNone(await lint(programs, [file]));
  const rules = ['CKV_AWS_60', 'CKV_AWS_62', 'CKV_AWS_63', 'CKV_AWS_107', 'CKV_AWS_108', 'CKV_AWS_109', 'CKV_AWS_110', 'CKV_AWS_111'];
  requireRules((await scan(programs, [file])).findings, rules);
  return `found by ${rules.join(', ')}`;
}
