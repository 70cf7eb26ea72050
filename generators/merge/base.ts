import type { Locked, SavedAnswers } from '../engine/saved-answers.ts';
import { ANSWERS_FILE, blobId, LOCK_FILE } from '../engine/state.ts';
import type { Tree } from '../engine/tree.ts';
import type { ObjectReader } from '../git/object-reader.ts';
import { git } from '../git/process.ts';
import type { Repository } from '../git/repository.ts';
import { parseTree } from '../git/tree-entries.ts';
import type { BaselineCommit } from './baseline.ts';

/** A file of the base: an id, and its bytes where they are at hand. */
export interface BaseFile {
  mode: string;
  id: string;
  bytes?: Buffer;
}

/** The tree as it was rendered last: what an upgrade merges from. */
export interface Base {
  from: 'lock' | 'baseline' | 'render';
  files: Map<string, BaseFile>;
  /** Paths whose bytes are lost: rendered with the current version instead. */
  rerendered: string[];
}

export interface BaseSources {
  repository: Repository;
  reader: ObjectReader;
  saved: SavedAnswers;
  locked: Locked | undefined;
  baselines: readonly BaselineCommit[];
  /** What the current version renders for the new answers, and for the saved ones. */
  incoming: Tree;
  rerender: () => Promise<Tree>;
}

/** Finds the base: by the lock file, in history, or rendered again. */
export async function findBase(sources: BaseSources): Promise<Base> {
  const { locked, repository, saved, baselines } = sources;
  if (locked) return baseOfLock(locked, sources);
  const baseline = baselineOf(saved, baselines);
  if (baseline && repository.prefix === '') {
    return { from: 'baseline', files: await filesOfCommit(baseline, repository), rerendered: [] };
  }
  const files = [...(await sources.rerender())]
    .filter(([path]) => !STATE_FILES.has(path))
    .map(([path, { bytes, mode }]) => {
      return [path, { mode, bytes, id: blobId(bytes, repository.format) }] as const;
    });
  return { from: 'render', files: new Map(files), rerendered: [] };
}

/** The newest baseline commit in history that matches the saved answers. */
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
  const listed = parseTree(await git(top, ['ls-tree', '-r', '-z', '--full-tree', tree]));
  return new Map(
    listed
      .filter(({ type, path }) => type === 'blob' && !STATE_FILES.has(path))
      .map(({ mode, id, path }) => [path, { mode, id }]),
  );
}

type Files = (readonly [path: string, file: BaseFile])[];

/** Finds every path by its id: in what we render now, in git, in a baseline commit, rendered again. */
async function baseOfLock(locked: Locked, sources: BaseSources): Promise<Base> {
  const located = await Promise.all(
    [...locked].map(async ([path, entry]) => [path, await locate(path, entry, sources)] as const),
  );
  const found = located.flatMap(([path, file]) => (file ? [[path, file] as const] : []));
  const missing = located.flatMap(([path, file]) => (file ? [] : [path]));
  if (missing.length === 0) return { from: 'lock', files: new Map(found), rerendered: [] };
  const inHistory = await findInBaseline(missing, sources);
  const lost = missing.filter((path) => !inHistory.some(([one]) => one === path));
  const again = lost.length > 0 ? await renderAgain(lost, locked, sources) : [];
  const isExact = ([path, { bytes }]: Files[number]) =>
    bytes !== undefined && blobId(bytes) === locked.get(path)?.id;
  const exact = new Set(again.filter(isExact).map(([path]) => path));
  return {
    from: inHistory.length > 0 ? 'baseline' : 'lock',
    files: new Map([...found, ...inHistory, ...again]),
    rerendered: lost.filter((path) => !exact.has(path)),
  };
}

async function findInBaseline(paths: readonly string[], sources: BaseSources): Promise<Files> {
  const baseline = baselineOf(sources.saved, sources.baselines);
  if (!baseline) return [];
  const files = await filesOfCommit(baseline, sources.repository);
  const found: Files = [];
  for (const path of paths) {
    const file = files.get(path);
    if (file && (await sources.reader.find(file.id))) found.push([path, file]);
  }
  return found;
}

async function renderAgain(
  paths: readonly string[],
  locked: Locked,
  { rerender, repository }: BaseSources,
): Promise<Files> {
  const tree = await rerender();
  return paths.flatMap((path) => {
    const bytes = tree.get(path)?.bytes;
    const { mode = '' } = locked.get(path) ?? {};
    return bytes ? [[path, { mode, bytes, id: blobId(bytes, repository.format) }] as const] : [];
  });
}

/** Where the bytes of a rendered file may be. */
export type ObjectSources = Pick<BaseSources, 'incoming' | 'reader' | 'repository' | 'baselines'>;

/** The file that was rendered at a path, if it still is somewhere. */
export async function locate(
  path: string,
  { mode, id }: { mode: string; id: string },
  { incoming, reader, repository, baselines }: ObjectSources,
): Promise<BaseFile | undefined> {
  const { format, prefix, head } = repository;
  const bytes = incoming.get(path)?.bytes;
  if (bytes && blobId(bytes) === id)
    return { mode, bytes, id: format === 'sha1' ? id : blobId(bytes, format) };
  if (format === 'sha1') return (await reader.find(id))?.type === 'blob' ? { mode, id } : undefined;
  for (const folder of [`${head}:${prefix}`, ...baselines.map((one) => `${one.tree}:`)]) {
    const stored = await reader.read(folder + path); // ids in the lock file are SHA-1, so bytes are compared
    if (stored && blobId(stored.bytes) === id) return { mode, id: stored.id, bytes: stored.bytes };
  }
  return undefined;
}

/** The two files that say how a repository was rendered. */
const STATE_FILES = new Set([ANSWERS_FILE, LOCK_FILE]);
