import type { Room, Step } from '../step.ts';

export const step: Step = {
  title: 'fresh clone synced',
  scope: 'both',
  needs: ['write'],
  run: syncClone,
};

/** A colleague's first minute: clone, and install exactly what the lock says. */
async function syncClone(room: Room): Promise<undefined> {
  const clone = ['clone', '--quiet', room.repository, room.clone];
  await room.machine.run('git', clone, { log: room.log });
  // The name in the environment's prompt comes from the folder, the project's from its metadata.
  await room.run(room.machine.uv, ['sync', '--locked']);
  await room.run(room.machine.uv, ['pip', 'show', '--quiet', room.name]);
  return undefined;
}
