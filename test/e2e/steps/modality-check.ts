import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure, type Step, type Workspace } from '../step.ts';

export const step: Step = {
  title: 'Check that the modality brings',
  needs: 'The program e2e/proof.py of the modality, where it has one.',
  proves: 'What only this modality has works in a clone of its own.',
  requires: ['train'],
  after: ['dvc', 'reproduce'],
  from: 2,
  run: runProof,
};

/** The modality's own program, if it brings one, in a clone of its own; its last line is the word. */
async function runProof(workspace: Workspace): Promise<string> {
  const { checkout, uv } = workspace.machine;
  const script = join(checkout, 'templates', 'modalities', workspace.modality, 'e2e', 'proof.py');
  if (!existsSync(script)) return 'nothing';
  const folder = join(workspace.scratch, 'own');
  await workspace.machine.run('git', ['clone', '--quiet', workspace.repository, folder], {
    log: workspace.log,
  });
  const words = ['run', '--no-project', 'python', script, uv];
  const { stdout } = await workspace.run(uv, words, { cwd: folder, seconds: 1200 });
  const word = stdout.trim().split('\n').at(-1);
  if (!word) throw new Failure(`"${script}" says nothing`);
  await rm(folder, { recursive: true, force: true });
  return word;
}
