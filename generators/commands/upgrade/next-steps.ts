import { quoteForShell } from '../../cli/printing.ts';
import type { Request } from '../../cli/request.ts';
import type { MergePlan } from '../../merge/merge-plan.ts';

type Report = MergePlan['report'];

/** The commands that come next: carry out a dry run; finish or undo a merge, then lock; or check the result. */
export function nextSteps(
  command: string,
  report: Report,
  request: Request,
  hasLock: boolean,
): string[] {
  if (request.dryRun) return [['nimble-ml', command, ...request.args].join(' ')];
  if (report.conflicts.length > 0) {
    const paths = report.conflicts.map(({ path }) => quoteForShell(path)).join(' ');
    const lock = hasLock && changesRequirements(report) ? [LOCK] : [];
    return [`git add -A -- ${paths} && git commit --no-edit`, 'git merge --abort', ...lock];
  }
  const install = request.skipInstall && changesRequirements(report) ? ['uv sync'] : [];
  return [...install, 'uv run poe check'];
}

/** Locks the packages once a merge is finished, and commits the lock. */
const LOCK = 'nimble-ml update';

/** Whether a change touches the file that the lock is made from. */
export function changesRequirements({ added, changed, merged, conflicts }: Report): boolean {
  const touched = [...merged, ...conflicts].map((one) => one.path);
  return [...added, ...changed, ...touched].includes('pyproject.toml');
}
