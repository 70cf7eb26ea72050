import { resolve } from 'node:path';
import { enclosingRepository, hasGit } from '../engine/git.ts';
import { writeNew } from '../engine/write.ts';
import { commitFirst } from './commit.ts';
import { install } from './install.ts';
import type { Door, Outcome, Plan, Request } from './new.ts';

/** Puts a planned tree on disk, commits it where that is ours to do, and installs it. */
export async function writeRepository(
  directory: string,
  made: Plan,
  request: Request,
  door: Door,
  outcome: Outcome,
): Promise<void> {
  const around = request.skipGit ? undefined : await enclosingRepository(directory);
  const own = around === undefined || resolve(around) === directory;
  const commits = !request.skipGit && own && (await hasGit());
  await writeNew(made.tree, directory, async (staging) => {
    if (commits && around === undefined) await commitFirst(staging, made, outcome);
  });
  if (commits && around !== undefined) await commitFirst(directory, made, outcome);
  if (!own) {
    outcome.notes.push(`It lies in the repository "${around}": nothing was committed there.`);
  } else if (!commits && !request.skipGit) {
    outcome.notes.push('git is not installed: nothing was committed.');
  }
  if (!request.skipInstall) await install(directory, made, commits, outcome, door);
}
