/** Draws docs/images/demo.svg: what the demo prints of an update that fails and is rolled back. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runScenario } from './scenario';
import type { LocalAws } from '../../local-aws/local-aws';
import { leaveExitCode } from '../common/options';
import { drawTerminal } from '../common/picture';
import { Progress } from '../common/progress';

const COLUMNS = 80;
const FILE = join(__dirname, '..', '..', 'docs', 'images', 'demo.svg');
const FIRST = /^\u001B\[1m5\. /;
const FIRST_LEFT_OUT = /What the user reads/;

leaveExitCode(async () => {
  const directory = mkdtempSync(join(tmpdir(), 'demo-picture-'));
  const lines: string[] = [];
  let aws: LocalAws | undefined;
  try {
    const { failed } = await runScenario({
      directory,
      verbose: false,
      progress: new Progress(),
      terminal: { width: COLUMNS, colors: true, print: (line = '') => lines.push(line) },
      onStart: (started) => (aws = started),
    });
    if (failed > 0) {
      throw new Error(`${failed} checks do not hold: npm run demo shows which`);
    }
  } finally {
    await aws?.stop();
    rmSync(directory, { recursive: true });
  }
  const shown = lines.slice(lines.findIndex((line) => FIRST.test(line)), lines.findIndex((line) => FIRST_LEFT_OUT.test(line)) - 1);
  writeFileSync(FILE, drawTerminal('What npm run demo prints of an update that fails and is rolled back', shown, COLUMNS));
  return 0;
});
