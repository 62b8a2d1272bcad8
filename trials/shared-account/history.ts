import * as fc from 'fast-check';
import { applyEach, withChange } from '../edits';
import type { PlannedFault } from '../history';

/** What the stacks of one account declare, in a world in which they meet: few targets, so that they meet often. */
export type Kind = 'workspace' | 'channel' | 'alias' | 'room';

export type Existing = 'FAIL' | 'ADOPT' | 'OWN';

export interface Declaration {
  readonly logicalId: string;
  readonly kind: Kind;
  /** Which of the workspaces, channels or rooms. An account has one alias. */
  readonly index: number;
  readonly look: number;
  readonly existing: Existing;
  readonly retain: boolean;
  /** Of a channel: that of the very stack, or one from outside. */
  readonly role: 'default' | 'outside';
  /** Whether the handler may pass the role that people give to channels. */
  readonly formerRole: boolean;
  /** Whether it is CloudFormation's own type. */
  readonly native: boolean;
}

export function targetOf({ kind, index }: Pick<Declaration, 'kind' | 'index'>): string {
  switch (kind) {
    case 'workspace': return `workspace ${index}`;
    // All channels are in the first workspace.
    case 'channel': return `channel 0/${index}`;
    case 'alias': return 'alias';
    case 'room': return `room ${index}`;
  }
}

/** A change of a template. `slot` picks one of its declarations, whatever their number. */
export type Edit =
  | ({ readonly edit: 'add' } & Omit<Declaration, 'logicalId'>)
  | { readonly edit: 'change'; readonly slot: number; readonly look: number }
  | { readonly edit: 'role'; readonly slot: number; readonly role: Declaration['role'] }
  | { readonly edit: 'existing'; readonly slot: number; readonly existing: Existing }
  /** The same logical id names another target: a replacement. */
  | { readonly edit: 'retarget'; readonly slot: number; readonly index: number }
  /** The construct changes its logical id. */
  | { readonly edit: 'move'; readonly slot: number }
  /** From our type to the native one, or back: under another logical id, since types cannot change. */
  | { readonly edit: 'migrate'; readonly slot: number }
  | { readonly edit: 'remove'; readonly slot: number };

/** How CloudFormation goes on when something fails. */
export type OnFailure = 'rollback' | 'leave' | 'delete';

export interface Deploy {
  readonly step: 'deploy';
  readonly stack: number;
  readonly edits: readonly Edit[];
  /** Another resource fails: after all others, or at once, which cancels them. */
  readonly ending: 'success' | 'failure at the end' | 'failure at once';
  readonly onFailure: OnFailure;
  readonly faults: readonly PlannedFault[];
  /** Changes are refused after so many, until the operation has failed; its rollback, too, is in their way. */
  readonly denied?: number;
  /** A rollback that got stuck goes on without the resources that failed. */
  readonly skips: boolean;
  readonly repeats?: number;
}

/** One or all declarations of a stack go to another stack, in two deployments. */
export interface Handover {
  readonly step: 'handover';
  readonly from: number;
  readonly to: number;
  readonly slot?: number;
  readonly first: 'giver' | 'taker';
  readonly existing: Existing;
}

export type Step =
  | Deploy
  | Handover
  | { readonly step: 'delete'; readonly stack: number; readonly repeats?: number }
  /** What a failed operation has left is taken back. */
  | { readonly step: 'roll back'; readonly stack: number }
  /** Somebody in the console. */
  | {
    readonly step: 'console';
    readonly action: 'put' | 'change' | 'remove';
    readonly kind: Kind;
    readonly index: number;
    readonly look: number;
  };

export interface History {
  /** Decides which of several waiting requests comes next. */
  readonly order: number;
  readonly replacedResource: 'REVERSED' | 'RESTORED';
  readonly oldProperties: 'ATTEMPTED' | 'FORMER';
  readonly steps: readonly Step[];
}

/** What a campaign may leave out. */
export interface Features {
  readonly regions: boolean;
  readonly natives: boolean;
  readonly own: boolean;
  readonly console: boolean;
  readonly faults: boolean;
  readonly repeats: boolean;
  /** Rollbacks that are disabled or get stuck. */
  readonly odd: boolean;
}

export const ALL_FEATURES: Features = {
  regions: true, natives: true, own: true, console: true, faults: true, repeats: true, odd: true,
};

/** The last one is in another Region. */
export const STACKS = ['One', 'Two', 'Three', 'Elsewhere'];

