import { accessSync, constants, existsSync, lstatSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { quoteAll, Refusal } from '../engine/errors.ts';
import { pathOnDisk } from '../git/path-bytes.ts';
import type { Repository } from '../git/repository.ts';
import type { Difference } from '../git/tree-diff.ts';

/** What git leaves behind an unfinished command, and how to end it. */
const UNFINISHED = {
  MERGE_HEAD: 'a merge: finish it with "git commit", or go back with "git merge --abort"',
  'rebase-merge': 'a rebase: "git rebase --continue" or "git rebase --abort"',
  'rebase-apply': 'a rebase: "git rebase --continue" or "git rebase --abort"',
  CHERRY_PICK_HEAD: 'a cherry-pick: "git cherry-pick --continue" or "git cherry-pick --abort"',
  BISECT_LOG: 'a bisect: end it with "git bisect reset"',
  REVERT_HEAD: 'a revert: "git revert --continue" or "git revert --abort"',
  'index.lock': 'another git command, or one that was stopped: wait for it, or delete index.lock',
};

/** Refuses a repository in which a git command is unfinished. */
export function checkFinished({ gitDir, top }: Repository): void {
  for (const [name, what] of Object.entries(UNFINISHED)) {
    if (existsSync(join(gitDir, name))) {
      throw new Refusal(`"${top}" is in the middle of ${what}. Then try again.`);
    }
  }
}

/** Untracked or ignored files, folders and links at paths that the result adds. */
export function findInTheWay(top: string, differences: readonly Difference[]): string[] {
  const leaving = new Set(differences.filter((one) => one.status === 'D').map((one) => one.path));
  const found = new Set<string>();
  for (const { path, status } of differences) {
    if (status !== 'A') continue;
    const segments = path.split('/');
    for (let depth = 1; depth <= segments.length; depth++) {
      const part = segments.slice(0, depth).join('/');
      const there = lstatSync(pathOnDisk(top, part), { throwIfNoEntry: false });
      if (!there) break;
      if (depth < segments.length && there.isDirectory()) continue;
      if (!leaves(top, part, there.isDirectory(), leaving)) found.add(part);
      break;
    }
  }
  return [...found].sort();
}

/** Whether it is removed by the merge itself: a tracked file, or a folder of such files. */
function leaves(top: string, path: string, folder: boolean, leaving: ReadonlySet<string>): boolean {
  if (!folder) return leaving.has(path);
  return readdirSync(pathOnDisk(top, path)).every((name) => leaving.has(`${path}/${name}`));
}

/** Refuses and names what is in the way. */
export function refuseInTheWay(paths: readonly string[]): never {
  const more = paths.length > 5 ? ` and ${paths.length - 5} more` : '';
  throw new Refusal(
    `${quoteAll(paths.slice(0, 5))}${more}: not tracked by git, and the upgrade adds a file there. Move it away, or use --backup to have it renamed, or --adopt to keep it instead of the new file.`,
  );
}

/** Refuses a folder in which the user may not write and a file is to be added, changed or removed. */
export function checkFolders(top: string, differences: readonly Difference[]): void {
  const folders = new Set(differences.map(({ path }) => nearestFolder(top, path)));
  const closed = [...folders].filter((folder) => !mayWrite(pathOnDisk(top, folder))).sort();
  if (closed.length === 0) return;
  const names = closed.map((folder) => (folder === '' ? top : folder));
  throw new Refusal(
    `${quoteAll(names)}: you may not write in ${closed.length === 1 ? 'this folder' : 'these folders'}, and the upgrade changes files there. Allow it (chmod u+w), then try again. Nothing was changed.`,
  );
}

/** The nearest folder above a path that is there; empty for the top. */
function nearestFolder(top: string, path: string): string {
  const segments = path.split('/');
  while (segments.length > 0) {
    segments.pop();
    const folder = segments.join('/');
    if (statSync(pathOnDisk(top, folder), { throwIfNoEntry: false })?.isDirectory()) return folder;
  }
  return '';
}

function mayWrite(folder: string | Buffer): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
