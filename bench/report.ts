import type { EventCalls } from './api-calls';
import { EMPTY, type HandlerResult, LIBRARY_HANDLER } from './handlers';
import type { Panel } from './plot';
import type { Rollout, Throttling } from './rollout';
import { ratios, type Summary, summarize } from './statistics';
import {
  BY_HAND, type CaseResult, CONTROL, FLOOR, type ImportCost, LIBRARY, NATIVE, NATIVE_ENGINE, SHAPE, type Synthesis,
} from './synthesis';

export interface Measurements {
  readonly node: string;
  readonly cdk: string;
  readonly processors: string;
  readonly rounds: number;
  readonly cases: CaseResult[];
  readonly importCosts: ImportCost[];
  readonly handlers: HandlerResult[];
  readonly calls: EventCalls[];
  readonly rollouts: { readonly throttling?: Throttling; readonly rollout: Rollout }[];
}

export interface Goal {
  readonly goal: string;
  readonly measured: string;
  readonly met: boolean;
}

const MAXIMUM_BYTES_PER_CHANNEL = 560;

export function goalsOf(measurements: Measurements): Goal[] {
  const { cases, importCosts, handlers, calls } = measurements;
  return [
    ...cases.filter(({ designs }) => designs.includes(CONTROL)).map((each) => wallGoal(each)),
    ...cases.filter(({ designs }) => designs.includes(CONTROL) && designs.includes(NATIVE_ENGINE)).map((each) => nativeWallGoal(each)),
    ...cases.filter(({ designs }) => designs.includes(BY_HAND)).map((each) => handGoal(each)),
    ...cases.filter(({ designs }) => designs.includes(SHAPE)).map((each) => shapeGoal(each)),
    ...resourceGoals(cases),
    ...nativeBytesGoal(cases),
    importGoal(importCosts),
    ...handlerGoals(handlers),
    callsGoal(calls),
  ];
}

function wallGoal(result: CaseResult): Goal {
  const limit = result.channels === 1 ? 1.1 : 1;
  const ratio = ratioOf(result, LIBRARY, 'wall');
  const shape = result.designs.includes(SHAPE) ? `; the shape alone ${spread(ratioOf(result, SHAPE, 'wall'))}` : '';
  return {
    goal: `${result.name}: synth in at most ${limit.toFixed(2)} × native L1 (wall time)`,
    measured: `${spread(ratio)}; CPU ${spread(ratioOf(result, LIBRARY, 'cpu'))}; L1 against itself ${spread(ratioOf(result, CONTROL, 'wall'))}${shape}`,
    met: ratio.median <= limit,
  };
}

const NATIVE_LIMIT = 1.1;

function nativeWallGoal(result: CaseResult): Goal {
  const ratio = ratioOf(result, NATIVE_ENGINE, 'wall');
  return {
    goal: `${result.name}: synth with NativeProvider in at most ${NATIVE_LIMIT.toFixed(2)} × native L1 (wall time)`,
    measured: `${spread(ratio)}; CPU ${spread(ratioOf(result, NATIVE_ENGINE, 'cpu'))}`,
    met: ratio.median <= NATIVE_LIMIT,
  };
}

const HAND_LIMIT = 0.9;

/** Where the shape alone is beyond the limit, no library with that template can keep to it. */
function handGoal(result: CaseResult): Goal {
  const ratio = ratioOf(result, LIBRARY, 'wall', BY_HAND);
  return {
    goal: `${result.name}: synth in at most ${HAND_LIMIT.toFixed(2)} × what a user writes by hand (wall time)`,
    measured: `${spread(ratio)}; CPU ${spread(ratioOf(result, LIBRARY, 'cpu', BY_HAND))}; `
      + `the shape alone ${spread(ratioOf(result, SHAPE, 'wall', BY_HAND))}`,
    met: ratio.median <= HAND_LIMIT,
  };
}

