import { readWorkflows } from '../machine/actions.ts';
import { findTool } from '../machine/tools.ts';
import type { Room, Step } from '../step.ts';

export const step: Step = {
  title: 'our own workflows',
  scope: 'once',
  run: auditOwnWorkflows,
};

/** The generator's workflows, to the same measure as those it writes. */
async function auditOwnWorkflows(room: Room): Promise<undefined> {
  const { machine } = room;
  const cwd = machine.checkout;
  const zizmor = await findTool(machine, 'zizmor');
  const quiet = ['--offline', '--persona', 'auditor', '--no-progress'];
  await room.run(zizmor, [...quiet, '.github'], { cwd });
  const act = await findTool(machine, 'act');
  for (const { path } of await readWorkflows(cwd)) {
    await room.run(act, ['--validate', '--strict', '--workflows', path], { cwd });
  }
  return undefined;
}
