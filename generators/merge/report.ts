import type { Conflict } from '../git/merge-tree.ts';
import type { Difference } from '../git/tree-diff.ts';
import type { LeftOut } from './deleted-folders.ts';
import type { MergeInput } from './merge-input.ts';
import { BROKEN } from './resolve.ts';

/** What a merge does to each path. Paths are relative to the project, and sorted. */
export interface Report {
  added: string[];
  changed: string[];
  removed: string[];
  merged: { path: string; from?: string }[];
  kept: { path: string; reason: string }[];
  conflicts: { path: string; reason: string }[];
}

export interface ReportSources {
  /** Between the last commit and the result. */
  differences: readonly Difference[];
  conflicts: readonly Conflict[];
  /** Files that the user renamed. */
  renames: readonly Pick<Difference, 'path' | 'from'>[];
  input: MergeInput;
  /** Untracked paths that stay because the user asked for it. */
  adopted: readonly string[];
  leftOut: readonly LeftOut[];
}

/** Sorts what a merge does by kind. */
export function reportMerge(sources: ReportSources): Report {
  const { differences, conflicts, renames, input, adopted, leftOut } = sources;
  const conflicting = new Set(conflicts.map(({ path }) => path));
  const previous = new Map(renames.map(({ path, from }) => [path, from]));
  const clean = differences.filter(({ path }) => !conflicting.has(path));
  const edited = clean.filter(({ status }) => status !== 'A' && status !== 'D');
  const withStatus = (wanted: string) =>
    clean.filter(({ status }) => status === wanted).map(pathOf);
  return {
    added: withStatus('A').sort(),
    changed: edited
      .filter((one) => isUntouched(one, input))
      .map(pathOf)
      .sort(),
    removed: withStatus('D').sort(),
    merged: edited
      .filter((one) => !isUntouched(one, input))
      .map(({ path }) => {
        const from = previous.get(path);
        return from === undefined ? { path } : { path, from };
      })
      .sort(byPath),
    kept: [
      ...keptPaths(sources),
      ...leftOut.map(({ path, reason }) => ({ path, reason })),
      ...adopted.map((path) => ({ path, reason: 'it was there already, and --adopt keeps it' })),
    ].sort(byPath),
    conflicts: conflicts.map((one) => ({ path: one.path, reason: reasonOf(one) })).sort(byPath),
  };
}

function pathOf({ path }: { path: string }): string {
  return path;
}

function byPath(one: { path: string }, other: { path: string }): number {
  return one.path < other.path ? -1 : 1;
}

/** The user left the file as it was rendered, or it is the answers or the lock file. */
function isUntouched({ path, before }: Difference, { changed, base }: MergeInput): boolean {
  return changed.has(path) ? changed.get(path)?.base?.id === before.id : base.has(path);
}

/** Paths that the templates change and the result does not, with the reason. */
function keptPaths({ differences, conflicts, renames, input }: ReportSources): Report['kept'] {
  const reported = new Set([...conflicts, ...differences].map(pathOf));
  const renamed = new Map(renames.map(({ path, from = '' }) => [from, path]));
  return [...input.changed].flatMap(([path, { base, current, incoming }]) => {
    if (reported.has(path)) return [];
    const to = renamed.get(path);
    if (to !== undefined) {
      return reported.has(to) ? [] : [{ path: to, reason: `you renamed it from "${path}"` }];
    }
    if (current === undefined) {
      return base && incoming ? [{ path, reason: 'you deleted it' }] : [];
    }
    const same = current.id === incoming?.id;
    return [{ path, reason: same ? 'you made the same change' : 'it has the change already' }];
  });
}

function reasonOf({ stages, kinds }: Conflict): string {
  if (kinds.includes(BROKEN))
    return 'you and the templates changed it, and the merged text cannot be parsed';
  const { 1: base, 2: current, 3: incoming } = stages;
  if (base && current && incoming) return 'you and the templates changed the same lines';
  if (current && incoming) return 'you and the templates added it';
  if (base && current) return 'you changed it, the templates remove it';
  if (base && incoming) return 'you deleted it, the templates change it';
  return 'another file has the path that it is to move to';
}
