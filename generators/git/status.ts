import { quoteAll, Refusal } from '../engine/errors.ts';
import { queryGit } from './query.ts';
import type { Repository } from './repository.ts';
import { unexpectedOutput } from './unexpected-output.ts';

/** Tracked paths that differ from the last commit; another commit of a submodule counts once it is staged. */
export async function findUncommitted(
  { top }: Repository,
  env: Readonly<Record<string, string>> = { GIT_OPTIONAL_LOCKS: '0' },
): Promise<string[]> {
  const { answer, stderr } = await queryGit(top, (git) => git.raw(['status', ...OPTIONS]), { env });
  if (answer === undefined) {
    throw new Refusal(`git cannot tell what has changed: ${stderr.trim().split('\n').at(-1)}`);
  }
  return parseStatus(answer);
}

/** The paths in output of `status --porcelain=v2 -z`. */
export function parseStatus(output: string): string[] {
  const lines = output.split('\0').filter(Boolean);
  const strange = lines.find((line) => !/^(# |1 (\S+ ){7}.|u (\S+ ){9}.)/s.test(line));
  if (strange !== undefined) throw unexpectedOutput('status', strange);
  return lines.flatMap(
    (line) => /^(?:1 (?!\.. S)(?:\S+ ){7}|u (?:\S+ ){9})(.*)$/s.exec(line)?.[1] ?? [],
  );
}

/** Refuses uncommitted changes; files that git does not track do not count. */
export async function checkCommitted(
  repository: Repository,
  env: Readonly<Record<string, string>> = { GIT_OPTIONAL_LOCKS: '0' },
): Promise<void> {
  const changed = await findUncommitted(repository, env);
  if (changed.length === 0) return;
  const more = changed.length > 3 ? ` and ${changed.length - 3} more` : '';
  throw new Refusal(
    `${quoteAll(changed.slice(0, 3))}${more}: changed but not committed. Commit the change first, or put it aside with "git stash".`,
  );
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
