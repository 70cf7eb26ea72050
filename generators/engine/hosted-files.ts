import { isUtf8 } from 'node:buffer';

/** What a hosting service puts into a fresh repository when the user asks for it there. */
const HOSTED = /^((readme|licen[cs]e|copying)(\.(md|txt|rst))?|\.git(ignore|attributes))$/i;

/** Whether a file may be in a folder that a new repository is written into. */
export function isHosted(name: string): boolean {
  return HOSTED.test(name);
}

/** A file that was there, with what the new repository has at its path: theirs first, and a licence unchanged. */
export function joinHosted(name: string, theirs: Buffer, ours: Buffer): Buffer {
  if (theirs.equals(ours) || /^(licen|copying)/i.test(name) || !isUtf8(theirs)) return theirs;
  const end = theirs.length === 0 || theirs.at(-1) === NEWLINE ? '' : '\n';
  return Buffer.concat([theirs, Buffer.from(`${end}\n`), ours]);
}

const NEWLINE = 10;
