import { expect } from 'vitest';
import { writeFiles } from '../../support/folders.ts';
import { git } from '../../support/git.ts';
import { commit, edited, has, read, repositoryOf } from './repository.ts';
import { snapshotFiles } from './snapshot.ts';
import { packageWith } from './templates.ts';

const V1 = packageWith();

/** A repository with edits, and with files that git does not know. */
export async function edit(conflict: boolean): Promise<string> {
  const folder = await repositoryOf(V1);
  commit(folder, {
    ...edited(folder, 'notes/plan.md', conflict ? 'Point 6 of' : 'Point 1 of', 'My point of'),
    'mine.txt': 'mine\n',
  });
  writeFiles(folder, { 'scratch.txt': 'scratch', 'data/raw.csv': 'a,b\n', 'x.log': 'log' });
  return folder;
}

/** Nothing was lost: the folder is as it was, at once or after an abort; or the work was done. */
export function expectNothingLost(
  folder: string,
  before: { files: object; head: string },
  at: string,
) {
  if (has(folder, '.git/MERGE_HEAD')) git(folder, 'merge', '--abort');
  if (git(folder, 'rev-parse', 'HEAD') !== before.head) {
    expect(git(folder, 'status', '--porcelain'), at).toBe('?? scratch.txt');
    expect(read(folder, 'notes/plan.md'), at).toContain('sharpened');
    expect(read(folder, 'notes/plan.md'), at).toContain('My point of');
  } else {
    expect(snapshotFiles(folder), at).toEqual(before.files);
    expect(git(folder, 'status', '--porcelain'), at).toBe('?? scratch.txt');
  }
  for (const path of ['scratch.txt', 'data/raw.csv', 'x.log', 'mine.txt'])
    expect(has(folder, path)).toBe(true);
}
