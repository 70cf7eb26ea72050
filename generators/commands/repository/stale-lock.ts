import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { uvEnvironment } from './uv.ts';

/** What uv says of a lock that does not fit: directly, or because it would have to ask for packages first. */
const STALE = /needs to be updated|network was disabled/;

/** Whether uv.lock no longer fits pyproject.toml, as after a merge that was in conflict; without uv it is not known. */
export async function isLockStale(folder: string): Promise<boolean> {
  const isThere = ['uv.lock', 'pyproject.toml'].every((name) => existsSync(join(folder, name)));
  if (!isThere) return false;
  const { execa } = await import('execa');
  const { exitCode, stderr } = await execa('uv', ['lock', '--check', '--offline'], {
    cwd: folder,
    env: uvEnvironment(),
    extendEnv: false,
    stdin: 'ignore',
    reject: false,
  });
  return exitCode !== undefined && exitCode !== 0 && STALE.test(stderr);
}
