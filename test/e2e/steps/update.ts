import { appendFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { change, copyPackage, makeOlder, SINCE } from '../older.ts';
import { installedProgram } from '../pack.ts';
import { filesIn } from '../repository/files.ts';
import { type Room, type Step, Wrong } from '../step.ts';
import { editLikeATeam } from './raise.ts';
import { newArguments } from './write.ts';

export const step: Step = {
  title: 'updated from an older package that is gone',
  scope: 'once',
  run: update,
};

const COMMIT = ['commit', '--quiet', '--message=What a team did'];

/** A package of last year writes, a team edits, the package is deleted; today's updates: as if written today and edited. */
async function update(room: Room): Promise<string> {
  const older = await makeOlder(room);
  const folder = await writeWith(room, join(older, 'dist/generators/cli.js'), 'written-earlier');
  await rm(join(room.scratch, 'older'), { recursive: true });
  const inside = { cwd: folder, env: room.machine.env };
  await editAll(folder, SINCE.renamed.from);
  await room.type('uv lock --quiet', inside);
  await room.type('uv run --quiet poe format', inside);
  await room.run('git', ['add', '-A'], inside);
  await room.run('git', COMMIT, inside);
  await stopAtAConflict(room, folder);
  await tellWhatChanged(room, folder);
  await updateCleanly(room, folder);
  const paths = await compareWithNew(room, folder);
  await room.type('uv lock --quiet', inside);
  await room.type('uv run poe lint', inside);
  await room.type('uv run poe train', inside);
  for (const name of ['written-earlier', 'in-conflict', 'written-today', 'telling'])
    await rm(join(room.scratch, name), { recursive: true, force: true });
  return `${paths} paths equal to new with the same edits`;
}

async function writeWith(room: Room, bin: string, name: string): Promise<string> {
  const folder = join(room.scratch, name);
  const answers = newArguments({ ...room, id: name, modality: 'tabular', phase: 1 }, folder);
  await room.machine.run(process.execPath, [bin, ...answers, '--skip-install'], { log: room.log });
  return folder;
}

/** What a team does, and a test in a file that the templates have renamed since. */
async function editAll(folder: string, contract: string): Promise<void> {
  await editLikeATeam(folder);
  const test = '\n\ndef test_our_own_promise() -> None:\n    assert config.Config\n';
  await appendFile(join(folder, contract), test);
}

/** One commit, nothing left over, no object missing. */
async function updateCleanly(room: Room, folder: string): Promise<void> {
  const inside = { cwd: folder };
  const nimble = installedProgram(room.machine, 'nimble-ml');
  const before = (await room.run('git', ['rev-parse', 'HEAD'], inside)).stdout.trim();
  await room.run(nimble, ['update', '--yes', '--skip-install'], inside);
  const commits = ['rev-list', '--count', '--first-parent', `${before}..HEAD`];
  const { stdout: count } = await room.run('git', commits, inside);
  if (count.trim() !== '1') throw new Wrong(`an update is one commit, not ${count.trim()}`);
  const { stdout: dirty } = await room.run('git', ['status', '--porcelain'], inside);
  if (dirty) throw new Wrong(`an updated repository is not clean:\n${dirty}`);
  await room.run('git', ['fsck', '--strict', '--no-dangling'], inside);
}

/** Path by path what today's package writes, with the same edits. */
async function compareWithNew(room: Room, folder: string): Promise<number> {
  const packed = join(room.machine.prefix, 'node_modules/generator-nimble-ml');
  const today = await writeWith(room, join(packed, 'dist/generators/cli.js'), 'written-today');
  await editAll(today, SINCE.renamed.to);
  const inside = { cwd: today };
  const ruff = join(folder, '.venv/bin/ruff');
  await room.run(ruff, ['check', '--quiet', '--fix'], inside);
  await room.run(ruff, ['format', '--quiet'], inside);
  await room.run('git', ['add', '-A'], inside);
  await room.run('git', COMMIT, inside);
  const [wanted, got] = [await entries(room, today), await entries(room, folder)];
  const paths = [...new Set([...wanted.keys(), ...got.keys()])];
  const other = paths.filter((path) => wanted.get(path) !== got.get(path));
  if (other.length > 0)
    throw new Wrong(`updated, these are not as new with the same edits: ${other.join(', ')}`);
  return paths.length;
}

/** Mode and id by path, without the lock, which the day makes. */
async function entries(room: Room, folder: string): Promise<Map<string, string>> {
  const { stdout } = await room.run('git', ['ls-tree', '-r', '-z', 'HEAD'], { cwd: folder });
  const lines = stdout.split('\0').filter(Boolean);
  const found = lines.map((line) => line.split('\t').reverse() as [string, string]);
  return new Map(found.filter(([path]) => path !== 'uv.lock'));
}

/** The changes that blocks state: of those that the repository has, and of no other. */
async function tellWhatChanged(room: Room, folder: string): Promise<void> {
  const telling = await copyPackage(room, 'telling');
  const { version } = JSON.parse(await readFile(join(telling, 'package.json'), 'utf8'));
  const blocks = { 'tracking-mlflow': 'Runs have tags.', 'tracking-wandb': 'Runs have colours.' };
  for (const [id, sentence] of Object.entries(blocks)) {
    const text = `\nchanges:\n  ${version}: ${sentence}\n`;
    await appendFile(join(telling, 'templates/blocks', id, 'block.yaml'), text);
  }
  const bin = join(telling, 'dist/generators/cli.js');
  const asked = [bin, 'update', '--dry-run', '--yes'];
  const { stdout } = await room.run(process.execPath, asked, { cwd: folder });
  if (!stdout.includes('Runs have tags.')) throw new Wrong(`"update" tells no change:\n${stdout}`);
  if (stdout.includes('Runs have colours.')) throw new Wrong('"update" tells what is not here');
}

/** The line that the templates change is the user's too: exit code 1, and an abort brings back every byte. */
async function stopAtAConflict(room: Room, from: string): Promise<void> {
  const folder = join(room.scratch, 'in-conflict');
  await room.run('git', ['clone', '--quiet', from, folder], { cwd: room.scratch });
  const inside = { cwd: folder };
  await change(join(folder, 'Dockerfile'), /ghcr\.io(\/astral-sh)/, 'mirror.example$1');
  await room.run('git', [...COMMIT, '--all'], inside);
  await writeFile(join(folder, 'scratch.txt'), 'not tracked\n');
  await writeFile(join(folder, 'mlflow.db'), 'ignored\n');
  const before = await everything(room, folder);
  const nimble = installedProgram(room.machine, 'nimble-ml');
  const stopped = await room.run(nimble, ['update', '--yes'], { ...inside, mayFail: true });
  const { stdout } = await room.run('git', ['diff', '--name-only', '--diff-filter=U'], inside);
  if (stopped.code !== 1 || stdout !== 'Dockerfile\n')
    throw new Wrong(`ended with ${stopped.code}, in conflict: ${stdout}`);
  const text = await readFile(join(folder, 'Dockerfile'), 'utf8');
  if (!/<<<<<<< nimble-ml\/yours\n.*mirror\.example/.test(text))
    throw new Wrong(`"Dockerfile" does not show both sides:\n${text}`);
  await room.run('git', ['merge', '--abort'], inside);
  if ((await everything(room, folder)) !== before)
    throw new Wrong('"git merge --abort" left something else');
}

/** Every byte of a folder, tracked or not, the index and the last commit. */
async function everything(room: Room, folder: string): Promise<string> {
  const asked = ['ls-files', '--stage'];
  const index = (await room.run('git', asked, { cwd: folder })).stdout;
  const head = (await room.run('git', ['rev-parse', 'HEAD'], { cwd: folder })).stdout;
  return JSON.stringify([[...(await filesIn(folder))], index, head]);
}
