import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkName, PACKAGE_WORD } from '../../generators/engine/names.ts';
import type { Tree } from '../../generators/engine/tree.ts';
import { temporaryFolder, writeFiles } from '../support/folders.ts';
import { git, ignoredPaths } from '../support/git.ts';
import {
  BLOCKS,
  choicesOf,
  PHASES,
  REPOSITORIES,
  TEMPLATES,
  textsOf,
  treeOf,
} from '../support/repositories.ts';
import { expectReadable, expectTidy } from '../support/well-formed.ts';

const NEWEST = String(Math.max(...PHASES));

function expectWellFormed(tree: Tree): void {
  expectTidy(tree);
  expectReadable(tree);
}

describe.each(REPOSITORIES)('$modality at phase $phase', (given) => {
  test('every text is UTF-8, ends in one newline, has no carriage return and no blank at the end of a line, and parses', async () => {
    expectWellFormed(await treeOf(given));
  });

  test('the package word is gone', async () => {
    for (const [path, text] of textsOf(await treeOf(given))) {
      expect(path + text, path).not.toContain(PACKAGE_WORD);
    }
  });

  test('nothing of the place where it was made is in it', async () => {
    for (const [path, text] of textsOf(await treeOf(given))) {
      expect(text, path).not.toContain(dirname(TEMPLATES));
      expect(text, path).not.toMatch(/\/(home|Users)\/(?!vscode\/)\w+\//); // the user of every dev container
    }
  });

  test('git ignores none of it, whatever its name', async () => {
    const tree = await treeOf(given);
    const words = String(tree.get('.gitignore')?.bytes).match(/[a-z][a-z0-9]+/g) ?? [];
    const tops = [...tree.keys()].map((path) => path.split('/')[0] ?? '');
    const others = given.phase === NEWEST ? [...words, ...tops] : [];
    const names = [...new Set(['churn', ...others])].filter(isName);
    const folder = temporaryFolder();
    git(folder, 'init', '--quiet');
    const paths: string[] = [];
    for (const name of names) {
      for (const [path, { bytes }] of await treeOf({ ...given, name })) {
        if (path.endsWith('.gitignore')) writeFiles(folder, { [`${name}/${path}`]: bytes });
        paths.push(`${name}/${path}`);
      }
    }
    expect(ignoredPaths(folder, paths)).toEqual([]);
    expect(ignoredPaths(folder, ['churn/.env'])).toEqual(['churn/.env']);
  });

  test('paths suit every system: short, no reserved name, no character that Windows forbids', async () => {
    for (const path of (await treeOf(given)).keys()) {
      expect(path.length, path).toBeLessThanOrEqual(120);
      expect(path).toMatch(/^[\w.@+ /-]+$/);
      expect(path).not.toMatch(/(^|\/)(con|prn|aux|nul|com\d|lpt\d)(\.|\/|$)/i);
    }
  });
});

function isName(name: string): boolean {
  try {
    checkName(name);
    return true;
  } catch {
    return false;
  }
}

describe('other answers', () => {
  const cases = ['license', 'cloud', 'task'].flatMap((key) =>
    choicesOf(key).flatMap((value) => PHASES.map((phase) => [key, value, String(phase)] as const)),
  );

  test.each(cases)('a tree with --%s %s at phase %s is well formed', async (key, value, phase) => {
    expectWellFormed(await treeOf({ [key]: value, phase }));
  });

  test('an empty description, and the longest name', async () => {
    for (const given of REPOSITORIES) {
      expectWellFormed(await treeOf({ ...given, description: '', name: 'x'.repeat(30) }));
    }
  });
});

test('no repository is named like what it installs, imports or keeps in a folder', async () => {
  const needs = BLOCKS.flatMap((block) =>
    ['dependencies', 'dev_dependencies'].flatMap((slot) => Object.keys(block.entries[slot] ?? {})),
  );
  const imports = new Set<string>();
  const own = new Set(['churn', '__future__']);
  for (const given of REPOSITORIES) {
    for (const [path, text] of textsOf(await treeOf(given))) {
      if (!path.endsWith('.py')) continue;
      own.add(path.replace(/^.*\//, '').replace(/\.py$/, ''));
      for (const [, name = ''] of text.matchAll(/^\s*(?:from|import) ([a-z_]\w*)/gm))
        imports.add(name);
    }
  }
  const foreign = [...imports].filter((name) => !own.has(name));
  const names = [...new Set([...needs, ...foreign])].map((one) => one.replaceAll('_', '-'));
  expect(names.filter(isName)).toEqual([]);
});
