import type { Tree } from '../engine/tree.ts';
import type { Entry } from '../git/fast-import.ts';
import type { Conflict, Merged } from '../git/merge-tree.ts';
import type { ObjectReader } from '../git/object-reader.ts';
import type { Difference } from '../git/tree-diff.ts';
import { joinAdditions } from './additions.ts';
import type { ChangedPath, MergeInput } from './merge-input.ts';
import { isWellFormed } from './well-formed.ts';

/** What our own rules make of git's merge. */
export interface Resolution {
  conflicts: Conflict[];
  /** Path → what the result has there instead; undefined: no file. */
  fixes: Map<string, Entry | undefined>;
}

type Fix = readonly [path: string, entry: Entry | undefined];

export interface ResolveOptions {
  /** Paths the user deleted and wants back. */
  restore: readonly string[];
  /** Files of a removed block that git takes for files of another one. */
  mistakenRenames: readonly Difference[];
}

/** Resolves what needs no decision of the user's, and finds conflicts that git does not see. */
export async function resolveConflicts(
  merged: Merged,
  input: MergeInput,
  incoming: Tree,
  { restore, mistakenRenames }: ResolveOptions,
  reader: ObjectReader,
): Promise<Resolution> {
  const conflicts: Conflict[] = [];
  const fixes: Fix[] = [];
  for (const conflict of merged.conflicts) {
    const fix = await resolveConflict(conflict, restore, reader);
    if (fix === undefined) conflicts.push(withOriginals(conflict, input));
    else fixes.push(...fix);
  }
  conflicts.push(...(await findBroken(merged, input, reader)));
  for (const { from = '', path } of mistakenRenames) {
    const edits = input.changed.get(from);
    if (conflicts.some((one) => one.path === path || one.path === from)) continue;
    if (!edits?.base || !edits.current) continue;
    fixes.push([from, { mode: edits.current.mode, id: edits.current.id }]);
    fixes.push([path, incoming.get(path)]);
    conflicts.push({ path: from, stages: { 1: edits.base, 2: edits.current }, kinds: [] });
  }
  for (const path of restore) {
    const file = incoming.get(path);
    if (file && !(await reader.find(`${merged.tree}:${path}`))) fixes.push([path, file]);
  }
  return { conflicts, fixes: new Map(fixes) };
}

/** What resolves a conflict that git sees; undefined when only the user can. */
async function resolveConflict(
  conflict: Conflict,
  restore: readonly string[],
  reader: ObjectReader,
): Promise<Fix[] | undefined> {
  const { path } = conflict;
  if (isDeletedByUser(conflict)) return restore.includes(path) ? [] : [[path, undefined]];
  const joined = await joinLines(conflict, reader);
  return joined && [[path, joined]];
}

/** The user deleted the file, the templates changed it: it stays deleted. */
function isDeletedByUser({ stages, kinds }: Conflict): boolean {
  const known = kinds.every((kind) => DELETED.has(kind));
  return known && kinds.length > 0 && stages[2] === undefined && stages[3] !== undefined;
}

const DELETED = new Set(['CONFLICT (modify/delete)', 'CONFLICT (rename/delete)', 'Auto-merging']);

/** Files in which every line is for itself: what both added belongs in. */
const LINE_FILES =
  /(^|\/)(\.\w*ignore|Makefile|\.env\.example|\.gitattributes|tasks\/[^/]+\.toml)$/;

/** Lines as bytes: one byte is one character, so that a text of any encoding comes back as it was. */
async function joinLines(
  { path, stages }: Conflict,
  reader: ObjectReader,
): Promise<Entry | undefined> {
  const { 1: base, 2: current, 3: incoming } = stages;
  if (!LINE_FILES.test(path) || !base || !current || !incoming) return undefined;
  if (current.mode !== incoming.mode) return undefined;
  const texts: string[] = [];
  for (const { id } of [base, current, incoming]) {
    const bytes = (await reader.read(id))?.bytes;
    if (!bytes || bytes.includes(0)) return undefined; // of another encoding than the rest
    texts.push(bytes.toString('latin1'));
  }
  const [first = '', second = '', third = ''] = texts;
  const joined = joinAdditions(first, second, third);
  const bytes = joined === undefined ? undefined : Buffer.from(joined, 'latin1');
  if (bytes === undefined || !(await isWellFormed(path, bytes))) return undefined;
  return { mode: current.mode, bytes };
}

/** The stages of a conflict hold what each version really has, not how we wrote it for the merge. */
function withOriginals(conflict: Conflict, { changed }: MergeInput): Conflict {
  const { base, current, incoming } = changed.get(conflict.path) ?? {};
  const { 1: first, 2: second, 3: third } = conflict.stages;
  if (!base || !current || !incoming || !first || !second || !third) return conflict;
  return { ...conflict, stages: { 1: base, 2: current, 3: incoming } };
}

/** The kind of a conflict that git does not see. */
export const BROKEN = 'merged text is broken';

/** Files that both changed and that can no longer be parsed after git merged them without a conflict. */
async function findBroken(
  merged: Merged,
  input: MergeInput,
  reader: ObjectReader,
): Promise<Conflict[]> {
  const known = new Set(merged.conflicts.map(({ path }) => path));
  const broken: Conflict[] = [];
  for (const [path, one] of input.changed) {
    const { base, current, incoming } = one;
    if (known.has(path) || !base || !current || !incoming) continue;
    if (current.id === base.id || current.id === incoming.id) continue;
    if (!(await isBroken(path, merged.tree, { current, incoming }, reader))) continue;
    broken.push({ path, stages: { 1: base, 2: current, 3: incoming }, kinds: [BROKEN] });
  }
  return broken;
}

/** Both versions can be parsed, and what git made of them cannot. */
async function isBroken(
  path: string,
  tree: string,
  { current, incoming }: Required<Pick<ChangedPath, 'current' | 'incoming'>>,
  reader: ObjectReader,
): Promise<boolean> {
  const result = await reader.read(`${tree}:${path}`);
  if (!result || (await isWellFormed(path, result.bytes))) return false;
  const before = await reader.read(current.id);
  return (
    (await isWellFormed(path, before?.bytes ?? Buffer.alloc(0))) &&
    (await isWellFormed(path, incoming.bytes))
  );
}
