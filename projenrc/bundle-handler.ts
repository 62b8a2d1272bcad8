/**
 * Writes the bundled handler to `assets/handler/index.js`, the very bytes that templates carry.
 *
 * With `--check` it writes nothing and fails when the committed bundle is not what the sources give.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bundleHandler } from './handler-bundle';

const MAXIMUM_BYTES = 36_000;
const outfile = join(__dirname, '..', 'assets', 'handler', 'index.js');

async function main(): Promise<void> {
  const text = await bundleHandler();
  const bytes = Buffer.byteLength(text);

  if (bytes > MAXIMUM_BYTES) {
    throw new Error(`the handler has ${bytes} bytes, more than the ${MAXIMUM_BYTES} that keep a full account's template below 51,200 bytes`);
  }
  if (/`|\$\{/.test(text)) {
    throw new Error('the handler contains a template literal or "${", which template checks take for a reference');
  }
  // What is right already stays untouched: tests may be reading it.
  const isCurrent = existsSync(outfile) && readFileSync(outfile, 'utf8') === text;
  if (!isCurrent && process.argv.includes('--check')) {
    throw new Error('assets/handler/index.js is stale: run "npx projen bundle" and commit it');
  }
  if (!isCurrent) {
    mkdirSync(dirname(outfile), { recursive: true });
    writeFileSync(outfile, text);
  }
  console.log(`handler: ${bytes} of ${MAXIMUM_BYTES} bytes`);
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
