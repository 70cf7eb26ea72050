import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Ui } from '../../cli/command.ts';
import { commitFile } from '../../git/commit.ts';
import type { Identity } from '../../git/identity.ts';
import { attempt, GitFailure } from '../../git/process.ts';
import { isIgnored } from '../../git/work-tree.ts';
import type { StepResult } from './step-result.ts';
import { runUv } from './uv.ts';

/** Written by uv on the user's machine, so that it is a commit of its own. */
const LOCK = 'uv.lock';

/** Locks and installs with uv. What cannot be done becomes a note: the repository is whole without it. */
export async function installDependencies(
  folder: string,
  { commitsLock, author }: { commitsLock: boolean; author: Identity },
  ui: Ui,
): Promise<StepResult> {
  ui.print('Locking the dependencies: uv lock');
  const notLocked = await runUv(folder, ['lock']);
  if (notLocked !== undefined) {
    return { commits: [], notes: [`${notLocked} Once uv works, lock and install: uv sync`] };
  }
  const committed = commitsLock ? await commitLock(folder, author) : { commits: [], notes: [] };
  ui.print('Installing them into .venv: uv sync --locked');
  await makeRelocatableEnvironment(folder);
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

/** Whether a lock of this repository may be committed: it is tracked, or new and not ignored. */
export async function mayCommitLock(folder: string): Promise<boolean> {
  if (await isTracked(folder)) return true;
  return !existsSync(join(folder, LOCK)) && !(await isIgnored(folder, LOCK));
}

async function commitLock(folder: string, author: Identity): Promise<StepResult> {
  const unchanged = await attempt(folder, ['diff', '--quiet', 'HEAD', '--', LOCK]);
  if (unchanged.code === 0 && (await isTracked(folder))) return { commits: [], notes: [] };
  try {
    return {
      commits: [await commitFile(folder, LOCK, 'Lock the dependencies', author)],
      notes: [],
    };
  } catch (error) {
    if (!(error instanceof GitFailure)) throw error;
    return { commits: [], notes: [`The lock is not committed: ${error.message}`] };
  }
}

async function isTracked(folder: string): Promise<boolean> {
  return (await attempt(folder, ['ls-files', '--error-unmatch', '--', LOCK])).code === 0;
}
