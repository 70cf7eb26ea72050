import { join } from 'node:path';
import type { Room, Step } from '../step.ts';

export const step: Step = {
  title: 'mypy --strict',
  needs: ['sync'],
  run: checkTypes,
};

/** Phase 1 already is what phase 2 checks. */
async function checkTypes(room: Room): Promise<undefined> {
  const cache = join(room.machine.cache, 'mypy', room.modality);
  const mypy = ['run', '--with', 'mypy==2.4.1', 'mypy', '--strict', '--cache-dir', cache, 'src'];
  await room.run(room.machine.uv, mypy);
  return undefined;
}
