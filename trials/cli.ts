import { fork } from 'node:child_process';
import { parseArgs } from 'node:util';
import { add, formatFailure, runCampaign, type CampaignResult } from './campaign';
import { ALL_FEATURES } from './history';
import { leaveExitCode } from '../demos/common/options';
import { Progress } from '../demos/common/progress';

const HELP = `Usage: npm run campaign -- [options]

Lives through random histories of stacks with the handler's real bytes, and checks
what it promises.

Options:
  --histories N   how many (default 1000)
  --seed S        where the random numbers begin (default: the time)
  --workers W     how many processes share the work, each with a seed of its own
                  (default 1)
  --handovers     with deployments whose replacements leave a target to another
                  resource
  --help          show this help

Exit codes:
  0               no history breaks a rule
  1               one does: it is shown, with the seed that finds it again
  2               the command line is wrong`;

/** Runs the campaign and answers the exit code. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      histories: { type: 'string', default: '1000' },
      seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
      workers: { type: 'string', default: '1' },
      handovers: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const histories = Number(values.histories);
  const seed = Number(values.seed);
  const workers = Number(values.workers);
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  if (![histories, workers].every((number) => Number.isInteger(number) && number > 0) || !Number.isInteger(seed)) {
    console.error(HELP);
    return 2;
  }
  const features = { ...ALL_FEATURES, handovers: values.handovers };
  if (process.send) {
    const sent = await runCampaign({ histories, seed, features, onHistory: () => process.send!(ONE_MORE) });
    await new Promise((resolve) => process.send!(sent, resolve));
    process.disconnect();
    return 0;
  }

  const startedAt = Date.now();
  const progress = new Progress();
  let done = 0;
  const onHistory = () => {
    done += 1;
    progress.show(`${done} of ${histories} histories, seed ${seed}`);
  };
  const results = workers === 1
    ? [await runCampaign({ histories, seed, features, onHistory })]
    : await Promise.all(Array.from({ length: workers }, (_, index) =>
      inProcess(['--histories', String(Math.ceil(histories / workers)), '--seed', String(seed + index), ...values.handovers ? ['--handovers'] : []], onHistory)));
  progress.clear();
  const { statistics } = results[0];
  results.slice(1).forEach((result) => add(statistics, result.statistics));
  const seconds = (Date.now() - startedAt) / 1000;
  const { steps, ...counts } = statistics;
  console.log(Object.entries(counts).map(([name, count]) => `${name}: ${count}`).join(', '));
  console.log(Object.entries(steps).sort(([one], [other]) => one < other ? -1 : 1).map(([name, count]) => `  ${name}: ${count}`).join('\n'));
  console.log(`${seconds.toFixed(1)} s, ${(counts.histories / seconds).toFixed(1)} histories per second, seed ${seed}, workers ${workers}`);
  const failures = results.flatMap(({ failure }) => failure ?? []);
  failures.forEach((failure) => console.log(`\nA rule is broken: ${formatFailure(failure)}`));
  return failures.length > 0 ? 1 : 0;
}

/** What a worker says when a history has come to its end. */
const ONE_MORE = 'one more';

function inProcess(args: string[], onHistory: () => void): Promise<CampaignResult> {
  return new Promise((resolve, reject) => {
    const child = fork(__filename, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    child.on('message', (message) => message === ONE_MORE ? onHistory() : resolve(message as CampaignResult));
    child.once('exit', (code) => reject(new Error(`a worker ended with ${code}`)));
  });
}

leaveExitCode(main);
