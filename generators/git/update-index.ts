import type { IndexLine } from './merge-state.ts';
import { encodePath } from './path-bytes.ts';
import { git } from './process.ts';
import type { Repository } from './repository.ts';

/** Puts lines into an index, which is then written as a whole. */
export function updateIndex(
  { top }: Repository,
  index: string,
  lines: readonly IndexLine[],
): Promise<Buffer> {
  const input = Buffer.concat(
    lines.map(([mode, id, stage, path]) => encodePath(`${mode} ${id} ${stage}\t${path}\0`)),
  );
  const env = { GIT_INDEX_FILE: index };
  return git(top, ['update-index', '-z', '--index-info'], { input, env });
}
