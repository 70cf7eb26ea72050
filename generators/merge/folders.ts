import { chmodSync, lstatSync, mkdirSync, readdirSync, rmdirSync } from 'node:fs';
import { relative } from 'node:path';
import { pathOnDisk } from '../git/path-bytes.ts';
import { appeared } from './changed-meanwhile.ts';
import { errorCode, type Place } from './file-state.ts';
import type { Undo } from './undo.ts';

/** Makes the folders above a path, each a folder and no link to one. */
export function makeParents(top: string, path: string, undo: Undo): void {
  const segments = path.split('/');
  for (let depth = 1; depth < segments.length; depth++) {
    const folder = segments.slice(0, depth).join('/');
    const place = pathOnDisk(top, folder);
    if (lstatSync(place, { throwIfNoEntry: false })?.isDirectory()) continue;
    try {
      mkdirSync(place);
    } catch (error) {
      throw errorCode(error) === 'EEXIST' ? appeared(folder) : error;
    }
    undo.add(() => {
      removeFolder(place);
    });
  }
}

/** A folder of which nothing but empty folders is left gives way to a file. */
export function removeEmptyFolder(place: Place, undo: Undo): void {
  const stats = lstatSync(place, { throwIfNoEntry: false });
  if (!stats?.isDirectory()) return;
  for (const name of readdirSync(place, { encoding: 'buffer' }))
    removeEmptyFolder(Buffer.concat([Buffer.from(place), Buffer.from('/'), name]), undo);
  if (removeFolder(place)) undo.add(() => makeFolder(place, stats.mode));
}

/** git keeps no empty folders, except the one that a command stands in. */
export function removeEmptyParents(top: string, path: string, undo: Undo): void {
  const here = relative(top, process.cwd()).replaceAll('\\', '/');
  const segments = path.split('/').slice(0, -1);
  for (; segments.length > 0; segments.pop()) {
    const folder = segments.join('/');
    if (`${here}/`.startsWith(`${folder}/`)) return;
    const place = pathOnDisk(top, folder);
    const stats = lstatSync(place, { throwIfNoEntry: false });
    if (!stats?.isDirectory()) continue;
    if (!removeFolder(place)) return;
    undo.add(() => makeFolder(place, stats.mode));
  }
}

/** Whether the folder is gone; one that holds something stays. */
function removeFolder(place: Place): boolean {
  try {
    rmdirSync(place);
    return true;
  } catch {
    return false;
  }
}

function makeFolder(place: Place, mode: number): void {
  mkdirSync(place, { recursive: true });
  chmodSync(place, mode & 0o7777);
}
