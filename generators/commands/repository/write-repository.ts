import { realpathSync } from 'node:fs';
import { announceWhenSlow } from '../../cli/announce-slow.ts';
import type { Ui } from '../../cli/command.ts';
import type { Request } from '../../cli/request.ts';
import { writeNew } from '../../engine/write.ts';
import { enclosingRepository } from '../../git/work-tree.ts';
import { installDependencies } from './dependencies.ts';
import { authorOf, commitFirst, initAndCommit } from './first-commit.ts';
import type { RepositoryPlan } from './repository-plan.ts';
import { joinResults, type StepResult } from './step-result.ts';

/** Writes a planned tree, commits it unless it is inside another repository, and installs its dependencies. */
export async function writeRepository(
  directory: string,
  plan: RepositoryPlan,
  request: Request,
  ui: Ui,
): Promise<StepResult> {
  const writing = writeAndCommit(directory, plan, request);
  const committed = await announceWhenSlow(ui, 'Writing and committing the files …', writing);
  if (request.skipInstall) return committed;
  const isCommitted = committed.commits.length > 0;
  const lock = isCommitted
    ? { folder: directory, isWorkspace: false, commits: true, reason: undefined }
    : undefined;
  const how = { lock, author: authorOf(plan) };
  return joinResults(committed, await installDependencies(directory, how, ui));
}

async function writeAndCommit(
  directory: string,
  plan: RepositoryPlan,
  { skipGit }: Request,
): Promise<StepResult> {
  if (skipGit) {
    await writeNew(plan.tree, directory, async () => {});
    return { commits: [], notes: [] };
  }
  const finding = enclosingRepository(directory); // while files are written
  let made: StepResult | undefined;
  await writeNew(plan.tree, directory, async (staging) => {
    const { hasGit, top } = await finding;
    if (hasGit && top === undefined) made = await initAndCommit(staging, plan);
  });
  if (made) return made;
  const { top } = await finding;
  if (top === undefined) return note('git is not installed: nothing was committed.');
  if (isSame(top, directory)) return commitFirst(directory, plan);
  return note(`The folder is inside the repository "${top}": nothing was committed there.`);
}

function note(text: string): StepResult {
  return { commits: [], notes: [text] };
}

/** Whether two paths lead to one folder, through whatever links. */
function isSame(one: string, other: string): boolean {
  return realpathSync(one) === realpathSync(other);
}
