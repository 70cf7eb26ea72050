import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal } from '../../engine/errors.ts';
import { commitOnTop, commitTree, makeRootCommit } from '../../git/commit.ts';
import type { Identity } from '../../git/identity.ts';
import { GitFailure } from '../../git/process.ts';
import { initRepository, isUnborn } from '../../git/work-tree.ts';
import { baselineTrailer } from '../../merge/baseline.ts';
import { stateOfPlan } from './project-state.ts';
import type { RepositoryPlan } from './repository-plan.ts';
import type { StepResult } from './step-result.ts';

/** Makes a repository in a folder that was just written, and commits the rendered tree. */
export async function initAndCommit(folder: string, plan: RepositoryPlan): Promise<StepResult> {
  try {
    const { git_branch: branch } = plan.answers;
    await initRepository(folder, typeof branch === 'string' ? branch : undefined);
    return { commits: [await commitRender(folder, plan)], notes: [] };
  } catch (error) {
    const result = noteFailure(error);
    rmSync(join(folder, '.git'), { recursive: true, force: true });
    return result;
  }
}

/** Commits the rendered tree to a repository that was there, if it has no commit yet, or only what a hosting service put in. */
export async function commitFirst(
  folder: string,
  plan: RepositoryPlan,
  baseline: string | undefined,
): Promise<StepResult> {
  try {
    const unborn = await isUnborn(folder);
    if (unborn && baseline === undefined) {
      return { commits: [await commitRender(folder, plan)], notes: [] };
    }
    if (baseline !== undefined) {
      const parents = unborn ? [baseline] : ['HEAD', baseline];
      return { commits: [await commitJoined(folder, plan, parents)], notes: [] };
    }
    const note = 'The repository has commits already: nothing was committed.';
    return { commits: [], notes: [note] };
  } catch (error) {
    return noteFailure(error);
  }
}

/** Commits what was joined with files that were there, on top of the rendered tree. */
export function commitJoined(
  folder: string,
  plan: RepositoryPlan,
  parents: readonly string[],
): Promise<string> {
  const message = `Add ${plan.answers.name} to what was here`;
  return commitOnTop(folder, plan.tree, message, authorOf(plan), parents);
}

/** A commit of the rendered tree alone, where the folder has files that it is joined with; upgrades start from it. */
export async function makeBaseline(
  folder: string,
  staging: string,
  plan: RepositoryPlan,
): Promise<string> {
  const index = `${staging}.index`;
  try {
    const what = { tree: plan.tree, place: staging, index };
    return await makeRootCommit(folder, what, renderMessage(plan), authorOf(plan));
  } finally {
    rmSync(index, { force: true });
  }
}

/** Who commits when git does not know the user: the author among the answers. */
export function authorOf({ answers }: { answers: Readonly<Record<string, unknown>> }): Identity {
  return { name: String(answers.author), email: String(answers.email) };
}

function commitRender(folder: string, plan: RepositoryPlan): Promise<string> {
  return commitTree(folder, plan.tree, renderMessage(plan), authorOf(plan));
}

function renderMessage(plan: RepositoryPlan): (treeId: string) => string {
  const { phase, modality, version } = stateOfPlan(plan);
  return (treeId: string) =>
    [
      `Start ${plan.answers.name}: ${modality}, phase ${phase}`,
      '',
      'Written by nimble-ml; this commit is the rendered tree, untouched.',
      '',
      baselineTrailer(phase, version, treeId),
    ].join('\n');
}

/** A git that fails is no reason to have no repository. */
function noteFailure(error: unknown): StepResult {
  if (!(error instanceof GitFailure || error instanceof Refusal)) throw error;
  return { commits: [], notes: [`Not committed: ${error.message}`] };
}
