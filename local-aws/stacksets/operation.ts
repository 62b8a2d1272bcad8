import { concurrencyAfter, limitsOf, type OperationPreferences } from './preferences';

export type OperationStatus = 'QUEUED' | 'RUNNING' | 'STOPPING' | 'SUCCEEDED' | 'FAILED' | 'STOPPED';
export type OperationResultStatus = 'PENDING' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED';

/** One account in one Region. */
export interface Target {
  readonly accountId: string;
  readonly region: string;
  readonly organizationalUnitId?: string;
}

/** What became of one target of an operation. */
export interface OperationResult extends Target {
  status: OperationResultStatus;
  reason?: string;
  /** Real milliseconds from the start of the work on the account to its end. */
  durationInMillis?: number;
}

/** What the work on one target came to. */
export interface Outcome {
  readonly succeeded: boolean;
  readonly reason?: string;
}

export const TOLERANCE_EXCEEDED = 'Cancelled since failure tolerance has exceeded';
export const STOPPED_BY_USER = 'Cancelled since the operation was stopped';

/** One operation on stack instances: it works on accounts side by side and stops when too many of them fail. */
export class Operation {
  public status: OperationStatus = 'QUEUED';
  public readonly results: OperationResult[];
  /** The most targets that were worked on at one time in one Region. */
  public highestConcurrency = 0;
  private readonly regions: string[];

  public constructor(
    public readonly id: string,
    public readonly action: 'CREATE' | 'UPDATE' | 'DELETE',
    targets: readonly Target[],
    private readonly preferences: OperationPreferences,
    private readonly work: (target: Target) => Promise<Outcome>,
  ) {
    this.results = targets.map((target) => ({ ...target, status: 'PENDING' }));
    const used = new Set(targets.map(({ region }) => region));
    this.regions = [...new Set([...preferences.RegionOrder ?? [], ...used])].filter((region) => used.has(region));
    this.regions.forEach((region) => limitsOf(preferences, this.resultsIn(region).length));
  }

  /** What is in progress comes to its end; what has not begun is cancelled. */
  public stop(): void {
    if (this.status === 'QUEUED' || this.status === 'RUNNING') {
      this.status = 'STOPPING';
    }
  }

  public async run(): Promise<void> {
    if (this.status === 'QUEUED') {
      this.status = 'RUNNING';
    }
    if (this.preferences.RegionConcurrencyType === 'PARALLEL') {
      await Promise.all(this.regions.map((region) => this.runRegion(region)));
    } else {
      // Region after Region; after one that failed the others are not attempted.
      for (const region of this.regions) {
        if (this.isStopping() || this.regions.some((other) => this.hasFailed(other))) {
          this.cancel(region);
        } else {
          await this.runRegion(region);
        }
      }
    }
    this.status = this.isStopping() ? 'STOPPED' : this.regions.some((region) => this.hasFailed(region)) ? 'FAILED' : 'SUCCEEDED';
  }

  public count(status: OperationResultStatus): number {
    return this.results.filter((result) => result.status === status).length;
  }

  private async runRegion(region: string): Promise<void> {
    const results = this.resultsIn(region);
    const limits = limitsOf(this.preferences, results.length);
    const waiting = [...results];
    let running = 0;
    let failures = 0;
    await new Promise<void>((resolve, reject) => {
      const startNext = () => {
        if (this.isStopping() || failures > limits.failureTolerance) {
          this.cancel(region);
          waiting.length = 0;
        }
        while (waiting.length > 0 && running < concurrencyAfter(failures, limits)) {
          running += 1;
          this.highestConcurrency = Math.max(this.highestConcurrency, running);
          this.workOn(waiting.shift()!).then((succeeded) => {
            running -= 1;
            failures += succeeded ? 0 : 1;
            startNext();
          }).catch(reject);
        }
        if (running === 0) {
          resolve();
        }
      };
      startNext();
    });
  }

  private async workOn(result: OperationResult): Promise<boolean> {
    const startedAt = performance.now();
    result.status = 'RUNNING';
    const { succeeded, reason } = await this.work(result);
    result.status = succeeded ? 'SUCCEEDED' : 'FAILED';
    result.reason = reason;
    result.durationInMillis = performance.now() - startedAt;
    return succeeded;
  }

  private cancel(region: string): void {
    for (const result of this.resultsIn(region).filter(({ status }) => status === 'PENDING')) {
      result.status = 'CANCELLED';
      result.reason = this.isStopping() ? STOPPED_BY_USER : TOLERANCE_EXCEEDED;
    }
  }

  private hasFailed(region: string): boolean {
    const results = this.resultsIn(region);
    return results.filter(({ status }) => status === 'FAILED').length > limitsOf(this.preferences, results.length).failureTolerance;
  }

  private isStopping(): boolean {
    return this.status === 'STOPPING';
  }

  private resultsIn(region: string): OperationResult[] {
    return this.results.filter((result) => result.region === region);
  }
}
