import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Conflict } from './merge-tree.ts';
import type { Difference } from './tree-diff.ts';

/** What `git commit` and `git merge --abort` read of a merge in progress. */
export interface MergeState {
  /** The second parent; the first one again when there is to be none. */
  head: string;
  parents: 1 | 2;
  message: string;
}

/** Starts an ordinary merge as far as git can tell; the file that makes it one comes last. */
export function startMerge(gitDir: string, { head, parents, message }: MergeState): void {
  writeWhole(join(gitDir, 'MERGE_MSG'), `${message}\n`);
  // With "no-ff" git keeps both parents whatever they are to each other; without, a parent given twice counts once.
  writeWhole(join(gitDir, 'MERGE_MODE'), parents === 2 ? 'no-ff' : '');
  writeWhole(join(gitDir, 'MERGE_HEAD'), `${head}\n`);
}

/** Ends it; the file that makes it a merge goes first. */
export function endMerge(gitDir: string): void {
  for (const name of STATE) rmSync(join(gitDir, name), { force: true });
}

/** What a merge writes over, which may be there without a merge: the message of `git merge --squash`, say. */
export function keepMergeState(gitDir: string): ReadonlyMap<string, Buffer> {
  const there = STATE.filter((name) => existsSync(join(gitDir, name)));
  return new Map(there.map((name) => [name, readFileSync(join(gitDir, name))]));
}

/** As it was before a merge was started. */
export function restoreMergeState(gitDir: string, kept: ReadonlyMap<string, Buffer>): void {
  for (const name of STATE) {
    const bytes = kept.get(name);
    if (bytes === undefined) rmSync(join(gitDir, name), { force: true });
    else writeWhole(join(gitDir, name), bytes);
  }
  for (const name of STATE) rmSync(join(gitDir, `${name}.nimble-ml`), { force: true });
}

const STATE = ['MERGE_HEAD', 'MERGE_MODE', 'MERGE_MSG'];

function writeWhole(path: string, text: string | Buffer): void {
  const beside = `${path}.nimble-ml`;
  writeFileSync(beside, text);
  renameSync(beside, path);
}

/** Whether a file is still the one that was looked at before. */
export function fingerprint(path: string): string {
  if (!existsSync(path)) return 'none';
  const { ino, size, mtimeMs } = statSync(path);
  return `${ino} ${size} ${mtimeMs}`;
}

/** Mode, id, stage and path of an index entry. */
export type IndexLine = readonly [mode: string, id: string, stage: 0 | 1 | 2 | 3, path: string];

/**
 * Index lines that leave every path of a change unmerged. While it is written, that is what makes `git merge --abort`
 * put back each of them, half-written or whole; git would keep a difference between index and file as the user's.
 */
export function unmergedLines(differences: readonly Difference[]): IndexLine[] {
  return differences.flatMap(({ path, before, after }) => [
    ...removal(path, after.id),
    ...(isThere(before) ? [[before.mode, before.id, 2, path] as const] : []),
    ...(isThere(after) ? [[after.mode, after.id, 3, path] as const] : []),
  ]);
}

/** Index lines that make every path of a change what it was before. */
export function cleanLines(differences: readonly Difference[]): IndexLine[] {
  return differences.flatMap(({ path, before, after }) => [
    ...removal(path, after.id),
    ...(isThere(before) ? [[before.mode, before.id, 0, path] as const] : []),
  ]);
}

/** Index lines of conflicts, by stage. */
export function conflictLines(conflicts: readonly Conflict[], prefix: string): IndexLine[] {
  return conflicts.flatMap(({ path, stages }) => [
    ...removal(prefix + path, Object.values(stages)[0]?.id ?? ''),
    ...([1, 2, 3] as const).flatMap((stage) => {
      const version = stages[stage];
      return version ? [[version.mode, version.id, stage, prefix + path] as const] : [];
    }),
  ]);
}

function removal(path: string, id: string): IndexLine[] {
  return [['0', '0'.repeat(id.length), 0, path]];
}

function isThere({ mode }: { mode: string }): boolean {
  return !/^0+$/.test(mode);
}
