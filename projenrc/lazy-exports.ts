/**
 * Lets the compiled entry point load a class when it is asked for: an app that has no `ChimeChannel` does not read its module, and `SupportAppRole`
 * extends `iam.Role`, whose module loads much of IAM. jsii compiles `export *` into a `require` at once and knows no other form.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const ENTRY_POINT = join(__dirname, '..', 'lib', 'index.js');
const EAGER = /^__exportStar\(require\("(\.\/[a-z-]+)"\), exports\);$/gmu;

const compiled = readFileSync(ENTRY_POINT, 'utf8');
const modules = [...compiled.matchAll(EAGER)].map(([, name]) => name);
if (modules.length === 0) {
  throw new Error(`${ENTRY_POINT} exports no module in the expected form: ${EAGER.source}`);
}
const load = createRequire(ENTRY_POINT);
// On one line each: the source map of the others stays right.
writeFileSync(ENTRY_POINT, compiled.replace(EAGER, (_, module: string) => lazyExports(module, Object.keys(load(module)))));

function lazyExports(module: string, names: string[]): string {
  return [
    // Node.js learns from the assignments what an ES module can import by name; a definition by such a name would hide it from there.
    ...names.map((name) => `exports.${name} = void 0;`),
    `for (const name of ${JSON.stringify(names)}) Object.defineProperty(exports, name, { enumerable: true, get: () => require("${module}")[name] });`,
  ].join(' ');
}
