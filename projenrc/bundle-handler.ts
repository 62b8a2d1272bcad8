/**
 * Writes the bundled handler to `assets/handler/index.js`, the very bytes that templates carry.
 *
 * With `--check` it writes nothing and fails when the committed bundle is not what the sources give.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { assertFitsTemplate, bundleHandler, MAXIMUM_HANDLER_BYTES } from './handler-bundle';

const outfile = join(__dirname, '..', 'assets', 'handler', 'index.js');

async function main(): Promise<void> {
  const text = await bundleHandler();
  assertFitsTemplate(text);
  // What is right already stays untouched: tests may be reading it.
  const isCurrent = existsSync(outfile) && readFileSync(outfile, 'utf8') === text;
  if (!isCurrent && process.argv.includes('--check')) {
    throw new Error('assets/handler/index.js is stale: run "npx projen bundle" and commit it');
  }
  if (!isCurrent) {
    mkdirSync(dirname(outfile), { recursive: true });
    writeFileSync(outfile, text);
  }
  console.log(`handler: ${Buffer.byteLength(text)} of ${MAXIMUM_HANDLER_BYTES} bytes`);
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
