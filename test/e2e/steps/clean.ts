import { Failure, type Step, type Workspace } from '../step.ts';

export const step: Step = {
  title: 'git status stays clean',
  needs: 'A trained clone in which the other tasks have run.',
  proves:
    'No task leaves a file that git sees, except those that the tasks ask the user to commit.',
  requires: ['train'],
  after: ['check', 'report', 'mlflow', 'notebook', 'dvc', 'readme', 'workflows', 'image'],
  run: expectClean,
};

/** What the tasks ask the user to commit. */
const COMMITTED_LATER = ['dvc.lock', 'data/schema.yaml', 'data/split.yaml', 'docs/dataset-card.md'];

async function expectClean(workspace: Workspace): Promise<undefined> {
  const { stdout } = await workspace.run('git', ['status', '--porcelain', '--untracked-files=all']);
  const left = stdout
    .split('\n')
    .filter(Boolean)
    .filter((line) => !COMMITTED_LATER.includes(line.slice(3)));
  if (left.length > 0) throw new Failure(`git status is not clean:\n${left.join('\n')}`);
  return undefined;
}
