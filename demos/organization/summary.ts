import { parsePhysicalId } from '../../lambda/core/physical-id';
import type { LocalAws } from '../../local-aws/local-aws';
import type { Operation, OperationResult } from '../../local-aws/stacksets/operation';
import { formatTable } from '../common/table';
import { printWrapped, type Terminal } from '../common/terminal';

export type Fate = 'created' | 'adopted' | 'failed' | 'not attempted' | 'removed';

/** What became of the accounts of one organizational unit. */
export type UnitSummary = Record<Fate, number> & { readonly accounts: number };

/** What became of an account: adopted, when the stack took over at least one thing that was there before it. */
export function fateOf({ cloudFormation }: LocalAws, operation: Operation, result: OperationResult): Fate {
  if (result.status !== 'SUCCEEDED') {
    return result.status === 'FAILED' ? 'failed' : 'not attempted';
  }
  if (operation.action === 'DELETE') {
    return 'removed';
  }
  const stack = cloudFormation.stacks.filter(({ accountId, name }) => accountId === result.accountId && name.startsWith('StackSet-')).at(-1)!;
  const isAdopted = stack.liveResources().some(({ physicalId }) => parsePhysicalId(physicalId)?.ownership === 'adopted');
  return isAdopted ? 'adopted' : 'created';
}

export function summarize(aws: LocalAws, operation: Operation): Map<string, UnitSummary> {
  const units = new Map<string, UnitSummary>();
  for (const result of operation.results) {
    const unit = result.organizationalUnitId ?? '';
    const summary = units.get(unit) ?? { 'accounts': 0, 'created': 0, 'adopted': 0, 'failed': 0, 'not attempted': 0, 'removed': 0 };
    const fate = fateOf(aws, operation, result);
    units.set(unit, { ...summary, accounts: summary.accounts + 1, [fate]: summary[fate] + 1 });
  }
  return units;
}

/** Prints one line per organizational unit, the outcome of the operation, the reasons of failures, and how long an account took. */
export function printSummary(aws: LocalAws, operation: Operation, terminal: Terminal): void {
  const summary = summarize(aws, operation);
  const columns: Fate[] = operation.action === 'DELETE' ? ['removed', 'failed', 'not attempted'] : ['created', 'adopted', 'failed', 'not attempted'];
  const row = (name: string, unit: UnitSummary) => [name, String(unit.accounts), ...columns.map((column) => String(unit[column]))];
  const rows = [...summary].map(([name, unit]) => row(name, unit));
  const total = ['accounts' as const, ...columns].map((column) => [...summary.values()].reduce((sum, unit) => sum + unit[column], 0));
  formatTable(['organizational unit', 'accounts', ...columns], [...rows, ['all', ...total.map(String)]], terminal, '  ')
    .forEach((line) => terminal.print(line));
  terminal.print();
  terminal.print(`  StackSet operation ${operation.action}: ${operation.status}, at most ${operation.highestConcurrency} accounts at a time`);
  terminal.print(`  ${describeDurations(operation)}`);
  const reasons = groupReasons(operation);
  if (reasons.length > 0) {
    terminal.print();
    terminal.print('  Why accounts failed, each reason with its first account:');
    for (const { count, accountId, reason } of reasons) {
      terminal.print();
      printWrapped(terminal, `${count} × ${accountId}: ${reason}`, '    ', 'red');
    }
  }
  terminal.print();
}

/** Reasons that differ in nothing but ids count as one. */
export function groupReasons(operation: Operation): { count: number; accountId: string; reason: string }[] {
  const groups = new Map<string, { count: number; accountId: string; reason: string }>();
  for (const { accountId, reason, status } of operation.results) {
    if (status === 'FAILED') {
      const key = keyOf(reason ?? '');
      const group = groups.get(key) ?? { count: 0, accountId, reason: reason ?? '' };
      groups.set(key, { ...group, count: group.count + 1 });
    }
  }
  return [...groups.values()];
}

/** What a reason says of its cause, whatever the resource, the operation, the tries and the ids. */
function keyOf(reason: string): string {
  return reason.replace(/^.*Message returned: (\w+: )?/s, '').replace(/tries: \d+|[0-9a-f]{8}-[0-9a-f-]{27}|\b[CT][0-9A-Z]{8,}\b/g, '');
}

/** In the seconds that this machine took. */
export function describeDurations({ results }: Operation): string {
  const durations = results.flatMap(({ durationInMillis }) => durationInMillis ?? []).sort((one, other) => one - other);
  const at = (share: number) => ((durations[Math.min(durations.length - 1, Math.floor(durations.length * share))] ?? 0) / 1000).toFixed(1);
  return `An account took ${at(0.5)} s (median), ${at(0.95)} s (95th percentile), ${at(1)} s (most)`;
}
