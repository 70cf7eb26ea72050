import type { Difference } from '../git/tree-diff.ts';

/** A folder that the user moved. */
export interface MovedFolder {
  from: string;
  to: string;
}

/** What the last commit has of the files that were rendered. */
export interface Presence {
  /** Rendered paths. */
  rendered: readonly string[];
  /** Which of these paths the last commit has. */
  findThere: (paths: readonly string[]) => Promise<ReadonlySet<string>>;
}

/**
 * Folders whose rendered files went to one other folder, all or most of them: what a team leaves behind, a module that
 * passes on old imports say, keeps no folder in its place. git itself follows only a folder of which nothing is left, and
 * only for files right in it.
 */
export async function findMovedFolders(
  renames: readonly Difference[],
  { rendered, findThere }: Presence,
): Promise<MovedFolder[]> {
  const moved: MovedFolder[] = [];
  for (const [from, targets] of countTargets(renames)) {
    const [best, second] = [...targets].sort((a, b) => b[1] - a[1]);
    if (!best || second?.[1] === best[1] || best[0].startsWith(`${from}/`)) continue;
    const to = best[0];
    const below = rendered.filter((path) => path.startsWith(`${from}/`));
    const [itself, stayed, went] = await Promise.all([
      findThere([from]),
      findThere(below),
      findThere(below.map((path) => to + path.slice(from.length))),
    ]);
    const isThere = (path: string) => went.has(to + path.slice(from.length));
    const kept = below.filter((path) => stayed.has(path) && !isThere(path)).length;
    if (itself.size === 0 || (went.size >= FEWEST && went.size > 2 * kept))
      moved.push({ from, to });
  }
  return moved.sort((a, b) => b.from.length - a.from.length);
}

/** Fewer files that moved do not make a folder move while others stay in it. */
const FEWEST = 3;

/** Folder → where files of it went → how many. */
function countTargets(renames: readonly Difference[]): Map<string, Map<string, number>> {
  const counts = new Map<string, Map<string, number>>();
  for (const { from = '', path } of renames) {
    for (const { from: old, to } of foldersOf(from, path)) {
      const targets = counts.get(old) ?? new Map<string, number>();
      targets.set(to, (targets.get(to) ?? 0) + 1);
      counts.set(old, targets);
    }
  }
  return counts;
}

/** `a/b/c.py` → `x/b/c.py` moved `a/b` to `x/b`, and `a` to `x`. */
function foldersOf(from: string, to: string): MovedFolder[] {
  const [old, fresh] = [from.split('/').slice(0, -1), to.split('/').slice(0, -1)];
  const folders: MovedFolder[] = [];
  while (old.length > 0 && fresh.length > 0) {
    if (old.join('/') !== fresh.join('/'))
      folders.push({ from: old.join('/'), to: fresh.join('/') });
    if (old.pop() !== fresh.pop()) break;
  }
  return folders;
}

/** Where a path is whose folder was moved; undefined: where it was. */
export function follow(path: string, moved: readonly MovedFolder[]): string | undefined {
  const folder = moved.find(({ from }) => path.startsWith(`${from}/`));
  return folder && folder.to + path.slice(folder.from.length);
}
