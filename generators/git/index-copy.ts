import { copyFileSync, existsSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
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
  if (existsSync(index)) {
    copyFileSync(index, path);
    const seconds = Math.floor(statSync(index).mtimeMs / 1000);
    utimesSync(path, seconds, seconds);
  }
  return { path, taken };
}

/** Refuses uncommitted changes, and brings the copy up to date with the files. */
export async function checkCopy(repository: Repository, { path }: IndexCopy): Promise<void> {
  await checkCommitted(repository, { GIT_INDEX_FILE: path });
}
