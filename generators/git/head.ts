import { Refusal } from '../engine/errors.ts';
import { decodePath, splitFields } from './path-bytes.ts';
import { attempt, GitFailure } from './process.ts';
import type { Repository } from './repository.ts';
import { isId, unexpectedOutput } from './unexpected-output.ts';

/** What the last commit has at a path. */
export interface HeadEntry {
  mode: string;
  type: string;
  id: string;
}

/** Entries of the last commit at these paths of the project; paths it does not have are left out. */
export async function entriesOfHead(
  { top, head, prefix }: Repository,
  paths: readonly string[],
): Promise<Map<string, HeadEntry>> {
  const found = new Map<string, HeadEntry>();
  for (let from = 0; from < paths.length; from += AT_ONCE) {
    const some = paths.slice(from, from + AT_ONCE);
    const args = ['ls-tree', '-z', '--full-tree', `${head}:${prefix}`, '--', ...some];
    const { code, stdout, stderr } = await attempt(top, args, {
      env: { GIT_LITERAL_PATHSPECS: '1' },
    });
    if (code !== 0) throw new GitFailure('ls-tree', stderr);
    for (const line of splitFields(stdout).map(decodePath)) {
      const [, mode = '', type = '', id = '', path = ''] =
        /^(\d+) (\w+) (\w+)\t(.*)$/s.exec(line) ?? [];
      if (!isId(id)) throw unexpectedOutput('ls-tree', line);
      found.set(path, { mode, type, id });
    }
  }
  return found;
}

/** Command lines have an end, on Windows early. */
const AT_ONCE = 300;

/** Tree ids of the last commit: the whole, and the project's part. */
export async function treesOfHead(
  reader: { find: (name: string) => Promise<{ id: string } | undefined> },
  { head, prefix, folder }: Repository,
): Promise<{ whole: string; project: string }> {
  const [whole, project] = await Promise.all([
    reader.find(`${head}^{tree}`),
    reader.find(`${head}:${prefix}`),
  ]);
  if (whole && project) return { whole: whole.id, project: project.id };
  throw new Refusal(`Nothing of "${folder}" is committed, and an upgrade starts from a commit.`);
}
