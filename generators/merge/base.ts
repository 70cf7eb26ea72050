import type { Locked, SavedAnswers } from '../engine/saved-answers.ts';
import { ANSWERS_FILE, blobId, LOCK_FILE } from '../engine/state.ts';
import type { Tree } from '../engine/tree.ts';
import type { ObjectReader } from '../git/object-reader.ts';
import { decodePath, splitFields } from '../git/path-bytes.ts';
import { git } from '../git/process.ts';
import type { Repository } from '../git/repository.ts';
import type { BaselineCommit } from './baseline.ts';

/** A file of the tree that an upgrade merges from: an id, and its bytes where they are at hand. */
export interface BaseFile {
  mode: string;
  id: string;
  bytes?: Buffer;
}

export interface Base {
  from: 'lock' | 'baseline' | 'render';
  files: Map<string, BaseFile>;
  /** Paths whose bytes nobody has any more: rendered with the current version instead. */
  rerendered: string[];
}

export interface BaseSources {
  repository: Repository;
  reader: ObjectReader;
  saved: SavedAnswers;
  locked: Locked | undefined;
  baselines: readonly BaselineCommit[];
  /** What the current version renders for the new answers, and for the old ones. */
  target: Tree;
  rerender: () => Promise<Tree>;
}

/** The tree as it was rendered last: by the lock, by history, or rendered again. */
export async function findBase(sources: BaseSources): Promise<Base> {
  const { locked, repository, saved, baselines } = sources;
  if (locked) return baseOfLock(locked, sources);
  const same = baselineOf(saved, baselines);
  if (same && repository.prefix === '') {
    return { from: 'baseline', files: await filesOfCommit(same, repository), rerendered: [] };
  }
  const tree = await sources.rerender();
  const files = rendered(tree).map(([path, { bytes, mode }]) => {
    return [path, { mode, bytes, id: blobId(bytes, repository.format) }] as const;
  });
  return { from: 'render', files: new Map(files), rerendered: [] };
}

/** The newest commit in history that says it holds what the repository remembers. */
function baselineOf(
  { phase, version }: SavedAnswers,
  baselines: readonly BaselineCommit[],
): BaselineCommit | undefined {
  return baselines.find((one) => one.phase === phase && one.version === version);
}

async function filesOfCommit(
  { tree }: BaselineCommit,
  { top }: Repository,
): Promise<Map<string, BaseFile>> {
  const listed = splitFields(await git(top, ['ls-tree', '-r', '-z', '--full-tree', tree]));
  return new Map(
    listed.map(decodePath).flatMap((line) => {
      const [, mode = '', id = '', path = ''] = /^(\d+) blob (\w+)\t(.*)$/s.exec(line) ?? [];
      return OURS.has(path) || path === '' ? [] : [[path, { mode, id }] as const];
    }),
  );
}

/** Every path by its id: what we render now, what git has, what we render for the old answers. */
async function baseOfLock(locked: Locked, sources: BaseSources): Promise<Base> {
  const files = new Map<string, BaseFile>();
  const rerendered: string[] = [];
  const found = await Promise.all(
    [...locked].map(async ([path, entry]) => [path, await locate(path, entry, sources)] as const),
  );
  for (const [path, file] of found) {
    if (file) files.set(path, file);
    else rerendered.push(path);
  }
  if (rerendered.length === 0) return { from: 'lock', files, rerendered };
  const same = baselineOf(sources.saved, sources.baselines);
  const known = same ? await filesOfCommit(same, sources.repository) : new Map();
  const unknown: string[] = [];
  for (const path of rerendered) {
    const file = known.get(path);
    if (file && (await sources.reader.find(file.id))) files.set(path, file);
    else unknown.push(path);
  }
  const missing = unknown.length > 0 ? await renderAgain(unknown, files, locked, sources) : [];
  return {
    from: unknown.length < rerendered.length ? 'baseline' : 'lock',
    files,
    rerendered: missing,
  };
}

/** Renders what nobody has; gives back what did not come out as it was. */
async function renderAgain(
  paths: readonly string[],
  files: Map<string, BaseFile>,
  locked: Locked,
  { rerender, repository }: BaseSources,
): Promise<string[]> {
  const again = await rerender();
  return paths.filter((path) => {
    const { mode = '', id = '' } = locked.get(path) ?? {};
    const bytes = again.get(path)?.bytes;
    if (bytes) files.set(path, { mode, bytes, id: blobId(bytes, repository.format) });
    return !bytes || blobId(bytes) !== id;
  });
}

async function locate(
  path: string,
  { mode, id }: { mode: string; id: string },
  { target, reader, repository, baselines }: BaseSources,
): Promise<BaseFile | undefined> {
  const { format, prefix, head } = repository;
  const bytes = target.get(path)?.bytes;
  if (bytes && blobId(bytes) === id) return { mode, bytes, id: blobId(bytes, format) };
  if (format === 'sha1') return (await reader.find(id))?.type === 'blob' ? { mode, id } : undefined;
  for (const place of [`${head}:${prefix}`, ...baselines.map((one) => `${one.tree}:`)]) {
    const stored = await reader.read(place + path); // the lock's ids are SHA-1; here bytes are compared
    if (stored && blobId(stored.bytes) === id) return { mode, id: stored.id, bytes: stored.bytes };
  }
  return undefined;
}

const OURS = new Set([ANSWERS_FILE, LOCK_FILE]);

/** A rendered tree without the two files that remember it. */
export function rendered(tree: Tree) {
  return [...tree].filter(([path]) => !OURS.has(path));
}
