import type { ObjectReader } from './object-reader.ts';
import { GitFailure } from './process.ts';
import { parseTreeObject, type TreeEntry } from './tree-entries.ts';

type Entries = ReadonlyMap<string, TreeEntry>;

/** The trees that were read through a reader, by what they were asked for: an object never changes. */
const known = new WeakMap<ObjectReader, Map<string, Promise<Entries>>>();

/** What a tree has right in it, by name. The tree must be there: one that cannot be read is a failure, not an empty folder. */
export function listTree(reader: ObjectReader, tree: string): Promise<Entries> {
  const trees = known.get(reader) ?? new Map<string, Promise<Entries>>();
  known.set(reader, trees);
  const entries = trees.get(tree) ?? readTree(reader, tree);
  trees.set(tree, entries);
  return entries;
}

async function readTree(reader: ObjectReader, tree: string): Promise<Entries> {
  const found = await reader.read(tree);
  if (found?.type !== 'tree')
    throw new GitFailure('cat-file', `fatal: the folder "${tree}" cannot be read`);
  const entries = parseTreeObject(found.bytes, found.id.length / 2);
  return new Map(entries.map((entry) => [entry.path, entry]));
}

/** What a tree has at a path below it; undefined where it has nothing. */
export async function findEntry(
  reader: ObjectReader,
  tree: string,
  path: string,
): Promise<TreeEntry | undefined> {
  const [name = '', ...below] = path.split('/');
  const entry = (await listTree(reader, tree)).get(name);
  if (entry === undefined || below.length === 0) return entry;
  return entry.type === 'tree' ? findEntry(reader, entry.id, below.join('/')) : undefined;
}
