import type { Tree } from '../engine/tree.ts';
import type { Entry } from '../git/fast-import.ts';
import type { Conflict, Merged } from '../git/merge-tree.ts';
import type { ObjectReader } from '../git/object-reader.ts';
import type { Difference } from '../git/tree-diff.ts';
import { joinAdditions } from './additions.ts';
import { follow, type MovedFolder } from './moved-folders.ts';
import type { Sides } from './sides.ts';
import { isWellFormed } from './well-formed.ts';

/** What our own rules make of git's merge. */
export interface Resolved {
  conflicts: Conflict[];
  /** Path → what it becomes after all; undefined: it goes. */
  fixes: Map<string, Entry | undefined>;
  /** Paths that stay deleted although the templates changed them. */
  stayDeleted: string[];
}

export interface Ways {
  restore: readonly string[];
  moved: readonly MovedFolder[];
  becameOthers: readonly Difference[];
}

/** Settles what needs nobody's decision, and gives back to the user what only looked settled. */
export async function resolveConflicts(
  merged: Merged,
  sides: Sides,
  target: Tree,
  { restore, moved, becameOthers }: Ways,
  reader: ObjectReader,
): Promise<Resolved> {
  const resolved: Resolved = { conflicts: [], fixes: new Map(), stayDeleted: [] };
  for (const conflict of merged.conflicts) {
    if (isDeletedByUser(conflict)) {
      if (restore.includes(conflict.path)) continue;
      resolved.fixes.set(conflict.path, undefined);
      resolved.stayDeleted.push(conflict.path);
      continue;
    }
    const joined = await joined3(conflict, reader);
    if (joined) resolved.fixes.set(conflict.path, joined);
    else resolved.conflicts.push(withUsersBytes(conflict, sides));
  }
  const known = new Set(merged.conflicts.map((one) => one.path));
  for (const [path, one] of sides.changed) {
    if (known.has(path) || !one.base || !one.theirs || !one.user) continue;
    if (one.user.id === one.base.id || one.user.id === one.theirs.id) continue;
    if (await isBroken(path, merged.tree, one.user.id, one.theirs.bytes, reader)) {
      const { base, user, theirs } = one;
      resolved.conflicts.push({ path, stages: { 1: base, 2: user, 3: theirs }, kinds: [BROKEN] });
    }
  }
  for (const [path, { base, theirs, user }] of sides.changed) {
    const to = base || user || !theirs ? undefined : follow(path, moved);
    if (to === undefined || (await reader.find(`${merged.tree}:${to}`))) continue;
    resolved.fixes.set(path, undefined);
    resolved.fixes.set(to, theirs);
  }
  for (const { from = '', path } of becameOthers) separate(resolved, from, path, sides, target);
  for (const path of restore) {
    const file = target.get(path);
    if (file && !(await reader.find(`${merged.tree}:${path}`))) resolved.fixes.set(path, file);
  }
  return resolved;
}

/** The user's edits stay where they are and are theirs to move; the new file is as it was rendered. */
function separate(
  { conflicts, fixes }: Resolved,
  from: string,
  to: string,
  { changed }: Sides,
  target: Tree,
): void {
  const { base, user } = changed.get(from) ?? {};
  if (!base || !user || conflicts.some(({ path }) => path === from || path === to)) return;
  fixes.set(from, { mode: user.mode, id: user.id });
  fixes.set(to, target.get(to));
  conflicts.push({ path: from, stages: { 1: base, 2: user }, kinds: [] });
}

/** The kind of a conflict that git does not see. */
export const BROKEN = 'merged text is broken';

/** The user took it away, the templates changed it. */
function isDeletedByUser({ stages, kinds }: Conflict): boolean {
  const known = kinds.every((kind) => DELETED.has(kind));
  return known && kinds.length > 0 && stages[2] === undefined && stages[3] !== undefined;
}

const DELETED = new Set(['CONFLICT (modify/delete)', 'CONFLICT (rename/delete)', 'Auto-merging']);

/** Files whose lines stand for themselves: both sides' additions belong in. */
const LINES = /(^|\/)(\.\w*ignore|Makefile|\.env\.example|\.gitattributes|tasks\/[^/]+\.toml)$/;

async function joined3(
  { path, stages }: Conflict,
  reader: ObjectReader,
): Promise<Entry | undefined> {
  const { 1: base, 2: ours, 3: theirs } = stages;
  if (!LINES.test(path) || !base || !ours || !theirs || ours.mode !== theirs.mode) return undefined;
  const read = async ({ id }: { id: string }) => String((await reader.read(id))?.bytes ?? '');
  const text = joinAdditions(await read(base), await read(ours), await read(theirs));
  if (text === undefined || !(await isWellFormed(path, text))) return undefined;
  return { mode: ours.mode, bytes: Buffer.from(text) };
}

/** Stages hold what each side really had, not how we wrote it to merge it. */
function withUsersBytes(conflict: Conflict, { changed }: Sides): Conflict {
  const one = changed.get(conflict.path);
  const { 1: base, 2: ours, 3: theirs } = conflict.stages;
  if (!one?.base || !one.user || !one.theirs || !base || !ours || !theirs) return conflict;
  return { ...conflict, stages: { 1: one.base, 2: one.user, 3: one.theirs } };
}

/** Both sides could be read and what git made of them cannot. */
async function isBroken(
  path: string,
  tree: string,
  ours: string,
  theirs: Buffer,
  reader: ObjectReader,
): Promise<boolean> {
  const result = await reader.read(`${tree}:${path}`);
  if (!result || (await isWellFormed(path, String(result.bytes)))) return false;
  const user = await reader.read(ours);
  return (
    (await isWellFormed(path, String(user?.bytes ?? ''))) &&
    (await isWellFormed(path, String(theirs)))
  );
}
