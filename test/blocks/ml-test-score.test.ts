import { posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Tree } from '../../generators/engine/tree.ts';
import { choicesOf, MODALITIES, treeOf } from '../support/repositories.ts';

const PAGE = 'docs/ml-test-score.md';
const SECTIONS = ['D', 'M', 'I', 'Mo'] as const;
const NUMBERS = [1, 2, 3, 4, 5, 6, 7] as const;
const LEAST = 4.5;

interface Row {
  test: string;
  points: number;
  evidence: string;
  links: string[];
}

/** The rows that can earn something, read by other means than the repository's own script. */
function rowsOf(tree: Tree): Row[] {
  const lines = String(tree.get(PAGE)?.bytes).split('\n');
  return lines.flatMap((line) => {
    const [, key = '', points = '', evidence = '', ...text] = line
      .split('|')
      .map((cell) => cell.trim());
    if (!/^(D|M|I|Mo)[1-7] \S+$/.test(key)) return [];
    const links = [...text.join('|').matchAll(/\]\(([^)]+)\)/g)].flatMap((match) => match[1] ?? []);
    return [{ test: key.split(' ')[0] ?? '', points: Number(points), evidence, links }];
  });
}

function sumsOf(rows: Row[]): number[] {
  const best = (name: string) =>
    Math.max(0, ...rows.filter((row) => row.test === name).map((row) => row.points));
  return SECTIONS.map((section) =>
    NUMBERS.reduce((sum, number) => sum + best(`${section}${number}`), 0),
  );
}

/** A folder is there when something is in it; what a run writes is not claimed. */
function isThere(tree: Tree, path: string): boolean {
  return tree.has(path) || [...tree.keys()].some((one) => one.startsWith(`${path}/`));
}

const CASES = MODALITIES.flatMap((modality) =>
  choicesOf('cloud').map((cloud) => ({ modality, cloud, phase: '2' })),
);

describe.each(CASES)('$modality with cloud $cloud', (given) => {
  test(`the page of the ML Test Score can earn ${LEAST} or more, from files that are there and named evidence`, async () => {
    const tree = await treeOf(given);
    const rows = rowsOf(tree);
    for (const { test: name, points, evidence, links } of rows) {
      expect([0.5, 1], name).toContain(points);
      expect(evidence, name).toMatch(/^[a-z]/);
      for (const path of evidence.match(/\btests\/\S+\.py/g) ?? []) {
        expect(isThere(tree, path), `${name}: ${path}`).toBe(true);
      }
      for (const [workflow] of evidence.matchAll(/\b[\w-]+\.yml\b/g)) {
        expect(isThere(tree, `.github/workflows/${workflow}`), `${name}: ${workflow}`).toBe(true);
      }
      expect(links.length, name).toBeGreaterThan(0);
      for (const link of links.filter((one) => !one.startsWith('http'))) {
        const path = posix.normalize(posix.join('docs', link));
        expect(isThere(tree, path), `${name}: ${path}`).toBe(true);
      }
    }
    expect(Math.min(...sumsOf(rows)), sumsOf(rows).join(' ')).toBeGreaterThanOrEqual(LEAST);
  });
});

test('a block that is left out takes its rows with it', async () => {
  const with_ = rowsOf(await treeOf({ phase: '2' }));
  const without = rowsOf(await treeOf({ phase: '2', without: 'governance-github' }));
  expect(without.length).toBe(with_.length - 1);
});
