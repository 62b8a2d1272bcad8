import { awscdk, javascript, typescript } from 'projen';

const checkedFolders = ['src', 'lambda', 'test', 'sandbox', 'examples', 'projenrc'];

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

  // The first release that knows Lambda's nodejs24.x, the handler's default runtime: users can name that
  // runtime in their own code, and rules that ask for the newest runtime know it.
  cdkVersion: '2.224.0',
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
  // Version 13 asks for a newer Node.js than the one that this library supports.
  bumpPackage: 'commit-and-tag-version@^12',
  depsUpgradeOptions: { workflow: true, cooldown: 7 },

  devDeps: [
    '@aws-sdk/client-chime-sdk-messaging',
    '@types/aws4',
    'aws-sdk',
    'aws4',
    'esbuild',
    'fast-check',
    'tsx',
  ],

  tsconfigDevFile: 'tsconfig.dev.json',
  tsconfigDev: {
    include: [...checkedFolders.map((folder) => `${folder}/**/*.ts`), '.projenrc.ts'],
    compilerOptions: {},
  },
  eslintOptions: {
    dirs: checkedFolders,
    // A lint run reports; it does not change what somebody is about to commit.
    commandOptions: { fix: false },
  },
  jestOptions: {
    // A snapshot changes by a decision of its author, never as a side effect of running the tests.
    updateSnapshot: javascript.UpdateSnapshot.NEVER,
    coverage: false,
    junitReporting: false,
    jestConfig: { testEnvironment: 'node', testTimeout: 30_000 },
  },
  gitignore: ['/cdk.out/', '/.tmp/'],
  npmignore: ['/lambda/', '/sandbox/', '/examples/', '/bench/', '/docs/', '/.ci/', '/CONTRIBUTING.md', '/tsconfig.dev.json', '/.projenrc.ts'],
});

project.eslint?.addRules({ 'max-len': ['error', { code: 150, ignoreUrls: true, ignoreStrings: true, ignoreTemplateLiterals: true, ignoreRegExpLiterals: true }] });

const bundle = project.addTask('bundle', {
  description: 'Bundle the handler into assets/handler/index.js',
  exec: 'tsx projenrc/bundle-handler.ts',
});
project.preCompileTask.spawn(bundle);

const typecheck = project.addTask('typecheck', {
  description: 'Type-check everything that jsii does not compile',
  exec: 'tsc --noEmit -p tsconfig.dev.json',
});
project.testTask.spawn(typecheck);

project.addTask('demo', {
  description: 'Deploy the example into a local AWS: create, update, a failing update with its rollback, delete',
  exec: 'tsx sandbox/demo.ts',
  receiveArgs: true,
});

project.synth();
