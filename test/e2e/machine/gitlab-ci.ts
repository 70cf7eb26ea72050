// gitlab-ci-local reads .gitlab-ci.yml, checks it against GitLab's schema, and runs jobs on this machine.
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Skip, type Workspace } from '../step.ts';
import { needPrograms } from './debian.ts';
import { withLock } from './lock.ts';
import { type Machine, once } from './machine.ts';
import type { Outcome } from './processes.ts';

/** The newest version that starts with Node 20. */
const PACKAGE = 'gitlab-ci-local@4.70.0';

/** What starts a pipeline, with the variables that GitLab sets. */
export type Source = 'merge_request_event' | 'push' | 'schedule' | 'web';

/** Runs it in a folder; without jobs it lists those that this source starts. */
export async function runGitlabCi(
  workspace: Workspace,
  folder: string,
  source: Source,
  jobs: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  if (process.platform === 'win32') throw new Skip('gitlab-ci-local runs jobs here on Linux only');
  await needPrograms(workspace.machine, ['rsync'], ['rsync']);
  const program = await findProgram(workspace.machine);
  const all = { CI_PIPELINE_SOURCE: source, CI_COMMIT_BRANCH: 'main', CI_DEFAULT_BRANCH: 'main' };
  const cache = await workspace.run(workspace.machine.uv, ['cache', 'dir'], { cwd: folder });
  const here = { UV_CACHE_DIR: cache.stdout.trim() };
  const given = Object.entries({ ...all, ...here, ...variables }).map(
    ([name, value]) => `--variable=${name}=${value}`,
  );
  const what = jobs.length > 0 ? ['--force-shell-executor', ...jobs] : ['--list-csv'];
  const env = {
    ...workspace.machine.env,
    GCL_IGNORE_PREDEFINED_VARS: Object.keys({ ...all, ...variables }).join(','),
    // A home of its own: nothing of this user's settings leaks into the job.
    HOME: join(workspace.scratch, 'gitlab-home'),
  };
  return workspace.run(program, [...given, ...what], { cwd: folder, env, seconds: 1800 });
}

function findProgram(machine: Machine): Promise<string> {
  return once('gitlab-ci-local', () =>
    withLock(machine.cache, 'gitlab-ci-local', async () => {
      const folder = join(machine.cache, PACKAGE.replace('@', '-'));
      const program = join(folder, 'node_modules', '.bin', 'gitlab-ci-local');
      if (existsSync(program)) return program;
      await mkdir(folder, { recursive: true });
      const line = ['install', '--no-audit', '--no-fund', '--no-save', `--prefix=${folder}`];
      await machine.run('npm', [...line, PACKAGE]);
      return program;
    }),
  );
}
