import { join } from 'node:path';
import type { Room, Step } from '../step.ts';

export const step: Step = {
  title: 'mypy --strict',
  needs: ['sync'],
  run: checkTypes,
};

/** Not in the environment of phase 1: they come along for this run. */
const TOOLS = ['--with', 'mypy==2.4.1', '--with', 'types-PyYAML'];

/** Packages without types are not ours to type. Phase 1 already is what phase 2 checks. */
async function checkTypes(room: Room): Promise<undefined> {
  const cache = join(room.machine.cache, 'mypy', room.modality);
  const mypy = [
    'run',
    ...TOOLS,
    'mypy',
    '--strict',
    '--ignore-missing-imports',
    '--cache-dir',
    cache,
    'src',
  ];
  await room.run(room.machine.uv, mypy);
  return undefined;
}
