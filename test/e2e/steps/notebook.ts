import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { probePath } from '../probe.ts';
import { type Room, type Step, Wrong } from '../step.ts';

export const step: Step = {
  title: 'notebook executed',
  needs: ['train'],
  run: executeNotebooks,
};

/** Jupyter is no dependency of the project: it comes along for this run only. */
async function executeNotebooks(room: Room): Promise<string> {
  const folder = join(room.clone, 'notebooks');
  const notebooks = (await readdir(folder)).filter((file) => file.endsWith('.ipynb'));
  if (notebooks.length === 0) throw new Wrong('"notebooks/" holds no notebook');
  const jupyter = ['run', '--with', 'nbclient', '--with', 'ipykernel', 'python'];
  for (const notebook of notebooks) {
    const path = join(folder, notebook);
    await room.run(room.machine.uv, [...jupyter, probePath('notebook.py'), path]);
  }
  return notebooks.join(', ');
}
