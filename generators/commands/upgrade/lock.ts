import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Change, Door } from '../../cli/request.ts';
import { commitFile } from '../../git/commit.ts';
import type { Identity } from '../../git/identity.ts';
import { attempt, GitFailure } from '../../git/process.ts';
import { runUv } from '../repository/uv.ts';
import type { Living } from './existing-repository.ts';

const MANIFEST = 'pyproject.toml';
const LOCK = 'uv.lock';

/** Whether a change touches what the lock is made from. */
export function touchesLock({ added, changed, merged }: Change): boolean {
  return [...added, ...changed, ...merged.map((one) => one.path)].includes(MANIFEST);
}

/** Locks and installs after a clean merge; the new lock is a commit of its own. */
export async function lockAgain(
  change: Change,
  { repository }: Living,
  fallback: Identity,
  door: Door,
): Promise<void> {
  if (!touchesLock(change)) return;
  const { folder } = repository;
  const wasThere = existsSync(join(folder, LOCK));
  const isOurs = !wasThere || (await isTracked(folder));
  door.tell('Locking the dependencies: uv lock');
  const failed = await runUv(folder, ['lock']);
  if (failed !== undefined) {
    change.notes.push(`${failed} Once uv works, lock and install: uv sync`);
    return;
  }
  if (isOurs && !(await isIgnored(folder))) await commitLock(change, folder, fallback);
  door.tell('Installing them into .venv: uv sync --locked');
  const unsynced = await runUv(folder, ['sync', '--locked']);
  if (unsynced !== undefined)
    change.notes.push(`${unsynced} Once uv works, install: uv sync --locked`);
}

async function commitLock(change: Change, folder: string, fallback: Identity): Promise<void> {
  const same = await attempt(folder, ['diff', '--quiet', 'HEAD', '--', LOCK]);
  if (same.code === 0 && (await isTracked(folder))) return;
  try {
    change.commits.push(await commitFile(folder, LOCK, 'Lock the dependencies', fallback));
  } catch (error) {
    if (!(error instanceof GitFailure)) throw error;
    change.notes.push(`The lock is not committed: ${error.message}`);
  }
}

async function isTracked(folder: string): Promise<boolean> {
  return (await attempt(folder, ['ls-files', '--error-unmatch', '--', LOCK])).code === 0;
}

async function isIgnored(folder: string): Promise<boolean> {
  return (await attempt(folder, ['check-ignore', '--quiet', '--', LOCK])).code === 0;
}
