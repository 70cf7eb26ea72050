import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { quoteForShell } from '../../cli/printing.ts';
import type { Request } from '../../cli/request.ts';
import type { MergePlan } from '../../merge/merge-plan.ts';
import { findLockFolder, findLockReason, LOCK } from '../repository/lock-place.ts';
import type { ExistingRepository } from './existing-repository.ts';

type Report = MergePlan['report'];

/** The commands that come next: carry out a dry run; finish or undo a merge, then lock; or check the result. */
export async function nextSteps(
  command: string,
  report: Report,
  request: Request,
  { repository, reader }: Pick<ExistingRepository, 'repository' | 'reader'>,
): Promise<string[]> {
  if (request.dryRun) return [commandLine(command, request)];
  if (report.conflicts.length > 0) {
    const paths = report.conflicts.map(({ path }) => quoteForShell(path)).join(' ');
    const hasLock = existsSync(join(await findLockFolder(repository.folder, repository.top), LOCK));
    const lock = hasLock && changesRequirements(report) ? [LOCK_AGAIN] : [];
    return [`git add -A -- ${paths} && git commit --no-edit`, 'git merge --abort', ...lock];
  }
  const isLeft = request.skipInstall && changesRequirements(report);
  const isAsked = isLeft && (await findLockReason(repository, reader)) === undefined;
  return [...(isAsked ? ['uv sync'] : []), 'uv run poe check'];
}

/** Locks the packages once a merge is finished, and commits the lock. */
const LOCK_AGAIN = 'nimble-ml update';

/** Whether a change touches the file that the lock is made from. */
export function changesRequirements({ added, changed, merged, conflicts }: Report): boolean {
  const touched = [...merged, ...conflicts].map((one) => one.path);
  return [...added, ...changed, ...touched].includes('pyproject.toml');
}

/** The command line that does what a dry run showed: the same arguments, answers and choices. */
function commandLine(command: string, request: Request): string {
  const { args, only, restore, adopt, backup, blocks, given } = request;
  const answers = Object.entries(given).map(([key, value]) => {
    const flag = key.replaceAll('_', '-');
    if (typeof value === 'boolean') return value ? `--${flag}` : `--no-${flag}`;
    return `--${flag}=${[value].flat().join(',')}`;
  });
  const flags = [
    ...(only === undefined ? [] : [`--only=${only}`]),
    ...answers,
    ...blocks.map((folder) => `--blocks=${folder}`),
    ...restore.map((path) => `--restore=${path}`),
    ...(adopt ? ['--adopt'] : []),
    ...(backup ? ['--backup'] : []),
  ];
  return ['nimble-ml', command, ...args, ...flags.map(quoteFlag)].join(' ');
}

/** A flag as a shell takes it literally. */
function quoteFlag(flag: string): string {
  const [name = '', ...value] = flag.split('=');
  return value.length === 0 ? name : `${name}=${quoteForShell(value.join('='))}`;
}
