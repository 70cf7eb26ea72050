import { readWorkflows } from '../machine/actions.ts';
import { findTool } from '../machine/tools.ts';
import type { Step, Workspace } from '../step.ts';

export const step: Step = {
  title: 'Workflows of the generator',
  needs: 'zizmor and act from the Python index.',
  proves: 'The workflows of this project are valid, and zizmor finds nothing in them.',
  scope: 'generator',
  run: auditOwnWorkflows,
};

/** The generator's workflows, to the same measure as those it writes. */
async function auditOwnWorkflows(workspace: Workspace): Promise<undefined> {
  const { machine } = workspace;
  const cwd = machine.checkout;
  const zizmor = await findTool(machine, 'zizmor');
  const quiet = ['--offline', '--persona', 'auditor', '--no-progress'];
  await workspace.run(zizmor, [...quiet, '.github'], { cwd });
  const act = await findTool(machine, 'act');
  for (const { path } of await readWorkflows(cwd)) {
    await workspace.run(act, ['--validate', '--strict', '--workflows', path], { cwd });
  }
  return undefined;
}
