import { readdir, readFile } from 'node:fs/promises';
import { join, normalize, sep } from 'node:path';
import { Failure, type Step, type Workspace } from '../step.ts';

export const step: Step = {
  title: 'Length of what is read first',
  needs: 'The written repository.',
  proves:
    'README, configuration and the modules of the team are short enough to read in ten minutes.',
  requires: ['write'],
  run: countLines,
};

/** What a person reads at phase 1: README, config.yaml and the package's own modules, every line counted. */
const MOST_LINES = 900;
/** The machinery in a folder below, which need not be read first. */
const MOST_BELOW = 825;
const WIDEST = 100;

async function countLines(workspace: Workspace): Promise<string | undefined> {
  if (workspace.phase !== 1) return undefined;
  const [folder = ''] = await readdir(join(workspace.repository, 'src'));
  const files = await readdir(join(workspace.repository, 'src', folder), { recursive: true });
  const modules = files.filter((file) => file.endsWith('.py')).map((file) => normalize(file));
  const paths = (chosen: string[]) => chosen.map((file) => join('src', folder, file));
  const flat = paths(modules.filter((file) => !file.includes(sep)));
  const below = paths(modules.filter((file) => file.includes(sep)));
  const first = await countAll(workspace, ['README.md', 'config.yaml', ...flat]);
  const later = await countAll(workspace, below);
  if (first > MOST_LINES) throw new Failure(`${first} lines to read; at most ${MOST_LINES}`);
  if (later > MOST_BELOW) throw new Failure(`${later} lines of machinery; at most ${MOST_BELOW}`);
  return `${first} lines, and ${later} of machinery`;
}

async function countAll(workspace: Workspace, files: string[]): Promise<number> {
  let total = 0;
  for (const file of files) {
    const lines = (await readFile(join(workspace.repository, file), 'utf8')).trimEnd().split('\n');
    total += lines.length;
    const wide = file.endsWith('.md') ? undefined : lines.find((line) => line.length > WIDEST);
    if (wide) throw new Failure(`"${file}" has a line of ${wide.length} columns: ${wide.trim()}`);
  }
  return total;
}
