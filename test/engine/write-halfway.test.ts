import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { Tree } from '../../generators/engine/tree.ts';
import { writeNew } from '../../generators/engine/write.ts';
import { namesIn, readFiles, temporaryFolder, writeFiles } from '../support/folders.ts';

vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  return { ...fs, renameSync: vi.fn(fs.renameSync) };
});

test('a disk that fails halfway into an empty repository: what was moved goes back, and it is as it was', async () => {
  const file = { bytes: Buffer.from('x\n'), mode: '100644' } as const;
  const tree: Tree = new Map(['a.txt', 'b.txt', 'c.txt'].map((path) => [path, file]));
  const parent = temporaryFolder();
  writeFiles(parent, { 'churn/.git/HEAD': 'ref: refs/heads/main\n' });
  const move = vi.mocked(renameSync).getMockImplementation();
  vi.mocked(renameSync)
    .mockImplementationOnce((...paths) => move?.(...paths))
    .mockImplementationOnce(() => {
      throw Object.assign(new Error('EIO'), { code: 'EIO' });
    });
  await expect(writeNew(tree, join(parent, 'churn'), async () => {})).rejects.toThrow('EIO');
  expect([...readFiles(parent, []).keys()]).toEqual(['churn/.git/HEAD']);
  expect(namesIn(parent)).toEqual(['churn']);
});
