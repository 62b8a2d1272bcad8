/**
 * Runs the handler under AWS's own runtime interface client, with each release of Node.js that it is made for.
 *
 * The first run installs the client, which is built from source, and the releases into `.tmp/runtime/`.
 */
import { join } from 'node:path';
import { cases } from './cases';
import { Fixture } from './fixture';
import { installRuntime, type NodeRelease, type RuntimeInstallation } from '../../local-aws/runtime/installation';

const LIMIT_IN_SECONDS = 1_500;

async function main(): Promise<void> {
  const installation = await installRuntime(join(__dirname, '..', '..', '.tmp', 'runtime'));
  const { nodes } = installation;
  console.log(`aws-lambda-ric ${installation.clientVersion} on Node.js ${nodes.map(({ version }) => version).join(' and ')}\n`);
  const width = Math.max(...cases.map(({ name }) => name.length)) + 2;
  console.log(['case'.padEnd(width), ...nodes.map(({ runtime }) => runtime.padEnd(12))].join(''));

  const failures: string[] = [];
  for (const each of cases) {
    const cells: string[] = [];
    for (const node of nodes) {
      const failure = await failureOf(() => runCase(installation, node, each.run));
      cells.push((failure ? 'failed' : 'passed').padEnd(12));
      if (failure) {
        failures.push(`${each.name}, ${node.runtime}:\n${failure}`);
      }
    }
    console.log([each.name.padEnd(width), ...cells].join('').trimEnd());
  }
  console.log(['', ...failures, `${cases.length * nodes.length - failures.length} passed, ${failures.length} failed`].join('\n'));
  process.exitCode = failures.length > 0 ? 1 : 0;
}

async function runCase(installation: RuntimeInstallation, node: NodeRelease, run: (fixture: Fixture) => Promise<void>): Promise<void> {
  const fixture = await Fixture.start(installation, node);
  const failure = await failureOf(() => run(fixture));
  const failedStop = await failureOf(() => fixture.stop());
  if (failure ?? failedStop) {
    throw new Error([failure, failedStop].filter(Boolean).join('\n'));
  }
}

async function failureOf(action: () => Promise<void>): Promise<string | undefined> {
  try {
    await action();
    return undefined;
  } catch (error) {
    return String((error as Error).stack ?? error);
  }
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
