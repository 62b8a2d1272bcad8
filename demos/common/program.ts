import { mkdtempSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Checks } from './checks';
import { Progress } from './progress';
import { paint, wantsColors, widthOf, type Terminal } from './terminal';
import type { LocalAws } from '../../local-aws/local-aws';

/** What a demo gets to run with. */
export interface Stage {
  readonly terminal: Terminal;
  /** For what takes long; it makes room for what the terminal prints. */
  readonly progress: Progress;
  /** For the cloud assemblies; it exists and is empty. */
  readonly directory: string;
  /** Hears of the local AWS, which the caller stops, whatever happens. */
  readonly onStart: (aws: LocalAws) => void;
}

/** Runs a demo, cleans up after it, however it ends, and answers its exit code. */
export async function perform(play: (stage: Stage) => Promise<Checks>): Promise<number> {
  const startedAt = Date.now();
  const directory = mkdtempSync(join(tmpdir(), 'cdk-support-channels-demo-'));
  let aws: LocalAws | undefined;
  let isInterrupted = false;
  const progress = new Progress();
  const terminal: Terminal = {
    width: widthOf(process.stdout),
    colors: wantsColors(process.stdout, process.env),
    print: (line = '') => {
      if (!isInterrupted) {
        progress.clear();
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
      progress.clear();
      process.stderr.write(`\nInterrupted by ${signal}: ending servers and processes.\n`);
      interrupt(128 + constants.signals[signal]);
    });
  }
  // Whoever reads the output has gone, as "head" does.
  process.stdout.on('error', () => interrupt(128 + constants.signals.SIGPIPE));

  try {
    const { held, failed } = await play({ terminal, progress, directory, onStart: (started) => (aws = started) });
    terminal.print();
    const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
    terminal.print(failed === 0
      ? paint(`${held === 1 ? 'The one check holds' : `All ${held} checks hold`} (${seconds} s). Nothing is left running.`, 'green', terminal)
      : paint(`${failed} of ${held + failed} checks ${failed === 1 ? 'does' : 'do'} not hold.`, 'red', terminal));
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
