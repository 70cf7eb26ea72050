import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  copyFileSync,
  linkSync,
  lstatSync,
  openSync,
  readlinkSync,
  readSync,
  type Stats,
  symlinkSync,
} from 'node:fs';

/** A place on disk, byte for byte. */
export type Place = string | Buffer;

/** What is at a place on disk: two states are the same when the user changed nothing in between. */
export interface FileState {
  kind: 'nothing' | 'file' | 'link' | 'folder' | 'other';
  /** Who may read, write and run it. */
  rights: number;
  /** Hash of a file's bytes, or where a link leads. */
  content: string;
}

export function readState(place: Place): FileState {
  const stats = lstatSync(place, { throwIfNoEntry: false });
  if (!stats) return { kind: 'nothing', rights: 0, content: '' };
  const kind = kindOf(stats);
  const rights = stats.mode & 0o7777;
  if (kind === 'file') return { kind, rights, content: hashOf(place) };
  if (kind === 'link') return { kind, rights, content: readlinkSync(place, 'latin1') };
  return { kind, rights, content: '' };
}

function kindOf(stats: Stats): FileState['kind'] {
  if (stats.isFile()) return 'file';
  if (stats.isSymbolicLink()) return 'link';
  return stats.isDirectory() ? 'folder' : 'other';
}

function hashOf(place: Place): string {
  const hash = createHash('sha256');
  const chunk = Buffer.alloc(1 << 16);
  const file = openSync(place, 'r');
  try {
    for (let read = 1; read > 0; ) {
      read = readSync(file, chunk);
      hash.update(chunk.subarray(0, read));
    }
  } finally {
    closeSync(file);
  }
  return hash.digest('hex');
}

export function isSameState(one: FileState, other: FileState): boolean {
  return one.kind === other.kind && one.rights === other.rights && one.content === other.content;
}

/** Puts a file or link at a place as well, whole or not at all; fails with EEXIST where something is. */
export function duplicate(from: Place, to: Place): void {
  if (lstatSync(from).isSymbolicLink()) {
    symlinkSync(readlinkSync(from, 'buffer'), to); // a hard link would follow it on some systems
    return;
  }
  try {
    linkSync(from, to);
  } catch (error) {
    if (errorCode(error) === 'EEXIST') throw error;
    copyFileSync(from, to, constants.COPYFILE_EXCL); // another disk, or one without hard links
  }
}

export function errorCode(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
