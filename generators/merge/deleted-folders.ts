import { Refusal, suggest } from '../engine/errors.ts';
import type { Tree } from '../engine/tree.ts';
import { entriesOfHead } from '../git/head.ts';
import type { ObjectReader } from '../git/object-reader.ts';
import type { Repository } from '../git/repository.ts';
import type { Base } from './base.ts';
import type { Moves } from './moves.ts';

/** A new file that stays out. */
export interface LeftOut {
  path: string;
  reason: string;
  /** The folder of it that the user deleted. */
  folder?: string;
}

/** What is merged, by the places that files have in the last commit. */
export interface Placed {
  base: Base;
  incoming: Tree;
  moves: Moves;
  repository: Repository;
}

/** The new render without the new files of folders that the user deleted as a whole: parts of a folder do not work. */
export function leaveOut(
  { base, incoming, moves }: Placed,
  restore: readonly string[],
): { incoming: Tree; leftOut: LeftOut[] } {
  const wanted = new Set(restore);
  const leftOut = newOfDeleted({ base, incoming, moves }).filter(({ path }) => !wanted.has(path));
  return { incoming: without(incoming, leftOut), leftOut };
}

/** A render without some of its files. */
export function without(incoming: Tree, leftOut: readonly LeftOut[]): Tree {
  const out = new Set(leftOut.map(({ path }) => path));
  return new Map([...incoming].filter(([path]) => !out.has(path)));
}

function newOfDeleted({ base, incoming, moves }: Omit<Placed, 'repository'>): LeftOut[] {
  const added = [...incoming.keys()].filter((path) => !base.files.has(path));
  return added.flatMap((path) => {
    const folder = moves.findDeleted(path);
    return folder === undefined ? [] : [{ path, folder, reason: `you deleted "${folder}"` }];
  });
}

/** The files that are to come back: those that are named, and all of a folder that is named. */
export async function expandRestore(
  restore: readonly string[],
  { base, incoming, moves, repository }: Placed,
  reader: ObjectReader,
): Promise<string[]> {
  if (restore.length === 0) return [];
  const known = [...incoming.keys()].filter((path) => base.files.has(path));
  const there = await entriesOfHead(repository, known, reader);
  const leftOut = newOfDeleted({ base, incoming, moves }).map(({ path }) => path);
  const gone = [...known.filter((path) => !there.has(path)), ...leftOut];
  return restore.flatMap((wanted) => {
    const folder = wanted.replace(/\/*$/, '/');
    const found = gone.filter((path) => path === wanted || path.startsWith(folder));
    if (found.length > 0) return found;
    if (incoming.has(wanted) && !base.files.has(wanted)) return [wanted];
    throw new Refusal(
      `--restore: "${wanted}" is not a file or folder that you deleted.${suggest(wanted, gone)}`,
    );
  });
}
