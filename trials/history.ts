import * as fc from 'fast-check';
import { CHANNELS, LOOKS, targetOf, TEAMS, type Declaration, type Kind } from './declaration';
import { applyEach, withChange } from './edits';

/** A change of a template. `slot` picks one of its declarations, whatever their number. */
export type Edit =
  | ({ readonly edit: 'add'; readonly kind: Kind } & Omit<Declaration, 'kind' | 'logicalId'>)
  | { readonly edit: 'change'; readonly slot: number; readonly look: number }
  | { readonly edit: 'existing'; readonly slot: number; readonly adopt: boolean }
  /** The same logical id names another target: a replacement. */
  | { readonly edit: 'retarget'; readonly slot: number; readonly team: number; readonly channel: number }
  /** The construct changes its logical id, and perhaps its look. */
  | { readonly edit: 'move'; readonly slot: number; readonly look?: number }
  /** Two of a kind exchange their logical ids. */
  | { readonly edit: 'swap'; readonly slot: number; readonly other: number }
  | { readonly edit: 'remove'; readonly slot: number };

/** How a deployment ends: by itself, by the failure of another resource, or because somebody cancels it. */
export type Ending = 'success' | 'failure at the end' | 'failure in between' | 'cancelled';

export interface PlannedFault {
  readonly kind: 'throttle' | 'status 500' | 'status 503' | 'reset before' | 'reset after' | 'lost reply' | 'truncated' | 'stack API'
  | 'response bucket'
  /** A batch does not add one of its members. */
  | 'member';
  /** Requests that pass before it strikes. */
  readonly after: number;
  readonly count: number;
}

/** The operations that an outage may concern. */
const OUTAGES = [
  'CreateSlackChannelConfiguration', 'UpdateSlackChannelConfiguration', 'PutAccountAlias', 'RegisterSlackWorkspaceForOrganization',
  'CreateChannel', 'UpdateChannel', 'TagResource', 'PutChannelExpirationSettings', 'AssociateChannelFlow',
  'BatchCreateChannelMembership', 'DeleteChannelMembership', 'CreateChannelModerator', 'DeleteChannelModerator',
] as const;

/** Calls of an operation fail until a resource has failed. */
export interface Outage {
  readonly operation: typeof OUTAGES[number];
  readonly kind: 'status 503' | 'lost reply';
}

export interface Deploy {
  readonly step: 'deploy';
  readonly stack: number;
  readonly edits: readonly Edit[];
  readonly ending: Ending;
  /** For an ending before the others: after how many requests or resources. */
  readonly early: number;
  readonly faults: readonly PlannedFault[];
  readonly outage?: Outage;
  /** A Chime channel may not have one of its members. */
  readonly refused: boolean;
  /** Seed of repeated deliveries; none without. */
  readonly repeats?: number;
}

export interface Delete {
  readonly step: 'delete';
  readonly stack: number;
  readonly faults: readonly PlannedFault[];
  readonly repeats?: number;
  /** Before the deletion somebody excludes the bearers of Chime channels, and lets them in again when it has failed. */
  readonly excludes: boolean;
}

/** Somebody changes something in the console. */
export interface Console {
  readonly step: 'console';
  readonly account: number;
  readonly action: 'put' | 'remove';
  readonly kind: Kind;
  readonly team: number;
  readonly channel: number;
  readonly look: number;
  /** How a Chime channel that somebody makes differs from what stacks would make. */
  readonly oddity?: 'privacy' | 'outsider';
}

export type Step = Deploy | Delete | Console;

export interface History {
  /** Decides which of several waiting requests comes next. */
  readonly order: number;
  readonly steps: readonly Step[];
}

/** Kinds of steps that a campaign may leave out. */
export interface Features {
  readonly swaps: boolean;
  /** One resource is replaced, and another one takes the target that it leaves, in the same deployment. */
  readonly handovers: boolean;
  readonly faults: boolean;
  readonly outages: boolean;
  readonly repeats: boolean;
  readonly cancellations: boolean;
  /** The kinds of resources; one that is there more often comes up more often. */
  readonly kinds: readonly Kind[];
}

export const ALL_FEATURES: Features = {
  swaps: true,
  handovers: false,
  faults: true,
  outages: true,
  repeats: true,
  cancellations: true,
  kinds: ['channel', 'channel', 'channel', 'channel', 'workspace', 'workspace', 'alias', 'alias', 'chime', 'chime', 'chime', 'chime'],
};

