import { decodePath, encodePath, splitFields } from './path-bytes.ts';
import { attempt, git } from './process.ts';
import type { Repository } from './repository.ts';

/** What git ignores, and the line of an ignore file because of which it does. */
export interface IgnoredPath {
  /** From the top of the repository; a folder ends in "/". */
  path: string;
  /** The ignore file, from the top of the repository. */
  source: string;
  pattern: string;
}

/** The ignored files and folders that are there, in the project. */
export async function findIgnored({ top, prefix }: Repository): Promise<IgnoredPath[]> {
  const found = await listIgnored(top, prefix, true);
  const ruled = await findRules(top, found);
  const known = new Set(ruled.map(({ path }) => path));
  // A folder that no rule names holds nothing but ignored files.
  const inside = found.filter((path) => path.endsWith('/') && !known.has(path));
  const more = await Promise.all(inside.map((folder) => listIgnored(top, folder, false)));
  return [...ruled, ...(await findRules(top, more.flat()))];
}

async function listIgnored(top: string, folder: string, asFolders: boolean): Promise<string[]> {
  const args = ['ls-files', '-z', '--others', '--ignored', '--exclude-standard'];
  const below = folder === '' ? [] : ['--', `:(literal)${folder}`];
  const listed = await git(top, [...args, ...(asFolders ? ['--directory'] : []), ...below]);
  return splitFields(listed).map(decodePath);
}

/** The rule of each path that has one. */
async function findRules(top: string, paths: readonly string[]): Promise<IgnoredPath[]> {
  if (paths.length === 0) return [];
  const input = Buffer.concat(paths.flatMap((path) => [encodePath(path), Buffer.from('\0')]));
  const { stdout } = await attempt(top, ['check-ignore', '-z', '--verbose', '--stdin'], { input });
  const fields = splitFields(stdout).map(decodePath);
  const rules: IgnoredPath[] = [];
  for (let at = 0; at + 3 < fields.length; at += 4) {
    const [source = '', , pattern = '', path = ''] = fields.slice(at, at + 4);
    rules.push({ path, source, pattern });
  }
  return rules;
}
