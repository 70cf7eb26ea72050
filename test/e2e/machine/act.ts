// act runs a workflow's jobs in a copy of a repository, on this machine itself.
import { join } from 'node:path';
import { Failure, Skip, type Workspace } from '../step.ts';
import { fakeActionArguments, type Workflow } from './actions.ts';
import type { RunOptions } from './processes.ts';
import { findTool } from './tools.ts';

/** Runs it to its end for the event it listens to; gives what it printed. */
export async function executeWorkflow(
  workspace: Workspace,
  workflow: Workflow,
  options: Partial<RunOptions> & { variables?: Readonly<Record<string, string>> } = {},
): Promise<string> {
  if (process.platform === 'win32')
    throw new Skip('act runs workflows on this machine on Linux only');
  const act = await findTool(workspace.machine, 'act');
  const env = options.env ?? workspace.machine.env;
  const inside = options.cwd === undefined ? {} : { cwd: options.cwd };
  const validate = ['--validate', '--strict', '--workflows', workflow.path];
  await workspace.run(act, validate, inside);
  const words = [
    workflow.event,
    `--workflows=${workflow.path}`,
    '--platform=ubuntu-latest=-self-hosted',
    `--action-cache-path=${join(workspace.scratch, 'act')}`,
    '--action-offline-mode',
    '--no-cache-server',
  ];
  // Tuning takes an hour by default.
  const given = { TUNING_TRIALS: '2', ...options.variables };
  const variables = Object.entries(given).map(([name, value]) => `--var=${name}=${value}`);
  const fakes = fakeActionArguments(workflow);
  const all = [...words, ...variables, ...(await passedOn(workspace, env, inside)), ...fakes];
  // A home of its own: nothing of this user's settings leaks into the job.
  const home = { ...env, HOME: join(workspace.scratch, 'act-home') };
  const { output } = await workspace.run(act, all, { ...options, env: home });
  if (!/Job succeeded/.test(output))
    throw new Failure(`no job of "${workflow.path}" ran:\n${output}`);
  return output;
}

/** What a job has to see of this machine: the way to packages, to images and to fakes. */
const PASSED_ON =
  /^(UV_(INDEX|DEFAULT_INDEX)|SSL_CERT_FILE|OMP_NUM_THREADS|OPENBLAS_\w+|CONTAINERS_\w+|BUILDAH_ISOLATION|NIMBLE_E2E_LABEL|PIP_AUDIT_\w+|FAKE_GH_BODY|NIMBLE_ML|GIT_CONFIG_\w+)$/;

/** act gives its jobs a small environment. */
async function passedOn(
  workspace: Workspace,
  env: NodeJS.ProcessEnv,
  inside: Partial<RunOptions>,
): Promise<string[]> {
  const cache = await workspace.run(workspace.machine.uv, ['cache', 'dir'], inside);
  const passed = Object.entries(env).filter(([name, value]) => value && PASSED_ON.test(name));
  const words = [['UV_CACHE_DIR', cache.stdout.trim()], ...passed];
  return words.map(([name, value]) => `--env=${name}=${value}`);
}
