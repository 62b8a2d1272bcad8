import { awscdk, github, javascript, ReleasableCommits, typescript } from 'projen';

const checkedFolders = ['src', 'lambda', 'test', 'local-aws', 'trials', 'demos', 'examples', 'projenrc', 'bench'];

// What `npm run test:newest` runs the tests with.
const newestCdkVersion = '2.276.0';
const newestConstructsVersion = '10.8.1';
const newestCdkNagVersion = '3.0.2';

// With each synthesis the CDK compares its own manifest with a schema, twice: half of the time of a test that deploys.
// Outside of Jest, as in the demos and in test:package, it does so.
const uncheckedManifests = { '^jsonschema$': '<rootDir>/test/unchecked-manifests.ts' };

const project = new awscdk.AwsCdkConstructLibrary({
  name: 'cdk-support-channels',
  description: 'CDK constructs for the AWS Support App in Slack and for Amazon Chime SDK messaging channels, deployed by one inline handler without assets',
  author: 'cdk-support-channels contributors',
  authorAddress: 'cdk-support-channels@users.noreply.github.com',
  authorOrganization: true,
  repositoryUrl: 'https://github.com/cdk-support-channels/cdk-support-channels.git',
  license: 'Apache-2.0',
  copyrightOwner: 'cdk-support-channels contributors',
  keywords: ['awscdk', 'aws', 'cdk', 'support-app', 'slack', 'chime', 'stacksets'],
  stability: 'experimental',
  defaultReleaseBranch: 'main',
  sampleCode: false,
  projenrcTs: true,
  runner: typescript.TypeScriptRunner.tsx(),

  // The first release in which log groups and queues can be referred to as roles, keys and security groups can: ILogGroup extends ILogGroupRef, and IQueue
  // IQueueRef. Properties take references, so with an older one users could not give what they have. It also knows nodejs24.x, the default runtime.
  cdkVersion: '2.227.0',
  // What the Go module of that release is generated from: it does not compile with the methods that constructs 10.5.0 added.
  constructsVersion: '10.4.2',
  jsiiVersion: '~6.0.0',
  typescriptVersion: '~6.0.0',
  minNodeVersion: '20.16.0',
  workflowNodeVersion: '24',
  packageManager: javascript.NodePackageManager.NPM,

  publishToPypi: { distName: 'cdk-support-channels', module: 'cdk_support_channels' },
  publishToMaven: {
    mavenGroupId: 'io.github.cdk-support-channels',
    mavenArtifactId: 'cdk-support-channels',
    javaPackage: 'io.github.cdksupportchannels',
  },
  publishToNuget: { packageId: 'CdkSupportChannels', dotNetNamespace: 'CdkSupportChannels' },
  publishToGo: { moduleName: 'github.com/cdk-support-channels/cdk-support-channels-go', packageName: 'cdksupportchannels' },
  npmTrustedPublishing: true,
  githubOptions: {
    mergify: false,
    // The title of a pull request becomes the message of its commit, from which the release writes the changelog.
    pullRequestLintOptions: {
      semanticTitleOptions: {
        types: ['feat', 'fix', 'docs', 'test', 'refactor', 'perf', 'build', 'ci', 'chore'],
      },
    },
  },
  // Everything else changes nothing for users.
  releasableCommits: ReleasableCommits.featuresAndFixes(),
  // The workflow "checks" below runs what decides.
  buildWorkflow: false,
  pullRequestTemplateContents: [
    '## What changes for users, and why',
    '',
    '<!-- The fault or the wish, and what users see afterwards. -->',
    '',
    '## How it was tried',
    '',
    '<!-- The test that failed before, the command that shows it, or what the demo prints. -->',
    '',
    '## Check',
    '',
    '- [ ] The title is a conventional commit, such as `fix: leave a channel whose role is another one`.',
    '- [ ] Logical ids and the bytes of templates are as before, or CHANGELOG.md says under "What changes in your templates" what users will see.',
    '- [ ] A property, a physical id or an event of an older release still works.',
    '- [ ] `.ci/run` is green.',
  ],
  // Version 13 asks for a newer Node.js than the one that this library supports.
  bumpPackage: 'commit-and-tag-version@^12',
  depsUpgradeOptions: { workflow: true, cooldown: 7 },

  devDeps: [
    '@aws-cdk/integ-runner',
    // The newest that works with the oldest supported aws-cdk-lib.
    '@aws-cdk/integ-tests-alpha@2.214.0-alpha.0',
    '@aws-sdk/client-chime-sdk-messaging',
    '@types/aws4',
    // The CDK's CLI, for npm run test:validators.
    'aws-cdk',
    'aws-sdk',
    'aws4',
    // The newest that works with the oldest supported aws-cdk-lib and constructs; test:newest takes the newest of all.
    'cdk-nag@~2.37.55',
    // For examples/organization.
    'cdk-stacksets',
    'esbuild',
    'fast-check',
    'jest-diff@^30',
    'terser',
    'tsx',
  ],

  tsconfigDevFile: 'tsconfig.dev.json',
  tsconfigDev: {
    include: [...checkedFolders.map((folder) => `${folder}/**/*.ts`), '.projenrc.ts'],
    // The apps in test/languages/typescript import the library by its name, as its users do.
    compilerOptions: { paths: { 'cdk-support-channels': ['./src/index.ts'] } },
  },
  eslintOptions: {
    dirs: checkedFolders,
    devdirs: checkedFolders.filter((folder) => folder !== 'src'),
    // A lint run reports; it does not change what somebody is about to commit.
    commandOptions: { fix: false },
  },
  jestOptions: {
    // A snapshot changes by a decision of its author, never as a side effect of running the tests.
    updateSnapshot: javascript.UpdateSnapshot.NEVER,
    junitReporting: false,
    jestConfig: {
      // Much of a test is waiting for processes, so that all cores can have one; the default leaves one idle.
      maxWorkers: '100%',
      testEnvironment: 'node',
      testTimeout: 60_000,
      collectCoverage: false,
      moduleNameMapper: uncheckedManifests,
      modulePathIgnorePatterns: ['<rootDir>/.tmp/', '<rootDir>/dist/', '<rootDir>/test/.+\\.snapshot/'],
      testPathIgnorePatterns: ['/node_modules/', '\\.exhaustive\\.test\\.ts$'],
    },
  },
  // The last one is what jsii-pacmak leaves.
  gitignore: [
    '/cdk.out/', '/.tmp/', '.jsii.tabl.json', '/.npmignore',
    // What integ-runner works in, and the function of its assertions, which comes with integ-tests.
    'cdk-integ.out.*', '**/*.snapshot/asset.*',
  ],
  // The package says what it holds, so that nothing gets in by accident.
  npmignoreEnabled: false,
});

