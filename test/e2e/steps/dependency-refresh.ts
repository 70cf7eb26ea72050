import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { executeWorkflow } from '../machine/act.ts';
import { readWorkflows } from '../machine/actions.ts';
import { openFakeGitHub } from '../machine/fake-gh.ts';
import { Failure, type Step, type Workspace } from '../step.ts';

export const step: Step = {
  title: 'Newer packages proposed',
  needs: 'act, and packages of different days from the Python index.',
  proves:
    'A refresh is refused with changes, is undone when a check fails, and is proposed as a pull request that names packages and metrics.',
  from: 2,
  scope: 'tooling',
  requires: ['sync'],
  run: refresh,
};

const NEWEST = /^exclude-newer = .*$/m;
const MOST_SECONDS = 1800;

/** A repository of last month moves to last week: refused, undone, done, and proposed. */
async function refresh(workspace: Workspace): Promise<string> {
  const { machine } = workspace;
  const cwd = join(workspace.scratch, 'last-month');
  await machine.run('git', ['clone', '--quiet', workspace.repository, cwd]);
  const project = join(cwd, 'pyproject.toml');
  await writeFile(project, (await readFile(project, 'utf8')).replace(NEWEST, daysAgo(21)));
  await workspace.run(machine.uv, ['lock', '--quiet', '--upgrade'], { cwd });
  const line = 'uv run --locked poe refresh';
  await expectEnd(workspace, cwd, line, 2, /has changes/);
  await workspace.run('git', ['commit', '--quiet', '--all', '--message', 'Last month'], { cwd });
  await breakTests(cwd);
  await expectEnd(workspace, cwd, line, 1, /are restored/);
  await expectUnchanged(workspace, cwd, 'after a check that failed');
  await workspace.run('git', ['clean', '--quiet', '--force', 'tests'], { cwd });
  const pull = await propose(workspace, cwd);
  await expectUnchanged(workspace, cwd, 'after the workflow, which works in a copy');
  expectMetrics(pull, 'the pull request');
  const parts = workspace.partsOf('dependency-refresh', ['workflow', 'task']);
  if (!parts.includes('task')) return countChanges(pull);
  await workspace.shell(line, { cwd, seconds: MOST_SECONDS });
  const page = await readFile(join(cwd, 'reports', 'refresh.md'), 'utf8');
  expectMetrics(page, '"reports/refresh.md"');
  await expectEnd(workspace, cwd, `${line} --days 400`, 2, /has changes/);
  return countChanges(page);
}

function expectMetrics(page: string, where: string): void {
  for (const text of ['| package | before | after |', '| seconds |', 'model.']) {
    if (!page.includes(text)) throw new Failure(`${where} lacks "${text}":\n${page}`);
  }
}

function countChanges(page: string): string {
  return /(\d+) packages change/.exec(page)?.[0] ?? '';
}

function daysAgo(days: number): string {
  const day = new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
  return `exclude-newer = "${day}T00:00:00Z"`;
}

async function breakTests(cwd: string): Promise<void> {
  await writeFile(join(cwd, 'tests', 'test_red.py'), 'def test_red() -> None:\n    assert not 1\n');
}

async function expectEnd(
  workspace: Workspace,
  cwd: string,
  line: string,
  wanted: number,
  says: RegExp,
) {
  const { code, output } = await workspace.shell(line, {
    cwd,
    mayFail: true,
    seconds: MOST_SECONDS,
  });
  if (code !== wanted || !says.test(output)) {
    throw new Failure(`"${line}" ended in ${code} and did not say ${says}:\n${output}`);
  }
}

async function expectUnchanged(workspace: Workspace, cwd: string, when: string): Promise<void> {
  const status = ['status', '--porcelain', '--', 'pyproject.toml', 'uv.lock'];
  const { stdout } = await workspace.run('git', status, { cwd });
  if (stdout) throw new Failure(`${when}:\n${stdout}`);
}

/** The workflow's two jobs, with a remote on disk and a fake gh; what it would have proposed. */
async function propose(workspace: Workspace, cwd: string): Promise<string> {
  const { remote, env, readPage } = await openFakeGitHub(workspace, cwd, 'refresh');
  const workflows = await readWorkflows(cwd);
  const workflow = workflows.find(({ path }) => path.endsWith('refresh.yml'));
  if (!workflow) throw new Failure('there is no workflow "refresh.yml"');
  await executeWorkflow(workspace, workflow, { cwd, env, seconds: MOST_SECONDS });
  const { stdout } = await workspace.run('git', ['diff', '--stat', 'main', 'refresh-packages'], {
    cwd: remote,
  });
  if (!/pyproject\.toml.*\n.*uv\.lock.*\n.*2 files changed/s.test(stdout)) {
    throw new Failure(`the branch changes other files than the two:\n${stdout}`);
  }
  return readPage();
}
