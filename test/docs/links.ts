import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { proseOf } from './markdown';

/** A link that leads nowhere. */
export interface BrokenLink {
  readonly page: string;
  readonly line: number;
  readonly link: string;
  readonly reason: string;
}

/**
 * The links of pages that lead nowhere: to a file that is missing, or to a heading that the page does not have.
 *
 * Links to other servers are not followed, as the answer would depend on them.
 */
export function brokenLinks(root: string, pages: string[]): BrokenLink[] {
  const anchors = new Map<string, Set<string>>();
  const anchorsIn = (page: string) => {
    const known = anchors.get(page) ?? anchorsOf(readFileSync(join(root, page), 'utf8'));
    anchors.set(page, known);
    return known;
  };
  const reasonAgainst = (page: string, link: string): string | undefined => {
    if (/^[a-z][a-z+.-]*:/.test(link)) {
      return /^(https|mailto):/.test(link) ? undefined : 'is no https link';
    }
    const [path, anchor] = link.split('#');
    const target = path === '' ? page : normalize(join(dirname(page), decodeURIComponent(path)));
    if (!existsSync(join(root, target))) {
      return `there is no ${target}`;
    }
    const isPage = target.endsWith('.md') && statSync(join(root, target)).isFile();
    return anchor && isPage && !anchorsIn(target).has(decodeURIComponent(anchor)) ? `${target} has no heading #${anchor}` : undefined;
  };
  return pages.flatMap((page) => linksOf(readFileSync(join(root, page), 'utf8'))
    .map(({ link, line }) => ({ page, line, link, reason: reasonAgainst(page, link) }))
    .filter((each): each is BrokenLink => each.reason !== undefined));
}

function linksOf(page: string): { link: string; line: number }[] {
  return proseOf(page).split('\n').flatMap((text, index) => [
    // [text](link), ![text](link), and [name]: link
    ...[...text.matchAll(/\]\(<?([^\s)>]+)>?(?:\s+"[^"]*")?\)|^\[[^\]]+\]:\s+(\S+)/g)].map((match) => match[1] ?? match[2]),
    ...[...text.matchAll(/<(?:a|img)\b[^>]*\b(?:href|src)="([^"]+)"/g)].map(([, link]) => link),
  ].map((link) => ({ link, line: index + 1 })));
}

/** The anchors of a page, as GitHub makes them of headings, and those that it sets itself. */
export function anchorsOf(page: string): Set<string> {
  const anchors = new Set<string>();
  const prose = page.replace(/^```[^]*?^```$/gm, '');
  for (const [, heading] of prose.matchAll(/^#{1,6} +(.+?) *#*$/gm)) {
    const slug = heading.replace(/<[^>]+>/g, '').replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}_\- ]/gu, '').replaceAll(' ', '-');
    let anchor = slug;
    for (let count = 1; anchors.has(anchor); count += 1) {
      anchor = `${slug}-${count}`;
    }
    anchors.add(anchor);
  }
  for (const [, anchor] of prose.matchAll(/<a\b[^>]*\b(?:id|name)="([^"]+)"/g)) {
    anchors.add(anchor);
  }
  return anchors;
}
