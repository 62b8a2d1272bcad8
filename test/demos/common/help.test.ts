import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..', '..');
const FOLDERS = ['bench', 'demos', 'trials', 'test'];

/** The texts that `--help` prints, by file, as they stand in the source. */
const HELPS = FOLDERS.flatMap((folder) => (readdirSync(join(ROOT, folder), { recursive: true }) as string[])
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts')).map((file) => join(folder, file)))
  .flatMap((file) => {
    const [, help] = /const HELP = `([^]+?)`/.exec(readFileSync(join(ROOT, file), 'utf8')) ?? [];
    return help === undefined ? [] : [[file, help]];
  });

test('there are helps to look at', () => {
  expect(HELPS.length).toBeGreaterThan(6);
});

test.each(HELPS)('--help of %s fits into 80 columns', (_file, help) => {
  expect(help.split('\n').filter((line) => line.length > 80)).toEqual([]);
});
