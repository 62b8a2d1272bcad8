import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as chime from '@aws-sdk/client-chime-sdk-messaging';
import { Match, type Matcher } from 'aws-cdk-lib/assertions';
import { stackNameOf } from './integ-app';
import type { StackResult } from '../../local-aws/cloudformation/stack';
import type { LocalAccount } from '../../trials/probe/local-account';

const ROOT = join(__dirname, '..', '..');
const ASSERTIONS_TEMPLATE = 'IntegDefaultTestDeployAssert4E6713E1.template.json';

/** A custom resource of the stack of assertions. */
interface AssertionProperties {
  readonly service: string;
  readonly api: string;
  /** Each value as JSON. */
  readonly parameters?: Record<string, Text>;
  /** JSON in which objects with one key such as `$ObjectLike` are matchers. */
  readonly expected: string;
}

type Text = string | { readonly 'Fn::ImportValue': string } | { readonly 'Fn::Join': [string, Text[]] };

/** Synthesizes an app of integ-runner, in a process of its own, and answers the folder. */
export function synthesizeTest(test: string, directory: string, environment: NodeJS.ProcessEnv = {}): string {
  const outdir = join(directory, test);
  const { status, stderr } = spawnSync(process.execPath, ['--import', 'tsx', join('test', `integ.${test}.ts`)], {
    cwd: ROOT, encoding: 'utf8', env: { ...process.env, ...environment, CDK_OUTDIR: outdir },
  });
  if (status !== 0) {
    throw new Error(`integ.${test}.ts cannot be synthesized: ${stderr}`);
  }
  return outdir;
}

/** Does in the local AWS what integ-runner does in a live account, and answers what went wrong. */
export async function runLocally(account: LocalAccount, test: string, directory: string): Promise<string[]> {
  const { cloudFormation } = account.aws;
  const stackName = stackNameOf(test);
  const assembly = synthesizeTest(test, directory);
  const [deployed] = await cloudFormation.deployAssembly(assembly, { select: (stack) => stack.stackName === stackName });
  const problems = problemsOf(deployed, 'CREATE_COMPLETE');
  if (problems.length === 0) {
    problems.push(...await assertAll(account, assembly, cloudFormation.stack(stackName)!.exports));
  }
  return [...problems, ...problemsOf(await cloudFormation.deleteStack({ stackName }), 'DELETE_COMPLETE')];
}

function problemsOf({ status, events }: StackResult, expected: string): string[] {
  return status === expected ? [] : [status, ...events.flatMap(({ reason }) => reason ?? [])];
}

/** The function of integ-tests answers by https only: the calls are made from here, with what its template says. */
async function assertAll(account: LocalAccount, assembly: string, exports: Record<string, unknown>): Promise<string[]> {
  const template = JSON.parse(readFileSync(join(assembly, ASSERTIONS_TEMPLATE), 'utf8')) as {
    Resources: Record<string, { Type: string; Properties: AssertionProperties }>;
  };
  const assertions = Object.values(template.Resources).filter(({ Type }) => Type.startsWith('Custom::DeployAssert@SdkCall'));
  if (assertions.length === 0) {
    throw new Error(`${assembly} has no assertions`);
  }
  const problems: string[] = [];
  for (const { Properties: { service, api, parameters = {}, expected } } of assertions) {
    const input = Object.fromEntries(Object.entries(parameters)
      .map(([name, value]) => [name, JSON.parse(resolve(value, exports)) as unknown]));
    const result = matcherOf(expected).test(await call(account, service, api, input));
    problems.push(...(result.hasFailed() ? [`${api}: ${result.toHumanStrings().join('; ')}`] : []));
  }
  return problems;
}

function resolve(value: Text, exports: Record<string, unknown>): string {
  if (typeof value === 'string') {
    return value;
  }
  if ('Fn::ImportValue' in value) {
    return String(exports[value['Fn::ImportValue']]);
  }
  const [separator, parts] = value['Fn::Join'];
  return parts.map((part) => resolve(part, exports)).join(separator);
}

function matcherOf(expected: string): Matcher {
  return JSON.parse(expected, (_key, value: unknown) => {
    const [[name, pattern] = [], ...others] = Object.entries(value ?? {});
    if (others.length === 0 && name === '$ObjectLike') {
      return Match.objectLike(pattern as Record<string, unknown>);
    }
    return others.length === 0 && name === '$ArrayWith' ? Match.arrayWith(pattern as unknown[]) : value;
  }) as Matcher;
}

async function call(account: LocalAccount, service: string, api: string, input: object): Promise<unknown> {
  if (service === 'support-app') {
    return account.supportApp.makeRequest(api[0].toLowerCase() + api.slice(1), input).promise();
  }
  const Command = chime[`${api}Command` as keyof typeof chime] as new (input: object) => never;
  return account.chime.send(new Command(input));
}
