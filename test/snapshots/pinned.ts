import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { App, type AppProps, DefaultStackSynthesizer, Stack } from 'aws-cdk-lib';
import { diff } from 'jest-diff';
import { type Definitions, STACKS } from './stacks';

const ROOT = join(__dirname, '..', '..');
const CHANGELOG = join(ROOT, 'CHANGELOG.md');
const BUNDLES = join(ROOT, 'assets', 'handler');

/** A folder for each release that changed templates, and `unreleased` for what the next one writes. */
export const PINNED = join(__dirname, 'pinned');
const UNRELEASED = 'unreleased';

/** The bytes of a stack's template, as they are in a cloud assembly. */
export function synthesize(definitions: Definitions, appProps: AppProps = {}): string {
  const outdir = mkdtempSync(join(tmpdir(), 'snapshots-'));
  try {
    const app = new App({ outdir, analyticsReporting: false, ...appProps });
    const stack = new Stack(app, 'Stack', { synthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }) });
    definitions.forEach((define) => define(stack));
    app.synth();
    return readFileSync(join(outdir, stack.templateFile), 'utf8');
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

/**
 * The bytes to pin: those of the template, with the name and the hash of the handler's file for its text. Else each change
 * of the handler would be a line of 30,000 characters in each file.
 */
export function toPinned(template: string): string {
  return readdirSync(BUNDLES).reduce((result, file) => {
    const code = readFileSync(join(BUNDLES, file), 'utf8');
    const hash = sha256(code);
    return result
      .replaceAll(JSON.stringify(code), () => JSON.stringify(`(assets/handler/${file}, SHA-256 ${hash})`))
      // The CDK hashes the hash that it is given.
      .replaceAll(sha256(hash), `(SHA-256 of the SHA-256 of assets/handler/${file})`);
  }, template);
}

/** What the library writes now, by name. */
export function written(): Map<string, string> {
  return new Map(Object.entries(STACKS).map(([name, definitions]) => [name, toPinned(synthesize(definitions))]));
}

/** What a release wrote, by name; nothing if the folder does not exist. */
export function pinned(release: string = UNRELEASED, folder: string = PINNED): Map<string, string> {
  const directory = join(folder, release);
  const files = existsSync(directory) ? readdirSync(directory) : [];
  return new Map(files.sort().map((file) => [basename(file, '.json'), readFileSync(join(directory, file), 'utf8')]));
}

/** Pins what the library writes. */
export function pin(templates: Map<string, string>, release: string = UNRELEASED, folder: string = PINNED): void {
  const directory = join(folder, release);
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  templates.forEach((template, name) => writeFileSync(join(directory, `${name}.json`), template));
}

/** What is wrong with a pinned file, and what to do; nothing if it holds what is written. */
export function difference(name: string, expected: string | undefined, actual: string | undefined): string | undefined {
  if (expected === actual) {
    return undefined;
  }
  const file = relative(ROOT, join(PINNED, UNRELEASED, `${name}.json`));
  const problem = expected === undefined
    ? `${file} does not exist.`
    : actual === undefined
      ? `${file} belongs to no stack of test/snapshots/stacks.ts.`
      : `${file} is not what the library writes:\n\n${
        diff(expected, actual, { aAnnotation: 'Pinned', bAnnotation: 'Written', contextLines: 3, expand: false })}`;
  return `${problem}\n\nUsers will see the same in their snapshots. If it is meant, run "npm run snapshots", commit the file,\n`
    + 'and say under "Unreleased" of CHANGELOG.md, in an entry that starts with "Snapshots:", what changes and why.';
}

/** The differences of all files. */
export function differences(expected: Map<string, string> = pinned(), actual: Map<string, string> = written()): string[] {
  return [...new Set([...expected.keys(), ...actual.keys()])].flatMap((name) => difference(name, expected.get(name), actual.get(name)) ?? []);
}

/** The releases with a folder, the newest first. */
export function releases(folder: string = PINNED): string[] {
  return readdirSync(folder).filter((name) => name !== UNRELEASED).sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
}

/**
 * Complains when templates differ from those of the last release that changed them without a word in the changelog. What
 * only one of both has is no change of a template.
 */
export function undocumentedChanges(changelog: string = readFileSync(CHANGELOG, 'utf8'), folder: string = PINNED): string[] {
  const [release] = releases(folder);
  const before = release === undefined ? new Map<string, string>() : pinned(release, folder);
  const changed = [...pinned(UNRELEASED, folder)].filter(([name, template]) => (before.get(name) ?? template) !== template).map(([name]) => name);
  if (changed.length === 0 || /^- \**Snapshots:/m.test(sectionOf(changelog, 'Unreleased'))) {
    return [];
  }
  return [`The templates ${changed.join(', ')} are not those of ${release}, and CHANGELOG.md has no entry "- Snapshots: ..." under "Unreleased".`];
}

/** Keeps what is pinned as what a release wrote; refuses one that the changelog does not know, or that is there. */
export function keepRelease(release: string, changelog: string = readFileSync(CHANGELOG, 'utf8'), folder: string = PINNED): string {
  if (!/^\d+\.\d+\.\d+$/.test(release)) {
    throw new Error(`a release looks like 1.2.3, got ${JSON.stringify(release)}`);
  }
  if (!sectionOf(changelog, release)) {
    throw new Error(`CHANGELOG.md has no heading "## ${release}": name the entries of the release first`);
  }
  const templates = pinned(UNRELEASED, folder);
  const [last] = releases(folder);
  if (last !== undefined && [...templates].every(([name, template]) => pinned(last, folder).get(name) === template)) {
    return `${release} writes what ${last} wrote: no new folder`;
  }
  if (existsSync(join(folder, release))) {
    throw new Error(`${release} is pinned already, with other templates: what was released does not change`);
  }
  pin(templates, release, folder);
  return `${templates.size} templates pinned as those of ${release}`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function sectionOf(changelog: string, heading: string): string {
  const sections = changelog.split(/^## /m);
  return sections.find((section) => section.split(/[\s(]/, 1)[0] === heading) ?? '';
}
