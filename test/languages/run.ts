/**
 * Packs the library for each language, installs the packages as a user does, and synthesizes the same apps in all of them.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Assembly, checkDotNet } from './dotnet';
import { type App, type Language, LANGUAGES, TYPESCRIPT } from './languages';
import { outcomeOf, run } from './process';
import { missingTools } from './toolchains';

const ROOT = join(__dirname, '..', '..');
const WORK = join(ROOT, '.tmp', 'languages');
const PACKAGES = join(WORK, 'packages');
/** Compilers take all cores by themselves. */
const LANGUAGES_AT_A_TIME = 2;

/** What the CDK's CLI tells an app by default. */
const CLI_CONTEXT = { 'aws:cdk:enable-path-metadata': true, 'aws:cdk:enable-asset-metadata': true, 'aws:cdk:version-reporting': true };

const COMPARED = 'Compared is this stack alone, with its nested stacks, as its env has no account.';

/** Complete messages: each has to stand in what the user sees, line by line. */
const ERRORS: Partial<Record<App, string[]>> = {
  'invalid-properties': [[
    'SlackChannelConfiguration at "Account/Workspace/Operations" has 3 problems:',
    '  - channelId: must be 1 to 256 characters without white space, got "#operations team". '
    + 'Copy the channel ID (not the name) from the channel\'s details in Slack, such as C012ABCDEFG.',
    '  - channelName: must be 1 to 256 characters on one line, got "". Change it or leave it out.',
    '  - notifyOnCaseSeverity: must be none without a notification, got all. '
    + 'Set at least one of notifyOnAddCorrespondenceToCase, notifyOnCreateOrReopenCase, notifyOnResolveCase to true, or choose none.',
  ].join('\n')],
  'invalid-account': [
    'the Slack channel C012OPERATE of the workspace T012ABCDEFG is configured 2 times in stack "Account": '
    + 'Account/Workspace/Operations, Account/Workspace/Duplicate. An account has one configuration per channel: keep one of them. '
    + `${COMPARED} [ack: cdk-support-channels:duplicateChannel]`,
    '2 account aliases are defined in stack "Account": Account/Alias, Account/OtherAlias. An account has one alias: keep one of them. '
    + `${COMPARED} [ack: cdk-support-channels:severalAliases]`,
  ],
};

type Check = [name: string, check: () => void | Promise<void>];

async function main(): Promise<void> {
  const missing = missingTools();
  if (missing.length > 0) {
    throw new Error(['npm run test:languages needs:', ...missing.map((line) => `  - ${line}`)].join('\n'));
  }
  await pack();
  // The others are compared with what TypeScript gives.
  const others = LANGUAGES.filter((language) => language !== TYPESCRIPT);
  const results = await inParallel([TYPESCRIPT, ...others], LANGUAGES_AT_A_TIME, synthesizeAll);
  const failures: string[] = results.flat();
  let passed = 0;
  const checks = [
    ...others.flatMap(templateChecks), ...LANGUAGES.flatMap(errorChecks), ...LANGUAGES.flatMap(mistakesCheck), ...LANGUAGES.map(pageCheck),
    usageCheck(), dotNetCheck(),
  ];
  for (const [name, check] of checks) {
    try {
      await check();
      passed++;
      console.log(`ok      ${name}`);
    } catch (error) {
      failures.push(`${name}: ${(error as Error).message}`);
      console.log(`FAILED  ${name}`);
    }
  }
  console.log(['', ...failures, `${passed} passed, ${failures.length} failed`].join('\n'));
  process.exitCode = failures.length > 0 ? 1 : 0;
}

async function pack(): Promise<void> {
  rmSync(PACKAGES, { recursive: true, force: true });
  const pacmak = [join(ROOT, 'node_modules', '.bin', 'jsii-pacmak'), '--outdir', PACKAGES, '--npmignore=false'];
  const targets = (...names: string[]) => names.flatMap((name) => ['--target', name]);
  await timed('pack for npm, PyPI, Maven and Go', () => run([...pacmak, ...targets('js', 'python', 'java', 'go')], ROOT, {
    // The apps compile the Go module.
    JSII_BUILD_GO: '0',
  }));
  await timed('generate for .NET', () => run([...pacmak, '--code-only', ...targets('dotnet')], ROOT));
}

/** Installs the packages of a language and runs its apps; what they give is looked at later. */
async function synthesizeAll(language: Language): Promise<string[]> {
  const folder = join(WORK, language.name);
  try {
    for (const old of ['target', ...readFolder(join(__dirname, language.name))]) {
      rmSync(join(folder, old), { recursive: true, force: true });
    }
    cpSync(join(__dirname, language.name), folder, { recursive: true });
    await timed(`${language.name}: install`, () => language.install(folder, PACKAGES));
    await timed(`${language.name}: synthesize`, async () => {
      await synthesize(language, 'first-stack', { ...CLI_CONTEXT, 'aws:cdk:version-reporting': false });
      await synthesize(language, 'account', CLI_CONTEXT);
    });
    return [];
  } catch (error) {
    return [`${language.name}: ${(error as Error).message}`];
  }
}

