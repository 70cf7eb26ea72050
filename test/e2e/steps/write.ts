import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { installedProgram } from '../pack.ts';
import { type Room, type Step, Wrong } from '../step.ts';

export const step: Step = {
  title: 'written, locked',
  scope: 'both',
  run: writeRepository,
};

/** The packed `nimble-ml new`, all the way: render, commit, lock, commit, sync. */
async function writeRepository(room: Room): Promise<string> {
  const { machine, repository } = room;
  const answers = newArguments(room, repository);
  const { stdout } = await machine.run(
    installedProgram(machine, 'nimble-ml'),
    [...answers, '--json'],
    { log: room.log },
  );
  const { notes } = JSON.parse(stdout) as { notes: string[] };
  if (notes.length > 0) throw new Wrong(`not everything was done: ${notes.join(' ')}`);
  const status = await room.run('git', ['status', '--porcelain'], { cwd: repository });
  if (status.stdout) throw new Wrong(`a new repository is not clean:\n${status.stdout}`);
  if (!existsSync(join(repository, 'uv.lock'))) throw new Wrong('"uv.lock" was not written');
  const log = await room.run('git', ['log', '--format=%s'], { cwd: repository });
  const commits = log.stdout.trim().split('\n');
  if (commits.length !== 2)
    throw new Wrong(`expected a commit and one for the lock:\n${log.stdout}`);
  return '';
}

/** Told, not taken from git: then every user gets the same bytes. */
const WORDS = {
  author: 'End to End',
  email: 'e2e@example.com',
  description: 'What a team does in its first minute',
};

/** What every door is asked for this room. */
export function newArguments(room: Room, directory: string): string[] {
  const { modality, name, phase } = room;
  const answers: Record<string, string> = { ...WORDS, name, modality, phase: String(phase) };
  // What no modality changes is proved with the cloud on.
  if (room.id === 'once') answers.cloud = 'aws';
  const flags = Object.entries(answers).flatMap(([key, value]) => [`--${key}`, value]);
  return ['new', directory, '--yes', ...flags];
}
