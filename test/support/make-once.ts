import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where folders stay that the whole test run shares. */
const SHARED = realpathSync(process.env.NIMBLE_ML_TEST_KEPT ?? tmpdir());

/** A folder that is made once in a test run, whichever worker needs it first. Tests read it or copy it, and never write to it. */
export function makeFolderOnce(key: readonly unknown[], make: (folder: string) => void): string {
  const folder = placeOf(key);
  if (existsSync(folder)) return folder;
  const own = mkdtempSync(`${folder}-`);
  make(own);
  return publish(own, folder);
}

/** The same for a folder that takes a process to make. */
export async function makeFolderOnceAsync(
  key: readonly unknown[],
  make: (folder: string) => Promise<void>,
): Promise<string> {
  const folder = placeOf(key);
  if (existsSync(folder)) return folder;
  const own = mkdtempSync(`${folder}-`);
  await make(own);
  return publish(own, folder);
}

function placeOf(key: readonly unknown[]): string {
  const hash = createHash('sha256').update(JSON.stringify(key)).digest('hex').slice(0, 16);
  return join(SHARED, `nimble-ml-test-shared-${hash}`);
}

/** Renames a finished folder, so that no one sees half of it; another worker may have been faster. */
function publish(own: string, folder: string): string {
  try {
    renameSync(own, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
    rmSync(own, { recursive: true, force: true });
  }
  return folder;
}
