/** Where progress is shown: standard error, so that what is printed to standard output can be kept. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const ERASE_LINE = '\r\u001B[2K';
/** Without a terminal, a line comes so often at most: short work says nothing, long work does not fill a log. */
const MILLISECONDS_BETWEEN_LINES = 10_000;

/** Says how far long work has come: on a terminal in one line that changes, elsewhere in a line now and then. */
export class Progress {
  private readonly changes: boolean;
  private isShown = false;
  private lastLineAt: number;

  public constructor(
    private readonly stream: ProgressStream = process.stderr,
    private readonly now: () => number = Date.now,
    environment: NodeJS.ProcessEnv = process.env,
  ) {
    this.changes = stream.isTTY === true && environment.TERM !== 'dumb' && !environment.CI;
    this.lastLineAt = now();
  }

  public show(text: string): void {
    if (this.changes) {
      // A line that wraps could not be erased.
      this.stream.write(`${ERASE_LINE}${text.slice(0, (this.stream.columns ?? 80) - 1)}`);
      this.isShown = true;
    } else if (this.now() - this.lastLineAt >= MILLISECONDS_BETWEEN_LINES) {
      this.lastLineAt = this.now();
      this.stream.write(`${text}\n`);
    }
  }

  /** Makes room for what is printed next. */
  public clear(): void {
    if (this.isShown) {
      this.stream.write(ERASE_LINE);
      this.isShown = false;
    }
  }

  /** Asks again and again how far the work has come, until it ends. */
  public async during<T>(work: Promise<T>, describe: () => string | undefined): Promise<T> {
    const timer = setInterval(() => {
      const text = describe();
      if (text !== undefined) {
        this.show(text);
      }
    }, 250);
    try {
      return await work;
    } finally {
      clearInterval(timer);
      this.clear();
    }
  }
}
