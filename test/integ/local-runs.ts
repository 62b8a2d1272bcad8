import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runLive } from './live';
import { runLocally } from './local-run';
import { LOCAL_TEAM, LocalAccount } from '../../trials/probe/local-account';

export const SLACK = { teamId: LOCAL_TEAM, channelId: 'C012ABCDEFG' };

const TEMPORARY = join(__dirname, '..', '..', '.tmp');

/** Runs in an account of the local AWS that each test has to itself. */
class LocalRuns {
  public static async start(): Promise<LocalRuns> {
    mkdirSync(TEMPORARY, { recursive: true });
    return new LocalRuns(mkdtempSync(join(TEMPORARY, 'integ-')), await LocalAccount.start());
  }

  public readonly printed: string[] = [];
  /** The names of the tests that were run. */
  public readonly ran: string[] = [];

  private constructor(public readonly directory: string, public readonly account: LocalAccount) {}

  public async stop(): Promise<void> {
    await this.account.aws.stop();
    rmSync(this.directory, { recursive: true });
  }

  /** Whether the runs that a live account gets come out well in the local AWS. */
  public run(names: string[], slack?: typeof SLACK): Promise<number> {
    return runLive(this.account, {
      names,
      slack,
      runTests: async (tests) => {
        const problems: string[] = [];
        for (const test of tests) {
          this.ran.push(test);
          problems.push(...await runLocally(this.account, test, this.directory));
        }
        expect(problems).toEqual([]);
        return 0;
      },
      print: (line) => this.printed.push(line),
    });
  }
}

/** Those of the test that runs. */
export let runs: LocalRuns;

/** Gives each test of a file an account. */
export function useLocalRuns(): void {
  beforeEach(async () => {
    runs = await LocalRuns.start();
  });
  afterEach(() => runs.stop());
}
