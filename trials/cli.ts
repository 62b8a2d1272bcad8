import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { add, formatFailure, runCampaign, survey, type CampaignOptions, type CampaignResult, type Worlds } from './campaign';
import { ALL_FEATURES } from './history';
import * as sharedAccount from './shared-account/history';
import { leaveExitCode } from '../demos/common/options';
import { Progress } from '../demos/common/progress';
import { widthOf, wrap } from '../demos/common/terminal';

const HELP = `Usage: npm run campaign -- [options]

Lives through random histories of stacks with the handler's real bytes, and
checks what it promises.

Options:
  --histories N   how many (default 1000)
  --seed S        where the random numbers begin (default: the time)
  --workers W     how many processes share the work, each with a seed of its own
                  (default 1)
  --worlds WHICH  separate (default): each stack alone, with all properties;
                  shared: several stacks and Regions of one account that hand
                  things to each other, native types, people; all: one after the
                  other
  --handler FILE  the bytes of another handler, such as of an earlier commit
  --without LIST  what shared worlds leave out, with commas between:
                  ${Object.keys(sharedAccount.ALL_FEATURES).join(', ')}
  --survey        live through all histories of shared worlds, and say which
                  rules they break how often
  --handovers     separate worlds, with deployments whose replacements leave a
                  target to another resource
  --help          show this help

Exit codes:
  0               no history breaks a rule
  1               one does: it is shown, with the seed that finds it again
  2               the command line is wrong`;

const OPTIONS = {
  histories: { type: 'string', default: '1000' },
  seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
  workers: { type: 'string', default: '1' },
  worlds: { type: 'string', default: 'separate' },
  handler: { type: 'string' },
  without: { type: 'string', default: '' },
  survey: { type: 'boolean', default: false },
  handovers: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** Runs the campaign and answers the exit code. */
async function main(): Promise<number> {
  const { values } = parseArgs({ options: OPTIONS });
  const histories = Number(values.histories);
  const seed = Number(values.seed);
  const workers = Number(values.workers);
  const without = values.without.split(',').filter((name) => name !== '');
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  if (![histories, workers].every((number) => Number.isInteger(number) && number > 0) || !Number.isInteger(seed)
    || !['separate', 'shared', 'all'].includes(values.worlds) || !without.every((name) => name in sharedAccount.ALL_FEATURES)) {
    console.error(HELP);
    return 2;
  }
  const options: CampaignOptions = {
    histories,
    seed,
    worlds: values.worlds as Worlds,
    features: { ...ALL_FEATURES, handovers: values.handovers },
    sharedFeatures: { ...sharedAccount.ALL_FEATURES, ...Object.fromEntries(without.map((name) => [name, false])) },
    code: values.handler === undefined ? undefined : readFileSync(values.handler, 'utf8'),
  };
  if (values.survey) {
    const findings = await survey(options);
    findings.forEach(({ count, index, reason, history }) => console.log(`${count} times, first in history ${index}: ${reason}\n${history}\n`));
    return findings.length > 0 ? 1 : 0;
  }
  if (values.worlds === 'all') {
    return await runAll('separate', values, workers) + await runAll('shared', values, workers) > 0 ? 1 : 0;
  }
  if (!process.send) {
    return runAll(values.worlds as Worlds, values, workers);
  }
  const sent = await runCampaign({ ...options, onHistory: () => process.send!(ONE_MORE) });
  await new Promise((resolve) => process.send!(sent, resolve));
  process.disconnect();
  return 0;
}

/** Shares the histories among processes, says what they have seen and answers the exit code. */
async function runAll(worlds: Worlds, values: Readonly<Record<string, string | boolean | undefined>>, workers: number): Promise<number> {
  const startedAt = Date.now();
  const seed = Number(values.seed);
  const histories = Number(values.histories);
  const progress = new Progress();
  let done = 0;
  const onHistory = () => {
    done += 1;
    progress.show(`${done} of ${histories} histories, seed ${seed}`);
  };
  progress.show(`0 of ${histories} histories, seed ${seed}`);
  const results = await Promise.all(Array.from({ length: workers }, (_, index) => {
    const own: Record<string, string | boolean | undefined> = {
      ...values, worlds, workers: '1', histories: String(Math.ceil(histories / workers)), seed: String(seed + index),
    };
    return inProcess(Object.entries(own).flatMap(([name, value]) =>
      value === true ? [`--${name}`] : typeof value === 'string' && value !== '' ? [`--${name}`, value] : []), onHistory);
  }));
  progress.clear();
  const { statistics } = results[0];
  results.slice(1).forEach((result) => add(statistics, result.statistics));
  const seconds = (Date.now() - startedAt) / 1000;
  const { steps, ...counts } = statistics;
  const summary = `${worlds} worlds: ${Object.entries(counts).map(([name, count]) => `${name}: ${count}`).join(', ')}`;
  console.log(wrap(summary, widthOf(process.stdout)).join('\n'));
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
