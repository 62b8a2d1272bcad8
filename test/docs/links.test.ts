import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { anchorsOf, brokenLinks } from './links';
import { pagesIn, ROOT } from './markdown';

test('each link of each page leads somewhere', () => {
  const pages = pagesIn(ROOT);
  expect(pages).toEqual(expect.arrayContaining(['API.md', 'README.md', 'docs/constructs.md', 'local-aws/README.md']));
  expect(brokenLinks(ROOT, pages)).toEqual([]);
});

test('the README is short enough to be read', () => {
  expect(readFileSync(join(ROOT, 'README.md'), 'utf8').trimEnd().split('\n').length).toBeLessThanOrEqual(250);
});

test('each page of docs/ is named by the README, or by a page in its folder', () => {
  const mentioned = (page: string, by: string) => readFileSync(join(ROOT, by), 'utf8').includes(page.split('/').at(-1)!);
  const orphans = pagesIn(join(ROOT, 'docs')).map((page) => `docs/${page}`)
    .filter((page) => !mentioned(page, 'README.md') && !(page.startsWith('docs/decisions/') && mentioned(page, 'docs/decisions/README.md')));
  expect(orphans).toEqual([]);
});

describe('a link', () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'links-'));
    mkdirSync(join(root, 'docs'));
    writeFileSync(join(root, 'docs', 'other.md'), '# Other\n\n## What `it` is\n');
  });
  afterEach(() => rmSync(root, { recursive: true }));

  function broken(text: string): [line: number, reason: string][] {
    writeFileSync(join(root, 'page.md'), text);
    return brokenLinks(root, ['page.md']).map(({ line, reason }) => [line, reason]);
  }

  test.each([
    ['to a file', '[a](docs/other.md)'],
    ['to a folder', '[a](docs)'],
    ['to a heading', '[a](docs/other.md#what-it-is)'],
    ['to a heading of its own page', '# One\n\n[a](#one)'],
    ['to another server', '[a](https://example.com/none#none)'],
    ['in code', '`[a](none.md)`\n\n```md\n[a](none.md)\n```\n'],
  ])('%s is right', (_, text) => {
    expect(broken(text)).toEqual([]);
  });

  test.each([
    ['to a file that is missing', 'a\n[a](docs/none.md)', [2, 'there is no docs/none.md']],
    ['to a heading that is missing', '[a](docs/other.md#none)', [1, 'docs/other.md has no heading #none']],
    ['to a heading of its own page that is missing', '[a](#none)', [1, 'page.md has no heading #none']],
    ['of an image that is missing', '```\ncode\n```\n![a](none.svg)', [4, 'there is no none.svg']],
    ['by reference', '[a]: none.md', [1, 'there is no none.md']],
    ['in HTML', '<a href="none.md">a</a>', [1, 'there is no none.md']],
    ['without https', '[a](http://example.com)', [1, 'is no https link']],
  ])('%s is broken', (_, text, expected) => {
    expect(broken(text)).toEqual([expected]);
  });
});

test('anchors are those of GitHub', () => {
  expect([...anchorsOf('# A `b` c, (d)!\n## [A](x) `B` C D\n## One\n```\n# no heading\n```\n## One\n<a name="set"></a>\n## Größe & more')])
    .toEqual(['a-b-c-d', 'a-b-c-d-1', 'one', 'one-1', 'größe--more', 'set']);
});
