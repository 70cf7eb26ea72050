import { cp, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure, type Step, type Workspace } from '../step.ts';

export const step: Step = {
  title: 'Moved folder',
  needs: 'The written repository with its environment.',
  proves: 'A repository that `nimble-ml new` wrote works after its folder is moved or renamed.',
  requires: ['write'],
  run: moveFolder,
};

/** The programs in `.venv` find their Python next to them; `uv run poe lint` also starts another program. */
async function moveFolder(workspace: Workspace): Promise<undefined> {
  const folder = join(workspace.scratch, 'before-moving');
  const moved = join(workspace.scratch, 'after moving');
  await cp(workspace.repository, folder, { recursive: true, verbatimSymlinks: true });
  await rename(folder, moved);
  const { stdout } = await workspace.run(workspace.machine.uv, ['run', 'poe', '_list_tasks'], {
    cwd: moved,
  });
  if (!stdout.includes('train')) throw new Failure(`poe lists no task "train":\n${stdout}`);
  await workspace.run(workspace.machine.uv, ['run', 'pytest', '--version'], { cwd: moved });
  return undefined;
}