// Types are checked once, by `npm run typecheck`; to take them away the compiler needs many times the time of esbuild.
project.jest!.config.transform = { '^.+\\.ts$': '<rootDir>/projenrc/jest-transformer.js' };
project.deps.removeDependency('ts-jest');

// The handler's bundle is smaller with `import x = require()` than with an import of a namespace.
project.eslint?.addRules({ '@typescript-eslint/no-require-imports': ['error', { allowAsImport: true }] });

// Who may import what: a local AWS that shared code with the handler would share its mistakes, and what is published stands alone.
const TOOLS = ['./bench', './demos', './examples', './projenrc', './test', './trials'];
project.eslint?.addRules({
  'import/no-restricted-paths': ['error', {
    zones: [
      { target: './src', from: ['./lambda', './local-aws', ...TOOLS], message: 'src/ is published and imports nothing else of the repository' },
      { target: './lambda', from: ['./local-aws', ...TOOLS], message: 'lambda/ imports of src/ the contract and the constraints only' },
      { target: './lambda', from: './src', except: ['./contract.ts', './constraints.ts'], message: 'lambda/ imports of src/ the contract and the constraints only' },
      { target: './local-aws', from: ['./src', './lambda', ...TOOLS], message: 'local-aws/ knows nothing of what it tries' },
      {
        target: './examples',
        from: ['./lambda', './local-aws', ...TOOLS.filter((folder) => folder !== './examples')],
        message: 'examples/ imports what users import: src/',
      },
    ],
  }],
  // Types may name each other, as an interface and the class that it makes do.
  'import/no-cycle': ['error', { ignoreExternal: true }],
});

