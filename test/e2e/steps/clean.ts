import { type Room, type Step, Wrong } from '../step.ts';

export const step: Step = {
  title: 'git status clean',
  needs: ['train'],
  after: ['check', 'report', 'mlflow', 'notebook', 'dvc', 'readme', 'workflows', 'image'],
  run: expectClean,
};

/** After all that work only `dvc.lock` is new: the task tells people to commit it. */
async function expectClean(room: Room): Promise<undefined> {
  const { stdout } = await room.run('git', ['status', '--porcelain', '--untracked-files=all']);
  const left = stdout
    .split('\n')
    .filter(Boolean)
    .filter((line) => line.slice(3) !== 'dvc.lock');
  if (left.length > 0) throw new Wrong(`git status is not clean:\n${left.join('\n')}`);
  return undefined;
}
