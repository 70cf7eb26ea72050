import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { installedProgram } from '../pack.ts';
import { Failure, type Step, type Workspace } from '../step.ts';

export const step: Step = {
  title: 'Repository written and locked',
  needs: 'The packed generator.',
  proves: 'nimble-ml new writes, commits, locks and installs a repository.',
  scope: 'every',
  run: writeRepository,
};

/** The packed `nimble-ml new`, all the way: render, commit, lock, commit, sync. */
async function writeRepository(workspace: Workspace): Promise<string> {
  const { machine, repository } = workspace;
  const answers = newArguments(workspace, repository);
  const { stdout } = await machine.run(
    installedProgram(machine, 'nimble-ml'),
    [...answers, '--json'],
    { log: workspace.log },
  );
  const { notes } = JSON.parse(stdout) as { notes: string[] };
  if (notes.length > 0) throw new Failure(`not everything was done: ${notes.join(' ')}`);
  const status = await workspace.run('git', ['status', '--porcelain'], { cwd: repository });
  if (status.stdout) throw new Failure(`a new repository is not clean:\n${status.stdout}`);
  if (!existsSync(join(repository, 'uv.lock'))) throw new Failure('"uv.lock" was not written');
  const log = await workspace.run('git', ['log', '--format=%s'], { cwd: repository });
  const commits = log.stdout.trim().split('\n');
  if (commits.length !== 2)
    throw new Failure(`expected a commit and one for the lock:\n${log.stdout}`);
  return '';
}

/** Given, not taken from git: then every user gets the same bytes. */
const ANSWERS = {
  author: 'End to End',
  email: 'e2e@example.com',
  description: 'What a team does in its first minute',
};

/** The same answers for every command line of this workspace. */
export function newArguments(workspace: Workspace, directory: string): string[] {
  const { modality, name, phase, scope } = workspace;
  const answers: Record<string, string> = { ...ANSWERS, name, modality, phase: String(phase) };
  // What no modality changes is checked with a cloud.
  if (scope !== 'modality') answers.cloud = 'aws';
  const flags = Object.entries(answers).flatMap(([key, value]) => [`--${key}`, value]);
  return ['new', directory, '--yes', ...flags];
}
