import { basename, join } from 'node:path';
import { readWorkflows, standInArguments, type Workflow } from '../machine/actions.ts';
import { findTool } from '../machine/tools.ts';
import { countTests } from '../repository/tests.ts';
import { type Room, Skip, type Step, Wrong } from '../step.ts';

export const step: Step = {
  title: 'workflows executed',
  needs: ['sync'],
  run: executeWorkflows,
};

/** act runs the jobs in a copy of the clone, on this machine itself. */
async function executeWorkflows(room: Room): Promise<string> {
  if (process.platform === 'win32')
    throw new Skip('act runs workflows on this machine on Linux only');
  const act = await findTool(room.machine, 'act');
  const workflows = await readWorkflows(room.clone);
  for (const workflow of workflows) {
    const output = await executeWorkflow(room, act, workflow);
    if (/\bpoe check\b/.test(workflow.text)) room.facts.checked ??= countTests(output);
  }
  return workflows.map(({ path }) => basename(path)).join(', ');
}

async function executeWorkflow(room: Room, act: string, workflow: Workflow): Promise<string> {
  await room.run(act, ['--validate', '--strict', '--workflows', workflow.path]);
  const words = [
    workflow.event,
    `--workflows=${workflow.path}`,
    '--platform=ubuntu-latest=-self-hosted',
    `--action-cache-path=${join(room.scratch, 'act')}`,
    '--action-offline-mode',
    '--no-cache-server',
  ];
  const all = [...words, ...(await passedOn(room)), ...standInArguments(workflow)];
  // A home of its own: nothing of this user's settings leaks into the job.
  const env = { ...room.machine.env, HOME: join(room.scratch, 'act-home') };
  const { output } = await room.run(act, all, { env });
  if (!/Job succeeded/.test(output))
    throw new Wrong(`no job of "${workflow.path}" ran:\n${output}`);
  return output;
}

/** act gives its jobs a small environment; these lead to the package index. */
async function passedOn(room: Room): Promise<string[]> {
  const { env, uv } = room.machine;
  const cache = await room.run(uv, ['cache', 'dir']);
  const words: Record<string, string | undefined> = { UV_CACHE_DIR: cache.stdout.trim() };
  for (const name of ['UV_INDEX', 'UV_DEFAULT_INDEX', 'SSL_CERT_FILE', 'OMP_NUM_THREADS']) {
    words[name] = env[name];
  }
  return Object.entries(words).flatMap(([name, value]) =>
    value ? [`--env=${name}=${value}`] : [],
  );
}
