import type { Step, Workspace } from '../step.ts';

export const step: Step = {
  title: 'Fresh clone synced',
  needs: 'The written repository.',
  proves: 'A clone installs exactly what the lock names, under the name of the project.',
  scope: 'every',
  requires: ['write'],
  run: syncClone,
};

/** A colleague's first minute: clone, and install exactly what the lock says. */
async function syncClone(workspace: Workspace): Promise<undefined> {
  const clone = ['clone', '--quiet', workspace.repository, workspace.clone];
  await workspace.machine.run('git', clone, { log: workspace.log });
  // The name in the environment's prompt comes from the folder, the project's from its metadata.
  await workspace.run(workspace.machine.uv, ['sync', '--locked']);
  await workspace.run(workspace.machine.uv, ['pip', 'show', '--quiet', workspace.name]);
  return undefined;
}
