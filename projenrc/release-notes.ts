/**
 * Puts what the CHANGELOG says by hand of the coming release before what the release has written from the commits, so
 * that there is one text for the release and for the page of its tag.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The text below a heading such as `## Unreleased`, up to the next one of that level. */
export function sectionOf(changelog: string, title: string): string {
  const [, section] = changelog.split(new RegExp(`^## ${title}$`, 'm'));
  if (section === undefined) {
    throw new Error(`CHANGELOG.md has no section "## ${title}"; add it, empty if nothing changes for users`);
  }
  return section.split(/^## /m)[0].trim();
}

/** The notes of a release: its title and the commits as generated, with the text by hand between them. */
export function releaseNotes(generated: string, byHand: string): string {
  const [title, ...commits] = generated.trim().split('\n');
  return `${[title, byHand, commits.join('\n').trim()].filter((part) => part !== '').join('\n\n')}\n`;
}

if (require.main === module) {
  const root = join(__dirname, '..');
  const generated = join(root, 'dist', 'changelog.md');
  // A commit that is a release already has no new notes.
  if (existsSync(generated)) {
    const changelog = readFileSync(join(root, 'CHANGELOG.md'), 'utf8');
    writeFileSync(generated, releaseNotes(readFileSync(generated, 'utf8'), sectionOf(changelog, 'Unreleased')));
  }
}
