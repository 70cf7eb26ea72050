import type { Locked } from '../engine/saved-answers.ts';
import { blobId } from '../engine/state.ts';
import { makeCommits } from '../git/fast-import.ts';
import { entriesOfHead } from '../git/head.ts';
import type { ObjectReader } from '../git/object-reader.ts';
import type { Repository } from '../git/repository.ts';
import type { Scratch } from '../git/scratch.ts';
import { diffTrees } from '../git/tree-diff.ts';

/** What the user did to what was rendered, in the last commit; paths are the project's, sorted. */
export interface Edits {
  edited: string[];
  deleted: string[];
  renamed: { from: string; to: string }[];
}

export interface EditSources {
  repository: Repository;
  reader: ObjectReader;
  locked: Locked | undefined;
  /** Made only when something is not where it was. */
  scratch: () => Scratch;
}

/** Compares the last commit with the lock, path by path. */
export async function findEdits(sources: EditSources): Promise<Edits> {
  const { repository, locked, reader } = sources;
  if (!locked) return { edited: [], deleted: [], renamed: [] };
  const entries = await entriesOfHead(repository, [...locked.keys()], reader);
  const edited: string[] = [];
  const gone: string[] = [];
  for (const [path, { mode, id }] of locked) {
    const entry = entries.get(path);
    if (!entry) gone.push(path);
    else if (entry.mode !== mode || !(await isBlob(entry.id, id, repository, reader)))
      edited.push(path);
  }
  const renamed = gone.length > 0 ? await findRenamed(gone, sources, locked) : [];
  const moved = new Set(renamed.map(({ from }) => from));
  return {
    edited: edited.sort(),
    deleted: gone.filter((path) => !moved.has(path)).sort(),
    renamed: renamed.sort((a, b) => (a.from < b.from ? -1 : 1)),
  };
}

/** The lock's ids are SHA-1 whatever the repository uses. */
async function isBlob(
  entry: string,
  id: string,
  { format }: Repository,
  reader: ObjectReader,
): Promise<boolean> {
  if (format === 'sha1') return entry === id;
  return blobId((await reader.read(entry))?.bytes ?? Buffer.alloc(0)) === id;
}

/** Where what is gone went, as far as git can tell and has the old text. */
async function findRenamed(
  gone: readonly string[],
  { repository, reader, scratch }: EditSources,
  locked: Locked,
): Promise<Edits['renamed']> {
  const files = await Promise.all(
    gone.map(async (path) => {
      const { mode = '', id = '' } = locked.get(path) ?? {};
      return (await reader.find(id)) ? ([path, { mode, id }] as const) : undefined;
    }),
  );
  const head = await reader.find(`${repository.head}:${repository.prefix}`);
  const known = files.filter((one) => one !== undefined);
  if (!head || known.length === 0) return [];
  const [made] = await makeCommits(scratch(), [{ branch: 'gone', files: known }]);
  const renames = await diffTrees(scratch(), made?.tree ?? '', head.id, { renames: true });
  const rendered = new Set(locked.keys());
  return renames
    .filter(({ path }) => !rendered.has(path))
    .map(({ from = '', path }) => ({ from, to: path }));
}
