import { statSync } from 'node:fs';
import { relative, resolve } from 'node:path';

/** A path to show: relative when it is below the current folder, else absolute. */
export function shown(path: string): string {
  const below = relative(process.cwd(), resolve(path));
  return (below.startsWith('..') ? resolve(path) : below).replaceAll('\\', '/');
}

/** Whether there is anything at a path. */
export function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
