import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure, type Step, type Workspace } from '../step.ts';

export const step: Step = {
  title: 'Every named task exists',
  needs: 'A synced clone.',
  proves: 'Every task that a page, a workflow or a task file names is one that the repository has.',
  requires: ['sync'],
  run: checkNames,
};

/** Every `poe task` in a page, task file or workflow is one that the repository has. */
async function checkNames(workspace: Workspace): Promise<string> {
  const listed = await workspace.run(workspace.machine.uv, ['run', 'poe', '_list_tasks']);
  const tasks = new Set(listed.stdout.split(/\s+/).filter(Boolean));
  const wrong: string[] = [];
  for (const file of await pages(workspace.repository)) {
    const text = await readFile(join(workspace.repository, file), 'utf8');
    for (const [, task = ''] of text.matchAll(/\b(?:uv run |`)poe ([a-z][\w-]*)/g)) {
      if (!tasks.has(task)) wrong.push(`"${file}" names "poe ${task}"`);
    }
  }
  if (wrong.length > 0)
    throw new Failure(`${wrong.join('\n')}\nThere are: ${[...tasks].join(', ')}`);
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
