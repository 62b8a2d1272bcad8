/**
 * How Jest reads TypeScript: esbuild takes the types away, as it does for the handler's bundle. `npm run typecheck` checks them.
 * Plain JavaScript, since Jest loads it as it stands.
 */
'use strict';

const { createHash } = require('node:crypto');
const { readFileSync } = require('node:fs');
const esbuild = require('esbuild');

const ownKey = createHash('sha256').update(esbuild.version).update(readFileSync(__filename)).digest('hex');

module.exports = {
  getCacheKey: (source, path, { instrument }) =>
    createHash('sha256').update(ownKey).update(path).update(source).update(String(instrument)).digest('hex'),
  process: (source, path) => {
    const { code, map } = esbuild.transformSync(source, {
      sourcefile: path,
      loader: 'ts',
      format: 'cjs',
      target: 'node20.16',
      sourcemap: 'external',
      // As the compiler has it: a default import of a module that is not an ES module is the whole of that module.
      tsconfigRaw: { compilerOptions: { esModuleInterop: true, experimentalDecorators: true, target: 'ES2022', useDefineForClassFields: true } },
    });
    return { code, map };
  },
};
