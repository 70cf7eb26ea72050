import { join } from 'node:path';
import { Refusal } from '../engine/errors.ts';
import { type IndexCopy, keepIndex, replaceIndex } from '../git/index-copy.ts';
import {
  cleanLines,
  endMerge,
  fingerprint,
  keepMergeState,
  restoreMergeState,
  startMerge,
} from '../git/merge-state.ts';
import { attempt, GitFailure, git } from '../git/process.ts';
import { measureLogs, shortenLogs } from '../git/reflog.ts';
import type { Repository } from '../git/repository.ts';
import { updateIndex } from '../git/update-index.ts';
import { backUp } from './back-up.ts';
import type { MergePlan } from './merge-plan.ts';
import { type Application, type Prepared, prepare, removeStaged } from './prepare.ts';
import { withoutSignals } from './signals.ts';
import { Undo } from './undo.ts';
import { checkAside, writeFiles } from './write-files.ts';

/** What a merge that was put into the repository left. */
export interface Applied {
  /** Undefined when there are conflicts. */
  commit: string | undefined;
  /** What was in the way, and where it is now. */
  moved: { from: string; to: string }[];
}

/** Puts a planned merge into the repository: a finished commit, or an ordinary merge in progress; or changes nothing. */
export async function applyMerge(what: Application, copy: IndexCopy): Promise<Applied> {
  const prepared = await prepare(what, copy);
  const undo = new Undo();
  let moved: Applied['moved'] = [];
  await withoutSignals(async () => {
    try {
      moved = backUp(what.repository.top, what.plan.inTheWay, undo);
      await apply(what, prepared, copy, undo);
    } catch (error) {
      throw await undone(undo, error);
    }
    endMergeIfDone(what, prepared);
    const { sparse, top } = what.repository;
    if (sparse) await attempt(top, ['sparse-checkout', 'reapply']);
  });
  return { commit: prepared.commit, moved };
}

/** In this order, so that `git merge --abort` undoes it when it is killed: what says "merge", the index, the files, the index, HEAD. */
async function apply(
  what: Application,
  { baseline, changes, unmerged, finished, commit }: Prepared,
  copy: IndexCopy,
  undo: Undo,
): Promise<void> {
  const { repository, reader, plan, message, lock } = what;
  const { top, gitDir, head } = repository;
  const state = keepMergeState(gitDir);
  undo.add(() => restoreMergeState(gitDir, state));
  startMerge(gitDir, {
    head: baseline ?? head,
    parents: baseline ? 2 : 1,
    message: withList(what),
  });
  const before = keepIndex(repository, lock);
  let taken = await replaceIndex(repository, unmerged, copy.taken);
  undo.add(() => restoreIndex(repository, before, taken, plan));
  if ((await reader.find('HEAD'))?.id !== head) throw branchMoved(top);
  const place = { top, aside: join(lock.folder, 'aside') };
  writeFiles(place, changes, undo);
  // The index then knows the new files by their times. Where that fails, git compares their bytes.
  await Promise.all([
    attempt(top, ['update-index', '-q', '--refresh'], { env: { GIT_INDEX_FILE: finished } }),
    removeStaged(lock),
  ]);
  checkAside(place, changes);
  taken = await replaceIndex(
    repository,
    finished,
    await stillUnmerged(repository, unmerged, taken),
  );
  if (commit) await moveHead(repository, commit, message);
}

/** Another program that looks at the repository, an editor say, refreshes the index: the same paths with other times. */
async function stillUnmerged(
  { index, top }: Repository,
  unmerged: string,
  taken: string,
): Promise<string> {
  const now = fingerprint(index);
  if (now === taken) return taken;
  const [one, other] = await Promise.all(
    [index, unmerged].map((path) =>
      git(top, ['ls-files', '--stage', '-z'], { env: { GIT_INDEX_FILE: path } }),
    ),
  );
  return one && other?.equals(one) ? now : taken;
}

/** Puts the index back; where another git command has changed it since, the paths of the upgrade alone. */
async function restoreIndex(
  repository: Repository,
  before: string | undefined,
  taken: string,
  { differences }: MergePlan,
): Promise<void> {
  if (fingerprint(repository.index) === taken) {
    await replaceIndex(repository, before, taken);
    return;
  }
  await updateIndex(repository, { GIT_INDEX_FILE: repository.index }, cleanLines(differences));
}

async function moveHead(repository: Repository, commit: string, message: string): Promise<void> {
  const { top, head } = repository;
  const logs = measureLogs(repository);
  const reason = `nimble-ml: ${message.split('\n')[0]}`;
  const ended = await attempt(top, ['update-ref', '-m', reason, 'HEAD', commit, head]);
  if (ended.code === 0) return;
  const now = await attempt(top, ['rev-parse', '--verify', 'HEAD']);
  if (String(now.stdout).trim() === commit) return;
  shortenLogs(logs, head, commit);
  throw new GitFailure('update-ref', ended.stderr);
}

function endMergeIfDone({ repository }: Application, { commit }: Prepared): void {
  if (commit) endMerge(repository.gitDir);
}

function branchMoved(top: string): Refusal {
  return new Refusal(
    `Another git command moved the branch of "${top}" in the meantime. Nothing was changed. Try again.`,
  );
}

/** Undoes the merge, and says why. */
async function undone(undo: Undo, error: unknown): Promise<unknown> {
  const left = await undo.run();
  if (left !== undefined) {
    const reasons = [error, left.failed].map(reasonOf).join('; then: ');
    return new Refusal(
      `${reasons}. The upgrade could not be undone. Mend the reason, then undo it: git merge --abort`,
    );
  }
  if (error instanceof GitFailure) return new Refusal(`${error.message}. Nothing was changed.`);
  return error;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The message, with the conflicting paths below it, as git writes them. */
function withList({ message, plan, repository }: Application): string {
  if (plan.conflicts.length === 0) return message;
  const paths = plan.conflicts.map(({ path }) => `#\t${repository.prefix}${path}`);
  return [message, '', '# Conflicts:', ...paths].join('\n');
}
