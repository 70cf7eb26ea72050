import { basename, join } from 'node:path';
import { readWorkflows, standInArguments, type Workflow } from '../machine/actions.ts';
import { findTool } from '../machine/tools.ts';
import { type Room, Skip, type Step, Wrong } from '../step.ts';

export const step: Step = {
  title: 'workflows executed',
  needs: ['sync'],
  after: ['check'],
  run: executeWorkflows,
};

/** act runs the jobs in a copy of the clone, on this machine itself. */
async function executeWorkflows(room: Room): Promise<string> {
  if (process.platform === 'win32')
    throw new Skip('act runs workflows on this machine on Linux only');
  const act = await findTool(room.machine, 'act');
  const workflows = await readWorkflows(room.clone);
  const names: string[] = [];
  for (const workflow of workflows) {
    await executeWorkflow(room, act, workflow);
    names.push(basename(workflow.path));
  }
  return names.join(', ');
}

async function executeWorkflow(room: Room, act: string, workflow: Workflow): Promise<void> {
  await room.run(act, ['--validate', '--strict', '--workflows', workflow.path]);
  const { output } = await room.run(act, [
    workflow.event,
    '--workflows',
    workflow.path,
    '--platform=ubuntu-latest=-self-hosted',
    `--action-cache-path=${join(room.scratch, 'act')}`,
    '--no-cache-server',
    ...passedOn(room),
    ...standInArguments(workflow),
  ]);
  if (!/Job succeeded/.test(output))
    throw new Wrong(`no job of "${workflow.path}" ran:\n${output}`);
}

/** act gives its jobs a small environment; these lead to the package index. */
function passedOn(room: Room): string[] {
  const { env } = room.machine;
  const names = ['UV_INDEX', 'UV_DEFAULT_INDEX', 'SSL_CERT_FILE', 'OMP_NUM_THREADS'];
  return names.flatMap((name) => (env[name] ? ['--env', `${name}=${env[name]}`] : []));
}
