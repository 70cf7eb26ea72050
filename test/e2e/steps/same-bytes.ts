import { join } from 'node:path';
import { treeOf } from '../repository/tree.ts';
import { Failure, type Step, type Workspace } from '../step.ts';
import { newArguments } from './write.ts';

export const step: Step = {
  title: 'Same bytes from the source',
  needs: 'The packed generator and its source.',
  proves: 'The packed generator writes the same tree as its source.',
  scope: 'every',
  requires: ['write'],
  run: writeFromSource,
};

async function writeFromSource(workspace: Workspace): Promise<undefined> {
  const cli = join(workspace.machine.source, 'dist', 'generators', 'cli.js');
  const directory = join(workspace.scratch, 'from-source');
  const answers = newArguments(workspace, directory);
  await workspace.machine.run(process.execPath, [cli, ...answers, '--skip-install'], {
    log: workspace.log,
  });
  const packed = await treeOf(workspace, workspace.repository);
  const source = await treeOf(workspace, directory);
  if (packed === source) return undefined;
  const objects = join(directory, '.git', 'objects');
  const { output } = await workspace.machine.run('git', ['diff', '--stat', packed, source], {
    cwd: workspace.repository,
    env: { ...workspace.machine.env, GIT_ALTERNATE_OBJECT_DIRECTORIES: objects },
  });
  throw new Failure(`the packed generator and its source write different trees:\n${output}`);
}
