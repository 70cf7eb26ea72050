// How long rooms took last time, so that the longest start first and the lanes end together.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Machine } from './machine/machine.ts';
import type { Result } from './results.ts';
import type { Room } from './step.ts';

const FILE = 'times.json';

export async function longestFirst(machine: Machine, rooms: Room[]): Promise<Room[]> {
  const times = await readTimes(machine);
  const time = (room: Room) => times[room.id] ?? Number.POSITIVE_INFINITY;
  return [...rooms].sort((a, b) => (time(a) < time(b) ? 1 : -1));
}

export async function rememberTimes(machine: Machine, results: Result[]): Promise<void> {
  const times = await readTimes(machine);
  for (const room of new Set(results.map((result) => result.room))) {
    const mine = results.filter((result) => result.room === room);
    times[room] = mine.reduce((sum, result) => sum + result.seconds, 0);
  }
  await writeFile(join(machine.cache, FILE), `${JSON.stringify(times, null, 2)}\n`);
}

async function readTimes(machine: Machine): Promise<Record<string, number>> {
  const text = await readFile(join(machine.cache, FILE), 'utf8').catch(() => '{}');
  return JSON.parse(text);
}
