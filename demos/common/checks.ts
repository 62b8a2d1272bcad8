import { paint, printWrapped, type Terminal } from './terminal';

/** What the demo claims, and whether it is so. */
export class Checks {
  public held = 0;
  public failed = 0;

  public constructor(private readonly terminal: Terminal) {}

  /** Prints a claim with a tick or a cross. A claim that does not hold lets the demo go on, but not succeed. */
  public check(claim: string, holds: boolean, details?: () => string): void {
    if (holds) {
      this.held += 1;
      this.terminal.print(`  ${paint('✓', 'green', this.terminal)} ${claim}`);
    } else {
      this.failed += 1;
      this.terminal.print(`  ${paint(`✗ not so: ${claim}`, 'red', this.terminal)}`);
      printWrapped(this.terminal, details?.() ?? '', '    ');
    }
  }

  /** Claims that two things are equal; prints both when they are not. */
  public equal(claim: string, actual: unknown, expected: unknown): void {
    const [got, wanted] = [actual, expected].map((value) => JSON.stringify(value));
    this.check(claim, got === wanted, () => `got      ${got}\nexpected ${wanted}`);
  }
}
