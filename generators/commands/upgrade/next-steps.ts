import { quoteForShell } from '../../cli/printing.ts';
import type { Change, Request } from '../../cli/request.ts';
import { touchesLock } from './lock.ts';

/** The commands that come next: finish or undo a merge, do what was only planned, or look whether all is well. */
export function nextOf(change: Change, { skipInstall, words }: Request): string[] {
  const { command, conflicts, dryRun } = change;
  if (dryRun) return [['nimble-ml', command, ...words].join(' ')];
  if (conflicts.length > 0) {
    const paths = conflicts.map(({ path }) => quoteForShell(path)).join(' ');
    return [`git add -A -- ${paths} && git commit --no-edit`, 'git merge --abort'];
  }
  const install = skipInstall && touchesLock(change) ? ['uv sync'] : [];
  return [...install, 'uv run poe check'];
}
