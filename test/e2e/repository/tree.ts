import { Failure, type Workspace } from '../step.ts';

/** The id of the tree in a repository's first commit: paths, bytes and modes in one id. */
export async function treeOf(workspace: Workspace, repository: string): Promise<string> {
  const git = async (...args: string[]) => {
    const { stdout } = await workspace.machine.run('git', ['-C', repository, ...args]);
    return stdout.trim();
  };
  const [first] = (await git('rev-list', '--max-parents=0', 'HEAD')).split('\n');
  if (!first) throw new Failure(`"${repository}" holds no commit`);
  return git('rev-parse', `${first}^{tree}`);
}
