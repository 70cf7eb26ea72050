import { foldersAbove } from '../engine/paths.ts';
import { blobId } from '../engine/state.ts';
import type { Tree } from '../engine/tree.ts';
import { makeCommits } from '../git/fast-import.ts';
import { entriesOfHead } from '../git/head.ts';
import type { ObjectReader } from '../git/object-reader.ts';
import type { Repository } from '../git/repository.ts';
import type { Scratch } from '../git/scratch.ts';
import { diffTrees } from '../git/tree-diff.ts';
import type { Base, BaseFile } from './base.ts';
import { findMovedFolders, follow, type MovedFolder, type Presence } from './moved-folders.ts';

/** Where the last commit has what was rendered elsewhere. */
export interface Moves {
  /** Folders that the user moved and that the new render writes to, sorted. */
  folders: readonly MovedFolder[];
  /** The new place of a rendered path; the path itself where nothing moved. */
  place: (path: string) => string;
  /** The folder above a new path that the user deleted as a whole, the topmost. */
  findDeleted: (path: string) => string | undefined;
}

export interface MoveSources {
  repository: Repository;
  reader: ObjectReader;
  scratch: Scratch;
  /** The tree of the project in the last commit. */
  project: string;
  /** A folder that is known to have moved: the package. */
  known: MovedFolder | undefined;
}

/** Finds the folders that the user moved, where the templates change or add something in one. */
export async function findMoves(
  { files }: Pick<Base, 'files'>,
  incoming: Tree,
  sources: MoveSources,
): Promise<Moves> {
  const { repository, reader, scratch, project, known } = sources;
  const rendered = [...files.keys()];
  const findThere = async (paths: readonly string[]) =>
    new Set((await entriesOfHead(repository, paths, reader)).keys());
  const there = await findThere(rendered);
  const gone = rendered.filter((path) => !there.has(path));
  const wanted = pathsThatChange(files, incoming, gone, repository);
  if (!known && !isBelowOne(wanted, new Set(gone.flatMap(foldersAbove)))) return NO_MOVES;
  const branch = { branch: 'base-as-rendered', files: [...files].map(entryOf) };
  const [made] = await makeCommits(scratch, [branch]);
  const renames = await diffTrees(scratch, made?.tree ?? '', project, { renames: true });
  const found = await findMovedFolders(renames, { rendered, findThere });
  const moved = known ? [...found.filter(({ from }) => from !== known.from), known] : found;
  moved.sort((a, b) => b.from.length - a.from.length);
  const targets = [...new Set([...rendered, ...incoming.keys()])].flatMap(
    (path) => follow(path, moved) ?? [],
  );
  const taken = await findThere(targets);
  const place = (path: string) => {
    const to = follow(path, moved);
    if (to === undefined || files.has(to) || incoming.has(to)) return path;
    return there.has(path) && !taken.has(to) ? path : to;
  };
  const used = moved.filter((one) => {
    const above = moved.filter(({ from }) => from !== one.from);
    const isImplied = follow(`${one.from}/`, above) === `${one.to}/`;
    return !isImplied && wanted.some((path) => follow(path, [one]) !== undefined);
  });
  const lost = new Set([...gone].filter((path) => !renames.some(({ from }) => from === path)));
  const above = new Set(wanted.filter((path) => !files.has(path)).flatMap(foldersAbove));
  const deleted = await findDeletedFolders(above, { rendered, lost, findThere });
  return {
    folders: used.sort((a, b) => (a.from < b.from ? -1 : 1)),
    place,
    findDeleted: (path) => foldersAbove(path).find((folder) => deleted.has(folder)),
  };
}

/** Folders that are gone, with every file that was rendered there, and of which no file is elsewhere. */
async function findDeletedFolders(
  folders: ReadonlySet<string>,
  { rendered, lost, findThere }: Presence & { lost: ReadonlySet<string> },
): Promise<Set<string>> {
  const deleted = new Set<string>();
  for (const folder of folders) {
    const below = rendered.filter((path) => path.startsWith(`${folder}/`));
    if (below.length === 0 || !below.every((path) => lost.has(path))) continue;
    if ((await findThere([folder])).size === 0) deleted.add(folder);
  }
  return deleted;
}

const NO_MOVES: Moves = { folders: [], place: (path) => path, findDeleted: () => undefined };

/** A tree by the places that its files have in the last commit. */
export function placeFiles<File>(
  files: ReadonlyMap<string, File>,
  { place }: Moves,
): Map<string, File> {
  return new Map([...files].map(([path, file]) => [place(path), file]));
}

/** What the new render adds, and what of it differs and is not where it was. */
function pathsThatChange(
  files: ReadonlyMap<string, BaseFile>,
  incoming: Tree,
  gone: readonly string[],
  { format }: Repository,
): string[] {
  const added = [...incoming.keys()].filter((path) => !files.has(path));
  const changed = gone.filter((path) => {
    const bytes = incoming.get(path)?.bytes;
    return bytes !== undefined && blobId(bytes, format) !== files.get(path)?.id;
  });
  return [...added, ...changed];
}

function isBelowOne(paths: readonly string[], folders: ReadonlySet<string>): boolean {
  return paths.some((path) => foldersAbove(path).some((folder) => folders.has(folder)));
}

function entryOf([path, { mode, id, bytes }]: [string, BaseFile]) {
  return [path, bytes ? { mode, bytes } : { mode, id }] as const;
}

/** The rendered files of folders that the user moved, as renames. */
export function movesOfFiles(
  files: ReadonlyMap<string, BaseFile>,
  { place }: Moves,
): { from: string; path: string }[] {
  const places = [...files.keys()].map((from) => ({ from, path: place(from) }));
  return places.filter(({ from, path }) => from !== path);
}
