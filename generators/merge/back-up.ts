import { lstatSync, renameSync } from 'node:fs';
import { pathOnDisk } from '../git/path-bytes.ts';

/** Renames what is in the way to a name that is free. */
export function backUp(top: string, paths: readonly string[]): { from: string; to: string }[] {
  return paths.map((from) => {
    const names = Array.from(
      { length: 1000 },
      (_, n) => `${from}.backup${n === 0 ? '' : `-${n + 1}`}`,
    );
    const to =
      names.find((name) => !lstatSync(pathOnDisk(top, name), { throwIfNoEntry: false })) ?? '';
    renameSync(pathOnDisk(top, from), pathOnDisk(top, to));
    return { from, to };
  });
}
