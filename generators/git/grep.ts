import { decodePath, splitFields } from './path-bytes.ts';
import { attempt, GitFailure } from './process.ts';
import type { Scratch } from './scratch.ts';

/** Text files of a tree in which one of these extended regular expressions matches a line. */
export async function findMentions(
  scratch: Scratch,
  tree: string,
  patterns: readonly string[],
): Promise<string[]> {
  const wanted = patterns.flatMap((pattern) => ['-e', pattern]);
  const args = ['grep', '-I', '-l', '-z', '-E', ...wanted, tree, '--'];
  const { code, stdout, stderr } = await attempt(scratch.folder, args, { env: scratch.env });
  if (code === 1) return [];
  if (code !== 0) throw new GitFailure('grep', stderr);
  return splitFields(stdout).map((path) => decodePath(path).slice(tree.length + 1));
}