const SHAPE_LIMIT = 1.15;

function shapeGoal(result: CaseResult): Goal {
  const ratio = ratioOf(result, LIBRARY, 'wall', SHAPE);
  return {
    goal: `${result.name}: synth in at most ${SHAPE_LIMIT.toFixed(2)} × the shape alone (wall time)`,
    measured: `${spread(ratio)}; CPU ${spread(ratioOf(result, LIBRARY, 'cpu', SHAPE))}`,
    met: ratio.median <= SHAPE_LIMIT,
  };
}

/** The role of the channels has a description here and none there, so that channels are what is compared. */
function nativeBytesGoal(cases: CaseResult[]): Goal[] {
  const singles = cases.filter(({ stacks, validation, chime }) => stacks === 1 && !validation && chime)
    .filter(({ designs }) => designs.includes(NATIVE_ENGINE));
  if (singles.length < 2) {
    return [];
  }
  const [few, many] = [singles[0], singles[singles.length - 1]];
  const bytes = (result: CaseResult, design: string) => first(result, design).templateBytesWithoutIds;
  const perChannel = (design: string) => (bytes(many, design) - bytes(few, design)) / (many.channels - few.channels);
  return [{
    goal: 'with NativeProvider as many bytes of template per channel as native L1, but for logical ids',
    measured: `${perChannel(NATIVE_ENGINE)}; native L1 ${perChannel(NATIVE)}`,
    met: perChannel(NATIVE_ENGINE) === perChannel(NATIVE),
  }];
}

function resourceGoals(cases: CaseResult[]): Goal[] {
  const singles = cases.filter(({ stacks, validation }) => stacks === 1 && !validation).filter(({ chime }) => chime);
  const [few, many] = [singles[0], singles[singles.length - 1]];
  const more = many.channels - few.channels;
  const perChannel = (name: keyof Synthesis, design = LIBRARY) => (first(many, design)[name] - first(few, design)[name]) / more;
  const fixed = first(few, LIBRARY).resources - first(few, NATIVE).resources;
  const uploads = cases.reduce((sum, result) => sum + first(result, LIBRARY).uploads, 0);
  const bytes = perChannel('templateBytes');
  return [
    { goal: 'at most 1 resource per channel', measured: String(perChannel('resources')), met: perChannel('resources') <= 1 },
    { goal: 'at most 4 fixed resources beyond the L1 stack\'s', measured: `${fixed}: function, role, policy, log group`, met: fixed <= 4 },
    {
      goal: `at most ${MAXIMUM_BYTES_PER_CHANNEL} bytes of template per channel`,
      measured: `${Math.round(bytes)}, ${Math.round(perChannel('templateBytesWithoutIndentation'))} without the CDK's indentation; `
        + `native L1 ${Math.round(perChannel('templateBytes', NATIVE))}, floor ${Math.round(perChannel('templateBytes', FLOOR))}`,
      met: bytes <= MAXIMUM_BYTES_PER_CHANNEL,
    },
    {
      goal: `${many.channels} channels in a stack of at most 500 resources`,
      measured: `${first(many, LIBRARY).resources} resources`,
      met: first(many, LIBRARY).resources <= 500,
    },
    { goal: 'no upload', measured: String(uploads), met: uploads === 0 },
  ];
}

function importGoal(costs: ImportCost[]): Goal {
  const duration = summarize(costs.map((cost) => cost.duration));
  const cpu = summarize(costs.map((cost) => cost.cpu));
  return {
    goal: 'importing the library adds at most 15 ms to `aws-cdk-lib/core`',
    measured: `${milliseconds(duration)} ms; CPU ${milliseconds(cpu)} ms; ${costs[0].modules} modules`,
    met: duration.median <= 15,
  };
}

