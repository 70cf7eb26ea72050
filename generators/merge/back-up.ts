import { lstatSync, renameSync, rmSync } from 'node:fs';
import { pathOnDisk } from '../git/path-bytes.ts';
import { duplicate, errorCode, type Place } from './file-state.ts';
import type { Undo } from './undo.ts';

/** Renames what is in the way to a name that is free. */
export function backUp(
  top: string,
  paths: readonly string[],
  undo: Undo,
): { from: string; to: string }[] {
  return paths.map((from) => {
    for (let n = 1; ; n++) {
      const to = `${from}.backup${n === 1 ? '' : `-${n}`}`;
      const [old, fresh] = [pathOnDisk(top, from), pathOnDisk(top, to)];
      if (!move(old, fresh)) continue;
      undo.add(() => {
        move(fresh, old);
      });
      return { from, to };
    }
  });
}

/** Whether it was moved: never over something else. */
function move(from: Place, to: Place): boolean {
  const stats = lstatSync(from);
  if (stats.isFile() || stats.isSymbolicLink()) {
    try {
      duplicate(from, to);
    } catch (error) {
      if (errorCode(error) === 'EEXIST') return false;
      throw error;
    }
    rmSync(from);
    return true;
  }
  if (lstatSync(to, { throwIfNoEntry: false })) return false;
  renameSync(from, to);
  return true;
}
