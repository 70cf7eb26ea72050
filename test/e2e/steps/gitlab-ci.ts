import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runGitlabCi, type Source } from '../machine/gitlab-ci.ts';
import { installedProgram } from '../pack.ts';
import { countTests } from '../repository/tests.ts';
import { Failure, type Step, type Workspace } from '../step.ts';
import { newArguments } from './write.ts';

export const step: Step = {
  title: 'Jobs of GitLab CI executed',
  needs: 'gitlab-ci-local from npm, and rsync.',
  proves:
    "With GitLab CI in place of GitHub Actions the pipelines fit GitLab's schema, start what they should, and their jobs pass.",
  scope: 'tooling',
  requires: ['write'],
  run: executeJobs,
};

/** Jobs that need what is prepared elsewhere: a container engine, the list of vulnerabilities. */
const NEED_MORE = ['image-check', 'image-to-registry', 'dependencies', 'scan'];

async function executeJobs(workspace: Workspace): Promise<string> {
  const folder = join(workspace.scratch, 'gitlab');
  const inside = { cwd: folder };
  const nimble = installedProgram(workspace.machine, 'nimble-ml');
  const line = [...newArguments(workspace, folder), '--ci', 'gitlab'];
  await workspace.machine.run(nimble, line, { log: workspace.log });
  await workspace.run('git', ['update-ref', 'refs/remotes/origin/main', 'HEAD'], inside);
  const files = await readdir(join(folder, '.gitlab', 'ci'));
  const jobs = files.map((file) => file.replace(/\.yml$/, ''));
  const pushed = await checkStarts(workspace, folder, jobs);

  const able = jobs.filter((job) => !NEED_MORE.includes(job));
  const chosen = workspace.partsOf('gitlab-ci', able);
  const notes: string[] = [];
  for (const job of able.filter((one) => chosen.includes(one))) {
    const started = performance.now();
    const variables = { SCHEDULED_JOB: job, TUNING_TRIALS: '2' };
    // A job that a user starts may fail without failing the pipeline.
    const source = pushed.includes(job) ? 'push' : 'schedule';
    const { output } = await runGitlabCi(workspace, folder, source, [job], variables);
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    if (job === 'check' && !countTests(output))
      throw new Failure(`"check" ran no test:\n${output}`);
    notes.push(`${job} ${seconds} s`);
  }
  const status = await workspace.run('git', ['status', '--porcelain', '-uno'], inside);
  if (status.stdout) throw new Failure(`the jobs changed files:\n${status.stdout}`);
  await rm(folder, { recursive: true, force: true });
  return notes.join(', ');
}

/** A merge request starts the checks, a schedule its one job, and a user may start any. Returns what a push starts. */
async function checkStarts(
  workspace: Workspace,
  folder: string,
  jobs: readonly string[],
): Promise<string[]> {
  const started = async (source: Source, scheduled = '') => {
    const variables = { SCHEDULED_JOB: scheduled };
    const { stdout } = await runGitlabCi(workspace, folder, source, [], variables);
    return jobs.filter((job) => stdout.split('\n').some((row) => row.startsWith(`${job};`)));
  };
  const merge = await started('merge_request_event');
  const push = await started('push');
  const user = await started('web');
  const scheduled = await started('schedule', 'tuning');
  const right =
    merge.includes('check') &&
    push.includes('check') &&
    !merge.includes('tuning') &&
    user.length === jobs.length &&
    scheduled.join() === 'tuning';
  if (right) return push;
  const seen = { jobs, merge, push, user, scheduled };
  throw new Failure(`the pipelines start other jobs than they should: ${JSON.stringify(seen)}`);
}
