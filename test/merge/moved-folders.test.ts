import { expect, test } from 'vitest';
import type { ObjectReader } from '../../generators/git/object-reader.ts';
import type { Difference } from '../../generators/git/tree-diff.ts';
import { findMovedFolders, follow } from '../../generators/merge/moved-folders.ts';

const moved = (from: string, path: string) => ({ status: 'R', from, path }) as Difference;
const tree = (...folders: string[]) =>
  ({
    find: async (name: string) => folders.includes(name.slice('tree:'.length)) || undefined,
  }) as unknown as ObjectReader;

test('a new file goes where its folder went, from however deep below', async () => {
  const renames = [
    moved('src/churn/a.py', 'src/leaving/a.py'),
    moved('src/churn/kit/b.py', 'src/leaving/kit/b.py'),
  ];
  const folders = await findMovedFolders(renames, 'tree', tree('src'));
  expect(follow('src/churn/factory/new.py', folders)).toBe('src/leaving/factory/new.py');
  expect(follow('src/other.py', folders)).toBeUndefined();
  expect(follow('src/churning/x.py', folders)).toBeUndefined();
});

test('a folder that is still there was not moved', async () => {
  const folders = await findMovedFolders([moved('a/x', 'b/x')], 'tree', tree('a'));
  expect(follow('a/new', folders)).toBeUndefined();
});

test('a folder whose files were moved to two folders in equal parts was not moved', async () => {
  const folders = await findMovedFolders(
    [moved('a/x', 'b/x'), moved('a/y', 'c/y')],
    'tree',
    tree(),
  );
  expect(follow('a/new', folders)).toBeUndefined();
});
