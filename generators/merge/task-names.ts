import { entriesOfHead, folderOfHead } from '../git/head.ts';
import type { ObjectReader } from '../git/object-reader.ts';
import type { Placed } from './deleted-folders.ts';

/** Tasks of the team that have the name of a new one: poe runs one of the two, and says nothing. */
export async function findEqualTasks(
  { base, incoming, repository }: Placed,
  added: readonly string[],
  reader: ObjectReader,
): Promise<string[]> {
  const files = added.filter(isTaskFile);
  if (files.length === 0) return [];
  const project = await entriesOfHead(repository, [PROJECT], reader);
  const listed = [
    ...[...project].map(([path, entry]) => ({ ...entry, path })),
    ...(await folderOfHead(repository, 'tasks', reader)),
  ];
  const changed = listed.filter(
    ({ type, id, path }) =>
      type === 'blob' && (isTaskFile(path) || path === PROJECT) && id !== base.files.get(path)?.id,
  );
  if (changed.length === 0) return [];
  const theirs = new Map<string, string>();
  for (const { id, path } of changed) {
    const before = base.files.get(path);
    const rendered = before && (before.bytes ?? (await reader.read(before.id))?.bytes);
    const known = await namesIn(rendered);
    for (const name of await namesIn((await reader.read(id))?.bytes))
      if (!known.has(name)) theirs.set(name, path);
  }
  const found: string[] = [];
  for (const path of files) {
    for (const name of await namesIn(incoming.get(path)?.bytes)) {
      const mine = theirs.get(name);
      // The same file of both is a conflict of its own.
      if (mine !== undefined && mine !== path)
        found.push(`your task "${name}" in "${mine}" and the new one in "${path}" have one name`);
    }
  }
  return found;
}

const PROJECT = 'pyproject.toml';

function isTaskFile(path: string): boolean {
  return /^tasks\/[^/]+\.toml$/.test(path);
}

/** The tasks of a file; none where it cannot be read. */
async function namesIn(bytes: Buffer | undefined): Promise<Set<string>> {
  if (!bytes) return new Set();
  const { parse } = await import('smol-toml');
  try {
    const content = parse(bytes.toString('utf8')) as Tasks;
    return new Set(Object.keys(content.tasks ?? content.tool?.poe?.tasks ?? {}));
  } catch {
    return new Set();
  }
}

interface Tasks {
  tasks?: object;
  tool?: { poe?: { tasks?: object } };
}
