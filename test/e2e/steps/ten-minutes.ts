import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Room, type Step, Wrong } from '../step.ts';

export const step: Step = {
  title: 'read in ten minutes',
  needs: ['write'],
  run: countLines,
};

/** What a person reads at phase 1: README, config.yaml and src/, every line counted. */
const MOST_LINES = 900;
const WIDEST = 100;

async function countLines(room: Room): Promise<string | undefined> {
  if (room.phase !== 1) return undefined;
  const sources = await readdir(join(room.repository, 'src'), { recursive: true });
  const python = sources.filter((file) => file.endsWith('.py')).map((file) => join('src', file));
  let total = 0;
  for (const file of ['README.md', 'config.yaml', ...python]) {
    const lines = (await readFile(join(room.repository, file), 'utf8')).trimEnd().split('\n');
    total += lines.length;
    const wide = file.endsWith('.md') ? undefined : lines.find((line) => line.length > WIDEST);
    if (wide) throw new Wrong(`"${file}" has a line of ${wide.length} columns: ${wide.trim()}`);
  }
  if (total > MOST_LINES) throw new Wrong(`${total} lines to read; at most ${MOST_LINES}`);
  return `${total} lines`;
}