function handlerGoals(handlers: HandlerResult[]): Goal[] {
  const runsOf = (name: string) => handlers.find((handler) => handler.name === name)!.runs;
  const [own, empty] = [runsOf(LIBRARY_HANDLER), runsOf(EMPTY)];
  const ratio = ratios(own.map(({ sinceStart }) => sinceStart), empty.map(({ sinceStart }) => sinceStart));
  const cpu = summarize(own.map((each) => each.cpu));
  return [
    { goal: 'handler to the first signed answer in at most 1.5 × an empty process with one HTTPS request', measured: spread(ratio), met: ratio.median <= 1.5 },
    { goal: 'handler to the first signed answer in less than 50 ms of CPU', measured: `${milliseconds(cpu)} ms`, met: cpu.median < 50 },
  ];
}

function callsGoal(calls: EventCalls[]): Goal {
  const creations = calls.filter(({ event }) => event === 'Create');
  const beyondLook = creations.map(({ operations }) => operations.filter((name) => !/^(List|Get)/.test(name)).length);
  return {
    goal: 'one API call for a Create without conflict beyond the look',
    measured: creations.map(({ resource, operations }) => `${resource} ${operations.length}`).join(', '),
    met: beyondLook.every((count) => count === 1),
  };
}

export function goalsTable(goals: Goal[]): string {
  return table(['goal', 'measured', ''], goals.map(({ goal, measured, met }) => [goal, measured, met ? 'met' : '**not met**']));
}

/** The short table, which comes first. */
export function summaryTable({ cases }: Measurements): string {
  const all = Math.max(...cases.map(({ designs }) => designs.length));
  // Some cases leave designs out.
  const shown = cases.filter(({ designs }) => designs.length === all);
  const designs = shown[0].designs.filter((design) => design !== NATIVE);
  return table(['wall time of a synth ÷ native L1', ...shown.map(({ name }) => name)], designs.map((design) => [
    design === CONTROL ? 'native L1 itself, measured twice' : design,
    ...shown.map((result) => ratioOf(result, design, 'wall').median.toFixed(2)),
  ]));
}

/** All figures of the syntheses. */
export function synthesisTables({ cases }: Measurements): string {
  return cases.map((result) => [
    `#### ${result.name}${result.stacks > 1 ? `: ${result.stacks} stacks of ${result.channels} channels` : ''}`,
    '',
    table(
      ['design', 'wall ÷ L1', 'CPU ÷ L1', 'wall ms', 'construct ms', 'synth ms', 'CPU ms', 'peak MiB', 'modules', 'resources', 'template bytes', 'assets', 'uploads'],
      result.designs.map((design) => {
        const runs = result.syntheses[design];
        const median = (name: keyof Synthesis) => Math.round(summarize(runs.map((run) => run[name])).median).toLocaleString('en');
        return [
          design, spread(ratioOf(result, design, 'wall')), spread(ratioOf(result, design, 'cpu')),
          ...(['wall', 'construct', 'synth', 'cpu', 'memory', 'modules', 'resources', 'templateBytes', 'assets', 'uploads'] as const).map(median),
        ];
      }),
    ),
  ].join('\n')).join('\n\n');
}

export function handlersTable({ handlers }: Measurements): string {
  const empty = handlers.find(({ name }) => name === EMPTY)!.runs.map(({ sinceStart }) => sinceStart);
  return table(['handler', 'bytes', 'import ms', 'first signed answer ms', '÷ empty process', 'CPU ms', 'peak MiB'], handlers.map(({ name, bytes, runs }) => [
    name,
    bytes.toLocaleString('en'),
    milliseconds(summarize(runs.map(({ imported }) => imported))),
    milliseconds(summarize(runs.map(({ sinceStart }) => sinceStart))),
    spread(ratios(runs.map(({ sinceStart }) => sinceStart), empty)),
    milliseconds(summarize(runs.map(({ cpu }) => cpu))),
    String(Math.round(summarize(runs.map(({ memory }) => memory)).median)),
  ]));
}