export function histories(features: Features): fc.Arbitrary<History> {
  const kind = fc.constantFrom<Kind>('channel', 'channel', 'channel', 'workspace', 'alias', 'alias', 'room');
  const index = fc.nat(1);
  const look = fc.nat(2);
  const slot = fc.nat(5);
  const stack = fc.constantFrom(...features.regions ? [0, 0, 0, 1, 1, 2, 3] : [0, 0, 0, 1, 1, 2]);
  const existing = fc.constantFrom<Existing>('FAIL', 'FAIL', 'ADOPT', features.own ? 'OWN' : 'ADOPT');
  const oneIn = (number: number, isOn = true) => fc.nat(number - 1).map((drawn) => isOn && drawn === number - 1);
  const sometimes = <T>(arbitrary: fc.Arbitrary<T>, isOn: boolean): fc.Arbitrary<T | undefined> =>
    isOn ? fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary }) : fc.constant(undefined);
  const repeats = sometimes(fc.nat(1_000_000), features.repeats);
  const edit: fc.Arbitrary<Edit> = fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        edit: fc.constant('add' as const),
        kind,
        index,
        look,
        existing,
        retain: oneIn(6),
        role: fc.constantFrom('default' as const, 'default' as const, 'outside' as const),
        formerRole: fc.boolean(),
        native: oneIn(8, features.natives),
        // The native type takes any workspace over and deletes it: nothing of ours.
      }).map((added) => ({ ...added, native: added.native && added.kind !== 'workspace' })),
    },
    { weight: 4, arbitrary: fc.record({ edit: fc.constant('change' as const), slot, look }) },
    { weight: 1, arbitrary: fc.record({ edit: fc.constant('role' as const), slot, role: fc.constantFrom('default' as const, 'outside' as const) }) },
    { weight: 1, arbitrary: fc.record({ edit: fc.constant('existing' as const), slot, existing }) },
    { weight: 2, arbitrary: fc.record({ edit: fc.constant('retarget' as const), slot, index }) },
    { weight: 2, arbitrary: fc.record({ edit: fc.constant('move' as const), slot }) },
    { weight: features.natives ? 1 : 0, arbitrary: fc.record({ edit: fc.constant('migrate' as const), slot }) },
    { weight: 2, arbitrary: fc.record({ edit: fc.constant('remove' as const), slot }) },
  );
  const fault: fc.Arbitrary<PlannedFault> = fc.record({
    kind: fc.constantFrom<PlannedFault['kind']>('throttle', 'status 500', 'reset after', 'lost reply', 'stack API', 'response bucket'),
    after: fc.nat(8),
    count: fc.integer({ min: 1, max: 2 }),
  });
  const deploy: fc.Arbitrary<Deploy> = fc.record({
    step: fc.constant('deploy' as const),
    stack,
    edits: fc.array(edit, { minLength: 1, maxLength: 4 }),
    ending: fc.constantFrom('success' as const, 'success' as const, 'success' as const, 'failure at the end' as const,
      'failure at the end' as const, 'failure at once' as const),
    onFailure: features.odd
      ? fc.constantFrom<OnFailure>('rollback', 'rollback', 'rollback', 'rollback', 'leave', 'delete') : fc.constant<OnFailure>('rollback'),
    faults: fc.oneof(
      { weight: 4, arbitrary: fc.constant<PlannedFault[]>([]) },
      { weight: features.faults ? 1 : 0, arbitrary: fc.array(fault, { minLength: 1, maxLength: 2 }) }),
    denied: sometimes(fc.nat(3), features.odd),
    skips: oneIn(4),
    repeats,
  });
  const change: fc.Arbitrary<Step> = fc.record({
    step: fc.constant('console' as const), action: fc.constantFrom('put' as const, 'change' as const, 'remove' as const), kind, index, look,
  });
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 8, arbitrary: deploy },
    {
      weight: 3,
      arbitrary: fc.record({
        step: fc.constant('handover' as const),
        from: stack,
        to: stack,
        slot: fc.option(slot, { nil: undefined }),
        first: fc.constantFrom('giver' as const, 'taker' as const),
        existing,
      }),
    },
    { weight: 3, arbitrary: fc.record({ step: fc.constant('delete' as const), stack, repeats }) },
    { weight: features.odd ? 1 : 0, arbitrary: fc.record({ step: fc.constant('roll back' as const), stack }) },
    { weight: features.console ? 2 : 0, arbitrary: change },
  );
  const start = fc.array(change.map((made) => ({ ...made, action: 'put' }) as Step), { maxLength: features.console ? 3 : 0 });
  const workspace: Step = { step: 'console', action: 'put', kind: 'workspace', index: 0, look: 0 };
  return fc.record({
    order: fc.nat(1_000_000),
    replacedResource: fc.constantFrom('REVERSED' as const, 'RESTORED' as const),
    oldProperties: fc.constantFrom('ATTEMPTED' as const, 'FORMER' as const),
    authorized: fc.constantFrom(true, true, true, true, false),
    start,
    steps: fc.array(step, { minLength: 1, maxLength: 6, size: 'max' }),
  }).map(({ authorized, start: made, steps, ...rest }) => ({ ...rest, steps: [...authorized ? [workspace] : [], ...made, ...steps] }));
}

