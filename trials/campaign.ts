import * as fc from 'fast-check';
import { Violation } from './expectation';
import { ALL_FEATURES, formatHistory, histories, type Features, type History } from './history';
import { World, type Statistics } from './world';

export interface CampaignOptions {
  readonly histories: number;
  readonly seed: number;
  readonly features?: Features;
  /** What runs in place of the library's own handler. */
  readonly code?: string;
  /** Looks for a shorter history that fails, too. @default true */
  readonly shrink?: boolean;
  /** Hears of each history that has come to its end. */
  readonly onHistory?: () => void;
}

export interface CampaignResult {
  readonly statistics: Statistics;
  readonly milliseconds: number;
  readonly failure?: { readonly history: History; readonly reason: string; readonly seed: number; readonly path: string };
}

/** After so many histories a new world begins, since servers remember all that they were asked. */
const HISTORIES_PER_WORLD = 400;

/** Lives through random histories until one breaks a rule, and then looks for a short one that does. */
export async function runCampaign(options: CampaignOptions): Promise<CampaignResult> {
  const startedAt = Date.now();
  const statistics: Statistics = { histories: 0, events: 0, runs: 0, requests: 0, faults: 0, steps: {} };
  let world = await World.start(options);
  try {
    const property = fc.asyncProperty(histories(options.features ?? ALL_FEATURES), async (history) => {
      if (world.statistics.histories >= HISTORIES_PER_WORLD) {
        add(statistics, world.statistics);
        await world.stop();
        world = await World.start(options);
      }
      await world.run(history);
      options.onHistory?.();
    });
    const details = await fc.check(property, { numRuns: options.histories, seed: options.seed, endOnFailure: options.shrink === false });
    add(statistics, world.statistics);
    const error = details.errorInstance;
    if (details.failed && !(error instanceof Violation)) {
      throw error;
    }
    return {
      statistics,
      milliseconds: Date.now() - startedAt,
      failure: details.failed
        ? { history: details.counterexample![0], reason: (error as Violation).message, seed: details.seed, path: details.counterexamplePath! }
        : undefined,
    };
  } finally {
    await world.stop();
  }
}

export function formatFailure({ history, reason, seed, path }: NonNullable<CampaignResult['failure']>): string {
  return `${reason}\n${formatHistory(history)}\nseed ${seed}, path ${path}`;
}

/** Adds the counts of one world, or of one process, to those of others. */
export function add(sum: Statistics, { steps, ...counts }: Statistics): void {
  for (const [name, count] of Object.entries(counts)) {
    sum[name as 'events'] += count;
  }
  for (const [name, count] of Object.entries(steps)) {
    sum.steps[name] = (sum.steps[name] ?? 0) + count;
  }
}