async function synthesize(language: Language, app: App, context: object): Promise<void> {
  const output = outputFolder(language, app);
  rmSync(output, { recursive: true, force: true });
  const folder = join(WORK, language.name);
  await run(language.command(app, folder), folder, { CDK_OUTDIR: output, CDK_CONTEXT_JSON: JSON.stringify(context) });
}

function templateChecks(language: Language): Check[] {
  return [['first-stack', ['SupportChannels']], ['account', ['Account', 'Shared', 'Members', 'Native']]].flatMap(([app, stacks]) => (stacks as string[]).map((stack): Check => [
    `${language.name}: the template ${stack} of ${app} is that of ${TYPESCRIPT.name}`,
    () => {
      const read = (each: Language) => readFileSync(join(outputFolder(each, app as App), `${stack}.template.json`));
      const [expected, actual] = [read(TYPESCRIPT), read(language)];
      if (!actual.equals(expected)) {
        throw new Error(firstDifference(expected.toString('utf8'), actual.toString('utf8')));
      }
    },
  ]));
}

function errorChecks(language: Language): Check[] {
  return Object.entries(ERRORS).map(([app, messages]): Check => [`${language.name}: ${app} prints the complete message`, async () => {
    const folder = join(WORK, language.name);
    const { status, output } = await outcomeOf(language.command(app as App, folder), folder, { CDK_OUTDIR: outputFolder(language, app as App) });
    if (status === 0) {
      throw new Error('the app succeeds');
    }
    for (const message of messages) {
      if (!output.includes(message.replaceAll('\n', `\n${language.messageIndent ?? ''}`))) {
        throw new Error(`the message is missing:\n${message}\nin:\n${output}`);
      }
    }
  }]);
}

function mistakesCheck({ name, mistakes }: Language): Check[] {
  return mistakes ? [[`${name}: each mistake of its table has the whole message`, () => run(mistakes, join(WORK, name))]] : [];
}

function pageCheck(language: Language): Check {
  return [`${language.name}: ${language.page} shows the first stack that was run`, () => {
    const code = readFileSync(join(__dirname, language.name, language.firstStack), 'utf8');
    if (!readFileSync(join(ROOT, language.page), 'utf8').includes(`\n\`\`\`${language.fence}\n${code}\`\`\`\n`)) {
      throw new Error(`${language.page} has no block \`\`\`${language.fence} with exactly the text of test/languages/${language.name}/${language.firstStack}`);
    }
  }];
}

/** What is not used in an app is not compared. */
function usageCheck(): Check {
  return ['every public class, enumeration and property is used in the app account', () => {
    const app = readFileSync(join(__dirname, TYPESCRIPT.name, 'account.ts'), 'utf8');
    const types = Object.values(readAssembly().types);
    const names = [
      ...types.filter(({ kind }) => kind !== 'interface').map(({ name }) => name),
      ...types.filter(({ datatype }) => datatype).flatMap(({ properties = [] }) => properties.map(({ name }) => name)),
      ...types.filter(({ kind }) => kind === 'class').flatMap(({ methods = [] }) => methods.map(({ name }) => name)),
    ];
    const unused = [...new Set(names)].filter((name) => !new RegExp(`\\b${name}\\b`, 'u').test(app));
    if (unused.length > 0) {
      throw new Error(`not used: ${unused.join(', ')}`);
    }
  }];
}

function readAssembly(): Assembly {
  return JSON.parse(readFileSync(join(ROOT, '.jsii'), 'utf8'));
}

function dotNetCheck(): Check {
  return ['dotnet: the generated code has every type and member; AccountAlias_ is the only other name', () => {
    const { problems, renamed } = checkDotNet(readAssembly(), join(PACKAGES, 'dotnet'));
    if (problems.length > 0 || renamed.join() !== 'CdkSupportChannels.AccountAlias_') {
      throw new Error([...problems, `renamed: ${renamed.join(', ')}`].join('\n'));
    }
  }];
}

function outputFolder(language: Language, app: App): string {
  return join(WORK, 'cdk.out', language.name, app);
}

function readFolder(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

function firstDifference(expected: string, actual: string): string {
  const [expectedLines, actualLines] = [expected.split('\n'), actual.split('\n')];
  const index = expectedLines.findIndex((line, position) => line !== actualLines[position]);
  const show = (line: string | undefined) => line === undefined ? 'nothing' : line.slice(0, 500);
  return `line ${index + 1} should be\n${show(expectedLines[index])}\nbut is\n${show(actualLines[index])}`;
}

async function timed(name: string, action: () => Promise<void>): Promise<void> {
  const start = Date.now();
  const seconds = () => Math.round((Date.now() - start) / 1000);
  console.log(`${name} ...`);
  // Compilers take minutes and say nothing.
  const timer = setInterval(() => console.log(`${name} ... ${seconds()} s`), 30_000);
  try {
    await action();
  } finally {
    clearInterval(timer);
  }
  console.log(`${name} (${seconds()} s)`);
}

async function inParallel<Item, Result>(items: Item[], limit: number, action: (item: Item) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  const queue = items.entries();
  await Promise.all(Array.from({ length: limit }, async () => {
    for (const [index, item] of queue) {
      results[index] = await action(item);
    }
  }));
  return results;
}

mkdirSync(WORK, { recursive: true });
main().catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