export function callsTable({ calls }: Pick<Measurements, 'calls'>): string {
  return table(['resource', 'event', 'calls', 'operations'], calls.map(({ resource, event, operations }) => {
    const times = (operation: string) => operations.filter((other) => other === operation).length;
    const named = [...new Set(operations)].map((operation) => times(operation) === 1 ? operation : `${times(operation)} × ${operation}`);
    return [resource, event, String(operations.length), named.join(', ')];
  }));
}

export function rolloutTable({ rollouts }: Measurements): string {
  return table(
    ['throttling', 'stack', 'seconds', 'channels', 'API calls', 'of them throttled', 'most calls within 0.1 s after the first wave'],
    rollouts.map(({ throttling, rollout }) => [
      throttling ? `${throttling.rate}/s, burst ${throttling.burst}` : 'none',
      rollout.status,
      rollout.duration.toFixed(1),
      ...[rollout.channels, rollout.requests, rollout.throttled, rollout.peak].map(String),
    ]),
  );
}

export function panels({ cases }: Measurements): Panel[] {
  const grow = (of: CaseResult[], x: (result: CaseResult) => number, y: (run: Synthesis) => number) => of[0]?.designs
    .filter((design) => design !== CONTROL)
    .map((design) => ({
      name: design,
      points: of.filter(({ designs }) => designs.includes(design))
        .map((result): [number, number] => [x(result), summarize(result.syntheses[design].map(y)).median / 1000]),
    })) ?? [];
  const plain = cases.filter(({ validation }) => !validation);
  const full = plain.filter(({ channels, stacks }) => channels === 20 && stacks > 1);
  return [
    {
      title: 'N channels in one stack',
      xLabel: 'channels',
      yLabel: 'wall time, s',
      series: grow(plain.filter(({ chime }) => chime), ({ channels }) => channels, ({ wall }) => wall),
    },
    {
      title: 'M account stacks of 2 channels',
      xLabel: 'stacks',
      yLabel: 'wall time, s',
      series: grow(plain.filter(({ chime, channels }) => !chime && channels === 2), ({ stacks }) => stacks, ({ wall }) => wall),
    },
    {
      title: 'account stacks of 20 channels',
      xLabel: 'channels in up to 500 stacks',
      yLabel: 'wall time, s',
      series: grow(full, ({ channels, stacks }) => channels * stacks, ({ wall }) => wall),
    },
  ].filter(({ series }) => series.length > 0);
}

export function conditions({ node, cdk, processors, rounds, cases }: Measurements): string {
  const controls = cases.filter(({ designs }) => designs.includes(CONTROL)).map((result) => ratioOf(result, CONTROL, 'wall'));
  const least = Math.min(...controls.map(({ min }) => min));
  const greatest = Math.max(...controls.map(({ max }) => max));
  return `Node.js ${node}, aws-cdk-lib ${cdk}, ${processors}, ${rounds} ${rounds === 1 ? 'round' : 'rounds'}. Ratios are medians of ratios per round, with least and greatest in parentheses. `
    + `Noise: the native L1 stack, measured twice in each round, differs from itself by ${least.toFixed(2)} to ${greatest.toFixed(2)}; `
    + 'a difference smaller than that says nothing.';
}

function ratioOf({ syntheses }: CaseResult, design: string, name: 'wall' | 'cpu', base = NATIVE): Summary {
  return ratios(syntheses[design].map((run) => run[name]), syntheses[base].map((run) => run[name]));
}

function first({ syntheses }: CaseResult, design: string): Synthesis {
  return syntheses[design][0];
}

function spread({ median, min, max }: Summary): string {
  return `${median.toFixed(2)} (${min.toFixed(2)}–${max.toFixed(2)})`;
}

function milliseconds({ median, min, max }: Summary): string {
  return `${median.toFixed(0)} (${min.toFixed(0)}–${max.toFixed(0)})`;
}

function table(head: string[], rows: string[][]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
