import { chmodSync, mkdirSync, rmdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ThirdParty } from './third-party.ts';
import { type Entry, type Files, isBinary, LINK } from './tree.ts';

/** One thing a user does. All are data, so that a failure can be printed, repeated and cut down. */
export type Edit =
  | { kind: 'insert'; path: string; at: number; lines: string[] }
  | { kind: 'delete'; path: string; at: number; count: number }
  | { kind: 'change'; path: string; at: number; count: number; lines: string[] }
  | { kind: 'shift'; path: string; at: number; count: number; to: number }
  | { kind: 'rename'; path: string; to: string }
  | { kind: 'renameFolder'; path: string; to: string }
  | { kind: 'remove'; path: string }
  | { kind: 'chmod'; path: string }
  | { kind: 'crlf'; path: string }
  | { kind: 'binary'; path: string; at: number; byte: number }
  | { kind: 'write'; path: string; from: string }
  | { kind: 'writeBytes'; path: string; text: string }
  | { kind: 'link'; path: string; to: string }
  | { kind: 'sameAsTemplate'; path: string };

/** What edits are made with. */
export interface Material {
  code: ThirdParty;
  /** The tree that the upgrade will bring. */
  incoming: Files;
}

/** The files after an edit; an edit that no longer fits changes nothing. */
export function applyEdit(files: Files, edit: Edit, { code, incoming }: Material): void {
  const entry = files.get(edit.path);
  const rewrite = (
    bytes: Buffer,
    mode = entry?.mode === LINK ? '100644' : (entry?.mode ?? '100644'),
  ) => files.set(edit.path, { mode, bytes });
  switch (edit.kind) {
    case 'write':
      if (fits(files, edit.path)) rewrite(code.read(edit.from));
      return;
    case 'writeBytes':
      if (fits(files, edit.path)) rewrite(Buffer.from(edit.text, 'latin1'));
      return;
    case 'link':
      if (fits(files, edit.path)) rewrite(Buffer.from(edit.to, 'latin1'), LINK);
      return;
    case 'sameAsTemplate': {
      const wanted = incoming.get(edit.path);
      if (wanted && fits(files, edit.path)) rewrite(wanted.bytes, wanted.mode);
      return;
    }
    case 'renameFolder':
      for (const [path, one] of [...files]) {
        const to = `${edit.to}${path.slice(edit.path.length)}`;
        if (path.startsWith(`${edit.path}/`) && fits(files, to)) {
          files.delete(path);
          files.set(to, one);
        }
      }
      return;
  }
  if (!entry || (entry.mode === LINK && edit.kind !== 'rename' && edit.kind !== 'remove')) return;
  switch (edit.kind) {
    case 'rename':
      if (files.has(edit.to) || !fits(files, edit.to)) return;
      files.delete(edit.path);
      files.set(edit.to, entry);
      return;
    case 'remove':
      files.delete(edit.path);
      return;
    case 'chmod':
      rewrite(entry.bytes, entry.mode === '100755' ? '100644' : '100755');
      return;
    case 'binary': {
      const bytes = Buffer.from(entry.bytes);
      if (bytes.length === 0) return;
      bytes[edit.at % bytes.length] = edit.byte;
      rewrite(bytes);
      return;
    }
    default:
      if (!isBinary(entry)) rewrite(editLines(entry, edit));
  }
}

type LineEdit = Extract<Edit, { kind: 'insert' | 'delete' | 'change' | 'shift' | 'crlf' }>;

function editLines(entry: Entry, edit: LineEdit): Buffer {
  const text = entry.bytes.toString('latin1');
  const lines = text.split('\n');
  const end = lines.at(-1) === '' ? lines.pop() : undefined;
  if (edit.kind === 'insert') lines.splice(edit.at, 0, ...edit.lines);
  if (edit.kind === 'delete') lines.splice(edit.at, edit.count);
  if (edit.kind === 'change') lines.splice(edit.at, edit.count, ...edit.lines);
  if (edit.kind === 'shift') lines.splice(edit.to, 0, ...lines.splice(edit.at, edit.count));
  const ended = lines.length === 0 ? '' : `${lines.join('\n')}${end === undefined ? '' : '\n'}`;
  return Buffer.from(edit.kind === 'crlf' ? ended.replace(/\r?\n/g, '\r\n') : ended, 'latin1');
}

/** Whether a path can be written without a file where a folder is, or the other way round. */
function fits(files: Files, path: string): boolean {
  for (const other of files.keys()) {
    if (other.startsWith(`${path}/`) || path.startsWith(`${other}/`)) return false;
  }
  return true;
}

/** Writes what differs between two trees into a folder that holds the first. */
export function writeDifference(folder: string, from: Files, to: Files): string[] {
  const changed: string[] = [];
  for (const path of from.keys()) {
    if (to.has(path)) continue;
    rmSync(place(folder, path));
    removeEmpty(folder, dirname(path));
    changed.push(path);
  }
  for (const [path, { mode, bytes }] of to) {
    const before = from.get(path);
    if (before?.mode === mode && before.bytes.equals(bytes)) continue;
    mkdirSync(place(folder, dirname(path)), { recursive: true });
    rmSync(place(folder, path), { force: true });
    if (mode === LINK) symlinkSync(bytes, place(folder, path));
    else {
      writeFileSync(place(folder, path), bytes);
      chmodSync(place(folder, path), mode === '100755' ? 0o755 : 0o644);
    }
    changed.push(path);
  }
  return changed;
}

function removeEmpty(folder: string, below: string): void {
  for (let path = below; path !== '.'; path = dirname(path)) {
    try {
      rmdirSync(place(folder, path));
    } catch {
      return;
    }
  }
}

/** A path's own bytes below a folder. */
const place = (folder: string, path: string) =>
  Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(path, 'latin1')]);
