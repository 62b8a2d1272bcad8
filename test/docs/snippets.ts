import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ts from 'typescript';
import { blocksOf, ROOT } from './markdown';

/** The frame of a snippet that is no file of its own, as jsii-rosetta has it for docstrings. */
const FIXTURE = readFileSync(join(ROOT, 'rosetta', 'default.ts-fixture'), 'utf8');
const PLACE = '/// here';

/** "declare const" says what a snippet takes for given; it stands in the body of the frame, where TypeScript has no modifiers. */
const DECLARE_IN_A_BODY = 1184;

/** A snippet as a file that the compiler takes. */
interface SnippetFile {
  readonly name: string;
  readonly text: string;
  readonly page: string;
  /** What to add to a line of the file, from 0, for that of the page, from 1. */
  readonly offset: number;
}

/** What the compiler says of the TypeScript blocks of pages, as `page:line: message`; nothing when all is well. */
export function mistakesIn(pages: { readonly name: string; readonly text: string }[], fixture = FIXTURE): string[] {
  const files = new Map(pages.flatMap((page) => filesOf(page, fixture)).map((file) => [file.name, file]));
  const program = ts.createProgram({ rootNames: [...files.keys()], options: compilerOptions(), host: hostWith(files) });
  return [...files.values()].flatMap((file) => {
    const source = program.getSourceFile(file.name)!;
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return found.filter(({ code }) => code !== DECLARE_IN_A_BODY).map(({ start, messageText }) => {
      const { line } = source.getLineAndCharacterOfPosition(start ?? 0);
      return `${file.page}:${line + file.offset}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
    });
  });
}

/** How many TypeScript blocks a page has. */
export function countSnippets(text: string): number {
  return snippetsOf(text).length;
}

function snippetsOf(text: string) {
  return blocksOf(text).filter(({ info }) => /^(ts|typescript)\b/.test(info));
}

function filesOf({ name, text }: { name: string; text: string }, fixture: string): SnippetFile[] {
  return snippetsOf(text).map(({ info, code, line, file }, index) => {
    const path = join(ROOT, `${name.replaceAll('/', '-')}-${index}.ts`);
    if (info.includes('nofixture') || file) {
      // "export" makes a module of it, so that two snippets may use the same names.
      return { name: path, text: `${code}\nexport {};\n`, page: name, offset: line };
    }
    const before = fixture.slice(0, fixture.indexOf(PLACE));
    return { name: path, text: fixture.replace(PLACE, () => `\n${code}`), page: name, offset: line - before.split('\n').length };
  });
}

function compilerOptions(): ts.CompilerOptions {
  const config = join(ROOT, 'tsconfig.dev.json');
  const { options } = ts.parseJsonConfigFileContent(ts.readConfigFile(config, ts.sys.readFile).config, ts.sys, ROOT);
  return {
    ...options,
    // A snippet shows a construct without using it.
    noUnusedLocals: false,
    noUnusedParameters: false,
    skipLibCheck: true,
    paths: {
      ...options.paths,
      // A reader installs the package; here the CDK's own copy will do.
      yaml: [join(ROOT, 'node_modules', 'aws-cdk-lib', 'node_modules', 'yaml')],
    },
  };
}

function hostWith(files: ReadonlyMap<string, SnippetFile>): ts.CompilerHost {
  const options = compilerOptions();
  const host = ts.createCompilerHost(options);
  return {
    ...host,
    fileExists: (path) => files.has(path) || existsSync(path),
    readFile: (path) => files.get(path)?.text ?? host.readFile(path),
    getSourceFile: (path, version, ...rest) => {
      const file = files.get(path);
      return file ? ts.createSourceFile(path, file.text, version, true) : host.getSourceFile(path, version, ...rest);
    },
  };
}
