import { isUtf8 } from 'node:buffer';
import { keepOthersKeys } from '../engine/saved-answers.ts';
import { ANSWERS_FILE, blobId, LOCK_FILE } from '../engine/state.ts';
import type { RenderedFile, Tree } from '../engine/tree.ts';
import type { Entry } from '../git/fast-import.ts';
import { entriesOfHead, type HeadEntry } from '../git/head.ts';
import type { ObjectReader } from '../git/object-reader.ts';
import type { Repository } from '../git/repository.ts';
import type { Base, BaseFile } from './base.ts';
import { isCrlf, toCrlf, toLf } from './line-endings.ts';
import { settleRequirements, type Triple } from './requirements.ts';

/** A path that the templates change, and what the user has there. */
export interface Changed {
  base?: BaseFile;
  theirs?: RenderedFile & { id: string };
  /** Undefined when HEAD has no such file. */
  user?: HeadEntry;
}

/** Three trees to merge; what the user's differs in from HEAD is only how settled things are written. */
export interface Sides {
  base: Map<string, Entry>;
  yours: Map<string, Entry>;
  theirs: Map<string, Entry>;
  /** Every path that differs between base and theirs. */
  changed: Map<string, Changed>;
}

/** Lays out base, user's and new tree so that git has only true disputes to merge. */
export async function layOut(
  base: Base,
  target: Tree,
  repository: Repository,
  reader: ObjectReader,
): Promise<Sides> {
  const sides: Sides = { base: new Map(), yours: new Map(), theirs: new Map(), changed: new Map() };
  for (const [path, file] of base.files) sides.base.set(path, entryOf(file));
  for (const [path, file] of target) sides.theirs.set(path, file);
  await findChanged(sides, base, target, repository);
  for (const [path, one] of sides.changed) await settle(sides, path, one, reader);
  await layState(sides, target, repository, reader);
  return sides;
}

function entryOf({ mode, id, bytes }: BaseFile): Entry {
  return bytes ? { mode, bytes } : { mode, id };
}

async function findChanged(
  { changed }: Sides,
  base: Base,
  target: Tree,
  repository: Repository,
): Promise<void> {
  for (const path of new Set([...base.files.keys(), ...target.keys()])) {
    if (path === ANSWERS_FILE || path === LOCK_FILE) continue;
    const [before, after] = [base.files.get(path), target.get(path)];
    const theirs = after && { ...after, id: blobId(after.bytes, repository.format) };
    if (before && before.id === theirs?.id && before.mode === theirs.mode) continue;
    changed.set(path, { ...(before ? { base: before } : {}), ...(theirs ? { theirs } : {}) });
  }
  for (const [path, user] of await entriesOfHead(repository, [...changed.keys()])) {
    const one = changed.get(path);
    if (one) one.user = user;
  }
}

/** Both sides changed a text: keep the user's line endings, merge lists of requirements by package. */
async function settle(
  sides: Sides,
  path: string,
  { base, theirs, user }: Changed,
  reader: ObjectReader,
): Promise<void> {
  if (!base || !theirs || !user?.mode.startsWith('100')) return;
  if (user.id === base.id || user.id === theirs.id) return;
  const bytes = [
    base.bytes ?? (await reader.read(base.id))?.bytes,
    (await reader.read(user.id))?.bytes,
  ];
  const texts = [...bytes, theirs.bytes].map(textOf);
  if (texts.some((text) => text === undefined)) return;
  const [settled, crlf] = settleTexts(path, texts as unknown as Triple);
  const write = (text: string) => Buffer.from(crlf ? toCrlf(text) : text);
  sides.base.set(path, { mode: base.mode, bytes: write(settled[0]) });
  sides.theirs.set(path, { mode: theirs.mode, bytes: write(settled[2]) });
  const yours = write(settled[1]);
  if (!yours.equals(bytes[1] ?? yours)) sides.yours.set(path, { mode: user.mode, bytes: yours });
}

function settleTexts(path: string, texts: Triple): [Triple, boolean] {
  const crlf = isCrlf(texts[1]) && !isCrlf(texts[0]);
  const plain = (crlf ? texts.map(toLf) : texts) as unknown as Triple;
  return [/(^|\/)pyproject\.toml$/.test(path) ? settleRequirements(plain) : plain, crlf];
}

function textOf(bytes: Buffer | undefined): string | undefined {
  return bytes && !bytes.includes(0) && isUtf8(bytes) ? bytes.toString('utf8') : undefined;
}

/** Our key and our lock are ours: the user's version is the base, so that the new one is taken. */
async function layState(
  sides: Sides,
  target: Tree,
  { head, prefix }: Repository,
  reader: ObjectReader,
): Promise<void> {
  for (const path of [ANSWERS_FILE, LOCK_FILE]) {
    const user = await reader.read(`${head}:${prefix}${path}`);
    const rendered = target.get(path);
    if (!user || !rendered) continue;
    sides.base.set(path, { mode: '100644', id: user.id });
    const bytes =
      path === ANSWERS_FILE ? keepOthersKeys(user.bytes, rendered.bytes) : rendered.bytes;
    sides.theirs.set(path, { mode: '100644', bytes });
  }
}
