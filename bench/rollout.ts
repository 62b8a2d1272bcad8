import { startAccount, synthesize, TEAM_ID } from './api-calls';
import { AccountAlias, NotificationSeverity, SlackWorkspace } from '../src';

export const CHANNELS = 20;

/** How a service throttles: it takes `burst` requests at once, and from then on `rate` per second. */
export interface Throttling {
  readonly rate: number;
  readonly burst: number;
}

export interface Rollout {
  readonly status: string;
  readonly channels: number;
  /** Seconds until CloudFormation has finished the stack. */
  readonly duration: number;
  readonly requests: number;
  readonly throttled: number;
  /** The most requests after the first wave that arrived within a tenth of a second. */
  readonly peak: number;
}

/** Requests that a token bucket lets pass. */
export class TokenBucket {
  private tokens: number;
  private filled: number;

  public constructor(private readonly throttling: Throttling, now: number) {
    this.tokens = throttling.burst;
    this.filled = now;
  }

  /** Whether a request passes at a time, in milliseconds. */
  public take(now: number): boolean {
    const { rate, burst } = this.throttling;
    this.tokens = Math.min(burst, this.tokens + (now - this.filled) / 1000 * rate);
    this.filled = now;
    if (this.tokens < 1) {
      return false;
    }
    this.tokens -= 1;
    return true;
  }
}

/** Deploys a full account, 20 channels, into the local AWS while the Support App throttles the account. */
export async function rollOut(throttling?: Throttling): Promise<Rollout> {
  const accountId = '111122223333';
  const aws = await startAccount(accountId);
  try {
    const start = Date.now();
    const bucket = throttling && new TokenBucket(throttling, start);
    const arrivals: number[] = [];
    aws.services.faults.inject({
      fault: { kind: 'throttle' },
      count: Infinity,
      when: () => {
        const now = Date.now();
        arrivals.push(now);
        return bucket?.take(now) === false;
      },
    });
    const template = synthesize((stack) => {
      const workspace = new SlackWorkspace(stack, 'Workspace', { teamId: TEAM_ID });
      new AccountAlias(stack, 'Alias', { accountAlias: 'acme production' });
      for (let index = 0; index < CHANNELS; index++) {
        workspace.addChannel(`Channel${index}`, {
          channelId: `C012ABCDE${index}`,
          notifyOnCaseSeverity: NotificationSeverity.HIGH,
          notifyOnResolveCase: true,
        });
      }
    });
    const { status } = await aws.cloudFormation.deploy({ stackName: 'Stack', accountId, template, templateSource: 'S3' });
    const duration = (Date.now() - start) / 1000;
    const { entries } = aws.services.requests;
    return {
      status,
      channels: aws.services.supportApp.store.channels(accountId).length,
      duration,
      requests: entries.length,
      throttled: entries.filter(({ outcome }) => outcome.fault === 'throttle').length,
      peak: peakOf(arrivals.slice(CHANNELS)),
    };
  } finally {
    await aws.stop();
  }
}

/** The most of some times, in milliseconds, that lie within a tenth of a second. */
export function peakOf(times: number[]): number {
  const sorted = [...times].sort((one, other) => one - other);
  return sorted.reduce((peak, time, index) => Math.max(peak, sorted.filter((other, position) => position >= index && other < time + 100).length), 0);
}
