import {
  copyFileSync,
  existsSync,
  linkSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Refusal } from '../engine/errors.ts';
import { fingerprint } from './merge-state.ts';
import type { Repository } from './repository.ts';
import type { RepositoryLock } from './repository-lock.ts';
import { checkCommitted } from './status.ts';

/** A copy of the index in which a result is built, and what the index looked like then. */
export interface IndexCopy {
  path: string;
  taken: string;
}

/** Copies the index. An index that looks older than it is makes git compare bytes: one that looks newer would not. */
export function copyIndex({ index }: Repository, lock: RepositoryLock): IndexCopy {
  const path = join(lock.folder, 'index');
  const taken = fingerprint(index);
  if (existsSync(index)) copyDated(index, path);
  return { path, taken };
}

function copyDated(index: string, path: string): void {
  copyFileSync(index, path);
  const seconds = Math.floor(statSync(index).mtimeMs / 1000);
  utimesSync(path, seconds, seconds);
}

/** Refuses uncommitted changes, and brings the copy up to date with the files. */
export async function checkCopy(repository: Repository, { path }: IndexCopy): Promise<void> {
  await checkCommitted(repository, { GIT_INDEX_FILE: path });
}

/** Keeps the index as it is, to put it back; returns where, or undefined when there is none. */
export function keepIndex({ index }: Repository, { folder }: RepositoryLock): string | undefined {
  if (!existsSync(index)) return undefined;
  const path = join(folder, 'index-before');
  try {
    linkSync(index, path);
  } catch {
    copyDated(index, path);
  }
  return path;
}

/**
 * Puts another index in its place as git does, through `index.lock`, and only while it is the one that was looked at: what
 * another git command does at the same time comes before or after. Returns what the new one looks like.
 */
export async function replaceIndex(
  { index, top }: Repository,
  fresh: string | undefined,
  taken: string,
): Promise<string> {
  const lock = `${index}.lock`;
  for (let tries = 0; !takeLock(lock, fresh ?? index); tries++) {
    if (tries >= TRIES) throw busy(top);
    await wait(50);
  }
  const isSame = fingerprint(index) === taken;
  if (isSame && fresh !== undefined) renameSync(lock, index);
  else rmSync(lock);
  if (!isSame) throw busy(top);
  if (fresh === undefined) rmSync(index);
  return fingerprint(index);
}

/** git holds the lock for milliseconds. */
const TRIES = 20;

function takeLock(lock: string, fresh: string): boolean {
  try {
    linkSync(fresh, lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    if (existsSync(lock)) return false;
    copyDated(fresh, lock); // a disk without hard links
    return true;
  }
}

function busy(top: string): Refusal {
  return new Refusal(`Another git command changed "${top}" in the meantime. Try again.`);
}
