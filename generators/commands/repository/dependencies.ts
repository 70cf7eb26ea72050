import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ui } from '../../cli/command.ts';
import { commitFile } from '../../git/commit.ts';
import type { Identity } from '../../git/identity.ts';
import { attempt, GitFailure } from '../../git/process.ts';
import { findLock, LOCK, type LockPlace } from './lock-place.ts';
import type { StepResult } from './step-result.ts';
import { runUv } from './uv.ts';

/** Locks and installs with uv. What cannot be done becomes a note: the repository is whole without it. */
export async function installDependencies(
  folder: string,
  { lock, author }: { lock: LockPlace | undefined; author: Identity },
  ui: Ui,
): Promise<StepResult> {
  ui.print('Locking the dependencies: uv lock');
  const before = lock && readLock(lock.folder);
  const notLocked = await runUv(folder, ['lock']);
  if (notLocked !== undefined) {
    return { commits: [], notes: [`${notLocked} Once uv works, lock and install: uv sync`] };
  }
  const committed = lock ? await commitLock(lock, before, author) : { commits: [], notes: [] };
  ui.print('Installing them into .venv: uv sync --locked');
  if (!lock?.isWorkspace) await makeRelocatableEnvironment(folder);
  const notSynced = await runUv(folder, ['sync', '--locked']);
  if (notSynced === undefined) return committed;
  const note = `${notSynced} Once uv works, install: uv sync --locked`;
  return { ...committed, notes: [...committed.notes, note] };
}

/**
 * A new environment that works after its folder is moved or renamed; `uv sync` alone writes absolute paths into its programs.
 * A failure is left to `uv sync`, which reports it.
 */
async function makeRelocatableEnvironment(folder: string): Promise<void> {
  if (process.env.UV_PROJECT_ENVIRONMENT || existsSync(join(folder, '.venv'))) return;
  await runUv(folder, ['venv', '--quiet', '--relocatable', '.venv']);
}

/** The lock of an existing repository, made again where the team still uses it; else a note says why not. */
export async function lockAgain(
  { folder, top }: { folder: string; top: string },
  author: Identity,
  ui: Ui,
): Promise<StepResult> {
  const place = await findLock(folder, top);
  if (place.reason !== undefined)
    return { commits: [], notes: [`Nothing was locked or installed: ${place.reason}`] };
  return installDependencies(folder, { lock: place, author }, ui);
}

/** Commits a lock that has changed; one that may not be committed is named. */
async function commitLock(
  { folder, commits }: LockPlace,
  before: string | undefined,
  author: Identity,
): Promise<StepResult> {
  const now = readLock(folder);
  if (now === undefined || (now === before && !(await isNew(folder))))
    return { commits: [], notes: [] };
  const path = join(folder, LOCK);
  if (!commits) return { commits: [], notes: [`"${path}" was made again, and is not committed.`] };
  try {
    return { commits: [await commitFile(folder, LOCK, MESSAGE, author)], notes: [] };
  } catch (error) {
    if (!(error instanceof GitFailure)) throw error;
    return { commits: [], notes: [`"${path}" is not committed: ${error.message}`] };
  }
}

const MESSAGE = 'Lock the dependencies';

function readLock(folder: string): string | undefined {
  const path = join(folder, LOCK);
  return existsSync(path) ? readFileSync(path, 'latin1') : undefined;
}

/** Whether a lock differs from the last commit, or is not in it. */
async function isNew(folder: string): Promise<boolean> {
  const tracked = await attempt(folder, ['ls-files', '--error-unmatch', '--', LOCK]);
  const same = await attempt(folder, ['diff', '--quiet', 'HEAD', '--', LOCK]);
  return tracked.code !== 0 || same.code !== 0;
}
