import { decodePath, splitFields } from './path-bytes.ts';
import { attempt, GitFailure } from './process.ts';
import type { Scratch } from './scratch.ts';
import { isOld, refusalOfOld } from './supported-version.ts';
import { isId, unexpectedOutput } from './unexpected-output.ts';

/** One version of a path in conflict. */
export interface Stage {
  mode: string;
  id: string;
}

/** A path that git could not merge, by stage: 1 base, 2 current, 3 incoming. */
export interface Conflict {
  path: string;
  stages: Readonly<Partial<Record<1 | 2 | 3, Stage>>>;
  /** git's words on it, `CONFLICT (modify/delete)` and the like. */
  kinds: readonly string[];
}

export interface Merged {
  tree: string;
  conflicts: Conflict[];
}

/** How renames are found: folders too, and within limits that keep a large repository fast. */
const SETTINGS = {
  'merge.renames': 'true',
  'merge.directoryRenames': 'true',
  'merge.renameLimit': '2000',
  'merge.conflictStyle': 'merge',
};

/** Merges two branches of the scratch repository, in memory. */
export async function mergeTrees(
  scratch: Scratch,
  current: string,
  incoming: string,
): Promise<Merged> {
  const settings = Object.entries(SETTINGS).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
  const args = [...settings, 'merge-tree', '--write-tree', '-z', '--messages', current, incoming];
  const { code, stdout, stderr } = await attempt(scratch.folder, args, { env: scratch.env });
  if (code === 0 || code === 1) return parseMerge(stdout);
  if (isOld(stderr)) throw await refusalOfOld(scratch.folder);
  throw new GitFailure('merge-tree', stderr);
}

/** Tree, then `mode id stage<tab>path` until an empty field, then messages. */
export function parseMerge(output: Buffer): Merged {
  const fields = splitFields(output).map(decodePath);
  const tree = fields.shift();
  if (!isId(tree)) throw unexpectedOutput('merge-tree', tree ?? '');
  const found = new Map<string, { stages: Conflict['stages']; kinds: string[] }>();
  for (let field = fields.shift(); field; field = fields.shift()) {
    const [, mode = '', id = '', stage, path = ''] =
      /^(\d+) (\w+) ([123])\t(.*)$/s.exec(field) ?? [];
    if (!isId(id) || path === '') throw unexpectedOutput('merge-tree', field);
    const one = found.get(path) ?? { stages: {}, kinds: [] };
    one.stages = { ...one.stages, [Number(stage)]: { mode, id } };
    found.set(path, one);
  }
  while (fields.length > 1) {
    const count = Number(fields.shift());
    if (!Number.isInteger(count) || count < 0) throw unexpectedOutput('merge-tree', String(count));
    const paths = fields.splice(0, count);
    const [kind = ''] = fields.splice(0, 2); // and a sentence
    for (const path of paths) found.get(path)?.kinds.push(kind);
  }
  return { tree, conflicts: [...found].map(([path, one]) => ({ path, ...one })) };
}