export const STACKS = ['A1', 'A2', 'B1'];
export const ACCOUNTS = 2;

export function accountOfStack(stack: number): number {
  return stack < 2 ? 0 : 1;
}

export function histories(features: Features): fc.Arbitrary<History> {
  const team = fc.nat(TEAMS.length - 1);
  const channel = fc.nat(CHANNELS - 1);
  const look = fc.nat(LOOKS - 1);
  const slot = fc.nat(7);
  const kind = fc.constantFrom(...features.kinds);
  const edit: fc.Arbitrary<Edit> = fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        edit: fc.constant('add' as const),
        kind,
        team,
        channel,
        look,
        adopt: fc.boolean(),
        retain: fc.integer({ min: 0, max: 5 }).map((number) => number === 5),
      }),
    },
    { weight: 4, arbitrary: fc.record({ edit: fc.constant('change' as const), slot, look }) },
    { weight: 1, arbitrary: fc.record({ edit: fc.constant('existing' as const), slot, adopt: fc.boolean() }) },
    { weight: 2, arbitrary: fc.record({ edit: fc.constant('retarget' as const), slot, team, channel }) },
    { weight: 4, arbitrary: fc.record({ edit: fc.constant('move' as const), slot, look: fc.option(look, { nil: undefined }) }) },
    { weight: 2, arbitrary: fc.record({ edit: fc.constant('remove' as const), slot }) },
    { weight: features.swaps ? 2 : 0, arbitrary: fc.record({ edit: fc.constant('swap' as const), slot, other: slot }) },
  );
  const fault = fc.record({
    kind: fc.constantFrom<PlannedFault['kind']>(
      'throttle', 'status 500', 'status 503', 'reset before', 'reset after', 'lost reply', 'truncated', 'stack API', 'response bucket', 'member'),
    after: fc.nat(12),
    count: fc.integer({ min: 1, max: 2 }),
  });
  const faults: fc.Arbitrary<PlannedFault[]> = fc.oneof(
    { weight: 2, arbitrary: fc.constant<PlannedFault[]>([]) },
    { weight: features.faults ? 1 : 0, arbitrary: fc.array(fault, { minLength: 1, maxLength: 3 }) });
  const sometimes = <T>(arbitrary: fc.Arbitrary<T>, isOn: boolean): fc.Arbitrary<T | undefined> =>
    isOn ? fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary }) : fc.constant(undefined);
  const repeats = sometimes(fc.nat(1_000_000), features.repeats);
  const outage = sometimes(fc.record({
    operation: fc.constantFrom(...OUTAGES),
    kind: fc.constantFrom<Outage['kind']>('status 503', 'lost reply'),
  }), features.outages);
  const stack = fc.constantFrom(0, 0, 0, 1, 1, 2);
  const change: fc.Arbitrary<Console> = fc.record({
    step: fc.constant('console' as const),
    account: fc.constantFrom(0, 0, 1),
    action: fc.constantFrom('put' as const, 'put' as const, 'remove' as const),
    kind,
    team,
    channel,
    look,
    oddity: fc.constantFrom('privacy' as const, 'outsider' as const, undefined, undefined, undefined),
  });
  const step: fc.Arbitrary<Step> = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        step: fc.constant('deploy' as const),
        stack,
        edits: fc.array(edit, { minLength: 1, maxLength: 5 }),
        ending: fc.constantFrom<Ending>('success', 'success', 'success', 'success', 'success', 'success', 'failure at the end', 'failure at the end',
          ...features.cancellations ? ['failure in between', 'cancelled'] as const : []),
        early: fc.nat(6),
        faults,
        outage,
        refused: fc.integer({ min: 0, max: 7 }).map((number) => features.outages && number === 7),
        repeats,
      // Of two deliveries of one Create, that which fails for a reason of its own takes back what the other one is still to answer for.
      }).map((deploy) => ({ ...deploy, refused: deploy.refused && deploy.repeats === undefined })),
    },
    { weight: 3, arbitrary: fc.record({ step: fc.constant('delete' as const), stack, faults, repeats, excludes: fc.boolean() }) },
    { weight: 3, arbitrary: change },
  );
  // Accounts have something from the start, which stacks must leave alone or adopt.
  const start = fc.array(change.map((made) => ({ ...made, action: 'put' as const })), { maxLength: 4, size: 'max' });
  const workspaces = [0, 1].flatMap((account) => TEAMS.map((_, index): Console =>
    ({ step: 'console', account, action: 'put', kind: 'workspace', team: index, channel: 0, look: 0 })));
  const authorized = fc.oneof(fc.subarray(workspaces), fc.constant(workspaces));
  return fc.record({ order: fc.nat(1_000_000), authorized, start, steps: fc.array(step, { minLength: 2, maxLength: 7, size: 'max' }) })
    .map(({ order, authorized: first, start: made, steps }) => ({ order, steps: [...first, ...made, ...steps] }));
}

