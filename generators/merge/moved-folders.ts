import type { ObjectReader } from '../git/object-reader.ts';
import type { Difference } from '../git/tree-diff.ts';

/** A folder that the user moved as a whole. */
export interface MovedFolder {
  from: string;
  to: string;
}

/**
 * Folders that are gone from the user's tree and whose files went to one folder. git follows such a folder for files
 * right in it; a new folder below it stays behind, so we follow it ourselves.
 */
export async function findMovedFolders(
  renames: readonly Difference[],
  tree: string,
  reader: ObjectReader,
): Promise<MovedFolder[]> {
  const votes = new Map<string, Map<string, number>>();
  for (const { from = '', path } of renames) {
    for (const { from: old, to } of foldersOf(from, path)) {
      const targets = votes.get(old) ?? new Map<string, number>();
      targets.set(to, (targets.get(to) ?? 0) + 1);
      votes.set(old, targets);
    }
  }
  const moved: MovedFolder[] = [];
  for (const [from, targets] of votes) {
    const [best, second] = [...targets].sort((a, b) => b[1] - a[1]);
    if (!best || second?.[1] === best[1] || (await reader.find(`${tree}:${from}`))) continue;
    moved.push({ from, to: best[0] });
  }
  return moved.sort((a, b) => b.from.length - a.from.length);
}

/** `a/b/c.py` → `x/b/c.py` moved `a/b` to `x/b`, and `a` to `x`. */
function foldersOf(from: string, to: string): MovedFolder[] {
  const [old, fresh] = [from.split('/').slice(0, -1), to.split('/').slice(0, -1)];
  const folders: MovedFolder[] = [];
  while (old.length > 0 && fresh.length > 0) {
    folders.push({ from: old.join('/'), to: fresh.join('/') });
    if (old.pop() !== fresh.pop()) break;
  }
  return folders;
}

/** Where a new file goes whose folder was moved; undefined: where it is. */
export function follow(path: string, moved: readonly MovedFolder[]): string | undefined {
  const folder = moved.find(({ from }) => path.startsWith(`${from}/`));
  return folder && folder.to + path.slice(folder.from.length);
}
