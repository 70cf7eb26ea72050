import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { scriptPath } from '../python-script.ts';
import { Failure, type Step, type Workspace } from '../step.ts';

export const step: Step = {
  title: 'Notebook executed',
  needs: 'A trained clone, and Jupyter from the Python index.',
  proves: 'Every cell of every notebook runs.',
  requires: ['train'],
  run: executeNotebooks,
};

/** Jupyter is no dependency of the project: it comes along for this run only. */
async function executeNotebooks(workspace: Workspace): Promise<string> {
  const folder = join(workspace.clone, 'notebooks');
  const notebooks = (await readdir(folder)).filter((file) => file.endsWith('.ipynb'));
  if (notebooks.length === 0) throw new Failure('"notebooks/" holds no notebook');
  const jupyter = ['run', '--with', 'nbclient', '--with', 'ipykernel', 'python'];
  for (const notebook of notebooks) {
    const path = join(folder, notebook);
    await workspace.run(workspace.machine.uv, [...jupyter, scriptPath('notebook.py'), path]);
  }
  return notebooks.join(', ');
}
