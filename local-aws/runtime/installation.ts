import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runCommand } from './child-processes';

/** A release of Node.js and the runtime of Lambda that it stands for. */
export interface NodeRelease {
  readonly version: string;
  /** Such as `nodejs24.x`. */
  readonly runtime: string;
  readonly binary: string;
}

export interface RuntimeInstallation {
  readonly clientVersion: string;
  /** The program that Lambda starts: the main module of AWS's runtime interface client. */
  readonly client: string;
  readonly nodes: readonly NodeRelease[];
}

const CLIENT_VERSION = '4.0.2';
const NODE_VERSIONS = { 'nodejs22.x': '22.23.3', 'nodejs24.x': '24.21.0' };

/** What the client's native part is built with, and the packages of Debian that have it. */
const BUILD_TOOLS = {
  'autoreconf': 'autoconf',
  'automake': 'automake',
  'libtoolize': 'libtool',
  'cmake': 'cmake',
  'make': 'make',
  'g++': 'g++',
  'python3': 'python3',
  'tar': 'tar',
  'xz': 'xz-utils',
};

/** Installs what runs functions as Lambda does; a second call finds what the first one has built. */
export async function installRuntime(directory: string): Promise<RuntimeInstallation> {
  if (process.platform !== 'linux') {
    throw new Error(`the runtime interface client runs on Linux only, not on ${process.platform}`);
  }
  const nodes = Object.entries(NODE_VERSIONS).map(([runtime, version]) => ({
    runtime, version, binary: join(directory, 'node_modules', runtime, 'bin', 'node'),
  }));
  const clientDirectory = join(directory, 'node_modules', 'aws-lambda-ric');
  const dependencies = {
    ...Object.fromEntries(nodes.map(({ runtime, version }) => [runtime, `npm:node-linux-${process.arch}@${version}`])),
    'aws-lambda-ric': CLIENT_VERSION,
  };
  const manifest = JSON.stringify({ name: 'lambda-runtime', private: true, dependencies }, undefined, 2);
  const isBuilt = join(clientDirectory, 'rapid-client.node');
  const manifestFile = join(directory, 'package.json');

  if (!existsSync(isBuilt) || !existsSync(manifestFile) || readFileSync(manifestFile, 'utf8') !== manifest) {
    await requireBuildTools();
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory, { recursive: true });
    writeFileSync(manifestFile, manifest);
    // The client's own scripts come last: they need the headers of one of the releases. What they build uses the stable interface
    // of Node.js alone and so serves all of them.
    await npm(directory, 'install', '--ignore-scripts', '--no-package-lock');
    await npm(directory, 'rebuild', '--foreground-scripts', 'aws-lambda-ric');
    if (!existsSync(isBuilt)) {
      throw new Error('npm did not build the native part of aws-lambda-ric: let it run install scripts');
    }
  }
  return { clientVersion: CLIENT_VERSION, client: join(clientDirectory, 'index.mjs'), nodes };
}

function npm(directory: string, ...parameters: string[]): Promise<void> {
  const environment = { ...process.env, npm_config_nodedir: join(directory, 'node_modules', 'nodejs22.x') };
  return runCommand('npm', [...parameters, '--no-audit', '--no-fund'], { cwd: directory, environment, timeoutInSeconds: 900 });
}

async function requireBuildTools(): Promise<void> {
  const missing = missingPackages();
  if (missing.length === 0) {
    return;
  }
  if (process.getuid?.() === 0 && findProgram('apt-get')) {
    console.log(`installing ${missing.join(', ')}`);
    const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const options = { cwd: process.cwd(), environment, timeoutInSeconds: 300 };
    await runCommand('apt-get', ['update', '-qq'], options);
    await runCommand('apt-get', ['install', '-qq', '--no-install-recommends', ...missing], options);
  }
  const stillMissing = missingPackages();
  if (stillMissing.length > 0) {
    throw new Error(`the runtime interface client is built with tools that are missing here: install the packages ${stillMissing.join(', ')}`);
  }
}

function missingPackages(): string[] {
  return Object.entries(BUILD_TOOLS).filter(([program]) => !findProgram(program)).map(([, packageName]) => packageName);
}

function findProgram(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
