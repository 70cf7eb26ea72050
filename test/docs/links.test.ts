import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { marked, type Token } from 'marked';
import { expect, test } from 'vitest';

const pages = [
  ...readdirSync('.').filter((file) => file.endsWith('.md')),
  ...readdirSync('docs', { recursive: true })
    .map((file) => join('docs', String(file)))
    .filter((file) => file.endsWith('.md')),
];

test.each(pages)('every link in %s leads somewhere', (page) => {
  const dead = linksOf(page).filter((link) => {
    if (/^[a-z]+:/.test(link)) return !/^(https:\/\/[\w.-]+\.\w+|mailto:)/.test(link);
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? page : join(dirname(page), path);
    if (!existsSync(target)) return true;
    return anchor !== undefined && !anchorsOf(target).includes(anchor);
  });
  expect(dead).toEqual([]);
});

test('every page of docs/ can be reached from its index', () => {
  const seen = new Set<string>();
  const visit = (page: string) => {
    if (seen.has(page) || !page.endsWith('.md') || !existsSync(page)) return;
    seen.add(page);
    for (const link of linksOf(page)) {
      const [path = ''] = link.split('#');
      const target = join(dirname(page), path);
      if (target.endsWith('/')) for (const file of readdirSync(target)) visit(join(target, file));
      else visit(target);
    }
  };
  visit(join('docs', 'README.md'));
  expect(pages.filter((page) => page.startsWith('docs') && !seen.has(page))).toEqual([]);
});

function linksOf(page: string): string[] {
  const links: string[] = [];
  marked.walkTokens(marked.lexer(readFileSync(page, 'utf8')), (token: Token) => {
    if (token.type === 'link' || token.type === 'image') links.push(token.href);
  });
  return links;
}

const anchorsByPage = new Map<string, string[]>();

/** Anchors as GitHub makes them from headings. */
function anchorsOf(page: string): string[] {
  const known = anchorsByPage.get(page);
  if (known) return known;
  const anchors: string[] = [];
  anchorsByPage.set(page, anchors);
  marked.walkTokens(marked.lexer(readFileSync(page, 'utf8')), (token: Token) => {
    if (token.type === 'heading') {
      anchors.push(
        token.text
          .toLowerCase()
          .replace(/[^\p{L}\p{N} _-]/gu, '')
          .replaceAll(' ', '-'),
      );
    }
  });
  return anchors;
}
