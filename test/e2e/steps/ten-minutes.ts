import { readdir, readFile } from 'node:fs/promises';
import { join, normalize, sep } from 'node:path';
import { type Room, type Step, Wrong } from '../step.ts';

export const step: Step = {
  title: 'read in ten minutes',
  needs: ['write'],
  run: countLines,
};

/** What a person reads at phase 1: README, config.yaml and the package's own modules, every line counted. */
const MOST_LINES = 900;
/** The machinery in a folder below, which nobody has to read first. */
const MOST_BELOW = 825;
const WIDEST = 100;

async function countLines(room: Room): Promise<string | undefined> {
  if (room.phase !== 1) return undefined;
  const [folder = ''] = await readdir(join(room.repository, 'src'));
  const files = await readdir(join(room.repository, 'src', folder), { recursive: true });
  const modules = files.filter((file) => file.endsWith('.py')).map((file) => normalize(file));
  const paths = (chosen: string[]) => chosen.map((file) => join('src', folder, file));
  const flat = paths(modules.filter((file) => !file.includes(sep)));
  const below = paths(modules.filter((file) => file.includes(sep)));
  const first = await countAll(room, ['README.md', 'config.yaml', ...flat]);
  const later = await countAll(room, below);
  if (first > MOST_LINES) throw new Wrong(`${first} lines to read; at most ${MOST_LINES}`);
  if (later > MOST_BELOW) throw new Wrong(`${later} lines of machinery; at most ${MOST_BELOW}`);
  return `${first} lines, and ${later} of machinery`;
}

async function countAll(room: Room, files: string[]): Promise<number> {
  let total = 0;
  for (const file of files) {
    const lines = (await readFile(join(room.repository, file), 'utf8')).trimEnd().split('\n');
    total += lines.length;
    const wide = file.endsWith('.md') ? undefined : lines.find((line) => line.length > WIDEST);
    if (wide) throw new Wrong(`"${file}" has a line of ${wide.length} columns: ${wide.trim()}`);
  }
  return total;
}
