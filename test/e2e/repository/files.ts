import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** Path → bytes, one character each, of every file below a folder, tracked or not; git's own left out; sorted. */
export async function filesIn(folder: string): Promise<Map<string, string>> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = found
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((path) => !/^\.git[\\/]/.test(path))
    .sort();
  const read = async (path: string) =>
    [path, await readFile(join(folder, path), 'latin1')] as const;
  return new Map(await Promise.all(paths.map(read)));
}
