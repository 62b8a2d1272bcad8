import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const ROOT = join(__dirname, '..');

/** Files of a small repository with this one's folders and rules: what each imports, and the rule that says no. */
const IMPORTS: [file: string, imported: string, rule?: string][] = [
  ['src/a.ts', '../lambda/errors', 'import/no-restricted-paths'],
  ['src/b.ts', '../local-aws/http', 'import/no-restricted-paths'],
  ['src/c.ts', '../test/synthesis', 'import/no-restricted-paths'],
  ['lambda/a.ts', '../src/slack-workspace', 'import/no-restricted-paths'],
  ['lambda/aws/b.ts', '../../src/private/validation', 'import/no-restricted-paths'],
  ['lambda/c.ts', '../local-aws/http', 'import/no-restricted-paths'],
  ['lambda/d.ts', '../src/contract'],
  ['lambda/aws/e.ts', '../../src/constraints'],
  ['local-aws/a.ts', '../src/contract', 'import/no-restricted-paths'],
  ['local-aws/services/b.ts', '../../lambda/errors', 'import/no-restricted-paths'],
  ['local-aws/c.ts', '../trials/state', 'import/no-restricted-paths'],
  ['local-aws/services/d.ts', '../http'],
  ['examples/a.ts', '../local-aws/http', 'import/no-restricted-paths'],
  ['examples/b.ts', '../src/slack-workspace'],
  ['trials/a.ts', '../local-aws/http'],
  ['demos/account/b.ts', '../../src/slack-workspace'],
  ['test/c.ts', '../lambda/errors'],
  ['lambda/circle-one.ts', './circle-two', 'import/no-cycle'],
  ['lambda/circle-two.ts', './circle-one', 'import/no-cycle'],
];

const IMPORTED = [
  'src/slack-workspace', 'src/private/validation', 'src/contract', 'src/constraints', 'lambda/errors', 'local-aws/http', 'trials/state', 'test/synthesis',
];

let directory: string;
let found: Map<string, string[]>;

beforeAll(() => {
  mkdirSync(join(ROOT, '.tmp'), { recursive: true });
  directory = mkdtempSync(join(ROOT, '.tmp', 'borders-'));
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(directory, file)), { recursive: true });
    writeFileSync(join(directory, file), text);
  };
  copyFileSync(join(ROOT, '.eslintrc.json'), join(directory, '.eslintrc.json'));
  write('tsconfig.dev.json', JSON.stringify({ compilerOptions: { module: 'commonjs' }, include: ['**/*.ts'] }));
  IMPORTED.forEach((file) => write(`${file}.ts`, 'export const value = 1;\n'));
  IMPORTS.forEach(([file, imported]) => write(file, `import * as imported from '${imported}';\n\nexport const value = Object.keys(imported);\n`));
  found = lint();
}, 300_000);
afterAll(() => rmSync(directory, { recursive: true }));

/** The rules on imports that each file breaks. */
function lint(): Map<string, string[]> {
  const eslint = join(dirname(require.resolve('eslint/package.json')), 'bin', 'eslint.js');
  const options = { cwd: directory, env: { ...process.env, ESLINT_USE_FLAT_CONFIG: 'false' } };
  let output: string;
  try {
    output = execFileSync(process.execPath, [eslint, '--ext', '.ts', '--format', 'json', '.'], { ...options, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch (error) {
    // It ends with 1 when it has found something.
    output = (error as { stdout: string }).stdout;
  }
  const results = JSON.parse(output) as { filePath: string; messages: { ruleId: string | null }[] }[];
  return new Map(results.map(({ filePath, messages }) =>
    [filePath.slice(directory.length + 1), messages.flatMap(({ ruleId }) => ruleId?.startsWith('import/no-') ? [ruleId] : [])]));
}

test.each(IMPORTS.map(([file, imported, rule]) => ({ file, imported, rules: rule === undefined ? [] : [rule] })))(
  '$file imports $imported: $rules', ({ file, rules }) => {
    expect(found.get(file)).toEqual(rules);
  });
