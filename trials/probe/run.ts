import type { ProbeAccount } from './account';
import { ASSUMPTIONS, type AssumptionId } from './assumptions';
import { CHIME_PROBE } from './chime';
import { CLOUDFORMATION_PROBE } from './cloudformation';
import { EVENTS_PROBE } from './events';
import { ProbeContext, type Finding, type Probe, type ProbeOptions } from './probe';
import { SUPPORT_APP_PROBE } from './support-app';

export const PROBES: Record<string, Probe> = {
  'Support App': SUPPORT_APP_PROBE,
  'Chime': CHIME_PROBE,
  'CloudFormation': CLOUDFORMATION_PROBE,
  'EventBridge': EVENTS_PROBE,
};

export interface ProbeResult {
  /** One finding for each assumption, in the order of the table. */
  readonly findings: ReadonlyMap<AssumptionId, Finding>;
  /** What could not be removed again, and why. */
  readonly left: string[];
}

/** Tries every assumption in an account, and removes what that made, however it ends. */
export async function probe(account: ProbeAccount, options: ProbeOptions): Promise<ProbeResult> {
  const context = new ProbeContext(account, options);
  let left: string[];
  try {
    for (const [name, { settles, run }] of Object.entries(PROBES)) {
      options.report(`${name}: ${settles.length} assumptions`);
      await context.attempt(settles, () => run(context));
    }
  } finally {
    options.report('Removing what was made');
    left = await account.cleanUp();
  }
  const ids = Object.keys(ASSUMPTIONS) as AssumptionId[];
  const findings = ids.map((id): [AssumptionId, Finding] => [
    id,
    context.findings.get(id) ?? { verdict: 'could not be tried', why: 'no probe has tried it' },
  ]);
  return { findings: new Map(findings), left };
}

/** Assumption by assumption. */
export function formatFindings({ findings, left }: ProbeResult): string {
  const lines = [...findings].flatMap(([id, finding]) => [
    '',
    `${id}: ${finding.verdict}`,
    `  assumed: ${ASSUMPTIONS[id].statement}`,
    'seen' in finding ? `  seen: ${finding.seen}` : `  why: ${finding.why}`,
  ]);
  const count = (verdict: Finding['verdict']) =>
    [...findings.values()].filter((finding) => finding.verdict === verdict).length;
  return [
    ...lines,
    '',
    `${count('holds')} hold, ${count('does not hold')} do not hold, ${count('could not be tried')} could not be tried`,
    ...(left.length > 0
      ? ['', 'These could not be removed; remove them by hand:', ...left.map((what) => `  ${what}`)]
      : []),
  ].join('\n');
}
