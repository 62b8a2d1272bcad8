import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { missingTools } from './toolchains';

let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'toolchains-')); });
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function tool(name: string, output: string, status = 0): void {
  writeFileSync(join(folder, name), `#!/bin/sh\nprintf '%s\\n' '${output}'\nexit ${status}\n`);
  chmodSync(join(folder, name), 0o755);
}

function missing(): string[] {
  return missingTools({ PATH: folder });
}

test('names each tool that is not there, and what is needed', () => {
  expect(missing()).toEqual([
    'Python 3.10 or later with the modules venv and ensurepip (Debian: python3-venv): python3 is not there',
    'a JDK, 17 or later (Debian: default-jdk-headless): javac is not there',
    'Maven 3.6 or later (Debian: maven): mvn is not there',
    'Go 1.25 or later: go is not there',
  ]);
});

test('takes the oldest versions that will do', () => {
  tool('python3', '3.10.0 (main)');
  tool('javac', 'javac 17.0.1');
  tool('mvn', 'Apache Maven 3.6.0 (abc)');
  tool('go', 'go version go1.25.0 linux/amd64');
  expect(missing()).toEqual([]);
});

test('names each tool that is too old, with its version', () => {
  tool('python3', '3.9.18 (main)');
  tool('javac', 'javac 11.0.2');
  tool('mvn', 'Apache Maven 3.5.4 (abc)');
  tool('go', 'go version go1.24.9 linux/amd64');
  expect(missing().map((line) => line.split(': ').at(-1))).toEqual(['python3 is 3.9', 'javac is 11', 'mvn is 3.5', 'go is 1.24']);
});

test('says what a tool answers that does not work', () => {
  tool('python3', 'ModuleNotFoundError: No module named ensurepip', 1);
  expect(missing()[0]).toContain('python3 answers: ModuleNotFoundError: No module named ensurepip');
});

test('says what a tool answers that tells no version', () => {
  tool('go', 'go version devel');
  expect(missing().at(-1)).toBe('Go 1.25 or later: go is go version devel');
});
