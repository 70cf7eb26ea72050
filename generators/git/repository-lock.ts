import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { Refusal } from '../engine/errors.ts';

/** A folder inside git's own that one upgrade at a time has. */
export interface RepositoryLock {
  folder: string;
  release: () => void;
}

/** Takes the repository for this process, from a dead one too; refuses while another has it. */
export function lockRepository(gitDir: string): RepositoryLock {
  const folder = join(gitDir, 'nimble-ml');
  const mine = `${folder}-${process.pid}-${randomUUID()}`;
  mkdirSync(mine);
  writeFileSync(join(mine, 'owner'), `${process.pid} ${hostname()}\n`);
  try {
    for (let tries = 0; !taken(mine, folder); tries++) {
      if (tries > 3 || isAlive(folder)) {
        throw new Refusal(
          `Another upgrade of this repository is running. Wait for it; if there is none, delete "${folder}".`,
        );
      }
      removeStale(folder, mine);
    }
  } catch (error) {
    rmSync(mine, { recursive: true, force: true });
    throw error;
  }
  sweep(gitDir);
  return { folder, release: () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }) };
}

/** A folder is renamed over nothing, never over one that holds a file: there is one winner. */
function taken(mine: string, folder: string): boolean {
  try {
    renameSync(mine, folder);
    return true;
  } catch (error) {
    if (['ENOTEMPTY', 'EEXIST', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) {
      return false;
    }
    throw error;
  }
}

/** Removes the lock of a process that has ended; another process may be quicker. */
function removeStale(folder: string, mine: string): void {
  try {
    renameSync(folder, `${mine}-old`);
    rmSync(`${mine}-old`, { recursive: true, force: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

function isAlive(folder: string): boolean {
  const [pid, host] = ownerOf(folder);
  if (host !== hostname()) return host !== undefined;
  return Number(pid) !== process.pid && isRunning(Number(pid));
}

function ownerOf(folder: string): (string | undefined)[] {
  try {
    return readFileSync(join(folder, 'owner'), 'utf8').trim().split(' ');
  } catch {
    return [];
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** What processes left that were stopped while they took the lock. */
function sweep(gitDir: string): void {
  for (const name of readdirSync(gitDir)) {
    const pid = /^nimble-ml-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid))) {
      rmSync(join(gitDir, name), { recursive: true, force: true });
    }
  }
}
