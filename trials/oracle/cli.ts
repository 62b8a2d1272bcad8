/** Deploys the library's templates with a CloudFormation that nobody here has written, and compares. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { useCdkCli } from './cdk-cli';
import type { Engine } from './engine';
import { LocalEngine } from './local-engine';
import { MiniStack } from './ministack';
import { mistakes } from './mistakes';
import { differences, play, type RunResult } from './run';
import { SCENARIOS, type Scenario } from './scenarios';
import { makeTemplates, type Templates } from './templates';
import { ROOT } from '../../test/validators/command';
import { installPython } from '../../test/validators/python';
import { bundleMutation, MUTATIONS } from '../mutations';

const HELP = `
Deploys the library's templates, with the handler's real bytes, into MiniStack's
CloudFormation and into the local AWS, with both sides of its assumptions, from
creation to deletion, and compares what is in the Support App and in Chime. Then
the CDK's CLI deploys, compares and destroys the example in MiniStack, and
mistakes are made in the handler that must be found.

Needs Python 3.10 or later with venv as "python3", and PyPI: MiniStack goes into
.tmp/oracle.

  --only TEXT   the scenarios with TEXT in their name, and nothing else
  --mutations   how many of all mutations of the handler the scenarios find (an
                hour)

The exit code is 0 when everything is as it must be, 1 when something is not,
and 2 when the command line is wrong.
`.trim();

const WORK = join(ROOT, '.tmp', 'oracle');
/** Scenarios that are played at a time: most of an operation is waiting. */
const AT_A_TIME = 3;

interface Options {
  readonly only?: string;
  readonly mutations: boolean;
}

/** Each run has an account of its own. */
class Accounts {
  private taken = 0;

  public next(): string {
    this.taken += 1;
    return String(222_200_000_000 + this.taken);
  }
}

const accounts = new Accounts();

async function main(): Promise<number> {
  const options = parseOptions();
  if (!options) {
    console.log(HELP);
    return 0;
  }
  const scenarios = SCENARIOS.filter(({ name }) => name.includes(options.only ?? ''));
  if (scenarios.length === 0) {
    console.error(
      `no scenario has "${options.only}" in its name; there are:\n` +
        SCENARIOS.map(({ name }) => `  ${name}`).join('\n'),
    );
    return 2;
  }
  const programs = await installPython({
    folder: join(WORK, 'python'),
    requirements: join(__dirname, 'requirements.txt'),
    command: 'npm run test:oracle',
  });
  const templates = makeTemplates();
  const engines: Engine[] = [];
  try {
    const miniStack = await MiniStack.start(programs('python'), join(WORK, 'ministack'));
    engines.push(miniStack);
    if (options.mutations) {
      await countMutations(miniStack, scenarios, templates);
      return 0;
    }
    engines.push(await LocalEngine.start(), await LocalEngine.startOtherwise());
    let failed = await compareEngines(engines, scenarios, templates);
    if (options.only === undefined) {
      failed += await runCdkCli(miniStack);
      failed += await findMistakes(miniStack, templates);
    }
    console.log(
      failed === 0
        ? '\nEverything is as it must be.'
        : `\n${failed} ${failed === 1 ? 'thing is' : 'things are'} not as they must be.`,
    );
    return failed === 0 ? 0 : 1;
  } finally {
    await Promise.all(engines.map((engine) => engine.stop()));
  }
}

/** The options; `undefined` when help is wanted. */
function parseOptions(): Options | undefined {
  const {
    values: { help, only, mutations = false },
  } = parseArgs({
    options: { help: { type: 'boolean' }, only: { type: 'string' }, mutations: { type: 'boolean' } },
  });
  return help ? undefined : { only, mutations };
}

/** Plays every scenario in all engines that can; answers how many are not as they must be. */
async function compareEngines(engines: Engine[], scenarios: Scenario[], templates: Templates): Promise<number> {
  const failed = await inParallel(scenarios, async (scenario) => {
    const startedAt = Date.now();
    const able = engines.filter((engine) => !scenario.needs || engine[scenario.needs]);
    const accountId = accounts.next();
    const results = await Promise.all(able.map((engine) => play(scenario, engine, accountId, templates)));
    const problems = results.flatMap((result, index) => [
      ...result.failures.map((failure) => `${able[index].name}: ${failure}`),
      ...differences(results[0], result).map(
        (difference) => `${able[0].name} and ${able[index].name} differ: ${difference}`,
      ),
    ]);
    console.log(
      `${problems.length === 0 ? 'ok  ' : 'FAIL'} ${scenario.name} (${count(able.length, 'engine')}, ` +
        `${count(results[0].steps.length, 'operation')}, ${countRequests(results)} events, ` +
        `${((Date.now() - startedAt) / 1000).toFixed(1)} s)`,
    );
    problems.forEach(print);
    return problems.length > 0;
  });
  return failed.filter(Boolean).length;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

async function runCdkCli(miniStack: MiniStack): Promise<number> {
  console.log("     the CDK's CLI in an account that was never bootstrapped:");
  const failures = await useCdkCli(miniStack, WORK, (line) => console.log(line));
  console.log(`${failures.length === 0 ? 'ok  ' : 'FAIL'} cdk deploy, diff and destroy`);
  failures.forEach(print);
  return failures.length > 0 ? 1 : 0;
}

async function findMistakes(miniStack: Engine, templates: Templates): Promise<number> {
  const missed = await inParallel(mistakes(), async ({ mutation, scenario }) => {
    const { failures } = await play(scenario, miniStack, accounts.next(), templates, await bundleMutation(mutation));
    const isFound = failures.length > 0;
    console.log(`${isFound ? 'ok  ' : 'FAIL'} a handler that ${mutation.name} is ${isFound ? '' : 'not '}found`);
    return failures.length === 0;
  });
  return missed.filter(Boolean).length;
}

async function countMutations(miniStack: Engine, scenarios: Scenario[], templates: Templates): Promise<void> {
  const found = await inParallel(MUTATIONS, async (mutation) => {
    const code = await bundleMutation(mutation);
    for (const scenario of scenarios) {
      const { failures } = await play(scenario, miniStack, accounts.next(), templates, code);
      if (failures.length > 0) {
        console.log(`found     ${mutation.name}: ${scenario.name}`);
        return true;
      }
    }
    console.log(`not found ${mutation.name}`);
    return false;
  });
  console.log(`\n${found.filter(Boolean).length} of ${MUTATIONS.length} are found.`);
}

/** What the handler was asked in all engines. */
function countRequests(results: RunResult[]): number {
  return results.flatMap(({ steps }) => steps).reduce((sum, { requests }) => sum + requests.length, 0);
}

function print(problem: string): void {
  console.log(problem.replace(/^/gm, '       '));
}

/** A few at a time, in their order. */
async function inParallel<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const queue = [...items.entries()];
  await Promise.all(
    Array.from({ length: AT_A_TIME }, async () => {
      for (let next = queue.shift(); next; next = queue.shift()) {
        results[next[0]] = await work(next[1]);
      }
    }),
  );
  return results;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: NodeJS.ErrnoException) => {
    const isUsage = error.code?.startsWith('ERR_PARSE_ARGS');
    console.error(isUsage ? `${error.message}\n\n${HELP}` : error.message);
    process.exitCode = isUsage ? 2 : 1;
  },
);
