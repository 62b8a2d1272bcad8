import * as fc from 'fast-check';
import { Violation } from './expectation';
import { ALL_FEATURES, formatHistory, histories, type Features } from './history';
import * as sharedAccount from './shared-account/history';
import { SharedAccountWorld } from './shared-account/world';
import { World, type Statistics } from './world';

/**
 * Which worlds: `separate` ones, where what each stack leaves is known exactly; `shared` ones, where several stacks and
 * Regions, native types and people meet in one account, and rules hold for all of them.
 */
export type Worlds = 'separate' | 'shared';

export interface CampaignOptions {
  readonly histories: number;
  readonly seed: number;
  /** @default 'separate' */
  readonly worlds?: Worlds;
  /** What histories of separate worlds have. */
  readonly features?: Features;
  /** What histories of shared worlds have. */
  readonly sharedFeatures?: sharedAccount.Features;
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
  /** The history, as people read it, and why it breaks a rule. */
  readonly failure?: { readonly history: string; readonly reason: string; readonly seed: number; readonly path: string };
}

/** How one kind of world is lived through. */
interface Trial<H> {
  readonly histories: fc.Arbitrary<H>;
  start(): Promise<{ readonly statistics: Statistics; run(history: H): Promise<void>; stop(): Promise<void> }>;
  format(history: H): string;
}

/** After so many histories a new world begins, since servers remember all that they were asked. */
const HISTORIES_PER_WORLD = 400;

/** Lives through random histories until one breaks a rule, and then looks for a short one that does. */
export function runCampaign(options: CampaignOptions): Promise<CampaignResult> {
  return options.worlds === 'shared' ? runTrial(options, sharedTrial(options)) : runTrial(options, {
    histories: histories(options.features ?? ALL_FEATURES),
    start: () => World.start(options),
    format: formatHistory,
  });
}

function sharedTrial(options: CampaignOptions): Trial<sharedAccount.History> {
  return {
    histories: sharedAccount.histories(options.sharedFeatures ?? sharedAccount.ALL_FEATURES),
    start: () => SharedAccountWorld.start(options),
    format: sharedAccount.formatHistory,
  };
}

async function runTrial<H>(options: CampaignOptions, trial: Trial<H>): Promise<CampaignResult> {
  const startedAt = Date.now();
  const statistics: Statistics = { histories: 0, events: 0, runs: 0, requests: 0, faults: 0, steps: {} };
  let world = await trial.start();
  try {
    const property = fc.asyncProperty(trial.histories, async (history) => {
      if (world.statistics.histories >= HISTORIES_PER_WORLD) {
        add(statistics, world.statistics);
        await world.stop();
        world = await trial.start();
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
    const [counterexample] = details.counterexample ?? [];
    return {
      statistics,
      milliseconds: Date.now() - startedAt,
      failure: details.failed ? {
        history: trial.format(counterexample!), reason: (error as Violation).message, seed: details.seed, path: details.counterexamplePath!,
      } : undefined,
    };
  } finally {
    await world.stop();
  }
}

/** One kind of broken rule, with the first history that broke it. */
export interface Finding {
  readonly reason: string;
  readonly history: string;
  /** Which history of the seed, from zero. */
  readonly index: number;
  count: number;
}

/** Lives through all histories whatever they break, and answers what that was, by kind. */
export async function survey(options: CampaignOptions): Promise<Finding[]> {
  const trial = sharedTrial(options);
  const findings = new Map<string, Finding>();
  let world = await trial.start();
  for (const [index, history] of fc.sample(trial.histories, { seed: options.seed, numRuns: options.histories }).entries()) {
    if (world.statistics.histories >= HISTORIES_PER_WORLD) {
      await world.stop();
      world = await trial.start();
    }
    try {
      await world.run(history);
    } catch (error) {
      if (!(error instanceof Violation)) {
        throw error;
      }
      const kind = kindOf(error.message);
      const finding = findings.get(kind) ?? { reason: error.message, history: trial.format(history), index, count: 0 };
      finding.count += 1;
      findings.set(kind, finding);
    }
  }
  await world.stop();
  return [...findings.values()].sort((one, other) => other.count - one.count);
}

/** A reason without what differs from history to history. */
function kindOf(reason: string): string {
  return reason.replace(/^step \d+: /, '').replace(/\{[^{}]*\}/g, '{}').replace(/\b(One|Two|Three|Elsewhere)\b/g, 'S')
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '').replace(/-[A-Za-z0-9]{12}\b/g, '').replace(/\d+/g, '').replace(/as \[object[^:]*/g, '').slice(0, 160);
}

export function formatFailure({ history, reason, seed, path }: NonNullable<CampaignResult['failure']>): string {
  return `${reason}\n${history}\nseed ${seed}, path ${path}`;
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
