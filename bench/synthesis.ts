import { run } from './workshop';

export const LIBRARY = 'this library';
/** The constructs of this library with CloudFormation's own types. */
export const NATIVE_ENGINE = 'native engine';
export const NATIVE = 'native L1';
export const FLOOR = 'floor';
/** What a user writes without this library: a function with inline code, and custom resources. */
export const BY_HAND = 'by hand';
/** What a template of this library has, without the library: what the CDK alone takes for it. */
export const SHAPE = 'the shape alone';
/** The same design again, to tell what a ratio is worth on this machine. */
export const CONTROL = 'native L1, again';
export const DESIGNS = [
  NATIVE, CONTROL, FLOOR, BY_HAND, SHAPE, LIBRARY, NATIVE_ENGINE, 'AwsCustomResource', 'provider framework', 'cdk-amazon-chime-resources',
];

/** One app: its stacks, and the Slack channels in each. */
export interface Case {
  readonly name: string;
  readonly stacks: number;
  readonly channels: number;
  readonly chime: boolean;
  readonly designs: string[];
  readonly validation: boolean;
  readonly rounds: number;
}

export interface Synthesis {
  readonly wall: number;
  readonly construct: number;
  readonly synth: number;
  /** User and system time of the process. */
  readonly cpu: number;
  readonly memory: number;
  readonly modules: number;
  readonly resources: number;
  readonly templateBytes: number;
  readonly templateBytesWithoutIndentation: number;
  /** Without indentation, and with an empty text for each logical id. */
  readonly templateBytesWithoutIds: number;
  readonly assets: number;
  readonly uploads: number;
}

/** The syntheses of a case: per design, one per round. */
export interface CaseResult extends Case {
  readonly syntheses: Record<string, Synthesis[]>;
}

export interface SynthesisPlan {
  readonly rounds: number;
  readonly quick: boolean;
}

export function casesOf({ rounds, quick }: SynthesisPlan): Case[] {
  const channelCounts = quick ? [1, 100] : [1, 5, 20, 100, 400];
  const stackCounts = quick ? [1, 20] : [1, 100, 500];
  const fullAccounts = quick ? [] : [50, 150, 300, 500];
  const few = Math.min(rounds, 3);
  const base = [NATIVE, CONTROL, LIBRARY, NATIVE_ENGINE];
  return [
    ...channelCounts.map((channels) => ({ name: `N = ${channels}`, stacks: 1, channels, chime: true, designs: DESIGNS, validation: false, rounds })),
    ...stackCounts.map((stacks) => ({ name: `M = ${stacks}`, stacks, channels: 2, chime: false, designs: DESIGNS, validation: false, rounds })),
    ...(quick ? [] : [
      { name: 'N = 490', stacks: 1, channels: 490, chime: true, designs: [NATIVE, CONTROL, FLOOR, BY_HAND, SHAPE, LIBRARY, NATIVE_ENGINE], validation: false, rounds: few },
      ...channelCounts.map((channels) => ({ name: `N = ${channels}, validation`, stacks: 1, channels, chime: true, designs: base, validation: true, rounds: few })),
      ...stackCounts.map((stacks) => ({ name: `M = ${stacks}, validation`, stacks, channels: 2, chime: false, designs: base, validation: true, rounds: few })),
    ]),
    ...fullAccounts.map((stacks) => ({
      name: `${stacks * 20} channels`, stacks, channels: 20, chime: false, designs: [NATIVE, FLOOR, LIBRARY, NATIVE_ENGINE], validation: false, rounds: Math.min(rounds, 2),
    })),
  ];
}

/** Measures the cases; in each round, all designs of a case one after the other, each round in another order. */
export async function measureSyntheses(cases: Case[], progress: (text: string) => void): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  for (const [index, each] of cases.entries()) {
    const syntheses: Record<string, Synthesis[]> = Object.fromEntries(each.designs.map((design) => [design, []]));
    for (let round = 0; round < each.rounds; round++) {
      progress(`case ${index + 1} of ${cases.length}, ${each.name}: round ${round + 1} of ${each.rounds}`);
      const turn = round % each.designs.length;
      for (const design of [...each.designs.slice(turn), ...each.designs.slice(0, turn)]) {
        const { stacks, channels, chime, validation } = each;
        const parameters = [design.replace(/, again$/, ''), String(stacks), String(channels), chime ? 'chime' : '-', validation ? 'on' : 'off'];
        syntheses[design].push(await run<Synthesis>('synth.js', parameters));
      }
    }
    results.push({ ...each, syntheses });
  }
  return results;
}

export interface ImportCost {
  readonly duration: number;
  readonly cpu: number;
  readonly modules: number;
}

/** What the first stack of the README uses. */
const IMPORTED = ['SlackWorkspace', 'AccountAlias', 'NotificationSeverity'];

/** What importing the library adds to an app that has imported the core, and uses its most common classes. */
export async function measureImport(rounds: number): Promise<ImportCost[]> {
  const costs: ImportCost[] = [];
  for (let round = 0; round < rounds; round++) {
    costs.push(await run<ImportCost>('import.js', ['cdk-support-channels', ...IMPORTED]));
  }
  return costs;
}
