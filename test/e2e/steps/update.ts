import { appendFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { change, copyPackage, makeOlder, SINCE } from '../older-package.ts';
import { installedPackage, installedProgram } from '../pack.ts';
import { filesIn } from '../repository/files.ts';
import { Failure, type Step, type Workspace } from '../step.ts';
import { editLikeATeam } from './phase-upgrade.ts';
import { newArguments } from './write.ts';

export const step: Step = {
  title: 'Updated from an older version',
  needs: 'The packed generator, and an older version made from it.',
  proves:
    'An edited repository of an older version is updated to what a new one with the same edits is, and a conflict can be aborted without a trace.',
  scope: 'generator',
  run: update,
};

const COMMIT = ['commit', '--quiet', '--message=What a team did'];

/** An older package writes, a team edits, the older package is deleted; the packed one updates to what it would write, with the same edits. */
async function update(workspace: Workspace): Promise<string> {
  const older = await makeOlder(workspace);
  const folder = await writeWith(
    workspace,
    join(older, 'dist/generators/cli.js'),
    'written-earlier',
  );
  await rm(join(workspace.scratch, 'older'), { recursive: true });
  const inside = { cwd: folder, env: workspace.machine.env };
  await editAll(folder, SINCE.renamed.from);
  await workspace.shell('uv lock --quiet', inside);
  await workspace.shell('uv run --quiet poe format', inside);
  await workspace.run('git', ['add', '-A'], inside);
  await workspace.run('git', COMMIT, inside);
  await stopAtAConflict(workspace, folder);
  await reportChanges(workspace, folder);
  await updateCleanly(workspace, folder);
  const paths = await compareWithNew(workspace, folder);
  await workspace.shell('uv lock --quiet', inside);
  await workspace.shell('uv run poe lint', inside);
  await workspace.shell('uv run poe train', inside);
  for (const name of ['written-earlier', 'in-conflict', 'written-today', 'with-changes'])
    await rm(join(workspace.scratch, name), { recursive: true, force: true });
  return `${paths} paths equal to new with the same edits`;
}

async function writeWith(workspace: Workspace, bin: string, name: string): Promise<string> {
  const folder = join(workspace.scratch, name);
  const answers = newArguments(
    { ...workspace, scope: 'modality', modality: 'tabular', phase: 1 },
    folder,
  );
  await workspace.machine.run(process.execPath, [bin, ...answers, '--skip-install'], {
    log: workspace.log,
  });
  return folder;
}

/** What a team does, and a test in a file that the templates have renamed since. */
async function editAll(folder: string, contract: string): Promise<void> {
  await editLikeATeam(folder);
  const test = '\n\ndef test_our_own_promise() -> None:\n    assert __name__\n';
  await appendFile(join(folder, contract), test);
}

/** One commit, nothing left over, no object missing. */
async function updateCleanly(workspace: Workspace, folder: string): Promise<void> {
  const inside = { cwd: folder };
  const nimble = installedProgram(workspace.machine, 'nimble-ml');
  const before = (await workspace.run('git', ['rev-parse', 'HEAD'], inside)).stdout.trim();
  await workspace.run(nimble, ['update', '--yes', '--skip-install'], inside);
  const commits = ['rev-list', '--count', '--first-parent', `${before}..HEAD`];
  const { stdout: count } = await workspace.run('git', commits, inside);
  if (count.trim() !== '1') throw new Failure(`an update is one commit, not ${count.trim()}`);
  const { stdout: dirty } = await workspace.run('git', ['status', '--porcelain'], inside);
  if (dirty) throw new Failure(`an updated repository is not clean:\n${dirty}`);
  await workspace.run('git', ['fsck', '--strict', '--no-dangling'], inside);
}

/** Path by path what today's package writes, with the same edits. */
async function compareWithNew(workspace: Workspace, folder: string): Promise<number> {
  const packed = installedPackage(workspace.machine);
  const today = await writeWith(workspace, join(packed, 'dist/generators/cli.js'), 'written-today');
  await editAll(today, SINCE.renamed.to);
  const inside = { cwd: today };
  const ruff = join(folder, '.venv/bin/ruff');
  await workspace.run(ruff, ['check', '--quiet', '--fix'], inside);
  await workspace.run(ruff, ['format', '--quiet'], inside);
  await workspace.run('git', ['add', '-A'], inside);
  await workspace.run('git', COMMIT, inside);
  const [wanted, got] = [await entries(workspace, today), await entries(workspace, folder)];
  const paths = [...new Set([...wanted.keys(), ...got.keys()])];
  const other = paths.filter((path) => wanted.get(path) !== got.get(path));
  if (other.length > 0)
    throw new Failure(`updated, these are not as new with the same edits: ${other.join(', ')}`);
  return paths.length;
}

/** Mode and id by path, without the lock, which the day makes. */
async function entries(workspace: Workspace, folder: string): Promise<Map<string, string>> {
  const { stdout } = await workspace.run('git', ['ls-tree', '-r', '-z', 'HEAD'], { cwd: folder });
  const lines = stdout.split('\0').filter(Boolean);
  const found = lines.map((line) => line.split('\t').reverse() as [string, string]);
  return new Map(found.filter(([path]) => path !== 'uv.lock'));
}

/** The changes of the blocks that the repository has, and of no other. */
async function reportChanges(workspace: Workspace, folder: string): Promise<void> {
  const changed = await copyPackage(workspace, 'with-changes');
  const { version } = JSON.parse(await readFile(join(changed, 'package.json'), 'utf8'));
  const blocks = { 'tracking-mlflow': 'Runs have tags.', 'tracking-wandb': 'Runs have colours.' };
  for (const [id, sentence] of Object.entries(blocks)) {
    const text = `\nchanges:\n  ${version}: ${sentence}\n`;
    await appendFile(join(changed, 'templates/blocks/tracking', id, 'block.yaml'), text);
  }
  const bin = join(changed, 'dist/generators/cli.js');
  const asked = [bin, 'update', '--dry-run', '--yes'];
  const { stdout } = await workspace.run(process.execPath, asked, { cwd: folder });
  if (!stdout.includes('Runs have tags.'))
    throw new Failure(`"update" reports no change:\n${stdout}`);
  if (stdout.includes('Runs have colours.'))
    throw new Failure('"update" reports a block that is not there');
}

/** The templates and the user change the same line: exit code 1, and an abort restores every byte. */
async function stopAtAConflict(workspace: Workspace, from: string): Promise<void> {
  const folder = join(workspace.scratch, 'in-conflict');
  await workspace.run('git', ['clone', '--quiet', from, folder], { cwd: workspace.scratch });
  const inside = { cwd: folder };
  await change(join(folder, 'Dockerfile'), /ghcr\.io(\/astral-sh)/, 'mirror.example$1');
  await workspace.run('git', [...COMMIT, '--all'], inside);
  await writeFile(join(folder, 'scratch.txt'), 'not tracked\n');
  await writeFile(join(folder, 'mlflow.db'), 'ignored\n');
  const before = await everything(workspace, folder);
  const nimble = installedProgram(workspace.machine, 'nimble-ml');
  const stopped = await workspace.run(nimble, ['update', '--yes'], { ...inside, mayFail: true });
  const { stdout } = await workspace.run('git', ['diff', '--name-only', '--diff-filter=U'], inside);
  if (stopped.code !== 1 || stdout !== 'Dockerfile\n')
    throw new Failure(`ended with ${stopped.code}, in conflict: ${stdout}`);
  const text = await readFile(join(folder, 'Dockerfile'), 'utf8');
  if (!/<<<<<<< nimble-ml\/yours\n.*mirror\.example/.test(text))
    throw new Failure(`"Dockerfile" does not show both versions:\n${text}`);
  await workspace.run('git', ['merge', '--abort'], inside);
  if ((await everything(workspace, folder)) !== before)
    throw new Failure('"git merge --abort" left something else');
}

/** Every byte of a folder, tracked or not, the index and the last commit. */
async function everything(workspace: Workspace, folder: string): Promise<string> {
  const asked = ['ls-files', '--stage'];
  const index = (await workspace.run('git', asked, { cwd: folder })).stdout;
  const head = (await workspace.run('git', ['rev-parse', 'HEAD'], { cwd: folder })).stdout;
  return JSON.stringify([[...(await filesIn(folder))], index, head]);
}
