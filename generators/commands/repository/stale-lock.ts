import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findLockFolder, LOCK } from './lock-place.ts';
import { askUv } from './uv.ts';

/** What uv says of a lock that does not fit: directly, or because it would have to ask for packages first. */
const STALE = /needs to be updated|network was disabled/;

/** What to do about it. */
export const STALE_LOCK =
  'uv.lock does not fit pyproject.toml, and CI fails. To lock the packages again: nimble-ml update';

/** Whether uv.lock no longer fits pyproject.toml, as after a merge that was in conflict; without uv it is not known. */
export async function isLockStale(folder: string, top: string): Promise<boolean> {
  const lock = await findLockFolder(folder, top);
  const isThere = existsSync(join(lock, LOCK)) && existsSync(join(folder, 'pyproject.toml'));
  if (!isThere) return false;
  const { exitCode, stderr } = await askUv(folder, ['lock', '--check', '--offline']);
  return exitCode !== undefined && exitCode !== 0 && STALE.test(stderr);
}
