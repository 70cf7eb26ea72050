import { commitFile, commitTree, type Identity, initRepository, isUnborn } from '../engine/git.ts';
import type { Outcome, Plan } from './new.ts';

/** The rendered tree as the first commit, in the user's name. */
export async function commitFirst(folder: string, made: Plan, outcome: Outcome): Promise<void> {
  const { phase, modality, version } = outcome.to;
  await initRepository(folder);
  if (!(await isUnborn(folder))) {
    outcome.notes.push('The repository has commits already: nothing was committed.');
    return;
  }
  const message = (treeId: string) =>
    [
      `Start ${made.answers.name}: ${modality}, phase ${phase}`,
      '',
      'Written by nimble-ml; this commit is the rendered tree, untouched.',
      '',
      `Nimble-ML-Pristine: phase=${phase} version=${version} tree=${treeId}`,
    ].join('\n');
  outcome.commits.push(await commitTree(folder, made.tree, message, fallbackIdentity(made)));
}

/** The lock file, as a commit of its own: only the user's machine could make it. */
export async function commitLock(folder: string, made: Plan, outcome: Outcome): Promise<void> {
  const message = 'Lock the dependencies';
  outcome.commits.push(await commitFile(folder, 'uv.lock', message, fallbackIdentity(made)));
}

/** Who commits when git knows nobody: the answers' author. */
function fallbackIdentity({ answers }: Plan): Identity {
  return { name: String(answers.author), email: String(answers.email) };
}
