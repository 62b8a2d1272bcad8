import { mkdtempSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { HELP, parseOptions, UsageError } from './demo/options';
import { runScenario } from './demo/scenario';
import { paint, wantsColors, widthOf, type Terminal } from './demo/terminal';
import type { LocalAws } from './local-aws';

/** Runs the demo and answers its exit code. */
async function main(): Promise<number> {
  const { help, verbose } = parseOptions(process.argv.slice(2));
  if (help) {
    console.log(HELP);
    return 0;
  }

  const startedAt = Date.now();
  const directory = mkdtempSync(join(tmpdir(), 'cdk-support-channels-demo-'));
  let aws: LocalAws | undefined;
  let isInterrupted = false;
  const terminal: Terminal = {
    width: widthOf(process.stdout),
    colors: wantsColors(process.stdout, process.env),
    print: (line = '') => {
      if (!isInterrupted) {
        process.stdout.write(`${line}\n`);
      }
    },
  };
  let cleaning: Promise<void> | undefined;
  const cleanUp = () => {
    cleaning ??= (aws?.stop() ?? Promise.resolve()).finally(() => rmSync(directory, { recursive: true, force: true }));
    return cleaning;
  };
  const interrupt = (exitCode: number) => {
    if (!isInterrupted) {
      isInterrupted = true;
      void cleanUp().finally(() => process.exit(exitCode));
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      process.stderr.write(`\nInterrupted by ${signal}: ending servers and processes.\n`);
      interrupt(128 + constants.signals[signal]);
    });
  }
  // Whoever reads the output has gone, as "head" does.
  process.stdout.on('error', () => interrupt(1));

  try {
    const { held, failed } = await runScenario({ terminal, verbose, directory, onStart: (started) => (aws = started) });
    terminal.print();
    terminal.print(failed === 0
      ? paint(`All ${held} checks hold (${((Date.now() - startedAt) / 1000).toFixed(1)} s). Nothing is left running.`, 'green', terminal)
      : paint(`${failed} of ${held + failed} checks do not hold.`, 'red', terminal));
    return failed === 0 ? 0 : 1;
  } catch (error) {
    if (!isInterrupted) {
      throw error;
    }
    // What fails because its servers are gone is no news; `interrupt` decides on the exit code.
    return 1;
  } finally {
    await cleanUp();
  }
}

main().then(
  (exitCode) => (process.exitCode = exitCode),
  (error) => {
    console.error(error instanceof UsageError ? error.message : error);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  },
);
