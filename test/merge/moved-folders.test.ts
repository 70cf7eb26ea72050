import { expect, test } from 'vitest';
import type { Difference } from '../../generators/git/tree-diff.ts';
import { findMovedFolders, follow } from '../../generators/merge/moved-folders.ts';

const moved = (from: string, path: string) => ({ status: 'R', from, path }) as Difference;
/** A last commit with these paths, and what was rendered: every path that moved. */
const commit = (renames: Difference[], ...paths: string[]) => ({
  rendered: [...new Set([...renames.map(({ from = '' }) => from), ...paths])],
  findThere: async (wanted: readonly string[]) =>
    new Set(
      wanted.filter((one) =>
        [...paths, ...renames.map(({ path }) => path)].some(
          (path) => path === one || path.startsWith(`${one}/`),
        ),
      ),
    ),
});
const find = (renames: Difference[], ...paths: string[]) =>
  findMovedFolders(renames, commit(renames, ...paths));

test('a new file goes where its folder went, from however deep below', async () => {
  const renames = [
    moved('src/churn/a.py', 'src/leaving/a.py'),
    moved('src/churn/kit/b.py', 'src/leaving/kit/b.py'),
  ];
  const folders = await find(renames, 'src/other.py');
  expect(follow('src/churn/factory/new.py', folders)).toBe('src/leaving/factory/new.py');
  expect(follow('src/other.py', folders)).toBeUndefined();
  expect(follow('src/churning/x.py', folders)).toBeUndefined();
});

test('a folder that is still there was not moved', async () => {
  const folders = await find([moved('a/x', 'b/x')], 'a/y');
  expect(follow('a/new', folders)).toBeUndefined();
});

test('a folder whose files were moved to two folders in equal parts was not moved', async () => {
  const folders = await find([moved('a/x', 'b/x'), moved('a/y', 'c/y')]);
  expect(follow('a/new', folders)).toBeUndefined();
});

test('a folder was moved although one file was left behind, when most were moved', async () => {
  const renames = ['x', 'y', 'z'].map((name) => moved(`a/${name}`, `b/${name}`));
  expect(follow('a/new', await find(renames, 'a/shim'))).toBe('b/new');
  expect(follow('a/new', await find(renames, 'a/1', 'a/2'))).toBeUndefined();
});

test('files that were moved further down in their folder did not move the folder', async () => {
  const renames = ['x', 'y', 'z'].map((name) => moved(`a/${name}`, `a/old/${name}`));
  expect(follow('a/new', await find(renames))).toBeUndefined();
});
