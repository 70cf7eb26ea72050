import { createHash } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PLACES, type Place } from '../machine/places.ts';
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

async function openClone(room: Room, source: string, name: string): Promise<string> {
  const cwd = join(room.scratch, name);
  await room.machine.run('git', ['clone', '--quiet', source, cwd], { log: room.log });
  await room.run(room.machine.uv, ['sync', '--locked'], { cwd });
  return cwd;
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
    const line = `uv run poe -q data-remote ${words}`;
    const { code, output } = await room.type(line, { cwd, env, mayFail: true });
    if (code !== 2 || !cure.test(output) || output.trim().includes('\n')) {
      throw new Wrong(
        `"${line}" should say ${cure} in a line and end in 2, not ${code}:\n${output}`,
      );
    }
    if ((await readFile(file, 'utf8')) !== before) throw new Wrong(`"${line}" changed ${file}`);
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
  const [one, two] = [await hashAll(join(here, PREPARED)), await hashAll(join(there, PREPARED))];
  if (one !== two) throw new Wrong(`other bytes came back from ${place.words}:\n${one}\n${two}`);
}

async function hashAll(folder: string): Promise<string> {
  const names = (await readdir(folder)).sort();
  const rows = names.map(async (name) => {
    const content = await readFile(join(folder, name));
    return `${createHash('sha256').update(content).digest('hex')} ${name}`;
  });
  return (await Promise.all(rows)).join('\n');
}

function expectWords(said: string, words: RegExp): void {
  if (!words.test(said)) throw new Wrong(`expected ${words}:\n${said}`);
}
