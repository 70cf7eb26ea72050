import { realpathSync } from 'node:fs';
import type { Door, Outcome, Plan, Request } from '../../cli/request.ts';
import { writeNew } from '../../engine/write.ts';
import { enclosingRepository } from '../../git/commit.ts';
import { commitFirst } from './commit.ts';
import { install } from './install.ts';

/** Puts a planned tree on disk, commits it where that is ours to do, and installs it. */
export async function writeRepository(
  directory: string,
  made: Plan,
  request: Request,
  door: Door,
  outcome: Outcome,
): Promise<void> {
  const looked = request.skipGit ? NO_GIT : enclosingRepository(directory); // while files are written
  await writeNew(made.tree, directory, async (staging) => {
    const { hasGit, top } = await looked;
    if (hasGit && top === undefined) await commitFirst(staging, made, outcome, { fresh: true });
  });
  const { hasGit, top: around } = await looked;
  const own = around === undefined || isSame(around, directory);
  const commits = hasGit && own;
  if (commits && around !== undefined)
    await commitFirst(directory, made, outcome, { fresh: false });
  if (!own) {
    outcome.notes.push(`It lies in the repository "${around}": nothing was committed there.`);
  } else if (!commits && !request.skipGit) {
    outcome.notes.push('git is not installed: nothing was committed.');
  }
  if (!request.skipInstall) await install(directory, made, commits, outcome, door);
}

const NO_GIT = { hasGit: false, top: undefined };

/** Whether two paths lead to one folder, through whatever links. */
function isSame(one: string, other: string): boolean {
  return realpathSync(one) === realpathSync(other);
}
