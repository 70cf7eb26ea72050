import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Room, type Step, Wrong } from '../step.ts';

export const step: Step = {
  title: 'what only this modality has',
  nightly: 2,
  needs: ['train'],
  after: ['dvc', 'reproduce'],
  from: 2,
  run: runProof,
};

/** The modality's own program, if it brings one, in a clone of its own; its last line is the word. */
async function runProof(room: Room): Promise<string> {
  const { checkout, uv } = room.machine;
  const script = join(checkout, 'templates', 'modalities', room.modality, 'e2e', 'proof.py');
  if (!existsSync(script)) return 'nothing';
  const folder = join(room.scratch, 'own');
  await room.machine.run('git', ['clone', '--quiet', room.repository, folder], { log: room.log });
  const words = ['run', '--no-project', 'python', script, uv];
  const { stdout } = await room.run(uv, words, { cwd: folder, seconds: 1200 });
  const word = stdout.trim().split('\n').at(-1);
  if (!word) throw new Wrong(`"${script}" says nothing`);
  await rm(folder, { recursive: true, force: true });
  return word;
}
