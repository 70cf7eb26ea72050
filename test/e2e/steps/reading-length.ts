import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure, type Step, type Workspace } from '../step.ts';

export const step: Step = {
  title: 'Length of what a team reads first',
  needs: 'The written repository.',
  proves:
    'README, configuration and the modules of the team are short enough to read in ten minutes, at every phase.',
  requires: ['write'],
  run: countLines,
};

/** README, config.yaml and the modules directly in the package, every line counted. */
const MOST_LINES = 900;
const WIDEST = 100;

async function countLines({ repository }: Workspace): Promise<string> {
  const [folder = ''] = await readdir(join(repository, 'src'));
  const entries = await readdir(join(repository, 'src', folder));
  const modules = entries.filter((file) => file.endsWith('.py'));
  let total = 0;
  for (const file of [
    'README.md',
    'config.yaml',
    ...modules.map((each) => join('src', folder, each)),
  ]) {
    const lines = (await readFile(join(repository, file), 'utf8')).trimEnd().split('\n');
    total += lines.length;
    const wide = file.endsWith('.md') ? undefined : lines.find((line) => line.length > WIDEST);
    if (wide) throw new Failure(`"${file}" has a line of ${wide.length} columns: ${wide.trim()}`);
  }
  if (total > MOST_LINES) throw new Failure(`${total} lines to read; at most ${MOST_LINES}`);
  return `${total} lines`;
}