/** A history as people read it, one line for each step. */
export function formatHistory({ order, replacedResource, oldProperties, steps }: History): string {
  return [
    `order of requests: ${order}, replaced resources are ${replacedResource}, old properties are ${oldProperties}`,
    ...steps.map((step, number) => `${number + 1}. ${formatStep(step)}`),
  ].join('\n');
}

function formatStep(step: Step): string {
  const repeats = 'repeats' in step && step.repeats !== undefined ? `; repeated deliveries ${step.repeats}` : '';
  switch (step.step) {
    case 'deploy': {
      const extras = [
        ...step.ending === 'success' ? [] : [step.ending],
        ...step.onFailure === 'rollback' ? [] : [`on failure ${step.onFailure}`],
        ...step.denied === undefined ? [] : [`changes denied after ${step.denied}${step.skips ? ', skips' : ''}`],
        ...step.faults.map(({ kind, after, count }) => `${kind} x${count} after ${after} requests`),
      ].map((text) => `; ${text}`).join('');
      return `deploy ${STACKS[step.stack]}: ${step.edits.map(formatEdit).join(', ')}${extras}${repeats}`;
    }
    case 'handover':
      return `hand ${step.slot === undefined ? 'all' : `#${step.slot}`} of ${STACKS[step.from]} to ${STACKS[step.to]} with ${step.existing}, ${step.first} first`;
    case 'delete': return `delete ${STACKS[step.stack]}${repeats}`;
    case 'roll back': return `roll ${STACKS[step.stack]} back`;
    case 'console': return `console: ${step.action} ${targetOf(step)}${step.action === 'remove' ? '' : ` look ${step.look}`}`;
  }
}

function formatEdit(edit: Edit): string {
  switch (edit.edit) {
    case 'add': {
      const words = [
        edit.existing, ...edit.retain ? ['RETAIN'] : [], ...edit.native ? ['native'] : [],
        ...edit.kind === 'channel' ? [`${edit.role} role`, ...edit.formerRole ? ['former role'] : []] : [],
      ];
      return `add ${targetOf(edit)} look ${edit.look} (${words.join(', ')})`;
    }
    case 'change': return `change #${edit.slot} to look ${edit.look}`;
    case 'role': return `give #${edit.slot} the ${edit.role} role`;
    case 'existing': return `let #${edit.slot} ${edit.existing}`;
    case 'retarget': return `retarget #${edit.slot} to ${edit.index}`;
    case 'move': return `move #${edit.slot}`;
    case 'migrate': return `migrate #${edit.slot}`;
    case 'remove': return `remove #${edit.slot}`;
  }
}

/** The declarations that edits make of others. An edit that would declare a target twice, or that has nothing to edit, does nothing. */
export function applyEdits(
  before: readonly Declaration[], edits: readonly Edit[], newId: (kind: Kind) => string,
): Declaration[] {
  return applyEach(before, edits, targetOf, (declarations, edit) => applyEdit(declarations, edit, newId));
}

function applyEdit(declarations: readonly Declaration[], edit: Edit, newId: (kind: Kind) => string): readonly Declaration[] {
  if (edit.edit === 'add') {
    const { edit: _, ...rest } = edit;
    return [...declarations, { ...rest, logicalId: newId(edit.kind) }];
  }
  if (declarations.length === 0) {
    return declarations;
  }
  const current = declarations[edit.slot % declarations.length];
  const replace = (change: Partial<Declaration>) => withChange(declarations, current, change);
  switch (edit.edit) {
    case 'change': return replace({ look: edit.look });
    case 'role': return replace(current.kind === 'channel' ? { role: edit.role } : {});
    case 'existing': return replace({ existing: edit.existing });
    case 'retarget': return replace({ index: edit.index });
    case 'move': return replace({ logicalId: newId(current.kind) });
    case 'migrate': return replace(current.kind === 'workspace' ? {} : { logicalId: newId(current.kind), native: !current.native });
    case 'remove': return declarations.filter((declaration) => declaration !== current);
  }
}
