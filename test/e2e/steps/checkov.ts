import { findTool } from '../machine/tools.ts';
import type { Step, Workspace } from '../step.ts';

export const step: Step = {
  title: 'checkov finds nothing',
  needs: 'checkov from the Python index.',
  proves: 'checkov finds nothing in the infrastructure, the workflows and the Dockerfile.',
  scope: 'tooling',
  requires: ['write'],
  run: async (workspace: Workspace) => {
    const checkov = await findTool(workspace.machine, 'checkov');
    const quiet = ['--quiet', '--compact', '--skip-download'];
    await workspace.run(checkov, ['--directory', '.', ...quiet], { cwd: workspace.repository });
    return undefined;
  },
};
