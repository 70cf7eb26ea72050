import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Tree } from '../../generators/engine/tree.ts';
import { writeNew } from '../../generators/engine/write.ts';
import { namesIn, readFiles, temporaryFolder, writeFiles } from '../support/folders.ts';

test('a disk that fails halfway into an empty repository: what was moved goes back, and it is as it was', async () => {
  const file = { bytes: Buffer.from('x\n'), mode: '100644' } as const;
  const tree: Tree = new Map(['a.txt', 'b.txt', 'c.txt'].map((path) => [path, file]));
  const parent = temporaryFolder();
  writeFiles(parent, { 'churn/.git/HEAD': 'ref: refs/heads/main\n' });
  failRename(2);
  await expect(writeNew(tree, join(parent, 'churn'), async () => {})).rejects.toThrow('EIO');
  expect([...readFiles(parent, []).keys()]).toEqual(['churn/.git/HEAD']);
  expect(namesIn(parent)).toEqual(['churn']);
});

/** The call of this number fails, as on a disk that breaks. */
function failRename(failing: number): void {
  const { renameSync } = fs;
  let calls = 0;
  replaceRename((from, to) => {
    calls += 1;
    if (calls === failing) throw Object.assign(new Error('EIO'), { code: 'EIO' });
    renameSync(from, to);
  });
  onTestFinished(() => replaceRename(renameSync));
}

function replaceRename(rename: typeof fs.renameSync): void {
  fs.renameSync = rename;
  syncBuiltinESMExports();
}