/** A history as people read it, one line for each step. */
export function formatHistory({ order, steps }: History): string {
  return [`order of requests: ${order}`, ...steps.map((step, index) => `${index + 1}. ${formatStep(step)}`)].join('\n');
}

function formatStep(step: Step): string {
  const extras = 'faults' in step
    ? [
      ...step.faults.map(({ kind, after, count }) => `${kind} x${count} after ${after} requests`),
      ...'refused' in step && step.refused ? ['a member is refused'] : [],
      ...'outage' in step && step.outage ? [`outage of ${step.outage.operation} (${step.outage.kind})`] : [],
      ...step.repeats === undefined ? [] : [`repeated deliveries ${step.repeats}`],
    ].map((text) => `; ${text}`).join('')
    : '';
  switch (step.step) {
    case 'deploy': {
      const ending = step.ending === 'success' ? '' : `, ${step.ending}${step.ending === 'failure at the end' ? '' : ` after ${step.early}`}`;
      return `deploy ${STACKS[step.stack]}${ending}: ${step.edits.map(formatEdit).join(', ')}${extras}`;
    }
    case 'delete': return `delete ${STACKS[step.stack]}${step.excludes ? ' after its bearers were excluded' : ''}${extras}`;
    case 'console':
      return `console in account ${'AB'[step.account]}: ${step.action} ${step.kind} ${step.team}/${step.channel}${step.action === 'put' ? ` look ${step.look}` : ''}`
        + (step.kind === 'chime' && step.oddity ? ` (${step.oddity})` : '');
  }
}

function formatEdit(edit: Edit): string {
  switch (edit.edit) {
    case 'add':
      return `add ${edit.kind} ${edit.team}/${edit.channel} look ${edit.look}${edit.adopt ? ' ADOPT' : ''}${edit.retain ? ' RETAIN' : ''}`;
    case 'change': return `change #${edit.slot} to look ${edit.look}`;
    case 'existing': return `let #${edit.slot} ${edit.adopt ? 'ADOPT' : 'FAIL'}`;
    case 'retarget': return `retarget #${edit.slot} to ${edit.team}/${edit.channel}`;
    case 'move': return `move #${edit.slot}${edit.look === undefined ? '' : ` with look ${edit.look}`}`;
    case 'swap': return `swap #${edit.slot} and #${edit.other}`;
    case 'remove': return `remove #${edit.slot}`;
  }
}

/** A Chime channel keeps the id under which it was made when the template no longer declares one. */
function withRoom(declaration: Declaration, old: Declaration | undefined): Declaration {
  const { room: _, ...rest } = declaration;
  const keeps = declaration.team === 1 || old?.kind === 'chime' && old.room === declaration.channel;
  return declaration.kind === 'chime' && keeps ? { ...rest, room: declaration.channel } : rest;
}

/** The declarations that edits make of others. An edit that would declare a target twice, or that has nothing to edit, does nothing. */
export function applyEdits(before: readonly Declaration[], edits: readonly Edit[], newId: (kind: Kind) => string): Declaration[] {
  return applyEach(before, edits, targetOf, (declarations, edit) => applyEdit(declarations, edit, newId).map((declaration) =>
    withRoom(declaration, before.find(({ logicalId }) => logicalId === declaration.logicalId))));
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
    case 'existing': return replace({ adopt: edit.adopt });
    case 'retarget': return replace({ team: edit.team, channel: edit.channel });
    case 'move': return replace({ logicalId: newId(current.kind), look: edit.look ?? current.look });
    case 'remove': return declarations.filter((declaration) => declaration !== current);
    case 'swap': {
      const other = declarations[edit.other % declarations.length];
      return other.kind === current.kind && other !== current
        ? withChange(replace({ logicalId: other.logicalId }), other, { logicalId: current.logicalId }) : declarations;
    }
  }
}
