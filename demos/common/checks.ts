import { paint, printWrapped, type Terminal, wrap } from './terminal';

const CLAIM_INDENTATION = '    ';

/** What the demo claims, and whether it is so. */
export class Checks {
  public held = 0;
  public failed = 0;

  public constructor(private readonly terminal: Terminal) {}

  /** Prints a claim with a tick or a cross. A claim that does not hold lets the demo go on, but not succeed. */
  public check(claim: string, holds: boolean, details?: () => string): void {
    if (holds) {
      this.held += 1;
      const [first, ...further] = wrap(claim, this.terminal.width - CLAIM_INDENTATION.length);
      this.terminal.print(`  ${paint('✓', 'green', this.terminal)} ${first}`);
      further.forEach((line) => this.terminal.print(CLAIM_INDENTATION + line));
    } else {
      this.failed += 1;
      printWrapped(this.terminal, `✗ not so: ${claim}`, '  ', 'red', CLAIM_INDENTATION);
      if (details) {
        printWrapped(this.terminal, details(), CLAIM_INDENTATION);
      }
    }
  }

  /** Claims that two things are equal; prints both when they are not. */
  public equal(claim: string, actual: unknown, expected: unknown): void {
    const [got, wanted] = [actual, expected].map((value) => JSON.stringify(value));
    this.check(claim, got === wanted, () => `got      ${got}\nexpected ${wanted}`);
  }
}
