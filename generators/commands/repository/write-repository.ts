import { existsSync, realpathSync } from 'node:fs';
import { announceWhenSlow } from '../../cli/announce-slow.ts';
import type { Ui } from '../../cli/command.ts';
import type { Request } from '../../cli/request.ts';
import { findHosted, writeNew } from '../../engine/write.ts';
import { enclosingRepository, isFresh } from '../../git/work-tree.ts';
import { installDependencies } from './dependencies.ts';
import {
  authorOf,
  commitFirst,
  commitJoined,
  initAndCommit,
  makeBaseline,
} from './first-commit.ts';
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
    const kept = findHosted(directory, plan.tree);
    await writeNew(plan.tree, directory, async () => {});
    return { commits: [], notes: describeKept(kept) };
  }
  const finding = enclosingRepository(directory); // while files are written
  const kept = findHosted(directory, plan.tree);
  let made: StepResult | undefined;
  let baseline: string | undefined;
  await writeNew(plan.tree, directory, async (staging) => {
    const { hasGit, top } = await finding;
    if (hasGit && top === undefined) made = await initAndCommit(staging, plan);
    else if (
      top !== undefined &&
      existsSync(directory) &&
      isSame(top, directory) &&
      (await isFresh(directory, kept))
    )
      baseline = await makeBaseline(directory, staging, plan);
  });
  const notes = describeKept(kept);
  if (made) {
    const isJoined = kept.length > 0 && made.commits.length > 0;
    const commits = isJoined ? [await commitJoined(directory, plan, ['HEAD'])] : [];
    return joinResults(made, { commits, notes });
  }
  const { top } = await finding;
  if (top === undefined) return note('git is not installed: nothing was committed.');
  if (isSame(top, directory)) {
    return joinResults(await commitFirst(directory, plan, baseline), { commits: [], notes });
  }
  return note(`The folder is inside the repository "${top}": nothing was committed there.`);
}

/** What happened to the files that a hosting service had put there. */
function describeKept(kept: readonly string[]): string[] {
  if (kept.length === 0) return [];
  const licences = kept.filter((name) => /^(licen|copying)/i.test(name));
  const joined = kept.filter((name) => !licences.includes(name));
  return [
    ...(joined.length > 0
      ? [`Your text stays in ${joined.join(' and ')}; what nimble-ml writes there follows it.`]
      : []),
    ...(licences.length > 0
      ? [
          `${licences.join(' and ')} stays as it was. To name that licence in pyproject.toml: nimble-ml update --license NAME`,
        ]
      : []),
  ];
}

function note(text: string): StepResult {
  return { commits: [], notes: [text] };
}

/** Whether two paths lead to one folder, through whatever links. */
function isSame(one: string, other: string): boolean {
  return realpathSync(one) === realpathSync(other);
}
