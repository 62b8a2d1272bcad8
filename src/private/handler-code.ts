import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as path from 'node:path';

/** The folder holds nothing but the handler's `index.js`. */
export const HANDLER_FOLDER = path.join(__dirname, '..', '..', 'assets', 'handler');

let code: string | undefined;

/** The handler's source: read once per process, whatever the number of stacks. */
export function handlerCode(): string {
  code ??= readFileSync(path.join(HANDLER_FOLDER, 'index.js'), 'utf8');
  return code;
}

/** Hash of the handler's bytes: the same wherever the package is installed. */
export function handlerCodeHash(): string {
  return createHash('sha256').update(handlerCode()).digest('hex');
}
