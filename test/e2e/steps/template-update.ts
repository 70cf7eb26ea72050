import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { executeWorkflow } from '../machine/act.ts';
import { readWorkflows } from '../machine/actions.ts';
import { makeOlder } from '../older-package.ts';
import { installedPackage } from '../pack.ts';
import { Failure, type Step, type Workspace } from '../step.ts';
import { newArguments } from './write.ts';

export const step: Step = {
  title: 'Newer templates proposed',
  needs: 'act, the packed generator, and an older version made from it.',
  proves:
    'The scheduled workflow proposes an update as a branch and a pull request that says what changes; with conflicts it is a draft that says how to resolve them.',
  scope: 'generator',
  after: ['update'],
  run: proposeUpdate,
};

const EDITED = 'src/nimble_package/plots.py';

/** An older package writes; the workflow of the repository updates it, first without a conflict and then with one. */
async function proposeUpdate(workspace: Workspace): Promise<string> {
  const { folder, remote, inside } = await writeOlder(workspace, []);
  await workspace.run('git', ['remote', 'add', 'origin', remote], inside);
  const clean = await runWorkflow(workspace, folder);
  expectText(clean.body, ['nimble-ml 0.0.9 →', '## Added', '## Changed'], 'the pull request');
  if (/--draft/.test(clean.command)) throw new Failure('an update without conflicts is a draft');
  await expectBranch(workspace, remote, '"version": "0.0.9"', false);
  await editConflict(workspace, folder);
  await workspace.run('git', ['push', '--quiet', '--force', 'origin', 'HEAD:main'], inside);
  const draft = await runWorkflow(workspace, folder);
  expectText(draft.body, ['## Conflicts', 'git switch template-update'], 'the draft');
  if (!/--draft/.test(draft.command)) throw new Failure('an update with conflicts is no draft');
  await expectBranch(workspace, remote, '<<<<<<< nimble-ml/yours', true);
  await expectWorkStays(workspace, remote, () => runWorkflow(workspace, folder));
  for (const path of [folder, remote]) await rm(path, { recursive: true, force: true });
  return 'a pull request and a draft';
}

/** A repository that an older package wrote, and a bare clone of it as its remote. */
export async function writeOlder(workspace: Workspace, more: readonly string[]) {
  const older = await makeOlder(workspace);
  const folder = join(workspace.scratch, 'proposed');
  const spec = { ...workspace, scope: 'modality', modality: 'tabular', phase: 1 } as const;
  const flags = ['--with', 'template-update', '--skip-install', ...more];
  const line = [join(older, 'dist/generators/cli.js'), ...newArguments(spec, folder), ...flags];
  await workspace.machine.run(process.execPath, line, { log: workspace.log });
  await rm(join(workspace.scratch, 'older'), { recursive: true });
  const inside = { cwd: folder, env: workspace.machine.env };
  await workspace.shell('uv lock --quiet', inside);
  await commitAll(workspace, folder);
  const remote = join(workspace.scratch, 'proposed.git');
  await workspace.run('git', ['clone', '--quiet', '--bare', folder, remote], inside);
  return { folder, remote, inside };
}

/** A commit of the team on the proposed branch, which the next run leaves alone. */
export async function expectWorkStays(
  workspace: Workspace,
  remote: string,
  runAgain: () => Promise<unknown>,
): Promise<void> {
  const inside = { cwd: remote };
  const made = ['commit-tree', '-p', 'template-update', '-m', 'Resolved', 'template-update^{tree}'];
  const { stdout } = await workspace.run('git', made, inside);
  const work = stdout.trim();
  await workspace.run('git', ['update-ref', 'refs/heads/template-update', work], inside);
  await runAgain();
  const after = await workspace.run('git', ['rev-parse', 'template-update'], inside);
  if (after.stdout.trim() !== work) throw new Failure('work of the team on the branch is lost');
}

async function commitAll(workspace: Workspace, cwd: string): Promise<void> {
  await workspace.run('git', ['add', '-A'], { cwd });
  await workspace.run('git', ['commit', '--quiet', '--message=What a team did'], { cwd });
}

/** Runs the workflow's two jobs with a remote on disk and a fake gh. */
async function runWorkflow(
  workspace: Workspace,
  cwd: string,
): Promise<{ body: string; command: string }> {
  const programs = join(workspace.scratch, 'proposed-programs');
  await mkdir(programs, { recursive: true });
  await cp(join(import.meta.dirname, '..', 'fakes', 'gh'), join(programs, 'gh'));
  const bin = join(installedPackage(workspace.machine), 'dist/generators/cli.js');
  const body = join(workspace.scratch, 'template-update.md');
  const env = {
    ...workspace.machine.env,
    PATH: [programs, workspace.machine.env.PATH].join(delimiter),
    FAKE_GH_BODY: body,
    NIMBLE_ML: `"${process.execPath}" "${bin}"`,
  };
  const workflows = await readWorkflows(cwd);
  const workflow = workflows.find(({ path }) => path.endsWith('template-update.yml'));
  if (!workflow) throw new Failure('there is no workflow "template-update.yml"');
  await executeWorkflow(workspace, workflow, { cwd, env, seconds: 600 });
  return {
    body: await readFile(body, 'utf8'),
    command: await readFile(`${body}.command`, 'utf8'),
  };
}

/** A team changes a line that the templates change, too. */
export async function editConflict(workspace: Workspace, folder: string): Promise<void> {
  const name = workspace.name.replaceAll('-', '_');
  const path = join(folder, EDITED.replace('nimble_package', name));
  const text = await readFile(path, 'utf8');
  const edited = text.replace('"""Earlier: ', '"""Ours: ');
  if (edited === text) throw new Failure(`"${path}" does not begin as the older version wrote it`);
  await writeFile(path, edited);
  await commitAll(workspace, folder);
}

export function expectText(page: string, texts: readonly string[], where: string): void {
  for (const text of texts) {
    if (!page.includes(text)) throw new Failure(`${where} lacks "${text}":\n${page}`);
  }
}

/** Whether a text is in a file of the proposed branch. */
export async function expectBranch(
  workspace: Workspace,
  remote: string,
  text: string,
  wanted: boolean,
): Promise<void> {
  const { code } = await workspace.run('git', ['grep', '--quiet', '-F', text, 'template-update'], {
    cwd: remote,
    mayFail: true,
  });
  if ((code === 0) !== wanted) {
    throw new Failure(`the proposed branch ${wanted ? 'lacks' : 'holds'} "${text}"`);
  }
}
