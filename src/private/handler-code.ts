import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as path from 'node:path';

/** The folder holds nothing but the handler's `index.js`. */
export const HANDLER_FOLDER = path.join(__dirname, '..', '..', 'assets', 'handler');

let code: string | undefined;

/** The handler's source: read once per process, whatever the number of stacks. */
export function handlerCode(): string {
  code ??= readHandler(path.join(HANDLER_FOLDER, 'index.js'));
  return code;
}

/** A bundler puts the code of an app into one file, and leaves behind what stands beside the code of a library. */
function readHandler(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`cdk-support-channels does not find its handler, "${file}" (${(error as NodeJS.ErrnoException).code}). If your app is bundled into one file, `
      + 'leave this package out of the bundle, such as with "--external:cdk-support-channels" for esbuild.');
  }
}

/** Hash of the handler's bytes: the same wherever the package is installed. */
export function handlerCodeHash(): string {
  return createHash('sha256').update(handlerCode()).digest('hex');
}
