import type { Conflict } from '../git/merge-tree.ts';
import type { Difference } from '../git/tree-diff.ts';
import { BROKEN } from './resolve.ts';
import type { Sides } from './sides.ts';

/** What becomes of every path, in words; paths are the project's, sorted. */
export interface Report {
  added: string[];
  changed: string[];
  removed: string[];
  merged: { path: string; from?: string }[];
  kept: { path: string; reason: string }[];
  conflicts: { path: string; reason: string }[];
}

export interface Told {
  differences: readonly Difference[];
  conflicts: readonly Conflict[];
  renames: readonly Difference[];
  sides: Sides;
  /** Paths left as they lie because the user said so. */
  adopted: readonly string[];
}

/** Sorts what a merge does by kind. */
export function reportOf({ differences, conflicts, renames, sides, adopted }: Told): Report {
  const disputed = new Set(conflicts.map((one) => one.path));
  const moved = new Map(renames.map((one) => [one.path, one.from ?? '']));
  const report: Report = {
    added: [],
    changed: [],
    removed: [],
    merged: [],
    kept: [],
    conflicts: conflicts.map((one) => ({ path: one.path, reason: reasonOf(one) })),
  };
  for (const { path, status, before } of differences) {
    if (disputed.has(path)) continue;
    if (status === 'A') report.added.push(path);
    else if (status === 'D') report.removed.push(path);
    else if (isUntouched(path, before.id, sides)) report.changed.push(path);
    else report.merged.push({ path, ...(moved.has(path) ? { from: moved.get(path) ?? '' } : {}) });
  }
  const named = new Set([...disputed, ...differences.map((one) => one.path)]);
  report.kept = keptPaths(sides, named, new Map(renames.map((one) => [one.from ?? '', one.path])));
  for (const path of adopted) report.kept.push({ path, reason: 'it lay there already' });
  for (const list of [report.added, report.changed, report.removed]) list.sort();
  for (const list of [report.merged, report.kept, report.conflicts]) list.sort(byPath);
  return report;
}

function byPath(one: { path: string }, other: { path: string }): number {
  return one.path < other.path ? -1 : 1;
}

/** The user left the file as it was rendered, or it is one of our own two. */
function isUntouched(path: string, id: string, { changed, base }: Sides): boolean {
  return changed.has(path) ? changed.get(path)?.base?.id === id : base.has(path);
}

/** Paths that the templates change and the result does not, with the reason. */
function keptPaths(
  { changed }: Sides,
  named: ReadonlySet<string>,
  movedTo: ReadonlyMap<string, string>,
): Report['kept'] {
  const kept: Report['kept'] = [];
  for (const [path, { base, theirs, user }] of changed) {
    if (named.has(path)) continue;
    const target = movedTo.get(path);
    if (target !== undefined && named.has(target)) continue;
    if (target !== undefined) {
      kept.push({ path: target, reason: `you renamed it from "${path}"` });
    } else if (user === undefined) {
      if (base && theirs) kept.push({ path, reason: 'you deleted it' });
    } else if (user.id === theirs?.id) {
      kept.push({ path, reason: 'you made the same change' });
    } else {
      kept.push({ path, reason: 'it holds the change already' });
    }
  }
  return kept;
}

function reasonOf({ stages, kinds }: Conflict): string {
  if (kinds.includes(BROKEN)) return 'both changed it, and the two together cannot be read';
  const { 1: base, 2: yours, 3: ours } = stages;
  if (base && yours && ours) return 'both changed it in one place';
  if (yours && ours) return 'both added it';
  if (base && yours) return 'you changed it, the templates take it away';
  if (base && ours) return 'you took it away, the templates change it';
  return 'it was moved to a place that is taken';
}
