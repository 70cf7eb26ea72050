import { isPackageName, packageIn } from '../engine/names.ts';
import type { Locked, SavedAnswers } from '../engine/saved-answers.ts';
import { makeCommits } from '../git/fast-import.ts';
import { entriesOfHead } from '../git/head.ts';
import type { ObjectReader } from '../git/object-reader.ts';
import type { Repository } from '../git/repository.ts';
import type { Scratch } from '../git/scratch.ts';
import { diffTrees } from '../git/tree-diff.ts';
import { findMovedFolders, type MovedFolder } from './moved-folders.ts';

export interface PackageSources {
  repository: Repository;
  reader: ObjectReader;
  saved: SavedAnswers;
  locked: Locked | undefined;
  /** Made only when files of the package are not where they were. */
  scratch: () => Scratch;
}

/** Where the package was rendered and where the user moved it to, in the last commit; undefined when it is in place. */
export async function findMovedPackage(sources: PackageSources): Promise<MovedFolder | undefined> {
  const { repository, reader, saved, locked, scratch } = sources;
  const from = `src/${packageIn(saved.answers)}`;
  const files = [...(locked ?? [])].filter(([path]) => path.startsWith(`${from}/`));
  const modules = files.filter(([path]) => !path.slice(from.length + 1).includes('/'));
  const found = await Promise.all(
    modules.map(([path]) => reader.find(`${repository.head}:${repository.prefix}${path}`)),
  );
  if (modules.length === 0 || 2 * found.filter(Boolean).length > modules.length) return undefined;
  const stored = await Promise.all(files.map(async ([, { id }]) => reader.find(id)));
  const known = files.filter((_, index) => stored[index]?.type === 'blob');
  const project = await reader.find(`${repository.head}:${repository.prefix}`);
  if (known.length === 0 || !project) return undefined;
  const [made] = await makeCommits(scratch(), [{ branch: 'package', files: known }]);
  const renames = await diffTrees(scratch(), made?.tree ?? '', project.id, { renames: true });
  const findThere = async (paths: readonly string[]) =>
    new Set((await entriesOfHead(repository, paths, reader)).keys());
  const rendered = files.map(([path]) => path);
  const moved = await findMovedFolders(renames, { rendered, findThere });
  const one = moved.find((folder) => folder.from === from);
  return one && isPackageName(nameOf(one)) ? one : undefined;
}

/** The last part of where a package is now: what its modules are imported by. */
export function nameOf({ to }: MovedFolder): string {
  return to.replace(/^.*\//, '');
}
