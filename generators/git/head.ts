import { Refusal } from '../engine/errors.ts';
import type { ObjectReader } from './object-reader.ts';
import type { Repository } from './repository.ts';
import type { TreeEntry } from './tree-entries.ts';
import { findEntry, listTree } from './tree-reader.ts';

/** What the last commit has at a path. */
export type HeadEntry = Omit<TreeEntry, 'path'>;

/** Entries of the last commit at these paths of the project; paths it does not have are left out. */
export async function entriesOfHead(
  { head, prefix }: Repository,
  paths: readonly string[],
  reader: ObjectReader,
): Promise<Map<string, HeadEntry>> {
  const project = `${head}:${prefix}`;
  const found = await Promise.all(
    paths.map(async (path) => [path, await findEntry(reader, project, path)] as const),
  );
  return new Map(
    found.flatMap(([path, entry]) => {
      if (entry === undefined) return [];
      const { mode, type, id } = entry;
      return [[path, { mode, type, id }] as const];
    }),
  );
}

/** What the last commit has right in a folder of the project, by path; nothing where it has no such folder. */
export async function folderOfHead(
  { head, prefix }: Repository,
  folder: string,
  reader: ObjectReader,
): Promise<TreeEntry[]> {
  const entry = await findEntry(reader, `${head}:${prefix}`, folder);
  if (entry?.type !== 'tree') return [];
  const entries = await listTree(reader, entry.id);
  return [...entries.values()].map((one) => ({ ...one, path: `${folder}/${one.path}` }));
}

/** Tree ids of the last commit: the whole, and the project's part. */
export async function treesOfHead(
  reader: Pick<ObjectReader, 'find'>,
  { head, prefix, folder }: Repository,
): Promise<{ whole: string; project: string }> {
  const [whole, project] = await Promise.all([
    reader.find(`${head}^{tree}`),
    reader.find(`${head}:${prefix}`),
  ]);
  if (whole && project) return { whole: whole.id, project: project.id };
  throw new Refusal(`Nothing of "${folder}" is committed, and an upgrade starts from a commit.`);
}
