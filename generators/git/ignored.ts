import { decodePath, encodePath, splitFields } from './path-bytes.ts';
import { attempt, GitFailure, git } from './process.ts';
import type { Repository } from './repository.ts';
import { unexpectedOutput } from './unexpected-output.ts';

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
  const args = ['check-ignore', '-z', '--verbose', '--stdin'];
  const { code, stdout, stderr } = await attempt(top, args, { input });
  if (code !== 0 && code !== 1) throw new GitFailure('check-ignore', stderr);
  return parseRules(stdout);
}

/** Output of `check-ignore -z --verbose`: file, line, pattern and path, again and again. */
export function parseRules(output: Buffer): IgnoredPath[] {
  const fields = splitFields(output).map(decodePath);
  const rules: IgnoredPath[] = [];
  while (fields.length > 0) {
    const [source = '', line = '', pattern = '', path = ''] = fields.splice(0, 4);
    if (!/^\d+$/.test(line) || source === '' || path === '')
      throw unexpectedOutput('check-ignore', `${source} ${line}`);
    rules.push({ path, source, pattern });
  }
  return rules;
}
