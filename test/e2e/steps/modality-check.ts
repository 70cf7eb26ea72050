import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure, type Step, type Workspace } from '../step.ts';

export const step: Step = {
  title: 'Check that the modality brings',
  needs: 'The program e2e/check.py of the modality, where it has one.',
  proves: 'What only this modality has works in a clone of its own.',
  requires: ['train'],
  after: ['dvc', 'reproduce'],
  from: 2,
  run: runCheck,
};

/** The modality's own script, if it brings one, in a clone of its own; its last line is the note. */
async function runCheck(workspace: Workspace): Promise<string> {
  const { checkout, uv } = workspace.machine;
  const script = join(checkout, 'templates', 'modalities', workspace.modality, 'e2e', 'check.py');
  if (!existsSync(script)) return 'nothing';
  const folder = join(workspace.scratch, 'modality-check');
  await workspace.machine.run('git', ['clone', '--quiet', workspace.repository, folder], {
    log: workspace.log,
  });
  const words = ['run', '--no-project', 'python', script, uv];
  const { stdout } = await workspace.run(uv, words, { cwd: folder, seconds: 1200 });
  const note = stdout.trim().split('\n').at(-1);
  if (!note) throw new Failure(`"${script}" prints nothing`);
  await rm(folder, { recursive: true, force: true });
  return note;
}
