import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { quoteAll, Refusal } from '../engine/errors.ts';
import { encodePath } from '../git/path-bytes.ts';
import type { Repository } from '../git/repository.ts';
import { findUncommitted } from '../git/status.ts';
import type { Difference } from '../git/tree-diff.ts';

/** What git leaves while something is not finished, and how one gets out of it. */
const UNFINISHED = {
  MERGE_HEAD: 'a merge: finish it with "git commit", or go back with "git merge --abort"',
  'rebase-merge': 'a rebase: "git rebase --continue" or "git rebase --abort"',
  'rebase-apply': 'a rebase: "git rebase --continue" or "git rebase --abort"',
  CHERRY_PICK_HEAD: 'a cherry-pick: "git cherry-pick --continue" or "git cherry-pick --abort"',
  BISECT_LOG: 'a bisect: end it with "git bisect reset"',
  REVERT_HEAD: 'a revert: "git revert --continue" or "git revert --abort"',
  'index.lock': 'another git command, or one that was stopped: wait for it, or delete index.lock',
};

/** Refuses a repository in the middle of something. */
export function checkFinished({ gitDir, top }: Repository): void {
  for (const [name, what] of Object.entries(UNFINISHED)) {
    if (existsSync(join(gitDir, name))) {
      throw new Refusal(`"${top}" is in the middle of ${what}. Then try again.`);
    }
  }
}

/** Refuses changes that are not committed; files that git does not track do not count. */
export async function checkCommitted(
  repository: Repository,
  env: Readonly<Record<string, string>> = { GIT_OPTIONAL_LOCKS: '0' },
): Promise<void> {
  const changed = await findUncommitted(repository, env);
  if (changed.length === 0) return;
  const more = changed.length > 3 ? ` and ${changed.length - 3} more` : '';
  throw new Refusal(
    `${quoteAll(changed.slice(0, 3))}${more}: changed and not committed. Commit first, or put it aside with "git stash".`,
  );
}

/** What lies where a result would put a file: untracked or ignored, a file, a folder or a link. */
export function findInTheWay(top: string, differences: readonly Difference[]): string[] {
  const leaving = new Set(differences.filter((one) => one.status === 'D').map((one) => one.path));
  const found = new Set<string>();
  for (const { path, status } of differences) {
    if (status !== 'A') continue;
    const segments = path.split('/');
    for (let depth = 1; depth <= segments.length; depth++) {
      const part = segments.slice(0, depth).join('/');
      const there = lstatSync(place(top, part), { throwIfNoEntry: false });
      if (!there) break;
      if (depth < segments.length && there.isDirectory()) continue;
      if (!leaves(top, part, there.isDirectory(), leaving)) found.add(part);
      break;
    }
  }
  return [...found].sort();
}

/** Whether what lies there goes by itself: tracked and removed, or an empty folder. */
function leaves(top: string, path: string, folder: boolean, leaving: ReadonlySet<string>): boolean {
  if (!folder) return leaving.has(path);
  return readdirSync(place(top, path)).every((name) => leaving.has(`${path}/${name}`));
}

/** A path of the repository on disk, byte for byte. */
export function place(top: string, path: string): Buffer | string {
  const bytes = encodePath(path);
  return bytes.toString('utf8') === path
    ? join(top, path)
    : Buffer.concat([Buffer.from(`${top}/`), bytes]);
}

/** The refusal that names what is in the way. */
export function refuseInTheWay(paths: readonly string[]): never {
  const more = paths.length > 5 ? ` and ${paths.length - 5} more` : '';
  throw new Refusal(
    `${quoteAll(paths.slice(0, 5))}${more}: git does not track what lies there, and a new file belongs there. Move it away, or let it be moved with --backup, or leave it as it is with --adopt.`,
  );
}
