import type { IndexLine } from './merge-state.ts';
import { encodePath } from './path-bytes.ts';
import { git } from './process.ts';
import type { Repository } from './repository.ts';

/** Puts lines into the index that `env` names, which is then written as a whole. */
export function updateIndex(
  { top }: Repository,
  env: Readonly<Record<string, string>>,
  lines: readonly IndexLine[],
): Promise<Buffer> {
  const input = Buffer.concat(
    lines.map(([mode, id, stage, path]) => encodePath(`${mode} ${id} ${stage}\t${path}\0`)),
  );
  return git(top, ['update-index', '-z', '--index-info'], { input, env });
}
