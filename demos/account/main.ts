import { HELP, parseOptions, UsageError } from './options';
import { runScenario } from './scenario';
import { perform } from '../shared/program';

/** Runs the demo and answers its exit code. */
async function main(): Promise<number> {
  const { help, verbose } = parseOptions(process.argv.slice(2));
  if (help) {
    console.log(HELP);
    return 0;
  }
  return perform((stage) => runScenario({ ...stage, verbose }));
}

main().then(
  (exitCode) => (process.exitCode = exitCode),
  (error) => {
    console.error(error instanceof UsageError ? error.message : error);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  },
);
