/** How an app gets the packed library and how it is run, in each language. */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './process';

export const APPS = ['first-stack', 'account', 'invalid-properties', 'invalid-account'] as const;
export type App = typeof APPS[number];

export interface Language {
  readonly name: string;
  /** The file of the first stack. */
  readonly firstStack: string;
  /** The page that shows that code, and the fence that it has there. */
  readonly page: string;
  readonly fence: string;
  /** What the language puts before the second and further lines of an error's message. */
  readonly messageIndent?: string;
  /** Installs the library from `packages`, and compiles the apps in `folder` where the language compiles. */
  readonly install: (folder: string, packages: string) => Promise<void>;
  /** The command that runs an app, in its folder. */
  readonly command: (app: App, folder: string) => string[];
  /** The command that makes the mistakes of a table and compares their messages. */
  readonly mistakes?: string[];
}

const REPOSITORY = join(__dirname, '..', '..');
const { 'aws-cdk-lib': cdkVersion, constructs: constructsVersion } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')).devDependencies;

export const TYPESCRIPT: Language = {
  name: 'typescript',
  firstStack: 'first-stack.ts',
  page: 'README.md',
  fence: 'ts nofixture',
  install: async (folder, packages) => {
    await run(['npm', 'init', '--yes'], folder);
    await run([
      'npm', 'install', '--no-audit', '--no-fund', onlyFile(join(packages, 'js'), '.tgz'), `aws-cdk-lib@${cdkVersion}`, `constructs@${constructsVersion}`,
    ], folder);
  },
  command: (app) => [join(REPOSITORY, 'node_modules', '.bin', 'tsx'), `${app}.ts`],
};

export const PYTHON: Language = {
  name: 'python',
  firstStack: 'first_stack.py',
  page: 'docs/languages.md',
  fence: 'python',
  install: async (folder, packages) => {
    await run(['python3', '-m', 'venv', '--clear', '.venv'], folder);
    await run([join('.venv', 'bin', 'pip'), 'install', '--quiet', '-r', 'requirements.txt', onlyFile(join(packages, 'python'), '.whl')], folder);
  },
  command: (app) => [join('.venv', 'bin', 'python'), `${app.replace('-', '_')}.py`],
  mistakes: [join('.venv', 'bin', 'python'), 'mistakes.py'],
};

export const JAVA: Language = {
  name: 'java',
  firstStack: 'src/main/java/acme/FirstStack.java',
  page: 'docs/languages.md',
  fence: 'java',
  install: async (folder) => {
    // A local repository of its own, so that this test leaves no package of the same version in the user's. The library in it is of an earlier run.
    const repository = join(folder, '..', 'maven');
    rmSync(join(repository, 'io', 'github', 'cdk-support-channels'), { recursive: true, force: true });
    await run([
      'mvn', '--batch-mode', '--quiet', `-Dmaven.repo.local=${repository}`,
      'compile', 'dependency:build-classpath', '-Dmdep.outputFile=target/classpath',
    ], folder);
  },
  command: (app, folder) => ['java', '-cp', `target/classes:${readFileSync(join(folder, 'target', 'classpath'), 'utf8')}`, `acme.${pascalCase(app)}`],
};

export const GO: Language = {
  name: 'go',
  firstStack: 'first-stack/main.go',
  page: 'docs/languages.md',
  fence: 'go',
  messageIndent: '\t',
  install: async (folder) => {
    await run(['go', 'mod', 'tidy'], folder);
    // Without optimizations, since compiling the CDK takes longer than any app runs.
    await run(['go', 'build', '-gcflags=all=-N -l', '-ldflags=-s -w', '-o', 'bin/', './...'], folder);
  },
  command: (app) => [join('bin', app)],
};

export const LANGUAGES = [TYPESCRIPT, PYTHON, JAVA, GO];

function pascalCase(name: string): string {
  return name.split('-').map((word) => word[0].toUpperCase() + word.slice(1)).join('');
}

function onlyFile(folder: string, ending: string): string {
  const files = readdirSync(folder).filter((name) => name.endsWith(ending));
  if (files.length !== 1) {
    throw new Error(`${folder} should hold one file *${ending}, but holds ${files.join(', ') || 'none'}`);
  }
  return join(folder, files[0]);
}
