import { join } from 'node:path';
import type { Room } from '../step.ts';

/** A colleague's clone, with its environment: a folder of that name beside the room's own. */
export async function openClone(room: Room, source: string, name: string): Promise<string> {
  const cwd = join(room.scratch, name);
  await room.machine.run('git', ['clone', '--quiet', source, cwd], { log: room.log });
  await room.run(room.machine.uv, ['sync', '--locked'], { cwd });
  return cwd;
}
