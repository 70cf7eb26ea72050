import { expect, test } from 'vitest';
import { conflictLines, unmergedLines } from '../../generators/git/merge-state.ts';

const ID = { a: 'a'.repeat(40), b: 'b'.repeat(40), none: '0'.repeat(40) };
const version = (id: string) => ({ mode: id === ID.none ? '000000' : '100644', id });

test('a path that is being written is unmerged: removed, then added once for each version that has it', () => {
  const change = (path: string, before: string, after: string) => ({
    path,
    status: 'M',
    before: version(before),
    after: version(after),
  });
  const lines = unmergedLines([
    change('changed', ID.a, ID.b),
    change('added', ID.none, ID.b),
    change('removed', ID.a, ID.none),
  ]);
  expect(
    lines.filter(([mode]) => mode !== '0').map(([, id, stage, path]) => [path, stage, id]),
  ).toEqual([
    ['changed', 2, ID.a],
    ['changed', 3, ID.b],
    ['added', 3, ID.b],
    ['removed', 2, ID.a],
  ]);
  expect(lines.filter(([mode]) => mode === '0')).toHaveLength(3);
});

test('a conflict in a folder of a larger repository is written under its whole path', () => {
  const conflict = { path: 'x', stages: { 2: version(ID.a), 3: version(ID.b) }, kinds: [] };
  expect(conflictLines([conflict], 'sub/').map(([, , stage, path]) => [stage, path])).toEqual([
    [0, 'sub/x'],
    [2, 'sub/x'],
    [3, 'sub/x'],
  ]);
});
