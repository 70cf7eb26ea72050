import { join } from 'node:path';
import type { Workspace } from '../step.ts';

/** Another clone, with its environment, in a folder of that name. */
export async function openClone(
  workspace: Workspace,
  source: string,
  name: string,
): Promise<string> {
  const cwd = join(workspace.scratch, name);
  await workspace.machine.run('git', ['clone', '--quiet', source, cwd], { log: workspace.log });
  await workspace.run(workspace.machine.uv, ['sync', '--locked'], { cwd });
  return cwd;
}
