/**
 * Measures what this library costs, beside what else could be used: npm run bench -- [--rounds N] [--quick] [--write].
 * Prints Markdown, and on a terminal what fits there; writes JSON and SVG into .tmp/bench, and with --write into docs/.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureApiCalls } from './api-calls';
import { replaceSections } from './documents';
import { measureHandlers } from './handlers';
import { plot } from './plot';
import {
  callsTable, conditions, goalsOf, goalsTable, handlersTable, type Measurements, panels, rolloutTable, summaryTable, synthesisTables,
} from './report';
import { rollOut, type Throttling } from './rollout';
import { casesOf, measureImport, measureSyntheses } from './synthesis';
import { formatForTerminal } from './terminal';
import { prepareWorkshop, ROOT, WORKSHOP } from './workshop';
import { leaveExitCode, UsageError } from '../demos/common/options';
import { wantsColors, widthOf } from '../demos/common/terminal';

/** The services publish no rates. These reach from one that a stack does not notice to one that it needs half a minute for. */
const THROTTLINGS: (Throttling | undefined)[] = [
  undefined,
  { rate: 20, burst: 20 },
  { rate: 10, burst: 10 },
  { rate: 5, burst: 5 },
  { rate: 2, burst: 5 },
];

const HELP = `Usage: npm run bench -- [options]

Measures what this library costs, beside what else could be used, and prints the
tables.

Options:
  --rounds N     how often each measurement is made (default 5)
  --quick        one round of few cases, which takes a minute
  --write        write the figures into docs/, from a machine with nothing else
                 to do
  --help         show this help

Exit codes:
  0              all was measured
  1              a measurement failed
  2              the command line is wrong`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { rounds: { type: 'string' }, quick: { type: 'boolean' }, write: { type: 'boolean' }, help: { type: 'boolean' } },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const quick = values.quick ?? false;
  const rounds = Number(values.rounds ?? (quick ? 1 : 5));
  if (!Number.isInteger(rounds) || rounds < 1) {
    throw new UsageError(`--rounds must be a whole number of at least 1, got ${values.rounds}`);
  }
  if (quick && values.write) {
    throw new UsageError('--write is for a full run: leave out --quick');
  }
  const progress = (what: string) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${what}\n`);
  progress('install what the library is compared with: a minute, the first time');
  prepareWorkshop();

  const handlers = await measureHandlers(rounds * 3, progress);
  progress('import');
  const importCosts = await measureImport(rounds * 3);
  const cases = await measureSyntheses(casesOf({ rounds, quick }), progress);
  progress('API calls');
  const calls = await measureApiCalls();
  const rollouts = [];
  for (const throttling of quick ? THROTTLINGS.slice(0, 2) : THROTTLINGS) {
    progress(`rollout, ${throttling ? `${throttling.rate} calls per second` : 'not throttled'}`);
    rollouts.push({ throttling, rollout: await rollOut(throttling) });
  }

  const measurements: Measurements = {
    node: process.version.slice(1),
    cdk: JSON.parse(readFileSync(join(WORKSHOP, 'node_modules', 'aws-cdk-lib', 'package.json'), 'utf8')).version,
    processors: `${cpus().length} × ${cpus()[0].model.trim()}`,
    rounds,
    cases,
    importCosts,
    handlers,
    calls,
    rollouts,
  };
  report(measurements, values.write ?? false);
  return 0;
}

function report(measurements: Measurements, write: boolean): void {
  const folder = write ? join(ROOT, 'docs') : WORKSHOP;
  const rounded = (_: string, value: unknown) => typeof value === 'number' ? Number(value.toFixed(2)) : value;
  writeFileSync(join(folder, 'performance.json'), `${JSON.stringify(measurements, rounded, 1)}\n`);
  const sections = {
    conditions: conditions(measurements),
    goals: goalsTable(goalsOf(measurements)),
    summary: summaryTable(measurements),
    syntheses: synthesisTables(measurements),
    handlers: handlersTable(measurements),
    calls: callsTable(measurements),
    rollout: rolloutTable(measurements),
  };
  const text = Object.values(sections).join('\n\n');
  const { stdout } = process;
  const look = { width: widthOf(stdout), colors: wantsColors(stdout, process.env) };
  console.log(stdout.isTTY ? formatForTerminal(text, look).join('\n') : text);
  writeFileSync(join(folder, 'performance.svg'), plot(panels(measurements)));
  if (write) {
    const file = join(ROOT, 'docs', 'performance.md');
    writeFileSync(file, replaceSections(readFileSync(file, 'utf8'), sections));
  }
}

leaveExitCode(main);
