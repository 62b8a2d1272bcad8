/**
 * Checks the templates of the examples with validators that know nothing of this library. Each validator also gets something
 * bad, which it has to reject.
 */
import { join } from 'node:path';
import * as boto3 from './boto3-checks';
import * as cdk from './cdk-checks';
import { WORK } from './command';
import { synthesizeExamples } from './examples';
import { installPython } from './python';
import * as templates from './template-checks';

const LIMIT_IN_SECONDS = 1_500;

type Check = [name: string, check: () => Promise<string>];

async function main(): Promise<void> {
  const programs = await installPython({
    folder: join(WORK, 'python'), requirements: join(__dirname, 'requirements.txt'), command: 'npm run test:validators',
  });
  const examples = await synthesizeExamples();
  const files = examples.flatMap((example) => example.templates);
  console.log(`Examples: ${examples.map(({ file }) => file).join(', ')}\n`);
  const checks: Check[] = [
    ['cfn-lint', () => templates.lintExamples(programs, files)],
    ['cfn-lint, pinned templates', () => templates.lintPinned(programs)],
    ['cfn-lint, bad template', () => templates.lintBad(programs)],
    ['cfn-lint, size of mappings', () => templates.lintMappings(programs)],
    ['checkov', () => templates.scanExamples(programs, files)],
    ['checkov, bad policy', () => templates.scanBad(programs)],
    ['CDK rules', () => cdk.validateExamples(examples)],
    ['CDK rules, bad app', () => cdk.validateBad()],
    ['CDK CLI', () => cdk.useCli(examples)],
    ['CDK CLI, app with a warning', () => cdk.useCliOnBad()],
    ['boto3, requests', () => boto3.compareClients(programs)],
    ['boto3, deployed example', () => boto3.readDeployment(programs)],
  ];
  let failed = 0;
  for (const [name, check] of checks) {
    try {
      console.log(`passed  ${name}: ${await check()}`);
    } catch (error) {
      failed += 1;
      console.log(`FAILED  ${name}\n${(error as Error).message.replace(/^/gm, '        ')}`);
    }
  }
  console.log(`\n${checks.length - failed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
}

// Whatever hangs ends with this process.
setTimeout(() => {
  console.error(`not done after ${LIMIT_IN_SECONDS} seconds`);
  process.exit(1);
}, LIMIT_IN_SECONDS * 1000).unref();

main().catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
