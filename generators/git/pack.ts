import type { Conflict } from './merge-tree.ts';
import { git } from './process.ts';
import { publishPacks, type Scratch } from './scratch.ts';

/** The mode of a submodule, whose commit is in another repository. */
const SUBMODULE = '160000';

/** What a merge leaves in the scratch repository. */
interface Result {
  tree: string;
  headTree: string;
  conflicts: readonly Conflict[];
}

/** Copies the objects that the result needs, and no others: one pack, whole or not at all. */
export async function publishResult(
  scratch: Scratch,
  objects: string,
  { tree, headTree, conflicts }: Result,
  baseline: string | undefined,
): Promise<void> {
  const stages = conflicts.flatMap((conflict) => Object.values(conflict.stages));
  const blobs = stages.filter(({ mode }) => mode !== SUBMODULE).map(({ id }) => id);
  const wanted = [tree, ...(baseline ? [baseline] : []), ...blobs, `^${headTree}`];
  const args = ['pack-objects', '--revs', '--local', '--quiet', '--delta-base-offset'];
  await git(scratch.folder, [...args, '--non-empty', 'published'], {
    env: scratch.env,
    input: `${wanted.join('\n')}\n`,
  });
  publishPacks(scratch, objects);
}