// One project for all folders; the project service would take the nearest tsconfig.json, which knows src/ only.
const eslintConfig = project.tryFindObjectFile('.eslintrc.json');
eslintConfig?.addDeletionOverride('parserOptions.projectService');
eslintConfig?.addOverride('parserOptions.project', './tsconfig.dev.json');
eslintConfig?.addOverride('settings.import/resolver.typescript.project', './tsconfig.dev.json');

project.tsconfigDev.addExclude('lib');
project.tsconfigDev.addExclude('dist');
project.tsconfigDev.addExclude('.tmp');
// Snapshots are cloud assemblies, and may hold the code of others.
const snapshots = 'test/*.snapshot';
project.tsconfigDev.addExclude(snapshots);
project.eslint?.addIgnorePattern(snapshots);
project.package.addField('files', ['lib', 'assets', '.jsii', 'API.md', 'CHANGELOG.md']);
project.package.addField('sideEffects', false);
// Of 1.13.0 some optional packages are missing in the registry, so that a lock file with it cannot be installed from.
project.package.addField('overrides', { 'unrs-resolver': '1.12.2' });

// Maps beside the code and not in it: they are most of what an app would read of this library at each synth, and no use to it.
project.tryFindObjectFile('tsconfig.json')!.addOverride('compilerOptions', { sourceMap: true, inlineSourceMap: false });

// jsii asks for a newer Node.js than the oldest one that this library is made for.
project.tasks.addEnvironment('JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION', '1');

// The parts of .ci/run run side by side there; on a contributor's machine one call runs them all.
const checks = project.github!.addWorkflow('checks');
checks.on({ pullRequest: {}, push: { branches: ['main'] }, workflowDispatch: {}, mergeGroup: {} });
checks.addJob('checks', {
  runsOn: ['ubuntu-latest'],
  permissions: { contents: github.workflows.JobPermission.READ },
  timeoutMinutes: 60,
  strategy: {
    failFast: false,
    matrix: {
      domain: { part: ['generated', 'languages', 'test', 'exhaustive', 'versions', 'local', 'runtime', 'oracle', 'package'] },
    },
  },
  steps: [
    github.WorkflowSteps.checkout(),
    { uses: 'actions/setup-node@v7.0.0', with: { 'node-version': '20' } },
    {
      uses: 'actions/setup-java@v5',
      if: "matrix.part == 'languages'",
      with: { 'distribution': 'corretto', 'java-version': '17' },
    },
    { uses: 'actions/setup-go@v6', if: "matrix.part == 'languages'", with: { 'go-version': '1.25' } },
    { run: 'sudo apt-get install -y cmake autoconf automake libtool', if: "matrix.part == 'runtime'" },
    { name: '.ci/run ${{ matrix.part }}', run: '.ci/run ${{ matrix.part }}' },
  ],
});

// What is written by hand of a release stands before what its commits say.
project.tasks.tryFind('bump')!.exec('tsx projenrc/release-notes.ts');

const bundle = project.addTask('bundle', {
  description: 'Bundle the handler into assets/handler/index.js (--check: fail when it is stale)',
  exec: 'tsx projenrc/bundle-handler.ts',
  receiveArgs: true,
});
project.preCompileTask.spawn(bundle);

project.compileTask.exec('tsx projenrc/lazy-exports.ts');

// .ci/run compiles once, for all steps that need it. The shell of projen's tasks has no `test -z`.
const compileOnce = { spawn: 'compile', condition: 'node -e "process.exit(process.env.COMPILED ? 1 : 0)"' };

const typecheck = project.addTask('typecheck', {
  description: 'Type-check everything that jsii does not compile',
  exec: 'tsc --noEmit -p tsconfig.dev.json',
});

// Beside the tests, which whoever changes something runs far more often.
const lint = project.addTask('lint', { description: 'Check the style, the imports across borders, circles among them, and the types' });
lint.spawn(project.eslint!.eslintTask);
lint.spawn(typecheck);
project.testTask.removeStep(project.testTask.steps.findIndex(({ spawn }) => spawn === 'eslint'));

project.addTask('demo', {
  description: 'Deploy the example into a local AWS: create, update, a failing update with its rollback, adopt, delete',
  exec: 'tsx demos/account/main.ts',
  receiveArgs: true,
});

project.addTask('demo:organization', {
  description: 'Roll the example of an organization out to 500 accounts in a local AWS: create, update, accounts that come and go, remove',
  exec: 'tsx demos/organization/main.ts',
  receiveArgs: true,
});

