import { randomUUID } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { quoteAll, Refusal } from './errors.ts';
import { isHosted, joinHosted } from './hosted-files.ts';
import type { Tree } from './tree.ts';

/** What a file browser or an editor leaves in a folder that is empty to its user, and an empty repository's `.git`. */
const LEFT_ALONE = ['.git', '.DS_Store', '.idea', 'Thumbs.db', 'desktop.ini'];

/** Refuses a target that holds anything else. */
export function checkTarget(target: string, staging?: string): void {
  const found = lstatSync(target, { throwIfNoEntry: false });
  if (!found) return;
  if (!found.isDirectory()) {
    throw new Refusal(`"${target}" is not a folder. Name one that is empty or not there yet.`);
  }
  const ignored = staging === undefined ? LEFT_ALONE : [...LEFT_ALONE, basename(staging)];
  const held = readdirSync(target).filter(
    (entry) => !ignored.includes(entry) && !(isHosted(entry) && isFile(join(target, entry))),
  );
  if (held.length > 0) {
    const more = held.length > 3 ? ` and ${held.length - 3} more` : '';
    throw new Refusal(
      `"${target}" is not empty: it holds ${quoteAll(held.sort().slice(0, 3))}${more}. Nothing is overwritten: name a folder that is empty or not there yet.`,
    );
  }
}

/** The files of a fresh hosted repository that are in a folder, and that a tree has too. */
export function findHosted(target: string, tree: Tree): string[] {
  if (!existsSync(target)) return [];
  return readdirSync(target).filter((name) => isHosted(name) && tree.has(name));
}

function isFile(path: string): boolean {
  return lstatSync(path).isFile();
}

/**
 * Writes a tree to a staging folder, lets `finish` work in it, then renames it into place. The staging folder is next to
 * a target that is not there yet, and inside one that is: the user may stand in it, and its parent may be read-only.
 */
export async function writeNew(
  tree: Tree,
  target: string,
  finish: (staging: string) => Promise<void>,
): Promise<void> {
  checkTarget(target);
  const isThere = existsSync(target);
  const parent = isThere ? resolve(target) : dirname(resolve(target));
  const made = mkdirSync(parent, { recursive: true });
  const staging = join(parent, `.nimble-ml-${randomUUID()}`);
  const clean = () => {
    rmSync(staging, { recursive: true, force: true, maxRetries: 5 });
    if (made !== undefined) removeEmpty(parent, made);
  };
  const interrupt = () => {
    clean();
    process.exit(130);
  };
  for (const signal of SIGNALS) process.once(signal, interrupt);
  try {
    mkdirSync(staging);
    writeTree(tree, staging);
    await finish(staging);
    publish(staging, target);
  } catch (error) {
    clean();
    throw error;
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupt);
  }
}

/** A closed terminal, Ctrl-C, a polite kill. */
const SIGNALS = ['SIGHUP', 'SIGINT', 'SIGTERM'] as const;

function writeTree(tree: Tree, folder: string): void {
  const folders = new Set([...tree.keys()].map((path) => join(folder, dirname(path))));
  for (const one of folders) mkdirSync(one, { recursive: true });
  for (const [path, { bytes, mode }] of tree) {
    writeFileSync(join(folder, path), bytes, { mode: mode === '100755' ? 0o755 : 0o644 });
  }
}

/** One rename for a target that is not there; entry by entry into a folder that is. */
function publish(staging: string, target: string): void {
  checkTarget(target, staging);
  if (!existsSync(target)) {
    renameSync(staging, target);
    return;
  }
  const undo: (() => void)[] = [];
  try {
    for (const entry of readdirSync(staging)) {
      const [from, to] = [join(staging, entry), join(target, entry)];
      undo.push(existsSync(to) ? keepInFront(from, to, entry) : () => renameSync(to, from));
      renameSync(from, to);
    }
  } catch (error) {
    for (const step of undo.slice(0, -1).reverse()) step();
    throw error;
  }
  rmdirSync(staging);
}

/** Puts what is there in front of what is to be written; returns the step that brings it back. */
function keepInFront(from: string, to: string, name: string): () => void {
  const theirs = readFileSync(to);
  writeFileSync(from, joinHosted(name, theirs, readFileSync(from)));
  return () => writeFileSync(to, theirs);
}

/** Takes back the parent folders that were made for a target that never came. */
function removeEmpty(from: string, topmost: string): void {
  for (let folder = from; folder.startsWith(topmost); folder = dirname(folder)) {
    try {
      rmdirSync(folder);
    } catch {
      return;
    }
  }
}
