import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const TESTS_FOLDER = join(__dirname, '..');

/** Puts a test into another folder, with its snapshot; answers the file of the template in it. */
export function copyTest(test: string, directory: string): string {
  writeFileSync(join(directory, `integ.${test}.ts`), `import ${JSON.stringify(join(TESTS_FOLDER, `integ.${test}`))};\n`);
  const snapshot = `integ.${test}.ts.snapshot`;
  cpSync(join(TESTS_FOLDER, snapshot), join(directory, snapshot), { recursive: true });
  return join(directory, snapshot, `support-channels-integ-${test}.template.json`);
}
