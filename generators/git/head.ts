import { Refusal } from '../engine/errors.ts';
import { attempt, GitFailure } from './process.ts';
import type { Repository } from './repository.ts';
import { parseTree, type TreeEntry } from './tree-entries.ts';

/** What the last commit has at a path. */
export type HeadEntry = Omit<TreeEntry, 'path'>;

/** Entries of the last commit at these paths of the project; paths it does not have are left out. */
export async function entriesOfHead(
  { top, head, prefix }: Repository,
  paths: readonly string[],
): Promise<Map<string, HeadEntry>> {
  const found = new Map<string, HeadEntry>();
  for (let from = 0; from < paths.length; from += AT_ONCE) {
    const some = paths.slice(from, from + AT_ONCE);
    const args = ['ls-tree', '-z', '--full-tree', `${head}:${prefix}`, '--', ...some];
    const { code, stdout, stderr } = await attempt(top, args, {
      env: { GIT_LITERAL_PATHSPECS: '1' },
    });
    if (code !== 0) throw new GitFailure('ls-tree', stderr);
    for (const { path, ...entry } of parseTree(stdout)) found.set(path, entry);
  }
  return found;
}

/** Command lines have an end, on Windows early. */
const AT_ONCE = 300;

/** Tree ids of the last commit: the whole, and the project's part. */
export async function treesOfHead(
  reader: { find: (name: string) => Promise<{ id: string } | undefined> },
  { head, prefix, folder }: Repository,
): Promise<{ whole: string; project: string }> {
  const [whole, project] = await Promise.all([
    reader.find(`${head}^{tree}`),
    reader.find(`${head}:${prefix}`),
  ]);
  if (whole && project) return { whole: whole.id, project: project.id };
  throw new Refusal(`Nothing of "${folder}" is committed, and an upgrade starts from a commit.`);
}
