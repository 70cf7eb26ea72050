import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runGitlabCi } from '../machine/gitlab-ci.ts';
import { CommandFailed } from '../machine/processes.ts';
import { installedPackage } from '../pack.ts';
import type { Step, Workspace } from '../step.ts';
import {
  editConflict,
  expectBranch,
  expectText,
  expectWorkStays,
  writeOlder,
} from './template-update.ts';

export const step: Step = {
  title: 'Newer templates proposed on GitLab',
  needs:
    'gitlab-ci-local from npm, rsync, the packed generator, and an older version made from it.',
  proves:
    'The scheduled jobs propose an update as a branch and a merge request that says what changes; with conflicts it is a draft that says how to resolve them.',
  scope: 'generator',
  after: ['update'],
  run: proposeUpdate,
};

const HOST = 'gitlab.example.com';
const TOKEN = 'secret-of-the-team';
const PROJECT = 'team/churn';

/** The commit that a run starts from: the jobs work in the folder itself. */
const START = 'start';
const RESET = ['reset', '--quiet', '--hard', START];

/** Writes down the options of a push, as a server gets them. */
const HOOK = [
  '#!/bin/sh',
  'for at in $(seq 0 $((GIT_PUSH_OPTION_COUNT - 1))); do',
  '  eval "printf \'%s\\n\' \\"\\$GIT_PUSH_OPTION_$at\\""',
  'done > options',
].join('\n');

async function proposeUpdate(workspace: Workspace): Promise<string> {
  const { folder, remote, inside } = await writeOlder(workspace, ['--ci', 'gitlab']);
  await prepareServer(workspace, remote, folder);
  await workspace.run('git', ['update-ref', 'refs/remotes/origin/main', 'HEAD'], inside);
  await workspace.run('git', ['branch', START], inside);
  const clean = await runJobs(workspace, folder, remote);
  const wanted = ['merge_request.create', 'merge_request.target=main', '\\n## Added\\n\\n- `'];
  expectText(clean, [...wanted, 'merge_request.title=Newer templates'], 'the merge request');
  await expectBranch(workspace, remote, '"version": "0.0.9"', false);
  await workspace.run('git', RESET, inside);
  await editConflict(workspace, folder);
  await workspace.run('git', ['branch', '--force', START], inside);
  const draft = await runJobs(workspace, folder, remote);
  expectText(draft, ['merge_request.title=Draft: Newer', '\\n## Conflicts\\n'], 'the draft');
  await expectBranch(workspace, remote, '<<<<<<< nimble-ml/yours', true);
  await expectWorkStays(workspace, remote, () => runJobs(workspace, folder, remote));
  const refused = await runJobs(workspace, folder, remote, '').catch((error: Error) => error);
  expectText(
    refused instanceof CommandFailed ? refused.report() : '',
    ['TEMPLATE_UPDATE_TOKEN is missing'],
    'a run without a token',
  );
  for (const path of [folder, remote]) await rm(path, { recursive: true, force: true });
  return 'a merge request and a draft';
}

/** A bare repository that takes push options, under the address that GitLab gives the job. */
async function prepareServer(workspace: Workspace, remote: string, folder: string): Promise<void> {
  const inside = { cwd: remote };
  await workspace.run('git', ['config', 'receive.advertisePushOptions', 'true'], inside);
  const hook = join(remote, 'hooks', 'post-receive');
  await mkdir(join(remote, 'hooks'), { recursive: true });
  await writeFile(hook, `${HOOK}\n`);
  await chmod(hook, 0o755);
  const address = `https://template-update:${TOKEN}@${HOST}/${PROJECT}.git`;
  await workspace.run('git', ['config', `url.${remote}.insteadOf`, address], { cwd: folder });
}

/** Both jobs of the schedule; returns what the server was asked for. */
async function runJobs(
  workspace: Workspace,
  folder: string,
  remote: string,
  token = TOKEN,
): Promise<string> {
  const bin = join(installedPackage(workspace.machine), 'dist/generators/cli.js');
  const variables = {
    SCHEDULED_JOB: 'template-update',
    NIMBLE_ML: `"${process.execPath}" "${bin}"`,
    TEMPLATE_UPDATE_TOKEN: token,
    CI_SERVER_PROTOCOL: 'https',
    CI_SERVER_HOST: HOST,
    CI_PROJECT_PATH: PROJECT,
  };
  const jobs = ['template-update', 'propose-template-update'];
  await workspace.run('git', RESET, { cwd: folder });
  await runGitlabCi(workspace, folder, 'schedule', jobs, variables);
  return readFile(join(remote, 'options'), 'utf8');
}
