import { statSync } from 'node:fs';
import { relative, resolve } from 'node:path';

/** A path as a person would open it: from here when it lies below, else whole. */
export function shown(path: string): string {
  const below = relative(process.cwd(), resolve(path));
  return (below.startsWith('..') ? resolve(path) : below).replaceAll('\\', '/');
}

/** Whether there is anything at a path. */
export function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
