import { lstatSync } from 'node:fs';
import { Refusal } from '../engine/errors.ts';
import { decodePath, encodePath, pathOnDisk, splitFields } from './path-bytes.ts';
import { attempt, GitFailure, git } from './process.ts';
import type { Repository } from './repository.ts';
import { unexpectedOutput } from './unexpected-output.ts';

/** Writes these paths of the index that `env` names below a folder, as a checkout would: with filters, line endings and rights. */
export async function stageFiles(
  { top }: Repository,
  env: Readonly<Record<string, string>>,
  folder: string,
  paths: readonly string[],
  tree: string,
): Promise<void> {
  if (paths.length === 0) return;
  const args = ['checkout-index', '-z', '--stdin', '--ignore-skip-worktree-bits'];
  const ended = await attempt(top, [...args, `--prefix=${folder}/`], {
    // From git 2.43 on, attributes of the result decide; before, those of the last commit.
    env: { ...env, GIT_ATTR_SOURCE: tree },
    input: Buffer.concat(paths.map((path) => encodePath(`${path}\0`))),
  });
  if (ended.code !== 0) {
    const { message } = new GitFailure('checkout-index', ended.stderr);
    throw new Refusal(`${message}. Nothing was changed.`); // a filter, the disk or rights: not our doing
  }
  const isMissing = (path: string) =>
    lstatSync(pathOnDisk(folder, path), { throwIfNoEntry: false }) === undefined;
  if (paths.some(isMissing)) throw unexpectedOutput('checkout-index', ended.stdout);
}

/** Paths of the index that `env` names which a sparse checkout leaves out of the work tree. */
export async function pathsLeftOut(
  { top }: Repository,
  env: Readonly<Record<string, string>>,
): Promise<Set<string>> {
  const lines = splitFields(await git(top, ['ls-files', '-t', '-z'], { env }));
  const left = lines.filter((line) => line[0] === 'S'.charCodeAt(0));
  return new Set(left.map((line) => decodePath(line.subarray(2))));
}
