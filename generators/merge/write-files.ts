import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathOnDisk } from '../git/path-bytes.ts';
import { appeared, changed } from './changed-meanwhile.ts';
import {
  duplicate,
  errorCode,
  type FileState,
  isSameState,
  type Place,
  readState,
} from './file-state.ts';
import { makeParents, removeEmptyFolder, removeEmptyParents } from './folders.ts';
import type { Undo } from './undo.ts';

/** One path of the work tree that is to change. */
export interface FileChange {
  path: string;
  /** What was there when git compared it with the last commit. */
  expected: FileState;
  /** The finished file; undefined: the path is to go. */
  staged: Place | undefined;
}

/** Where files are written, and where the old ones are kept until the end: on the same disk, a rename away. */
export interface WritePlace {
  top: string;
  aside: string;
}

/**
 * Changes the files. The old file is first renamed away and looked at there, and the new one never replaces anything: what an
 * editor saved a moment ago is seen and kept. Fails when something is not as expected; `undo` then takes all of it back.
 */
export function writeFiles(place: WritePlace, changes: readonly FileChange[], undo: Undo): void {
  mkdirSync(place.aside);
  const removed = changes.filter(({ staged }) => staged === undefined);
  for (const [index, change] of removed.entries())
    takeAway(place, change, `removed-${index}`, undo);
  for (const [index, change] of changes.entries()) {
    if (change.staged === undefined) continue;
    if (hasFile(change)) takeAway(place, change, `${index}`, undo);
    putFile(place, change.path, change.staged, undo);
  }
  for (const { path } of removed) removeEmptyParents(place.top, path, undo);
}

/** Whether what was there is still what it was: a program that had a file open may have written to it since. */
export function checkAside({ aside }: WritePlace, changes: readonly FileChange[]): void {
  const removed = changes.filter(({ staged }) => staged === undefined);
  for (const [index, change] of changes.entries()) {
    const name = change.staged === undefined ? `removed-${removed.indexOf(change)}` : `${index}`;
    if (!hasFile(change)) continue;
    if (!isSameState(readState(join(aside, name)), change.expected)) throw changed(change.path);
  }
}

function hasFile({ expected }: FileChange): boolean {
  return expected.kind === 'file' || expected.kind === 'link';
}

function takeAway(where: WritePlace, { path, expected }: FileChange, name: string, undo: Undo) {
  const place = pathOnDisk(where.top, path);
  if (!isSameState(readState(place), expected)) throw changed(path);
  const aside = join(where.aside, name);
  try {
    renameSync(place, aside);
  } catch (error) {
    if (errorCode(error) !== 'EXDEV') throw error;
    duplicate(place, aside);
    rmSync(place);
  }
  undo.add(() => putBack(aside, place));
  if (!isSameState(readState(aside), expected)) throw changed(path);
}

/** What the user put there in the meantime stays. */
function putBack(aside: Place, place: Place): void {
  try {
    duplicate(aside, place);
    rmSync(aside);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
}

function putFile({ top }: WritePlace, path: string, staged: Place, undo: Undo): void {
  const place = pathOnDisk(top, path);
  makeParents(top, path, undo);
  removeEmptyFolder(place, undo);
  const written = readState(staged);
  try {
    duplicate(staged, place);
  } catch (error) {
    throw errorCode(error) === 'EEXIST' ? appeared(path) : error;
  }
  rmSync(staged); // now: a file whose links change later looks changed to git
  undo.add(() => {
    if (isSameState(readState(place), written)) rmSync(place);
  });
}
