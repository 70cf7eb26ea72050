import { lstatSync, renameSync } from 'node:fs';
import { place } from './preflight.ts';

/** Moves what lies in the way aside, to a name that is free. */
export function backUp(top: string, paths: readonly string[]): { from: string; to: string }[] {
  return paths.map((from) => {
    const names = Array.from(
      { length: 1000 },
      (_, n) => `${from}.backup${n === 0 ? '' : `-${n + 1}`}`,
    );
    const to = names.find((name) => !lstatSync(place(top, name), { throwIfNoEntry: false })) ?? '';
    renameSync(place(top, from), place(top, to));
    return { from, to };
  });
}
