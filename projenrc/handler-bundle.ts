import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { minify as Minify } from 'terser' with { 'resolution-mode': 'import' };

// Its types are those of an ES module, although it can be required.
const { minify } = createRequire(__filename)('terser') as { minify: typeof Minify };

const root = join(__dirname, '..');

/** With more, the template of a full account no longer fits into the 51,200 bytes of a request, written without indentation. */
export const MAXIMUM_HANDLER_BYTES = 36_000;

/** All files of the handler in one script. */
async function bundle(transform: (path: string, source: string) => string): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['lambda/main.ts'],
    bundle: true,
    // The handler is this project's own work: a package would stay a require(), which no runtime of Lambda can answer.
    packages: 'external',
    minify: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    charset: 'ascii',
    legalComments: 'none',
    logLevel: 'silent',
    // `${` in inline code reads as a reference of Fn::Sub to those who check templates.
    supported: { 'template-literal': false, 'regexp-unicode-property-escapes': true },
    tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
    plugins: [{
      name: 'sources',
      setup: (setup) => {
        setup.onLoad({ filter: /(lambda|src)[\\/].*\.ts$/ }, ({ path }) => (
          { contents: transform(path, readFileSync(path, 'utf8')), loader: 'ts' }));
      },
    }],
  });
  return outputFiles[0].text;
}

/**
 * Bundles the handler as templates carry it.
 *
 * @param transform changes the source of a file before it is compiled, as tests of tests do
 */
export async function bundleHandler(transform: (path: string, source: string) => string = (_path, source) => source): Promise<string> {
  const { code } = await minify(await bundle(transform), {
    ecma: 2020,
    toplevel: true,
    // No function is called with `new` or takes `this`, but for methods, and no sum depends on the order of its numbers.
    compress: { passes: 5, hoist_funs: true, unsafe_arrows: true, unsafe: true, unsafe_math: true, pure_getters: true },
    // A template, which is JSON, escapes double quotes.
    format: { ascii_only: true, quote_style: 1, preamble: '// cdk-support-channels (Apache-2.0)' },
  });
  return `${code}\n`;
}

/** Fails when a bundle cannot stand in a template. */
export function assertFitsTemplate(handler: string): void {
  if (/`|\$\{/.test(handler)) {
    throw new Error('the handler contains a template literal or "${", which template checks take for a reference');
  }
  const bytes = Buffer.byteLength(handler);
  if (bytes > MAXIMUM_HANDLER_BYTES) {
    throw new Error(`the handler has ${bytes} bytes, more than the ${MAXIMUM_HANDLER_BYTES} that keep a full account's template below 51,200 bytes`);
  }
}