const newestCdk = '.tmp/newest-cdk';
const newestModules = { ...uncheckedManifests, '^(aws-cdk-lib|constructs|cdk-nag)($|/.*)': `<rootDir>/${newestCdk}/node_modules/$1$2` };
const installNewestCdk = `npm install --no-save --no-package-lock --prefix ${newestCdk} aws-cdk-lib@${newestCdkVersion} `
  + `constructs@${newestConstructsVersion} cdk-nag@${newestCdkNagVersion}`;
project.addTask('test:newest', {
  description: `Run the tests with aws-cdk-lib ${newestCdkVersion}; "npm test" runs them with the oldest supported version`,
  steps: [
    { exec: installNewestCdk },
    {
      exec: `jest --ci --moduleNameMapper '${JSON.stringify(newestModules)}'`,
      receiveArgs: true,
    },
  ],
});

// Ends with an option that takes no list, so that a path after the command still chooses among the files.
project.addTask('test:exhaustive', {
  description: 'Run the tests of every combination, of which "npm test" has the telling ones',
  exec: 'jest --testPathIgnorePatterns=/node_modules/ --testMatch="<rootDir>/test/**/*.exhaustive.test.ts" --ci',
  receiveArgs: true,
});

project.addTask('test:runtime', {
  description: 'Run the handler under AWS\'s own Lambda runtime client with Node.js 22 and 24; builds it with Debian\'s autoconf, automake, libtool and cmake',
  exec: 'tsx test/runtime/run.ts',
});

project.addTask('campaign', {
  description: 'Try to break the lifecycle with random histories of stacks (--histories N --seed S)',
  exec: 'tsx trials/cli.ts',
  receiveArgs: true,
});

project.addTask('fault-matrix', {
  description: 'Inject each fault into each event and compare the outcomes with the table in docs/reliability.md (--write: write it)',
  exec: 'tsx trials/fault-matrix.ts',
  receiveArgs: true,
});

project.addTask('bench', {
  description: 'Measure what the library costs, beside what else could be used (--rounds N, --quick, --write: write the figures into the docs)',
  steps: [
    compileOnce,
    { exec: 'tsx bench/run.ts', receiveArgs: true },
  ],
});

project.addTask('snapshots', {
  description: 'Pin the templates that the library writes (--check: compare and change nothing; --release 1.2.3: keep them as those of a release)',
  exec: 'tsx test/snapshots/cli.ts',
  receiveArgs: true,
});

project.addTask('test:validators', {
  description: 'Check the templates of the examples with cfn-lint, checkov, the rules of the CDK, its CLI and boto3; needs Python 3.10 or later with venv',
  steps: [
    { exec: installNewestCdk },
    { exec: 'tsx test/validators/run.ts', receiveArgs: true },
  ],
});

project.addTask('test:integ', {
  description: 'Compare the templates of test/integ.*.ts with their snapshots; deploys them into a live account with --live (--help)',
  exec: 'tsx test/integ/cli.ts',
  receiveArgs: true,
});

project.addTask('test:oracle', {
  description: 'Deploy the library into MiniStack\'s CloudFormation and compare; needs Python 3.10 or later with venv',
  exec: 'tsx trials/oracle/cli.ts',
  receiveArgs: true,
});

project.addTask('probe', {
  description: 'Try in a live account what is assumed of AWS: see docs/assumptions.md (--profile NAME, --help)',
  exec: 'tsx trials/probe/cli.ts',
  receiveArgs: true,
});

project.addTask('test:snippets', {
  description: 'Compile the TypeScript examples of all pages and of the docstrings',
  steps: [
    compileOnce,
    { exec: 'jsii-rosetta extract --strict .' },
    { exec: 'tsx test/docs/check-snippets.ts' },
  ],
});

project.addTask('test:package', {
  description: 'Pack the library, install the tarball into a new app as a user does, and synthesize',
  steps: [
    compileOnce,
    { exec: 'tsx test/package/check-package.ts' },
  ],
});

project.addTask('test:languages', {
  description: 'Pack the library for Python, Java, Go and .NET, and synthesize the same apps in each; needs Python 3, a JDK, Maven and Go',
  steps: [
    compileOnce,
    { exec: 'tsx test/languages/run.ts' },
  ],
});

project.synth();
