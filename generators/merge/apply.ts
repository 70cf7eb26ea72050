import { copyFileSync, existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal } from '../engine/errors.ts';
import { type Identity, makeCommit } from '../git/identity.ts';
import type { IndexCopy } from '../git/index-copy.ts';
import {
  conflictLines,
  endMerge,
  fingerprint,
  startMerge,
  unmergedLines,
} from '../git/merge-state.ts';
import { encodePath, pathOnDisk, splitFields } from '../git/path-bytes.ts';
import { attempt, GitFailure, git } from '../git/process.ts';
import type { Repository } from '../git/repository.ts';
import type { RepositoryLock } from '../git/repository-lock.ts';
import type { MergePlan } from './merge-plan.ts';
import { withoutSignals } from './signals.ts';

/** A planned merge, and what it is applied to. */
export interface Application {
  repository: Repository;
  lock: RepositoryLock;
  plan: MergePlan;
  /** The commit that holds the new render, where it becomes the second parent. */
  baseline: string | undefined;
  message: string;
  fallback: Identity;
}

/** Puts a planned merge into the repository: a finished commit, or an ordinary merge in progress. */
export async function applyMerge(what: Application, copy: IndexCopy): Promise<string | undefined> {
  const { repository, plan, baseline, message, fallback } = what;
  const clean = plan.conflicts.length === 0;
  const parents = [repository.head, ...(baseline ? [baseline] : [])];
  const [commit, unmerged] = await Promise.all([
    clean
      ? makeCommit(repository.top, { tree: plan.tree, parents, message, fallback })
      : Promise.resolve(undefined),
    unmergedIndex(what, copy),
    checkHidden(repository, plan, copy),
  ]);
  checkUnchanged(repository, copy);
  await withoutSignals(async () => {
    const head = baseline ?? repository.head;
    startMerge(repository.gitDir, { head, parents: baseline ? 2 : 1, message: withList(what) });
    renameSync(unmerged, repository.index);
    await writeFiles(what, copy);
    if (commit) await moveHead(repository, commit, message);
    if (repository.sparse) await attempt(repository.top, ['sparse-checkout', 'reapply']);
  });
  return commit;
}

/**
 * Files marked "assume unchanged" or "skip worktree" may hold edits that git does not report. Where there are such, git
 * checks them before anything is written; everything else it checks by itself, before it writes the first file.
 */
async function checkHidden(
  { top }: Repository,
  { tree, differences }: MergePlan,
  { path }: IndexCopy,
): Promise<void> {
  const env = { GIT_INDEX_FILE: path, GIT_LITERAL_PATHSPECS: '1' };
  const paths = differences.filter(({ status }) => status !== 'A').map((one) => one.path);
  const known = paths.some((one) => pathOnDisk(top, one) !== join(top, one)) ? [] : paths;
  const flags = await git(top, ['ls-files', '-v', '-z', '--', ...known.slice(0, 500)], { env });
  const hidden = splitFields(flags).some((line) => /^[a-zS]/.test(line.toString('latin1')));
  if (!hidden && known.length === paths.length && paths.length <= 500) return;
  const tried = await attempt(top, ['read-tree', '-n', '-m', '-u', tree], { env });
  if (tried.code !== 0) {
    throw new Refusal(`git would not write the result: ${oneLine(tried.stderr)}`);
  }
}

async function unmergedIndex({ repository, lock, plan }: Application, copy: IndexCopy) {
  const path = join(lock.folder, 'unmerged');
  copyFileSync(copy.path, path);
  await updateIndex(repository, path, unmergedLines(plan.differences));
  return path;
}

function updateIndex(
  { top }: Repository,
  index: string,
  lines: ReturnType<typeof unmergedLines>,
): Promise<Buffer> {
  const input = Buffer.concat(
    lines.map(([mode, id, stage, path]) => encodePath(`${mode} ${id} ${stage}\t${path}\0`)),
  );
  const env = { GIT_INDEX_FILE: index };
  return git(top, ['update-index', '-z', '--index-info'], { input, env });
}

/** Another command that changed the repository in the meantime wins. */
function checkUnchanged({ index, top }: Repository, { taken }: IndexCopy): void {
  if (fingerprint(index) === taken && !existsSync(`${index}.lock`)) return;
  throw new Refusal(`Another git command changed "${top}" in the meantime. Try again.`);
}

/**
 * Files first, then the index that knows them; a write that fails is undone. The copy holds the last commit and
 * nothing else, so git gets one tree: of two it would look up every object there is.
 */
async function writeFiles(what: Application, copy: IndexCopy): Promise<void> {
  const { repository, plan } = what;
  const args = ['read-tree', '-m', '-u', plan.tree];
  try {
    await git(repository.top, args, { env: { GIT_INDEX_FILE: copy.path } });
    if (plan.conflicts.length > 0) {
      await updateIndex(repository, copy.path, conflictLines(plan.conflicts, repository.prefix));
    }
    renameSync(copy.path, repository.index);
  } catch (error) {
    await undo(repository, error);
  }
}

async function moveHead(repository: Repository, commit: string, message: string): Promise<void> {
  const reason = `nimble-ml: ${message.split('\n')[0]}`;
  const args = ['update-ref', '-m', reason, 'HEAD', commit, repository.head];
  const moved = await attempt(repository.top, args);
  if (moved.code !== 0) await undo(repository, new GitFailure('update-ref', moved.stderr));
  endMerge(repository.gitDir);
}

/** Undoes the merge, and says why. */
async function undo({ top }: Repository, error: unknown): Promise<never> {
  const reason = error instanceof Error ? error.message : String(error);
  const back = await attempt(top, ['merge', '--abort']);
  throw new Refusal(
    back.code === 0
      ? `${reason}. Nothing was changed.`
      : `${reason}. The merge could not be undone. Free some disk space, then undo it: git merge --abort`,
  );
}

/** The message, with the conflicting paths below it, as git writes them. */
function withList({ message, plan, repository }: Application): string {
  if (plan.conflicts.length === 0) return message;
  const paths = plan.conflicts.map(({ path }) => `#\t${repository.prefix}${path}`);
  return [message, '', '# Conflicts:', ...paths].join('\n');
}

function oneLine(text: string): string {
  return text
    .trim()
    .split('\n')
    .map((line) => line.trim())
    .join(' ');
}
