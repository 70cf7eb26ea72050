import { Refusal } from '../engine/errors.ts';
import { queryGit } from './query.ts';
import type { Repository } from './repository.ts';

/** Tracked paths that differ from the last commit; where a submodule stands counts once it was added. */
export async function findUncommitted(
  { top }: Repository,
  env: Readonly<Record<string, string>> = { GIT_OPTIONAL_LOCKS: '0' },
): Promise<string[]> {
  const { answer, stderr } = await queryGit(top, (git) => git.raw(['status', ...OPTIONS]), { env });
  if (answer === undefined) {
    throw new Refusal(`git cannot tell what has changed: ${stderr.trim().split('\n').at(-1)}`);
  }
  return answer
    .split('\0')
    .flatMap((line) => /^(?:1 (?!\.. S)(?:\S+ ){7}|u (?:\S+ ){9})(.*)$/s.exec(line)?.[1] ?? []);
}

const OPTIONS = [
  '--porcelain=v2',
  '-z',
  '--branch', // so that there is output at once: simple-git waits for more where there is none
  '--no-ahead-behind',
  '--untracked-files=no',
  '--no-renames',
  '--ignore-submodules=dirty',
];
