import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure, type Step, type Workspace } from '../step.ts';

export const step: Step = {
  title: 'poe format and poe lint',
  needs: 'A synced clone.',
  proves:
    'poe format formats also when ruff finds what it cannot fix, and poe lint accepts what poe format leaves.',
  requires: ['sync'],
  run: formatAndLint,
};

async function formatAndLint(workspace: Workspace): Promise<undefined> {
  const file = join(workspace.clone, 'tests', 'to_format.py');
  const poe = (task: string) => workspace.shell(`uv run poe ${task}`, { mayFail: true });
  try {
    await writeFile(file, 'x  =  missing\n');
    const unfixable = await poe('format');
    if (unfixable.code === 0) throw new Failure('poe format hides that a name is undefined');
    const formatted = await readFile(file, 'utf8');
    if (formatted !== 'x = missing\n') throw new Failure(`poe format left "${formatted}"`);
    await writeFile(file, `x  =  '${'long '.repeat(30)}'\n`);
    for (const task of ['format', 'lint']) {
      const { code, output } = await poe(task);
      if (code !== 0) throw new Failure(`poe ${task} complains of a long text:\n${output}`);
    }
  } finally {
    await rm(file, { force: true });
  }
  return undefined;
}
