import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Room, type Step, Wrong } from '../step.ts';

export const step: Step = {
  title: 'tasks that are named exist',
  needs: ['sync'],
  run: checkNames,
};

/** Every `poe task` in a page, task file or workflow is one that the repository has. */
async function checkNames(room: Room): Promise<string> {
  const listed = await room.run(room.machine.uv, ['run', 'poe', '_list_tasks']);
  const tasks = new Set(listed.stdout.split(/\s+/).filter(Boolean));
  const wrong: string[] = [];
  for (const file of await pages(room.repository)) {
    const text = await readFile(join(room.repository, file), 'utf8');
    for (const [, task = ''] of text.matchAll(/\b(?:uv run |`)poe ([a-z][\w-]*)/g)) {
      if (!tasks.has(task)) wrong.push(`"${file}" names "poe ${task}"`);
    }
  }
  if (wrong.length > 0) throw new Wrong(`${wrong.join('\n')}\nThere are: ${[...tasks].join(', ')}`);
  return `${tasks.size} tasks`;
}

async function pages(repository: string): Promise<string[]> {
  const files = await readdir(repository, { recursive: true, withFileTypes: true });
  return files
    .filter(
      (entry) => entry.isFile() && /\.(md|toml|yaml|yml|py|ipynb|tf)$|^Makefile$/.test(entry.name),
    )
    .map((entry) => join(entry.parentPath, entry.name).slice(repository.length + 1))
    .filter((file) => !file.startsWith('.venv') && !file.startsWith('.git/'));
}
