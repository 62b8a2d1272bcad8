import type { ProbeAccount } from './account';
import type { AssumptionId } from './assumptions';

/** What a probe found of an assumption. */
export type Finding =
  | { readonly verdict: 'holds'; readonly seen: string }
  | { readonly verdict: 'does not hold'; readonly seen: string }
  | { readonly verdict: 'could not be tried'; readonly why: string };

/** What somebody gives who wants more to be tried. */
export interface ProbeOptions {
  /** The Slack workspace, authorized in the account, and a channel of it without a configuration. */
  readonly teamId?: string;
  readonly channelId?: string;
  /** Whether the workspace may be deleted, which only the console brings back. */
  readonly deletesWorkspace?: boolean;
  /** Tells what is done. */
  readonly report: (line: string) => void;
}

/** Calls that settle assumptions. */
export interface Probe {
  /** What it makes, for who has to agree to it. */
  readonly touches: string;
  readonly settles: readonly AssumptionId[];
  run(context: ProbeContext): Promise<void>;
}

/** Where a probe works and writes down what it finds. */
export class ProbeContext {
  public readonly findings = new Map<AssumptionId, Finding>();

  constructor(
    public readonly account: ProbeAccount,
    public readonly options: ProbeOptions,
  ) {}

  /** Writes down what was seen, in words that tell it apart from what is assumed. */
  public found(id: AssumptionId, holds: boolean, seen: string): void {
    this.findings.set(id, { verdict: holds ? 'holds' : 'does not hold', seen });
  }

  /** Runs calls; what they leave open when they fail could not be tried. */
  public async attempt(ids: readonly AssumptionId[], calls: () => Promise<void>): Promise<void> {
    const error = await errorOf(calls());
    if (error) {
      const why = error.name === 'Error' ? error.message : `${error.name}: ${error.message}`;
      ids.filter((id) => !this.findings.has(id)).forEach((id) => this.untried(id, why));
    }
  }

  public untried(id: AssumptionId, why: string): void {
    this.findings.set(id, { verdict: 'could not be tried', why });
  }
}

/** How a call ended: `succeeded`, or the name of its error. */
export async function outcomeOf(call: Promise<unknown>): Promise<string> {
  return (await errorOf(call))?.name ?? 'succeeded';
}

/** Name and message of the error of a call; version 2 of the SDK calls the name a code. */
export async function errorOf(call: Promise<unknown>): Promise<{ name: string; message: string } | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    const { code, name, message } = error as { code?: string; name: string; message: string };
    return { name: code ?? name, message };
  }
}
