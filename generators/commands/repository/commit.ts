import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Outcome, Plan } from '../../cli/request.ts';
import { commitFile, commitTree, initRepository, isUnborn } from '../../git/commit.ts';
import type { Identity } from '../../git/identity.ts';
import { GitFailure } from '../../git/process.ts';
import { baselineTrailer } from '../../merge/baseline.ts';

/** The rendered tree as the first commit, in the user's name; in a repository made for it, or one without a commit. */
export async function commitFirst(
  folder: string,
  made: Plan,
  outcome: Outcome,
  { fresh }: { fresh: boolean },
): Promise<void> {
  const done = await noteFailure(outcome, async () => {
    if (fresh) await initRepository(folder);
    if (fresh || (await isUnborn(folder))) {
      const message = (treeId: string) => firstMessage(made, outcome, treeId);
      outcome.commits.push(await commitTree(folder, made.tree, message, fallbackIdentity(made)));
    } else {
      outcome.notes.push('The repository has commits already: nothing was committed.');
    }
  });
  if (!done && fresh) rmSync(join(folder, '.git'), { recursive: true, force: true });
}

/** The lock file, as a commit of its own: only the user's machine could make it. */
export async function commitLock(folder: string, made: Plan, outcome: Outcome): Promise<void> {
  await noteFailure(outcome, async () => {
    const message = 'Lock the dependencies';
    outcome.commits.push(await commitFile(folder, 'uv.lock', message, fallbackIdentity(made)));
  });
}

function firstMessage(made: Plan, outcome: Outcome, treeId: string): string {
  const { phase, modality, version } = outcome.to;
  return [
    `Start ${made.answers.name}: ${modality}, phase ${phase}`,
    '',
    'Written by nimble-ml; this commit is the rendered tree, untouched.',
    '',
    baselineTrailer(phase, version, treeId),
  ].join('\n');
}

/** A git that fails is no reason to have no repository: whether it worked, with a note when not. */
async function noteFailure(outcome: Outcome, work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (!(error instanceof GitFailure)) throw error;
    outcome.notes.push(`Not committed: ${error.message}`);
    return false;
  }
}

/** Who commits when git knows nobody: the answers' author. */
function fallbackIdentity({ answers }: Plan): Identity {
  return { name: String(answers.author), email: String(answers.email) };
}
