import { copyFileSync, mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Refusal } from '../engine/errors.ts';
import { type Identity, makeCommit } from '../git/identity.ts';
import type { IndexCopy } from '../git/index-copy.ts';
import { conflictLines, unmergedLines } from '../git/merge-state.ts';
import type { ObjectReader } from '../git/object-reader.ts';
import { pathOnDisk } from '../git/path-bytes.ts';
import { attempt, GitFailure } from '../git/process.ts';
import type { Repository } from '../git/repository.ts';
import type { RepositoryLock } from '../git/repository-lock.ts';
import { type Scratch, withObjectsOf } from '../git/scratch.ts';
import { pathsLeftOut, stageFiles } from '../git/staged-files.ts';
import { updateIndex } from '../git/update-index.ts';
import { changed } from './changed-meanwhile.ts';
import { readState } from './file-state.ts';
import type { MergePlan } from './merge-plan.ts';
import { checkFolders } from './preflight.ts';
import type { FileChange } from './write-files.ts';

/** A planned merge, and what it is applied to. */
export interface Application {
  repository: Repository;
  lock: RepositoryLock;
  /** Answers from the repository as it is. */
  reader: ObjectReader;
  plan: MergePlan;
  /** Where the objects of the merge are until they are published. */
  scratch: Scratch;
  /** Puts them into the repository; returns the commit that holds the new render, where it becomes the second parent. */
  publish: () => Promise<string | undefined>;
  message: string;
  fallback: Identity;
}

/** All that takes place or fails, made before the repository is touched. */
export interface Prepared {
  baseline: string | undefined;
  commit: string | undefined;
  /** The index of the result, and one in which all its paths are unmerged. */
  finished: string;
  unmerged: string;
  changes: FileChange[];
}

/** Makes commit, indexes and files next to the repository: what lacks space, rights or a filter fails here. */
export async function prepare(what: Application, copy: IndexCopy): Promise<Prepared> {
  const { repository, plan, lock } = what;
  const unmerged = join(lock.folder, 'unmerged');
  copyFileSync(copy.path, unmerged);
  const work = [
    prepareFiles(what, copy),
    publishCommits(what),
    updateIndex(repository, { GIT_INDEX_FILE: unmerged }, unmergedLines(plan.differences)),
  ] as const;
  await Promise.allSettled(work); // none still runs when another has failed
  const [changes, commits] = await Promise.all(work);
  return { ...commits, finished: copy.path, unmerged, changes };
}

/** The new render's commit, and the result's when there is no conflict. */
async function publishCommits(what: Application): Promise<Pick<Prepared, 'baseline' | 'commit'>> {
  const { repository, plan, message, fallback } = what;
  const baseline = await what.publish();
  if (plan.conflicts.length > 0) return { baseline, commit: undefined };
  const parents = [repository.head, ...(baseline ? [baseline] : [])];
  const request = { tree: plan.tree, parents, message, fallback };
  return { baseline, commit: await makeCommit(repository.top, request) };
}

/**
 * Looks at the files before git compares them with the last commit, so that what is expected of them later is what git saw. git
 * compares files marked "assume unchanged" or "skip worktree" too.
 */
async function prepareFiles(what: Application, copy: IndexCopy): Promise<FileChange[]> {
  const { repository, plan, lock } = what;
  const env = { GIT_INDEX_FILE: copy.path, ...withObjectsOf(what.scratch) };
  checkFolders(repository.top, plan.differences);
  const looked = plan.differences.map((one) => ({
    ...one,
    expected: one.status === 'A' ? NOTHING : readState(pathOnDisk(repository.top, one.path)),
  }));
  // The copy holds the last commit and nothing else, so git gets one tree: of two it would look up every object there is.
  const read = await attempt(repository.top, ['read-tree', '-m', plan.tree], { env });
  if (read.code !== 0) {
    const failure = new GitFailure('read-tree', read.stderr);
    if (failure.environment) throw failure;
    throw new Refusal(`git would not write the result: ${oneLine(read.stderr)}`);
  }
  const conflicting = new Set(plan.conflicts.map(({ path }) => repository.prefix + path));
  const leftOut = repository.sparse ? await pathsLeftOut(repository, env) : NO_PATHS;
  const wanted = looked.filter(({ path, status, expected }) => {
    if (leftOut.has(path) && !conflicting.has(path)) return false; // not on disk, and it stays so
    const isGone = status !== 'A' && expected.kind === 'nothing';
    if (isGone && !repository.sparse) throw changed(path);
    return !(isGone && status === 'D');
  });
  const staged = wanted.filter(({ status }) => status !== 'D').map(({ path }) => path);
  const folder = join(lock.folder, 'staged');
  mkdirSync(folder);
  await stageFiles(repository, env, folder, staged, plan.tree);
  if (plan.conflicts.length > 0) {
    await updateIndex(repository, env, conflictLines(plan.conflicts, repository.prefix));
  }
  return wanted.map(({ path, status, expected }) => ({
    path,
    expected,
    staged: status === 'D' ? undefined : pathOnDisk(folder, path),
  }));
}

/** Removes the folders in which finished files were, while git works; what cannot be removed goes with the lock. */
export async function removeStaged({ folder }: RepositoryLock): Promise<void> {
  await rm(join(folder, 'staged'), { recursive: true, force: true }).catch(() => {});
}

const NOTHING = { kind: 'nothing', rights: 0, content: '' } as const;
const NO_PATHS: ReadonlySet<string> = new Set();

function oneLine(text: string): string {
  return text
    .trim()
    .split('\n')
    .map((line) => line.trim())
    .join(' ');
}
