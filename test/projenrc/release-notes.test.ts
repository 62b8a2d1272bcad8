import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { releaseNotes, sectionOf } from '../../projenrc/release-notes';

const CHANGELOG = '# Changelog\n\nIntroduction.\n\n## Unreleased\n\n### What changes in your templates\n\n- a line\n\n## 1.0.0\n\n- older\n';

test('takes the section of a release, with the headings in it', () => {
  expect(sectionOf(CHANGELOG, 'Unreleased')).toBe('### What changes in your templates\n\n- a line');
  expect(sectionOf(CHANGELOG, '1.0.0')).toBe('- older');
});

test('fails without the section, and says what to do', () => {
  expect(() => sectionOf(CHANGELOG, '2.0.0')).toThrow('CHANGELOG.md has no section "## 2.0.0"; add it, empty if nothing changes for users');
});

test('puts what is written by hand between title and commits', () => {
  expect(releaseNotes('## 1.1.0\n\n\n### Features\n\n* more\n', 'By hand.')).toBe('## 1.1.0\n\nBy hand.\n\n### Features\n\n* more\n');
  expect(releaseNotes('## 1.1.0\n\n* more\n', '')).toBe('## 1.1.0\n\n* more\n');
});

test('the CHANGELOG says what changes in templates', () => {
  const section = sectionOf(readFileSync(join(__dirname, '..', '..', 'CHANGELOG.md'), 'utf8'), 'Unreleased');
  expect(section).toContain('### What changes in your templates\n');
});
