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
import { encodePath, splitFields } from '../git/path-bytes.ts';
import { attempt, GitFailure, git } from '../git/process.ts';
import type { Repository } from '../git/repository.ts';
import type { RepositoryLock } from '../git/repository-lock.ts';
import type { MergePlan } from './merge-plan.ts';
import { place } from './preflight.ts';
import { withoutSignals } from './signals.ts';

/** What is to be put into a repository. */
export interface Application {
  repository: Repository;
  lock: RepositoryLock;
  plan: MergePlan;
  /** The machine-made commit of the render, where history gets it as second parent. */
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
 * Files that git was told not to look at may hold edits that it does not report. Where there are such, it is made to
 * look before anything is written; it refuses every other surprise by itself, before it writes the first file.
 */
async function checkHidden(
  { top }: Repository,
  { tree, differences }: MergePlan,
  { path }: IndexCopy,
): Promise<void> {
  const env = { GIT_INDEX_FILE: path, GIT_LITERAL_PATHSPECS: '1' };
  const paths = differences.filter(({ status }) => status !== 'A').map((one) => one.path);
  const known = paths.some((one) => place(top, one) !== join(top, one)) ? [] : paths;
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

/** Somebody who works in the repository at the same time wins. */
function checkUnchanged({ index, top }: Repository, { taken }: IndexCopy): void {
  if (fingerprint(index) === taken && !existsSync(`${index}.lock`)) return;
  throw new Refusal(`Another git command changed "${top}" in the meantime. Try again.`);
}

/**
 * Files first, then the index that knows them; what cannot be written is taken back. The copy holds the last commit and
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
    await takeBack(repository, error);
  }
}

async function moveHead(repository: Repository, commit: string, message: string): Promise<void> {
  const said = `nimble-ml: ${message.split('\n')[0]}`;
  const args = ['update-ref', '-m', said, 'HEAD', commit, repository.head];
  const moved = await attempt(repository.top, args);
  if (moved.code !== 0) await takeBack(repository, new GitFailure('update-ref', moved.stderr));
  endMerge(repository.gitDir);
}

/** Everything as it was, and the reason why. */
async function takeBack({ top }: Repository, error: unknown): Promise<never> {
  const reason = error instanceof Error ? error.message : String(error);
  const back = await attempt(top, ['merge', '--abort']);
  throw new Refusal(
    back.code === 0
      ? `${reason}. Everything is as it was.`
      : `${reason}. To have everything as it was, make room and run: git merge --abort`,
  );
}

/** The message, with the paths that wait for the user below it, as git writes them. */
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
