import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PLACES, type Place } from '../machine/places.ts';
import { openClone } from '../repository/clone.ts';
import { filesIn } from '../repository/files.ts';
import { expectRefused, expectWords } from '../repository/said.ts';
import { type Room, Skip, type Step, Wrong } from '../step.ts';

export const step: Step = {
  title: 'data in other places',
  scope: 'once',
  from: 2,
  nightly: 2,
  needs: ['write'],
  run: moveData,
};

const COMMITTER = ['-c', 'user.name=End to End', '-c', 'user.email=e2e@example.com'];
const REPRO = 'uvx --from dvc==3.67.1 dvc repro data';
const PREPARED = join('data', 'prepared');

/** To Google Cloud, Azure and a host behind SSH, and back into another clone: the same bytes. */
async function moveData(room: Room): Promise<string> {
  const here = await openClone(room, room.repository, 'remotes');
  await room.type(REPRO, { cwd: here });
  await room.run('git', ['add', '--', 'dvc.lock', 'data'], { cwd: here });
  await room.run('git', [...COMMITTER, 'commit', '--quiet', '-m', 'Data'], { cwd: here });
  const there = await openClone(room, here, 'remotes-elsewhere');
  const used: string[] = [];
  const missing: string[] = [];
  for (const [name, open] of Object.entries(PLACES)) {
    try {
      await usePlace(room, await open(room), here, there);
      used.push(name);
    } catch (error) {
      if (!(error instanceof Skip)) throw error;
      missing.push(`not ${name}: ${error.message}`);
    }
  }
  await rm(here, { recursive: true, force: true });
  await rm(there, { recursive: true, force: true });
  if (used.length === 0) throw new Skip(missing.join('; '));
  return [used.join(', '), ...missing].join('; ');
}

async function usePlace(room: Room, place: Place, here: string, there: string): Promise<void> {
  try {
    await refuse(room, place, here);
    const options = { cwd: here, env: place.env };
    await room.type(`uv run poe data-remote ${place.words}`, options);
    expectWords((await room.type('uv run poe data-push', options)).stdout, /Sent \d+ files/);
    expectWords((await room.type('uv run poe data-status', options)).stdout, /: all of it\.$/m);
    await room.run('git', ['add', '--', '.dvc/config'], { cwd: here });
    const message = ['commit', '--quiet', '-m', 'A place for data'];
    await room.run('git', [...COMMITTER, ...message], { cwd: here });
    await pull(room, place, here, there);
  } finally {
    await place.close();
  }
}

/** Each is one line and status 2, and leaves the configuration as it was. */
async function refuse(room: Room, place: Place, cwd: string): Promise<void> {
  const file = join(cwd, '.dvc', 'config');
  const before = await readFile(file, 'utf8');
  for (const [words, env, cure] of place.refused) {
    await expectRefused(room, `data-remote ${words}`, cure, { cwd, env });
    if ((await readFile(file, 'utf8')) !== before) throw new Wrong(`"${words}" changed ${file}`);
  }
}

/** A clone that holds none of the bytes has all of them afterwards. */
async function pull(room: Room, place: Place, here: string, there: string): Promise<void> {
  await room.run('git', ['pull', '--quiet'], { cwd: there });
  for (const folder of [join('.dvc', 'cache'), PREPARED]) {
    await rm(join(there, folder), { recursive: true, force: true });
  }
  const options = { cwd: there, env: place.env };
  const before = await room.type('uv run poe data-status', options);
  expectWords(before.stdout, /missing here.*"uv run poe data-pull"/);
  expectWords((await room.type('uv run poe data-pull', options)).stdout, /Brought \d+ files/);
  const sent = await filesIn(join(here, PREPARED));
  const came = await filesIn(join(there, PREPARED));
  const other = [...sent.keys(), ...came.keys()].filter(
    (path) => sent.get(path) !== came.get(path),
  );
  if (other.length > 0)
    throw new Wrong(`not the same after ${place.words}: ${[...new Set(other)].join(', ')}`);
}
