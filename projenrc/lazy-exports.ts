/**
 * Lets the compiled entry point load a class when it is asked for. `SupportAppRole` extends `iam.Role`, so its module loads much of IAM; whoever
 * imports the library for something else need not pay for that. jsii compiles `export *` into a `require` at once and knows no other form.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const ENTRY_POINT = join(__dirname, '..', 'lib', 'index.js');
const LAZY_MODULE = './support-app-role';

const eager = `__exportStar(require("${LAZY_MODULE}"), exports);`;
const compiled = readFileSync(ENTRY_POINT, 'utf8');
if (compiled.split(eager).length !== 2) {
  throw new Error(`${ENTRY_POINT} does not export ${LAZY_MODULE} in the expected form: ${eager}`);
}
const names = Object.keys(createRequire(ENTRY_POINT)(LAZY_MODULE));
// Node.js learns from the assignments what an ES module can import by name; a definition by such a name would hide it from there.
const lazy = [
  ...names.map((name) => `exports.${name} = void 0;`),
  `for (const name of ${JSON.stringify(names)}) Object.defineProperty(exports, name, { enumerable: true, get: () => require("${LAZY_MODULE}")[name] });`,
];
// On one line: the source map of the others stays right.
writeFileSync(ENTRY_POINT, compiled.replace(eager, lazy.join(' ')));
