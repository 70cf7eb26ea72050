import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { executeWorkflow } from '../machine/act.ts';
import { readWorkflows } from '../machine/actions.ts';
import { type Room, type Step, Wrong } from '../step.ts';

export const step: Step = {
  title: 'newer packages proposed',
  nightly: 2,
  from: 2,
  scope: 'once',
  needs: ['sync'],
  run: refresh,
};

const NEWEST = /^exclude-newer = .*$/m;
const MOST_SECONDS = 1800;

/** A repository of last month moves to last week: refused, taken back, done, and proposed. */
async function refresh(room: Room): Promise<string> {
  const { machine } = room;
  const cwd = join(room.scratch, 'last-month');
  await machine.run('git', ['clone', '--quiet', room.repository, cwd]);
  const project = join(cwd, 'pyproject.toml');
  await writeFile(project, (await readFile(project, 'utf8')).replace(NEWEST, daysAgo(21)));
  await room.run(machine.uv, ['lock', '--quiet', '--upgrade'], { cwd });
  const line = 'uv run --locked poe refresh';
  await expectEnd(room, cwd, line, 2, /has changes/);
  await room.run('git', ['commit', '--quiet', '--all', '--message', 'Last month'], { cwd });
  await breakTests(cwd);
  await expectEnd(room, cwd, line, 1, /are as before/);
  await expectUnchanged(room, cwd, 'after a check that failed');
  await room.run('git', ['clean', '--quiet', '--force', 'tests'], { cwd });
  const pull = await propose(room, cwd);
  await expectUnchanged(room, cwd, 'after the workflow, which works in a copy');
  await room.type(line, { cwd, seconds: MOST_SECONDS });
  const page = await readFile(join(cwd, 'reports', 'refresh.md'), 'utf8');
  for (const word of ['| package | before | after |', '| seconds |', 'model.']) {
    if (!page.includes(word)) throw new Wrong(`"reports/refresh.md" lacks "${word}":\n${page}`);
    if (!pull.includes(word)) throw new Wrong(`the pull request lacks "${word}":\n${pull}`);
  }
  await expectEnd(room, cwd, `${line} --days 400`, 2, /has changes/);
  return /(\d+) packages change/.exec(page)?.[0] ?? '';
}

function daysAgo(days: number): string {
  const day = new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
  return `exclude-newer = "${day}T00:00:00Z"`;
}

async function breakTests(cwd: string): Promise<void> {
  await writeFile(join(cwd, 'tests', 'test_red.py'), 'def test_red() -> None:\n    assert not 1\n');
}

async function expectEnd(room: Room, cwd: string, line: string, wanted: number, says: RegExp) {
  const { code, output } = await room.type(line, { cwd, mayFail: true, seconds: MOST_SECONDS });
  if (code !== wanted || !says.test(output)) {
    throw new Wrong(`"${line}" ended in ${code} and did not say ${says}:\n${output}`);
  }
}

async function expectUnchanged(room: Room, cwd: string, when: string): Promise<void> {
  const status = ['status', '--porcelain', '--', 'pyproject.toml', 'uv.lock'];
  const { stdout } = await room.run('git', status, { cwd });
  if (stdout) throw new Wrong(`${when}:\n${stdout}`);
}

/** The workflow's two jobs, with a remote on disk and a stand-in for gh; what it would have proposed. */
async function propose(room: Room, cwd: string): Promise<string> {
  const remote = join(room.scratch, 'remote.git');
  await room.run('git', ['clone', '--quiet', '--bare', cwd, remote], { cwd });
  await room.run('git', ['remote', 'set-url', 'origin', remote], { cwd });
  const programs = join(room.scratch, 'programs');
  await mkdir(programs, { recursive: true });
  await cp(join(import.meta.dirname, '..', 'stand-ins', 'gh'), join(programs, 'gh'));
  const env = {
    ...room.machine.env,
    PATH: [programs, room.machine.env.PATH].join(delimiter),
    GH_STAND_IN: join(room.scratch, 'pull-request.md'),
  };
  const workflows = await readWorkflows(cwd);
  const workflow = workflows.find(({ path }) => path.endsWith('refresh.yml'));
  if (!workflow) throw new Wrong('there is no workflow "refresh.yml"');
  await executeWorkflow(room, workflow, { cwd, env, seconds: MOST_SECONDS });
  const { stdout } = await room.run('git', ['diff', '--stat', 'main', 'refresh-packages'], {
    cwd: remote,
  });
  if (!/pyproject\.toml.*\n.*uv\.lock.*\n.*2 files changed/s.test(stdout)) {
    throw new Wrong(`the branch changes other files than the two:\n${stdout}`);
  }
  return readFile(env.GH_STAND_IN, 'utf8');
}
