// act runs a workflow's jobs in a copy of a repository, on this machine itself.
import { join } from 'node:path';
import { type Room, Skip, Wrong } from '../step.ts';
import { standInArguments, type Workflow } from './actions.ts';
import type { RunOptions } from './processes.ts';
import { findTool } from './tools.ts';

/** Runs it to its end for the event it listens to; gives what it printed. */
export async function executeWorkflow(
  room: Room,
  workflow: Workflow,
  options: Partial<RunOptions> = {},
): Promise<string> {
  if (process.platform === 'win32')
    throw new Skip('act runs workflows on this machine on Linux only');
  const act = await findTool(room.machine, 'act');
  const env = options.env ?? room.machine.env;
  await room.run(act, ['--validate', '--strict', '--workflows', workflow.path]);
  const words = [
    workflow.event,
    `--workflows=${workflow.path}`,
    '--platform=ubuntu-latest=-self-hosted',
    `--action-cache-path=${join(room.scratch, 'act')}`,
    '--action-offline-mode',
    '--no-cache-server',
  ];
  // A search goes on for an hour where nobody says how long.
  const variables = ['--var=SWEEP_TRIALS=2'];
  const stands = standInArguments(workflow);
  const all = [...words, ...variables, ...(await passedOn(room, env)), ...stands];
  // A home of its own: nothing of this user's settings leaks into the job.
  const home = { ...env, HOME: join(room.scratch, 'act-home') };
  const { output } = await room.run(act, all, { ...options, env: home });
  if (!/Job succeeded/.test(output))
    throw new Wrong(`no job of "${workflow.path}" ran:\n${output}`);
  return output;
}

/** What a job has to see of this machine: the way to packages, to images and to stand-ins. */
const PASSED_ON =
  /^(UV_(INDEX|DEFAULT_INDEX)|SSL_CERT_FILE|OMP_NUM_THREADS|OPENBLAS_\w+|CONTAINERS_\w+|BUILDAH_ISOLATION|NIMBLE_E2E_LABEL|PIP_AUDIT_\w+|GH_STAND_IN|GIT_CONFIG_\w+)$/;

/** act gives its jobs a small environment. */
async function passedOn(room: Room, env: NodeJS.ProcessEnv): Promise<string[]> {
  const cache = await room.run(room.machine.uv, ['cache', 'dir']);
  const passed = Object.entries(env).filter(([name, value]) => value && PASSED_ON.test(name));
  const words = [['UV_CACHE_DIR', cache.stdout.trim()], ...passed];
  return words.map(([name, value]) => `--env=${name}=${value}`);
}
