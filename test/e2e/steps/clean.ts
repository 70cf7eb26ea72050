import { type Room, type Step, Wrong } from '../step.ts';

export const step: Step = {
  title: 'git status clean',
  needs: ['train'],
  after: ['check', 'report', 'mlflow', 'notebook', 'dvc', 'readme', 'workflows', 'image'],
  run: expectClean,
};

/** What is new after all that work is what the tasks tell people to commit. */
const COMMITTED_LATER = ['dvc.lock', 'data/schema.yaml', 'docs/dataset-card.md'];

async function expectClean(room: Room): Promise<undefined> {
  const { stdout } = await room.run('git', ['status', '--porcelain', '--untracked-files=all']);
  const left = stdout
    .split('\n')
    .filter(Boolean)
    .filter((line) => !COMMITTED_LATER.includes(line.slice(3)));
  if (left.length > 0) throw new Wrong(`git status is not clean:\n${left.join('\n')}`);
  return undefined;
}
