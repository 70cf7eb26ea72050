import { isUtf8 } from 'node:buffer';
import { ANSWERS_FILE, blobId, LOCK_FILE } from '../engine/state.ts';
import type { RenderedFile, Tree } from '../engine/tree.ts';
import type { Entry } from '../git/fast-import.ts';
import { entriesOfHead, type HeadEntry } from '../git/head.ts';
import type { ObjectReader } from '../git/object-reader.ts';
import type { Repository } from '../git/repository.ts';
import type { Base, BaseFile } from './base.ts';
import { isCrlf, toCrlf, toLf } from './line-endings.ts';
import { renameLines } from './renamed-package.ts';
import { layOutState } from './state-layout.ts';
import type { ThreeWay } from './three-way.ts';

/** A path that the templates change; undefined where a version does not have it. */
export interface ChangedPath {
  base?: BaseFile;
  current?: HeadEntry;
  incoming?: RenderedFile & { id: string };
}

/** Three trees for git to merge, with what we resolve ourselves. */
export interface MergeInput {
  base: Map<string, Entry>;
  /** Only what is to be written differently than the last commit has it. */
  current: Map<string, Entry>;
  incoming: Map<string, Entry>;
  /** Every path that differs between the base and the new render. */
  changed: Map<string, ChangedPath>;
}

/** Prepares the three trees so that git has only true conflicts left. */
export async function prepareInput(
  base: Base,
  incoming: Tree,
  repository: Repository,
  reader: ObjectReader,
  byFormerName: Tree = new Map(),
): Promise<MergeInput> {
  const changed = await findChanged(base, incoming, repository, reader);
  const input: MergeInput = {
    base: new Map([...base.files].map(([path, file]) => [path, entryOf(file)])),
    current: new Map(),
    incoming: new Map(incoming),
    changed,
  };
  for (const [path, one] of changed) {
    put(input, path, await resolveText(path, one, reader, byFormerName.get(path)?.bytes));
  }
  for (const path of [ANSWERS_FILE, LOCK_FILE]) {
    put(input, path, await takeIncoming(path, incoming, repository, reader));
  }
  return input;
}

function entryOf({ mode, id, bytes }: BaseFile): Entry {
  return bytes ? { mode, bytes } : { mode, id };
}

function put(input: MergeInput, path: string, entries: Partial<ThreeWay<Entry>>): void {
  if (entries.base) input.base.set(path, entries.base);
  if (entries.current) input.current.set(path, entries.current);
  if (entries.incoming) input.incoming.set(path, entries.incoming);
}

async function findChanged(
  base: Base,
  incoming: Tree,
  repository: Repository,
  reader: ObjectReader,
): Promise<Map<string, ChangedPath>> {
  const changed = new Map<string, ChangedPath>();
  for (const path of new Set([...base.files.keys(), ...incoming.keys()])) {
    if (path === ANSWERS_FILE || path === LOCK_FILE) continue;
    const [before, rendered] = [base.files.get(path), incoming.get(path)];
    const after = rendered && { ...rendered, id: blobId(rendered.bytes, repository.format) };
    if (before && before.id === after?.id && before.mode === after.mode) continue;
    changed.set(path, {
      ...(before ? { base: before } : {}),
      ...(after ? { incoming: after } : {}),
    });
  }
  const there = await entriesOfHead(repository, [...changed.keys()], reader);
  for (const [path, current] of there) {
    changed.set(path, { ...changed.get(path), current });
  }
  return changed;
}

/** A text that both changed: the user's line endings are kept, lists of requirements are merged by package. */
async function resolveText(
  path: string,
  { base, current, incoming }: ChangedPath,
  reader: ObjectReader,
  byFormerName: Buffer | undefined,
): Promise<Partial<ThreeWay<Entry>>> {
  if (!base || !incoming || !current?.mode.startsWith('100')) return {};
  if (current.id === base.id || current.id === incoming.id) return {};
  const versions = {
    base: base.bytes ?? (await reader.read(base.id))?.bytes,
    current: (await reader.read(current.id))?.bytes,
    incoming: incoming.bytes,
  };
  if (!areTexts(versions)) return {};
  // Bytes that are not UTF-8 come back only when each is a character of its own.
  const encoding = Object.values(versions).every((bytes) => isUtf8(bytes)) ? 'utf8' : 'latin1';
  const texts = {
    base: versions.base.toString(encoding),
    current: versions.current.toString(encoding),
    incoming: versions.incoming.toString(encoding),
  };
  const crlf = isCrlf(texts.current) && !isCrlf(texts.base);
  const named = withNewName(crlf ? withLf(texts) : texts, byFormerName?.toString(encoding));
  const resolved = await resolveLists(path, named);
  const write = (text: string) => Buffer.from(crlf ? toCrlf(text) : text, encoding);
  const bytes = write(resolved.current);
  return {
    base: { mode: base.mode, bytes: write(resolved.base) },
    incoming: { mode: incoming.mode, bytes: write(resolved.incoming) },
    ...(versions.current.equals(bytes) ? {} : { current: { mode: current.mode, bytes } }),
  };
}

/** What both have of the render by the former name of the package, by its new name. */
function withNewName(texts: ThreeWay<string>, before: string | undefined): ThreeWay<string> {
  if (before === undefined) return texts;
  const rename = (text: string) => renameLines(text, before, texts.incoming);
  return { ...texts, base: rename(texts.base), current: rename(texts.current) };
}

async function resolveLists(path: string, texts: ThreeWay<string>): Promise<ThreeWay<string>> {
  if (!/(^|\/)pyproject\.toml$/.test(path)) return texts;
  const { resolveRequirements } = await import('./requirements.ts'); // brings a TOML parser
  return resolveRequirements(texts);
}

const withLf = ({ base, current, incoming }: ThreeWay<string>): ThreeWay<string> => ({
  base: toLf(base),
  current: toLf(current),
  incoming: toLf(incoming),
});

function areTexts(versions: ThreeWay<Buffer | undefined>): versions is ThreeWay<Buffer> {
  return Object.values(versions).every((bytes) => bytes !== undefined && !bytes.includes(0));
}

/** Our key and our lock file always take the new version: what the user has there is the base. */
async function takeIncoming(
  path: string,
  incoming: Tree,
  { head, prefix }: Repository,
  reader: ObjectReader,
): Promise<Partial<ThreeWay<Entry>>> {
  const current = await reader.read(`${head}:${prefix}${path}`);
  const rendered = incoming.get(path);
  if (!current || !rendered) return {};
  const bytes = layOutState(path, current.bytes, rendered.bytes);
  return { base: { mode: '100644', id: current.id }, incoming: { mode: '100644', bytes } };
}
