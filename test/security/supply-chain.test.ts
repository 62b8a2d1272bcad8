import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');
const read = (...path: string[]) => readFileSync(join(ROOT, ...path), 'utf8');
const manifest = JSON.parse(read('package.json')) as Record<string, Record<string, string> | undefined> & { files: string[] };
const handler = read('assets', 'handler', 'index.js');

test('the package brings no other package along', () => {
  for (const field of ['dependencies', 'optionalDependencies', 'bundledDependencies', 'bundleDependencies']) {
    expect(Object.keys(manifest[field] ?? {})).toEqual([]);
  }
  expect(Object.keys(manifest.peerDependencies!).sort()).toEqual(['aws-cdk-lib', 'constructs']);
});

test('the package runs nothing when it is installed', () => {
  const scripts = Object.keys(manifest.scripts!);
  expect(scripts.length).toBeGreaterThan(0);
  expect(scripts.filter((name) => /^(pre|post)?(install|prepare)$/.test(name))).toEqual([]);
});

test('each package of the build comes from the registry, and its content is pinned', () => {
  const { packages } = JSON.parse(read('package-lock.json')) as {
    packages: Record<string, { resolved?: string; integrity?: string; link?: boolean; inBundle?: boolean }>;
  };
  const installed = Object.entries(packages).filter(([path, { inBundle }]) => path !== '' && !inBundle);
  expect(installed.length).toBeGreaterThan(100);
  const registry = 'https://registry.npmjs.org/';
  // Without an address, a package is one of the registry that npm is set up for; its content is checked all the same.
  const unpinned = installed.filter(([, { resolved = registry, integrity = '', link }]) =>
    link || !resolved.startsWith(registry) || !/^sha512-/.test(integrity));
  expect(unpinned.map(([path]) => path)).toEqual([]);
});

test('the handler has no way to run other code or to read files', () => {
  const required = [...handler.matchAll(/require\('(?:node:)?([^']+)'\)/g)].map(([, name]) => name);
  expect([...new Set(required)].sort()).toEqual(['crypto', 'http', 'https']);
  expect(handler).not.toMatch(/\beval\(|\bFunction\(|\bimport\(|child_process|process\.(binding|dlopen)|\bvm\b/);
});

test('the handler reads no more of its environment than it is told to', () => {
  const names = [...handler.matchAll(/\b((?:AWS|AMAZON|NODE|HTTPS?|NO|SUPPORT)_[A-Z_]+)\b/g)].map(([, name]) => name);
  expect([...new Set(names)].sort()).toEqual([
    'AWS_ACCESS_KEY_ID', 'AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_', 'AWS_REGION', 'AWS_SECRET_ACCESS_KEY',
    // The second to last is the end of the name of an endpoint's variable.
    'AWS_SESSION_TOKEN', 'SUPPORT_APP', 'SUPPORT_APP_REGION',
  ]);
});
